//! What a cutoff is worth: the two functions of the cutoff y that decide it.
//!
//! With Ĝ = G(S), û = Q u, Ŵ = Ĝ W, s = S(c), and D, V, u of the node, the holder's value of the cutoff y is
//!
//! Ŵ(c) = δ E Ŵ_{t+1}(c) + n̄ [ J(y; s) − J(c; s) ],  J(y; s) = (s − S(y)) Γ̂(y) − 𝓛(y),
//!
//! linear in s for each y: the choice for all c is the upper envelope of lines. Here
//!
//! * Γ̂(y) = ∫_y^hi d Q dx + δ_b E ζ̂_{t+1}(y), d = D_t − δ_b E D_{t+1} ≥ 0, is nonincreasing; ζ̂_t(c) = Γ̂_t(y_t(c)) is all
//!   that one slot needs to know of the next: û_t(c) = ∫_c^hi D_t Q dx − ζ̂_t(c);
//! * 𝓛(y) = ∫_y^hi f (Q λ − Γ̂) dx, λ = v_t − δ_b E u_{t+1} − δ E m_{t+1}: what moving the cutoff past a type earns at once
//!   less what it forgoes, m = −Ŵ′/(n̄ f Q) being the worth of a type to the holder. m = v − u where somebody may buy, and
//!   m = δ E m_{t+1}, more by −λ, where the holder waits.
//!
//! dJ/dy = f Q λ − (s − S) (−Γ̂′).
//!
//! Where everyone who takes part pays K, J loses K Q(c) (s − S(y)), dJ/dy loses K Q(c) f, and where somebody may buy
//! m = v − u − K (1 + κ), κ = |Q′|/(f Q) (s − S(y)) at c: a lower c also means more participants. Of two cutoffs the smaller
//! still wins from some s on.

use ndarray::Array2;

use super::axis::CostAxis;
use super::piecewise::{Piecewise, panel_of};
use crate::numerics::chebyshev::{POINTS, Series, points};
use crate::prize::FinitePrizes;

/// Knots closer than this, relative to the support, are one.
pub(super) const SAME_KNOT: f64 = 1e-13;
/// Early exercise gains smaller than this are rounding.
const ROUNDING: f64 = 2e-14;

/// V and D of all states of a slot, kept when the ticket values have moved on.
#[derive(Debug, Clone)]
pub(crate) struct Profiles {
    pub knots: Vec<f64>,
    /// States × knots, ETH.
    pub values: Array2<f64>,
    /// States × panels.
    pub discounts: Array2<f64>,
}

impl Profiles {
    /// V(θ), 0 beyond the last knot.
    pub fn value(&self, state: usize, cost: f64) -> f64 {
        let last = self.knots.len() - 1;
        if cost >= self.knots[last] {
            return 0.0;
        }
        let k = panel_of(&self.knots, cost);
        self.values[[state, k + 1]] + self.discounts[[state, k]] * (self.knots[k + 1] - cost)
    }

    /// D just inside a panel, given a cost inside it.
    pub fn discount(&self, state: usize, inside: f64) -> f64 {
        let k = panel_of(&self.knots, inside);
        if inside >= self.knots[self.knots.len() - 1] {
            0.0
        } else {
            self.discounts[[state, k]]
        }
    }
}

/// What slot t + 1 hands back to slot t.
#[derive(Debug, Clone)]
pub(super) struct Ahead {
    /// V_{t+1} and D_{t+1}.
    pub profiles: Profiles,
    /// ζ̂_{t+1}, one a state.
    pub gaps: Vec<Piecewise>,
    /// m − (v − u), not scaled by Q: −λ_{t+1} where the holder waits, −K (1 + κ) where she sells and participants pay;
    /// empty when it is 0.
    pub losses: Vec<Piecewise>,
}

/// Discount factors across one slot, lottery survival included, and the winner's cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// δ_b.
    pub buyers: f64,
    /// δ.
    pub holder: f64,
    /// K paid by the winner, ETH.
    pub winner_cost: f64,
    /// K paid by everyone who takes part, ETH.
    pub participant_cost: f64,
}

/// One panel of cutoffs, as far as it is the same for all states.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    pub left: f64,
    pub right: f64,
    /// ln Q at the left end.
    pub log_rivals: f64,
    /// S at the ends.
    pub survivals: [f64; 2],
    /// S.
    pub survival: Series,
    /// f times the panel's width.
    pub density: Series,
}

/// One panel of cutoffs at one state, relative to Q at the panel's left end.
#[derive(Debug, Clone)]
pub(super) struct Terrain {
    /// Γ̂.
    pub gap: Series,
    /// −Γ̂′ per unit of the panel's width.
    pub fall: Series,
    /// f Q λ times the panel's width.
    pub pressure: Series,
    /// 𝓛.
    pub forgone: Series,
    /// λ is nowhere above what taking part costs: nobody here is worth selling to now.
    pub idle: bool,
}

/// Γ̂ and 𝓛 of a slot, for all states.
#[derive(Debug, Clone)]
pub(super) struct Surplus {
    pub panels: Vec<Panel>,
    /// State-major: states × panels.
    pub terrain: Vec<Terrain>,
    /// λ at the points, state-major; kept only where it may be negative.
    pub worth: Array2<f64>,
}

