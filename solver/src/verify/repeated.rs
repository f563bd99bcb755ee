//! Evidence on repeated auctions to the same buyers: at the nodes of the path every auction is an ordinary one among
//! those who remain, and what waiting is worth is asked of the slots ahead, not of the rule that chose the cutoff.

use super::best_response::BestResponse;
use super::certificate::Certificate;
use super::evidence::Evidence;
use super::gap::widest;
use super::recursion::Recursion;
use super::revenue::{Revenue, Seen};
use crate::auction::{Auction, Bidders, CostPanels};
use crate::equilibrium::{Equilibrium, Repeated};
use crate::exercise::TicketValues;
use crate::market::{Market, Reserve};
use crate::prize::FinitePrizes;
use crate::settings::{Settings, Stage};
use crate::timing::{Decision, Node, Schedule, among_remaining};

/// What every figure must stay below where the same buyers come again: cutoffs jump in the lowest cost, and a jump
/// found to ε leaves √ε one slot earlier.
pub const REPEATED_TOLERANCE: f64 = 1e-6;

/// Nodes at which everything is tried at most; of more, every second, third, … slot is taken.
const MOST_NODES: usize = 512;
/// Other cutoffs that the holder tries, at equal steps of the remaining buyers' law.
const TRIED: u32 = 8;

/// Collects the evidence on the stored nodes of `equilibrium`.
pub(super) fn certify(
    market: &Market,
    prizes: &FinitePrizes,
    base: &CostPanels<'_>,
    equilibrium: &Equilibrium,
    repeated: &Repeated,
    settings: &Settings<'_>,
) -> Certificate {
    let maturity = market.ticket().maturity();
    // What buyers pay on the way is worth what the holder has at the start: both passes would have to err alike.
    let both_ways = (equilibrium.path.holder_revenue - repeated.pool.seller_value()).abs();
    let mut found = Certificate {
        discretisation_error: widest(repeated.pool.error(), both_ways),
        ..Certificate::default()
    };
    let mut values = TicketValues::at_maturity(market, prizes);
    let mut recursion = Recursion::new(market, prizes, base);
    let stride = 1 + (maturity + 1) * prizes.size() / MOST_NODES;
    for slot in (0..=maturity).rev() {
        if slot < maturity {
            values.step_back_along(&equilibrium.induction.boundary);
        }
        let gap = recursion.step_back(slot, &values);
        found.discretisation_error = widest(found.discretisation_error, gap);
        for state in 0..prizes.size() {
            if slot % stride != 0 || equilibrium.path.reach(slot, state) == 0.0 {
                continue;
            }
            let node = NodeUnderTest {
                market,
                prizes,
                repeated,
                slot,
                state,
                lowest: repeated.rounds.lowest_cost(slot, state),
                node: equilibrium.induction.timing.at(slot, state),
            };
            let profile = values.profile(state);
            let cost = market.participation().winner_cost();
            let checked = among_remaining(market, node.lowest, profile.knots(), |panels| {
                let bidders = Bidders::new(panels, &profile, cost);
                let evidence = Evidence::on(panels);
                let seen = Seen {
                    bidders: &bidders,
                    evidence: &evidence,
                };
                node.check(seen, bids_at(equilibrium, slot, state), &mut found);
            });
            if checked.is_none() {
                found.value_gap = widest(found.value_gap, node.node.value.abs());
            }
        }
        settings.report(Stage::Certificate, maturity - slot + 1, maturity + 1);
    }
    found
}

fn bids_at(equilibrium: &Equilibrium, slot: usize, state: usize) -> Option<&Schedule> {
    let schedules = &equilibrium.induction.schedules;
    let index = schedules
        .binary_search_by_key(&(slot, state), |s| (s.slot, s.state))
        .ok()?;
    Some(&schedules[index])
}

/// Limits from below are taken at this fraction of the support.
const BELOW: f64 = 1e-9;

struct NodeUnderTest<'a> {
    market: &'a Market,
    prizes: &'a FinitePrizes,
    repeated: &'a Repeated,
    slot: usize,
    state: usize,
    lowest: f64,
    node: &'a Node,
}

