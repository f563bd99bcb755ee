//! Evidence for a market with a continuous prize: at a sample of the nodes reached, by routes of its own.
//!
//! | figure | how it is found |
//! |---|---|
//! | `bid_deviation_gain`, `foc_gap` | as on chains, at a sample of the auctions held ([`curved_node`]) |
//! | `timing_deviation_gain` | at sampled nodes, selling by revenues integrated over the second-lowest cost (with any cutoff, where the reserve is optimal) against the stored value |
//! | `value_gap` | stored revenues against those, and what waiting is worth against a Gauss rule over the next prize on panels of its own |
//! | `discretisation_error` | the size of the Chebyshev coefficients in cost and in the state that are left out; one step of the recursion at costs between the points |

use super::certificate::tolerance;
use super::gap::widest;
use super::{Certificate, curved_node};
use crate::auction::{BidFunction, Bidders, CostPanels, PlainAuctions};
use crate::continuous::ContinuousSolution;
use crate::cost::VirtualCost;
use crate::equilibrium::Equilibrium;
use crate::market::{Exercise, Market, Reserve};
use crate::numerics::gauss;
use crate::numerics::normal;
use crate::prize::{FAR, PrizeState};
use crate::settings::{Settings, Stage};
use crate::timing::continuous::Situation;
use crate::timing::{Decision, Schedule};

/// Auctions held at which bids are checked.
const AUCTIONS: usize = 5;
/// Nodes at which she does not sell.
const WAITS: usize = 2;
/// Slots in which expectations are checked.
const STEPS: usize = 3;
/// Reach below this is none.
const REACHED: f64 = 1e-9;
/// Widest panel of the independent rule, in standard deviations.
const WIDEST: f64 = 3.2;

/// Sampled nodes: slot and reporting point.
fn sampled(equilibrium: &Equilibrium, most: usize, wanted: impl Fn(Decision) -> bool) -> Vec<(usize, usize)> {
    let timing = &equilibrium.induction.timing;
    let all: Vec<(usize, usize)> = (0..timing.slots())
        .flat_map(|slot| {
            timing
                .slot(slot)
                .iter()
                .enumerate()
                .map(move |(state, node)| (slot, state, node))
        })
        .filter(|(slot, state, node)| wanted(node.decision) && equilibrium.path.reach(*slot, *state) > REACHED)
        .map(|(slot, state, _)| (slot, state))
        .collect();
    let count = all.len().min(most);
    (0..count)
        .map(|k| all[k * (all.len() - 1) / (count - 1).max(1)])
        .collect()
}

/// The partitions of the costs on which auctions are checked.
pub(crate) struct Partitions<'m> {
    /// With the sample types.
    base: CostPanels<'m>,
    coarse: CostPanels<'m>,
    plain: Option<PlainAuctions>,
}

impl<'m> Partitions<'m> {
    pub fn of(market: &'m Market, virtual_cost: &'m VirtualCost<'m>) -> Self {
        let coarse = CostPanels::coarse(market, virtual_cost);
        let plain = PlainAuctions::of(market, &coarse);
        Self::with(market, virtual_cost, coarse, plain)
    }

    /// Given those without sample types.
    pub fn with(
        market: &'m Market,
        virtual_cost: &'m VirtualCost<'m>,
        coarse: CostPanels<'m>,
        plain: Option<PlainAuctions>,
    ) -> Self {
        Self {
            base: CostPanels::of_market(market, virtual_cost).for_curves(),
            coarse,
            plain,
        }
    }
}

