//! The forward pass when prizes are continuous: masses at quadrature nodes, cut wherever a decision changes.

mod below;
mod tickets;
mod winners;

use super::{DelayDistribution, Path};
use crate::error::SolveError;
use crate::market::{Exercise, Sale};
use crate::settings::{Settings, Stage};
use crate::timing::Decision;
use crate::timing::continuous::{
    BUYERS_GAIN, ContinuousTiming, Domain, IMMEDIATE, PARTICIPATION_COST, SALE_PROBABILITY, Situation, Stretch,
    WINNER_COST,
};

use self::tickets::{Exercises, Tickets};
use self::winners::Winners;

/// The most slots whose winners are followed apart: minutes.
const MOST_CONTINUOUS_DELAYS: usize = 1024;
/// Mass below this is not followed.
const NEGLIGIBLE: f64 = 1e-12;

/// Probability masses at states.
type Masses = Vec<(f64, f64)>;

impl Path {
    /// Follows a market with a continuous prize from R_0 to maturity; `points` are the prizes at which it is reported.
    pub(crate) fn follow_continuous(
        situation: &Situation<'_, '_>,
        timing: &ContinuousTiming,
        points: &[f64],
        settings: &Settings<'_>,
    ) -> Self {
        let mut winners = Winners::new(situation, &timing.domain);
        let mut path = Self::follow_holder(situation, timing, points, settings, |sales, path| {
            let (exercised, delay) = winners.exercise(situation, sales.slot);
            path.exercise_probability[sales.slot] += exercised + sales.at_once;
            path.sold_and_exercised += exercised + sales.at_once;
            path.immediate += sales.at_once;
            path.delay += delay;
            winners.add(situation, &sales);
            winners.advance(situation, &timing.domain, sales.slot);
        });
        // Sums of weights of both signs: nothing may be slightly less.
        path.delay = path.delay.max(0.0);
        for probability in &mut path.exercise_probability {
            *probability = probability.max(0.0);
        }
        path
    }

