//! The holder's problem along the path when she auctions to the same buyers again and again.

use super::choice::TIE;
use super::fixed_pool::FixedPool;
use super::induction::{Induction, NodeProfile, Schedule, stride_of, thinned};
use super::{Decision, Node, Timing};
use crate::auction::{BidFunction, Bidders, Competition, CostPanels, auction_with, nobody_comes};
use crate::cost::{CostLaw, Remaining, Tail, VirtualCost};
use crate::exercise::{ExerciseBoundary, TicketProfile, TicketValues};
use crate::market::Market;
use crate::path::Rounds;
use crate::prize::FinitePrizes;

/// A support shorter than this, relative to the whole, has nobody left in it.
const NOBODY_LEFT: f64 = 1e-12;

impl Induction {
    /// The nodes of the market, each at the lowest cost with which it is most likely reached; where it never is, at
    /// the lowest of all.
    #[must_use]
    pub(crate) fn of_rounds(market: &Market, prizes: &FinitePrizes, pool: &FixedPool, rounds: &Rounds) -> Self {
        let maturity = market.ticket().maturity();
        let size = prizes.size();
        let mut values = TicketValues::at_maturity(market, prizes);
        let mut boundary = ExerciseBoundary::never(maturity + 1, size);
        let mut slots = Vec::with_capacity(maturity + 1);
        let mut schedules = Vec::new();
        let stride = stride_of(maturity, size);
        for slot in (0..=maturity).rev() {
            if slot < maturity {
                values.step_back();
            }
            boundary.set(slot, values.boundary());
            let mut nodes = Vec::with_capacity(size);
            for state in 0..size {
                let visit = Visit {
                    market,
                    pool,
                    slot,
                    state,
                    lowest: rounds.lowest_cost(slot, state),
                };
                let reached = rounds.likeliest(slot, state).is_some();
                let (node, bids) = visit.node(&values.profile(state), stride, reached);
                nodes.push(node);
                schedules.extend(bids);
            }
            slots.push(nodes);
        }
        schedules.sort_by_key(|schedule: &Schedule| (schedule.slot, schedule.state));
        let initial = Some(NodeProfile::at_start(&values, prizes));
        Self {
            boundary,
            timing: Timing::from_last(size, slots),
            schedules,
            initial,
        }
    }
}

/// Calls `with` with the cost axis of the buyers who remain above a cost, and the kinks of ticket values on it; `None`
/// if nobody can be left.
pub(crate) fn among_remaining<R>(
    market: &Market,
    lowest: f64,
    knots: &[f64],
    with: impl FnOnce(&CostPanels<'_>) -> R,
) -> Option<R> {
    let law = market.buyers().cost();
    if law.upper() - lowest <= NOBODY_LEFT * (law.upper() - law.lower()) {
        return None;
    }
    let remaining = Remaining::above(law, lowest);
    let virtual_cost = VirtualCost::new(&remaining);
    let competition = Competition::from(market.buyers().count()).remaining(&Tail::at(law, remaining.lower()));
    let base = CostPanels::new(&virtual_cost, competition);
    Some(with(&base.refined(knots, &base)))
}

/// A slot, a prize and a lowest cost.
struct Visit<'a> {
    market: &'a Market,
    pool: &'a FixedPool,
    slot: usize,
    state: usize,
    lowest: f64,
}

impl Visit<'_> {
    fn node(&self, profile: &TicketProfile<'_>, stride: usize, reached: bool) -> (Node, Option<Schedule>) {
        let (slot, state) = (self.slot, self.state);
        let last = slot + 1 == self.pool.slots();
        let here = self.pool.at(slot, state, self.lowest);
        let continued = |cost: f64| {
            if last {
                return 0.0;
            }
            self.pool.terms().holder * self.pool.prizes().expect(&self.pool.values(slot + 1, cost))[state]
        };
        let waiting_value = (!last).then(|| continued(self.lowest));
        let unsold_value = continued(here.cutoff);
        let sells = here.reserve.filter(|_| here.cutoff > self.lowest);
        let format = self.market.auction().format();
        let held = sells.and_then(|reserve| {
            among_remaining(self.market, self.lowest, profile.knots(), |panels| {
                let participation = self.market.participation();
                let bidders = Bidders::new(panels, profile, participation.winner_cost());
                let auction = auction_with(&bidders, here.cutoff, reserve, participation, unsold_value);
                let bids = reached
                    .then(|| BidFunction::new(&bidders, format, &auction))
                    .flatten()
                    .map(|function| Schedule {
                        slot,
                        state,
                        bids: thinned(function.schedule(), stride),
                    });
                (auction, bids)
            })
        });
        let sold = held.is_some();
        let (auction, bids) =
            held.unwrap_or_else(|| (nobody_comes(self.market.auction(), waiting_value.unwrap_or(0.0)), None));
        let value = here.value;
        // In the last slot an auction is held even if nobody can come.
        let decision = if sold || last { Decision::Sell } else { Decision::Wait };
        let indifferent = value > 0.0
            && !last
            && match decision {
                Decision::Sell => waiting_value.is_some_and(|wait| value - wait <= TIE * value),
                Decision::Wait | Decision::Exercise => self.pool.ties(slot, state, self.lowest),
            };
        let node = Node {
            auction,
            unsold_value,
            waiting_value,
            exercise_value: None,
            value,
            decision,
            indifferent,
        };
        (node, bids)
    }
}
