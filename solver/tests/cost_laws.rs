//! Cost laws against 60-digit arithmetic (mpmath), their properties, and ironing against brute force.

use std::sync::Arc;

use etm_solver::cost::{
    Beta, CostLaw, Empirical, Power, Side, TruncatedExponential, TruncatedLognormal, TruncatedNormal, Uniform,
    VirtualCost,
};
use proptest::prelude::*;

type Law = Arc<dyn CostLaw>;

/// Parameters, a cost, and F, S, f and F/f there.
type Row<const N: usize> = ([f64; N], f64, [f64; 4]);

#[rustfmt::skip]
const POWER: &[Row<3>] = &[
    ([0.0, 1.0, 0.05], 1e-12, [0.251188643150958, 0.748811356849042, 12559432157.547901, 2e-11]),
    ([0.0, 1.0, 0.05], 0.25, [0.9330329915368074, 0.06696700846319259, 0.18660659830736148, 5.0]),
    ([0.0, 1.0, 0.05], 0.99, [0.9994976094477416, 0.0005023905522584742, 0.05047967724483544, 19.799999999999997]),
    ([0.0, 1.0, 50.0], 0.5, [8.881784197001252e-16, 0.9999999999999991, 8.881784197001252e-14, 0.01]),
    ([0.0, 1.0, 50.0], 0.9, [0.00515377520732012, 0.9948462247926799, 0.28632084485111775, 0.018000000000000002]),
    ([0.0, 1.0, 50.0], 0.9999999999990905, [0.9999999999545253, 4.5474735087633116e-11, 49.99999999777174, 0.01999999999998181]),
    ([-1.0, 3.0, 2.5], -0.999, [9.882117688026208e-10, 0.9999999990117883, 2.47052942200655e-06, 0.00040000000000000034]),
    ([-1.0, 3.0, 2.5], 0.5, [0.0861148737697211, 0.9138851262302788, 0.14352478961620185, 0.6]),
    ([-1.0, 3.0, 2.5], 2.999, [0.9993751171826171, 0.0006248828173828963, 0.624765639649048, 1.5996000000000001]),
];

#[rustfmt::skip]
const EXPONENTIAL: &[Row<3>] = &[
    ([0.0, 1.0, 1e-08], 1e-09, [1.000000005e-09, 0.999999999, 1.000000005, 1e-09]),
    ([0.0, 1.0, 1e-08], 0.5, [0.50000000125, 0.49999999875, 1.0, 0.50000000125]),
    ([0.0, 1.0, 1e-08], 0.9999999990686774, [0.9999999990686774, 9.313225699588657e-10, 0.999999995, 1.0000000040686774]),
    ([0.0, 1.0, 1000.0], 1e-06, [0.0009995001666250082, 0.999000499833375, 999.000499833375, 1.0005001667083416e-06]),
    ([0.0, 1.0, 1000.0], 0.01, [0.9999546000702375, 4.539992976248484e-05, 0.045399929762484845, 22.02546579480672]),
    ([0.0, 1.0, 1000.0], 0.3, [1.0, 5.148200222412071e-131, 5.148200222412071e-128, 1.9424263952412345e+127]),
    ([-0.5, 1.5, 3.0], -0.49, [0.029627906689688982, 0.970372093310311, 2.9185710149014668, 0.01015151131783896]),
    ([-0.5, 1.5, 3.0], 0.3, [0.9115415322678181, 0.08845846773218187, 0.27283013816707935, 3.3410587935472003]),
    ([-0.5, 1.5, 3.0], 1.4999, [0.9999992544146707, 7.455853292607927e-07, 0.007456971726521539, 134.10259433572259]),
];

