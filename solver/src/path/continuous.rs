//! The forward pass when prizes are continuous: masses at quadrature nodes, cut wherever a decision changes.

use std::sync::Arc;

use super::{DelayDistribution, Path};
use crate::error::SolveError;
use crate::exercise::ContinuationValues;
use crate::market::{Exercise, Sale};
use crate::numerics::gauss;
use crate::numerics::lobatto::Lobatto;
use crate::numerics::normal;
use crate::prize::FAR;
use crate::settings::{Settings, Stage};
use crate::timing::Decision;
use crate::timing::continuous::{
    BOUNDARY, BUYERS_GAIN, CUTOFF, ContinuousTiming, Domain, ENTRY, IMMEDIATE, PARTICIPATION_COST, SALE_PROBABILITY,
    Situation, Stretch, WINNER_COST,
};

/// Intervals between the types of winners that are followed, on each piece of the costs.
const WINNERS: usize = 16;
/// How wide a piece is at most, in steps of the prize as large as its costs.
const WIDE: f64 = 12.0;
/// Costs below this share of the largest count as this.
const SMALLEST: f64 = 0.05;
/// The most pieces.
const MOST_PIECES: usize = 400;
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
        let mut winners = Winners::new(situation);
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
        let nobody = Winners::new(situation);
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

/// The states at which a type exercises in a slot.
#[derive(Debug)]
struct Exercises {
    /// Where she begins and, in turn, ceases to.
    ends: Vec<f64>,
}

impl Exercises {
    fn of(values: &ContinuationValues, slot: usize, index: usize, cost: f64) -> Self {
        Self {
            ends: values.exercise_states(slot, index, cost),
        }
    }

    /// Probability that a normal state lies in them.
    fn probability(&self, mean: f64, sd: f64) -> f64 {
        let above = |end: &f64| {
            let distance = (end - mean) / sd;
            if distance > FAR {
                0.0
            } else {
                normal::survival(distance)
            }
        };
        self.ends.iter().enumerate().fold(
            0.0,
            |sum, (k, end)| {
                if k % 2 == 0 { sum + above(end) } else { sum - above(end) }
            },
        )
    }

    /// Maximal intervals on which she does not, within [low, high].
    fn waiting(&self, low: f64, high: f64) -> Vec<(f64, f64)> {
        let mut ends = vec![low];
        ends.extend(self.ends.iter().map(|end| end.clamp(low, high)));
        ends.push(high);
        ends.chunks_exact(2)
            .filter(|pair| pair[1] > pair[0])
            .map(|pair| (pair[0], pair[1]))
            .collect()
    }

    fn at(&self, state: f64) -> bool {
        self.ends.partition_point(|end| *end <= state) % 2 == 1
    }
}

/// Sold tickets that their winners keep, by the winner's cost.
#[derive(Clone)]
struct Winners {
    /// From the lowest costs to the highest.
    pieces: Vec<Piece>,
}

/// Winners with costs on an interval.
///
/// What a winner does later depends smoothly on her cost, though which costs keep the ticket at a sale does not: a sale is
/// therefore spread over Chebyshev points of the cost with the weights of interpolation there, ∫ ℓ_j dP over the costs that
/// keep it. Weights may be negative; their sums are not.
#[derive(Clone)]
struct Piece {
    lower: f64,
    upper: f64,
    /// Slots × Chebyshev points of the interval.
    exercises: Arc<Vec<Vec<Exercises>>>,
    tickets: Vec<Tickets>,
}

/// Tickets at states.
#[derive(Debug, Clone, Default)]
struct Tickets {
    /// State, mass, mass times the slot of the sale.
    list: Vec<(f64, f64, f64)>,
    /// Tickets that have come in this slot and may be exercised in it.
    fresh: Vec<(f64, f64, f64)>,
    /// What is exercised in this slot of those that were there before: mass, and mass times the slot of the sale.
    stepped: (f64, f64),
}

impl Tickets {
    fn add(&mut self, state: f64, mass: f64, slot: usize) {
        self.list.push((state, mass, mass * slot as f64));
    }

    /// What is exercised of the tickets of a slot: mass, and mass times the slot of sale. What steps into the states of
    /// exercise is known from the step; `fresh` tickets are looked at one by one.
    fn exercise(&mut self, exercises: &Exercises, kind: Exercise) -> (f64, f64) {
        let (mut exercised, mut slots) = std::mem::take(&mut self.stepped);
        let left = kind.kept_probability();
        for (at, mass, slot) in &mut self.fresh {
            if exercises.at(*at) {
                exercised += kind.open_probability() * *mass;
                slots += kind.open_probability() * *slot;
                if left == 1.0 {
                    (*mass, *slot) = (0.0, 0.0);
                }
            }
            *mass *= left;
            *slot *= left;
        }
        self.list.append(&mut self.fresh);
        self.list.retain(|(_, mass, _)| mass.abs() > NEGLIGIBLE);
        (exercised, slots)
    }

