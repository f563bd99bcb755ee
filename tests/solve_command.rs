//! `etm solve` and `etm bids` as they are run.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use common::{near, read, solved_market};
use serde_json::Value;
use tempfile::TempDir;

/// The keys that the interface promises.
const FIGURES: [&str; 16] = [
    "seller_value",
    "sale_value_now",
    "spot_at_maturity_value",
    "spot_best_time_value",
    "optimal_mechanism_value",
    "efficient_value",
    "auction_probability",
    "sold_probability",
    "expected_sale_slot",
    "immediate_exercise_probability",
    "exercise_probability",
    "expected_delay",
    "buyers_surplus",
    "indifferent",
    "sale_region",
    "certificate",
];

const NODES: &str = "slot,prize,reach_probability,seller_value,sale_value,waiting_value,decision,reserve_price,participation_cutoff,entry_probability,exercise_boundary";

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// An empty folder and the command in it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn etm(&self, args: &[&str]) -> Assert {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("etm"));
        command.current_dir(self.0.path()).args(args).assert()
    }

    /// All names in the folder, hidden ones too.
    fn names(&self) -> Vec<String> {
        names(self.0.path())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).expect("UTF-8")
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).expect("UTF-8")
}

/// Bad input: exit status 2, nothing on stdout; what was said.
fn refused(assert: Assert) -> String {
    let assert = assert.code(2);
    assert!(stdout(&assert).is_empty(), "data in spite of bad input");
    stderr(&assert)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

mod solve {
    use super::*;

    #[test]
    fn prints_a_summary() {
        let assert = Place::new().etm(&["solve", &example("two_states.toml")]).success();
        assert_eq!(stderr(&assert), "");
        let headings = ["When to sell", "For how much, ETH", "What happens", "How sure"];
        let text = stdout(&assert);
        let mut rest = text.as_str();
        for heading in headings {
            let (_, after) = rest
                .split_once(heading)
                .unwrap_or_else(|| panic!("no {heading} in\n{text}"));
            rest = after;
        }
        says(
            &text,
            &[
                "an american ticket, slots 0 to 2, 2 prizes, first-price auction with optimal reserve, sold once",
                "sold with probability 84.0 %, in slot 1.762 on average",
                "sell at prizes from 2",
                "sell whatever the prize",
                "optimal timing                 0.6288",
                "selling now                    0.602534",
                "spot auction at maturity       0.5751",
                "efficient use                  0.8616",
                "verified: every figure below 1e-9",
            ],
        );
    }

    /// Every example that is shipped is solved and verified.
    #[test]
    fn solves_the_examples() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        let markets: Vec<String> = names(&folder)
            .into_iter()
            .filter(|name| name.ends_with(".toml"))
            .collect();
        assert!(markets.len() >= 2, "{markets:?}");
        for market in markets {
            Place::new().etm(&["solve", &example(&market)]).success();
        }
    }

    #[test]
    fn prints_the_result_object() {
        let place = Place::new();
        let run = || stdout(&place.etm(&["solve", &example("two_states.toml"), "--json"]).success());
        let text = run();
        assert_eq!(text, run(), "the same market gave other bytes");
        let result = json(&text);
        let object = result.as_object().expect("an object");
        for key in FIGURES {
            assert!(object.contains_key(key), "no {key} in {text}");
        }
        // The example of the interface.
        for (key, expected) in [
            ("seller_value", 0.6288),
            ("sale_value_now", 0.602533746691871),
            ("spot_at_maturity_value", 0.5751),
            ("spot_best_time_value", 0.6288),
            ("optimal_mechanism_value", 0.6288),
            ("efficient_value", 0.8616),
            ("sold_probability", 0.84),
            ("expected_sale_slot", 1.761904761904762),
            ("immediate_exercise_probability", 1.0),
            ("expected_delay", 0.0),
            ("buyers_surplus", 0.1896),
        ] {
            near(key, result[key].as_f64().expect("a number"), expected, 1e-12);
        }
        common::agree(
            "auction_probability",
            &result["auction_probability"],
            &json("[0.0, 0.2, 0.8]"),
            1e-12,
        );
        common::agree(
            "exercise_probability",
            &result["exercise_probability"],
            &json("[0.0, 0.2, 0.64]"),
            1e-12,
        );
        let region = r#"[{ "slot": 0, "intervals": [[2.0, 2.0]] }, { "slot": 1, "intervals": [[2.0, 2.0]] },
            { "slot": 2, "intervals": [[1.0, 2.0]] }]"#;
        assert_eq!(result["sale_region"], json(region));
        assert_eq!(result["indifferent"], Value::Bool(false));
        for key in [
            "bid_deviation_gain",
            "timing_deviation_gain",
            "foc_gap",
            "discretisation_error",
        ] {
            assert!(result["certificate"][key].as_f64().expect("a number") < 1e-12, "{key}");
        }
        assert_eq!(result["certificate"]["verified"], Value::Bool(true));
        assert_eq!(result["market"]["ticket"]["maturity"], Value::from(2));
        assert_eq!(result["solver"]["version"], Value::from(env!("CARGO_PKG_VERSION")));
    }

    /// What is printed is what the library says, to the last bit.
    #[test]
    fn numbers_round_trip() {
        let text = fs::read_to_string(example("two_states.toml")).expect("the example");
        let solved = solved_market(read(&text).expect("a market").market, &text);
        let printed = json(&stdout(&Place::new().etm(&[
            "solve",
            &example("two_states.toml"),
            "--json",
        ])));
        for (key, figure) in solved.figures.as_object().expect("an object") {
            assert_eq!(&printed[key], figure, "{key}");
        }
    }

    #[test]
    fn figures_that_do_not_exist_are_null() {
        let assert = Place::new().etm(&[
            "solve",
            &example("two_states.toml"),
            "--json",
            "--set",
            "buyers.discount_factor=0.8",
            "--set",
            "auction.reserve=5.0",
        ]);
        let result = json(&stdout(&assert.success()));
        for key in [
            "optimal_mechanism_value",
            "efficient_value",
            "expected_sale_slot",
            "immediate_exercise_probability",
            "expected_delay",
        ] {
            assert!(
                result.as_object().expect("an object").contains_key(key) && result[key].is_null(),
                "{key}"
            );
        }
        assert_eq!(result["sold_probability"].as_f64(), Some(0.0));
    }

    #[test]
    fn overrides_are_solved_and_told() {
        let assert = Place::new().etm(&[
            "solve",
            &example("two_states.toml"),
            "--json",
            "--set",
            "buyers.count=3",
            "--set",
            "prize.constant.value=1",
        ]);
        let result = json(&stdout(&assert.success()));
        assert_eq!(result["market"]["buyers"]["count"], Value::from(3));
        assert_eq!(result["market"]["prize"]["constant"]["value"].as_f64(), Some(1.0));
        assert!(
            result["market"]["prize"].get("markov_chain").is_none(),
            "two prize processes"
        );
        // Three uniform costs, reserve 1/2: 17/32.
        near(
            "W_0",
            result["seller_value"].as_f64().expect("a number"),
            17.0 / 32.0,
            1e-12,
        );
    }

    #[test]
    fn quiet_leaves_stderr_empty() {
        let place = Place::new();
        // Two bins of three equal values are one: a warning.
        place.write("data.csv", "slot,value\n0,1.0\n1,1.0\n2,1.0\n");
        let set = [
            "--set",
            "prize.empirical={file=\"data.csv\",column=\"value\",bins=2,initial=1.0}",
        ];
        place.write(
            "market.toml",
            &fs::read_to_string(example("two_states.toml")).expect("the example"),
        );
        let loud = place.etm(&[&["solve", "market.toml"], &set[..]].concat()).success();
        says(
            &stderr(&loud),
            &["warning: prize.empirical: 2 bins asked for, 1 obtained"],
        );
        let quiet = place
            .etm(&[&["solve", "market.toml", "--quiet"], &set[..]].concat())
            .success();
        assert_eq!(stderr(&quiet), "");
        assert_eq!(stdout(&quiet), stdout(&loud));
    }

    #[test]
    fn bad_input_is_explained() {
        let place = Place::new();
        let market = fs::read_to_string(example("two_states.toml")).expect("the example");
        place.write("bad.toml", &market.replace("count = 2", "count = 0\ncuont = 2"));
        let said = refused(place.etm(&["solve", "bad.toml", "--json"]));
        // Both faults, each with its place.
        says(&said, &["bad.toml:", "buyers.count: 0 buyers", "cuont"]);
        let said = refused(place.etm(&["solve", "nowhere.toml"]));
        says(&said, &["nowhere.toml"]);
        let said = refused(place.etm(&[
            "solve",
            &example("two_states.toml"),
            "--set",
            "holder.pool=\"fixed\"",
            "--set",
            "holder.sale=\"until_sold\"",
            "--set",
            "holder.own_cost=0.5",
        ]));
        says(&said, &["holder.own_cost", "not supported yet"]);
        let said = refused(place.etm(&["solve", &example("two_states.toml"), "--set", "buyers"]));
        says(&said, &["--set buyers"]);
    }
}