#[rustfmt::skip]
const NORMAL: &[Row<4>] = &[
    ([0.0, 1.0, 0.5, 0.2], 1e-08, [8.874364461108573e-10, 0.9999999991125635, 0.08874365015756355, 9.999999375000034e-09]),
    ([0.0, 1.0, 0.5, 0.2], 0.3, [0.15436266964019887, 0.8456373303598012, 1.225068149008944, 0.12600333276567124]),
    ([0.0, 1.0, 0.5, 0.2], 0.999, [0.9999106997681666, 8.930023183339462e-05, 0.08985877338643423, 11.127580113608815]),
    ([0.0, 1.0, -50.0, 1.0], 1e-09, [5.001998278140606e-08, 0.9999999499800172, 50.0199815309065, 1.0000000250000005e-09]),
    ([0.0, 1.0, -50.0, 1.0], 0.25, [0.9999964059597815, 3.5940402185686948e-06, 0.00018067198763272713, 5534.872445155083]),
    ([0.0, 1.0, -50.0, 1.0], 0.75, [1.0, 3.8490128039424535e-17, 1.95413765927422e-15, 511734675013328.75]),
    ([0.0, 1.0, 51.0, 1.0], 0.125, [6.684825391879014e-20, 1.0, 3.4080551116940733e-18, 0.01961478078491555]),
    ([0.0, 1.0, 51.0, 1.0], 0.5, [1.21348156938706e-11, 0.9999999999878652, 6.130482978478146e-10, 0.01979422459286069]),
    ([0.0, 1.0, 51.0, 1.0], 0.9999999990686774, [0.9999999534152608, 4.658473922618399e-08, 50.01998170266868, 0.019992009580481484]),
    ([0.0, 2.0, 1.0, 1000000.0], 1e-07, [4.999999999998333e-08, 0.99999995, 0.49999999999983336, 1e-07]),
    ([0.0, 2.0, 1.0, 1000000.0], 0.5, [0.24999999999996875, 0.7500000000000312, 0.5000000000000209, 0.4999999999999167]),
    ([0.0, 2.0, 1.0, 1000000.0], 1.9375, [0.9687500000000094, 0.03124999999999054, 0.4999999999998636, 1.9375000000005473]),
    ([0.0, 1.0, 0.5, 0.01], 0.4375, [2.0522634252189407e-10, 0.9999999997947736, 1.3140018181558848e-07, 0.0015618421503397592]),
    ([0.0, 1.0, 0.5, 0.01], 0.5, [0.5, 0.5, 39.89422804014327, 0.012533141373155003]),
    ([0.0, 1.0, 0.5, 0.01], 0.625, [1.0, 3.732564298877726e-36, 4.695195357975161e-33, 2.1298368305408653e+32]),
    ([0.0, 0.0625, 0.03, 0.02], 9.5367431640625e-07, [7.00944314049053e-06, 0.9999929905568595, 7.350196702163477, 9.536402118908397e-07]),
    ([0.0, 0.0625, 0.03, 0.02], 0.01, [0.1042411211851004, 0.8957588788148996, 13.730993138473815, 0.007591666541076335]),
    ([0.0, 0.0625, 0.03, 0.02], 0.06, [0.9832871077828248, 0.016712892217175243, 7.349671002283948, 0.1337865473811363]),
];

#[rustfmt::skip]
const LOGNORMAL: &[Row<4>] = &[
    ([0.0, 1.0, -3.0, 1.0], 0.0001, [2.6470712009768724e-10, 0.9999999997352929, 1.68457675084207e-05, 1.571356840615116e-05]),
    ([0.0, 1.0, -3.0, 1.0], 0.05, [0.5023807341163172, 0.4976192658836828, 7.989558035717086, 0.06287966516676377]),
    ([0.0, 1.0, -3.0, 1.0], 0.875, [0.9992735207377067, 0.0007264792622932979, 0.007503561765151435, 133.1732251980123]),
    ([0.01, 0.5, -3.0, 0.8], 0.0101, [0.0006879864635107003, 0.9993120135364894, 6.931170378353784, 9.925978239682278e-05]),
    ([0.01, 0.5, -3.0, 0.8], 0.1, [0.8055603077423334, 0.1944396922576665, 3.495481506850645, 0.23045760824754766]),
    ([0.01, 0.5, -3.0, 0.8], 0.499, [0.9999839306730692, 1.6069326930779806e-05, 0.01614349650067103, 61.94345386276779]),
    ([0.001, 2.0, 5.0, 0.1], 1.5, [2.3202782628351094e-56, 1.0, 7.110429831471139e-54, 0.00326320393819996]),
    ([0.001, 2.0, 5.0, 0.1], 1.75, [4.200374449700485e-26, 1.0, 1.066327217396855e-23, 0.003939104602388885]),
    ([0.001, 2.0, 5.0, 0.1], 1.9375, [1.0877133938174293e-06, 0.9999989122866062, 0.00024369854887729082, 0.004463356055374478]),
];

