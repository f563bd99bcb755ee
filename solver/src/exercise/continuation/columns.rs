//! C_t of single costs: each cost is an optimal stopping problem of its own.

use std::borrow::Cow;

use ndarray::{Array2, Axis, Slice};

use super::around::Seen;
use super::rows::Rows;
use super::step::{Grid, Step};
use super::tilted::Tilted;
use crate::exercise::boundary::indifference;
use crate::market::Exercise;
use crate::numerics::lobatto::{COARSEST, FINEST, Lobatto};
use crate::numerics::root;
use crate::prize::PrizeState;

/// Chebyshev coefficients in cost below this share of the tolerance are left out.
const RESOLVED: f64 = 0.05;
/// A state this near to a grid point, in grid points, lies on it.
const ON_GRID: f64 = 1e-12;
/// States from which types exercise are known as a function of the cost if their last Chebyshev coefficients are below
/// this, in standard deviations of a step.
const STATES_RESOLVED: f64 = 1e-10;
/// A coefficient that is left out counts twice: it is missing, and the others are off by as much.
const ALIASED: f64 = 2.0;
/// Coefficients that fall more slowly than this, one by one, are not told from rounding.
const SLOWEST: f64 = 0.9;
/// Intervals between the states from which a call is looked at.
const SEEN_FROM: usize = 24;
/// How well the states from which types exercise are known, in grid points: values err by the square of that.
pub(super) const BOUNDARY_KNOWN: f64 = 1e-11;
/// Gaps that change from one grid point to the next by less than so many indifferences are flat.
pub(super) const FLAT: f64 = 100.0;
/// Rows of the grid at which the resolution in cost is looked at: every this many.
const LOOKED_AT: usize = 3;

/// The costs whose values are followed.
#[derive(Debug, Clone)]
pub(crate) enum Costs {
    /// Chebyshev points on an interval: so many intervals in the last slots, in others as many as it takes, but not fewer than
    /// `least`.
    Interval {
        lower: f64,
        upper: f64,
        first: usize,
        least: usize,
    },
    /// These.
    List(Vec<f64>),
}

/// A state at which a type begins (or stops) to exercise.
#[derive(Debug, Clone)]
pub(crate) struct Kink {
    pub state: f64,
    /// Whether she exercises above it.
    rising: bool,
    /// r − θ − C at the half-line rule's nodes above and below, times their weights, as long as they are needed.
    pub above: Vec<f64>,
    pub below: Vec<f64>,
}

/// Where a type exercises in a slot: below the first kink or not, and from kink to kink the other way round.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    exercises_below: bool,
    pub kinks: Vec<Kink>,
}

impl Column {
    /// The state from which she exercises, if there is one and she does not below it.
    pub fn only_rise(&self) -> Option<f64> {
        match self.kinks.as_slice() {
            [kink] if !self.exercises_below => Some(kink.state),
            _ => None,
        }
    }

    /// Whether she exercises at this state.
    pub fn exercises(&self, state: f64) -> bool {
        let passed = self.kinks.iter().filter(|kink| kink.state <= state).count();
        self.exercises_below ^ (passed % 2 == 1)
    }
}

/// What is known of one slot.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    /// How many intervals the Chebyshev points make; `None` for a list of costs.
    pub intervals: Option<usize>,
    pub costs: Vec<f64>,
    /// C at grid points × costs.
    pub values: Array2<f64>,
    pub columns: Vec<Column>,
    /// Their kinks, where each has one.
    tilted: Option<Tilted>,
    /// The size of the last Chebyshev coefficients in cost, ETH.
    pub tail: f64,
}

impl Slot {
    /// What is kept of the kinks of all types together is not needed type by type too.
    fn forget_half_lines(&mut self) {
        for kink in self.columns.iter_mut().flat_map(|column| &mut column.kinks) {
            (kink.above, kink.below) = (Vec::new(), Vec::new());
        }
    }
}

