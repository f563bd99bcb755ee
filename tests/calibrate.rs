//! `etm calibrate` as it is run.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;
use toml::Table;

const DATA: &str = "examples/data/mev_boost_week.csv";

fn etm(args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("etm"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("calibrate")
        .args(args);
    command
}

fn printed(command: &mut Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

fn refused(command: &mut Command) -> String {
    let assert = command.assert().code(2);
    let output = assert.get_output();
    assert!(output.stdout.is_empty(), "no table with bad input");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn empirical(text: &str) -> Table {
    let table: Table = text.parse().unwrap();
    let Some(table) = table["prize"]["empirical"].as_table() else {
        panic!("no [prize.empirical] in {text}");
    };
    table.clone()
}

#[test]
fn prints_a_table_for_a_market_file() {
    let text = printed(&mut etm(&[DATA, "--column", "value_eth", "--process", "empirical"]));
    let table = empirical(&text);
    assert_eq!(table.len(), 5);
    assert_eq!(table["file"].as_str(), Some(DATA));
    assert_eq!(table["column"].as_str(), Some("value_eth"));
    assert_eq!(table["slot_column"].as_str(), Some("slot"));
    assert_eq!(table["bins"].as_integer(), Some(16));
    assert_eq!(table["initial"].as_float(), Some(0.054469657));
}

#[test]
fn describes_the_data_in_comments() {
    let text = printed(&mut etm(&[DATA, "--column", "value_eth", "--process", "empirical"]));
    for part in [
        "45049 values in slots 8355599 to 8405998; 5351 blank, 0 slots not in the data",
        "0.031111    0.05447    0.10457",
        "mean 0.11419",
        "make 22.1 % of the total",
        "at lag 1: 0.3264 (40498 pairs)",
        "at lag 32: 0.1787 (40294 pairs)",
        "  16    0.28256     75.909    0.78598    2816       2589",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn the_example_market_has_the_table_printed_for_its_data() {
    let market =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/mev_boost_week.toml")).unwrap();
    let mut command = etm(&[
        "data/mev_boost_week.csv",
        "--column",
        "value_eth",
        "--process",
        "empirical",
        "--initial",
        "0.054",
    ]);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
    assert_eq!(empirical(&market), empirical(&printed(&mut command)));
}

#[test]
fn odd_names_and_tied_values() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("it's a \"week\".csv");
    fs::write(&path, "t,the prize\n1,2\n2,2\n3,2\n").unwrap();
    let file = path.to_str().unwrap();
    let text = printed(&mut etm(&[
        file,
        "--column",
        "the prize",
        "--slot-column",
        "t",
        "--bins",
        "3",
        "--process",
        "empirical",
    ]));
    let table = empirical(&text);
    assert_eq!(table["file"].as_str(), Some(file));
    assert_eq!(table["column"].as_str(), Some("the prize"));
    assert_eq!(table["slot_column"].as_str(), Some("t"));
    assert_eq!(table["initial"].as_float(), Some(2.0));
    assert!(text.contains("# Warning: 3 bins asked for, 1 obtained"), "{text}");
    assert!(text.contains("at lag 1: none (2 pairs)"), "{text}");
}

#[test]
fn other_processes_are_named_and_refused() {
    for process in ["log_ar1", "geometric_brownian", "iid"] {
        let error = refused(&mut etm(&[DATA, "--column", "value_eth", "--process", process]));
        assert!(
            error.contains(process) && error.contains("not supported yet"),
            "{error}"
        );
    }
}

#[test]
fn bad_input_is_explained() {
    let error = refused(&mut etm(&[DATA, "--column", "value", "--process", "empirical"]));
    assert!(error.contains(DATA) && error.contains("\"value_eth\""), "{error}");
    let error = refused(&mut etm(&[
        DATA,
        "--column",
        "value_eth",
        "--process",
        "empirical",
        "--bins",
        "0",
        "--initial=-1",
    ]));
    assert!(
        error.contains("--bins: 0 bins") && error.contains("--initial: -1"),
        "{error}"
    );
    let error = refused(&mut etm(&["nowhere.csv", "--column", "x", "--process", "empirical"]));
    assert!(error.contains("nowhere.csv: cannot be read"), "{error}");
}
