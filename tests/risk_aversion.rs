//! Buyers who mind the risk of losing: known answers, limits, an independent integration, evidence on many markets.

mod common;

use common::draft::{Draft, FORMATS, Reserve, drafts};
use common::{Solved, near, read, solved};
use etm_solver::market::RiskAversion;
use etm_solver::simulate::{Deviation, Script, Tally};
use proptest::prelude::*;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        // Counterexamples are printed as market files; nothing is left in the source tree.
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A market file with a line about risk aversion among the buyers' keys.
fn averse(draft: &Draft, risk: RiskAversion) -> String {
    let line = match risk {
        RiskAversion::Neutral => String::new(),
        RiskAversion::Crra { power } => format!("risk_aversion.crra = {{ power = {power:?} }}\n"),
        RiskAversion::Cara { aversion } => format!("risk_aversion.cara = {{ aversion = {aversion:?} }}\n"),
    };
    draft.text().replacen("[buyers]\n", &format!("[buyers]\n{line}"), 1)
}

fn first_price(draft: &Draft) -> Draft {
    draft.with(|draft| draft.format = FORMATS[0])
}

fn second_price(draft: &Draft) -> Draft {
    draft.with(|draft| draft.format = "second_price")
}

/// One prize, one slot, costs uniform on [0, 1].
fn one_auction(buyers: &str, reserve: &str) -> String {
    format!(
        "[ticket]\nmaturity = 0\n[prize.constant]\nvalue = 1.0\n[buyers]\n{buyers}\n\
         cost.uniform = {{ lower = 0.0, upper = 1.0 }}\n[auction]\nreserve = {reserve}\n[holder]\ndiscount_factor = 0.9\n"
    )
}

fn bid_of(solved: &Solved, cost: f64) -> (f64, f64) {
    let prize = solved.prizes().initial_prize();
    let types = solved
        .equilibrium
        .bids(&solved.market, 0, prize, &[cost])
        .expect("a type");
    let bid = types[0].bid.expect("who takes part");
    (bid.bid, bid.bid_foc)
}

fn risks() -> impl Strategy<Value = RiskAversion> {
    prop_oneof![
        (0.002_f64..1.0).prop_map(|power| RiskAversion::Crra { power }),
        (-3.0_f64..6.0).prop_map(|log| RiskAversion::Cara {
            aversion: 10.0_f64.powf(log)
        }),
    ]
}

mod known {
    use super::*;

    /// Marginal revenue is S (1 + ln S): the cutoff is 1 − 1/e, and Π = 4/9 + 2/9 e^{−3}.
    #[test]
    fn crra_one_half_with_two_buyers() {
        let market = solved(&one_auction(
            "count = 2\nrisk_aversion.crra = { power = 0.5 }",
            "\"optimal\"",
        ));
        let start = market.start();
        let cutoff = 1.0 - (-1.0_f64).exp();
        near(
            "cutoff",
            start.auction.participation_cutoff.expect("a sale"),
            cutoff,
            1e-12,
        );
        near(
            "reserve",
            start.auction.reserve_price.expect("a sale"),
            1.0 - cutoff,
            1e-12,
        );
        // β = v − [∫ S²]/S² with ∫_θ^θ̂ S² = (S³ − e^{−3})/3, weighted with dP = 2S dθ.
        let s = (-1.0_f64).exp();
        let revenue = (2.0 / 3.0) * (2.0 / 3.0 * (1.0 - s.powi(3)) + s.powi(3));
        near("revenue", market.summary.seller_value, revenue, 1e-12);
        assert!((market.summary.seller_value - 0.4555).abs() < 1e-4);
        assert!(market.summary.certificate.verified);
        assert!(market.summary.optimal_mechanism_value.is_none() && market.summary.efficient_value.is_some());
    }

    /// n buyers, costs uniform: β = 1 − θ − S/(1 + (n − 1)/a).
    #[test]
    fn crra_bids_are_linear() {
        for (buyers, power) in [(2, 0.5), (3, 0.25), (40, 0.9)] {
            let text = format!("count = {buyers}\nrisk_aversion.crra = {{ power = {power} }}");
            let market = solved(&one_auction(&text, "\"none\""));
            for cost in [0.0, 0.3, 0.9, 0.999] {
                let survival = 1.0 - cost;
                let exact = survival - survival / (1.0 + f64::from(buyers - 1) / power);
                let (bid, foc) = bid_of(&market, cost);
                near("bid", bid, exact, 1e-13);
                near("bid_foc", foc, exact, 1e-13);
            }
        }
    }

