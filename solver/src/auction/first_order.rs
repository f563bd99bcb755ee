//! The first-order condition β′ = (v − β) Q′/Q as a differential equation, integrated from the marginal type down.
//!
//! On a panel without a knot the equation is linear in the shading y = v − β at its right end and in D, so one
//! integration per panel, by collocation, serves every node: y(left) = decay · y(right) + gained · D. The integral
//! solution of `panels.rs` has the same form; here it is found from Q′/Q = −f G″/G′ and from nothing else.
//!
//! Bidders who mind risk: β′ = (u/u′)(v − β) Q′/Q. Under CRRA that is the same equation with |Q′/Q|/a; under CARA it is
//! linear in u(y), and D is part of its rate, so that it is integrated for each D.

use super::Competition;
use super::fall::Fall;
use super::panels::{CostPoint, NEGLIGIBLE_LOG, fallen};
use super::risk::{Passage, Rivalry, Tilt};
use crate::cost::{CostLaw, Side, Tail};
use crate::market::RiskAversion;
use crate::numerics::collocation;

/// Fall of ln Q over one collocation step.
const STEP_LOG: f64 = 1.5;
/// Fall of ln Q, and of e^{−aDs}, over one collocation step of a CARA bidder.
const TILTED_STEP_LOG: f64 = 0.75;
/// F (or S) below this is a tail, where the quantile function is not smooth.
const BULK: f64 = 0.1;
/// A panel this narrow, relative to the support, is a point as far as values go.
const SLIVER: f64 = 1e-6;
/// Change of ln f over one collocation step.
const STEP_LOG_DENSITY: f64 = 1.5;
/// Cuts towards an end without a power series, each at a quarter of the one before.
const CROWDED: i32 = 10;
/// Steps on a curve where one does on a straight line.
const CURVED_STEPS: f64 = 3.0;
/// The share of a panel next to hi, 1 in so many, over which the singular start follows a curve.
const SINGULAR_SHARE: f64 = 8.0;
/// Bisections of a step at most.
const FINEST: u32 = 10;

/// Integrates the equation from `b` down to `a`, which must lie in one panel with this D.
pub(crate) fn across(a: &CostPoint, b: &CostPoint, discount: f64, law: &dyn CostLaw, rivalry: &Rivalry) -> Passage {
    match rivalry.risk {
        RiskAversion::Neutral | RiskAversion::Crra { .. } => linear(a, b, Fall::Straight, law, rivalry.felt()),
        RiskAversion::Cara { .. } => {
            let tilt = rivalry.risk.tilt(discount, Fall::Straight);
            tilted(a, b, tilt, law, &rivalry.competition)
        }
    }
}

/// [`across`] a panel on which v is a curve, with D in what is gained.
pub(crate) fn along(a: &CostPoint, b: &CostPoint, fall: Fall<'_>, law: &dyn CostLaw, rivalry: &Rivalry) -> Passage {
    if matches!(rivalry.risk, RiskAversion::Cara { .. }) {
        return tilted(a, b, rivalry.risk.tilt(1.0, fall), law, &rivalry.competition);
    }
    let felt = rivalry.felt();
    let width = b.cost - a.cost;
    if felt.certain_rivals() > 0.0 && b.cost >= law.upper() && width > 0.0 {
        // The singular start takes D as a polynomial: only a short stretch of it.
        let middle = CostPoint::at(b.cost - width / SINGULAR_SHARE, law, rivalry);
        if middle.cost > a.cost && middle.cost < b.cost {
            let start = linear(&middle, b, fall, law, felt);
            return start.then(linear(a, &middle, fall, law, felt));
        }
    }
    linear(a, b, fall, law, felt)
}

/// In the shading itself; Q as bidders feel it.
fn linear(a: &CostPoint, b: &CostPoint, fall: Fall<'_>, law: &dyn CostLaw, felt: &Competition) -> Passage {
    if felt.certain_rivals() > 0.0 && b.cost >= law.upper() {
        return Passage::linear(0.0, singular(law.upper() - a.cost, None, fall, law, felt));
    }
    let values = fall;
    let fall = a.log_felt - b.log_felt;
    let mut cuts = vec![a.cost];
    let mut steps = 1.0;
    while steps * STEP_LOG < fall.min(NEGLIGIBLE_LOG) {
        let left = cuts[cuts.len() - 1];
        cuts.push(fallen(left, b.cost, a.log_felt - steps * STEP_LOG, law, felt));
        steps += 1.0;
    }
    let mut total = if fall <= NEGLIGIBLE_LOG {
        cuts.push(b.cost);
        Passage::none()
    } else {
        // What happens further right has been forgotten by a factor e^−40: start from β′ = v′.
        let cost = cuts[cuts.len() - 1];
        Passage::linear(0.0, values.rate(cost) / felt.rival_rate(law, cost))
    };
    for pair in cuts.windows(2).rev() {
        for &(left, right) in smooth(pair[0], pair[1], law).iter().rev() {
            if values.is_curved() {
                // A curve is a polynomial of higher degree than a step's: so many steps instead of one.
                let width = (right - left) / CURVED_STEPS;
                let mut end = right;
                for j in (0..CURVED_STEPS as u32).rev() {
                    let start = left + width * f64::from(j);
                    total = total.then(step(start, end, values, law, felt));
                    end = start;
                }
            } else {
                total = total.then(step(left, right, values, law, felt));
            }
        }
    }
    total
}

