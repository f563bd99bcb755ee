//! The theorems and claims of the conjecture report: on the market files that show them, on markets whose answer is
//! known by hand, and on random markets against a brute force over prize paths.

mod common_check;

use std::fs;
use std::path::Path;

use common_check::{json, market_files, number, with_sets};
use etm::report;
use etm::spec;
use etm_solver::conjecture::{self, Claim, ConjectureReport, Theorem};
use etm_solver::market::{BuyerCount, Exercise, Market, Sale};
use etm_solver::prize::{FinitePrizes, Prize};
use etm_solver::timing::Decision;
use etm_solver::{Equilibrium, Settings, Summary, solve};

const CLAIMS: [&str; 5] = ["timing", "immediate_exercise", "revenue", "allocation", "bids"];
const THEOREMS: [&str; 5] = ["T1", "T2", "T3", "T4", "T5"];

/// A market, solved and judged.
struct Judged {
    market: Market,
    equilibrium: Equilibrium,
    figures: Summary,
    report: ConjectureReport,
}

impl Judged {
    fn of(market: Market) -> Self {
        let settings = Settings::default();
        let equilibrium = solve(&market, &settings).expect("a solution");
        let figures = equilibrium.summary(&market).expect("figures");
        let report = conjecture::check(&market, &equilibrium, &figures, &settings).expect("a report");
        Self {
            market,
            equilibrium,
            figures,
            report,
        }
    }

    fn text(text: &str, sets: &[&str]) -> Self {
        let spec = spec::parse(text, "market.toml", Path::new(""), sets).unwrap_or_else(|faults| panic!("{faults}"));
        Self::of(spec.market)
    }

    fn file(path: &Path, sets: &[&str]) -> Self {
        Self::of(
            spec::load(path, sets)
                .unwrap_or_else(|faults| panic!("{faults}"))
                .market,
        )
    }

    fn prizes(&self) -> &FinitePrizes {
        match self.market.prize() {
            Prize::Finite(prizes) => prizes,
            Prize::Continuous(_) => panic!("continuous prizes"),
        }
    }

    fn claim(&self, name: &str) -> &Claim {
        self.report
            .claims
            .iter()
            .find(|claim| claim.name == name)
            .expect("a claim")
    }

    fn gap(&self, name: &str) -> f64 {
        self.claim(name).gap.expect("a gap")
    }

    fn theorem(&self, name: &str) -> &Theorem {
        self.report
            .theorems
            .iter()
            .find(|theorem| theorem.name == name)
            .expect("a theorem")
    }

    fn verdicts(&self) -> Vec<Option<bool>> {
        self.report.claims.iter().map(|claim| claim.holds).collect()
    }

    fn why(&self) -> String {
        let forces = conjecture::forces(&self.market, &Settings::default()).expect("forces");
        report::why(&self.market, &self.figures, &self.report, &forces)
    }

    fn figure(&self, key: &str) -> f64 {
        let figures = serde_json::to_value(&self.figures).expect("JSON");
        number(&figures, key)
    }

    fn last(&self) -> usize {
        self.market.ticket().maturity()
    }

    /// What gaps are divided by.
    fn scale(&self) -> f64 {
        self.prizes().initial_prize().max(self.market.buyers().cost().upper())
    }
}

fn near(what: &str, got: f64, expected: f64, tolerance: f64) {
    let gap = (got - expected).abs();
    assert!(gap <= tolerance, "{what}: {got} instead of {expected}, off by {gap:e}");
}

/// What is expected of a market file.
struct Expected {
    file: &'static str,
    /// Verdicts in the order of [`CLAIMS`]: h(olds), f(ails), - (cannot be judged).
    claims: &'static str,
    indifferent: bool,
    /// The theorems that apply; they hold.
    apply: &'static [&'static str],
    /// A hypothesis without which a theorem does not apply.
    fails: &'static [(&'static str, &'static str)],
    /// Figures, as quoted in the file's comments.
    figures: &'static [(&'static str, &'static str)],
    auctions: &'static [f64],
    /// The first is larger than the second, clearly.
    larger: &'static [(&'static str, &'static str)],
}

const EARLY: &str = "early exercise is worthless";
const DRIFT: &str = "the prize never falls by more than its carry (drift condition)";

