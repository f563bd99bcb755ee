//! The exponential law, truncated.

use super::support::Support;
use super::{CostLaw, Side};
use crate::market::{Fault, Faults};

/// F(θ) = (1 − e^{−λ(θ − lo)})/(1 − e^{−λ(hi − lo)}): cheap buyers are the common ones.
///
/// Costs in ETH; λ > 0 is the `rate`, 1/ETH. F/f = (e^{λ(θ − lo)} − 1)/λ, whatever hi is. With λ → 0 the law
/// becomes uniform.
///
/// ```
/// use etm_solver::cost::{CostLaw, Side, TruncatedExponential};
/// let law = TruncatedExponential::new(0.0, 1.0, 2.0).unwrap();
/// let cdf = (1.0 - (-1.0_f64).exp()) / (1.0 - (-2.0_f64).exp());
/// assert!((law.cdf(0.5) - cdf).abs() < 1e-15);
/// assert!((law.markup(0.5, Side::Left) - 0.5 * (1.0_f64.exp() - 1.0)).abs() < 1e-15);
/// ```
#[derive(Debug, Clone)]
pub struct TruncatedExponential {
    support: Support,
    rate: f64,
    /// λ(hi − lo).
    decay: f64,
    /// (1 − e^{−decay})/decay.
    mass: f64,
}

impl TruncatedExponential {
    /// The exponential law of rate λ on [`lower`, `upper`], ETH.
    ///
    /// # Errors
    /// A bad support; a rate that is not above 0, or so large that the mass sits at lo.
    pub fn new(lower: f64, upper: f64, rate: f64) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        let support = Support::new(lower, upper, &mut faults);
        faults.require("rate", rate, rate > 0.0, "a number above 0, 1/ETH");
        let decay = rate * support.width;
        if rate.is_finite() && support.width.is_finite() && decay.is_infinite() {
            faults.push(Fault::new(
                "no_mass",
                "rate",
                format!("{rate:e} times the length of the support overflows"),
                "a smaller rate",
            ));
        }
        let law = faults.or(Self {
            support,
            rate,
            decay,
            mass: decayed(decay),
        })?;
        let quartiles = [law.quantile(0.25), law.quantile(0.75)];
        support.require_mass("rate", quartiles, "a smaller rate")?;
        Ok(law)
    }
}

/// (1 − e^{−x})/x, 1 at x = 0: keeps products accurate when λ(θ − lo) underflows.
fn decayed(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { -(-x).exp_m1() / x }
}

impl CostLaw for TruncatedExponential {
    fn lower(&self) -> f64 {
        self.support.lower
    }

    fn upper(&self) -> f64 {
        self.support.upper
    }

    fn cdf(&self, cost: f64) -> f64 {
        if !self.support.is_above_lower(cost) {
            0.0
        } else if self.support.is_below_upper(cost) {
            let share = self.support.share_below(cost);
            (share * decayed(self.decay * share) / self.mass).min(1.0)
        } else {
            1.0
        }
    }

    fn survival(&self, cost: f64) -> f64 {
        if !self.support.is_above_lower(cost) {
            1.0
        } else if self.support.is_below_upper(cost) {
            // e^{−λ(θ−lo)} (1 − e^{−λ(hi−θ)}): the difference of exponentials would cancel near hi.
            let share = self.support.share_above(cost);
            let reached = (-self.decay * self.support.share_below(cost)).exp();
            (reached * share * decayed(self.decay * share) / self.mass).min(1.0)
        } else {
            0.0
        }
    }

    fn pdf(&self, cost: f64, _side: Side) -> f64 {
        if self.support.excludes(cost) {
            return 0.0;
        }
        let reached = (-self.decay * self.support.share_below(cost)).exp();
        reached / self.mass / self.support.width
    }

    fn log_survival(&self, cost: f64) -> f64 {
        if !self.support.is_above_lower(cost) {
            0.0
        } else if self.support.is_below_upper(cost) {
            let share = self.support.share_above(cost);
            let left = share * decayed(self.decay * share) / self.mass;
            // e^{−λ(θ−lo)} underflows where λ(hi − lo) is a thousand.
            (left.ln() - self.decay * self.support.share_below(cost)).min(0.0)
        } else {
            f64::NEG_INFINITY
        }
    }

    fn hazard(&self, cost: f64, _side: Side) -> f64 {
        let share = self.support.share_above(cost);
        (share * decayed(self.decay * share) * self.support.width).recip()
    }

    fn log_density_slope(&self, _cost: f64, _side: Side) -> f64 {
        -self.rate
    }

    fn quantile(&self, probability: f64) -> f64 {
        if probability > 0.5 {
            return self.upper_quantile(1.0 - probability);
        }
        let share = probability.max(0.0) * self.mass;
        // λ x = −ln(1 − p(1 − e^{−decay})) with p(1 − e^{−decay}) = share·decay.
        let bent = share * self.decay;
        let stretch = if bent < 1e-290 {
            1.0 // −ln(1 − x)/x; below, decay may have underflowed
        } else {
            -(-bent).ln_1p() / bent
        };
        self.support.above_lower(share * stretch * self.support.width)
    }

    fn upper_quantile(&self, survival: f64) -> f64 {
        if survival > 0.5 {
            return self.quantile(1.0 - survival);
        }
        if survival <= 0.0 {
            return self.support.upper; // 0 · ∞ where e^{decay} overflows
        }
        // λ(hi − θ) = ln(1 + s(e^{decay} − 1)).
        let bent = survival * self.decay.exp_m1();
        if bent < 1e-290 {
            let grown = if self.decay < 1e-290 {
                1.0
            } else {
                self.decay.exp_m1() / self.decay
            };
            self.support.below_upper(survival * grown * self.support.width)
        } else if bent < 1.0 || self.decay < 1.0 {
            self.support.below_upper(bent.ln_1p() / self.rate)
        } else {
            // Far from hi; near it −ln(e^{−decay} + …) would cancel.
            let tail = survival + (1.0 - survival) * (-self.decay).exp();
            self.support.above_lower(-tail.ln() / self.rate)
        }
    }

    fn markup(&self, cost: f64, _side: Side) -> f64 {
        let distance = cost - self.support.lower;
        if cost > self.support.upper {
            f64::INFINITY
        } else if distance > 0.0 {
            let grown = self.rate * distance;
            if grown < 1e-290 {
                distance // (e^x − 1)/x → 1, and x may have underflowed
            } else {
                distance * (grown.exp_m1() / grown)
            }
        } else {
            0.0
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
