//! V_t(·, r) on one part of the costs.

use super::columns::{BOUNDARY_KNOWN, Columns, Costs, FLAT};
use super::step::Step;
use super::values::{DEEPEST, MOST_INTERVALS, split};
use crate::exercise::boundary::indifference;
use crate::exercise::{CurvedProfile, Piece};
use crate::market::Exercise;
use crate::numerics::expansion::Expansion;
use crate::numerics::exponential::{LANES, fused};
use crate::numerics::lobatto::{COARSEST, FINEST, Lobatto};
use crate::numerics::root;
use crate::prize::{FAR, PrizeState};

/// Chebyshev coefficients below this, relative to the highest cost, are rounding.
const RESOLVED: f64 = 2e-14;
/// Chebyshev coefficients of exercise states below this, in standard deviations of a step, are left out.
const STATES_RESOLVED: f64 = 1e-7;
/// States this near to where a type begins to exercise, in standard deviations of a step, are looked at closely.
const NEAR: f64 = 1e-6;

/// The values of one part of the costs.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub state: PrizeState,
    exercise: Exercise,
    discount_factor: f64,
    pub maturity: usize,
    costs: Costs,
    pub kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A Gaussian step.
    Steps(Box<Columns>),
    /// Independent slots: C is the same at all prizes. Slot 0 first.
    Independent(Vec<Flat>),
    /// A ticket exercised at maturity only: C is a call's value.
    Closed,
}

/// C of one slot when slots are independent.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    intervals: Option<usize>,
    values: Vec<f64>,
    tail: f64,
}

/// C_t(·, r) at one node.
struct Continuation {
    intervals: Option<usize>,
    values: Vec<f64>,
}

impl Part {
    /// The largest cost.
    pub fn scale(&self) -> f64 {
        match &self.costs {
            Costs::Interval { lower, upper, .. } => lower.abs().max(upper.abs()),
            Costs::List(list) => list.iter().fold(0.0, |most, cost| most.max(cost.abs())),
        }
    }