/// In U = u(v − β), U′ = D − (aD + h) U in the distance from the right end, h = |Q′/Q|; `tilt` is aD. Its complement
/// m = 1 − aU satisfies m′ = h − (aD + h) m. Both are followed, as [`Passage`] says.
fn tilted(a: &CostPoint, b: &CostPoint, tilt: Tilt<'_>, law: &dyn CostLaw, competition: &Competition) -> Passage {
    let width = b.cost - a.cost;
    if width <= 0.0 {
        return Passage::none();
    }
    if a.log_rivals == b.log_rivals {
        // Nobody outbids her, and nothing is forgotten.
        let exponent = tilt.exponent(a.cost, b.cost);
        return Passage::tilted(-exponent, tilt.gained_alone(a.cost, b.cost), f64::NEG_INFINITY);
    }
    let singular_end = competition.certain_rivals() > 0.0 && b.cost >= law.upper();
    let steepest = tilt.rate(a.cost);
    let curved = tilt.fall().is_curved();
    // The singular start is a polynomial in aD s, and takes D as one.
    let end = if singular_end {
        let share = if curved { SINGULAR_SHARE } else { 1.0 };
        a.cost.max(b.cost - (1.0 / steepest).min(width / share))
    } else {
        b.cost
    };
    let near = a.cost + width.min(1.0 / steepest) * 0.5;
    let forgotten = NEGLIGIBLE_LOG + (steepest / rate(near, law, competition)).ln_1p();
    let mut cuts = vec![a.cost];
    let mut left = a.cost;
    while left < end && a.log_rivals - log_rivals(left, law, competition) + tilt.exponent(a.cost, left) <= forgotten {
        let fallen_by = a.log_rivals - log_rivals(left, law, competition);
        let mut right = fallen(
            left,
            b.cost,
            a.log_rivals - fallen_by - TILTED_STEP_LOG,
            law,
            competition,
        )
        .min(end);
        let here = tilt.rate(left);
        if here * (right - left) > TILTED_STEP_LOG {
            right = left + TILTED_STEP_LOG / here;
        }
        if curved {
            // A curve is a polynomial of higher degree than a step's.
            right = right.min(left + width / CURVED_STEPS);
        }
        left = right.max(left.next_up()).min(end);
        cuts.push(left);
    }
    let mut total = if left < end {
        let rate = competition.rival_rate(law, left);
        let total = tilt.rate(left) + rate;
        Passage::tilted(f64::NEG_INFINITY, tilt.weight(left) / total, (rate / total).ln())
    } else if singular_end {
        let gained = singular(law.upper() - end, Some(tilt), tilt.fall(), law, competition);
        Passage::tilted(f64::NEG_INFINITY, gained, (1.0 - tilt.scale() * gained).ln())
    } else {
        Passage::none()
    };
    if a.cost <= law.lower() && law.lower_order().fract() != 0.0 {
        crowd(&mut cuts);
    }
    for pair in cuts.windows(2).rev() {
        for &(left, right) in smooth(pair[0], pair[1], law).iter().rev() {
            total = total.then(tilted_step(left, right, tilt, law, competition));
        }
    }
    total
}

/// Cuts the first step at points that crowd its left end: there |Q′/Q| ~ (θ − lo)^{a − 1} is no polynomial, and where
/// shadings are many times 1/aversion its integral is wanted relative to itself.
fn crowd(cuts: &mut Vec<f64>) {
    if let [left, right, ..] = cuts[..] {
        let between = (1..=CROWDED).rev().map(|k| left + (right - left) * 0.25_f64.powi(k));
        cuts.splice(1..1, between.filter(|cost| *cost > left));
    }
}

fn log_rivals(cost: f64, law: &dyn CostLaw, competition: &Competition) -> f64 {
    competition.log_rivals_above(&Tail::at(law, cost))
}

