//! Where the symmetric equilibrium of entry need not be the only one.

use crate::auction::Auction;
use crate::cost::{CostLaw, density_falls};
use crate::equilibrium::Equilibrium;
use crate::error::SolveError;
use crate::exercise::TicketValues;
use crate::market::{BuyerCount, LearnsCost, Market, Participation};
use crate::supported::{finite_prizes, reported_prizes};

/// Values closer than this to a price, relative, are the price.
const SAME: f64 = 1e-12;
/// Bisections of the support: far more than samples of a density tell apart.
const HALVINGS: usize = 40;

/// Whether equilibria in which buyers treat taking part differently may coexist with the symmetric one that was solved,
/// at a node that the holder reaches with the ticket.
///
/// *Participants who know their costs.* The equilibrium is unique if the law of values is concave from the price on (Tan
/// and Yilankaya 2006). With v = V_t(θ, r) on a linear piece of V its density is f(θ)/D, which falls in the value if f
/// increases in θ; at kinks it steps down, V being convex. So there may be others where f falls somewhere among the types
/// with v ≥ ρ, and where even the highest type's value is above ρ: no value lies between, and beyond them the law rises
/// from 0. `true` says no more than that this condition of uniqueness fails.
///
/// *Participants who do not.* Where each enters with a probability between 0 and 1, there are, in second-price auctions
/// at least, equilibria in which some come for sure and others never.
///
/// `false` for one buyer, where all types (or all buyers) take part, which is then dominant, and where nobody does. A
/// Poisson number has no asymmetric equilibria: every buyer faces the same law of rivals (Myerson 1998).
///
/// Where prizes are continuous, the nodes are those at the reporting points.
///
/// # Errors
/// As [`crate::solve()`].
pub fn asymmetric_equilibria_possible(market: &Market, equilibrium: &Equilibrium) -> Result<bool, SolveError> {
    let prizes = reported_prizes(market, equilibrium)?;
    let timing = &equilibrium.induction.timing;
    let nodes = |slot: usize| {
        let reached = (0..prizes.size()).filter(move |&state| equilibrium.path.reach(slot, state) > 0.0);
        reached.map(move |state| (state, &timing.at(slot, state).auction))
    };
    let rivals = match market.buyers().count() {
        BuyerCount::Fixed(n) => n > 1,
        BuyerCount::Binomial { trials, .. } => trials > 1,
        BuyerCount::Poisson { .. } => false,
    };
    let learns_cost = match market.participation() {
        Participation::ParticipantPays { cost, learns_cost } if cost > 0.0 && rivals => learns_cost,
        _ => return Ok(false),
    };
    let last = market.ticket().maturity();
    if learns_cost == LearnsCost::After {
        return Ok((0..=last)
            .flat_map(nodes)
            .filter_map(|(_, auction)| auction.entry_probability)
            .any(|entry| entry > 0.0 && entry < 1.0));
    }
    let law = market.buyers().cost();
    // The highest of the types worth the price somewhere: f is looked at once.
    let mut highest = f64::NEG_INFINITY;
    if let Some(solution) = &equilibrium.continuous {
        for slot in 0..=last {
            for (state, auction) in nodes(slot) {
                let profile = solution.profile(slot, prizes.states(slot)[state]);
                match bound(auction, law, |cost| profile.value(cost)) {
                    Bound::None => {}
                    Bound::Cost(cost) => highest = highest.max(cost),
                    Bound::Above => return Ok(true),
                }
            }
        }
        return Ok(density_falls(law, highest));
    }
    let mut values = TicketValues::at_maturity(market, finite_prizes(market)?);
    for slot in (0..=last).rev() {
        if slot < last {
            values.step_back_along(&equilibrium.induction.boundary);
        }
        for (state, auction) in nodes(slot) {
            let profile = values.profile(state);
            match bound(auction, law, |cost| profile.value(cost)) {
                Bound::None => {}
                Bound::Cost(cost) => highest = highest.max(cost),
                Bound::Above => return Ok(true),
            }
        }
    }
    Ok(density_falls(law, highest))
}

/// The types of an auction to whom winning is worth the price.
enum Bound {
    /// All types take part, or none: nothing to look at.
    None,
    /// Those up to this cost.
    Cost(f64),
    /// All of them, though not all take part.
    Above,
}

fn bound(auction: &Auction, law: &dyn CostLaw, value: impl Fn(f64) -> f64) -> Bound {
    match (auction.participation_cutoff, auction.reserve_price) {
        (Some(cutoff), Some(price)) if cutoff < law.upper() => {
            worth(value, law, price).map_or(Bound::Above, Bound::Cost)
        }
        _ => Bound::None,
    }
}

/// Where values cease to be above the price; `None` if that of the highest type is.
fn worth(value: impl Fn(f64) -> f64, law: &dyn CostLaw, price: f64) -> Option<f64> {
    let (mut below, mut above) = (law.lower(), law.upper());
    let gains = |cost: f64| value(cost) - price > SAME * value(law.lower());
    if gains(above) {
        return None;
    }
    // No root: values of 0 at a price of 0 are a stretch of costs, of which the lowest is meant.
    for _ in 0..HALVINGS {
        let middle = 0.5 * (below + above);
        if gains(middle) {
            below = middle;
        } else {
            above = middle;
        }
    }
    Some(above)
}
