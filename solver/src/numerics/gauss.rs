//! Gauss rules: Legendre's, for integrands that are analytic on a panel, and one for half of a normal law.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use gauss_quad::GaussLegendre;
use nalgebra::DMatrix;

/// Points of the panel rule: exact for polynomials of degree 23.
pub(crate) const DEGREE: usize = 12;

static PANEL: LazyLock<[(f64, f64); DEGREE]> = LazyLock::new(unit_rule_of);

/// Nodes and weights of the `degree`-point rule on [0, 1], nodes increasing.
pub(crate) fn unit_rule(degree: usize) -> Rule {
    let degree = std::num::NonZeroUsize::new(degree).unwrap_or(std::num::NonZeroUsize::MIN);
    let mut rule: Vec<(f64, f64)> = GaussLegendre::new(degree)
        .iter()
        .map(|(node, weight)| (0.5 * (node + 1.0), 0.5 * weight))
        .collect();
    rule.sort_by(|a, b| a.0.total_cmp(&b.0));
    rule
}

/// [`unit_rule`] of `R` points.
pub(crate) fn unit_rule_of<const R: usize>() -> [(f64, f64); R] {
    let rule = unit_rule(R);
    std::array::from_fn(|k| rule[k])
}

/// Nodes and weights of the panel rule on [0, 1].
pub(crate) fn panel_rule() -> &'static [(f64, f64); DEGREE] {
    &PANEL
}

/// Panels of [0, [`FAR`]] on which the half-normal weight times polynomials is integrated to rounding.
const PANELS: u32 = 60;
/// Powers of s up to the 40th, times e^{−s²/2}, are nothing beyond.
const FAR: f64 = 15.0;

/// Nodes and weights.
type Rule = Vec<(f64, f64)>;

static HALF_NORMAL: LazyLock<Mutex<BTreeMap<usize, Arc<Rule>>>> = LazyLock::new(Mutex::default);

/// Nodes, increasing, and weights of the rule of `count` points, at most 20, for ∫₀^∞ f(s) e^{−s²/2} ds.
///
/// The polynomials orthogonal under that weight ("Maxwell's", Shizgal 1981) follow from integrals by Stieltjes' procedure,
/// the rule from their recurrence as the eigenvalues of a tridiagonal matrix (Golub and Welsch 1969).
pub(crate) fn half_normal_rule(count: usize) -> Arc<Rule> {
    let mut known = HALF_NORMAL.lock().unwrap_or_else(PoisonError::into_inner);
    let rule = known.entry(count);
    Arc::clone(rule.or_insert_with(|| Arc::new(half_normal_of(count))))
}

fn half_normal_of(count: usize) -> Rule {
    let width = FAR / f64::from(PANELS);
    let points: Vec<(f64, f64)> = (0..PANELS)
        .flat_map(|panel| {
            PANEL
                .iter()
                .map(move |(node, weight)| ((f64::from(panel) + node) * width, weight * width))
        })
        .map(|(s, weight)| (s, weight * (-0.5 * s * s).exp()))
        .collect();
    let mut recurrence = DMatrix::zeros(count, count);
    let mut before = vec![0.0; points.len()];
    let mut polynomial = vec![1.0; points.len()];
    let (mut mass, mut ratio) = (points.iter().map(|(_, weight)| weight).sum::<f64>(), 0.0);
    let total = mass;
    for k in 0..count {
        let terms = points.iter().zip(&polynomial);
        let center = terms.map(|((s, weight), p)| weight * s * p * p).sum::<f64>() / mass;
        recurrence[(k, k)] = center;
        let mut next_mass = 0.0;
        for ((s, weight), (p, before)) in points.iter().zip(polynomial.iter_mut().zip(&mut before)) {
            (*p, *before) = ((s - center) * *p - ratio * *before, *p);
            next_mass += weight * *p * *p;
        }
        ratio = next_mass / mass;
        mass = next_mass;
        if k + 1 < count {
            recurrence[(k, k + 1)] = ratio.sqrt();
            recurrence[(k + 1, k)] = ratio.sqrt();
        }
    }
    let mut nodes: Vec<f64> = recurrence.symmetric_eigenvalues().iter().copied().collect();
    nodes.sort_by(f64::total_cmp);
    // Weights are 1/Σ p_k², p_k orthonormal: accurate even where they are tiny.
    let weight = |s: f64| {
        let (mut p, mut before, mut sum) = (1.0, 0.0, 0.0);
        for k in 0..count {
            sum += p * p;
            if k + 1 < count {
                let below = if k > 0 { recurrence[(k, k - 1)] * before } else { 0.0 };
                (p, before) = (((s - recurrence[(k, k)]) * p - below) / recurrence[(k, k + 1)], p);
            }
        }
        total / sum
    };
    nodes.into_iter().map(|s| (s, weight(s))).collect()
}

/// ∫ of each of `N` functions over [a, b] by the 12-point rule.
///
/// ```
/// use etm_solver::numerics::gauss::panel;
/// let [cube] = panel(0.0, 2.0, |x| [x * x * x]);
/// assert!((cube - 4.0).abs() < 1e-14);
/// ```
pub fn panel<const N: usize>(a: f64, b: f64, integrand: impl Fn(f64) -> [f64; N]) -> [f64; N] {
    let width = b - a;
    let mut total = [0.0; N];
    for &(node, weight) in PANEL.iter() {
        let values = integrand(a + width * node);
        for (sum, value) in total.iter_mut().zip(values) {
            *sum += weight * value;
        }
    }
    total.map(|sum| sum * width)
}

#[cfg(test)]
mod tests {
    use super::half_normal_rule;
    use crate::numerics::normal;

    /// ∫₀^∞ s^k e^{−s²/2} ds = (k − 1) times that of s^{k−2}.
    #[test]
    fn half_normal_moments() {
        for count in [8, 12, 16, 20] {
            let rule = half_normal_rule(count);
            let moment = |k: usize| -> f64 { rule.iter().map(|(s, weight)| weight * s.powi(k as i32)).sum() };
            let mut exact = [(0.5 * std::f64::consts::PI).sqrt(), 1.0];
            for k in 0..2 * count {
                assert!((moment(k) / exact[k % 2] - 1.0).abs() < 1e-12, "{count} {k}");
                exact[k % 2] *= (k + 1) as f64;
            }
            assert!(rule.windows(2).all(|pair| 0.0 < pair[0].0 && pair[0].0 < pair[1].0));
        }
    }

    /// e^{−u²/2} ∫ e^{−us} φ(s) ds is the probability of a normal variable to exceed u.
    #[test]
    fn half_lines_of_a_normal_law() {
        for (count, error) in [(8, 1e-8), (12, 1e-12), (16, 1e-14)] {
            let rule = half_normal_rule(count);
            for k in 0..=28 {
                let u = 0.25 * f64::from(k);
                let sum: f64 = rule.iter().map(|(s, weight)| weight * (-u * s).exp()).sum();
                let found = normal::density(u) * sum;
                assert!((found - normal::survival(u)).abs() < error, "{count} {u}");
            }
        }
    }
}
