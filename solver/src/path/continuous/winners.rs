//! Sold tickets that their winners keep, by the winner's cost.

use std::sync::Arc;

use super::below::{Below, Sold};
use super::tickets::{Exercises, Tickets};
use super::{NEGLIGIBLE, Sales};
use crate::exercise::ContinuationValues;
use crate::market::Exercise;
use crate::numerics::gauss;
use crate::numerics::lobatto::Lobatto;
use crate::timing::continuous::{BOUNDARY, CUTOFF, Domain, ENTRY, Situation, Stretch};

/// Intervals between the types of winners that are followed, on each piece of the costs.
const WINNERS: usize = 16;
/// How wide a piece is at most, in steps of the prize as large as its costs.
const WIDE: f64 = 12.0;
/// Costs below this share of the largest count as this.
const SMALLEST: f64 = 0.05;
/// The most pieces.
const MOST_PIECES: usize = 400;
/// Sold tickets that their winners keep, by the winner's cost.
#[derive(Clone)]
pub(super) struct Winners {
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
    /// Costs at which the law is cut, from `lower` to `upper`, and by Chebyshev polynomial ∫ T_k′ P from each of them on.
    cuts: Arc<Vec<(f64, Vec<f64>)>>,
    /// What is sold in this slot.
    sold: Vec<Sold>,
    /// Of types that all exercise from one state on.
    below: Below,
    /// What is exercised of these in this slot: mass, and mass times the slot of the sale.
    stepped: (f64, f64),
    /// Of others.
    tickets: Vec<Tickets>,
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
    /// `domain` holds the states that count.
    pub fn new(situation: &Situation<'_, '_>, domain: &Domain) -> Self {
        let law = situation.auctioneer.panels.law();
        let state = situation.values.state();
        let middle = state.initial.map_or(state.shift, |prize| state.state(prize));
        let half = 0.5 * state.volatility;
        let spread = (state.prize(middle + half) / state.prize(middle - half)).ln();
        let points = Lobatto::with(WINNERS);
        let pieces = pieces(law.lower(), law.upper(), spread).into_iter();
        let below = Below::none(state, domain.ends());
        let of = |(lower, upper): (f64, f64)| Piece {
            lower,
            upper,
            exercises: Arc::new(Self::exercises(situation, &points.on(lower, upper))),
            cuts: Arc::new(cuts(situation, lower, upper)),
            sold: Vec::new(),
            below: below.clone(),
            stepped: (0.0, 0.0),
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

    /// Whether all have been exercised or are too few to be followed.
    pub fn none_left(&self) -> bool {
        let none = |tickets: &Tickets| {
            tickets.list.is_empty() && tickets.fresh.is_empty() && tickets.stepped.0.abs() <= NEGLIGIBLE
        };
        self.pieces.iter().all(|piece| {
            piece.sold.is_empty()
                && piece.below.is_empty()
                && piece.stepped.0.abs() <= NEGLIGIBLE
                && piece.tickets.iter().all(none)
        })
    }

    /// Adds what is sold in a slot and kept.
    pub fn add(&mut self, situation: &Situation<'_, '_>, sales: &Sales<'_>) {
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
            let panels = situation.auctioneer.panels;
            // No weight of interpolation is larger than 1.
            let most = |from, upto| sold * (panels.lowest_cdf(entry, upto) - panels.lowest_cdf(entry, from));
            if upto > from && most(from, upto) > NEGLIGIBLE {
                let mut masses = piece.weights(situation, entry, from, upto);
                for mass in &mut masses {
                    *mass *= sold;
                }
                if masses.iter().any(|mass| mass.abs() > NEGLIGIBLE) {
                    piece.sold.push(Sold { state, slot, masses });
                }
            }
        }
    }

    /// Exercises tickets; the probability that one is, and the sum of their delays.
    pub fn exercise(&mut self, situation: &Situation<'_, '_>, slot: usize) -> (f64, f64) {
        let kind = situation.auctioneer.market.ticket().exercise();
        let (mut exercised, mut delay) = (0.0, 0.0);
        for piece in &mut self.pieces {
            let mut note = |(mass, slots): (f64, f64)| {
                exercised += mass;
                delay += slot as f64 * mass - slots;
            };
            note(std::mem::take(&mut piece.stepped));
            for (tickets, exercises) in piece.tickets.iter_mut().zip(&piece.exercises[slot]) {
                note(tickets.exercise(exercises, kind));
            }
        }
        (exercised, delay)
    }

    /// To the next slot.
    pub fn advance(&mut self, situation: &Situation<'_, '_>, domain: &Domain, slot: usize) {
        if slot >= situation.auctioneer.market.ticket().maturity() {
            return;
        }
        let kind = situation.auctioneer.market.ticket().exercise();
        for piece in &mut self.pieces {
            piece.advance(domain, slot, kind);
        }
    }
}

impl Piece {
    /// To the next slot: all types at once if each exercises from one state on, else one by one.
    fn advance(&mut self, domain: &Domain, slot: usize, kind: Exercise) {
        let next = &self.exercises[slot + 1];
        let one_by_one = self.tickets.iter().any(|tickets| !tickets.list.is_empty());
        if !one_by_one && kind == Exercise::American {
            let ends: Option<Vec<f64>> = next.iter().map(Exercises::only_rise).collect();
            if let Some(stepped) = ends.and_then(|ends| self.below.advance(ends, &self.sold)) {
                self.stepped = stepped;
                self.sold.clear();
                return;
            }
        }
        for (tickets, kept) in self.tickets.iter_mut().zip(self.below.taken_out()) {
            tickets.list.extend(kept);
        }
        for Sold { state, slot, masses } in self.sold.drain(..) {
            for (tickets, mass) in self.tickets.iter_mut().zip(masses) {
                if mass.abs() > NEGLIGIBLE {
                    tickets.add(state, mass, slot);
                }
            }
        }
        for (tickets, exercises) in self.tickets.iter_mut().zip(next) {
            tickets.advance(domain, exercises, kind);
        }
    }

