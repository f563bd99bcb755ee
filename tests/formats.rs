//! One node's auction in every format, beside the spot auction of the same prize.

mod brute;
mod common;

use brute::random_market;
use common::draft::{Draft, Exercise, FORMATS, Reserve};
use common::{Solved, near, solved};
use etm_solver::market::{Exercise as Rule, Format};
use etm_solver::{NodeBids, SolveError, TypeBids};

const FORMAT: [Format; 3] = [Format::FirstPrice, Format::SecondPrice, Format::AllPay];
const ROUNDING: f64 = 1e-12;

fn bids(solved: &Solved, slot: usize, prize: f64, costs: &[f64]) -> NodeBids {
    solved
        .equilibrium
        .bids_in_every_format(&solved.market, slot, prize, costs)
        .expect("a node of the market")
}

/// Types at these quantiles of the cost law.
fn types(solved: &Solved, quantiles: &[f64]) -> Vec<f64> {
    let law = solved.market.buyers().cost();
    quantiles.iter().map(|&q| law.quantile(q)).collect()
}

/// A random market in each format: the same but for it.
fn in_each_format(seed: u64) -> (String, [Solved; 3]) {
    let (text, _) = random_market(seed);
    let line = |name: &str| format!("format = \"{name}\"");
    let markets = FORMATS.map(|wanted| {
        let own = FORMATS
            .iter()
            .find(|name| text.contains(&line(name)))
            .expect("a format");
        solved(&text.replace(&line(own), &line(wanted)))
    });
    (text, markets)
}

/// In each format's column stand the bids of the market with that format, bit for bit.
#[test]
fn columns_are_the_bids_of_the_market_with_that_format() {
    let (mut bidding, mut absent) = (0, 0);
    for seed in 0..80 {
        let (text, markets) = in_each_format(seed);
        let maturity = markets[0].market.ticket().maturity();
        let costs = types(&markets[0], &[0.0, 0.07, 0.33, 0.5, 0.81, 1.0]);
        for slot in [0, maturity] {
            for &prize in markets[0].prizes().states(slot) {
                for solved in &markets {
                    let node = bids(solved, slot, prize, &costs);
                    for (format, other) in FORMAT.into_iter().zip(&markets) {
                        let alone = other
                            .equilibrium
                            .bids(&other.market, slot, prize, &costs)
                            .expect("bids");
                        for (one, other) in node.types.iter().zip(&alone) {
                            assert_eq!(one.bid(format), other.bid.map(|bid| bid.bid), "seed {seed}\n{text}");
                            assert_eq!(one.expected_gain, other.bid.map(|bid| bid.expected_gain));
                            assert_eq!(one.win_probability, other.bid.map(|bid| bid.win_probability));
                            assert_eq!((one.cost, one.ticket_value), (other.cost, other.ticket_value));
                            bidding += usize::from(other.bid.is_some());
                            absent += usize::from(other.bid.is_none());
                        }
                    }
                }
            }
        }
    }
    assert!(bidding > 1000 && absent > 1000, "{bidding} bids, {absent} absent");
}

/// What a type expects to pay, from each format's bids and rules alone.
fn expected_payments(one: &TypeBids, above: &[TypeBids], reserve: f64) -> Option<[f64; 3]> {
    let (first, win, all_pay) = (one.first_price?, one.win_probability?, one.all_pay?);
    // The highest losing bid, or the reserve: ∫ v(x) (−Q′(x)) dx + ρ Q(θ̂), by the trapezoid rule in Q.
    let mut second = 0.0;
    let mut last = *one;
    for next in above {
        let (Some(price), Some(rivals)) = (next.second_price, next.win_probability) else {
            break;
        };
        second += 0.5 * (last.second_price? + price) * (last.win_probability? - rivals);
        last = *next;
    }
    Some([first * win, second + reserve * last.win_probability?, all_pay])
}

