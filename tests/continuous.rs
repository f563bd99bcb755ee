//! Markets whose prize is continuous: limits, other routes to the same numbers, properties, the error that is stated, bad
//! input.

mod common;

use common::{Solved, evidence, near, solved};
use etm_solver::timing::Decision;

const WAYS: [&str; 3] = [
    "log_ar1 = { mean = 0.05, persistence = 0.8, volatility = 0.2, initial = 1.1 }",
    "geometric_brownian = { initial = 1.1, drift = 0.01, volatility = 0.2 }",
    "iid = { distribution.lognormal = { log_mean = 0.0, log_sd = 0.4 }, initial = 1.1 }",
];

/// A market of three buyers with costs from 0.5 to 2; `more` are lines that replace those with the same key.
fn market(prize: &str, more: &[&str]) -> String {
    let mut lines: Vec<String> = [
        "ticket.maturity = 3",
        "ticket.exercise = \"american\"",
        "buyers.count = 3",
        "buyers.cost.uniform = { lower = 0.5, upper = 2.0 }",
        "buyers.discount_factor = 0.95",
        "auction.format = \"first_price\"",
        "auction.reserve = \"none\"",
        "holder.discount_factor = 0.97",
    ]
    .map(str::to_owned)
    .into();
    for line in more {
        let key = line.split('=').next().unwrap_or_default().trim();
        // One law, whatever its name.
        let key = ["buyers.cost.", "buyers.count"]
            .into_iter()
            .find(|law| key.starts_with(law))
            .unwrap_or(key);
        lines.retain(|kept| !kept.starts_with(key));
        lines.push((*line).to_owned());
    }
    format!("prize.{prize}\n{}\n", lines.join("\n"))
}

fn value(text: &str) -> f64 {
    solved(text).summary.seller_value
}

