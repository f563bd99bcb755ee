//! The first-order condition β′ = (v − β) Q′/Q as a differential equation, integrated from the marginal type down.
//!
//! On a panel without a knot the equation is linear in the shading y = v − β at its right end and in D, so one
//! integration per panel, by collocation, serves every node: y(left) = decay · y(right) + shading · D. The integral
//! solution of `panels.rs` has the same form; here it is found from Q′/Q = −f G″/G′ and from nothing else.

use super::Competition;
use super::panels::{CostPoint, NEGLIGIBLE_LOG, fallen};
use crate::cost::{CostLaw, Side};
use crate::numerics::collocation;

/// Fall of ln Q over one collocation step.
const STEP_LOG: f64 = 1.5;
/// F (or S) below this is a tail, where the quantile function is not smooth.
const BULK: f64 = 0.1;
/// A panel this narrow, relative to the support, is a point as far as values go.
const SLIVER: f64 = 1e-6;
/// Change of ln f over one collocation step.
const STEP_LOG_DENSITY: f64 = 1.5;
/// Bisections of a step at most.
const FINEST: u32 = 10;

/// What the differential equation makes of the shading across one panel, from right to left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transfer {
    /// Factor on the shading at the right end.
    pub decay: f64,
    /// Factor on D.
    pub shading: f64,
}

impl Transfer {
    /// Integrates the equation from `b` down to `a`, which must lie in one panel.
    pub fn across(a: &CostPoint, b: &CostPoint, law: &dyn CostLaw, competition: &Competition) -> Self {
        if competition.certain_rivals() > 0.0 && b.cost >= law.upper() {
            return singular(a, law, competition);
        }
        let fall = a.log_rivals - b.log_rivals;
        let mut cuts = vec![a.cost];
        let mut steps = 1.0;
        while steps * STEP_LOG < fall.min(NEGLIGIBLE_LOG) {
            let left = cuts[cuts.len() - 1];
            cuts.push(fallen(left, b.cost, a.log_rivals - steps * STEP_LOG, law, competition));
            steps += 1.0;
        }
        let mut total = if fall <= NEGLIGIBLE_LOG {
            cuts.push(b.cost);
            Self {
                decay: 1.0,
                shading: 0.0,
            }
        } else {
            // What happens further right has been forgotten by a factor e^−40: start from β′ = v′.
            let cost = cuts[cuts.len() - 1];
            let rate = competition.rival_rate(law, cost);
            Self {
                decay: 0.0,
                shading: 1.0 / rate,
            }
        };
        for pair in cuts.windows(2).rev() {
            let mut ends = Vec::new();
            smooth_steps(pair[0], pair[1], law, FINEST, &mut ends);
            let lefts = std::iter::once(pair[0]).chain(ends.iter().copied());
            let steps: Vec<(f64, f64)> = lefts.zip(ends.iter().copied()).collect();
            for &(left, right) in steps.iter().rev() {
                total = total.then(step(left, right, law, competition));
            }
        }
        total
    }

    /// This transfer, then `left` further left.
    fn then(self, left: Self) -> Self {
        Self {
            decay: left.decay * self.decay,
            shading: left.decay * self.shading + left.shading,
        }
    }
}

/// Right ends of steps, by bisection, over none of which ln f changes by more than [`STEP_LOG_DENSITY`]: far in the tail
/// of a narrow law Q is flat while f is not.
fn smooth_steps(left: f64, right: f64, law: &dyn CostLaw, depth: u32, ends: &mut Vec<f64>) {
    let slopes = [
        law.log_density_slope(left, Side::Right),
        law.log_density_slope(right, Side::Left),
    ];
    let steepest = slopes
        .into_iter()
        .filter(|slope| slope.is_finite())
        .fold(0.0_f64, |most, slope| most.max(slope.abs()));
    let rough = steepest * (right - left) > STEP_LOG_DENSITY;
    // Where F is the variable, its rate does not know f.
    if depth > 0 && rough && !infinite_density_near(left, right, law) {
        let middle = 0.5 * (left + right);
        smooth_steps(left, middle, law, depth - 1, ends);
        smooth_steps(middle, right, law, depth - 1, ends);
    } else {
        ends.push(right);
    }
}

/// Whether F rather than θ is the variable in which the equation is smooth on [left, right]: next to an end where f is
/// infinite, as far as the bulk of the law; and on the last sliver above a lower end where F has no power law at all (a
/// lognormal law from 0, whose F varies with ln θ).
fn infinite_density_near(left: f64, right: f64, law: &dyn CostLaw) -> bool {
    let (lower, upper) = (law.lower(), law.upper());
    if law.lower_order() == f64::INFINITY {
        return left <= lower && right - left < SLIVER * (upper - lower);
    }
    if left - lower < upper - right {
        law.lower_order() < 1.0 && (left <= lower || law.survival(right) > BULK)
    } else {
        law.upper_order() < 1.0 && (right >= upper || law.cdf(left) > BULK)
    }
}

/// One collocation step over [left, right], for u = β − v(right): u′ = h (D s − u) in the distance s from the right.
fn step(left: f64, right: f64, law: &dyn CostLaw, competition: &Competition) -> Transfer {
    let width = right - left;
    if width <= 0.0 {
        return Transfer {
            decay: 1.0,
            shading: 0.0,
        };
    }
    let nodes = collocation::nodes();
    let (rates, target) = if infinite_density_near(left, right, law) {
        // There the rate is not smooth in θ, and next to hi costs are too coarse: use F as the variable.
        let (from, to) = (law.cdf(right), law.cdf(left));
        let (from_above, to_above) = (law.survival(right), law.survival(left));
        let mut rates = [0.0; collocation::STAGES];
        let mut target = [0.0; collocation::STAGES];
        for (i, node) in nodes.iter().enumerate() {
            let cdf = from + node * (to - from);
            let survival = from_above + node * (to_above - from_above);
            let cost = if cdf <= 0.5 {
                law.quantile(cdf)
            } else {
                law.upper_quantile(survival)
            };
            rates[i] = (from - to) * competition.rival_hazard(survival);
            target[i] = right - cost;
        }
        (rates, target)
    } else {
        (
            nodes.map(|node| width * competition.rival_rate(law, right - width * node)),
            nodes.map(|node| width * node),
        )
    };
    let (decay, drawn) = collocation::step(&rates, &target);
    Transfer {
        decay,
        shading: width - drawn,
    }
}

/// From the highest cost, where Q vanishes: y = s g with g(0) = D/(1 + κ), κ = b (n − 1), S ~ s^b.
fn singular(a: &CostPoint, law: &dyn CostLaw, competition: &Competition) -> Transfer {
    let upper = law.upper();
    let width = upper - a.cost;
    let limit = law.upper_order() * competition.certain_rivals();
    let p = collocation::singular_nodes().map(|node| {
        let cost = upper - width * node;
        // The distance as rounded: next to hi, s and S must belong to the same cost.
        let distance = upper - cost;
        let value = distance * competition.rival_rate(law, cost);
        if distance > 0.0 && value.is_finite() {
            value
        } else {
            limit
        }
    });
    Transfer {
        decay: 0.0,
        shading: width * collocation::singular_start(&p),
    }
}