mod folder {
    use super::*;

    const FILES: [&str; 5] = ["curves.csv", "manifest.json", "market.toml", "nodes.csv", "result.json"];

    #[test]
    fn holds_the_results() {
        let place = Place::new();
        let args = [
            "solve",
            &example("two_states.toml"),
            "--out",
            "results",
            "--set",
            "buyers.count=3",
        ];
        place.etm(&args).success();
        assert_eq!(place.names(), ["results"]);
        assert_eq!(names(&place.path("results")), FILES);

        let printed = place.etm(&[
            "solve",
            &example("two_states.toml"),
            "--json",
            "--set",
            "buyers.count=3",
        ]);
        assert_eq!(place.read("results/result.json"), stdout(&printed.success()));

        let manifest = json(&place.read("results/manifest.json"));
        assert_eq!(manifest["version"], Value::from(env!("CARGO_PKG_VERSION")));
        assert_eq!(manifest["overrides"], json(r#"["buyers.count=3"]"#));
        let command: Vec<&str> = manifest["command"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        assert_eq!(command[0], "etm");
        assert_eq!(command[1..], args);
        assert!(manifest["wall_time_seconds"].as_f64().expect("a number") >= 0.0);
        assert_eq!(manifest["seed"], Value::Null);
        let inputs = manifest["inputs"].as_array().expect("a list");
        assert_eq!(inputs.len(), 1);
        assert_eq!(inputs[0]["sha256"].as_str().expect("a hash").len(), 64);
    }

    /// Every node, as the library knows it.
    #[test]
    fn lists_the_nodes() {
        let place = Place::new();
        place
            .etm(&["solve", &example("two_states.toml"), "--out", "results"])
            .success();
        let text = place.read("results/nodes.csv");
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(NODES));
        let market = fs::read_to_string(example("two_states.toml")).expect("the example");
        let solved = solved_market(read(&market).expect("a market").market, &market);
        let optional = |field: &str| (!field.is_empty()).then(|| field.parse::<f64>().expect("a number"));
        let mut rows = 0;
        for line in lines {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields.len(), 11, "{line}");
            let (slot, prize): (usize, f64) = (fields[0].parse().expect("a slot"), fields[1].parse().expect("a prize"));
            let (state, node) = (rows % 2, solved.node(slot, prize));
            assert_eq!((slot, prize), (rows / 2, [1.0, 2.0][state]), "{line}");
            assert_eq!(optional(fields[2]), Some(solved.equilibrium.path.reach(slot, state)));
            assert_eq!(optional(fields[3]), Some(node.value));
            assert_eq!(optional(fields[4]), Some(node.auction.revenue));
            assert_eq!(optional(fields[5]), node.waiting_value);
            assert_eq!(fields[6], node.decision.word());
            assert_eq!(optional(fields[7]), node.auction.reserve_price);
            assert_eq!(optional(fields[8]), node.auction.participation_cutoff);
            assert_eq!(fields[9], "", "entry is not random here");
            let boundary = solved.equilibrium.induction.boundary.at(slot, state);
            assert_eq!(optional(fields[10]), boundary);
            rows += 1;
        }
        assert_eq!(rows, 6);
    }

    /// At the low prize no type exercises before the last slot; from the high one all do.
    #[test]
    fn lists_the_curves() {
        let place = Place::new();
        place
            .etm(&["solve", &example("two_states.toml"), "--out", "results"])
            .success();
        let mut expected = "slot,kind,cost,prize\n".to_owned();
        for (slot, prize) in [(0, 2), (1, 2), (2, 1)] {
            expected += &format!("{slot},sale,,{prize}\n");
            for cost in ["0", "0.5", "1"] {
                expected += &format!("{slot},exercise,{cost},{prize}\n");
            }
        }
        assert_eq!(place.read("results/curves.csv"), expected);
    }

    /// The market that is written can be solved where it lies, with the same figures.
    #[test]
    fn can_be_solved_again() {
        let place = Place::new();
        place
            .etm(&[
                "solve",
                &example("mev_boost_week.toml"),
                "--out",
                "deep/er/results",
                "--set",
                "buyers.count=4",
            ])
            .success();
        let folder = place.path("deep/er/results");
        assert_eq!(names(&folder), FILES);
        let mut again = Command::new(assert_cmd::cargo::cargo_bin!("etm"));
        let again = again
            .current_dir(&folder)
            .args(["solve", "market.toml", "--json"])
            .assert()
            .success();
        let (first, again) = (json(&place.read("deep/er/results/result.json")), json(&stdout(&again)));
        for key in FIGURES {
            assert_eq!(first[key], again[key], "{key}");
        }
        // From elsewhere too: paths are relative to the market file.
        let elsewhere = place.etm(&["solve", "deep/er/results/market.toml", "--json"]).success();
        assert_eq!(again, json(&stdout(&elsewhere)));
        let manifest = json(&place.read("deep/er/results/manifest.json"));
        assert_eq!(
            manifest["inputs"].as_array().expect("a list").len(),
            2,
            "the market and its data"
        );
        let file = first["market"]["prize"]["empirical"]["file"].as_str();
        assert_eq!(file, Some("data/mev_boost_week.csv"), "the market as it was given");
    }

    #[test]
    fn is_not_overwritten_unasked() {
        let place = Place::new();
        let args = ["solve", &example("two_states.toml"), "--out", "results"];
        place.etm(&args).success();
        place.write("results/notes.txt", "mine");
        let before = place.read("results/result.json");
        let said = refused(place.etm(&[&args[..], &["--set", "buyers.count=3"]].concat()));
        says(&said, &["results", "exists already", "--force"]);
        assert_eq!(place.read("results/notes.txt"), "mine");
        assert_eq!(place.read("results/result.json"), before);

        place
            .etm(&[&args[..], &["--set", "buyers.count=3", "--force"]].concat())
            .success();
        assert_eq!(names(&place.path("results")), FILES);
        assert_ne!(place.read("results/result.json"), before);
        assert_eq!(place.names(), ["results"], "something was left aside");
    }

    /// With `--force` too the old results go only when the new ones are there.
    #[test]
    fn survives_bad_input() {
        let place = Place::new();
        let args = ["solve", &example("two_states.toml"), "--out", "results"];
        place.etm(&args).success();
        refused(place.etm(&[&args[..], &["--force", "--set", "buyers.count=0"]].concat()));
        assert_eq!(names(&place.path("results")), FILES);
        assert_eq!(place.names(), ["results"]);
    }

    #[test]
    fn is_not_begun_on_bad_input() {
        let place = Place::new();
        for out in ["results", "a/b/results"] {
            let args = [
                "solve",
                &example("two_states.toml"),
                "--out",
                out,
                "--set",
                "buyers.count=0",
            ];
            refused(place.etm(&args));
            assert!(place.names().is_empty(), "{out}: {:?} left behind", place.names());
            refused(place.etm(&["solve", "nowhere.toml", "--out", out]));
            assert!(place.names().is_empty(), "{out}: {:?} left behind", place.names());
        }
    }

    #[test]
    fn needs_a_place_to_stand() {
        let place = Place::new();
        place.write("file", "not a folder");
        let args = ["solve", &example("two_states.toml"), "--out"];
        let failed = place.etm(&[&args[..], &["file/results"]].concat()).code(1);
        assert!(stdout(&failed).is_empty());
        says(&stderr(&failed), &["error: file", "cannot"]);
        says(
            &refused(place.etm(&[&args[..], &["file", "--force"]].concat())),
            &["is a file, not a folder"],
        );
        assert_eq!(place.read("file"), "not a folder");
        assert_eq!(place.names(), ["file"]);
    }
}

mod bids {
    use super::*;

