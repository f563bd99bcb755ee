//! An axis: what it measures, from where to where.

use super::label::Label;

/// One axis of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it measures, with symbol and unit.
    pub label: Label,
    /// Its ends, increasing and finite; positive on a logarithmic scale.
    pub range: (f64, f64),
    /// How numbers are spaced.
    pub scale: Scale,
    /// Where it is marked.
    pub ticks: Ticks,
}

/// How numbers are spaced along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// By ratio.
    Log,
}

/// Where an axis is marked.
#[derive(Debug, Clone, PartialEq)]
pub enum Ticks {
    /// At round numbers.
    Numbers,
    /// At whole numbers.
    Whole,
    /// At given places, with words.
    Named(Vec<(f64, Label)>),
    /// Nowhere.
    None,
}

/// The share of the data's span left free at each end of an axis.
const MARGIN: f64 = 0.04;
/// From this ratio on of the largest to the smallest positive number an axis is logarithmic.
const LOG_RATIO: f64 = 50.0;

impl Axis {
    /// An axis over exactly this range.
    #[must_use]
    pub fn new(label: impl Into<Label>, from: f64, to: f64) -> Self {
        let (from, to) = widened(from, to);
        Self {
            label: label.into(),
            range: (from, to),
            scale: Scale::Linear,
            ticks: Ticks::Numbers,
        }
    }

    /// An axis that shows all finite ones of these numbers with a margin; from 0 to 1 if there are none.
    #[must_use]
    pub fn around(label: impl Into<Label>, numbers: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = ends(numbers);
        let margin = MARGIN * (high - low);
        Self::new(label, low - margin, high + margin)
    }

    /// As [`around`](Self::around), starting at 0 exactly where no number is negative.
    #[must_use]
    pub fn from_zero(label: impl Into<Label>, numbers: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = ends(numbers);
        let (low, high) = (low.min(0.0), high.max(0.0));
        if low >= 0.0 && high <= 0.0 {
            // Nothing but zeros: no negative numbers either.
            return Self::new(label, 0.0, 1.0);
        }
        let margin = MARGIN * (high - low);
        let from = if low < 0.0 { low - margin } else { 0.0 };
        Self::new(label, from, high + margin)
    }

    /// The slots 0 to `maturity`, each in the middle of a cell of width 1.
    #[must_use]
    pub fn slots(label: impl Into<Label>, maturity: usize) -> Self {
        let mut axis = Self::new(label, -0.5, maturity as f64 + 0.5);
        axis.ticks = Ticks::Whole;
        axis
    }

    /// Prizes: logarithmic where they are positive and span more than a factor of fifty.
    #[must_use]
    pub fn of_prizes(label: impl Into<Label>, prizes: &[f64]) -> Self {
        let (low, high) = ends(prizes.iter().copied());
        if low > 0.0 && high / low > LOG_RATIO {
            let margin = (high / low).powf(MARGIN);
            let mut axis = Self::new(label, low / margin, high * margin);
            axis.scale = Scale::Log;
            axis
        } else {
            Self::around(label, prizes.iter().copied())
        }
    }

    /// The same with other ticks.
    #[must_use]
    pub fn ticked(mut self, ticks: Ticks) -> Self {
        self.ticks = ticks;
        self
    }

    /// Where a number stands along the axis: 0 at its start, 1 at its end.
    #[must_use]
    pub fn position(&self, x: f64) -> f64 {
        let (from, to) = self.range;
        match self.scale {
            Scale::Linear => (x - from) / (to - from),
            Scale::Log => (x / from).ln() / (to / from).ln(),
        }
    }

    /// The number at a place along the axis: the inverse of [`position`](Self::position).
    #[must_use]
    pub fn number(&self, position: f64) -> f64 {
        let (from, to) = self.range;
        match self.scale {
            Scale::Linear => from + position * (to - from),
            Scale::Log => from * (to / from).powf(position),
        }
    }

    /// The number in the middle between two, as the eye sees it.
    #[must_use]
    pub fn between(&self, a: f64, b: f64) -> f64 {
        match self.scale {
            Scale::Linear => 0.5 * (a + b),
            Scale::Log => (a * b).sqrt(),
        }
    }
}

/// The least and the largest finite number; 0 and 1 if there is none.
fn ends(numbers: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let mut range: Option<(f64, f64)> = None;
    for x in numbers.into_iter().filter(|x| x.is_finite()) {
        range = Some(range.map_or((x, x), |(low, high)| (low.min(x), high.max(x))));
    }
    range.unwrap_or((0.0, 1.0))
}

/// A range with room in it, also around a single number.
fn widened(from: f64, to: f64) -> (f64, f64) {
    let scale = from.abs().max(to.abs());
    if to - from > 1e-9 * scale {
        return (from, to);
    }
    let middle = 0.5 * (from + to);
    // A number alone stands in the middle; numbers equal up to rounding are one.
    let half = if scale > 0.0 { 0.1 * scale } else { 0.5 };
    (middle - half, middle + half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_number_has_room() {
        let axis = Axis::around("x", [3.0]);
        assert!(axis.range.0 < 3.0 && axis.range.1 > 3.0);
        assert!((axis.position(3.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn wide_prizes_are_logarithmic() {
        assert_eq!(Axis::of_prizes("r", &[0.01, 2.0]).scale, Scale::Log);
        assert_eq!(Axis::of_prizes("r", &[0.0, 2.0]).scale, Scale::Linear);
        assert_eq!(Axis::of_prizes("r", &[1.0, 2.0]).scale, Scale::Linear);
    }
}
