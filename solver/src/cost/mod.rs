//! Laws of a buyer's private cost of extracting the prize, one file a law.
//!
//! | law | file |
//! |---|---|
//! | uniform | [`uniform`] |
//! | power, F = ((θ − lo)/(hi − lo))^a | [`power`] |
//! | beta on [lo, hi] | [`beta`] |
//! | normal, lognormal, exponential, truncated to [lo, hi] | [`truncated_normal`], [`truncated_lognormal`], [`truncated_exponential`] |
//! | linear between given quantiles | [`empirical`] |
//!
//! [`virtual_cost`] turns any of them into z(θ) = θ + F/f, ironed where z is not increasing.

use std::fmt::Debug;

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
    /// f(θ), the one-sided limit at a knot or at an end of the support; may be 0 or infinite at the ends.
    fn pdf(&self, cost: f64, side: Side) -> f64;
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