    /// The holder's ticket until it is sold; `sold` takes over what is, slot by slot.
    fn follow_holder(
        situation: &Situation<'_, '_>,
        timing: &ContinuousTiming,
        points: &[f64],
        settings: &Settings<'_>,
        mut sold: impl FnMut(Sales<'_>, &mut Self),
    ) -> Self {
        let market = situation.auctioneer.market;
        let maturity = market.ticket().maturity();
        let domain = &timing.domain;
        let mut path = Self::empty(points.len(), maturity);
        let mut own = Tickets::default();
        let mut unsold = Start::of(domain);
        let mut factor = 1.0;
        let own_cost = market.holder().own_cost().filter(|cost| *cost > 0.0);
        let use_begins = own_cost.map(|cost| domain.state.state(cost));
        for slot in 0..=maturity {
            let made = &timing.slots[slot];
            let mut carried: Masses = Vec::new();
            let mut at_once = 0.0;
            let mut sales = Vec::new();
            let cells = cells(domain, points);
            let mut waits = vec![domain.ends().0];
            for stop in &made.stops {
                waits.extend([stop.from, stop.to]);
                for (from, to) in made.cut(stop) {
                    for (state, mass) in unsold.over(domain, from, to) {
                        path.reach[slot * points.len() + cells.cell(state)] += mass;
                        if stop.decision == Decision::Exercise {
                            path.exercise_probability[slot] += market.ticket().exercise().open_probability() * mass;
                            continue;
                        }
                        let Some(stretch) = made.offer.at(state) else { continue };
                        let figure = |which| stretch.figure(which, state);
                        let sale = figure(SALE_PROBABILITY).clamp(0.0, 1.0);
                        path.auction_probability[slot] += mass;
                        path.sold_by_slot[slot] += mass * sale;
                        path.sold += mass * sale;
                        path.prize_at_sale += mass * sale * domain.state.prize(state);
                        path.cost_at_sale += mass * figure(WINNER_COST);
                        path.buyers_surplus += factor * mass * figure(BUYERS_GAIN);
                        path.participation_cost_burned += factor * mass * figure(PARTICIPATION_COST);
                        at_once +=
                            market.ticket().exercise().open_probability() * mass * figure(IMMEDIATE).clamp(0.0, sale);
                        sales.push(((state, mass), stretch));
                        let left = mass * (1.0 - sale);
                        if left > NEGLIGIBLE {
                            carried.push((state, left));
                        }
                    }
                }
            }
            waits.push(domain.ends().1);
            let mut next: Masses = Vec::new();
            for pair in waits.chunks_exact(2) {
                // She uses a lottery ticket that is drawn where the prize is above her cost.
                let cut = use_begins.map_or(pair[0], |cut| cut.clamp(pair[0], pair[1].max(pair[0])));
                for (from, to) in [(pair[0], cut), (cut, pair[1])] {
                    if to > from {
                        for (state, mass) in unsold.over(domain, from, to) {
                            path.reach[slot * points.len() + cells.cell(state)] += mass;
                            next.push((state, mass));
                        }
                    }
                }
            }
            match market.holder().sale() {
                Sale::Once => own
                    .fresh
                    .extend(carried.into_iter().map(|(state, mass)| (state, mass, 0.0))),
                Sale::UntilSold(_) => next.extend(carried),
            }
            self::keep(situation, timing, slot, &mut next, &mut path);
            let used = own_use(situation, domain, slot, &mut own);
            path.exercise_probability[slot] += used;
            let sales = Sales {
                slot,
                at_once,
                nodes: sales,
            };
            sold(sales, &mut path);
            unsold = Start::Masses(next);
            factor *= market.buyers_discount_factor();
            settings.report(Stage::Path, slot + 1, maturity + 1);
        }
        path
    }
}

/// What is sold in a slot.
struct Sales<'a> {
    slot: usize,
    /// Probability that it is sold and exercised at once.
    at_once: f64,
    /// State and mass of the auctions held, and their figures.
    nodes: Vec<((f64, f64), &'a Stretch)>,
}

impl DelayDistribution {
    /// Follows the winners of every slot apart.
    pub(crate) fn follow_continuous(
        situation: &Situation<'_, '_>,
        timing: &ContinuousTiming,
        points: &[f64],
    ) -> Result<Self, SolveError> {
        let maturity = situation.auctioneer.market.ticket().maturity();
        if maturity >= MOST_CONTINUOUS_DELAYS {
            return Err(SolveError::TooManySlots {
                slots: maturity + 1,
                most: MOST_CONTINUOUS_DELAYS,
            });
        }
        let mut delays = Self::none(maturity);
        let nobody = Winners::new(situation, &timing.domain);
        let mut cohorts: Vec<(usize, Winners)> = Vec::new();
        let path = Path::follow_holder(situation, timing, points, &Settings::default(), |sales, _| {
            let mut note = |sale: usize, mass: f64| {
                // Sums of weights of both signs: a zero may be slightly negative.
                let mass = mass.max(0.0);
                delays.by_delay[sales.slot - sale] += mass;
                delays.joint[[sale, sales.slot]] += mass;
            };
            for (sale, winners) in &mut cohorts {
                note(*sale, winners.exercise(situation, sales.slot).0);
            }
            note(sales.slot, sales.at_once);
            let mut winners = nobody.clone();
            winners.add(situation, &sales);
            cohorts.push((sales.slot, winners));
            for (_, winners) in &mut cohorts {
                winners.advance(situation, &timing.domain, sales.slot);
            }
            cohorts.retain(|(_, winners)| !winners.none_left());
        });
        delays.never = (path.sold - delays.by_delay.iter().sum::<f64>()).max(0.0);
        Ok(delays)
    }
}

/// What becomes of tickets that are kept through a slot.
fn keep(situation: &Situation<'_, '_>, timing: &ContinuousTiming, slot: usize, kept: &mut Masses, path: &mut Path) {
    let market = situation.auctioneer.market;
    let exercise = market.ticket().exercise();
    let own_cost = market.holder().own_cost();
    if let Exercise::Lottery { draw_probability } = exercise {
        for (state, mass) in kept {
            if own_cost.is_some_and(|cost| timing.domain.state.prize(*state) >= cost) {
                path.exercise_probability[slot] += draw_probability * *mass;
            }
            *mass *= 1.0 - draw_probability;
        }
    } else if own_cost.is_some() && matches!(market.holder().sale(), Sale::UntilSold(_)) {
        // An auction has failed: she uses the ticket if that is better than going on.
        kept.retain(|&(state, mass)| {
            let next = timing.next_value(market, slot, state);
            let uses = crate::timing::alternatives(market, timing.domain.state.prize(state), next).exercises();
            if uses {
                path.exercise_probability[slot] += mass;
            }
            !uses
        });
    }
}

/// Tickets whose only auction failed, used at the holder's own cost; returns the probability that one is.
fn own_use(situation: &Situation<'_, '_>, domain: &Domain, slot: usize, own: &mut Tickets) -> f64 {
    let market = situation.auctioneer.market;
    let (Some(values), Some(cost)) = (situation.own, market.holder().own_cost()) else {
        own.fresh.clear();
        return 0.0;
    };
    let (used, _) = own.exercise(&Exercises::of(values, slot, 0, cost), market.ticket().exercise());
    if slot < market.ticket().maturity() {
        own.advance(
            domain,
            &Exercises::of(values, slot + 1, 0, cost),
            market.ticket().exercise(),
        );
    }
    used
}

/// Where the ticket is unsold at the start of a slot.
enum Start {
    /// In slot 0.
    Prize(f64),
    /// In slot 0, R_0 drawn.
    Drawn,
    /// Where it was left in the slot before.
    Masses(Masses),
}

impl Start {
    fn of(domain: &Domain) -> Self {
        match domain.state.initial {
            Some(prize) => Self::Prize(domain.state.state(prize)),
            None => Self::Drawn,
        }
    }

