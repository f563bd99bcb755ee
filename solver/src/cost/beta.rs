//! The beta law on [lo, hi].

use super::invert::{distance_reaching, polish_lower, polish_upper};
use super::support::Support;
use super::{CostLaw, Side};
use crate::market::Faults;
use crate::numerics::incomplete_beta::IncompleteBeta;

/// The parameters accepted.
const SHAPES: std::ops::RangeInclusive<f64> = 0.01..=1e4;

/// f(θ) ∝ (θ − lo)^{α−1} (hi − θ)^{β−1}.
///
/// F(θ) = I_x(α, β), the regularised incomplete beta function at x = (θ − lo)/(hi − lo). Costs in ETH. F ~ (θ − lo)^α
/// at lo and S ~ (hi − θ)^β at hi, where the density vanishes if β > 1 and is infinite if β < 1. With β < 1 the virtual
/// cost falls near hi.
///
/// ```
/// use etm_solver::cost::{Beta, CostLaw};
/// let law = Beta::new(0.0, 1.0, 2.0, 2.0).unwrap();
/// assert!((law.cdf(0.25) - 0.15625).abs() < 1e-15); // 3x² − 2x³
/// ```
#[derive(Debug, Clone)]
pub struct Beta {
    support: Support,
    alpha: f64,
    beta: f64,
    incomplete: IncompleteBeta,
}

impl Beta {
    /// The beta law with shapes `alpha` and `beta` on [`lower`, `upper`], ETH.
    ///
    /// # Errors
    /// A bad support; a shape outside [0.01, 10 000], or shapes so small that the mass sits at an end.
    pub fn new(lower: f64, upper: f64, alpha: f64, beta: f64) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        let support = Support::new(lower, upper, &mut faults);
        for (key, shape) in [("alpha", alpha), ("beta", beta)] {
            let holds = SHAPES.contains(&shape);
            faults.require(key, shape, holds, "a number from 0.01 to 10000");
        }
        faults.clone().or(())?;
        let law = faults.or(Self {
            support,
            alpha,
            beta,
            incomplete: IncompleteBeta::new(alpha, beta),
        })?;
        let quartiles = [law.quantile(0.25), law.quantile(0.75)];
        let key = if alpha < beta { "alpha" } else { "beta" };
        support.require_mass(key, quartiles, "a shape nearer 1")?;
        Ok(law)
    }

    /// x and 1 − x, each accurate relative to itself at its end.
    fn shares(&self, cost: f64) -> (f64, f64) {
        (self.support.share_below(cost), self.support.share_above(cost))
    }

    fn cdf_at(&self, x: f64, y: f64) -> f64 {
        let weight = self.incomplete.weight(x, y);
        if self.incomplete.is_lower(x) {
            weight * self.incomplete.lower_ratio(x, y)
        } else {
            1.0 - weight * self.incomplete.upper_ratio(x, y)
        }
    }

    fn survival_at(&self, x: f64, y: f64) -> f64 {
        let weight = self.incomplete.weight(x, y);
        if self.incomplete.is_lower(x) {
            1.0 - weight * self.incomplete.lower_ratio(x, y)
        } else {
            weight * self.incomplete.upper_ratio(x, y)
        }
    }

    /// F/f in lengths of the support, for x and y not 0.
    fn markup_at(&self, x: f64, y: f64) -> f64 {
        if self.incomplete.is_lower(x) {
            x * y * self.incomplete.lower_ratio(x, y)
        } else {
            let weight = self.incomplete.weight(x, y);
            // The weight underflows only far above the mass, where F/f overflows.
            x * y * (weight.recip() - self.incomplete.upper_ratio(x, y))
        }
    }

    /// S/f in lengths of the support, for x and y not 0.
    fn upper_markup_at(&self, x: f64, y: f64) -> f64 {
        if self.incomplete.is_lower(x) {
            let weight = self.incomplete.weight(x, y);
            x * y * (weight.recip() - self.incomplete.lower_ratio(x, y))
        } else {
            x * y * self.incomplete.upper_ratio(x, y)
        }
    }

    /// The share at which the leading power of F at an end of order `order` reaches `mass`: a lower bound when the
    /// density falls away from that end, and a start in any case.
    fn leading_share(&self, mass: f64, order: f64) -> f64 {
        let tiny = 1e-3_f64.powf(order.recip().min(30.0));
        let (x, y) = if order == self.alpha {
            (tiny, 1.0 - tiny)
        } else {
            (1.0 - tiny, tiny)
        };
        let reached = self.incomplete.weight(x, y) / order;
        tiny * (mass / reached).powf(order.recip())
    }
}

