//! The Dagum law by maximum likelihood.
//!
//! | symbol | meaning |
//! |---|---|
//! | b, c, q | `scale`, `shape`, `tail` of F = (1 + (x/b)^−c)^−q |
//! | a = ln b, k = ln c, r = ln q | what is searched |
//! | y = −c (ln x − a), L = ln(1 + e^y), w = e^y/(1 + e^y) | of one value |
//!
//! ℓ = Σ (r + k + y − ln x − (q + 1) L). Given b and c the best q is n/ΣL: argmin's Nelder–Mead searches the other two
//! on a thinned sample, Newton's method with the exact second derivatives finishes on the whole one.

use argmin::core::{CostFunction, Error, Executor, State};
use argmin::solver::neldermead::NelderMead;
use nalgebra::{Matrix3, Vector3};

use super::Fitted;
use super::information::inverse;

/// Values the first search sees.
const THINNED: usize = 2048;

/// The fitted parameters, scale, shape, tail, and ℓ.
#[derive(Debug, Clone, Copy)]
pub(super) struct DagumFit {
    pub(super) scale: Fitted,
    pub(super) shape: Fitted,
    pub(super) tail: Fitted,
    pub(super) log_likelihood: f64,
}

/// ln(1 + e^y) and e^y/(1 + e^y).
fn softplus(y: f64) -> (f64, f64) {
    let e = (-y.abs()).exp();
    let share = (1.0 + e).recip();
    if y > 0.0 {
        (y + e.ln_1p(), share)
    } else {
        (e.ln_1p(), e * share)
    }
}

/// ℓ/n without Σ ln x, at the best q.
struct Concentrated<'a> {
    /// ln x less their mean.
    logs: &'a [f64],
}

impl Concentrated<'_> {
    /// r = ln q at its best.
    fn tail(&self, a: f64, k: f64) -> f64 {
        let c = k.exp();
        let sum: f64 = self.logs.iter().map(|x| softplus(-c * (x - a)).0).sum();
        (self.logs.len() as f64 / sum).ln()
    }
}

impl CostFunction for Concentrated<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, point: &Vec<f64>) -> Result<f64, Error> {
        let (a, k) = (point[0], point[1]);
        let (c, r) = (k.exp(), self.tail(a, k));
        let mean_log = self.logs.iter().sum::<f64>() / self.logs.len() as f64;
        // (q + 1) L sums to 1 + 1/q a value.
        let value = r + k - c * (mean_log - a) - 1.0 - (-r).exp();
        Ok(if value.is_finite() { -value } else { f64::INFINITY })
    }
}

/// The most likely law of `sorted`, values above 0 that are not all equal.
///
/// # Errors
/// In words, why there is none: no maximum, or a law without a mean.
pub(super) fn dagum(sorted: &[f64]) -> Result<DagumFit, String> {
    let count = sorted.len() as f64;
    let mut logs: Vec<f64> = sorted.iter().map(|x| x.ln()).collect();
    let total: f64 = logs.iter().sum();
    let centre = total / count;
    for x in &mut logs {
        *x -= centre;
    }
    let point = newton(&logs, start(&logs)).ok_or("the likelihood has no maximum")?;
    let [b, c, q] = [point.at[0] + centre, point.at[1], point.at[2]].map(f64::exp);
    if c <= 1.0 {
        return Err(format!(
            "the most likely tail index is {c:.4}, and the mean is infinite up to 1"
        ));
    }
    let covariance = inverse(-point.curvature).ok_or("the likelihood is flat at its maximum")?;
    let fitted = |i: usize, value: f64| Fitted::new(value, value * covariance[(i, i)].sqrt());
    Ok(DagumFit {
        scale: fitted(0, b),
        shape: fitted(1, c),
        tail: fitted(2, q),
        log_likelihood: point.value - total,
    })
}

