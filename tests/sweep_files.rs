//! Sweep files: what is accepted, and what is said of those that are not.

use std::fs;

use etm::spec::{Diagnostic, SpecError};
use etm::sweep::{AxisKind, AxisValue, DEFAULT_OUTPUTS, FigureContent, Sweep, load};
use tempfile::TempDir;

const MARKET: &str = "\
[ticket]
maturity = 2

[prize.markov_chain]
states = [1.0, 2.0]
transition = [[0.8, 0.2], [0.2, 0.8]]
initial = 1.0

[buyers]
count = 2
cost.uniform = { lower = 0.0, upper = 1.0 }

[auction]
reserve = \"optimal\"

[holder]
discount_factor = 0.9
";

/// One axis over the holder's patience, and what `more` adds.
fn with(more: &str) -> String {
    format!("{HEAD}{more}")
}

const HEAD: &str = "\
base = \"market.toml\"

[[axis]]
key = \"holder.discount_factor\"
linear = { from = 0.8, to = 1.0, points = 5 }
";

fn home() -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("market.toml"), MARKET).expect("a file");
    home
}

fn read(text: &str) -> Result<Sweep, SpecError> {
    let home = home();
    let path = home.path().join("sweep.toml");
    fs::write(&path, text).expect("a file");
    load(&path)
}

fn good(text: &str) -> Sweep {
    read(text).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> SpecError {
    match read(text) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => error,
    }
}

/// `line:column code key` of every fault.
fn faults(text: &str) -> Vec<String> {
    let error = refused(text);
    let one = |fault: &Diagnostic| {
        let (line, column) = error.position(fault).expect("a place in the sweep file");
        format!("{line}:{column} {} {}", fault.code, fault.key)
    };
    error.diagnostics().iter().map(one).collect()
}

/// The values of an axis over `key`, written `values`.
fn axis(key: &str, values: &str) -> String {
    format!("base = \"market.toml\"\n[[axis]]\nkey = \"{key}\"\n{values}\n")
}

fn numbers(sweep: &Sweep) -> Vec<f64> {
    sweep.axes[0].values.iter().filter_map(AxisValue::number).collect()
}

#[test]
fn a_good_file_is_read() {
    let sweep = good(&with(
        "[[axis]]\nkey = \"buyers.count\"\nwhole = { from = 1, to = 5, step = 2 }\n",
    ));
    assert_eq!(numbers(&sweep), [0.8, 0.85, 0.9, 0.95, 1.0]);
    assert_eq!(sweep.axes[0].kind, AxisKind::Continuous { log: false });
    assert_eq!(sweep.axes[1].kind, AxisKind::Whole);
    assert_eq!(sweep.points(), 15);
    // The first axis varies slowest.
    assert_eq!(sweep.point(1), [0.8.into(), 3.0.into()]);
    assert_eq!(sweep.point(14), [1.0.into(), 5.0.into()]);
    let outputs: Vec<&str> = sweep.outputs.iter().map(|output| output.as_str()).collect();
    assert_eq!(outputs, DEFAULT_OUTPUTS);
}

#[test]
fn axes_know_what_their_values_are() {
    let kind = |key: &str, values: &str| good(&axis(key, values)).axes[0].kind;
    let log = kind("holder.discount_rate", "log = { from = 0.001, to = 0.1, points = 3 }");
    assert_eq!(log, AxisKind::Continuous { log: true });
    assert_eq!(kind("buyers.count", "values = [2, 3]"), AxisKind::Whole);
    assert_eq!(kind("auction.format", "values = [\"all_pay\"]"), AxisKind::Words);
    assert_eq!(kind("auction.reserve", "values = [\"none\", 0.25]"), AxisKind::Words);
    assert_eq!(
        kind("prize.markov_chain.states[1]", "values = [2, 3]"),
        AxisKind::Continuous { log: false }
    );
}

#[test]
fn unknown_keys_of_the_market_are_all_named_with_their_places() {
    let text = "\
base = \"market.toml\"
[[axis]]
key = \"buyers.cuont\"
values = [2, 3]
[[axis]]
key = \"ticket.maturity.slots\"
values = [1]
[[axis]]
key = \"prize.markov_chain.states[7]\"
values = [1]
";
    // The column is that of the part of the key that is wrong.
    assert_eq!(
        faults(text),
        [
            "3:15 unknown_key axis[0].key",
            "6:15 unknown_key axis[1].key",
            "9:27 set_index axis[2].key"
        ]
    );
    assert!(refused(text).to_string().contains("did you mean buyers.count?"));
}

