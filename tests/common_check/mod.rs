//! What the tests of `etm check` and `etm simulate` share: the command, its output, the market files that come along.

#![allow(dead_code, reason = "each test uses another part")]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use serde_json::Value;

/// A file of the examples folder.
pub fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// The market files of a folder, by name.
pub fn market_files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no market file in {}", folder.display());
    files
}

/// Runs the command.
pub fn etm(args: &[&str]) -> Assert {
    Command::new(assert_cmd::cargo::cargo_bin!("etm")).args(args).assert()
}

/// `args` followed by `--set` for each of `sets`.
pub fn with_sets<'a>(args: &[&'a str], sets: &[&'a str]) -> Vec<&'a str> {
    let mut all = args.to_vec();
    for set in sets {
        all.extend(["--set", set]);
    }
    all
}

pub fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).expect("UTF-8")
}

pub fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).expect("UTF-8")
}

/// Exit status 0; the text on stdout.
pub fn text(args: &[&str]) -> String {
    stdout(&etm(args).success())
}

/// Exit status 0; the JSON on stdout.
pub fn json(args: &[&str]) -> Value {
    let text = text(args);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error} in\n{text}"))
}

/// Exit status 2, nothing on stdout; what was said.
pub fn refused(args: &[&str]) -> String {
    let assert = etm(args).code(2);
    assert!(stdout(&assert).is_empty(), "{args:?}: data in spite of bad input");
    stderr(&assert)
}

pub fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

/// A number of an object.
pub fn number(object: &Value, key: &str) -> f64 {
    object[key]
        .as_f64()
        .unwrap_or_else(|| panic!("{key} is no number: {object}"))
}

/// The entry of a list of objects with this name.
pub fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array()
        .expect("a list")
        .iter()
        .find(|one| one["name"] == name)
        .unwrap_or_else(|| panic!("no {name} in {list}"))
}

/// The keys of an object, in order.
pub fn keys(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

/// A market with a continuous prize.
pub fn continuous() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common_check/continuous.toml");
    path.to_str().expect("a path in UTF-8").to_owned()
}
