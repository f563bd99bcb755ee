//! Market files: what is accepted, and what is said of those that are not.

use std::fs;
use std::path::{Path, PathBuf};

use etm::spec::{Drawing, Spec, SpecError, load, parse};
use etm_solver::market::{BuyerCount, Exercise, Pool, Reserve, Sale};
use proptest::prelude::*;

const GOOD: &str = "\
[ticket]
maturity = 2
exercise = \"american\"

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

fn read(text: &str, overrides: &[&str]) -> Result<Spec, SpecError> {
    parse(text, "m.toml", Path::new(""), overrides)
}

/// `line:column code key` of every fault of a text.
fn faults(text: &str) -> Vec<String> {
    faults_with(text, &[])
}

fn faults_with(text: &str, overrides: &[&str]) -> Vec<String> {
    listed(&read(text, overrides).expect_err("a refusal"))
}

fn listed(error: &SpecError) -> Vec<String> {
    let one = |fault: &etm::spec::Diagnostic| {
        let place = match error.position(fault) {
            Some((line, column)) => format!("{line}:{column}"),
            None => "-".to_owned(),
        };
        format!("{place} {} {}", fault.code, fault.key).trim_end().to_owned()
    };
    error.diagnostics().iter().map(one).collect()
}

/// The good file with one part replaced.
fn with(old: &str, new: &str) -> String {
    assert!(GOOD.contains(old), "{old}");
    GOOD.replacen(old, new, 1)
}

#[test]
fn a_good_file_is_read() {
    let spec = read(GOOD, &[]).unwrap();
    assert_eq!(spec.market.ticket().maturity(), 2);
    assert_eq!(spec.market.buyers().count(), BuyerCount::Fixed(2));
    assert_eq!(spec.market.auction().reserve(), Reserve::Optimal);
    assert_eq!(spec.table["holder"]["discount_factor"].as_float(), Some(0.9));
    assert!(spec.warnings.is_empty() && spec.data_files.is_empty());
}

#[test]
fn the_document_as_solved_reads_as_the_same_document() {
    let spec = read(GOOD, &["buyers.count.poisson.mean=3", "buyers.cost.power.exponent=2"]).unwrap();
    let again = read(&toml::to_string(&spec.table).unwrap(), &[]).unwrap();
    assert_eq!(again.table, spec.table);
}

#[test]
fn every_reference_market_is_read() {
    fn markets(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) if text.contains("[ticket]") => found.push(text.clone()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| markets(item, found)),
            serde_json::Value::Object(items) => items.values().for_each(|item| markets(item, found)),
            _ => {}
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            markets(
                &serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap(),
                &mut found,
            );
        }
    }
    assert!(found.len() > 30, "{}", found.len());
    for text in found {
        if let Err(error) = read(&text, &[]) {
            let codes: Vec<_> = error.diagnostics().iter().map(|fault| fault.code).collect();
            assert!(codes.iter().all(|code| *code == "unsupported"), "{text}\n{error}");
        }
    }
}

#[test]
fn numbers_may_be_whole_and_prices_may_be_texts() {
    assert!(read(&with("[1.0, 2.0]", "[1, 2]").replace("= 1.0\n", "= 1\n"), &[]).is_ok());
    let spec = read(&with("\"optimal\"", "\"0.9\""), &[]).unwrap();
    assert_eq!(spec.market.auction().reserve(), Reserve::Price(0.9));
    assert_eq!(
        faults(&with("\"optimal\"", "\"nan\"")),
        ["15:11 unknown_word auction.reserve"]
    );
    assert_eq!(
        faults(&with("\"optimal\"", "\"-1\"")),
        ["15:11 out_of_range auction.reserve"]
    );
}