    /// Two buyers, costs uniform: e^{aβ} S = ∫_θ^1 e^{a(1 − x)} dx, so β = ln((e^{aS} − 1)/(aS))/a.
    #[test]
    fn cara_bids_of_two() {
        for aversion in [1e-3, 0.5, 3.0, 50.0] {
            let text = format!("count = 2\nrisk_aversion.cara = {{ aversion = {aversion} }}");
            let market = solved(&one_auction(&text, "\"none\""));
            for cost in [0.0, 0.3, 0.9] {
                let exponent: f64 = aversion * (1.0 - cost);
                let exact = (exponent.exp_m1() / exponent).ln() / aversion;
                let (bid, foc) = bid_of(&market, cost);
                near("bid", bid, exact, 1e-12);
                near("bid_foc", foc, exact, 1e-12);
            }
        }
    }

    /// With one buyer there is nobody to lose to: risk does not matter.
    #[test]
    fn a_lone_buyer_bids_the_reserve() {
        let neutral = solved(&one_auction("count = 1", "\"optimal\""));
        for risk in ["crra = { power = 0.3 }", "cara = { aversion = 1e6 }"] {
            let market = solved(&one_auction(&format!("count = 1\nrisk_aversion.{risk}"), "\"optimal\""));
            near(
                "revenue",
                market.summary.seller_value,
                neutral.summary.seller_value,
                1e-12,
            );
            near("bid", bid_of(&market, 0.1).0, 0.5, 1e-9);
            assert!(market.summary.certificate.verified);
        }
    }

    /// The sure case of the ranking: no reserve, everybody takes part in both formats.
    #[test]
    fn first_price_earns_more() {
        let mut before = 1.0 / 3.0;
        for power in [0.9, 0.5, 0.1] {
            let text = format!("count = 2\nrisk_aversion.crra = {{ power = {power} }}");
            let market = solved(&one_auction(&text, "\"none\""));
            let formats = market.summary.revenue_by_format.expect("two formats");
            near("second price", formats.second_price, 1.0 / 3.0, 1e-14);
            // Bids are S κ/(κ + 1) with κ = 1/a, E S₍₁₎ = 2/3.
            near("first price", formats.first_price, 2.0 / 3.0 / (1.0 + power), 1e-14);
            assert!(formats.first_price > before);
            before = formats.first_price;
        }
    }
}

mod limits {
    use super::*;

    #[test]
    fn power_one_is_neutral_to_the_bit() {
        let draft = Draft::plain().with(|draft| draft.reserve = Reserve::Optimal);
        let neutral = draft.solved();
        let market = solved(&averse(&draft, RiskAversion::Crra { power: 1.0 }));
        assert_eq!(neutral.figures, market.figures);
        assert!(market.summary.revenue_by_format.is_none());
    }

    #[test]
    fn huge_aversion_bids_the_value() {
        for (buyers, aversion) in [(2, 1e4), (2, 1e6), (5, 1e12), (1000, 1e6)] {
            let text = format!("count = {buyers}\nrisk_aversion.cara = {{ aversion = {aversion:e} }}");
            let market = solved(&one_auction(&text, "\"none\""));
            for cost in [0.0, 0.4, 0.99] {
                let (bid, foc) = bid_of(&market, cost);
                // The shading is about ln(1 + a/h)/a.
                near("bid", bid, 1.0 - cost, 1.1 * f64::ln(1.0 + aversion) / aversion);
                near("bid_foc", foc, bid, 1e-12);
            }
            assert!(market.summary.certificate.verified, "{:?}", market.summary.certificate);
        }
        let tiny = solved(&one_auction(
            "count = 3\nrisk_aversion.crra = { power = 1e-6 }",
            "\"optimal\"",
        ));
        near("bid", bid_of(&tiny, 0.2).0, 0.8, 1e-6);
        assert!(tiny.summary.certificate.verified);
    }

