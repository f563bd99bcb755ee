//! Just-in-time auctions: the winner exercises in the slot of the sale.

use crate::auction::CostPanels;
use crate::market::{Exercise, Market};
use crate::path::unconditional;
use crate::prize::FinitePrizes;
use crate::settings::Settings;
use crate::timing::{Induction, Timing};

/// δ^T E[Π_T(R_T)], for a lottery ticket times the probability (1−q)^T that it is still there, ETH.
///
/// In the last slot a ticket auction is a spot auction, so Π_T is the one of the solved market.
#[must_use]
pub fn spot_at_maturity_value(market: &Market, prizes: &FinitePrizes, timing: &Timing) -> f64 {
    let maturity = market.ticket().maturity();
    let mass = unconditional(prizes, maturity);
    let expected: f64 = mass
        .iter()
        .zip(timing.slot(maturity))
        .map(|(mass, node)| mass * node.auction.revenue)
        .sum();
    let kept = market.holder().discount_factor() * market.ticket().survival_probability();
    power(kept, maturity) * expected
}

/// The value of a just-in-time auction in the slot of the holder's choice, ETH.
///
/// The same stopping problem with values (r − θ)⁺ in place of V. With `at_maturity` tickets only slot T is possible; for a
/// lottery ticket the slot of exercise is not a choice and there is no such value.
#[must_use]
pub fn spot_best_time_value(
    market: &Market,
    prizes: &FinitePrizes,
    panels: &CostPanels<'_>,
    at_maturity: f64,
    settings: &Settings<'_>,
) -> Option<f64> {
    match market.ticket().exercise() {
        Exercise::American => {
            let spot = Induction::of_spot_auctions(market, prizes, panels, settings);
            Some(prizes.at_start(|state| spot.timing.at(0, state).value))
        }
        Exercise::AtMaturity => Some(at_maturity),
        Exercise::Lottery { .. } => None,
    }
}

/// base^exponent; exponents beyond i32 only meet bases of 1 or results of 0 to rounding.
fn power(base: f64, exponent: usize) -> f64 {
    base.powf(exponent as f64)
}
