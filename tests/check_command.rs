//! `etm check` as it is run: the report, its JSON, verdicts along a parameter, and what is said of bad input.

mod common_check;

use std::collections::BTreeSet;

use common_check::{continuous, etm, example, json, keys, named, number, refused, says, stderr, text, with_sets};
use serde_json::{Value, json as value};

const CLAIMS: [&str; 5] = ["timing", "immediate_exercise", "revenue", "allocation", "bids"];
const THEOREMS: [&str; 5] = ["T1", "T2", "T3", "T4", "T5"];

fn near(what: &str, got: f64, expected: f64, tolerance: f64) {
    let gap = (got - expected).abs();
    assert!(gap <= tolerance, "{what}: {got} instead of {expected}, off by {gap:e}");
}

/// `etm check two_states.toml --json` with keys overridden.
fn two_states(sets: &[&str]) -> Value {
    json(&with_sets(&["check", &example("two_states.toml"), "--json"], sets))
}

/// The words of a two-column text, without line breaks and indentation.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

mod report {
    use super::*;

    #[test]
    fn says_everything_about_two_states() {
        let shown = text(&["check", &example("two_states.toml")]);
        says(
            &shown,
            &[
                "two_states.toml: not a spot auction at maturity",
                "\nClaims",
                "\nWhen the holder sells, ETH",
                "\nTheorems",
                "\nWhy",
            ],
        );
        let shown = flat(&shown);
        says(
            &shown,
            &[
                // The claims.
                "sold in slot T FAILS gap 0.2 (probability) witness: slot 1, prize 2: 1.33333 against 1.035",
                "exercised at once holds gap 0 (probability)",
                "same revenue FAILS gap 0.0537 ETH (8.54 %) witness: slot 0, prize 1: 0.6288 against 0.5751",
                "same winner and slot FAILS gap 0.2 (probability) witness: slot 0, prize 1, cost 0.5: 0.8 against 1",
                "same bids FAILS gap 0.3",
                // The table.
                "holder buyers welfare sold winner's cost",
                "early: slot 0 0.602534",
                "best time 0.6288 0.1896 0.8184 84.0%",
                "late: slot T 0.5751",
                "spot, at its best time 0.6288",
                "from 0.015552 (slot 1) to 0.0537 (slot 2) ETH",
                // The theorems.
                "T1 does not apply; it would need: no reserve price",
                "T2 does not apply; it would need: early exercise is worthless",
                "T3 does not apply; it would need: the winner pays a cost of taking part; early exercise is worthless",
                "T4 does not apply; it would need: the prize never falls by more than its carry (drift condition)",
                "T5 applies, holds",
                // Why.
                "auctions the ticket before the last slot with probability 20.0 %",
                "would cost her 0.0537 ETH, 8.54 % of her value",
                "With no reserve",
                "If the ticket could be exercised at maturity only she would wait for the last slot",
                "If the prize stayed where it is",
                "With twice as many buyers",
                "this force drives the answer",
            ],
        );
    }

    #[test]
    fn says_everything_about_the_week() {
        let shown = text(&["check", &example("mev_boost_week.toml")]);
        for line in ["sold in slot T", "same revenue", "same winner and slot", "same bids"] {
            let row = shown
                .lines()
                .find(|row| row.trim_start().starts_with(line))
                .expect("a row");
            says(row, &["FAILS", "gap"]);
        }
        for part in [
            "exercised at once",
            "early: slot 0",
            "best time",
            "late: slot T",
            "spot, at its best time",
        ] {
            says(&shown, &[part]);
        }
        for theorem in THEOREMS {
            assert!(
                shown.lines().any(|row| row.trim_start().starts_with(theorem)),
                "no {theorem} in\n{shown}"
            );
        }
        assert!(
            shown
                .lines()
                .all(|row| row.chars().count() <= 160 && row == row.trim_end()),
            "{shown}"
        );
        says(
            &flat(&shown),
            &["Why The holder auctions the ticket before the last slot"],
        );
    }

    #[test]
    fn ends_well_whatever_the_verdict() {
        for name in ["two_states.toml", "theorems/t2_holds.toml", "theorems/t1_tie.toml"] {
            let assert = etm(&["check", &example(name)]).success();
            assert!(assert.get_output().stderr.is_empty());
        }
    }