/// The slot behind another, with its costs.
struct Behind<'a> {
    slot: Cow<'a, Slot>,
    /// C type by type, continued beyond the grid.
    lines: Vec<Vec<f64>>,
}

/// A type begins (or ceases) to exercise between two grid points.
struct Change {
    column: usize,
    /// The upper one.
    point: usize,
    /// Whether she exercises there.
    now: bool,
}

/// C of every slot of a process with a Gaussian step.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub step: Step,
    exercise: Exercise,
    factor: f64,
    /// Relative to the highest cost.
    tolerance: f64,
    /// Slot 0 first.
    pub slots: Vec<Slot>,
}

impl Columns {
    /// `discount_factor` is that of whoever holds the ticket; `tolerance` how well the costs are to resolve C, relative to the highest.
    pub fn solve(
        step: Step,
        exercise: Exercise,
        discount_factor: f64,
        maturity: usize,
        costs: &Costs,
        tolerance: f64,
    ) -> Self {
        let mut solved = Self {
            step,
            exercise,
            factor: discount_factor * exercise.kept_probability(),
            tolerance,
            slots: Vec::new(),
        };
        let means: Vec<f64> = (0..solved.step.grid.size)
            .map(|i| solved.step.state.mean(solved.step.grid.at(i)))
            .collect();
        let rows = Rows::new(&solved.step, &means);
        let mut intervals = match costs {
            Costs::Interval { first, .. } => Some(*first),
            Costs::List(_) => None,
        };
        let mut slots: Vec<Slot> = Vec::with_capacity(maturity + 1);
        for slot in (0..=maturity).rev() {
            let list = match (costs, intervals) {
                (Costs::Interval { lower, upper, .. }, Some(intervals)) => Lobatto::with(intervals).on(*lower, *upper),
                (Costs::List(list), _) => list.clone(),
                (Costs::Interval { .. }, None) => Vec::new(),
            };
            let mut made = Slot {
                intervals,
                // Those of earlier slots follow from the next one's.
                values: match slots.last() {
                    None => Array2::zeros((solved.step.grid.size, list.len())),
                    Some(_) => Array2::default((0, 0)),
                },
                columns: vec![Column::default(); list.len()],
                tilted: None,
                costs: list,
                tail: 0.0,
            };
            if let Some(next) = slots.last() {
                solved.fill(&rows, &means, next, &mut made);
                solved.resolve(costs, maturity - slot, next, &mut made);
                intervals = made.intervals;
            }
            if matches!(exercise, Exercise::American) || (slot == maturity && matches!(exercise, Exercise::AtMaturity))
            {
                solved.find_kinks(slots.last(), &mut made);
                made.tilted = Tilted::of(&solved.step, &made.columns);
            }
            if let Some(next) = slots.last_mut().filter(|next| next.tilted.is_some()) {
                next.forget_half_lines();
            }
            slots.push(made);
        }
        slots.reverse();
        solved.slots = slots;
        solved
    }

    /// Costs enough for the slot before the last, where C is a call's value and bends most.
    pub fn first_intervals(state: &PrizeState, maturity: usize, (lower, upper): (f64, f64), tolerance: f64) -> usize {
        let (first, last, size) = Step::extent(state, maturity);
        let apart = (last - first) / SEEN_FROM as f64;
        let means = (0..=SEEN_FROM.min(size)).map(|i| state.mean(first + apart * i as f64));
        // The strikes that matter are seen from prizes near them too.
        let near = (0..=8)
            .map(|k| lower + (upper - lower) * f64::from(k) / 8.0)
            .filter(|cost| *cost > 0.0);
        // Where prizes are many times the costs, values are too, and their rounding.
        let scale = upper.abs().max(lower.abs());
        let resolved = |intervals: usize, mean: f64| {
            let points = Lobatto::with(intervals);
            let values: Vec<f64> = points
                .on(lower, upper)
                .into_iter()
                .map(|cost| state.excess(mean, state.volatility, cost))
                .collect();
            tail_of(&points.coefficients(&values)) <= RESOLVED * tolerance * scale.max(values[0].abs())
        };
        let mut sizes = Lobatto::close_sizes();
        let mut intervals = sizes.next().unwrap_or(COARSEST);
        for mean in near
            .map(f64::ln)
            .filter(|mean| (first..=last).contains(mean))
            .chain(means)
        {
            while intervals < FINEST && !resolved(intervals, mean) {
                intervals = sizes.next().unwrap_or(FINEST);
            }
        }
        intervals
    }

