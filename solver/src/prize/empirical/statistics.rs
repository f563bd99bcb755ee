//! What a sample of prizes looks like before any process is fitted to it.

use serde::Serialize;

use super::Observation;
use super::bins::mean;
use super::series::Series;
use crate::market::Faults;

/// The probabilities of the quantiles in a [`Description`].
pub const QUANTILE_LEVELS: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// Where the median stands among [`QUANTILE_LEVELS`].
const MEDIAN: usize = 3;

/// The lags of the autocorrelations in a [`Description`], slots: the next slot, and the same place an epoch later.
pub const AUTOCORRELATION_LAGS: [i64; 2] = [1, 32];

/// One quantile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantile {
    /// Probability.
    pub level: f64,
    /// ETH.
    pub value: f64,
}

/// The correlation of log R_t and log R_{t+lag}.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LogAutocorrelation {
    /// Slots.
    pub lag: i64,
    /// Pairs of slots this far apart that both have a prize above 0.
    pub pairs: usize,
    /// Over these pairs alone; none if fewer than two, or if either side does not vary.
    pub value: Option<f64>,
}

/// A sample of prizes in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Description {
    /// Values seen.
    pub values: usize,
    /// Values that are zero; they have no logarithm.
    pub zeros: usize,
    /// Slots in the data without a value.
    pub missing_values: usize,
    /// The first slot.
    pub first_slot: i64,
    /// The last slot.
    pub last_slot: i64,
    /// Slots between these that are not in the data at all.
    pub missing_slots: u64,
    /// Smallest value, ETH.
    pub smallest: f64,
    /// Largest value, ETH.
    pub largest: f64,
    /// Mean, ETH.
    pub mean: f64,
    /// At [`QUANTILE_LEVELS`], linear between order statistics.
    pub quantiles: Vec<Quantile>,
    /// Share of the largest 1 % of the values (at least one) in their total; none if the total is 0.
    pub top_percent_share: Option<f64>,
    /// At [`AUTOCORRELATION_LAGS`].
    pub log_autocorrelation: Vec<LogAutocorrelation>,
}

impl Description {
    /// The median, ETH.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.quantiles[MEDIAN].value
    }
}

/// Describes a sample.
///
/// There is no variance in it on purpose: the tail index of block payments is below 2.
///
/// # Errors
/// As [`estimate`](super::estimate): no value at all, a slot given twice, a value that is no prize.
pub fn describe(observations: &[Observation]) -> Result<Description, Faults> {
    let series = Series::new(observations)?;
    let values = series.sorted_values();
    let seen = series.observations();
    let count = values.len();
    let total: f64 = values.iter().sum();
    let top: f64 = values[count - count.div_ceil(100)..].iter().sum();
    Ok(Description {
        values: count,
        zeros: values.partition_point(|&r| r <= 0.0),
        missing_values: seen.len() - count,
        first_slot: seen[0].slot,
        last_slot: seen[seen.len() - 1].slot,
        missing_slots: series.absent().slots,
        smallest: values[0],
        largest: values[count - 1],
        mean: mean(&values),
        quantiles: QUANTILE_LEVELS
            .iter()
            .map(|&level| Quantile {
                level,
                value: quantile(&values, level),
            })
            .collect(),
        top_percent_share: (total > 0.0).then(|| top / total),
        log_autocorrelation: AUTOCORRELATION_LAGS
            .iter()
            .map(|&lag| log_autocorrelation(&series, lag))
            .collect(),
    })
}

/// The quantile of a sorted sample: linear between the order statistics, the i-th of n at level i/(n−1), i from 0.
///
/// Source: Hyndman and Fan (1996), definition 7.
pub(in crate::prize) fn quantile(sorted: &[f64], level: f64) -> f64 {
    let place = level * (sorted.len() - 1) as f64;
    let below = place.floor();
    let low = sorted[below as usize];
    let high = sorted[place.ceil() as usize];
    low + (place - below) * (high - low)
}

/// Pearson's correlation over the pairs `lag` slots apart.
fn log_autocorrelation(series: &Series<'_>, lag: i64) -> LogAutocorrelation {
    let logs: Vec<(f64, f64)> = series
        .pairs(lag)
        .filter(|&(before, after)| before > 0.0 && after > 0.0)
        .map(|(before, after)| (before.ln(), after.ln()))
        .collect();
    LogAutocorrelation {
        lag,
        pairs: logs.len(),
        value: correlation(&logs),
    }
}

fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let &(x0, y0) = pairs.first()?;
    let count = pairs.len() as f64;
    // From the first pair: values that are all equal then have a variance of exactly zero, not of rounding.
    let mean_x = pairs.iter().map(|(x, _)| x - x0).sum::<f64>() / count;
    let mean_y = pairs.iter().map(|(_, y)| y - y0).sum::<f64>() / count;
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (x - x0 - mean_x, y - y0 - mean_y);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    let scale = (xx * yy).sqrt();
    (scale > 0.0).then(|| (xy / scale).clamp(-1.0, 1.0))
}
