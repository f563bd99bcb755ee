//! What drives the answer: each force switched off in turn, the market solved again.

use std::sync::Arc;

use serde::Serialize;

use crate::equilibrium::Summary;
use crate::error::SolveError;
use crate::market::{
    AuctionRule, BuyerCount, Buyers, Exercise, MOST_BUYERS, Market, Participation, Reserve, RiskAversion, Ticket,
};
use crate::prize::{ContinuousPrize, FinitePrizes, Prize, PrizeState};
use crate::settings::Settings;
use crate::solve::solve;

/// The market without one of its forces.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Force {
    /// `reserve`, `participation_cost`, `risk_aversion`, `dearer_capital`, `early_exercise`, `prize_moves` or
    /// `competition`.
    pub name: &'static str,
    /// What is done to the market, as in "with no reserve".
    pub without: &'static str,
    /// The holder's value then, ETH.
    pub seller_value: f64,
    /// The spot auction at maturity then, ETH.
    pub spot_at_maturity_value: f64,
    /// Probability then that the auction is held in the last slot.
    pub held_last: f64,
    /// Probability then that it is held in slot 0.
    pub held_first: f64,
    /// Expected number then of auctions held before the last slot: a probability when there is one auction.
    pub held_before: f64,
    /// E[slot of the sale given a sale] then.
    pub expected_sale_slot: Option<f64>,
    /// Whether she is then indifferent between selling and waiting somewhere.
    pub indifferent: bool,
}

/// Solves the market without each force that it has.
///
/// # Errors
/// As [`solve`].
pub fn forces(market: &Market, settings: &Settings<'_>) -> Result<Vec<Force>, SolveError> {
    switched_off(market)
        .into_iter()
        .map(|(name, without, changed)| {
            let figures = solve(&changed, settings)?.summary(&changed)?;
            Ok(force(name, without, &figures))
        })
        .collect()
}

/// Expected number of auctions held before the last slot.
#[must_use]
pub fn held_before(figures: &Summary) -> f64 {
    figures.auction_probability.iter().rev().skip(1).sum()
}

fn force(name: &'static str, without: &'static str, figures: &Summary) -> Force {
    Force {
        name,
        without,
        seller_value: figures.seller_value,
        spot_at_maturity_value: figures.spot_at_maturity_value,
        held_last: figures.auction_probability.last().copied().unwrap_or(0.0),
        held_before: held_before(figures),
        held_first: figures.auction_probability.first().copied().unwrap_or(0.0),
        expected_sale_slot: figures.expected_sale_slot,
        indifferent: figures.indifferent,
    }
}

/// The market without each of the forces it has; a change that does not make a valid market is left out.
fn switched_off(market: &Market) -> Vec<(&'static str, &'static str, Market)> {
    let mut list = Vec::new();
    let mut add = |name, without, changed: Option<Market>| {
        if let Some(changed) = changed {
            list.push((name, without, changed));
        }
    };
    if market.auction().reserve() != Reserve::None {
        let rule = AuctionRule::new(market.auction().format(), Reserve::None).ok();
        add(
            "reserve",
            "with no reserve",
            rule.map(|rule| market.clone().with_auction(rule)),
        );
    }
    if market.participation().cost() > 0.0 {
        add(
            "participation_cost",
            "if taking part were free",
            Some(market.clone().with_participation(Participation::Free)),
        );
    }
    if market.buyers().risk_aversion() != RiskAversion::Neutral {
        let buyers = market.buyers().clone().with_risk_aversion(RiskAversion::Neutral).ok();
        add(
            "risk_aversion",
            "if buyers were risk-neutral",
            buyers.map(|buyers| market.clone().with_buyers(buyers)),
        );
    }
    if !market.discounts_alike() {
        let buyers = market
            .buyers()
            .clone()
            .with_discount_factor(market.holder().discount_factor())
            .ok();
        add(
            "dearer_capital",
            "if buyers discounted as the holder does",
            buyers.map(|buyers| market.clone().with_buyers(buyers)),
        );
    }
    if market.ticket().exercise() == Exercise::American && market.ticket().maturity() > 0 {
        let ticket = Ticket::new(market.ticket().maturity() as u64, Exercise::AtMaturity).ok();
        add(
            "early_exercise",
            "if the ticket could be exercised at maturity only",
            ticket.map(|ticket| market.clone().with_ticket(ticket)),
        );
    }
    if let Prize::Finite(prizes) = market.prize()
        && prizes.size() > 1
    {
        let constant = FinitePrizes::constant(prizes.initial_prize()).ok();
        add(
            "prize_moves",
            "if the prize stayed where it is",
            constant.map(|prizes| market.clone().with_prize(Prize::Finite(prizes))),
        );
    }
    if let Prize::Continuous(process) = market.prize() {
        let (without, settled) = settled(process, market.ticket().maturity());
        let prize = settled.map(Prize::Finite);
        add(
            "prize_moves",
            without,
            prize.map(|prize| market.clone().with_prize(prize)),
        );
    }
    add("competition", "with twice as many buyers", doubled(market));
    list
}

/// A continuous prize that does not move at random: its path without volatility, or its mean in every slot.
fn settled(process: &ContinuousPrize, maturity: usize) -> (&'static str, Option<FinitePrizes>) {
    let calm = match process {
        ContinuousPrize::Iid { law, initial } => {
            let values =
                std::iter::once(initial.unwrap_or_else(|| law.mean())).chain((0..maturity).map(|_| law.mean()));
            return (
                "if every prize were its mean",
                FinitePrizes::path(values.collect()).ok(),
            );
        }
        ContinuousPrize::GeometricBrownian {
            initial,
            drift,
            tolerance,
            ..
        } => ContinuousPrize::GeometricBrownian {
            initial: *initial,
            drift: *drift,
            volatility: 0.0,
            tolerance: *tolerance,
        },
        ContinuousPrize::LogAr1 {
            mean,
            persistence,
            initial,
            tolerance,
            ..
        } => ContinuousPrize::LogAr1 {
            mean: *mean,
            persistence: *persistence,
            volatility: 0.0,
            initial: *initial,
            tolerance: *tolerance,
        },
    };
    let path = PrizeState::path(&calm, maturity).and_then(Result::ok);
    ("if the prize had no volatility", path)
}

fn doubled(market: &Market) -> Option<Market> {
    let count = match market.buyers().count() {
        BuyerCount::Fixed(n) => BuyerCount::Fixed((2 * n).min(MOST_BUYERS)),
        BuyerCount::Poisson { mean } => BuyerCount::Poisson { mean: 2.0 * mean },
        BuyerCount::Binomial { trials, probability } => BuyerCount::Binomial {
            trials: (2 * trials).min(MOST_BUYERS),
            probability,
        },
    };
    let buyers = Buyers::new(count, Arc::clone(market.buyers().shared_cost())).ok()?;
    let buyers = buyers.with_risk_aversion(market.buyers().risk_aversion()).ok()?;
    let buyers = match market.buyers().discount_factor() {
        Some(factor) => buyers.with_discount_factor(factor).ok()?,
        None => buyers,
    };
    Some(market.clone().with_buyers(buyers))
}
