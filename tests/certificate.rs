//! The certificate against tampering: what is wrong is found, and is as large as it is.

mod common;

use common::draft::{Count, Draft, Exercise, Reserve, Shape};
use common::{Solved, evidence, near};
use etm_solver::Settings;
use etm_solver::timing::Decision;
use etm_solver::verify::{Certificate, certify};

/// How far bids are shifted, ETH.
const SHIFT: f64 = 1e-4;

fn recertified(solved: &Solved) -> Certificate {
    certify(&solved.market, &solved.equilibrium, &Settings::default()).expect("a market that was solved")
}

/// The certificate after one stored bid of the first auction is shifted; `choose` picks it by its cost.
fn with_shifted_bid(solved: &mut Solved, cost: f64, shift: f64) -> (f64, Certificate) {
    let bids = &mut solved.equilibrium.induction.schedules[0].bids;
    let nearest = (0..bids.len())
        .min_by(|&i, &j| (bids[i].cost - cost).abs().total_cmp(&(bids[j].cost - cost).abs()))
        .expect("bids");
    let (owner, untouched) = (bids[nearest].cost, bids[nearest].bid);
    bids[nearest].bid += shift;
    let certificate = recertified(solved);
    solved.equilibrium.induction.schedules[0].bids[nearest].bid = untouched;
    (owner, certificate)
}

fn first_auction(format: &'static str) -> Solved {
    Draft::plain().with(|draft| draft.format = format).solved()
}

/// Fails unless the only thing found is that `gain` can be had by another bid, `gap` away from the stored one.
fn finds(what: &str, certificate: &Certificate, gain: f64, gap: f64) {
    near(
        &format!("{what}: gain"),
        certificate.bid_deviation_gain,
        gain,
        0.01 * gain + 1e-15,
    );
    near(&format!("{what}: foc_gap"), certificate.foc_gap, gap, 1e-3 * gap);
    assert!(!certificate.verified, "{what}: {certificate:?}");
    assert!(certificate.timing_deviation_gain < 1e-12 && certificate.value_gap < 1e-12);
}

/// One prize of 1 ETH, two buyers, costs uniform on [0, 1], no reserve: v = 1 − θ, and a bid b beats a rival with
/// probability 2b. A bid of v/2 + ε earns (v/2 − ε)(v + 2ε) = v²/2 − 2ε².
#[test]
fn a_shifted_first_price_bid_costs_its_square() {
    let mut solved = first_auction("first_price");
    for cost in [0.1, 0.35, 0.5, 0.8] {
        for shift in [SHIFT, -SHIFT] {
            let (owner, certificate) = with_shifted_bid(&mut solved, cost, shift);
            near("the owner's cost", owner, cost, 0.1);
            finds(
                &format!("cost {owner}, {shift:e}"),
                &certificate,
                2.0 * SHIFT * SHIFT,
                SHIFT,
            );
        }
    }
}

/// The lowest cost wins for sure already: what she adds to her bid is lost.
#[test]
fn the_highest_bid_loses_what_is_added_to_it() {
    for format in ["first_price", "all_pay"] {
        let mut solved = first_auction(format);
        let (owner, certificate) = with_shifted_bid(&mut solved, 0.0, SHIFT);
        assert_eq!(owner, 0.0);
        finds(format, &certificate, SHIFT, SHIFT);
    }
    let mut solved = first_auction("first_price");
    let (_, certificate) = with_shifted_bid(&mut solved, 0.0, -SHIFT);
    finds("lowered", &certificate, 2.0 * SHIFT * SHIFT, SHIFT);
}

/// A bid of v + ε wins also against rivals worth v to v + ε, each at a loss: ∫ x dx over [0, ε].
#[test]
fn a_shifted_second_price_bid_costs_half_its_square() {
    let mut solved = first_auction("second_price");
    for cost in [0.2, 0.5, 0.7] {
        for shift in [SHIFT, -SHIFT] {
            let (owner, certificate) = with_shifted_bid(&mut solved, cost, shift);
            finds(
                &format!("cost {owner}, {shift:e}"),
                &certificate,
                SHIFT * SHIFT / 2.0,
                SHIFT,
            );
        }
    }
    // Above all rivals a second-price bid decides nothing.
    let (_, certificate) = with_shifted_bid(&mut solved, 0.0, SHIFT);
    assert!(certificate.bid_deviation_gain < 1e-15, "{certificate:?}");
    near("foc_gap", certificate.foc_gap, SHIFT, 1e-9);
}