    /// To the next slot, where they are exercised at `exercises`: what is exercised there is a sum of normal probabilities,
    /// the rest is smooth between the ends.
    fn advance(&mut self, domain: &Domain, exercises: &Exercises, kind: Exercise) {
        if self.list.is_empty() {
            return;
        }
        let state = &domain.state;
        if state.is_independent() {
            let (mass, slots) = self
                .list
                .iter()
                .fold((0.0, 0.0), |sum, one| (sum.0 + one.1, sum.1 + one.2));
            self.list = vec![(state.shift, mass, slots)];
        }
        let left = kind.kept_probability();
        let mut into = (0.0, 0.0);
        for &(at, mass, slot) in &self.list {
            let inside = kind.open_probability() * exercises.probability(state.mean(at), state.volatility);
            into.0 += inside * mass;
            into.1 += inside * slot;
        }
        self.stepped = into;
        let (low, high) = domain.ends();
        let stretches = if left < 1.0 {
            vec![(low, high)]
        } else {
            exercises.waiting(low, high)
        };
        let sources: Vec<(f64, [f64; 2])> = self.list.iter().map(|&(at, mass, slot)| (at, [mass, slot])).collect();
        let mut next = Vec::new();
        for (from, to) in stretches {
            for (state, weight, [density, slots]) in domain.arriving(from, to, &sources) {
                if (density * weight).abs() > NEGLIGIBLE {
                    next.push((state, left * weight * density, left * weight * slots));
                }
            }
        }
        self.list = next;
    }
}

/// Costs from `lower` to `upper` in pieces over which what a type does varies smoothly: when she exercises is uncertain by
/// what a step of the prize, of `spread` in its log, is to her cost.
fn pieces(lower: f64, upper: f64, spread: f64) -> Vec<(f64, f64)> {
    let mut list = Vec::new();
    let mut from = lower;
    while from < upper {
        let cost = from.abs().max(SMALLEST * upper.abs().max(lower.abs()));
        // width ≤ WIDE · spread · (cost + width/4).
        let left = 1.0 - 0.25 * WIDE * spread;
        let widest = if left > 0.0 {
            WIDE * spread * cost / left
        } else {
            f64::INFINITY
        };
        let to = if widest >= upper - from || list.len() + 1 == MOST_PIECES {
            upper
        } else {
            from + widest
        };
        list.push((from, to));
        from = to;
    }
    list
}

impl Winners {
    fn new(situation: &Situation<'_, '_>) -> Self {
        let law = situation.auctioneer.panels.law();
        let state = situation.values.state();
        let middle = state.initial.map_or(state.shift, |prize| state.state(prize));
        let half = 0.5 * state.volatility;
        let spread = (state.prize(middle + half) / state.prize(middle - half)).ln();
        let points = Lobatto::with(WINNERS);
        let pieces = pieces(law.lower(), law.upper(), spread).into_iter();
        let of = |(lower, upper): (f64, f64)| Piece {
            lower,
            upper,
            exercises: Arc::new(Self::exercises(situation, &points.on(lower, upper))),
            tickets: vec![Tickets::default(); points.size()],
        };
        Self {
            pieces: pieces.map(of).collect(),
        }
    }

    /// Where each of them exercises, slot by slot.
    fn exercises(situation: &Situation<'_, '_>, costs: &[f64]) -> Vec<Vec<Exercises>> {
        let market = situation.auctioneer.market;
        let slots = 0..=market.ticket().maturity();
        let known: Option<Vec<Vec<f64>>> = slots
            .clone()
            .map(|slot| situation.values.exercise_states_between(slot, costs))
            .collect();
        if let Some(known) = known {
            let from = |state: f64| Exercises { ends: vec![state] };
            return known
                .into_iter()
                .map(|states| states.into_iter().map(from).collect())
                .collect();
        }
        let values = ContinuationValues::at(
            situation.values.state(),
            market.ticket().exercise(),
            market.buyers_discount_factor(),
            market.ticket().maturity(),
            costs.to_vec(),
        );
        let of = |slot: usize| {
            let types = costs.iter().enumerate();
            types
                .map(|(index, &cost)| Exercises::of(&values, slot, index, cost))
                .collect()
        };
        slots.map(of).collect()
    }

    fn none_left(&self) -> bool {
        let none = |tickets: &Tickets| {
            tickets.list.is_empty() && tickets.fresh.is_empty() && tickets.stepped.0.abs() <= NEGLIGIBLE
        };
        self.pieces.iter().all(|piece| piece.tickets.iter().all(none))
    }