    fn at_start(place: &Place, more: &[&str]) -> Assert {
        let args = ["bids", &example("two_states.toml"), "--slot", "0", "--prize", "1"];
        place.etm(&[&args[..], more].concat())
    }

    fn rows(text: &str) -> Vec<Vec<Option<f64>>> {
        let mut lines = text.lines();
        assert_eq!(
            lines.next(),
            Some("cost,ticket_value,win_probability,bid,bid_foc,expected_gain")
        );
        let field = |field: &str| (!field.is_empty()).then(|| field.parse().expect("a number"));
        lines.map(|line| line.split(',').map(field).collect()).collect()
    }

    /// The reference case: θ̂ = 0.68695…; 0.2 and 0.5 bid, 0.8 stays away.
    #[test]
    fn lists_bids_and_who_stays_away() {
        let assert = at_start(&Place::new(), &["--costs", "0.5,0.2,0.8"]).success();
        assert_eq!(stderr(&assert), "");
        let rows = rows(&stdout(&assert));
        let expected = [
            [0.5, 0.7236, 0.5, 0.5977408695652174],
            [0.2, 0.972, 0.8, 0.6915130434782609],
        ];
        for (row, expected) in rows.iter().zip(expected) {
            let [cost, value, win, bid] = expected;
            let numbers: Vec<f64> = row.iter().copied().map(|field| field.expect("takes part")).collect();
            let gain = (value - bid) * win;
            for (got, expected) in numbers.iter().zip([cost, value, win, bid, bid, gain]) {
                near(&format!("cost {cost}"), *got, expected, 1e-12);
            }
        }
        assert_eq!(rows[2][2..], [None; 4], "cost 0.8 stays away");
        near("value of cost 0.8", rows[2][1].expect("a value"), 0.4752, 1e-12);
    }

