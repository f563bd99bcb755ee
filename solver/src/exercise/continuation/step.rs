//! E[· given the state]: one Gaussian step on an even grid, and on the half-lines beside a kink.
//!
//! A function that is analytic on the scale σ is integrated against a Gaussian of that width by the trapezoid rule on an
//! even grid, to rounding once the grid is finer than about σ/1.7 (the error falls like e^{−(πσ/h)²}). Where it has a
//! kink, what lies beyond the kink is integrated apart, by a Gauss rule that starts there.

use super::around::Around;
use super::resolution::{FURTHEST, Resolution};
use crate::numerics::exponential::{LANES, dot, exp, fused, tilted_sum};
use crate::prize::PrizeState;

/// The grid is to serve states so many standard deviations from where the process is expected.
pub(crate) const SOUND_WITHIN: f64 = 2.5;
/// States that are reported, about.
pub(crate) const REPORTED: f64 = 16.0;
/// The tolerance for which they are grid points.
const USUAL_TOLERANCE: f64 = 1e-9;
/// The most grid points.
pub(crate) const MOST_POINTS: usize = 20_000;
/// 1/√(2π).
const NORMAL: f64 = 0.398_942_280_401_432_7;

/// x_i = first + i·width, i = 0 … size − 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grid {
    pub first: f64,
    pub width: f64,
    pub size: usize,
}

impl Grid {
    pub fn at(&self, index: usize) -> f64 {
        self.first + self.width * index as f64
    }
}

/// The step of a state with σ > 0 and ρ ≠ 0.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub state: PrizeState,
    pub grid: Grid,
    /// How many standard deviations of the step count.
    reach: f64,
    /// Nodes s > 0 of the half-line rule, in standard deviations.
    pub half: Vec<f64>,
    /// Its weights for ∫ f(s) φ(s) ds.
    pub half_weights: Vec<f64>,
    /// e^{−σ s} and e^{σ s} at the nodes: by how much prizes there are lower and higher.
    pub moves: [Vec<f64>; 2],
    /// e^{−Δ s} at the nodes, Δ the distance in standard deviations between the means seen from neighbouring grid points.
    falls: Vec<f64>,
    /// How many grid points on either side a mean looks at.
    half_window: usize,
    /// φ(jη) η for j = −k, …, k, η the grid's width in standard deviations.
    bell: Vec<f64>,
    /// [`Self::sound`], by slots ahead.
    sound: Vec<(f64, f64)>,
    /// How a function is continued above the grid: per grid point.
    pub growth: f64,
    /// Expectations from the half-line rule's nodes around a state.
    pub around: Option<Around>,
}

/// Weights of the grid points around a mean.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    /// Index of the first.
    pub first: usize,
    pub list: Vec<f64>,
}

/// How a mean looks at the grid: the first point it would look at if the grid went on, and by what the bell's numbers are to
/// be multiplied, the first, and from one to the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tilt {
    start: isize,
    first: f64,
    ratio: f64,
}

impl Weights {
    /// Σ of weights times values at the grid points.
    pub fn sum(&self, values: &[f64]) -> f64 {
        dot(&self.list, &values[self.first..self.first + self.list.len()])
    }
}

impl Step {
    /// The states that a process can reach in `slots` slots, at least one, and how many grid points they take.
    ///
    /// What is decided at all states that are reached with a probability that counts depends on what can be reached from there.
    pub fn extent(state: &PrizeState, slots: usize) -> (f64, f64, usize) {
        let sigma = state.volatility;
        let resolution = Resolution::of(state.tolerance);
        let reach = SOUND_WITHIN + resolution.seen();
        let start = state.initial.map_or(0.0, |prize| state.state(prize));
        let (mut low, mut high) = (start, start);
        for slot in 1..=slots.max(1) {
            let (mean, sd) = state.ahead(start, slot);
            low = low.min(mean - reach * sd);
            // Prizes weigh in by their size: under that weight the mean is higher by the variance.
            high = high.max(mean + sd * sd + reach * sd);
        }
        // The start is one of the grid points, and so are, at the usual tolerance, the states that are reported.
        let width = sigma / resolution.per_deviation();
        let (below, above) = (((start - low) / width).ceil(), ((high - start) / width).ceil());
        (
            start - below * width,
            start + above * width,
            (below + above) as usize + 1,
        )
    }

