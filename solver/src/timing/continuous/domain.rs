//! The states that matter, and expectations over the next one.

use crate::exercise::Step;
use crate::numerics::gauss;
use crate::numerics::normal;
use crate::prize::{FAR, PrizeState};

/// Points of a panel over which a Gaussian varies.
const POINTS: usize = 16;
/// The widest panel, in standard deviations of the step.
const WIDEST: f64 = 4.5;
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
    /// States, and weight times what is added there.
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
        let reach = self.reach();
        let added: f64 = ahead
            .added
            .iter()
            .map(|&(at, value)| {
                let distance = (at - mean) / sigma;
                if distance.abs() > reach {
                    0.0
                } else {
                    value * normal::density(distance)
                }
            })
            .sum();
        smooth + added / sigma
    }

    /// Standard deviations beyond which a step does not go.
    pub fn reach(&self) -> f64 {
        self.step.as_ref().map_or(LAST_SCORE, Step::reach)
    }

    /// The density of the next state.
    pub fn density(&self, to: f64, from: f64) -> f64 {
        let distance = (to - self.state.mean(from)) / self.state.volatility;
        if distance.abs() > self.reach() {
            0.0
        } else {
            normal::density(distance) / self.state.volatility
        }
    }
}