    #[test]
    fn out_of_range() {
        for risk in [
            "cara = { aversion = 0.0 }",
            "cara = { aversion = nan }",
            "cara = { aversion = inf }",
            "cara = { aversion = -1.0 }",
            "cara = { aversion = 1e300 }",
            "crra = { power = 0.0 }",
            "crra = { power = 1.01 }",
            "crra = { power = nan }",
            "crra = { power = -0.5 }",
        ] {
            let Err(faults) = read(&one_auction(&format!("count = 2\nrisk_aversion.{risk}"), "\"none\"")) else {
                panic!("{risk} was read");
            };
            assert!(faults.to_string().contains("risk_aversion"), "{faults}");
        }
    }

    #[test]
    fn what_does_not_go_together() {
        let text = one_auction("count = 2\nrisk_aversion.crra = { power = 0.5 }", "\"none\"");
        for (from, to, key) in [
            ("[auction]\n", "[auction]\nformat = \"all_pay\"\n", "auction.format"),
            (
                "[auction]\n",
                "[participation]\ncost = 0.1\npayer = \"participant\"\n[auction]\n",
                "participation.payer",
            ),
            (
                "discount_factor = 0.9\n",
                "discount_factor = 0.9\nsale = \"until_sold\"\npool = \"fixed\"\n",
                "holder.pool",
            ),
        ] {
            let Err(faults) = read(&text.replace(from, to)) else {
                panic!("{to} was read");
            };
            let said: Vec<&str> = faults.diagnostics().iter().map(|one| one.key.as_str()).collect();
            assert!(said.contains(&key), "{faults}");
            assert!(faults.to_string().contains("risk"), "{faults}");
        }
    }

    proptest! {
        #![proptest_config(config(15))]

        #[test]
        fn hardly_averse_is_neutral(draft in drafts().prop_map(|draft| first_price(&draft))) {
            let neutral = draft.solved();
            for risk in [
                RiskAversion::Crra { power: 1.0 - 1e-13 },
                RiskAversion::Cara { aversion: 1e-13 },
                RiskAversion::Cara { aversion: 5e-324 },
            ] {
                let market = solved(&averse(&draft, risk));
                let scale = neutral.scale();
                near("seller_value", market.summary.seller_value, neutral.summary.seller_value, 1e-12 * scale);
                near("buyers_surplus", market.summary.buyers_surplus, neutral.summary.buyers_surplus, 1e-12 * scale);
            }
        }

        #[test]
        fn second_price_does_not_change(draft in drafts().prop_map(|draft| second_price(&draft)), risk in risks()) {
            let neutral = draft.solved();
            let market = solved(&averse(&draft, risk));
            prop_assert_eq!(market.summary.seller_value, neutral.summary.seller_value);
            prop_assert_eq!(market.summary.buyers_surplus, neutral.summary.buyers_surplus);
            prop_assert_eq!(&market.equilibrium.induction.schedules, &neutral.equilibrium.induction.schedules);
            let formats = market.summary.revenue_by_format.expect("two formats");
            prop_assert_eq!(formats.second_price, neutral.summary.seller_value);
            prop_assert!(market.summary.certificate.verified, "{:?}", market.summary.certificate);
        }

        /// Money in other units: powers stay, aversions are per unit of money.
        #[test]
        fn units(draft in drafts().prop_map(|draft| first_price(&draft)), risk in risks(), log in -8.0_f64..8.0) {
            let unit = 10.0_f64.powf(log);
            let other = match risk {
                RiskAversion::Cara { aversion } => RiskAversion::Cara { aversion: aversion / unit },
                risk => risk,
            };
            let one = solved(&averse(&draft, risk));
            let two = solved(&averse(&draft.in_units(unit), other));
            let scale = one.scale();
            near("seller_value", two.summary.seller_value / unit, one.summary.seller_value, 1e-9 * scale);
            near("buyers_surplus", two.summary.buyers_surplus / unit, one.summary.buyers_surplus, 1e-9 * scale);
        }
    }
}