    /// C from what is known of the next slot.
    fn fill(&self, rows: &Rows, means: &[f64], next: &Slot, made: &mut Slot) {
        // From where all types surely exercise nothing but the prize counts.
        let sure = next
            .tilted
            .as_ref()
            .map_or(f64::INFINITY, |tilted| tilted.sure(&self.step));
        let open = means.iter().rposition(|mean| *mean < sure).map_or(0, |last| last + 1);
        made.values = rows.expect(&next.values, open);
        let state = &self.step.state;
        if let Exercise::Lottery { .. } = self.exercise {
            for (mut row, &mean) in made.values.rows_mut().into_iter().zip(means) {
                for ((value, column), &cost) in row.iter_mut().zip(&next.columns).zip(&next.costs) {
                    *value = self.factor * self.kinked(*value, column, cost, mean, 0.0);
                }
            }
            return;
        }
        if let Some(tilted) = &next.tilted {
            tilted.add(&self.step, means, &next.costs, &mut made.values);
            made.values *= self.factor;
            return;
        }
        let prizes: Vec<f64> = means.iter().map(|&mean| state.expected_prize(mean)).collect();
        let mut line = vec![0.0; means.len()];
        let columns = next.columns.iter().zip(&next.costs);
        for (mut values, (column, &cost)) in made.values.columns_mut().into_iter().zip(columns) {
            for ((value, smooth), (mean, prize)) in line.iter_mut().zip(&values).zip(means.iter().zip(&prizes)) {
                *value = if column.exercises(*mean) { prize - cost } else { *smooth };
            }
            self.add_kinks(column, means, &mut line);
            for (value, sum) in values.iter_mut().zip(&line) {
                *value = self.factor * sum.max(0.0);
            }
        }
    }

    /// What the kinks of a type add at all grid points, whose means are evenly spaced.
    fn add_kinks(&self, column: &Column, means: &[f64], line: &mut [f64]) {
        let sigma = self.step.state.volatility;
        let rising = means.len() < 2 || means[1] >= means[0];
        let between = if means.len() < 2 {
            1.0
        } else {
            (means[1] - means[0]).abs() / sigma
        };
        for kink in &column.kinks {
            let sign = if kink.rising { 1.0 } else { -1.0 };
            // The first grid point, in the order of the means, that looks at the kink from above.
            let split = if rising {
                means.partition_point(|mean| *mean < kink.state)
            } else {
                means.len() - means.partition_point(|mean| *mean >= kink.state)
            };
            let ordered = |k: usize| if rising { means[k] } else { means[means.len() - 1 - k] };
            let mut ends: Vec<&mut f64> = line.iter_mut().collect();
            if !rising {
                ends.reverse();
            }
            let (below, above) = ends.split_at_mut(split);
            if split > 0 {
                let distance = (kink.state - ordered(split - 1)) / sigma;
                let sums = below.iter_mut().rev().map(|sum| &mut **sum);
                self.step.add_half_lines(distance, between, &kink.above, sign, sums);
            }
            if split < means.len() {
                let distance = (ordered(split) - kink.state) / sigma;
                let sums = above.iter_mut().map(|sum| &mut **sum);
                self.step.add_half_lines(distance, between, &kink.below, -sign, sums);
            }
        }
    }

