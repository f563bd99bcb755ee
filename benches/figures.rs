//! Figures and sweeps: drawing, exporting, a thousand markets.

use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use criterion::{Criterion, criterion_group, criterion_main};
use etm::evaluate::{Evaluator, Solved};
use etm::figure::draw;
use etm::figure::kinds::{Kind, Subject};
use etm::figure::style::Style;
use etm::sweep::{self, Run};

fn solved(market: &str) -> Solved {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(market);
    let evaluator = Evaluator::new(&path, &[]).expect("an example is valid");
    evaluator.solve(&[]).expect("an example can be solved")
}

/// Each figure of a week of payments, from the equilibrium to SVG.
fn figures(criterion: &mut Criterion) {
    let week = solved("mev_boost_week.toml");
    let subject = Subject::new(&week.spec.market, &week.equilibrium, &week.figures, "").expect("finite prizes");
    let style = Style::default();
    for kind in Kind::ALL {
        criterion.bench_function(&format!("figure/{kind}"), |bench| {
            bench.iter(|| {
                let figure = kind.figure(&subject, None).expect("a figure");
                draw::svg(black_box(&figure), &style).expect("a drawing")
            });
        });
    }
}

/// The points of examples/sweeps/patience.toml (105 markets and conjecture reports), one thread.
fn points(criterion: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sweeps/patience.toml");
    let sweep = sweep::load(&path).expect("an example is valid");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
    let never = AtomicBool::new(false);
    criterion.bench_function("sweep/105 points", |bench| {
        bench.iter(|| {
            let run = Run {
                sweep: &sweep,
                pool: &pool,
                stop: &never,
                progress: &|_| {},
            };
            let end: Result<u64, std::convert::Infallible> = run.points(0..sweep.points(), |_, outcome| {
                black_box(&outcome);
                Ok(())
            });
            end
        });
    });
}

criterion_group!(benches, figures, points);
criterion_main!(benches);
