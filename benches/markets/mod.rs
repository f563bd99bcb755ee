//! The markets that are timed.

#![allow(dead_code, reason = "each bench uses another part")]

use std::path::Path;
use std::sync::Arc;

use etm_solver::cost::{CostLaw, Empirical, Uniform};
use etm_solver::market::{
    AuctionRule, BuyerCount, Buyers, Exercise, Format, Holder, Market, Participation, Reserve, Ticket,
};
use etm_solver::prize::{FinitePrizes, Prize};

/// A market file of `examples/`.
pub fn example(name: &str) -> Market {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    etm::spec::load::<&str>(&path, &[]).expect("an example is valid").market
}

/// An autoregressive log prize on `states` prizes, five buyers with uniform costs: the market of `compare_numpy.py`.
pub fn autoregressive(states: usize, maturity: usize, reserve: Reserve) -> Market {
    let law = Uniform::new(0.5, 2.0).expect("a law");
    with_costs(states, maturity, reserve, Arc::new(law))
}

/// The market of `continuous.toml`, which lies beside this file: the same log prize without a chain.
pub fn continuous(maturity: usize) -> Market {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/markets/continuous.toml");
    let set = format!("ticket.maturity={maturity}");
    etm::spec::load(&path, &[set]).expect("a market").market
}

/// The same with another law of costs.
pub fn with_costs(states: usize, maturity: usize, reserve: Reserve, law: Arc<dyn CostLaw>) -> Market {
    let prizes = rouwenhorst(states, 0.95, 0.15);
    let buyers = Buyers::new(BuyerCount::Fixed(5), law).expect("buyers");
    Market::new(
        Ticket::new(maturity as u64, Exercise::American).expect("a ticket"),
        Prize::Finite(prizes),
        buyers.with_discount_factor(0.97).expect("a factor"),
        Participation::Free,
        AuctionRule::new(Format::FirstPrice, reserve).expect("a rule"),
        Holder::new(0.99).expect("a holder"),
    )
    .expect("a market")
}

/// Costs that are linear between `knots` + 2 quantiles: the density steps `knots` times.
pub fn kinked(knots: u32) -> Arc<dyn CostLaw> {
    let steps = f64::from(knots + 1);
    let quantiles = (0..=knots + 1).map(|k| {
        let share = f64::from(k) / steps;
        0.5 + 1.5 * share.powf(1.5)
    });
    Arc::new(Empirical::new(0.5, 2.0, quantiles.collect()).expect("a law"))
}

/// Rouwenhorst's chain for x' = ρ x + σ e, with prizes eˣ and R₀ in the middle.
pub fn rouwenhorst(states: usize, persistence: f64, deviation: f64) -> FinitePrizes {
    let stay = 0.5 * (1.0 + persistence);
    let mut transition = vec![vec![stay, 1.0 - stay], vec![1.0 - stay, stay]];
    for size in 3..=states {
        let mut larger = vec![vec![0.0; size]; size];
        for (i, row) in transition.iter().enumerate() {
            for (j, &p) in row.iter().enumerate() {
                larger[i][j] += stay * p;
                larger[i][j + 1] += (1.0 - stay) * p;
                larger[i + 1][j] += (1.0 - stay) * p;
                larger[i + 1][j + 1] += stay * p;
            }
        }
        for p in larger[1..size - 1].iter_mut().flatten() {
            *p *= 0.5;
        }
        transition = larger;
    }
    let last = (states - 1) as f64;
    let spread = deviation / (1.0 - persistence * persistence).sqrt() * last.sqrt();
    let prizes: Vec<f64> = (0..states)
        .map(|i| (spread * (2.0 * i as f64 / last - 1.0)).exp())
        .collect();
    FinitePrizes::chain(&prizes, &transition, prizes[states / 2]).expect("a chain")
}