#[rustfmt::skip]
const BETA: &[Row<4>] = &[
    ([0.0, 1.0, 0.05, 0.05], 1e-20, [0.05019205308933639, 0.9498079469106636, 2.50960265446682e+17, 1.9999999999999997e-19]),
    ([0.0, 1.0, 0.05, 0.05], 0.5, [0.5, 0.5, 0.0936616828906356, 5.33836233312001]),
    ([0.0, 1.0, 0.05, 0.05], 0.9999999999999991, [0.9112721472471376, 0.08872785275286242, 4994934057439.697, 1.8243927482683073e-13]),
    ([0.0, 1.0, 500.0, 500.0], 0.25, [8.5343897108314e-65, 1.0, 1.1413055267685546e-61, 0.0007477743260382975]),
    ([0.0, 1.0, 500.0, 500.0], 0.484375, [0.16152586141425848, 0.8384741385857415, 15.491531234199819, 0.010426720184875369]),
    ([0.0, 1.0, 500.0, 500.0], 0.53125, [0.976027938724343, 0.023972061275656986, 3.57798762212524, 0.27278684048230595]),
    ([0.0, 1.0, 0.05, 500.0], 1e-30, [0.04431900548041555, 0.9556809945195844, 2.2159502740207776e+27, 2.0000000000000002e-29]),
    ([0.0, 1.0, 0.05, 500.0], 0.0001, [0.8822056986128246, 0.11779430138717538, 420.6177852633499, 0.0020974046498306613]),
    ([0.0, 1.0, 0.05, 500.0], 0.0625, [1.0, 1.8377745866533122e-17, 1.0072584457541234e-14, 99279385962488.6]),
    ([0.0, 1.0, 2.0, 0.5], 1e-05, [3.7500125000703137e-11, 0.9999999999624999, 7.500037500281253e-06, 4.999991666614583e-06]),
    ([0.0, 1.0, 2.0, 0.5], 0.5, [0.11611652351681559, 0.8838834764831844, 0.5303300858899106, 0.21895141649746006]),
    ([0.0, 1.0, 2.0, 0.5], 0.9999999999990905, [0.9999985694885254, 1.4305114746089413e-06, 786431.9999992847, 1.2715639362200863e-06]),
    ([-1.0, 1.0, 5.0, 2.5], -0.875, [1.0324872909799376e-05, 0.9999896751270902, 0.000406192929553597, 0.02541864261681348]),
    ([-1.0, 1.0, 5.0, 2.5], 0.25, [0.3756219961206659, 0.6243780038793342, 1.0275958614765504, 0.365534749800311]),
    ([-1.0, 1.0, 5.0, 2.5], 0.96875, [0.9993154142884606, 0.0006845857115393983, 0.053780856754883644, 18.581247577423845]),
    ([0.0, 1.0, 500.0, 0.05], 0.9375, [1.8377745866533122e-17, 1.0, 1.0072584457541234e-14, 0.0018245313250040713]),
    ([0.0, 1.0, 500.0, 0.05], 0.984375, [2.5010834438715286e-06, 0.9999974989165561, 0.0014078557056383236, 0.0017765197341282459]),
    ([0.0, 1.0, 500.0, 0.05], 0.9999999990686774, [0.5044984662184725, 0.4955015337815275, 26602024.259811033, 1.8964664541737256e-08]),
];

fn power([lower, upper, exponent]: [f64; 3]) -> Law {
    Arc::new(Power::new(lower, upper, exponent).unwrap())
}

fn exponential([lower, upper, rate]: [f64; 3]) -> Law {
    Arc::new(TruncatedExponential::new(lower, upper, rate).unwrap())
}

fn normal([lower, upper, mean, sd]: [f64; 4]) -> Law {
    Arc::new(TruncatedNormal::new(lower, upper, mean, sd).unwrap())
}

fn lognormal([lower, upper, log_mean, log_sd]: [f64; 4]) -> Law {
    Arc::new(TruncatedLognormal::new(lower, upper, log_mean, log_sd).unwrap())
}

fn beta([lower, upper, alpha, beta]: [f64; 4]) -> Law {
    Arc::new(Beta::new(lower, upper, alpha, beta).unwrap())
}

