//! The states that matter, and expectations over the next one.

use ndarray::ArrayView2;

use crate::exercise::{Seen, Step, Weights};
use crate::numerics::exponential::{LANES, exp, fused};
use crate::numerics::gauss;
use crate::numerics::normal;
use crate::prize::{FAR, PrizeState};

/// Points of a panel over which a Gaussian varies.
const POINTS: usize = 16;
/// The widest panel, in standard deviations of the step.
const WIDEST: f64 = 4.5;
/// The widest panel of probability masses, whose rule has 12 points.
const MASS_WIDEST: f64 = 4.4;
/// Standard deviations of a step beyond which masses are not followed.
const MASS_REACH: f64 = 6.4;
/// Standard deviations of a step over which a line takes fewer nodes than panels.
const TALL: f64 = 9.0;
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
    rule: [(f64, f64); POINTS],
}

/// Panels of the same width, each with the same rule.
struct Layout<'a, const R: usize> {
    from: f64,
    width: f64,
    panels: f64,
    /// Nodes and weights on the unit interval, a multiple of [`LANES`].
    rule: &'a [(f64, f64); R],
}

impl<const R: usize> Layout<'_, R> {
    fn size(&self) -> usize {
        self.panels as usize * self.rule.len()
    }

    /// States and weights.
    fn nodes(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        (0..self.panels as usize).flat_map(move |panel| {
            let left = self.from + self.width * panel as f64;
            let nodes = self.rule.iter();
            nodes.map(move |&(node, weight)| (left + self.width * node, weight * self.width))
        })
    }

    /// Adds `sources`, centre and masses, times φ((x − centre)/sd) at all nodes x within `reach` standard deviations.
    ///
    /// At the nodes ν of the j-th panel that is e^{−(u + ων + jω)²/2}, in standard deviations: each panel follows from the one
    /// before by products.
    fn add_gaussians<const N: usize>(
        &self,
        sources: &[(f64, [f64; N])],
        sd: f64,
        reach: f64,
        sums: &mut [Vec<f64>; N],
    ) {
        let wide = self.width / sd;
        let square = (-wide * wide).exp();
        let scale = normal::density(0.0);
        let lanes: Vec<([f64; LANES], [f64; LANES])> = self
            .rule
            .chunks_exact(LANES)
            .map(|nodes| {
                let distances = std::array::from_fn(|lane| wide * nodes[lane].0);
                (distances, distances.map(|distance| (-wide * distance).exp()))
            })
            .collect();
        for (centre, masses) in sources {
            let first = ((centre - reach * sd - self.from) / self.width).floor().max(0.0);
            let end = ((centre + reach * sd - self.from) / self.width).ceil().min(self.panels);
            if end <= first {
                continue;
            }
            let u = (self.from + self.width * first - centre) / sd;
            let ratio = exp(-wide * (u + 0.5 * wide));
            for (lane, (distances, shifts)) in lanes.iter().enumerate() {
                let mut terms = distances.map(|distance| scale * exp(-0.5 * (u + distance) * (u + distance)));
                let mut ratios = shifts.map(|shift| ratio * shift);
                for panel in first as usize..end as usize {
                    let at = panel * R + lane * LANES;
                    for (sums, mass) in sums.iter_mut().zip(masses) {
                        for (sum, term) in sums[at..at + LANES].iter_mut().zip(&terms) {
                            *sum = fused(*mass, *term, *sum);
                        }
                    }
                    for (term, ratio) in terms.iter_mut().zip(&mut ratios) {
                        *term *= *ratio;
                        *ratio *= square;
                    }
                }
            }
        }
    }
}

/// A function of the next state: analytic part on the grid, and what is added on some stretches.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ahead {
    /// At the grid points and as far beyond as expectations look; at a single point where slots are independent.
    smooth: Vec<f64>,
    /// States, increasing.
    states: Vec<f64>,
    /// Weight times what is added there.
    added: Vec<f64>,
    /// Where it is known in closed form.
    top: Option<Top>,
    /// Whether a lottery ticket may be drawn for the holder's own use there too.
    pub drawn: bool,
}

/// From a state on, f is a line in the prize.
#[derive(Debug, Clone)]
pub(crate) struct Top {
    pub from: f64,
    pub line: Line,
    /// At the nodes of the half-line rule above and below `from`, times its weights: what the line adds to the analytic part.
    above: Vec<f64>,
    below: Vec<f64>,
}

/// slope · prize + constant, ETH.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line {
    pub slope: f64,
    pub constant: f64,
}

impl Line {
    /// At a prize.
    pub fn at(&self, prize: f64) -> f64 {
        self.slope * prize + self.constant
    }
}

