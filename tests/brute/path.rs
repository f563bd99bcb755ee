//! What happens on the way: every prize path is walked, with the ticket unsold, sold, or kept for
//! the holder's own use.

use super::holder::{Decision, Solution};
use super::market::{Exercise, Sale};
use std::collections::{BTreeSet, HashMap};

/// Sums over all paths.
#[derive(Debug, Default)]
pub struct Walk {
    /// Probability that an auction is held in each slot.
    pub auction: Vec<f64>,
    /// Probability that one sells.
    pub sold: f64,
    /// Probability of exercise in each slot.
    pub exercise: Vec<f64>,
    /// E[slot of the sale; sale].
    pub sale_slot: f64,
    /// P(the winner exercises in the slot of the sale).
    pub immediate: f64,
    /// E[delay; sale and exercise by the winner].
    pub delay: f64,
    /// P(sale and exercise by the winner).
    pub delayed: f64,
    /// `joint[s][e]`: P(sold in slot s, exercised by the winner in slot e).
    pub joint: Vec<Vec<f64>>,
    /// E[the winner's discounted prize less cost, less K and the payment].
    pub surplus: f64,
    /// E[the holder's discounted receipts: payments, or her own prize less cost].
    pub revenue: f64,
    /// Whether selling and waiting tie somewhere on the way.
    pub indifferent: bool,
    /// Open conventions met on the way.
    pub open: BTreeSet<&'static str>,
    /// Whether rounding may decide something on the way.
    pub delicate: bool,
    /// ∫ up to a cost of the lowest cost's law: (mass, first moment), remembered by bits.
    moments: HashMap<(u64, u64), (f64, f64)>,
    /// E[what buyers pay to take part, discounted by their factor].
    pub burned: f64,
}

/// A sold ticket on its way.
#[derive(Clone, Copy)]
struct Sold {
    slot: usize,
    cutoff: f64,
    /// All winners below this cost have exercised already.
    done: f64,
    /// The probability with which each buyer came.
    entry: f64,
}

impl Walk {
    /// Walks all the paths of a solved market.
    pub fn all(solution: &Solution) -> Self {
        let slots = solution.market.maturity + 1;
        let mut walk = Self {
            auction: vec![0.0; slots],
            exercise: vec![0.0; slots],
            joint: vec![vec![0.0; slots]; slots],
            ..Self::default()
        };
        walk.unsold(solution, 0, solution.market.initial(), 1.0);
        walk
    }

    fn moments(&mut self, solution: &Solution, cost: f64, entry: f64) -> (f64, f64) {
        let (law, buyers) = (&solution.market.law, &solution.buyers.entering(entry));
        *self
            .moments
            .entry((cost.to_bits(), entry.to_bits()))
            .or_insert_with(|| {
                let top = cost.clamp(law.lower, law.upper);
                let splits: Vec<f64> = buyers.splits().into_iter().map(|u| law.quantile(u)).collect();
                let first = law.expect(law.lower, top, &splits, 4, |x| x, |u| buyers.lowest(u));
                (buyers.some_below(law.cdf(top)), first)
            })
    }

    fn next(&mut self, solution: &Solution, t: usize, s: usize, p: f64, go: &mut dyn FnMut(&mut Self, usize, f64)) {
        if t < solution.market.maturity {
            for (next, share) in solution.market.row(s).iter().enumerate() {
                if p * share > 0.0 {
                    go(self, next, p * share);
                }
            }
        }
    }