/// ∫ over [from, to] by a composite Gauss rule of five points.
fn integral(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
    const RULE: [(f64, f64); 5] = [
        (0.0, 0.568_888_888_888_888_9),
        (0.538_469_310_105_683, 0.478_628_670_499_366_47),
        (-0.538_469_310_105_683, 0.478_628_670_499_366_47),
        (0.906_179_845_938_664, 0.236_926_885_056_189_08),
        (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
    ];
    const PANELS: usize = 60;
    let half = 0.5 * (to - from) / PANELS as f64;
    (0..PANELS)
        .map(|panel| {
            let middle = from + half * (2 * panel + 1) as f64;
            RULE.iter()
                .map(|(node, weight)| weight * f(middle + half * node))
                .sum::<f64>()
                * half
        })
        .sum()
}

fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// E[f(e^X)] for X normal, cut at the logs of `cuts`.
fn expected(mean: f64, sd: f64, cuts: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let mut ends = vec![mean - 9.0 * sd, mean + 10.0 * sd];
    ends.extend(cuts.iter().map(|cut| cut.ln()));
    ends.retain(|end| (mean - 9.0 * sd..=mean + 10.0 * sd).contains(end));
    ends.sort_by(f64::total_cmp);
    ends.windows(2)
        .map(|pair| integral(pair[0], pair[1], |x| f(x.exp()) * density((x - mean) / sd) / sd))
        .sum()
}

fn bisected(mut low: f64, mut high: f64, positive_above: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if positive_above(middle) > 0.0 {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

mod limits {
    use super::*;

    #[test]
    fn without_volatility_prizes_follow_a_path() {
        let path = |slot: i32| (0.5 - 0.8 * 0.5_f64.powi(slot)).exp();
        let values: Vec<String> = (0..=3).map(|slot| format!("{:?}", path(slot))).collect();
        let known = solved(&market(&format!("path.values = [{}]", values.join(", ")), &[]));
        let moving = |volatility: f64| {
            let prize = format!(
                "log_ar1 = {{ mean = 0.5, persistence = 0.5, volatility = {volatility:?}, initial = {:?} }}",
                path(0)
            );
            solved(&market(&prize, &[]))
        };
        let still = moving(0.0);
        near("value", still.summary.seller_value, known.summary.seller_value, 1e-13);
        near("now", still.summary.sale_value_now, known.summary.sale_value_now, 1e-13);
        // A winner's delay is never negative, however sharply types are told apart.
        let delay = moving(0.02).summary.expected_delay.expect("a sale");
        assert!((0.0..1e-6).contains(&delay), "{delay:e}");
        // Values are smooth in σ²: a quarter for half the volatility.
        let gaps = [0.04, 0.02, 0.01].map(|volatility| {
            let solved = moving(volatility);
            assert!(solved.summary.certificate.verified, "volatility {volatility}");
            (solved.summary.seller_value - known.summary.seller_value).abs()
        });
        assert!(gaps[0] > 1e-6, "{gaps:?}");
        for pair in gaps.windows(2) {
            assert!((0.2..0.3).contains(&(pair[1] / pair[0])), "{gaps:?}");
        }
    }

    #[test]
    fn without_drift_or_volatility_prizes_are_constant() {
        let moving = value(&market(
            "geometric_brownian = { initial = 1.3, drift = 0.0, volatility = 0.0 }",
            &[],
        ));
        near("constant", moving, value(&market("constant.value = 1.3", &[])), 1e-13);
        let rising = value(&market(
            "geometric_brownian = { initial = 1.3, drift = 0.1, volatility = 0.0 }",
            &[],
        ));
        let values: Vec<String> = (0..=3)
            .map(|slot| format!("{:?}", 1.3 * (0.1 * f64::from(slot)).exp()))
            .collect();
        near(
            "path",
            rising,
            value(&market(&format!("path.values = [{}]", values.join(", ")), &[])),
            1e-13,
        );
    }

    #[test]
    fn without_persistence_slots_are_independent() {
        let law = "iid = { distribution.lognormal = { log_mean = 0.1, log_sd = 0.3 }, initial = 1.2 }";
        let independent = value(&market(law, &[]));
        let moving = |persistence: f64| {
            let prize =
                format!("log_ar1 = {{ mean = 0.1, persistence = {persistence:?}, volatility = 0.3, initial = 1.2 }}");
            value(&market(&prize, &[]))
        };
        near("persistence 0", moving(0.0), independent, 1e-11);
        let gaps = [1e-2, 1e-3, 1e-4].map(|persistence| moving(persistence) - independent);
        for pair in gaps.windows(2) {
            assert!((0.09..0.11).contains(&(pair[1] / pair[0])), "{gaps:?}");
        }
    }

    /// Rouwenhorst's chain of n + 1 states: its errors fall like 1/n, and what is extrapolated from two of them is an order
    /// better where values are smooth.
    #[test]
    fn chains_converge_at_their_rate() {
        let process = "log_ar1 = { mean = 0.0, persistence = 0.8, volatility = 0.2, initial = 1.0 }";
        for (exercise, smooth) in [("at_maturity", true), ("american", false)] {
            let exercise = format!("ticket.exercise = \"{exercise}\"");
            let exact = value(&market(process, &[&exercise, "ticket.maturity = 4"]));
            let steps = [8, 16, 32, 64];
            let values = steps.map(|steps| {
                value(&market(
                    &rouwenhorst(steps, 0.8, 0.2),
                    &[&exercise, "ticket.maturity = 4"],
                ))
            });
            let errors = values.map(|value| value - exact);
            for (error, steps) in errors.iter().zip(steps) {
                assert!(error.abs() * f64::from(steps) < 1e-2, "{exercise}: {errors:?}");
            }
            assert!(errors[3].abs() < 0.2 * errors[0].abs(), "{exercise}: {errors:?}");
            if smooth {
                for pair in errors.windows(2) {
                    assert!((0.45..0.6).contains(&(pair[1] / pair[0])), "{exercise}: {errors:?}");
                }
                let extrapolated = 2.0 * values[3] - values[2] - exact;
                assert!(
                    extrapolated.abs() < 0.1 * errors[3].abs(),
                    "{exercise}: {errors:?}, {extrapolated:e}"
                );
            }
        }
    }

    fn rouwenhorst(steps: u32, persistence: f64, volatility: f64) -> String {
        let p = 0.5 * (1.0 + persistence);
        let mut matrix = vec![vec![p, 1.0 - p], vec![1.0 - p, p]];
        for size in 3..=steps as usize + 1 {
            let mut larger = vec![vec![0.0; size]; size];
            for i in 0..size - 1 {
                for j in 0..size - 1 {
                    let old = matrix[i][j];
                    larger[i][j] += p * old;
                    larger[i][j + 1] += (1.0 - p) * old;
                    larger[i + 1][j] += (1.0 - p) * old;
                    larger[i + 1][j + 1] += p * old;
                }
            }
            for row in &mut larger {
                let sum: f64 = row.iter().sum();
                row.iter_mut().for_each(|entry| *entry /= sum);
            }
            matrix = larger;
        }
        let spread = volatility / (1.0 - persistence * persistence).sqrt() * f64::from(steps).sqrt();
        let states: Vec<f64> = (0..=steps)
            .map(|k| (spread * (2.0 * f64::from(k) / f64::from(steps) - 1.0)).exp())
            .collect();
        format!(
            "markov_chain = {{ states = {states:?}, transition = {matrix:?}, initial = {:?} }}",
            states[steps as usize / 2]
        )
    }
}

mod by_another_route {
    use super::*;

    /// V_0(θ, R_0) as a ticket's buyer has it.
    fn ticket_value(solved: &Solved, cost: f64) -> f64 {
        let continuous = solved.equilibrium.continuous.as_ref().expect("a continuous prize");
        let initial = continuous.values.state().initial.expect("R_0 is known");
        continuous.profile(0, initial).value(cost)
    }

    /// A ticket is a Bermudan call whose strike is the cost, and at maturity only a European one.
    #[test]
    fn tickets_are_calls() {
        let (initial, drift, volatility, factor) = (1.1_f64, 0.01, 0.2, 0.95);
        let log = |prize: f64| prize.ln() + drift - 0.5 * volatility * volatility;
        let call = |prize: f64, strike: f64| {
            factor * expected(log(prize), volatility, &[strike], |next| (next - strike).max(0.0))
        };
        let american = solved(&market(WAYS[1], &["ticket.maturity = 2"]));
        let european = solved(&market(
            WAYS[1],
            &["ticket.maturity = 2", "ticket.exercise = \"at_maturity\""],
        ));
        for strike in [0.5, 0.7, 1.0, 1.3, 1.9] {
            // She exercises in slot 1 where the prize is worth more than a call for slot 2.
            let begins = bisected(strike, 50.0, |prize| prize - strike - call(prize, strike));
            let later = factor
                * expected(log(initial), volatility, &[begins], |prize| {
                    if prize >= begins {
                        prize - strike
                    } else {
                        call(prize, strike)
                    }
                });
            let expected_value = later.max(initial - strike);
            near(
                &format!("american, {strike}"),
                ticket_value(&american, strike),
                expected_value,
                1e-10,
            );
            let mean = initial.ln() + 2.0 * (drift - 0.5 * volatility * volatility);
            let at_maturity = factor
                * factor
                * expected(mean, volatility * 2.0_f64.sqrt(), &[strike], |prize| {
                    (prize - strike).max(0.0)
                });
            near(
                &format!("european, {strike}"),
                ticket_value(&european, strike),
                at_maturity,
                1e-12,
            );
            // The boundary is that of the option.
            let continuous = american.equilibrium.continuous.as_ref().expect("a continuous prize");
            near(
                "boundary",
                continuous.exercise_prizes(1, strike)[0],
                begins,
                1e-9 * begins,
            );
        }
    }

    /// CARA bids, e^{aβ} S = ∫ e^{av} dF for two buyers, and what they bring; along a curve as along a line.
    #[test]
    fn bids_of_constant_absolute_risk_aversion() {
        for (aversion, format) in [
            (1e-3, "first_price"),
            (3.0, "first_price"),
            (40.0, "first_price"),
            (3.0, "second_price"),
        ] {
            let solved = solved(&market(
                WAYS[0],
                &[
                    "ticket.maturity = 3",
                    "buyers.count = 2",
                    &format!("auction.format = \"{format}\""),
                    &format!("buyers.risk_aversion.cara = {{ aversion = {aversion:?} }}"),
                ],
            ));
            let summary = &solved.summary;
            assert!(summary.certificate.verified, "{aversion}: {:?}", summary.certificate);
            let continuous = solved.equilibrium.continuous.as_ref().expect("a continuous prize");
            let initial = continuous.values.state().initial.expect("R_0 is known");
            let profile = continuous.profile(0, initial);
            let worth = |cost: f64| (aversion * (profile.value(cost) - profile.value(0.5))).exp();
            let mut pieces: Vec<f64> = profile.knots().to_vec();
            let more = (1..40).map(|k| 0.5 + 1.5 * f64::from(k) / 40.0);
            pieces.extend(more);
            pieces.sort_by(f64::total_cmp);
            let above = |cost: f64| {
                let ends = std::iter::once(cost).chain(pieces.iter().copied().filter(|end| *end > cost));
                let ends: Vec<f64> = ends.collect();
                let parts = ends.windows(2).map(|pair| integral(pair[0], pair[1], worth));
                parts.sum::<f64>() / 1.5
            };
            let bid = |cost: f64| {
                let survival = (2.0 - cost) / 1.5;
                profile.value(0.5) + (above(cost) / survival).ln() / aversion
            };
            let costs = [0.5, 0.7, 0.95, 1.3, 1.7];
            let bids = solved
                .equilibrium
                .bids(&solved.market, 0, initial, &costs)
                .expect("bids");
            for (known, cost) in bids.iter().zip(costs) {
                let known = known.bid.as_ref().expect("a bid");
                let expected = if format == "first_price" {
                    bid(cost)
                } else {
                    profile.value(cost)
                };
                near(&format!("bid of {cost}, {aversion}"), known.bid, expected, 1e-10);
                near(
                    &format!("condition of {cost}, {aversion}"),
                    known.bid_foc,
                    expected,
                    1e-10,
                );
            }
            let by_format = summary.revenue_by_format.as_ref().expect("two formats");
            assert!(by_format.first_price >= by_format.second_price, "{by_format:?}");
            let own = if format == "first_price" {
                by_format.first_price
            } else {
                by_format.second_price
            };
            near("the market's own format", own, summary.seller_value, 1e-12);
        }
    }

    /// Next to no aversion is none, whatever the reserve.
    #[test]
    fn little_risk_aversion_is_none() {
        for reserve in ["\"none\"", "0.3", "\"optimal\""] {
            let reserve = format!("auction.reserve = {reserve}");
            let neutral = value(&market(WAYS[1], &[&reserve]));
            let cara = "buyers.risk_aversion.cara = { aversion = 1e-8 }";
            let averse = solved(&market(WAYS[1], &[&reserve, cara]));
            assert!(averse.summary.certificate.verified, "{reserve}");
            near(&reserve, averse.summary.seller_value, neutral, 1e-9);
        }
    }

    /// Prizes that swing: two buyers, a second-price auction in slot 1 or 0.
    #[test]
    fn a_negative_persistence() {
        let (initial, persistence, volatility) = (1.4_f64, -0.5, 0.3);
        let prize = format!(
            "log_ar1 = {{ mean = 0.1, persistence = {persistence}, volatility = {volatility}, initial = {initial} }}"
        );
        let solved = solved(&market(
            &prize,
            &[
                "ticket.maturity = 1",
                "buyers.count = 2",
                "auction.format = \"second_price\"",
            ],
        ));
        assert!(solved.summary.certificate.verified);
        // The price is the value of the higher cost, whose density is 2 (θ − lo)/(hi − lo)².
        let of_higher = |value: &dyn Fn(f64) -> f64, cuts: &[f64]| {
            let mut ends = vec![0.5, 2.0];
            ends.extend(cuts.iter().copied().filter(|cut| (0.5..2.0).contains(cut)));
            ends.sort_by(f64::total_cmp);
            ends.windows(2)
                .map(|pair| integral(pair[0], pair[1], |cost| value(cost) * 2.0 * (cost - 0.5) / 2.25))
                .sum::<f64>()
        };
        let revenue = |prize: f64| of_higher(&|cost| (prize - cost).max(0.0), &[prize]);
        let mean = 0.1 * (1.0 - persistence) + persistence * initial.ln();
        let wait = 0.97 * expected(mean, volatility, &[0.5, 2.0], revenue);
        near("waiting", solved.summary.spot_at_maturity_value, wait, 1e-10);
        let ticket = |cost: f64| {
            let later = 0.95 * expected(mean, volatility, &[cost], |prize| (prize - cost).max(0.0));
            later.max(initial - cost)
        };
        let kink = bisected(0.5, 2.0, |cost| ticket(cost) - (initial - cost) - 1e-15);
        let now = of_higher(&ticket, &[kink]);
        near("now", solved.summary.sale_value_now, now, 1e-9);
        near("value", solved.summary.seller_value, wait.max(now), 1e-9);
    }
}

mod properties {
    use super::*;

    const FORMATS: [&str; 3] = ["first_price", "second_price", "all_pay"];

    /// Combinations of what a market can have; for each the process in turn.
    fn markets() -> Vec<(String, bool)> {
        let laws = [
            "buyers.cost.uniform = { lower = 0.5, upper = 2.0 }",
            "buyers.cost.power = { exponent = 2.0, lower = 0.4, upper = 1.8 }",
            "buyers.cost.truncated_normal = { mean = 1.0, sd = 0.5, lower = 0.3, upper = 2.0 }",
            "buyers.cost.beta = { alpha = 2.0, beta = 3.0, lower = 0.2, upper = 2.2 }",
        ];
        let mut list = Vec::new();
        let mut turn = 0;
        for exercise in ["american", "at_maturity", "lottery"] {
            for reserve in ["\"none\"", "0.3", "\"optimal\""] {
                for sale in ["once", "until_sold"] {
                    let mut lines = vec![
                        format!("ticket.exercise = \"{exercise}\""),
                        format!("auction.reserve = {reserve}"),
                        format!("auction.format = \"{}\"", FORMATS[turn % 3]),
                        format!("holder.sale = \"{sale}\""),
                        laws[turn % 4].to_owned(),
                        format!("buyers.count = {}", 1 + turn % 4),
                    ];
                    if exercise == "lottery" {
                        lines.push("ticket.draw_probability = 0.3".to_owned());
                    }
                    if turn % 5 == 4 {
                        lines.push("holder.own_cost = 0.9".to_owned());
                    }
                    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
                    list.push((market(WAYS[(turn / 2) % 3], &lines), turn % 5 == 4));
                    turn += 1;
                }
            }
        }
        list
    }

    #[test]
    fn every_kind_of_market_is_verified_within_bounds() {
        for (text, own_use) in markets() {
            let solved = solved(&text);
            let figures = &solved.summary;
            let scale = solved.scale();
            for (name, size) in evidence(&figures.certificate) {
                assert!(size <= 1e-9, "{name} {size:e}\n{text}");
            }
            assert!(figures.certificate.verified, "{text}");
            let slack = 1e-9 * scale;
            assert!(figures.sale_value_now >= -slack, "{text}");
            assert!(
                figures.seller_value >= figures.sale_value_now - slack,
                "waiting is free: {} < {}\n{text}",
                figures.seller_value,
                figures.sale_value_now
            );
            let sold: f64 = solved.equilibrium.path.sold_by_slot.iter().sum();
            near(&text, sold, figures.sold_probability, 1e-9);
            assert!((-1e-9..=1.0 + 1e-9).contains(&sold), "{text}");
            let exercised: f64 = figures.exercise_probability.iter().sum();
            assert!((-1e-9..=1.0 + 1e-9).contains(&exercised), "{text}");
            if !own_use {
                assert!(exercised <= sold + 1e-7, "{exercised} of {sold} sold\n{text}");
            }
        }
    }

    /// What is said of the reported prizes is what is said of the intervals that hold them.
    #[test]
    fn decisions_at_reported_prizes_are_those_of_the_regions() {
        // Values that are nothing but rounding, too.
        let worthless = "log_ar1 = { mean = 0.0, persistence = 0.95, volatility = 0.1, initial = 0.02 }";
        let worthless = (market(worthless, &["ticket.maturity = 2"]), false);
        for (text, _) in markets().into_iter().chain([worthless]) {
            let solved = solved(&text);
            let solution = solved.equilibrium.continuous.as_ref().expect("a continuous prize");
            for slot in 0..=solution.values.maturity() {
                let region = solution.region(slot, Decision::Sell);
                for (prize, node) in solution
                    .points
                    .states(slot)
                    .iter()
                    .zip(solved.equilibrium.induction.timing.slot(slot))
                {
                    let holds = |[from, to]: &[Option<f64>; 2]| {
                        from.is_none_or(|from| from <= *prize) && to.is_none_or(|to| *prize <= to)
                    };
                    let inside = region.iter().any(holds);
                    assert_eq!(
                        inside,
                        node.decision == Decision::Sell,
                        "slot {slot}, prize {prize}, {region:?}\n{text}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_holder_gains_by_waiting_no_more_than_efficiency_allows() {
        for prize in WAYS {
            for reserve in ["\"none\"", "\"optimal\""] {
                let solved = solved(&market(
                    prize,
                    &["buyers.discount_factor = 0.97", &format!("auction.reserve = {reserve}")],
                ));
                let figures = &solved.summary;
                let slack = 1e-9 * solved.scale();
                let efficient = figures.efficient_value.expect("equal discounting");
                let mechanism = figures.optimal_mechanism_value.expect("equal discounting");
                assert!(figures.seller_value <= mechanism + slack, "{prize} {reserve}");
                assert!(mechanism <= efficient + slack, "{prize} {reserve}");
                assert!(
                    figures.spot_at_maturity_value <= figures.seller_value + slack,
                    "{prize} {reserve}"
                );
            }
        }
    }

    #[test]
    fn values_scale_with_prizes_and_costs() {
        let c = 250.0_f64;
        let scaled = [
            format!(
                "log_ar1 = {{ mean = {:?}, persistence = 0.8, volatility = 0.2, initial = {:?} }}",
                0.05 + c.ln(),
                1.1 * c
            ),
            format!(
                "geometric_brownian = {{ initial = {:?}, drift = 0.01, volatility = 0.2 }}",
                1.1 * c
            ),
            format!(
                "iid = {{ distribution.lognormal = {{ log_mean = {:?}, log_sd = 0.4 }}, initial = {:?} }}",
                c.ln(),
                1.1 * c
            ),
        ];
        for (prize, larger) in WAYS.into_iter().zip(scaled) {
            let small = solved(&market(prize, &["auction.reserve = 0.3"]));
            let costs = format!(
                "buyers.cost.uniform = {{ lower = {:?}, upper = {:?} }}",
                0.5 * c,
                2.0 * c
            );
            let large = solved(&market(&larger, &[&costs, &format!("auction.reserve = {:?}", 0.3 * c)]));
            let (a, b) = (&small.summary, &large.summary);
            near(prize, b.seller_value / c, a.seller_value, 1e-10);
            near(prize, b.sale_value_now / c, a.sale_value_now, 1e-10);
            near(prize, b.buyers_surplus / c, a.buyers_surplus, 1e-9);
            near(prize, b.sold_probability, a.sold_probability, 1e-8);
            for (slot, (b, a)) in b.sale_region.iter().zip(&a.sale_region).enumerate() {
                assert_eq!(b.intervals.len(), a.intervals.len(), "{prize}, slot {slot}");
                for (b, a) in b.intervals.iter().flatten().zip(a.intervals.iter().flatten()) {
                    assert_eq!(b.is_some(), a.is_some(), "{prize}, slot {slot}");
                    if let (Some(b), Some(a)) = (b, a) {
                        near(prize, b / c, *a, 1e-8);
                    }
                }
            }
        }
    }

    #[test]
    fn formats_earn_the_same() {
        for prize in WAYS {
            let values = FORMATS.map(|format| value(&market(prize, &[&format!("auction.format = \"{format}\"")])));
            near(prize, values[1], values[0], 1e-12);
            near(prize, values[2], values[0], 1e-12);
        }
    }

    #[test]
    fn values_rise_with_the_prize_the_buyers_and_the_rights() {
        for (process, rest) in [
            ("log_ar1", "mean = 0.05, persistence = 0.8, volatility = 0.2"),
            ("geometric_brownian", "drift = 0.01, volatility = 0.2"),
        ] {
            let of = |initial: f64, more: &[&str]| {
                value(&market(
                    &format!("{process} = {{ {rest}, initial = {initial:?} }}"),
                    more,
                ))
            };
            let mut before = 0.0;
            for initial in [0.3, 0.6, 0.9, 1.2, 1.5, 2.0, 3.0] {
                let now = of(initial, &[]);
                assert!(now > before, "{process} at {initial}: {now} after {before}");
                before = now;
            }
            let mut before = 0.0;
            for count in [
                "buyers.count = 2",
                "buyers.count = 3",
                "buyers.count = 5",
                "buyers.count = 9",
            ] {
                let now = of(1.1, &[count]);
                assert!(now > before, "{process}, {count}: {now} after {before}");
                before = now;
            }
            // An american ticket can be used as one for maturity.
            assert!(
                of(1.1, &[]) >= of(1.1, &["ticket.exercise = \"at_maturity\""]) - 1e-10,
                "{process}"
            );
        }
    }

    /// Where she sells, she sells at all higher prizes too, here; the boundary falls towards maturity.
    #[test]
    fn cutoffs_fall_towards_maturity() {
        let solved = solved(&market(WAYS[0], &["ticket.maturity = 8"]));
        let cutoffs: Vec<f64> = solved.summary.sale_region[..8]
            .iter()
            .map(|region| match region.intervals[..] {
                [[Some(from), None]] => from,
                _ => panic!("{region:?}"),
            })
            .collect();
        assert!(cutoffs.windows(2).all(|pair| pair[1] < pair[0]), "{cutoffs:?}");
        assert_eq!(solved.summary.sale_region[8].intervals, [[None, None]]);
    }
}

mod pockets {
    use super::*;

    /// Between two prizes at which she does one thing there may be some, nearer than a step of the prize, at which another
    /// is better by a little. Where each begins was found by comparing the two at thousands of prizes.
    #[test]
    fn narrow_intervals_are_found() {
        let sells_again = market(
            "log_ar1 = { mean = 0.396, persistence = -0.608, volatility = 0.586, initial = 0.547 }",
            &[
                "ticket.maturity = 2",
                "ticket.exercise = \"at_maturity\"",
                "buyers.count = 7",
                "buyers.discount_factor = 0.9978",
                "auction.reserve = 0.05",
                "holder.discount_factor = 0.9562",
            ],
        );
        let solved = solved(&sells_again);
        assert!(solved.summary.certificate.verified);
        let region = &solved.summary.sale_region[1].intervals;
        let &[[None, Some(waits)], [Some(sells), Some(ends)]] = region.as_slice() else {
            panic!("{region:?}");
        };
        for (state, expected) in [(waits, 1.99018), (sells, 2.15736), (ends, 2.38435)] {
            near("a boundary", state.ln(), expected, 2e-4);
        }
    }

    /// Selling and using are worth the same at a prize at which waiting is worth more.
    #[test]
    fn she_waits_between_selling_and_using() {
        let text = market(
            "log_ar1 = { mean = 0.144, persistence = 0.58, volatility = 0.473, initial = 0.527 }",
            &[
                "ticket.maturity = 25",
                "buyers.count = 5",
                "buyers.cost.beta = { lower = 0.2, upper = 1.7, alpha = 2.0, beta = 3.0 }",
                "buyers.discount_factor = 0.9318",
                "holder.discount_factor = 0.8843",
                "holder.own_cost = 0.391",
            ],
        );
        let solved = solved(&text);
        assert!(solved.summary.certificate.verified);
        let solution = solved.equilibrium.continuous.as_ref().expect("a continuous prize");
        let stops = solution.timing.stops(13);
        assert_eq!(
            stops.iter().map(|stop| stop.decision).collect::<Vec<_>>(),
            [Decision::Sell, Decision::Exercise]
        );
        near("she waits from", stops[0].to, 0.49235, 1e-3);
        near("she uses it from", stops[1].from, 0.50376, 1e-3);
    }
}

/// Markets in which most of what an auction may be is rounding: prizes a thousand million times the usual, buyers who pay
/// nothing, types whose values vanish.
mod rounding {
    use super::*;

    #[test]
    fn costs_no_time_and_no_digits() {
        let markets = [
            market(
                "iid = { distribution.dagum = { scale = 0.318, shape = 1.769, tail = 0.633 } }",
                &[
                    "ticket.maturity = 2",
                    "buyers.count.poisson = { mean = 5.63 }",
                    "buyers.cost.power = { lower = 0.3, upper = 1.5, exponent = 2.0 }",
                    "auction.reserve = \"optimal\"",
                    "holder.own_cost = 1.965",
                ],
            ),
            market(
                "iid = { distribution.dagum = { scale = 0.556, shape = 1.816, tail = 1.089 } }",
                &["buyers.count = 1", "holder.sale = \"until_sold\""],
            ),
            market(
                "geometric_brownian = { initial = 1.753, drift = 0.0071, volatility = 0.063 }",
                &[
                    "ticket.maturity = 25",
                    "buyers.count = 2",
                    "buyers.cost.uniform = { lower = 0.0, upper = 1.0 }",
                    "holder.sale = \"until_sold\"",
                ],
            ),
            market(
                "geometric_brownian = { initial = 1.333, drift = -0.0377, volatility = 0.234 }",
                &[
                    "buyers.count = 5",
                    "buyers.cost.uniform = { lower = 0.0, upper = 1.0 }",
                    "holder.own_cost = 1.592",
                ],
            ),
            market(
                "geometric_brownian = { initial = 0.8, drift = 0.0384, volatility = 0.087 }",
                &[
                    "ticket.maturity = 2",
                    "ticket.exercise = \"at_maturity\"",
                    "buyers.count.poisson = { mean = 2.98 }",
                    "buyers.cost.uniform = { lower = 0.0, upper = 1.0 }",
                    "auction.format = \"all_pay\"",
                ],
            ),
        ];
        for text in markets {
            let solved = solved(&text);
            for (name, size) in evidence(&solved.summary.certificate) {
                assert!(size <= 1e-9, "{name} {size:e}\n{text}");
            }
        }
    }
}

mod stated_error {
    use super::*;

    const COSTS: usize = 100;

    /// The largest difference of ticket values, at all slots, reporting points and many costs, relative to the scale.
    fn of_values(one: &Solved, other: &Solved) -> f64 {
        let [one, other] =
            [one, other].map(|solved| solved.equilibrium.continuous.as_ref().expect("a continuous prize"));
        let mut gap = 0.0_f64;
        for slot in 0..=one.values.maturity() {
            for &prize in one.points.states(slot) {
                let profiles = [one, other].map(|solution| solution.profile(slot, prize));
                for k in 0..=COSTS {
                    let cost = 0.5 + 1.5 * k as f64 / COSTS as f64;
                    let [a, b] = profiles.each_ref().map(|profile| profile.value(cost));
                    gap = gap.max((a - b).abs());
                }
            }
        }
        gap / one.scale
    }

    /// The largest difference of the holder's values at all slots and reporting points, relative to the scale.
    fn of_the_holder(one: &Solved, other: &Solved) -> f64 {
        let [a, b] = [one, other].map(|solved| &solved.equilibrium.induction.timing);
        let mut gap = 0.0_f64;
        for slot in 0..a.slots() {
            for (a, b) in a.slot(slot).iter().zip(b.slot(slot)) {
                gap = gap.max((a.value - b.value).abs());
            }
        }
        gap / one.scale()
    }

    /// A coarser tolerance is met, and the error that is stated is neither smaller than the true one nor a hundred times it.
    #[test]
    fn is_not_smaller_than_the_true_one() {
        for prize in [
            "log_ar1 = { mean = 0.0, persistence = 0.95, volatility = 0.15, initial = 1.0, tolerance = TOLERANCE }",
            "log_ar1 = { mean = 0.1, persistence = 0.3, volatility = 0.4, initial = 1.0, tolerance = TOLERANCE }",
            "geometric_brownian = { initial = 1.0, drift = 0.0, volatility = 0.08, tolerance = TOLERANCE }",
        ] {
            for more in [
                &["ticket.maturity = 12"][..],
                &[
                    "ticket.maturity = 12",
                    "auction.reserve = \"optimal\"",
                    "buyers.count = 2",
                ],
                &[
                    "ticket.maturity = 6",
                    "auction.reserve = 0.4",
                    "holder.sale = \"until_sold\"",
                ],
            ] {
                let with = |tolerance: &str| solved(&market(&prize.replace("TOLERANCE", tolerance), more));
                let exact = with("1e-12");
                let certificate = &exact.summary.certificate;
                assert!(certificate.verified, "{certificate:?}\n{prize} {more:?}");
                for tolerance in ["1e-10", "1e-9", "1e-8", "1e-7", "1e-5", "1e-4"] {
                    let solved = with(tolerance);
                    let stated = solved.summary.certificate.discretisation_error;
                    let gap = of_values(&solved, &exact).max(of_the_holder(&solved, &exact));
                    let said = format!("{gap:e}, {stated:e} is stated\n{prize} {more:?} {tolerance}");
                    assert!(gap <= stated, "{said}");
                    assert!(stated <= 100.0 * gap, "{said}");
                    let asked: f64 = tolerance.parse().expect("a number");
                    assert!(stated <= asked, "{said}");
                }
            }
        }
    }
}

/// Markets with something narrow in them, which a grid of states alone would miss.
mod narrow {
    use super::*;

    const BUYERS: &str = "buyers.count = 2";

    /// Process and lines; `TOLERANCE` is left open.
    fn markets() -> Vec<(&'static str, Vec<&'static str>)> {
        vec![
            // A price that all types pay soon after the first does, beside steps thirty times as wide.
            (
                "geometric_brownian = { initial = 14.4, drift = 0.0, volatility = 0.8, tolerance = TOLERANCE }",
                vec![
                    "ticket = { maturity = 20, exercise = \"lottery\", draw_probability = 0.1 }",
                    "buyers.count = 1",
                    "buyers.cost.uniform = { lower = 6.8, upper = 7.7 }",
                    "auction.reserve = 2.55",
                ],
            ),
            // The winner pays, and prizes swing: types begin to come in every slot at several prizes.
            (
                "log_ar1 = { mean = 0.16, persistence = -0.26, volatility = 0.6, initial = 0.73, tolerance = TOLERANCE }",
                vec![
                    "ticket.maturity = 8",
                    "buyers.count.binomial = { trials = 8, probability = 0.4 }",
                    "buyers.cost.power = { exponent = 3.0, lower = 0.06, upper = 4.5 }",
                    "participation = { cost = 0.045, payer = \"winner\" }",
                ],
            ),
            // She sells only just below the prizes at which she uses the ticket herself.
            (
                "log_ar1 = { mean = -3.9, persistence = -0.5, volatility = 0.9, initial = 0.024, tolerance = TOLERANCE }",
                vec![
                    "ticket.maturity = 8",
                    "buyers.count = 1",
                    "buyers.cost.truncated_exponential = { rate = 24.2, lower = 0.001, upper = 0.042 }",
                    "auction.reserve = 0.006",
                    "holder.discount_factor = 0.999999",
                    "holder.own_cost = 0.034",
                ],
            ),
            // A lottery ticket that nobody buys is worth its own use.
            (
                "geometric_brownian = { initial = 0.0174, drift = -0.1, volatility = 0.1, tolerance = TOLERANCE }",
                vec![
                    "ticket = { maturity = 3, exercise = \"lottery\", draw_probability = 0.01 }",
                    "buyers.cost.beta = { alpha = 2.0, beta = 0.8, lower = 0.0, upper = 0.0055 }",
                    "participation = { cost = 0.00055, payer = \"winner\" }",
                    "auction.reserve = \"optimal\"",
                    "holder.own_cost = 0.0066",
                ],
            ),
            // Pockets of prizes, a fourteenth of a step wide, in which she sells at the price.
            (
                "log_ar1 = { mean = 0.6, persistence = 0.9, volatility = 0.9, initial = 3.57, tolerance = TOLERANCE }",
                vec![
                    "ticket.maturity = 6",
                    BUYERS,
                    "buyers.cost.truncated_normal = { mean = 1.65, sd = 0.66, lower = 0.547, upper = 2.75 }",
                    "buyers.risk_aversion.crra = { power = 0.5 }",
                    "auction.format = \"second_price\"",
                    "auction.reserve = 0.0912",
                    "holder.discount_factor = 0.99",
                    "holder.own_cost = 3.19",
                ],
            ),
        ]
    }

    #[test]
    fn a_finer_grid_finds_the_same() {
        for (prize, mut lines) in markets() {
            lines.push("buyers.discount_factor = 0.96");
            let with = |tolerance: &str| solved(&market(&prize.replace("TOLERANCE", tolerance), &lines));
            let (usual, fine) = (with("1e-9"), with("1e-11"));
            assert!(
                usual.summary.certificate.verified,
                "{prize} {:?}",
                usual.summary.certificate
            );
            let off = usual.summary.certificate.discretisation_error * usual.scale();
            let figures = |solved: &Solved| {
                let figures = &solved.summary;
                [
                    Some(figures.seller_value),
                    Some(figures.sale_value_now),
                    Some(figures.spot_at_maturity_value),
                    figures.spot_best_time_value,
                ]
            };
            for (one, other) in figures(&usual).into_iter().zip(figures(&fine)) {
                assert_eq!(one.is_some(), other.is_some());
                let gap = one
                    .zip(other)
                    .map_or(0.0, |(one, other)| (one - other).abs() / one.abs().max(1.0));
                assert!(gap <= off, "{one:?} {other:?}, {off:e} is stated\n{prize} {lines:?}");
            }
            let regions = |solved: &Solved| -> Vec<usize> {
                solved
                    .summary
                    .sale_region
                    .iter()
                    .map(|region| region.intervals.len())
                    .collect()
            };
            if !prize.contains("drift = -0.1") {
                // Where nobody buys selling and keeping are the same.
                assert_eq!(regions(&usual), regions(&fine), "{prize}");
            }
        }
    }

    /// A ticket that is surely drawn at once: waiting is worth nothing, and is not waited for.
    #[test]
    fn a_sure_draw_is_sold_at_once() {
        for prize in WAYS {
            let solved = solved(&market(
                prize,
                &["ticket = { maturity = 3, exercise = \"lottery\", draw_probability = 1.0 }"],
            ));
            let figures = &solved.summary;
            assert!(figures.certificate.verified, "{prize} {:?}", figures.certificate);
            let spot = value(&market(prize, &["ticket.maturity = 0"]));
            near(prize, figures.seller_value, spot, 1e-12);
            assert!(figures.spot_at_maturity_value.abs() < 1e-15);
        }
    }

    /// All dates are worth the same: no timing curve is drawn from rounding, whichever way ties go.
    #[test]
    fn ties_are_not_told_apart_by_noise() {
        for (prize, exercise) in [
            (WAYS[0], "at_maturity"),
            (WAYS[1], "at_maturity"),
            (WAYS[2], "at_maturity"),
        ] {
            for (tie, sells) in [("early", true), ("late", false)] {
                let solved = solved(&market(
                    prize,
                    &[
                        "ticket.maturity = 6",
                        &format!("ticket.exercise = \"{exercise}\""),
                        "buyers.discount_factor = 0.97",
                        &format!("holder.tie = \"{tie}\""),
                    ],
                ));
                let figures = &solved.summary;
                assert!(figures.indifferent, "{prize} {tie}");
                near(prize, figures.auction_probability[0], f64::from(u8::from(sells)), 1e-9);
                for region in &figures.sale_region[..6] {
                    let many = region.intervals.len();
                    assert_eq!(many, usize::from(sells), "{prize} {tie} {region:?}");
                }
            }
        }
    }

    /// Prizes many times the costs: what cannot be told from rounding is not resolved.
    #[test]
    fn prizes_far_above_the_costs() {
        for more in [
            &["holder.sale = \"until_sold\"", "auction.reserve = 0.28"][..],
            &["auction.reserve = \"optimal\""],
        ] {
            let mut lines = vec![
                "ticket.maturity = 12",
                "buyers.count = 5",
                "buyers.cost.empirical = { quantiles = [0.0, 0.1, 0.27, 0.53], lower = 0.0, upper = 0.53 }",
            ];
            lines.extend(more);
            let prize = "iid = { distribution.lognormal = { log_mean = 1.73, log_sd = 2.0 } }";
            let solved = solved(&market(prize, &lines));
            assert!(
                solved.summary.certificate.verified,
                "{more:?} {:?}",
                solved.summary.certificate
            );
        }
    }
}

mod bad_input {
    use assert_cmd::Command;

    /// What `etm solve` says of a market with this prize; the exit status is one of bad input.
    fn refused(prize: &str, more: &[&str]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("market.toml");
        std::fs::write(&path, super::market(prize, more)).expect("a market file");
        let output = Command::new(env!("CARGO_BIN_EXE_etm"))
            .args(["solve", path.to_str().expect("UTF-8")])
            .output()
            .expect("etm runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            matches!(output.status.code(), Some(1 | 2)),
            "{prize}: {:?}\n{said}",
            output.status
        );
        assert!(output.stdout.is_empty(), "{prize}");
        said
    }

    #[test]
    fn says_which_parameter_is_out_of_range() {
        let ar1 = |mean: &str, persistence: &str, volatility: &str, initial: &str| {
            format!(
                "log_ar1 = {{ mean = {mean}, persistence = {persistence}, volatility = {volatility}, initial = {initial} }}"
            )
        };
        let brownian = |initial: &str, drift: &str, volatility: &str| {
            format!("geometric_brownian = {{ initial = {initial}, drift = {drift}, volatility = {volatility} }}")
        };
        for (prize, key) in [
            (ar1("0.0", "0.9", "-0.1", "1.0"), "volatility"),
            (ar1("0.0", "0.9", "nan", "1.0"), "volatility"),
            (ar1("0.0", "0.9", "inf", "1.0"), "volatility"),
            (ar1("0.0", "1.0", "0.1", "1.0"), "persistence"),
            (ar1("0.0", "-1.0", "0.1", "1.0"), "persistence"),
            (ar1("0.0", "1.5", "0.1", "1.0"), "persistence"),
            (ar1("nan", "0.5", "0.1", "1.0"), "mean"),
            (ar1("0.0", "0.5", "0.1", "0.0"), "initial"),
            (ar1("0.0", "0.5", "0.1", "-1.0"), "initial"),
            (brownian("1.0", "0.0", "-0.1"), "volatility"),
            (brownian("0.0", "0.0", "0.1"), "initial"),
            (brownian("1.0", "inf", "0.1"), "drift"),
            (
                "iid.distribution.dagum = { scale = 1.0, shape = 1.0, tail = 1.0 }".to_owned(),
                "shape",
            ),
            (
                "iid.distribution.lognormal = { log_mean = 0.0, log_sd = -1.0 }".to_owned(),
                "log_sd",
            ),
            ("iid.distribution.exponential.mean = 0.0".to_owned(), "mean"),
        ] {
            let said = refused(&prize, &[]);
            assert!(said.contains(key), "{prize}: {said}");
        }
    }

    #[test]
    fn says_what_cannot_be_computed_and_what_can() {
        let tolerance = |tolerance: &str| {
            format!("geometric_brownian = {{ initial = 1.0, drift = 0.0, volatility = 0.1, tolerance = {tolerance} }}")
        };
        for impossible in ["0.0", "-1.0", "1e-16", "nan"] {
            let said = refused(&tolerance(impossible), &[]);
            assert!(said.contains("tolerance"), "{impossible}: {said}");
        }
        assert!(refused(&tolerance("1e-14"), &[]).contains("1e-12"));
        for (prize, more) in [
            (
                "geometric_brownian = { initial = 1.0, drift = 1e300, volatility = 0.1 }",
                &[][..],
            ),
            (
                "geometric_brownian = { initial = 1.0, drift = 0.0, volatility = 1e300 }",
                &[],
            ),
            (
                "geometric_brownian = { initial = 1.0, drift = 0.0, volatility = 0.1 }",
                &["ticket.maturity = 1000000"],
            ),
            (
                "log_ar1 = { mean = 0.0, persistence = 0.5, volatility = 1e-9, initial = 1e200 }",
                &[],
            ),
            (
                "log_ar1 = { mean = 800.0, persistence = 0.5, volatility = 0.1, initial = 1.0 }",
                &[],
            ),
        ] {
            let said = refused(prize, more);
            assert!(said.contains("error"), "{prize}: {said}");
            assert!(said.len() > 40, "{prize}: {said}");
        }
    }
}
