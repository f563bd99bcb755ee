//! The total surplus if the lowest-cost buyer (or the holder, if her cost is lower) held the ticket from the start.

use crate::auction::CostPanels;
use crate::exercise::{OwnUse, TicketProfile};
use crate::market::Market;
use crate::prize::FinitePrizes;

/// ∫ V_0(min(θ + K, θ_S), R_0) dP(θ), ETH, where nobody coming counts as θ = ∞.
///
/// Integrated by parts: the value of own use, plus what the lowest-cost buyer adds. `None` when buyers and holder
/// discount differently (surplus is then not one number) or participants pay.
#[must_use]
pub fn efficient_value(
    market: &Market,
    prizes: &FinitePrizes,
    panels: &CostPanels<'_>,
    profile: &TicketProfile<'_>,
    own_use: Option<&OwnUse>,
) -> Option<f64> {
    if !market.discounts_alike() || market.participation().participant_cost() > 0.0 {
        return None;
    }
    let winner_cost = market.participation().winner_cost();
    let law = panels.law();
    let own_value = own_use.map_or(0.0, |own| prizes.at_start(|state| own.value(0, state)));
    let top = market
        .holder()
        .own_cost()
        .map_or(law.upper(), |own_cost| law.upper().min(own_cost - winner_cost));
    if top <= law.lower() {
        return Some(own_value);
    }
    let mut cuts: Vec<f64> = profile.knots().iter().map(|knot| knot - winner_cost).collect();
    cuts.push(top);
    let refined = panels.refined(&cuts, panels);
    let mut added = 0.0;
    for (pair, integrals) in refined.points().windows(2).zip(refined.panels()) {
        if pair[1].cost > top {
            break;
        }
        let middle = 0.5 * (pair[0].cost + pair[1].cost) + winner_cost;
        added += profile.discount(middle, crate::cost::Side::Right) * integrals.lowest;
    }
    let at_top = (profile.value(top + winner_cost) - own_value).max(0.0);
    Some(own_value + at_top * refined.point(top).lowest + added)
}
