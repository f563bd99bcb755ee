//! The brute force against the reference cases, and against the model's formulas on random markets.

mod brute;

use brute::market::Reserve;
use brute::{BruteMarket, BruteResult, Figure, random_market};
use serde_json::Value;

const FILES: [&str; 5] = [
    include_str!("reference/chain.json"),
    include_str!("reference/static.json"),
    include_str!("reference/combinations.json"),
    include_str!("reference/participation.json"),
    include_str!("reference/continuous.json"),
];

fn near(what: &str, got: f64, expected: f64, tolerance: f64) {
    let gap = (got - expected).abs();
    assert!(gap <= tolerance, "{what}: {got} instead of {expected}, off by {gap:e}");
}

fn check_key(what: &str, figure: &Figure, expected: &Value, tolerance: f64) {
    match figure {
        Figure::Number(got) => match (got, expected.as_f64()) {
            (Some(got), Some(expected)) => near(what, *got, expected, tolerance),
            (got, _) => assert!(
                got.is_none() && expected.is_null(),
                "{what}: {got:?} instead of {expected}"
            ),
        },
        Figure::Slots(got) => {
            let expected = expected.as_array().expect("a list");
            assert_eq!(got.len(), expected.len(), "{what}");
            for (got, expected) in got.iter().zip(expected) {
                near(what, *got, expected.as_f64().expect("a number"), tolerance);
            }
        }
        Figure::Flag(got) => assert_eq!(Some(*got), expected.as_bool(), "{what}"),
    }
}

#[test]
fn reference_cases_in_scope() {
    let mut checked = 0;
    for file in FILES {
        let cases: Vec<Value> = serde_json::from_str(file).expect("JSON");
        for case in cases {
            let name = case["name"].as_str().expect("a name");
            let Ok(market) = BruteMarket::read(case["market"].as_str().expect("a market")) else {
                continue;
            };
            let tolerance = case["tolerance"].as_f64().expect("a tolerance");
            let solution = market.solve();
            let result = BruteResult::of(&solution);
            for (key, figure) in result.keys() {
                if let Some(expected) = case["expected"].get(key) {
                    check_key(&format!("{name}, {key}"), &figure, expected, tolerance);
                }
            }
            let start = &solution.nodes[0][market.initial()].auction;
            for (key, got) in [("participation_cutoff", start.cutoff), ("reserve_price", start.reserve)] {
                if let Some(expected) = case.get(key).and_then(Value::as_f64) {
                    near(&format!("{name}, {key}"), got, expected, tolerance);
                }
            }
            for bid in case.get("bids").and_then(Value::as_array).into_iter().flatten() {
                let number = |key: &str| bid.get(key).and_then(Value::as_f64);
                let slot = bid["slot"].as_u64().expect("a slot") as usize;
                let prize = number("prize").expect("a prize");
                let state = (0..market.states())
                    .find(|s| (market.prize(slot, *s) - prize).abs() < 1e-9)
                    .expect("a state");
                let got = solution.bid(slot, state, number("cost").expect("a cost"));
                let figures = [
                    ("ticket_value", got.ticket_value),
                    ("participation_cutoff", got.participation_cutoff),
                    ("bid", got.bid.unwrap_or(f64::NAN)),
                ];
                for (key, got) in figures {
                    if let Some(expected) = number(key) {
                        near(&format!("{name}, bid's {key}"), got, expected, tolerance);
                    }
                }
            }
            checked += 1;
        }
    }
    assert!(checked >= 34, "{checked} cases only");
}

/// Π by the closed form of section 3, on the auctions of random markets.
#[test]
fn revenue_agrees_with_the_formula_without_densities() {
    for seed in 0..60 {
        let (text, market) = random_market(seed);
        let solution = market.solve();
        for t in 0..=market.maturity {
            for s in 0..market.states() {
                let outcome = solution.nodes[t][s].auction;
                let (law, buyers) = (&market.law, &solution.buyers);
                let second = |u: f64| buyers.some_below(u) - buyers.one_below(u);
                let kinks = &solution.boundaries.kinks[t][s];
                solution.with_lot(t, s, |lot| {
                    let mut breaks = vec![law.lower];
                    breaks.extend(kinks.iter().copied().chain(law.knots()));
                    // Graded towards the lower end, where F may have a root's slope.
                    breaks.extend((1..40).map(|k| law.lower + 0.5f64.powi(k) * (outcome.cutoff - law.lower)));
                    breaks.retain(|x| *x >= law.lower && *x < outcome.cutoff);
                    breaks.push(outcome.cutoff);
                    breaks.sort_by(f64::total_cmp);
                    let integral = brute::quadrature::pieces(&breaks, 1, |x| (lot.worth)(x).1 * second(law.cdf(x)));
                    let u = law.cdf(outcome.cutoff);
                    let v = if outcome.sold > 0.0 {
                        (lot.worth)(outcome.cutoff).0
                    } else {
                        0.0
                    };
                    let formula = outcome.reserve * buyers.one_below(u) + second(u) * v + integral;
                    near(&format!("{text}\nslot {t}, state {s}"), outcome.payment, formula, 1e-12);
                });
            }
        }
    }
}