    #[test]
    fn is_the_same_every_time() {
        let run = || text(&["check", &example("epoch.toml"), "--json"]);
        assert_eq!(run(), run());
    }
}

mod object {
    use super::*;

    #[test]
    fn has_the_keys_of_the_interface() {
        for name in [
            "two_states.toml",
            "epoch.toml",
            "theorems/t2_tie.toml",
            "theorems/s6_own_cost.toml",
        ] {
            let object = json(&["check", &example(name), "--json"]);
            assert_eq!(
                keys(&object)[..5],
                ["claims", "theorems", "equivalent", "indifferent", "why"],
                "{name}"
            );
            let names = |list: &Value| -> Vec<String> {
                let list = list.as_array().expect("a list");
                list.iter()
                    .map(|one| one["name"].as_str().expect("a name").to_owned())
                    .collect()
            };
            assert_eq!(names(&object["claims"]), CLAIMS);
            assert_eq!(names(&object["theorems"]), THEOREMS);
            for claim in object["claims"].as_array().expect("claims") {
                let keys: BTreeSet<&str> = keys(claim).into_iter().collect();
                assert!(
                    ["name", "holds", "gap", "witness"].iter().all(|key| keys.contains(key)),
                    "{claim}"
                );
                assert!(claim["holds"].is_boolean() || claim["holds"].is_null());
                assert!(claim["gap"].is_number() || (claim["gap"].is_null() && claim["holds"].is_null()));
                if let Some(witness) = claim["witness"].as_object() {
                    let keys: Vec<&str> = witness.keys().map(String::as_str).collect();
                    assert_eq!(keys[..3], ["slot", "prize", "cost"], "{claim}");
                    assert_eq!(claim["holds"], false);
                }
            }
            for theorem in object["theorems"].as_array().expect("theorems") {
                assert_eq!(keys(theorem)[..4], ["name", "applies", "holds", "gap"], "{theorem}");
                let applies = theorem["applies"].as_bool().expect("a verdict");
                assert_eq!(
                    theorem["holds"],
                    if applies { value!(true) } else { Value::Null },
                    "{theorem}"
                );
                assert_eq!(theorem["gap"].is_null(), !applies, "{theorem}");
                assert_eq!(
                    theorem["fails"].as_array().expect("a list").is_empty(),
                    applies,
                    "{theorem}"
                );
            }
            assert!(object["equivalent"].is_boolean() && object["indifferent"].is_boolean());
            assert!(
                object["why"]
                    .as_str()
                    .is_some_and(|why| why.len() > 40 && why.ends_with('.'))
            );
        }
    }

