//! Chebyshev expansions of any degree: analytic functions on an interval, with their slopes.

/// Σ a_k T_k on [lower, upper].
#[derive(Debug, Clone, PartialEq)]
pub struct Expansion {
    lower: f64,
    upper: f64,
    coefficients: Vec<f64>,
    /// Of the derivative.
    slopes: Vec<f64>,
}

impl Expansion {
    /// With these coefficients, the constant first.
    #[must_use]
    pub fn new(lower: f64, upper: f64, coefficients: Vec<f64>) -> Self {
        let count = coefficients.len();
        let mut slopes = vec![0.0; count.max(2) - 1];
        let (mut above, mut next) = (0.0, 0.0);
        for k in (1..count).rev() {
            // d_{k−1} = d_{k+1} + 2 k a_k.
            let slope = above + 2.0 * k as f64 * coefficients[k];
            slopes[k - 1] = slope;
            (above, next) = (next, slope);
        }
        slopes[0] *= 0.5;
        let scale = 2.0 / (upper - lower);
        for slope in &mut slopes {
            *slope *= scale;
        }
        Self {
            lower,
            upper,
            coefficients,
            slopes,
        }
    }

    /// The value at x.
    #[must_use]
    pub fn value(&self, x: f64) -> f64 {
        clenshaw(&self.coefficients, self.unit(x))
    }

    /// The slope at x.
    #[must_use]
    pub fn slope(&self, x: f64) -> f64 {
        clenshaw(&self.slopes, self.unit(x))
    }

    /// With the line `constant` + `slope`·x added.
    #[must_use]
    pub(crate) fn plus_line(&self, constant: f64, slope: f64) -> Self {
        let mut coefficients = self.coefficients.clone();
        coefficients.resize(coefficients.len().max(2), 0.0);
        coefficients[0] += constant + slope * 0.5 * (self.lower + self.upper);
        coefficients[1] += slope * 0.5 * (self.upper - self.lower);
        Self::new(self.lower, self.upper, coefficients)
    }

    /// The coefficients, the constant first.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    fn unit(&self, x: f64) -> f64 {
        (2.0 * x - self.lower - self.upper) / (self.upper - self.lower)
    }
}

/// Σ a_k T_k(x), by Clenshaw's recurrence.
fn clenshaw(coefficients: &[f64], x: f64) -> f64 {
    let (mut b1, mut b2) = (0.0, 0.0);
    for a in coefficients.iter().skip(1).rev() {
        (b1, b2) = (2.0 * x * b1 - b2 + a, b1);
    }
    x * b1 - b2 + coefficients.first().copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::Expansion;

    #[test]
    fn values_and_slopes() {
        // 1 + x + x² on [1, 3], in T_k of u = x − 2: 7 + 5u + u² = 7.5 T_0 + 5 T_1 + 0.5 T_2.
        let parabola = Expansion::new(1.0, 3.0, vec![7.5, 5.0, 0.5]);
        for x in [1.0, 1.7, 3.0] {
            assert!((parabola.value(x) - (1.0 + x + x * x)).abs() < 1e-14);
            assert!((parabola.slope(x) - (1.0 + 2.0 * x)).abs() < 1e-14);
            assert!((parabola.plus_line(2.0, -1.0).value(x) - (3.0 + x * x)).abs() < 1e-14);
        }
        assert_eq!(Expansion::new(0.0, 1.0, vec![0.5]).slope(0.3), 0.0);
    }
}
