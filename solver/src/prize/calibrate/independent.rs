//! Laws of independent prizes, fitted side by side.

use serde::Serialize;

use super::dagum::{DagumFit, dagum};
use super::goodness::{LEVELS, distance};
use super::log_steps::{require_spread, sorted};
use super::{Fitted, short};
use crate::market::Faults;
use crate::prize::PrizeLaw;
use crate::prize::empirical::{Observation, Series, describe, quantile};

/// The law's mean is more than this many times its median: a few blocks make the total.
const DWARFED: f64 = 2.0;
/// A quantile this far off, as a factor, is missed.
const MISSED: f64 = 1.25;

/// The parametric laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LawName {
    /// log R is normal.
    Lognormal,
    /// S = e^{−x/mean}.
    Exponential,
    /// F = (1 + (x/scale)^−shape)^−tail.
    Dagum,
}

impl LawName {
    /// As a market file spells it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Lognormal => "lognormal",
            Self::Exponential => "exponential",
            Self::Dagum => "dagum",
        }
    }
}

/// One law at its most likely parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct LawFit {
    /// Which.
    pub name: LawName,
    /// The law.
    pub law: PrizeLaw,
    /// Its parameters by key.
    pub parameters: Vec<(&'static str, Fitted)>,
    /// ℓ, of the prizes above 0 in ETH.
    pub log_likelihood: f64,
    /// Akaike's 2·parameters − 2ℓ: smaller is better.
    pub aic: f64,
    /// Kolmogorov–Smirnov distance to the data.
    pub distance: f64,
    /// Quantiles at [`LEVELS`], ETH.
    pub quantiles: [f64; LEVELS.len()],
    /// Mean, ETH.
    pub mean: f64,
}

/// The laws side by side, and the data they were fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct IndependentFit {
    /// The laws that could be fitted, lognormal, exponential, Dagum.
    pub laws: Vec<LawFit>,
    /// Why there is no Dagum law, if there is none.
    pub no_dagum: Option<String>,
    /// Values above 0: what the laws were fitted to.
    pub observations: usize,
    /// Values of 0, left out.
    pub zeros: usize,
    /// The data's quantiles at [`LEVELS`], ETH.
    pub quantiles: [f64; LEVELS.len()],
    /// The data's mean, ETH.
    pub mean: f64,
    /// Correlation of the logs of neighbouring slots, and how many pairs it is over.
    pub autocorrelation: Option<(f64, usize)>,
}

impl IndependentFit {
    /// The parametric law nearest to the data.
    #[must_use]
    pub fn best(&self) -> &LawFit {
        // The exponential law always has a fit.
        let mut best = &self.laws[0];
        for law in &self.laws {
            if law.distance < best.distance {
                best = law;
            }
        }
        best
    }

    /// The law of that name, if it could be fitted.
    #[must_use]
    pub fn law(&self, name: LawName) -> Option<&LawFit> {
        self.laws.iter().find(|fit| fit.name == name)
    }

    /// What a reader should know before trusting the fits, one sentence each.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut list = Vec::new();
        if self.zeros > 0 {
            list.push(format!(
                "{} values are 0; only the empirical law keeps them",
                self.zeros
            ));
        }
        if let Some(reason) = &self.no_dagum {
            list.push(format!("no dagum law: {reason}"));
        }
        let median = self.quantiles[0];
        if self.mean > DWARFED * median {
            list.push(format!(
                "the mean is {} times the median: a few blocks make much of the total, and a holder who may wait waits for \
                 them",
                short(self.mean / median)
            ));
        }
        // The 99.9 % quantile of fewer values is the largest or next to it: chance.
        let last = LEVELS.len() - 1;
        if self.observations >= 1000
            && let Some(lognormal) = self.law(LawName::Lognormal)
        {
            let factor = lognormal.quantiles[last] / self.quantiles[last];
            if !(MISSED.recip()..=MISSED).contains(&factor) {
                list.push(format!(
                    "the lognormal misses the tail: its 99.9 % quantile is {} ETH, the data's {}",
                    short(lognormal.quantiles[last]),
                    short(self.quantiles[last])
                ));
            }
        }
        if let Some((correlation, pairs)) = self.autocorrelation
            && correlation.abs() > 4.0 / (pairs as f64).sqrt()
        {
            list.push(format!(
                "slots are not independent: the logs of neighbouring slots have correlation {}; empirical and log_ar1 \
                 keep it",
                short(correlation)
            ));
        }
        list
    }
}

