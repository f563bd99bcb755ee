//! How far a fit is from the data.

use serde::Serialize;

use crate::numerics::normal;

/// The probabilities at which fits and data are compared.
pub const LEVELS: [f64; 4] = [0.5, 0.9, 0.99, 0.999];

/// 1 % critical value of √n times the Kolmogorov–Smirnov distance.
const SIGNIFICANT: f64 = 1.628;

/// Standardised residuals against the standard normal law.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Residuals {
    /// How many.
    pub count: usize,
    /// Fourth central moment over the square of the second, less the normal's 3.
    pub excess_kurtosis: f64,
    /// Largest distance of their distribution function from the normal's.
    pub distance: f64,
}

impl Residuals {
    /// Of residuals in any order, at least one.
    pub(super) fn new(mut list: Vec<f64>) -> Self {
        let count = list.len() as f64;
        let mean = list.iter().sum::<f64>() / count;
        let (mut second, mut fourth) = (0.0, 0.0);
        for e in &list {
            let square = (e - mean) * (e - mean);
            second += square;
            fourth += square * square;
        }
        list.sort_by(f64::total_cmp);
        Self {
            count: list.len(),
            excess_kurtosis: fourth * count / (second * second) - 3.0,
            distance: distance(&list, normal::cdf),
        }
    }

    /// Whether the tails are heavier than a normal law's by more than chance: kurtosis five standard errors above its,
    /// distribution function away from its at the 1 % level.
    #[must_use]
    pub fn heavy_tailed(&self) -> bool {
        let count = self.count as f64;
        self.excess_kurtosis > 5.0 * (24.0 / count).sqrt() && self.distance > SIGNIFICANT / count.sqrt()
    }
}

/// sup |F_n − F| over a sorted sample (Kolmogorov 1933).
pub(super) fn distance(sorted: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let count = sorted.len() as f64;
    sorted.iter().enumerate().fold(0.0, |largest: f64, (i, &x)| {
        let at = cdf(x);
        let (below, above) = (i as f64 / count, (i + 1) as f64 / count);
        largest.max(at - below).max(above - at)
    })
}
