//! The law of a sample.

use std::sync::Arc;

/// Prizes that a market tells apart in a sample, if nothing else is said.
pub const USUAL_GROUPS: usize = 500;

/// Every value of a sample with the same probability.
///
/// F(x) = (number of values ≤ x)/n. Kept sorted, with sums from the top, so that every operation is a bisection.
#[derive(Debug, Clone, PartialEq)]
pub struct EmpiricalLaw {
    /// Increasing.
    values: Arc<[f64]>,
    /// Σ of the values from this one up.
    sums: Arc<[f64]>,
    /// Σ_{j ≥ i} (x_j − x_i): sums of positive steps, so that nothing cancels.
    excesses: Arc<[f64]>,
    /// The most prizes that a market tells apart.
    groups: usize,
}

impl EmpiricalLaw {
    /// The law of `sample`, in any order, ETH; the prize process it becomes part of checks the values.
    #[must_use]
    pub fn new(mut sample: Vec<f64>) -> Self {
        sample.sort_by(f64::total_cmp);
        let size = sample.len();
        let (mut sums, mut excesses) = (vec![0.0; size], vec![0.0; size]);
        let (mut sum, mut excess) = (0.0, 0.0);
        for i in (0..size).rev() {
            sum += sample[i];
            if i + 1 < size {
                excess += (size - 1 - i) as f64 * (sample[i + 1] - sample[i]);
            }
            (sums[i], excesses[i]) = (sum, excess);
        }
        Self {
            values: sample.into(),
            sums: sums.into(),
            excesses: excesses.into(),
            groups: USUAL_GROUPS,
        }
    }

    /// The same law, of which a market tells so many prizes apart: neighbours are joined into their means, fewest where prizes
    /// are rare.
    #[must_use]
    pub fn in_groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    /// The most prizes that a market tells apart.
    pub(crate) fn groups(&self) -> usize {
        self.groups
    }

    /// The sample, increasing, ETH.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    fn size(&self) -> f64 {
        self.values.len() as f64
    }

    /// Values ≤ x.
    fn rank(&self, x: f64) -> usize {
        self.values.partition_point(|&value| value <= x)
    }

    /// The least x with F(x) ≥ `cdf`.
    pub(super) fn quantile(&self, cdf: f64, survival: f64) -> f64 {
        let size = self.values.len();
        // F takes the values i/n, which a computer misses by a rounding: that must not move to the next value.
        let slack = 4.0 * f64::EPSILON * self.size();
        let index = if cdf <= survival {
            ((cdf * self.size() - slack).ceil() as usize).saturating_sub(1)
        } else {
            let above = (survival * self.size() + slack).floor() as usize;
            (size - 1).saturating_sub(above)
        };
        self.values[index.min(size - 1)]
    }

    pub(super) fn cdf(&self, x: f64) -> f64 {
        self.rank(x) as f64 / self.size()
    }

    pub(super) fn survival(&self, x: f64) -> f64 {
        (self.values.len() - self.rank(x)) as f64 / self.size()
    }

    /// 0 between the values, ∞ at one.
    pub(super) fn pdf(&self, x: f64) -> f64 {
        let rank = self.rank(x);
        if rank > 0 && self.values[rank - 1] == x {
            f64::INFINITY
        } else {
            0.0
        }
    }

    pub(super) fn mean(&self) -> f64 {
        self.sums[0] / self.size()
    }

    pub(super) fn excess(&self, k: f64) -> f64 {
        let rank = self.rank(k);
        match self.excesses.get(rank) {
            Some(excess) => {
                let above = (self.values.len() - rank) as f64;
                (excess + above * (self.values[rank] - k)) / self.size()
            }
            None => 0.0,
        }
    }

    pub(super) fn partial_mean(&self, x: f64) -> f64 {
        self.sums.get(self.rank(x)).copied().unwrap_or(0.0) / self.size()
    }
}
