//! Laws of a buyer's private cost of extracting the prize, one file a law.
//!
//! | law | type |
//! |---|---|
//! | uniform | [`Uniform`] |
//! | power, F = ((θ − lo)/(hi − lo))^a | [`Power`] |
//! | beta on [lo, hi] | [`Beta`] |
//! | normal, lognormal, exponential, truncated to [lo, hi] | [`TruncatedNormal`], [`TruncatedLognormal`], [`TruncatedExponential`] |
//! | linear between given quantiles | [`Empirical`] |
//!
//! [`Remaining`] is any of them given that it exceeds a cost. [`VirtualCost`] turns any of them into z(θ) = θ + F/f, ironed where z is not increasing.

mod beta;
mod density;
mod empirical;
mod gaussian;
mod invert;
mod ironing;
mod power;
mod remaining;
mod support;
mod truncated_exponential;
mod truncated_lognormal;
mod truncated_normal;
mod uniform;
mod virtual_cost;

pub use beta::Beta;
pub use density::density_falls;
pub use empirical::Empirical;
pub use ironing::IronedInterval;
pub use power::Power;
pub use remaining::Remaining;
pub use truncated_exponential::TruncatedExponential;
pub use truncated_lognormal::TruncatedLognormal;
pub use truncated_normal::TruncatedNormal;
pub use uniform::Uniform;
pub use virtual_cost::VirtualCost;

use std::fmt::Debug;

/// F, S and ln S at one cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tail {
    /// F(θ).
    pub cdf: f64,
    /// S(θ).
    pub survival: f64,
    /// ln S(θ).
    pub log_survival: f64,
}

impl Tail {
    /// At a cost.
    #[must_use]
    pub fn at(law: &dyn CostLaw, cost: f64) -> Self {
        law.tail(cost)
    }

    /// From F and S, which sum to 1 and are each accurate relative to themselves.
    #[must_use]
    pub fn of(cdf: f64, survival: f64) -> Self {
        let log_survival = if cdf < 0.5 { (-cdf).ln_1p() } else { survival.ln() };
        Self {
            cdf,
            survival,
            log_survival,
        }
    }
}

/// Which one-sided limit is meant at a knot of a law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// From lower costs.
    Left,
    /// From higher costs.
    Right,
}

/// An absolutely continuous law F with a positive density on a bounded support [lo, hi].
///
/// Costs are in ETH. Arguments outside the support are allowed: F is 0 below and 1 above, the density 0.
/// Every method is total on finite arguments: no panic and no NaN.
pub trait CostLaw: Debug + Send + Sync {
    /// lo, the lowest cost.
    fn lower(&self) -> f64;
    /// hi, the highest cost.
    fn upper(&self) -> f64;
    /// F(θ), accurate relative to F near lo.
    fn cdf(&self, cost: f64) -> f64;
    /// S(θ) = 1 − F(θ), accurate relative to S near hi.
    fn survival(&self, cost: f64) -> f64;
    /// f(θ), the one-sided limit at a knot; at an end of the support the limit from inside, whatever the side, and
    /// there it may be 0 or infinite. It may overflow to infinity just inside such an end.
    fn pdf(&self, cost: f64, side: Side) -> f64;
    /// ln S(θ), finite wherever θ < hi: a product of 9,999 survival probabilities is a sum of these.
    fn log_survival(&self, cost: f64) -> f64 {
        let cdf = self.cdf(cost);
        if cdf < 0.5 {
            (-cdf).ln_1p()
        } else {
            self.survival(cost).ln()
        }
    }
    /// F, S and ln S together: a law whose F is a special function evaluates it once.
    fn tail(&self, cost: f64) -> Tail {
        Tail {
            cdf: self.cdf(cost),
            survival: self.survival(cost),
            log_survival: self.log_survival(cost),
        }
    }
    /// f(θ)/S(θ), inside the support; also where both are too small to represent.
    fn hazard(&self, cost: f64, side: Side) -> f64 {
        self.pdf(cost, side) / self.survival(cost)
    }
    /// f′(θ)/f(θ), one-sided at a knot, 1/ETH: the slope of the virtual cost is 2 − (F/f)·(f′/f). May be infinite
    /// at the ends; not meaningful outside the support.
    fn log_density_slope(&self, cost: f64, side: Side) -> f64;
    /// F⁻¹(p) for p in [0, 1], clamped outside.
    fn quantile(&self, probability: f64) -> f64;
    /// S⁻¹(s) for s in [0, 1]: the quantile of 1 − s, accurate for small s.
    fn upper_quantile(&self, survival: f64) -> f64;
    /// F(θ)/f(θ), the markup of the virtual cost, with its limits: 0 at lo; 0 where f is infinite; infinite
    /// where f vanishes at hi. Accurate relative to itself near lo.
    fn markup(&self, cost: f64, side: Side) -> f64;
    /// Interior points, increasing, where the density or its derivative jumps.
    fn knots(&self) -> &[f64];
    /// a of F ~ (θ − lo)^a at lo: 1 where the density at lo is positive and finite.
    fn lower_order(&self) -> f64;
    /// b of S ~ (hi − θ)^b at hi: 1 where the density at hi is positive and finite.
    fn upper_order(&self) -> f64;
}