const EXPECTED: &[Expected] = &[
    Expected {
        file: "s3_local_maxima.toml",
        claims: "hhhhh",
        indifferent: false,
        apply: &["T2", "T4", "T5"],
        fails: &[("T1", "no reserve price")],
        figures: &[("sale_value_now", "0.91575")],
        auctions: &[0.0, 1.0],
        larger: &[("seller_value", "sale_value_now")],
    },
    Expected {
        file: "s6_own_cost.toml",
        claims: "fff-f",
        indifferent: false,
        apply: &[],
        fails: &[
            ("T1", "the holder cannot use the ticket"),
            ("T2", "the holder cannot use the ticket"),
            ("T3", "the holder cannot use the ticket"),
            ("T4", "the holder cannot use the ticket"),
            ("T5", "the holder cannot use the ticket"),
        ],
        figures: &[("seller_value", "0.256120"), ("spot_best_time_value", "0.281430")],
        auctions: &[1.0, 0.0],
        larger: &[("spot_best_time_value", "seller_value")],
    },
    Expected {
        file: "t1_dropped_patience.toml",
        claims: "hhhhh",
        indifferent: false,
        apply: &[],
        fails: &[("T1", "buyers are at least as patient as the holder")],
        figures: &[
            ("sale_value_now", "0.436630"),
            ("seller_value", "0.5112"),
            ("spot_at_maturity_value", "0.5112"),
        ],
        auctions: &[0.0, 1.0],
        larger: &[("seller_value", "sale_value_now")],
    },
    Expected {
        file: "t1_dropped_reserve.toml",
        claims: "hhhhh",
        indifferent: false,
        apply: &["T5"],
        fails: &[("T1", "no reserve price"), ("T2", EARLY)],
        figures: &[
            ("sale_value_now", "0.517858"),
            ("seller_value", "0.519"),
            ("spot_at_maturity_value", "0.519"),
        ],
        auctions: &[0.0, 1.0],
        larger: &[("seller_value", "sale_value_now")],
    },
    Expected {
        file: "t1_holds.toml",
        claims: "fffff",
        indifferent: false,
        apply: &["T1", "T5"],
        fails: &[("T2", EARLY)],
        figures: &[
            ("seller_value", "0.517558"),
            ("sale_value_now", "0.517558"),
            ("spot_at_maturity_value", "0.5112"),
        ],
        auctions: &[1.0, 0.0],
        larger: &[("seller_value", "spot_at_maturity_value")],
    },
    Expected {
        file: "t1_tie.toml",
        claims: "hhhhh",
        indifferent: true,
        apply: &["T1", "T5"],
        fails: &[("T2", "the reserve is optimal")],
        figures: &[
            ("seller_value", "0.5112"),
            ("sale_value_now", "0.5112"),
            ("spot_at_maturity_value", "0.5112"),
        ],
        auctions: &[0.0, 1.0],
        larger: &[],
    },
    Expected {
        file: "t1_undiscounted.toml",
        claims: "hhhhh",
        indifferent: true,
        apply: &["T1", "T5"],
        fails: &[("T4", "the reserve is optimal")],
        figures: &[
            ("seller_value", "0.833333"),
            ("sale_value_now", "0.833333"),
            ("spot_at_maturity_value", "0.833333"),
        ],
        auctions: &[0.0, 0.0, 0.0, 1.0],
        larger: &[],
    },
    Expected {
        file: "t2_dropped_early_exercise.toml",
        claims: "fhfff",
        indifferent: false,
        apply: &["T5"],
        fails: &[("T2", EARLY), ("T4", DRIFT)],
        figures: &[
            ("seller_value", "0.751333"),
            ("sale_value_now", "0.751333"),
            ("spot_at_maturity_value", "0.6336"),
        ],
        auctions: &[1.0, 0.0],
        larger: &[("seller_value", "spot_at_maturity_value")],
    },
    Expected {
        file: "t2_dropped_patience.toml",
        claims: "fffff",
        indifferent: false,
        apply: &[],
        fails: &[
            ("T2", "the holder is at least as patient as buyers"),
            ("T4", "the holder is at least as patient as buyers"),
        ],
        figures: &[
            ("seller_value", "0.677333"),
            ("sale_value_now", "0.677333"),
            ("spot_at_maturity_value", "0.6336"),
        ],
        auctions: &[1.0, 0.0],
        larger: &[("seller_value", "spot_at_maturity_value")],
    },
    Expected {
        file: "t2_holds.toml",
        claims: "hhhhh",
        indifferent: false,
        apply: &["T2", "T4", "T5"],
        fails: &[("T1", "no reserve price")],
        figures: &[
            ("sale_value_now", "0.6096"),
            ("seller_value", "0.6336"),
            ("spot_at_maturity_value", "0.6336"),
            ("optimal_mechanism_value", "0.6336"),
        ],
        auctions: &[0.0, 1.0],
        larger: &[("seller_value", "sale_value_now")],
    },
    Expected {
        file: "t2_irregular.toml",
        claims: "hhhhh",
        indifferent: false,
        apply: &["T2", "T4"],
        fails: &[("T5", "the virtual cost is increasing")],
        figures: &[
            ("sale_value_now", "0.599661"),
            ("seller_value", "0.653333"),
            ("spot_at_maturity_value", "0.653333"),
            ("optimal_mechanism_value", "0.673413"),
        ],
        auctions: &[0.0, 1.0],
        larger: &[
            ("optimal_mechanism_value", "seller_value"),
            ("seller_value", "sale_value_now"),
        ],
    },
    Expected {
        file: "t2_tie.toml",
        claims: "hhhhh",
        indifferent: true,
        apply: &["T2", "T4", "T5"],
        fails: &[("T1", "no reserve price")],
        figures: &[
            ("seller_value", "1.425"),
            ("sale_value_now", "1.425"),
            ("spot_at_maturity_value", "1.425"),
        ],
        auctions: &[0.0, 1.0],
        larger: &[],
    },
    Expected {
        file: "t3_dropped_early_exercise.toml",
        claims: "fffff",
        indifferent: false,
        apply: &[],
        fails: &[("T3", EARLY)],
        figures: &[
            ("seller_value", "0.637741"),
            ("sale_value_now", "0.637741"),
            ("spot_at_maturity_value", "0.55905"),
        ],
        auctions: &[1.0, 0.0],
        larger: &[("sale_value_now", "spot_at_maturity_value")],
    },
    Expected {
        file: "t3_dropped_reserve_rule.toml",
        claims: "fffff",
        indifferent: false,
        apply: &[],
        fails: &[("T3", "the reserve is absent or optimal")],
        figures: &[
            ("seller_value", "0.3"),
            ("sale_value_now", "0.3"),
            ("spot_at_maturity_value", "0.135"),
        ],
        auctions: &[1.0, 0.0],
        larger: &[("sale_value_now", "spot_at_maturity_value")],
    },
    Expected {
        file: "t3_holds.toml",
        claims: "hhhhh",
        indifferent: false,
        apply: &["T3"],
        fails: &[("T1", "taking part is free")],
        figures: &[
            ("sale_value_now", "0.5096"),
            ("seller_value", "0.55905"),
            ("spot_at_maturity_value", "0.55905"),
        ],
        auctions: &[0.0, 1.0],
        larger: &[("seller_value", "sale_value_now")],
    },
    Expected {
        file: "t4_dropped_drift.toml",
        claims: "fhfff",
        indifferent: false,
        apply: &[],
        fails: &[("T4", DRIFT), ("T2", EARLY)],
        figures: &[
            ("seller_value", "0.416667"),
            ("sale_value_now", "0.416667"),
            ("spot_at_maturity_value", "0.290080"),
        ],
        auctions: &[1.0, 0.0, 0.0],
        larger: &[("seller_value", "spot_at_maturity_value")],
    },
    Expected {
        file: "t4_holds.toml",
        claims: "hhhhh",
        indifferent: false,
        apply: &["T4"],
        fails: &[("T2", EARLY), ("T5", "buyers and holder discount alike")],
        figures: &[
            ("sale_value_now", "0.433183"),
            ("seller_value", "0.755909"),
            ("spot_at_maturity_value", "0.755909"),
        ],
        auctions: &[0.0, 0.0, 1.0],
        larger: &[("seller_value", "sale_value_now")],
    },
    Expected {
        file: "t5_attained.toml",
        claims: "fhfff",
        indifferent: false,
        apply: &["T5"],
        fails: &[("T2", EARLY), ("T4", DRIFT)],
        figures: &[
            ("seller_value", "0.6288"),
            ("optimal_mechanism_value", "0.6288"),
            ("spot_at_maturity_value", "0.5751"),
            ("immediate_exercise_probability", "1"),
        ],
        auctions: &[0.0, 0.2, 0.8],
        larger: &[("seller_value", "spot_at_maturity_value")],
    },
    Expected {
        file: "t5_dropped_regularity.toml",
        claims: "hhhhh",
        indifferent: false,
        apply: &["T2", "T4"],
        fails: &[("T5", "the virtual cost is increasing")],
        figures: &[("seller_value", "1.281481"), ("optimal_mechanism_value", "1.326103")],
        auctions: &[1.0],
        larger: &[("optimal_mechanism_value", "seller_value")],
    },
    Expected {
        file: "t5_once_short.toml",
        claims: "hhhhh",
        indifferent: false,
        apply: &["T5"],
        fails: &[("T2", EARLY)],
        figures: &[("seller_value", "0.519"), ("optimal_mechanism_value", "0.541229")],
        auctions: &[0.0, 1.0],
        larger: &[("optimal_mechanism_value", "seller_value")],
    },
];