/// A relative error of a few roundings, and one more for every e-fold below or above 1: x itself is rounded, and
/// d ln F/d ln x is about |ln F| in a tail.
fn tolerance(value: f64) -> f64 {
    4e-15 + 1e-15 * value.ln().abs()
}

fn check<const N: usize>(rows: &[Row<N>], build: impl Fn([f64; N]) -> Law) {
    for (parameters, cost, expected) in rows {
        let law = build(*parameters);
        let found = [
            law.cdf(*cost),
            law.survival(*cost),
            law.pdf(*cost, Side::Left),
            law.markup(*cost, Side::Left),
        ];
        for (name, (found, expected)) in ["F", "S", "f", "F/f"].iter().zip(found.iter().zip(expected)) {
            let error = (found / expected - 1.0).abs();
            // f and F/f carry the tail of F or S beside their own size.
            let allowed = tolerance(*expected) + tolerance(law.cdf(*cost));
            assert!(
                error <= allowed,
                "{law:?} at {cost}: {name} = {found:e}, not {expected:e}, off by {error:e}"
            );
        }
        check_inverse(law.as_ref(), *cost, expected[0], expected[1]);
    }
}

/// The quantiles of the reference values come back to the cost, up to what one rounding of F or S moves it.
fn check_inverse(law: &dyn CostLaw, cost: f64, cdf: f64, survival: f64) {
    let density = law.pdf(cost, Side::Left);
    for (found, share) in [(law.quantile(cdf), cdf), (law.upper_quantile(survival), survival)] {
        let allowed = 4e-15 * cost.abs() + (2.0 * tolerance(share) * share + 4e-16) / density;
        // Where 1 − share underflows the other tail says nothing.
        if share < 1.0 {
            let error = (found - cost).abs();
            assert!(
                error <= allowed,
                "{law:?}: quantile of {share:e} is {found:e}, not {cost:e}, off by {error:e}"
            );
        }
    }
}

#[test]
fn power_law_agrees_with_sixty_digits() {
    check(POWER, power);
}

#[test]
fn exponential_law_agrees_with_sixty_digits() {
    check(EXPONENTIAL, exponential);
}

#[test]
fn normal_law_agrees_with_sixty_digits() {
    check(NORMAL, normal);
}

#[test]
fn lognormal_law_agrees_with_sixty_digits() {
    check(LOGNORMAL, lognormal);
}

#[test]
fn beta_law_agrees_with_sixty_digits() {
    check(BETA, beta);
}

fn laws() -> impl Strategy<Value = Law> {
    let ends = (-2.0..2.0_f64, 0.01..3.0_f64);
    let shape = (0.05_f64.ln()..200.0_f64.ln()).prop_map(f64::exp);
    prop_oneof![
        ends.clone()
            .prop_map(|(lower, width)| Arc::new(Uniform::new(lower, lower + width).unwrap()) as Law),
        (0.01..3.0_f64, shape.clone()).prop_map(|(width, a)| power([0.0, width, a])),
        (ends.clone(), 1e-6..200.0_f64)
            .prop_map(|((lower, width), decay)| { exponential([lower, lower + width, decay / width]) }),
        (ends, -20.0..20.0_f64, 0.02..50.0_f64).prop_map(|((lower, width), place, spread)| {
            normal([lower, lower + width, lower + place * width, spread * width])
        }),
        (
            prop_oneof![Just(0.0), 0.01..2.0_f64],
            0.01..3.0_f64,
            -3.0..3.0_f64,
            0.1..10.0_f64
        )
            .prop_map(|(lower, width, mean, sd)| lognormal([lower, lower + width, mean, sd])),
        (0.01..3.0_f64, shape.clone(), shape).prop_map(|(width, a, b)| beta([0.0, width, a, b])),
        (-2.0..2.0_f64, prop::collection::vec(0.01..1.0_f64, 1..12))
            .prop_map(|(lower, steps)| empirical(lower, &steps)),
    ]
}

fn empirical(lower: f64, steps: &[f64]) -> Law {
    let mut quantiles = vec![lower];
    quantiles.extend(steps.iter().scan(lower, |q, step| {
        *q += step;
        Some(*q)
    }));
    let upper = quantiles[quantiles.len() - 1];
    Arc::new(Empirical::new(lower, upper, quantiles).unwrap())
}

