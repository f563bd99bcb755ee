//! A prize chain estimated from observed payments: quantile bins, bin means, counted transitions.
//!
//! The values are cut into bins of equal probability; a state of the chain is a bin, and its prize is the mean of
//! the values in it. With c_ij pairs of consecutive slots that go from bin i to bin j,
//!
//! ```text
//! P(R_{t+1} = m_j given R_t = m_i) = c_ij / Σ_k c_ik.
//! ```
//!
//! A pair is counted only when the two slots' numbers differ by one and both have a value: a slot that is missing
//! from the data, or has no value, breaks the chain of pairs. A missing value is *not* a prize of zero.

mod bins;
mod report;
mod series;
mod statistics;

pub use report::{Bin, EstimateReport};
pub use statistics::{AUTOCORRELATION_LAGS, Description, LogAutocorrelation, QUANTILE_LEVELS, Quantile, describe};

use crate::market::{Fault, Faults};
use crate::prize::FinitePrizes;
use bins::Cut;
pub(super) use series::Series;
pub(super) use statistics::quantile;

/// The most bins: a chain has no more states.
const MOST_BINS: usize = 4096;

/// What is known about one slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// The slot's number.
    pub slot: i64,
    /// The payment in ETH, ≥ 0; none if it was not observed (which is not a payment of zero).
    pub prize: Option<f64>,
}

/// A chain estimated from observations, and how it was estimated.
#[derive(Debug, Clone)]
pub struct Estimate {
    /// The chain.
    pub prizes: FinitePrizes,
    /// What it rests on.
    pub report: EstimateReport,
}

/// The chain of bin means with counted transitions; R_0 is the mean of the bin `initial` falls into.
///
/// Observations may come in any order. A cut between bins that would fall into a run of equal values moves to the
/// nearer end of the run, and bins whose means differ by less than 2e-9 relative are merged: ties in the data
/// give fewer bins than asked for. An `initial` between two bins belongs to the lower one, one outside the data to
/// the bin at that end. A bin no counted pair starts in gets the overall frequencies of the bins as its row. All of
/// this stands in the [report](EstimateReport).
///
/// # Errors
/// No value at all, or a slot given twice (`file`); a value that is negative or not finite (`column`); no bins, more
/// bins than values, more than 4096 (`bins`); an `initial` that is no prize.
///
/// ```
/// use etm_solver::prize::empirical::{Observation, estimate};
/// // 1 → 1 → 3 → 1 → 3: from 1 once to 1 and twice to 3, from 3 once to 1.
/// let week = [1.0, 1.0, 3.0, 1.0, 3.0];
/// let seen: Vec<_> = (0..).zip(week).map(|(slot, r)| Observation { slot, prize: Some(r) }).collect();
/// let chain = estimate(&seen, 2, 2.5).unwrap().prizes;
/// assert_eq!(chain.states(0), [1.0, 3.0]);
/// assert_eq!(chain.initial_prize(), 1.0);
/// assert!((chain.probability(0, 1) - 2.0 / 3.0).abs() < 1e-15);
/// assert_eq!(chain.probability(1, 0), 1.0);
/// ```
pub fn estimate(observations: &[Observation], bins: usize, initial: f64) -> Result<Estimate, Faults> {
    let mut faults = Faults::none();
    faults.require(
        "initial",
        initial,
        initial >= 0.0,
        "a finite prize in ETH, at least 0; its bin is meant",
    );
    let Some(series) = faults.take(Series::new(observations)) else {
        return Err(faults);
    };
    let values = series.sorted_values();
    if bins == 0 || bins > values.len() || bins > MOST_BINS {
        faults.push(Fault::new(
            "out_of_range",
            "bins",
            format!("{bins} bins for {} values", values.len()),
            format!("from 1 to {}", values.len().min(MOST_BINS)),
        ));
    }
    faults.or(())?;

    let cut = Cut::new(&values, bins);
    let size = cut.len();
    let mut counts = vec![vec![0_usize; size]; size];
    for (before, after) in series.pairs(1) {
        counts[cut.bin_of(before)][cut.bin_of(after)] += 1;
    }
    let report = EstimateReport::new(&series, bins, &cut, &counts);
    let states: Vec<f64> = report.bins.iter().map(|bin| bin.mean).collect();
    let prizes = FinitePrizes::chain(&states, &rows(&counts, &report), states[cut.bin_of(initial)])?;
    Ok(Estimate { prizes, report })
}

/// The rows of the transition matrix.
fn rows(counts: &[Vec<usize>], report: &EstimateReport) -> Vec<Vec<f64>> {
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    counts
        .iter()
        .zip(&report.bins)
        .map(|(row, bin)| {
            if bin.pairs_from == 0 {
                // 0/0: nothing was seen of what follows this bin.
                report.bins.iter().map(|to| share(to.count, report.values)).collect()
            } else {
                row.iter().map(|&count| share(count, bin.pairs_from)).collect()
            }
        })
        .collect()
}
