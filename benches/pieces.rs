//! The parts of a solve, each on its own: `cargo bench --bench pieces`.

mod markets;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use etm_solver::auction::{BidFunction, Bidders, Competition, CostPanels, hold_auction};
use etm_solver::cost::{Beta, CostLaw, TruncatedLognormal, TruncatedNormal, Uniform, VirtualCost};
use etm_solver::exercise::{OwnUse, TicketValues};
use etm_solver::market::{AuctionRule, Format, Market, Participation, Reserve};
use etm_solver::path::{Path, reachable};
use etm_solver::prize::{FinitePrizes, Prize};
use etm_solver::timing::Induction;
use etm_solver::verify::certify;
use etm_solver::{Settings, solve};

use markets::{autoregressive, kinked};

fn chain(market: &Market) -> &FinitePrizes {
    match market.prize() {
        Prize::Finite(prizes) => prizes,
        Prize::Continuous(_) => panic!("the markets timed are chains"),
    }
}

fn competition(market: &Market) -> Competition {
    Competition::from(market.buyers().count())
}

/// V of every prize from maturity to slot 0.
fn backward<'m>(market: &Market, prizes: &'m FinitePrizes) -> TicketValues<'m> {
    let mut values = TicketValues::at_maturity(market, prizes);
    while values.slot() > 0 {
        values.step_back();
    }
    values
}

/// The multiplications of the recursion: states² × panels, summed over the slots.
fn multiplications(market: &Market, prizes: &FinitePrizes) -> u64 {
    let mut values = TicketValues::at_maturity(market, prizes);
    let mut panels = 0;
    while values.slot() > 0 {
        panels += values.discounts().ncols();
        values.step_back();
    }
    (prizes.size() * prizes.size() * panels) as u64
}

fn ticket_values(c: &mut Criterion) {
    let mut group = c.benchmark_group("ticket_values");
    for (states, maturity) in [(4, 32), (16, 32), (16, 128), (64, 32), (64, 128)] {
        let market = autoregressive(states, maturity, Reserve::None);
        let prizes = chain(&market);
        group.throughput(Throughput::Elements(multiplications(&market, prizes)));
        group.bench_function(BenchmarkId::new(format!("{states}_states"), maturity), |b| {
            b.iter(|| backward(&market, prizes));
        });
    }
    group.finish();
}

fn cost_panels(c: &mut Criterion) {
    let laws: [(&str, Arc<dyn CostLaw>); 5] = [
        ("uniform", Arc::new(Uniform::new(0.0, 1.0).expect("a law"))),
        (
            "truncated_normal",
            Arc::new(TruncatedNormal::new(0.0, 1.0, 0.4, 0.1).expect("a law")),
        ),
        (
            "truncated_lognormal",
            Arc::new(TruncatedLognormal::new(0.002, 0.12, -4.2, 0.6).expect("a law")),
        ),
        ("beta", Arc::new(Beta::new(0.0, 1.0, 2.0, 5.0).expect("a law"))),
        ("empirical", kinked(16)),
    ];
    let competition = Competition::Binomial {
        trials: 5.0,
        probability: 1.0,
    };
    let mut group = c.benchmark_group("cost_panels");
    for (name, law) in &laws {
        group.bench_function(BenchmarkId::new("new", name), |b| {
            b.iter(|| {
                CostPanels::new(&VirtualCost::new(black_box(law.as_ref())), competition)
                    .panels()
                    .len()
            });
        });
        let virtual_cost = VirtualCost::new(law.as_ref());
        let panels = CostPanels::new(&virtual_cost, competition);
        let knots: Vec<f64> = (1..=16).map(|k| law.quantile(f64::from(k) / 17.3)).collect();
        group.bench_function(BenchmarkId::new("refined_by_16_knots", name), |b| {
            b.iter(|| panels.refined(black_box(&knots), &panels));
        });
        let refined = panels.refined(&knots, &panels);
        group.bench_function(BenchmarkId::new("refined_again", name), |b| {
            b.iter(|| panels.refined(black_box(&knots), &refined));
        });
    }
    group.finish();
}

fn auctions(c: &mut Criterion) {
    let mut group = c.benchmark_group("auction");
    let uniform = autoregressive(16, 32, Reserve::None);
    for (name, market) in [
        ("16_states", uniform),
        ("week", markets::example("mev_boost_week.toml")),
    ] {
        let prizes = chain(&market);
        let virtual_cost = VirtualCost::new(market.buyers().cost());
        let base = CostPanels::new(&virtual_cost, competition(&market));
        let values = backward(&market, prizes);
        let panels = base.refined(values.knots(), &base);
        let profile = values.profile(prizes.initial());
        let bidders = Bidders::new(&panels, &profile, 0.0);
        group.bench_function(BenchmarkId::new("bidders", name), |b| {
            b.iter(|| Bidders::new(&panels, black_box(&profile), 0.0));
        });
        for (rule, reserve) in [("no_reserve", Reserve::None), ("optimal_reserve", Reserve::Optimal)] {
            let rule_of = AuctionRule::new(Format::FirstPrice, reserve).expect("a rule");
            group.bench_function(BenchmarkId::new(rule, name), |b| {
                b.iter(|| hold_auction(black_box(&bidders), &rule_of, Participation::Free, 0.0));
            });
        }
        let rule = AuctionRule::new(Format::FirstPrice, Reserve::Optimal).expect("a rule");
        let auction = hold_auction(&bidders, &rule, Participation::Free, 0.0);
        let costs: Vec<f64> = (0..=100)
            .map(|k| market.buyers().cost().quantile(f64::from(k) / 100.0))
            .collect();
        group.bench_function(BenchmarkId::new("bids_of_101_types", name), |b| {
            b.iter(|| {
                let function = BidFunction::new(black_box(&bidders), rule.format(), &auction).expect("bidders");
                function.at(&costs)
            });
        });
    }
    group.finish();
}

fn passes(c: &mut Criterion) {
    let mut group = c.benchmark_group("passes");
    let sixteen = autoregressive(16, 32, Reserve::Optimal);
    for (name, market) in [
        ("two_states", markets::example("two_states.toml")),
        ("week", markets::example("mev_boost_week.toml")),
        ("16_states", sixteen),
    ] {
        let prizes = chain(&market);
        let settings = Settings::default();
        let virtual_cost = VirtualCost::new(market.buyers().cost());
        let panels = CostPanels::new(&virtual_cost, competition(&market));
        let own_use = OwnUse::solve(&market, prizes);
        let own_use = own_use.as_ref();
        let reached = reachable(prizes, market.ticket().maturity());
        let solve_backward = || Induction::of_tickets(&market, prizes, &panels, own_use, &reached, &settings);
        group.bench_function(BenchmarkId::new("induction", name), |b| b.iter(solve_backward));
        let induction = solve_backward();
        group.bench_function(BenchmarkId::new("spot_auctions", name), |b| {
            b.iter(|| Induction::of_spot_auctions(&market, prizes, &panels, &settings));
        });
        group.bench_function(BenchmarkId::new("forward", name), |b| {
            b.iter(|| Path::follow(&market, prizes, &panels, own_use, &induction, &settings));
        });
        let equilibrium = solve(&market, &settings).expect("an equilibrium");
        group.bench_function(BenchmarkId::new("certify", name), |b| {
            b.iter(|| certify(&market, &equilibrium, &settings).expect("a certificate"));
        });
    }
    group.finish();
}

fn quick() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(700))
}

criterion_group! {
    name = benches;
    config = quick();
    targets = ticket_values, cost_panels, auctions, passes
}
criterion_main!(benches);
