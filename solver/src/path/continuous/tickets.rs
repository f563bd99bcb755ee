//! Tickets at states, and where their owner exercises.

use super::NEGLIGIBLE;
use crate::exercise::ContinuationValues;
use crate::market::Exercise;
use crate::numerics::normal;
use crate::prize::FAR;
use crate::timing::continuous::Domain;

/// The states at which a type exercises in a slot.
#[derive(Debug)]
pub(super) struct Exercises {
    /// Where she begins and, in turn, ceases to.
    pub ends: Vec<f64>,
}

impl Exercises {
    pub fn of(values: &ContinuationValues, slot: usize, index: usize, cost: f64) -> Self {
        Self {
            ends: values.exercise_states(slot, index, cost),
        }
    }

    /// The state from which she exercises, if there is one and she does not below it.
    pub fn only_rise(&self) -> Option<f64> {
        match self.ends.as_slice() {
            [end] if end.is_finite() => Some(*end),
            _ => None,
        }
    }

    /// Probability that a normal state lies in them.
    fn probability(&self, mean: f64, sd: f64) -> f64 {
        let above = |end: &f64| beyond((end - mean) / sd);
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

/// Probability that a standard normal variable exceeds this.
pub(super) fn beyond(distance: f64) -> f64 {
    if distance > FAR {
        0.0
    } else {
        normal::survival(distance)
    }
}

/// Tickets at states.
#[derive(Debug, Clone, Default)]
pub(super) struct Tickets {
    /// State, mass, mass times the slot of the sale.
    pub list: Vec<(f64, f64, f64)>,
    /// Tickets that have come in this slot and may be exercised in it.
    pub fresh: Vec<(f64, f64, f64)>,
    /// What is exercised in this slot of those that were there before: mass, and mass times the slot of the sale.
    pub stepped: (f64, f64),
}

impl Tickets {
    pub fn add(&mut self, state: f64, mass: f64, slot: usize) {
        self.list.push((state, mass, mass * slot as f64));
    }

    /// What is exercised of the tickets of a slot: mass, and mass times the slot of sale. What steps into the states of
    /// exercise is known from the step; `fresh` tickets are looked at one by one.
    pub fn exercise(&mut self, exercises: &Exercises, kind: Exercise) -> (f64, f64) {
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
    pub fn advance(&mut self, domain: &Domain, exercises: &Exercises, kind: Exercise) {
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
