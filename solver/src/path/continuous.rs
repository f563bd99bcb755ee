//! The forward pass when prizes are continuous: masses at quadrature nodes, cut wherever a decision changes.

use std::sync::Arc;

use super::Path;
use crate::exercise::ContinuationValues;
use crate::market::{Exercise, Sale};
use crate::numerics::gauss;
use crate::numerics::gaussian_sums::Sources;
use crate::numerics::lobatto::Lobatto;
use crate::numerics::normal;
use crate::settings::{Settings, Stage};
use crate::timing::Decision;
use crate::timing::continuous::{
    BOUNDARY, BUYERS_GAIN, CUTOFF, ContinuousTiming, Domain, ENTRY, IMMEDIATE, PARTICIPATION_COST, SALE_PROBABILITY,
    Situation, Stretch, WINNER_COST,
};

/// Intervals between the types of winners that are followed.
const WINNERS: usize = 16;
/// Mass below this is not followed.
const NEGLIGIBLE: f64 = 1e-13;

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
        let market = situation.auctioneer.market;
        let maturity = market.ticket().maturity();
        let domain = &timing.domain;
        let mut path = Self::empty(points.len(), maturity);
        let mut winners = Winners::new(situation);
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
            let (exercised, delay) = winners.exercise(situation, slot);
            path.exercise_probability[slot] += exercised + at_once;
            path.sold_and_exercised += exercised + at_once;
            path.immediate += at_once;
            path.delay += delay;
            for (node, stretch) in sales {
                winners.sell(situation, slot, node, stretch);
            }
            unsold = Start::after(domain, &next);
            winners.advance(situation, domain, slot);
            factor *= market.buyers_discount_factor();
            settings.report(Stage::Path, slot + 1, maturity + 1);
        }
        path
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
        let exercises = Exercises::of(values, slot + 1, 0, cost);
        own.advance(domain, &exercises, market.ticket().exercise(), &Sources::default(), &[]);
    }
    used
}

/// Where the ticket is unsold at the start of a slot.
enum Start {
    /// In slot 0.
    Prize(f64),
    /// In slot 0, R_0 drawn.
    Drawn,
    /// Where it was left in the slot before: means that the next state has, increasing, and masses.
    Seen(Masses),
}

impl Start {
    fn of(domain: &Domain) -> Self {
        match domain.state.initial {
            Some(prize) => Self::Prize(domain.state.state(prize)),
            None => Self::Drawn,
        }
    }

    /// After a slot that leaves these masses.
    fn after(domain: &Domain, left: &[(f64, f64)]) -> Self {
        if domain.state.is_independent() {
            let total = left.iter().map(|(_, mass)| mass).sum();
            return Self::Seen(vec![(domain.state.shift, total)]);
        }
        let mut seen: Masses = left.iter().map(|&(at, mass)| (domain.state.mean(at), mass)).collect();
        seen.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self::Seen(seen)
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
            Self::Drawn => masses(domain, &[(domain.state.shift, 1.0)], from, to),
            Self::Seen(seen) => masses(domain, seen, from, to),
        }
    }
}

/// Masses over a stretch of states, one step after they were `seen`.
fn masses(domain: &Domain, seen: &[(f64, f64)], from: f64, to: f64) -> Masses {
    let total: f64 = seen.iter().map(|(_, mass)| mass).sum();
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return Vec::new();
    };
    if total <= NEGLIGIBLE || to <= from {
        return Vec::new();
    }
    domain
        .mass_nodes(from, to, (first.0, last.0))
        .into_iter()
        .map(|(state, weight)| (state, weight * domain.arriving(state, seen)))
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
        let above = |end: &f64| normal::survival((end - mean) / sd);
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
///
/// What a winner does later depends smoothly on her cost, though which costs keep the ticket at a sale does not: a sale is
/// therefore spread over Chebyshev points of the cost with the weights of interpolation there, ∫ ℓ_j dP over the costs that
/// keep it. Weights may be negative; their sums are not.
struct Winners {
    /// Chebyshev points of [lo, hi].
    costs: Vec<f64>,
    points: Arc<Lobatto>,
    /// Where each of them exercises, slot by slot.
    exercises: Vec<Vec<Exercises>>,
    tickets: Vec<Tickets>,
    /// Where tickets have been sold in this slot, and by type mass and mass times the slot.
    places: Vec<f64>,
    sold: Vec<Vec<[f64; 2]>>,
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