    /// C_t at several states, for the costs of `next`, slot t + 1.
    fn expected(&self, next: &Slot, states: &[f64]) -> Array2<f64> {
        let means: Vec<f64> = states.iter().map(|&state| self.step.state.mean(state)).collect();
        let mut sums = Rows::new(&self.step, &means).expect(&next.values, means.len());
        if let Some(tilted) = &next.tilted {
            tilted.add(&self.step, &means, &next.costs, &mut sums);
        } else {
            for (mut row, &mean) in sums.rows_mut().into_iter().zip(&means) {
                let expected_prize = self.step.state.expected_prize(mean);
                for ((sum, column), &cost) in row.iter_mut().zip(&next.columns).zip(&next.costs) {
                    *sum = self.kinked(*sum, column, cost, mean, expected_prize);
                }
            }
        }
        sums *= self.factor;
        sums
    }

    /// From E[C] of a type to E[V].
    fn kinked(&self, smooth: f64, column: &Column, cost: f64, mean: f64, expected_prize: f64) -> f64 {
        if let Exercise::Lottery { draw_probability } = self.exercise {
            return smooth + draw_probability * self.step.state.excess(mean, self.step.state.volatility, cost);
        }
        if column.kinks.is_empty() && !column.exercises_below {
            return smooth;
        }
        let mut value = if column.exercises(mean) {
            expected_prize - cost
        } else {
            smooth
        };
        for kink in &column.kinks {
            let distance = (kink.state - mean) / self.step.state.volatility;
            let sign = if kink.rising { 1.0 } else { -1.0 };
            value += if distance > 0.0 {
                sign * self.step.half_line(distance, &kink.above)
            } else {
                -sign * self.step.half_line(-distance, &kink.below)
            };
        }
        value.max(0.0)
    }

    /// C_t at several states, row by row, for the costs of the slot handed over with it; `None` in slot T, where all are 0.
    pub fn continuation(&self, slot: usize, states: &[f64]) -> Option<(&Slot, Array2<f64>)> {
        let next = self.slots.get(slot + 1)?;
        let on_grid: Option<Vec<usize>> = states.iter().map(|&state| self.on_grid(state)).collect();
        if let Some(points) = on_grid {
            let here = &self.slots[slot];
            return Some((here, here.values.select(Axis(0), &points)));
        }
        Some((next, self.expected(next, states)))
    }

    /// The grid point that a state is.
    fn on_grid(&self, state: f64) -> Option<usize> {
        let grid = self.grid();
        let place = (state - grid.first) / grid.width;
        let nearest = place.round();
        ((place - nearest).abs() < ON_GRID && (0.0..grid.size as f64).contains(&nearest)).then_some(nearest as usize)
    }

    /// Whether even the highest cost exercises at a state.
    pub fn all_exercise(&self, slot: usize, state: f64) -> bool {
        self.slots[slot]
            .columns
            .last()
            .is_some_and(|column| column.exercises(state))
    }

    /// C of one column at a state, from the slot behind; 0 in slot T.
    fn one(&self, behind: Option<&Behind<'_>>, column: usize, state: f64) -> f64 {
        let Some(behind) = behind else { return 0.0 };
        let mean = self.step.state.mean(state);
        let smooth = self.step.smooth(mean, &behind.lines[column]);
        let expected_prize = self.step.state.expected_prize(mean);
        let next = &behind.slot;
        self.factor * self.kinked(smooth, &next.columns[column], next.costs[column], mean, expected_prize)
    }

