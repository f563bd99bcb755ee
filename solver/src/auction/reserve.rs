//! The optimal reserve: the cutoff θ̂ that maximises the holder's value Π, over all cutoffs.
//!
//! With (v(θ̂) − ρ) Q(θ̂) = K, what every participant pays, Π(θ̂) = ω + (v(θ̂) − ω) P(θ̂) + ∫_lo^θ̂ D F₂ dθ − n̄ F(θ̂) K,
//! whose derivative is n̄ f [Q (v − ω − D F/f) − K]. D steps down in θ, so this marginal revenue jumps *up* at kinks
//! and Π has several local maxima: all of them are found, and compared (Myerson 1981, without regularity of the values).
//! Among CRRA buyers of a first-price auction F₂ is replaced by P − H and F/f by H/P′ (`risk/crra.rs`); CARA buyers have a
//! search of their own (`risk/cutoff.rs`).

use super::bidders::{Bidders, Marginal};
use super::nodes::NODES;
use super::panels::{NEGLIGIBLE_LOG, cost_where, fallen};
use crate::cost::{Side, Tail};
use crate::market::RiskAversion;
use crate::numerics::root;

/// Two revenues closer than this, relative to the larger, tie; a tie among cutoffs goes to the larger.
const TIE: f64 = 1e-12;
/// Revenues closer than this, relative, are compared by their scaled difference.
const COMPARED: f64 = 1e-9;
/// Where the virtual cost falls and taking part costs something, marginal revenue may turn more than once on a panel:
/// it is followed in this many steps.
const FALLING_STEPS: u32 = 32;

/// A cutoff and what lies below it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub marginal: Marginal,
    /// ∫_lo^θ̂ D F₂.
    second: f64,
}

impl Candidate {
    /// Any cutoff.
    pub fn at(bidders: &Bidders<'_, '_>, marginal: Marginal) -> Self {
        let whole: f64 = (0..marginal.panel).map(|panel| bidders.second(panel)).sum();
        Self {
            second: whole + bidders.second_to(&marginal),
            marginal,
        }
    }

    fn revenue(&self, bidders: &Bidders<'_, '_>, entry_cost: f64, unsold: f64) -> f64 {
        let spent = entry_cost * bidders.panels().competition().expected() * self.marginal.point.cdf;
        unsold + (self.marginal.value - unsold) * self.marginal.point.lowest + self.second - spent
    }
}

/// The best cutoff when every participant pays `entry_cost`; `None` if no sale is best.
pub(super) fn best(bidders: &Bidders<'_, '_>, entry_cost: f64, unsold: f64) -> Option<Candidate> {
    if bidders.values()[0] - unsold <= entry_cost {
        // Even the lowest cost is worth no more than keeping the ticket.
        return None;
    }
    let mut best: Option<Candidate> = None;
    for candidate in local_maxima(bidders, entry_cost, unsold) {
        let better = best
            .as_ref()
            .is_none_or(|incumbent| at_least(bidders, entry_cost, unsold, &candidate, incumbent));
        if better {
            best = Some(candidate);
        }
    }
    best
}

/// Every cutoff above lo at which the marginal revenue turns from positive to negative, increasing.
pub(super) fn local_maxima(bidders: &Bidders<'_, '_>, entry_cost: f64, unsold: f64) -> Vec<Candidate> {
    let panels = bidders.panels();
    let (points, markups) = (panels.points(), panels.markups());
    let values = bidders.values();
    let slope = Slope {
        bidders,
        entry_cost,
        unsold,
    };
    let mut found = Vec::new();
    let mut second = 0.0;
    let mut rising_before = false;
    let last = points.len() - 1;
    for k in 0..last {
        if values[k] <= 0.0 {
            break;
        }
        let [discount_left, discount_right] = bidders.discounts_at_ends(k);
        let at_left = slope.of(discount_left, values[k], markups[k].right, points[k].rivals);
        let at_right = slope.of(discount_right, values[k + 1], markups[k + 1].left, points[k + 1].rivals);
        if rising_before && at_left <= 0.0 && k > 0 {
            found.push(Candidate {
                marginal: bidders.marginal(k - 1, points[k].cost),
                second,
            });
        }
        rising_before = at_right > 0.0;
        for cost in slope.turns(k, at_left, at_right) {
            let marginal = bidders.marginal(k, cost);
            let partial = bidders.second_to(&marginal);
            found.push(Candidate {
                marginal,
                second: second + partial,
            });
        }
        second += bidders.second(k);
    }
    if rising_before {
        found.push(Candidate {
            marginal: bidders.marginal(last - 1, points[last].cost),
            second,
        });
    }
    found
}

/// The marginal revenue v − ω − D F/f − K/Q, which has the sign of Π′.
struct Slope<'a, 'p, 'm> {
    bidders: &'a Bidders<'p, 'm>,
    entry_cost: f64,
    unsold: f64,
}