/// Half a unit of the last digit quoted.
fn rounding(quoted: &str) -> f64 {
    let decimals = quoted.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    0.5 * 10f64.powi(-i32::try_from(decimals).expect("few digits")) + 1e-12
}

#[test]
fn every_theorem_file_shows_what_it_says() {
    let files = market_files("examples/theorems");
    for path in &files {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let expected = EXPECTED
            .iter()
            .find(|expected| expected.file == name)
            .unwrap_or_else(|| panic!("{name}: nothing is expected of it in this test"));
        shows(path, expected);
    }
    for expected in EXPECTED {
        assert!(
            files.iter().any(|path| path.ends_with(expected.file)),
            "no {}",
            expected.file
        );
    }
}

fn shows(path: &Path, expected: &Expected) {
    let name = expected.file;
    let judged = Judged::file(path, &[]);
    assert!(judged.figures.certificate.verified, "{name}: not verified");
    let verdicts: Vec<Option<bool>> = expected
        .claims
        .chars()
        .map(|mark| match mark {
            'h' => Some(true),
            'f' => Some(false),
            _ => None,
        })
        .collect();
    assert_eq!(judged.verdicts(), verdicts, "{name}");
    let all = verdicts.iter().flatten().all(|holds| *holds);
    assert_eq!(judged.report.equivalent, Some(all), "{name}");
    assert_eq!(judged.report.indifferent, expected.indifferent, "{name}: indifferent");
    for theorem in &judged.report.theorems {
        let applies = expected.apply.contains(&theorem.name);
        assert_eq!(theorem.applies, applies, "{name}: {theorem:?}");
        assert_eq!(theorem.holds, applies.then_some(true), "{name}: {theorem:?}");
        assert!(theorem.gap.is_none_or(|gap| gap < 1e-13), "{name}: {theorem:?}");
    }
    for (theorem, hypothesis) in expected.fails {
        let fails = &judged.theorem(theorem).fails;
        assert!(fails.contains(hypothesis), "{name}: {theorem} fails for {fails:?}");
    }
    let text = fs::read_to_string(path).expect("a file");
    let comments: String = text.lines().filter(|line| line.starts_with('#')).collect();
    for (key, quoted) in expected.figures {
        near(
            &format!("{name}: {key}"),
            judged.figure(key),
            quoted.parse().expect("a number"),
            rounding(quoted),
        );
        assert!(comments.contains(quoted), "{name}: its comments do not quote {quoted}");
    }
    assert_eq!(
        judged.figures.auction_probability.len(),
        expected.auctions.len(),
        "{name}"
    );
    for (got, expected) in judged.figures.auction_probability.iter().zip(expected.auctions) {
        near(&format!("{name}: auction_probability"), *got, *expected, 1e-12);
    }
    for (large, small) in expected.larger {
        let gap = judged.figure(large) - judged.figure(small);
        assert!(gap > 1e-4, "{name}: {large} - {small} = {gap}");
    }
}

/// The files named after a theorem that holds show it, the others show that it does not apply.
#[test]
fn the_names_of_the_files_are_kept() {
    for expected in EXPECTED {
        let (short, what) = expected.file.split_once('_').expect("a name in two parts");
        let theorem = short.to_uppercase();
        if !THEOREMS.contains(&theorem.as_str()) {
            continue;
        }
        let applies = expected.apply.contains(&theorem.as_str());
        assert_eq!(applies, !what.starts_with("dropped"), "{}", expected.file);
    }
}

fn theorem_file(name: &str, sets: &[&str]) -> Judged {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/theorems")
        .join(name);
    Judged::file(&path, sets)
}