    /// Masses over a stretch of states.
    fn over(&self, domain: &Domain, from: f64, to: f64) -> Masses {
        match self {
            Self::Prize(state) => {
                // A lower end belongs to the stretch above it.
                let end = domain.ends().1;
                let at = state.clamp(domain.ends().0, end);
                let inside = from <= at && (at < to || (at == end && to >= end));
                Vec::from_iter(inside.then_some((at, 1.0)))
            }
            Self::Drawn => masses(domain, &[(0.0, 1.0)], from, to),
            Self::Masses(list) => masses(domain, list, from, to),
        }
    }
}

/// Masses over a stretch of states, one step after `sources`.
fn masses(domain: &Domain, sources: &[(f64, f64)], from: f64, to: f64) -> Masses {
    let total: f64 = sources.iter().map(|(_, mass)| mass).sum();
    if total <= NEGLIGIBLE || to <= from {
        return Vec::new();
    }
    let sources: Vec<(f64, [f64; 1])> = if domain.state.is_independent() {
        vec![(domain.state.shift, [total])]
    } else {
        sources.iter().map(|&(at, mass)| (at, [mass])).collect()
    };
    domain
        .arriving(from, to, &sources)
        .into_iter()
        .map(|(state, weight, [density])| (state, weight * density))
        .filter(|(_, mass)| *mass > NEGLIGIBLE * 1e-3)
        .collect()
}

/// Which reporting point stands for a state.
struct Cells {
    edges: Vec<f64>,
}

fn cells(domain: &Domain, points: &[f64]) -> Cells {
    let states: Vec<f64> = points.iter().map(|&prize| domain.state.state(prize)).collect();
    Cells {
        edges: states.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect(),
    }
}

impl Cells {
    fn cell(&self, state: f64) -> usize {
        self.edges.partition_point(|edge| *edge <= state)
    }
}