    fn unsold(&mut self, solution: &Solution, t: usize, s: usize, p: f64) {
        let node = &solution.nodes[t][s];
        self.indifferent |= node.tie;
        self.delicate |= node.delicate;
        self.open.extend(&node.open);
        match node.decision {
            Decision::Use => self.uses(solution, t, s, p),
            Decision::Wait => self.keep(solution, t, s, p),
            Decision::Auction => {
                self.auction[t] += p;
                let auction = &node.auction;
                let factor = solution.market.buyer_discount.powi(t as i32);
                self.surplus -= p * factor * auction.entry_paid;
                self.burned += p * factor * (auction.entry_paid + solution.market.winner_cost * auction.sold);
                if auction.sold > 0.0 {
                    self.sold += p * auction.sold;
                    self.sale_slot += p * auction.sold * t as f64;
                    let paid = auction.payment + solution.market.winner_cost * auction.sold;
                    self.surplus -= p * solution.market.buyer_discount.powi(t as i32) * paid;
                    self.revenue += p * solution.market.discount.powi(t as i32) * auction.payment;
                    let sold = Sold {
                        slot: t,
                        cutoff: auction.cutoff,
                        done: solution.market.law.lower,
                        entry: auction.entry,
                    };
                    self.sold(solution, t, s, p, sold);
                }
                let left = p * (1.0 - auction.sold);
                match solution.market.sale {
                    Sale::Once => self.own(solution, t, s, left),
                    Sale::UntilSold if node.uses_unsold => self.uses(solution, t, s, left),
                    Sale::UntilSold => self.keep(solution, t, s, left),
                }
            }
        }
    }

    /// The holder exercises the ticket herself.
    fn uses(&mut self, solution: &Solution, t: usize, s: usize, p: f64) {
        let market = &solution.market;
        let cost = market.own_cost.expect("only a holder who can exercise does");
        self.exercise[t] += p;
        self.revenue += p * market.discount.powi(t as i32) * (market.prize(t, s) - cost);
    }

    /// The holder goes on to the next slot with the right to sell.
    fn keep(&mut self, solution: &Solution, t: usize, s: usize, p: f64) {
        let mut p = p;
        if let Exercise::Lottery(q) = solution.market.exercise {
            if solution.own.as_ref().is_some_and(|own| own.exercises(t, s)) {
                self.uses(solution, t, s, p * q);
            }
            p *= 1.0 - q;
        }
        self.next(solution, t, s, p, &mut |walk, next, p| {
            walk.unsold(solution, t + 1, next, p);
        });
    }

    /// The holder has failed to sell and keeps the ticket for her own use.
    fn own(&mut self, solution: &Solution, t: usize, s: usize, p: f64) {
        let Some(own) = &solution.own else { return };
        let mut p = p;
        let now = own.exercises(t, s);
        match solution.market.exercise {
            Exercise::Lottery(q) => {
                if now {
                    self.uses(solution, t, s, p * q);
                }
                p *= 1.0 - q;
            }
            _ if now => {
                self.uses(solution, t, s, p);
                return;
            }
            _ => {}
        }
        self.next(solution, t, s, p, &mut |walk, next, p| {
            walk.own(solution, t + 1, next, p);
        });
    }

    /// The winner holds the ticket; p is the probability of the path (and of no draw yet), the law of
    /// the winner's cost is kept apart.
    fn sold(&mut self, solution: &Solution, t: usize, s: usize, p: f64, sold: Sold) {
        let market = &solution.market;
        let mut sold = sold;
        let mut p = p;
        if let Some(boundary) = solution.boundaries.boundary[t][s] {
            let top = boundary.min(sold.cutoff);
            let share = if let Exercise::Lottery(q) = market.exercise {
                q
            } else {
                1.0
            };
            if top > sold.done {
                let (from, to) = (
                    self.moments(solution, sold.done, sold.entry),
                    self.moments(solution, top, sold.entry),
                );
                let mass = p * share * (to.0 - from.0);
                self.exercise[t] += mass;
                self.delayed += mass;
                self.joint[sold.slot][t] += mass;
                self.delay += mass * (t - sold.slot) as f64;
                if t == sold.slot {
                    self.immediate += mass;
                }
                let gain = market.prize(t, s) * (to.0 - from.0) - (to.1 - from.1);
                self.surplus += p * share * market.buyer_discount.powi(t as i32) * gain;
                if !matches!(market.exercise, Exercise::Lottery(_)) {
                    sold.done = top;
                }
            }
        }
        if let Exercise::Lottery(q) = market.exercise {
            p *= 1.0 - q;
        }
        if sold.done < sold.cutoff {
            self.next(solution, t, s, p, &mut |walk, next, p| {
                walk.sold(solution, t + 1, next, p, sold);
            });
        }
    }
}
