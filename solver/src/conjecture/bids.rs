//! The distance between the ticket auction's bid function and the spot auction's.

use super::any_prize_bids;
use super::case::Case;
use super::witness::Witness;
use crate::auction::{BidFunction, Bidders, CostPanels};
use crate::cost::VirtualCost;
use crate::exercise::TicketValues;

/// More distinct cutoffs than this are thinned evenly.
const MOST_CUTOFFS: usize = 2000;

/// sup |β_t(θ, r) − E[δ_b^{T−t} β_T(θ, R_T) given r]| over the auctions reached, at the sample types and on both
/// sides of every cutoff, ETH, and where it is attained. Who does not take part bids 0. For a lottery ticket the spot auction takes place only if the ticket is
/// still there.
///
/// Both are values at the date of the sale: what a bid in slot T is worth in slot t to who will make it.
pub(super) fn distance(case: &Case<'_>) -> (f64, Option<Witness>) {
    if let Some(solution) = case.continuous() {
        return any_prize_bids::distance(case, solution);
    }
    let (market, prizes) = (case.market, case.prizes);
    let virtual_cost = VirtualCost::new(market.buyers().cost());
    let base = CostPanels::of_market(market, &virtual_cost);
    let types = types(case, &base);
    let mut values = TicketValues::at_maturity(market, prizes);
    let kept = market.buyers_discount_factor() * market.ticket().survival_probability();
    // Type-major: the spot auction's bid, seen from the slot the walk has come to.
    let mut spot = vec![vec![0.0; prizes.size()]; types.len()];
    let mut panels = base.clone();
    let (mut widest, mut witness) = (0.0, None);
    for slot in (0..=case.maturity()).rev() {
        let last = slot == case.maturity();
        if !last {
            values.step_back_along(&case.equilibrium.induction.boundary);
            for bids in &mut spot {
                *bids = prizes.expect(bids).into_iter().map(|bid| kept * bid).collect();
            }
        }
        let sales: Vec<usize> = (0..prizes.size())
            .filter(|&state| last || sold_here(case, slot, state))
            .collect();
        if sales.is_empty() {
            continue;
        }
        panels = base.refined(values.knots(), &panels);
        for state in sales {
            let profile = values.profile(state);
            let node = case.equilibrium.induction.timing.at(slot, state);
            let entrants = panels.among_entrants(node.auction.entry_probability);
            let bidders = Bidders::new(&entrants, &profile, market.participation().winner_cost());
            let bids = BidFunction::new(&bidders, market.auction().format(), &node.auction)
                .map_or_else(|| vec![None; types.len()], |function| function.by_integral(&types));
            if last {
                let all = &case.to_all_buyers().at(slot, state).auction;
                let bids = BidFunction::new(&bidders, market.auction().format(), all)
                    .map_or_else(|| vec![None; types.len()], |function| function.by_integral(&types));
                for (k, bid) in bids.into_iter().enumerate() {
                    spot[k][state] = bid.unwrap_or(0.0);
                }
            }
            let lowest = case.equilibrium.lowest_cost(market, slot, state);
            for (k, &cost) in types.iter().enumerate() {
                if cost < lowest {
                    // Such a buyer would have bought before.
                    continue;
                }
                let bid = bids[k].unwrap_or(0.0);
                let gap = (bid - spot[k][state]).abs();
                if gap > widest && sold_here(case, slot, state) {
                    widest = gap;
                    witness = Some(Witness {
                        slot,
                        prize: prizes.states(slot)[state],
                        cost: Some(cost),
                        ticket: bid,
                        spot: spot[k][state],
                    });
                }
            }
        }
    }
    (widest, witness)
}

/// Sample types, and on both sides of every cutoff of the auctions compared: that is where bids jump.
fn types(case: &Case<'_>, base: &CostPanels<'_>) -> Vec<f64> {
    let (lower, upper) = (base.law().lower(), base.law().upper());
    let mut cutoffs: Vec<f64> = Vec::new();
    for slot in 0..=case.maturity() {
        for (state, node) in case.equilibrium.induction.timing.slot(slot).iter().enumerate() {
            if slot == case.maturity() || sold_here(case, slot, state) {
                cutoffs.extend(node.auction.participation_cutoff);
            }
            if slot == case.maturity() {
                cutoffs.extend(case.to_all_buyers().at(slot, state).auction.participation_cutoff);
            }
        }
    }
    cutoffs.sort_by(f64::total_cmp);
    cutoffs.dedup();
    let stride = 1 + cutoffs.len() / MOST_CUTOFFS;
    let mut types: Vec<f64> = base
        .points()
        .iter()
        .zip(base.sampled())
        .filter(|(_, sampled)| **sampled)
        .map(|(point, _)| point.cost)
        .collect();
    types.extend(
        cutoffs
            .into_iter()
            .step_by(stride)
            .flat_map(|cutoff| [cutoff, cutoff.next_up()]),
    );
    types.retain(|cost| (lower..=upper).contains(cost));
    types.sort_by(f64::total_cmp);
    types.dedup();
    types
}

/// Whether the policy reaches the node and sells there with positive probability.
pub(super) fn sold_here(case: &Case<'_>, slot: usize, state: usize) -> bool {
    let node = case.equilibrium.induction.timing.at(slot, state);
    node.decision == crate::timing::Decision::Sell && node.auction.sale_probability > 0.0 && case.reached(slot, state)
}
