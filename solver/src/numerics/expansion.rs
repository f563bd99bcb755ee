//! Chebyshev expansions of any degree on an interval, with their slope.

use super::exponential::{LANES, fused};

/// Σ a_k T_k on [lower, upper].
#[derive(Debug, Clone, PartialEq)]
pub struct Expansion {
    lower: f64,
    upper: f64,
    coefficients: Vec<f64>,
    /// Of the derivative: one fewer, none for a constant.
    slopes: Vec<f64>,
}

impl Expansion {
    /// The expansion with these coefficients, the constant first; `lower` < `upper`.
    #[must_use]
    pub fn new(lower: f64, upper: f64, coefficients: Vec<f64>) -> Self {
        debug_assert!(lower < upper, "an expansion on [{lower}, {upper}]");
        let mut slopes = vec![0.0; coefficients.len().saturating_sub(1)];
        let scale = 2.0 / (upper - lower);
        for k in (0..slopes.len()).rev() {
            // d_k = d_{k+2} + 2 (k + 1) a_{k+1}.
            let above = slopes.get(k + 2).copied().unwrap_or(0.0);
            slopes[k] = above + 2.0 * scale * (k + 1) as f64 * coefficients[k + 1];
        }
        if let Some(constant) = slopes.first_mut() {
            *constant *= 0.5;
        }
        Self {
            lower,
            upper,
            coefficients,
            slopes,
        }
    }

    /// The coefficients, the constant first.
    #[must_use]
    pub(crate) fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The interval.
    #[must_use]
    pub fn domain(&self) -> (f64, f64) {
        (self.lower, self.upper)
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

    /// The value at x.
    #[must_use]
    pub fn value(&self, x: f64) -> f64 {
        clenshaw(&self.coefficients, self.scaled(x))
    }

    /// The derivative at x.
    #[must_use]
    pub fn slope(&self, x: f64) -> f64 {
        clenshaw(&self.slopes, self.scaled(x))
    }

    /// The values at several costs at once.
    #[must_use]
    pub(crate) fn values<const N: usize>(&self, xs: &[f64; N]) -> [f64; N] {
        clenshaw_at(&self.coefficients, &xs.map(|x| self.scaled(x)))
    }

    /// The derivatives at several costs at once.
    #[must_use]
    pub(crate) fn slopes<const N: usize>(&self, xs: &[f64; N]) -> [f64; N] {
        clenshaw_at(&self.slopes, &xs.map(|x| self.scaled(x)))
    }

    /// x on [−1, 1], from the nearer end.
    fn scaled(&self, x: f64) -> f64 {
        ((x - self.lower) - (self.upper - x)) / (self.upper - self.lower)
    }
}

/// Σ a_k T_k(x): the even and the odd terms by recurrences of their own, which do not wait for one another.
///
/// With y = 2x² − 1, T_{2k}(x) = T_k(y) and T_{2k+1}(x) = x V_k(y), where V_0 = 1, V_1 = 2y − 1 and
/// V_{k+1} = 2y V_k − V_{k−1}.
pub(crate) fn clenshaw(coefficients: &[f64], x: f64) -> f64 {
    let y = 2.0 * x * x - 1.0;
    let twice = 2.0 * y;
    let (pairs, rest) = coefficients.as_chunks::<2>();
    let mut even = [rest.first().copied().unwrap_or(0.0), 0.0];
    let mut odd = [0.0; 2];
    for (k, [a, b]) in pairs.iter().enumerate().rev() {
        // The last step of Clenshaw's recurrence for T_k takes y once.
        let by = if k == 0 { y } else { twice };
        even = [fused(by, even[0], a - even[1]), even[0]];
        odd = [fused(twice, odd[0], b - odd[1]), odd[0]];
    }
    even[0] + x * (odd[0] - odd[1])
}

/// Σ a_k T_k at several points: the recurrences run side by side.
pub(crate) fn clenshaw_at<const N: usize>(coefficients: &[f64], xs: &[f64; N]) -> [f64; N] {
    let mut sums = [0.0; N];
    let Some((constant, rest)) = coefficients.split_first() else {
        return sums;
    };
    let (few, left) = xs.as_chunks::<LANES>();
    let (sums_of_few, sums_of_left) = sums.as_chunks_mut::<LANES>();
    for (xs, sums) in few.iter().zip(sums_of_few) {
        let (mut b1, mut b2) = ([0.0; LANES], [0.0; LANES]);
        for a in rest.iter().rev() {
            for lane in 0..LANES {
                let next = fused(2.0 * xs[lane], b1[lane], a - b2[lane]);
                b2[lane] = b1[lane];
                b1[lane] = next;
            }
        }
        for lane in 0..LANES {
            sums[lane] = xs[lane] * b1[lane] - b2[lane] + constant;
        }
    }
    for (x, sum) in left.iter().zip(sums_of_left) {
        *sum = clenshaw(coefficients, *x);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::Expansion;

    #[test]
    fn values_and_slopes() {
        // 3 − 2x + 5x³ on [1, 3]: with x = 2 + u, T₃ = 4u³ − 3u.
        let cubic = |x: f64| 3.0 - 2.0 * x + 5.0 * x * x * x;
        // 5(2+u)³ = 40 + 60u + 30u² + 5u³.
        let expansion = Expansion::new(1.0, 3.0, vec![39.0 + 15.0, 58.0 + 3.75, 15.0, 1.25]);
        for x in [1.0, 1.3, 2.0, 2.71, 3.0, 3.2] {
            assert!((expansion.value(x) - cubic(x)).abs() < 1e-12, "{x}");
            assert!((expansion.slope(x) - (15.0 * x * x - 2.0)).abs() < 1e-12, "{x}");
            assert!(
                (expansion.values(&[0.5, x])[1] - expansion.value(x)).abs() < 1e-12,
                "{x}"
            );
            assert!((expansion.slopes(&[x])[0] - expansion.slope(x)).abs() < 1e-12, "{x}");
        }
    }

    #[test]
    fn constants_and_nothing() {
        let constant = Expansion::new(0.0, 1.0, vec![2.5]);
        assert_eq!((constant.value(0.3), constant.slope(0.3)), (2.5, 0.0));
        let none = Expansion::new(0.0, 1.0, Vec::new());
        assert_eq!((none.value(0.3), none.slope(0.3)), (0.0, 0.0));
    }
}
