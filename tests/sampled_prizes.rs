//! Independent prizes by the law of a sample: a chain whose rows are the same, and averages over R_0.

mod common;

use std::fs;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// Payments, some of them twice.
const SAMPLE: [f64; 8] = [0.4, 0.9, 0.9, 1.1, 1.3, 1.7, 1.7, 3.0];
/// The different ones and their probabilities.
const LAW: [(f64, f64); 6] = [
    (0.4, 0.125),
    (0.9, 0.25),
    (1.1, 0.125),
    (1.3, 0.125),
    (1.7, 0.25),
    (3.0, 0.125),
];

/// Kinds of markets; the process is left out.
const MARKETS: [&str; 5] = [
    "ticket.maturity = 4\nauction.reserve = \"optimal\"",
    "ticket.maturity = 3\nbuyers.discount_factor = 0.9\nholder.own_cost = 0.9",
    "ticket = { maturity = 4, exercise = \"lottery\", draw_probability = 0.3 }\nholder.own_cost = 1.2",
    "ticket.maturity = 3\nauction.reserve = 0.3\nholder.sale = \"until_sold\"",
    "ticket.maturity = 3\nauction.reserve = \"optimal\"\nbuyers.risk_aversion.crra.power = 0.5",
];

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let rows: String = SAMPLE.iter().map(|prize| format!("{prize}\n")).collect();
        fs::write(folder.path().join("payments.csv"), format!("value\n{rows}")).expect("the payments");
        Self(folder)
    }

    fn etm(&self, command: &str, prize: &str, market: &str, more: &[&str]) -> Value {
        let text = format!(
            "{prize}\n{market}\nbuyers.count = 2\nbuyers.cost.uniform = {{ lower = 0.5, upper = 1.5 }}\nholder.discount_factor = 0.95\n"
        );
        let path = self.0.path().join("market.toml");
        fs::write(&path, &text).expect("a market file");
        let mut command_line = Command::cargo_bin("etm").expect("the command");
        let output = command_line
            .args([command, "--quiet", "--json"])
            .arg(&path)
            .args(more)
            .output()
            .expect("a run");
        assert!(
            output.status.success(),
            "{text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).expect("a result object")
    }

    fn solve(&self, prize: &str, market: &str) -> Value {
        let solved = self.etm("solve", prize, market, &[]);
        assert_eq!(solved["certificate"]["verified"], true, "{prize}\n{market}");
        solved
    }
}

fn sampled(more: &str) -> String {
    format!("prize.iid = {{ distribution.empirical = {{ file = \"payments.csv\", column = \"value\" }}{more} }}")
}

fn chain(initial: f64) -> String {
    let states = LAW.map(|(prize, _)| prize);
    let row = LAW.map(|(_, probability)| probability);
    format!(
        "prize.markov_chain = {{ states = {states:?}, transition = {:?}, initial = {initial:?} }}",
        [row; LAW.len()]
    )
}

fn number(solved: &Value, key: &str) -> Option<f64> {
    solved[key].as_f64()
}

const FIGURES: [&str; 9] = [
    "seller_value",
    "sale_value_now",
    "spot_at_maturity_value",
    "spot_best_time_value",
    "optimal_mechanism_value",
    "efficient_value",
    "sold_probability",
    "buyers_surplus",
    "participation_cost_burned",
];

#[test]
fn a_known_start_is_that_of_a_chain() {
    let folder = Folder::new();
    for market in MARKETS {
        let sample = folder.solve(&sampled(", initial = 1.3"), market);
        let known = folder.solve(&chain(1.3), market);
        for key in FIGURES.iter().chain(&["expected_sale_slot", "expected_delay"]) {
            let (one, other) = (number(&sample, key), number(&known, key));
            assert_eq!(one.is_some(), other.is_some(), "{key}\n{market}");
            if let (Some(one), Some(other)) = (one, other) {
                common::near(key, one, other, 1e-12);
            }
        }
        assert_eq!(sample["sale_region"], known["sale_region"], "{market}");
    }
}

#[test]
fn a_start_outside_the_sample_is_solved() {
    let folder = Folder::new();
    let between = |prize: f64| {
        number(
            &folder.solve(&sampled(&format!(", initial = {prize}")), MARKETS[0]),
            "seller_value",
        )
    };
    let [low, middle, high] = [1.1, 1.2, 1.3].map(|prize| between(prize).expect("a value"));
    assert!(low <= middle && middle <= high, "{low} {middle} {high}");
}

#[test]
fn a_drawn_start_is_averaged_over() {
    let folder = Folder::new();
    for market in MARKETS {
        let drawn = folder.solve(&sampled(""), market);
        let known = LAW.map(|(prize, p)| (folder.solve(&chain(prize), market), p));
        for key in FIGURES {
            let Some(value) = number(&drawn, key) else {
                assert!(known.iter().all(|(solved, _)| solved[key].is_null()), "{key}\n{market}");
                continue;
            };
            let mean = known
                .iter()
                .map(|(solved, p)| p * number(solved, key).expect("a number"))
                .sum();
            common::near(key, value, mean, 1e-12);
        }
        // Given a sale: by the probability of one.
        let weighed = |key: &str| -> f64 {
            let terms = known.iter().map(|(solved, p)| {
                p * number(solved, key).unwrap_or(0.0) * number(solved, "sold_probability").expect("a number")
            });
            terms.sum()
        };
        if let (Some(slot), Some(sold)) = (number(&drawn, "expected_sale_slot"), number(&drawn, "sold_probability")) {
            common::near("sale slot", slot * sold, weighed("expected_sale_slot"), 1e-11);
        }
    }
}

#[test]
fn play_and_report_draw_the_start_too() {
    let folder = Folder::new();
    let play = folder.etm(
        "simulate",
        &sampled(""),
        MARKETS[0],
        &["--runs", "200000", "--seed", "5"],
    );
    for figure in play["figures"].as_array().expect("figures") {
        assert!(figure["z"].as_f64().is_none_or(|z| z.abs() < 4.0), "{figure}");
    }
    let report = folder.etm("check", &sampled(""), MARKETS[0], &[]);
    let solved = folder.solve(&sampled(""), MARKETS[0]);
    let gap = report["claims"][2]["gap"].as_f64().expect("a gap");
    let [value, spot] = ["seller_value", "spot_at_maturity_value"].map(|key| number(&solved, key).expect("a value"));
    common::near("revenue", gap, value - spot, 1e-12);
}

#[test]
fn joined_prizes_keep_the_mean_and_are_said() {
    let folder = Folder::new();
    let few = "prize.iid.distribution.empirical = { file = \"payments.csv\", column = \"value\", bins = 4 }";
    let exact = number(&folder.solve(&sampled(""), MARKETS[0]), "seller_value").expect("a value");
    let solved = folder.solve(few, MARKETS[0]);
    let regions = solved["sale_region"].as_array().expect("regions");
    // 1.1 with 1.3, then 0.4 with both of 0.9; the largest stays alone.
    let ends = &regions[4]["intervals"][0];
    common::near("lowest", ends[0].as_f64().expect("an end"), 2.2 / 3.0, 1e-15);
    assert_eq!(ends[1], 3.0);
    let joined = number(&solved, "seller_value").expect("a value");
    assert!(joined != exact && (joined - exact).abs() < 0.05, "{joined} {exact}");
    let path = folder.0.path().join("market.toml");
    let output = Command::cargo_bin("etm")
        .expect("the command")
        .arg("solve")
        .arg(&path)
        .output()
        .expect("a run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("6 different prizes of the sample are joined into 4"),
        "{said}"
    );
}