/// A payment of b wins with probability √(2b) and v √(2b) − b is largest at v²/2, where its second derivative is −1/v².
#[test]
fn a_shifted_all_pay_bid_costs_more_the_less_it_could_win() {
    let mut solved = first_auction("all_pay");
    for cost in [0.2, 0.5, 0.7] {
        for shift in [SHIFT, -SHIFT] {
            let (owner, certificate) = with_shifted_bid(&mut solved, cost, shift);
            let value = 1.0 - owner;
            let gain = (value - (value * value + 2.0 * shift).sqrt()) * value + shift;
            finds(&format!("cost {owner}, {shift:e}"), &certificate, gain, SHIFT);
        }
    }
}

/// Sold two slots before maturity D = δ², v = δ² (E R_2 − θ), and a shift of ε means acting as a cost 2ε/D lower: it
/// costs 2ε²/D. Figures are divided by the scale, here R_0 = 1.6.
#[test]
fn gains_are_relative_to_the_scale() {
    let discount = 0.9;
    let mut solved = Draft::plain()
        .with(|draft| {
            draft.maturity = 2;
            draft.exercise = Exercise::AtMaturity;
            draft.states = vec![1.2, 1.6];
            draft.transition = vec![vec![0.5, 0.5], vec![0.25, 0.75]];
            draft.initial = 1;
            draft.discount = discount;
            draft.early = true;
        })
        .solved();
    assert_eq!(solved.start().decision, Decision::Sell);
    let (_, certificate) = with_shifted_bid(&mut solved, 0.5, SHIFT);
    let gain = 2.0 * SHIFT * SHIFT / (discount * discount);
    finds("early sale", &certificate, gain / 1.6, SHIFT / 1.6);
}

/// A bid below the reserve price wins nothing.
#[test]
fn a_bid_below_the_reserve_forgoes_the_gain() {
    let mut solved = Draft::plain()
        .with(|draft| draft.reserve = Reserve::Price(0.4))
        .solved();
    let (owner, certificate) = with_shifted_bid(&mut solved, 0.3, -0.2);
    // β = v − [∫_θ^θ̂ (1 − x) dx]/(1 − θ) with θ̂ = 0.6 is (v + 0.16/v)/2.
    let value = 1.0 - owner;
    let gain = value * (value - (value + 0.16 / value) / 2.0);
    assert!((value + 0.16 / value) / 2.0 - 0.2 < 0.4);
    finds("below the reserve", &certificate, gain, 0.2);
}

#[test]
fn a_bid_that_is_not_a_number_is_not_verified() {
    let mut solved = first_auction("first_price");
    let (_, certificate) = with_shifted_bid(&mut solved, 0.5, f64::NAN);
    assert!(!certificate.verified, "{certificate:?}");
}

/// Two prizes, an optimal reserve: the holder waits for the high prize, and sells at either in the last slot.
fn waiting_market() -> Draft {
    Draft::plain().with(|draft| {
        draft.maturity = 2;
        draft.states = vec![1.0, 2.0];
        draft.transition = vec![vec![0.8, 0.2], vec![0.2, 0.8]];
        draft.reserve = Reserve::Optimal;
    })
}

/// What is lost by the other decision at a node, relative to the scale.
fn bellman_loss(solved: &Solved, slot: usize, state: usize) -> f64 {
    let node = solved.equilibrium.induction.timing.at(slot, state);
    let wait = node.waiting_value.expect("not the last slot");
    (node.auction.revenue - wait).abs() / solved.scale()
}

