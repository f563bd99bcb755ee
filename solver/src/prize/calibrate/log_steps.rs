//! Logs of prizes and the steps between them, some of them over slots without a value.

use std::collections::BTreeMap;

use crate::market::{Fault, Faults};
use crate::prize::empirical::{Observation, Series};

/// From one value to the next, `gap` ≥ 1 slots later.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) gap: u64,
    pub(super) before: f64,
    pub(super) after: f64,
}

/// Sums over the steps of one gap, of logs less the overall mean: all a Gaussian likelihood needs.
///
/// d = x − y, y the log before and x the one after; with x itself a persistent process would cancel.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    pub(super) gap: u64,
    pub(super) count: f64,
    pub(super) d: f64,
    pub(super) y: f64,
    pub(super) dd: f64,
    pub(super) dy: f64,
    pub(super) yy: f64,
}

/// The logs of the prizes above 0, in order.
#[derive(Debug)]
pub(super) struct LogSteps {
    /// The mean of the logs; `first` and the steps are less this.
    pub(super) centre: f64,
    pub(super) first: f64,
    pub(super) steps: Vec<Step>,
    /// By gap, increasing.
    pub(super) moments: Vec<Moments>,
    /// Prizes of 0: they have no log and count as missing.
    pub(super) zeros: usize,
    /// The prizes above 0, increasing, ETH.
    pub(super) values: Vec<f64>,
}

impl LogSteps {
    /// # Errors
    /// As [`Series::new`]; fewer than `least` values above 0, or all of them equal.
    pub(super) fn new(observations: &[Observation], least: usize) -> Result<Self, Faults> {
        let series = Series::new(observations)?;
        let seen: Vec<(i64, f64)> = series
            .observations()
            .iter()
            .filter_map(|seen| Some((seen.slot, seen.prize?)))
            .collect();
        let positive: Vec<(i64, f64)> = seen.iter().copied().filter(|&(_, r)| r > 0.0).collect();
        let values = sorted(positive.iter().map(|&(_, r)| r));
        require_spread(&values, least)?;
        let logs: Vec<(i64, f64)> = positive.iter().map(|&(slot, r)| (slot, r.ln())).collect();
        let base = logs[0].1;
        let centre = base + logs.iter().map(|(_, x)| x - base).sum::<f64>() / logs.len() as f64;
        let steps: Vec<Step> = logs
            .windows(2)
            .map(|pair| Step {
                gap: pair[1].0.abs_diff(pair[0].0),
                before: pair[0].1 - centre,
                after: pair[1].1 - centre,
            })
            .collect();
        Ok(Self {
            first: base - centre,
            moments: moments(&steps),
            zeros: seen.len() - positive.len(),
            centre,
            steps,
            values,
        })
    }

    /// Steps over slots without a value.
    pub(super) fn gaps(&self) -> usize {
        self.steps.iter().filter(|step| step.gap > 1).count()
    }
}

/// The warning about prizes of 0, if there are any.
pub(super) fn zeros_warning(zeros: usize) -> Option<String> {
    (zeros > 0).then(|| format!("{zeros} values are 0; they have no logarithm and count as missing"))
}

fn moments(steps: &[Step]) -> Vec<Moments> {
    let mut by_gap: BTreeMap<u64, Moments> = BTreeMap::new();
    for step in steps {
        let sums = by_gap.entry(step.gap).or_default();
        let (d, y) = (step.after - step.before, step.before);
        sums.gap = step.gap;
        sums.count += 1.0;
        sums.d += d;
        sums.y += y;
        sums.dd += d * d;
        sums.dy += d * y;
        sums.yy += y * y;
    }
    by_gap.into_values().collect()
}

pub(super) fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// At least `least` values above 0, not all equal: otherwise there is nothing to fit.
pub(super) fn require_spread(sorted: &[f64], least: usize) -> Result<(), Faults> {
    let fault = |problem: String| {
        let allowed = format!("at least {least} values above 0 that are not all equal");
        Err(Faults(vec![Fault::new("too_few", "column", problem, allowed)]))
    };
    match sorted {
        [] => fault("no value is above 0".to_owned()),
        [only] => fault(format!("one value above 0, {only}")),
        [first, .., last] if first == last => fault(format!("all {} values above 0 are {first}", sorted.len())),
        _ if sorted.len() < least => fault(format!("{} values above 0", sorted.len())),
        _ => Ok(()),
    }
}