    /// Notes how well the costs resolve C, `slots` before maturity, and takes as few as resolve it.
    fn resolve(&self, costs: &Costs, slots: usize, next: &Slot, made: &mut Slot) {
        let (
            Costs::Interval {
                lower, upper, least, ..
            },
            Some(intervals),
        ) = (costs, made.intervals)
        else {
            return;
        };
        let scale = upper.abs().max(lower.abs());
        let points = Lobatto::with(intervals);
        let mut largest = vec![0.0_f64; made.costs.len()];
        // Rows near the ends of the grid miss a part of what may come, and nothing that counts looks at them.
        let (low, high) = self.step.sound(slots);
        let rows = (0..self.step.grid.size).filter(|&i| (low..=high).contains(&self.step.grid.at(i)));
        let rows: Vec<usize> = rows.collect();
        let every = LOOKED_AT.min(rows.len().div_ceil(LOOKED_AT)).max(1);
        let rows: Vec<usize> = rows.into_iter().step_by(every).collect();
        let looked_at = made.values.select(Axis(0), &rows);
        for (row, coefficients) in looked_at
            .rows()
            .into_iter()
            .zip(points.coefficients_of(&looked_at).rows())
        {
            // Where prizes are many times the costs, values are too, and their rounding.
            let size = (row[0].abs() / scale).max(1.0);
            for (most, a) in largest.iter_mut().zip(coefficients) {
                *most = most.max(a.abs() / size);
            }
        }
        made.tail = left_out(&largest);
        let negligible = RESOLVED * self.tolerance * scale;
        let largest_from = |from: usize| largest[from..].iter().fold(0.0_f64, |most, a| most.max(*a));
        // Kinks can be read off at other costs where they are known as a function of the cost.
        let any = next.tilted.is_some() && self.states_resolved(next);
        let fewer = if any {
            let sizes = Lobatto::close_sizes().skip_while(|size| size < least);
            let mut fewer = sizes.take_while(|size| *size < intervals);
            fewer.find(|size| largest_from(size - 2) <= negligible)
        } else {
            let halved = |size: usize| {
                let half = size / 2;
                (size.is_multiple_of(4) && size > COARSEST.max(*least) && largest_from(half) <= negligible)
                    .then_some(half)
            };
            std::iter::successors(halved(intervals), |size| halved(*size)).last()
        };
        let Some(fewer) = fewer else { return };
        made.tail += ALIASED * largest[fewer + 1..].iter().sum::<f64>();
        made.intervals = Some(fewer);
        made.values = moved(&made.values, fewer);
        made.costs = Lobatto::with(fewer).on(*lower, *upper);
        made.columns.truncate(made.costs.len());
    }

    /// Whether the states from which types exercise are resolved as a function of the cost.
    fn states_resolved(&self, slot: &Slot) -> bool {
        let states: Option<Vec<f64>> = slot.columns.iter().map(Column::only_rise).collect();
        slot.intervals.zip(states).is_some_and(|(intervals, states)| {
            let coefficients = Lobatto::with(intervals).coefficients(&states);
            tail_of(&coefficients) <= STATES_RESOLVED * self.step.state.volatility
        })
    }