    /// Two states, both buyers uniform on [0, 1]: the virtual cost is 2θ and the lowest cost has density 2(1 − θ).
    #[test]
    fn has_witnesses_that_can_be_checked_by_hand() {
        let object = two_states(&[]);
        // Slot 1, prize 2: every type uses the ticket at once, ∫(2 − 2θ) 2(1 − θ) dθ = 4/3. In slot 2 prize 1 brings
        // ∫ up to 1/2 of (1 − 2θ) 2(1 − θ) = 5/12; waiting is worth 0.9 (0.8 · 4/3 + 0.2 · 5/12) = 1.035.
        let timing = &named(&object["claims"], "timing")["witness"];
        assert_eq!(
            (&timing["slot"], &timing["prize"], &timing["cost"]),
            (&value!(1), &value!(2.0), &Value::Null)
        );
        near("selling", number(timing, "ticket"), 4.0 / 3.0, 1e-12);
        near("waiting", number(timing, "spot"), 1.035, 1e-12);
        near("timing", number(named(&object["claims"], "timing"), "gap"), 0.2, 1e-12);
        // 0.9 (0.2 · 4/3 + 0.8 · 0.9 (0.8 · 5/12 + 0.2 · 4/3)); slot 2 is at prize 1 with probability 0.68.
        let revenue = named(&object["claims"], "revenue");
        near("ticket", number(&revenue["witness"], "ticket"), 0.6288, 1e-12);
        near(
            "spot",
            number(&revenue["witness"], "spot"),
            0.81 * (0.68 * 5.0 / 12.0 + 0.32 * 4.0 / 3.0),
            1e-12,
        );
        near("revenue", number(revenue, "gap"), 0.0537, 1e-12);
        near("revenue", number(revenue, "relative_gap"), 0.0537 / 0.6288, 1e-12);
        // Whoever buys in slot 1 would exercise in slot 2 after a spot auction, or not at all.
        near(
            "allocation",
            number(named(&object["claims"], "allocation"), "gap"),
            0.2,
            1e-12,
        );
        // At prize 2 all take part: β = 2 − θ − ∫_θ^1 (1 − x) dx/(1 − θ) = (3 − θ)/2. At prize 1 the cutoff and the
        // reserve are 1/2: β = 1 − θ − ∫_θ^½ (1 − x) dx/(1 − θ).
        let bids = named(&object["claims"], "bids");
        let witness = &bids["witness"];
        assert_eq!((&witness["slot"], &witness["prize"]), (&value!(1), &value!(2.0)));
        let distance = |cost: f64| {
            let low = if cost < 0.5 - 1e-9 {
                1.0 - cost - ((0.5 - cost) - (0.25 - cost * cost) / 2.0) / (1.0 - cost)
            } else {
                0.0
            };
            let high = (3.0 - cost) / 2.0;
            (high, 0.9 * (0.8 * high + 0.2 * low))
        };
        let cost = number(witness, "cost");
        let (ticket, spot) = distance(cost);
        near("bid", number(witness, "ticket"), ticket, 1e-12);
        near("spot bid", number(witness, "spot"), spot, 1e-12);
        near("bids", number(bids, "gap"), ticket - spot, 1e-12);
        // The supremum is approached just above 1/2, where prize 1 no longer brings a bid.
        let (ticket, spot) = distance(0.5 + 1e-12);
        near("supremum", number(bids, "gap"), ticket - spot, 0.03);
        assert!(number(bids, "gap") <= ticket - spot + 1e-9);
    }

    #[test]
    fn has_the_other_dates() {
        let object = two_states(&[]);
        let slots = object["fixed_slots"].as_array().expect("a list");
        for (slot, expected) in slots.iter().zip([0.602_533_746_691_871, 0.613_248, 0.5751]) {
            near("fixed slot", number(slot, "value"), expected, 1e-12);
            near("regret", number(slot, "regret"), 0.6288 - expected, 1e-12);
        }
        let policies = &object["policies"];
        for (name, holder) in [
            ("early", 0.602_533_746_691_871),
            ("best", 0.6288),
            ("late", 0.5751),
            ("spot", 0.6288),
        ] {
            let policy = named(policies, name);
            near(name, number(policy, "holder"), holder, 1e-12);
            let welfare = number(policy, "holder") + number(policy, "buyers");
            near(name, number(policy, "welfare"), welfare, 1e-12);
        }
        near("buyers", number(named(policies, "best"), "buyers"), 0.1896, 1e-12);
        // Everybody uses the ticket in the slot of the sale: the spot auction at its best time is the same.
        near("sold", number(named(policies, "spot"), "sold"), 0.84, 1e-12);
        let names: Vec<&str> = object["forces"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|force| force["name"].as_str().expect("a name"))
            .collect();
        assert_eq!(names, ["reserve", "early_exercise", "prize_moves", "competition"]);
    }
}

mod participation {
    use super::*;

    fn report(payer: &str, sets: &[&str]) -> (Value, String) {
        let file = example(&format!("participation_{payer}.toml"));
        let shown = text(&with_sets(&["check", &file], sets));
        assert!(!shown.contains("NaN") && !shown.contains("inf "), "{shown}");
        (json(&with_sets(&["check", &file, "--json"], sets)), flat(&shown))
    }

    /// T1, T2, T4 and T5 are about free participation, T3 about a winner who pays.
    #[test]
    fn theorems_know_who_pays() {
        for payer in ["winner", "before", "after"] {
            let (object, shown) = report(payer, &["ticket.exercise=at_maturity"]);
            for theorem in object["theorems"].as_array().expect("theorems") {
                let applies = theorem["applies"] == true;
                assert_eq!(
                    applies,
                    payer == "winner" && theorem["name"] == "T3",
                    "{payer}: {theorem}"
                );
            }
            says(&shown, &["taking part is free"]);
            let force = named(&object["forces"], "participation_cost");
            // Free, the market is one of theorem 1.
            assert_eq!(force["without"], "if taking part were free");
            assert!(number(force, "seller_value") > number(named(&object["policies"], "best"), "holder"));
        }
    }

