//! `etm reproduce`: the gallery, made anew and compared.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use tempfile::TempDir;

/// A gallery of one market and one sweep in a folder of its own.
struct Home(TempDir);

fn example(name: &str) -> String {
    format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().expect("a folder"));
        let sweep = format!(
            "base = \"{}\"\n[[axis]]\nkey = \"buyers.count\"\nwhole = {{ from = 1, to = 3 }}\n\
             [output]\nkeys = [\"seller_value\"]\n\
             [[figure]]\nname = \"values\"\nkind = \"curves\"\noutputs = [\"seller_value\"]\n",
            example("two_states.toml")
        );
        home.write("sweep.toml", &sweep);
        let gallery = format!(
            "[[market]]\nname = \"market\"\nfile = \"{}\"\nfigures = [\"timing\", \"value\"]\nslots = [2, 0]\n\
             [[sweep]]\nname = \"buyers\"\nfile = \"sweep.toml\"\nwidth = \"one\"\n",
            example("two_states.toml")
        );
        home.write("gallery.toml", &gallery);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a text")
    }

    fn reproduce(&self, arguments: &[&str]) -> Assert {
        let mut command = Command::cargo_bin("etm").expect("the command");
        command.arg("reproduce").arg("--gallery").arg(self.path("gallery.toml"));
        command.args(arguments).assert()
    }

    /// Every file below the gallery with its bytes.
    fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for folder in ["market", "buyers"] {
            let entries = fs::read_dir(self.path(folder)).expect("a folder");
            files.extend(entries.map(|entry| {
                let path = entry.expect("an entry").path();
                let bytes = fs::read(&path).expect("a file");
                (path, bytes)
            }));
        }
        files.sort();
        files
    }
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).expect("text")
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).expect("text")
}

fn has(folder: &Path, names: &[&str]) {
    for name in names {
        assert!(folder.join(name).is_file(), "{name}");
    }
}

#[test]
fn the_second_time_all_is_the_same() {
    let home = Home::new();
    let first = stdout(&home.reproduce(&[]).success());
    assert!(
        first.contains("result.json: new") && first.contains("values.svg: new"),
        "{first}"
    );
    has(
        &home.path("market"),
        &[
            "market.toml",
            "result.json",
            "nodes.csv",
            "check.txt",
            "check.json",
            "timing.svg",
            "value.tex",
        ],
    );
    assert!(!home.path("market/bids.svg").exists(), "only the figures asked for");
    has(
        &home.path("buyers"),
        &["points.csv", "values.svg", "values.csv", "values.caption.txt"],
    );
    assert!(home.text("buyers/values.svg").contains("width=\"241.2pt\""));
    // The slots asked for, in their order.
    let value = home.text("market/value.svg");
    let place = |slot: &str| value.find(&format!("data-name=\"slot_{slot}\"")).expect("a panel");
    assert!(place("2") < place("0") && !value.contains("data-name=\"slot_1\""));
    let before = home.snapshot();
    let second = stdout(&home.reproduce(&["--check", "--jobs", "1"]).success());
    assert_eq!(second.matches("all the same").count(), 2, "{second}");
    assert_eq!(home.snapshot(), before);
}

#[test]
fn what_differs_is_named_and_put_right() {
    let home = Home::new();
    home.reproduce(&[]).success();
    let good = home.snapshot();
    let points = home.text("buyers/points.csv");
    home.write("buyers/points.csv", &points.replacen("0.6288", "0.6388", 1));
    fs::remove_file(home.path("market/nodes.csv")).expect("a file");
    home.write("market/stale.svg", "<svg/>");
    let spoiled = home.snapshot();
    let check = home.reproduce(&["--check"]).code(1);
    let said = stdout(&check);
    for line in ["points.csv: differs", "nodes.csv: new", "stale.svg: no longer made"] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    assert!(stderr(&check).contains("2 of 2"), "{}", stderr(&check));
    assert_eq!(home.snapshot(), spoiled, "--check changes nothing");
    home.reproduce(&[]).success();
    assert_eq!(home.snapshot(), good);
}

#[test]
fn rounding_is_no_difference() {
    let home = Home::new();
    home.reproduce(&[]).success();
    let points = home.text("buyers/points.csv");
    let value = points
        .lines()
        .nth(2)
        .and_then(|line| line.split(',').nth(3))
        .expect("a value");
    let number: f64 = value.parse().expect("a number");
    let other = points.replacen(value, &(number * (1.0 + 4e-16)).to_string(), 1);
    assert_ne!(points, other);
    home.write("buyers/points.csv", &other);
    let said = stdout(&home.reproduce(&["--check"]).success());
    assert!(said.contains("points.csv: the same up to rounding"), "{said}");
    home.reproduce(&[]).success();
    assert_eq!(
        home.text("buyers/points.csv"),
        other,
        "what only rounds differently is left"
    );
}

#[test]
fn entries_can_be_chosen() {
    let home = Home::new();
    let said = stdout(&home.reproduce(&["buyers"]).success());
    assert!(!said.contains("market:") && !home.path("market").exists(), "{said}");
    let refused = stderr(&home.reproduce(&["sellers"]).code(2));
    assert!(refused.contains("market, buyers"), "{refused}");
}

#[test]
fn faults_of_the_gallery_file_are_shown_together() {
    let home = Home::new();
    home.write(
        "gallery.toml",
        "[[market]]\nname = \"a b\"\nfile = \"x.toml\"\n\
         [[market]]\nname = \"c\"\nfile = \"x.toml\"\nwidth = \"wide\"\nslots = [0.5]\ncolour = 1\n\
         [[sweep]]\nname = \"c\"\nfile = \"y.toml\"\n",
    );
    let said = stderr(&home.reproduce(&[]).code(2));
    for part in ["gallery.toml:2:", "a b", "85mm", "0.5", "colour"] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    home.write(
        "gallery.toml",
        "[[market]]\nname = \"c\"\nfile = \"x.toml\"\n[[sweep]]\nname = \"c\"\nfile = \"y.toml\"\n",
    );
    let said = stderr(&home.reproduce(&[]).code(2));
    assert!(said.contains("given twice"), "{said}");
    home.write("gallery.toml", "[[market]]\nname = \"c\"\nfile = \"x.toml\"\n");
    let said = stderr(&home.reproduce(&[]).code(2));
    assert!(said.contains("x.toml"), "{said}");
    assert!(!home.path("c").exists());
}
