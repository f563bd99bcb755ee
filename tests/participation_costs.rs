//! Costs of taking part paid by every participant: known answers, the brute force, limits, and play.

mod brute;
mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};

use brute::holder::Solution;
use brute::market::{Entry, Reserve};
use brute::{BruteMarket, BruteResult, Figure, random_market};
use common::{Solved, agree, near, solved};
use etm_solver::simulate::{Deviation, Script};
use etm_solver::{Settings, asymmetric_equilibria_possible, conjecture};

const TOLERANCE: f64 = 1e-9;
const MODES: [&str; 2] = ["before", "after"];

/// One auction of a prize among buyers.
fn single(prize: f64, buyers: &str, reserve: &str, cost: f64, learns: &str) -> String {
    format!(
        "[ticket]\nmaturity = 0\n[prize.constant]\nvalue = {prize:?}\n[buyers]\n{buyers}\n\
         [participation]\ncost = {cost:?}\npayer = \"participant\"\nlearns_cost = \"{learns}\"\n\
         [auction]\nreserve = {reserve}\n[holder]\ndiscount_factor = 0.9\n"
    )
}

const UNIFORM: &str = "cost.uniform = { lower = 0.0, upper = 1.0 }";

/// The text of a random market with another participation rule.
fn with_participation(text: &str, rule: &str) -> String {
    let mut kept = String::new();
    let mut skipping = false;
    for line in text.lines() {
        if line.starts_with('[') {
            skipping = line == "[participation]";
        }
        if !skipping {
            kept += line;
            kept.push('\n');
        }
    }
    kept + rule
}

fn paid_by_participants(seed: u64, learns: &str) -> String {
    let cost = [0.003, 0.02, 0.05, 0.11, 0.3][(seed % 5) as usize];
    let rule = format!("\n[participation]\ncost = {cost:?}\npayer = \"participant\"\nlearns_cost = \"{learns}\"\n");
    with_participation(&random_market(seed).0, &rule)
}

fn panics(run: impl FnOnce()) -> Option<String> {
    let fault = catch_unwind(AssertUnwindSafe(run)).err()?;
    Some(fault.downcast_ref::<String>().cloned().unwrap_or_default())
}

/// Where the symmetric equilibrium need not be the only one: where the law of values is not concave above the price.
#[test]
fn asymmetric_equilibria_are_possible_where_values_are_convex() {
    let beta = "cost.beta = { alpha = 1.0, beta = 5.0, lower = 0.0, upper = 1.0 }";
    let rising = "cost.power = { exponent = 2.0, lower = 0.0, upper = 1.0 }";
    let hump = "cost.truncated_normal = { mean = 0.5, sd = 0.1, lower = 0.0, upper = 1.0 }";
    let cases = [
        // Values uniform on [0, 1], and on [1, 2]: one buyer may then always come.
        (1.0, "count = 2", UNIFORM, "\"none\"", 0.2, "before", false),
        (2.0, "count = 2", UNIFORM, "\"none\"", 0.5, "before", true),
        (2.0, "count = 2", UNIFORM, "1.0", 0.2, "before", false),
        (1.0, "count = 2", rising, "\"none\"", 0.2, "before", false),
        (1.0, "count = 2", beta, "\"none\"", 0.3, "before", true),
        (1.0, "count = 2", hump, "\"none\"", 0.2, "before", true),
        // Only types with costs up to 0.4 are worth the price, and among them the density rises.
        (1.0, "count = 2", hump, "0.6", 0.2, "before", false),
        (1.0, "count = 1", beta, "\"none\"", 0.3, "before", false),
        (
            1.0,
            "count.poisson = { mean = 2.0 }",
            beta,
            "\"none\"",
            0.3,
            "before",
            false,
        ),
        (
            1.0,
            "count.binomial = { trials = 2, probability = 0.9 }",
            beta,
            "\"none\"",
            0.3,
            "before",
            true,
        ),
        // Everybody comes, whoever else does.
        (
            2.0,
            "count.binomial = { trials = 2, probability = 0.5 }",
            UNIFORM,
            "\"none\"",
            0.1,
            "before",
            false,
        ),
        // Nobody does.
        (1.0, "count = 2", beta, "\"none\"", 1.5, "before", false),
        (1.0, "count = 2", UNIFORM, "\"none\"", 0.2, "after", true),
        (1.0, "count = 2", UNIFORM, "\"none\"", 0.1, "after", false),
        (1.0, "count = 2", UNIFORM, "\"none\"", 0.7, "after", false),
        (1.0, "count = 1", UNIFORM, "\"none\"", 0.2, "after", false),
    ];
    for (prize, count, law, reserve, cost, learns, expected) in cases {
        let text = single(prize, &format!("{count}\n{law}"), reserve, cost, learns);
        let solved = solved(&text);
        let possible = asymmetric_equilibria_possible(&solved.market, &solved.equilibrium).expect("a verdict");
        assert_eq!(possible, expected, "{text}");
        let winner = text.replace(&format!("participant\"\nlearns_cost = \"{learns}"), "winner");
        let paid = common::solved(&winner);
        assert!(!asymmetric_equilibria_possible(&paid.market, &paid.equilibrium).expect("a verdict"));
    }
}