    /// An even grid with both ends; fields are the library's numbers to the last bit.
    #[test]
    fn numbers_round_trip() {
        let text = fs::read_to_string(example("two_states.toml")).expect("the example");
        let solved = solved_market(read(&text).expect("a market").market, &text);
        let rows = rows(&stdout(&at_start(&Place::new(), &["--points", "7"]).success()));
        assert_eq!(rows.len(), 7);
        let costs: Vec<f64> = rows.iter().map(|row| row[0].expect("a cost")).collect();
        assert_eq!((costs[0], costs[6]), (0.0, 1.0));
        let types = solved.equilibrium.bids(&solved.market, 0, 1.0, &costs).expect("bids");
        for (row, one) in rows.iter().zip(types) {
            let bid = one.bid;
            assert_eq!(
                row[1..],
                [
                    Some(one.ticket_value),
                    bid.map(|bid| bid.win_probability),
                    bid.map(|bid| bid.bid),
                    bid.map(|bid| bid.bid_foc),
                    bid.map(|bid| bid.expected_gain),
                ]
            );
        }
        assert_eq!(rows.iter().filter(|row| row[3].is_some()).count(), 5);
    }

    #[test]
    fn are_a_hundred_and_one_unless_told() {
        let assert = at_start(&Place::new(), &[]).success();
        assert_eq!(rows(&stdout(&assert)).len(), 101);
    }

