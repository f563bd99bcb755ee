//! The revenue-maximising cutoff among CARA bidders.
//!
//! With ρ = v(θ̂), e^{aβ(θ)} Q(θ) depends on the cutoff by −a D e^{av(θ̂)} Q(θ̂) dθ̂, so that Π′ = P′ (v − ω − D T/f) at θ̂
//! with T(θ̂) = ∫_lo^θ̂ e^{−a(β(θ) − v(θ̂))} dF(θ), the bids being those of the auction with this cutoff. Neutral: T = F.
//! T is smooth where v is, and there every turn of the marginal revenue between neighbouring sample types is found.

use std::borrow::Cow;

use super::payment::{PanelPayments, gain};
use crate::auction::bidders::{Bidders, Marginal};
use crate::auction::panels::NEGLIGIBLE_LOG;
use crate::cost::Side;
use crate::numerics::{gauss, root};

/// Two revenues closer than this, relative to the larger, tie; a tie among cutoffs goes to the larger.
const TIE: f64 = 1e-12;
/// Revenues closer than this, relative, are compared by the integral of the marginal revenue between them.
const COMPARED: f64 = 1e-9;

/// The best cutoff when an unsold ticket is worth `unsold`; `None` if no sale is best.
pub(in crate::auction) fn best(bidders: &Bidders<'_, '_>, unsold: f64) -> Option<Marginal> {
    if bidders.values()[0] <= unsold.max(0.0) {
        return None;
    }
    let node = Node::new(bidders, unsold);
    let mut best: Option<(Marginal, f64)> = None;
    for cutoff in node.local_maxima() {
        let revenue = node.revenue(&cutoff);
        if best
            .as_ref()
            .is_none_or(|(smaller, low)| node.at_least((&cutoff, revenue), (smaller, *low)))
        {
            best = Some((cutoff, revenue));
        }
    }
    best.map(|(cutoff, _)| cutoff)
}

struct Node<'a, 'p, 'm> {
    bidders: &'a Bidders<'p, 'm>,
    aversion: f64,
    unsold: f64,
    /// Of whole panels, up to the last type with a positive value.
    payments: Vec<Cow<'a, PanelPayments>>,
}

impl<'a, 'p, 'm> Node<'a, 'p, 'm> {
    fn new(bidders: &'a Bidders<'p, 'm>, unsold: f64) -> Self {
        let panels = bidders.panels();
        let pairs = panels.points().windows(2).zip(bidders.values()).enumerate();
        let payments = pairs
            .take_while(|(_, (_, value))| **value > 0.0)
            .map(|(panel, (pair, _))| {
                let (law, rivalry) = (panels.law(), panels.rivalry());
                let make = || PanelPayments::over(&pair[0], &pair[1], bidders.tilt(panel), law, rivalry);
                let known = bidders.known_payments(panel).map(Cow::Borrowed);
                known.unwrap_or_else(|| Cow::Owned(make()))
            })
            .collect();
        Self {
            bidders,
            aversion: panels.risk().aversion(),
            unsold,
            payments,
        }
    }

    /// T(θ̂).
    fn rent(&self, marginal: &Marginal) -> f64 {
        let panels = self.bidders.panels();
        let risk = panels.risk();
        let (mut rent, mut shading) = (0.0, 0.0);
        for panel in (0..=marginal.panel).rev() {
            let unit = self.bidders.unit(panel);
            let left = &panels.points()[panel];
            let whole = panel < marginal.panel || marginal.point.cost == panels.points()[panel + 1].cost;
            let (right, at_right) = if panel < marginal.panel {
                (&panels.points()[panel + 1], self.bidders.values()[panel + 1])
            } else {
                (&marginal.point, marginal.value)
            };
            if right.cost <= left.cost {
                continue;
            }
            let made;
            let payments = if whole {
                &*self.payments[panel]
            } else {
                made = PanelPayments::over(left, right, self.bidders.tilt(panel), panels.law(), panels.rivalry());
                &made
            };
            let above = at_right - marginal.value;
            for station in &payments.stations {
                let kept = risk.carry(&station.passage, unit, shading);
                let bid = above + unit * station.rise - kept;
                rent += station.weight * (-self.aversion * bid).exp();
            }
            shading = risk.carry(&payments.whole, unit, shading);
            let bid = above + unit * self.bidders.fall(panel).over(right.cost, right.cost - left.cost) - shading;
            if self.aversion * bid > NEGLIGIBLE_LOG {
                // Lower costs bid more still: for them this cutoff is far away.
                break;
            }
        }
        rent
    }

    /// v − ω − D T/f, which has the sign of Π′, D and f from one side of the cutoff.
    fn slope(&self, marginal: &Marginal, rent: f64, panel: usize, side: Side) -> f64 {
        let discount = self.bidders.discount_at(panel, marginal.point.cost);
        let density = self.bidders.panels().law().pdf(marginal.point.cost, side);
        // D = 0 only where v is 0 already, T = 0 only at lo: neither 0 · ∞ nor 0/0.
        let paid = if discount > 0.0 && rent > 0.0 {
            discount * rent / density
        } else {
            0.0
        };
        marginal.value - self.unsold - paid
    }