/// Inequalities of section 6, and what any result must satisfy.
#[test]
fn random_results_are_consistent() {
    for seed in 0..200 {
        let (text, market) = random_market(seed);
        let result = market.result();
        let slack = 1e-12;
        let held: f64 = result.auction_probability.iter().sum();
        let used: f64 = result.exercise_probability.iter().sum();
        assert!(result.sold_probability <= held + slack, "{text}");
        assert!(used <= 1.0 + slack && result.buyers_surplus >= -slack, "{text}");
        assert!(result.sale_value_now <= result.seller_value + slack, "{text}");
        assert!(
            result.spot_at_maturity_value <= result.seller_value + slack,
            "{text}\n{result:?}"
        );
        let plain = market.own_cost.is_none() && market.winner_cost == 0.0 && market.buyer_discount == market.discount;
        if plain && text.contains("\"once\"") {
            let mut order = vec![result.spot_at_maturity_value];
            order.extend(result.spot_best_time_value);
            order.push(result.seller_value);
            order.extend(result.optimal_mechanism_value);
            order.extend(result.efficient_value);
            assert!(order.windows(2).all(|w| w[0] <= w[1] + slack), "{text}\n{order:?}");
        }
        if plain && market.reserve == Reserve::None && text.contains("\"once\"") {
            assert!(result.sale_value_now >= result.seller_value - slack, "T1 fails: {text}");
        }
    }
}

/// The receipts found by walking the paths are worth what the backward induction says.
#[test]
fn receipts_on_the_way_add_up_to_the_seller_value() {
    for seed in 0..300 {
        let (text, market) = random_market(seed);
        let solution = market.solve();
        let walked = brute::path::Walk::all(&solution).revenue;
        near(&text, walked, solution.nodes[0][market.initial()].value, 1e-12);
    }
}

/// First-price bids by the model's integral, at a few types of random markets.
#[test]
fn bids_agree_with_the_envelope() {
    for seed in 0..120 {
        let (text, mut market) = random_market(seed);
        market.format = brute::market::Format::FirstPrice;
        let solution = market.solve();
        let (law, s) = (&market.law, market.initial());
        let outcome = solution.nodes[0][s].auction;
        let rivals = solution.buyers.rivals();
        let q = |cost: f64| rivals.none_below(law.cdf(cost));
        for part in [0.05, 0.3, 0.8] {
            let cost = law.lower + part * (outcome.cutoff - law.lower);
            let Some(bid) = solution.bid(0, s, cost).bid else {
                continue;
            };
            let formula = solution.with_lot(0, s, |lot| {
                let inner = lot.kinks.iter().copied().chain(law.knots());
                let breaks = brute::quadrature::breaks(cost, outcome.cutoff, inner);
                let gain = brute::quadrature::pieces(&breaks, 4, |x| (lot.worth)(x).1 * q(x));
                let slack = ((lot.worth)(outcome.cutoff).0 - outcome.reserve) * q(outcome.cutoff);
                (lot.worth)(cost).0 - (gain + slack) / q(cost)
            });
            near(&text, bid, formula, 1e-11);
        }
    }
}

/// An ironed virtual cost by hand: a law with quantiles 0, 0.8, 1 has u·F⁻¹(u) = 1.6 u² up to 1/2 and
/// then 0.6 u + 0.4 u²; the common tangent meets them where both slopes agree.
#[test]
fn ironing_finds_the_common_tangent() {
    use brute::cost_law::{CostLaw, Shape};
    let law = CostLaw {
        lower: 0.0,
        upper: 1.0,
        shape: Shape::Empirical {
            quantiles: vec![0.0, 0.8, 1.0],
        },
    };
    let flats = brute::ironing::flats(&law);
    assert_eq!(flats.len(), 1);
    // 3.2 a = 0.6 + 0.8 b and 1.6 a² = 0.4 b² (equal intercepts) give b = 2a, a = 0.375.
    near("level", flats[0].level, 1.2, 1e-14);
    near("from", flats[0].from, law.quantile(0.375), 1e-7);
    near("to", flats[0].to, law.quantile(0.75), 1e-7);
}

/// The winners' gains found by walking the paths are those promised at the auctions.
#[test]
fn buyers_surplus_agrees_with_the_auctions() {
    for seed in 0..60 {
        let (text, market) = random_market(seed);
        let solution = market.solve();
        let start = &solution.nodes[0][market.initial()];
        if start.decision != brute::holder::Decision::Auction || market.sale != brute::market::Sale::Once {
            continue;
        }
        let walked = brute::path::Walk::all(&solution).surplus;
        let promised = solution.with_lot(0, market.initial(), |lot| {
            let gains = market.law.expect(
                market.law.lower,
                start.auction.cutoff,
                lot.kinks,
                4,
                |x| (lot.worth)(x).0,
                |u| solution.buyers.lowest(u),
            );
            gains - start.auction.payment
        });
        near(&text, walked, promised, 1e-12);
    }
}