/// What the theory page and the comments say of the files with a key changed, and of their nodes.
#[test]
fn variants_and_nodes_are_as_quoted() {
    let waits = theorem_file("t1_holds.toml", &["auction.reserve=0.5"]);
    near("a fixed price", waits.figures.seller_value, 0.51, 1e-12);
    near("a fixed price, now", waits.figures.sale_value_now, 0.508_202, 5e-7);
    assert!(!waits.theorem("T1").applies && waits.claim("timing").holds == Some(true));

    let alone = theorem_file("t3_holds.toml", &["buyers.count=1"]);
    near("one buyer", alone.figures.seller_value, 0.0, 0.0);
    near("one buyer, sold", alone.figures.sold_probability, 0.65, 1e-12);
    assert_eq!(alone.theorem("T3").holds, Some(true));

    let patient = theorem_file("t4_holds.toml", &["buyers.discount_factor=0.9"]);
    assert_eq!(patient.theorem("T2").holds, Some(true));
    near("t4_holds", patient.figure("optimal_mechanism_value"), 0.755_909, 5e-7);
    near(
        "t4_holds",
        patient.figure("optimal_mechanism_value"),
        patient.figures.seller_value,
        1e-12,
    );

    let optimal = theorem_file("s6_own_cost.toml", &["auction.reserve=optimal"]);
    near("s6, ticket", optimal.figures.seller_value, 0.710_827, 5e-7);
    near("s6, spot", optimal.figure("spot_best_time_value"), 0.710_827, 5e-7);

    for (count, cutoff, value) in [("2", 1.5, 0.915_75), ("4", 1.5, 1.319_847), ("5", 1.05, 1.440_991)] {
        let set = format!("buyers.count={count}");
        let judged = theorem_file("s3_local_maxima.toml", &[&set]);
        let start = judged.equilibrium.induction.timing.at(0, judged.prizes().initial());
        near(
            "s3, cutoff",
            start.auction.participation_cutoff.expect("a cutoff"),
            cutoff,
            1e-9,
        );
        near("s3, value", start.auction.revenue, value, 5e-7);
    }

    let undiscounted = theorem_file("t1_undiscounted.toml", &[]);
    for slot in 0..=3 {
        let boundary = undiscounted.equilibrium.induction.boundary.slot(slot)[0];
        near("t1_undiscounted, boundary", boundary, 1.5, 1e-9);
    }
    for (file, boundary, digits) in [
        ("t1_holds.toml", 0.3455, 5e-5),
        ("t2_dropped_early_exercise.toml", 0.9091, 5e-5),
        ("t4_holds.toml", 0.5648, 5e-5),
    ] {
        let judged = theorem_file(file, &[]);
        let start = judged.prizes().initial();
        near(
            file,
            judged.equilibrium.induction.boundary.slot(0)[start],
            boundary,
            digits,
        );
    }
}

const BASE: &str = r#"
[ticket]
maturity = 3
exercise = "american"
[prize.markov_chain]
states = [0.5, 1.0, 2.0]
transition = [[0.5, 0.4, 0.1], [0.3, 0.4, 0.3], [0.1, 0.4, 0.5]]
initial = 1.0
[buyers]
count = 3
cost.uniform = { lower = 0.0, upper = 1.0 }
[auction]
reserve = "none"
[holder]
discount_factor = 0.95
"#;

#[test]
fn at_maturity_with_an_optimal_reserve_is_a_spot_auction() {
    let judged = Judged::text(BASE, &["ticket.exercise=at_maturity", "auction.reserve=optimal"]);
    assert_eq!(judged.verdicts(), [Some(true); 5]);
    assert_eq!(judged.report.equivalent, Some(true));
    assert_eq!(judged.theorem("T2").holds, Some(true));
    assert!(judged.why().contains("waits for the last slot"));
}

#[test]
fn american_without_a_reserve_is_sold_at_once() {
    let judged = Judged::text(BASE, &["prize.markov_chain.initial=2.0"]);
    assert_eq!(judged.claim("timing").holds, Some(false));
    near("timing", judged.gap("timing"), 1.0, 1e-12);
    assert_eq!(judged.theorem("T1").holds, Some(true));
    assert_eq!(judged.report.equivalent, Some(false));
    assert!(!judged.report.indifferent);
    assert!(judged.why().contains("at once"));
}

