//! The power law.

use super::support::Support;
use super::{CostLaw, Side};
use crate::market::Faults;

/// F(θ) = ((θ − lo)/(hi − lo))^a, the law whose virtual cost is linear.
///
/// Costs in ETH; a > 0 is the `exponent`. F/f = (θ − lo)/a. With a < 1 the density is infinite at lo, with a > 1
/// it vanishes there; at hi it is a/(hi − lo).
///
/// ```
/// use etm_solver::cost::{CostLaw, Power, Side};
/// let law = Power::new(0.0, 2.0, 2.0).unwrap();
/// assert_eq!(law.cdf(1.0), 0.25);
/// assert_eq!(law.markup(1.0, Side::Left), 0.5);
/// ```
#[derive(Debug, Clone)]
pub struct Power {
    support: Support,
    exponent: f64,
}

impl Power {
    /// The power law on [`lower`, `upper`], ETH, with its exponent a.
    ///
    /// # Errors
    /// A bad support; an exponent that is not above 0, or so small or large that the mass sits at an end.
    pub fn new(lower: f64, upper: f64, exponent: f64) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        let support = Support::new(lower, upper, &mut faults);
        faults.require("exponent", exponent, exponent > 0.0, "a number above 0");
        let law = faults.or(Self { support, exponent })?;
        let quartiles = [law.quantile(0.25), law.quantile(0.75)];
        support.require_mass("exponent", quartiles, "an exponent nearer 1")?;
        Ok(law)
    }

    /// ln F at an interior cost, accurate at both ends.
    fn log_cdf(&self, cost: f64) -> f64 {
        let below = self.support.share_below(cost);
        let log = if below > 0.5 {
            (-self.support.share_above(cost)).ln_1p()
        } else {
            below.ln()
        };
        self.exponent * log
    }

    /// The cost at which ln F is `log`.
    fn cost_at(&self, log: f64) -> f64 {
        let root = log / self.exponent;
        if root > -std::f64::consts::LN_2 {
            self.support.below_upper(-root.exp_m1() * self.support.width)
        } else {
            self.support.above_lower(root.exp() * self.support.width)
        }
    }
}

impl CostLaw for Power {
    fn lower(&self) -> f64 {
        self.support.lower
    }

    fn upper(&self) -> f64 {
        self.support.upper
    }

    fn cdf(&self, cost: f64) -> f64 {
        let below = self.support.share_below(cost).clamp(0.0, 1.0);
        if below > 0.5 && self.support.is_below_upper(cost) {
            self.log_cdf(cost).exp()
        } else {
            below.powf(self.exponent)
        }
    }

    fn survival(&self, cost: f64) -> f64 {
        if !self.support.is_above_lower(cost) {
            1.0
        } else if self.support.is_below_upper(cost) {
            -self.log_cdf(cost).exp_m1()
        } else {
            0.0
        }
    }

    fn pdf(&self, cost: f64, _side: Side) -> f64 {
        if self.support.excludes(cost) {
            return 0.0;
        }
        let below = self.support.share_below(cost).min(1.0);
        self.exponent / self.support.width * below.powf(self.exponent - 1.0)
    }

    fn log_density_slope(&self, cost: f64, _side: Side) -> f64 {
        let distance = cost - self.support.lower;
        if self.exponent == 1.0 || distance < 0.0 {
            0.0
        } else {
            (self.exponent - 1.0) / distance
        }
    }

    fn quantile(&self, probability: f64) -> f64 {
        if probability > 0.0 {
            // p^(1/a) directly: exp(ln(p)/a) would lose |ln(p)/a| ulps at small p.
            let below = probability.min(1.0).powf(self.exponent.recip());
            if below < 0.5 {
                self.support.above_lower(below * self.support.width)
            } else {
                self.cost_at(probability.min(1.0).ln())
            }
        } else {
            self.support.lower
        }
    }

    fn upper_quantile(&self, survival: f64) -> f64 {
        if survival < 1.0 {
            self.cost_at((-survival.max(0.0)).ln_1p())
        } else {
            self.support.lower
        }
    }

    fn markup(&self, cost: f64, _side: Side) -> f64 {
        if cost > self.support.upper {
            f64::INFINITY
        } else {
            (cost - self.support.lower).max(0.0) / self.exponent
        }
    }

    fn knots(&self) -> &[f64] {
        &[]
    }

    fn lower_order(&self) -> f64 {
        self.exponent
    }

    fn upper_order(&self) -> f64 {
        1.0
    }
}
