//! The linear relaxation equation, solved by collocation at Gauss points.
//!
//! y′(s) = h(s) (g(s) − y(s)): y is drawn towards g at the rate h ≥ 0. This is the first-order condition of an
//! auction, read from the marginal type to the lowest cost. Collocation at 8 Gauss points is A-stable and of order
//! 16 (Hairer and Wanner, *Solving Ordinary Differential Equations II*, section IV.5); steps are short enough for the
//! caller's rate to draw y by no more than a factor e² each.

use std::sync::LazyLock;

use nalgebra::{SMatrix, SVector};

/// Collocation points a step.
pub(crate) const STAGES: usize = 8;

type Matrix = SMatrix<f64, STAGES, STAGES>;
type Vector = SVector<f64, STAGES>;

struct Tableau {
    /// Nodes in (0, 1).
    nodes: [f64; STAGES],
    /// weights[i] = ∫₀¹ ℓ_i.
    weights: Vector,
    /// coefficients[i][j] = ∫₀^{node i} ℓ_j.
    coefficients: Matrix,
}

static GAUSS: LazyLock<Tableau> = LazyLock::new(|| {
    let rule = super::gauss::unit_rule(STAGES);
    let nodes: [f64; STAGES] = std::array::from_fn(|i| rule[i].0);
    let lagrange = |j: usize, x: f64| -> f64 {
        (0..STAGES)
            .filter(|&k| k != j)
            .map(|k| (x - nodes[k]) / (nodes[j] - nodes[k]))
            .product()
    };
    Tableau {
        nodes,
        weights: Vector::from_fn(|i, _| rule[i].1),
        coefficients: Matrix::from_fn(|i, j| {
            let end = nodes[i];
            rule.iter().map(|&(x, w)| w * end * lagrange(j, end * x)).sum()
        }),
    }
});

/// Nodes of a step on (0, 1), increasing.
pub(crate) fn nodes() -> &'static [f64; STAGES] {
    &GAUSS.nodes
}

/// ∫₀¹ of what has these values at the nodes.
pub(crate) fn mean(values: &[f64; STAGES]) -> f64 {
    GAUSS
        .weights
        .iter()
        .zip(values)
        .map(|(weight, value)| weight * value)
        .sum()
}

/// What a step makes of a unit initial value (with g = 0), and of g alone.
///
/// `rates[i]` is h times the step's length at node i, `target[i]` is g there.
pub(crate) fn step(rates: &[f64; STAGES], target: &[f64; STAGES]) -> (f64, f64) {
    let tableau = &*GAUSS;
    // y_i = y0 + Σ_j a_ij k_j, k_i = rate_i (g_i − y_i).
    let system = Matrix::from_fn(|i, j| {
        let diagonal = if i == j { 1.0 } else { 0.0 };
        diagonal + rates[i] * tableau.coefficients[(i, j)]
    });
    let from_start = Vector::from_fn(|i, _| -rates[i]);
    let from_target = Vector::from_fn(|i, _| rates[i] * target[i]);
    let factors = system.lu();
    // Singular only for rates that are not finite, which the caller's panels exclude; then nothing is carried over.
    let solve = |right: Vector| factors.solve(&right).unwrap_or_else(Vector::zeros);
    (
        1.0 + tableau.weights.dot(&solve(from_start)),
        tableau.weights.dot(&solve(from_target)),
    )
}

/// y′ = g − h y: what a step makes of a unit initial value (with g = 0), and of each of two g alone.
///
/// `rates[i]` and `forcing[i]` are h and g times the step's length at node i. Unlike [`step`] it needs no g/h.
pub(crate) fn relax(rates: &[f64; STAGES], forcing: [&[f64; STAGES]; 2]) -> (f64, [f64; 2]) {
    let tableau = &*GAUSS;
    let system = Matrix::from_fn(|i, j| {
        let diagonal = if i == j { 1.0 } else { 0.0 };
        diagonal + rates[i] * tableau.coefficients[(i, j)]
    });
    let factors = system.lu();
    let solve = |right: Vector| factors.solve(&right).unwrap_or_else(Vector::zeros);
    let decay = 1.0 + tableau.weights.dot(&solve(Vector::from_fn(|i, _| -rates[i])));
    let forced = forcing.map(|g| tableau.weights.dot(&solve(Vector::from_fn(|i, _| g[i]))));
    (decay, forced)
}