    #[test]
    fn entry_by_lot_has_no_same_winner() {
        let (object, shown) = report("after", &[]);
        let claim = named(&object["claims"], "allocation");
        assert!(claim["holds"].is_null() && claim["gap"].is_null(), "{claim}");
        says(
            &shown,
            &[
                "same winner and slot – buyers enter by lot, anew at each date",
                "Mind buyers enter by lot: equilibria in which some come for sure and others never may coexist",
                "If taking part were free",
            ],
        );
    }

    /// Words for readers, on stderr beside data.
    #[test]
    fn equilibria_that_may_coexist_are_told() {
        let before = example("participation_before.toml");
        for command in ["solve", "check"] {
            let told = "the symmetric one was computed";
            assert!(flat(&text(&[command, &before])).contains(told));
            let data = etm(&[command, &before, "--json"]).success();
            assert!(stderr(&data).contains(&format!("{told}\n")), "{}", stderr(&data));
            let winner = example("participation_winner.toml");
            assert!(!flat(&text(&[command, &winner])).contains(told));
            assert!(stderr(&etm(&[command, &winner, "--json"]).success()).is_empty());
        }
    }

    #[test]
    fn nobody_comes_when_coming_costs_too_much() {
        for payer in ["winner", "before", "after"] {
            let (object, shown) = report(payer, &["participation.cost=9"]);
            assert_eq!(object["equivalent"], Value::Null);
            says(
                &shown,
                &["taking part costs 9 ETH, and nobody gains by it at the price the holder asks"],
            );
            let figures = json(&[
                "solve",
                &example(&format!("participation_{payer}.toml")),
                "--json",
                "--set",
                "participation.cost=9",
            ]);
            for key in [
                "seller_value",
                "sold_probability",
                "participation_cost_burned",
                "welfare",
            ] {
                assert_eq!(number(&figures, key), 0.0, "{payer} {key}");
            }
            assert!(figures["expected_sale_slot"].is_null() && figures["expected_winner_cost"].is_null());
        }
    }

    #[test]
    fn the_summary_says_who_comes_and_what_it_costs() {
        let shown = |payer: &str| flat(&text(&["solve", &example(&format!("participation_{payer}.toml"))]));
        says(
            &shown("before"),
            &[
                "and 0.08 ETH from all who come, knowing their costs",
                "spent on taking part 0.12715",
                "welfare (holder and buyers) 0.723704",
                "efficient use – not known where participants pay",
                "first sales, in slot 1 (at prize 1.6): costs up to 0.572932 ETH take part, 57.3 % of the buyers",
            ],
        );
        says(
            &shown("after"),
            &[
                "and 0.08 ETH from all who come, before they know their costs",
                "buyers' surplus 0 ",
                "each buyer enters with probability 81.0 %, and bids whatever her cost",
            ],
        );
        says(
            &shown("winner"),
            &["and 0.08 ETH from the winner", "every buyer takes part"],
        );
    }

    #[test]
    fn along_the_cost_of_taking_part() {
        let file = example("participation_before.toml");
        let shown = text(&[
            "check",
            &file,
            "--over",
            "participation.cost=0:0.2:3",
            "--set",
            "ticket.maturity=2",
        ]);
        says(&shown, &["participation.cost"]);
    }
}

mod corners {
    use super::*;

    /// The report in both forms.
    fn both(sets: &[&str]) -> (Value, String) {
        let shown = text(&with_sets(&["check", &example("two_states.toml")], sets));
        assert!(!shown.contains("NaN") && !shown.contains("inf "), "{shown}");
        (two_states(sets), shown)
    }

    #[test]
    fn without_a_sale_there_is_nothing_to_judge() {
        let (object, shown) = both(&["auction.reserve=9"]);
        for claim in object["claims"].as_array().expect("claims") {
            assert!(
                claim["holds"].is_null() && claim["gap"].is_null() && claim["witness"].is_null(),
                "{claim}"
            );
            assert!(
                claim["note"].as_str().is_some_and(|note| note.contains("never sold")),
                "{claim}"
            );
        }
        assert!(object["equivalent"].is_null());
        assert_eq!(object["indifferent"], false);
        says(&shown, &["no sale, so the conjecture has no content", "never sold"]);
    }

