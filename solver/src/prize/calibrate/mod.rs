//! Prize processes fitted to observed payments by maximum likelihood, one file a process.
//!
//! | process | method |
//! |---|---|
//! | [`log_ar1`] | exact Gaussian likelihood; slots without a value are missing observations, never jumps |
//! | [`geometric_brownian`] | closed form |
//! | [`independent`] | lognormal and exponential in closed form, Dagum by argmin and Newton; the sample itself |
//!
//! Standard errors are those of the observed information, −(∂²ℓ)⁻¹. A fit to data that the process does not describe is
//! still a fit: every report says in `warnings()` where it misses them.

mod dagum;
mod geometric_brownian;
mod goodness;
mod independent;
mod information;
mod log_ar1;
mod log_steps;

pub use geometric_brownian::{GeometricBrownianFit, geometric_brownian};
pub use goodness::{LEVELS, Residuals};
pub use independent::{IndependentFit, LawFit, LawName, independent};
pub use log_ar1::{LogAr1Fit, log_ar1};

use serde::Serialize;

/// A parameter with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fitted {
    /// The estimate.
    pub value: f64,
    /// Its standard error, > 0; not a number where the likelihood is flat.
    pub standard_error: f64,
}

impl Fitted {
    fn new(value: f64, standard_error: f64) -> Self {
        Self { value, standard_error }
    }
}

/// Significant digits, as text: what goes into a warning.
fn short(value: f64) -> String {
    format!("{value:.3e}")
        .parse::<f64>()
        .map_or_else(|_| value.to_string(), |rounded| rounded.to_string())
}
