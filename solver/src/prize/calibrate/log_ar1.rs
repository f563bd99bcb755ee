//! A first-order autoregression of the logs, fitted exactly with missing slots.
//!
//! | symbol | meaning |
//! |---|---|
//! | x, y | log prizes after and before a step of g slots |
//! | m, ρ, σ | mean, persistence, volatility |
//! | s² = σ²/(1 − ρ²) | stationary variance |
//! | φ = ρ^g, v = 1 − φ² | x given y is normal with mean m + φ (y − m) and variance s² v |
//!
//! ℓ = −½ Σ (ln 2π s² v + e²/(s² v)) over the first value (v = 1, e = x₀ − m: a stationary start) and the steps
//! (e = x − m − φ(y − m)). Given ρ the best m is a weighted mean and the best s² the mean of e²/v, so the search is in
//! one dimension, and sums by gap replace the data in it.

use std::f64::consts::TAU;

use serde::Serialize;

use super::goodness::{LEVELS, Residuals};
use super::information::standard_errors;
use super::log_steps::{LogSteps, Moments, Step, zeros_warning};
use super::{Fitted, short};
use crate::market::{Fault, Faults};
use crate::numerics::optimum::local_maximum;
use crate::numerics::root::bracketed;
use crate::prize::PrizeLaw;
use crate::prize::empirical::{Observation, quantile};

/// atanh of the largest persistence tried: 1 − ρ is 4e-9 there.
const FURTHEST: f64 = 10.0;
/// Steps of the scan that precedes the search: the likelihood may have more than one peak if ρ < 0 is possible.
const SCAN: u32 = 400;

/// log R′ = m(1 − ρ) + ρ log R + σ ε, fitted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogAr1Fit {
    /// m, mean of log R.
    pub mean: Fitted,
    /// ρ, in (−1, 1).
    pub persistence: Fitted,
    /// σ, standard deviation of the innovation.
    pub volatility: Fitted,
    /// s = σ/√(1 − ρ²), standard deviation of log R.
    pub stationary_sd: f64,
    /// ln ½/ln ρ, slots; none if ρ ≤ 0.
    pub half_life: Option<f64>,
    /// ℓ at its maximum, of the logs.
    pub log_likelihood: f64,
    /// Values used.
    pub observations: usize,
    /// Steps over slots without a value.
    pub gaps: usize,
    /// Values of 0, left out.
    pub zeros: usize,
    /// Standardised one-step residuals.
    pub residuals: Residuals,
    /// The median of the values used, ETH.
    pub median: f64,
    /// Quantiles of the stationary law and of the data at [`LEVELS`], ETH.
    pub quantiles: [(f64, f64); LEVELS.len()],
    /// Mean of the stationary law and of the data, ETH.
    pub means: (f64, f64),
}

impl LogAr1Fit {
    /// What a reader should know before trusting the fit, one sentence each.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut list: Vec<String> = zeros_warning(self.zeros).into_iter().collect();
        if self.residuals.heavy_tailed() {
            let (model, data) = self.quantiles[LEVELS.len() - 1];
            list.push(format!(
                "the residuals are not normal (excess kurtosis {}, normal 0; distance {}): the process misses the tail, \
                 its 99.9 % quantile is {} ETH, the data's {}",
                short(self.residuals.excess_kurtosis),
                short(self.residuals.distance),
                short(model),
                short(data)
            ));
        }
        if self.persistence.value.abs() <= 2.0 * self.persistence.standard_error {
            list.push(
                "the persistence does not differ from 0 by two standard errors: independent slots fit as well".into(),
            );
        }
        list
    }
}

