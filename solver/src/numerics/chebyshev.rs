//! Chebyshev series on the unit interval: functions known at a few points of a panel, with slope and integral.

use std::f64::consts::PI;
use std::sync::LazyLock;

use super::expansion::{clenshaw, clenshaw_at};

/// Points a panel; polynomials of degree 15.
pub(crate) const POINTS: usize = 16;

struct Tables {
    /// Roots of the Chebyshev polynomial, in (0, 1), increasing.
    points: [f64; POINTS],
    /// `transform[k][j]`: weight of the value at point j in coefficient k.
    transform: [[f64; POINTS]; POINTS],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let count = POINTS as f64;
    let angle = |j: usize| PI * (POINTS - 1 - j) as f64 / count + 0.5 * PI / count;
    Tables {
        points: std::array::from_fn(|j| 0.5 * (1.0 + angle(j).cos())),
        transform: std::array::from_fn(|k| {
            let weight = if k == 0 { 1.0 / count } else { 2.0 / count };
            std::array::from_fn(|j| weight * (k as f64 * angle(j)).cos())
        }),
    }
});

/// The points in (0, 1) at which functions are sampled, increasing; both ends are left out, so that one-sided limits and
/// infinite densities at the ends of a panel are never asked for.
pub(crate) fn points() -> &'static [f64; POINTS] {
    &TABLES.points
}

/// Coefficients smaller than this, relative to the largest, at the end of a series are rounding.
const ROUNDING: f64 = 1e-16;

/// Σ a_k T_k(2u − 1) for u in [0, 1].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Series {
    coefficients: [f64; POINTS],
    /// How many of them matter; the rest is 0.
    used: usize,
}

impl Series {
    /// A constant.
    pub fn constant(value: f64) -> Self {
        let mut coefficients = [0.0; POINTS];
        coefficients[0] = value;
        Self { coefficients, used: 1 }
    }

    fn of(coefficients: [f64; POINTS]) -> Self {
        let used = coefficients.iter().rposition(|a| *a != 0.0).map_or(1, |last| last + 1);
        Self { coefficients, used }
    }

    /// Through the values at [`points`].
    pub fn through(values: &[f64; POINTS]) -> Self {
        let tables = &*TABLES;
        // A constant stays one exactly: its slope is then 0, not rounding.
        if values.iter().all(|value| *value == values[0]) {
            return Self::constant(values[0]);
        }
        let coefficients: [f64; POINTS] =
            std::array::from_fn(|k| tables.transform[k].iter().zip(values).map(|(w, v)| w * v).sum());
        let largest = coefficients.iter().fold(0.0_f64, |most, a| most.max(a.abs()));
        Self::of(coefficients).chopped(ROUNDING * largest)
    }

    /// The value at u, by Clenshaw's recurrence.
    pub fn value(&self, u: f64) -> f64 {
        let x = 2.0 * u - 1.0;
        let (mut b1, mut b2) = (0.0, 0.0);
        for a in self.coefficients[1..self.used].iter().rev() {
            let b0 = 2.0 * x * b1 - b2 + a;
            (b2, b1) = (b1, b0);
        }
        x * b1 - b2 + self.coefficients[0]
    }

    /// The value at u, even and odd terms apart: in half the time, with a few times the rounding.
    pub fn value_by_halves(&self, u: f64) -> f64 {
        clenshaw(&self.coefficients[..self.used], 2.0 * u - 1.0)
    }

    /// The values at several u.
    pub fn values<const N: usize>(&self, us: &[f64; N]) -> [f64; N] {
        clenshaw_at(&self.coefficients[..self.used], &us.map(|u| 2.0 * u - 1.0))
    }

    /// The series of the derivative in u.
    pub fn slope(&self) -> Self {
        let mut slopes = [0.0; POINTS];
        let (mut above, mut next) = (0.0, 0.0);
        for k in (1..POINTS).rev() {
            // d_{k−1} = d_{k+1} + 2 k a_k, times 2 for the unit interval.
            let coefficient = above + 4.0 * k as f64 * self.coefficients[k];
            slopes[k - 1] = coefficient;
            (above, next) = (next, coefficient);
        }
        slopes[0] *= 0.5;
        Self::of(slopes)
    }

    /// Without the last coefficients as far as they are all below `size`: noise, whose slope would count.
    pub fn chopped(mut self, size: f64) -> Self {
        while self.used > 1 && self.coefficients[self.used - 1].abs() <= size {
            self.used -= 1;
            self.coefficients[self.used] = 0.0;
        }
        self
    }

    /// Adds the linear function with these values at 0 and 1.
    pub fn add_ramp(&mut self, at_zero: f64, at_one: f64) {
        self.coefficients[0] += 0.5 * (at_zero + at_one);
        self.coefficients[1] += 0.5 * (at_one - at_zero);
        self.used = self.used.max(2);
    }

    /// The function's negative.
    pub fn negated(&self) -> Self {
        Self {
            coefficients: self.coefficients.map(|a| -a),
            used: self.used,
        }
    }

    /// ∫_0^u; the term of degree [`POINTS`] is left off.
    pub fn integral(&self) -> Self {
        let mut sums = [0.0; POINTS];
        for (k, sum) in sums.iter_mut().enumerate().skip(1) {
            let below = if k == 1 {
                2.0 * self.coefficients[0]
            } else {
                self.coefficients[k - 1]
            };
            let above = self.coefficients.get(k + 1).copied().unwrap_or(0.0);
            *sum = (below - above) / (4.0 * k as f64);
        }
        let mut sign = -1.0;
        let mut at_zero = 0.0;
        for sum in &sums[1..] {
            at_zero += sign * sum;
            sign = -sign;
        }
        sums[0] = -at_zero;
        Self::of(sums)
    }

    /// The size of the last two coefficients: of a series that converges steadily, more than what is left out.
    pub fn tail(&self) -> f64 {
        self.coefficients[POINTS - 2]
            .abs()
            .max(self.coefficients[POINTS - 1].abs())
    }

    /// The size of the last three coefficients: what the next ones may add.
    pub fn remainder(&self) -> f64 {
        self.coefficients[POINTS - 3..].iter().map(|a| a.abs()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{POINTS, Series, points};

    #[test]
    fn values_slopes_and_integrals() {
        let f = |x: f64| (1.3 * x).exp();
        let series = Series::through(&points().map(f));
        let (slope, integral) = (series.slope(), series.integral());
        for u in [0.0, 0.21, 0.5, 0.93, 1.0] {
            assert!((series.value(u) - f(u)).abs() < 1e-14);
            assert!((series.value_by_halves(u) - f(u)).abs() < 1e-14);
            assert!((slope.value(u) - 1.3 * f(u)).abs() < 1e-12);
            assert!((integral.value(u) - (f(u) - 1.0) / 1.3).abs() < 1e-14);
        }
        assert!(series.remainder() < 1e-13);
    }

    #[test]
    fn a_constant_has_no_slope() {
        let series = Series::through(&[0.1; POINTS]);
        assert_eq!(series.slope().value(0.3), 0.0);
    }
}