/// Two buyers with values uniform on [1, 2], K = 0.5, in a second-price auction: one who always comes and one who never
/// does have nothing to gain, as the theory page says.
#[test]
fn one_always_comes_and_the_other_never() {
    // The absent one, with value v, would gain E(v − v₁)⁺ − K, at most at v = 2.
    let gain_of_absent = 0.5 * (2.0_f64 - 1.0).powi(2) - 0.5;
    // The present one pays nothing; her gain is least at v = 1.
    let gain_of_present: f64 = 1.0 - 0.5;
    assert!(gain_of_absent <= 0.0 && gain_of_present >= 0.0);
    let text = single(2.0, &format!("count = 2\n{UNIFORM}"), "\"none\"", 0.5, "before");
    let cutoff = solved(&text).start().auction.participation_cutoff.expect("somebody");
    // The symmetric one: (2 − θ)(1 − θ) = 0.5.
    near("cutoff", (2.0 - cutoff) * (1.0 - cutoff), 0.5, 1e-13);
}

/// In slot T the ticket's auction is the spot auction, whoever enters; before it, others enter.
#[test]
fn a_ticket_sold_in_its_last_slot_goes_to_the_spot_auctions_winner() {
    let text = single(1.0, &format!("count = 2\n{UNIFORM}"), "\"none\"", 0.2, "after");
    let allocation = |text: &str| {
        let solved = solved(text);
        let (market, equilibrium) = (&solved.market, &solved.equilibrium);
        let report = conjecture::check(market, equilibrium, &solved.summary, &Settings::default()).expect("a report");
        let forces: Vec<&str> = conjecture::forces(market, &Settings::default())
            .expect("forces")
            .iter()
            .map(|force| force.name)
            .collect();
        assert!(forces.contains(&"participation_cost"), "{forces:?}");
        let claim = report.claims.into_iter().find(|claim| claim.name == "allocation");
        claim.expect("a claim")
    };
    let spot = allocation(&text);
    assert_eq!((spot.holds, spot.gap), (Some(true), Some(0.0)));
    // With a constant prize she sells at once.
    let early = allocation(&text.replace("maturity = 0", "maturity = 2"));
    assert_eq!((early.holds, early.gap), (None, None));
    assert!(early.note.expect("a reason").contains("by lot"));
    // All enter: the same buyers come at every date.
    let certain = allocation(
        &text
            .replace("maturity = 0", "maturity = 2")
            .replace("cost = 0.2", "cost = 0.01"),
    );
    assert!(certain.gap.is_some());
}