impl CostLaw for Beta {
    fn lower(&self) -> f64 {
        self.support.lower
    }

    fn upper(&self) -> f64 {
        self.support.upper
    }

    fn cdf(&self, cost: f64) -> f64 {
        let (x, y) = self.shares(cost);
        if x <= 0.0 {
            0.0
        } else if y > 0.0 {
            self.cdf_at(x, y).clamp(0.0, 1.0)
        } else {
            1.0
        }
    }

    fn survival(&self, cost: f64) -> f64 {
        let (x, y) = self.shares(cost);
        if x <= 0.0 {
            1.0
        } else if y > 0.0 {
            self.survival_at(x, y).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    fn pdf(&self, cost: f64, _side: Side) -> f64 {
        let (x, y) = self.shares(cost);
        let at_end = |order: f64, other: f64| {
            if order < 1.0 {
                f64::INFINITY
            } else if order > 1.0 {
                0.0
            } else {
                other / self.support.width // α = 1: β (1 − x)^{β−1}
            }
        };
        if self.support.excludes(cost) {
            0.0
        } else if x == 0.0 {
            at_end(self.alpha, self.beta)
        } else if y == 0.0 {
            at_end(self.beta, self.alpha)
        } else {
            self.incomplete.weight(x, y) / x / y / self.support.width
        }
    }

    fn log_survival(&self, cost: f64) -> f64 {
        let (x, y) = self.shares(cost);
        if x <= 0.0 {
            0.0
        } else if y <= 0.0 {
            f64::NEG_INFINITY
        } else if self.incomplete.is_lower(x) {
            let weight = self.incomplete.weight(x, y);
            (-weight * self.incomplete.lower_ratio(x, y)).ln_1p()
        } else {
            // (hi − θ)^500 underflows halfway up the support.
            self.incomplete.log_weight(x, y) + self.incomplete.upper_ratio(x, y).ln()
        }
    }

    fn hazard(&self, cost: f64, _side: Side) -> f64 {
        let (x, y) = self.shares(cost);
        (self.upper_markup_at(x, y) * self.support.width).recip()
    }

    fn log_density_slope(&self, cost: f64, _side: Side) -> f64 {
        let (x, y) = self.shares(cost);
        let part = |shape: f64, share: f64| {
            if shape == 1.0 {
                0.0 // 0/0 at the end
            } else {
                (shape - 1.0) / share.abs()
            }
        };
        if self.support.excludes(cost) {
            0.0
        } else {
            (part(self.alpha, x) - part(self.beta, y)) / self.support.width
        }
    }

    fn quantile(&self, probability: f64) -> f64 {
        if probability > 0.5 {
            return self.upper_quantile(1.0 - probability);
        } else if probability <= 0.0 {
            return self.support.lower;
        }
        let guess = self.leading_share(probability, self.alpha);
        let share = distance_reaching(probability, guess, 1.0, |x| {
            let y = 1.0 - x;
            (self.cdf_at(x, y), self.markup_at(x, y))
        });
        let cost = self.support.above_lower(share * self.support.width);
        polish_lower(self, cost, probability)
    }

    fn upper_quantile(&self, survival: f64) -> f64 {
        if survival > 0.5 {
            return self.quantile(1.0 - survival);
        } else if survival <= 0.0 {
            return self.support.upper;
        }
        let guess = self.leading_share(survival, self.beta);
        let share = distance_reaching(survival, guess, 1.0, |y| {
            let x = 1.0 - y;
            (self.survival_at(x, y), self.upper_markup_at(x, y))
        });
        let cost = self.support.below_upper(share * self.support.width);
        polish_upper(self, cost, survival)
    }

    fn markup(&self, cost: f64, _side: Side) -> f64 {
        let (x, y) = self.shares(cost);
        if x <= 0.0 {
            0.0
        } else if y > 0.0 {
            self.markup_at(x, y) * self.support.width
        } else if cost > self.support.upper || self.beta > 1.0 {
            f64::INFINITY
        } else if self.beta < 1.0 {
            0.0
        } else {
            self.support.width / self.alpha
        }
    }

    fn knots(&self) -> &[f64] {
        &[]
    }

    fn lower_order(&self) -> f64 {
        self.alpha
    }

    fn upper_order(&self) -> f64 {
        self.beta
    }
}
