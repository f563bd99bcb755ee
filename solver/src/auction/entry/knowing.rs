//! Every participant pays K and knows her cost when she decides (Samuelson 1985).
//!
//! The marginal type wins only if she is alone, and pays ρ then: (v(θ̂) − ρ) Q(θ̂) = K, or θ̂ = hi if the left side
//! is still larger there. It falls strictly where it is positive, so the cutoff is unique.

use super::Cutoff;
use crate::auction::bidders::{Bidders, Marginal};
use crate::auction::reserve;
use crate::cost::Tail;
use crate::market::Reserve;
use crate::numerics::root;

/// The cutoff and price; `None` if even the lowest cost alone would not gain K.
pub(super) fn cutoff(bidders: &Bidders<'_, '_>, rule: Reserve, cost: f64, unsold: f64) -> Option<Cutoff> {
    match rule {
        Reserve::None => priced(bidders, 0.0, cost),
        Reserve::Price(price) => priced(bidders, price, cost),
        Reserve::Optimal => reserve::best(bidders, cost, unsold).map(|best| Cutoff {
            reserve: best.marginal.value - cost / best.marginal.point.rivals,
            marginal: best.marginal,
        }),
    }
}

fn priced(bidders: &Bidders<'_, '_>, price: f64, cost: f64) -> Option<Cutoff> {
    marginal(bidders, price, cost).map(|marginal| Cutoff {
        marginal,
        reserve: price,
    })
}

fn marginal(bidders: &Bidders<'_, '_>, price: f64, cost: f64) -> Option<Marginal> {
    let panels = bidders.panels();
    let points = panels.points();
    // ln of what winning alone brings over what it costs; Q may be too small to be represented.
    let advantage = |value: f64, log_rivals: f64| {
        if value > price {
            ((value - price) / cost).ln() + log_rivals
        } else {
            f64::NEG_INFINITY
        }
    };
    let last = points.len() - 1;
    let at = |k: usize| advantage(bidders.values()[k], points[k].log_rivals);
    if at(0) <= 0.0 {
        return None;
    }
    let first_below = (1..=last).find(|&k| at(k) < 0.0);
    let Some(first_below) = first_below else {
        return Some(bidders.marginal(last - 1, points[last].cost));
    };
    let panel = first_below - 1;
    let (left, right) = (points[panel].cost, points[first_below].cost);
    let crossing = root::bracketed(left, right, |x| {
        let log_rivals = panels.competition().log_rivals_above(&Tail::at(panels.law(), x));
        advantage(bidders.value_in(panel, x), log_rivals)
    });
    // No change of sign up to rounding: the point itself is the marginal type.
    let crossing = crossing.unwrap_or(left);
    if crossing <= left && panel > 0 {
        return Some(bidders.marginal(panel - 1, left));
    }
    Some(bidders.marginal(panel, crossing))
}