    /// Where each type of a slot exercises.
    fn find_kinks(&self, next: Option<&Slot>, made: &mut Slot) {
        let behind = next.map(|next| Behind::of(&self.step, self.thinned(next, made)));
        let behind = behind.as_ref();
        let grid = &self.step.grid;
        let prizes: Vec<f64> = (0..grid.size).map(|i| self.step.state.prize(grid.at(i))).collect();
        let mut found = Vec::new();
        let indifference = indifference(self.step.state.tolerance);
        for Change { column, point, now } in changes(&prizes, made, indifference) {
            let values = made.values.column(column);
            let cost = made.costs[column];
            let at = |state: f64| self.step.state.prize(state) - cost - self.one(behind, column, state);
            let ends = (grid.at(point - 1), grid.at(point));
            let state = if behind.is_none() && cost > 0.0 {
                cost.ln()
            } else {
                let known = |k: usize| prizes[k] - cost - values[k];
                // Where exercising and waiting are nearly the same for long, a root says nothing.
                let steep = |slope: f64| slope.abs() > FLAT * indifference * prizes[point];
                let near = crossing(point, grid.size, known).filter(|(_, slope)| steep(*slope));
                let near = near.and_then(|(place, slope)| {
                    let near = (ends.0 + place * grid.width, slope / grid.width);
                    root::approached(ends, near, BOUNDARY_KNOWN, at)
                });
                // Indifference exercises.
                let gap = |state: f64| at(state) + indifference * self.step.state.prize(state);
                near.or_else(|| root::bracketed_within(ends.0, ends.1, 1e-13 * grid.width, gap))
                    .unwrap_or(if now { ends.1 } else { ends.0 })
            };
            found.push((column, state, now));
        }
        let beside = self.beside(behind, &found);
        let nodes = 2 * self.step.half.len();
        let beside = beside.as_slice().unwrap_or_default().chunks_exact(nodes);
        for (&(column, state, rising), values) in found.iter().zip(beside) {
            let kink = self.kink(made.costs[column], state, rising, values);
            // Most have one.
            made.columns[column].kinks.reserve_exact(1);
            made.columns[column].kinks.push(kink);
        }
        for (column, (cost, &first)) in made.columns.iter_mut().zip(made.costs.iter().zip(made.values.row(0))) {
            column.kinks.sort_by(|a, b| a.state.total_cmp(&b.state));
            column.exercises_below = exercises(prizes[0], *cost, first, indifference);
        }
    }