impl Domain {
    pub fn new(state: &PrizeState, maturity: usize) -> Self {
        let rule = gauss::unit_rule_of();
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

    /// Quadrature nodes over a stretch of states, fine enough for a Gaussian of the step's width: state, weight, and
    /// E[f(X′)] from there, if there is an f.
    pub fn nodes(&self, from: f64, to: f64, ahead: Option<&Ahead>) -> Vec<(f64, f64, f64)> {
        let widest = WIDEST * self.state.volatility;
        let panels = ((to - from) / widest).ceil().max(1.0);
        let layout = Layout {
            from,
            width: (to - from) / panels,
            panels,
            rule: &self.rule,
        };
        let mut sums = [vec![0.0; layout.size()]];
        if let Some(ahead) = ahead {
            match &self.step {
                // Seen from x, what is added at y has the density φ((y − a − ρx)/σ), a Gaussian in x around (y − a)/ρ.
                Some(_) => {
                    let PrizeState {
                        persistence,
                        shift,
                        volatility,
                        ..
                    } = self.state;
                    let sources = ahead.states.iter().zip(&ahead.added);
                    let seen: Vec<(f64, [f64; 1])> = sources
                        .map(|(at, value)| ((at - shift) / persistence, [value / volatility]))
                        .collect();
                    let width = volatility / persistence.abs();
                    layout.add_gaussians(&seen, width, self.reach(), &mut sums);
                    for ((state, _), sum) in layout.nodes().zip(&mut sums[0]) {
                        *sum += self.expect_smooth(ahead, state);
                    }
                }
                None => sums[0].fill(self.expect(ahead, self.state.shift)),
            }
        }
        let [sums] = sums;
        let nodes = layout.nodes().zip(sums);
        nodes.map(|((state, weight), sum)| (state, weight, sum)).collect()
    }

    /// Nodes with their weights over [from, to], as far as the next state goes from the `sources`, and the densities that masses
    /// there have at them.
    pub fn arriving<const N: usize>(
        &self,
        from: f64,
        to: f64,
        sources: &[(f64, [f64; N])],
    ) -> Vec<(f64, f64, [f64; N])> {
        let sigma = self.state.volatility;
        let reach = MASS_REACH * sigma;
        let seen: Vec<(f64, &[f64; N])> = sources.iter().map(|(at, mass)| (self.mean_from(*at), mass)).collect();
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for (mean, _) in &seen {
            least = least.min(*mean);
            most = most.max(*mean);
        }
        let (from, to) = (from.max(least - reach), to.min(most + reach));
        if to <= from {
            return Vec::new();
        }
        let panels = ((to - from) / (MASS_WIDEST * sigma)).ceil().max(1.0);
        let layout = Layout {
            from,
            width: (to - from) / panels,
            panels,
            rule: gauss::panel_rule(),
        };
        let mut densities: [Vec<f64>; N] = std::array::from_fn(|_| vec![0.0; layout.size()]);
        let seen: Vec<(f64, [f64; N])> = seen
            .into_iter()
            .map(|(mean, masses)| (mean, masses.map(|mass| mass / sigma)))
            .collect();
        layout.add_gaussians(&seen, sigma, MASS_REACH, &mut densities);
        let densities = |k: usize| std::array::from_fn(|n| densities[n][k]);
        let nodes = layout.nodes().enumerate();
        nodes
            .map(|(k, (state, weight))| (state, weight, densities(k)))
            .collect()
    }

    fn mean_from(&self, state: f64) -> f64 {
        if self.step.is_some() {
            self.state.mean(state)
        } else {
            self.state.shift
        }
    }

    /// E[f(X′) given X = x].
    pub fn expect(&self, ahead: &Ahead, state: f64) -> f64 {
        self.expect_smooth(ahead, state) + self.expect_added(ahead, self.state.mean(state))
    }

    /// E of what is added, given the mean of the next state.
    fn expect_added(&self, ahead: &Ahead, mean: f64) -> f64 {
        // Beyond the reach of a step what is added counts for nothing.
        let sigma = self.state.volatility;
        let reach = sigma * self.reach();
        let from = ahead.states.partition_point(|at| *at < mean - reach);
        let end = ahead.states.partition_point(|at| *at <= mean + reach);
        let sum = bells(&ahead.states[from..end], &ahead.added[from..end], mean, 1.0 / sigma);
        sum * normal::density(0.0) / sigma
    }

    /// A function of the next state from its analytic part, as many values as are [`Self::kept`], and what is added: states,
    /// increasing, and weight times value.
    pub fn ahead(
        &self,
        smooth: Vec<f64>,
        (states, added): (Vec<f64>, Vec<f64>),
        top: Option<Top>,
        drawn: bool,
    ) -> Ahead {
        let smooth = match &self.step {
            Some(step) => step.continued(&smooth),
            None => smooth,
        };
        Ahead {
            smooth,
            states,
            added,
            top,
            drawn,
        }
    }

    /// A function that is a line from a state on, given its analytic part at the states [`Self::beside`]; `None` where slots are
    /// independent or panels take fewer nodes.
    pub fn top(&self, from: f64, line: Line, smooth: impl FnOnce(&[f64]) -> Vec<f64>) -> Option<Top> {
        let tall = self.ends().1 - from > TALL * self.state.volatility;
        let step = self.step.as_ref().filter(|_| tall)?;
        let states = self.beside(from);
        let smooth = smooth(&states);
        let weights = step.half_weights.iter().chain(&step.half_weights);
        let added = states.iter().zip(smooth).zip(weights);
        let mut below: Vec<f64> = added
            .map(|((state, smooth), weight)| weight * (line.at(self.state.prize(*state)) - smooth))
            .collect();
        let above = below.split_off(step.half.len());
        Some(Top {
            from,
            line,
            above,
            below,
        })
    }

    /// The nodes of the half-line rule below a state, and then those above it.
    fn beside(&self, state: f64) -> Vec<f64> {
        let half = self.step.as_ref().map_or(&[][..], |step| &step.half);
        let at = |sign: f64| half.iter().map(move |s| state + sign * self.state.volatility * s);
        at(-1.0).chain(at(1.0)).collect()
    }

    /// [`Self::expect`] from the states [`Self::beside`] one.
    pub fn expect_beside(&self, ahead: &Ahead, state: f64) -> Vec<f64> {
        let one_by_one = || {
            let states = self.beside(state).into_iter();
            states.map(|at| self.expect(ahead, at)).collect()
        };
        let Some((step, around)) = self.step.as_ref().and_then(|step| Some((step, step.around.as_ref()?))) else {
            return one_by_one();
        };
        let sigma = self.state.volatility;
        let mean = self.state.mean(state);
        let place = (mean - step.grid.first) / step.grid.width;
        let nearest = place.round();
        let start = nearest as isize + step.margin() as isize - around.furthest() as isize;
        let window = usize::try_from(start).ok();
        let window = window.and_then(|start| ahead.smooth.get(start..start + 2 * around.furthest() + 1));
        let Some(window) = window.and_then(|window| ArrayView2::from_shape((1, window.len()), window).ok()) else {
            return one_by_one();
        };
        let mut sums = around.smooth(window.to_owned(), &[place - nearest]);
        if let Some(top) = &ahead.top {
            let distance = (top.from - mean) / sigma;
            for (sum, t) in sums.iter_mut().zip(&around.distances) {
                if *t >= distance {
                    *sum = top.line.at(self.state.expected_prize(mean + sigma * t));
                }
            }
            let seen = Seen {
                row: 0,
                distance,
                sign: 1.0,
                above: &top.above,
                below: &top.below,
            };
            around.add_half_lines(&[seen], (&step.half, step.reach()), &mut sums);
        }
        let nodes = sums.iter().zip(&around.distances);
        nodes
            .map(|(sum, t)| sum + self.expect_added(ahead, mean + sigma * t))
            .collect()
    }

    /// From E of the analytic part to that with the line instead of it at the top.
    fn with_top(&self, step: &Step, ahead: &Ahead, mean: f64, smooth: impl FnOnce() -> f64) -> f64 {
        let Some(top) = &ahead.top else { return smooth() };
        let distance = (top.from - mean) / self.state.volatility;
        if distance > 0.0 {
            smooth() + step.half_line(distance, &top.above)
        } else {
            top.line.at(self.state.expected_prize(mean)) - step.half_line(-distance, &top.below)
        }
    }

    /// E of what is not added.
    fn expect_smooth(&self, ahead: &Ahead, state: f64) -> f64 {
        match &self.step {
            Some(step) => {
                let mean = self.state.mean(state);
                self.with_top(step, ahead, mean, || step.smooth(mean, &ahead.smooth))
            }
            None => ahead.smooth.first().copied().unwrap_or(0.0),
        }
    }

    /// E[f(X′)] from every grid point; from anywhere, in a list of one, where slots are independent.
    pub fn expect_from_grid(&self, ahead: &Ahead) -> Vec<f64> {
        let Some(step) = &self.step else {
            return vec![self.expect(ahead, self.state.shift)];
        };
        let rows = self.rows.iter().zip(&self.points);
        let sum = |(weights, point): (&Weights, &f64)| {
            let smooth = || step.sum_continued(weights, &ahead.smooth);
            self.with_top(step, ahead, self.state.mean(*point), smooth)
        };
        let mut sums: Vec<f64> = rows.map(sum).collect();
        for (at, value) in ahead.states.iter().zip(&ahead.added) {
            step.scatter(*at, value / self.state.volatility, &mut sums);
        }
        sums
    }

    /// What expectations may be wrong by, relative to the scale: nothing but rounding where slots are independent.
    pub fn error(&self) -> f64 {
        self.step.as_ref().map_or(0.0, Step::error)
    }

    /// Standard deviations beyond which a step does not go.
    pub fn reach(&self) -> f64 {
        self.step.as_ref().map_or(LAST_SCORE, Step::reach)
    }
}

/// Σ value · e^{−((x − mean)/sd)²/2}, several side by side.
fn bells(states: &[f64], values: &[f64], mean: f64, per_sd: f64) -> f64 {
    let bell = |at: f64| {
        let distance = (at - mean) * per_sd;
        exp(-0.5 * distance * distance)
    };
    let (of_few, states) = states.as_chunks::<LANES>();
    let (values_of_few, values) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (states, values) in of_few.iter().zip(values_of_few) {
        for lane in 0..LANES {
            sums[lane] = fused(values[lane], bell(states[lane]), sums[lane]);
        }
    }
    let rest: f64 = states.iter().zip(values).map(|(at, value)| value * bell(*at)).sum();
    sums.iter().sum::<f64>() + rest
}
