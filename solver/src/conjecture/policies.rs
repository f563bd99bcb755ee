//! What other dates of sale would bring: early, at the best time, late, spot, and in each fixed slot.

use serde::Serialize;

use super::any_prize;
use super::case::Case;
use crate::auction::{Auction, CostPanels};
use crate::continuous::ContinuousSolution;
use crate::cost::VirtualCost;
use crate::market::Exercise;
use crate::path::{Path, unconditional};
use crate::settings::Settings;
use crate::timing::Induction;

/// A rule for the date of sale and what it brings, seen from slot 0, ETH.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Policy {
    /// `early` (slot 0), `best` (the equilibrium), `late` (slot T), `spot` (a just-in-time auction at the best time).
    pub name: &'static str,
    /// The holder's value.
    pub holder: f64,
    /// The buyers' expected total gain, discounted by their factor.
    pub buyers: f64,
    /// Both together; `None` where they discount differently.
    pub welfare: Option<f64>,
    /// Probability of a sale.
    pub sold: f64,
    /// What the holder loses against the best time, as a share of that; `None` where the best time is worth nothing.
    pub relative_regret: Option<f64>,
    /// E[the winner's cost given a sale]. The winner is always the lowest cost of her auction.
    pub winner_cost: Option<f64>,
}

/// Selling in a fixed slot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FixedSlot {
    /// t.
    pub slot: usize,
    /// δ^t E[Π_t(R_t)] (a lottery ticket: if it is still there), ETH.
    pub value: f64,
    /// What the holder loses against the best time, ETH; with a fixed pool of buyers she may gain, by commitment.
    pub regret: f64,
}

/// The early | best | late | spot comparison; `spot` is left out where the slot of exercise is not a choice.
pub(super) fn table(case: &Case<'_>, settings: &Settings<'_>) -> Vec<Policy> {
    let path = &case.equilibrium.path;
    let mut rows = vec![
        fixed(case, "early", 0),
        policy(
            case,
            "best",
            case.figures.seller_value,
            path.buyers_surplus,
            path.sold,
            path.cost_at_sale,
        ),
        fixed(case, "late", case.maturity()),
    ];
    if matches!(case.market.ticket().exercise(), Exercise::American) {
        rows.push(spot(case, settings));
    }
    rows
}

fn policy(case: &Case<'_>, name: &'static str, holder: f64, buyers: f64, sold: f64, cost: f64) -> Policy {
    let best = case.figures.seller_value;
    Policy {
        name,
        holder,
        buyers,
        welfare: case.market.discounts_alike().then_some(holder + buyers),
        sold,
        relative_regret: (best > 0.0).then(|| lost(case, best - holder) / best),
        winner_cost: (sold > 0.0).then(|| cost / sold),
    }
}

/// No date is better than the best one but by rounding; a single auction with commitment may be better than repeated ones
/// without.
fn lost(case: &Case<'_>, difference: f64) -> f64 {
    if case.equilibrium.repeated.is_some() {
        difference
    } else {
        difference.max(0.0)
    }
}

/// The auction is held in slot `slot` whatever the prize.
fn fixed(case: &Case<'_>, name: &'static str, slot: usize) -> Policy {
    if let Some(solution) = case.continuous() {
        return row_at_any_prize(case, solution, name, slot);
    }
    let expect = |pick: fn(&Auction) -> f64| expectation(case, slot, pick);
    let kept = case.market.ticket().survival_probability().powf(slot as f64);
    let discount = |factor: f64| kept * factor.powf(slot as f64);
    policy(
        case,
        name,
        discount(case.market.holder().discount_factor()) * expect(|auction| auction.revenue),
        discount(case.market.buyers_discount_factor()) * expect(|auction| auction.buyers_gain),
        kept * expect(|auction| auction.sale_probability),
        kept * expect(|auction| auction.winner_cost),
    )
}

/// [`fixed`] where prizes are continuous.
fn row_at_any_prize(case: &Case<'_>, solution: &ContinuousSolution, name: &'static str, slot: usize) -> Policy {
    let kept = case.market.ticket().survival_probability().powf(slot as f64);
    let discount = |factor: f64| kept * factor.powf(slot as f64);
    let [revenue, sold, cost, buyers] = any_prize::averages(case, solution, slot);
    policy(
        case,
        name,
        discount(case.market.holder().discount_factor()) * revenue,
        discount(case.market.buyers_discount_factor()) * buyers,
        kept * sold,
        kept * cost,
    )
}

/// E[x(auction at R_t)], t = `slot`.
fn expectation(case: &Case<'_>, slot: usize, pick: fn(&Auction) -> f64) -> f64 {
    unconditional(case.prizes, slot)
        .iter()
        .zip(case.to_all_buyers().slot(slot))
        .map(|(mass, node)| mass * pick(&node.auction))
        .sum()
}

/// A just-in-time auction in the slot of the holder's choice.
fn spot(case: &Case<'_>, settings: &Settings<'_>) -> Policy {
    if let Some(solution) = case.continuous() {
        let (value, path) = any_prize::spot(case, solution);
        return policy(case, "spot", value, path.buyers_surplus, path.sold, path.cost_at_sale);
    }
    let virtual_cost = VirtualCost::new(case.market.buyers().cost());
    let panels = CostPanels::of_market(case.market, &virtual_cost);
    let induction = Induction::of_spot_auctions(case.spot_market(), case.prizes, &panels, settings);
    let path = Path::follow(case.spot_market(), case.prizes, &panels, None, &induction, settings);
    let value = case.prizes.at_start(|state| induction.timing.at(0, state).value);
    policy(case, "spot", value, path.buyers_surplus, path.sold, path.cost_at_sale)
}

/// The value of selling in each fixed slot, and the regret.
pub(super) fn fixed_slots(case: &Case<'_>) -> Vec<FixedSlot> {
    if let Some(solution) = case.continuous() {
        return any_prize::fixed_slots(case, solution)
            .into_iter()
            .enumerate()
            .map(|(slot, value)| FixedSlot {
                slot,
                value,
                regret: lost(case, case.figures.seller_value - value),
            })
            .collect();
    }
    let mut mass = unconditional(case.prizes, 0);
    let kept = case.market.holder().discount_factor() * case.market.ticket().survival_probability();
    let mut discount = 1.0;
    (0..=case.maturity())
        .map(|slot| {
            if slot > 0 {
                mass = case.prizes.advance(&mass);
                discount *= kept;
            }
            let expected: f64 = mass
                .iter()
                .zip(case.to_all_buyers().slot(slot))
                .map(|(mass, node)| mass * node.auction.revenue)
                .sum();
            let value = discount * expected;
            FixedSlot {
                slot,
                value,
                regret: lost(case, case.figures.seller_value - value),
            }
        })
        .collect()
}
