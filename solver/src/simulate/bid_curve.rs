//! A bid function tabulated for fast evaluation: cubic Hermite pieces with the slopes of the first-order condition.

use super::play::{Bidder, Terms};
use crate::auction::CurvePoint;

/// β and v at any cost up to the marginal type's.
#[derive(Debug, Clone)]
pub(super) struct BidCurve {
    points: Vec<CurvePoint>,
    pub terms: Terms,
}

impl BidCurve {
    pub fn new(points: Vec<CurvePoint>, terms: Terms) -> Self {
        Self { points, terms }
    }

    /// Fills in values and bids.
    pub fn bid(&self, bidders: &mut [Bidder]) {
        for one in bidders {
            (one.value, one.bid) = self.at(one.cost);
        }
    }

    /// (v(θ), β(θ)); a cost above the marginal type's counts as hers.
    pub fn at(&self, cost: f64) -> (f64, f64) {
        let last = self.points.len() - 1;
        let right = self.points.partition_point(|p| p.cost < cost).clamp(1.min(last), last);
        let (b, a) = (&self.points[right], &self.points[right.saturating_sub(1)]);
        let width = b.cost - a.cost;
        if width <= 0.0 {
            return (b.value, b.bid);
        }
        let share = ((cost - a.cost) / width).clamp(0.0, 1.0);
        let value = a.value + share * (b.value - a.value);
        (value, hermite(a, b, width, share))
    }
}

/// The cubic through both points with their slopes; a straight line where a slope is infinite (densities that are).
fn hermite(a: &CurvePoint, b: &CurvePoint, width: f64, share: f64) -> f64 {
    let rise = b.bid - a.bid;
    let (from, to) = (a.slope_right * width, b.slope_left * width);
    // Slopes steeper than three times the chord would overshoot: no bid function turns (Fritsch and Carlson 1980).
    let steepest = 3.0 * rise.abs();
    if !(from.abs() <= steepest && to.abs() <= steepest) {
        return a.bid + share * rise;
    }
    let rest = 1.0 - share;
    a.bid + rise * share * share * (3.0 - 2.0 * share) + share * rest * (from * rest - to * share)
}

#[cfg(test)]
mod tests {
    use super::{BidCurve, Terms};
    use crate::auction::CurvePoint;

    #[test]
    fn cubics_are_reproduced() {
        let f = |x: f64| 2.0 - x - 0.1 * x * x * x;
        let slope = |x: f64| -1.0 - 0.3 * x * x;
        let points = [0.0, 0.4, 1.0]
            .into_iter()
            .map(|cost| CurvePoint {
                cost,
                value: 3.0 - cost,
                bid: f(cost),
                slope_left: slope(cost),
                slope_right: slope(cost),
            })
            .collect();
        let everybody = Terms {
            participating: 1.0,
            entry: 1.0,
            reserve: 0.0,
        };
        let curve = BidCurve::new(points, everybody);
        for cost in [0.0, 0.1, 0.4, 0.77, 1.0] {
            let (value, bid) = curve.at(cost);
            assert!((value - (3.0 - cost)).abs() < 1e-15);
            assert!((bid - f(cost)).abs() < 1e-15, "{cost}: {bid} {}", f(cost));
        }
    }
}