impl Surplus {
    /// Slot t from slot t + 1; `ahead` is `None` in the last slot.
    pub fn new(
        axis: &CostAxis,
        prizes: &FinitePrizes,
        terms: Terms,
        now: &Profiles,
        ahead: Option<&Ahead>,
        scale: f64,
    ) -> Self {
        let knots = partition(axis, now, ahead);
        let panels: Vec<Panel> = knots.windows(2).map(|pair| panel(axis, pair[0], pair[1])).collect();
        let size = prizes.size();
        let count = panels.len();
        let expect = |next: Array2<f64>| {
            let mut expected = Array2::zeros(next.dim());
            prizes.expect_rows(1.0, &next.view(), &mut expected);
            expected
        };
        let costs = |k: usize, j: usize| panels[k].left + points()[j] * (panels[k].right - panels[k].left);
        let gaps = ahead.map(|ahead| expect(sampled(&panels, &ahead.gaps, true)));
        let losses = ahead
            .filter(|ahead| !ahead.losses.is_empty())
            .map(|ahead| expect(sampled(&panels, &ahead.losses, false)));
        // D_{t+1} by panel, and its expectation.
        let next_discounts = ahead.map(|ahead| {
            Array2::from_shape_fn((size, count), |(state, k)| {
                ahead.profiles.discount(state, 0.5 * (panels[k].left + panels[k].right))
            })
        });
        let expected_discounts = next_discounts.clone().map(expect);
        // E[v − u] of slot t + 1, which matters only when the two discount factors differ.
        let prices = ahead.filter(|_| terms.buyers != terms.holder).map(|ahead| {
            let rents = rents(axis, &panels, next_discounts.as_ref(), size);
            let gaps = sampled(&panels, &ahead.gaps, true);
            expect(Array2::from_shape_fn((size, count * POINTS), |(state, column)| {
                let (k, j) = (column / POINTS, column % POINTS);
                let cost = costs(k, j);
                let unscaled = (panels[k].log_rivals - axis.log_rivals(cost)).exp();
                ahead.profiles.value(state, cost)
                    - terms.winner_cost
                    - (rents[[state, column]] - gaps[[state, column]]) * unscaled
            }))
        });
        let upper = axis.upper();
        let beyond = ahead.map(|ahead| {
            let next: Vec<f64> = (0..size).map(|state| ahead.profiles.value(state, upper)).collect();
            prizes.expect(&next)
        });
        let samples: Vec<PanelSample> = panels.iter().map(|panel| panel_sample(axis, panel)).collect();
        let mut terrain = Vec::with_capacity(size * count);
        let mut worth = Array2::zeros((size, count * POINTS));
        for state in 0..size {
            let mut gain_at_right = now.value(state, upper);
            let mut constant = -terms.winner_cost;
            if let Some(beyond) = &beyond {
                gain_at_right -= terms.buyers * beyond[state];
                constant *= 1.0 - terms.buyers;
                if gain_at_right.abs() <= ROUNDING * scale {
                    gain_at_right = 0.0;
                }
            }
            let mut area_at_right = 0.0;
            let mut forgone_at_right = 0.0;
            let mut row: Vec<Terrain> = Vec::with_capacity(count);
            for k in (0..count).rev() {
                let panel = &panels[k];
                let width = panel.right - panel.left;
                let mut early = now.discount(state, 0.5 * (panel.left + panel.right));
                if let Some(expected) = &expected_discounts {
                    early -= terms.buyers * expected[[state, k]];
                }
                if early <= ROUNDING {
                    early = 0.0;
                }
                let mut sums = Sums {
                    gap: [0.0; POINTS],
                    worth: [0.0; POINTS],
                };
                let column = |j: usize| k * POINTS + j;
                let sample = &samples[k];
                let whole = sample.whole;
                let fallen = sample.rivals_right;
                for j in 0..POINTS {
                    let u = points()[j];
                    sums.gap[j] = early * (whole - sample.areas[j]) + fallen * area_at_right;
                    let gain = gain_at_right + early * width * (1.0 - u);
                    sums.worth[j] = gain + constant;
                    if let Some(gaps) = &gaps {
                        sums.gap[j] += terms.buyers * gaps[[state, column(j)]];
                    }
                    if let Some(prices) = &prices {
                        sums.worth[j] += (terms.buyers - terms.holder) * prices[[state, column(j)]];
                    }
                    if let Some(losses) = &losses {
                        sums.worth[j] -= terms.holder * losses[[state, column(j)]];
                    }
                    if sums.worth[j].abs() <= ROUNDING * scale {
                        sums.worth[j] = 0.0;
                    }
                    worth[[state, column(j)]] = sums.worth[j];
                }
                let pressure: [f64; POINTS] =
                    std::array::from_fn(|j| width * sample.densities[j] * sample.rivals[j] * sums.worth[j]);
                let net: [f64; POINTS] =
                    std::array::from_fn(|j| pressure[j] - width * sample.densities[j] * sums.gap[j]);
                let sum = Series::through(&net).integral();
                let total = sum.value(1.0);
                let forgone = points().map(|u| total - sum.value(u) + fallen * forgone_at_right);
                let gap = Series::through(&sums.gap);
                row.push(Terrain {
                    gap,
                    fall: gap.slope().negated(),
                    pressure: Series::through(&pressure),
                    forgone: Series::through(&forgone),
                    idle: sums.worth.iter().all(|w| *w <= terms.participant_cost),
                });
                area_at_right = early * whole + fallen * area_at_right;
                forgone_at_right = total + fallen * forgone_at_right;
                gain_at_right += early * width;
            }
            row.reverse();
            terrain.append(&mut row);
        }
        Self { panels, terrain, worth }
    }

