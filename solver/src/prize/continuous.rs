//! Parameters of the prize processes with a continuous state.

use super::law::PrizeLaw;
use crate::market::Faults;

/// A prize process with a continuous state.
#[derive(Debug, Clone, PartialEq)]
pub enum ContinuousPrize {
    /// Independent prizes, one law.
    Iid {
        /// The law of each slot's prize.
        law: PrizeLaw,
        /// R_0, ETH; absent: results are averages over R_0.
        initial: Option<f64>,
    },
    /// Log-normal steps with E[R′/R] = e^drift.
    GeometricBrownian {
        /// R_0, ETH, > 0.
        initial: f64,
        /// Drift per slot.
        drift: f64,
        /// Standard deviation of the log step, ≥ 0.
        volatility: f64,
        /// Relative tolerance.
        tolerance: f64,
    },
    /// log R′ = mean·(1 − persistence) + persistence·log R + volatility·ε.
    LogAr1 {
        /// Mean of log R (R in ETH).
        mean: f64,
        /// In (−1, 1).
        persistence: f64,
        /// Standard deviation of the innovation, ≥ 0.
        volatility: f64,
        /// R_0, ETH, > 0.
        initial: f64,
        /// Relative tolerance.
        tolerance: f64,
    },
}

/// The tolerance a market file gets when it names none.
pub const DEFAULT_TOLERANCE: f64 = 1e-9;

impl ContinuousPrize {
    /// Checks the parameters.
    ///
    /// # Errors
    /// Every parameter outside its range.
    pub fn check(self) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        match &self {
            Self::Iid { law, initial } => {
                law.check(&mut faults);
                if let Some(initial) = *initial {
                    faults.require("initial", initial, initial >= 0.0, "a finite prize in ETH, at least 0");
                }
            }
            Self::GeometricBrownian {
                initial,
                drift,
                volatility,
                tolerance,
            } => {
                faults.require("initial", *initial, *initial > 0.0, "a finite prize in ETH above 0");
                faults.require("drift", *drift, true, "a finite drift per slot");
                require_step(&mut faults, *volatility, *tolerance);
            }
            Self::LogAr1 {
                mean,
                persistence,
                volatility,
                initial,
                tolerance,
            } => {
                faults.require("mean", *mean, true, "a finite mean of the log prize");
                faults.require(
                    "persistence",
                    *persistence,
                    persistence.abs() < 1.0,
                    "a number strictly between -1 and 1",
                );
                faults.require("initial", *initial, *initial > 0.0, "a finite prize in ETH above 0");
                require_step(&mut faults, *volatility, *tolerance);
            }
        }
        faults.or(self)
    }

    /// The relative tolerance asked for.
    #[must_use]
    pub fn tolerance(&self) -> f64 {
        match self {
            Self::Iid { .. } => DEFAULT_TOLERANCE,
            Self::GeometricBrownian { tolerance, .. } | Self::LogAr1 { tolerance, .. } => *tolerance,
        }
    }

    /// The key of the market file's table for this process.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Iid { .. } => "prize.iid",
            Self::GeometricBrownian { .. } => "prize.geometric_brownian",
            Self::LogAr1 { .. } => "prize.log_ar1",
        }
    }
}

fn require_step(faults: &mut Faults, volatility: f64, tolerance: f64) {
    faults.require(
        "volatility",
        volatility,
        volatility >= 0.0,
        "a finite standard deviation, at least 0",
    );
    faults.require(
        "tolerance",
        tolerance,
        tolerance > 0.0 && tolerance < 1.0,
        "a relative tolerance above 0, below 1",
    );
}
