//! The largest value of a function near a point found by a scan.

use argmin::core::{CostFunction, Error, Executor, State};
use argmin::solver::brent::BrentOpt;

struct Negated<F>(F);

impl<F: Fn(f64) -> f64> CostFunction for Negated<F> {
    type Param = f64;
    type Output = f64;

    fn cost(&self, x: &f64) -> Result<f64, Error> {
        Ok(-(self.0)(*x))
    }
}

/// A local maximum (argument, value) of `f` on [a, b] by Brent's method; never worse than the ends.
///
/// Not for hot loops: it runs the general optimiser of the `argmin` crate, at most 100 iterations.
pub(crate) fn local_maximum(a: f64, b: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    let mut best = if f(a) >= f(b) { (a, f(a)) } else { (b, f(b)) };
    let solver = BrentOpt::new(a, b).set_tolerance(f64::EPSILON.sqrt(), 1e-12 * (b - a));
    let run = Executor::new(Negated(&f), solver)
        .configure(|state| state.max_iters(100))
        .run();
    if let Ok(result) = run
        && let Some(&x) = result.state().get_best_param()
    {
        let value = f(x);
        if value > best.1 {
            best = (x, value);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::local_maximum;

    #[test]
    fn parabola_and_corner() {
        let (x, value) = local_maximum(0.0, 1.0, |x| -(x - 0.25).powi(2));
        assert!((x - 0.25).abs() < 1e-7 && value > -1e-14);
        assert_eq!(local_maximum(0.0, 1.0, |x| x).0, 1.0);
    }
}