#[test]
fn every_choice_is_read() {
    let spec = read(
        &with("\"american\"", "\"lottery\"\ndraw_probability = 0.125")
            .replace("= 0.9\n", "= 0.9\nsale = \"until_sold\"\n"),
        &[
            "buyers.count.binomial={ trials = 8, probability = 0.5 }",
            "participation={ cost = 0.1, payer = \"winner\" }",
        ],
    )
    .unwrap();
    assert_eq!(
        spec.market.ticket().exercise(),
        Exercise::Lottery {
            draw_probability: 0.125
        }
    );
    assert_eq!(spec.market.holder().sale(), Sale::UntilSold(Pool::Fresh));
    assert_eq!(
        spec.market.buyers().count(),
        BuyerCount::Binomial {
            trials: 8,
            probability: 0.5
        }
    );
    assert_eq!(spec.market.participation().winner_cost(), 0.1);
    for law in [
        "uniform.lower=0",
        "power.exponent=2",
        "beta={ lower = 0, upper = 1, alpha = 2, beta = 3 }",
        "truncated_normal={ lower = 0, upper = 1, mean = 0.4, sd = 0.3 }",
        "truncated_lognormal={ lower = 0.1, upper = 1, log_mean = -1, log_sd = 0.5 }",
        "truncated_exponential.rate=1.5",
        "empirical.quantiles=[0.0, 0.2, 1.0]",
    ] {
        read(GOOD, &[&format!("buyers.cost.{law}")]).unwrap_or_else(|error| panic!("{law}: {error}"));
    }
    for prize in ["constant.value=1", "path.values=[1, 2, 1.5]"] {
        read(GOOD, &[&format!("prize.{prize}")]).unwrap_or_else(|error| panic!("{prize}: {error}"));
    }
    let rate = read(&with("discount_factor = 0.9", "discount_rate = 0.25"), &[]).unwrap();
    assert_eq!(rate.market.holder().discount_factor(), 0.8);
}

#[test]
fn unknown_keys_get_a_suggestion_and_hide_no_missing_key_twice() {
    let error = read(&with("maturity", "maturty"), &[]).unwrap_err();
    assert_eq!(listed(&error), ["2:1 unknown_key ticket.maturty"]);
    assert_eq!(
        error.diagnostics()[0].hint.as_deref(),
        Some("did you mean \"maturity\"?")
    );
    assert_eq!(
        faults(&with("markov_chain", "markov_chian")),
        ["5:8 unknown_key prize.markov_chian"]
    );
    assert_eq!(
        faults(&with("[buyers]", "[wholly_different]")),
        ["1:1 missing_table buyers", "10:2 unknown_key wholly_different"]
    );
    for (misplaced, hint) in [
        ("slot_column = \"slot\"", "did you mean prize.empirical.slot_column?"),
        (
            "bins = 3",
            "did you mean one of prize.iid.distribution.empirical.bins, prize.empirical.bins?",
        ),
    ] {
        let error = read(&with("exercise = \"american\"", misplaced), &[]).unwrap_err();
        assert_eq!(error.diagnostics()[0].hint.as_deref(), Some(hint));
    }
}

#[test]
fn missing_tables_and_keys_are_named() {
    assert_eq!(
        faults(""),
        [
            "1:1 missing_table ticket",
            "1:1 missing_table prize",
            "1:1 missing_table buyers",
            "1:1 missing_table holder"
        ]
    );
    assert_eq!(
        faults(&with("initial = 1.0\n", "")),
        ["5:8 missing_key prize.markov_chain.initial"]
    );
    assert_eq!(
        faults(&with(", upper = 1.0", "")),
        ["12:6 missing_key buyers.cost.uniform.upper"]
    );
    assert_eq!(
        faults(&with("discount_factor = 0.9\n", "")),
        ["17:2 missing_key holder"]
    );
    assert_eq!(
        faults(&with("american", "lottery")),
        ["1:2 missing_key ticket.draw_probability"]
    );
    assert_eq!(
        faults(&with("[auction]", "[participation]\n[auction]")),
        [
            "14:2 missing_key participation.cost",
            "14:2 missing_key participation.payer"
        ]
    );
}

#[test]
fn exactly_one_of_several() {
    assert_eq!(
        faults(&with("= 0.9\n", "= 0.9\ndiscount_rate = 0.1\n")),
        ["19:1 exactly_one holder.discount_rate"]
    );
    assert_eq!(
        faults(&with("[buyers]", "[prize.constant]\nvalue = 1\n[buyers]")),
        ["10:8 exactly_one prize.constant"]
    );
    assert_eq!(
        faults(&with("count = 2", "count = {}")),
        ["11:1 missing_key buyers.count"]
    );
}