/// Auctions computed once more, from V, F and the law of the number of buyers, by sums on a fine grid.
mod again {
    use super::*;
    use common::draft::Count;

    /// Steps of the grid.
    const STEPS: usize = 600;

    /// F to Q and P.
    fn chances(count: Count, cdf: f64) -> (f64, f64) {
        match count {
            Count::Fixed(n) => {
                let n = f64::from(n);
                ((1.0 - cdf).powf(n - 1.0), 1.0 - (1.0 - cdf).powf(n))
            }
            Count::Poisson(mean) => ((-mean * cdf).exp(), 1.0 - (-mean * cdf).exp()),
            Count::Binomial(m, p) => {
                let m = f64::from(m);
                ((1.0 - p * cdf).powf(m - 1.0), 1.0 - (1.0 - p * cdf).powf(m))
            }
        }
    }

    /// The bids of all types of a grid, from the cutoff at index `last` down. Between neighbours Q is taken to be all mass
    /// at the middle: a bidder loses to who has a cost in between.
    fn bids(values: &[f64], rivals: &[f64], last: usize, reserve: f64, risk: RiskAversion) -> Vec<f64> {
        let mut bids = vec![reserve; last + 1];
        if rivals[last] == 0.0 {
            bids[last] = values[last];
        }
        for i in (0..last).rev() {
            // β′ = (u/u′)(v − β) Q′/Q in ln Q, by Runge and Kutta's method in many steps; v linear in ln Q in between.
            let from = if rivals[i + 1] > 0.0 {
                rivals[i + 1].ln()
            } else {
                rivals[i].ln() - 30.0
            };
            let width = rivals[i].ln() - from;
            // Steps short enough for the stiffest utility, but for a start where all is forgotten.
            let stiff = match risk {
                RiskAversion::Neutral => 1.0,
                RiskAversion::Crra { power } => 1.0 / power,
                RiskAversion::Cara { aversion } => (aversion * (values[last] - reserve).max(0.0)).exp().min(1e6),
            };
            let steps = (4.0 + 4.0 * width * stiff).min(4e5) as usize;
            let mut bid = bids[i + 1];
            let step = width / steps as f64;
            for k in 0..steps {
                let slope = |share: f64, bid: f64| {
                    let at = (k as f64 + share) / steps as f64;
                    let shading = values[i + 1] + at * (values[i] - values[i + 1]) - bid;
                    match risk {
                        RiskAversion::Neutral => shading,
                        RiskAversion::Crra { power } => shading / power,
                        RiskAversion::Cara { aversion } => (aversion * shading).exp_m1() / aversion,
                    }
                };
                let first = slope(0.0, bid);
                let second = slope(0.5, bid + 0.5 * step * first);
                let third = slope(0.5, bid + 0.5 * step * second);
                let fourth = slope(1.0, bid + step * third);
                bid += step / 6.0 * (first + 2.0 * second + 2.0 * third + fourth);
            }
            bids[i] = bid;
        }
        bids
    }

