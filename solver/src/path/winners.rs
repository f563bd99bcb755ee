//! Tickets sold and not yet exercised, by the prize now and the winner's cost.

use ndarray::{Array2, Axis};

use super::cost_intervals::CostIntervals;
use crate::auction::Auction;
use crate::market::Exercise;
use crate::prize::FinitePrizes;

/// What is known of the sales of the tickets followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sales {
    /// They go on from slot to slot: the slots since the sale are kept, as a moment.
    GoOn,
    /// All were in one slot, and are over.
    OneSlot,
}

/// Mass of sold tickets by state and cost interval, and, if sales go on, the same weighted by the slots since the sale.
pub(super) struct Winners<'m> {
    prizes: &'m FinitePrizes,
    exercise: Exercise,
    sales: Sales,
    intervals: CostIntervals,
    /// States × intervals: mass; while sales go on × intervals again: mass × slots since the sale.
    mass: Array2<f64>,
}

/// What winners do in one slot.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Exercised {
    pub mass: f64,
    /// Mass × slots since the sale; 0 unless sales go on.
    pub delay: f64,
    /// Mass of the tickets drawn in a lottery and not used.
    pub lost: f64,
}

impl<'m> Winners<'m> {
    /// No ticket is sold yet.
    pub fn new(prizes: &'m FinitePrizes, exercise: Exercise, intervals: CostIntervals, sales: Sales) -> Self {
        let blocks = match sales {
            Sales::GoOn => 2,
            Sales::OneSlot => 1,
        };
        Self {
            prizes,
            exercise,
            sales,
            mass: Array2::zeros((prizes.size(), blocks * intervals.len())),
            intervals,
        }
    }

    /// Adds `mass` tickets auctioned now at `state`, to winners below the cutoff: the lowest costs among those who enter.
    pub fn add(&mut self, state: usize, mass: f64, auction: &Auction) {
        let cutoff_lowest = auction.sale_probability;
        let mut row = self.mass.row_mut(state);
        let mut below = 0.0;
        for (k, &lowest) in self.intervals.lowest(auction.entry_probability).iter().enumerate() {
            let upto = lowest.min(cutoff_lowest);
            let sold = mass * (upto - below);
            row[k] += sold;
            if lowest >= cutoff_lowest {
                break;
            }
            below = upto;
        }
    }

    /// Adds tickets auctioned now at `state` to buyers who all have costs above the one whose P is `from`, to the lowest
    /// of them if it is below the one whose P is `upto`. `weight` is the probability of being here, that of no lower
    /// cost apart.
    pub fn add_between(&mut self, state: usize, weight: f64, from: f64, upto: f64) {
        let mut row = self.mass.row_mut(state);
        let mut below = from;
        for (k, &lowest) in self.intervals.lowest(None).iter().enumerate() {
            let end = lowest.min(upto);
            if end > below {
                row[k] += weight * (end - below);
                below = end;
            }
            if lowest >= upto {
                break;
            }
        }
    }

    /// Winners exercise by the boundaries of the slot; lottery tickets are drawn first.
    pub fn exercise(&mut self, boundary: &[f64]) -> Exercised {
        let intervals = self.intervals.len();
        let mut exercised = Exercised::default();
        for (state, &cost) in boundary.iter().enumerate() {
            let below = self.intervals.below(cost);
            let drawn = self.exercise.open_probability();
            let mut row = self.mass.row_mut(state);
            for k in 0..below {
                exercised.mass += drawn * row[k];
                if self.sales == Sales::GoOn {
                    exercised.delay += drawn * row[intervals + k];
                }
            }
            match self.exercise {
                // A drawn ticket is used or lost.
                Exercise::Lottery { .. } => {
                    exercised.lost += (below..intervals).map(|k| drawn * row[k]).sum::<f64>();
                    row *= 1.0 - drawn;
                }
                Exercise::American | Exercise::AtMaturity => {
                    for k in 0..below {
                        row[k] = 0.0;
                        if self.sales == Sales::GoOn {
                            row[intervals + k] = 0.0;
                        }
                    }
                }
            }
        }
        exercised
    }

    /// The mass of the tickets not yet exercised or lost, and that of those among them whose winners have costs up
    /// to `boundary`.
    pub fn held(&self, boundary: f64) -> (f64, f64) {
        let (mass, _) = self.mass.view().split_at(Axis(1), self.intervals.len());
        let (below, above) = mass.split_at(Axis(1), self.intervals.below(boundary));
        let may_exercise = below.sum();
        (may_exercise + above.sum(), may_exercise)
    }

    /// Multiplications that [`Self::advance`] makes at most.
    pub fn work(&self) -> f64 {
        self.prizes.size() as f64 * self.mass.len() as f64
    }

    /// The prizes move on to the next slot.
    pub fn advance(&mut self, slot: usize) {
        self.forget(slot + 1);
        if self.mass.iter().any(|&mass| mass > 0.0) {
            self.mass = self.prizes.advance_rows(&self.mass.view());
            if self.sales == Sales::GoOn {
                let (mass, mut waited) = self.mass.view_mut().split_at(Axis(1), self.intervals.len());
                waited += &mass;
            }
        }
    }

    /// Merges intervals that nothing from `slot` on tells apart, once that halves the work.
    fn forget(&mut self, slot: usize) {
        let mut keep = self.intervals.used_from(slot);
        if self.sales == Sales::OneSlot {
            // Nothing is added any more: an empty interval may as well be part of the next.
            for (column, keep) in self.mass.axis_iter(Axis(1)).zip(&mut keep) {
                *keep &= column.iter().any(|&mass| mass > 0.0);
            }
        }
        let live = keep.iter().filter(|&&keep| keep).count();
        if 2 * live >= keep.len() {
            return;
        }
        let intervals = self.intervals.len();
        let blocks = self.mass.ncols() / intervals;
        let mut merged = Array2::zeros((self.mass.nrows(), blocks * (live + 1)));
        let mut target = 0;
        for k in 0..intervals {
            for block in 0..blocks {
                let source = self.mass.index_axis(Axis(1), block * intervals + k);
                let mut column = merged.index_axis_mut(Axis(1), block * (live + 1) + target);
                column += &source;
            }
            if keep.get(k).copied().unwrap_or(false) {
                target += 1;
            }
        }
        self.intervals.keep(&keep);
        self.mass = merged;
    }
}
