//! Tickets sold and not yet exercised, by the prize now and the winner's cost.

use ndarray::{Array2, Axis};

use crate::auction::CostPanels;
use crate::exercise::ExerciseBoundary;
use crate::market::Exercise;
use crate::prize::FinitePrizes;

/// Mass of sold tickets, and the same weighted by the slots since their sale, by state and cost interval.
///
/// All that matters of a winner's cost is which exercise boundaries still ahead it lies below: the intervals are
/// those between the boundaries of all slots to come.
pub(super) struct Winners<'m> {
    prizes: &'m FinitePrizes,
    exercise: Exercise,
    /// Increasing; interval k is (thresholds[k−1], thresholds[k]], the last one ends at hi.
    thresholds: Vec<f64>,
    /// The last slot that uses each threshold.
    last_use: Vec<usize>,
    /// P at the thresholds, and at hi.
    lowest: Vec<f64>,
    /// hi.
    upper: f64,
    /// States × (intervals, then intervals again): mass, then mass × slots since the sale.
    mass: Array2<f64>,
}

/// What winners do in one slot.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Exercised {
    pub mass: f64,
    /// Mass × slots since the sale.
    pub delay: f64,
}

impl<'m> Winners<'m> {
    pub fn new(
        prizes: &'m FinitePrizes,
        exercise: Exercise,
        boundary: &ExerciseBoundary,
        maturity: usize,
        panels: &CostPanels<'_>,
    ) -> Self {
        let (lower, upper) = (panels.law().lower(), panels.law().upper());
        let mut uses: Vec<(f64, usize)> = (0..=maturity)
            .flat_map(|slot| boundary.slot(slot).iter().map(move |&cost| (cost, slot)))
            .filter(|(cost, _)| *cost > lower && *cost < upper)
            .collect();
        uses.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        // The latest use of a cost comes first and survives.
        uses.dedup_by(|later, first| later.0 == first.0);
        let thresholds: Vec<f64> = uses.iter().map(|(cost, _)| *cost).collect();
        let mut lowest: Vec<f64> = thresholds.iter().map(|&cost| panels.point(cost).lowest).collect();
        lowest.push(panels.point(upper).lowest);
        let intervals = lowest.len();
        Self {
            prizes,
            exercise,
            thresholds,
            last_use: uses.into_iter().map(|(_, slot)| slot).collect(),
            lowest,
            upper,
            mass: Array2::zeros((prizes.size(), 2 * intervals)),
        }
    }

    /// Adds `mass` tickets sold now at `state` to winners below the cutoff, of whom P is `cutoff_lowest`.
    pub fn add(&mut self, state: usize, mass: f64, cutoff_lowest: f64) {
        let mut row = self.mass.row_mut(state);
        let mut below = 0.0;
        for (k, &lowest) in self.lowest.iter().enumerate() {
            let upto = lowest.min(cutoff_lowest);
            let sold = mass * (upto - below);
            row[k] += sold;
            if lowest >= cutoff_lowest {
                break;
            }
            below = upto;
        }
    }

    /// Winners exercise by the boundaries of the slot; lottery tickets are drawn first.
    pub fn exercise(&mut self, boundary: &[f64]) -> Exercised {
        let intervals = self.lowest.len();
        let mut exercised = Exercised::default();
        for (state, &cost) in boundary.iter().enumerate() {
            let below = if cost == f64::NEG_INFINITY {
                0
            } else {
                // Interval k lies below the boundary when its upper end does; the last one ends at hi.
                if cost >= self.upper {
                    intervals
                } else {
                    self.thresholds.partition_point(|&x| x <= cost)
                }
            };
            let drawn = match self.exercise {
                Exercise::Lottery { draw_probability } => draw_probability,
                Exercise::American | Exercise::AtMaturity => 1.0,
            };
            let mut row = self.mass.row_mut(state);
            for k in 0..below {
                exercised.mass += drawn * row[k];
                exercised.delay += drawn * row[intervals + k];
            }
            match self.exercise {
                // A drawn ticket is used or lost.
                Exercise::Lottery { .. } => row *= 1.0 - drawn,
                Exercise::American | Exercise::AtMaturity => {
                    for k in 0..below {
                        row[k] = 0.0;
                        row[intervals + k] = 0.0;
                    }
                }
            }
        }
        exercised
    }

    /// The prizes move on to the next slot.
    pub fn advance(&mut self, slot: usize) {
        self.forget(slot + 1);
        if self.mass.iter().any(|&mass| mass > 0.0) {
            self.mass = self.prizes.advance_rows(&self.mass.view());
            let intervals = self.lowest.len();
            let (mass, mut waited) = self.mass.view_mut().split_at(Axis(1), intervals);
            waited += &mass;
        }
    }

    /// Merges intervals whose common threshold is used by no slot from `slot` on, once that halves the work.
    fn forget(&mut self, slot: usize) {
        let live = self.last_use.iter().filter(|&&last| last >= slot).count();
        if 2 * live >= self.last_use.len() {
            return;
        }
        let intervals = self.lowest.len();
        let mut merged = Array2::zeros((self.mass.nrows(), 2 * (live + 1)));
        let mut target = 0;
        for k in 0..intervals {
            for (offset, width) in [(0, 0), (intervals, live + 1)] {
                let source = self.mass.index_axis(Axis(1), offset + k);
                let mut column = merged.index_axis_mut(Axis(1), width + target);
                column += &source;
            }
            if self.last_use.get(k).is_some_and(|&last| last >= slot) {
                target += 1;
            }
        }
        let keep: Vec<bool> = self.last_use.iter().map(|&last| last >= slot).collect();
        let retain = |index: usize| keep.get(index).copied().unwrap_or(true);
        let mut index = 0;
        self.lowest.retain(|_| {
            index += 1;
            retain(index - 1)
        });
        let mut index = 0;
        self.thresholds.retain(|_| {
            index += 1;
            retain(index - 1)
        });
        self.last_use.retain(|&last| last >= slot);
        self.mass = merged;
    }
}
