//! Integrals with algebraic singularities at the ends of the interval.

use super::gauss;

/// ∫ of `f` over [a, b] by the double-exponential rule (Takahasi and Mori 1974), for integrands analytic inside
/// and possibly singular at the ends.
///
/// The rule of the `quadrature` crate counts a non-finite value as 0 and can report convergence on a kink or a
/// narrow peak, so it is only used behind this guard: if a value inside is not finite, or if the rule and two
/// 12-point Gauss panels differ by more than a hundredth of the integral's size (more than a singular end can
/// explain and a sign that the interval should have been split), the answer is the Gauss panels', whose error any
/// second route will show.
pub(crate) fn singular_ends(a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    if b <= a {
        return 0.0;
    }
    let finite = std::cell::Cell::new(true);
    let guarded = |x: f64| {
        let value = f(x);
        if !value.is_finite() {
            finite.set(false);
        }
        value
    };
    let middle = 0.5 * (a + b);
    let [left] = gauss::panel(a, middle, |x| [f(x)]);
    let [right] = gauss::panel(middle, b, |x| [f(x)]);
    let size = left.abs() + right.abs();
    let fine = quadrature::double_exponential::integrate(guarded, a, b, 1e-17 * size.max(f64::MIN_POSITIVE));
    let agrees = (fine.integral - left - right).abs() <= 1e-2 * size + f64::MIN_POSITIVE;
    if finite.get() && agrees {
        fine.integral
    } else {
        left + right
    }
}

#[cfg(test)]
mod tests {
    use super::singular_ends;

    #[test]
    fn algebraic_ends() {
        for power in [0.05, 0.3, 0.5, 1.7] {
            let value = singular_ends(0.0, 2.0, |x| x.powf(power));
            let exact = 2f64.powf(power + 1.0) / (power + 1.0);
            assert!((value / exact - 1.0).abs() < 1e-12, "{power}: {value} {exact}");
        }
    }

    #[test]
    fn falls_back_where_the_rule_cannot_be_trusted() {
        // A narrow peak that the double-exponential rule may miss and Gauss may not: never more than the Gauss value.
        let peak = |x: f64| if (x - 0.3).abs() < 1e-3 { 1e3 } else { 1.0 };
        assert!(singular_ends(0.0, 1.0, peak).is_finite());
        assert!(singular_ends(0.0, 1.0, |_| f64::NAN).is_nan());
        assert_eq!(singular_ends(1.0, 1.0, |x| x), 0.0);
    }
}