/// The relative change of F that one rounding of the cost makes, beside a few roundings of F.
fn rounding(law: &dyn CostLaw, cost: f64, share: f64) -> f64 {
    tolerance(share) + 3e-16 * cost.abs() * law.pdf(cost, Side::Left) / share
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn cdf_and_survival_are_complements_and_monotone(law in laws(), shares in (0.0..1.0_f64, 0.0..1.0_f64)) {
        let cost = |share: f64| law.lower() + share * (law.upper() - law.lower());
        let [low, high] = [shares.0.min(shares.1), shares.0.max(shares.1)].map(cost);
        prop_assert!((law.cdf(low) + law.survival(low) - 1.0).abs() < 1e-14);
        prop_assert!(law.cdf(low) <= law.cdf(high) * (1.0 + 1e-13));
        prop_assert!(law.survival(high) <= law.survival(low) * (1.0 + 1e-13));
    }

    #[test]
    fn quantiles_invert(law in laws(), log in -40.0..0.0_f64, tail in any::<bool>()) {
        let share = log.exp();
        let cost = if tail { law.upper_quantile(share) } else { law.quantile(share) };
        prop_assert!(law.lower() <= cost && cost <= law.upper());
        if law.lower() < cost && cost < law.upper() && law.pdf(cost, Side::Left).is_finite() {
            let back = if tail { law.survival(cost) } else { law.cdf(cost) };
            let error = (back / share - 1.0).abs();
            prop_assert!(error <= 2.0 * rounding(law.as_ref(), cost, share), "{error:e} at {cost:e}");
        }
    }

    #[test]
    fn density_is_the_derivative_and_markup_the_ratio(law in laws(), share in 0.05..0.95_f64) {
        let cost = law.quantile(share);
        let density = law.pdf(cost, Side::Right);
        let step = 1e-5 * (law.upper() - cost).min(cost - law.lower()).min(share.min(1.0 - share) / density);
        let knotted = law.knots().iter().any(|knot| (knot - cost).abs() <= step);
        // A step must be far above the rounding of the cost.
        prop_assume!(!knotted && step > 1e-9 * cost.abs());
        let slope = (law.cdf(cost + step) - law.cdf(cost - step)) / (2.0 * step);
        prop_assert!((slope / density - 1.0).abs() < 1e-5, "{slope} {density}");
        let markup = law.markup(cost, Side::Right);
        prop_assert!((markup * density / law.cdf(cost) - 1.0).abs() < 1e-12);
        let bend = law.log_density_slope(cost, Side::Right);
        let change = (law.pdf(cost + step, Side::Left) / law.pdf(cost - step, Side::Right)).ln();
        prop_assert!((change - 2.0 * step * bend).abs() < 1e-8);
    }

    #[test]
    fn crossing_inverts_the_virtual_cost(law in laws(), share in 0.01..0.99_f64) {
        let virtual_cost = VirtualCost::new(law.as_ref());
        let mut ends = vec![law.lower()];
        ends.extend(virtual_cost.monotone_breaks());
        ends.push(law.upper());
        for pair in ends.windows(2) {
            let cost = pair[0] + share * (pair[1] - pair[0]);
            let level = virtual_cost.value(cost, Side::Left);
            prop_assume!(level < 1e100);
            let found = virtual_cost.value(virtual_cost.crossing(level, pair[0], pair[1]), Side::Left);
            let bend = law.log_density_slope(cost, Side::Left);
            let slope = 2.0 - law.markup(cost, Side::Left) * bend;
            let allowed = 1e-13 * (level.abs() + law.upper()) + 1e-15 * slope.abs() * (cost.abs() + law.upper());
            prop_assert!((found - level).abs() <= allowed.abs() + 1e-15, "{level} {found}");
        }
    }

    #[test]
    fn ironing_is_the_convex_minorant(steps in prop::collection::vec(0.01..1.0_f64, 2..12)) {
        compare_with_hull(empirical(0.0, &steps).as_ref(), steps.len() * 2_000);
    }
}

