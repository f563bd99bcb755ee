//! Every participant pays K before she learns her cost (Levin and Smith 1994).
//!
//! Each buyer enters with probability e, and nobody sees how many did. An entrant expects
//! u(e) = ∫_lo^θ̂ F D Q_e dθ + F(θ̂) (v(θ̂) − ρ) Q_e(θ̂), which falls in e: u(e) = K, or e = 1 if u(1) ≥ K, or e = 0
//! if u(0) ≤ K.
//!
//! While e < 1 buyers gain nothing, and the holder has the whole surplus, which is largest at ρ = ω. Once all enter
//! at ρ = ω, she raises the price: to a local maximum of Π at which all still enter, or to the highest price at which
//! they do.

use super::free;
use super::{Cutoff, Entry};
use crate::auction::Competition;
use crate::auction::bidders::{Bidders, Marginal};
use crate::auction::reserve::{self, Candidate};
use crate::cost::Tail;
use crate::market::Reserve;
use crate::numerics::{gauss, root};

/// Gains closer than this to K, relative, are K: both are sums of rounded terms.
const SAME: f64 = 1e-14;
/// Nobody enters with a probability below this.
const RAREST: f64 = 1e-18;

/// The equilibrium of entry.
pub(super) fn entry(bidders: &Bidders<'_, '_>, rule: Reserve, cost: f64, unsold: f64) -> Entry {
    match rule {
        Reserve::None => priced(bidders, 0.0, cost),
        Reserve::Price(price) => priced(bidders, price, cost),
        Reserve::Optimal => {
            let efficient = priced(bidders, unsold, cost);
            match efficient.cutoff {
                Some(cutoff) if efficient.probability == Some(1.0) => {
                    Entry::by_lot(Some(dearest(bidders, &cutoff, cost, unsold)), 1.0)
                }
                Some(_) | None => efficient,
            }
        }
    }
}

/// At a price that is given: who has entered bids if the ticket is worth the price to her.
fn priced(bidders: &Bidders<'_, '_>, price: f64, cost: f64) -> Entry {
    let cutoff = free::priced(bidders, price);
    let probability = cutoff
        .as_ref()
        .map_or(0.0, |cutoff| Gain::of(bidders, &cutoff.marginal, price).entry(cost));
    Entry::by_lot(cutoff, probability)
}

/// u(e) at one price.
struct Gain {
    competition: Competition,
    /// D F and the weight of a quadrature rule, with the tail there; and F (v − ρ) at the marginal type.
    terms: Vec<(f64, Tail)>,
}

impl Gain {
    fn of(bidders: &Bidders<'_, '_>, marginal: &Marginal, price: f64) -> Self {
        let panels = bidders.panels();
        let law = panels.law();
        let mut terms = Vec::with_capacity(gauss::panel_rule().len() * (marginal.panel + 1) + 1);
        let stretches = panels.points().windows(2).enumerate();
        for (panel, pair) in stretches.take(marginal.panel + 1) {
            let (left, right) = (pair[0].cost, pair[1].cost.min(marginal.point.cost));
            let width = right - left;
            for &(node, weight) in gauss::panel_rule() {
                let cost = left + width * node;
                let (tail, discount) = (Tail::at(law, cost), bidders.discount_at(panel, cost));
                terms.push((weight * width * discount * tail.cdf, tail));
            }
        }
        let tail = Tail::at(law, marginal.point.cost);
        terms.push((tail.cdf * (marginal.value - price), tail));
        Self {
            competition: *panels.competition(),
            terms,
        }
    }

    fn at(&self, entry: f64) -> f64 {
        let competition = self.competition.thinned(entry);
        self.terms
            .iter()
            .map(|(weight, tail)| weight * competition.log_rivals_above(tail).exp())
            .sum()
    }

    /// e.
    fn entry(&self, cost: f64) -> f64 {
        if self.at(1.0) >= cost * (1.0 - SAME) {
            return 1.0;
        }
        if self.at(0.0) <= cost {
            return 0.0;
        }
        // Among a million buyers e may be tiny, and is wanted relative to itself.
        let (mut below, mut above) = (0.25, 1.0);
        while self.at(below) < cost {
            above = below;
            below *= 0.25;
            if below < RAREST {
                return 0.0;
            }
        }
        root::bracketed(below, above, |entry| (self.at(entry) / cost).ln()).unwrap_or(above)
    }
}

/// The best price when all enter at the `efficient` cutoff.
fn dearest(bidders: &Bidders<'_, '_>, efficient: &Cutoff, cost: f64, unsold: f64) -> Cutoff {
    let boundary = match highest_price(bidders, cost) {
        Boundary::Price(cutoff) if cutoff.reserve >= unsold => return cutoff,
        Boundary::Price(_) => return *efficient,
        Boundary::Type(marginal) => marginal,
    };
    if boundary.point.cost >= efficient.marginal.point.cost {
        return *efficient;
    }
    let mut best = Candidate::at(bidders, boundary);
    for candidate in reserve::local_maxima(bidders, 0.0, unsold) {
        let comes = candidate.marginal.point.cost > boundary.point.cost;
        if comes && reserve::at_least(bidders, 0.0, unsold, &candidate, &best) {
            best = candidate;
        }
    }
    Cutoff {
        reserve: best.marginal.value,
        marginal: best.marginal,
    }
}

/// The most that can be asked if all are to enter.
enum Boundary {
    /// v of this type.
    Type(Marginal),
    /// Less than v(hi).
    Price(Cutoff),
}

/// Solves ∫_lo^θ̂ F D Q dθ = K, and beyond hi … + (v(hi) − ρ) Q(hi) = K.
fn highest_price(bidders: &Bidders<'_, '_>, cost: f64) -> Boundary {
    let panels = bidders.panels();
    let (law, competition, points) = (panels.law(), panels.competition(), panels.points());
    let over = |panel: usize, from: f64, to: f64| {
        bidders.integrate(panel, from, to, |x| {
            let tail = Tail::at(law, x);
            tail.cdf * competition.log_rivals_above(&tail).exp()
        })
    };
    let mut gain = 0.0;
    for panel in 0..points.len() - 1 {
        let (left, right) = (points[panel].cost, points[panel + 1].cost);
        let whole = over(panel, left, right);
        if gain + whole >= cost {
            let crossing = root::bracketed(left, right, |x| gain + over(panel, left, x) - cost).unwrap_or(right);
            return Boundary::Type(bidders.marginal(panel, crossing));
        }
        gain += whole;
    }
    let last = points.len() - 1;
    let marginal = bidders.marginal(last - 1, points[last].cost);
    Boundary::Price(Cutoff {
        reserve: marginal.value - (cost - gain) / marginal.point.rivals,
        marginal,
    })
}
