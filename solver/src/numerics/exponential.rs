//! e^x for sums of thousands of exponentials: without a branch or a call, so that several are computed side by side.

/// 1/ln 2.
const PER_DOUBLING: f64 = std::f64::consts::LOG2_E;
/// ln 2 in two parts; products of the first with whole numbers below 2^20 are exact.
const DOUBLING: f64 = 0.693_147_180_485_539_1;
const DOUBLING_REST: f64 = 7.440_617_110_012_396_7e-11;
/// 1.5·2^52: added, it leaves a whole number in the last bits.
const WHOLE: f64 = 6_755_399_441_055_744.0;
/// Beyond these e^x is no normal number.
const ENDS: (f64, f64) = (-708.0, 709.0);
/// Of the polynomial of degree 11 through e^x at Chebyshev points of |x| ≤ ln 2/2, the highest first: within 4e-18.
const POLYNOMIAL: [f64; 12] = [
    2.511_026_980_437_577_2e-8,
    2.763_294_159_676_926_4e-7,
    2.755_724_028_980_526_4e-6,
    2.480_148_466_465_444_6e-5,
    1.984_126_989_063_568_8e-4,
    1.388_888_895_308_017e-3,
    8.333_333_333_319_379e-3,
    4.166_666_666_648_522e-2,
    1.666_666_666_666_668_1e-1,
    5.000_000_000_000_019e-1,
    1.0,
    1.0,
];
/// Sums run this many lanes side by side.
pub(crate) const LANES: usize = 4;

/// a·b + c, in one operation where the processor that is compiled for has one.
#[inline(always)]
pub(crate) fn fused(a: f64, b: f64, c: f64) -> f64 {
    if cfg!(target_feature = "fma") {
        a.mul_add(b, c)
    } else {
        a * b + c
    }
}

/// e^x to rounding; beyond ±708 the value there.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let x = if x > ENDS.0 { x } else { ENDS.0 };
    let x = if x < ENDS.1 { x } else { ENDS.1 };
    let whole = fused(x, PER_DOUBLING, WHOLE);
    let doublings = whole - WHOLE;
    let rest = fused(-doublings, DOUBLING_REST, fused(-doublings, DOUBLING, x));
    let mut value = POLYNOMIAL[0];
    for coefficient in &POLYNOMIAL[1..] {
        value = fused(value, rest, *coefficient);
    }
    // The last bits of `whole` are the exponent.
    value * f64::from_bits((whole.to_bits() << 52).wrapping_add(1.0_f64.to_bits()))
}

/// e^x for any x.
#[inline]
pub(crate) fn exp_of(x: f64) -> f64 {
    if ENDS.0 < x && x < ENDS.1 { exp(x) } else { x.exp() }
}

/// Σ value · e^{tilt · rate}; both lists have a length that is a multiple of [`LANES`].
pub(crate) fn tilted_sum(values: &[f64], rates: &[f64], tilt: f64) -> f64 {
    let mut sums = [0.0; LANES];
    for (values, rates) in values.chunks_exact(LANES).zip(rates.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] = fused(values[lane], exp(tilt * rates[lane]), sums[lane]);
        }
    }
    sums.iter().sum()
}

/// Σ a · b; lists have the same length.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; LANES];
    for (a, b) in a.zip(b) {
        for lane in 0..LANES {
            sums[lane] = fused(a[lane], b[lane], sums[lane]);
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::{dot, exp, tilted_sum};

    #[test]
    fn agrees_with_the_library() {
        for k in -69_900..=69_900 {
            let x = f64::from(k) * 0.010_123;
            let relative = exp(x) / x.exp() - 1.0;
            assert!(relative.abs() < 5e-16, "{x} {relative:e}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(-1e6) < 1e-300 && exp(-1e6) >= 0.0);
        assert!(exp(1e6).is_finite());
    }

    #[test]
    fn sums() {
        let (values, rates) = ([1.0, -2.0, 0.5, 3.0], [0.0, 1.0, 2.0, 3.0]);
        let expected: f64 = values.iter().zip(rates).map(|(v, r)| v * f64::exp(-0.7 * r)).sum();
        assert!((tilted_sum(&values, &rates, -0.7) - expected).abs() < 1e-15);
        assert_eq!(dot(&values, &rates), 8.0);
        assert_eq!(dot(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0; 5]), 15.0);
    }
}
