//! From a market to its verified equilibrium: `cargo bench --bench solve`.

mod markets;

use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use etm_solver::cost::Uniform;
use etm_solver::market::{
    AuctionRule, BuyerCount, Buyers, Exercise, Format, Holder, Market, Participation, Pool, Reserve, Sale, Ticket,
};
use etm_solver::prize::{FinitePrizes, Prize};
use etm_solver::{Equilibrium, Settings, solve};

use markets::{autoregressive, continuous, example, kinked, rouwenhorst, with_costs};

fn solved(market: &Market) -> Equilibrium {
    solve(market, &Settings::default()).expect("an equilibrium")
}

fn examples(c: &mut Criterion) {
    let mut group = c.benchmark_group("solve");
    for (name, market) in [
        ("two_states", example("two_states.toml")),
        ("week", example("mev_boost_week.toml")),
        ("16_states_32_slots", autoregressive(16, 32, Reserve::None)),
        ("16_states_32_slots_reserve", autoregressive(16, 32, Reserve::Optimal)),
    ] {
        group.bench_function(name, |b| b.iter(|| solved(&market)));
    }
    group.bench_function("week_with_its_files", |b| {
        b.iter(|| solved(&example("mev_boost_week.toml")));
    });
    group.finish();
}

fn large(c: &mut Criterion) {
    let mut group = c.benchmark_group("large");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_millis(1));
    for (states, maturity) in [(64, 300), (200, 50)] {
        let market = autoregressive(states, maturity, Reserve::None);
        group.bench_function(format!("{states}_states_{maturity}_slots"), |b| {
            b.iter(|| solved(&market));
        });
    }
    group.finish();
}

fn growth(c: &mut Criterion) {
    let mut group = c.benchmark_group("growth");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for maturity in [8, 16, 32, 64, 128, 256, 512] {
        let market = autoregressive(16, maturity, Reserve::None);
        group.bench_function(BenchmarkId::new("in_slots", maturity), |b| b.iter(|| solved(&market)));
    }
    for states in [4, 8, 16, 32, 64, 128] {
        let market = autoregressive(states, 32, Reserve::None);
        group.bench_function(BenchmarkId::new("in_states", states), |b| b.iter(|| solved(&market)));
    }
    for knots in [1, 4, 16, 64] {
        let market = with_costs(16, 32, Reserve::None, kinked(knots));
        group.bench_function(BenchmarkId::new("in_kinks_of_the_cost_law", knots), |b| {
            b.iter(|| solved(&market));
        });
    }
    group.finish();
}

/// Two buyers who come to every auction until the ticket is sold, costs uniform on [0, 1]; a constant prize or an
/// autoregressive one.
fn repeated(states: usize, maturity: usize) -> Market {
    let prizes = match states {
        1 => FinitePrizes::constant(1.0).expect("a prize"),
        _ => rouwenhorst(states, 0.9, 0.15),
    };
    let law = Uniform::new(0.0, 1.0).expect("a law");
    Market::new(
        Ticket::new(maturity as u64, Exercise::American).expect("a ticket"),
        Prize::Finite(prizes),
        Buyers::new(BuyerCount::Fixed(2), Arc::new(law)).expect("buyers"),
        Participation::Free,
        AuctionRule::new(Format::FirstPrice, Reserve::Optimal).expect("a rule"),
        Holder::new(0.99)
            .expect("a holder")
            .with_sale(Sale::UntilSold(Pool::Fixed)),
    )
    .expect("a market")
}

/// The same buyers again and again, without commitment.
fn again(c: &mut Criterion) {
    let mut group = c.benchmark_group("again");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_millis(1));
    for (states, maturity) in [(1, 9), (1, 50), (2, 32), (8, 8), (8, 32)] {
        let market = repeated(states, maturity);
        assert!(solved(&market).certificate.verified, "{states} prizes, T = {maturity}");
        group.bench_function(format!("{states}_states_{maturity}_slots"), |b| {
            b.iter(|| solved(&market));
        });
    }
    group.finish();
}

/// Continuous prizes, to a tolerance of 1e-9: the log prize of `autoregressive`, and two examples.
fn no_lattice(c: &mut Criterion) {
    let mut group = c.benchmark_group("continuous");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for maturity in [50, 500] {
        let market = continuous(maturity);
        assert!(solved(&market).certificate.verified, "T = {maturity}");
        group.bench_function(BenchmarkId::new("in_slots", maturity), |b| b.iter(|| solved(&market)));
    }
    for name in ["iid_dagum", "log_ar1"] {
        let market = example(&format!("{name}.toml"));
        group.bench_function(name, |b| b.iter(|| solved(&market)));
    }
    group.finish();
}

fn quick() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(700))
}

criterion_group! {
    name = benches;
    config = quick();
    targets = examples, large, growth, again, no_lattice
}
criterion_main!(benches);