/// The bids of sample types at a sample of the auctions held.
pub(crate) fn schedules(
    market: &Market,
    equilibrium: &Equilibrium,
    solution: &ContinuousSolution,
    partitions: &Partitions<'_>,
) -> Vec<Schedule> {
    let base = &partitions.base;
    sampled(equilibrium, AUCTIONS, |decision| decision == Decision::Sell)
        .into_iter()
        .filter_map(|(slot, state)| {
            let profile = solution.profile(slot, solution.points.states(slot)[state]);
            let panels = base.refined(&base.cuts_for(&profile), base);
            let auction = equilibrium.induction.timing.at(slot, state).auction;
            let entrants = panels.among_entrants(auction.entry_probability);
            let bidders = Bidders::curved(&entrants, &profile, market.participation().winner_cost());
            let bids = BidFunction::new(&bidders, market.auction().format(), &auction)?.schedule();
            Some(Schedule { slot, state, bids })
        })
        .collect()
}

/// Collects the evidence.
pub(crate) fn certify_continuous(
    market: &Market,
    equilibrium: &Equilibrium,
    partitions: &Partitions<'_>,
    settings: &Settings<'_>,
) -> Certificate {
    let mut found = Certificate::default();
    let Some(solution) = &equilibrium.continuous else {
        return found;
    };
    found.discretisation_error = solution.timing.known_to + solution.timing.error;
    let base = &partitions.base;
    let winner_cost = market.participation().winner_cost();
    let mut nodes: Vec<(usize, usize)> = equilibrium
        .induction
        .schedules
        .iter()
        .map(|schedule| (schedule.slot, schedule.state))
        .collect();
    nodes.extend(sampled(equilibrium, WAITS, |decision| decision != Decision::Sell));
    let total = nodes.len() + STEPS;
    for (done, (slot, state)) in nodes.into_iter().enumerate() {
        let profile = solution.profile(slot, solution.points.states(slot)[state]);
        let panels = base.refined(&base.cuts_for(&profile), base);
        let bidders = Bidders::curved(&panels, &profile, winner_cost);
        let node = equilibrium.induction.timing.at(slot, state);
        let schedules = &equilibrium.induction.schedules;
        let bids = schedules
            .binary_search_by_key(&(slot, state), |schedule| (schedule.slot, schedule.state))
            .map_or(&[][..], |index| schedules[index].bids.as_slice());
        let evidence = curved_node(market, &bidders, &node.auction, node.unsold_value, bids, false);
        found.bid_deviation_gain = widest(found.bid_deviation_gain, evidence.bid_deviation_gain);
        found.foc_gap = widest(found.foc_gap, evidence.foc_gap);
        found.value_gap = widest(found.value_gap, (evidence.revenue - node.auction.revenue).abs());
        let sale = if market.auction().reserve() == Reserve::Optimal {
            evidence.best_revenue
        } else {
            evidence.revenue
        };
        let best = node
            .waiting_value
            .into_iter()
            .chain(node.exercise_value)
            .fold(sale, f64::max);
        found.timing_deviation_gain = widest(found.timing_deviation_gain, (best - node.value).max(0.0));
        settings.report(Stage::Certificate, done + 1, total);
    }
    let situation = solution.situation_with(market, &partitions.coarse, partitions.plain.as_ref());
    for slot in steps(market.ticket().maturity()) {
        let prize = solution.points.initial_prize();
        found.value_gap = widest(found.value_gap, waiting_gap(&situation, solution, slot, prize));
        found.discretisation_error = widest(found.discretisation_error, recursion_gap(market, solution, slot, prize));
    }
    found.closed(solution.scale, tolerance(market))
}

/// Slots whose expectations are checked: the first, one in the middle, the last that waits.
fn steps(maturity: usize) -> Vec<usize> {
    let mut list: Vec<usize> = [0, maturity / 2, maturity.saturating_sub(1)]
        .into_iter()
        .filter(|slot| *slot < maturity)
        .collect();
    list.dedup();
    list
}

