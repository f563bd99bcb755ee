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

#[test]
fn bad_input_is_told() {
    etm(&["compare", &example("two_states.toml")]).code(2);
    let missing = etm(&["compare", &example("two_states.toml"), "no.toml"]).code(2);
    let message = String::from_utf8(missing.get_output().stderr.clone()).expect("text");
    assert!(message.contains("no.toml"), "{message}");
}
