//! Laws of a prize that is drawn anew in every slot, one file a law.

mod dagum;
mod empirical;
mod exponential;
mod grouping;
mod lognormal;

pub use empirical::{EmpiricalLaw, USUAL_GROUPS};
pub(crate) use grouping::{Grouping, grouped};

use crate::market::{Fault, Faults};
use dagum::Dagum;
use exponential::Exponential;
use lognormal::Lognormal;

/// The law of one slot's prize R when slots are independent. Prizes in ETH.
///
/// Formulas hold for infinite variance too; nothing is truncated. They ask for parameters in range, which
/// [`ContinuousPrize::check`](super::ContinuousPrize::check) sees to.
///
/// ```
/// use etm_solver::prize::PrizeLaw;
/// let law = PrizeLaw::Dagum { scale: 1.0, shape: 2.0, tail: 1.0 }; // F = x²/(1 + x²), infinite variance
/// assert!((law.quantile(0.5, 0.5) - 1.0).abs() < 1e-15);
/// assert!((law.quantile(1.0, 1e-300) / 1e150 - 1.0).abs() < 1e-12);
/// assert!((law.mean() - std::f64::consts::FRAC_PI_2).abs() < 1e-14);
/// assert!((law.excess(1.0) - std::f64::consts::FRAC_PI_4).abs() < 1e-14); // ∫₁^∞ dx/(1 + x²)
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum PrizeLaw {
    /// log R is normal.
    Lognormal {
        /// Mean of log R (R in ETH).
        log_mean: f64,
        /// Standard deviation of log R, > 0.
        log_sd: f64,
    },
    /// S(x) = e^{−x/mean}.
    Exponential {
        /// Mean of R, ETH, > 0.
        mean: f64,
    },
    /// F(x) = (1 + (x/scale)^−shape)^−tail.
    Dagum {
        /// b, ETH, > 0.
        scale: f64,
        /// c, > 1 so that the mean is finite.
        shape: f64,
        /// q, > 0.
        tail: f64,
    },
    /// The law of a sample: prizes in ETH, each ≥ 0, at least one.
    Empirical(EmpiricalLaw),
}

/// What one law or another answers.
macro_rules! on_law {
    ($law:expr, $inner:ident => $value:expr) => {
        match $law {
            PrizeLaw::Lognormal { log_mean, log_sd } => {
                let $inner = Lognormal {
                    log_mean: *log_mean,
                    log_sd: *log_sd,
                };
                $value
            }
            PrizeLaw::Exponential { mean } => {
                let $inner = Exponential { mean: *mean };
                $value
            }
            PrizeLaw::Dagum { scale, shape, tail } => {
                let $inner = Dagum {
                    scale: *scale,
                    shape: *shape,
                    tail: *tail,
                };
                $value
            }
            PrizeLaw::Empirical($inner) => $value,
        }
    };
}

impl PrizeLaw {
    /// The law of `sample`, in any order, ETH.
    #[must_use]
    pub fn empirical(sample: Vec<f64>) -> Self {
        Self::Empirical(EmpiricalLaw::new(sample))
    }

    /// The least x with F(x) ≥ `cdf`, ETH; `survival` is 1 − `cdf`, given separately so that the upper tail is exact.
    ///
    /// The smaller of the two is used, down to 1e-300; where it is 0, the end of the support (0, or ∞; the least or the
    /// largest value of a sample).
    #[must_use]
    pub fn quantile(&self, cdf: f64, survival: f64) -> f64 {
        on_law!(self, law => law.quantile(cdf, survival))
    }

    /// F(x) = Pr(R ≤ x), accurate relative to itself; 0 for x < 0.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        on_law!(self, law => law.cdf(x))
    }

    /// Pr(R > x), accurate relative to itself; 1 for x < 0.
    #[must_use]
    pub fn survival(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 1.0;
        }
        on_law!(self, law => law.survival(x))
    }

    /// F′(x), per ETH; 0 for x < 0, at 0 the limit from above. A sample has none: 0 between its values, ∞ at one.
    #[must_use]
    pub fn pdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        on_law!(self, law => law.pdf(x))
    }

    /// `E[R]`, ETH: e^{log_mean + log_sd²/2}; mean; scale·tail·B(tail + 1/shape, 1 − 1/shape); the sample's mean.
    ///
    /// Source: Kleiber and Kotz, *Statistical Size Distributions in Economics and Actuarial Sciences* (2003), section 6.3.
    #[must_use]
    pub fn mean(&self) -> f64 {
        on_law!(self, law => law.mean())
    }

    /// The median, ETH; of a sample the least x with F(x) ≥ 1/2.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.quantile(0.5, 0.5)
    }

    /// `E[(R − k)^+]` = ∫_k^∞ Pr(R > x) dx, ETH, accurate relative to itself; `E[R]` − k for k ≤ 0.
    ///
    /// A closed form; where that would cancel an integral of positive terms, to rounding.
    #[must_use]
    pub fn excess(&self, k: f64) -> f64 {
        if k <= 0.0 {
            return self.mean() - k;
        }
        if k == f64::INFINITY {
            return 0.0;
        }
        on_law!(self, law => law.excess(k))
    }

    /// `E[R; R > x]`, ETH, accurate relative to itself; `E[R]` for x < 0.
    #[must_use]
    pub fn partial_mean(&self, x: f64) -> f64 {
        if x < 0.0 {
            return self.mean();
        }
        if x == f64::INFINITY {
            return 0.0;
        }
        on_law!(self, law => law.partial_mean(x))
    }

    /// Notes every parameter outside its range.
    pub(super) fn check(&self, faults: &mut Faults) {
        match self {
            Self::Lognormal { log_mean, log_sd } => {
                faults.require("distribution.lognormal.log_mean", *log_mean, true, "a finite number");
                faults.require(
                    "distribution.lognormal.log_sd",
                    *log_sd,
                    *log_sd > 0.0,
                    "a finite number above 0",
                );
            }
            Self::Exponential { mean } => faults.require(
                "distribution.exponential.mean",
                *mean,
                *mean > 0.0,
                "a finite prize in ETH above 0",
            ),
            Self::Dagum { scale, shape, tail } => {
                faults.require(
                    "distribution.dagum.scale",
                    *scale,
                    *scale > 0.0,
                    "a finite prize in ETH above 0",
                );
                faults.require(
                    "distribution.dagum.shape",
                    *shape,
                    *shape > 1.0,
                    "a finite number above 1 (the mean is infinite otherwise)",
                );
                faults.require("distribution.dagum.tail", *tail, *tail > 0.0, "a finite number above 0");
            }
            Self::Empirical(law) => {
                let sample = law.values();
                if sample.is_empty() {
                    faults.push(Fault::new(
                        "empty",
                        "distribution.empirical",
                        "the sample has no values",
                        "at least one prize",
                    ));
                }
                if let Some(bad) = sample.iter().find(|r| !(r.is_finite() && **r >= 0.0)) {
                    faults.require(
                        "distribution.empirical",
                        *bad,
                        false,
                        "finite prizes in ETH, at least 0",
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
