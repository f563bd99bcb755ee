//! Repeated auctions to the same buyers: which of them are held, and among whom.
//!
//! The lowest cost still possible depends on all prizes so far, so that a slot and a prize may be reached with many
//! lowest costs, a [`Round`] each.

use crate::prize::FinitePrizes;
use crate::timing::fixed_pool::FixedPool;

/// Lowest costs closer than this, relative to the support, are one.
const SAME_COST: f64 = 1e-12;
/// The first distance, relative to the support, at which lowest costs are made one because there are too many.
const FIRST_WIDTH: f64 = 1e-9;
/// Rounds less likely than this are not followed: what happens there is below rounding.
const NEGLIGIBLE: f64 = 1e-15;
/// Most lowest costs kept a prize and slot; beyond, neighbours become one at their mean.
const MOST_COSTS: usize = 2048;

/// A slot, a prize and the costs that failed auctions have left possible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    /// t.
    pub slot: usize,
    /// Index of the prize.
    pub state: usize,
    /// c, the lowest cost still possible, ETH.
    pub lowest: f64,
    /// Probability that the slot begins like this, the ticket unsold and undrawn.
    pub reach: f64,
    /// The same given that no buyer has a cost below c.
    pub weight: f64,
    /// y, the highest cost that takes part, ETH; c where the holder waits.
    pub cutoff: f64,
    /// ρ, ETH; `None` where the holder waits.
    pub reserve: Option<f64>,
    /// Probability, given this, that the ticket is sold now.
    pub sale_probability: f64,
}

/// All rounds that may come to pass, slot by slot.
#[derive(Debug, Clone)]
pub struct Rounds {
    list: Vec<Round>,
    /// Where each slot begins in the list; one more at the end.
    starts: Vec<usize>,
    moved: f64,
}

impl Rounds {
    /// Follows the lowest cost along all prizes, from R_0 to maturity. `survives` is the probability 1 − q that a
    /// lottery ticket is not drawn in a slot, else 1.
    #[must_use]
    pub(crate) fn follow(prizes: &FinitePrizes, pool: &FixedPool, survives: f64) -> Self {
        let axis = pool.axis();
        let range = axis.upper() - axis.lower();
        let mut rounds = Self {
            list: Vec::new(),
            starts: vec![0],
            moved: 0.0,
        };
        // (lowest cost, weight), by state.
        let mut here: Vec<Vec<(f64, f64)>> = vec![Vec::new(); prizes.size()];
        for (state, p) in prizes.start().into_iter().enumerate().filter(|(_, p)| *p > 0.0) {
            here[state].push((axis.lower(), p));
        }
        for slot in 0..pool.slots() {
            let mut next: Vec<Vec<(f64, f64)>> = vec![Vec::new(); prizes.size()];
            for (state, costs) in here.iter().enumerate() {
                for &(lowest, weight) in costs {
                    let none_below = axis.log_none_below(lowest).exp();
                    if weight * none_below < NEGLIGIBLE {
                        continue;
                    }
                    let offer = pool.offer(slot, state, lowest);
                    let stays = if offer.reserve.is_some() {
                        (axis.log_none_below(offer.cutoff) - axis.log_none_below(lowest)).exp()
                    } else {
                        1.0
                    };
                    rounds.list.push(Round {
                        slot,
                        state,
                        lowest,
                        reach: weight * none_below,
                        weight,
                        cutoff: offer.cutoff,
                        reserve: offer.reserve,
                        sale_probability: 1.0 - stays,
                    });
                    for (to, list) in next.iter_mut().enumerate() {
                        let probability = prizes.probability(state, to);
                        if probability > 0.0 {
                            list.push((offer.cutoff, weight * probability * survives));
                        }
                    }
                }
            }
            for list in &mut next {
                let moved = merge(list, range, |cost| axis.log_none_below(cost).exp());
                rounds.moved = rounds.moved.max(moved);
            }
            rounds.starts.push(rounds.list.len());
            here = next;
        }
        rounds
    }

    /// The rounds of a slot, by state, then by lowest cost.
    #[must_use]
    pub fn slot(&self, slot: usize) -> &[Round] {
        &self.list[self.starts[slot]..self.starts[slot + 1]]
    }

    /// All of them, slot by slot.
    #[must_use]
    pub fn all(&self) -> &[Round] {
        &self.list
    }

    /// The round that is most likely at a slot and prize; `None` if it is never reached.
    #[must_use]
    pub fn likeliest(&self, slot: usize, state: usize) -> Option<&Round> {
        let here = self.slot(slot).iter().filter(|round| round.state == state);
        here.filter(|round| round.reach > 0.0)
            .reduce(|best, round| if round.reach > best.reach { round } else { best })
    }

    /// The lowest cost most likely left at a slot and prize, ETH; lo where they are never reached.
    #[must_use]
    pub fn lowest_cost(&self, slot: usize, state: usize) -> f64 {
        // The first round is that of slot 0, with all costs.
        self.likeliest(slot, state)
            .map_or_else(|| self.list[0].lowest, |round| round.lowest)
    }

