//! What the integration tests share: market texts, solved, with their figures by name.

#![allow(dead_code, reason = "each test uses another part")]

pub mod draft;

use std::path::Path;

use etm::spec::{self, Spec, SpecError};
use etm_solver::market::Market;
use etm_solver::prize::FinitePrizes;
use etm_solver::timing::Node;
use etm_solver::verify::Certificate;
use etm_solver::{Equilibrium, Settings, Summary, solve};
use serde_json::Value;

/// The figures that need not exist.
const NULLABLE: [&str; 13] = [
    "once_value",
    "commitment_value",
    "full_commitment_value",
    "rounds",
    "welfare",
    "spot_best_time_value",
    "optimal_mechanism_value",
    "efficient_value",
    "expected_sale_slot",
    "immediate_exercise_probability",
    "expected_delay",
    "expected_prize_at_sale",
    "expected_winner_cost",
];

/// A market with its equilibrium.
pub struct Solved {
    pub market: Market,
    pub equilibrium: Equilibrium,
    pub summary: Summary,
    /// The summary as it stands in results.
    pub figures: Value,
}

/// Reads a market file's text; paths start from the project's root.
pub fn read(text: &str) -> Result<Spec, SpecError> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    spec::parse::<&str>(text, "market.toml", folder, &[])
}

/// Solves a market file's text.
///
/// # Panics
/// With the market, if anything is wrong with it or with its figures' form.
pub fn solved(text: &str) -> Solved {
    let spec = read(text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
    solved_market(spec.market, text)
}

/// Solves a market; `text` is shown when something is wrong.
pub fn solved_market(market: Market, text: &str) -> Solved {
    let equilibrium =
        solve(&market, &Settings::default()).unwrap_or_else(|error| panic!("not solved: {error}\n{text}"));
    let summary = equilibrium
        .summary(&market)
        .unwrap_or_else(|error| panic!("no summary: {error}\n{text}"));
    let figures = serde_json::to_value(&summary).expect("figures as JSON");
    let object = figures.as_object().expect("an object");
    // Not a number would be written as null.
    for (key, value) in object {
        let missing = value.is_null() || value.as_array().is_some_and(|slots| slots.iter().any(Value::is_null));
        assert!(!missing || NULLABLE.contains(&key.as_str()), "{key} is null\n{text}");
    }
    for value in [
        summary.spot_best_time_value,
        summary.optimal_mechanism_value,
        summary.efficient_value,
        summary.expected_sale_slot,
        summary.immediate_exercise_probability,
        summary.expected_delay,
        summary.expected_prize_at_sale,
        summary.expected_winner_cost,
    ] {
        assert!(value.is_none_or(f64::is_finite), "a figure is not a number\n{text}");
    }
    Solved {
        market,
        equilibrium,
        summary,
        figures,
    }
}

impl Solved {
    /// The prizes, of which there are finitely many.
    pub fn prizes(&self) -> &FinitePrizes {
        self.equilibrium.prizes(&self.market).expect("a solved market")
    }

    /// The holder's problem in a slot at a prize.
    pub fn node(&self, slot: usize, prize: f64) -> &Node {
        let state = self.prizes().state_of(slot, prize).expect("a prize of the slot");
        self.equilibrium.induction.timing.at(slot, state)
    }

    /// The holder's problem at the start.
    pub fn start(&self) -> &Node {
        self.equilibrium.induction.timing.at(0, self.prizes().initial())
    }

    /// What certificate figures are divided by.
    pub fn scale(&self) -> f64 {
        self.prizes()
            .initial_prize()
            .max(self.market.buyers().cost().upper().abs())
    }
}

/// The figures of a certificate by name.
pub fn evidence(certificate: &Certificate) -> [(&'static str, f64); 5] {
    [
        ("bid_deviation_gain", certificate.bid_deviation_gain),
        ("timing_deviation_gain", certificate.timing_deviation_gain),
        ("foc_gap", certificate.foc_gap),
        ("value_gap", certificate.value_gap),
        ("discretisation_error", certificate.discretisation_error),
    ]
}

/// Fails unless two numbers differ by at most `tolerance`.
pub fn near(what: &str, got: f64, expected: f64, tolerance: f64) {
    let gap = (got - expected).abs();
    assert!(
        gap <= tolerance,
        "{what}: {got:?} instead of {expected:?}, off by {gap:e}, allowed {tolerance:e}"
    );
}

/// Fails unless two figures agree: numbers to `tolerance`, lists number by number, everything else exactly.
pub fn agree(what: &str, got: &Value, expected: &Value, tolerance: f64) {
    match (got, expected) {
        (Value::Number(got), Value::Number(expected)) => {
            let number = |number: &serde_json::Number| number.as_f64().expect("a number");
            near(what, number(got), number(expected), tolerance);
        }
        (Value::Array(got), Value::Array(expected)) => {
            assert_eq!(got.len(), expected.len(), "{what}: {got:?} instead of {expected:?}");
            for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
                agree(&format!("{what}[{index}]"), got, expected, tolerance);
            }
        }
        (Value::Object(got), Value::Object(expected)) => {
            assert_eq!(got.len(), expected.len(), "{what}: {got:?} instead of {expected:?}");
            for (key, expected) in expected {
                let got = got.get(key).unwrap_or_else(|| panic!("{what} has no {key}"));
                agree(&format!("{what}.{key}"), got, expected, tolerance);
            }
        }
        _ => assert_eq!(got, expected, "{what}"),
    }
}