/// The lower hull of q F⁻¹(q) on a grid, as flat intervals in q longer than a few steps.
fn hull(law: &dyn CostLaw, points: usize) -> Vec<[f64; 3]> {
    let height: Vec<f64> = (0..=points)
        .map(|k| k as f64 / points as f64)
        .map(|q| q * law.quantile(q))
        .collect();
    let slope = |a: usize, b: usize| (height[b] - height[a]) / (b - a) as f64;
    let mut kept: Vec<usize> = Vec::new();
    for k in 0..=points {
        while let [.., a, b] = kept[..]
            && slope(a, b) >= slope(b, k)
        {
            kept.pop();
        }
        kept.push(k);
    }
    let long = |pair: &&[usize]| pair[1] - pair[0] > 8;
    kept.windows(2)
        .filter(long)
        .map(|pair| [pair[0], pair[1]].map(|k| k as f64 / points as f64))
        .zip(kept.windows(2).filter(long))
        .map(|([from, to], pair)| {
            [
                law.quantile(from),
                law.quantile(to),
                slope(pair[0], pair[1]) * points as f64,
            ]
        })
        .collect()
}

/// Every long flat of the hull is an ironed interval, within the grid; nothing else of that length is ironed.
fn compare_with_hull(law: &dyn CostLaw, points: usize) {
    let virtual_cost = VirtualCost::new(law);
    for [from, to, level] in hull(law, points) {
        let found = virtual_cost.ironed_value(0.5 * (from + to), Side::Left);
        // A tangent point between grid points costs the chord at most H″h²/8, H″ = dz/dq = 2/f, at either end.
        let thin = law.pdf(from, Side::Left).min(law.pdf(to, Side::Right));
        let allowed = (thin * (law.cdf(to) - law.cdf(from)) * (points as f64).powi(2)).recip() + 1e-12 * level;
        assert!(
            (found - level).abs() <= allowed,
            "{law:?}: {found} is not {level} on [{from}, {to}]"
        );
    }
    for flat in virtual_cost.ironed() {
        let mass = law.cdf(flat.upper) - law.cdf(flat.lower);
        assert!(
            mass < 20.0 / points as f64
                || hull(law, points)
                    .iter()
                    .any(|[from, to, _]| *from < flat.upper && flat.lower < *to),
            "{law:?}: {flat:?} is on no flat of the hull"
        );
        // Either z meets the level or it jumps across it, or the support ends.
        let [before, after] = [Side::Left, Side::Right].map(|side| virtual_cost.value(flat.lower, side));
        let slack = 1e-12 * flat.level.abs();
        assert!(
            before <= flat.level + slack && after >= flat.level - slack,
            "{law:?}: {flat:?}"
        );
    }
    assert_eq!(virtual_cost.is_increasing(), virtual_cost.ironed().is_empty());
}

#[test]
fn beta_laws_are_ironed_up_to_hi_when_the_density_is_infinite_there() {
    for [alpha, shape] in [[2.0, 0.5], [0.5, 0.5], [1.0, 0.9], [30.0, 0.3], [0.05, 0.6]] {
        let law = beta([0.0, 1.0, alpha, shape]);
        let virtual_cost = VirtualCost::new(law.as_ref());
        let [flat] = virtual_cost.ironed() else {
            panic!("{law:?}: {:?}", virtual_cost.ironed())
        };
        assert_eq!(flat.upper, 1.0);
        // z(l) S(l) = hi − l F(l).
        let residual = flat.level * law.survival(flat.lower) - (1.0 - flat.lower * law.cdf(flat.lower));
        assert!(residual.abs() < 1e-14 * flat.level, "{residual:e}");
        let end = virtual_cost.ironed_value(1.0, Side::Right);
        assert_eq!(end, flat.level);
        let points = 1_000_000;
        let [.., [from, to, level]] = hull(law.as_ref(), points)[..] else {
            panic!("no flat on the hull")
        };
        assert!((level - flat.level).abs() < 1e-8 && (from - flat.lower).abs() < 1e-4 && to == 1.0);
    }
}

#[test]
fn an_ironed_interval_may_span_steps_and_end_at_a_jump() {
    // The mean of z over [4, 7], F = 5/9 and 8/9 there, is (8·7 − 5·4)/3 = 12; z jumps over it at 4, from 6.5 to 14.
    let law = Empirical::new(0.0, 12.0, vec![0.0, 1.0, 2.0, 2.5, 3.5, 4.0, 6.0, 6.5, 7.0, 12.0]).unwrap();
    let virtual_cost = VirtualCost::new(&law);
    let last = virtual_cost.ironed()[2];
    assert!((last.lower - 4.0).abs() < 1e-12 && last.upper == 7.0 && (last.level - 12.0).abs() < 1e-12);
    compare_with_hull(&law, 1_000_000);
}

