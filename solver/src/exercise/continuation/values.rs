//! V_t(·, r) at any slot and prize.

use super::columns::Costs;
use super::part::{Kind, Part};
use super::resolution::Resolution;
use crate::exercise::CurvedProfile;
use crate::market::Exercise;
use crate::prize::PrizeState;

/// Coefficients are looked at from some states only; elsewhere they may be so many times as large.
const ELSEWHERE: f64 = 2.5;
/// Share of the tolerance that the costs may miss; the rest is for the rules over the next state and for auctions.
const IN_COST: f64 = 0.5;
/// More Chebyshev intervals than this are parted.
pub(super) const MOST_INTERVALS: usize = 64;
/// Halvings of the costs at most.
pub(super) const DEEPEST: u32 = 6;

/// The ticket values of all slots, prizes and costs of an interval, or of a list of costs.
///
/// Where a step is small beside the costs, C bends on a small part of them: the interval is then cut into parts, each with
/// Chebyshev points of its own.
#[derive(Debug, Clone)]
pub struct ContinuationValues {
    parts: Vec<Part>,
}

impl ContinuationValues {
    /// Values of all costs of [lower, upper] to someone with this discount factor; `tolerance` is relative to the
    /// highest cost.
    #[must_use]
    pub fn over(
        state: &PrizeState,
        exercise: Exercise,
        discount_factor: f64,
        maturity: usize,
        (lower, upper): (f64, f64),
        tolerance: f64,
    ) -> Self {
        let mut parts = Vec::new();
        let scale = lower.abs().max(upper.abs());
        let known = |part: &Part| {
            let steps = matches!(part.kind, Kind::Steps(_));
            !steps || ELSEWHERE * part.error() <= IN_COST * tolerance * scale
        };
        split(lower, upper, DEEPEST, &mut |ends, deepest| {
            let first = Part::intervals_needed(state, exercise, maturity, ends, tolerance);
            if first > MOST_INTERVALS && !deepest {
                return false;
            }
            let with = |least: usize| {
                let (lower, upper) = ends;
                let first = first.max(least);
                let costs = Costs::Interval {
                    lower,
                    upper,
                    first,
                    least,
                };
                Part::solve(state, exercise, discount_factor, maturity, costs, tolerance)
            };
            let mut part = with(0);
            // Slots before the one that sets the number of points may ask for more.
            while !known(&part) && part.intervals() < MOST_INTERVALS {
                let more = part.intervals() + part.intervals() / 2;
                part = with(more.next_multiple_of(4));
            }
            let resolved = deepest || (part.intervals() <= MOST_INTERVALS && known(&part));
            if resolved {
                parts.push(part);
            }
            resolved
        });
        Self { parts }
    }

    /// Values of single costs.
    #[must_use]
    pub fn at(state: &PrizeState, exercise: Exercise, discount_factor: f64, maturity: usize, costs: Vec<f64>) -> Self {
        Self {
            parts: vec![Part::solve(
                state,
                exercise,
                discount_factor,
                maturity,
                Costs::List(costs),
                0.0,
            )],
        }
    }

    fn first(&self) -> &Part {
        // There is always one.
        &self.parts[0]
    }

    fn part_of(&self, cost: f64) -> &Part {
        let at = self.parts.partition_point(|part| part.ends().1 < cost);
        &self.parts[at.min(self.parts.len() - 1)]
    }

    /// The costs at which one set of Chebyshev points ends and another begins.
    pub(crate) fn cost_cuts(&self) -> impl Iterator<Item = f64> {
        self.parts[1..].iter().map(|part| part.ends().0)
    }

    /// T.
    #[must_use]
    pub fn maturity(&self) -> usize {
        self.first().maturity
    }

    /// The process.
    #[must_use]
    pub fn state(&self) -> &PrizeState {
        &self.first().state
    }

    /// What C_t may be wrong by at any slot, prize and cost, ETH: the Chebyshev coefficients left out, judged by the last
    /// ones, and what the rules over the next state miss.
    #[must_use]
    pub fn error(&self) -> f64 {
        let in_cost = self.parts.iter().map(Part::error).fold(0.0, f64::max);
        let steps = self.parts.iter().any(|part| matches!(part.kind, Kind::Steps(_)));
        let in_state = if steps {
            Resolution::of(self.state().tolerance).error() * self.first().scale()
        } else {
            0.0
        };
        ELSEWHERE * in_cost + in_state
    }