    /// Adds what is sold in a slot and kept.
    fn add(&mut self, situation: &Situation<'_, '_>, sales: &Sales<'_>) {
        for &(node, stretch) in &sales.nodes {
            self.sell(situation, sales.slot, node, stretch);
        }
    }

    /// Adds a ticket sold at a state whose winner keeps it for now.
    fn sell(&mut self, situation: &Situation<'_, '_>, slot: usize, (state, mass): (f64, f64), stretch: &Stretch) {
        let market = situation.auctioneer.market;
        if slot >= market.ticket().maturity() {
            return;
        }
        let kind = market.ticket().exercise();
        let law = situation.auctioneer.panels.law();
        let from = match kind {
            Exercise::American => stretch.figure(BOUNDARY, state).clamp(law.lower(), law.upper()),
            Exercise::AtMaturity | Exercise::Lottery { .. } => law.lower(),
        };
        let upto = stretch.figure(CUTOFF, state).clamp(law.lower(), law.upper());
        if upto - from <= 1e-12 * (law.upper() - law.lower()) {
            return;
        }
        let entry = market
            .participation()
            .entry_is_random()
            .then(|| stretch.figure(ENTRY, state).clamp(0.0, 1.0));
        let sold = kind.kept_probability() * mass;
        for piece in &mut self.pieces {
            let (from, upto) = (from.max(piece.lower), upto.min(piece.upper));
            if upto > from {
                let weights = piece.weights(situation, entry, from, upto);
                for (tickets, weight) in piece.tickets.iter_mut().zip(weights) {
                    if (sold * weight).abs() > NEGLIGIBLE {
                        tickets.add(state, sold * weight, slot);
                    }
                }
            }
        }
    }

    /// Exercises tickets; the probability that one is, and the sum of their delays.
    fn exercise(&mut self, situation: &Situation<'_, '_>, slot: usize) -> (f64, f64) {
        let kind = situation.auctioneer.market.ticket().exercise();
        let (mut exercised, mut delay) = (0.0, 0.0);
        for piece in &mut self.pieces {
            for (tickets, exercises) in piece.tickets.iter_mut().zip(&piece.exercises[slot]) {
                let (mass, slots) = tickets.exercise(exercises, kind);
                exercised += mass;
                delay += slot as f64 * mass - slots;
            }
        }
        (exercised, delay)
    }

    /// To the next slot.
    fn advance(&mut self, situation: &Situation<'_, '_>, domain: &Domain, slot: usize) {
        if slot >= situation.auctioneer.market.ticket().maturity() {
            return;
        }
        let kind = situation.auctioneer.market.ticket().exercise();
        for piece in &mut self.pieces {
            for (tickets, exercises) in piece.tickets.iter_mut().zip(&piece.exercises[slot + 1]) {
                tickets.advance(domain, exercises, kind);
            }
        }
    }
}

impl Piece {
    /// ∫ ℓ_j dP over (from, upto]: by parts, ∫ T_k dP = [T_k P] − ∫ T_k′ P dθ.
    fn weights(&self, situation: &Situation<'_, '_>, entry: Option<f64>, from: f64, upto: f64) -> Vec<f64> {
        let panels = situation.auctioneer.panels;
        let (lower, upper) = (self.lower, self.upper);
        let points = Lobatto::with(WINNERS);
        let unit = |cost: f64| ((2.0 * cost - lower - upper) / (upper - lower)).clamp(-1.0, 1.0);
        let mut moments = vec![0.0; points.size()];
        for (cost, sign) in [(upto, 1.0), (from, -1.0)] {
            let probability = sign * panels.lowest_cdf(entry, cost);
            let x = unit(cost);
            let (mut now, mut next) = (1.0, x);
            for moment in &mut moments {
                *moment += probability * now;
                (now, next) = (next, 2.0 * x * next - now);
            }
        }
        let mut cuts = vec![from, upto];
        cuts.extend(
            panels
                .points()
                .iter()
                .map(|point| point.cost)
                .filter(|cost| from < *cost && *cost < upto),
        );
        cuts.sort_by(f64::total_cmp);
        for pair in cuts.windows(2) {
            let width = pair[1] - pair[0];
            for &(node, weight) in gauss::panel_rule() {
                let cost = pair[0] + width * node;
                let x = unit(cost);
                let scaled = weight * width * panels.lowest_cdf(entry, cost) * 2.0 / (upper - lower);
                // T_k′ = k U_{k−1}.
                let (mut now, mut next) = (1.0, 2.0 * x);
                for (k, moment) in moments.iter_mut().enumerate().skip(1) {
                    *moment -= scaled * k as f64 * now;
                    (now, next) = (next, 2.0 * x * next - now);
                }
            }
        }
        points.weights(&moments)
    }
}
