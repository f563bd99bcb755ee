//! Fixed Gauss–Legendre rules, for integrands that are analytic on the panel.

use std::sync::LazyLock;

use gauss_quad::GaussLegendre;

/// Points of the panel rule: exact for polynomials of degree 23.
pub(crate) const DEGREE: usize = 12;

static PANEL: LazyLock<[(f64, f64); DEGREE]> = LazyLock::new(unit_rule_of);

/// Nodes and weights of the `degree`-point rule on [0, 1], nodes increasing.
pub(crate) fn unit_rule(degree: usize) -> Vec<(f64, f64)> {
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
