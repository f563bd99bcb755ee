//! How fine a grid of states has to be for a tolerance.

use std::f64::consts::{LN_10, PI};

/// Digits asked for are taken within these: coarser grids save little, and finer ones are lost in rounding.
const DIGITS: (f64, f64) = (6.0, 12.0);
/// Digits by which each rule is better than asked for.
const SPARE: f64 = 1.8;
/// Digits by which they are together.
const TOGETHER: f64 = 1.5;
/// Standard deviations over which a function that is continued by its trend stands for itself.
const CONTINUED: f64 = 0.95;

/// The rules by which expectations are taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolution {
    digits: f64,
}

impl Resolution {
    /// `tolerance` is relative.
    pub fn of(tolerance: f64) -> Self {
        Self {
            digits: (-tolerance.log10()).clamp(DIGITS.0, DIGITS.1),
        }
    }

    /// Standard deviations that count: beyond r lies a probability of about e^{−r²/2}/r.
    pub fn reach(self) -> f64 {
        (2.0 * LN_10 * (self.digits + SPARE)).sqrt()
    }

    /// Standard deviations that count over several steps: further out functions are continued, nearly as they are.
    pub fn seen(self) -> f64 {
        self.reach() - CONTINUED
    }

    /// Grid points a standard deviation: the trapezoid rule with s of them misses e^{−(πs)²} of a function that a Gaussian of
    /// the same width has smoothed.
    pub fn per_deviation(self) -> f64 {
        (LN_10 * (self.digits + SPARE + 0.4)).sqrt() / PI
    }

    /// Points of a Gauss rule a standard deviation, from a kink on.
    pub fn half_per_deviation(self) -> f64 {
        2.05 + (self.digits - 9.0) / 7.5
    }

    /// What expectations may be wrong by, relative to the scale.
    pub fn error(self) -> f64 {
        10.0_f64.powf(-self.digits - TOGETHER)
    }
}

#[cfg(test)]
mod tests {
    use super::Resolution;

    #[test]
    fn finer_for_more_digits() {
        let [coarse, usual, fine] = [1e-3, 1e-9, 1e-12].map(Resolution::of);
        assert!(coarse.reach() < usual.reach() && usual.reach() < fine.reach());
        assert!(coarse.per_deviation() < usual.per_deviation() && usual.per_deviation() < fine.per_deviation());
        assert!((usual.reach() - 7.05).abs() < 0.01 && (usual.per_deviation() - 1.62).abs() < 0.01);
        assert!(fine.error() < 1e-13);
    }
}
