//! One root of a continuous function inside a bracket.

/// Brent's method: a point of [a, b] at which `f` changes sign, to rounding.
///
/// `None` when `f` has the same strict sign at both ends or is not a number there. An end at which `f` is 0 is
/// returned as it is; non-finite values inside count by their sign.
///
/// Source: Brent, *Algorithms for Minimization without Derivatives* (1973), chapter 4.
///
/// ```
/// use etm_solver::numerics::root::bracketed;
/// let root = bracketed(1.0, 2.0, |x| x * x - 2.0).unwrap();
/// assert!((root - 2f64.sqrt()).abs() < 1e-15);
/// assert!(bracketed(2.0, 3.0, |x| x * x - 2.0).is_none());
/// ```
pub fn bracketed(a: f64, b: f64, f: impl Fn(f64) -> f64) -> Option<f64> {
    bracketed_within(a, b, 0.0, f)
}

/// As [`bracketed`], to the accuracy `width` in the argument.
pub(crate) fn bracketed_within(a: f64, b: f64, width: f64, f: impl Fn(f64) -> f64) -> Option<f64> {
    let (mut a, mut b) = (a, b);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 {
        return Some(a);
    }
    if fb == 0.0 {
        return Some(b);
    }
    if fa.is_nan() || fb.is_nan() || (fa > 0.0) == (fb > 0.0) {
        return None;
    }
    let (mut c, mut fc) = (a, fa);
    let mut step = b - a;
    let mut last = step;
    // Each bisection halves the bracket: 200 suffice even when every interpolation is refused.
    for _ in 0..200 {
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let tolerance = width.max(f64::EPSILON * b.abs().max(f64::MIN_POSITIVE));
        let middle = 0.5 * (c - b);
        if middle.abs() <= tolerance || fb == 0.0 {
            return Some(b);
        }
        if last.abs() >= tolerance && fa.abs() > fb.abs() && fa.is_finite() {
            let (p, q) = interpolation(a, b, c, fa, fb, fc, middle);
            if 2.0 * p < (3.0 * middle * q - (tolerance * q).abs()).min((last * q).abs()) {
                last = step;
                step = p / q;
            } else {
                (step, last) = (middle, middle);
            }
        } else {
            (step, last) = (middle, middle);
        }
        (a, fa) = (b, fb);
        b += if step.abs() > tolerance {
            step
        } else {
            tolerance.copysign(middle)
        };
        fb = f(b);
        if fb.is_nan() {
            return None;
        }
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
            step = b - a;
            last = step;
        }
    }
    Some(b)
}

/// Step p/q of the secant (two distinct points) or of inverse quadratic interpolation (three), with p ≥ 0.
fn interpolation(a: f64, b: f64, c: f64, fa: f64, fb: f64, fc: f64, middle: f64) -> (f64, f64) {
    let s = fb / fa;
    let (p, q) = if a == c {
        (2.0 * middle * s, 1.0 - s)
    } else {
        let (q, r) = (fa / fc, fb / fc);
        (
            s * (2.0 * middle * q * (q - r) - (b - a) * (r - 1.0)),
            (q - 1.0) * (r - 1.0) * (s - 1.0),
        )
    };
    if p > 0.0 { (p, -q) } else { (-p, q) }
}

#[cfg(test)]
mod tests {
    use super::bracketed;

    #[test]
    fn ends_and_signs() {
        assert_eq!(bracketed(0.0, 1.0, |x| x), Some(0.0));
        assert_eq!(bracketed(-1.0, 0.0, |x| x), Some(0.0));
        assert_eq!(bracketed(0.0, 1.0, |_| f64::NAN), None);
        assert_eq!(bracketed(0.0, 1.0, |x| x + 1.0), None);
    }

    #[test]
    fn infinite_end() {
        let root = bracketed(0.0, 1.0, |x| 1.0 / (1.0 - x) - 3.0).unwrap();
        assert!((root - 2.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn tiny_roots_are_relative() {
        let root = bracketed(0.0, 1.0, |x| x - 1e-200).unwrap();
        assert!((root / 1e-200 - 1.0).abs() < 1e-9, "{root}");
    }

    #[test]
    fn agrees_with_bisection_on_flat_functions() {
        for exponent in [3, 9, 21] {
            let root = bracketed(-1.0, 2.0, |x| (x - 0.3_f64).powi(exponent)).unwrap();
            assert!((root - 0.3).abs() < 1e-10, "{root}");
        }
    }
}
