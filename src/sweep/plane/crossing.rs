//! Where the boundary crosses one edge of the grid.
//!
//! Between an inside end and an outside end the bracket is narrowed until it is as small as asked. Where both ends have
//! numbers the ITP rule (interpolate, truncate, project; Oliveira and Takahashi, 2020) chooses the next point: it stays
//! in the bracket, converges faster than bisection where the function is smooth, and never takes more than one step more
//! than bisection, whatever jumps there are. Where an end has no number, it is the middle.

use super::probe::Sample;
use super::settings::Settings;

/// A crossing along one axis, in that axis's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Crossing {
    /// Its lower bracket.
    pub low: f64,
    /// Its upper bracket.
    pub high: f64,
    /// The middle between them, in the axis's own scale.
    pub middle: f64,
}

impl Crossing {
    /// The crossing is no further than this from the middle.
    pub(super) fn half_width(&self) -> f64 {
        (self.middle - self.low).max(self.high - self.middle)
    }
}

/// The bracket, as shares of the way along the edge.
struct Bracket {
    ends: [f64; 2],
    samples: [Sample; 2],
}

impl Bracket {
    fn width(&self) -> f64 {
        self.ends[1] - self.ends[0]
    }

    fn middle(&self) -> f64 {
        self.ends[0] + self.width() / 2.0
    }

    /// The ITP point; `slack` is how far from the middle it may lie without spoiling the bound on the steps.
    fn next(&self, slack: f64) -> f64 {
        let middle = self.middle();
        let [Some(low), Some(high)] = self.samples.map(|sample| sample.excess) else {
            return middle;
        };
        let [a, b] = self.ends;
        let line = a + (b - a) * (low / (low - high));
        if !line.is_finite() {
            return middle;
        }
        let toward = (middle - line).signum();
        // Towards the middle by a little, so that both ends of the bracket move and not only one.
        let nudge = 0.2 * self.width() * self.width();
        let truncated = if nudge <= (middle - line).abs() {
            line + toward * nudge
        } else {
            middle
        };
        let slack = slack.max(0.0);
        let point = if (truncated - middle).abs() <= slack {
            truncated
        } else {
            middle - toward * slack
        };
        if point > a && point < b { point } else { middle }
    }
}

/// Brackets the crossing on an edge whose ends' `samples` differ.
///
/// `place` is the parameter the share t of the way along the edge; `extent` is the edge's length as a share of its axis.
pub(super) fn locate(
    place: impl Fn(f64) -> f64,
    extent: f64,
    samples: [Sample; 2],
    settings: &Settings,
    evaluate: impl Fn(f64) -> Sample,
) -> Crossing {
    let tolerance = settings.width / extent;
    let mut bracket = Bracket {
        ends: [0.0, 1.0],
        samples,
    };
    // Bisection would be within the tolerance after so many halvings; one step more may be spent on interpolation. A
    // hair less than that, or rounding costs another step at the end.
    let halvings = (-tolerance.log2()).ceil().max(0.0);
    let mut reach = tolerance * (halvings + 1.0).exp2() * (1.0 - 1e-9);
    for _ in 0..settings.steps {
        if bracket.width() <= tolerance {
            break;
        }
        let point = bracket.next((reach - bracket.width()) / 2.0);
        if point <= bracket.ends[0] || point >= bracket.ends[1] {
            break; // the numbers between the ends are used up
        }
        let sample = evaluate(place(point));
        let side = usize::from(sample.inside != bracket.samples[0].inside);
        bracket.ends[side] = point;
        bracket.samples[side] = sample;
        reach /= 2.0;
    }
    Crossing {
        low: place(bracket.ends[0]),
        high: place(bracket.ends[1]),
        middle: place(bracket.middle()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::axis::{Axis, Spacing};
    use super::*;
    use std::cell::Cell;

    fn run(f: impl Fn(f64) -> Option<f64>, spacing: Spacing, ends: [f64; 2]) -> (Crossing, usize) {
        let axis = Axis::new(ends.to_vec(), spacing).unwrap();
        let count = Cell::new(0);
        let sample = |x: f64| {
            count.set(count.get() + 1);
            let excess = f(x);
            Sample {
                inside: excess.is_some_and(|e| e >= 0.0),
                excess,
            }
        };
        let samples = ends.map(&sample);
        count.set(0);
        let place = |t| axis.subdivided(t, 1);
        (locate(place, 1.0, samples, &Settings::default(), sample), count.get())
    }

    #[test]
    fn smooth_functions_take_few_steps() {
        let (crossing, steps) = run(|x| Some(x * x - 0.3), Spacing::Linear, [0.0, 1.0]);
        let root = 0.3_f64.sqrt();
        assert!(crossing.low <= root && root <= crossing.high);
        assert!(crossing.half_width() <= 0.5e-6 + 1e-15);
        assert!(steps <= 10, "{steps} steps");
    }

    #[test]
    fn jumps_and_missing_ends_take_no_more_than_bisection_and_one() {
        let at = 0.123_456_789;
        let jump = |x: f64| Some(if x < at { -1e-9 } else { 1e9 });
        let missing = |x: f64| (x >= at).then_some(1.0);
        for (crossing, steps) in [
            run(jump, Spacing::Linear, [0.0, 1.0]),
            run(missing, Spacing::Linear, [0.0, 1.0]),
        ] {
            assert!(crossing.low < at && at <= crossing.high);
            assert!(crossing.high - crossing.low <= 1e-6 * (1.0 + 1e-9));
            assert!(steps <= 21, "{steps} steps");
        }
    }

    #[test]
    fn logarithmic_axes_are_bracketed_in_their_own_scale() {
        let (crossing, _) = run(|x| Some(x - 1e-3), Spacing::Logarithmic, [1e-6, 1e6]);
        assert!(crossing.low <= 1e-3 && 1e-3 <= crossing.high);
        assert!((crossing.high / crossing.low).ln() <= 1.001e-6 * 1e12_f64.ln());
    }
}
