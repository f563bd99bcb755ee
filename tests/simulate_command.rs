//! `etm simulate` as it is run: play agrees with the exact figures, and visibly does not when somebody plays wrong.

mod common_check;

use std::path::Path;

use common_check::{
    continuous, etm, example, json, keys, market_files, named, number, refused, says, stdout, text, with_sets,
};
use etm::spec;
use etm_solver::simulate::{Deviation, Script};
use etm_solver::{Settings, Summary, solve};
use serde_json::Value;

const NAMES: [&str; 4] = ["revenue", "sale_slot", "exercise_slot", "winner_gain"];

/// The exact figures of a market file.
fn exact(path: &Path, sets: &[&str]) -> Summary {
    let market = spec::load(path, sets)
        .unwrap_or_else(|faults| panic!("{faults}"))
        .market;
    let equilibrium = solve(&market, &Settings::default()).expect("a solution");
    equilibrium.summary(&market).expect("figures")
}

/// `etm simulate --json` with quiet errors.
fn simulated(path: &str, runs: &str, seed: &str, sets: &[&str]) -> Value {
    json(&with_sets(
        &["simulate", path, "--runs", runs, "--seed", seed, "--json"],
        sets,
    ))
}

/// Fails unless every figure that can be compared is within four standard errors, and is the solver's.
fn agrees(what: &str, played: &Value, exact: &Summary) {
    let figures = &played["figures"];
    let names: Vec<&str> = figures
        .as_array()
        .expect("figures")
        .iter()
        .map(|figure| figure["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, NAMES, "{what}");
    let exercised: f64 = exact.exercise_probability.iter().sum();
    let slots: f64 = (0..)
        .zip(&exact.exercise_probability)
        .map(|(t, p)| f64::from(t) * p)
        .sum();
    let solved = [
        Some(exact.seller_value),
        exact.expected_sale_slot,
        (exercised > 0.0).then(|| slots / exercised),
        Some(exact.buyers_surplus),
    ];
    for (name, solved) in NAMES.into_iter().zip(solved) {
        let figure = named(figures, name);
        assert_eq!(keys(figure), ["name", "mean", "standard_error", "exact", "z"]);
        assert_eq!(figure["exact"].as_f64(), solved, "{what}: exact {name}");
        match figure["z"].as_f64() {
            Some(z) => {
                assert!(z.abs() < 4.0, "{what}: {name} is {z} standard errors off: {figure}");
                let (mean, exact) = (number(figure, "mean"), number(figure, "exact"));
                let error = number(figure, "standard_error");
                assert!(
                    ((mean - exact) - z * error).abs() <= 1e-12 * exact.abs().max(1.0),
                    "{what}: z is not (mean - exact)/standard_error: {figure}"
                );
            }
            None => assert!(
                solved.is_none() || figure["mean"].is_null(),
                "{what}: {name} is not compared: {figure}"
            ),
        }
    }
}

#[test]
fn every_example_plays_as_solved() {
    let files = [market_files("examples"), market_files("examples/theorems")].concat();
    for path in files {
        let name = path.to_str().expect("UTF-8");
        let played = simulated(name, "150000", "20240601", &[]);
        assert_eq!(played["runs"], 150_000);
        assert_eq!(played["seed"], 20_240_601);
        assert_eq!(keys(&played), ["runs", "seed", "figures"]);
        agrees(name, &played, &exact(&path, &[]));
    }
}

#[test]
fn the_options_play_as_solved() {
    let path = example("two_states.toml");
    let beta = "buyers.cost.beta={alpha=2.0, beta=3.0, lower=0.0, upper=1.5}";
    let power = "buyers.cost.power={exponent=0.5, lower=0.1, upper=1.2}";
    let combinations: [&[&str]; 22] = [
        &["auction.format=second_price"],
        &["auction.format=all_pay", "buyers.count=3"],
        &["auction.format=all_pay", "auction.reserve=none", beta],
        &[
            "auction.format=all_pay",
            "buyers.count.poisson.mean=2.0",
            "auction.reserve=0.3",
        ],
        &["buyers.count.poisson.mean=3.0"],
        &[
            "buyers.count.poisson.mean=0.7",
            "auction.format=second_price",
            "auction.reserve=none",
        ],
        &["buyers.count.binomial={trials=5, probability=0.4}"],
        &[
            "buyers.count.binomial={trials=5, probability=0.4}",
            "holder.own_cost=0.5",
        ],
        &["ticket.exercise=lottery", "ticket.draw_probability=0.3"],
        &[
            "ticket.exercise=lottery",
            "ticket.draw_probability=0.3",
            "holder.own_cost=0.2",
        ],
        &[
            "ticket.exercise=lottery",
            "ticket.draw_probability=0.5",
            "holder.sale=until_sold",
            "auction.reserve=0.2",
        ],
        &[
            "ticket.exercise=at_maturity",
            "buyers.discount_factor=1.0",
            "ticket.maturity=5",
        ],
        &["holder.own_cost=0.4"],
        &["holder.own_cost=0.1", "auction.reserve=1.2"],
        &["holder.sale=until_sold", "buyers.count=1"],
        &["holder.sale=until_sold", "holder.own_cost=0.4", "ticket.maturity=6"],
        &[
            "holder.sale=until_sold",
            "buyers.count.poisson.mean=0.5",
            "auction.reserve=none",
        ],
        &[
            "holder.sale=until_sold",
            "auction.format=all_pay",
            "buyers.count=4",
            power,
        ],
        &["participation={cost=0.15, payer=\"winner\"}", "auction.reserve=none"],
        &[
            "participation={cost=0.15, payer=\"winner\"}",
            "auction.format=all_pay",
            "buyers.count.poisson.mean=4.0",
        ],
        &["buyers.discount_factor=0.7", "ticket.maturity=8", power],
        &[
            "prize.path.values=[0.6, 1.1, 0.9]",
            "holder.tie=early",
            "auction.reserve=0.4",
        ],
    ];
    for sets in combinations {
        let played = simulated(&path, "120000", "5", sets);
        agrees(&format!("{sets:?}"), &played, &exact(Path::new(&path), sets));
    }
}

/// Many markets and few plays each: the squares of revenue's z are on average 1, so that a small error common to them
/// all would show.
#[test]
fn revenue_is_unbiased_over_all_options() {
    let path = example("two_states.toml");
    let (mut squares, mut seed) = (Vec::new(), 0);
    for format in ["first_price", "second_price", "all_pay"] {
        for count in ["=2", ".poisson.mean=2.5", ".binomial={trials=4, probability=0.6}"] {
            for exercise in ["american", "at_maturity", "lottery"] {
                for sale in ["once", "until_sold"] {
                    for own in [None, Some("holder.own_cost=0.6")] {
                        for reserve in ["optimal", "none", "0.35"] {
                            let mut sets = vec![
                                format!("auction.format={format}"),
                                format!("buyers.count{count}"),
                                format!("holder.sale={sale}"),
                                format!("auction.reserve={reserve}"),
                                format!("ticket.exercise={exercise}"),
                            ];
                            if exercise == "lottery" {
                                sets.push("ticket.draw_probability=0.4".to_owned());
                            }
                            sets.extend(own.map(str::to_owned));
                            let market = spec::load(Path::new(&path), &sets).expect("a market").market;
                            let equilibrium = solve(&market, &Settings::default()).expect("a solution");
                            let figures = equilibrium.summary(&market).expect("figures");
                            let script = Script::new(&market, &equilibrium, Deviation::None).expect("a script");
                            // Common random numbers would make all of them wrong together.
                            seed += 1;
                            let tally = script.play_block(seed, 0, 20_000);
                            for figure in tally.figures(&figures, false) {
                                if let Some(z) = figure.z {
                                    assert!(z.abs() < 5.0, "{sets:?}: {figure:?}");
                                    if figure.name == "revenue" {
                                        squares.push(z * z);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    let count = squares.len() as f64;
    let total: f64 = squares.iter().sum();
    // The sum of squares of standard normal numbers has variance twice their number.
    let surprise = (total - count) / (2.0 * count).sqrt();
    println!("{count} markets: {surprise} standard deviations");
    assert!(count > 300.0 && surprise.abs() < 4.0, "{count} markets, {surprise}");
}

#[test]
fn threads_do_not_matter_and_seeds_do() {
    for name in ["two_states.toml", "epoch.toml"] {
        let path = example(name);
        let play = |seed: &str, jobs: &str| {
            text(&[
                "simulate", &path, "--runs", "50001", "--json", "--seed", seed, "--jobs", jobs,
            ])
        };
        let one = play("7", "1");
        assert_eq!(one, play("7", "2"));
        assert_eq!(one, play("7", "1"));
        assert_ne!(one, play("8", "1"));
    }
}

#[test]
fn blocks_add_up_to_the_whole() {
    let market = spec::load(Path::new(&example("two_states.toml")), &["auction.reserve=none"]).expect("a market");
    let equilibrium = solve(&market.market, &Settings::default()).expect("a solution");
    let figures = equilibrium.summary(&market.market).expect("figures");
    let script = Script::new(&market.market, &equilibrium, Deviation::None).expect("a script");
    let whole = script.play_block(3, 0, 1000);
    let mut parts = script.play_block(3, 0, 1);
    parts.merge(&script.play_block(3, 1, 600));
    parts.merge(&script.play_block(3, 601, 399));
    assert_eq!((whole.plays(), parts.plays()), (1000, 1000));
    for (a, b) in whole
        .figures(&figures, false)
        .iter()
        .zip(parts.figures(&figures, false))
    {
        assert!(
            (a.mean.expect("a mean") - b.mean.expect("a mean")).abs() < 1e-13,
            "{a:?} {b:?}"
        );
    }
}

#[test]
fn wrong_bids_show() {
    let path = example("two_states.toml");
    for factor in ["1.05", "0.93"] {
        let played = json(&[
            "simulate",
            &path,
            "--runs",
            "400000",
            "--seed",
            "1",
            "--json",
            "--deviate",
            &format!("bids={factor}"),
        ]);
        let z = number(named(&played["figures"], "revenue"), "z");
        assert!(z.abs() > 10.0 && (z > 0.0) == (factor == "1.05"), "{factor}: z = {z}");
        let gain = named(&played["figures"], "deviation_gain");
        let (mean, error) = (number(gain, "mean"), number(gain, "standard_error"));
        assert!(mean < -5.0 * error, "{factor}: {gain}");
        assert!(gain["exact"].is_null() && gain["z"].is_null());
    }
    // Whoever deviates by nothing gains nothing.
    let played = json(&["simulate", &path, "--runs", "20000", "--json", "--deviate", "bids=1"]);
    assert_eq!(number(named(&played["figures"], "deviation_gain"), "mean"), 0.0);
    // In the other formats nothing is gained either.
    for format in ["second_price", "all_pay"] {
        let set = format!("auction.format={format}");
        let played = json(&[
            "simulate",
            &path,
            "--runs",
            "200000",
            "--json",
            "--deviate",
            "bids=1.2",
            "--set",
            &set,
        ]);
        let gain = named(&played["figures"], "deviation_gain");
        assert!(
            number(gain, "mean") < -3.0 * number(gain, "standard_error"),
            "{format}: {gain}"
        );
    }
}

/// One slot, prize 2, two buyers with costs uniform on [0, 1], no reserve: they bid (3 − θ)/2, so that a bid multiplied
/// by f wins against costs above 3 − f(3 − θ).
#[test]
fn the_loss_of_a_wrong_bid_is_the_one_by_hand() {
    let sets = ["ticket.maturity=0", "prize.constant.value=2.0", "auction.reserve=none"];
    let path = example("two_states.toml");
    for factor in [1.05, 1.2, 0.9] {
        let steps = 200_000;
        let gain: f64 = (0..steps)
            .map(|k| {
                let cost = (f64::from(k) + 0.5) / f64::from(steps);
                let beats = (3.0 - factor * (3.0 - cost)).clamp(0.0, 1.0);
                (2.0 - cost - factor * (3.0 - cost) / 2.0) * (1.0 - beats) - (1.0 - cost).powi(2) / 2.0
            })
            .sum::<f64>()
            / f64::from(steps);
        let deviate = format!("bids={factor}");
        let args = [
            "simulate",
            &path,
            "--runs",
            "400000",
            "--seed",
            "2",
            "--json",
            "--deviate",
            &deviate,
        ];
        let played = json(&with_sets(&args, &sets));
        let figure = named(&played["figures"], "deviation_gain");
        let z = (number(figure, "mean") - gain) / number(figure, "standard_error");
        assert!(z.abs() < 4.0, "bids={factor}: {gain} expected, {figure}");
    }
}

#[test]
fn wrong_dates_cost_what_the_solver_says() {
    for name in [
        "two_states.toml",
        "epoch.toml",
        "theorems/t1_holds.toml",
        "theorems/t4_holds.toml",
    ] {
        let path = example(name);
        let solved = exact(Path::new(&path), &[]);
        for (deviate, value) in [
            ("timing=early", solved.sale_value_now),
            ("timing=late", solved.spot_at_maturity_value),
        ] {
            let args = [
                "simulate",
                &path,
                "--runs",
                "200000",
                "--seed",
                "4",
                "--deviate",
                deviate,
            ];
            let played = json(&[args.as_slice(), &["--json"]].concat());
            let revenue = named(&played["figures"], "revenue");
            let (mean, error) = (number(revenue, "mean"), number(revenue, "standard_error"));
            assert!(
                (mean - value).abs() < 4.0 * error,
                "{name} {deviate}: {value} expected, {revenue}"
            );
            says(&text(&args), &["the deviation costs the holder", "ETH"]);
        }
    }
}

#[test]
fn the_table_reads_well() {
    let path = example("two_states.toml");
    let shown = text(&["simulate", &path, "--runs", "10000", "--seed", "9"]);
    says(
        &shown,
        &[
            "two_states.toml: 10000 plays, seed 9",
            "mean",
            "± s.e.",
            "exact",
            "z",
            "holder's revenue, ETH",
            "0.6288",
            "slot of the sale",
            "1.7619",
            "slot of the exercise",
            "buyers' gain, ETH",
            "0.1896",
        ],
    );
    let shown = text(&["simulate", &path, "--runs", "10000", "--deviate", "bids=1.05"]);
    says(&shown, &["one buyer bids 1.05 times", "gain of the deviator, ETH"]);
}

#[test]
fn bad_input_is_taught() {
    let path = example("two_states.toml");
    says(
        &refused(&["simulate", &path, "--runs", "0"]),
        &["--runs 0", "from 1 to"],
    );
    says(&refused(&["simulate", &path, "--runs", "many"]), &["many", "--runs"]);
    refused(&["simulate", &path, "--runs", "-5"]);
    refused(&["simulate", &path, "--runs", "1.5"]);
    refused(&["simulate", &path, "--seed", "x"]);
    refused(&["simulate", &path, "--jobs", "two"]);
    for deviation in [
        "bids",
        "bids=",
        "bids=0",
        "bids=-1",
        "bids=nan",
        "bids=inf",
        "timing=never",
        "prices=2",
        "",
    ] {
        let said = refused(&["simulate", &path, "--runs", "10", "--deviate", deviation]);
        says(&said, &["bids=FACTOR", "timing=early", "timing=late", deviation]);
    }
    says(
        &refused(&["simulate", &path, "--set", "buyers.count=0"]),
        &["buyers.count"],
    );
    refused(&["simulate", "no_such_file.toml"]);
}

#[test]
fn one_play_has_no_standard_error() {
    let path = example("two_states.toml");
    for seed in ["1", "2", "3", "4", "5", "6", "7", "8"] {
        let assert = etm(&["simulate", &path, "--runs", "1", "--seed", seed, "--json"]).success();
        let shown = stdout(&assert);
        assert!(!shown.contains("NaN") && !shown.contains("inf"), "{shown}");
        let played: Value = serde_json::from_str(&shown).expect("JSON");
        for figure in played["figures"].as_array().expect("figures") {
            assert!(figure["standard_error"].is_null(), "{figure}");
            // The mean of one play may be the exact figure; there is nothing else to compare.
            let same = figure["mean"].as_f64() == figure["exact"].as_f64();
            assert!(figure["z"].is_null() || same, "{figure}");
        }
    }
    let shown = text(&["simulate", &path, "--runs", "1"]);
    assert!(!shown.contains("NaN"), "{shown}");
}

#[test]
fn a_ticket_that_is_never_sold_has_no_slots() {
    let path = example("two_states.toml");
    let sets = ["auction.reserve=5.0"];
    let played = simulated(&path, "1000", "1", &sets);
    agrees("never sold", &played, &exact(Path::new(&path), &sets));
    for name in ["sale_slot", "exercise_slot"] {
        let figure = named(&played["figures"], name);
        for key in ["mean", "standard_error", "exact", "z"] {
            assert!(figure[key].is_null(), "{figure}");
        }
    }
    assert_eq!(number(named(&played["figures"], "revenue"), "mean"), 0.0);
    text(&with_sets(&["simulate", &path, "--runs", "1000"], &sets));
}

const STEPS: &str = "prize={ geometric_brownian = { initial = 1.0, drift = 0.01, volatility = 0.2 } }";
const INDEPENDENT: &str = "prize={ iid = { distribution.lognormal = { log_mean = 0.0, log_sd = 0.5 } } }";

#[test]
fn continuous_prizes_play_as_solved() {
    let path = continuous();
    let combinations: [&[&str]; 12] = [
        &[],
        &["ticket.maturity=0"],
        &["ticket.exercise=at_maturity", "auction.format=second_price"],
        &["auction.format=all_pay", "buyers.count.poisson.mean=4.0"],
        &[STEPS, "holder.sale=until_sold", "auction.reserve=optimal"],
        &["ticket.exercise=lottery", "ticket.draw_probability=0.3"],
        &[
            "ticket.exercise=lottery",
            "ticket.draw_probability=0.3",
            "holder.own_cost=0.7",
            "holder.sale=until_sold",
            "auction.reserve=0.2",
        ],
        &["holder.own_cost=0.8", "auction.reserve=optimal"],
        &["holder.own_cost=0.8", "auction.reserve=0.4", "holder.sale=until_sold"],
        &["participation={ cost = 0.02, payer = \"participant\", learns_cost = \"before\" }"],
        &["buyers.risk_aversion.crra.power=0.5"],
        &[INDEPENDENT],
    ];
    for sets in combinations {
        let played = simulated(&path, "20000", "20240601", sets);
        agrees(&format!("{sets:?}"), &played, &exact(Path::new(&path), sets));
    }
}

#[test]
fn no_deviation_gains_at_continuous_prizes() {
    let path = continuous();
    for (deviation, sets) in [
        ("bids=1.1", &[][..]),
        ("bids=0.8", &[STEPS]),
        ("bids=1.2", &["auction.format=second_price", "buyers.count=2"]),
    ] {
        let args = ["simulate", &path, "--runs", "20000", "--deviate", deviation, "--json"];
        let played = json(&with_sets(&args, sets));
        let gain = named(&played["figures"], "deviation_gain");
        let (mean, error) = (number(gain, "mean"), number(gain, "standard_error"));
        assert!(mean < -4.0 * error, "{deviation}: {mean} ± {error}");
    }
    for deviation in ["timing=early", "timing=late"] {
        let played = json(&["simulate", &path, "--runs", "20000", "--deviate", deviation, "--json"]);
        let z = number(named(&played["figures"], "revenue"), "z");
        assert!(z < -3.0, "{deviation}: {z}");
    }
}

#[test]
fn continuous_play_does_not_depend_on_threads() {
    let path = continuous();
    let args = ["simulate", &path, "--runs", "9000", "--seed", "5", "--json", "--jobs"];
    let [one, two] = ["1", "2"].map(|jobs| text(&[&args[..], &[jobs]].concat()));
    assert_eq!(one, two);
}
