//! Evidence for a market with a continuous prize.

use super::Certificate;
use crate::equilibrium::Equilibrium;
use crate::market::Market;
use crate::settings::Settings;

/// Collects the evidence.
pub(crate) fn certify_continuous(_market: &Market, equilibrium: &Equilibrium, _settings: &Settings<'_>) -> Certificate {
    let mut found = Certificate::default();
    if let Some(solution) = &equilibrium.continuous {
        found.discretisation_error = solution.values.error() + solution.timing.error;
    }
    found
}