    fn slope_inside(&self, panel: usize, cost: f64) -> f64 {
        let marginal = self.bidders.marginal(panel, cost);
        self.slope(&marginal, self.rent(&marginal), panel, Side::Right)
    }

    /// Points of the partition, by index, that bound the stretches on which marginal revenue is smooth.
    fn bounds(&self) -> Vec<usize> {
        let panels = self.bidders.panels();
        let markups = panels.markups();
        let last = self.payments.len();
        (1..=last)
            .filter(|&k| {
                k == last || panels.sampled()[k] || self.bidders.steps(k) || markups[k].left != markups[k].right
            })
            .collect()
    }

    /// Every cutoff above lo at which the marginal revenue turns from positive to negative, increasing.
    fn local_maxima(&self) -> Vec<Marginal> {
        let points = self.bidders.panels().points();
        let mut found = Vec::new();
        // At lo the marginal revenue is v − ω.
        let mut before = (0, true);
        let whole = points.len() - 1;
        for bound in self.bounds() {
            let marginal = self.bidders.marginal(bound - 1, points[bound].cost);
            let rent = self.rent(&marginal);
            let rises = self.slope(&marginal, rent, bound - 1, Side::Left) > 0.0;
            if before.1 && !rises {
                found.push(self.turn(before.0, bound));
            }
            let rises_after = bound < whole && self.slope(&marginal, rent, bound, Side::Right) > 0.0;
            if rises && !rises_after {
                found.push(marginal);
            }
            before = (bound, rises_after);
        }
        found
    }

    /// Where it falls through zero between two points of the partition.
    fn turn(&self, from: usize, to: usize) -> Marginal {
        let points = self.bidders.panels().points();
        // The panel by bisection over its right ends, then the cost.
        let (mut low, mut high) = (from, to);
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if self.slope_inside(middle - 1, points[middle].cost) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        let (left, right) = (points[low].cost, points[high].cost);
        let inside = |cost: f64| {
            if cost <= left && low == 0 {
                return self.bidders.values()[0] - self.unsold;
            }
            self.slope_inside(low, cost)
        };
        let cost = root::bracketed(left, right, inside).unwrap_or(right);
        self.bidders.marginal(low, cost)
    }

    /// Π with ρ = v(θ̂).
    fn revenue(&self, cutoff: &Marginal) -> f64 {
        value(self.bidders, cutoff) - gain(self.bidders, cutoff, 0.0) + self.unsold * (1.0 - cutoff.point.lowest)
    }

    /// Whether the larger cutoff earns at least what the smaller does, up to [`TIE`].
    fn at_least(&self, larger: (&Marginal, f64), smaller: (&Marginal, f64)) -> bool {
        let (high, low) = (larger.1, smaller.1);
        let scale = high.abs().max(low.abs());
        if (high - low).abs() > COMPARED * scale {
            return high > low;
        }
        let (difference, size) = self.scaled_difference(smaller.0, larger.0);
        difference >= -TIE * size
    }

    /// (Π(b) − Π(a))/(n̄ Q(a)) for cutoffs a < b and the size of its parts: what remains visible when Q(a) underflows.
    fn scaled_difference(&self, a: &Marginal, b: &Marginal) -> (f64, f64) {
        let panels = self.bidders.panels();
        let (mut total, mut size) = (0.0, 0.0);
        for panel in a.panel..=b.panel {
            let left = panels.points()[panel].cost.max(a.point.cost);
            let right = panels.points()[panel + 1].cost.min(b.point.cost);
            if right <= left || panels.points()[panel].log_rivals < a.point.log_rivals - NEGLIGIBLE_LOG {
                continue;
            }
            let [part, parts] = gauss::panel(left, right, |cost| {
                let marginal = self.bidders.marginal(panel, cost);
                let rivals = (marginal.point.log_rivals - a.point.log_rivals).exp();
                let density = panels.law().pdf(cost, Side::Right);
                let paid = self.bidders.discount_at(panel, cost) * self.rent(&marginal);
                let kept = density * (marginal.value - self.unsold);
                [rivals * (kept - paid), rivals * (kept.abs() + paid)]
            });
            total += part;
            size += parts;
        }
        (total, size)
    }
}

/// ∫ v dP up to the marginal type.
fn value(bidders: &Bidders<'_, '_>, marginal: &Marginal) -> f64 {
    let whole: f64 = (0..marginal.panel)
        .map(|panel| bidders.second(panel) + bidders.rents(panel))
        .sum();
    let part = bidders.second_to(marginal) + bidders.rents_to(marginal);
    marginal.value * marginal.point.lowest + whole + part
}
