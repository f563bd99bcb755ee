//! Where the cost axis is cut: until a Gauss rule resolves F and N, and where marginal revenue turns.

use super::panels::{CostPoint, integrals};
use super::risk::Rivalry;
use crate::cost::{CostLaw, Side};
use crate::numerics::optimum;

/// Relative agreement at which a panel is not split further; laws are evaluated to about 1e-15.
const RESOLVED: f64 = 5e-14;
/// The coarsest panels are this fraction of the support.
pub(super) const COARSEST: f64 = 0.125;
/// Bisections of a panel that touches neither end of the stretch it is cut from: a law is smooth there on the scale of
/// the sample types' distances, and what further bisection would resolve is the law's rounding.
const DEEPEST_INSIDE: u32 = 6;
/// The deepest bisection: panels of 2^−48 of the support, next to an end where F is not analytic.
pub(super) const DEEPEST: u32 = 48;
/// Steps a panel in the search for turns of the marginal revenue.
const TURN_STEPS: u32 = 8;

/// Bisection of one stretch between cuts; appends the right ends of the panels found.
pub(super) struct Bisection<'a> {
    pub law: &'a dyn CostLaw,
    pub rivalry: &'a Rivalry,
    pub ends: (f64, f64),
    pub resolved: &'a mut Vec<f64>,
    /// Whether Q is to be integrated too.
    pub bids: bool,
}

impl Bisection<'_> {
    /// Splits [a, b] until the rule agrees with itself on both halves.
    pub fn split(&mut self, a: f64, b: f64, depth: u32) {
        let middle = 0.5 * (a + b);
        let wide = b - a > COARSEST * (self.law.upper() - self.law.lower());
        let splittable = depth > 0 && middle > a && middle < b;
        if splittable && (wide || !self.resolves(a, middle, b)) {
            for (from, to) in [(a, middle), (middle, b)] {
                let touches = from == self.ends.0 || to == self.ends.1;
                let most = if touches { DEEPEST } else { DEEPEST_INSIDE };
                self.split(from, to, (depth - 1).min(most));
            }
        } else {
            self.resolved.push(b);
        }
    }

    fn resolves(&self, a: f64, middle: f64, b: f64) -> bool {
        let [left, centre, right] = [a, middle, b].map(|cost| CostPoint::at(cost, self.law, self.rivalry));
        agrees(&left, &centre, &right, self.law, self.rivalry, self.bids)
    }
}

fn agrees(
    left: &CostPoint,
    centre: &CostPoint,
    right: &CostPoint,
    law: &dyn CostLaw,
    rivalry: &Rivalry,
    bids: bool,
) -> bool {
    let range = law.upper() - law.lower();
    let whole = integrals(left, right, law, rivalry);
    let first = integrals(left, centre, law, rivalry);
    let second = integrals(centre, right, law, rivalry);
    let close = |x: f64, y: f64| (x - y).abs() <= RESOLVED * y.abs() + 1e-17 * range;
    close(whole.lowest, first.lowest + second.lowest)
        && close(whole.second, first.second + second.second)
        && (!bids || close(whole.shading, first.shading + first.decay * second.shading))
}

/// Costs inside the panels at which θ plus its markup turns, as far as a scan sees.
pub(super) fn turns(points: &[CostPoint], law: &dyn CostLaw, rivalry: &Rivalry) -> Vec<f64> {
    let height = |cost: f64| cost + rivalry.markup(law, cost, Side::Right);
    let mut turns = Vec::new();
    for pair in points.windows(2) {
        let (from, width) = (pair[0].cost, pair[1].cost - pair[0].cost);
        let stations: Vec<(f64, f64)> = (0..=TURN_STEPS)
            .map(|j| from + width * f64::from(j) / f64::from(TURN_STEPS))
            .map(|cost| (cost, height(cost)))
            .collect();
        for three in stations.windows(3) {
            let (rise, fall) = (three[1].1 - three[0].1, three[2].1 - three[1].1);
            let rounding = 1e-14 * three[1].1.abs();
            if rise * fall < 0.0 && rise.abs().min(fall.abs()) > rounding {
                let sign = rise.signum();
                let (turn, _) = optimum::local_maximum(three[0].0, three[2].0, |cost| sign * height(cost));
                turns.push(turn);
            }
        }
    }
    turns
}