/// A point near the maximum, by Nelder–Mead on every so-manieth value, from the log-logistic law (q = 1) of the same spread.
fn start(logs: &[f64]) -> Vector3<f64> {
    let stride = logs.len().div_ceil(THINNED);
    let thinned: Vec<f64> = logs.iter().skip(stride / 2).step_by(stride).copied().collect();
    let spread = (logs.iter().map(|x| x * x).sum::<f64>() / logs.len() as f64).sqrt();
    // The logistic law has a standard deviation of π/√3.
    let k = (std::f64::consts::PI / (3f64.sqrt() * spread)).ln();
    let simplex = vec![vec![0.0, k], vec![-spread, k], vec![0.0, k - 0.3]];
    let problem = Concentrated { logs: &thinned };
    let search = NelderMead::new(simplex).with_sd_tolerance(1e-8);
    let found = search.and_then(|search| {
        Executor::new(Concentrated { logs: &thinned }, search)
            .configure(|state| state.max_iters(300))
            .run()
    });
    let best = found.ok().and_then(|run| run.state().get_best_param().cloned());
    let (a, k) = best.map_or((0.0, k), |point| (point[0], point[1]));
    Vector3::new(a, k, problem.tail(a, k))
}

/// ℓ + Σ ln x at a point with its derivatives.
#[derive(Debug, Clone, Copy)]
struct Expansion {
    at: Vector3<f64>,
    value: f64,
    slope: Vector3<f64>,
    curvature: Matrix3<f64>,
}

fn expand(logs: &[f64], at: Vector3<f64>) -> Expansion {
    let (a, c, q) = (at[0], at[1].exp(), at[2].exp());
    let count = logs.len() as f64;
    // Σ of y, L, w, w y, w (1 − w), w (1 − w) y, w (1 − w) y².
    let mut s = [0.0; 7];
    for x in logs {
        let y = -c * (x - a);
        let (l, w) = softplus(y);
        let bend = w * (1.0 - w);
        for (sum, term) in s.iter_mut().zip([y, l, w, w * y, bend, bend * y, bend * y * y]) {
            *sum += term;
        }
    }
    let [y, l, w, wy, bend, bend_y, bend_yy] = s;
    let (g, gy) = (count - (q + 1.0) * w, y - (q + 1.0) * wy);
    let [h, hy, hyy] = [bend, bend_y, bend_yy].map(|sum| -(q + 1.0) * sum);
    let (ak, ar, kr) = (c * (hy + g), -q * c * w, -q * wy);
    Expansion {
        at,
        value: count * (at[2] + at[1]) + y - (q + 1.0) * l,
        slope: Vector3::new(c * g, count + gy, count - q * l),
        curvature: Matrix3::new(c * c * h, ak, ar, ak, hyy + gy, kr, ar, kr, -q * l),
    }
}

/// Newton's method uphill, steps halved until ℓ grows; `None` if it does not come to rest.
fn newton(logs: &[f64], from: Vector3<f64>) -> Option<Expansion> {
    const MOST: u32 = 60;
    /// A step of this size in all three logs: no parameter changes in the tenth digit.
    const REST: f64 = 1e-10;
    let mut here = expand(logs, from);
    for _ in 0..MOST {
        // Far from the maximum the curvature may have the wrong sign: then its diagonal alone shows the way.
        let covariance = inverse(-here.curvature)
            .unwrap_or_else(|| Matrix3::from_diagonal(&here.curvature.diagonal().map(|bend| bend.abs().recip())));
        let mut step = covariance * here.slope;
        let size = step.amax();
        if !size.is_finite() {
            return None;
        }
        if size > 1.0 {
            step /= size;
        }
        let mut next = expand(logs, here.at + step);
        // Near the maximum ℓ stands still in its last digits, and a full step is right.
        for _ in 0..30 {
            if next.value >= here.value - 1e-13 * here.value.abs() {
                break;
            }
            step *= 0.5;
            next = expand(logs, here.at + step);
        }
        here = next;
        if size < REST {
            return Some(here);
        }
        // q → ∞ with b → 0 (Fréchet), or the other way round: no law of this family is the best.
        if here.at[2].abs() > 20.0 {
            return None;
        }
    }
    None
}
