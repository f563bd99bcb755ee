//! A parameter that varies.

use crate::spec::{Scalar, Setting};

/// The value of a parameter at a point.
pub type AxisValue = Scalar;

/// What the values of an axis are, for those who draw it or look between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisKind {
    /// Numbers, between which there are others; `log` where they stand in even ratios.
    Continuous {
        /// Whether even ratios are even steps.
        log: bool,
    },
    /// Whole numbers: there is nothing between two neighbours, because the key takes no other numbers.
    Whole,
    /// Words, or words and numbers: no order.
    Words,
}

/// One parameter of a sweep with its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The key of the market file, as after `--set`.
    pub key: String,
    /// A key that is set to one minus the value.
    pub complement: Option<String>,
    /// The values in the order of the file, at least one, none twice.
    pub values: Vec<AxisValue>,
    /// What they are.
    pub kind: AxisKind,
    /// Its name in figures.
    pub label: Option<String>,
}

impl Axis {
    /// The settings of the market at one of its values, which need not be in the list.
    pub(crate) fn settings(&self, value: &AxisValue) -> impl Iterator<Item = Setting> + use<> {
        let own = Setting {
            key: self.key.clone(),
            value: value.clone(),
        };
        let other = self.complement.as_ref().zip(value.number()).map(|(key, x)| Setting {
            key: key.clone(),
            value: (1.0 - x).into(),
        });
        std::iter::once(own).chain(other)
    }
}

/// `count` numbers from one end to the other, evenly spaced; both ends exact.
pub(super) fn linear(from: f64, to: f64, count: u64) -> Vec<AxisValue> {
    let last = (count - 1) as f64;
    // A weighted mean of the ends: their difference may overflow.
    between(from, to, count, |k| from * ((last - k) / last) + to * (k / last))
}

/// `count` numbers above 0 in even ratios; both ends exact.
pub(super) fn log(from: f64, to: f64, count: u64) -> Vec<AxisValue> {
    let last = (count - 1) as f64;
    between(from, to, count, |k| {
        (from.ln() * ((last - k) / last) + to.ln() * (k / last)).exp()
    })
}

/// Every `step`-th whole number from one end, as far as the other.
pub(super) fn whole(from: u64, to: u64, step: u64) -> impl Iterator<Item = AxisValue> {
    let count = if to < from { 0 } else { (to - from) / step + 1 };
    (0..count).map(move |k| ((from + k * step) as f64).into())
}

fn between(from: f64, to: f64, count: u64, inner: impl Fn(f64) -> f64) -> Vec<AxisValue> {
    (0..count)
        .map(|k| match k {
            0 => from,
            _ if k + 1 == count => to,
            _ => tidy(inner(k as f64)),
        })
        .map(AxisValue::from)
        .collect()
}

/// The number to fifteen digits: 0.81 rather than 0.8100000000000001.
fn tidy(x: f64) -> f64 {
    format!("{x:.14e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[AxisValue]) -> Vec<f64> {
        values.iter().filter_map(AxisValue::number).collect()
    }

    #[test]
    fn steps_are_even_and_ends_exact() {
        let grid = numbers(&linear(0.8, 1.0, 21));
        assert_eq!((grid[0], grid[1], grid[20]), (0.8, 0.81, 1.0));
        assert_eq!(numbers(&linear(1.0, 0.0, 3)), [1.0, 0.5, 0.0]);
        assert_eq!(numbers(&log(0.001, 0.1, 3)), [0.001, 0.01, 0.1]);
        assert_eq!(numbers(&whole(1, 6, 2).collect::<Vec<_>>()), [1.0, 3.0, 5.0]);
        assert_eq!(whole(2, 1, 1).count(), 0);
    }

    #[test]
    fn ends_far_apart_do_not_overflow() {
        assert_eq!(numbers(&linear(-1.7e308, 1.7e308, 3)), [-1.7e308, 0.0, 1.7e308]);
    }
}
