//! Curves and regions of a function of two parameters, their boundaries located by bracketing and never by pixels.
//!
//! A [`Plane`] knows a function on a grid and can evaluate it in between. [`superlevel`] is the set where it is at least
//! a level, [`missing`] the set where it has no value. Both are a [`Region`]: closed rings, whose
//! [`boundary`](Region::boundary) are the curves between inside and outside.
//!
//! | axes | method | file |
//! |---|---|---|
//! | both continuous | marching squares on a grid that is split where the boundary turns | `contour`, `lattice` |
//! | one whole | intervals along the continuous axis, one column a whole value, merged into steps | `steps` |
//! | both whole | cells merged into steps | `steps` |
//!
//! Only what shows on the grid is found: a set that lies between grid points, or that leaves and returns within one edge,
//! is not. Same plane, same bytes, whatever the number of threads: what is evaluated in parallel is collected in order.

mod axis;
mod contour;
mod crossing;
mod lattice;
mod point;
mod probe;
mod region;
mod ring;
mod settings;
mod steps;
#[cfg(test)]
mod tests;

use std::fmt;

pub use axis::{Axis, AxisError, Spacing};
pub use point::{Point, Polyline};
use probe::{Probe, Rule};
pub use region::Region;
pub use ring::Ring;
pub use settings::Settings;

/// The level at which [`indicator`] separates true from false.
pub const VERDICT_LEVEL: f64 = 0.5;

/// A verdict as a function value: 1 for true, 0 for false, none where there is no verdict.
#[must_use]
pub fn indicator(verdict: Option<bool>) -> Option<f64> {
    verdict.map(|verdict| if verdict { 1.0 } else { 0.0 })
}

/// A function of two parameters, evaluated at (x, y) in the parameters' units; none (or NaN) where it has no value.
pub type Function<'a> = dyn Fn(f64, f64) -> Option<f64> + Sync + 'a;

/// Told the number of evaluations so far, after each one. Several threads call it, so that numbers may come out of order.
pub type Progress<'a> = dyn Fn(usize) + Sync + 'a;

/// A function of two parameters, known on a grid.
pub struct Plane<'a> {
    x: Axis,
    y: Axis,
    values: Vec<Option<f64>>,
    at: &'a Function<'a>,
    settings: Settings,
    progress: Option<&'a Progress<'a>>,
}

/// Why there is no plane.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaneError {
    /// The grid has another number of points than there are values.
    Shape {
        /// Points of the grid.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// A setting is outside its range.
    Setting {
        /// Its name.
        name: &'static str,
        /// What it was.
        value: f64,
        /// What it may be.
        allowed: &'static str,
    },
}

impl fmt::Display for PlaneError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape { expected, found } => {
                write!(out, "the grid has {expected} points, and {found} values were given")
            }
            Self::Setting { name, value, allowed } => {
                write!(out, "`{name}` is {value}, and must be {allowed}")
            }
        }
    }
}

impl std::error::Error for PlaneError {}

impl<'a> Plane<'a> {
    /// A plane with default [`Settings`]. `values` are row after row: the value at (`x[i]`, `y[j]`) is
    /// `values[j * x.len() + i]`, none (or NaN) where there is none. `at` must agree with them.
    ///
    /// # Errors
    /// A number of values that is not that of the grid's points.
    pub fn new(x: Axis, y: Axis, values: Vec<Option<f64>>, at: &'a Function<'a>) -> Result<Self, PlaneError> {
        let expected = x.values().len() * y.values().len();
        if values.len() != expected {
            let found = values.len();
            return Err(PlaneError::Shape { expected, found });
        }
        Ok(Self {
            x,
            y,
            values,
            at,
            settings: Settings::default(),
            progress: None,
        })
    }

    /// The same plane under other settings.
    ///
    /// # Errors
    /// A setting outside its range.
    pub fn with_settings(self, settings: Settings) -> Result<Self, PlaneError> {
        match settings.fault() {
            Some((name, value, allowed)) => Err(PlaneError::Setting { name, value, allowed }),
            None => Ok(Self { settings, ..self }),
        }
    }

    /// The same plane, telling `progress` of each evaluation.
    #[must_use]
    pub fn with_progress(self, progress: &'a Progress<'a>) -> Self {
        Self {
            progress: Some(progress),
            ..self
        }
    }

    /// The first parameter's axis.
    #[must_use]
    pub fn x(&self) -> &Axis {
        &self.x
    }

    /// The second parameter's axis.
    #[must_use]
    pub fn y(&self) -> &Axis {
        &self.y
    }

    fn value(&self, i: usize, j: usize) -> Option<f64> {
        self.values[j * self.x.values().len() + i]
    }
}

/// The set where the function is at least `level`, inside the rectangle of the axes. No value counts as outside.
///
/// Where cells or curves touch only at a corner, the set is not connected there if an axis is whole; if both are
/// continuous, the function's value in the middle of the cell decides.
#[must_use]
pub fn superlevel(plane: &Plane<'_>, level: f64) -> Region {
    region(plane, Rule::AtLeast(level))
}

/// The set where the function has no value, inside the rectangle of the axes.
#[must_use]
pub fn missing(plane: &Plane<'_>) -> Region {
    region(plane, Rule::Missing)
}

fn region(plane: &Plane<'_>, rule: Rule) -> Region {
    let probe = Probe::new(plane, rule);
    let rings = if plane.x.is_whole() || plane.y.is_whole() {
        steps::rings(&probe)
    } else {
        contour::rings(&probe)
    };
    Region {
        rings,
        evaluations: probe.count(),
    }
}