    #[test]
    fn can_be_written_to_a_file() {
        let place = Place::new();
        let printed = stdout(&at_start(&place, &["--points", "5"]).success());
        let silent = at_start(&place, &["--points", "5", "--out", "bids.csv"]).success();
        assert_eq!(stdout(&silent), "");
        assert_eq!(place.read("bids.csv"), printed);
        refused(at_start(&place, &["--points", "3", "--out", "bids.csv"]));
        assert_eq!(place.read("bids.csv"), printed);
        at_start(&place, &["--points", "3", "--out", "bids.csv", "--force"]).success();
        assert_eq!(rows(&place.read("bids.csv")).len(), 3);
        assert_eq!(place.names(), ["bids.csv"]);
    }

    /// A prize within 1e-9 relative is meant; what is further off is refused, with what could be meant.
    #[test]
    fn are_those_of_a_node_that_exists() {
        let place = Place::new();
        let market = example("two_states.toml");
        let at = |slot: &str, prize: &str| place.etm(&["bids", &market, "--slot", slot, "--prize", prize]);
        at("0", "1.0000000005").success();
        says(&refused(at("0", "1.00000001")), &["1.00000001", "1, 2"]);
        says(&refused(at("0", "1.5")), &["1.5 is no prize of slot 0", "1, 2"]);
        says(&refused(at("0", "-1")), &["-1", "1, 2"]);
        says(&refused(at("3", "1")), &["slot 3", "0 to 2"]);
        for cost in ["1.01", "-0.01", "NaN"] {
            says(
                &refused(at_start(&place, &["--costs", &format!("0.5,{cost}")])),
                &[cost, "from 0 to 1"],
            );
        }
        refused(at_start(&place, &["--points", "1"]));
        refused(at_start(&place, &["--points", "5", "--costs", "0.5"]));
        refused(at_start(&place, &["--set", "buyers.count=0"]));
    }

    #[test]
    fn are_quiet_when_asked() {
        let assert = at_start(&Place::new(), &["--quiet", "--points", "2"]).success();
        assert_eq!(stderr(&assert), "");
    }
}