#[test]
fn unknown_keys_of_the_sweep_file_are_named() {
    assert_eq!(
        faults(&with("lable = \"x\"\n[outputs]\nkeys = [\"seller_value\"]\n")),
        ["6:1 unknown_key axis[0].lable", "7:2 unknown_key outputs"]
    );
    let error = refused(&with("lable = \"x\"\n")).to_string();
    assert!(error.contains("did you mean \"label\"?"), "{error}");
}

#[test]
fn an_axis_has_values_once_each() {
    let one = |values: &str| faults(&axis("holder.discount_factor", values));
    assert_eq!(one("values = []"), ["4:10 empty axis[0].values"]);
    assert_eq!(
        one("values = [0.5, 0.6, 0.5]"),
        ["4:21 duplicate_value axis[0].values[2]"]
    );
    assert_eq!(one("values = [0.0, -0.0]"), ["4:16 duplicate_value axis[0].values[1]"]);
    assert_eq!(one("whole = { from = 3, to = 2 }"), ["4:1 empty axis[0].whole"]);
    let close = "linear = { from = 0.9, to = 0.9, points = 3 }";
    assert_eq!(one(close), ["4:1 duplicate_value axis[0].linear"]);
    assert_eq!(one(""), ["2:1 missing_key axis[0]"]);
    assert_eq!(faults("base = \"market.toml\"\naxis = []\n"), ["2:8 empty axis"]);
}

#[test]
fn an_axis_says_its_values_in_one_way() {
    let both = "linear = { from = 0.8, to = 0.9, points = 2 }\nvalues = [0.8]";
    assert_eq!(
        faults(&axis("holder.discount_factor", both)),
        ["5:1 exactly_one axis[0].values"]
    );
}

#[test]
fn values_are_finite_numbers_or_words_of_the_key() {
    let one = |key: &str, values: &str| faults(&axis(key, values));
    assert_eq!(
        one("holder.discount_factor", "values = [0.5, nan, inf, true]"),
        [
            "4:16 out_of_range axis[0].values[1]",
            "4:21 out_of_range axis[0].values[2]",
            "4:26 wrong_type axis[0].values[3]"
        ]
    );
    assert_eq!(
        one("auction.format", "values = [\"first_price\", \"al_pay\"]"),
        ["4:26 unknown_word axis[0].values[1]"]
    );
    assert_eq!(
        one("auction.format", "values = [1]"),
        ["4:11 wrong_type axis[0].values[0]"]
    );
    assert_eq!(
        one("buyers.count", "values = [\"2\"]"),
        ["4:11 unknown_word axis[0].values[0]"]
    );
    assert_eq!(
        one("holder.discount_rate", "log = { from = 0.0, to = 1.0, points = 3 }"),
        ["4:16 out_of_range axis[0].log.from"]
    );
}

#[test]
fn an_axis_sets_one_value() {
    let one = |key: &str| faults(&axis(key, "values = [1]"));
    assert_eq!(one("buyers.cost"), ["3:7 not_one_value axis[0].key"]);
    assert_eq!(one("prize.markov_chain.states"), ["3:7 not_one_value axis[0].key"]);
    assert_eq!(
        one("prize.markov_chain.transition[0]"),
        ["3:7 not_one_value axis[0].key"]
    );
}

#[test]
fn two_axes_do_not_take_each_others_place() {
    let second = |key: &str| faults(&with(&format!("[[axis]]\nkey = \"{key}\"\nvalues = [0.5]\n")));
    assert_eq!(second("holder.discount_factor"), ["4:7 duplicate_axis axis[0].key"]);
    // The other way to give the same thing.
    assert_eq!(second("holder.discount_rate"), ["4:7 no_meaning axis[0].key"]);
    let own = axis(
        "prize.markov_chain.transition[1][0]",
        "values = [0.5]\ncomplement = \"prize.markov_chain.transition[1][0]\"",
    );
    assert_eq!(faults(&own), ["3:7 duplicate_axis axis[0].key"]);
}

#[test]
fn a_complement_needs_numbers() {
    let text = axis(
        "auction.format",
        "values = [\"all_pay\"]\ncomplement = \"holder.discount_factor\"",
    );
    assert_eq!(faults(&text), ["5:14 no_meaning axis[0].complement"]);
    let text = axis(
        "holder.discount_factor",
        "values = [0.5]\ncomplement = \"auction.format\"",
    );
    assert_eq!(faults(&text), ["5:14 not_one_value axis[0].complement"]);
}