    #[test]
    fn one_slot_is_a_spot_auction() {
        for reserve in ["none", "optimal", "0.3"] {
            let set = format!("auction.reserve={reserve}");
            let (object, shown) = both(&["ticket.maturity=0", &set]);
            for claim in CLAIMS {
                assert_eq!(named(&object["claims"], claim)["holds"], true, "{claim}");
            }
            assert_eq!(object["equivalent"], true);
            says(&shown, &["equivalent to a spot auction at maturity", "one slot"]);
        }
    }

    #[test]
    fn one_buyer_pays_nothing_without_a_reserve() {
        let (object, shown) = both(&["buyers.count=1", "auction.reserve=none"]);
        // Nothing is earned at any date: revenue and bids agree, whatever is done.
        for claim in ["revenue", "bids"] {
            let claim = named(&object["claims"], claim);
            assert_eq!(
                (&claim["holds"], &claim["relative_gap"]),
                (&value!(true), &Value::Null),
                "{claim}"
            );
        }
        assert_eq!(object["indifferent"], false);
        says(&shown, &["same revenue           holds  gap 0 ETH\n"]);
        let (object, _) = both(&["buyers.count=1"]);
        assert_eq!(object["equivalent"], false);
    }

    #[test]
    fn what_is_not_defined_is_null_with_a_note() {
        for (sets, note) in [
            (&["holder.own_cost=0.3"][..], "own_cost"),
            (&["ticket.exercise=lottery", "ticket.draw_probability=0.2"], "lottery"),
            (&["holder.sale=until_sold", "holder.pool=fresh"], "new buyers"),
        ] {
            let (object, shown) = both(sets);
            let claim = named(&object["claims"], "allocation");
            assert!(claim["holds"].is_null() && claim["gap"].is_null(), "{claim}");
            assert!(
                claim["note"].as_str().is_some_and(|words| words.contains(note)),
                "{claim}"
            );
            says(&shown, &[claim["note"].as_str().expect("a note")]);
            for name in ["timing", "immediate_exercise", "revenue", "bids"] {
                assert!(named(&object["claims"], name)["holds"].is_boolean(), "{sets:?}: {name}");
            }
        }
    }

    #[test]
    fn lottery_tickets_are_drawn_only_sometimes() {
        let sets = [
            "ticket.exercise=lottery",
            "ticket.draw_probability=0.2",
            "auction.reserve=none",
        ];
        let object = two_states(&sets);
        // Selling at once is optimal; its winner is drawn at once with probability 0.2, and uses what is drawn.
        near(
            "immediate",
            number(named(&object["claims"], "immediate_exercise"), "gap"),
            0.8,
            1e-12,
        );
        assert_eq!(named(&object["theorems"], "T1")["holds"], true);
        near("timing", number(named(&object["claims"], "timing"), "gap"), 1.0, 1e-12);
    }

    #[test]
    fn bad_markets_are_refused() {
        says(
            &refused(&["check", &example("two_states.toml"), "--set", "buyers.count=0"]),
            &["buyers.count"],
        );
        refused(&["check", "no_such_file.toml"]);
        refused(&["check"]);
    }
}

mod over {
    use super::*;

    fn along(over: &[&str], sets: &[&str]) -> Value {
        let path = example("two_states.toml");
        let mut args = vec!["check", &path, "--json"];
        for axis in over {
            args.extend(["--over", axis]);
        }
        json(&with_sets(&args, sets))
    }