    /// To the next slot, where they are exercised at `exercises`; `sold` has come in this one.
    fn advance(&mut self, domain: &Domain, exercises: &Exercises, kind: Exercise, sold: &Sources, masses: &[[f64; 2]]) {
        let process = &domain.state;
        let mut kept = Sources::new(self.list.iter().map(|one| domain.seen(one.0)));
        let mut list: Vec<[f64; 2]> = self.list.iter().map(|one| [one.1, one.2]).collect();
        let pairs = [(&kept, list.as_slice()), (sold, masses)];
        if pairs.iter().all(|(_, list)| list.is_empty()) {
            return;
        }
        let totals = |lists: [&[[f64; 2]]; 2]| {
            let all = lists.into_iter().flatten();
            all.fold([0.0; 2], |sum, one| [sum[0] + one[0], sum[1] + one[1]])
        };
        let total = totals([&list, masses]);
        if process.is_independent() {
            kept = Sources::new(std::iter::once(domain.seen(process.shift)));
            list = vec![total];
        }
        let pairs = if process.is_independent() {
            vec![(&kept, list.as_slice())]
        } else {
            vec![(&kept, list.as_slice()), (sold, masses)]
        };
        let left = kind.kept_probability();
        let (low, high) = domain.ends();
        let stretches = if left < 1.0 {
            vec![(low, high)]
        } else {
            exercises.waiting(low, high)
        };
        self.list.clear();
        let sum = |sum: (f64, f64), one: &(f64, f64, f64)| (sum.0 + one.1, sum.1 + one.2);
        for (from, to) in stretches {
            // Below the domain's end nothing is lost.
            let bounded = from > low;
            domain.arrive(&pairs, (from, to), bounded, |state, [mass, slots]| {
                self.list.push((state, left * mass, left * slots));
            });
        }
        self.stepped = if left == 1.0 {
            // What does not wait is exercised.
            let waits = self.list.iter().fold((0.0, 0.0), sum);
            (total[0] - waits.0, total[1] - waits.1)
        } else {
            let mut into = (0.0, 0.0);
            for (sources, masses) in pairs {
                for (at, mass) in sources.places().zip(masses) {
                    let mean = domain.place(at);
                    let inside = kind.open_probability() * exercises.probability(mean, process.volatility);
                    into = (into.0 + inside * mass[0], into.1 + inside * mass[1]);
                }
            }
            into
        };
        self.list.retain(|(_, mass, _)| mass.abs() > NEGLIGIBLE);
    }
}

impl Winners {
    fn new(situation: &Situation<'_, '_>) -> Self {
        let market = situation.auctioneer.market;
        let law = situation.auctioneer.panels.law();
        let points = Lobatto::with(WINNERS);
        let costs = points.on(law.lower(), law.upper());
        let maturity = market.ticket().maturity();
        let known = |slot: usize| situation.values.exercise_states_between(slot, &costs);
        let known: Option<Vec<Vec<f64>>> = (0..=maturity).map(known).collect();
        let exercises = if let Some(known) = known {
            let single = |state: f64| Exercises { ends: vec![state] };
            known
                .into_iter()
                .map(|states| states.into_iter().map(single).collect())
                .collect()
        } else {
            let values = ContinuationValues::at(
                situation.values.state(),
                market.ticket().exercise(),
                market.buyers_discount_factor(),
                maturity,
                costs.clone(),
            );
            let of = |slot: usize| {
                let types = costs.iter().enumerate();
                types
                    .map(|(index, &cost)| Exercises::of(&values, slot, index, cost))
                    .collect()
            };
            (0..=maturity).map(of).collect()
        };
        Self {
            tickets: vec![Tickets::default(); costs.len()],
            places: Vec::new(),
            sold: vec![Vec::new(); costs.len()],
            costs,
            points,
            exercises,
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
        let weights = self.weights(situation, entry, from, upto);
        self.places.push(state);
        for (list, weight) in self.sold.iter_mut().zip(weights) {
            list.push([sold * weight, sold * weight * slot as f64]);
        }
    }

    /// ∫ ℓ_j dP over (from, upto]: by parts, ∫ T_k dP = [T_k P] − ∫ T_k′ P dθ.
    fn weights(&self, situation: &Situation<'_, '_>, entry: Option<f64>, from: f64, upto: f64) -> Vec<f64> {
        let panels = situation.auctioneer.panels;
        let (lower, upper) = (panels.law().lower(), panels.law().upper());
        let count = self.costs.len();
        let unit = |cost: f64| ((2.0 * cost - lower - upper) / (upper - lower)).clamp(-1.0, 1.0);
        let mut moments = vec![0.0; count];
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
        self.points.weights(&moments)
    }

    /// Exercises tickets; the probability that one is, and the sum of their delays.
    fn exercise(&mut self, situation: &Situation<'_, '_>, slot: usize) -> (f64, f64) {
        let kind = situation.auctioneer.market.ticket().exercise();
        let (mut exercised, mut delay) = (0.0, 0.0);
        for (tickets, exercises) in self.tickets.iter_mut().zip(&self.exercises[slot]) {
            let (mass, slots) = tickets.exercise(exercises, kind);
            exercised += mass;
            delay += slot as f64 * mass - slots;
        }
        (exercised, delay)
    }

    /// To the next slot.
    fn advance(&mut self, situation: &Situation<'_, '_>, domain: &Domain, slot: usize) {
        if slot >= situation.auctioneer.market.ticket().maturity() {
            return;
        }
        let kind = situation.auctioneer.market.ticket().exercise();
        let sources = Sources::new(self.places.iter().map(|&at| domain.seen(at)));
        let types = self.tickets.iter_mut().zip(&self.exercises[slot + 1]);
        for ((tickets, exercises), sold) in types.zip(&mut self.sold) {
            tickets.advance(domain, exercises, kind, &sources, sold);
            sold.clear();
        }
        self.places.clear();
    }
}
