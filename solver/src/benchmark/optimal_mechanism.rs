//! The most any mechanism can earn: an up-front bid plus an exercise fee of F/f (Board 2007).

use crate::auction::CostPanels;
use crate::cost::Side;
use crate::exercise::{OwnUse, TicketProfile};
use crate::market::{Market, Participation, RiskAversion};
use crate::prize::FinitePrizes;

/// ∫ V_0(min(z(θ), θ_S), R_0) dP(θ), ETH, with z ironed where it is not increasing.
///
/// V_0 is ∫ D_0, so the integral is Σ D_0 · (M(y′) − M(y)) over the panels of V_0, where M(y) = ∫ (y − z)⁺ dP is what an
/// optimal static auction of a sure prize y earns. `None` when buyers and holder discount differently, K > 0 or buyers mind
/// risk.
#[must_use]
pub fn optimal_mechanism_value(
    market: &Market,
    prizes: &FinitePrizes,
    panels: &CostPanels<'_>,
    profile: &TicketProfile<'_>,
    own_use: Option<&OwnUse>,
) -> Option<f64> {
    let costs_nothing = market.participation() == Participation::Free || market.participation().cost() == 0.0;
    let neutral = market.buyers().risk_aversion() == RiskAversion::Neutral;
    if !market.discounts_alike() || !costs_nothing || !neutral {
        return None;
    }
    let own_value = own_use.map_or(0.0, |own| prizes.at_start(|state| own.value(0, state)));
    let limit = market.holder().own_cost().unwrap_or(f64::INFINITY);
    let auction = StaticAuction::new(panels);
    let mut total = own_value;
    let mut below = 0.0;
    for (pair, discount) in profile.knots().windows(2).zip(profile.discounts()) {
        if pair[0] >= limit || *discount == 0.0 {
            break;
        }
        let here = auction.earns(pair[1].min(limit));
        total += discount * (here - below);
        below = here;
    }
    Some(total)
}

/// The optimal auction of a sure prize: revenue as a function of the prize.
struct StaticAuction<'p, 'm> {
    panels: CostPanels<'m>,
    base: &'p CostPanels<'m>,
    pieces: Vec<Piece>,
}

/// A panel with what the types before it contribute.
struct Piece {
    /// Ironed virtual costs at its ends.
    from: f64,
    to: f64,
    ironed: bool,
    /// ∫ F₂ over the panel.
    second: f64,
}

impl<'p, 'm> StaticAuction<'p, 'm> {
    fn new(base: &'p CostPanels<'m>) -> Self {
        let virtual_cost = base.virtual_cost();
        let cuts: Vec<f64> = virtual_cost
            .ironed()
            .iter()
            .flat_map(|interval| [interval.lower, interval.upper])
            .collect();
        let panels = base.refined(&cuts, base);
        let pieces = panels
            .points()
            .windows(2)
            .zip(panels.panels())
            .map(|(pair, integrals)| {
                let middle = 0.5 * (pair[0].cost + pair[1].cost);
                Piece {
                    from: virtual_cost.ironed_value(pair[0].cost, Side::Right),
                    to: virtual_cost.ironed_value(pair[1].cost, Side::Left),
                    ironed: virtual_cost
                        .ironed()
                        .iter()
                        .any(|interval| interval.lower < middle && middle < interval.upper),
                    second: integrals.second,
                }
            })
            .collect();
        Self { panels, base, pieces }
    }

    /// M(y) = ∫ (y − z)⁺ dP. Where z is not ironed, ∫ (y − z) dP over [a, b] is [(y − θ) P]_a^b + ∫_a^b F₂ dθ.
    fn earns(&self, prize: f64) -> f64 {
        let mut total = 0.0;
        for (piece, pair) in self.pieces.iter().zip(self.panels.points().windows(2)) {
            if piece.from >= prize {
                break;
            }
            let (left, right) = (&pair[0], &pair[1]);
            if piece.ironed {
                total += (prize - piece.from) * (right.lowest - left.lowest);
            } else if piece.to <= prize {
                total += (prize - right.cost) * right.lowest - (prize - left.cost) * left.lowest + piece.second;
            } else {
                let cost = self.base.virtual_cost().crossing(prize, left.cost, right.cost);
                let last = self.panels.point(cost);
                let second = self.panels.integrals(left, &last).second;
                total += (prize - cost) * last.lowest - (prize - left.cost) * left.lowest + second;
                break;
            }
        }
        total
    }
}
