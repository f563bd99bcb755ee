//! The uniform law.

use super::support::Support;
use super::{CostLaw, Side};
use crate::market::Faults;

/// Costs equally likely on [lo, hi]: F(θ) = (θ − lo)/(hi − lo).
///
/// Costs in ETH. F/f = θ − lo, so the virtual cost is 2θ − lo.
///
/// ```
/// use etm_solver::cost::{CostLaw, Side, Uniform};
/// let law = Uniform::new(0.0, 0.05).unwrap();
/// assert_eq!(law.cdf(0.025), 0.5);
/// assert_eq!(law.markup(0.025, Side::Left), 0.025);
/// ```
#[derive(Debug, Clone)]
pub struct Uniform {
    support: Support,
}

impl Uniform {
    /// The uniform law on [`lower`, `upper`], ETH.
    ///
    /// # Errors
    /// Ends that are not finite, or `lower` ≥ `upper`.
    pub fn new(lower: f64, upper: f64) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        let support = Support::new(lower, upper, &mut faults);
        faults.or(Self { support })
    }
}

impl CostLaw for Uniform {
    fn lower(&self) -> f64 {
        self.support.lower
    }

    fn upper(&self) -> f64 {
        self.support.upper
    }

    fn cdf(&self, cost: f64) -> f64 {
        self.support.share_below(cost).clamp(0.0, 1.0)
    }

    fn survival(&self, cost: f64) -> f64 {
        self.support.share_above(cost).clamp(0.0, 1.0)
    }

    fn pdf(&self, cost: f64, _side: Side) -> f64 {
        if self.support.excludes(cost) {
            0.0
        } else {
            self.support.width.recip()
        }
    }

    fn log_density_slope(&self, _cost: f64, _side: Side) -> f64 {
        0.0
    }

    fn quantile(&self, probability: f64) -> f64 {
        if probability > 0.5 {
            self.upper_quantile(1.0 - probability)
        } else {
            self.support.above_lower(probability * self.support.width)
        }
    }

    fn upper_quantile(&self, survival: f64) -> f64 {
        if survival > 0.5 {
            self.quantile(1.0 - survival)
        } else {
            self.support.below_upper(survival * self.support.width)
        }
    }

    fn markup(&self, cost: f64, _side: Side) -> f64 {
        if cost > self.support.upper {
            f64::INFINITY
        } else {
            (cost - self.support.lower).max(0.0)
        }
    }

    fn knots(&self) -> &[f64] {
        &[]
    }

    fn lower_order(&self) -> f64 {
        1.0
    }

    fn upper_order(&self) -> f64 {
        1.0
    }
}