#[test]
fn log_concave_laws_are_not_ironed() {
    let laws = [
        power([0.0, 1.0, 0.05]),
        power([-1.0, 1.0, 50.0]),
        exponential([0.0, 1.0, 1e3]),
        normal([0.0, 1.0, -50.0, 0.3]),
        normal([0.0, 1.0, 0.5, 0.01]),
        normal([0.0, 1.0, 50.0, 0.3]),
        lognormal([0.0, 1.0, -3.0, 10.0]),
        beta([0.0, 1.0, 0.05, 500.0]),
        beta([0.0, 1.0, 500.0, 1.0]),
        empirical(0.0, &[0.1; 10]),
    ];
    for law in laws {
        let virtual_cost = VirtualCost::new(law.as_ref());
        assert!(
            virtual_cost.is_increasing() && virtual_cost.monotone_breaks().is_empty(),
            "{law:?}"
        );
    }
}

#[test]
fn every_answer_is_a_number() {
    let laws = [
        power([0.0, 1.0, 0.05]),
        exponential([0.0, 1.0, 1e-300]),
        normal([0.0, 1.0, -1e6, 1e-9]),
        normal([-5.0, 1.0, 1e6, 1e3]),
        lognormal([0.0, 1.0, 40.0, 20.0]),
        lognormal([0.0, 1.0, -60.0, 100.0]),
        beta([0.0, 1.0, 0.05, 0.05]),
        beta([0.0, 1.0, 500.0, 500.0]),
    ];
    for law in laws {
        let ends = [law.lower(), law.upper(), f64::MAX, -f64::MAX, -0.0, 5e-324, -5e-324];
        let inside = (0..=1000).map(|k| law.lower() + (law.upper() - law.lower()) * f64::from(k) / 1000.0);
        for cost in inside.chain(ends) {
            for side in [Side::Left, Side::Right] {
                let answers = [
                    law.cdf(cost),
                    law.survival(cost),
                    law.pdf(cost, side),
                    law.markup(cost, side),
                ];
                assert!(answers.iter().all(|x| *x >= 0.0), "{law:?} at {cost}: {answers:?}");
            }
        }
        for share in [-1.0, 0.0, 5e-324, 1e-300, 0.5, 1.0 - 1e-16, 1.0, 2.0] {
            for cost in [law.quantile(share), law.upper_quantile(share)] {
                assert!(law.lower() <= cost && cost <= law.upper(), "{law:?}: {share}");
            }
        }
    }
}

#[test]
fn bad_parameters_are_refused_all_at_once() {
    let keys = |faults: Option<etm_solver::market::Faults>| -> Vec<String> {
        faults.map_or(Vec::new(), |faults| {
            faults.0.into_iter().map(|fault| fault.key).collect()
        })
    };
    assert_eq!(keys(Uniform::new(1.0, 1.0).err()), ["upper"]);
    assert_eq!(keys(Power::new(f64::NAN, 1.0, 0.0).err()), ["lower", "exponent"]);
    assert_eq!(keys(Beta::new(0.0, 1.0, 0.0, -1.0).err()), ["alpha", "beta"]);
    assert_eq!(
        keys(TruncatedNormal::new(1.0, 0.0, f64::INFINITY, 0.0).err()),
        ["upper", "mean", "sd"]
    );
    assert_eq!(
        keys(TruncatedLognormal::new(-1.0, 1.0, 0.0, 0.0).err()),
        ["lower", "log_sd"]
    );
    assert_eq!(keys(TruncatedExponential::new(0.0, 1.0, -1.0).err()), ["rate"]);
    assert_eq!(
        keys(Empirical::new(0.0, 1.0, vec![0.0, 0.5, 0.5]).err()),
        ["quantiles[2]", "quantiles[2]"]
    );
    assert_eq!(keys(Empirical::new(0.0, 1.0, Vec::new()).err()), ["quantiles"]);
    // All the mass within rounding of one cost.
    assert_eq!(keys(TruncatedNormal::new(1.0, 2.0, 1.5, 1e-20).err()), ["sd"]);
    assert_eq!(keys(TruncatedExponential::new(1.0, 2.0, 1e18).err()), ["rate"]);
    assert_eq!(keys(Power::new(1.0, 2.0, 0.01).err()), ["exponent"]);
}