/// E[f(R′) given the prize] of several f, by Gauss rules on panels cut at `cuts`; `f` takes the prizes of a panel.
fn expected<const N: usize>(
    state: &PrizeState,
    prize: f64,
    cuts: &[f64],
    f: impl Fn(&[f64]) -> Vec<[f64; N]>,
) -> [f64; N] {
    let sigma = state.volatility;
    let mean = if state.is_independent() {
        state.shift
    } else {
        state.mean(state.state(prize))
    };
    // Where prizes are heavy-tailed, the sum goes on until they no longer weigh in.
    let mut upper = FAR + sigma.min(20.0);
    if state.is_independent() {
        while upper < 37.0 && state.prize(mean + sigma * upper) * normal::density(upper) > 1e-17 * prize {
            upper += 0.5;
        }
    }
    let (from, to) = (mean - FAR * sigma, mean + upper * sigma);
    let mut ends = vec![from, to];
    ends.extend(cuts.iter().copied().filter(|cut| from < *cut && *cut < to));
    ends.sort_by(f64::total_cmp);
    let mut totals = [0.0; N];
    for pair in ends.windows(2) {
        let panels = ((pair[1] - pair[0]) / (WIDEST * sigma)).ceil().max(1.0);
        let width = (pair[1] - pair[0]) / panels;
        for panel in 0..panels as usize {
            let left = pair[0] + width * panel as f64;
            let states = gauss::panel_rule().map(|(node, _)| left + width * node);
            let values = f(&states.map(|at| state.prize(at)));
            for ((at, values), (_, weight)) in states.iter().zip(values).zip(gauss::panel_rule()) {
                let weight = weight * width * normal::density((at - mean) / sigma) / sigma;
                for (total, value) in totals.iter_mut().zip(values) {
                    *total += weight * value;
                }
            }
        }
    }
    totals
}

/// What waiting is worth against a rule of its own over the next prize.
fn waiting_gap(situation: &Situation<'_, '_>, solution: &ContinuousSolution, slot: usize, prize: f64) -> f64 {
    let market = situation.auctioneer.market;
    let Some(stored) = solution
        .timing
        .next_value(market, slot, solution.values.state().state(prize))
    else {
        return 0.0;
    };
    let mut cuts = solution.timing.cuts(slot + 1);
    // Where she begins to use a ticket that is drawn.
    cuts.extend(
        market
            .holder()
            .own_cost()
            .filter(|cost| *cost > 0.0)
            .map(|cost| solution.values.state().state(cost)),
    );
    let [direct] = expected(solution.values.state(), prize, &cuts, |next| {
        let nodes = solution.timing.nodes(situation, slot + 1, next);
        nodes.into_iter().map(|(node, _)| [node.value]).collect()
    });
    (stored - direct).abs()
}

/// C at costs between the points against one step of the recursion.
fn recursion_gap(market: &Market, solution: &ContinuousSolution, slot: usize, prize: f64) -> f64 {
    let law = market.buyers().cost();
    let values = &solution.values;
    let kept = market.ticket().exercise().kept_probability();
    let factor = kept * market.buyers_discount_factor();
    let costs = [0.137, 0.618].map(|share| law.lower() + share * (law.upper() - law.lower()));
    let cuts = costs.iter().flat_map(|&cost| {
        let begins = values.exercise_prizes(slot + 1, cost).into_iter();
        begins.chain([cost])
    });
    let cuts: Vec<f64> = cuts
        .filter(|cut| *cut > 0.0)
        .map(|cut| values.state().state(cut))
        .collect();
    let expected = expected(values.state(), prize, &cuts, |next| {
        let profiles = values.profiles(slot + 1, next);
        profiles
            .into_iter()
            .map(|(profile, _)| costs.map(|cost| profile.value(cost)))
            .collect()
    });
    let profile = values.profile(slot, prize);
    let mut gap = 0.0;
    for (cost, expected) in costs.into_iter().zip(expected) {
        let direct = factor * expected;
        let now = match market.ticket().exercise() {
            Exercise::Lottery { draw_probability } => draw_probability * (prize - cost).max(0.0) + direct,
            Exercise::American => direct.max(prize - cost),
            Exercise::AtMaturity => direct,
        };
        gap = widest(gap, (profile.value(cost) - now).abs());
    }
    gap
}
