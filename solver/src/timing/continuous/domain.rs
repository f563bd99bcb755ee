//! The states that matter, and expectations over the next one.

use crate::exercise::Step;
use crate::numerics::exponential::{LANES, exp};
use crate::numerics::gauss;
use crate::numerics::gaussian_sums::{NODES, Sources, WIDTH};
use crate::numerics::normal;
use crate::prize::{FAR, PrizeState};

/// Points of a panel over which a Gaussian varies.
const POINTS: usize = 16;
/// The widest panel, in standard deviations of the step.
const WIDEST: f64 = 4.5;
/// The widest panel of probability masses, whose rule has 12 points.
const MASS_WIDEST: f64 = 4.0;
/// Standard deviations of a step beyond which masses are not followed.
const MASS_REACH: f64 = 6.5;
/// Standard deviations beyond which what may come does not move a boundary.
const BEYOND: f64 = 6.0;
/// Grid points a unit of the normal score.
const PER_SCORE: f64 = 4.0;
/// The largest normal score: beyond it probabilities underflow.
const LAST_SCORE: f64 = 37.0;

/// The states over which the holder's values are kept.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub state: PrizeState,
    /// `None` where slots are independent.
    step: Option<Step>,
    /// Increasing.
    points: Vec<f64>,
    rule: Vec<(f64, f64)>,
}

/// A function of the next state: analytic part on the grid, and what is added on some stretches.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ahead {
    /// At the grid points; at a single point where slots are independent.
    pub smooth: Vec<f64>,
    /// States, increasing, and weight times what is added there.
    pub added: Vec<(f64, f64)>,
    /// Whether a lottery ticket may be drawn for the holder's own use there too.
    pub drawn: bool,
}

impl Domain {
    pub fn new(state: &PrizeState, maturity: usize) -> Self {
        let rule = gauss::unit_rule(POINTS);
        if !state.is_independent() {
            let step = Step::new(state, maturity.max(1));
            let points = (0..step.grid.size).map(|i| step.grid.at(i)).collect();
            return Self {
                state: state.clone(),
                step: Some(step),
                points,
                rule,
            };
        }
        // As far as the prize, weighed by its probability, is not rounding.
        let mean = state.expected_prize(state.shift);
        let at = |score: f64| state.shift + state.volatility * score;
        let mut upper = FAR;
        while upper < LAST_SCORE && state.prize(at(upper)) * normal::density(upper) > 1e-18 * mean {
            upper += 0.25;
        }
        let count = ((upper + FAR) * PER_SCORE) as usize;
        let points = (0..=count)
            .map(|i| at(-FAR + (upper + FAR) * i as f64 / count as f64))
            .collect();
        Self {
            state: state.clone(),
            step: None,
            points,
            rule,
        }
    }

    /// The grid, increasing.
    pub fn points(&self) -> &[f64] {
        &self.points
    }

    pub fn ends(&self) -> (f64, f64) {
        (self.points[0], self.points[self.points.len() - 1])
    }

    /// The states of a slot from which all that may come in `slots` slots lies in the domain, but for [`BEYOND`]. Nearer
    /// its ends, expectations miss a part.
    pub fn sound(&self, slots: usize) -> (f64, f64) {
        let (low, high) = self.ends();
        if self.state.is_independent() {
            return (low, high);
        }
        let (mut least, mut most) = (low, high);
        for ahead in 1..=slots {
            let (at_zero, sd) = self.state.ahead(0.0, ahead);
            let slope = self.state.ahead(1.0, ahead).0 - at_zero;
            let (from, to) = (low + BEYOND * sd - at_zero, high - sd * (sd + BEYOND) - at_zero);
            if slope > 0.0 {
                (least, most) = (least.max(from / slope), most.min(to / slope));
            } else if slope < 0.0 {
                (least, most) = (least.max(to / slope), most.min(from / slope));
            }
        }
        (least, most.max(least))
    }

    /// How many values of an analytic function are kept.
    pub fn kept(&self) -> usize {
        if self.step.is_some() { self.points.len() } else { 1 }
    }

    /// The state of the k-th value kept.
    pub fn kept_at(&self, k: usize) -> f64 {
        if self.step.is_some() {
            self.points[k]
        } else {
            self.state.shift
        }
    }

    /// Quadrature nodes over a stretch of states, fine enough for a Gaussian of the step's width.
    pub fn nodes(&self, from: f64, to: f64) -> Vec<(f64, f64)> {
        let widest = WIDEST * self.state.volatility;
        let panels = ((to - from) / widest).ceil().max(1.0);
        let width = (to - from) / panels;
        (0..panels as usize)
            .flat_map(|panel| {
                let left = from + width * panel as f64;
                self.rule
                    .iter()
                    .map(move |&(node, weight)| (left + width * node, weight * width))
            })
            .collect()
    }