#[test]
fn wrong_types() {
    for (old, new, fault) in [
        ("maturity = 2", "maturity = \"2\"", "2:12 wrong_type ticket.maturity"),
        ("maturity = 2", "maturity = 2.0", "2:12 wrong_type ticket.maturity"),
        ("maturity = 2", "maturity = true", "2:12 wrong_type ticket.maturity"),
        ("\"american\"", "1", "3:12 wrong_type ticket.exercise"),
        ("[1.0, 2.0]", "1.0", "6:10 wrong_type prize.markov_chain.states"),
        (
            "[1.0, 2.0]",
            "[1.0, 1979-05-27]",
            "6:16 wrong_type prize.markov_chain.states[1]",
        ),
        (
            "[0.2, 0.8]]",
            "0.8]",
            "7:27 wrong_type prize.markov_chain.transition[1]",
        ),
        (
            "[0.2, 0.8]]",
            "[0.2, \"é\"]]",
            "7:33 wrong_type prize.markov_chain.transition[1][1]",
        ),
        (
            "{ lower = 0.0, upper = 1.0 }",
            "1",
            "12:16 wrong_type buyers.cost.uniform",
        ),
        ("count = 2", "count = [2]", "11:9 wrong_type buyers.count"),
        ("\"optimal\"", "[]", "15:11 wrong_type auction.reserve"),
        (
            "0.9",
            "99999999999999999999",
            "18:19 out_of_range holder.discount_factor",
        ),
    ] {
        assert_eq!(faults(&with(old, new)), [fault], "{new}");
    }
    assert_eq!(
        faults("ticket = 1\n[[holder]]\n"),
        [
            "1:1 missing_table prize",
            "1:1 missing_table buyers",
            "1:10 wrong_type ticket",
            "2:1 wrong_type holder"
        ]
    );
}

#[test]
fn numbers_out_of_range() {
    for (old, new, fault) in [
        ("maturity = 2", "maturity = -1", "2:12 out_of_range ticket.maturity"),
        (
            "maturity = 2",
            "maturity = 1000001",
            "2:12 out_of_range ticket.maturity",
        ),
        ("count = 2", "count = 0", "11:9 out_of_range buyers.count"),
        (
            "count = 2",
            "count.poisson.mean = 0",
            "11:22 out_of_range buyers.count.poisson.mean",
        ),
        (
            "count = 2",
            "count.poisson.mean = nan",
            "11:22 out_of_range buyers.count.poisson.mean",
        ),
        (
            "[1.0, 2.0]",
            "[1.0, -2.0]",
            "6:16 out_of_range prize.markov_chain.states[1]",
        ),
        (
            "[1.0, 2.0]",
            "[1.0, inf]",
            "6:16 out_of_range prize.markov_chain.states[1]",
        ),
        (
            "[1.0, 2.0]",
            "[1.0, 1.0]",
            "6:16 duplicate prize.markov_chain.states[1]",
        ),
        ("[1.0, 2.0]", "[]", "6:10 wrong_size prize.markov_chain.states"),
        (
            "[0.8, 0.2]",
            "[0.8, 0.3]",
            "7:15 row_sum prize.markov_chain.transition[0]",
        ),
        (
            "[0.8, 0.2]",
            "[1.8, -0.8]",
            "7:16 out_of_range prize.markov_chain.transition[0][0]",
        ),
        ("[0.2, 0.8]]", "]", "7:14 wrong_size prize.markov_chain.transition"),
        (
            "[0.2, 0.8]]",
            "[0.2]]",
            "7:27 wrong_size prize.markov_chain.transition[1]",
        ),
        (
            "initial = 1.0",
            "initial = 1.5",
            "8:11 not_a_state prize.markov_chain.initial",
        ),
        (
            "upper = 1.0",
            "upper = 0.0",
            "12:39 empty_support buyers.cost.uniform.upper",
        ),
        (
            "upper = 1.0",
            "upper = -nan",
            "12:39 out_of_range buyers.cost.uniform.upper",
        ),
        (
            "upper = 1.0",
            "upper = 1e300",
            "12:39 out_of_range buyers.cost.uniform.upper",
        ),
        (
            "upper = 1.0",
            "upper = 1e999",
            "12:39 out_of_range buyers.cost.uniform.upper",
        ),
        ("\"optimal\"", "-0.1", "15:11 out_of_range auction.reserve"),
        ("0.9", "0", "18:19 out_of_range holder.discount_factor"),
        ("0.9", "1.1", "18:19 out_of_range holder.discount_factor"),
        ("0.9", "0.9\nown_cost = -inf", "19:12 out_of_range holder.own_cost"),
        (
            "discount_factor = 0.9",
            "discount_rate = -0.1",
            "18:17 out_of_range holder.discount_rate",
        ),
    ] {
        let found = faults(&with(old, new));
        assert!(found.contains(&fault.to_owned()), "{new}: {found:?}");
    }
    assert!(read(GOOD, &["ticket.maturity=0"]).is_ok());
}

