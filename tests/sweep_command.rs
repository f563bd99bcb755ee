//! `etm sweep`: the points, the folder, what goes on after an interruption, and what is refused.

mod common_check;

use std::fs;
use std::path::{Path, PathBuf};

use common_check::{etm, example, stderr, stdout};
use serde_json::Value;
use tempfile::TempDir;

const SWEEP: &str = "\
base = \"market.toml\"

[[axis]]
key = \"holder.discount_factor\"
values = [0.9, 0.95, 1]

[[axis]]
key = \"buyers.count\"
whole = { from = 1, to = 4 }

[output]
keys = [\"seller_value\", \"expected_sale_slot\", \"auction_probability[2]\", \"auction_probability[40]\", \"check.claims.timing.holds\", \"check.policies.late.holder\"]
";

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().expect("a folder"));
        fs::copy(example("two_states.toml"), home.path("market.toml")).expect("a market file");
        home.write("sweep.toml", SWEEP);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    /// `etm sweep NAME ARGS…`, in which `@name` stands for a path here.
    fn sweep(&self, name: &str, args: &[&str]) -> assert_cmd::assert::Assert {
        let args = args.iter().map(|arg| match arg.strip_prefix('@') {
            Some(name) => shown(&self.path(name)),
            None => (*arg).to_owned(),
        });
        let all: Vec<String> = ["sweep".to_owned(), shown(&self.path(name))]
            .into_iter()
            .chain(args)
            .collect();
        etm(&all.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The message of a refusal with exit status 2.
    fn refusal(&self, text: &str) -> String {
        self.write("bad.toml", text);
        let refused = self.sweep("bad.toml", &[]).code(2);
        assert_eq!(stdout(&refused), "");
        stderr(&refused)
    }

    /// The points of the sweep on one thread.
    fn points(&self) -> String {
        stdout(&self.sweep("sweep.toml", &["--jobs", "1"]).success())
    }

    /// An unfinished sweep whose points end after `length` bytes.
    fn unfinished(&self, length: usize) {
        self.sweep("sweep.toml", &["--out", "@whole", "--force"]).success();
        let partial = self.path("out.partial");
        if partial.exists() {
            fs::remove_dir_all(&partial).expect("a folder");
        }
        fs::rename(self.path("whole"), &partial).expect("a folder");
        let points = self.text("out.partial/points.csv");
        self.write("out.partial/points.csv", &points[..length]);
    }
}

fn shown(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

/// The field `value` of a point and output.
fn value(points: &str, point: usize, output: &str) -> String {
    let mut lines = points.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let found = lines.find(|line| line[0] == point.to_string() && line[3] == output);
    found.expect("a line")[4].to_owned()
}

#[test]
fn the_points_do_not_depend_on_threads_or_folders() {
    let home = Home::new();
    let one = home.points();
    assert_eq!(one.lines().count(), 1 + 12 * 6);
    assert_eq!(
        one.lines().next(),
        Some("point,holder.discount_factor,buyers.count,output,value,reason")
    );
    assert_eq!(stdout(&home.sweep("sweep.toml", &["--jobs", "2"]).success()), one);
    home.sweep("sweep.toml", &["--out", "@out"]).success();
    assert_eq!(home.text("out/points.csv"), one);
    assert_eq!(home.text("out/sweep.toml"), SWEEP);
    assert!(!home.path("out.partial").exists());
    let manifest: Value = serde_json::from_str(&home.text("out/manifest.json")).expect("JSON");
    assert_eq!((&manifest["finished"], &manifest["points"]), (&true.into(), &12.into()));
    // The market as solved can be solved.
    etm(&["solve", &shown(&home.path("out/market.toml"))]).success();
}

#[test]
fn values_are_those_of_solve_and_check() {
    let home = Home::new();
    let points = home.points();
    for (point, patience, buyers) in [(0, "0.9", "1"), (6, "0.95", "3"), (11, "1", "4")] {
        let market = shown(&home.path("market.toml"));
        let (patience, buyers) = (
            format!("holder.discount_factor={patience}"),
            format!("buyers.count={buyers}"),
        );
        let json = |command: &str| -> Value {
            let args = [command, &market, "--json", "--set", &patience, "--set", &buyers];
            serde_json::from_str(&stdout(&etm(&args).success())).expect("JSON")
        };
        let (solved, checked) = (json("solve"), json("check"));
        let expected = |value: &Value| match value {
            Value::Null => String::new(),
            value => value.to_string(),
        };
        let number = |output: &str| value(&points, point, output).parse::<f64>().ok();
        assert_eq!(number("seller_value"), solved["seller_value"].as_f64());
        assert_eq!(number("expected_sale_slot"), solved["expected_sale_slot"].as_f64());
        assert_eq!(
            number("auction_probability[2]"),
            solved["auction_probability"][2].as_f64()
        );
        assert_eq!(value(&points, point, "auction_probability[40]"), "");
        assert_eq!(checked["claims"][0]["name"], "timing");
        assert_eq!(
            value(&points, point, "check.claims.timing.holds"),
            expected(&checked["claims"][0]["holds"])
        );
        let late = checked["policies"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|one| one["name"] == "late");
        assert_eq!(
            number("check.policies.late.holder"),
            late.expect("late")["holder"].as_f64()
        );
    }
}

#[test]
fn an_interrupted_sweep_ends_with_the_same_bytes() {
    let home = Home::new();
    let whole = home.points();
    let start_of_second = whole.find("\n1,").expect("a second point") + 1;
    // After the header, in it, after a point, in the middle of a number, of the last line, at the end.
    let header = whole.find('\n').expect("a line") + 1;
    for length in [
        0,
        7,
        header,
        start_of_second,
        start_of_second + 40,
        whole.len() - 1,
        whole.len(),
    ] {
        home.unfinished(length);
        home.sweep("sweep.toml", &["--out", "@out", "--resume", "--force", "--jobs", "2"])
            .success();
        assert_eq!(home.text("out/points.csv"), whole, "cut after {length} bytes");
    }
}

#[test]
fn finished_points_are_not_solved_again() {
    let home = Home::new();
    let whole = home.points();
    home.unfinished(whole.find("\n5,").expect("a sixth point") + 1);
    // A value that solving could not give stays.
    let solved = home.text("out.partial/points.csv");
    let points = solved.replacen("seller_value,0", "seller_value,7", 1);
    assert_ne!(points, solved);
    home.write("out.partial/points.csv", &points);
    home.sweep("sweep.toml", &["--out", "@out", "--resume"]).success();
    let resumed = home.text("out/points.csv");
    assert!(resumed.starts_with(&points));
    assert_eq!(resumed.lines().count(), whole.lines().count());
}

#[test]
fn a_sweep_is_resumed_only_as_it_was_begun() {
    let home = Home::new();
    home.unfinished(200);
    let refused = |name: &str| stderr(&home.sweep(name, &["--out", "@out", "--resume"]).code(2));
    home.write("sweep.toml", &SWEEP.replace("to = 4", "to = 5"));
    let message = refused("sweep.toml");
    assert!(message.contains("the sweep file changed"), "{message}");
    assert!(
        message.contains("- whole = { from = 1, to = 4 }\n+ whole = { from = 1, to = 5 }"),
        "{message}"
    );
    home.write("sweep.toml", SWEEP);
    let market = home.text("market.toml");
    home.write("market.toml", &market.replace("maturity = 2 ", "maturity = 3 "));
    let message = refused("sweep.toml");
    assert!(message.contains("- maturity = 2\n+ maturity = 3"), "{message}");
    home.write("market.toml", &market);
    let manifest = home.text("out.partial/manifest.json");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    home.write(
        "out.partial/manifest.json",
        &manifest.replace(&version, "\"version\": \"0.0.1\""),
    );
    let message = refused("sweep.toml");
    assert!(message.contains("- 0.0.1"), "{message}");
    home.write("out.partial/manifest.json", &manifest);
    home.sweep("sweep.toml", &["--out", "@out", "--resume"]).success();
}

#[test]
fn a_changed_data_file_is_no_sweep_to_resume() {
    let home = Home::new();
    let rows: String = (0..400).map(|k| format!("{k},{}\n", 1 + (k * k) % 7)).collect();
    home.write("data.csv", &format!("slot,value\n{rows}"));
    let market = home.text("market.toml");
    let (start, rest) = market.split_once("[prize.markov_chain]").expect("a prize table");
    let (_, end) = rest.split_once("[buyers]").expect("a buyers table");
    let prize = "[prize.empirical]\nfile = \"data.csv\"\ncolumn = \"value\"\nbins = 3\ninitial = 2.0\n";
    home.write("market.toml", &format!("{start}{prize}\n[buyers]{end}"));
    home.unfinished(300);
    let data = home.text("data.csv");
    home.write("data.csv", &data.replacen("0,1\n", "0,2\n", 1));
    let message = stderr(&home.sweep("sweep.toml", &["--out", "@out", "--resume"]).code(2));
    assert!(
        message.contains("a data file changed") && message.contains("data.csv sha256"),
        "{message}"
    );
    home.write("data.csv", &data);
    home.sweep("sweep.toml", &["--out", "@out", "--resume"]).success();
    assert_eq!(home.text("out/points.csv"), home.points());
}

#[test]
fn folders_are_replaced_only_when_asked() {
    let home = Home::new();
    let nothing = stderr(&home.sweep("sweep.toml", &["--out", "@out", "--resume"]).code(2));
    assert!(nothing.contains("nothing to resume"), "{nothing}");
    home.sweep("sweep.toml", &["--out", "@out"]).success();
    let exists = stderr(&home.sweep("sweep.toml", &["--out", "@out"]).code(2));
    assert!(exists.contains("--force replaces it"), "{exists}");
    home.sweep("sweep.toml", &["--out", "@out", "--force"]).success();
    fs::remove_dir_all(home.path("out")).expect("a folder");
    home.unfinished(100);
    let unfinished = stderr(&home.sweep("sweep.toml", &["--out", "@out"]).code(2));
    assert!(
        unfinished.contains("--resume") && unfinished.contains("--force"),
        "{unfinished}"
    );
    home.sweep("sweep.toml", &["--out", "@out", "--force"]).success();
    assert!(!home.path("out.partial").exists());
    assert_eq!(home.text("out/points.csv"), home.points());
    home.write("file", "");
    let below = stderr(&home.sweep("sweep.toml", &["--out", "@file/out"]).failure());
    assert!(below.contains("file"), "{below}");
    let on = stderr(&home.sweep("sweep.toml", &["--out", "@file", "--force"]).code(2));
    assert!(on.contains("is a file"), "{on}");
    home.sweep("sweep.toml", &["--resume"]).code(2);
}

#[test]
fn a_point_that_fails_is_recorded() {
    let home = Home::new();
    let text = SWEEP.replace("whole = { from = 1, to = 4 }", "values = [2, 2.5]");
    home.write("sweep.toml", &text);
    let run = home.sweep("sweep.toml", &[]).success();
    let points = stdout(&run);
    assert!(stderr(&run).contains("3 of 6 points could not be solved"));
    assert_eq!(points.lines().count(), 1 + 6 * 6);
    let failed: Vec<&str> = points.lines().filter(|line| line.starts_with("1,")).collect();
    assert_eq!(failed.len(), 6);
    for line in failed {
        let (_, reason) = line.split_once(",,").expect("an empty value");
        assert!(
            reason.starts_with("\"--set buyers.count=2.5") && reason.ends_with('"'),
            "{line}"
        );
    }
    assert!(!value(&points, 0, "seller_value").is_empty());
    home.write("out.csv", &points);
    let read = etm::sweep::points::read(&home.path("out.csv")).expect("points");
    assert_eq!(read.axes, ["holder.discount_factor", "buyers.count"]);
    assert_eq!(read.points.len(), 6);
    assert!(read.points[1].reason.is_some() && read.points[0].reason.is_none());
    assert_eq!(read.points[3].values, [0.95.into(), 2.5.into()]);
    let first = value(&points, 0, "seller_value").parse().expect("a number");
    assert_eq!(read.points[0].outputs[0], etm::sweep::OutputValue::Number(first));
}

#[test]
fn a_row_keeps_its_sum_by_a_complement() {
    let home = Home::new();
    let axis = "key = \"prize.markov_chain.transition[1][0]\"\nvalues = [0.5, 0.2]\n";
    let sweep = |axis: &str| format!("base = \"market.toml\"\n[[axis]]\n{axis}[output]\nkeys = [\"seller_value\"]\n");
    home.write(
        "both.toml",
        &sweep(&format!("{axis}complement = \"prize.markov_chain.transition[1][1]\"\n")),
    );
    let both = home.sweep("both.toml", &[]).success();
    let whole_row = shown(&home.path("market.toml"));
    let set = "prize.markov_chain.transition=[[0.8, 0.2], [0.5, 0.5]]";
    let solved: Value =
        serde_json::from_str(&stdout(&etm(&["solve", &whole_row, "--json", "--set", set]).success())).expect("JSON");
    let line = format!("0,0.5,seller_value,{},", solved["seller_value"]);
    assert_eq!(stdout(&both).lines().nth(1), Some(line.as_str()));
    // Without it only the value the row has already makes a row.
    home.write("one.toml", &sweep(axis));
    let one = stdout(&home.sweep("one.toml", &[]).success());
    assert!(one.lines().nth(1).expect("a line").contains("transition"), "{one}");
}

#[test]
fn when_every_point_fails_nothing_is_written() {
    let home = Home::new();
    home.write(
        "bad.toml",
        &SWEEP.replace("values = [0.9, 0.95, 1]", "values = [1.5, 2, 3]"),
    );
    let refused = home.sweep("bad.toml", &["--out", "@out"]).code(2);
    let message = stderr(&refused);
    assert!(
        message.contains("no point of the sweep can be solved") && message.contains("1.5"),
        "{message}"
    );
    assert!(!home.path("out").exists() && !home.path("out.partial").exists());
}

#[test]
fn misspelled_outputs_are_named_before_the_work() {
    let home = Home::new();
    let with = |keys: &str| format!("{}keys = {keys}\n", SWEEP.split("keys").next().expect("a head"));
    let message = home.refusal(&with("[\"seler_value\", \"check.claims.timming.holds\", \"auction_probability\", \"check.policies[0].holder\", \"certificate.best_response_gain\"]"));
    for part in [
        "did you mean seller_value?",
        "did you mean check.claims.timing?",
        "auction_probability is not one value",
        "addressed by name",
        "certificate.bid_deviation_gain",
        "bad.toml:12:",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    // What some markets have, and what is beyond the end of a list, is no fault.
    home.write(
        "good.toml",
        &with("[\"check.claims.timing.witness.prize\", \"check.forces.dearer_capital.seller_value\", \"check.why\", \"sale_region[0].intervals[3][1]\"]"),
    );
    let good = stdout(&home.sweep("good.toml", &["--jobs", "2"]).success());
    assert!(
        good.contains("check.why,\"The holder") || good.contains("check.why,The holder"),
        "{good}"
    );
}

/// Figures of repeated auctions to the same buyers, along a sweep and where they do not exist.
#[test]
fn figures_of_a_fixed_pool() {
    let home = Home::new();
    let text = |base: &str, key: &str, values: &str| {
        format!(
            "base = \"{base}\"\n[[axis]]\nkey = \"{key}\"\nvalues = {values}\n[output]\n\
             keys = [\"seller_value\", \"once_value\", \"commitment_value\", \"rounds[0].reserve_price\"]\n"
        )
    };
    fs::copy(example("no_commitment.toml"), home.path("fixed.toml")).expect("a market file");
    home.write("good.toml", &text("fixed.toml", "holder.discount_factor", "[0.9, 1.0]"));
    let points = stdout(&home.sweep("good.toml", &[]).success());
    let number = |point: usize, output: &str| -> f64 {
        let mut lines = points.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let found = lines.find(|line| line[0] == point.to_string() && line[2] == output);
        found.expect("a line")[3].parse().expect("a number")
    };
    for point in 0..2 {
        let [value, once, gain] = ["seller_value", "once_value", "commitment_value"].map(|name| number(point, name));
        assert!((once - 5.0 / 12.0).abs() < 1e-12 && (once - value - gain).abs() < 1e-15);
    }
    assert!(number(0, "commitment_value") > 0.06 && number(1, "commitment_value").abs() < 1e-12);
    // Where there is no fixed pool at any point it is said so; where some points have one the others are empty.
    let message = home.refusal(&text("market.toml", "holder.discount_factor", "[0.9, 1.0]"));
    for part in [
        "once_value is a figure of repeated auctions to the same buyers",
        "commitment_value",
        "rounds[0].reserve_price",
        "holder.pool = \"fixed\"",
        "bad.toml:6:",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    home.write(
        "both.toml",
        &text("fixed.toml", "holder.pool", "[\"fresh\", \"fixed\"]"),
    );
    let both = stdout(&home.sweep("both.toml", &[]).success());
    assert!(
        both.contains("0,fresh,once_value,,\n") && both.contains("1,fixed,once_value,0.41666"),
        "{both}"
    );
}

#[test]
fn what_is_wrong_with_the_file_is_said_at_its_place() {
    let home = Home::new();
    let message = home.refusal(&SWEEP.replace("buyers.count", "buyers.cuont"));
    assert!(
        message.contains("bad.toml:8:15") && message.contains("did you mean buyers.count?"),
        "{message}"
    );
    let message = home.refusal(&SWEEP.replace("0.95, 1]", "nan]"));
    assert!(message.contains("bad.toml:5:16"), "{message}");
    let message = home.refusal("base = 3\n");
    assert!(message.contains("the path of a file"), "{message}");
}

#[test]
fn the_examples_run() {
    for (name, lines) in [("patience.toml", 1 + 105 * 7), ("formats.toml", 1 + 18 * 4)] {
        let points = stdout(&etm(&["sweep", &format!("{}/{name}", example("sweeps"))]).success());
        assert_eq!(points.lines().count(), lines, "{name}");
        assert!(
            points.lines().skip(1).all(|line| line.ends_with(',')),
            "{name}: a point failed"
        );
    }
}

#[test]
fn figures_go_into_the_folder() {
    let home = Home::new();
    let figure =
        "[[figure]]\nname = \"values\"\nkind = \"curves\"\noutputs = [\"seller_value\", \"sold_probability\"]\n";
    home.write("drawn.toml", &format!("{SWEEP}{figure}"));
    home.sweep("drawn.toml", &["--out", "@out"]).success();
    assert!(home.text("out/values.svg").contains("<svg"));
    // What a figure needs is among the points.
    assert_eq!(home.text("out/points.csv").lines().count(), 1 + 12 * 7);
    // Without a folder the points alone are printed, and that is said.
    let nowhere = stderr(&home.sweep("drawn.toml", &[]).success());
    assert!(nowhere.contains("--out"), "{nowhere}");
    // Only the formats asked for, in the width asked for.
    home.sweep("drawn.toml", &["--out", "@svg", "--format", "svg", "--width", "one"])
        .success();
    assert!(!home.path("svg/values.png").exists());
    assert!(home.text("svg/values.svg").contains("width=\"241.2pt\""));
    let message = stderr(&home.sweep("drawn.toml", &["--out", "@wide", "--width", "wide"]).code(2));
    assert!(message.contains("85mm"), "{message}");
}

#[test]
fn maps_bracket_their_boundaries() {
    let home = Home::new();
    home.write(
        "map.toml",
        &format!(
            "base = \"{}\"\nset = [\"ticket.exercise=at_maturity\", \"auction.reserve=none\"]\n\
             [[axis]]\nkey = \"buyers.discount_factor\"\nlinear = {{ from = 0.8, to = 1.0, points = 4 }}\n\
             [[axis]]\nkey = \"holder.discount_factor\"\nlinear = {{ from = 0.85, to = 0.95, points = 3 }}\n\
             [[figure]]\nname = \"map\"\nkind = \"map\"\nregions = [\"timing\"]\nfill = \"expected_sale_slot\"\n",
            example("two_states.toml")
        ),
    );
    home.sweep("map.toml", &["--out", "@out", "--format", "svg"]).success();
    // A ticket exercised at maturity is sold there exactly if the buyers are not the more patient: the boundary is the
    // diagonal.
    let boundary = home.text("out/map.boundary.csv");
    let rows: Vec<Vec<&str>> = boundary.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let timing: Vec<&Vec<&str>> = rows.iter().filter(|row| row[0] == "timing").collect();
    assert!(timing.len() >= 3, "{boundary}");
    for row in timing {
        let number = |k: usize| -> f64 { row[k].parse().expect("a number") };
        assert!((number(1) - number(2)).abs() < 1e-6, "{row:?}");
        assert!(number(3) + number(4) < 1e-6, "{row:?}");
    }
    let map = home.text("out/map.svg");
    for part in [
        "data-name=\"timing\"",
        "data-name=\"holds\"",
        "data-name=\"boundary\"",
        "class=\"key\"",
    ] {
        assert!(map.contains(part), "{part}");
    }
    // The same bytes from one thread.
    home.sweep("map.toml", &["--out", "@one", "--format", "svg", "--jobs", "1"])
        .success();
    assert_eq!(home.text("one/map.svg"), map);
    assert_eq!(home.text("one/map.boundary.csv"), boundary);
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_holds_the_same_lines() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;
    let home = Home::new();
    home.sweep("sweep.toml", &["--out", "@out", "--format", "parquet"])
        .success();
    let file = fs::File::open(home.path("out/points.parquet")).expect("a file");
    let reader = SerializedFileReader::new(file).expect("Parquet");
    let rows: Vec<_> = reader
        .get_row_iter(None)
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    let points = home.text("out/points.csv");
    assert_eq!(rows.len(), points.lines().count() - 1);
    for (row, line) in rows.iter().zip(points.lines().skip(1)) {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(row.get_long(0).expect("a point").to_string(), fields[0]);
        assert_eq!(row.get_double(2).expect("a number").to_string(), fields[2]);
        assert_eq!(row.get_string(3).expect("a word"), fields[3]);
        let value = match fields[4] {
            "true" => Some(1.0),
            "false" => Some(0.0),
            text => text.parse().ok(),
        };
        assert_eq!(row.get_double(4).ok(), value);
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_format_that_was_not_built_is_named() {
    let home = Home::new();
    let refused = home
        .sweep("sweep.toml", &["--out", "@out", "--format", "parquet"])
        .code(2);
    assert!(stderr(&refused).contains("--features parquet"));
}

#[cfg(unix)]
mod interruption {
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use super::*;

    /// A sweep that takes its time, begun, with some points written.
    fn begun(home: &Home) -> Child {
        let text = SWEEP
            .replace(
                "values = [0.9, 0.95, 1]",
                "linear = { from = 0.9, to = 1.0, points = 2000 }",
            )
            .replace("\"check.policies.late.holder\"", "\"check.why\"");
        home.write("long.toml", &text);
        let child = Command::new(assert_cmd::cargo::cargo_bin!("etm"))
            .args([
                "sweep",
                &shown(&home.path("long.toml")),
                "--out",
                &shown(&home.path("out")),
                "--jobs",
                "2",
            ])
            .stderr(Stdio::piped())
            .spawn()
            .expect("a process");
        let since = Instant::now();
        let points = home.path("out.partial/points.csv");
        while fs::metadata(&points).map_or(0, |points| points.len()) < 5_000 {
            assert!(since.elapsed() < Duration::from_secs(60), "no point is written");
            std::thread::sleep(Duration::from_millis(5));
        }
        child
    }

    fn signal(child: &Child, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .expect("kill");
        assert!(sent.success());
    }

    #[test]
    fn ctrl_c_leaves_whole_points_and_says_how_to_go_on() {
        let home = Home::new();
        let child = begun(&home);
        let busy = stderr(&home.sweep("long.toml", &["--out", "@out", "--resume"]).code(2));
        assert!(busy.contains("another etm sweep"), "{busy}");
        signal(&child, "-INT");
        let output = child.wait_with_output().expect("an end");
        assert_eq!(output.status.code(), Some(130));
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(said.contains("--resume") && said.contains("of 8000 points"), "{said}");
        let points = home.text("out.partial/points.csv");
        assert!(points.ends_with('\n'));
        assert_eq!((points.lines().count() - 1) % 6, 0);
        assert!(!home.path("out").exists());
    }

    #[test]
    fn a_killed_sweep_can_be_resumed() {
        let home = Home::new();
        let mut child = begun(&home);
        signal(&child, "-KILL");
        child.wait().expect("an end");
        let before = home.text("out.partial/points.csv");
        // Gone on with, and stopped again at once by another kill: nothing is lost.
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("etm"))
            .args([
                "sweep",
                &shown(&home.path("long.toml")),
                "--out",
                &shown(&home.path("out")),
                "--resume",
            ])
            .spawn()
            .expect("a process");
        let since = Instant::now();
        while home.text("out.partial/points.csv").len() <= before.len() + 2_000 {
            assert!(since.elapsed() < Duration::from_secs(60), "no point is written");
            std::thread::sleep(Duration::from_millis(5));
        }
        signal(&child, "-KILL");
        child.wait().expect("an end");
        let after = home.text("out.partial/points.csv");
        let whole_lines = before.rfind('\n').expect("a line") + 1;
        assert!(after.starts_with(&before[..whole_lines]));
    }
}

mod participation {
    use super::*;

    /// More buyers, less revenue: the values of the theory page.
    #[test]
    fn more_participants_earn_the_holder_less() {
        let swept = etm(&["sweep", &example("sweeps/participants.toml")]).success();
        let points = stdout(&swept);
        for (point, learns, n, revenue) in [
            (1, "before", 2, 0.35757),
            (2, "before", 3, 0.35952),
            (3, "before", 4, 0.35623),
            (9, "after", 2, 0.37547),
            (10, "after", 3, 0.32453),
        ] {
            let start = format!("{point},{learns},{n},seller_value,");
            let line = points.lines().find(|line| line.starts_with(&start));
            let value: f64 = line
                .and_then(|line| line[start.len()..].split(',').next()?.parse().ok())
                .expect("a value");
            assert!((value - revenue).abs() < 5e-6, "{start} {value}");
        }
        assert_eq!(points.matches(",certificate.verified,true,").count(), 16);
    }

    /// The force is known although the market of the file does not have it.
    #[test]
    fn over_the_cost_with_every_output_about_it() {
        let home = Home::new();
        let text = "base = \"market.toml\"\n[[axis]]\nkey = \"participation.cost\"\nvalues = [0.0, 0.05]\n\
                    [output]\nkeys = [\"participation_cost_burned\", \"welfare\", \
                    \"check.forces.participation_cost.seller_value\"]\n";
        let sets = "set = [\"participation.payer=winner\", \"participation.cost=0.0\"]\n";
        home.write("cost.toml", &format!("{sets}{text}"));
        let points = stdout(&home.sweep("cost.toml", &[]).success());
        let value = |start: &str| {
            let line = points.lines().find(|line| line.starts_with(start)).expect("a line");
            line[start.len()..]
                .split(',')
                .next()
                .map(str::to_owned)
                .expect("a value")
        };
        assert_eq!(value("0,0,participation_cost_burned,"), "0");
        assert_eq!(value("0,0,check.forces.participation_cost.seller_value,"), "");
        let free: f64 = value("1,0.05,check.forces.participation_cost.seller_value,")
            .parse()
            .expect("a number");
        assert!((free - 0.6288).abs() < 1e-12, "{free}");
        let burned: f64 = value("1,0.05,participation_cost_burned,").parse().expect("a number");
        assert!(0.03 < burned && burned < 0.05, "{burned}");
    }
}