    /// Nodes for probability masses, which are wanted to fewer digits, within [from, to] and the reach of what is seen
    /// from `least` to `most`.
    pub fn mass_nodes(&self, from: f64, to: f64, (least, most): (f64, f64)) -> Vec<(f64, f64)> {
        let reach = MASS_REACH * self.state.volatility;
        let (from, to) = (from.max(least - reach), to.min(most + reach));
        if to <= from {
            return Vec::new();
        }
        let panels = ((to - from) / (MASS_WIDEST * self.state.volatility)).ceil().max(1.0);
        let width = (to - from) / panels;
        (0..panels as usize)
            .flat_map(|panel| {
                let left = from + width * panel as f64;
                let nodes = gauss::panel_rule().iter();
                nodes.map(move |&(node, weight)| (left + width * node, weight * width))
            })
            .collect()
    }

    /// The state in the middle of the domain.
    fn middle(&self) -> f64 {
        0.5 * (self.ends().0 + self.ends().1)
    }

    /// The mean of the next state, in standard deviations of the step from the middle of the domain.
    pub fn seen(&self, state: f64) -> f64 {
        (self.state.mean(state) - self.middle()) / self.state.volatility
    }

    /// The state at such a place.
    pub fn place(&self, at: f64) -> f64 {
        self.middle() + at * self.state.volatility
    }

    /// Hands over the masses that arrive at nodes of [from, to], where they come from; beyond `from` nothing changes unless
    /// it is a bound.
    pub fn arrive(
        &self,
        sources: &[(&Sources, &[[f64; 2]])],
        (from, to): (f64, f64),
        bounded: bool,
        mut at: impl FnMut(f64, [f64; 2]),
    ) {
        let sigma = self.state.volatility;
        let places = || sources.iter().flat_map(|(sources, _)| sources.places());
        let least = places().fold(f64::INFINITY, f64::min) - MASS_REACH;
        let most = places().fold(f64::NEG_INFINITY, f64::max) + MASS_REACH;
        let unit = |state: f64| (state - self.middle()) / sigma;
        let (from, mut right) = (unit(from), unit(to).min(most));
        let bounded = bounded && from > least;
        let from = from.max(least);
        while right > from {
            let width = if bounded { WIDTH.min(right - from) } else { WIDTH };
            let middle = right - 0.5 * width;
            let mut sums = [[0.0; NODES]; 2];
            for (sources, masses) in sources {
                if width == WIDTH {
                    sources.add(masses, middle, MASS_REACH, &mut sums);
                } else {
                    sources.add_at(masses, middle, width, MASS_REACH, &mut sums);
                }
            }
            let scale = width * normal::density(0.0);
            for (i, &(node, weight)) in gauss::panel_rule().iter().enumerate() {
                let state = self.place(middle + width * (node - 0.5));
                at(state, [0, 1].map(|n| scale * weight * sums[n][i]));
            }
            right -= width;
        }
    }

    /// E[f(X′) given X = x].
    pub fn expect(&self, ahead: &Ahead, state: f64) -> f64 {
        let mean = self.state.mean(state);
        let sigma = self.state.volatility;
        let smooth = match &self.step {
            Some(step) => {
                let mut sum = [0.0];
                step.sum(&step.weights(mean), &ahead.smooth, &mut sum);
                sum[0]
            }
            None => ahead.smooth.first().copied().unwrap_or(0.0),
        };
        let reach = self.reach() * sigma;
        let from = ahead.added.partition_point(|(at, _)| *at < mean - reach);
        let to = ahead.added.partition_point(|(at, _)| *at <= mean + reach);
        let per_sigma = 1.0 / sigma;
        let added: f64 = gaussian_sum(&ahead.added[from..to], mean, per_sigma);
        smooth + added * per_sigma * normal::density(0.0)
    }

    /// Standard deviations beyond which a step does not go.
    pub fn reach(&self) -> f64 {
        self.step.as_ref().map_or(LAST_SCORE, Step::reach)
    }

    /// The density at a state of masses at the means, increasing, that they have been seen to have.
    pub fn arriving(&self, state: f64, seen: &[(f64, f64)]) -> f64 {
        let scale = 1.0 / self.state.volatility;
        let reach = MASS_REACH * self.state.volatility;
        let from = seen.partition_point(|(mean, _)| *mean < state - reach);
        let to = seen.partition_point(|(mean, _)| *mean <= state + reach);
        gaussian_sum(&seen[from..to], state, scale) * scale * normal::density(0.0)
    }
}

/// Σ value · e^{−(at − mean)²/2} over (at, value), distances in standard deviations.
fn gaussian_sum(terms: &[(f64, f64)], mean: f64, per_sigma: f64) -> f64 {
    let term = |&(at, value): &(f64, f64)| {
        let distance = (at - mean) * per_sigma;
        value * exp(-0.5 * distance * distance)
    };
    let chunks = terms.chunks_exact(LANES);
    let rest: f64 = chunks.remainder().iter().map(term).sum();
    let mut sums = [0.0; LANES];
    for chunk in chunks {
        for (sum, one) in sums.iter_mut().zip(chunk) {
            *sum += term(one);
        }
    }
    sums.iter().sum::<f64>() + rest
}