/// More competition need not help the holder when coming costs something.
#[test]
fn revenue_is_not_monotone_in_the_number_of_buyers() {
    let law = "cost.beta = { alpha = 1.0, beta = 5.0, lower = 0.0, upper = 1.0 }";
    for (n, revenue) in [(2, 0.35757), (3, 0.35952), (4, 0.35623)] {
        let text = single(1.0, &format!("count = {n}\n{law}"), "\"none\"", 0.3, "before");
        near(&text, solved(&text).summary.seller_value, revenue, 5e-6);
    }
}

#[test]
fn entry_before_knowing_with_an_optimal_reserve() {
    let buyers = format!("count = 2\n{UNIFORM}");
    let random = solved(&single(1.0, &buyers, "\"optimal\"", 0.2, "after"));
    near("revenue", random.summary.seller_value, 0.27, 1e-12);
    assert_eq!(random.start().auction.reserve_price, Some(0.0));
    near("e", random.start().auction.entry_probability.expect("e"), 0.9, 1e-13);
    let all = solved(&single(1.0, &buyers, "\"optimal\"", 0.1, "after"));
    // Everybody enters while x²/2 − x³/3 ≥ K.
    let reserve = all.start().auction.reserve_price.expect("a price");
    let cutoff = 1.0 - reserve;
    near("K", cutoff * cutoff / 2.0 - cutoff.powi(3) / 3.0, 0.1, 1e-14);
    near("revenue", all.summary.seller_value, 0.4125, 1e-4);
    assert_eq!(all.start().auction.entry_probability, Some(1.0));
    near("surplus", all.summary.buyers_surplus, 0.0, 1e-14);
    near("burned", all.summary.participation_cost_burned, 0.2, 1e-15);
    for market in [random, all] {
        assert!(market.equilibrium.certificate.verified);
    }
}

/// A cost of zero is no cost, to the last bit.
#[test]
fn a_cost_of_zero_is_free() {
    for seed in 0..30 {
        let free = solved(&with_participation(&random_market(seed).0, ""));
        for learns in MODES {
            let rule = format!("\n[participation]\ncost = 0\npayer = \"participant\"\nlearns_cost = \"{learns}\"\n");
            let zero = solved(&with_participation(&random_market(seed).0, &rule));
            assert_eq!(zero.figures, free.figures, "seed {seed}, {learns}");
            let entry = zero.start().auction.entry_probability;
            assert_eq!(entry, (learns == "after").then_some(1.0));
        }
    }
}

/// Who cannot even gain the cost of coming stays away: no sale, and that is the equilibrium.
#[test]
fn nobody_comes_when_coming_costs_too_much() {
    for reserve in ["\"none\"", "\"optimal\"", "0.1"] {
        for buyers in ["count = 2", "count = 1", "count.poisson = { mean = 2.0 }"] {
            for (learns, least) in [("before", 1.0), ("after", 0.5 + 1e-12)] {
                let least = least
                    - if reserve == "0.1" && learns == "before" {
                        0.1
                    } else {
                        0.0
                    };
                for cost in [least, least + 1.0] {
                    let text = single(1.0, &format!("{buyers}\n{UNIFORM}"), reserve, cost, learns);
                    let solved = solved(&text);
                    assert_eq!(solved.summary.seller_value, 0.0, "{text}");
                    assert_eq!(solved.summary.sold_probability, 0.0, "{text}");
                    assert_eq!(solved.summary.participation_cost_burned, 0.0, "{text}");
                    assert_eq!(solved.start().auction.participation_cutoff, None, "{text}");
                    let entry = solved.start().auction.entry_probability;
                    assert_eq!(entry, (learns == "after").then_some(0.0), "{text}");
                    assert!(solved.equilibrium.certificate.verified, "{text}");
                }
            }
        }
    }
}