#[test]
fn a_martingale_prize_without_a_reserve_leaves_her_indifferent() {
    let sets = [
        "prize.markov_chain.states=[0.5, 1.0, 1.5]",
        "prize.markov_chain.transition=[[1.0, 0.0, 0.0], [0.25, 0.5, 0.25], [0.0, 0.0, 1.0]]",
        "holder.discount_factor=1.0",
    ];
    for tie in ["late", "early"] {
        let set = format!("holder.tie={tie}");
        let judged = Judged::text(BASE, &[sets.as_slice(), &[&set]].concat());
        assert_eq!(judged.claim("revenue").holds, Some(true), "{tie}");
        assert!(judged.report.indifferent, "{tie}");
        // What she does is a convention, and the claim follows it.
        assert_eq!(judged.claim("timing").holds, Some(tie == "late"), "{tie}");
        assert_eq!(judged.theorem("T1").holds, Some(true));
        for slot in &judged.report.fixed_slots {
            near("fixed slot", slot.regret, 0.0, 1e-12);
        }
        let why = judged.why();
        assert!(why.contains("selling and waiting are worth the same"), "{why}");
        assert!(
            why.contains(if tie == "late" {
                "she waits there"
            } else {
                "she sells there"
            }),
            "{why}"
        );
        let text = report::check("market.toml", &judged.figures, &judged.report, &why, None);
        let said = if tie == "late" {
            "though other dates would do as well"
        } else {
            "the holder is indifferent about some dates"
        };
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn a_prize_above_its_mean_breaks_the_drift_condition() {
    let judged = Judged::text(BASE, &["auction.reserve=optimal", "prize.markov_chain.initial=2.0"]);
    let theorem = judged.theorem("T4");
    assert!(!theorem.applies && theorem.holds.is_none() && theorem.gap.is_none());
    assert_eq!(theorem.fails, [DRIFT]);
    assert_eq!(judged.claim("timing").holds, Some(false));
}

#[test]
fn dearer_capital_makes_waiting_pay() {
    let judged = Judged::text(BASE, &["ticket.exercise=at_maturity", "buyers.discount_factor=0.8"]);
    near("held in slot T", judged.figures.auction_probability[3], 1.0, 1e-12);
    assert_eq!(judged.claim("timing").holds, Some(true));
    assert!(!judged.report.indifferent);
    // Theorem 1(d): Π_0 = (δ_b/δ)^T times what waiting earns.
    let slots = &judged.report.fixed_slots;
    near("slot T", slots[3].regret, 0.0, 1e-12);
    near(
        "slot 0",
        slots[0].value,
        (0.8f64 / 0.95).powi(3) * slots[3].value,
        1e-12,
    );
    assert!(slots[0].regret > 0.1);
    assert_eq!(
        judged.theorem("T1").fails,
        ["buyers are at least as patient as the holder"]
    );
}

/// One slot to wait, prize 2, two buyers uniform on [0, 1], no reserve, δ = 0.9: in slot 1 they bid (3 − θ)/2.
#[test]
fn the_distance_of_bids_is_the_one_by_hand() {
    let text = r#"
        ticket.maturity = 1
        prize.constant.value = 2.0
        buyers = { count = 2, cost.uniform = { lower = 0.0, upper = 1.0 } }
        holder.discount_factor = 0.9
    "#;
    // Exercised at once, the ticket is worth 2 − θ now and 0.9 (2 − θ) later: 1.5 against 1.35 at θ = 0.
    let judged = Judged::text(text, &[]);
    near("bids", judged.gap("bids"), 0.15, 1e-12);
    let witness = judged.claim("bids").witness.expect("a witness");
    assert_eq!((witness.slot, witness.prize, witness.cost), (0, 2.0, Some(0.0)));
    near("bid for the ticket", witness.ticket, 1.5, 1e-12);
    near("bid in the spot auction", witness.spot, 1.35, 1e-12);
    near("revenue", judged.gap("revenue"), 4.0 / 3.0 * 0.1, 1e-12);
    near("allocation", judged.gap("allocation"), 1.0, 1e-12);
    near("immediate exercise", judged.gap("immediate_exercise"), 0.0, 1e-12);
    // At maturity only, all dates are alike, and the convention decides.
    let late = Judged::text(text, &["ticket.exercise=at_maturity"]);
    assert_eq!(late.verdicts(), [Some(true); 5]);
    let early = Judged::text(text, &["ticket.exercise=at_maturity", "holder.tie=early"]);
    assert_eq!(
        early.verdicts(),
        [Some(false), Some(false), Some(true), Some(true), Some(true)]
    );
    assert!(late.report.indifferent && early.report.indifferent);
    near("bids, early", early.gap("bids"), 0.0, 1e-12);
    // One buyer, at maturity only, a price of 0.95: 0.9 (2 − θ) reaches it up to θ = 2 − 0.95/0.9 now, 2 − θ always
    // later. She sells now, 0.95 of 0.9444 against 0.9 of 0.95.
    let priced = Judged::text(
        text,
        &["buyers.count=1", "ticket.exercise=at_maturity", "auction.reserve=0.95"],
    );
    let cutoff = 2.0 - 0.95 / 0.9;
    near("value, priced", priced.figures.seller_value, 0.95 * cutoff, 1e-12);
    assert_eq!(priced.verdicts(), [Some(false); 5]);
    // Types above the cutoff bid nothing now, and later what is worth 0.9 of 0.95 now.
    near("bids, priced", priced.gap("bids"), 0.9 * 0.95, 1e-12);
    near("allocation, priced", priced.gap("allocation"), 1.0 - cutoff, 1e-12);
    near(
        "revenue, priced",
        priced.gap("revenue"),
        0.95 * cutoff - 0.9 * 0.95,
        1e-12,
    );
    let witness = priced.claim("bids").witness.expect("a witness");
    assert!(witness.slot == 0 && witness.cost.is_some_and(|cost| cost > cutoff) && witness.ticket == 0.0);
}

/// One buyer pays 0.3 now, and 0.3 in slot 1 if her cost is at most the prize less 0.3: a type between the cutoffs
/// 0.6999 and 0.7001 of slot 1 pays there with probability 1/2, so that the bids are 0.15 apart.
#[test]
fn bids_differ_between_close_cutoffs() {
    let text = r#"
        ticket = { maturity = 1, exercise = "at_maturity" }
        prize.markov_chain.states = [0.9999, 1.0, 1.0001]
        prize.markov_chain.transition = [[1, 0, 0], [0.5, 0, 0.5], [0, 0, 1]]
        prize.markov_chain.initial = 1.0
        buyers = { count = 1, cost.uniform = { lower = 0.0, upper = 1.0 }, discount_factor = 1.0 }
        auction.reserve = 0.3
        holder.discount_factor = 0.9
    "#;
    let judged = Judged::text(text, &[]);
    near("allocation", judged.gap("allocation"), 1e-4, 1e-12);
    near("bids", judged.gap("bids"), 0.15, 1e-9);
    assert_eq!(judged.claim("bids").holds, Some(false));
    // At prize 1 the marginal type 1/2 bids 1/2; above it nobody does: 1.25 against 0.72 · 1.25.
    let two_states = Judged::text(
        &fs::read_to_string(common_check::example("two_states.toml")).expect("a file"),
        &[],
    );
    near("two_states", two_states.gap("bids"), 0.35, 1e-9);
}

/// Types up to 0.2 win and exercise in slot 1 whatever the auction; only types above lose the low prize.
#[test]
fn the_witness_of_allocation_is_a_type_for_whom_it_differs() {
    let judged = theorem_file("t2_dropped_patience.toml", &[]);
    near("allocation", judged.gap("allocation"), 0.32, 1e-12);
    let cost = judged
        .claim("allocation")
        .witness
        .and_then(|witness| witness.cost)
        .expect("a witness");
    assert!(cost > 0.2, "{cost}");
}

/// She waits; a ticket drawn meanwhile is lost. She never uses one herself.
#[test]
fn a_ticket_drawn_unsold_is_not_her_own_use() {
    let text = r#"
        ticket = { maturity = 1, exercise = "lottery", draw_probability = 0.1 }
        prize.path.values = [0.1, 2.0]
        buyers = { count = 2, cost.uniform = { lower = 0.0, upper = 1.0 }, discount_factor = 0.5 }
        holder.discount_factor = 1.0
    "#;
    let judged = Judged::text(text, &[]);
    near("held in slot T", judged.figures.auction_probability[1], 0.9, 1e-12);
    assert!(judged.market.holder().own_cost().is_none());
    assert!(!judged.why().contains("herself"), "{}", judged.why());
}

// Random markets.

/// A linear congruential generator (Knuth's MMIX), its upper bits.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// Two decimals.
    fn number(&mut self, from: u64, to: u64) -> f64 {
        (from + self.below(to - from + 1)) as f64 / 100.0
    }
}

fn chain(dice: &mut Dice) -> String {
    let size = dice.pick(&[2, 3, 3]);
    let mut states = vec![dice.number(10, 60)];
    for _ in 1..size {
        states.push(states[states.len() - 1] + dice.number(10, 90));
    }
    let absorbing = dice.chance(35);
    let row = |dice: &mut Dice, from: usize| {
        if absorbing && from != 1 {
            return (0..size).map(|to| if to == from { 1.0 } else { 0.0 }).collect();
        }
        let mut left = 100;
        let mut row: Vec<f64> = Vec::new();
        for _ in 1..size {
            let part = dice.below(left + 1);
            left -= part;
            row.push(part as f64 / 100.0);
        }
        row.push(left as f64 / 100.0);
        row
    };
    let rows: Vec<String> = (0..size).map(|from| format!("{:?}", row(dice, from))).collect();
    let initial = if absorbing { states[1] } else { dice.pick(&states) };
    format!(
        "[prize.markov_chain]\nstates = {states:?}\ntransition = [{}]\ninitial = {initial:?}\n",
        rows.join(", ")
    )
}

/// A market that can be solved.
fn random_market(seed: u64) -> String {
    let dice = &mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x00c0_ffee);
    dice.roll();
    let maturity = dice.pick(&[0, 1, 1, 2, 2, 3, 3]);
    let exercise = dice.pick(&[
        "\"american\"",
        "\"american\"",
        "\"american\"",
        "\"at_maturity\"",
        "\"at_maturity\"",
        "\"lottery\"\ndraw_probability = 0.3",
    ]);
    let mut text = format!("[ticket]\nmaturity = {maturity}\nexercise = {exercise}\n");
    text += &match dice.below(10) {
        0 => format!("[prize.constant]\nvalue = {:?}\n", dice.number(30, 250)),
        1 | 2 => {
            let mut values = vec![dice.number(20, 120)];
            for _ in 0..maturity {
                // A growing prize, mostly.
                values.push(values[values.len() - 1] * dice.pick(&[0.7, 1.0, 1.25, 1.5]));
            }
            format!("[prize.path]\nvalues = {values:?}\n")
        }
        _ => chain(dice),
    };
    let count = dice.pick(&[
        "= 1",
        "= 2",
        "= 2",
        "= 3",
        "= 5",
        ".poisson = { mean = 2.5 }",
        ".binomial = { trials = 4, probability = 0.6 }",
    ]);
    let lower = dice.pick(&[0.0, 0.0, 0.1, 0.3]);
    let ends = format!(
        "lower = {lower:?}, upper = {:?}",
        lower + dice.pick(&[0.4, 0.8, 1.0, 1.5])
    );
    let cost = match dice.below(6) {
        0 => format!("power = {{ exponent = 2.0, {ends} }}"),
        1 => format!("beta = {{ alpha = 2.0, beta = 3.0, {ends} }}"),
        _ => format!("uniform = {{ {ends} }}"),
    };
    text += &format!("[buyers]\ncount{count}\ncost.{cost}\n");
    let discount = dice.pick(&[0.7, 0.9, 0.95, 1.0]);
    if dice.chance(45) {
        text += &format!("discount_factor = {:?}\n", dice.pick(&[0.6, 0.85, 0.9, 1.0]));
    }
    if dice.chance(25) {
        text += &format!(
            "[participation]\ncost = {:?}\npayer = \"winner\"\n",
            dice.pick(&[0.05, 0.2])
        );
    }
    let format = dice.pick(&["first_price", "first_price", "second_price", "all_pay"]);
    let reserve = dice.pick(&[
        "\"none\"",
        "\"none\"",
        "\"optimal\"",
        "\"optimal\"",
        "\"optimal\"",
        "0.2",
        "0.9",
    ]);
    text += &format!("[auction]\nformat = \"{format}\"\nreserve = {reserve}\n");
    text += &format!(
        "[holder]\ndiscount_factor = {discount:?}\ntie = \"{}\"\n",
        dice.pick(&["late", "early"])
    );
    if dice.chance(12) {
        text += "sale = \"until_sold\"\n";
    }
    if dice.chance(10) {
        text += &format!("own_cost = {:?}\n", dice.number(5, 120));
    }
    text
}