    /// C_t(θ_k, r) of the k-th cost of a list.
    pub(crate) fn continuation_of(&self, slot: usize, prize: f64, index: usize) -> f64 {
        self.first().continuation_of(slot, prize, index)
    }

    /// V_t(·, r), ETH, on the interval of costs.
    #[must_use]
    pub fn profile(&self, slot: usize, prize: f64) -> CurvedProfile {
        // One prize, one profile.
        self.profiles(slot, &[prize]).swap_remove(0).0
    }

    /// [`Self::profile`] with [`Self::boundary`] at several prizes of a slot, which costs less than one by one.
    pub(crate) fn profiles(&self, slot: usize, prizes: &[f64]) -> Vec<(CurvedProfile, Option<f64>)> {
        let mut parts = self.parts.iter();
        let mut list = parts.next().map_or_else(Vec::new, |part| part.profiles(slot, prizes));
        for part in parts {
            for ((profile, boundary), (higher, here)) in list.iter_mut().zip(part.profiles(slot, prizes)) {
                *profile = profile.followed_by(&higher);
                *boundary = here.or(*boundary);
            }
        }
        list
    }

    /// ∫ V_t(θ, r) dG(θ) at the grid points of the state, V replaced by its chords between the costs that are followed, above
    /// which it nowhere lies; `areas` gives ∫ G up to each of a list of costs, `mass` is G at the highest. `None` where
    /// nothing is kept at grid points.
    pub(crate) fn mean_at_grid(&self, slot: usize, areas: impl Fn(&[f64]) -> Vec<f64>, mass: f64) -> Option<Vec<f64>> {
        let mut totals: Vec<f64> = Vec::new();
        for (k, part) in self.parts.iter().enumerate() {
            let at_end = if k + 1 == self.parts.len() { mass } else { 0.0 };
            let sums = part.mean_at_grid(slot, &areas, at_end)?;
            totals.resize(sums.len(), 0.0);
            for (total, sum) in totals.iter_mut().zip(sums) {
                *total += sum;
            }
        }
        Some(totals)
    }

    /// θ*_t(r) as far as it lies in the interval of costs: `None` where not even its lower end exercises, its upper end
    /// where all of them do. For a lottery ticket: who exercises if it is drawn.
    #[must_use]
    pub fn boundary(&self, slot: usize, prize: f64) -> Option<f64> {
        if let [part] = self.parts.as_slice()
            && part.none_exercises(slot, prize)
        {
            return None;
        }
        self.profiles(slot, &[prize]).swap_remove(0).1
    }

    /// The prizes at which the type with this cost begins to exercise in a slot, increasing; a prize of 0 if she
    /// exercises at the lowest that count.
    #[must_use]
    pub fn exercise_prizes(&self, slot: usize, cost: f64) -> Vec<f64> {
        self.part_of(cost).exercise_prizes(slot, cost)
    }

    /// The states at which the `index`-th type of a list begins and, in turn, ceases to exercise in a slot.
    pub(crate) fn exercise_states(&self, slot: usize, index: usize, cost: f64) -> Vec<f64> {
        self.first().exercise_states(slot, index, cost)
    }

    /// The states from which types with these costs exercise an american ticket in a slot, read off those of the costs
    /// that are followed; `None` where some type exercises below a state or the costs do not tell.
    pub(crate) fn exercise_states_between(&self, slot: usize, costs: &[f64]) -> Option<Vec<f64>> {
        match self.parts.as_slice() {
            [part] => part.exercise_states_between(slot, costs),
            _ => None,
        }
    }

    /// E[V_0(·, R_0)] of independent prizes, R_0 drawn as the others are.
    pub(crate) fn before_the_draw(
        state: &PrizeState,
        exercise: Exercise,
        discount_factor: f64,
        maturity: usize,
        ends: (f64, f64),
    ) -> CurvedProfile {
        Part::before_the_draw(state, exercise, discount_factor, maturity, ends)
    }