/// The exact maximum of the Gaussian likelihood of the logs; slots without a value are missing, zeros too.
///
/// # Errors
/// As [`estimate`](crate::prize::empirical::estimate) for the observations; fewer than three values above 0, or all of
/// them equal; logs that wander off without returning to a mean, or repeat themselves without noise.
///
/// Source: Jones (1980), *Maximum likelihood fitting of ARMA models to time series with missing observations*.
pub fn log_ar1(observations: &[Observation]) -> Result<LogAr1Fit, Faults> {
    let data = LogSteps::new(observations, 3)?;
    let persistence = most_likely(&data)?;
    let profile = Profile::new(&data, persistence);
    let count = data.values.len() as f64;
    let (sd, rest) = (profile.variance.sqrt(), 1.0 - persistence * persistence);
    let volatility = sd * rest.sqrt();
    let errors = {
        // Of independent steps; half the way to the boundary at most, where the likelihood ends.
        let rough = [
            sd * ((1.0 + persistence.abs()) / ((1.0 - persistence.abs()) * count)).sqrt(),
            (rest / count).sqrt().min(5.0 * (1.0 - persistence.abs())),
            volatility / (2.0 * count).sqrt(),
        ];
        standard_errors([profile.mean, persistence, volatility], rough, |[m, rho, sigma]| {
            log_likelihood(&data, m, rho, sigma * sigma / (1.0 - rho * rho))
        })
    };
    let mean = data.centre + profile.mean;
    let law = PrizeLaw::Lognormal {
        log_mean: mean,
        log_sd: sd,
    };
    Ok(LogAr1Fit {
        mean: Fitted::new(mean, errors[0]),
        persistence: Fitted::new(persistence, errors[1]),
        volatility: Fitted::new(volatility, errors[2]),
        stationary_sd: sd,
        half_life: (persistence > 0.0).then(|| 0.5_f64.ln() / persistence.ln()),
        log_likelihood: log_likelihood(&data, profile.mean, persistence, profile.variance),
        observations: data.values.len(),
        gaps: data.gaps(),
        zeros: data.zeros,
        residuals: residuals(&data, &profile, persistence),
        median: quantile(&data.values, 0.5),
        quantiles: LEVELS.map(|level| (law.quantile(level, 1.0 - level), quantile(&data.values, level))),
        means: (law.mean(), data.values.iter().sum::<f64>() / count),
    })
}

/// The log-likelihood of the steps alone, given the first value, at the fit to all.
pub(super) fn given_the_first(data: &LogSteps) -> Option<f64> {
    let persistence = most_likely(data).ok()?;
    let profile = Profile::new(data, persistence);
    let first = (data.first - profile.mean).powi(2) / profile.variance;
    let start = -0.5 * ((TAU * profile.variance).ln() + first);
    Some(log_likelihood(data, profile.mean, persistence, profile.variance) - start)
}

/// φ = ρ^g and 1 − φ.
fn powers(persistence: f64, gap: u64) -> (f64, f64) {
    let exponent = i32::try_from(gap).unwrap_or(i32::MAX);
    if persistence > 0.0 {
        let log = f64::from(exponent) * persistence.ln();
        (log.exp(), -log.exp_m1())
    } else {
        let power = persistence.powi(exponent);
        (power, 1.0 - power)
    }
}

/// Sums of one gap at one persistence.
struct Terms {
    count: f64,
    phi: f64,
    rest: f64,
    v: f64,
    /// Σ (x − φ y).
    linear: f64,
    /// Σ (x − φ y)².
    square: f64,
    /// Σ (x − φ y) y.
    mixed: f64,
}

impl Terms {
    fn new(sums: &Moments, persistence: f64) -> Self {
        let (phi, rest) = powers(persistence, sums.gap);
        Self {
            count: sums.count,
            phi,
            rest,
            v: rest * (1.0 + phi),
            linear: sums.d + rest * sums.y,
            square: sums.dd + rest * (2.0 * sums.dy + rest * sums.yy),
            mixed: sums.dy + rest * sums.yy,
        }
    }

    /// Σ e².
    fn errors(&self, m: f64) -> f64 {
        self.square + m * self.rest * (m * self.rest * self.count - 2.0 * self.linear)
    }
}

/// The best mean and stationary variance at one persistence.
struct Profile {
    mean: f64,
    variance: f64,
    /// Σ ln v.
    log_shares: f64,
    count: f64,
}

