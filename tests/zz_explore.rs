mod common;
use common::draft::*;
#[test]
fn explore() {
    let mut shapes = vec![];
    for sd in [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0] {
        for m in [-8.0, -4.0, -2.0, 0.0, 1.0] {
            shapes.push(Shape::Lognormal {
                log_mean: m,
                log_sd: sd,
            });
        }
    }
    for a in [0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 50.0, 500.0] {
        for b in [0.05, 0.1, 0.2, 0.5, 0.9, 2.0, 5.0, 50.0, 500.0] {
            shapes.push(Shape::Beta { alpha: a, beta: b });
        }
    }
    for a in [0.05, 0.1, 0.3, 0.7, 3.0, 20.0, 50.0] {
        shapes.push(Shape::Power { exponent: a });
    }
    for r in [1e-8, 1.0, 50.0, 700.0] {
        shapes.push(Shape::Exponential { rate: r });
    }
    for (m, s) in [
        (0.5, 0.01),
        (-30.0, 1.0),
        (31.0, 1.0),
        (0.0, 0.1),
        (1.0, 0.05),
        (-3.0, 0.1),
        (0.5, 100.0),
    ] {
        shapes.push(Shape::Normal { mean: m, sd: s });
    }
    for shape in shapes {
        for n in [2, 3, 10, 100, 10000] {
            for reserve in [Reserve::None, Reserve::Optimal] {
                for prize in [0.5, 2.0] {
                    let d = Draft::plain().with(|d| {
                        d.shape = shape.clone();
                        d.count = Count::Fixed(n);
                        d.reserve = reserve;
                        d.states = vec![prize];
                    });
                    let t = std::time::Instant::now();
                    let s = d.solved();
                    let ms = t.elapsed().as_secs_f64() * 1e3;
                    let c = s.equilibrium.certificate;
                    let worst = evidence_max(&c);
                    println!(
                        "{worst:9.2e} {ms:7.2}ms bid {:9.2e} tim {:9.2e} foc {:9.2e} val {:9.2e} n={n} r={reserve:?} prize={prize} {shape:?}",
                        c.bid_deviation_gain, c.timing_deviation_gain, c.foc_gap, c.value_gap
                    );
                }
            }
        }
    }
}
fn evidence_max(c: &etm_solver::verify::Certificate) -> f64 {
    common::evidence(c)
        .iter()
        .map(|x| x.1)
        .fold(0.0, |a: f64, b| if b.is_nan() { f64::NAN } else { a.max(b) })
}