    /// ∫ ℓ_j dP over (from, upto]: by parts, ∫ T_k dP = [T_k P] − ∫ T_k′ P dθ.
    fn weights(&self, situation: &Situation<'_, '_>, entry: Option<f64>, from: f64, upto: f64) -> Vec<f64> {
        let panels = situation.auctioneer.panels;
        let ends = (self.lower, self.upper);
        let points = Lobatto::with(WINNERS);
        let mut moments = vec![0.0; points.size()];
        for (cost, sign) in [(upto, 1.0), (from, -1.0)] {
            let probability = sign * panels.lowest_cdf(entry, cost);
            let x = unit(ends, cost);
            let (mut now, mut next) = (1.0, x);
            for moment in &mut moments {
                *moment += probability * now;
                (now, next) = (next, 2.0 * x * next - now);
            }
        }
        let inside = |at: &usize| (from..=upto).contains(&self.cuts[*at].0);
        let first = self.cuts.partition_point(|(cut, _)| *cut < from);
        let last = self.cuts.partition_point(|(cut, _)| *cut <= upto).checked_sub(1);
        let mut add = |from: f64, upto: f64| {
            if upto > from {
                let falls = falls(situation, entry, ends, (from, upto));
                for (moment, fall) in moments.iter_mut().zip(falls) {
                    *moment -= fall;
                }
            }
        };
        match last.filter(|last| first <= *last && inside(&first)) {
            None => add(from, upto),
            Some(last) => {
                add(from, self.cuts[first].0);
                add(self.cuts[last].0, upto);
                if entry.is_some() {
                    for pair in self.cuts[first..=last].windows(2) {
                        add(pair[0].0, pair[1].0);
                    }
                } else {
                    let whole = self.cuts[first].1.iter().zip(&self.cuts[last].1);
                    for (moment, (from_first, from_last)) in moments.iter_mut().zip(whole) {
                        *moment -= from_first - from_last;
                    }
                }
            }
        }
        points.weights(&moments)
    }
}

/// A cost on [−1, 1].
fn unit((lower, upper): (f64, f64), cost: f64) -> f64 {
    ((2.0 * cost - lower - upper) / (upper - lower)).clamp(-1.0, 1.0)
}

/// The costs of a piece at which the law is cut, and by Chebyshev polynomial ∫ T_k′ P from each of them on.
fn cuts(situation: &Situation<'_, '_>, lower: f64, upper: f64) -> Vec<(f64, Vec<f64>)> {
    let points = situation.auctioneer.panels.points().iter().map(|point| point.cost);
    let inside = points.filter(|cost| lower < *cost && *cost < upper);
    let mut list: Vec<f64> = std::iter::once(lower).chain(inside).chain([upper]).collect();
    list.sort_by(f64::total_cmp);
    let mut known = vec![(upper, vec![0.0; WINNERS + 1])];
    let mut total = vec![0.0; WINNERS + 1];
    for pair in list.windows(2).rev() {
        for (sum, fall) in total
            .iter_mut()
            .zip(falls(situation, None, (lower, upper), (pair[0], pair[1])))
        {
            *sum += fall;
        }
        known.push((pair[0], total.clone()));
    }
    known.reverse();
    known
}

/// ∫ T_k′ P dθ over [from, upto], T_k on `ends`, P analytic there.
fn falls(situation: &Situation<'_, '_>, entry: Option<f64>, ends: (f64, f64), (from, upto): (f64, f64)) -> Vec<f64> {
    let panels = situation.auctioneer.panels;
    let width = upto - from;
    let rule = gauss::panel_rule();
    let costs = rule.map(|(node, _)| from + width * node);
    let probabilities = costs.map(|cost| panels.lowest_cdf(entry, cost));
    let mut falls = vec![0.0; WINNERS + 1];
    // T_k′ = k U_{k−1}, at all nodes side by side.
    let xs = costs.map(|cost| unit(ends, cost));
    let mut now: [f64; 12] = std::array::from_fn(|i| rule[i].1 * width * probabilities[i] * 2.0 / (ends.1 - ends.0));
    let mut next: [f64; 12] = std::array::from_fn(|i| 2.0 * xs[i] * now[i]);
    for (k, fall) in falls.iter_mut().enumerate().skip(1) {
        *fall = k as f64 * now.iter().sum::<f64>();
        let after: [f64; 12] = std::array::from_fn(|i| 2.0 * xs[i] * next[i] - now[i]);
        (now, next) = (next, after);
    }
    falls
}
