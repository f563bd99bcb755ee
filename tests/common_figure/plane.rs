//! From the data to the canvas and back, without the help of the code that draws.

use etm::figure::{Axis, Panel, Scale};

use super::drawing::{Area, DrawnPanel};

/// A hundredth of a point, and the rounding of the frame.
pub const UNIT: f64 = 1.01;

/// A pair of axes and the frame they are drawn in.
pub struct Plane<'a> {
    x: &'a Axis,
    y: &'a Axis,
    frame: Area,
}

impl<'a> Plane<'a> {
    pub fn of(panel: &'a Panel, drawn: &DrawnPanel) -> Self {
        assert_eq!(
            (panel.x.range, panel.y.range),
            (drawn.x_range, drawn.y_range),
            "ranges of {}",
            panel.name
        );
        Self {
            x: &panel.x,
            y: &panel.y,
            frame: drawn.frame,
        }
    }

    /// Where a point of the data should be drawn.
    pub fn canvas(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let Area { left, bottom, .. } = self.frame;
        (
            left + self.frame.width() * share(self.x, x),
            bottom - self.frame.height() * share(self.y, y),
        )
    }

    /// Which point of the data a point of the canvas stands for.
    pub fn data(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let Area { left, bottom, .. } = self.frame;
        (
            at(self.x, (x - left) / self.frame.width()),
            at(self.y, (bottom - y) / self.frame.height()),
        )
    }

    /// Fails unless a path runs through these points of the data in order and through no others, each within a
    /// hundredth of a point.
    pub fn runs_through(&self, what: &str, path: &[(f64, f64)], expected: &[(f64, f64)]) {
        let expected: Vec<_> = expected.iter().map(|point| self.canvas(*point)).collect();
        let mut next = 0;
        for point in &expected {
            let found = path[next..].iter().position(|drawn| near(*drawn, *point));
            let found = found.unwrap_or_else(|| panic!("{what}: {point:?} is not on the path after {:?}", path[next]));
            next += found;
        }
        for drawn in path {
            assert!(
                expected.iter().any(|point| near(*drawn, *point)),
                "{what}: {drawn:?} is on the path, near {:?}, but not expected",
                self.data(*drawn)
            );
        }
        assert!(near(path[0], expected[0]), "{what}: starts elsewhere");
        assert!(
            near(path[path.len() - 1], expected[expected.len() - 1]),
            "{what}: ends elsewhere"
        );
    }

    /// Fails unless a rectangle is drawn between two corners of the data.
    pub fn spans(&self, what: &str, drawn: Area, a: (f64, f64), b: (f64, f64)) {
        let expected = Area::around([self.canvas(a), self.canvas(b)]).expect("corners");
        let gaps = [
            drawn.left - expected.left,
            drawn.top - expected.top,
            drawn.right - expected.right,
            drawn.bottom - expected.bottom,
        ];
        assert!(
            gaps.iter().all(|gap| gap.abs() <= UNIT),
            "{what}: {drawn:?} instead of {expected:?}"
        );
    }

    /// Whether a point of the data lies in one of these rectangles.
    pub fn covered(&self, rectangles: &[Area], point: (f64, f64)) -> bool {
        let (x, y) = self.canvas(point);
        let inside = |area: &Area| area.left < x && x < area.right && area.top < y && y < area.bottom;
        rectangles.iter().any(inside)
    }
}

fn near(a: (f64, f64), b: (f64, f64)) -> bool {
    (a.0 - b.0).abs() <= UNIT && (a.1 - b.1).abs() <= UNIT
}

fn share(axis: &Axis, x: f64) -> f64 {
    let (from, to) = axis.range;
    match axis.scale {
        Scale::Linear => (x - from) / (to - from),
        Scale::Log => (x.log10() - from.log10()) / (to.log10() - from.log10()),
    }
}

fn at(axis: &Axis, share: f64) -> f64 {
    let (from, to) = axis.range;
    match axis.scale {
        Scale::Linear => from + share * (to - from),
        Scale::Log => 10f64.powf(from.log10() + share * (to.log10() - from.log10())),
    }
}
