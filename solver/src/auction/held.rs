//! An auction held at a node: who takes part, at what price, what it earns.

use std::borrow::Cow;

use super::bidders::{Bidders, Marginal};
use super::{entry, risk};
use crate::market::{AuctionRule, Participation, Reserve, RiskAversion};

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
    /// The buyers' expected total gain, ETH, what they pay to take part taken off.
    pub buyers_gain: f64,
    /// e, the probability with which each buyer takes part before she knows her cost; `None` where buyers decide
    /// knowing it. Among bidders, N is then thinned by e.
    pub entry_probability: Option<f64>,
    /// What everyone who takes part pays, win or lose, ETH.
    pub entry_cost: f64,
    /// The expected total of what buyers pay to take part, ETH, whoever among them pays.
    pub participation_cost: f64,
}

/// The equilibrium of the auction among `bidders` when an unsold ticket is worth `unsold` to the holder.
///
/// Π = n̄ F Q ρ + F₂ v + ω G at θ̂, plus ∫_lo^θ̂ D F₂ dθ: no density of costs or of values, no 0/0, every format
/// (revenue equivalence; section 3 of the theory page). In a first-price auction among CRRA buyers F₂ is replaced by the
/// law P − H; among CARA buyers Π = ∫ β dP + ω G, their gain v − β averaged by quadrature. Where entry is random, N is the number of those who enter.
#[must_use]
pub fn hold_auction(
    bidders: &Bidders<'_, '_>,
    rule: &AuctionRule,
    participation: Participation,
    unsold: f64,
) -> Auction {
    let entry = entry::equilibrium(bidders, rule.reserve(), participation, unsold);
    let mut auction = match entry.cutoff {
        Some(cutoff) => match bidders.panels().among_entrants(entry.probability) {
            Cow::Borrowed(_) => outcome(bidders, &cutoff.marginal, cutoff.reserve, unsold),
            Cow::Owned(entrants) => {
                let bidders = bidders.on(&entrants);
                let marginal = bidders.marginal(cutoff.marginal.panel, cutoff.marginal.point.cost);
                outcome(&bidders, &marginal, cutoff.reserve, unsold)
            }
        },
        None => nobody_comes(rule, unsold),
    };
    auction.entry_probability = entry.probability;
    charge(bidders, participation, &mut auction);
    auction
}

/// An auction in which nobody takes part.
pub(crate) fn nobody_comes(rule: &AuctionRule, unsold: f64) -> Auction {
    Auction {
        participation_cutoff: None,
        reserve_price: match rule.reserve() {
            Reserve::None => Some(0.0),
            Reserve::Price(price) => Some(price),
            Reserve::Optimal => None,
        },
        revenue: unsold,
        sale_probability: 0.0,
        winner_cost: 0.0,
        buyers_gain: 0.0,
        entry_probability: None,
        entry_cost: 0.0,
        participation_cost: 0.0,
    }
}

/// The auction with a cutoff and a reserve price that are given: the marginal type may be worth more than the price,
/// because she would gain as much by waiting.
pub(crate) fn auction_with(
    bidders: &Bidders<'_, '_>,
    cutoff: f64,
    reserve: f64,
    participation: Participation,
    unsold: f64,
) -> Auction {
    let marginal = bidders.marginal(bidders.panel_of(cutoff), cutoff);
    let mut auction = outcome(bidders, &marginal, reserve, unsold);
    charge(bidders, participation, &mut auction);
    auction
}

/// Notes what taking part costs, and takes what participants pay off the buyers' gain; the winner's cost is part of the
/// values already.
fn charge(bidders: &Bidders<'_, '_>, participation: Participation, auction: &mut Auction) {
    auction.entry_cost = participation.participant_cost();
    let panels = bidders.panels();
    auction.participation_cost = match (participation, auction.participation_cutoff) {
        (Participation::Free, _) | (_, None) => 0.0,
        (Participation::WinnerPays { cost }, Some(_)) => cost * auction.sale_probability,
        (Participation::ParticipantPays { cost, .. }, Some(cutoff)) => {
            let takes_part = auction.entry_probability.unwrap_or_else(|| panels.law().cdf(cutoff));
            cost * panels.competition().expected() * takes_part
        }
    };
    if auction.entry_cost > 0.0 {
        auction.buyers_gain -= auction.participation_cost;
    }
}

/// What an auction with this marginal type and reserve yields.
fn outcome(bidders: &Bidders<'_, '_>, marginal: &Marginal, reserve: f64, unsold: f64) -> Auction {
    let panels = bidders.panels();
    let (mut second, mut rents, mut lowest) = (0.0, 0.0, 0.0);
    for (panel, integrals) in panels.panels()[..marginal.panel].iter().enumerate() {
        second += bidders.second(panel);
        rents += bidders.rents(panel);
        lowest += integrals.lowest;
    }
    second += bidders.second_to(marginal);
    rents += bidders.rents_to(marginal);
    lowest += marginal.lowest;
    let point = &marginal.point;
    let (revenue, buyers_gain) = match panels.risk() {
        RiskAversion::Neutral | RiskAversion::Crra { .. } => {
            let alone = match panels.risk() {
                // H, which takes the place of:
                RiskAversion::Crra { .. } => point.lowest - point.second,
                // n̄ F Q: the probability of exactly one participant.
                _ => panels.competition().expected() * point.cdf * point.rivals,
            };
            let received = alone * reserve + point.second * marginal.value + second;
            (
                received + unsold * (1.0 - point.lowest),
                alone * (marginal.value - reserve) + rents,
            )
        }
        RiskAversion::Cara { .. } => {
            let start = if point.log_rivals.is_finite() {
                marginal.value - reserve
            } else {
                0.0
            };
            let kept = risk::gain(bidders, marginal, start);
            let worth = marginal.value * point.lowest + second + rents;
            (worth - kept + unsold * (1.0 - point.lowest), kept)
        }
    };
    Auction {
        participation_cutoff: Some(point.cost),
        reserve_price: Some(reserve),
        revenue,
        sale_probability: point.lowest,
        winner_cost: point.cost * point.lowest - lowest,
        buyers_gain,
        entry_probability: None,
        entry_cost: 0.0,
        participation_cost: 0.0,
    }
}