    /// How far lowest costs were moved at most when there were too many to tell apart, ETH; 0 when there were not.
    #[must_use]
    pub fn moved(&self) -> f64 {
        self.moved
    }

    /// The rounds that follow one another while no auction succeeds, along the most likely path of prizes (at a tie
    /// through lower prizes), until no buyer can be left.
    #[must_use]
    pub fn along_likeliest_prizes(&self, prizes: &FinitePrizes) -> Vec<Round> {
        let mut rounds: Vec<Round> = Vec::new();
        let mut lowest = f64::NAN;
        for (slot, state) in likeliest_prizes(prizes, self.starts.len() - 1).into_iter().enumerate() {
            let here = self.slot(slot).iter().filter(|round| round.state == state);
            // Merged costs differ a little from the cutoff that led to them.
            let nearest = if slot == 0 {
                here.copied().next()
            } else {
                here.copied()
                    .min_by(|a, b| (a.lowest - lowest).abs().total_cmp(&(b.lowest - lowest).abs()))
            };
            let Some(round) = nearest.filter(|round| round.reach > 0.0) else {
                break;
            };
            lowest = round.cutoff;
            rounds.push(round);
        }
        rounds
    }
}

/// The most likely path of states over `slots` slots, at a tie through lower states.
#[must_use]
pub fn likeliest_prizes(prizes: &FinitePrizes, slots: usize) -> Vec<usize> {
    let size = prizes.size();
    // The log probability of the best path from each state on, backwards, and its first step.
    let mut best = vec![0.0_f64; size];
    let mut steps: Vec<Vec<usize>> = Vec::with_capacity(slots);
    for _ in 1..slots {
        let mut ahead = vec![f64::NEG_INFINITY; size];
        let mut step = vec![0; size];
        for from in 0..size {
            for (to, onwards) in best.iter().enumerate() {
                let log_probability = prizes.probability(from, to).ln() + onwards;
                if log_probability > ahead[from] + 1e-12 || (to == 0 && log_probability > f64::NEG_INFINITY) {
                    ahead[from] = log_probability;
                    step[from] = to;
                }
            }
        }
        best = ahead;
        steps.push(step);
    }
    let mut states = vec![prizes.initial()];
    for step in steps.iter().rev() {
        states.push(step[states[states.len() - 1]]);
    }
    states
}

/// Sorts by cost and makes neighbours one; returns how far a cost that is not the same was moved. `none_below` is the
/// probability of a lowest cost by which the mean weighs.
fn merge(list: &mut Vec<(f64, f64)>, range: f64, none_below: impl Fn(f64) -> f64) -> f64 {
    list.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut moved = 0.0_f64;
    let mut width = SAME_COST * range;
    loop {
        let mut merged: Vec<(f64, f64)> = Vec::with_capacity(list.len());
        let mut first = f64::NEG_INFINITY;
        let mut farthest = 0.0_f64;
        for &(cost, weight) in list.iter() {
            match merged.last_mut() {
                Some(last) if cost - first <= width => {
                    farthest = farthest.max(cost - first);
                    // The masses are kept, at their mean.
                    let (a, b) = (last.1 * none_below(last.0), weight * none_below(cost));
                    if a + b > 0.0 {
                        last.0 += (cost - last.0) * (b / (a + b));
                        last.1 = (a + b) / none_below(last.0);
                    }
                }
                _ => {
                    first = cost;
                    merged.push((cost, weight));
                }
            }
        }
        *list = merged;
        if width > SAME_COST * range {
            moved += farthest;
        }
        if list.len() <= MOST_COSTS {
            return moved;
        }
        width = if width < FIRST_WIDTH * range {
            FIRST_WIDTH * range
        } else {
            2.0 * width
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{likeliest_prizes, merge};
    use crate::prize::FinitePrizes;

    #[test]
    fn the_likeliest_path_is_not_the_greedy_one() {
        // From 1 the likeliest next prize is 0, after which all is equally likely; 2 stays where it is.
        let rows = vec![vec![0.34, 0.33, 0.33], vec![0.4, 0.3, 0.3], vec![0.0, 0.0, 1.0]];
        let prizes = FinitePrizes::chain(&[0.5, 1.0, 2.0], &rows, 1.0).unwrap();
        assert_eq!(likeliest_prizes(&prizes, 4), [1, 2, 2, 2]);
        assert_eq!(likeliest_prizes(&prizes, 1), [1]);
    }

    #[test]
    fn merged_costs_keep_their_mass() {
        let mut list: Vec<(f64, f64)> = (0..5000).map(|k| (f64::from(k) / 5000.0, 1.0)).collect();
        let moved = merge(&mut list, 1.0, |cost| 1.0 - 0.5 * cost);
        assert!(list.len() <= super::MOST_COSTS && moved > 1e-4 && moved < 1e-2);
        let mass: f64 = list.iter().map(|(cost, weight)| weight * (1.0 - 0.5 * cost)).sum();
        let exact: f64 = (0..5000).map(|k| 1.0 - 0.5 * f64::from(k) / 5000.0).sum();
        assert!((mass / exact - 1.0).abs() < 1e-12);
    }
}
