//! The lognormal law, truncated.

use super::gaussian::{Point, TruncatedGaussian};
use super::invert::{polish_lower, polish_upper};
use super::support::Support;
use super::{CostLaw, Side, Tail};
use crate::market::Faults;

/// The largest `log_sd`: beyond it ln θ is uniform on every support a computer can hold.
const FLATTEST: f64 = 1e6;

/// A cost whose logarithm is normal, mean μ and standard deviation σ, before truncation to [lo, hi], lo ≥ 0.
///
/// F(θ) = (Φ(x) − Φ(a))/(Φ(b) − Φ(a)) with x = (ln θ − μ)/σ and a, b its values at lo and hi; a = −∞ when lo = 0,
/// where the density then vanishes faster than any power. Costs in ETH; μ and σ are of ln(θ/ETH).
///
/// ```
/// use etm_solver::cost::{CostLaw, TruncatedLognormal};
/// let law = TruncatedLognormal::new(0.5, 2.0, 0.0, 1.0).unwrap();
/// assert!((law.cdf(1.0) - 0.5).abs() < 1e-15);
/// ```
#[derive(Debug, Clone)]
pub struct TruncatedLognormal {
    support: Support,
    log_mean: f64,
    log_sd: f64,
    standard: TruncatedGaussian,
}

impl TruncatedLognormal {
    /// The law of e^{`log_mean` + `log_sd`·ε}, ε standard normal, given a cost in [`lower`, `upper`], ETH.
    ///
    /// # Errors
    /// A bad support or one that reaches below 0; a mean that is not finite; σ ≤ 0, above 1e6, or so small that the
    /// mass sits at one point.
    pub fn new(lower: f64, upper: f64, log_mean: f64, log_sd: f64) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        let support = Support::new(lower, upper, &mut faults);
        if lower.is_finite() {
            faults.require("lower", lower, lower >= 0.0, "0 or more: the law has no negative costs");
        }
        faults.require("log_mean", log_mean, true, "a finite number");
        faults.require(
            "log_sd",
            log_sd,
            log_sd > 0.0 && log_sd <= FLATTEST,
            "a number above 0, at most 1e6",
        );
        faults.clone().or(())?;
        let [a, b] = [lower, upper].map(|cost| (cost.ln() - log_mean) / log_sd);
        let width = log_ratio(lower, upper, support.width) / log_sd;
        let usable = b.is_finite() && (lower == 0.0 || a.is_finite() && width.is_finite());
        let law = faults.or(Self {
            support,
            log_mean,
            log_sd,
            standard: TruncatedGaussian::new(a, b, width),
        })?;
        let quartiles = if usable {
            [law.quantile(0.25), law.quantile(0.75)]
        } else {
            [lower; 2] // a mean more than 1e308 deviations away: no mass
        };
        support.require_mass(
            "log_sd",
            quartiles,
            "a larger log_sd, or a log_mean nearer [ln lower, ln upper]",
        )?;
        Ok(law)
    }

    fn point(&self, cost: f64) -> Point {
        let Support { lower, upper, .. } = self.support;
        Point {
            x: (cost.ln() - self.log_mean) / self.log_sd,
            t: log_ratio(lower, cost, cost - lower) / self.log_sd,
            y: log_ratio(cost, upper, upper - cost) / self.log_sd,
        }
    }

    fn cost(&self, point: Point) -> f64 {
        let Support { lower, upper, .. } = self.support;
        // From an end of the support near it, where e^{μ + σx} would round away the distance to that end.
        let [up, down] = [point.t, point.y].map(|distance| distance * self.log_sd);
        if up < 1.0 {
            self.support.above_lower(lower * up.exp_m1())
        } else if down < 0.5 {
            self.support.below_upper(-upper * (-down).exp_m1())
        } else {
            let cost = (self.log_mean + point.x * self.log_sd).exp();
            self.support.clamp(cost)
        }
    }
}

/// ln(to/from) from the difference `gap` = to − from, accurate when the two are close; ∞ for `from` = 0.
fn log_ratio(from: f64, to: f64, gap: f64) -> f64 {
    if from == 0.0 {
        f64::INFINITY
    } else if gap < from {
        (gap / from).ln_1p()
    } else {
        to.ln() - from.ln()
    }
}

impl CostLaw for TruncatedLognormal {
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
            self.standard.cdf(self.point(cost))
        } else {
            1.0
        }
    }

    fn tail(&self, cost: f64) -> Tail {
        if !self.support.is_above_lower(cost) {
            Tail::of(0.0, 1.0)
        } else if self.support.is_below_upper(cost) {
            self.standard.tail(self.point(cost))
        } else {
            Tail::of(1.0, 0.0)
        }
    }

    fn survival(&self, cost: f64) -> f64 {
        if !self.support.is_above_lower(cost) {
            1.0
        } else if self.support.is_below_upper(cost) {
            self.standard.survival(self.point(cost))
        } else {
            0.0
        }
    }

    fn pdf(&self, cost: f64, _side: Side) -> f64 {
        // At 0 the density vanishes; e^{−∞}/0 would be 0/0.
        if self.support.excludes(cost) || cost == 0.0 {
            0.0
        } else {
            self.standard.pdf(self.point(cost)) / self.log_sd / cost
        }
    }

    fn log_survival(&self, cost: f64) -> f64 {
        if !self.support.is_above_lower(cost) {
            0.0
        } else if self.support.is_below_upper(cost) {
            self.standard.log_survival(self.point(cost))
        } else {
            f64::NEG_INFINITY
        }
    }

    fn hazard(&self, cost: f64, _side: Side) -> f64 {
        let markup = TruncatedGaussian::upper_markup(self.point(cost));
        (markup * self.log_sd * cost).recip()
    }

    fn log_density_slope(&self, cost: f64, _side: Side) -> f64 {
        if cost > 0.0 {
            -(1.0 + (cost.ln() - self.log_mean) / self.log_sd / self.log_sd) / cost
        } else {
            f64::INFINITY
        }
    }

    fn quantile(&self, probability: f64) -> f64 {
        if probability > 0.5 {
            self.upper_quantile(1.0 - probability)
        } else if probability > 0.0 {
            let cost = self.cost(self.standard.quantile(probability));
            polish_lower(self, cost, probability)
        } else {
            self.support.lower
        }
    }

    fn upper_quantile(&self, survival: f64) -> f64 {
        if survival > 0.5 {
            self.quantile(1.0 - survival)
        } else if survival > 0.0 {
            let cost = self.cost(self.standard.upper_quantile(survival));
            polish_upper(self, cost, survival)
        } else {
            self.support.upper
        }
    }

    fn markup(&self, cost: f64, _side: Side) -> f64 {
        if !self.support.is_above_lower(cost) {
            0.0
        } else if cost > self.support.upper {
            f64::INFINITY
        } else {
            TruncatedGaussian::markup(self.point(cost)) * self.log_sd * cost
        }
    }

    fn knots(&self) -> &[f64] {
        &[]
    }

    /// 1, or ∞ when lo = 0: F then vanishes faster than any power.
    fn lower_order(&self) -> f64 {
        if self.support.lower == 0.0 { f64::INFINITY } else { 1.0 }
    }

    fn upper_order(&self) -> f64 {
        1.0
    }
}