/// One buyer pays K either way: as a participant who knows her cost, or as the winner.
#[test]
fn a_lone_buyer_pays_as_a_winner() {
    for reserve in ["\"none\"", "\"optimal\"", "0.2"] {
        let text = single(1.0, &format!("count = 1\n{UNIFORM}"), reserve, 0.15, "before");
        let (one, other) = (
            solved(&text),
            solved(&text.replace("participant\"\nlearns_cost = \"before", "winner")),
        );
        for key in [
            "seller_value",
            "sold_probability",
            "buyers_surplus",
            "participation_cost_burned",
            "welfare",
        ] {
            agree(
                &format!("{key}, {reserve}"),
                &one.figures[key],
                &other.figures[key],
                1e-14,
            );
        }
    }
}

/// Up to a million buyers, where S^(n−1) underflows: K over the prize tells how many come.
#[test]
fn very_many_buyers() {
    for n in [1_000_u32, 1_000_000] {
        for buyers in [
            format!("count = {n}"),
            format!("count.poisson = {{ mean = {n}.0 }}"),
            format!("count.binomial = {{ trials = {n}, probability = 0.37 }}"),
        ] {
            for reserve in ["\"none\"", "\"optimal\""] {
                for learns in MODES {
                    let text = single(1.0, &format!("{buyers}\n{UNIFORM}"), reserve, 0.001, learns);
                    let solved = solved(&text);
                    let certificate = solved.equilibrium.certificate;
                    assert!(certificate.verified, "{certificate:?}\n{text}");
                    let auction = solved.start().auction;
                    if learns == "before" {
                        // (v − ρ) e^{−x} = K with x expected participants; ρ is worth nothing to a type near lo.
                        let mean = solved.summary.participation_cost_burned / 0.001;
                        assert!(mean > 2.0 && mean < 7.0, "{mean} come\n{text}");
                    } else {
                        // u ≈ 1/m² with m entrants, so m ≈ 30.
                        let entry = auction.entry_probability.expect("e");
                        let expected = solved.summary.participation_cost_burned / 0.001;
                        assert!(entry < 1.0 && (expected - 30.0).abs() < 3.0, "{expected} enter\n{text}");
                        near("surplus", solved.summary.buyers_surplus, 0.0, 1e-12);
                    }
                }
            }
        }
    }
}

