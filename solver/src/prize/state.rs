//! Continuous prizes as functions of a Gaussian state: R_t = ϕ(X_t), X_{t+1} = a + ρ X_t + σ ε.
//!
//! | process | X | ϕ | ρ | σ |
//! |---|---|---|---|---|
//! | `geometric_brownian` | log R | exp | 1 | volatility |
//! | `log_ar1` | log R | exp | persistence | volatility |
//! | `iid` | the normal score of R | quantile ∘ Φ | 0 | 1 |

use super::{ContinuousPrize, FinitePrizes, PrizeLaw};
use crate::market::Faults;
use crate::numerics::{exponential, normal};

/// A Gaussian beyond this many standard deviations is below rounding.
pub(crate) const FAR: f64 = 8.3;

/// How a prize follows from the state.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PrizeMap {
    /// R = e^X.
    Exponential,
    /// R has this law and X is its normal score.
    Quantile(PrizeLaw),
}

/// A prize that is a function of a Gaussian autoregression.
#[derive(Debug, Clone, PartialEq)]
pub struct PrizeState {
    /// ρ; 0 where slots are independent.
    pub persistence: f64,
    /// a.
    pub shift: f64,
    /// σ > 0.
    pub volatility: f64,
    /// R_0, ETH; `None`: drawn from the law of every slot.
    pub initial: Option<f64>,
    /// What figures may be wrong by, relative to their scale.
    pub tolerance: f64,
    pub(crate) map: PrizeMap,
}

impl PrizeState {
    /// The state behind a process whose volatility is positive.
    #[must_use]
    pub fn of(process: &ContinuousPrize) -> Self {
        match process {
            ContinuousPrize::Iid { law, initial } => Self {
                persistence: 0.0,
                shift: 0.0,
                volatility: 1.0,
                initial: *initial,
                tolerance: process.tolerance(),
                map: PrizeMap::Quantile(law.clone()),
            },
            ContinuousPrize::GeometricBrownian {
                initial,
                drift,
                volatility,
                ..
            } => Self {
                persistence: 1.0,
                shift: drift - 0.5 * volatility * volatility,
                volatility: *volatility,
                initial: Some(*initial),
                tolerance: process.tolerance(),
                map: PrizeMap::Exponential,
            },
            ContinuousPrize::LogAr1 {
                mean,
                persistence,
                volatility,
                initial,
                ..
            } => Self {
                persistence: *persistence,
                shift: mean * (1.0 - persistence),
                volatility: *volatility,
                initial: Some(*initial),
                tolerance: process.tolerance(),
                map: PrizeMap::Exponential,
            },
        }
    }

    /// Whether the prize of a slot says nothing of the next one's.
    #[must_use]
    pub fn is_independent(&self) -> bool {
        self.persistence == 0.0
    }

    /// ϕ(x), ETH.
    #[must_use]
    pub fn prize(&self, state: f64) -> f64 {
        match &self.map {
            PrizeMap::Exponential => exponential::exp_of(state),
            PrizeMap::Quantile(law) => law.quantile(normal::cdf(state), normal::survival(state)),
        }
    }

    /// ϕ⁻¹(r); −∞ for a prize of 0.
    #[must_use]
    pub fn state(&self, prize: f64) -> f64 {
        match &self.map {
            PrizeMap::Exponential => prize.ln(),
            PrizeMap::Quantile(law) => normal::quantile(law.cdf(prize), law.survival(prize)),
        }
    }

    /// E[X_{t+1} given X_t = x].
    #[must_use]
    pub fn mean(&self, state: f64) -> f64 {
        self.shift + self.persistence * state
    }

    /// Mean and standard deviation of X `slots` later.
    #[must_use]
    pub fn ahead(&self, state: f64, slots: usize) -> (f64, f64) {
        let n = slots as f64;
        let (rho, sigma) = (self.persistence, self.volatility);
        if rho == 1.0 {
            return (state + self.shift * n, sigma * n.sqrt());
        }
        if slots == 0 {
            return (state, 0.0);
        }
        if rho == 0.0 {
            return (self.shift, sigma);
        }
        let power = rho.powf(n);
        let power = if power.is_nan() {
            rho.powi(slots.min(100_000) as i32)
        } else {
            power
        };
        let long = self.shift / (1.0 - rho);
        // (1 − ρ^{2n})/(1 − ρ²) without cancellation for ρ near 1.
        let spread = (2.0 * n * rho.abs().ln()).exp_m1() / (2.0 * rho.abs().ln()).exp_m1();
        (long + power * (state - long), sigma * spread.sqrt())
    }

    /// Mean and median of the prize `slots` after slot 0, ETH. Where they are far apart, a few high prizes carry the mean.
    #[must_use]
    pub fn mean_and_median(&self, slots: usize) -> (f64, f64) {
        let start = self.initial.map_or(self.shift, |prize| self.state(prize));
        match &self.map {
            PrizeMap::Exponential => {
                let (mean, sd) = self.ahead(start, slots);
                ((mean + 0.5 * sd * sd).exp(), mean.exp())
            }
            PrizeMap::Quantile(law) => (law.mean(), law.median()),
        }
    }

    /// E[ϕ(X)] for X normal with this mean and standard deviation σ: the expected prize of the next slot, ETH.
    #[must_use]
    pub fn expected_prize(&self, mean: f64) -> f64 {
        match &self.map {
            PrizeMap::Exponential => exponential::exp_of(mean + 0.5 * self.volatility * self.volatility),
            PrizeMap::Quantile(law) => law.mean(),
        }
    }

    /// E[(ϕ(X) − k)⁺] for X normal with this mean and standard deviation, ETH (Black and Scholes 1973).
    #[must_use]
    pub(crate) fn excess(&self, mean: f64, sd: f64, strike: f64) -> f64 {
        match &self.map {
            PrizeMap::Exponential => {
                let forward = (mean + 0.5 * sd * sd).exp();
                if strike <= 0.0 {
                    return forward - strike;
                }
                if sd == 0.0 {
                    return (mean.exp() - strike).max(0.0);
                }
                let d2 = (mean - strike.ln()) / sd;
                let call = forward * normal::cdf(d2 + sd) - strike * normal::cdf(d2);
                call.max(0.0)
            }
            PrizeMap::Quantile(law) => law.excess(strike),
        }
    }

    /// The path of a process that does not move at random.
    ///
    /// # Errors
    /// A prize that overflows.
    pub(crate) fn path(process: &ContinuousPrize, maturity: usize) -> Option<Result<FinitePrizes, Faults>> {
        let volatility = match process {
            ContinuousPrize::Iid { .. } => return None,
            ContinuousPrize::GeometricBrownian { volatility, .. } | ContinuousPrize::LogAr1 { volatility, .. } => {
                *volatility
            }
        };
        if volatility > 0.0 {
            return None;
        }
        let state = Self::of(process);
        let initial = state.initial?;
        let mut at = initial.ln();
        let mut values = vec![initial];
        for _ in 0..maturity {
            at = state.mean(at);
            values.push(at.exp());
        }
        Some(FinitePrizes::path(values))
    }
}
