//! Smooth random functions: what must hold whatever the shape.

use std::collections::BTreeSet;
use std::f64::consts::TAU;

use super::*;

fn boundary_points(region: &Region) -> BTreeSet<(u64, u64)> {
    let curves = region.boundary();
    let points = curves.iter().flat_map(|curve| &curve.points);
    points.map(|p| (p.x.to_bits(), p.y.to_bits())).collect()
}

/// A smooth random function: a sum of waves from a fixed seed.
fn waves(seed: u64) -> impl Fn(f64, f64) -> Option<f64> + Sync + Copy {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let terms: [[f64; 4]; 5] =
        std::array::from_fn(|_| [14.0 * draw() - 7.0, 14.0 * draw() - 7.0, TAU * draw(), draw()]);
    move |x, y| Some(terms.iter().map(|[a, b, c, d]| d * (a * x + b * y + c).cos()).sum())
}

#[test]
fn same_bytes_whatever_the_threads() {
    let f = waves(7);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| superlevel(&plane(&linear(9), &linear(9), &f, depth(3)), 0.1))
    };
    let one = run(1);
    assert!(!one.rings().is_empty());
    assert_eq!(format!("{one:?}"), format!("{:?}", run(4)));
}

#[test]
fn random_functions_and_their_complements_fill_the_rectangle() {
    for seed in 0..60 {
        let f = waves(seed);
        let below = move |x: f64, y: f64| f(x, y).map(|v| -v);
        let settings = Settings {
            turn: if seed % 3 == 0 { 0.0 } else { 15.0 },
            ..depth(seed as usize % 4)
        };
        for (x, y) in [
            (linear(9), linear(7)),
            (whole(6), linear(8)),
            (linear(8), whole(6)),
            (whole(6), whole(5)),
        ] {
            let (above, below) = (
                superlevel(&plane(&x, &y, &f, settings), 0.2),
                superlevel(&plane(&x, &y, &below, settings), -0.2),
            );
            let extent = |axis: &Axis| axis.range().1 - axis.range().0;
            let whole_area = extent(&x) * extent(&y);
            let error = (above.area() + below.area() - whole_area).abs();
            assert!(error < 1e-9 * whole_area, "seed {seed}: {error}");
            // The same curves, seen from the other side. (Where cells touch at a corner the ways differ, not the points.)
            assert_eq!(boundary_points(&above), boundary_points(&below), "seed {seed}");
        }
    }
}

#[test]
fn random_grid_points_agree_with_the_region() {
    for seed in 0..60 {
        let g = waves(seed);
        // Some of them with values missing in a disc.
        let f = move |x: f64, y: f64| g(x, y).filter(|_| seed % 2 == 0 || distance(x, y) > 0.3);
        for (x, y) in [
            (linear(9), linear(11)),
            (whole(6), linear(8)),
            (linear(8), whole(6)),
            (whole(6), whole(5)),
        ] {
            let region = superlevel(&plane(&x, &y, &f, depth(seed as usize % 4)), 0.1);
            let polygon = region.joined();
            let inner = |axis: &Axis| {
                let n = axis.values().len();
                axis.values()[usize::from(!axis.is_whole())..n - usize::from(!axis.is_whole())].to_vec()
            };
            for &b in &inner(&y) {
                for &a in &inner(&x) {
                    let inside = f(a, b).is_some_and(|v| v >= 0.1);
                    assert_eq!(region.contains(a, b), inside, "seed {seed} at {a}, {b}");
                    // A little aside, where no bridge passes: on a bridge the sum of angles is ambiguous.
                    let (a, b) = (a + 0.001_23, b + 0.000_71);
                    let inside = i32::from(region.contains(a, b));
                    assert_eq!(winding(&polygon, a, b), inside, "seed {seed} at {a}, {b}");
                }
            }
        }
    }
}