#[test]
fn another_decision_costs_its_bellman_loss() {
    for (slot, state) in [(0, 0), (1, 0), (1, 1)] {
        let mut solved = waiting_market().solved();
        let loss = bellman_loss(&solved, slot, state);
        assert!(loss > 1e-3, "{loss}");
        let timing = &mut solved.equilibrium.induction.timing;
        let other = match timing.at(slot, state).decision {
            Decision::Sell => Decision::Wait,
            Decision::Wait | Decision::Exercise => Decision::Sell,
        };
        timing.override_decision(slot, state, other);
        let certificate = recertified(&solved);
        near(
            &format!("slot {slot}, state {state}"),
            certificate.timing_deviation_gain,
            loss,
            1e-9,
        );
        near("value_gap", certificate.value_gap, loss, 1e-9);
        assert!(!certificate.verified);
    }
}

/// With own use there are three decisions; the loss is to the best of them.
#[test]
fn using_a_ticket_that_should_be_sold_costs_the_difference() {
    let mut solved = waiting_market().with(|draft| draft.own_cost = Some(0.7)).solved();
    let node = *solved.equilibrium.induction.timing.at(1, 1);
    assert_eq!(node.decision, Decision::Sell);
    let loss = (node.value - node.exercise_value.expect("she can")) / solved.scale();
    let timing = &mut solved.equilibrium.induction.timing;
    timing.override_decision(1, 1, Decision::Exercise);
    let certificate = recertified(&solved);
    near("gain", certificate.timing_deviation_gain, loss, 1e-9);
    assert!(!certificate.verified);
}

/// In the last slot there is nothing to wait for, and without an own cost nothing to use: no policy at all.
#[test]
fn decisions_that_do_not_exist_are_not_verified() {
    for (slot, decision) in [(2, Decision::Wait), (1, Decision::Exercise)] {
        let mut solved = waiting_market().solved();
        let timing = &mut solved.equilibrium.induction.timing;
        timing.override_decision(slot, 0, decision);
        let certificate = recertified(&solved);
        assert!(!certificate.verified, "{decision:?}: {certificate:?}");
    }
}

/// A tie costs nothing either way.
#[test]
fn another_decision_at_a_tie_costs_nothing() {
    let mut solved = waiting_market()
        .with(|draft| {
            draft.exercise = Exercise::AtMaturity;
            draft.reserve = Reserve::None;
        })
        .solved();
    assert!(solved.summary.indifferent);
    solved
        .equilibrium
        .induction
        .timing
        .override_decision(0, 0, Decision::Sell);
    let certificate = recertified(&solved);
    assert!(certificate.timing_deviation_gain < 1e-12, "{certificate:?}");
}

/// Well-behaved laws: nothing is found, and certifying again says the same.
#[test]
fn an_untouched_equilibrium_is_verified() {
    let shapes = [
        Shape::Uniform,
        Shape::Power { exponent: 2.0 },
        Shape::Beta { alpha: 2.0, beta: 3.0 },
        Shape::Normal { mean: 0.5, sd: 0.3 },
        Shape::Lognormal {
            log_mean: -0.7,
            log_sd: 0.5,
        },
        Shape::Exponential { rate: 2.0 },
        Shape::Empirical {
            quantiles: vec![0.1, 0.3, 0.5, 0.9, 1.1],
        },
    ];
    for shape in shapes {
        for count in [Count::Fixed(3), Count::Poisson(2.5), Count::Binomial(6, 0.4)] {
            for format in common::draft::FORMATS {
                let draft = waiting_market().with(|draft| {
                    draft.lower = 0.1;
                    draft.upper = 1.1;
                    draft.shape = shape.clone();
                    draft.count = count;
                    draft.format = format;
                    draft.own_cost = Some(1.0);
                });
                let solved = draft.solved();
                let certificate = recertified(&solved);
                assert_eq!(certificate, solved.equilibrium.certificate);
                for (name, figure) in evidence(&certificate) {
                    assert!(figure < 1e-12, "{name} is {figure:e} in{draft:?}");
                }
                assert!(certificate.verified);
            }
        }
    }
}
