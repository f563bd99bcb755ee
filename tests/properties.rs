//! What must hold in every market: bounds, benchmarks, monotonicity, equivalences, theorems.

mod common;

use common::Solved;
use common::draft::{Count, Draft, Exercise, FORMATS, Reserve, drafts};
use proptest::prelude::*;

/// Rounding, relative to a market's scale.
const SLACK: f64 = 1e-12;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        // Counterexamples are printed as market files; nothing is left in the source tree.
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn at_most(what: &str, smaller: f64, larger: f64, slack: f64) {
    assert!(
        smaller <= larger + slack,
        "{what}: {smaller:?} is above {larger:?} by {:e}",
        smaller - larger
    );
}

fn same(what: &str, a: f64, b: f64, relative: f64) {
    let gap = (a - b).abs();
    assert!(
        gap <= relative * a.abs().max(b.abs()),
        "{what}: {a:?} and {b:?} differ by {gap:e}"
    );
}

fn seller_value(draft: &Draft) -> f64 {
    draft.solved().summary.seller_value
}

/// The figures that are ETH, those that do not exist left out.
fn values(solved: &Solved) -> Vec<(&'static str, f64)> {
    let figures = &solved.summary;
    [
        ("seller_value", Some(figures.seller_value)),
        ("sale_value_now", Some(figures.sale_value_now)),
        ("spot_at_maturity_value", Some(figures.spot_at_maturity_value)),
        ("spot_best_time_value", figures.spot_best_time_value),
        ("optimal_mechanism_value", figures.optimal_mechanism_value),
        ("efficient_value", figures.efficient_value),
        ("buyers_surplus", Some(figures.buyers_surplus)),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
    .collect()
}

/// The figures that are probabilities or slots.
fn chances(solved: &Solved) -> Vec<(String, Option<f64>)> {
    let figures = &solved.summary;
    let mut list = vec![
        ("sold_probability".to_owned(), Some(figures.sold_probability)),
        ("expected_sale_slot".to_owned(), figures.expected_sale_slot),
        (
            "immediate_exercise_probability".to_owned(),
            figures.immediate_exercise_probability,
        ),
        ("expected_delay".to_owned(), figures.expected_delay),
    ];
    for (slot, probability) in figures.auction_probability.iter().enumerate() {
        list.push((format!("auction_probability[{slot}]"), Some(*probability)));
    }
    for (slot, probability) in figures.exercise_probability.iter().enumerate() {
        list.push((format!("exercise_probability[{slot}]"), Some(*probability)));
    }
    list
}

mod bounds {
    use super::*;

    fn is_probability(what: &str, probability: f64) {
        assert!((0.0..=1.0 + SLACK).contains(&probability), "{what}: {probability:?}");
    }

    proptest! {
        #![proptest_config(config(250))]

        #[test]
        fn values_and_probabilities(draft in drafts()) {
            let solved = draft.solved();
            let figures = &solved.summary;
            let slack = SLACK * solved.scale();
            for (key, value) in values(&solved) {
                at_most(key, 0.0, value, slack);
                at_most(key, value, draft.bound(), slack);
            }
            for (slot, held) in figures.auction_probability.iter().enumerate() {
                is_probability(&format!("an auction in slot {slot}"), *held);
            }
            for (slot, used) in figures.exercise_probability.iter().enumerate() {
                is_probability(&format!("exercise in slot {slot}"), *used);
            }
            is_probability("sold", figures.sold_probability);
            is_probability("immediate", figures.immediate_exercise_probability.unwrap_or(0.0));
            let held: f64 = figures.auction_probability.iter().sum();
            if !draft.until_sold {
                is_probability("ever an auction", held);
            }
            at_most("sold without an auction", figures.sold_probability, held, SLACK);
            is_probability("ever exercised", figures.exercise_probability.iter().sum());
        }

        #[test]
        fn certificates_are_verified(draft in drafts()) {
            let certificate = draft.solved().equilibrium.certificate;
            assert!(certificate.verified, "{certificate:?}");
        }

        #[test]
        fn what_happens_at_a_sale(draft in drafts()) {
            let solved = draft.solved();
            let figures = &solved.summary;
            let given_a_sale = [
                ("slot", figures.expected_sale_slot, 0.0, draft.maturity as f64),
                ("prize", figures.expected_prize_at_sale, 0.0, draft.largest()),
                ("winner's cost", figures.expected_winner_cost, draft.lower, draft.upper),
                ("immediate exercise", figures.immediate_exercise_probability, 0.0, 1.0),
            ];
            for (what, figure, from, to) in given_a_sale {
                assert_eq!(figure.is_some(), figures.sold_probability > 0.0, "{what} given a sale: {figure:?}");
                if let Some(figure) = figure {
                    at_most(what, from, figure, 1e-11 * to);
                    at_most(what, figure, to, 1e-11 * to);
                }
            }
            if let Some(delay) = figures.expected_delay {
                at_most("delay", 0.0, delay, SLACK);
                let latest = draft.maturity as f64;
                at_most("delay", delay, latest, SLACK * latest);
            }
            if figures.sold_probability == 0.0 {
                assert_eq!(figures.buyers_surplus, 0.0);
                assert_eq!(figures.expected_delay, None);
            }
        }
    }
}

mod benchmarks {
    use super::*;

    /// Which benchmarks exist, and what holds of them in any market.
    fn in_any_market(draft: &Draft, solved: &Solved) {
        let figures = &solved.summary;
        let slack = SLACK * solved.scale();
        let same_factors = draft.buyers_factor() == draft.discount;
        assert_eq!(figures.efficient_value.is_some(), same_factors);
        assert_eq!(
            figures.optimal_mechanism_value.is_some(),
            same_factors && draft.is_free()
        );
        assert_eq!(
            figures.spot_best_time_value.is_none(),
            matches!(draft.exercise, Exercise::Lottery(_))
        );
        at_most("Π_0 and W_0", figures.sale_value_now, figures.seller_value, slack);
        at_most(
            "spot at maturity and W_0",
            figures.spot_at_maturity_value,
            figures.seller_value,
            slack,
        );
        if let (Some(mechanism), Some(efficient)) = (figures.optimal_mechanism_value, figures.efficient_value) {
            at_most("mechanism and efficient", mechanism, efficient, slack);
        }
        if let Some(best_time) = figures.spot_best_time_value {
            at_most(
                "spot at maturity and at the best time",
                figures.spot_at_maturity_value,
                best_time,
                slack,
            );
        }
    }

    proptest! {
        #![proptest_config(config(200))]

        #[test]
        fn of_any_market(draft in drafts()) {
            in_any_market(&draft, &draft.solved());
        }

        /// One sale, taking part is free, no own use, equal discount factors: the whole order of section 6.
        #[test]
        fn in_order(draft in drafts()) {
            let draft = draft.with(|draft| {
                draft.until_sold = false;
                draft.own_cost = None;
                draft.winner_cost = None;
                draft.buyers_discount = None;
            });
            let solved = draft.solved();
            let figures = &solved.summary;
            let chain = [
                Some(figures.spot_at_maturity_value),
                figures.spot_best_time_value,
                Some(figures.seller_value),
                figures.optimal_mechanism_value,
                figures.efficient_value,
            ];
            let chain: Vec<f64> = chain.into_iter().flatten().collect();
            assert!(chain.len() >= 4);
            for pair in chain.windows(2) {
                at_most("the order of benchmarks", pair[0], pair[1], SLACK * solved.scale());
            }
        }

        /// What the holder and the buyers gain together is no more than the best holder would.
        #[test]
        fn surplus_is_shared(draft in drafts()) {
            let draft = draft.with(|draft| {
                draft.until_sold = false;
                draft.buyers_discount = None;
            });
            let solved = draft.solved();
            let figures = &solved.summary;
            let shared = figures.seller_value + figures.buyers_surplus;
            let whole = figures.efficient_value.expect("equal factors");
            at_most("shared and whole", shared, whole, SLACK * solved.scale());
        }
    }
}

mod monotone {
    use super::*;

    /// Without a reserve an unsold ticket must be worth nothing: a holder who would rather keep it loses by selling
    /// it for little, and the likelier a sale the more.
    fn comparable(draft: &Draft, optimal: bool) -> Draft {
        draft.with(|draft| {
            if optimal {
                draft.reserve = Reserve::Optimal;
            } else {
                draft.reserve = Reserve::None;
                draft.until_sold = false;
                draft.own_cost = None;
            }
        })
    }

    proptest! {
        #![proptest_config(config(200))]

        #[test]
        fn in_buyers(draft in drafts(), optimal: bool, n in 1_u32..=8, more in 1_u32..=20) {
            let draft = comparable(&draft, optimal);
            let few = draft.with(|draft| draft.count = Count::Fixed(n));
            let many = draft.with(|draft| draft.count = Count::Fixed(n + more));
            at_most("more buyers", seller_value(&few), seller_value(&many), SLACK);
        }

        #[test]
        fn in_prizes(draft in drafts(), optimal: bool, more in 1_u32..=500) {
            let low = comparable(&draft, optimal);
            let high = low.with(|draft| {
                for state in &mut draft.states {
                    *state += f64::from(more) / 1000.0;
                }
            });
            at_most("higher prizes", seller_value(&low), seller_value(&high), SLACK);
        }

        #[test]
        fn in_costs(draft in drafts(), optimal: bool, more in 1_u32..=500) {
            let cheap = comparable(&draft, optimal);
            let dear = cheap.with_dearer_buyers(f64::from(more) / 1000.0);
            prop_assume!(dear.is_some());
            let dear = dear.expect("assumed");
            at_most("higher costs", seller_value(&dear), seller_value(&cheap), SLACK);
        }
    }
}

mod equivalent {
    use super::*;

    fn other_units() -> impl Strategy<Value = f64> {
        prop::sample::select(vec![1e-6, 3.7, 1e6])
    }

    /// The probability that the holder has auctioned her ticket by each slot.
    fn held_by(solved: &Solved) -> Vec<f64> {
        let mut total = 0.0;
        let by_slot = &solved.equilibrium.path.auction_probability;
        by_slot
            .iter()
            .map(|held| {
                total += held;
                total
            })
            .collect()
    }

    proptest! {
        #![proptest_config(config(120))]

        #[test]
        fn formats_earn_the_same(draft in drafts()) {
            let solved = FORMATS.map(|format| draft.with(|draft| draft.format = format).solved());
            for other in &solved[1..] {
                for ((key, a), (_, b)) in values(&solved[0]).into_iter().zip(values(other)) {
                    same(key, a, b, SLACK);
                }
                for ((key, a), (_, b)) in chances(&solved[0]).into_iter().zip(chances(other)) {
                    assert_eq!(a, b, "{key}");
                }
            }
        }

        #[test]
        fn late_and_early_holders_earn_the_same(draft in drafts()) {
            let late = draft.with(|draft| draft.early = false).solved();
            let early = draft.with(|draft| draft.early = true).solved();
            same("W_0", late.summary.seller_value, early.summary.seller_value, SLACK);
            same("Π_0", late.summary.sale_value_now, early.summary.sale_value_now, SLACK);
            // One auction: path by path it is held no earlier. (A later auction may well sell more often.)
            if !draft.until_sold {
                for (slot, (late, early)) in held_by(&late).into_iter().zip(held_by(&early)).enumerate() {
                    at_most(&format!("held by slot {slot}"), late, early, SLACK);
                }
            }
        }

        #[test]
        fn units_of_money_do_not_matter(draft in drafts(), unit in other_units()) {
            let (solved, other) = (draft.solved(), draft.in_units(unit).solved());
            let noise = 1e-14 * solved.scale();
            for ((key, a), (_, b)) in values(&solved).into_iter().zip(values(&other)) {
                let gap = (a * unit - b).abs() / unit;
                assert!(gap <= 1e-11 * a.abs() + noise, "{key}: {a:?} and {b:?}, off by {gap:e}");
            }
            for ((key, a), (_, b)) in chances(&solved).into_iter().zip(chances(&other)) {
                assert_eq!(a.is_some(), b.is_some(), "{key}");
                let (a, b) = (a.unwrap_or(0.0), b.unwrap_or(0.0));
                assert!((a - b).abs() <= 1e-10, "{key}: {a:?} and {b:?}");
            }
            assert_eq!(solved.summary.indifferent, other.summary.indifferent);
            let shape = |solved: &Solved| -> Vec<usize> {
                solved.summary.sale_region.iter().map(|slot| slot.intervals.len()).collect()
            };
            assert_eq!(shape(&solved), shape(&other));
        }

        #[test]
        fn the_order_of_states_does_not_matter(
            (draft, order) in drafts().prop_flat_map(|draft| {
                let order: Vec<usize> = (0..draft.states.len()).collect();
                (Just(draft), Just(order).prop_shuffle())
            })
        ) {
            let figures = |draft: &Draft| serde_json::to_string_pretty(&draft.solved().summary).expect("JSON");
            let (one, other) = (figures(&draft), figures(&draft.permuted(&order)));
            assert_eq!(one.lines().count(), other.lines().count());
            for (one, other) in one.lines().zip(other.lines()) {
                assert_eq!(one, other);
            }
        }
    }
}

/// Section 8. Hypotheses are imposed, then conclusions tested.
mod theorems {
    use super::*;

    /// One sale, an unsold ticket is lost, no own use.
    fn single_sale(draft: &Draft) -> Draft {
        draft.with(|draft| {
            draft.until_sold = false;
            draft.own_cost = None;
        })
    }

    /// With discount factors in the order a theorem asks for: the holder's not below the buyers', or not above.
    fn with_factors(draft: &mut Draft, holder_patient: bool) {
        let buyers = draft.buyers_factor();
        if (buyers > draft.discount) == holder_patient {
            draft.buyers_discount = Some(draft.discount);
            draft.discount = buyers;
        }
    }

    proptest! {
        #![proptest_config(config(150))]

        /// T1: no reserve, free, δ ≤ δ_b: selling at once is optimal.
        #[test]
        fn selling_at_once(draft in drafts()) {
            let draft = single_sale(&draft).with(|draft| {
                draft.reserve = Reserve::None;
                draft.winner_cost = None;
                with_factors(draft, false);
            });
            let figures = draft.solved().summary;
            same("W_0 and Π_0", figures.seller_value, figures.sale_value_now, SLACK);
        }

        /// T2: optimal reserve, free, δ ≥ δ_b, exercise at maturity: spot at maturity is optimal; with δ = δ_b and an
        /// increasing virtual cost no mechanism earns more.
        #[test]
        fn spot_at_maturity(draft in drafts()) {
            let draft = single_sale(&draft).with(|draft| {
                draft.exercise = Exercise::AtMaturity;
                draft.reserve = Reserve::Optimal;
                draft.winner_cost = None;
                with_factors(draft, true);
            });
            let solved = draft.solved();
            let figures = &solved.summary;
            same("W_0 and spot", figures.seller_value, figures.spot_at_maturity_value, SLACK);
            if !draft.early && draft.buyers_factor() <= draft.discount {
                same("held at T", figures.auction_probability[draft.maturity], 1.0, SLACK);
            }
            if solved.equilibrium.regular && let Some(mechanism) = figures.optimal_mechanism_value {
                let gap = (figures.seller_value - mechanism).abs();
                assert!(gap <= SLACK * solved.scale(), "W_0 and the mechanism differ by {gap:e}");
            }
        }

        /// T3: a cost of the winner's, δ ≥ δ_b, exercise at maturity: later is weakly better without a reserve too.
        #[test]
        fn later_with_a_winners_cost(draft in drafts(), cost in 0_u32..=400) {
            let draft = single_sale(&draft).with(|draft| {
                draft.exercise = Exercise::AtMaturity;
                draft.reserve = Reserve::None;
                draft.winner_cost = Some(f64::from(cost) / 1000.0);
                with_factors(draft, true);
            });
            let figures = draft.solved().summary;
            same("W_0 and spot", figures.seller_value, figures.spot_at_maturity_value, SLACK);
        }

        /// T4 with δ = 1: a prize that never falls, optimal reserve, free: spot at maturity is optimal.
        #[test]
        fn prizes_that_never_fall(draft in drafts()) {
            let draft = single_sale(&draft).with(|draft| {
                draft.exercise = Exercise::American;
                draft.reserve = Reserve::Optimal;
                draft.winner_cost = None;
                draft.buyers_discount = Some(draft.buyers_factor());
                draft.discount = 1.0;
                for (row, chances) in draft.transition.iter_mut().enumerate() {
                    let falls: f64 = chances[..row].iter().sum();
                    chances[..row].fill(0.0);
                    chances[row] += falls;
                }
            });
            let figures = draft.solved().summary;
            same("W_0 and spot", figures.seller_value, figures.spot_at_maturity_value, SLACK);
        }

        /// Free, δ = δ_b, no reserve, exercise at maturity: every date earns the same (the equality case of T1).
        #[test]
        fn every_date(draft in drafts()) {
            let draft = single_sale(&draft).with(|draft| {
                draft.exercise = Exercise::AtMaturity;
                draft.reserve = Reserve::None;
                draft.winner_cost = None;
                draft.buyers_discount = None;
            });
            let figures = draft.solved().summary;
            same("now and spot", figures.sale_value_now, figures.spot_at_maturity_value, SLACK);
            let held = if draft.early { 0 } else { draft.maturity };
            // Where the ticket is worth nothing there is no tie to break: she waits, then holds her auction.
            if figures.seller_value > 0.0 {
                same("held", figures.auction_probability[held], 1.0, SLACK);
                assert_eq!(figures.indifferent, draft.maturity > 0);
            }
        }
    }
}