    pub fn ends(&self) -> (f64, f64) {
        match &self.costs {
            Costs::Interval { lower, upper, .. } => (*lower, *upper),
            Costs::List(_) => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// How many intervals the Chebyshev points make where they are densest.
    pub fn intervals(&self) -> usize {
        let most = |list: &mut dyn Iterator<Item = Option<usize>>| list.flatten().max().unwrap_or(0);
        match &self.kind {
            Kind::Steps(columns) => most(&mut columns.slots.iter().map(|slot| slot.intervals)),
            Kind::Independent(slots) => most(&mut slots.iter().map(|slot| slot.intervals)),
            Kind::Closed => 0,
        }
    }

    /// How many intervals values of the slot before the last take.
    pub fn intervals_needed(
        state: &PrizeState,
        exercise: Exercise,
        maturity: usize,
        ends: (f64, f64),
        tolerance: f64,
    ) -> usize {
        if state.is_independent() || maturity == 0 || exercise == Exercise::AtMaturity {
            return COARSEST;
        }
        Columns::first_intervals(state, maturity, ends, tolerance)
    }

    /// Values of these costs to someone with this discount factor; `tolerance` is relative to the highest cost.
    pub fn solve(
        state: &PrizeState,
        exercise: Exercise,
        discount_factor: f64,
        maturity: usize,
        costs: Costs,
        tolerance: f64,
    ) -> Self {
        let kind = if state.is_independent() {
            Kind::Independent(independent(state, exercise, discount_factor, maturity, &costs))
        } else if exercise == Exercise::AtMaturity {
            Kind::Closed
        } else {
            let step = Step::new(state, maturity.max(1));
            Kind::Steps(Box::new(Columns::solve(
                step,
                exercise,
                discount_factor,
                maturity,
                &costs,
                tolerance,
            )))
        };
        Self {
            state: state.clone(),
            exercise,
            discount_factor,
            maturity,
            costs,
            kind,
        }
    }

    /// E[V_0(·, R_0)] of independent prizes, R_0 drawn as the others are.
    pub fn before_the_draw(
        state: &PrizeState,
        exercise: Exercise,
        discount_factor: f64,
        maturity: usize,
        (lower, upper): (f64, f64),
    ) -> CurvedProfile {
        let curve = |cost: f64| Self::mean_value_before_the_draw(state, exercise, discount_factor, maturity, cost);
        let (intervals, values, _) = resolved(lower, upper, COARSEST, curve);
        let coefficients = Lobatto::with(intervals).coefficients(&values);
        let curve = Expansion::new(lower, upper, chopped(coefficients));
        CurvedProfile::new(vec![lower, upper], vec![Piece::Curve(curve)])
    }

    /// E[V_0(θ, R_0)] of one type.
    pub fn mean_value_before_the_draw(
        state: &PrizeState,
        exercise: Exercise,
        discount_factor: f64,
        maturity: usize,
        cost: f64,
    ) -> f64 {
        let values = Self::solve(state, exercise, discount_factor, maturity, Costs::List(vec![cost]), 0.0);
        let continuation = values.continuation_of(0, state.prize(state.shift), 0);
        match exercise {
            Exercise::American => continuation + state.excess(state.shift, state.volatility, cost + continuation),
            Exercise::AtMaturity if maturity == 0 => state.excess(state.shift, state.volatility, cost),
            Exercise::AtMaturity => continuation,
            Exercise::Lottery { draw_probability } => {
                continuation + draw_probability * state.excess(state.shift, state.volatility, cost)
            }
        }
    }

    /// How well the costs resolve C_t, ETH: the largest of the Chebyshev coefficients left out, judged by the last ones.
    pub fn error(&self) -> f64 {
        let largest = |tails: &mut dyn Iterator<Item = f64>| tails.fold(0.0_f64, f64::max);
        match &self.kind {
            Kind::Steps(columns) => largest(&mut columns.slots.iter().map(|slot| slot.tail)),
            Kind::Independent(slots) => largest(&mut slots.iter().map(|slot| slot.tail)),
            Kind::Closed => 0.0,
        }
    }

    /// C_t(·, r) at the costs, and which they are.
    fn continuation(&self, slot: usize, prize: f64) -> Continuation {
        if slot >= self.maturity {
            return Continuation {
                intervals: self.intervals_or_list(COARSEST),
                values: match &self.costs {
                    Costs::Interval { .. } => vec![0.0; COARSEST + 1],
                    Costs::List(list) => vec![0.0; list.len()],
                },
            };
        }
        match &self.kind {
            Kind::Steps(columns) => match columns.continuation(slot, &[self.state.state(prize)]) {
                Some((known, values)) => Continuation {
                    intervals: known.intervals,
                    values: values.row(0).to_vec(),
                },
                None => Continuation {
                    intervals: None,
                    values: Vec::new(),
                },
            },
            Kind::Independent(slots) => Continuation {
                intervals: slots[slot].intervals,
                values: slots[slot].values.clone(),
            },
            Kind::Closed => self.closed(slot, prize),
        }
    }

    fn intervals_or_list(&self, intervals: usize) -> Option<usize> {
        matches!(self.costs, Costs::Interval { .. }).then_some(intervals)
    }

    fn closed(&self, slot: usize, prize: f64) -> Continuation {
        let left = self.maturity - slot;
        let (mean, sd) = self.state.ahead(self.state.state(prize), left);
        let factor = self.discount_factor.powf(left as f64);
        let value = |cost: f64| factor * self.state.excess(mean, sd, cost);
        match &self.costs {
            Costs::List(list) => Continuation {
                intervals: None,
                values: list.iter().map(|&cost| value(cost)).collect(),
            },
            Costs::Interval { lower, upper, .. } => {
                let (intervals, values, _) = resolved(*lower, *upper, COARSEST, value);
                Continuation {
                    intervals: Some(intervals),
                    values,
                }
            }
        }
    }

    /// A call's value on the costs: a line where it is surely exercised, nothing where it surely is not, a curve between.
    fn call(&self, slot: usize, prize: f64, (lower, upper): (f64, f64)) -> CurvedProfile {
        let left = self.maturity - slot;
        let (mean, sd) = self.state.ahead(self.state.state(prize), left);
        let factor = self.discount_factor.powf(left as f64);
        let value = |cost: f64| factor * self.state.excess(mean, sd, cost);
        let sure = self.state.prize(mean - FAR * sd).clamp(lower, upper);
        let never = self.state.prize(mean + sd * (sd + FAR)).clamp(lower, upper);
        let mut knots = vec![lower];
        let mut pieces = Vec::new();
        if sure > lower {
            knots.push(sure);
            pieces.push(Piece::Line {
                right: value(sure),
                discount: factor,
            });
        }
        if never > sure {
            split(sure, never, DEEPEST, &mut |(from, to), deepest| {
                let (intervals, values, _) = resolved(from, to, COARSEST, value);
                let done = deepest || intervals <= MOST_INTERVALS;
                if done {
                    let coefficients = Lobatto::with(intervals).coefficients(&values);
                    knots.push(to);
                    pieces.push(Piece::Curve(Expansion::new(from, to, chopped(coefficients))));
                }
                done
            });
        }
        if upper > never {
            // Positive, however small: a curve says so.
            knots.push(upper);
            pieces.push(Piece::Curve(Expansion::new(never, upper, vec![0.0])));
        }
        CurvedProfile::new(knots, pieces)
    }

    /// C_t(θ_k, r) of the k-th cost of a list.
    pub fn continuation_of(&self, slot: usize, prize: f64, index: usize) -> f64 {
        self.continuation(slot, prize).values[index]
    }

    /// V_t(·, r) and the boundary at several prizes.
    pub fn profiles(&self, slot: usize, prizes: &[f64]) -> Vec<(CurvedProfile, Option<f64>)> {
        let Costs::Interval { lower, upper, .. } = self.costs else {
            return Vec::new();
        };
        if matches!(self.kind, Kind::Closed) && slot < self.maturity {
            let call = |prize: &f64| (self.call(slot, *prize, (lower, upper)), None);
            return prizes.iter().map(call).collect();
        }
        let of = |(curve, (&prize, boundary)): (Option<Expansion>, (&f64, f64))| {
            let profile = match self.exercise {
                Exercise::Lottery { draw_probability } => drawn(curve, prize, draw_probability, lower, upper),
                Exercise::American | Exercise::AtMaturity => exercised(curve, prize, boundary, lower, upper),
            };
            (profile, boundary.is_finite().then_some(boundary))
        };
        let curves = self.curves(slot, prizes, lower, upper);
        prizes
            .iter()
            .zip(curves)
            .map(|(prize, (curve, boundary))| of((curve, (prize, boundary))))
            .collect()
    }

    /// ∫ D G dθ by chords, and `at_end` times the value of the highest cost, at the grid points.
    pub fn mean_at_grid(&self, slot: usize, areas: &impl Fn(&[f64]) -> Vec<f64>, at_end: f64) -> Option<Vec<f64>> {
        let Kind::Steps(columns) = &self.kind else {
            return None;
        };
        let here = columns.slots.get(slot).filter(|_| slot < self.maturity)?;
        let areas = areas(&here.costs);
        let slopes: Vec<f64> = here
            .costs
            .windows(2)
            .zip(areas.windows(2))
            .map(|(costs, areas)| (areas[1] - areas[0]) / (costs[1] - costs[0]))
            .collect();
        let last = here.costs.len() - 1;
        let weights: Vec<f64> = (0..=last)
            .map(|k| {
                let after = if k < last { slopes[k] } else { at_end };
                after - if k > 0 { slopes[k - 1] } else { 0.0 }
            })
            .collect();
        let grid = columns.grid();
        let rows = here.values.rows().into_iter().enumerate();
        let mean = rows.map(|(i, row)| {
            let prize = self.state.prize(grid.at(i));
            let value = |continuation: f64, cost: f64| {
                let now = prize - cost;
                match self.exercise {
                    Exercise::American => {
                        if now > continuation {
                            now
                        } else {
                            continuation
                        }
                    }
                    Exercise::AtMaturity => continuation,
                    Exercise::Lottery { draw_probability } => continuation + draw_probability * now.max(0.0),
                }
            };
            // Tables are kept row by row without gaps.
            sum_of_three(row.as_slice().unwrap_or_default(), &here.costs, &weights, value)
        });
        Some(mean.collect())
    }

    /// About where the boundary lies, read off the states from which the costs that are followed exercise.
    fn boundary_near(&self, slot: usize, prize: f64) -> Option<f64> {
        let Kind::Steps(columns) = &self.kind else {
            return None;
        };
        let here = columns.slots.get(slot)?;
        let state = self.state.state(prize);
        let at = |k: usize| here.columns[k].only_rise();
        let above = here
            .columns
            .partition_point(|column| column.only_rise().is_some_and(|from| from <= state));
        let first = above.checked_sub(2)?;
        if first + 4 > here.columns.len() {
            return None;
        }
        // The cubic through four costs around it, as a function of those states.
        let states = [at(first)?, at(first + 1)?, at(first + 2)?, at(first + 3)?];
        let mut cost = 0.0;
        for (i, one) in states.iter().enumerate() {
            let mut weight = here.costs[first + i];
            for (j, other) in states.iter().enumerate() {
                if i != j {
                    weight *= (state - other) / (one - other);
                }
            }
            cost += weight;
        }
        Some(cost)
    }

    /// Whether the grid tells that not even the lowest cost exercises.
    pub fn none_exercises(&self, slot: usize, prize: f64) -> bool {
        let (Kind::Steps(columns), Exercise::American) = (&self.kind, self.exercise) else {
            return false;
        };
        let first = columns.slots.get(slot).and_then(|here| here.columns.first());
        let state = self.state.state(prize);
        first
            .and_then(|column| column.only_rise())
            .is_some_and(|from| state < from - NEAR * self.state.volatility)
    }

    /// Whether the grid tells that the lowest cost exercises and the highest does not.
    fn some_exercise(&self, slot: usize, prize: f64) -> bool {
        let (Kind::Steps(columns), Exercise::American) = (&self.kind, self.exercise) else {
            return false;
        };
        let Some([first, .., last]) = columns.slots.get(slot).map(|here| here.columns.as_slice()) else {
            return false;
        };
        let near = NEAR * self.state.volatility;
        let inside = |from: f64, upto: f64| (from + near..upto - near).contains(&self.state.state(prize));
        let ends = first.only_rise().zip(last.only_rise());
        ends.is_some_and(|(from, upto)| inside(from, upto))
    }

    /// C_t(·, r) as functions (`None` where it is 0 or nobody waits), and the exercise boundaries.
    fn curves(&self, slot: usize, prizes: &[f64], lower: f64, upper: f64) -> Vec<(Option<Expansion>, f64)> {
        let alone = |prize: &f64| (None, self.boundary_on(slot, *prize, lower, upper, None));
        if slot >= self.maturity {
            return prizes.iter().map(alone).collect();
        }
        let with = |prize: f64, coefficients: Vec<f64>| {
            let curve = Expansion::new(lower, upper, chopped(coefficients));
            let boundary = self.boundary_on(slot, prize, lower, upper, Some(&curve));
            (Some(curve), boundary)
        };
        let Kind::Steps(columns) = &self.kind else {
            let of = |&prize: &f64| {
                let continuation = self.continuation(slot, prize);
                let points = Lobatto::with(continuation.intervals.unwrap_or(COARSEST));
                with(prize, points.coefficients(&continuation.values))
            };
            return prizes.iter().map(of).collect();
        };
        let waits =
            |prize: &f64| self.exercise != Exercise::American || !columns.all_exercise(slot, self.state.state(*prize));
        let states: Vec<f64> = prizes
            .iter()
            .copied()
            .filter(waits)
            .map(|prize| self.state.state(prize))
            .collect();
        let continuation = (!states.is_empty())
            .then(|| columns.continuation(slot, &states))
            .flatten();
        let coefficients = continuation
            .map(|(known, values)| Lobatto::with(known.intervals.unwrap_or(COARSEST)).coefficients_of(&values));
        let mut rows = coefficients.iter().flat_map(|rows| rows.rows());
        let of = |&prize: &f64| match waits(&prize).then(|| rows.next()).flatten() {
            Some(row) => with(prize, row.to_vec()),
            None => (None, upper),
        };
        prizes.iter().map(of).collect()
    }

    /// The exercise boundary, given C: −∞ where not even the lowest cost exercises.
    fn boundary_on(&self, slot: usize, prize: f64, lower: f64, upper: f64, curve: Option<&Expansion>) -> f64 {
        let last = slot >= self.maturity;
        if self.exercise == Exercise::AtMaturity && !last {
            return f64::NEG_INFINITY;
        }
        if let Exercise::Lottery { .. } = self.exercise {
            return if prize >= lower {
                prize.min(upper)
            } else {
                f64::NEG_INFINITY
            };
        }
        let lead = |cost: f64| {
            let continuation = curve.map_or(0.0, |curve| curve.value(cost).max(0.0));
            prize - cost - continuation
        };
        // The root itself where there is one; where exercise and waiting are the same, indifference exercises.
        let indifference = indifference(self.state.tolerance) * prize;
        let gap = |cost: f64| lead(cost) + indifference;
        let some = self.some_exercise(slot, prize);
        if !some && gap(upper) >= 0.0 {
            upper
        } else if !some && gap(lower) < 0.0 {
            f64::NEG_INFINITY
        } else if last {
            prize
        } else {
            // Where exercising and waiting are nearly the same for long, a root says nothing.
            let slope = |cost: f64| -1.0 - curve.map_or(0.0, |curve| curve.slope(cost));
            let steep = |cost: &f64| slope(*cost).abs() * (upper - lower) > FLAT * indifference;
            let near = self.boundary_near(slot, prize).filter(steep);
            let near =
                near.and_then(|cost| root::approached((lower, upper), (cost, slope(cost)), BOUNDARY_KNOWN, lead));
            near.unwrap_or_else(|| {
                let last = root::bracketed(lower, upper, gap).unwrap_or(lower);
                let exact = steep(&last) && lead(lower) > 0.0 && lead(last) < 0.0;
                exact
                    .then(|| root::bracketed(lower, last, lead))
                    .flatten()
                    .unwrap_or(last)
            })
        }
    }

    /// The prizes at which the type with this cost begins to exercise in a slot, increasing; a prize of 0 if she
    /// exercises at the lowest that count.
    pub fn exercise_prizes(&self, slot: usize, cost: f64) -> Vec<f64> {
        let last = slot >= self.maturity;
        match self.exercise {
            Exercise::AtMaturity if !last => return Vec::new(),
            Exercise::Lottery { .. } => return vec![cost.max(0.0)],
            Exercise::AtMaturity | Exercise::American if last => return vec![cost.max(0.0)],
            Exercise::AtMaturity | Exercise::American => {}
        }
        match &self.kind {
            Kind::Independent(slots) => {
                let Costs::Interval { lower, upper, .. } = self.costs else {
                    return Vec::new();
                };
                let flat = &slots[slot];
                let Some(intervals) = flat.intervals else {
                    return Vec::new();
                };
                let coefficients = Lobatto::with(intervals).coefficients(&flat.values);
                vec![(cost + Expansion::new(lower, upper, coefficients).value(cost)).max(0.0)]
            }
            Kind::Closed => Vec::new(),
            Kind::Steps(columns) => self.scanned(columns, slot, cost),
        }
    }

    fn scanned(&self, columns: &Columns, slot: usize, cost: f64) -> Vec<f64> {
        let Costs::Interval { lower, upper, .. } = self.costs else {
            return Vec::new();
        };
        // At a cost that is followed the kinks are known.
        let here = &columns.slots[slot];
        if let Some(index) = here.costs.iter().position(|known| *known == cost) {
            let column = &here.columns[index];
            let mut exercises = column.exercises(f64::NEG_INFINITY);
            let mut found = Vec::from_iter(exercises.then_some(0.0));
            for kink in &column.kinks {
                exercises = !exercises;
                if exercises {
                    found.push(self.state.prize(kink.state));
                }
            }
            return found;
        }
        let indifference = indifference(self.state.tolerance);
        let exercises = |prize: f64, continuation: f64| prize - cost - continuation + indifference * prize;
        let lead = |state: f64| {
            let prize = self.state.prize(state);
            let curve = self.curves(slot, &[prize], lower, upper).swap_remove(0).0;
            prize - cost - curve.map_or(0.0, |curve| curve.value(cost))
        };
        let gap = |state: f64| lead(state) + indifference * self.state.prize(state);
        let grid = columns.grid();
        let x = (2.0 * cost - lower - upper) / (upper - lower);
        let weights = Lobatto::with(here.costs.len() - 1).interpolation(x.clamp(-1.0, 1.0));
        let of_point = |k: usize| {
            let row = here.values.row(k);
            let continuation: f64 = row.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
            exercises(self.state.prize(grid.at(k)), continuation) >= 0.0
        };
        let mut before = of_point(0);
        let mut found = Vec::from_iter(before.then_some(0.0));
        for k in 1..grid.size {
            let now = of_point(k);
            if now && !before {
                let (low, high) = (grid.at(k - 1), grid.at(k));
                // The root itself where there is one.
                let exact = (lead(low) < 0.0 && lead(high) > FLAT * indifference * self.state.prize(high))
                    .then(|| root::bracketed(low, high, lead));
                let state = exact
                    .flatten()
                    .or_else(|| root::bracketed(low, high, gap))
                    .unwrap_or(high);
                found.push(self.state.prize(state));
            }
            before = now;
        }
        found
    }

    /// Exercise states are as analytic in the cost as the values they follow from.
    pub fn exercise_states_between(&self, slot: usize, costs: &[f64]) -> Option<Vec<f64>> {
        let (Costs::Interval { lower, upper, .. }, Kind::Steps(columns), Exercise::American) =
            (&self.costs, &self.kind, self.exercise)
        else {
            return None;
        };
        if slot >= self.maturity {
            return costs
                .iter()
                .map(|cost| (*cost > 0.0).then(|| self.state.state(*cost)))
                .collect();
        }
        let here = &columns.slots[slot];
        let known: Option<Vec<f64>> = here.columns.iter().map(|column| column.only_rise()).collect();
        let coefficients = Lobatto::with(here.intervals?).coefficients(&known?);
        let last = &coefficients[coefficients.len() - 3..];
        if last.iter().any(|a| a.abs() > STATES_RESOLVED * self.state.volatility) {
            return None;
        }
        let states = Expansion::new(*lower, *upper, coefficients);
        Some(costs.iter().map(|cost| states.value(*cost)).collect())
    }

    /// The states at which the `index`-th type of a list begins and, in turn, ceases to exercise in a slot.
    pub fn exercise_states(&self, slot: usize, index: usize, cost: f64) -> Vec<f64> {
        let open = slot >= self.maturity;
        let from = |prize: f64| {
            if prize > 0.0 {
                self.state.state(prize)
            } else {
                f64::NEG_INFINITY
            }
        };
        match (&self.kind, self.exercise) {
            (_, Exercise::Lottery { .. }) => vec![from(cost)],
            (_, Exercise::AtMaturity) => Vec::from_iter(open.then(|| from(cost))),
            (_, Exercise::American) if open => vec![from(cost)],
            (Kind::Independent(slots), Exercise::American) => vec![from(cost + slots[slot].values[index])],
            (Kind::Steps(columns), Exercise::American) => {
                let column = &columns.slots[slot].columns[index];
                let below = column.exercises(f64::NEG_INFINITY).then_some(f64::NEG_INFINITY);
                below
                    .into_iter()
                    .chain(column.kinks.iter().map(|kink| kink.state))
                    .collect()
            }
            (Kind::Closed, Exercise::American) => Vec::new(),
        }
    }
}

/// Without the last coefficients as far as they are rounding: their slopes would count.
fn chopped(mut coefficients: Vec<f64>) -> Vec<f64> {
    let largest = coefficients.iter().fold(0.0_f64, |most, a| most.max(a.abs()));
    while coefficients.len() > 2 && coefficients.last().is_some_and(|a| a.abs() <= 2e-15 * largest) {
        coefficients.pop();
    }
    coefficients
}

/// V of an american ticket (and of one in its last slot): r − θ up to the boundary, C beyond.
fn exercised(curve: Option<Expansion>, prize: f64, boundary: f64, lower: f64, upper: f64) -> CurvedProfile {
    let line = Piece::Line {
        right: prize - boundary.min(upper),
        discount: 1.0,
    };
    if boundary >= upper {
        return CurvedProfile::new(vec![lower, upper], vec![line]);
    }
    let waits = curve.map_or(
        Piece::Line {
            right: 0.0,
            discount: 0.0,
        },
        Piece::Curve,
    );
    if boundary <= lower {
        return CurvedProfile::new(vec![lower, upper], vec![waits]);
    }
    CurvedProfile::new(vec![lower, boundary, upper], vec![line, waits])
}

/// V of a lottery ticket: q (r − θ)⁺ + C.
fn drawn(curve: Option<Expansion>, prize: f64, probability: f64, lower: f64, upper: f64) -> CurvedProfile {
    let middle = prize.clamp(lower, upper);
    let mut knots = vec![lower];
    let mut pieces = Vec::new();
    if middle > lower {
        knots.push(middle);
        pieces.push(match &curve {
            None => Piece::Line {
                right: probability * (prize - middle),
                discount: probability,
            },
            Some(curve) => Piece::Curve(curve.plus_line(probability * prize, -probability)),
        });
    }
    if middle < upper {
        knots.push(upper);
        pieces.push(curve.map_or(
            Piece::Line {
                right: 0.0,
                discount: 0.0,
            },
            Piece::Curve,
        ));
    }
    CurvedProfile::new(knots, pieces)
}

/// Values at as many Chebyshev points as it takes: intervals, values and the size of the last coefficients.
fn resolved(lower: f64, upper: f64, from: usize, value: impl Fn(f64) -> f64) -> (usize, Vec<f64>, f64) {
    let mut intervals = from;
    loop {
        let points = Lobatto::with(intervals);
        let values: Vec<f64> = points.on(lower, upper).into_iter().map(&value).collect();
        let coefficients = points.coefficients(&values);
        let last = &coefficients[coefficients.len() - 3..];
        let tail = last.iter().fold(0.0_f64, |most, a| most.max(a.abs()));
        // Where prizes are many times the costs, so is the rounding of values.
        let scale = upper.abs().max(lower.abs()).max(values[0].abs());
        if intervals >= FINEST || tail <= RESOLVED * scale {
            return (intervals, values, tail);
        }
        intervals = Lobatto::sizes(intervals + 1).next().unwrap_or(FINEST);
    }
}

/// C_t of every slot when slots are independent: c_T = 0, then one expectation in closed form a slot and cost.
fn independent(
    state: &PrizeState,
    exercise: Exercise,
    discount_factor: f64,
    maturity: usize,
    costs: &Costs,
) -> Vec<Flat> {
    let step = |cost: f64, continuation: f64, last: bool| match exercise {
        Exercise::American => {
            discount_factor * (continuation + state.excess(state.shift, state.volatility, cost + continuation))
        }
        Exercise::AtMaturity if last => discount_factor * state.excess(state.shift, state.volatility, cost),
        Exercise::AtMaturity => discount_factor * continuation,
        Exercise::Lottery { draw_probability } => {
            (1.0 - draw_probability)
                * discount_factor
                * (continuation + draw_probability * state.excess(state.shift, state.volatility, cost))
        }
    };
    let over = |costs: &[f64]| {
        let mut slots = vec![vec![0.0; costs.len()]];
        for back in 0..maturity {
            let behind = &slots[back];
            slots.push(
                costs
                    .iter()
                    .zip(behind)
                    .map(|(&cost, &c)| step(cost, c, back == 0))
                    .collect(),
            );
        }
        slots.reverse();
        slots
    };
    match costs {
        Costs::List(list) => over(list)
            .into_iter()
            .map(|values| Flat {
                intervals: None,
                values,
                tail: 0.0,
            })
            .collect(),
        Costs::Interval { lower, upper, .. } => {
            let scale = upper.abs().max(lower.abs());
            let mut intervals = COARSEST;
            loop {
                let points = Lobatto::with(intervals);
                let list = points.on(*lower, *upper);
                let slots: Vec<Flat> = over(&list)
                    .into_iter()
                    .map(|values| {
                        let coefficients = points.coefficients(&values);
                        let last = &coefficients[coefficients.len() - 3..];
                        Flat {
                            intervals: Some(intervals),
                            tail: last.iter().fold(0.0_f64, |most, a| most.max(a.abs())),
                            values,
                        }
                    })
                    .collect();
                // Where prizes are many times the costs, so is the rounding of values.
                let known = |slot: &Flat| slot.tail <= RESOLVED * scale.max(slot.values[0].abs());
                if intervals >= FINEST || slots.iter().all(known) {
                    return slots;
                }
                intervals = Lobatto::sizes(intervals + 1).next().unwrap_or(FINEST);
            }
        }
    }
}

/// Σ weight · value(continuation, cost), several side by side.
fn sum_of_three(continuations: &[f64], costs: &[f64], weights: &[f64], value: impl Fn(f64, f64) -> f64) -> f64 {
    let (few, rest) = continuations.as_chunks::<LANES>();
    let (costs_of_few, costs) = costs.as_chunks::<LANES>();
    let (weights_of_few, weights) = weights.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for ((continuations, costs), weights) in few.iter().zip(costs_of_few).zip(weights_of_few) {
        for lane in 0..LANES {
            sums[lane] = fused(weights[lane], value(continuations[lane], costs[lane]), sums[lane]);
        }
    }
    let rest = rest.iter().zip(costs).zip(weights);
    let rest: f64 = rest
        .map(|((&continuation, &cost), weight)| weight * value(continuation, cost))
        .sum();
    sums.iter().sum::<f64>() + rest
}
