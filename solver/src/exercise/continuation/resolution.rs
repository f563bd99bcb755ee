//! How fine a grid of states has to be for a tolerance.

use std::f64::consts::{LN_10, PI};

use crate::numerics::exponential::LANES;
use crate::numerics::{gauss, normal};

/// Digits asked for are taken within these: coarser grids save little, and finer ones are lost in rounding.
const DIGITS: (f64, f64) = (6.0, 12.0);
/// Digits by which each rule is better than asked for.
const SPARE: f64 = 1.8;
/// Digits by which they are together.
const TOGETHER: f64 = 1.5;
/// Standard deviations over which a function that is continued by its trend stands for itself.
const CONTINUED: f64 = 0.95;

/// Steps larger than this, in the log of the prize.
const LARGE_STEP: f64 = 1.0;
/// Half-lines go no further than this beyond the reach of a step.
pub(super) const FURTHEST: f64 = 20.0;

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

    /// Nodes and weights of a rule for ∫₀^∞ f(s) φ(s) ds over a half-line beside a kink, as many as are worked on side by side.
    ///
    /// f is the kink's value seen from some distance u, e^{−us} times what grows like prizes do, e^{σs}. Each point of the rule
    /// for the half-normal weight adds about one digit where σ is small; else panels do better.
    pub fn half_line(self, sigma: f64) -> Vec<(f64, f64)> {
        let normal = normal::density(0.0);
        if sigma <= LARGE_STEP {
            let count = ((self.digits + 1.0).ceil() as usize).next_multiple_of(LANES);
            let rule = gauss::half_normal_rule(count);
            return rule.iter().map(|(s, weight)| (*s, weight * normal)).collect();
        }
        let reach = self.reach() + sigma.min(FURTHEST);
        let per_deviation = 2.05 + (self.digits - 9.0) / 7.5;
        let count = ((per_deviation * reach).ceil() as usize).next_multiple_of(LANES);
        let weigh = |(node, weight): (f64, f64)| {
            let s = node * reach;
            (s, weight * reach * normal * (-0.5 * s * s).exp())
        };
        gauss::unit_rule(count).into_iter().map(weigh).collect()
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
