//! The normal law, truncated.

use super::gaussian::{Point, TruncatedGaussian};
use super::invert::{polish_lower, polish_upper};
use super::support::Support;
use super::{CostLaw, Side, Tail};
use crate::market::Faults;

/// The largest sd in lengths of the support. The law is uniform to rounding long before, and distances from an end in
/// units of sd would soon underflow.
const FLATTEST: f64 = 1e12;

/// A normal law of mean m and standard deviation σ before truncation to [lo, hi].
///
/// F(θ) = (Φ(x) − Φ(a))/(Φ(b) − Φ(a)) with x = (θ − m)/σ and a, b its values at lo and hi. Costs, m and σ in ETH. m
/// may lie any number of σ outside [lo, hi]: masses are computed relative to the density at the end nearest m.
///
/// ```
/// use etm_solver::cost::{CostLaw, TruncatedNormal};
/// let law = TruncatedNormal::new(0.0, 2.0, 1.0, 0.3).unwrap();
/// assert!((law.cdf(1.0) - 0.5).abs() < 1e-15);
/// ```
#[derive(Debug, Clone)]
pub struct TruncatedNormal {
    support: Support,
    mean: f64,
    sd: f64,
    standard: TruncatedGaussian,
}

impl TruncatedNormal {
    /// The normal law of `mean` m and standard deviation `sd` σ, given a cost in [`lower`, `upper`], ETH.
    ///
    /// # Errors
    /// A bad support; a mean that is not finite; σ ≤ 0, above 1e12 times the length of the support, or so small
    /// that the mass sits at one point.
    pub fn new(lower: f64, upper: f64, mean: f64, sd: f64) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        let support = Support::new(lower, upper, &mut faults);
        faults.require("mean", mean, true, "a finite number, ETH");
        let too_flat = support.width > 0.0 && sd > FLATTEST * support.width;
        faults.require(
            "sd",
            sd,
            sd > 0.0 && !too_flat,
            "a number above 0, at most 1e12 times upper − lower, ETH",
        );
        let [a, b, width] = [(lower - mean) / sd, (upper - mean) / sd, support.width / sd];
        let usable = [a, b, width].iter().all(|z| z.is_finite());
        let law = faults.or(Self {
            support,
            mean,
            sd,
            standard: TruncatedGaussian::new(a, b, width),
        })?;
        let quartiles = if usable {
            [law.quantile(0.25), law.quantile(0.75)]
        } else {
            [lower; 2] // a mean more than 1e308 deviations away: no mass
        };
        support.require_mass("sd", quartiles, "a larger sd, or a mean nearer [lower, upper]")?;
        Ok(law)
    }

    fn point(&self, cost: f64) -> Point {
        Point {
            x: (cost - self.mean) / self.sd,
            t: (cost - self.support.lower) / self.sd,
            y: (self.support.upper - cost) / self.sd,
        }
    }

    fn cost(&self, point: Point) -> f64 {
        // Added to whichever of lo, hi and m it is nearest: the sum then rounds least.
        if point.t <= point.y.min(point.x.abs()) {
            self.support.above_lower(point.t * self.sd)
        } else if point.y <= point.x.abs() {
            self.support.below_upper(point.y * self.sd)
        } else {
            self.support.clamp(self.mean + point.x * self.sd)
        }
    }
}

impl CostLaw for TruncatedNormal {
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
        if self.support.excludes(cost) {
            0.0
        } else {
            self.standard.pdf(self.point(cost)) / self.sd
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
        (markup * self.sd).recip()
    }

    fn log_density_slope(&self, cost: f64, _side: Side) -> f64 {
        -(cost - self.mean) / self.sd / self.sd
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
            TruncatedGaussian::markup(self.point(cost)) * self.sd
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