    /// E[V_0(θ, R_0)] of one type.
    pub(crate) fn mean_value_before_the_draw(
        state: &PrizeState,
        exercise: Exercise,
        discount_factor: f64,
        maturity: usize,
        cost: f64,
    ) -> f64 {
        Part::mean_value_before_the_draw(state, exercise, discount_factor, maturity, cost)
    }
}

/// Cuts [lower, upper] until `make` says that a piece has been made, which it has to at the latest at the last depth.
pub(super) fn split(lower: f64, upper: f64, depth: u32, make: &mut impl FnMut((f64, f64), bool) -> bool) {
    if make((lower, upper), depth == 0) || depth == 0 {
        return;
    }
    // Prizes move in proportion: so do the costs at which values bend.
    let middle = if lower > 0.0 && upper > 2.0 * lower {
        (lower * upper).sqrt()
    } else if lower <= 0.0 && upper > 0.0 {
        lower.max(0.0) + 0.25 * upper
    } else {
        0.5 * (lower + upper)
    };
    split(lower, middle, depth - 1, make);
    split(middle, upper, depth - 1, make);
}

#[cfg(test)]
mod tests {
    use super::ContinuationValues;
    use crate::market::Exercise;
    use crate::prize::{ContinuousPrize, PrizeState};

    fn baseline(tolerance: f64) -> PrizeState {
        PrizeState::of(&ContinuousPrize::LogAr1 {
            mean: 0.0,
            persistence: 0.95,
            volatility: 0.15,
            initial: 1.0,
            tolerance,
        })
    }

    /// Values and boundaries computed by another route to 1e-12.
    #[test]
    fn the_baseline_market() {
        for tolerance in [1e-9, 1e-12] {
            let state = baseline(tolerance);
            let values = ContinuationValues::over(&state, Exercise::American, 0.97, 50, (0.5, 2.0), tolerance);
            let profile = values.profile(0, 1.0);
            let errors = [
                profile.value(0.5) - 0.555_377_528_921_256_6,
                profile.value(1.0) - 0.281_081_275_737_844_5,
                values.exercise_prizes(0, 0.5)[0] - 1.202_015_784_991_618_9,
                values.exercise_prizes(0, 2.0)[0] - 2.467_435_628_393_233_5,
            ];
            // The estimate is no smaller than the error, and below the tolerance.
            let stated = values.error();
            assert!(stated < tolerance, "{stated:e}");
            assert!(
                errors.iter().all(|error| error.abs() < stated.max(1e-12)),
                "{errors:?} {stated:e}"
            );
        }
    }

    /// A tighter tolerance takes more costs and errs less.
    #[test]
    fn tolerance_is_obeyed() {
        let value = |tolerance: f64| {
            let values = ContinuationValues::over(
                &baseline(tolerance),
                Exercise::American,
                0.97,
                20,
                (0.5, 2.0),
                tolerance,
            );
            values.profile(0, 1.1).value(1.2345)
        };
        let exact = value(1e-12);
        assert!((value(1e-6) - exact).abs() < 1e-6);
        assert!((value(1e-9) - exact).abs() < 1e-9);
    }

    /// A lottery ticket's value is a sum of calls (Black and Scholes 1973).
    #[test]
    fn a_lottery_is_a_sum_of_calls() {
        let (state, q, factor) = (baseline(1e-10), 0.2, 0.95_f64);
        let kind = Exercise::Lottery { draw_probability: q };
        let values = ContinuationValues::over(&state, kind, factor, 6, (0.5, 2.0), 1e-10);
        for (prize, cost) in [(1.0, 0.9), (0.7, 1.4), (1.6, 0.5)] {
            let mut sum = q * f64::max(prize - cost, 0.0);
            for ahead in 1..=6 {
                let (mean, sd) = state.ahead(f64::ln(prize), ahead);
                let survives = (factor * (1.0 - q)).powi(ahead as i32);
                sum += q * survives * state.excess(mean, sd, cost);
            }
            let got = values.profile(0, prize).value(cost);
            assert!((got - sum).abs() < 1e-10, "{prize} {cost}: {got} {sum}");
        }
    }
}
