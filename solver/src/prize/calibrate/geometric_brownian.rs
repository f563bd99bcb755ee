//! Geometric Brownian motion, fitted in closed form.
//!
//! | symbol | meaning |
//! |---|---|
//! | d | log step over g slots, normal with mean g μ and variance g σ² |
//! | G, N | Σ g, number of steps |
//!
//! μ = Σ d/G, σ² = Σ (d − g μ)²/g / N, drift = μ + σ²/2 (E[R′/R] = e^drift), with standard errors σ/√G, σ/√(2N) and, by the delta method,
//! √(σ²/G + σ⁴/(2N)).

use std::f64::consts::TAU;

use serde::Serialize;

use super::goodness::Residuals;
use super::log_ar1::given_the_first;
use super::log_steps::{LogSteps, zeros_warning};
use super::{Fitted, short};
use crate::market::{Fault, Faults};
use crate::prize::empirical::{Observation, quantile};

/// 1 % critical value of the likelihood ratio against an autoregression whose persistence is 1: 3.43², the square of Dickey and Fuller's
/// (1979) with a mean. Twice a chi-square's, because the likelihood is not regular there.
const SIGNIFICANT: f64 = 11.8;

/// Log-normal steps with E[R′/R] = e^drift, fitted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GeometricBrownianFit {
    /// μ + σ²/2, per slot.
    pub drift: Fitted,
    /// σ, standard deviation of the log step.
    pub volatility: Fitted,
    /// μ, mean of the log step.
    pub log_drift: Fitted,
    /// ℓ at its maximum, of the logs given the first.
    pub log_likelihood: f64,
    /// Values used.
    pub observations: usize,
    /// Steps over slots without a value.
    pub gaps: usize,
    /// Values of 0, left out.
    pub zeros: usize,
    /// Standardised steps.
    pub residuals: Residuals,
    /// The median of the values used, ETH.
    pub median: f64,
    /// Twice what the log-likelihood gains when the log prize may return to a mean; none where that cannot be fitted.
    pub likelihood_ratio: Option<f64>,
}

impl GeometricBrownianFit {
    /// Whether the log prize returns to a mean, at the 1 % level: then this process has no meaning for the data.
    #[must_use]
    pub fn mean_reverting(&self) -> bool {
        self.likelihood_ratio.is_some_and(|ratio| ratio > SIGNIFICANT)
    }

    /// What a reader should know before trusting the fit, one sentence each.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut list: Vec<String> = zeros_warning(self.zeros).into_iter().collect();
        if self.mean_reverting() {
            list.push(format!(
                "the log prize returns to a mean: log_ar1 fits better, likelihood ratio {} (1 % level: {SIGNIFICANT}). A \
                 geometric Brownian motion has no meaning for these data; its spread grows without bound",
                short(self.likelihood_ratio.unwrap_or(f64::NAN))
            ));
        }
        if self.residuals.heavy_tailed() {
            list.push(format!(
                "the log steps are not normal: excess kurtosis {}, distance {}",
                short(self.residuals.excess_kurtosis),
                short(self.residuals.distance)
            ));
        }
        list
    }
}

/// The maximum of the likelihood of the log steps; a step over a gap of slots without a value is a longer step.
///
/// # Errors
/// As [`estimate`](crate::prize::empirical::estimate) for the observations; fewer than three values above 0, or all of
/// them equal; steps that are all equal.
pub fn geometric_brownian(observations: &[Observation]) -> Result<GeometricBrownianFit, Faults> {
    let data = LogSteps::new(observations, 3)?;
    let slots: f64 = data.steps.iter().map(|step| step.gap as f64).sum();
    let count = data.steps.len() as f64;
    let mean = data.steps.iter().map(|step| step.after - step.before).sum::<f64>() / slots;
    let standardised: Vec<f64> = data
        .steps
        .iter()
        .map(|step| (step.after - step.before - step.gap as f64 * mean) / (step.gap as f64).sqrt())
        .collect();
    let variance = standardised.iter().map(|e| e * e).sum::<f64>() / count;
    // Steps equal up to rounding would be standardised by noise.
    if variance <= (1e-12 * mean).powi(2) {
        return Err(Faults(vec![Fault::new(
            "no_fit",
            "column",
            format!("every log step is {mean} a slot"),
            "steps that are not all equal",
        )]));
    }
    let volatility = variance.sqrt();
    let log_gaps: f64 = data.steps.iter().map(|step| (step.gap as f64).ln()).sum();
    let log_likelihood = -0.5 * (count * ((TAU * variance).ln() + 1.0) + log_gaps);
    let drift_error = (variance / slots + variance * variance / (2.0 * count)).sqrt();
    Ok(GeometricBrownianFit {
        drift: Fitted::new(mean + 0.5 * variance, drift_error),
        volatility: Fitted::new(volatility, volatility / (2.0 * count).sqrt()),
        log_drift: Fitted::new(mean, volatility / slots.sqrt()),
        log_likelihood,
        observations: data.values.len(),
        gaps: data.gaps(),
        zeros: data.zeros,
        residuals: Residuals::new(standardised.iter().map(|e| e / volatility).collect()),
        median: quantile(&data.values, 0.5),
        likelihood_ratio: given_the_first(&data).map(|other| 2.0 * (other - log_likelihood)),
    })
}