    proptest! {
        #![proptest_config(config(15))]

        #[test]
        fn bids_and_revenue(
            draft in drafts().prop_map(|draft| first_price(&draft)).prop_filter("one sale, unsold is lost", Draft::is_single_sale),
            risk in prop_oneof![
                (0.2_f64..1.0).prop_map(|power| RiskAversion::Crra { power }),
                (0.1_f64..6.0).prop_map(|aversion| RiskAversion::Cara { aversion }),
            ],
        ) {
            let draft = draft.with(|draft| draft.maturity = draft.maturity.min(2));
            let text = averse(&draft, risk);
            let market = solved(&text);
            let auction = market.start().auction;
            let Some(cutoff) = auction.participation_cutoff else { return Ok(()) };
            let law = market.market.buyers().cost();
            // Evenly spaced in F and in θ, to the cutoff and beyond it.
            let mut grid: Vec<f64> = (0..=STEPS).map(|k| k as f64 / STEPS as f64).flat_map(|x| [
                law.quantile(x), law.lower() + x * (law.upper() - law.lower()),
            ]).chain([cutoff]).collect();
            grid.sort_by(f64::total_cmp);
            grid.dedup();
            let prize = market.prizes().initial_prize();
            let types = market.equilibrium.bids(&market.market, 0, prize, &grid).expect("types");
            let cost = draft.winner_cost.unwrap_or(0.0);
            let values: Vec<f64> = types.iter().map(|one| one.ticket_value - cost).collect();
            let (rivals, lowest): (Vec<f64>, Vec<f64>) = grid.iter().map(|&x| chances(draft.count, law.cdf(x))).unzip();
            let revenue = |last: usize, reserve: f64| {
                let bids = bids(&values, &rivals, last, reserve, risk);
                (1..=last).map(|i| 0.5 * (bids[i] + bids[i - 1]) * (lowest[i] - lowest[i - 1])).sum::<f64>()
            };
            let last = grid.iter().position(|&x| x == cutoff).expect("the cutoff");
            let reserve = auction.reserve_price.expect("a price");
            let scale = market.scale();
            near(&format!("revenue\n{text}"), auction.revenue, revenue(last, reserve), 2e-4 * scale);
            let bids = bids(&values, &rivals, last, reserve, risk);
            for i in (0..=last).step_by(37) {
                let bid = types[i].bid.expect("a bid").bid;
                near(&format!("bid of {}\n{text}", grid[i]), bid, bids[i], 1e-3 * scale);
            }
            if matches!(draft.reserve, Reserve::Optimal) {
                let best = (1..grid.len()).step_by(8).take_while(|&k| values[k] >= 0.0).map(|k| revenue(k, values[k]));
                let best = best.fold(0.0, f64::max);
                prop_assert!(auction.revenue >= best - 2e-4 * scale, "{} {best}\n{text}", auction.revenue);
            }
        }
    }
}

mod evidence {
    use super::*;

    proptest! {
        #![proptest_config(config(80))]

        #[test]
        fn markets_are_verified(draft in drafts().prop_map(|draft| first_price(&draft)), risk in risks()) {
            let text = averse(&draft, risk);
            let market = solved(&text);
            prop_assert!(market.summary.certificate.verified, "{:?}\n{}", market.summary.certificate, text);
            // Any second-price cutoff can be used in the first-price auction, where buyers bid more.
            let formats = market.summary.revenue_by_format.expect("two formats");
            prop_assert!(
                formats.first_price >= formats.second_price - 1e-11 * market.scale(),
                "{formats:?}\n{text}"
            );
        }
    }
}

mod play {
    use super::*;

    #[test]
    fn simulated_figures_agree() {
        let draft = Draft::plain().with(|draft| {
            draft.maturity = 3;
            draft.states = vec![0.7, 1.3];
            draft.transition = vec![vec![0.6, 0.4], vec![0.3, 0.7]];
            draft.reserve = Reserve::Optimal;
            draft.winner_cost = Some(0.05);
        });
        for risk in [
            RiskAversion::Crra { power: 0.4 },
            RiskAversion::Cara { aversion: 4.0 },
            RiskAversion::Cara { aversion: 300.0 },
        ] {
            let market = solved(&averse(&draft, risk));
            let script = Script::new(&market.market, &market.equilibrium, Deviation::None).expect("a script");
            let tally = script.play_block(7, 0, 60_000);
            for figure in tally.figures(&market.summary, false) {
                let z = figure.z.expect("an exact figure");
                assert!(z.abs() < 4.0, "{risk:?} {figure:?}");
            }
        }
    }

    /// In money a lower bid would pay: it is the risk of losing that keeps bids up.
    #[test]
    fn deviations_lose_in_certainty_equivalents() {
        let market = solved(&one_auction(
            "count = 3\nrisk_aversion.crra = { power = 0.3 }",
            "\"none\"",
        ));
        for factor in [0.85, 1.1] {
            let script = Script::new(&market.market, &market.equilibrium, Deviation::Bids(factor)).expect("a script");
            let mut tally = Tally::default();
            tally.merge(&script.play_block(3, 0, 100_000));
            let figures = tally.figures(&market.summary, true);
            let gain = figures.last().expect("a deviation");
            let (mean, error) = (gain.mean.expect("a mean"), gain.standard_error.expect("an error"));
            assert!(mean < -4.0 * error, "{factor}: {gain:?}");
        }
    }
}