/// Everything about a ticket sold once that follows from prize paths and the lowest cost, without the solver's
/// recursions: types decide by their own dynamic programme.
struct Brute<'a> {
    judged: &'a Judged,
    prizes: &'a FinitePrizes,
    factor: f64,
}

impl<'a> Brute<'a> {
    /// `None` where the claim of allocation is not defined.
    fn of(judged: &'a Judged) -> Option<Self> {
        let market = &judged.market;
        let applies = market.holder().sale() == Sale::Once
            && market.holder().own_cost().is_none()
            && !matches!(market.ticket().exercise(), Exercise::Lottery { .. });
        applies.then(|| Self {
            judged,
            prizes: judged.prizes(),
            factor: market.buyers_discount_factor(),
        })
    }

    fn successors(&self, state: usize) -> impl Iterator<Item = (usize, f64)> {
        (0..self.prizes.size())
            .map(move |to| (to, self.prizes.probability(state, to)))
            .filter(|(_, probability)| *probability > 0.0)
    }

    fn waiting(&self, slot: usize, state: usize, cost: f64) -> f64 {
        if slot == self.judged.last() {
            return 0.0;
        }
        let next = self.successors(state).map(|(to, p)| p * self.value(slot + 1, to, cost));
        self.factor * next.sum::<f64>()
    }