/// Steps between two costs over which f is smooth, increasing.
fn smooth(left: f64, right: f64, law: &dyn CostLaw) -> Vec<(f64, f64)> {
    let mut ends = Vec::new();
    smooth_steps(left, right, law, FINEST, &mut ends);
    let lefts = std::iter::once(left).chain(ends.iter().copied());
    lefts.zip(ends.iter().copied()).collect()
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
pub(super) fn infinite_density_near(left: f64, right: f64, law: &dyn CostLaw) -> bool {
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

/// One collocation step over [left, right], for u = β − v(right): u′ = h (v(right − s) − v(right) − u) in the distance s
/// from the right, where the values' difference is D s on a straight line.
fn step(left: f64, right: f64, values: Fall<'_>, law: &dyn CostLaw, competition: &Competition) -> Passage {
    let width = right - left;
    if width <= 0.0 {
        return Passage::none();
    }
    let nodes = collocation::nodes();
    let (rates, target) = if infinite_density_near(left, right, law) {
        // There the rate is not smooth in θ, and next to hi costs are too coarse: use F as the variable.
        let total = law.cdf(left) - law.cdf(right);
        let mut rates = [0.0; collocation::STAGES];
        let mut distances = [0.0; collocation::STAGES];
        for (i, (cost, survival)) in by_quantile(left, right, law).into_iter().enumerate() {
            rates[i] = -total * competition.rival_hazard(survival);
            distances[i] = right - cost;
        }
        (rates, values.over_each(right, &distances))
    } else {
        (
            nodes.map(|node| width * rate(right - width * node, law, competition)),
            values.over_each(right, &nodes.map(|node| width * node)),
        )
    };
    let (decay, drawn) = collocation::step(&rates, &target);
    Passage::linear(decay, values.over(right, width) - drawn)
}

/// Costs and S at collocation nodes equally placed in F, from the right end.
fn by_quantile(left: f64, right: f64, law: &dyn CostLaw) -> [(f64, f64); collocation::STAGES] {
    let (from, to) = (law.cdf(right), law.cdf(left));
    let (from_above, to_above) = (law.survival(right), law.survival(left));
    collocation::nodes().map(|node| {
        let cdf = from + node * (to - from);
        let survival = from_above + node * (to_above - from_above);
        let cost = if cdf <= 0.5 {
            law.quantile(cdf)
        } else {
            law.upper_quantile(survival)
        };
        (cost, survival)
    })
}

/// |Q′/Q|, at an end of the support (to which a node may be rounded) that of the next cost inside.
fn rate(cost: f64, law: &dyn CostLaw, competition: &Competition) -> f64 {
    let inside = cost.max(law.lower().next_up()).min(law.upper().next_down());
    competition.rival_rate(law, inside)
}

/// dθ/dF at the nodes, scaled so that the step has its length; the length itself where F does not vary.
fn lengths(width: f64, slopes: [f64; collocation::STAGES]) -> [f64; collocation::STAGES] {
    let mean = collocation::mean(&slopes);
    if mean > 0.0 && mean.is_finite() {
        slopes.map(|slope| slope / mean * width)
    } else {
        [width; collocation::STAGES]
    }
}

/// One collocation step over [left, right] for U and m.
fn tilted_step(left: f64, right: f64, tilt: Tilt<'_>, law: &dyn CostLaw, competition: &Competition) -> Passage {
    let width = right - left;
    if width <= 0.0 {
        return Passage::none();
    }
    // Lengths of the nodes' pieces in θ, and |Q′/Q| times them.
    let (costs, lengths, hazards) = if infinite_density_near(left, right, law) {
        let mass = law.cdf(right) - law.cdf(left);
        let places = by_quantile(left, right, law);
        (
            places.map(|(cost, _)| cost),
            lengths(width, places.map(|(cost, _)| 1.0 / law.pdf(cost, Side::Right))),
            places.map(|(_, survival)| mass * competition.rival_hazard(survival)),
        )
    } else {
        let costs = collocation::nodes().map(|node| right - width * node);
        (
            costs,
            [width; collocation::STAGES],
            costs.map(|cost| width * rate(cost, law, competition)),
        )
    };
    let falls: [f64; collocation::STAGES] = std::array::from_fn(|i| tilt.weight(costs[i]) * lengths[i]);
    let rates = std::array::from_fn(|i| tilt.scale() * falls[i] + hazards[i]);
    let (decay, [gained, outbid]) = collocation::relax(&rates, [&falls, &hazards]);
    Passage::tilted(decay.max(0.0).ln(), gained, outbid.max(0.0).ln())
}

/// What is gained over `width` below the highest cost, where Q vanishes: y = s g with g(0) = D/(1 + κ), κ = b (n − 1),
/// S ~ s^b; `tilt` adds aD to |Q′/Q|.
fn singular(width: f64, tilt: Option<Tilt<'_>>, values: Fall<'_>, law: &dyn CostLaw, competition: &Competition) -> f64 {
    let upper = law.upper();
    let limit = law.upper_order() * competition.certain_rivals();
    let p = collocation::singular_nodes().map(|node| {
        let cost = upper - width * node;
        // The distance as rounded: next to hi, s and S must belong to the same cost.
        let distance = upper - cost;
        let value = distance * competition.rival_rate(law, cost);
        let value = if distance > 0.0 && value.is_finite() {
            value
        } else {
            limit
        };
        value + tilt.map_or(0.0, |tilt| tilt.rate(cost)) * distance
    });
    let d = collocation::singular_nodes().map(|node| values.rate(upper - width * node));
    width * collocation::singular_start(&p, &d)
}
