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

/// A root inside `ends` by secants from nearby, to `accuracy` of their distance; `None` where they do not close in on it at
/// once.
pub(crate) fn approached(
    ends: (f64, f64),
    (from, slope): (f64, f64),
    accuracy: f64,
    f: impl Fn(f64) -> f64,
) -> Option<f64> {
    let width = ends.1 - ends.0;
    let (mut at, mut slope) = (from, slope);
    let (mut value, mut last) = (f(at), width);
    for _ in 0..4 {
        let step = value / slope;
        if step.is_nan() || step.abs() >= 0.1 * last {
            return None;
        }
        at -= step;
        // The error of a secant's step is about the product of the two before.
        if step.abs() * last <= accuracy * width * width || step.abs() <= accuracy.min(SMALLEST) * width {
            return (ends.0..=ends.1).contains(&at).then_some(at);
        }
        let now = f(at);
        slope = (value - now) / step;
        (value, last) = (now, step.abs());
    }
    None
}

/// A step this small, as a share of the bracket, is the last whatever the accuracy.
const SMALLEST: f64 = 1e-13;

#[cfg(test)]
mod tests {
    use super::{approached, bracketed};

    #[test]
    fn ends_and_signs() {
        assert_eq!(bracketed(0.0, 1.0, |x| x), Some(0.0));
        assert_eq!(bracketed(-1.0, 0.0, |x| x), Some(0.0));
        assert_eq!(bracketed(0.0, 1.0, |_| f64::NAN), None);
        assert_eq!(bracketed(0.0, 1.0, |x| x + 1.0), None);
    }

    #[test]
    fn secants_from_nearby() {
        let f = |x: f64| x.exp() - 2.0;
        let root = approached((0.5, 1.0), (0.69, 2.0), 1e-13, f).unwrap();
        assert!((root - 2f64.ln()).abs() < 1e-14);
        assert_eq!(approached((0.5, 1.0), (0.99, 0.1), 1e-13, f), None);
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
