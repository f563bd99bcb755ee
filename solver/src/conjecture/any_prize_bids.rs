//! The distance between the bid functions where prizes are continuous.

use super::bids::sold_here;
use super::case::Case;
use super::witness::Witness;
use crate::auction::{Auction, BidFunction, Bidders, CostPanels, PlainAuctions};
use crate::continuous::ContinuousSolution;
use crate::cost::VirtualCost;
use crate::exercise::CurvedProfile;
use crate::numerics::{gauss, normal};
use crate::timing::continuous::{CUTOFF, Situation};

/// Widest panel, in standard deviations of a step.
const WIDEST: f64 = 1.5;
/// Halvings in the search for the prize from which a type takes part.
const HALVINGS: usize = 60;

/// sup |β_t(θ, r) − E[δ_b^{T−t} β_T(θ, R_T) given r]| over the slots, the sample types and the reporting points at which
/// the ticket is sold, ETH, and where it is attained. Who does not take part bids 0.
///
/// The bids of slot T are known at Gauss points between the prizes at which a type begins to take part, so that what is
/// averaged over R_T is analytic on every panel.
pub(super) fn distance(case: &Case<'_>, solution: &ContinuousSolution) -> (f64, Option<Witness>) {
    let market = case.market;
    let sales: Vec<(usize, usize)> = (0..case.maturity())
        .flat_map(|slot| (0..case.prizes.size()).map(move |state| (slot, state)))
        .filter(|&(slot, state)| sold_here(case, slot, state))
        .collect();
    if sales.is_empty() {
        return (0.0, None);
    }
    let virtual_cost = VirtualCost::new(market.buyers().cost());
    let base = CostPanels::of_market(market, &virtual_cost).for_curves();
    let coarse = CostPanels::coarse(market, &virtual_cost);
    let plain = PlainAuctions::of(market, &coarse);
    let situation = solution.situation_with(market, &coarse, plain.as_ref());
    let types: Vec<f64> = base
        .points()
        .iter()
        .zip(base.sampled())
        .filter(|(_, sampled)| **sampled)
        .map(|(point, _)| point.cost)
        .collect();
    let spot = Spot::new(case, solution, &situation, &types);
    let process = solution.values.state();
    let kept = market.buyers_discount_factor() * market.ticket().survival_probability();
    let (mut widest, mut witness) = (0.0, None);
    for (slot, state) in sales {
        let prize = case.prizes.states(slot)[state];
        let auction = &case.equilibrium.induction.timing.at(slot, state).auction;
        let bids = bids(case, &base, &solution.profile(slot, prize), auction, &types);
        let left = case.maturity() - slot;
        let (mean, sd) = process.ahead(process.state(prize), left);
        let then = spot.expected(mean, sd);
        let factor = kept.powf(left as f64);
        for ((&cost, bid), then) in types.iter().zip(bids).zip(then) {
            let gap = (bid - factor * then).abs();
            if gap > widest {
                widest = gap;
                witness = Some(Witness {
                    slot,
                    prize,
                    cost: Some(cost),
                    ticket: bid,
                    spot: factor * then,
                });
            }
        }
    }
    (widest, witness)
}

/// The bids of the types in an auction; 0 of who does not take part.
fn bids(
    case: &Case<'_>,
    panels: &CostPanels<'_>,
    profile: &CurvedProfile,
    auction: &Auction,
    types: &[f64],
) -> Vec<f64> {
    if auction.participation_cutoff.is_none() {
        return vec![0.0; types.len()];
    }
    let refined = panels.refined(&panels.cuts_for(profile), panels);
    let entrants = refined.among_entrants(auction.entry_probability);
    let bidders = Bidders::curved(&entrants, profile, case.market.participation().winner_cost());
    BidFunction::new(&bidders, case.market.auction().format(), auction).map_or_else(
        || vec![0.0; types.len()],
        |function| {
            let bids = function.by_integral(types);
            bids.into_iter().map(|bid| bid.unwrap_or(0.0)).collect()
        },
    )
}

/// β_T of the types at Gauss points of the state.
struct Spot {
    types: usize,
    /// State and weight.
    nodes: Vec<(f64, f64)>,
    /// Node-major.
    bids: Vec<f64>,
}

impl Spot {
    fn new(case: &Case<'_>, solution: &ContinuousSolution, situation: &Situation<'_, '_>, types: &[f64]) -> Self {
        let last = case.maturity();
        let process = solution.values.state();
        let (low, high) = solution.timing.ends();
        let offer = solution.timing.offer_at(last);
        let mut cuts = vec![low, high];
        for stretch in &offer.stretches {
            cuts.extend([stretch.from, stretch.to]);
            let takes_part = |state: f64, cost: f64| stretch.figure(CUTOFF, state) >= cost;
            for &cost in types {
                let (mut a, mut b) = (stretch.from, stretch.to);
                let before = takes_part(a, cost);
                if before == takes_part(b, cost) {
                    continue;
                }
                for _ in 0..HALVINGS {
                    let middle = 0.5 * (a + b);
                    if takes_part(middle, cost) == before {
                        a = middle;
                    } else {
                        b = middle;
                    }
                }
                cuts.push(b);
            }
        }
        cuts.retain(|cut| (low..=high).contains(cut));
        cuts.sort_by(f64::total_cmp);
        // Closer than this, two cuts are one.
        let near = 1e-10 * (high - low);
        cuts.dedup_by(|after, before| *after - *before <= near);
        let panels = situation.auctioneer.panels;
        let mut spot = Self {
            types: types.len(),
            nodes: Vec::new(),
            bids: Vec::new(),
        };
        let widest = WIDEST * process.volatility;
        for pair in cuts.windows(2) {
            let count = ((pair[1] - pair[0]) / widest).ceil().max(1.0);
            let width = (pair[1] - pair[0]) / count;
            for panel in 0..count as usize {
                let left = pair[0] + width * panel as f64;
                for &(node, weight) in gauss::panel_rule() {
                    let state = left + width * node;
                    let prize = process.prize(state);
                    let (auction, _, _) = situation.auction(last, prize, None);
                    if auction.participation_cutoff.is_none() {
                        continue;
                    }
                    let profile = solution.profile(last, prize);
                    spot.nodes.push((state, weight * width));
                    spot.bids.extend(bids(case, panels, &profile, &auction, types));
                }
            }
        }
        spot
    }

    /// E[β_T(θ, ϕ(X))] of the types, for X normal.
    fn expected(&self, mean: f64, sd: f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.types];
        for (&(state, weight), bids) in self.nodes.iter().zip(self.bids.chunks_exact(self.types)) {
            let share = weight * normal::density((state - mean) / sd) / sd;
            if share > 0.0 {
                for (sum, bid) in sums.iter_mut().zip(bids) {
                    *sum += share * bid;
                }
            }
        }
        sums
    }
}
