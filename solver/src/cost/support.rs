//! The support [lo, hi] that all laws share: its validation and its two distances.

use crate::market::{Fault, Faults};

/// The shortest support accepted, ETH: on a shorter one densities overflow.
const NARROWEST: f64 = 1e-290;

/// The longest support accepted, ETH: on a longer one hi − lo overflows.
const WIDEST: f64 = 1e290;

/// [lo, hi] with its length.
#[derive(Debug, Clone, Copy)]
pub(super) struct Support {
    pub(super) lower: f64,
    pub(super) upper: f64,
    pub(super) width: f64,
}

impl Support {
    /// Notes what is wrong with the ends of a support; the support is usable only when nothing was noted.
    pub(super) fn new(lower: f64, upper: f64, faults: &mut Faults) -> Self {
        faults.require("lower", lower, true, "a finite number, ETH");
        faults.require("upper", upper, true, "a finite number, ETH");
        let width = upper - lower;
        let finite = lower.is_finite() && upper.is_finite();
        if finite && lower >= upper {
            faults.push(Fault::new(
                "empty_support",
                "upper",
                format!("{upper} is not above lower = {lower}"),
                "a number above lower, ETH",
            ));
        } else if finite && !(NARROWEST..=WIDEST).contains(&width) {
            faults.push(Fault::new(
                "out_of_range",
                "upper",
                format!("upper − lower = {width:e} cannot be computed with"),
                format!("a support between {NARROWEST:e} and {WIDEST:e} ETH long"),
            ));
        }
        Self { lower, upper, width }
    }

    /// Whether `cost` is above lo; false for NaN.
    pub(super) fn is_above_lower(&self, cost: f64) -> bool {
        cost > self.lower
    }

    /// Whether `cost` is below hi; false for NaN.
    pub(super) fn is_below_upper(&self, cost: f64) -> bool {
        cost < self.upper
    }

    /// Whether `cost` is outside [lo, hi], or NaN.
    pub(super) fn excludes(&self, cost: f64) -> bool {
        !(cost >= self.lower && cost <= self.upper)
    }

    /// (θ − lo)/(hi − lo), accurate relative to itself near lo.
    pub(super) fn share_below(&self, cost: f64) -> f64 {
        (cost - self.lower) / self.width
    }

    /// (hi − θ)/(hi − lo), accurate relative to itself near hi.
    pub(super) fn share_above(&self, cost: f64) -> f64 {
        (self.upper - cost) / self.width
    }

    /// lo + `distance`, inside the support.
    pub(super) fn above_lower(&self, distance: f64) -> f64 {
        self.clamp(self.lower + distance)
    }

    /// hi − `distance`, inside the support.
    pub(super) fn below_upper(&self, distance: f64) -> f64 {
        self.clamp(self.upper - distance)
    }

    /// The nearest cost of the support; lo for NaN.
    pub(super) fn clamp(&self, cost: f64) -> f64 {
        if cost >= self.upper {
            self.upper
        } else if cost > self.lower {
            cost
        } else {
            self.lower
        }
    }

    /// Refuses a law that squeezes half of its mass into less than the spacing of floating-point numbers: its
    /// quartiles then coincide with each other or with an end, and no auction can be computed on it.
    pub(super) fn require_mass(&self, key: &str, quartiles: [f64; 2], allowed: &str) -> Result<(), Faults> {
        let [first, third] = quartiles;
        if self.lower < first && first < third && third < self.upper {
            return Ok(());
        }
        let mut faults = Faults::none();
        faults.push(Fault::new(
            "no_mass",
            key,
            "the law has no mass that floating-point costs in (lower, upper) can represent",
            allowed,
        ));
        Err(faults)
    }
}
