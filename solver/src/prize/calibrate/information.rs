//! Standard errors from the observed information.

use nalgebra::SMatrix;

/// √ of the diagonal of (−H)⁻¹, H the second derivatives of `log_likelihood` at its maximum `at` by central differences.
///
/// `steps` are about the standard errors themselves: a tenth of one leaves seven digits between rounding and curvature.
/// Not a number where −H is not positive definite.
pub(super) fn standard_errors<const N: usize>(
    at: [f64; N],
    steps: [f64; N],
    log_likelihood: impl Fn([f64; N]) -> f64,
) -> [f64; N] {
    let h = steps.map(|step| 0.1 * step);
    let moved = |moves: &[(usize, f64)]| {
        let mut point = at;
        for &(i, sign) in moves {
            point[i] += sign * h[i];
        }
        log_likelihood(point)
    };
    let here = log_likelihood(at);
    let mut information = SMatrix::<f64, N, N>::zeros();
    for i in 0..N {
        information[(i, i)] = (2.0 * here - moved(&[(i, 1.0)]) - moved(&[(i, -1.0)])) / (h[i] * h[i]);
        for j in 0..i {
            let same = moved(&[(i, 1.0), (j, 1.0)]) + moved(&[(i, -1.0), (j, -1.0)]);
            let opposite = moved(&[(i, 1.0), (j, -1.0)]) + moved(&[(i, -1.0), (j, 1.0)]);
            let mixed = (opposite - same) / (4.0 * h[i] * h[j]);
            (information[(i, j)], information[(j, i)]) = (mixed, mixed);
        }
    }
    from_information(information)
}

/// √ of the diagonal of the inverse; not a number where the matrix is not positive definite.
pub(super) fn from_information<const N: usize>(information: SMatrix<f64, N, N>) -> [f64; N] {
    match inverse(information) {
        Some(covariance) => std::array::from_fn(|i| covariance[(i, i)].sqrt()),
        None => [f64::NAN; N],
    }
}

/// The inverse of a symmetric positive definite matrix, scaled to a unit diagonal first: parameters differ in size.
pub(super) fn inverse<const N: usize>(matrix: SMatrix<f64, N, N>) -> Option<SMatrix<f64, N, N>> {
    let scale: [f64; N] = std::array::from_fn(|i| matrix[(i, i)].sqrt().recip());
    if scale.iter().any(|s| !s.is_finite()) {
        return None;
    }
    let scaled = SMatrix::<f64, N, N>::from_fn(|i, j| matrix[(i, j)] * scale[i] * scale[j]);
    let factor = scaled.cholesky()?;
    let inverse = factor.inverse();
    Some(SMatrix::from_fn(|i, j| inverse[(i, j)] * scale[i] * scale[j]))
}