/// Nodes of the singular start on [0, 1], the singular end first: Chebyshev–Lobatto points.
static LOBATTO: LazyLock<([f64; STAGES], Matrix)> = LazyLock::new(|| {
    let last = (STAGES - 1) as f64;
    let nodes: [f64; STAGES] = std::array::from_fn(|i| 0.5 * (1.0 - (std::f64::consts::PI * i as f64 / last).cos()));
    let weight = |j: usize| -> f64 {
        (0..STAGES)
            .filter(|&k| k != j)
            .map(|k| 1.0 / (nodes[j] - nodes[k]))
            .product()
    };
    let mut derivative = Matrix::zeros();
    for i in 0..STAGES {
        for j in 0..STAGES {
            if i != j {
                derivative[(i, j)] = weight(j) / weight(i) / (nodes[i] - nodes[j]);
            }
        }
        derivative[(i, i)] = -(0..STAGES).filter(|&j| j != i).map(|j| derivative[(i, j)]).sum::<f64>();
    }
    (nodes, derivative)
});

/// Nodes of [`singular_start`] on [0, 1], increasing, both ends included.
pub(crate) fn singular_nodes() -> &'static [f64; STAGES] {
    &LOBATTO.0
}

/// y(1) of y′ = d − (p(s)/s) y with y(0) = 0, where p is analytic with p(0) > 0: the start of the first-order
/// condition where it is singular.
///
/// With y = s·g it reads s g′ + (1 + p) g = d, which is regular: g(0) = d(0)/(1 + p(0)), never 0/0.
/// `p[i]` and `d[i]` are the values at [`singular_nodes`].
pub(crate) fn singular_start(p: &[f64; STAGES], d: &[f64; STAGES]) -> f64 {
    let (nodes, derivative) = &*LOBATTO;
    let system = Matrix::from_fn(|i, j| {
        let diagonal = if i == j { 1.0 + p[i] } else { 0.0 };
        diagonal + nodes[i] * derivative[(i, j)]
    });
    let forcing = Vector::from_fn(|i, _| d[i]);
    system.lu().solve(&forcing).map_or(0.0, |g| g[STAGES - 1])
}

#[cfg(test)]
mod tests {
    use super::{nodes, singular_nodes, singular_start, step};

    #[test]
    fn constant_rate_is_exponential() {
        for rate in [0.0, 0.1, 1.0, 2.0] {
            let (decay, from_target) = step(&[rate; 8], &[1.0; 8]);
            assert!((decay - (-rate).exp()).abs() < 1e-14, "{rate} {decay}");
            assert!((from_target + (-rate).exp_m1()).abs() < 1e-14);
        }
    }

    #[test]
    fn varying_rate() {
        // y' = 2 s (s - y), y(0) = 1 on [0, 1].
        let rates = nodes().map(|s| 2.0 * s);
        let (decay, _) = step(&rates, nodes());
        assert!((decay - (-1f64).exp()).abs() < 5e-12);
    }

    #[test]
    fn regular_singular_point() {
        // p constant: y = s/(1+p).
        for p in [0.5, 1.0, 4.0, 9999.0] {
            assert!((singular_start(&[p; 8], &[1.0; 8]) - 1.0 / (1.0 + p)).abs() < 1e-14);
        }
        // p = 1 + s: s g' + (2 + s) g = 1; g(1) = (e^{-1}) (integral of t e^t over 0..1) = e^{-1}.
        let p = singular_nodes().map(|s| 1.0 + s);
        assert!((singular_start(&p, &[1.0; 8]) - (-1f64).exp()).abs() < 1e-9);
    }
}