    /// The states at which a market is reported: evenly spread over what the process can be expected to reach, R_0's
    /// among them.
    pub fn reported(state: &PrizeState, slots: usize) -> Vec<f64> {
        let start = state.initial.map_or(0.0, |prize| state.state(prize));
        let (low, high, apart) = Self::reported_over(state, slots);
        let (below, above) = (((start - low) / apart).round(), ((high - start) / apart).round());
        let places = -(below as i64)..=above as i64;
        places.map(|k| start + apart * k as f64).collect()
    }

    /// The lowest and the highest that is expected, and how far reported states are from one another.
    fn reported_over(state: &PrizeState, slots: usize) -> (f64, f64, f64) {
        let start = state.initial.map_or(0.0, |prize| state.state(prize));
        let (mut low, mut high) = (start, start);
        for slot in 1..=slots.max(1) {
            let (mean, sd) = state.ahead(start, slot);
            low = low.min(mean - SOUND_WITHIN * sd);
            high = high.max(mean + SOUND_WITHIN * sd);
        }
        let width = state.volatility / Resolution::of(USUAL_TOLERANCE).per_deviation();
        let widths = ((high - low) / REPORTED / width).round().max(1.0);
        (low, high, widths * width)
    }

    /// On a grid that covers what the process can reach in `slots` slots, and what its expectations look at from there.
    pub fn new(state: &PrizeState, slots: usize) -> Self {
        let sigma = state.volatility;
        let (low, high, size) = Self::extent(state, slots);
        let size = size.min(MOST_POINTS);
        let width = (high - low) / (size - 1) as f64;
        let high = low + width * (size - 1) as f64;
        let resolution = Resolution::of(state.tolerance);
        let reach = resolution.reach() + sigma.min(FURTHEST);
        let (half, half_weights): (Vec<f64>, Vec<f64>) = resolution.half_line(sigma).into_iter().unzip();
        let seen = resolution.seen();
        let mut sound = vec![(low, high)];
        for ahead in 1..=slots {
            let (at_zero, sd) = state.ahead(0.0, ahead);
            let slope = state.ahead(1.0, ahead).0 - at_zero;
            let (from, to) = (low + seen * sd - at_zero, high - sd * (sd + seen) - at_zero);
            let (mut least, mut most) = sound[ahead - 1];
            if slope > 0.0 {
                (least, most) = (least.max(from / slope), most.min(to / slope));
            } else if slope < 0.0 {
                (least, most) = (least.max(to / slope), most.min(from / slope));
            }
            sound.push((least, most.max(least)));
        }
        let between = state.persistence.abs() * width / sigma;
        let falls = half.iter().map(|s| (-between * s).exp()).collect();
        let eta = width / sigma;
        let half_window = (reach / eta).ceil() as usize;
        Self {
            around: Around::of((state.persistence, sigma), eta, reach, &half),
            moves: [-1.0, 1.0].map(|sign| half.iter().map(|s| (sign * sigma * s).exp()).collect()),
            falls,
            sound,
            state: state.clone(),
            grid: Grid {
                first: low,
                width,
                size,
            },
            reach,
            half,
            half_weights,
            half_window,
            bell: (0..=2 * half_window)
                .map(|j| (j as f64 - half_window as f64) * eta)
                .map(|distance| NORMAL * eta * (-0.5 * distance * distance).exp())
                .collect(),
            growth: width.exp(),
        }
    }

    /// The states from which what may come in `slots` slots lies on the grid, but for a probability below the tolerance.
    pub fn sound(&self, slots: usize) -> (f64, f64) {
        self.sound[slots.min(self.sound.len() - 1)]
    }

    /// Weights of the trapezoid rule for a mean.
    ///
    /// Below the grid functions are continued by a constant, above it in proportion to the prize: what lies there weighs on
    /// the first and the last point.
    pub fn weights(&self, mean: f64) -> Weights {
        let tilt = self.tilt(mean);
        let (first, end) = self.span(&tilt);
        let mut list = vec![0.0; end - first];
        self.weigh(&tilt, &mut list);
        Weights { first, list }
    }