#[test]
fn there_are_ten_million_points_at_most() {
    let axes = "[[axis]]\nkey = \"buyers.count\"\nwhole = { from = 1, to = 3000000 }\n";
    assert!(
        refused(&with(axes))
            .to_string()
            .contains("5 × 3000000 points are too many")
    );
    let one = axis("buyers.count", "whole = { from = 0, to = 9007199254740992 }");
    assert_eq!(faults(&one), ["4:1 too_many_points axis[0].whole"]);
}

#[test]
fn outputs_are_paths_given_once() {
    let one = |keys: &str| faults(&with(&format!("[output]\nkeys = {keys}\n")));
    assert_eq!(
        one("[\"seller_value\", \"a b\", \"seller_value\"]"),
        ["7:25 bad_path output.keys[1]", "7:32 duplicate_output output.keys[2]"]
    );
    assert_eq!(one("[]"), ["7:8 empty output.keys"]);
}

#[test]
fn the_market_file_must_be_there_and_good() {
    let missing = HEAD.replace("market.toml", "no.toml");
    assert_eq!(faults(&missing), ["1:8 no_such_file base"]);
    let error = refused(&format!("set = [\"buyers.count=0\"]\n{HEAD}")).to_string();
    assert!(
        error.contains("--set buyers.count=0") && error.contains("0 buyers"),
        "{error}"
    );
}

const TWO: &str = "\
[[axis]]
key = \"buyers.count\"
values = [2, 3]
";

#[test]
fn figures_are_read_and_bring_their_outputs() {
    let sweep = good(&with(&format!(
        "{TWO}[output]\nkeys = [\"seller_value\"]\n\
         [[figure]]\nname = \"values\"\nkind = \"curves\"\nx = \"buyers.count\"\noutputs = [\"sold_probability\"]\ny_scale = \"log\"\n\
         [[figure]]\nname = \"where\"\nkind = \"map\"\nregions = [\"timing\", \"equivalent\"]\nfill = \"seller_value\"\n\
         contours = \"check.claims.revenue.gap\"\nlevels = [0.01, 0.1]\n"
    )));
    let outputs: Vec<&str> = sweep.outputs.iter().map(|output| output.as_str()).collect();
    assert_eq!(
        outputs,
        [
            "seller_value",
            "sold_probability",
            "check.claims.timing.holds",
            "check.equivalent",
            "check.claims.revenue.gap"
        ]
    );
    assert_eq!((sweep.figures[0].x, sweep.figures[0].x_log), (1, false));
    assert!(
        matches!(&sweep.figures[0].content, FigureContent::Curves { y_log: true, outputs, .. } if outputs.len() == 1)
    );
    assert!(matches!(&sweep.figures[1].content, FigureContent::Map { levels, .. } if levels == &[0.01, 0.1]));
}

#[test]
fn figures_ask_only_for_what_there_is() {
    let figure = |axes: &str, figure: &str| faults(&with(&format!("{axes}[[figure]]\nname = \"a\"\n{figure}")));
    assert_eq!(
        figure(
            TWO,
            "kind = \"map\"\nregions = [\"timming\"]\noutputs = [\"seller_value\"]\n"
        ),
        [
            "12:12 unknown_word figure[0].regions[0]",
            "13:1 no_meaning figure[0].outputs"
        ]
    );
    assert_eq!(
        figure("", "kind = \"map\"\nfill = \"seller_value\"\n"),
        ["8:8 bad_map figure[0].kind"]
    );
    assert_eq!(
        figure(
            "",
            "kind = \"curves\"\nx = \"holder.discont_factor\"\noutputs = []\nlevels = [1]\n"
        ),
        [
            "9:5 unknown_axis figure[0].x",
            "10:11 empty figure[0].outputs",
            "11:1 no_meaning figure[0].levels"
        ]
    );
    assert_eq!(figure("", "kind = \"curves\"\n"), ["6:1 missing_key figure[0].outputs"]);
    assert_eq!(
        figure(TWO, "kind = \"map\"\nfill = \"seller_value\"\nlevels = [2.0, 1.0]\n"),
        ["13:10 no_meaning figure[0].levels"]
    );
}