    /// The slot behind with the costs of `made` alone.
    fn thinned<'a>(&self, next: &'a Slot, made: &Slot) -> Cow<'a, Slot> {
        let (from, to) = (next.costs.len(), made.costs.len());
        if from == to {
            return Cow::Borrowed(next);
        }
        let (before, after) = (from - 1, to - 1);
        let columns = if before.is_multiple_of(after) {
            next.columns.iter().step_by(before / after).cloned().collect()
        } else {
            let (known, points) = (Lobatto::with(before), Lobatto::with(after));
            let between = |x: &f64| {
                let weights = known.interpolation(*x);
                let mut kink = Kink {
                    state: 0.0,
                    rising: true,
                    above: vec![0.0; self.step.half.len()],
                    below: vec![0.0; self.step.half.len()],
                };
                for (weight, one) in weights.iter().zip(next.columns.iter().flat_map(|column| &column.kinks)) {
                    kink.state += weight * one.state;
                    for (sums, values) in [(&mut kink.above, &one.above), (&mut kink.below, &one.below)] {
                        for (sum, value) in sums.iter_mut().zip(values) {
                            *sum += weight * value;
                        }
                    }
                }
                Column {
                    exercises_below: false,
                    kinks: vec![kink],
                }
            };
            points.points.iter().map(between).collect()
        };
        Cow::Owned(Slot {
            intervals: made.intervals,
            costs: made.costs.clone(),
            values: moved(&next.values, after),
            columns,
            tilted: None,
            tail: next.tail,
        })
    }

    /// A kink, given C at the half-line rule's nodes below and then above it.
    fn kink(&self, cost: f64, state: f64, rising: bool, values: &[f64]) -> Kink {
        let prize = self.step.state.prize(state);
        let (below, above) = values.split_at(self.step.half.len());
        let side = |values: &[f64], moves: &[f64]| {
            let nodes = moves.iter().zip(&self.step.half_weights).zip(values);
            nodes
                .map(|((by, weight), value)| weight * (prize * by - cost - value))
                .collect()
        };
        Kink {
            state,
            rising,
            below: side(below, &self.step.moves[0]),
            above: side(above, &self.step.moves[1]),
        }
    }

    /// C at the half-line rule's nodes below and above states, each of one column, from the slot behind: as [`Self::one`] at
    /// each of them.
    fn beside(&self, behind: Option<&Behind<'_>>, kinks: &[(usize, f64, bool)]) -> Array2<f64> {
        let step = &self.step;
        let count = step.half.len();
        let Some(behind) = behind else {
            return Array2::zeros((kinks.len(), 2 * count));
        };
        let Some(around) = &step.around else {
            return Array2::from_shape_fn((kinks.len(), 2 * count), |(row, node)| {
                let (column, state, _) = kinks[row];
                let sign = if node < count { -1.0 } else { 1.0 };
                self.one(
                    Some(behind),
                    column,
                    state + sign * step.state.volatility * step.half[node % count],
                )
            });
        };
        let (process, grid) = (&step.state, &step.grid);
        let sigma = process.volatility;
        let length = 2 * around.furthest() + 1;
        let mut seen = Vec::with_capacity(kinks.len() * length);
        let mut offsets = Vec::with_capacity(kinks.len());
        let mut half_lines = Vec::with_capacity(kinks.len());
        for (row, &(column, state, _)) in kinks.iter().enumerate() {
            let mean = process.mean(state);
            let place = (mean - grid.first) / grid.width;
            let nearest = place.round();
            offsets.push(place - nearest);
            let line = &behind.lines[column];
            let start = nearest as isize + step.margin() as isize - around.furthest() as isize;
            let window = usize::try_from(start).ok();
            match window.and_then(|start| line.get(start..start + length)) {
                Some(window) => seen.extend_from_slice(window),
                None => {
                    let last = line.len() as isize - 1;
                    seen.extend((start..start + length as isize).map(|at| line[at.clamp(0, last) as usize]));
                }
            }
            for kink in &behind.slot.columns[column].kinks {
                half_lines.push(Seen {
                    row,
                    distance: (kink.state - mean) / sigma,
                    sign: if kink.rising { 1.0 } else { -1.0 },
                    above: &kink.above,
                    below: &kink.below,
                });
            }
        }
        let seen = Array2::from_shape_vec((kinks.len(), length), seen).unwrap_or_default();
        let mut sums = around.smooth(seen, &offsets);
        for (&(column, state, _), mut sums) in kinks.iter().zip(sums.rows_mut()) {
            let (known, cost) = (&behind.slot.columns[column], behind.slot.costs[column]);
            if known.kinks.is_empty() && !known.exercises_below {
                continue;
            }
            let mean = process.mean(state);
            let expected_prize = process.expected_prize(mean);
            let Some(sums) = sums.as_slice_mut() else { continue };
            let nodes = sums.iter_mut().zip(around.distances.iter().zip(&around.moves));
            match known.only_rise() {
                Some(from) => {
                    let from = (from - mean) / sigma;
                    for (sum, (distance, by)) in nodes {
                        let value = expected_prize * by - cost;
                        *sum = if *distance >= from { value } else { *sum };
                    }
                }
                None => {
                    for (sum, (distance, by)) in nodes {
                        if known.exercises(mean + sigma * distance) {
                            *sum = expected_prize * by - cost;
                        }
                    }
                }
            }
        }
        around.add_half_lines(&half_lines, (&step.half, step.reach()), &mut sums);
        sums.mapv_inplace(|sum| self.factor * if sum > 0.0 { sum } else { 0.0 });
        sums
    }

    /// The grid of states.
    pub fn grid(&self) -> &Grid {
        &self.step.grid
    }
}

impl<'a> Behind<'a> {
    fn of(step: &Step, slot: Cow<'a, Slot>) -> Self {
        let margin = step.margin();
        let (points, types) = slot.values.dim();
        let mut lines = vec![vec![0.0; points + 2 * margin]; types];
        // Tables are kept row by row without gaps.
        let values = slot.values.as_slice().unwrap_or_default();
        for (column, line) in lines.iter_mut().enumerate() {
            let of_type = values.get(column..).unwrap_or_default().iter().step_by(types);
            for (entry, value) in line[margin..margin + points].iter_mut().zip(of_type) {
                *entry = *value;
            }
        }
        for line in &mut lines {
            step.carry_on(line);
        }
        Self { lines, slot }
    }
}

