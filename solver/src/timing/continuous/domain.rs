//! The states that matter, and expectations over the next one.

use crate::exercise::{Step, Weights};
use crate::numerics::gauss;
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
    /// Weights of the grid points as seen from each.
    rows: Vec<Weights>,
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
            let points: Vec<f64> = (0..step.grid.size).map(|i| step.grid.at(i)).collect();
            let rows = points.iter().map(|&point| step.weights(state.mean(point))).collect();
            return Self {
                state: state.clone(),
                step: Some(step),
                rows,
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
            rows: Vec::new(),
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

    /// The states of a slot from which all that may come in `slots` slots lies in the domain: nearer its ends, expectations
    /// miss a part.
    pub fn sound(&self, slots: usize) -> (f64, f64) {
        match &self.step {
            Some(step) => step.sound(slots),
            None => self.ends(),
        }
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

    /// Nodes for probability masses, which are wanted to fewer digits, within [from, to] and the reach of the `sources`.
    pub fn mass_nodes(&self, from: f64, to: f64, sources: impl Iterator<Item = f64>) -> Vec<(f64, f64)> {
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for source in sources {
            let mean = self.state.mean(source);
            least = least.min(mean);
            most = most.max(mean);
        }
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

    /// E[f(X′)] from every grid point; from anywhere, in a list of one, where slots are independent.
    pub fn expect_from_grid(&self, ahead: &Ahead) -> Vec<f64> {
        let Some(step) = &self.step else {
            return vec![self.expect(ahead, self.state.shift)];
        };
        let mut sums: Vec<f64> = self
            .rows
            .iter()
            .map(|weights| {
                let mut sum = [0.0];
                step.sum(weights, &ahead.smooth, &mut sum);
                sum[0]
            })
            .collect();
        for &(at, value) in &ahead.added {
            step.scatter(at, value / self.state.volatility, &mut sums);
        }
        sums
    }

    /// Standard deviations beyond which a step does not go.
    pub fn reach(&self) -> f64 {
        self.step.as_ref().map_or(LAST_SCORE, Step::reach)
    }

    /// Masses with the means that the next state has from where they are.
    pub fn seen<const N: usize>(&self, masses: &[(f64, [f64; N])]) -> Vec<(f64, [f64; N])> {
        masses.iter().map(|&(at, mass)| (self.state.mean(at), mass)).collect()
    }

    /// The densities at a state of masses seen a slot before.
    pub fn arriving<const N: usize>(&self, state: f64, seen: &[(f64, [f64; N])]) -> [f64; N] {
        let scale = 1.0 / self.state.volatility;
        let mut densities = [0.0; N];
        for &(mean, masses) in seen {
            let distance = (state - mean) * scale;
            let square = distance * distance;
            if square < MASS_REACH * MASS_REACH {
                let reached = (-0.5 * square).exp();
                for (density, mass) in densities.iter_mut().zip(masses) {
                    *density += mass * reached;
                }
            }
        }
        densities.map(|density| density * scale * normal::density(0.0))
    }
}