    fn flips<'a>(object: &'a Value, claim: &str) -> Vec<&'a Value> {
        let all = object["flips"].as_array().expect("flips");
        all.iter().filter(|flip| flip["claim"] == claim).collect()
    }

    fn root(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if (f(middle) > 0.0) == (f(low) > 0.0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }

    /// The holder sells in slot 0, to buyers who keep the ticket, when their patience makes that worth 0.6288. For
    /// d = δ_b near 0.92 nobody uses the ticket at prize 1 and everybody does at prize 2: V_1(θ, 1) = d(1.2 − θ),
    /// V_1(θ, 2) = 2 − θ, so that V_0(θ, 1) = a − bθ with a = d(0.96 d + 0.4), b = d(0.8 d + 0.2), and the best cutoff
    /// a/(2b) earns ∫(a − 2bθ) 2(1 − θ) dθ = a²/(2b) − a³/(12 b²).
    fn threshold() -> f64 {
        let excess = |d: f64| {
            let (a, b) = (d * (0.96 * d + 0.4), d * (0.8 * d + 0.2));
            a * a / (2.0 * b) - a.powi(3) / (12.0 * b * b) - 0.6288
        };
        root(excess, 0.85, 1.0)
    }

    #[test]
    fn a_threshold_is_the_one_by_hand() {
        let exact = threshold();
        near("by hand", exact, 0.924_063, 1e-6);
        let object = along(&["buyers.discount_factor=0.7:1:7"], &[]);
        let points = object["points"].as_array().expect("points");
        assert_eq!(points.len(), 7);
        for (k, point) in points.iter().enumerate() {
            near(
                "point",
                number(&point["settings"], "buyers.discount_factor"),
                0.7 + 0.05 * k as f64,
                1e-15,
            );
            let patient = k >= 5;
            assert_eq!(point["claims"]["immediate_exercise"], !patient, "{point}");
            assert_eq!(point["claims"]["timing"], false);
            assert!(point["error"].is_null());
            near("spot", number(point, "spot_at_maturity_value"), 0.5751, 1e-12);
            if !patient {
                near("holder", number(point, "seller_value"), 0.6288, 1e-12);
            }
            assert_eq!(keys(&point["claims"]), CLAIMS);
        }
        assert_eq!(object["flips"].as_array().expect("flips").len(), 1);
        let flip = flips(&object, "immediate_exercise")[0];
        let (low, high) = (number(flip, "low"), number(flip, "high"));
        assert!(
            low <= exact + 1e-9 && exact - 1e-9 <= high && high - low <= 1e-6,
            "{low} {exact} {high}"
        );
        assert_eq!((&flip["from"], &flip["to"]), (&value!(true), &value!(false)));
        assert_eq!(flip["key"], "buyers.discount_factor");
        let shown = text(&[
            "check",
            &example("two_states.toml"),
            "--over",
            "buyers.discount_factor=0.7:1:7",
        ]);
        says(
            &shown,
            &[
                "immediate exercise: holds up to buyers.discount_factor = 0.92406",
                "fails from 0.92406",
            ],
        );
        assert_eq!(shown.lines().filter(|row| row.contains("timing fails")).count(), 7);
    }

    /// Downwards, the bracket lies the other way round.
    #[test]
    fn a_falling_axis_finds_the_same_threshold() {
        let object = along(&["buyers.discount_factor=1:0.7:7"], &[]);
        let flip = flips(&object, "immediate_exercise")[0];
        let (low, high) = (number(flip, "low"), number(flip, "high"));
        assert!(high <= threshold() + 1e-9 && threshold() - 1e-9 <= low && low - high <= 1e-6);
        assert_eq!((&flip["from"], &flip["to"]), (&value!(false), &value!(true)));
    }

    /// With T = 1 selling now earns d ∫(1.2 − 2θ) 2(1 − θ) dθ = 0.576 d against 0.54: the threshold is 0.9375, and
    /// all claims but those at T = 0 flip there.
    #[test]
    fn two_axes_give_a_threshold_a_line() {
        let object = along(&["buyers.discount_factor=0.7:1:4", "ticket.maturity=0:2:3"], &[]);
        let points = object["points"].as_array().expect("points");
        assert_eq!(points.len(), 12);
        let distinct: BTreeSet<String> = points.iter().map(|point| point["settings"].to_string()).collect();
        assert_eq!(distinct.len(), 12);
        assert!(points.iter().all(|point| keys(&point["settings"]).len() == 2));
        let exact = [None, Some(0.9375), Some(threshold())];
        let found = flips(&object, "immediate_exercise");
        assert_eq!(found.len(), 2);
        for flip in found {
            let maturity = number(&flip["fixed"], "ticket.maturity") as usize;
            let exact = exact[maturity].expect("no threshold with one slot");
            assert!(
                number(flip, "low") <= exact + 1e-9 && exact - 1e-9 <= number(flip, "high"),
                "{flip}"
            );
            assert!(number(flip, "high") - number(flip, "low") <= 1e-6, "{flip}");
        }
        assert_eq!(flips(&object, "equivalent").len(), 1);
        assert!(
            points[..4].iter().all(|point| point["equivalent"] == true),
            "one slot is a spot auction"
        );
    }

    #[test]
    fn whole_numbers_are_swept_as_such() {
        let object = along(&["buyers.count=1:9:5"], &[]);
        let points = object["points"].as_array().expect("points");
        let counts: Vec<f64> = points
            .iter()
            .map(|point| number(&point["settings"], "buyers.count"))
            .collect();
        assert_eq!(counts, [1.0, 3.0, 5.0, 7.0, 9.0]);
        assert!(points.iter().all(|point| point["error"].is_null()));
        let values: Vec<f64> = points.iter().map(|point| number(point, "seller_value")).collect();
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "{values:?}");
        let alone = json(&[
            "check",
            &example("two_states.toml"),
            "--json",
            "--set",
            "buyers.count=5",
        ]);
        near(
            "as by --set",
            values[2],
            number(named(&alone["policies"], "best"), "holder"),
            0.0,
        );
    }

    /// Between whole numbers there is no market: the bracket is two neighbours.
    #[test]
    fn a_threshold_in_whole_numbers_is_between_neighbours() {
        let object = along(&["ticket.maturity=0:12:4"], &[]);
        let flip = flips(&object, "timing")[0];
        let (low, high) = (number(flip, "low"), number(flip, "high"));
        assert_eq!((low, high), (1.0, 2.0), "{flip}");
        for (maturity, holds) in [("1", true), ("2", false)] {
            let set = format!("ticket.maturity={maturity}");
            assert_eq!(named(&two_states(&[&set])["claims"], "timing")["holds"], holds);
        }
    }

    #[test]
    fn points_that_make_no_market_are_reported_each() {
        let object = along(&["holder.discount_factor=0.5:1.25:4"], &[]);
        let points = object["points"].as_array().expect("points");
        let errors: Vec<bool> = points.iter().map(|point| point["error"].is_string()).collect();
        assert_eq!(errors, [false, false, false, true]);
        let last = &points[3];
        says(
            last["error"].as_str().expect("words"),
            &["holder.discount_factor", "1.25"],
        );
        assert!(last["seller_value"].is_null() && last["equivalent"].is_null());
        let shown = text(&[
            "check",
            &example("two_states.toml"),
            "--over",
            "holder.discount_factor=0.5:1.25:4",
        ]);
        says(&shown, &["holder.discount_factor = 1.25: cannot be solved: "]);
        assert_eq!(shown.matches("cannot be solved").count(), 1);
    }

    #[test]
    fn a_range_without_a_change_says_so() {
        let shown = text(&[
            "check",
            &example("two_states.toml"),
            "--over",
            "holder.discount_factor=0.8:0.9:3",
        ]);
        says(&shown, &["no verdict changes on this range"]);
    }

    #[test]
    fn bad_ranges_are_taught() {
        let path = example("two_states.toml");
        for (range, problem) in [
            ("buyers.count", "there is no \"=\""),
            ("buyers.count=1:2", "not a:b:n"),
            ("buyers.count=1:2:3:4", "not a:b:n"),
            ("buyers.count=1:2:1", "out of range"),
            ("buyers.count=1:2:0", "out of range"),
            ("buyers.count=1:2:100001", "out of range"),
            ("buyers.count=1:2:-3", "not a whole number"),
            ("buyers.count=1:2:2.5", "not a whole number"),
            ("buyers.count=nan:2:3", "not a finite number"),
            ("buyers.count=1:inf:3", "not a finite number"),
            ("buyers.count=one:2:3", "not a finite number"),
            ("", "there is no \"=\""),
        ] {
            let said = refused(&["check", &path, "--over", range]);
            says(
                &said,
                &[
                    "error: --over",
                    range,
                    problem,
                    "KEY=a:b:n",
                    "holder.discount_factor=0.9:1:11",
                ],
            );
        }
        let three = [
            "check",
            &path,
            "--over",
            "buyers.count=1:3:3",
            "--over",
            "ticket.maturity=1:3:3",
            "--over",
            "holder.discount_factor=0.8:0.9:2",
        ];
        says(&refused(&three), &["--over is given 3 times", "one or two"]);
        let said = refused(&["check", &path, "--over", "buyers.cuont=1:3:3"]);
        says(&said, &["buyers.cuont", "did you mean buyers.count?"]);
        let said = refused(&["check", &path, "--over", "=1:3:3"]);
        says(&said, &["error:"]);
        // A value that is no number anywhere.
        refused(&["check", &path, "--over", "auction.format=1:3:3"]);
        // The market must be right without the axis.
        says(
            &refused(&[
                "check",
                &path,
                "--set",
                "buyers.count=0",
                "--over",
                "ticket.maturity=1:3:3",
            ]),
            &["buyers.count"],
        );
    }
}