/// Whether to exercise is no worse than to wait.
fn exercises(prize: f64, cost: f64, continuation: f64, indifference: f64) -> bool {
    prize - cost - continuation + indifference * prize >= 0.0
}

/// Where between neighbouring grid points types begin or cease to exercise.
fn changes(prizes: &[f64], made: &Slot, indifference: f64) -> Vec<Change> {
    let mut list = Vec::new();
    let types = made.costs.len();
    let (mut before, mut here) = (vec![false; types], vec![false; types]);
    // Tables are kept row by row without gaps.
    let rows = made.values.as_slice().unwrap_or_default().chunks_exact(types);
    for (point, (row, &prize)) in rows.zip(prizes).enumerate() {
        for (now, (&cost, &value)) in here.iter_mut().zip(made.costs.iter().zip(row)) {
            *now = exercises(prize, cost, value, indifference);
        }
        if point > 0 && before != here {
            for (column, (before, &now)) in before.iter().zip(&here).enumerate() {
                if *before != now {
                    list.push(Change { column, point, now });
                }
            }
        }
        std::mem::swap(&mut before, &mut here);
    }
    list
}

/// Values at Chebyshev points of the costs, at the points that make this many intervals.
fn moved(values: &Array2<f64>, intervals: usize) -> Array2<f64> {
    let before = values.ncols() - 1;
    if before.is_multiple_of(intervals) {
        let step = Slice::new(0, None, (before / intervals) as isize);
        return values.slice_axis(Axis(1), step).to_owned();
    }
    values.dot(&Lobatto::with(before).onto(&Lobatto::with(intervals).points).t())
}

/// What interpolation may miss, judged by the sizes of the coefficients: those left out are taken to fall as the last ones
/// do.
fn left_out(sizes: &[f64]) -> f64 {
    let pair = |from_last: usize| {
        let at = sizes.len().saturating_sub(from_last);
        sizes[at.saturating_sub(2)..at]
            .iter()
            .fold(0.0_f64, |most, a| most.max(*a))
    };
    let (last, before) = (pair(0), pair(4));
    if before == 0.0 {
        return ALIASED * last;
    }
    let rate = (last / before).powf(0.25).clamp(0.1, SLOWEST);
    ALIASED * last * rate / (1.0 - rate)
}

/// The size of the last coefficients.
fn tail_of(coefficients: &[f64]) -> f64 {
    let last = 3.min(coefficients.len());
    coefficients[coefficients.len() - last..]
        .iter()
        .fold(0.0, |most: f64, a| most.max(a.abs()))
}

/// Where, between the grid points i − 1 and i, the polynomial through `known` at the six around them crosses 0: grid
/// points after i − 1, and the slope there.
fn crossing(i: usize, size: usize, known: impl Fn(usize) -> f64) -> Option<(f64, f64)> {
    const COUNT: usize = 6;
    let first = (i + 1).checked_sub(COUNT / 2 + 1)?;
    if first + COUNT > size {
        return None;
    }
    // Newton's form at the places −2, …, 3.
    let mut differences: [f64; COUNT] = std::array::from_fn(|k| known(first + k));
    for order in 1..COUNT {
        for k in (order..COUNT).rev() {
            differences[k] = (differences[k] - differences[k - 1]) / order as f64;
        }
    }
    let offset = (i - 1 - first) as f64;
    let mut place = 0.5;
    for _ in 0..8 {
        let (mut value, mut slope) = (differences[COUNT - 1], 0.0);
        for k in (0..COUNT - 1).rev() {
            let from = place + offset - k as f64;
            slope = slope * from + value;
            value = value * from + differences[k];
        }
        let step = value / slope;
        place -= step;
        if !(-0.01..=1.01).contains(&place) {
            return None;
        }
        if step.abs() < 1e-9 {
            return Some((place, slope));
        }
    }
    None
}
