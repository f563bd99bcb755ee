//! Reserve rules: from a rule to the marginal type θ̂ and the price ρ.
//!
//! With ρ = v(θ̂) the holder's value is Π(θ̂) = ω + (v(θ̂) − ω) P(θ̂) + ∫_lo^θ̂ D F₂ dθ, whose derivative is
//! n̄ f Q (v − ω − D F/f). D steps down in θ, so this marginal revenue jumps *up* at kinks and Π has several local
//! maxima: all of them are found, and compared (Myerson 1981, without regularity of the values).

use super::bidders::{Bidders, Marginal};
use super::panels::{NEGLIGIBLE_LOG, cost_where, fallen};
use crate::cost::Tail;
use crate::market::Reserve;
use crate::numerics::gauss;

/// Two revenues closer than this, relative to the larger, tie; a tie among cutoffs goes to the larger.
const TIE: f64 = 1e-12;
/// Revenues closer than this, relative, are compared by their scaled difference.
const COMPARED: f64 = 1e-9;

/// Who takes part and at what reserve price.
pub(crate) struct Cutoff {
    pub marginal: Marginal,
    pub reserve: f64,
}

/// The cutoff and price of a reserve rule; `None` if no type of positive measure takes part.
pub(crate) fn cutoff(bidders: &Bidders<'_, '_>, rule: Reserve, unsold: f64) -> Option<Cutoff> {
    match rule {
        Reserve::None => priced(bidders, 0.0),
        Reserve::Price(price) => priced(bidders, price),
        Reserve::Optimal => optimal(bidders, unsold),
    }
}

fn priced(bidders: &Bidders<'_, '_>, price: f64) -> Option<Cutoff> {
    bidders.largest_type_worth(price).map(|marginal| Cutoff {
        marginal,
        reserve: price,
    })
}

/// A local maximum of Π over the cutoff.
struct Candidate {
    marginal: Marginal,
    /// ∫_lo^θ̂ D F₂.
    second: f64,
}

impl Candidate {
    fn revenue(&self, unsold: f64) -> f64 {
        unsold + (self.marginal.value - unsold) * self.marginal.point.lowest + self.second
    }
}

fn optimal(bidders: &Bidders<'_, '_>, unsold: f64) -> Option<Cutoff> {
    if bidders.values()[0] <= unsold {
        // Even the lowest cost is worth no more than keeping the ticket.
        return None;
    }
    let mut best: Option<Candidate> = None;
    for candidate in local_maxima(bidders, unsold) {
        let better = best
            .as_ref()
            .is_none_or(|incumbent| at_least(bidders, unsold, &candidate, incumbent));
        if better {
            best = Some(candidate);
        }
    }
    best.map(|best| Cutoff {
        reserve: best.marginal.value,
        marginal: best.marginal,
    })
}

/// Every cutoff above lo at which the marginal revenue turns from positive to negative, increasing.
fn local_maxima(bidders: &Bidders<'_, '_>, unsold: f64) -> Vec<Candidate> {
    let panels = bidders.panels();
    let (points, markups) = (panels.points(), panels.markups());
    let (values, discounts) = (bidders.values(), bidders.discounts());
    let mut found = Vec::new();
    let mut second = 0.0;
    let mut rising_before = false;
    for (k, &discount) in discounts.iter().enumerate() {
        if values[k] <= 0.0 {
            break;
        }
        let marginal_revenue = |value: f64, markup: f64| {
            // D = 0 only where v is 0 already; 0 · ∞ at an end without density must not be NaN.
            let rent = if discount > 0.0 { discount * markup } else { 0.0 };
            value - unsold - rent
        };
        let at_left = marginal_revenue(values[k], markups[k].right);
        let at_right = marginal_revenue(values[k + 1], markups[k + 1].left);
        if rising_before && at_left <= 0.0 && k > 0 {
            found.push(Candidate {
                marginal: bidders.marginal(k - 1, points[k].cost),
                second,
            });
        }
        rising_before = at_right > 0.0;
        if at_left > 0.0 && at_right <= 0.0 {
            // v − ω − D F/f = D (level − z(θ)).
            let level = points[k].cost + (values[k] - unsold) / discount;
            let cost = panels
                .virtual_cost()
                .crossing(level, points[k].cost, points[k + 1].cost);
            let marginal = bidders.marginal(k, cost);
            let partial = discount * marginal.second;
            found.push(Candidate {
                marginal,
                second: second + partial,
            });
        }
        second += discount * panels.panels()[k].second;
    }
    if rising_before {
        let last = discounts.len();
        found.push(Candidate {
            marginal: bidders.marginal(last - 1, points[last].cost),
            second,
        });
    }
    found
}

/// Whether the larger cutoff earns at least what the smaller does, up to [`TIE`].
fn at_least(bidders: &Bidders<'_, '_>, unsold: f64, larger: &Candidate, smaller: &Candidate) -> bool {
    let (high, low) = (larger.revenue(unsold), smaller.revenue(unsold));
    let scale = high.abs().max(low.abs());
    if (high - low).abs() > COMPARED * scale {
        return high > low;
    }
    let (difference, size) = scaled_difference(bidders, unsold, &smaller.marginal, &larger.marginal);
    difference >= -TIE * size
}

/// (Π(b) − Π(a))/Q(a) and the size of its parts, for cutoffs a < b: what remains visible when Q(a) underflows.
fn scaled_difference(bidders: &Bidders<'_, '_>, unsold: f64, a: &Marginal, b: &Marginal) -> (f64, f64) {
    let panels = bidders.panels();
    let (law, competition) = (panels.law(), panels.competition());
    let log_scale = a.point.log_rivals;
    let expected = competition.expected();
    // n̄ Q f (v − ω − D F/f)/Q(a) integrated by parts: no density appears.
    let none = |cost: f64| {
        let tail = Tail::at(law, cost);
        let none = (competition.log_none_below(&tail) - log_scale).exp();
        let alone = (competition.log_rivals_above(&tail) - log_scale).exp();
        (none, none + expected * tail.cdf * alone)
    };
    let end = cost_where(log_scale - NEGLIGIBLE_LOG, law, competition).unwrap_or(b.point.cost);
    let mut lost = 0.0;
    let mut left = a.point.cost;
    for k in a.panel..=b.panel {
        let right = panels.points()[k + 1].cost.min(b.point.cost);
        let mut piece = left;
        let mut fall = competition.log_rivals_above(&Tail::at(law, left));
        while piece < right && piece < end {
            fall -= 3.0;
            let next = fallen(piece, right, fall, law, competition);
            let next = if next > piece { next } else { right };
            lost += bidders.discounts()[k] * gauss::panel(piece, next, |x| [none(x).1])[0];
            piece = next;
        }
        left = right;
    }
    let kept = (a.value - unsold) * none(a.point.cost).0;
    let given = (b.value - unsold) * none(b.point.cost).0;
    (kept - given - lost, kept.abs() + given.abs() + lost)
}
