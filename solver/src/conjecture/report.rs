//! The conjecture report of a solved market.

use super::case::Case;
use super::claims::{self, Claim};
use super::policies::{self, FixedSlot, Policy};
use super::theorems::{self, Theorem};
use crate::equilibrium::{Equilibrium, Summary};
use crate::error::SolveError;
use crate::market::Market;
use crate::settings::Settings;
use crate::supported::reported_prizes;
use crate::verify::TOLERANCE;

/// Claims, theorems, and what other dates of sale would bring.
#[derive(Debug, Clone)]
pub struct ConjectureReport {
    /// The five claims: timing, immediate exercise, revenue, allocation, bids.
    pub claims: Vec<Claim>,
    /// T1 to T5.
    pub theorems: Vec<Theorem>,
    /// Whether every claim that can be judged holds; `None` when none can.
    pub equivalent: Option<bool>,
    /// Whether the holder was indifferent between selling and waiting at a node reached.
    pub indifferent: bool,
    /// Early, at the best time, late, spot.
    pub policies: Vec<Policy>,
    /// Selling in each fixed slot.
    pub fixed_slots: Vec<FixedSlot>,
}

/// Judges the conjecture on a solved market.
///
/// A claim holds when its gap, relative to the market's scale, is below the larger of 1e-9 and the certificate.
///
/// # Errors
/// As [`crate::solve::solve`].
pub fn check(
    market: &Market,
    equilibrium: &Equilibrium,
    figures: &Summary,
    settings: &Settings<'_>,
) -> Result<ConjectureReport, SolveError> {
    let prizes = reported_prizes(market, equilibrium)?;
    let scale = prizes.initial_prize().max(market.buyers().cost().upper().abs());
    let scale = if scale > 0.0 { scale } else { 1.0 };
    let scale = equilibrium.continuous.as_ref().map_or(scale, |solution| solution.scale);
    let tolerance = TOLERANCE.max(equilibrium.certificate.largest());
    let case = Case {
        market,
        prizes,
        equilibrium,
        figures,
        scale,
        tolerance,
    };
    let claims = claims::all(&case);
    let judged: Vec<bool> = claims.iter().filter_map(|claim| claim.holds).collect();
    Ok(ConjectureReport {
        equivalent: (!judged.is_empty()).then(|| judged.iter().all(|holds| *holds)),
        claims,
        theorems: theorems::all(&case),
        indifferent: figures.indifferent,
        policies: policies::table(&case, settings),
        fixed_slots: policies::fixed_slots(&case),
    })
}
