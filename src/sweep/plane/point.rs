//! A point of a boundary, and the curves made of such points.

/// A point of a boundary, in the units of the two parameters, and how closely it is bracketed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// First parameter.
    pub x: f64,
    /// Second parameter.
    pub y: f64,
    /// The boundary crosses the line of constant `y` no further than this from `x`, in the unit of `x`; 0 where it was
    /// not searched along `x`.
    pub x_half_width: f64,
    /// The boundary crosses the line of constant `x` no further than this from `y`, in the unit of `y`; 0 where it was
    /// not searched along `y`.
    pub y_half_width: f64,
}

impl Point {
    /// A point known exactly, such as a corner of the rectangle.
    pub(super) fn exact(x: f64, y: f64) -> Self {
        Self {
            x,
            y,
            x_half_width: 0.0,
            y_half_width: 0.0,
        }
    }

    /// The point mirrored at the diagonal: parameters exchanged.
    pub(super) fn transposed(self) -> Self {
        Self {
            x: self.y,
            y: self.x,
            x_half_width: self.y_half_width,
            y_half_width: self.x_half_width,
        }
    }
}

/// A curve that separates inside from outside; the inside is on its left (`y` upwards).
#[derive(Debug, Clone, PartialEq)]
pub struct Polyline {
    /// Its points in order, at least two; a closed curve repeats its first point at the end.
    pub points: Vec<Point>,
}

impl Polyline {
    /// Whether it ends where it begins.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.points.len() > 2 && self.points.first() == self.points.last()
    }
}