#[test]
fn every_format_costs_the_same() {
    let mut compared = 0;
    for seed in 0..60 {
        let (text, _) = random_market(seed);
        let solved = solved(&text);
        let winner_cost = solved.market.participation().winner_cost();
        for &prize in solved.prizes().states(0) {
            let auction = solved.node(0, prize).auction;
            let (Some(cutoff), Some(reserve)) = (auction.participation_cutoff, auction.reserve_price) else {
                continue;
            };
            let lower = solved.market.buyers().cost().lower();
            // Denser towards the ends, where a law's density may vanish or be infinite.
            let costs: Vec<f64> = (0..=900)
                .map(|k| {
                    let x = f64::from(k) / 900.0;
                    (lower + (cutoff - lower) * x * x * (3.0 - 2.0 * x)).clamp(lower, cutoff)
                })
                .collect();
            let node = bids(&solved, 0, prize, &costs);
            for k in [0, 120, 450, 780] {
                let one = &node.types[k];
                let what = format!("cost {} at {prize}, seed {seed}\n{text}", one.cost);
                let (value, win) = (one.ticket_value - winner_cost, one.win_probability.expect("takes part"));
                let gain = one.expected_gain.expect("takes part");
                let [first, second, all_pay] =
                    expected_payments(one, &node.types[k + 1..], reserve).expect("all take part");
                near(&format!("U, {what}"), gain, win * value - first, ROUNDING);
                near(&format!("all-pay, {what}"), all_pay, first, ROUNDING);
                near(&format!("second price, {what}"), second, first, 2e-5);
                near(
                    &format!("v, {what}"),
                    one.second_price.expect("takes part"),
                    value,
                    ROUNDING,
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "{compared} types only");
}

/// The marginal type, where she is indifferent, bids the least that is admitted.
#[test]
fn the_marginal_type_bids_the_minimum() {
    let mut compared = 0;
    for reserve in [Reserve::None, Reserve::Optimal, Reserve::Price(0.35)] {
        for count in [1, 2, 5] {
            let draft = Draft::plain().with(|draft| {
                draft.states = vec![0.8];
                draft.count = common::draft::Count::Fixed(count);
                draft.reserve = reserve;
            });
            let solved = draft.solved();
            let cutoff = solved.start().auction.participation_cutoff.expect("somebody comes");
            let node = bids(&solved, 0, 0.8, &[cutoff, 0.99]);
            let rivals = (1.0 - cutoff).powi(i32::try_from(count).expect("few") - 1);
            for terms in &node.terms {
                let what = format!("{:?} with {count}, {reserve:?}", terms.format);
                assert_eq!(terms.participation_cutoff, Some(cutoff), "{what}");
                let price = terms.reserve_price.expect("a reserve price");
                let factor = if terms.format == Format::AllPay { rivals } else { 1.0 };
                let least = terms.minimum_bid.expect("a minimum bid");
                near(&what, least, factor * price, 1e-15);
                near(&what, node.types[0].bid(terms.format).expect("she comes"), least, 1e-15);
                assert_eq!(node.types[1].bid(terms.format), None, "{what}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 27);
}

#[test]
fn nobody_comes_to_a_price_above_every_value() {
    let draft = Draft::plain().with(|draft| draft.reserve = Reserve::Price(3.0));
    let node = bids(&draft.solved(), 0, 1.0, &[0.0, 0.5]);
    let minimum: Vec<Option<f64>> = node.terms.iter().map(|terms| terms.minimum_bid).collect();
    assert_eq!(minimum, [Some(3.0), Some(3.0), None]);
    for one in &node.types {
        assert_eq!(FORMAT.map(|format| one.bid(format)), [None; 3]);
        assert_eq!((one.win_probability, one.expected_gain, one.spot), (None, None, None));
    }
}

mod spot {
    use super::*;

    /// In the last slot a ticket is the right to that slot's prize.
    #[test]
    fn the_last_ticket_auction_is_a_spot_auction() {
        let mut compared = 0;
        for seed in 0..200 {
            let (text, _) = random_market(seed);
            let solved = solved(&text);
            if matches!(solved.market.ticket().exercise(), Rule::Lottery { .. }) {
                continue;
            }
            let maturity = solved.market.ticket().maturity();
            let own = solved.market.auction().format();
            for &prize in solved.prizes().states(maturity) {
                let ticket = solved.node(maturity, prize).auction;
                // Whether the marginal type herself takes part is a matter of rounding.
                let costs: Vec<f64> = types(&solved, &[0.0, 0.11, 0.42, 0.63, 0.97])
                    .into_iter()
                    .filter(|cost| {
                        ticket
                            .participation_cutoff
                            .is_none_or(|cutoff| (cost - cutoff).abs() > 1e-9)
                    })
                    .collect();
                let node = bids(&solved, maturity, prize, &costs);
                let what = format!("{prize}, seed {seed}\n{text}");
                near(&what, node.spot.revenue, ticket.revenue, ROUNDING);
                match (node.spot.participation_cutoff, ticket.participation_cutoff) {
                    (Some(spot), Some(ticket)) => near(&what, spot, ticket, 1e-10),
                    (spot, ticket) => assert_eq!(spot, ticket, "{what}"),
                }
                for one in &node.types {
                    match (one.spot, one.bid(own)) {
                        (Some(spot), Some(ticket)) => near(&what, spot, ticket, 1e-10),
                        (spot, ticket) => assert_eq!(spot, ticket, "cost {}, {what}", one.cost),
                    }
                    compared += usize::from(one.spot.is_some());
                }
            }
        }
        assert!(compared > 300, "{compared} bids only");
    }

    fn uniform(reserve: Reserve) -> Solved {
        Draft::plain()
            .with(|draft| {
                draft.maturity = 4;
                draft.states = vec![1.0, 1.75];
                draft.transition = vec![vec![0.6, 0.4], vec![0.5, 0.5]];
                draft.reserve = reserve;
            })
            .solved()
    }

    /// Two uniform costs, no reserve: β = r − (1 + θ)/2, the prize less the rival's expected cost.
    #[test]
    fn without_a_reserve() {
        let solved = uniform(Reserve::None);
        for slot in 0..=4 {
            for prize in [1.0, 1.75] {
                let node = bids(&solved, slot, prize, &[0.0, 0.25, 0.6, 1.0]);
                assert_eq!(node.spot.participation_cutoff, Some(1.0));
                for one in &node.types {
                    let spot = one.spot.expect("everyone takes part");
                    near(
                        &format!("{prize}, {}", one.cost),
                        spot,
                        prize - 0.5 * (1.0 + one.cost),
                        ROUNDING,
                    );
                    // A ticket is worth at least the prize.
                    assert!(slot == 4 || one.first_price.is_some_and(|ticket| ticket >= spot - ROUNDING));
                }
            }
        }
        let wait = bids(&solved, 0, 1.0, &[0.9]);
        assert!(
            wait.types[0].first_price > wait.types[0].spot.map(|bid| bid + 0.1),
            "{wait:?}"
        );
    }

    /// The optimal reserve of two uniform costs: 2 θ̂ = r, ρ = r/2.
    #[test]
    fn with_the_optimal_reserve() {
        let node = bids(&uniform(Reserve::Optimal), 1, 1.0, &[0.0, 0.2, 0.45, 0.55]);
        near(
            "cutoff",
            node.spot.participation_cutoff.expect("a cutoff"),
            0.5,
            ROUNDING,
        );
        near("reserve", node.spot.reserve_price.expect("a price"), 0.5, ROUNDING);
        for one in &node.types[..3] {
            let rivals = 1.0 - one.cost;
            let expected = 1.0 - one.cost - 0.5 * (rivals * rivals - 0.25) / rivals;
            near(
                &format!("{}", one.cost),
                one.spot.expect("takes part"),
                expected,
                ROUNDING,
            );
        }
        assert_eq!(node.types[3].spot, None);
    }

    /// A holder who would use the prize herself sells it only for more: 2 θ̂ = θ_S.
    #[test]
    fn with_an_own_cost() {
        let solved = Draft::plain()
            .with(|draft| {
                draft.maturity = 2;
                draft.reserve = Reserve::Optimal;
                draft.own_cost = Some(0.6);
            })
            .solved();
        let node = bids(&solved, 0, 1.0, &[0.1]);
        near(
            "cutoff",
            node.spot.participation_cutoff.expect("a cutoff"),
            0.3,
            ROUNDING,
        );
        near("reserve", node.spot.reserve_price.expect("a price"), 0.7, ROUNDING);
    }

    /// A lottery ticket is sold before its draw, the spot auction after it.
    #[test]
    fn beside_a_lottery_ticket() {
        let solved = Draft::plain()
            .with(|draft| draft.exercise = Exercise::Lottery(0.25))
            .solved();
        let node = bids(&solved, 0, 1.0, &[0.5]);
        near(
            "ticket",
            node.types[0].first_price.expect("a bid"),
            0.25 * 0.25,
            ROUNDING,
        );
        near("spot", node.types[0].spot.expect("a bid"), 0.25, ROUNDING);
    }
}

/// Who takes part is within reach: F at the cutoff of a node.
#[test]
fn participation_probability_of_a_node() {
    let solved = Draft::plain().with(|draft| draft.reserve = Reserve::Optimal).solved();
    let node = &solved.equilibrium.induction.timing.slot(0)[0];
    let cutoff = node.auction.participation_cutoff.expect("a cutoff");
    near("F(θ̂)", solved.market.buyers().cost().cdf(cutoff), 0.5, ROUNDING);
}

#[test]
fn what_the_market_does_not_have_is_refused() {
    let solved = Draft::plain().solved();
    let ask = |slot: usize, prize: f64, cost: f64| {
        solved
            .equilibrium
            .bids_in_every_format(&solved.market, slot, prize, &[cost])
            .expect_err("no such node or type")
    };
    assert_eq!(ask(1, 1.0, 0.5), SolveError::NoSuchSlot { slot: 1, maturity: 0 });
    assert!(matches!(ask(0, 1.1, 0.5), SolveError::NoSuchPrize { .. }));
    assert!(matches!(ask(0, 1.0, 1.5), SolveError::NoSuchCost { .. }));
}
