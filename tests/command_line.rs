//! The command as it is run: exit status, what goes to stdout and what to stderr.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

fn etm(arguments: &[&str], folder: &Path) -> Output {
    Command::new(assert_cmd::cargo::cargo_bin!("etm"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn init_writes_a_file_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let first = etm(&["init"], folder.path());
    assert_eq!(first.status.code(), Some(0));
    assert!(first.stdout.is_empty() && text(&first.stderr).contains("market.toml"));
    let path = folder.path().join("market.toml");
    let written = fs::read_to_string(&path).unwrap();
    assert_eq!(written, etm::commands::init::MARKET);
    fs::write(&path, "mine").unwrap();
    let again = etm(&["init"], folder.path());
    assert_eq!(again.status.code(), Some(2));
    assert!(
        text(&again.stderr).contains("exists already"),
        "{}",
        text(&again.stderr)
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    let forced = etm(&["init", "market.toml", "--force", "--quiet"], folder.path());
    assert_eq!(forced.status.code(), Some(0));
    assert!(forced.stderr.is_empty());
    assert_eq!(fs::read_to_string(&path).unwrap(), written);
    assert_eq!(etm(&["init", "no/market.toml"], folder.path()).status.code(), Some(2));
}

#[test]
fn schema_is_json_on_stdout() {
    let folder = tempfile::tempdir().unwrap();
    let output = etm(&["schema"], folder.path());
    assert_eq!(output.status.code(), Some(0));
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(
        schema["properties"]["ticket"]["properties"]["maturity"]["type"],
        "integer"
    );
    assert_eq!(
        schema["required"],
        serde_json::json!(["ticket", "prize", "buyers", "holder"])
    );
    let sweep = etm(&["schema", "sweep"], folder.path());
    let sweep: serde_json::Value = serde_json::from_slice(&sweep.stdout).unwrap();
    assert_eq!(sweep["required"], serde_json::json!(["base", "axis"]));
    assert_eq!(sweep["properties"]["axis"]["type"], "array");
    for kind in ["style", "gallery"] {
        let output = etm(&["schema", kind], folder.path());
        let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(schema["additionalProperties"], false, "{kind}");
    }
}

#[test]
fn completions_name_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = etm(&["completions", shell], folder.path());
        assert_eq!(output.status.code(), Some(0));
        for command in ["solve", "bids", "calibrate", "init", "schema"] {
            assert!(text(&output.stdout).contains(command), "{shell}: {command}");
        }
    }
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["solve", "bids", "calibrate", "init", "schema", "completions"] {
        let output = etm(&[command, "--help"], folder.path());
        assert_eq!(output.status.code(), Some(0), "{command}");
        let help = text(&output.stdout);
        assert!(
            (help.contains("Example:") || help.contains("Examples:")) && help.contains(&format!("etm {command}")),
            "{help}"
        );
        assert!(help.contains("--quiet"), "{help}");
    }
}

#[test]
fn wrong_usage_is_bad_input() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["solv"][..],
        &["solve"],
        &["solve", "m.toml", "--nonsense"],
        &["bids", "m.toml", "--slot", "-1", "--prize", "1"],
        &["bids", "m.toml", "--slot", "0", "--prize", "x"],
        &["completions", "no_shell"],
        &[],
    ] {
        let output = etm(arguments, folder.path());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_bad_market_file_is_named_with_line_and_column_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let bad = etm::commands::init::MARKET
        .replace("count = 4", "count = 0")
        .replace("0.97", "1.97");
    fs::write(folder.path().join("m.toml"), bad).unwrap();
    for arguments in [
        &["solve", "m.toml", "--out", "deep/out"][..],
        &["solve", "m.toml", "--json", "--quiet"],
        &["bids", "m.toml", "--slot", "0", "--prize", "0.7", "--out", "bids.csv"],
    ] {
        let output = etm(arguments, folder.path());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        let words = text(&output.stderr);
        assert!(
            words
                .lines()
                .any(|line| line.starts_with("m.toml:32:9: buyers.count: ")),
            "{words}"
        );
        assert!(
            words
                .lines()
                .any(|line| line.starts_with("m.toml:47:19: holder.discount_factor: ")),
            "{words}"
        );
        assert!(!words.contains('\u{1b}'));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
    let output = etm(
        &[
            "solve",
            "m.toml",
            "--set",
            "buyers.count=3",
            "--set",
            "holder.discount_factr=1",
        ],
        folder.path(),
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("did you mean holder.discount_factor?"),
        "{}",
        text(&output.stderr)
    );
    let missing = etm(&["solve", "none.toml"], folder.path());
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("none.toml: there is no such file"));
}

#[test]
fn the_file_that_init_writes_solves() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(etm(&["init", "m.toml"], folder.path()).status.code(), Some(0));
    let output = etm(&["solve", "m.toml", "--json", "--out", "out"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let again = etm(&["solve", "out/market.toml", "--json"], folder.path());
    assert_eq!(again.stdout, output.stdout);
    let refused = etm(&["solve", "m.toml", "--out", "out"], folder.path());
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("--force"));
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("etm"))
        .arg("schema")
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
}
