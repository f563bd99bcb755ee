//! An auction held at a node: who takes part, at what price, what it earns.

use super::bidders::{Bidders, Marginal};
use super::reserve;
use crate::market::AuctionRule;

/// The symmetric equilibrium of the auction at one node, up to the bid function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Auction {
    /// The largest type who takes part, ETH; `None` when nobody does.
    pub participation_cutoff: Option<f64>,
    /// ρ, ETH; `None` when nobody takes part under an optimal reserve.
    pub reserve_price: Option<f64>,
    /// Π: the holder's expected value, ETH, an unsold ticket counted at its worth.
    pub revenue: f64,
    /// P(θ̂): the probability that the ticket is sold.
    pub sale_probability: f64,
    /// E[θ₍₁₎; sold], ETH.
    pub winner_cost: f64,
    /// The buyers' expected total gain, ETH.
    pub buyers_gain: f64,
}

/// The equilibrium of the auction among `bidders` when an unsold ticket is worth `unsold` to the holder.
///
/// Π = n̄ F Q ρ + F₂ v + ω G at θ̂, plus ∫_lo^θ̂ D F₂ dθ: no density of costs or of values, no 0/0, every format
/// (revenue equivalence; section 3 of the theory page).
#[must_use]
pub fn hold_auction(bidders: &Bidders<'_, '_>, rule: &AuctionRule, unsold: f64) -> Auction {
    match reserve::cutoff(bidders, rule.reserve(), unsold) {
        Some(cutoff) => outcome(bidders, &cutoff.marginal, cutoff.reserve, unsold),
        None => Auction {
            participation_cutoff: None,
            reserve_price: match rule.reserve() {
                crate::market::Reserve::None => Some(0.0),
                crate::market::Reserve::Price(price) => Some(price),
                crate::market::Reserve::Optimal => None,
            },
            revenue: unsold,
            sale_probability: 0.0,
            winner_cost: 0.0,
            buyers_gain: 0.0,
        },
    }
}

/// What an auction with this marginal type and reserve yields.
fn outcome(bidders: &Bidders<'_, '_>, marginal: &Marginal, reserve: f64, unsold: f64) -> Auction {
    let panels = bidders.panels();
    let (mut second, mut rents, mut lowest) = (0.0, 0.0, 0.0);
    for (integrals, discount) in panels.panels()[..marginal.panel].iter().zip(bidders.discounts()) {
        second += discount * integrals.second;
        rents += discount * (integrals.lowest - integrals.second);
        lowest += integrals.lowest;
    }
    let discount = bidders.discounts()[marginal.panel];
    second += discount * marginal.second;
    rents += discount * (marginal.lowest - marginal.second);
    lowest += marginal.lowest;
    let point = &marginal.point;
    // n̄ F Q: the probability of exactly one participant.
    let alone = panels.competition().expected() * point.cdf * point.rivals;
    Auction {
        participation_cutoff: Some(point.cost),
        reserve_price: Some(reserve),
        revenue: alone * reserve + point.second * marginal.value + second + unsold * (1.0 - point.lowest),
        sale_probability: point.lowest,
        winner_cost: point.cost * point.lowest - lowest,
        buyers_gain: alone * (marginal.value - reserve) + rents,
    }
}
