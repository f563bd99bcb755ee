//! The winners' costs cut where it matters: at the exercise boundaries.

use std::borrow::Cow;

use crate::auction::{Competition, CostPanels};
use crate::cost::Tail;
use crate::exercise::ExerciseBoundary;

/// The cost intervals between the exercise boundaries of a stretch of slots.
///
/// All that matters of a winner's cost is which exercise boundaries still ahead it lies below.
#[derive(Debug, Clone)]
pub(super) struct CostIntervals {
    /// Increasing; interval k is (thresholds[k−1], thresholds[k]], the last one ends at `upper`.
    thresholds: Vec<f64>,
    /// The last slot that uses each threshold.
    last_use: Vec<usize>,
    /// F and S at the thresholds.
    tails: Vec<Tail>,
    /// The law of the number of buyers.
    competition: Competition,
    /// P at the thresholds when all of them enter; then 1, for `upper`: no winner's cost is above it.
    lowest: Vec<f64>,
    /// hi, or the largest cost of any winner.
    upper: f64,
}

impl CostIntervals {
    /// Between the boundaries of all slots 0..=`maturity`.
    pub fn new(boundary: &ExerciseBoundary, maturity: usize, panels: &CostPanels<'_>) -> Self {
        let (lower, upper) = (panels.law().lower(), panels.law().upper());
        let mut uses: Vec<(f64, usize)> = (0..=maturity)
            .flat_map(|slot| boundary.slot(slot).iter().map(move |&cost| (cost, slot)))
            .filter(|(cost, _)| *cost > lower && *cost < upper)
            .collect();
        uses.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        // The latest use of a cost comes first and survives.
        uses.dedup_by(|later, first| later.0 == first.0);
        let thresholds: Vec<f64> = uses.iter().map(|(cost, _)| *cost).collect();
        let tails: Vec<Tail> = thresholds.iter().map(|&cost| Tail::at(panels.law(), cost)).collect();
        let competition = *panels.competition();
        let lowest = lowest_among(&competition, &tails);
        Self {
            thresholds,
            tails,
            competition,
            last_use: uses.into_iter().map(|(_, slot)| slot).collect(),
            lowest,
            upper,
        }
    }

    /// Of winners with costs up to `cutoff` who hold the ticket from `slot` on: only boundaries ahead and below the
    /// cutoff tell them apart.
    pub fn of_winners(&self, slot: usize, cutoff: f64) -> Self {
        let mut fewer = self.clone();
        let keep: Vec<bool> = self
            .thresholds
            .iter()
            .zip(&self.last_use)
            .map(|(&cost, &last)| cost < cutoff && last >= slot)
            .collect();
        fewer.keep(&keep);
        fewer.upper = self.upper.min(cutoff);
        fewer
    }

    /// How many intervals there are: one more than thresholds.
    pub fn len(&self) -> usize {
        self.lowest.len()
    }

    /// P at the upper end of each interval when each buyer enters with probability `entry` (`None`: all decide
    /// knowing their costs); 1 at the last.
    pub fn lowest(&self, entry: Option<f64>) -> Cow<'_, [f64]> {
        match entry {
            Some(entry) if entry < 1.0 => Cow::Owned(lowest_among(&self.competition.thinned(entry), &self.tails)),
            Some(_) | None => Cow::Borrowed(&self.lowest),
        }
    }

    /// How many intervals lie below an exercise boundary.
    pub fn below(&self, boundary: f64) -> usize {
        // Interval k lies below the boundary when its upper end does.
        if boundary == f64::NEG_INFINITY {
            0
        } else if boundary >= self.upper {
            self.len()
        } else {
            self.thresholds.partition_point(|&x| x <= boundary)
        }
    }

    /// Which thresholds slots from `slot` on still use.
    pub fn used_from(&self, slot: usize) -> Vec<bool> {
        self.last_use.iter().map(|&last| last >= slot).collect()
    }

    /// Drops the thresholds not to be kept: the two intervals around one become one.
    pub fn keep(&mut self, keep: &[bool]) {
        retain(&mut self.thresholds, keep);
        retain(&mut self.last_use, keep);
        retain(&mut self.tails, keep);
        retain(&mut self.lowest, keep);
    }
}

fn lowest_among(competition: &Competition, tails: &[Tail]) -> Vec<f64> {
    tails
        .iter()
        .map(|tail| competition.lowest_cdf(tail))
        .chain([1.0])
        .collect()
}

/// Drops the entries not to be kept; those beyond the end of `keep` stay.
fn retain<T>(list: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    list.retain(|_| keep.next().copied().unwrap_or(true));
}
