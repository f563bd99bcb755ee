//! How often the spot auction at maturity would have another winner, or the ticket another exercise slot.

use ndarray::Array2;

use super::case::Case;
use super::witness::Witness;
use crate::auction::CostPanels;
use crate::cost::VirtualCost;
use crate::market::{Exercise, Pool, Reserve, Sale};
use crate::timing::Decision;

/// The probability that the ticket's winner or exercise slot differs from the spot auction's, exact, and the type for
/// whom that counts most: given that hers is the lowest cost, the probability that both go alike, which should be 1.
///
/// Costs are persistent, so both auctions would go to the lowest cost, if to anybody. Everything that matters of it is
/// on which side of the boundaries and cutoffs it lies: between them, mass moves along the chain as one.
///
/// # Errors
/// Why the comparison is not defined.
pub(super) fn different(case: &Case<'_>) -> Result<(f64, Option<Witness>), &'static str> {
    match case.market.holder().sale() {
        Sale::Once => {}
        Sale::UntilSold(Pool::Fresh) => return Err("new buyers come to each auction: there is no same winner"),
        Sale::UntilSold(Pool::Fixed) => {
            return Err("who has bought by when depends on all prizes since slot 0: not compared for a fixed pool");
        }
    }
    if case.market.holder().own_cost().is_some() {
        return Err("the holder may use the ticket herself: not defined with holder.own_cost");
    }
    if matches!(case.market.ticket().exercise(), Exercise::Lottery { .. }) {
        return Err("a lottery ticket's slot is drawn: there is no spot auction for the same slot");
    }
    if another_draw(case) {
        return Err("buyers enter by lot, anew at each date: there is no same winner");
    }
    if case.continuous().is_some() {
        return continuous(case).map(|different| (different, None));
    }
    let virtual_cost = VirtualCost::new(case.market.buyers().cost());
    let panels = CostPanels::of_market(case.market, &virtual_cost);
    let intervals = Intervals::new(case, &panels);
    let alike = alike(case, &intervals);
    let weights = || intervals.weights.iter().copied().chain([intervals.nobody]);
    let same: f64 = weights().zip(&alike).map(|(weight, alike)| weight * alike).sum();
    let differs = |k: usize| intervals.weights[k] * (1.0 - alike[k]);
    let worst = (0..intervals.ends.len()).max_by(|&a, &b| differs(a).total_cmp(&differs(b)));
    let witness = worst.map(|k| Witness {
        slot: 0,
        prize: case.prizes.initial_prize(),
        cost: Some(intervals.ends[k]),
        ticket: alike[k],
        spot: 1.0,
    });
    Ok(((1.0 - same).max(0.0), witness))
}

/// Whether a ticket sold before slot T meets other buyers than the spot auction would, who enters being drawn anew.
///
/// In slot T the two are one auction, whoever enters it.
fn another_draw(case: &Case<'_>) -> bool {
    let timing = &case.equilibrium.induction.timing;
    let last = case.maturity();
    let drawn = |slot: usize, state: usize| {
        let entry = timing.at(slot, state).auction.entry_probability;
        entry.is_some_and(|entry| entry > 0.0 && entry < 1.0)
    };
    let states = 0..case.prizes.size();
    let early = (0..last)
        .flat_map(|slot| states.clone().map(move |state| (slot, state)))
        .filter(|&(slot, state)| {
            let node = timing.at(slot, state);
            let held = node.decision == Decision::Sell && node.auction.sale_probability > 0.0;
            held && case.reached(slot, state)
        });
    let mut early = early.peekable();
    early.peek().is_some()
        && (early.any(|(slot, state)| drawn(slot, state)) || states.clone().any(|state| drawn(last, state)))
}

/// [`different`] where prizes are continuous, from the exact path.
///
/// Where every auction before slot T sells the ticket to anybody who comes, and where none is held before, both go alike
/// if the winner exercises in slot T, and if the ticket is never sold: then nobody would buy in slot T either.
fn continuous(case: &Case<'_>) -> Result<f64, &'static str> {
    const WHY: &str = "with a continuous prize it is only known where the ticket is sold to anybody who comes: not \
                       computed with a reserve price or costs of taking part when auctions are held before slot T";
    let market = case.market;
    let no_price =
        matches!(market.auction().reserve(), Reserve::None) || market.auction().reserve() == Reserve::Price(0.0);
    let early: f64 = case.figures.auction_probability[..case.maturity()].iter().sum();
    if early > case.tolerance && !(no_price && market.participation().cost() == 0.0) {
        return Err(WHY);
    }
    let last = case.figures.exercise_probability[case.maturity()];
    Ok((case.figures.sold_probability - last).max(0.0))
}

/// Intervals of the lowest cost within which everything goes alike, and the event that nobody comes.
struct Intervals {
    /// Their upper ends, increasing; the last is hi.
    ends: Vec<f64>,
    /// Probability that the lowest cost lies in each.
    weights: Vec<f64>,
    /// Probability that nobody comes.
    nobody: f64,
}

impl Intervals {
    fn new(case: &Case<'_>, panels: &CostPanels<'_>) -> Self {
        let (lower, upper) = (panels.law().lower(), panels.law().upper());
        let induction = &case.equilibrium.induction;
        let mut ends = vec![upper];
        for slot in 0..=case.maturity() {
            ends.extend(induction.boundary.slot(slot));
            let nodes = induction.timing.slot(slot);
            ends.extend(nodes.iter().filter_map(|node| node.auction.participation_cutoff));
        }
        ends.retain(|end| *end > lower && *end <= upper);
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        let mut below = 0.0;
        let weights = ends
            .iter()
            .map(|&end| {
                let lowest = panels.point(end).lowest;
                let weight = lowest - below;
                below = lowest;
                weight
            })
            .collect();
        Self {
            ends,
            weights,
            nobody: 1.0 - below,
        }
    }

    /// How many intervals lie below a cost.
    fn below(&self, cost: Option<f64>) -> usize {
        cost.map_or(0, |cost| self.ends.partition_point(|end| *end <= cost))
    }
}

/// Given the interval of the lowest cost (last: given that nobody comes), the probability that both go alike: the same
/// winner exercises in slot T, or nobody ever buys.
fn alike(case: &Case<'_>, intervals: &Intervals) -> Vec<f64> {
    let prizes = case.prizes;
    let (size, count) = (prizes.size(), intervals.ends.len());
    let induction = &case.equilibrium.induction;
    let mut waiting = prizes.start();
    // States × intervals, given the interval; the last column is the event that nobody comes.
    let mut sold = Array2::<f64>::zeros((size, count + 1));
    let mut unsold = Array2::<f64>::zeros((size, count + 1));
    for slot in 0..=case.maturity() {
        for state in 0..size {
            let node = induction.timing.at(slot, state);
            let mass = waiting[state];
            if mass > 0.0 && node.decision == Decision::Sell {
                let buyers = intervals.below(node.auction.participation_cutoff);
                for k in 0..=count {
                    let target = if k < buyers { &mut sold } else { &mut unsold };
                    target[[state, k]] += mass;
                }
                waiting[state] = 0.0;
            }
        }
        if slot < case.maturity() {
            for state in 0..size {
                let exercised = intervals.below(induction.boundary.at(slot, state));
                for k in 0..exercised {
                    sold[[state, k]] = 0.0;
                }
            }
            waiting = prizes.advance(&waiting);
            sold = prizes.advance_rows(&sold.view());
            unsold = prizes.advance_rows(&unsold.view());
        }
    }
    let last = case.maturity();
    let mut alike = vec![0.0; count + 1];
    for state in 0..size {
        let exercised = intervals.below(induction.boundary.at(last, state));
        let spot_buyers = intervals.below(induction.timing.at(last, state).auction.participation_cutoff);
        for (k, alike) in alike.iter_mut().enumerate() {
            if k >= spot_buyers {
                *alike += unsold[[state, k]];
            } else if k < exercised {
                *alike += sold[[state, k]];
            }
        }
    }
    alike
}