impl Slope<'_, '_, '_> {
    fn of(&self, discount: f64, value: f64, markup: f64, rivals: f64) -> f64 {
        // D = 0 only where v is 0 already; 0 · ∞ at an end without density must not be NaN, nor 0/0 where Q vanishes.
        let rent = if discount > 0.0 { discount * markup } else { 0.0 };
        let spent = if self.entry_cost > 0.0 {
            self.entry_cost / rivals
        } else {
            0.0
        };
        value - self.unsold - rent - spent
    }

    /// Where it falls through zero inside a panel, given its signs at the ends.
    fn turns(&self, panel: usize, at_left: f64, at_right: f64) -> Vec<f64> {
        let bidders = self.bidders;
        let panels = bidders.panels();
        let (left, right) = (panels.points()[panel].cost, panels.points()[panel + 1].cost);
        let falls = at_left > 0.0 && at_right <= 0.0;
        if let Some((values, discounts)) = bidders.at_nodes(panel) {
            // D falls inside: marginal revenue may turn again and again, and is followed from node to node.
            let nodes = &panels.nodes()[panel];
            let turning = nodes.turning(panels.law(), panels.rivalry());
            let inside = (0..NODES).map(|i| {
                let slope = self.of(discounts[i], values[i], turning.markups[i], turning.rivals[i]);
                (nodes.costs[i], slope)
            });
            return self.falls_among(panel, (left, at_left), inside.chain([(right, at_right)]));
        }
        if bidders.panels().risk() != RiskAversion::Neutral {
            // Between the turns of θ + H/P′, which are points of the partition.
            return Vec::from_iter(falls.then(|| self.root(panel, left, right)));
        }
        if self.entry_cost == 0.0 {
            // v − ω − D F/f = D (level − z(θ)).
            let level = left + (bidders.values()[panel] - self.unsold) / bidders.discounts()[panel];
            return Vec::from_iter(falls.then(|| panels.virtual_cost().crossing(level, left, right)));
        }
        let markups = panels.markups();
        if left + markups[panel].right <= right + markups[panel + 1].left {
            return Vec::from_iter(falls.then(|| self.root(panel, left, right)));
        }
        let width = (right - left) / f64::from(FALLING_STEPS);
        let stations = (1..FALLING_STEPS)
            .map(|j| left + width * f64::from(j))
            .map(|cost| (cost, self.at(panel, cost)));
        self.falls_among(panel, (left, at_left), stations.chain([(right, at_right)]))
    }

    /// Where it falls through zero between neighbouring stations, given as costs and its values there.
    fn falls_among(&self, panel: usize, first: (f64, f64), stations: impl Iterator<Item = (f64, f64)>) -> Vec<f64> {
        let mut before = first;
        let mut turns = Vec::new();
        for (cost, here) in stations {
            if before.1 > 0.0 && here <= 0.0 {
                turns.push(self.root(panel, before.0, cost));
            }
            before = (cost, here);
        }
        turns
    }

    fn at(&self, panel: usize, cost: f64) -> f64 {
        let panels = self.bidders.panels();
        let law = panels.law();
        let rivals = panels.competition().log_rivals_above(&Tail::at(law, cost)).exp();
        let discount = self.bidders.discount_at(panel, cost);
        self.of(
            discount,
            self.bidders.value_in(panel, cost),
            panels.rivalry().markup(law, cost, Side::Right),
            rivals,
        )
    }

    fn root(&self, panel: usize, from: f64, to: f64) -> f64 {
        // Signs that differ only by a limit at an end: the maximum is at that end, up to rounding.
        root::bracketed(from, to, |cost| self.at(panel, cost)).unwrap_or_else(|| {
            if self.at(panel, 0.5 * (from + to)) > 0.0 {
                to
            } else {
                from
            }
        })
    }
}

/// Whether the larger cutoff earns at least what the smaller does, up to [`TIE`].
pub(super) fn at_least(
    bidders: &Bidders<'_, '_>,
    entry_cost: f64,
    unsold: f64,
    larger: &Candidate,
    smaller: &Candidate,
) -> bool {
    let [high, low] = [larger, smaller].map(|one| one.revenue(bidders, entry_cost, unsold));
    let scale = high.abs().max(low.abs());
    if (high - low).abs() > COMPARED * scale {
        return high > low;
    }
    let (difference, size) = scaled_difference(bidders, entry_cost, unsold, &smaller.marginal, &larger.marginal);
    difference >= -TIE * size
}

/// (Π(b) − Π(a))/Q(a) and the size of its parts, for cutoffs a < b: what remains visible when Q(a) underflows.
fn scaled_difference(
    bidders: &Bidders<'_, '_>,
    entry_cost: f64,
    unsold: f64,
    a: &Marginal,
    b: &Marginal,
) -> (f64, f64) {
    let panels = bidders.panels();
    let (law, competition) = (panels.law(), panels.competition());
    let log_scale = a.point.log_rivals;
    let expected = competition.expected();
    // n̄ Q f (v − ω − D F/f)/Q(a) integrated by parts: no density appears.
    let none = |cost: f64| {
        let tail = Tail::at(law, cost);
        let none = (competition.log_none_below(&tail) - log_scale).exp();
        (none, none + panels.rivalry().alone(&tail, log_scale))
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
            lost += bidders.integrate(k, piece, next, |x| none(x).1);
            piece = next;
        }
        left = right;
    }
    let kept = (a.value - unsold) * none(a.point.cost).0;
    let given = (b.value - unsold) * none(b.point.cost).0;
    let spent = if entry_cost > 0.0 {
        entry_cost * expected * (b.point.cdf - a.point.cdf) / a.point.rivals
    } else {
        0.0
    };
    (kept - given - lost - spent, kept.abs() + given.abs() + lost + spent)
}