    /// The grid points on which weights lie: the first, and one past the last.
    pub fn span(&self, tilt: &Tilt) -> (usize, usize) {
        let last = self.grid.size as isize - 1;
        let end = tilt.start + self.bell.len() as isize - 1;
        (tilt.start.clamp(0, last) as usize, end.clamp(0, last) as usize + 1)
    }

    /// Writes the weights on [`Self::span`] over zeros.
    pub fn weigh(&self, tilt: &Tilt, weights: &mut [f64]) {
        if weights.len() == self.bell.len() {
            weights.copy_from_slice(&self.bell);
            times_powers(tilt.first, tilt.ratio, weights);
            return;
        }
        let mut list = self.bell.clone();
        times_powers(tilt.first, tilt.ratio, &mut list);
        let last = self.grid.size as isize - 1;
        let first = tilt.start.clamp(0, last);
        for (at, weight) in (tilt.start..).zip(list) {
            let beyond = (at - last).max(0);
            weights[(at.clamp(0, last) - first) as usize] += weight * self.growth.powi(beyond as i32);
        }
    }

    /// How a mean looks at the grid.
    pub fn tilt(&self, mean: f64) -> Tilt {
        let eta = self.grid.width / self.state.volatility;
        let place = (mean - self.grid.first) / self.grid.width;
        let nearest = place.round();
        // e^{−(jη − d)²/2} = e^{−d²/2} (e^{ηd})^j e^{−j²η²/2}.
        let offset = (place - nearest) * eta;
        Tilt {
            start: nearest as isize - self.half_window as isize,
            first: exp(-offset * (0.5 * offset + eta * self.half_window as f64)),
            ratio: exp(eta * offset),
        }
    }

    /// How many values on either side [`Self::continued`] adds: as many as a mean on the grid looks at.
    pub fn margin(&self) -> usize {
        let of_nodes = self.around.as_ref().map_or(0, Around::furthest);
        of_nodes.max(self.half_window)
    }

    /// Values at the grid points and beyond: below they are continued by a constant, above in proportion to the prize.
    pub fn continued(&self, values: &[f64]) -> Vec<f64> {
        let margin = self.margin();
        let mut list = vec![0.0; values.len() + 2 * margin];
        list[margin..margin + values.len()].copy_from_slice(values);
        self.carry_on(&mut list);
        list
    }

    /// Fills in what lies beyond the grid points.
    pub fn carry_on(&self, continued: &mut [f64]) {
        let margin = self.margin();
        let end = continued.len() - margin;
        let (first, mut last) = (continued[margin], continued[end - 1]);
        continued[..margin].fill(first);
        for value in &mut continued[end..] {
            last *= self.growth;
            *value = last;
        }
    }

    /// Σ of [`Self::weights`] times values at the grid points, [`Self::continued`].
    pub fn smooth(&self, mean: f64, continued: &[f64]) -> f64 {
        let tilt = self.tilt(mean);
        let margin = self.margin();
        let seen = usize::try_from(tilt.start + margin as isize)
            .ok()
            .and_then(|start| continued.get(start..start + self.bell.len()));
        match seen {
            Some(seen) => sum_with_powers(tilt.first, tilt.ratio, &self.bell, seen),
            None => self.sum_continued(&self.weights(mean), continued),
        }
    }

    /// Σ of weights times values at the grid points, [`Self::continued`].
    pub fn sum_continued(&self, weights: &Weights, continued: &[f64]) -> f64 {
        weights.sum(&continued[self.margin()..])
    }

    /// How many grid points a mean looks at.
    pub fn window(&self) -> usize {
        2 * self.half_window + 1
    }

