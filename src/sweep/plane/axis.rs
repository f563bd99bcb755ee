//! One axis of the plane: where the function is known, and where the middle between two values is.

use std::fmt;

/// How an axis runs between its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    /// Continuous; the middle is the arithmetic one.
    Linear,
    /// Continuous and positive; the middle is the geometric one.
    Logarithmic,
    /// Only the listed integers exist. The function counts as constant half-way to the neighbours and is never
    /// evaluated in between.
    Whole,
}

/// Increasing values of one parameter, at least two, in the parameter's own unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    values: Vec<f64>,
    spacing: Spacing,
}

/// Why values make no axis. `index` counts from 0.
#[derive(Debug, Clone, PartialEq)]
pub enum AxisError {
    /// Fewer than two values.
    TooFew {
        /// How many there are.
        found: usize,
    },
    /// A value that is infinite or not a number.
    NotFinite {
        /// Its place.
        index: usize,
    },
    /// A value that does not exceed the one before it.
    NotIncreasing {
        /// The place of the later value.
        index: usize,
        /// The later value.
        value: f64,
    },
    /// A value of a logarithmic axis that is zero or negative.
    NotPositive {
        /// Its place.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A value of a whole axis that is no integer.
    NotWhole {
        /// Its place.
        index: usize,
        /// The value.
        value: f64,
    },
}

impl fmt::Display for AxisError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { found } => write!(out, "an axis needs at least 2 values, and has {found}"),
            Self::NotFinite { index } => write!(out, "value {index} of an axis is not a finite number"),
            Self::NotIncreasing { index, value } => write!(
                out,
                "value {index} of an axis is {value}, and must be greater than the one before it"
            ),
            Self::NotPositive { index, value } => write!(
                out,
                "value {index} of a logarithmic axis is {value}, and must be greater than 0"
            ),
            Self::NotWhole { index, value } => {
                write!(out, "value {index} of a whole axis is {value}, and must be an integer")
            }
        }
    }
}

impl std::error::Error for AxisError {}

impl Axis {
    /// An axis through these values.
    ///
    /// # Errors
    /// Fewer than two values, or values that are not finite, not increasing, not positive on a logarithmic axis or
    /// not integers on a whole one.
    pub fn new(values: Vec<f64>, spacing: Spacing) -> Result<Self, AxisError> {
        if values.len() < 2 {
            return Err(AxisError::TooFew { found: values.len() });
        }
        for (index, &value) in values.iter().enumerate() {
            if !value.is_finite() {
                return Err(AxisError::NotFinite { index });
            }
            if spacing == Spacing::Logarithmic && value <= 0.0 {
                return Err(AxisError::NotPositive { index, value });
            }
            if spacing == Spacing::Whole && value.fract() != 0.0 {
                return Err(AxisError::NotWhole { index, value });
            }
            if index > 0 && value <= values[index - 1] {
                return Err(AxisError::NotIncreasing { index, value });
            }
        }
        Ok(Self { values, spacing })
    }

    /// The values, increasing.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// How it runs between them.
    #[must_use]
    pub fn spacing(&self) -> Spacing {
        self.spacing
    }

    /// The extent of the rectangle along this axis: the outermost values, or on a whole axis half a cell beyond.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        let borders = self.borders();
        (borders[0], borders[borders.len() - 1])
    }

    /// The values themselves on a continuous axis; on a whole axis the `n + 1` borders of its `n` cells.
    pub(super) fn borders(&self) -> Vec<f64> {
        if self.spacing != Spacing::Whole {
            return self.values.clone();
        }
        let v = &self.values;
        let last = v.len() - 1;
        let mut borders = vec![v[0] - (v[1] - v[0]) / 2.0];
        borders.extend(v.windows(2).map(|pair| pair[0] + (pair[1] - pair[0]) / 2.0));
        borders.push(v[last] + (v[last] - v[last - 1]) / 2.0);
        borders
    }

    pub(super) fn is_whole(&self) -> bool {
        self.spacing == Spacing::Whole
    }

    /// The value the share `t` of the way from `a` to `b`, in the axis's own scale.
    pub(super) fn between(&self, a: f64, b: f64, t: f64) -> f64 {
        let value = match self.spacing {
            Spacing::Logarithmic => a * (t * (b.ln() - a.ln())).exp(),
            Spacing::Linear | Spacing::Whole => a + (b - a) * t,
        };
        // Rounding in the exponential may step over an end, and the bracket would no longer hold the crossing.
        value.clamp(a, b)
    }

    /// Where `x` lies between the first value (0) and the last (1), in the axis's own scale.
    pub(super) fn unit(&self, x: f64) -> f64 {
        let (first, last) = (self.values[0], self.values[self.values.len() - 1]);
        match self.spacing {
            Spacing::Logarithmic => (x.ln() - first.ln()) / (last.ln() - first.ln()),
            Spacing::Linear | Spacing::Whole => (x - first) / (last - first),
        }
    }

    /// The value at `position` when there are `scale` units between any two neighbours; from 0 to the last value's.
    ///
    /// `scale` is a power of two, so that a point has the same bits whichever edge it was reached along.
    pub(super) fn subdivided(&self, position: f64, scale: usize) -> f64 {
        let place = position / scale as f64;
        let (cell, share) = (place.floor(), place.fract());
        if share <= 0.0 {
            return self.values[cell as usize];
        }
        self.between(self.values[cell as usize], self.values[cell as usize + 1], share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_with_their_place() {
        use Spacing::{Linear, Logarithmic, Whole};
        assert_eq!(Axis::new(vec![1.0], Linear), Err(AxisError::TooFew { found: 1 }));
        assert_eq!(
            Axis::new(vec![1.0, f64::NAN], Linear),
            Err(AxisError::NotFinite { index: 1 })
        );
        assert_eq!(
            Axis::new(vec![1.0, 1.0], Linear),
            Err(AxisError::NotIncreasing { index: 1, value: 1.0 })
        );
        assert_eq!(
            Axis::new(vec![0.0, 1.0], Logarithmic),
            Err(AxisError::NotPositive { index: 0, value: 0.0 })
        );
        assert_eq!(
            Axis::new(vec![1.0, 2.5], Whole),
            Err(AxisError::NotWhole { index: 1, value: 2.5 })
        );
    }

    #[test]
    fn whole_cells_reach_half_way() {
        let axis = Axis::new(vec![1.0, 2.0, 6.0], Spacing::Whole).unwrap();
        assert_eq!(axis.borders(), [0.5, 1.5, 4.0, 8.0]);
        assert_eq!(axis.range(), (0.5, 8.0));
    }

    #[test]
    fn the_middle_of_a_logarithmic_axis_is_geometric() {
        let axis = Axis::new(vec![1.0, 100.0], Spacing::Logarithmic).unwrap();
        assert!((axis.between(1.0, 100.0, 0.5) - 10.0).abs() < 1e-12);
        assert!((axis.unit(10.0) - 0.5).abs() < 1e-15);
        assert!((axis.subdivided(1.0, 2) - 10.0).abs() < 1e-12);
    }
}