impl Profile {
    fn new(data: &LogSteps, persistence: f64) -> Self {
        let terms: Vec<Terms> = data.moments.iter().map(|sums| Terms::new(sums, persistence)).collect();
        let (mut top, mut bottom, mut count, mut log_shares) = (data.first, 1.0, 1.0, 0.0);
        for t in &terms {
            top += t.rest / t.v * t.linear;
            bottom += t.rest / t.v * t.rest * t.count;
            count += t.count;
            log_shares += t.count * t.v.ln();
        }
        let mean = top / bottom;
        let square: f64 = terms.iter().map(|t| t.errors(mean) / t.v).sum();
        Self {
            mean,
            variance: ((data.first - mean).powi(2) + square) / count,
            log_shares,
            count,
        }
    }

    /// ℓ.
    fn log_likelihood(&self) -> f64 {
        -0.5 * (self.count * ((TAU * self.variance).ln() + 1.0) + self.log_shares)
    }
}

/// ℓ(m, ρ, s²).
fn log_likelihood(data: &LogSteps, m: f64, persistence: f64, variance: f64) -> f64 {
    let mut sum = (TAU * variance).ln() + (data.first - m).powi(2) / variance;
    for sums in &data.moments {
        let t = Terms::new(sums, persistence);
        sum += t.count * (TAU * variance * t.v).ln() + t.errors(m) / (variance * t.v);
    }
    -0.5 * sum
}

/// dℓ/dρ with m and s² at their best: at the best the derivatives with respect to these vanish.
fn score(data: &LogSteps, persistence: f64) -> f64 {
    let Profile { mean: m, variance, .. } = Profile::new(data, persistence);
    data.moments
        .iter()
        .map(|sums| {
            let t = Terms::new(sums, persistence);
            let slope = sums.gap as f64 * powers(persistence, sums.gap - 1).0;
            // dΣe²/dφ = −2 Σ e (y − m).
            let cross = t.mixed - m * t.linear - m * t.rest * sums.y + m * m * t.rest * t.count;
            let share = (2.0 * t.phi * t.errors(m) / t.v - 2.0 * cross) / (variance * t.v);
            slope * (t.phi * t.count / t.v - 0.5 * share)
        })
        .sum()
}

/// The persistence of the highest likelihood: a scan, argmin's Brent on the best place, and the root of the score.
fn most_likely(data: &LogSteps) -> Result<f64, Faults> {
    let place = |k: u32| FURTHEST * (2.0 * f64::from(k) / f64::from(SCAN) - 1.0);
    let height = |z: f64| {
        let value = Profile::new(data, z.tanh()).log_likelihood();
        // No noise left: the likelihood has no upper bound there.
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let best = (0..=SCAN).fold((0, f64::NEG_INFINITY), |best, k| {
        let value = height(place(k));
        if value > best.1 { (k, value) } else { best }
    });
    if best.0 == 0 || best.0 == SCAN || best.1 == f64::INFINITY {
        let problem = if best.0 == SCAN {
            "the logs wander off without returning to a mean (the persistence would be 1)"
        } else {
            "the logs follow each other without noise"
        };
        let allowed = "values that return to a mean; --process geometric_brownian for those that wander";
        return Err(Faults(vec![Fault::new("no_fit", "column", problem, allowed)]));
    }
    let step = place(1) - place(0);
    let centre = place(best.0);
    let (z, _) = local_maximum(centre - step, centre + step, height);
    // Brent stops at the root of the rounding, 1e-8; the score has its sign change to the last digits.
    let near = 1e-5;
    Ok(bracketed((z - near).tanh(), (z + near).tanh(), |rho| score(data, rho)).unwrap_or_else(|| z.tanh()))
}

fn residuals(data: &LogSteps, profile: &Profile, persistence: f64) -> Residuals {
    let (m, sd) = (profile.mean, profile.variance.sqrt());
    let standardised = |step: &Step| {
        let (phi, rest) = powers(persistence, step.gap);
        (step.after - m - phi * (step.before - m)) / (sd * (rest * (1.0 + phi)).sqrt())
    };
    let first = (data.first - m) / sd;
    Residuals::new(
        std::iter::once(first)
            .chain(data.steps.iter().map(standardised))
            .collect(),
    )
}
