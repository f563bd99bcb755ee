//! Observations in the order of their slots.

use std::borrow::Cow;

use super::Observation;
use crate::market::{Fault, Faults};

/// Observations in increasing order of the slot, every slot at most once, at least one of them with a value.
pub(in crate::prize) struct Series<'a> {
    observations: Cow<'a, [Observation]>,
}

/// Slots that are not there at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Absent {
    /// Runs of missing slots.
    pub gaps: usize,
    /// Slots missing in these runs.
    pub slots: u64,
}

impl<'a> Series<'a> {
    /// Sorts and checks.
    pub fn new(observations: &'a [Observation]) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        let bad: Vec<&Observation> = observations
            .iter()
            .filter(|seen| seen.prize.is_some_and(|r| !(r.is_finite() && r >= 0.0)))
            .collect();
        if let Some(first) = bad.first() {
            faults.push(Fault::new(
                "out_of_range",
                "column",
                format!(
                    "{} in slot {} is not a prize ({} such values)",
                    first.prize.unwrap_or(f64::NAN),
                    first.slot,
                    bad.len()
                ),
                "finite prizes in ETH, at least 0",
            ));
        }
        let observations = in_order(observations);
        if let Some(twice) = observations.windows(2).find(|pair| pair[0].slot == pair[1].slot) {
            faults.push(Fault::new(
                "duplicate",
                "file",
                format!("slot {} is given twice", twice[0].slot),
                "every slot at most once",
            ));
        }
        if observations.iter().all(|seen| seen.prize.is_none()) {
            faults.push(Fault::new(
                "empty",
                "file",
                format!("{} slots and no value", observations.len()),
                "at least one value",
            ));
        }
        faults.or(Self { observations })
    }

    /// The observations.
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }

    /// The values in increasing order.
    pub fn sorted_values(&self) -> Vec<f64> {
        let mut values: Vec<f64> = self.observations.iter().filter_map(|seen| seen.prize).collect();
        values.sort_by(f64::total_cmp);
        values
    }

    /// The values of every two slots that are `lag` ≥ 1 slots apart and both have one, in order.
    pub fn pairs(&self, lag: i64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let list = &self.observations[..];
        let mut later = 0;
        list.iter().filter_map(move |before| {
            let wanted = before.slot.checked_add(lag)?;
            while later < list.len() && list[later].slot < wanted {
                later += 1;
            }
            let after = list.get(later).filter(|after| after.slot == wanted)?;
            Some((before.prize?, after.prize?))
        })
    }

    /// The slots missing between the first and the last.
    pub(super) fn absent(&self) -> Absent {
        let mut absent = Absent { gaps: 0, slots: 0 };
        for pair in self.observations.windows(2) {
            let between = pair[1].slot.abs_diff(pair[0].slot) - 1;
            absent.gaps += usize::from(between > 0);
            absent.slots = absent.slots.saturating_add(between);
        }
        absent
    }
}

fn in_order(observations: &[Observation]) -> Cow<'_, [Observation]> {
    if observations.is_sorted_by_key(|seen| seen.slot) {
        Cow::Borrowed(observations)
    } else {
        let mut sorted = observations.to_vec();
        sorted.sort_by_key(|seen| seen.slot);
        Cow::Owned(sorted)
    }
}