/// Every figure and every auction of random markets, against the brute force.
fn brute_force_agrees(learns: &str, seeds: std::ops::Range<u64>) {
    let mut faults = Vec::new();
    for seed in seeds.clone() {
        let text = paid_by_participants(seed, learns);
        let fault = panics(|| {
            let market = BruteMarket::read(&text).expect("a market");
            let solution = market.solve();
            let solved = solved(&text);
            let certificate = solved.equilibrium.certificate;
            assert!(certificate.verified, "{certificate:?}");
            let result = BruteResult::of(&solution);
            for (key, figure) in result.keys() {
                if key != "indifferent" && result.compares(key) {
                    let expected = match figure {
                        Figure::Number(number) => serde_json::to_value(number),
                        Figure::Slots(slots) => serde_json::to_value(slots),
                        Figure::Flag(flag) => serde_json::to_value(flag),
                    };
                    agree(key, &solved.figures[key], &expected.expect("JSON"), TOLERANCE);
                }
            }
            auctions_agree(&solved, &solution);
        });
        faults.extend(fault.map(|fault| format!("seed {seed}: {fault}\n{text}")));
    }
    assert!(
        faults.is_empty(),
        "{} of {seeds:?}:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

fn auctions_agree(solved: &Solved, brute: &Solution) {
    for slot in 0..=brute.market.maturity {
        for state in 0..brute.market.states() {
            let (prize, expected) = (brute.market.prize(slot, state), &brute.nodes[slot][state].auction);
            let got = solved.node(slot, prize).auction;
            let at = format!("slot {slot}, prize {prize}");
            near(&format!("Π, {at}"), got.revenue, expected.value, TOLERANCE);
            near(&format!("sold, {at}"), got.sale_probability, expected.sold, TOLERANCE);
            let entry = got.entry_probability.unwrap_or(1.0);
            if matches!(brute.market.entry, Entry::Unknowing(_)) && expected.sold > 0.0 {
                near(&format!("e, {at}"), entry, expected.entry, TOLERANCE);
            }
            near(
                &format!("paid to enter, {at}"),
                got.participation_cost,
                expected.entry_paid,
                TOLERANCE,
            );
            let law = solved.market.buyers().cost();
            let costs: Vec<f64> = [0.02, 0.31, 0.83]
                .map(|p| law.quantile(p))
                .into_iter()
                .filter(|cost| (cost - expected.cutoff).abs() > 1e-7)
                .collect();
            let types = solved
                .equilibrium
                .bids(&solved.market, slot, prize, &costs)
                .expect("bids");
            for one in types {
                let what = format!("bid of {}, {at}", one.cost);
                match (one.bid, brute.bid(slot, state, one.cost).bid) {
                    (Some(bid), Some(expected)) => {
                        near(&what, bid.bid, expected, TOLERANCE);
                        near(&what, bid.bid_foc, expected, TOLERANCE);
                    }
                    (got, expected) => assert!(got.is_none() && expected.is_none(), "{what}: {got:?}, {expected:?}"),
                }
            }
        }
    }
}

#[test]
fn knowing_participants_agree_with_the_brute_force() {
    brute_force_agrees("before", 0..120);
}

#[test]
fn unknowing_participants_agree_with_the_brute_force() {
    brute_force_agrees("after", 0..60);
}

/// No price on a grid brings more than the optimal reserve, whatever entry it induces.
#[test]
fn no_other_price_is_better_when_entry_is_random() {
    let mut interior = 0;
    for seed in 0..12 {
        let text = paid_by_participants(seed, "after");
        let mut market = BruteMarket::read(&text).expect("a market");
        market.reserve = Reserve::Optimal;
        let text = text.lines().map(|line| {
            if line.starts_with("reserve") {
                "reserve = \"optimal\""
            } else {
                line
            }
        });
        let solved = solved(&text.collect::<Vec<_>>().join("\n"));
        let solution = market.solve();
        let (slot, state) = (market.maturity, market.initial());
        let unsold = solved.node(slot, market.prize(slot, state)).unsold_value;
        let best = solved.node(slot, market.prize(slot, state)).auction;
        interior += usize::from(best.entry_probability.is_some_and(|entry| entry > 0.0 && entry < 1.0));
        let cost = market.entry.cost();
        solution.with_lot(slot, state, |lot| {
            lot.remembering(|lot| {
                let highest = (lot.worth)(market.law.lower).0;
                for step in 0..60 {
                    let price = highest * f64::from(step) / 60.0;
                    let other = lot.priced_unknowing(price, cost, unsold);
                    assert!(
                        other.value <= best.revenue + 1e-9,
                        "seed {seed}: {price} earns {other:?}, {best:?}"
                    );
                }
            });
        });
    }
    assert!(interior > 1, "{interior} markets with random entry");
}

/// Entry drawn at random, K paid by who enters: play agrees with the exact figures.
#[test]
fn play_agrees() {
    let mut compared = 0;
    for seed in 0..24 {
        for learns in MODES {
            let text = paid_by_participants(seed, learns);
            let solved = solved(&text);
            let script = Script::new(&solved.market, &solved.equilibrium, Deviation::None).expect("a script");
            let tally = script.play_block(7, 0, 20_000);
            for figure in tally.figures(&solved.summary, false) {
                if let Some(z) = figure.z {
                    compared += 1;
                    assert!(z.abs() < 4.0, "{figure:?}\n{text}");
                }
            }
        }
    }
    assert!(compared > 120, "{compared} figures only");
}
