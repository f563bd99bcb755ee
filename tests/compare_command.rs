//! `etm compare`.

use std::fs;

use assert_cmd::Command;
use serde_json::Value;

fn etm(arguments: &[&str]) -> assert_cmd::assert::Assert {
    Command::cargo_bin("etm").expect("the command").args(arguments).assert()
}

fn example(name: &str) -> String {
    format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The worked example and the same with another reserve rule, in a folder of their own.
fn pair() -> (tempfile::TempDir, String, String) {
    let home = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(example("two_states.toml")).expect("an example");
    let with = home.path().join("optimal.toml");
    let without = home.path().join("none.toml");
    fs::write(&with, &text).expect("a file");
    fs::write(&without, text.replace("\"optimal\"", "\"none\"")).expect("a file");
    let name = |path: &std::path::Path| path.display().to_string();
    (home, name(&with), name(&without))
}

#[test]
fn figures_are_those_of_solve() {
    let (_home, with, without) = pair();
    let output = etm(&["compare", &without, &with, "--json"]).success();
    let object: Value = serde_json::from_slice(&output.get_output().stdout).expect("JSON");
    for (index, file) in [&without, &with].into_iter().enumerate() {
        let solved = etm(&["solve", file, "--json"]).success();
        let solved: Value = serde_json::from_slice(&solved.get_output().stdout).expect("JSON");
        let market = &object["markets"][index];
        for key in [
            "seller_value",
            "sold_probability",
            "expected_sale_slot",
            "buyers_surplus",
            "efficient_value",
        ] {
            assert_eq!(market[key], solved[key], "{key}");
        }
    }
    // A reserve moves money from the buyers to the holder.
    let gains = &object["markets"][1]["against_first"];
    assert_eq!(gains["who"], "holder");
    assert!(gains["holder"].as_f64().expect("a number") > 0.0);
    assert!(gains["buyers"].as_f64().expect("a number") < 0.0);
    assert_eq!(object["markets"][0]["against_first"], Value::Null);
    // Without a reserve every type takes part: all value the ticket.
    assert_eq!(object["markets"][0]["participation_probability"], 1.0);
    assert!(
        object["markets"][1]["participation_probability"]
            .as_f64()
            .expect("a number")
            < 1.0
    );
}

#[test]
fn the_table_names_markets_and_says_who_gains() {
    let (_home, with, without) = pair();
    let output = etm(&["compare", &without, &with]).success();
    let text = String::from_utf8(output.get_output().stdout.clone()).expect("text");
    assert!(
        text.lines().next().expect("a header").contains("optimal.toml"),
        "{text}"
    );
    assert!(text.contains("the holder gains"), "{text}");
    // A market is no better than itself.
    let same = etm(&["compare", &with, &with]).success();
    let same = String::from_utf8(same.get_output().stdout.clone()).expect("text");
    assert!(same.contains("nobody gains"), "{same}");
}

/// The same market with a cost paid by the winner, by all who come knowing their costs, by all who come to learn them.
#[test]
fn who_pays_for_taking_part_shows() {
    let files = ["winner", "before", "after"].map(|payer| example(&format!("participation_{payer}.toml")));
    let arguments = ["compare", &files[0], &files[1], &files[2]];
    let output = etm(&[&arguments[..], &["--json"]].concat()).success();
    let object: Value = serde_json::from_slice(&output.get_output().stdout).expect("JSON");
    let number = |index: usize, key: &str| object["markets"][index][key].as_f64().expect("a number");
    for (index, file) in files.iter().enumerate() {
        let solved = etm(&["solve", file, "--json"]).success();
        let solved: Value = serde_json::from_slice(&solved.get_output().stdout).expect("JSON");
        for key in ["participation_cost_burned", "welfare"] {
            assert_eq!(object["markets"][index][key], solved[key], "{key}");
        }
        let welfare = number(index, "seller_value") + number(index, "buyers_surplus");
        assert!((number(index, "welfare") - welfare).abs() < 1e-14);
    }
    assert_eq!(object["markets"][0]["entry_probability"], Value::Null);
    assert_eq!(object["markets"][1]["entry_probability"], Value::Null);
    // Buyers who do not know their costs take part by entering, and gain nothing.
    let entry = number(2, "entry_probability");
    assert_eq!(entry, number(2, "participation_probability"));
    assert!(0.7 < entry && entry < 0.81, "{entry}");
    assert!(number(2, "buyers_surplus").abs() < 1e-14);
    assert_eq!(object["markets"][2]["against_first"]["who"], "nobody");
    // Neither do four buyers against five: a surplus of 0 is no loss, to rounding.
    let home = tempfile::tempdir().expect("a folder");
    let five = home.path().join("five.toml").display().to_string();
    let text = fs::read_to_string(&files[2]).expect("an example");
    fs::write(&five, text.replace("count = 4", "count = 5")).expect("a file");
    let more = etm(&["compare", &files[2], &five]).success();
    let more = String::from_utf8(more.get_output().stdout.clone()).expect("text");
    assert!(more.contains("buyers as before"), "{more}");
    let table = etm(&arguments).success();
    let table = String::from_utf8(table.get_output().stdout.clone()).expect("text");
    for label in [
        "enters, not knowing her cost",
        "spent on taking part, ETH",
        "nobody gains",
    ] {
        assert!(table.contains(label), "{label} is not in\n{table}");
    }
}

#[test]
fn bad_input_is_told() {
    etm(&["compare", &example("two_states.toml")]).code(2);
    let missing = etm(&["compare", &example("two_states.toml"), "no.toml"]).code(2);
    let message = String::from_utf8(missing.get_output().stderr.clone()).expect("text");
    assert!(message.contains("no.toml"), "{message}");
}