impl NodeUnderTest<'_> {
    fn check(&self, seen: Seen<'_, '_, '_>, bids: Option<&Schedule>, found: &mut Certificate) {
        let auction = &self.node.auction;
        let wait = self.continued(self.lowest);
        let mut value = wait;
        if let (Decision::Sell, Some(cutoff), Some(reserve)) =
            (self.node.decision, auction.participation_cutoff, auction.reserve_price)
        {
            value = self.revenue(seen, cutoff, reserve);
            let gain = self.taking_part(seen.bidders, auction, cutoff, reserve);
            found.bid_deviation_gain = widest(found.bid_deviation_gain, gain);
            let format = self.market.auction().format();
            if let (Some(rivals), Some(bids)) = (BestResponse::new(seen.bidders, seen.evidence, format, auction), bids)
            {
                let check = rivals.check_bidders(&bids.bids, false);
                found.bid_deviation_gain = widest(found.bid_deviation_gain, check.gain);
                found.foc_gap = widest(found.foc_gap, check.foc_gap);
            }
        }
        let best = self.best(seen, wait);
        found.timing_deviation_gain = widest(found.timing_deviation_gain, (best - value).max(0.0));
        found.value_gap = widest(found.value_gap, (self.node.value - value).abs());
    }

    /// δ E W_{t+1}(R′, c), 0 in the last slot.
    fn continued(&self, cost: f64) -> f64 {
        let pool = &self.repeated.pool;
        if self.slot + 1 == pool.slots() {
            return 0.0;
        }
        pool.terms().holder * self.prizes.expect(&pool.values(self.slot + 1, cost))[self.state]
    }

    /// δ_b E u_{t+1}(y; R′, y), 0 in the last slot. It may jump in y, and is its limit from below there.
    fn waiting_gain(&self, cost: f64) -> f64 {
        let pool = &self.repeated.pool;
        if self.slot + 1 == pool.slots() {
            return 0.0;
        }
        let law = self.market.buyers().cost();
        let cost = (cost - BELOW * (law.upper() - law.lower())).max(law.lower());
        let gains: Vec<f64> = (0..self.prizes.size())
            .map(|state| pool.lowest_gain(self.slot + 1, state, cost))
            .collect();
        pool.terms().buyers * self.prizes.expect(&gains)[self.state]
    }

    fn revenue(&self, seen: Seen<'_, '_, '_>, cutoff: f64, reserve: f64) -> f64 {
        Revenue {
            entrants: seen,
            everyone: seen,
            participation: self.market.participation(),
            unsold: self.continued(cutoff),
            payments: None,
        }
        .at(cutoff, reserve)
    }

    /// What the marginal type gains by waiting, or the next higher one by not waiting.
    ///
    /// No other type gains more: whoever waits like y instead of buying like y loses D_t ≥ δ_b E D_{t+1} per unit of
    /// cost below y, and wins as much above.
    fn taking_part(&self, bidders: &Bidders<'_, '_>, auction: &Auction, cutoff: f64, reserve: f64) -> f64 {
        let panels = bidders.panels();
        let fee = self.market.participation().participant_cost();
        let alone = panels.point(cutoff).rivals;
        let advantage = (bidders.value(cutoff) - reserve - self.waiting_gain(cutoff)) * alone - fee;
        let everyone = auction.participation_cutoff.is_some_and(|y| y >= panels.law().upper());
        if everyone {
            (-advantage).max(0.0)
        } else {
            advantage.abs()
        }
    }

    /// The best of waiting and of other cutoffs, each at the price that makes its type indifferent.
    fn best(&self, seen: Seen<'_, '_, '_>, wait: f64) -> f64 {
        let mut best = if self.slot + 1 == self.repeated.pool.slots() {
            0.0
        } else {
            wait
        };
        if self.market.auction().reserve() != Reserve::Optimal {
            return best;
        }
        let law = seen.bidders.panels().law();
        for step in 1..=TRIED {
            let cutoff = law.quantile(f64::from(step) / f64::from(TRIED));
            let fee = self.market.participation().participant_cost();
            let alone = seen.bidders.panels().point(cutoff).rivals;
            if fee > 0.0 && alone <= 0.0 {
                // She would come for no price.
                continue;
            }
            let needs = if fee > 0.0 { fee / alone } else { 0.0 };
            let reserve = seen.bidders.value(cutoff) - self.waiting_gain(cutoff) - needs;
            if cutoff > self.lowest && seen.bidders.value(cutoff) > 0.0 && (fee == 0.0 || reserve >= 0.0) {
                best = best.max(self.revenue(seen, cutoff, reserve));
            }
        }
        best
    }
}
