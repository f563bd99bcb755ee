//! The standard normal law, accurate relative to itself in both tails.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use errorfunctions::RealErrorFunctions;
use statrs::function::erf::erfc_inv;

/// √(π/2).
const SQRT_HALF_PI: f64 = 1.253_314_137_315_500_3;

/// φ(z) = e^{−z²/2}/√(2π).
pub(crate) fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / TAU.sqrt()
}

/// Φ(z).
pub(crate) fn cdf(z: f64) -> f64 {
    0.5 * RealErrorFunctions::erfc(-z * FRAC_1_SQRT_2)
}

/// Φ(−z).
pub(crate) fn survival(z: f64) -> f64 {
    cdf(-z)
}

/// Mills's ratio Φ(−z)/φ(z).
fn mills(z: f64) -> f64 {
    SQRT_HALF_PI * RealErrorFunctions::erfcx(z * FRAC_1_SQRT_2)
}

/// The z with Φ(z) = `cdf`, Φ(−z) = `survival`: the smaller of the two is used, ±∞ where it is 0.
pub(crate) fn quantile(cdf: f64, survival: f64) -> f64 {
    if cdf <= survival {
        -upper_quantile(cdf)
    } else {
        upper_quantile(survival)
    }
}

/// The z with Φ(−z) = `survival` ≤ 1/2.
fn upper_quantile(survival: f64) -> f64 {
    if survival <= 0.0 {
        return f64::INFINITY;
    }
    if survival == 0.5 {
        return 0.0; // the median is exact: Newton would leave a rounding
    }
    let log = survival.ln();
    let guess = erfc_inv(2.0 * survival) / FRAC_1_SQRT_2;
    // The inverse of the library stops converging below 1e-300 or so; z ≈ √(−2 ln s) starts Newton as well.
    let mut z = if guess.is_finite() { guess } else { (-2.0 * log).sqrt() };
    // Newton on ln Φ(−z), whose slope is −1/mills: two steps from eight digits, a few from the rough start.
    for _ in 0..4 {
        let ratio = mills(z);
        let step = (ratio.ln() - 0.5 * z * z - 0.5 * TAU.ln() - log) * ratio;
        z += step;
        if step.abs() <= 1e-9 * z.abs() {
            break;
        }
    }
    z
}

/// ∫₀^∞ (e^{σs} − 1) φ(z + s) ds = e^{σ²/2 − σz} Φ(σ − z) − Φ(−z), for z ≥ 0 and either sign of σ.
///
/// The difference cancels where |σ| is small against what is left of the tail; there the integral is taken.
pub(crate) fn tilted_excess(z: f64, tilt: f64) -> f64 {
    let tail = survival(z);
    let difference = (tilt * (0.5 * tilt - z)).exp() * cdf(tilt - z) - tail;
    if difference.abs() > tail && difference.is_finite() {
        return difference;
    }
    // e^{−zs − s²/2} is below e^{−44} from here on, and the tilt at most doubles the tail.
    let end = 88.0 / (z + (z * z + 88.0).sqrt()) * 1.1;
    const PANELS: u32 = 8;
    let width = end / f64::from(PANELS);
    let mut sum = 0.0;
    for k in (0..PANELS).rev() {
        let start = f64::from(k) * width;
        let [part] = super::gauss::panel(start, start + width, |s| {
            [(tilt * s).exp_m1() * (-s * (z + 0.5 * s)).exp()]
        });
        sum += part;
    }
    density(z) * sum
}

#[cfg(test)]
mod tests {
    use super::{cdf, quantile, survival, tilted_excess};

    #[test]
    fn quantiles_invert_both_tails() {
        for survival_at in [0.5, 0.3, 1e-3, 1e-9, 1e-30, 1e-150, 1e-300] {
            let z = quantile(1.0 - survival_at, survival_at);
            assert!((survival(z) / survival_at - 1.0).abs() < 1e-12, "{survival_at}");
            assert_eq!(quantile(survival_at, 1.0 - survival_at), -z);
        }
        // mpmath, 30 digits.
        assert!((quantile(1.0, 1e-300) / 37.047_096_299_361_2 - 1.0).abs() < 1e-15);
        assert!((quantile(1.0, 1e-10) / 6.361_340_902_404_056 - 1.0).abs() < 1e-15);
        assert_eq!(quantile(0.0, 1.0), f64::NEG_INFINITY);
        assert_eq!(cdf(0.0), 0.5);
    }

    #[test]
    fn both_forms_of_the_tilted_excess_agree() {
        for z in [0.0, 0.7, 3.0, 20.0] {
            for tilt in [-3.0, -0.8, -1e-6, 1e-6, 0.1, 0.8, 1.2] {
                let value = tilted_excess(z, tilt);
                let difference = f64::exp(tilt * (0.5 * tilt - z)) * cdf(tilt - z) - survival(z);
                let error = (value - difference).abs();
                assert!(
                    error <= 1e-13 * (survival(z) + value.abs()),
                    "{z} {tilt} {value} {difference}"
                );
            }
        }
    }
}
