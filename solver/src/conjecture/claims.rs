//! The five claims of the conjecture, each with verdict, gap and witness.

use serde::Serialize;

use super::case::Case;
use super::witness::Witness;
use super::{allocation, bids};
use crate::market::Exercise;
use crate::timing::Decision;

/// One claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claim {
    /// `timing`, `immediate_exercise`, `revenue`, `allocation` or `bids`.
    pub name: &'static str,
    /// `None` where it cannot be judged: without any sale, or where it is not defined.
    pub holds: Option<bool>,
    /// How far it is from holding, in `unit`.
    pub gap: Option<f64>,
    /// `"probability"` or `"ETH"`.
    pub unit: &'static str,
    /// The gap relative to the holder's value, for gaps in ETH.
    pub relative_gap: Option<f64>,
    /// Where it fails.
    pub witness: Option<Witness>,
    /// What the witness's two values are, or why the claim cannot be judged.
    pub note: Option<&'static str>,
}

/// The claims, in the order of the theory page.
pub(super) fn all(case: &Case<'_>) -> Vec<Claim> {
    vec![
        timing(case),
        immediate_exercise(case),
        revenue(case),
        allocation(case),
        bids(case),
    ]
}

fn probability(case: &Case<'_>, name: &'static str, gap: f64, witness: Option<Witness>, note: &'static str) -> Claim {
    let holds = gap <= case.tolerance;
    let drawn = matches!(case.market.ticket().exercise(), Exercise::Lottery { .. });
    let note = match (holds, witness.is_some(), drawn) {
        (true, _, _) => None,
        (false, true, _) => Some(note),
        (false, false, true) => Some(DRAWN),
        (false, false, false) => None,
    };
    Claim {
        name,
        holds: Some(holds),
        gap: Some(gap.max(0.0)),
        unit: "probability",
        relative_gap: None,
        witness: if holds { None } else { witness },
        note,
    }
}

fn amount(case: &Case<'_>, name: &'static str, gap: f64, witness: Option<Witness>, note: &'static str) -> Claim {
    let holds = gap / case.scale <= case.tolerance;
    let value = case.figures.seller_value;
    Claim {
        name,
        holds: Some(holds),
        gap: Some(gap.max(0.0)),
        unit: "ETH",
        relative_gap: (value > 0.0).then(|| gap.max(0.0) / value),
        witness: if holds { None } else { witness },
        note: (!holds && witness.is_some()).then_some(note),
    }
}

fn unjudged(name: &'static str, unit: &'static str, why: &'static str) -> Claim {
    Claim {
        name,
        holds: None,
        gap: None,
        unit,
        relative_gap: None,
        witness: None,
        note: Some(why),
    }
}

const DRAWN: &str = "a lottery ticket is exercised when it is drawn, be it before slot T or after its sale";
const NO_SALE: &str = "the ticket is never sold";

/// An auction is held in slot T for sure, and so in no other.
fn timing(case: &Case<'_>) -> Claim {
    if case.figures.sold_probability == 0.0 {
        return unjudged("timing", "probability", NO_SALE);
    }
    let held = case.figures.auction_probability[case.maturity()];
    let witness = first_reached(case, |slot, _, decision| {
        slot < case.maturity() && decision != Decision::Wait
    })
    .map(|(slot, state)| {
        let node = case.equilibrium.induction.timing.at(slot, state);
        Witness {
            slot,
            prize: case.prizes.states(slot)[state],
            cost: None,
            ticket: node.value,
            spot: node.waiting_value.unwrap_or(0.0),
        }
    });
    probability(
        case,
        "timing",
        1.0 - held,
        witness,
        "she does not wait: value of her decision, value of waiting, ETH",
    )
}

/// Given a sale the winner exercises in the slot of the sale.
fn immediate_exercise(case: &Case<'_>) -> Claim {
    let Some(immediate) = case.figures.immediate_exercise_probability else {
        return unjudged("immediate_exercise", "probability", NO_SALE);
    };
    let boundary = &case.equilibrium.induction.boundary;
    let witness = first_reached(case, |slot, state, decision| {
        let auction = &case.equilibrium.induction.timing.at(slot, state).auction;
        decision == Decision::Sell
            && auction
                .participation_cutoff
                .is_some_and(|cutoff| boundary.slot(slot)[state] < cutoff)
    })
    .and_then(|(slot, state)| {
        let node = case.equilibrium.induction.timing.at(slot, state);
        let prize = case.prizes.states(slot)[state];
        let cost = node.auction.participation_cutoff?;
        let held = case.equilibrium.bids(case.market, slot, prize, &[cost]).ok()?;
        Some(Witness {
            slot,
            prize,
            cost: Some(cost),
            ticket: held.first()?.ticket_value,
            spot: prize - cost,
        })
    });
    probability(
        case,
        "immediate_exercise",
        1.0 - immediate,
        witness,
        "the marginal type keeps the ticket: its value to her, exercising at once, ETH",
    )
}

/// The holder's value is that of the spot auction at maturity.
fn revenue(case: &Case<'_>) -> Claim {
    if case.figures.sold_probability == 0.0 {
        return unjudged("revenue", "ETH", NO_SALE);
    }
    let (ticket, spot) = (case.figures.seller_value, case.figures.spot_at_maturity_value);
    let witness = Witness {
        slot: 0,
        prize: case.prizes.initial_prize(),
        cost: None,
        ticket,
        spot,
    };
    amount(
        case,
        "revenue",
        (ticket - spot).abs(),
        Some(witness),
        "the holder's value, the spot auction at maturity, ETH",
    )
}

/// The same winner exercises in the same slot as in the spot auction at maturity.
fn allocation(case: &Case<'_>) -> Claim {
    if case.figures.sold_probability == 0.0 {
        return unjudged("allocation", "probability", NO_SALE);
    }
    match allocation::different(case) {
        Ok((different, witness)) => probability(
            case,
            "allocation",
            different,
            witness,
            "given this lowest cost, probability of the same outcome, which should be 1",
        ),
        Err(why) => unjudged("allocation", "probability", why),
    }
}

/// Bids where a sale happens are worth what the bids of the spot auction at maturity are worth there.
fn bids(case: &Case<'_>) -> Claim {
    if case.figures.sold_probability == 0.0 {
        return unjudged("bids", "ETH", NO_SALE);
    }
    let (gap, witness) = bids::distance(case);
    amount(
        case,
        "bids",
        gap,
        witness,
        "bid for the ticket, value at that date of the spot auction's bid, ETH",
    )
}

/// The first node, by slot and prize, that the policy reaches and that satisfies a condition.
fn first_reached(case: &Case<'_>, wanted: impl Fn(usize, usize, Decision) -> bool) -> Option<(usize, usize)> {
    let timing = &case.equilibrium.induction.timing;
    (0..timing.slots()).find_map(|slot| {
        timing.slot(slot).iter().enumerate().find_map(|(state, node)| {
            let reached = case.reached(slot, state);
            (reached && wanted(slot, state, node.decision)).then_some((slot, state))
        })
    })
}