    /// Adds `value` times φ((at − m)/σ) for the means m seen from the grid points to `sums`.
    pub fn scatter(&self, at: f64, value: f64, sums: &mut [f64]) {
        let (grid, state) = (&self.grid, &self.state);
        // The point whose mean is nearest, and how far means are from one another, in standard deviations.
        let between = state.persistence * grid.width / state.volatility;
        let from_first = (at - state.mean(grid.first)) / state.volatility;
        let nearest = (from_first / between).round().clamp(0.0, (grid.size - 1) as f64);
        let distance = from_first - nearest * between;
        if distance.abs() > self.reach {
            return;
        }
        // e^{−(d − jη)²/2} = e^{−d²/2} e^{ηdj} e^{−j²η²/2}, factor by factor from the nearest point outwards.
        let nearest = nearest as usize;
        let central = NORMAL * value * (-0.5 * distance * distance).exp();
        sums[nearest] += central;
        let square = (-between * between).exp();
        let (up, down) = sums.split_at_mut(nearest + 1);
        let follow = |list: &mut dyn Iterator<Item = &mut f64>, sign: f64| {
            let (mut term, mut factor) = (central, (sign * between * distance - 0.5 * between * between).exp());
            let mut left = distance - sign * between;
            for sum in list {
                if left.abs() > self.reach {
                    break;
                }
                term *= factor;
                factor *= square;
                *sum += term;
                left -= sign * between;
            }
        };
        follow(&mut down.iter_mut(), 1.0);
        follow(&mut up[..nearest].iter_mut().rev(), -1.0);
    }

    /// What expectations may be wrong by, relative to the scale.
    pub fn error(&self) -> f64 {
        Resolution::of(self.state.tolerance).error()
    }

    /// Distance from which a half-line no longer counts.
    pub fn reach(&self) -> f64 {
        self.reach
    }

    /// Adds `sign` times [`Self::half_line`] at distances u, u + `by`, u + 2 `by`, … to the sums in turn, as long as they
    /// are within reach.
    pub fn add_half_lines<'a>(
        &self,
        u: f64,
        by: f64,
        data: &[f64],
        sign: f64,
        sums: impl Iterator<Item = &'a mut f64>,
    ) {
        let mut terms: Vec<f64> = data
            .iter()
            .zip(&self.half)
            .map(|(value, s)| value * exp(-u * s))
            .collect();
        let mut at = u;
        for sum in sums {
            if at >= self.reach {
                break;
            }
            // The nodes are a multiple of the lanes.
            let mut totals = [0.0; LANES];
            for (terms, falls) in terms.chunks_exact_mut(LANES).zip(self.falls.chunks_exact(LANES)) {
                for lane in 0..LANES {
                    totals[lane] += terms[lane];
                    terms[lane] *= falls[lane];
                }
            }
            *sum += sign * exp(-0.5 * at * at) * totals.iter().sum::<f64>();
            at += by;
        }
    }

    /// ∫₀^∞ h(s) φ(s + u) ds for u ≥ 0, `data` being h times the weights of [`Self::half`] at its nodes.
    pub fn half_line(&self, u: f64, data: &[f64]) -> f64 {
        if u >= self.reach {
            return 0.0;
        }
        exp(-0.5 * u * u) * tilted_sum(data, &self.half, -u)
    }
}

/// Multiplies numbers by `first`, `first`·`ratio`, `first`·`ratio`², …, several side by side.
pub(super) fn times_powers(first: f64, ratio: f64, numbers: &mut [f64]) {
    let square = ratio * ratio;
    let mut powers = [first, first * ratio, first * square, first * square * ratio];
    let jump = square * square;
    for numbers in numbers.chunks_mut(LANES) {
        for (number, power) in numbers.iter_mut().zip(&powers) {
            *number *= power;
        }
        powers = powers.map(|power| power * jump);
    }
}

/// Σ a·b, the products times `first`, `first`·`ratio`, `first`·`ratio`², …, several side by side.
fn sum_with_powers(first: f64, ratio: f64, a: &[f64], b: &[f64]) -> f64 {
    let square = ratio * ratio;
    let mut powers = [first, first * ratio, first * square, first * square * ratio];
    let jump = square * square;
    let mut sums = [0.0; LANES];
    let (few, others) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = few.remainder().iter().zip(others.remainder());
    for (a, b) in few.clone().zip(others.clone()) {
        for lane in 0..LANES {
            sums[lane] = fused(powers[lane] * a[lane], b[lane], sums[lane]);
            powers[lane] *= jump;
        }
    }
    let rest: f64 = rest.zip(&powers).map(|((a, b), power)| a * b * power).sum();
    sums.iter().sum::<f64>() + rest
}
