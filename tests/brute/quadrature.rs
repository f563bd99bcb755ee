//! Gauss–Legendre quadrature on panels, and bisection of a monotone predicate.

use std::sync::OnceLock;

/// Points of the rule on one panel: exact for polynomials of degree 47.
const POINTS: usize = 24;

/// Nodes and weights of the rule on [−1, 1], by Newton's method on the Legendre polynomial.
fn rule() -> &'static [(f64, f64)] {
    static RULE: OnceLock<Vec<(f64, f64)>> = OnceLock::new();
    RULE.get_or_init(|| {
        (0..POINTS)
            .map(|i| {
                let n = POINTS as f64;
                let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n + 0.5)).cos();
                let mut slope = 1.0;
                for _ in 0..100 {
                    let (mut p, mut before) = (1.0, 0.0);
                    for k in 0..POINTS {
                        let k = k as f64;
                        (p, before) = (((2.0 * k + 1.0) * x * p - k * before) / (k + 1.0), p);
                    }
                    slope = n * (x * p - before) / (x * x - 1.0);
                    let step = p / slope;
                    x -= step;
                    if step.abs() < 1e-16 {
                        break;
                    }
                }
                (x, 2.0 / ((1.0 - x * x) * slope * slope))
            })
            .collect()
    })
}

/// ∫ f over [a, b], f smooth on it.
pub fn panel(a: f64, b: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    if b <= a {
        return 0.0;
    }
    let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
    rule().iter().map(|&(x, w)| w * f(middle + half * x)).sum::<f64>() * half
}

/// ∫ f over [first, last] of `breaks` (sorted), each piece cut into `cuts` panels.
pub fn pieces(breaks: &[f64], cuts: usize, mut f: impl FnMut(f64) -> f64) -> f64 {
    let mut total = 0.0;
    for pair in breaks.windows(2) {
        let step = (pair[1] - pair[0]) / cuts as f64;
        for j in 0..cuts {
            let a = pair[0] + step * j as f64;
            let b = if j + 1 == cuts { pair[1] } else { a + step };
            total += panel(a, b, &mut f);
        }
    }
    total
}

/// The largest x in [a, b] (up to rounding) where a predicate that is true first and false later
/// is true; `None` if it is false at `a`.
pub fn last_true(a: f64, b: f64, holds: impl Fn(f64) -> bool) -> Option<f64> {
    if !holds(a) {
        return None;
    }
    if holds(b) {
        return Some(b);
    }
    let (mut low, mut high) = (a, b);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return Some(low);
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// Sorted points of `inner` strictly inside (a, b), with a and b at the ends, near-duplicates removed.
pub fn breaks(a: f64, b: f64, inner: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let near = 1e-14 * a.abs().max(b.abs());
    let mut points: Vec<f64> = inner.into_iter().filter(|x| *x > a + near && *x < b - near).collect();
    points.push(b);
    points.sort_by(f64::total_cmp);
    let mut all = vec![a];
    for x in points {
        if x > all[all.len() - 1] + near || x == b {
            all.push(x);
        }
    }
    all
}