/// Lognormal, exponential and Dagum laws of the prizes above 0, by maximum likelihood.
///
/// # Errors
/// As [`estimate`](crate::prize::empirical::estimate) for the observations; fewer than two values above 0, or all of
/// them equal.
pub fn independent(observations: &[Observation]) -> Result<IndependentFit, Faults> {
    let series = Series::new(observations)?;
    let all = series.sorted_values();
    let values = sorted(all.iter().copied().filter(|&r| r > 0.0));
    require_spread(&values, 2)?;
    let neighbours = describe(observations)?.log_autocorrelation[0];
    let mut laws = vec![lognormal(&values), exponential(&values)];
    let no_dagum = match dagum(&values) {
        Ok(fit) => {
            laws.push(dagum_law(&values, &fit));
            None
        }
        Err(reason) => Some(reason),
    };
    Ok(IndependentFit {
        laws,
        no_dagum,
        observations: values.len(),
        zeros: all.len() - values.len(),
        quantiles: LEVELS.map(|level| quantile(&values, level)),
        mean: values.iter().sum::<f64>() / values.len() as f64,
        autocorrelation: neighbours.value.map(|value| (value, neighbours.pairs)),
    })
}

fn lognormal(values: &[f64]) -> LawFit {
    let count = values.len() as f64;
    let base = values[0].ln();
    let log_mean = base + values.iter().map(|x| x.ln() - base).sum::<f64>() / count;
    let variance = values.iter().map(|x| (x.ln() - log_mean).powi(2)).sum::<f64>() / count;
    let log_sd = variance.sqrt();
    let log_likelihood = -count * (log_mean + 0.5 * ((std::f64::consts::TAU * variance).ln() + 1.0));
    let parameters = vec![
        ("log_mean", Fitted::new(log_mean, log_sd / count.sqrt())),
        ("log_sd", Fitted::new(log_sd, log_sd / (2.0 * count).sqrt())),
    ];
    let law = PrizeLaw::Lognormal { log_mean, log_sd };
    compared(values, LawName::Lognormal, law, parameters, log_likelihood)
}

fn exponential(values: &[f64]) -> LawFit {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let parameters = vec![("mean", Fitted::new(mean, mean / count.sqrt()))];
    let law = PrizeLaw::Exponential { mean };
    compared(
        values,
        LawName::Exponential,
        law,
        parameters,
        -count * (mean.ln() + 1.0),
    )
}

fn dagum_law(values: &[f64], fit: &DagumFit) -> LawFit {
    let law = PrizeLaw::Dagum {
        scale: fit.scale.value,
        shape: fit.shape.value,
        tail: fit.tail.value,
    };
    let parameters = vec![("scale", fit.scale), ("shape", fit.shape), ("tail", fit.tail)];
    compared(values, LawName::Dagum, law, parameters, fit.log_likelihood)
}

fn compared(
    values: &[f64],
    name: LawName,
    law: PrizeLaw,
    parameters: Vec<(&'static str, Fitted)>,
    log_likelihood: f64,
) -> LawFit {
    LawFit {
        name,
        aic: 2.0 * (parameters.len() as f64 - log_likelihood),
        distance: distance(values, |x| law.cdf(x)),
        quantiles: LEVELS.map(|level| law.quantile(level, 1.0 - level)),
        mean: law.mean(),
        law,
        parameters,
        log_likelihood,
    }
}