#[test]
fn words_are_checked_and_suggested() {
    let error = read(&with("american", "americn"), &[]).unwrap_err();
    assert_eq!(listed(&error), ["3:12 unknown_word ticket.exercise"]);
    assert_eq!(
        error.diagnostics()[0].hint.as_deref(),
        Some("did you mean \"american\"?")
    );
    assert_eq!(
        error.diagnostics()[0].allowed,
        "\"american\" | \"at_maturity\" | \"lottery\""
    );
}

#[test]
fn keys_without_a_meaning_are_refused() {
    assert_eq!(
        faults(&with("\"american\"", "\"american\"\ndraw_probability = 0.5")),
        ["4:1 no_meaning ticket.draw_probability"]
    );
    assert_eq!(
        faults(&with("= 0.9\n", "= 0.9\npool = \"fresh\"\n")),
        ["19:1 no_meaning holder.pool"]
    );
    assert_eq!(
        faults_with(
            GOOD,
            &["participation={ cost = 0, payer = \"winner\", learns_cost = \"after\" }"]
        ),
        ["- no_meaning participation.learns_cost"]
    );
}

#[test]
fn parts_that_do_not_fit_together() {
    let path = with(
        "[prize.markov_chain]\nstates = [1.0, 2.0]\ntransition = [[0.8, 0.2], [0.2, 0.8]]\ninitial = 1.0",
        "[prize.path]\nvalues = [1.0, 2.0]",
    );
    assert_eq!(faults(&path), ["6:10 wrong_size prize.path.values"]);
    // The other parts need not be right for that to be seen.
    assert_eq!(
        faults(&path.replace("count = 2", "count = 0")),
        ["6:10 wrong_size prize.path.values", "9:9 out_of_range buyers.count"]
    );
    let all_pay = with("count = 2", "count = 2\nrisk_aversion.crra = { power = 0.5 }")
        .replace("reserve", "format = \"all_pay\"\nreserve");
    assert_eq!(faults(&all_pay), ["16:10 no_equilibrium auction.format"]);
}

#[test]
fn what_the_solver_cannot_do_yet_is_named() {
    const MOVING: &str = "prize.log_ar1={ mean = 0, persistence = 0.9, volatility = 0.1, initial = 1 }";
    for (overrides, key) in [
        (
            vec![MOVING, "holder.sale=until_sold", "holder.pool=fixed"],
            "holder.pool",
        ),
        (
            vec!["holder.sale=until_sold", "holder.pool=fixed", "holder.own_cost=0.5"],
            "holder.own_cost",
        ),
    ] {
        let error = read(GOOD, &overrides).expect_err(key);
        assert_eq!(listed(&error), [format!("- unsupported {key}")]);
        assert!(error.to_string().contains("is not supported yet"), "{error}");
    }
}

