//! Results along one axis of a sweep.

use crate::figure::axis::Axis;
use crate::figure::label::Label;
use crate::figure::layer::{Layer, Look, Shape, Tone};
use crate::figure::panel::{Figure, Panel};

/// More points than this on a curve show no signs.
const MOST_SIGNS: usize = 40;
/// More curves than this are told apart by their shade.
const MOST_FAMILY: usize = 6;

/// Curves over a common axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    /// Name of the figure's files.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// Its caption.
    pub caption: String,
    /// The axis swept along.
    pub x: Axis,
    /// What the curves measure, with unit.
    pub y_label: Label,
    /// Whether the vertical axis is logarithmic.
    pub y_log: bool,
    /// Name, label and points of each curve; `None` where there is no value.
    pub curves: Vec<Curve>,
}

/// One curve: its name for files, its legend entry, its points.
pub type Curve = (String, Label, Vec<(f64, Option<f64>)>);

impl Curves {
    /// The figure. A curve is interrupted where it has no value; a point alone is drawn as a sign.
    #[must_use]
    pub fn figure(&self) -> Figure {
        let drawn = |value: &f64| value.is_finite() && (!self.y_log || *value > 0.0);
        let values: Vec<f64> = self
            .curves
            .iter()
            .flat_map(|(_, _, points)| points.iter().filter_map(|(_, value)| *value))
            .filter(drawn)
            .collect();
        let mut panel = Panel::new("curves", self.x.clone(), self.axis(&values));
        if values.is_empty() {
            panel.message = Some("No point of the sweep has a value here.".to_owned());
        }
        for (index, (name, label, points)) in self.curves.iter().enumerate() {
            let pieces = pieces(points, &drawn);
            let mut look = self.look(index);
            if points.len() <= MOST_SIGNS {
                look = look.marked(index);
            } else if pieces.iter().any(|piece| piece.len() == 1) {
                // A point alone would be no line.
                look = look.marked(0);
            }
            let layer = Layer::new(name.clone(), Shape::Lines(pieces), look);
            // One curve is what the axis says.
            panel = panel.with(if self.curves.len() > 1 {
                layer.labelled(label.clone())
            } else {
                layer
            });
        }
        Figure::of_panels(&self.name, &self.title, self.caption.clone(), vec![panel])
    }

    fn look(&self, index: usize) -> Look {
        let count = self.curves.len();
        if count <= MOST_FAMILY {
            return Look::of_family(index);
        }
        // A family too large for names is ordered: from light to dark.
        Look::line(Tone::Shade(0.25 + 0.75 * index as f64 / (count - 1) as f64))
    }

    fn axis(&self, values: &[f64]) -> Axis {
        let label = self.y_label.clone();
        let all = values.iter().copied();
        if self.y_log && !values.is_empty() {
            let (low, high) = all.fold((f64::INFINITY, 0.0f64), |(low, high), x| (low.min(x), high.max(x)));
            let margin = (high / low).powf(0.04).max(1.1);
            let mut axis = Axis::new(label, low / margin, high * margin);
            axis.scale = crate::figure::Scale::Log;
            return axis;
        }
        let (low, high) = all.clone().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        // Zero is shown where it is not far away.
        if low >= 0.0 && low < 0.35 * high {
            Axis::from_zero(label, all)
        } else {
            Axis::around(label, all)
        }
    }
}

fn pieces(points: &[(f64, Option<f64>)], drawn: &dyn Fn(&f64) -> bool) -> Vec<Vec<(f64, f64)>> {
    points
        .split(|(_, value)| !value.is_some_and(|value| drawn(&value)))
        .map(|piece| piece.iter().filter_map(|(x, value)| Some((*x, (*value)?))).collect())
        .filter(|piece: &Vec<_>| !piece.is_empty())
        .collect()
}