    /// V_t(θ, r).
    fn value(&self, slot: usize, state: usize, cost: f64) -> f64 {
        let now = self.prizes.states(slot)[state] - cost;
        let waiting = self.waiting(slot, state, cost);
        match self.judged.market.ticket().exercise() {
            Exercise::AtMaturity if slot < self.judged.last() => waiting,
            _ => now.max(waiting),
        }
    }

    /// Whether a type uses the ticket now: indifference does.
    fn uses(&self, slot: usize, state: usize, cost: f64) -> bool {
        if slot < self.judged.last() && self.judged.market.ticket().exercise() == Exercise::AtMaturity {
            return false;
        }
        let prize = self.prizes.states(slot)[state];
        prize - cost >= self.waiting(slot, state, cost) - 1e-12 * prize
    }

    /// The costs between which everything goes alike: where types change their mind, and who takes part.
    fn breaks(&self) -> Vec<f64> {
        let law = self.judged.market.buyers().cost();
        let (lower, upper) = (law.lower(), law.upper());
        let mut breaks = vec![lower, upper];
        for slot in 0..=self.judged.last() {
            for state in 0..self.prizes.size() {
                let node = self.judged.equilibrium.induction.timing.at(slot, state);
                breaks.extend(node.auction.participation_cutoff);
                let (mut a, mut b) = (lower, upper);
                if self.uses(slot, state, a) && !self.uses(slot, state, b) {
                    for _ in 0..60 {
                        let middle = 0.5 * (a + b);
                        if self.uses(slot, state, middle) {
                            a = middle;
                        } else {
                            b = middle;
                        }
                    }
                    breaks.push(a);
                }
            }
        }
        breaks.retain(|cost| (lower..=upper).contains(cost));
        breaks.sort_by(f64::total_cmp);
        breaks
    }

    /// The probability that the lowest cost is at most `cost`.
    fn lowest(&self, cost: f64) -> f64 {
        let share = self.judged.market.buyers().cost().cdf(cost);
        match self.judged.market.buyers().count() {
            BuyerCount::Fixed(n) => 1.0 - (1.0 - share).powf(n as f64),
            BuyerCount::Poisson { mean } => 1.0 - (-mean * share).exp(),
            BuyerCount::Binomial { trials, probability } => 1.0 - (1.0 - probability * share).powf(trials as f64),
        }
    }

    /// Visits every prize path with its probability.
    fn paths(&self, visit: &mut dyn FnMut(&[usize], f64)) {
        fn go(brute: &Brute<'_>, path: &mut Vec<usize>, p: f64, visit: &mut dyn FnMut(&[usize], f64)) {
            if path.len() > brute.judged.last() {
                visit(path, p);
                return;
            }
            let next: Vec<(usize, f64)> = brute.successors(path[path.len() - 1]).collect();
            for (to, share) in next {
                path.push(to);
                go(brute, path, p * share, visit);
                path.pop();
            }
        }
        go(self, &mut vec![self.prizes.initial()], 1.0, visit);
    }

    /// The slot of the sale on a path, if the lowest cost is `cost`; `None` if it is not sold.
    fn sold(&self, path: &[usize], cost: f64) -> Option<usize> {
        let timing = &self.judged.equilibrium.induction.timing;
        let slot = (0..path.len()).find(|&slot| timing.at(slot, path[slot]).decision == Decision::Sell)?;
        self.buys(slot, path[slot], cost).then_some(slot)
    }

    fn buys(&self, slot: usize, state: usize, cost: f64) -> bool {
        let node = self.judged.equilibrium.induction.timing.at(slot, state);
        node.auction.participation_cutoff.is_some_and(|cutoff| cost <= cutoff)
    }

    /// (probability that winner or exercise slot differ from the spot auction's, probability of a sale, and of a sale
    /// with exercise in the same slot).
    fn allocation(&self) -> (f64, f64, f64) {
        let (mut different, mut sold, mut immediate) = (0.0, 0.0, 0.0);
        let last = self.judged.last();
        let breaks = self.breaks();
        for pair in breaks.windows(2) {
            let weight = self.lowest(pair[1]) - self.lowest(pair[0]);
            let cost = 0.5 * (pair[0] + pair[1]);
            if weight <= 0.0 {
                continue;
            }
            self.paths(&mut |path, p| {
                let sale = self.sold(path, cost);
                let exercise = sale.and_then(|sale| (sale..=last).find(|&slot| self.uses(slot, path[slot], cost)));
                let spot = self.buys(last, path[last], cost);
                let spot_exercise = (spot && self.uses(last, path[last], cost)).then_some(last);
                if (sale.is_some(), exercise) != (spot, spot_exercise) {
                    different += p * weight;
                }
                if sale.is_some() {
                    sold += p * weight;
                    if exercise == sale {
                        immediate += p * weight;
                    }
                }
            });
        }
        (different, sold, immediate)
    }

    /// The largest loss of any type by waiting at a reachable node before T, relative to the prize: early exercise is
    /// worthless iff it is 0.
    fn early_gain(&self) -> f64 {
        let law = self.judged.market.buyers().cost();
        let mut most = 0.0_f64;
        self.paths(&mut |path, _| {
            for (slot, &state) in path.iter().enumerate().take(self.judged.last()) {
                for k in 0..=10 {
                    let cost = law.lower() + (law.upper() - law.lower()) * f64::from(k) / 10.0;
                    let gain = self.value(slot, state, cost) - self.waiting(slot, state, cost);
                    most = most.max(gain / self.prizes.states(slot)[state]);
                }
            }
        });
        most
    }
}