/// A market with a continuous prize and its report.
fn continuous_report(sets: &[&str]) -> Value {
    json(&with_sets(&["check", &continuous(), "--json"], sets))
}

#[test]
fn continuous_prizes_are_judged() {
    let report = continuous_report(&[]);
    for name in ["timing", "immediate_exercise", "revenue", "allocation", "bids"] {
        assert_eq!(named(&report["claims"], name)["holds"], false, "{name}");
    }
    let report = continuous_report(&["ticket.exercise=at_maturity"]);
    for name in ["timing", "immediate_exercise", "revenue", "allocation", "bids"] {
        assert_eq!(named(&report["claims"], name)["holds"], true, "{name}");
    }
    // A reserve price and an early sale: said, not guessed.
    let report = continuous_report(&["auction.reserve=0.4"]);
    let allocation = named(&report["claims"], "allocation");
    assert!(
        allocation["holds"].is_null() && allocation["note"].is_string(),
        "{allocation}"
    );
}

/// The expected bid of slot T by a sum over many prizes of it.
#[test]
fn the_distance_of_bids_at_a_continuous_prize() {
    let report = continuous_report(&[]);
    let witness = &named(&report["claims"], "bids")["witness"];
    let (prize, cost) = (number(witness, "prize"), number(witness, "cost"));
    let slot = witness["slot"].as_u64().expect("a slot") as usize;
    let market = etm::spec::load(std::path::Path::new(&continuous()), &[] as &[&str])
        .unwrap_or_else(|faults| panic!("{faults}"))
        .market;
    let equilibrium = etm_solver::solve(&market, &etm_solver::Settings::default()).expect("a solution");
    let bid = |slot: usize, prize: f64| {
        let types = equilibrium.bids(&market, slot, prize, &[cost]).expect("bids");
        types[0].bid.map_or(0.0, |bid| bid.bid)
    };
    let left = 5 - slot;
    let (mut mean, mut variance) = (prize.ln(), 0.0_f64);
    for _ in 0..left {
        (mean, variance) = (0.95 * mean, 0.95 * 0.95 * variance + 0.15 * 0.15);
    }
    let step = 0.1;
    let expected: f64 = (-70..=70)
        .map(|k| {
            let z = step * f64::from(k);
            let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
            step * density * bid(5, (mean + variance.sqrt() * z).exp())
        })
        .sum();
    let spot = 0.97_f64.powf(left as f64) * expected;
    assert!((number(witness, "spot") - spot).abs() < 1e-6, "{witness} {spot}");
    assert!((number(witness, "ticket") - bid(slot, prize)).abs() < 1e-9, "{witness}");
}

#[test]
fn theorems_apply_to_continuous_prizes() {
    let rising = "prize={ geometric_brownian = { initial = 1.0, drift = 0.05, volatility = 0.2 } }";
    let winner_pays = "participation={ cost = 0.05, payer = \"winner\" }";
    let cases: [(&[&str], &[&str]); 3] = [
        (
            &["auction.reserve=optimal", "buyers.discount_factor=0.99"],
            &["T2", "T4", "T5"],
        ),
        (&["buyers.discount_factor=0.99"], &["T1", "T5"]),
        (&[winner_pays, "buyers.discount_factor=0.98"], &["T3"]),
    ];
    for (sets, names) in cases {
        let report = continuous_report(&[&[rising], sets].concat());
        let theorems = report["theorems"].as_array().expect("theorems");
        let applying: Vec<&str> = theorems
            .iter()
            .filter(|theorem| theorem["applies"] == true)
            .map(|theorem| theorem["name"].as_str().expect("a name"))
            .collect();
        assert_eq!(applying, names, "{sets:?}");
        assert!(theorems.iter().all(|theorem| theorem["holds"] != false));
    }
}