#[test]
fn all_faults_at_once_each_with_its_place() {
    let text = "\
[ticket]
maturty = 2
exercise = \"americn\"

[prize.markov_chain]
states = [1.0, nan]
transition = [
  [0.8, 0.3],
  [0.2, \"x\"],
]
initial = 1.0

[buyers]
count = 0
cost.power = { lower = 2.0, upper = 1 }
discount_factor = 1.5

[auction]
reserve = -1

[holder]
discount_factor = 0.9
discount_rate = 0.1
pool = \"fixed\"
own_cost = inf

[extra]
";
    assert_eq!(
        faults(text),
        [
            "2:1 unknown_key ticket.maturty",
            "3:12 unknown_word ticket.exercise",
            "6:16 out_of_range prize.markov_chain.states[1]",
            "8:3 row_sum prize.markov_chain.transition[0]",
            "9:9 wrong_type prize.markov_chain.transition[1][1]",
            "14:9 out_of_range buyers.count",
            "15:6 missing_key buyers.cost.power.exponent",
            "15:37 empty_support buyers.cost.power.upper",
            "16:19 out_of_range buyers.discount_factor",
            "19:11 out_of_range auction.reserve",
            "23:1 exactly_one holder.discount_rate",
            "24:1 no_meaning holder.pool",
            "25:12 out_of_range holder.own_cost",
            "27:2 unknown_key extra",
        ]
    );
    let error = read(text, &[]).unwrap_err();
    let shown = error.render(Drawing::Plain);
    for line in error.to_string().lines().filter(|line| line.starts_with("m.toml:")) {
        assert!(shown.lines().any(|other| other == line), "{line}");
    }
    assert!(shown.contains(
        "m.toml:14:9: buyers.count: 0 is out of range; allowed: a whole number from 1 to 1000000 [out_of_range]"
    ));
    assert!(!shown.contains('\u{1b}'));
    assert!(error.render(Drawing::Colour).contains('\u{1b}'));
    // Nor does a file get to command the terminal.
    let error = read(&with("count = 2", "count = 0 # \u{1b}[2J"), &[]).unwrap_err();
    assert!(!error.render(Drawing::Plain).contains('\u{1b}'));
}

#[test]
fn duplicate_keys_and_tables() {
    assert_eq!(
        faults(&with("count = 2", "count = 2\ncount = 0")),
        ["12:1 duplicate_key"]
    );
    // A key given twice is no reason to say nothing of the rest.
    assert_eq!(
        faults(&with("[auction]", "[ticket]\nmaturity = 1\n[auction]").replace("initial = 1.0", "initial = 3.0")),
        [
            "8:11 not_a_state prize.markov_chain.initial",
            "14:2 duplicate_key",
            "15:1 duplicate_key"
        ]
    );
}

#[test]
fn syntax_errors_hide_nothing_but_their_own_table() {
    assert_eq!(faults("maturity"), ["1:1 syntax"]);
    assert_eq!(faults("[ticket\nmaturity = 2\n"), ["1:8 syntax"]);
    assert_eq!(
        faults(&with("maturity = 2", "maturity = = 2\nexercise = 1").replace("count = 2", "count = 0")),
        ["2:12 syntax", "4:1 duplicate_key", "12:9 out_of_range buyers.count"]
    );
    // A key without "=" and a list without its end would take the rest of the file with them.
    assert_eq!(
        faults(
            &with("maturity = 2", "  maturity 2")
                .replace("count = 2", "count = \"2")
                .replace("0.9", "0")
        ),
        [
            "2:3 syntax",
            "11:11 syntax",
            "18:19 out_of_range holder.discount_factor"
        ]
    );
    assert_eq!(
        faults(
            &with("2.0]", "2.0")
                .replace("count = 2", "count = 0")
                .replace("upper = 1.0 }", "upper = 1.0")
        ),
        ["6:10 syntax", "12:16 syntax"]
    );
    assert_eq!(
        faults(
            &with("0.8]]", "0.8]")
                .replace("count = 2", "count = 0")
                .replace("0.9", "\"x")
        ),
        ["7:14 syntax", "11:9 out_of_range buyers.count", "18:21 syntax"]
    );
}

#[test]
fn columns_are_counted_in_characters() {
    assert_eq!(
        faults(&with("maturity = 2", "\"é\" = 1\nmaturity = 2")),
        ["2:1 unknown_key ticket.é"]
    );
    assert_eq!(
        faults(&with(
            "cost.uniform = { lower = 0.0,",
            "cost.uniform = { \"é€\" = 1, lower = nan,"
        )),
        [
            "12:18 unknown_key buyers.cost.uniform.\"é€\"",
            "12:36 out_of_range buyers.cost.uniform.lower"
        ]
    );
    assert_eq!(faults(&format!("\u{feff}x = 1\n{GOOD}")), ["1:1 unknown_key x"]);
    assert_eq!(
        faults(&with("count = 2", "count = 0").replace('\n', "\r\n")),
        ["11:9 out_of_range buyers.count"]
    );
}

#[test]
fn overrides_replace_values_choices_and_entries() {
    let text = |overrides: &[&str]| {
        let table = read(GOOD, overrides).unwrap_or_else(|error| panic!("{error}")).table;
        table.to_string().replace(char::is_whitespace, "")
    };
    assert!(text(&["buyers.count=7"]).contains("count=7"));
    assert!(text(&[" buyers . count = 7 "]).contains("count=7"));
    assert!(text(&["buyers.cost.uniform.lower=0.2"]).contains("lower=0.2"));
    assert!(text(&["auction.reserve=none"]).contains("reserve=\"none\""));
    assert!(text(&["auction.reserve=\"none\""]).contains("reserve=\"none\""));
    assert!(text(&["auction.reserve=0.25"]).contains("reserve=0.25"));
    assert!(text(&["prize.markov_chain.states[1]=2.5"]).contains("states=[1.0,2.5]"));
    let row = [
        "prize.markov_chain.transition[0]=[0.5,0.5]",
        "prize.markov_chain.transition[1][0]=0.1",
        "prize.markov_chain.transition[1][1]=0.9",
    ];
    assert!(text(&row).contains("transition=[[0.5,0.5],[0.1,0.9]]"));
    let poisson = text(&["buyers.count.poisson.mean=3"]);
    assert!(poisson.contains("[buyers.count.poisson]mean=3"), "{poisson}");
    assert!(text(&["buyers.count.poisson.mean=3", "buyers.count=4"]).contains("count=4"));
    let rate = text(&["holder.discount_rate=0.1"]);
    assert!(
        rate.contains("discount_rate=0.1") && !rate.contains("discount_factor"),
        "{rate}"
    );
    let constant = text(&["prize.constant.value=2"]);
    assert!(
        constant.contains("[prize.constant]") && !constant.contains("markov_chain"),
        "{constant}"
    );
    let power = text(&["buyers.cost.power.exponent=2"]);
    assert!(
        power.contains("[buyers.cost.power]") && power.contains("upper=1.0") && !power.contains("uniform"),
        "{power}"
    );
    let lottery = with("\"american\"", "\"lottery\"\ndraw_probability = 0.5");
    assert!(read(&lottery, &["ticket.exercise=american"]).is_ok());
    // The last of two wins.
    assert!(text(&["buyers.count=7", "buyers.count=8"]).contains("count=8"));
}

#[test]
fn wrong_overrides_are_shown_on_the_command_line() {
    for (argument, code, part) in [
        ("buyers.cuont=3", "unknown_key", "did you mean buyers.count?"),
        ("count=3", "unknown_key", "did you mean buyers.count?"),
        ("buyer.count=3", "unknown_key", "did you mean buyers.count?"),
        ("buyers.count.mean=3", "unknown_key", "poisson"),
        ("ticket.maturity.x=3", "unknown_key", "ticket.maturity has no keys"),
        ("buyers.count", "set_syntax", "there is no \"=\""),
        ("=3", "set_syntax", "key.path=value"),
        ("buyers..count=3", "set_syntax", "key.path=value"),
        ("prize.markov_chain.states[x]=3", "set_syntax", "key.path=value"),
        ("prize.markov_chain.states=[1, 2", "set_syntax", "unclosed array"),
        (
            "prize.markov_chain.states[2]=3",
            "set_index",
            "the first of 2 is entry 0",
        ),
        ("prize.markov_chain.states[0][0]=3", "set_index", "no such entries"),
        ("buyers.count[0]=3", "set_index", "no such entries"),
        ("prize.path.values[0]=3", "set_index", "not in the file"),
        ("buyers.count=", "wrong_type", "buyers.count"),
        ("buyers.count=two", "wrong_type", "found the text \"two\""),
        ("buyers.count=0", "out_of_range", "0 buyers"),
        ("ticket.exercise=americn", "unknown_word", "did you mean \"american\"?"),
        ("holder.discount_factor=nan", "out_of_range", "NaN is out of range"),
        (
            "holder.pool=fresh",
            "no_meaning",
            "only with holder.sale = \"until_sold\"",
        ),
        ("prize.markov_chain.states[1]=1", "duplicate", "given twice"),
    ] {
        let error = read(GOOD, &[argument]).expect_err(argument);
        let text = error.to_string();
        assert!(
            error.diagnostics().iter().any(|fault| fault.code == code),
            "{argument}: {text}"
        );
        assert!(text.contains(part), "{argument}: {text}");
        assert!(text.contains(&format!("--set {argument}: ")), "{argument}: {text}");
    }
}

/// A folder with a market file that reads a CSV file of this content.
fn with_data(csv: Option<&[u8]>, keys: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    if let Some(csv) = csv {
        fs::write(folder.path().join("d.csv"), csv).unwrap();
    }
    let text = with(
        "[prize.markov_chain]\nstates = [1.0, 2.0]\ntransition = [[0.8, 0.2], [0.2, 0.8]]\ninitial = 1.0",
        &format!("[prize.empirical]\nfile = \"d.csv\"\ncolumn = \"eth\"\n{keys}"),
    );
    let path = folder.path().join("m.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

const BINS: &str = "bins = 2\ninitial = 1.0";

#[test]
fn a_chain_is_estimated_from_a_file_beside_the_market_file() {
    let csv = b"slot,eth\n1,1.0\n2,3.0\n3,1.0\n4,3.0\n5,1.0\n6,3.0\n";
    let (folder, path) = with_data(Some(csv), BINS);
    let spec = load::<&str>(&path, &[]).unwrap();
    assert_eq!(spec.data_files.len(), 1);
    assert_eq!(spec.data_files[0].key, "prize.empirical.file");
    assert_eq!(spec.data_files[0].path, folder.path().join("d.csv"));
    // Fewer bins than asked for: the values are tied.
    let warned = load(&path, &["prize.empirical.bins=3"]).unwrap();
    assert!(
        warned.warnings[0].starts_with("prize.empirical: 3 bins asked for"),
        "{:?}",
        warned.warnings
    );
}

#[test]
fn bad_data_are_shown_at_the_key_that_names_them() {
    let place = |csv: Option<&[u8]>, keys: &str| {
        let (_folder, path) = with_data(csv, keys);
        let error = load::<&str>(&path, &[]).unwrap_err();
        (listed(&error), error.to_string())
    };
    for (csv, fault, part) in [
        (None, "6:8 bad_data prize.empirical.file", "cannot be read"),
        (Some(&b""[..]), "6:8 bad_data prize.empirical.file", "empty"),
        (
            Some(b"slot,gwei\n1,2\n"),
            "7:10 bad_data prize.empirical.column",
            "\"gwei\"",
        ),
        (
            Some(b"block,eth\n1,2\n"),
            "5:8 bad_data prize.empirical.slot_column",
            "\"block\"",
        ),
        (
            Some(b"slot,eth\n1,0.5\n2,x\n"),
            "6:8 bad_data prize.empirical.file",
            "d.csv:3",
        ),
        (
            Some(b"slot,eth\n1,-0.5\n"),
            "6:8 bad_data prize.empirical.file",
            "d.csv:2",
        ),
        (
            Some(b"slot,eth\n1,\n2,\n"),
            "7:10 bad_data prize.empirical.column",
            "no value",
        ),
    ] {
        let (found, text) = place(csv, BINS);
        assert_eq!(found, [fault], "{text}");
        assert!(text.contains(part), "{text}");
    }
    let good = Some(&b"slot,eth\n1,1.0\n2,3.0\n"[..]);
    assert_eq!(
        place(good, "bins = 9\ninitial = 1.0").0,
        ["8:8 out_of_range prize.empirical.bins"]
    );
    assert_eq!(
        place(good, "bins = 0\ninitial = -1.0").0,
        [
            "8:8 out_of_range prize.empirical.bins",
            "9:11 out_of_range prize.empirical.initial"
        ]
    );
    assert_eq!(place(None, "bins = 0").0.len(), 3);
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = |path: &Path| load::<&str>(path, &[]).unwrap_err();
    let text = refusal(folder.path()).to_string();
    assert!(text.contains("this is a folder"), "{text}");
    let missing = folder.path().join("no.toml");
    let text = refusal(&missing).to_string();
    assert!(
        text.starts_with(&format!("{}: there is no such file", missing.display())),
        "{text}"
    );
    let latin = folder.path().join("latin.toml");
    fs::write(&latin, b"# ok\n# caf\xe9\n").unwrap();
    assert_eq!(listed(&refusal(&latin)), ["2:6 not_utf8"]);
    let huge = folder.path().join("huge.toml");
    fs::File::create(&huge).unwrap().set_len((64 << 20) + 1).unwrap();
    assert!(refusal(&huge).to_string().contains("64 MiB"));
    let deep = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(faults(&deep).iter().any(|fault| fault.contains("syntax")));
}

#[test]
fn the_file_to_start_from_solves_and_fits_the_schema() {
    let spec = read(etm::commands::init::MARKET, &[]).unwrap_or_else(|error| panic!("{error}"));
    let solved = etm_solver::solve(&spec.market, &etm_solver::Settings::default());
    assert!(solved.is_ok(), "{:?}", solved.err());
    let schema = etm::commands::schema::of(etm::cli::FileKind::Market);
    for (name, table) in &spec.table {
        let properties = &schema["properties"][name]["properties"];
        for key in table.as_table().unwrap().keys() {
            assert!(properties.get(key).is_some(), "{name}.{key}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_edit_of_a_file_makes_it_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, any::<u8>()), 1..8),
    ) {
        let mut bytes = GOOD.as_bytes().to_vec();
        for (index, kind, byte) in edits {
            let index = index.index(bytes.len());
            // Rather signs that mean something to TOML than any byte.
            let sign = b"[]{}=,.\"'#\n\r\t -+_0195einfax\xc3\xa9"[usize::from(byte) % 29];
            match kind {
                0 => bytes[index] = sign,
                1 => bytes.insert(index, sign),
                2 => { bytes.remove(index); }
                _ => bytes[index] = byte,
            }
        }
        if let Err(error) = read(&String::from_utf8_lossy(&bytes), &[]) {
            prop_assert!(!error.diagnostics().is_empty());
            prop_assert!(error.render(Drawing::Colour).contains("m.toml"));
        }
    }

    #[test]
    fn no_override_makes_it_panic(
        argument in r#"(buyers|prize|holder|ticket|x|count|cost|iid|empirical|\.|\[[0-9]?\]|=|é| |"|[a-z0-9{},\[\]=.-]){0,12}"#,
    ) {
        if let Err(error) = read(GOOD, &[&argument]) {
            prop_assert!(!error.diagnostics().is_empty());
            prop_assert!(!error.render(Drawing::Lines).is_empty());
        }
    }

    #[test]
    fn no_number_makes_it_panic(x in any::<f64>(), key in 0..8_usize) {
        let key = [
            "buyers.cost.uniform.lower", "buyers.cost.uniform.upper", "prize.constant.value", "holder.own_cost",
            "buyers.cost.power.exponent", "buyers.cost.truncated_exponential.rate", "auction.reserve",
            "prize.markov_chain.states[0]",
        ][key];
        let _ = read(GOOD, &[&format!("{key}={x:?}")]);
    }
}