/// The form of a report, and what follows from the definitions whatever the market.
fn is_consistent(judged: &Judged, text: &str) {
    let (report, figures) = (&judged.report, &judged.figures);
    let names: Vec<&str> = report.claims.iter().map(|claim| claim.name).collect();
    assert_eq!(names, CLAIMS, "{text}");
    let names: Vec<&str> = report.theorems.iter().map(|theorem| theorem.name).collect();
    assert_eq!(names, THEOREMS, "{text}");
    assert!(figures.certificate.verified, "{text}");
    for claim in &report.claims {
        assert_eq!(claim.holds.is_some(), claim.gap.is_some(), "{claim:?}\n{text}");
        assert!(
            claim.witness.is_none() || claim.holds == Some(false),
            "{claim:?}\n{text}"
        );
        if let (Some(holds), Some(gap)) = (claim.holds, claim.gap) {
            let scale = if claim.unit == "ETH" { judged.scale() } else { 1.0 };
            assert!(gap >= 0.0 && gap.is_finite(), "{claim:?}\n{text}");
            assert!(claim.unit == "ETH" || gap <= 1.0, "{claim:?}\n{text}");
            assert_eq!(holds, gap / scale <= 1e-9, "{claim:?}\n{text}");
        } else {
            assert!(claim.note.is_some(), "{claim:?}\n{text}");
        }
        if figures.sold_probability == 0.0 {
            assert!(claim.holds.is_none(), "{claim:?}\n{text}");
        }
    }
    let judgements: Vec<bool> = judged.verdicts().into_iter().flatten().collect();
    let equivalent = (!judgements.is_empty()).then(|| judgements.iter().all(|holds| *holds));
    assert_eq!(report.equivalent, equivalent, "{text}");
    for theorem in &report.theorems {
        assert_ne!(theorem.holds, Some(false), "{theorem:?}\n{text}");
        assert_eq!(theorem.applies, theorem.fails.is_empty(), "{theorem:?}\n{text}");
        assert_eq!(
            theorem.applies,
            theorem.holds.is_some() && theorem.gap.is_some(),
            "{theorem:?}\n{text}"
        );
    }
    let slots = &report.fixed_slots;
    assert_eq!(slots.len(), judged.last() + 1);
    for slot in slots {
        assert!(
            slot.value <= figures.seller_value + 1e-12,
            "{slot:?} of {}\n{text}",
            figures.seller_value
        );
    }
    near("slot 0", slots[0].value, figures.sale_value_now, 1e-12);
    // Theorems in other words.
    let scale = judged.scale();
    if judged.theorem("T1").applies {
        near(text, slots[0].regret, 0.0, 1e-12 * scale);
    }
    if ["T2", "T3", "T4"].iter().any(|name| judged.theorem(name).applies) {
        near(text, slots[judged.last()].regret, 0.0, 1e-12 * scale);
    }
}

#[test]
fn random_markets_never_refute_a_theorem() {
    let mut applied = [0; 5];
    let (mut unsold, mut indifferent, mut equivalent, mut compared, mut partly) = (0, 0, 0, 0, 0);
    let mut worst = 0.0_f64;
    for seed in 0..400 {
        let text = random_market(seed);
        let judged = Judged::text(&text, &[]);
        is_consistent(&judged, &text);
        for (count, theorem) in applied.iter_mut().zip(&judged.report.theorems) {
            *count += i32::from(theorem.applies);
        }
        unsold += i32::from(judged.report.equivalent.is_none());
        indifferent += i32::from(judged.report.indifferent);
        equivalent += i32::from(judged.report.equivalent == Some(true));
        let Some(brute) = Brute::of(&judged) else {
            assert!(judged.claim("allocation").holds.is_none(), "{text}");
            continue;
        };
        let (different, sold, immediate) = brute.allocation();
        near(&text, judged.figures.sold_probability, sold, 1e-11);
        if sold > 0.0 {
            let gap = judged.gap("allocation");
            worst = worst.max((gap - different).abs());
            near(&format!("allocation\n{text}"), gap, different, 1e-10);
            let late = 1.0 - immediate / sold;
            near(
                &format!("immediate exercise\n{text}"),
                judged.gap("immediate_exercise"),
                late,
                1e-11,
            );
            compared += 1;
            partly += i32::from(different > 1e-3 && different < 0.999);
        }
        // The hypothesis of theorems 2 and 3, by another road.
        let gain = brute.early_gain();
        let fails = judged.theorem("T2").fails.contains(&EARLY);
        assert!(!(1e-13..=1e-9).contains(&gain), "{gain:e}: too close to tell\n{text}");
        assert_eq!(fails, gain > 1e-9, "early exercise gains {gain}\n{text}");
    }
    println!("theorems applied {applied:?}; unsold {unsold}, indifferent {indifferent}, equivalent {equivalent}");
    println!("allocation compared {compared}, strictly between 0 and 1 {partly}, worst gap {worst:e}");
    assert!(applied.iter().all(|count| *count >= 15), "too few cases: {applied:?}");
    assert!(compared > 200 && partly > 40 && indifferent > 10 && equivalent > 40 && unsold > 0);
}

/// The report is the same from the command line.
#[test]
fn the_command_gives_the_same_verdicts() {
    let folder = tempfile::TempDir::new().expect("a folder");
    for seed in 0..20 {
        let text = random_market(seed);
        let path = folder.path().join(format!("{seed}.toml"));
        fs::write(&path, &text).expect("a file");
        let judged = Judged::text(&text, &[]);
        let object = json(&with_sets(&["check", path.to_str().expect("UTF-8"), "--json"], &[]));
        let expected = serde_json::to_value(&judged.report.claims).expect("JSON");
        assert_eq!(object["claims"], expected, "{text}");
        assert_eq!(
            object["theorems"],
            serde_json::to_value(&judged.report.theorems).expect("JSON"),
            "{text}"
        );
        assert_eq!(object["why"], judged.why(), "{text}");
    }
}
