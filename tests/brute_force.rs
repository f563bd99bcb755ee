//! The solver against the brute force, on random markets.

mod brute;
mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};

use brute::holder::Solution;
use brute::{BruteResult, Figure, random_market};
use common::{Solved, near, solved};
use serde_json::Value;

const SEEDS: u64 = 400;
const TOLERANCE: f64 = 1e-9;

fn compare(what: &str, got: &Value, expected: &Figure) {
    match expected {
        Figure::Number(Some(expected)) => {
            let got = got
                .as_f64()
                .unwrap_or_else(|| panic!("{what}: {got} instead of {expected}"));
            near(what, got, *expected, TOLERANCE);
        }
        Figure::Number(None) => assert!(got.is_null(), "{what}: {got} instead of null"),
        Figure::Slots(expected) => {
            let got = got.as_array().unwrap_or_else(|| panic!("{what}: {got}"));
            assert_eq!(got.len(), expected.len(), "{what}");
            for (slot, (got, expected)) in got.iter().zip(expected).enumerate() {
                near(
                    &format!("{what}, slot {slot}"),
                    got.as_f64().unwrap_or(f64::NAN),
                    *expected,
                    TOLERANCE,
                );
            }
        }
        Figure::Flag(expected) => assert_eq!(got.as_bool(), Some(*expected), "{what}"),
    }
}

/// The brute force calls any tie one; the solver only a tie at a value above nothing.
fn indifferent(solved: &Solved, brute: &Solution) -> bool {
    (0..=brute.market.maturity).any(|slot| {
        (0..brute.market.states()).any(|state| {
            let node = &brute.nodes[slot][state];
            let prizes = solved.prizes();
            let reached = prizes
                .state_of(slot, brute.market.prize(slot, state))
                .is_some_and(|state| solved.equilibrium.path.reach(slot, state) > 0.0);
            reached && node.tie && node.value > 0.0
        })
    })
}

fn panics(run: impl FnOnce()) -> Option<String> {
    let fault = catch_unwind(AssertUnwindSafe(run)).err()?;
    Some(fault.downcast_ref::<String>().cloned().unwrap_or_default())
}

/// Every figure that no convention leaves open, to 1e-9 ETH; prizes and costs are about 1.
#[test]
fn figures_agree() {
    let mut compared = 0;
    let mut faults = Vec::new();
    for seed in 0..SEEDS {
        let (text, market) = random_market(seed);
        let solution = market.solve();
        let mut result = BruteResult::of(&solution);
        let fault = panics(|| {
            let solved = solved(&text);
            let certificate = solved.equilibrium.certificate;
            assert!(certificate.verified, "{certificate:?}");
            result.indifferent &= indifferent(&solved, &solution);
            for (key, expected) in result.keys() {
                if result.compares(key) {
                    compare(key, &solved.figures[key], &expected);
                }
            }
        });
        compared += result.keys().iter().filter(|(key, _)| result.compares(key)).count();
        faults.extend(fault.map(|fault| format!("seed {seed}: {fault}\n{text}")));
    }
    assert!(
        faults.is_empty(),
        "{} of {SEEDS} markets:\n{}",
        faults.len(),
        faults.join("\n")
    );
    // Fourteen figures a market; few may be left out.
    assert!(compared > 13 * SEEDS as usize, "{compared} figures only");
}

/// Who takes part, at what price, and the bids of a few types, by both of the solver's routes.
#[test]
fn auctions_agree() {
    for seed in 0..SEEDS / 2 {
        let (text, market) = random_market(seed);
        let solution = market.solve();
        let solved = solved(&text);
        for slot in [0, market.maturity] {
            for state in 0..market.states() {
                auction_agrees(
                    &solved,
                    &solution,
                    slot,
                    state,
                    &format!("seed {seed}, slot {slot}\n{text}"),
                );
            }
        }
    }
}

fn auction_agrees(solved: &Solved, brute: &Solution, slot: usize, state: usize, what: &str) {
    let market = &brute.market;
    let prize = market.prize(slot, state);
    let (node, expected) = (solved.node(slot, prize), &brute.nodes[slot][state]);
    near(&format!("W at {prize}, {what}"), node.value, expected.value, TOLERANCE);
    near(
        &format!("Π at {prize}, {what}"),
        node.auction.revenue,
        expected.auction.value,
        TOLERANCE,
    );
    near(
        &format!("P(θ̂) at {prize}, {what}"),
        node.auction.sale_probability,
        expected.auction.sold,
        TOLERANCE,
    );
    let law = solved.market.buyers().cost();
    // Whether the marginal type herself takes part is a matter of rounding.
    let costs: Vec<f64> = [0.02, 0.31, 0.47, 0.83]
        .map(|p| law.quantile(p))
        .into_iter()
        .filter(|cost| (cost - expected.auction.cutoff).abs() > TOLERANCE)
        .collect();
    let types = solved
        .equilibrium
        .bids(&solved.market, slot, prize, &costs)
        .expect("bids at a prize of the slot");
    for one in types {
        let what = format!("cost {} at {prize}, {what}", one.cost);
        let expected = brute.bid(slot, state, one.cost);
        near(
            &format!("value, {what}"),
            one.ticket_value,
            expected.ticket_value,
            TOLERANCE,
        );
        match (one.bid, expected.bid) {
            (Some(bid), Some(expected)) => {
                near(&format!("bid, {what}"), bid.bid, expected, TOLERANCE);
                near(&format!("bid_foc, {what}"), bid.bid_foc, expected, TOLERANCE);
            }
            (bid, expected) => assert!(
                bid.is_none() && expected.is_none(),
                "{bid:?} instead of {expected:?}, {what}"
            ),
        }
    }
}