    /// Drops what only the slot before needs.
    pub fn forget_worth(&mut self) {
        self.worth = Array2::zeros((0, 0));
    }

    /// The panels of one state.
    pub fn of(&self, state: usize) -> &[Terrain] {
        let count = self.panels.len();
        &self.terrain[state * count..(state + 1) * count]
    }
}

struct Sums {
    gap: [f64; POINTS],
    worth: [f64; POINTS],
}

struct PanelSample {
    densities: [f64; POINTS],
    /// Q over Q at the left end.
    rivals: [f64; POINTS],
    /// The same at the right end.
    rivals_right: f64,
    /// ∫ Q from the left end up to the points, and up to the right end.
    areas: [f64; POINTS],
    whole: f64,
}

fn panel_sample(axis: &CostAxis, panel: &Panel) -> PanelSample {
    let sampled = points().map(|u| axis.point(panel.left + u * (panel.right - panel.left)));
    let rivals = sampled.map(|p| (p.log_rivals - panel.log_rivals).exp());
    let area = Series::through(&rivals.map(|q| q * (panel.right - panel.left))).integral();
    PanelSample {
        densities: sampled.map(|p| p.density),
        rivals,
        areas: points().map(|u| area.value(u)),
        whole: area.value(1.0),
        rivals_right: (axis.log_rivals(panel.right) - panel.log_rivals).exp(),
    }
}

fn panel(axis: &CostAxis, left: f64, right: f64) -> Panel {
    Panel {
        left,
        right,
        log_rivals: axis.log_rivals(left),
        survivals: [axis.survival(left), axis.survival(right)],
        survival: Series::through(&points().map(|u| axis.survival(left + u * (right - left)))),
        density: Series::through(&points().map(|u| (right - left) * axis.point(left + u * (right - left)).density)),
    }
}

/// The functions at the points of the panels: states × (panels × points); relative to Q at the panel's left end if
/// they are scaled by Q.
fn sampled(panels: &[Panel], functions: &[Piecewise], scaled: bool) -> Array2<f64> {
    let mut values = Array2::zeros((functions.len(), panels.len() * POINTS));
    for (state, function) in functions.iter().enumerate() {
        for (k, panel) in panels.iter().enumerate() {
            let source = function.panel(0.5 * (panel.left + panel.right));
            let reference = if scaled {
                panel.log_rivals
            } else {
                function.log_scales[source]
            };
            for (j, u) in points().iter().enumerate() {
                let cost = panel.left + u * (panel.right - panel.left);
                values[[state, k * POINTS + j]] = function.value(source, cost, reference);
            }
        }
    }
    values
}

/// ∫_x^hi D Q dx over Q at the panel's left end, at the points of the panels.
fn rents(axis: &CostAxis, panels: &[Panel], discounts: Option<&Array2<f64>>, size: usize) -> Array2<f64> {
    let mut rents = Array2::zeros((size, panels.len() * POINTS));
    let Some(discounts) = discounts else {
        return rents;
    };
    let mut right = vec![0.0; size];
    for (k, panel) in panels.iter().enumerate().rev() {
        let sample = panel_sample(axis, panel);
        for state in 0..size {
            let discount = discounts[[state, k]];
            for (j, area) in sample.areas.iter().enumerate() {
                rents[[state, k * POINTS + j]] = discount * (sample.whole - area) + sample.rivals_right * right[state];
            }
            right[state] = discount * sample.whole + sample.rivals_right * right[state];
        }
    }
    rents
}

/// Cuts at everything that has a kink or a jump.
fn partition(axis: &CostAxis, now: &Profiles, ahead: Option<&Ahead>) -> Vec<f64> {
    let (lower, upper) = (axis.lower(), axis.upper());
    let mut knots: Vec<f64> = axis.cuts().to_vec();
    knots.extend(&now.knots);
    if let Some(ahead) = ahead {
        knots.extend(&ahead.profiles.knots);
        for function in ahead.gaps.iter().chain(&ahead.losses) {
            knots.extend(&function.knots);
        }
    }
    knots.retain(|x| *x >= lower && *x <= upper);
    knots.sort_by(f64::total_cmp);
    let same = SAME_KNOT * (upper - lower);
    let mut cuts: Vec<f64> = vec![lower];
    for x in knots {
        if x > cuts[cuts.len() - 1] + same && x < upper - same {
            cuts.push(x);
        }
    }
    cuts.push(upper);
    cuts
}
