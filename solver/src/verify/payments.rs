//! What the winner of a first-price auction pays, averaged over her type: bids by the first-order condition, a quadrature
//! in quantile space. Where buyers mind risk revenue equivalence fails, and there is no shorter way.

use std::sync::Arc;

use super::evidence::Evidence;
use crate::auction::{Bidders, CostPoint, Fall, Passage, Rivalry, across, along};
use crate::cost::{CostLaw, Tail};
use crate::market::RiskAversion;
use crate::numerics::gauss;

/// Length in ln u of one Gauss panel.
const LOG_PIECE: f64 = 1.5;
/// How far below its top ln u is followed towards an end of the support.
const LOG_DEPTH: f64 = 45.0;
/// Exponent of e^{−aDs} over the piece at the right end of a panel; the pieces double from there.
const LAYER: f64 = 1.0;

/// Costs this close, relative, are one.
const SAME: f64 = 8.0 * f64::EPSILON;

/// A type of a panel at which its bid is evaluated.
#[derive(Debug, Clone, Copy)]
struct Stop {
    /// v less that at the right end of the panel, per unit of D where v is linear.
    rise: f64,
    /// In averages over P.
    weight: f64,
    /// From the right end.
    passage: Passage,
}

/// The types of one panel, from its right end.
#[derive(Debug, Clone)]
pub(super) struct Stops {
    list: Vec<Stop>,
    whole: Passage,
}

impl Stops {
    /// Over [a, b], a part of one panel with this D, or on which v is a curve.
    pub fn over(
        a: &CostPoint,
        b: &CostPoint,
        (discount, values): (f64, Fall<'_>),
        law: &dyn CostLaw,
        rivalry: &Rivalry,
    ) -> Self {
        let across = |from: &CostPoint, to: &CostPoint| match values {
            Fall::Straight => across(from, to, discount, law, rivalry),
            Fall::Curved(..) => along(from, to, values, law, rivalry),
        };
        let mut stops = Self {
            list: Vec::new(),
            whole: Passage::none(),
        };
        let mut step = LAYER / rivalry.risk.tilt(discount, values).rate(a.cost);
        let (mut right, mut last) = (*b, *b);
        let mut go_to = |stops: &mut Self, cost: f64| {
            let point = CostPoint::at(cost.clamp(a.cost, last.cost), law, rivalry);
            // Within rounding of each other there are no costs in between, and at lo no rate.
            if last.cost - point.cost > SAME * last.cost.abs() {
                stops.whole = stops.whole.then(across(&point, &last));
                last = point;
            }
            b.cost - point.cost
        };
        while right.cost > a.cost {
            let left = if right.cost - a.cost <= 2.0 * step {
                *a
            } else {
                CostPoint::at(right.cost - step, law, rivalry)
            };
            step *= 2.0;
            for (tail, share) in by_quantile(&left, &right) {
                let cost = if tail.cdf <= 0.5 {
                    law.quantile(tail.cdf)
                } else {
                    law.upper_quantile(tail.survival)
                };
                let distance = go_to(&mut stops, cost);
                let competition = &rivalry.competition;
                stops.list.push(Stop {
                    rise: values.over(b.cost, distance),
                    weight: share * competition.expected() * competition.log_rivals_above(&tail).exp(),
                    passage: stops.whole,
                });
            }
            right = left;
        }
        go_to(&mut stops, a.cost);
        stops
    }
}

/// F and S at nodes over [a, b], from the right end, with the weights dF.
fn by_quantile(a: &CostPoint, b: &CostPoint) -> Vec<(Tail, f64)> {
    let by_cdf = b.cdf <= 0.5;
    let (from, to) = if by_cdf {
        (a.cdf, b.cdf)
    } else {
        (b.survival, a.survival)
    };
    let mut nodes = Vec::new();
    if to <= from {
        return nodes;
    }
    let (from, to) = (from.ln().max(to.ln() - LOG_DEPTH), to.ln());
    let pieces = ((to - from) / LOG_PIECE).ceil().max(1.0);
    let width = (to - from) / pieces;
    for piece in 0..pieces as u32 {
        for &(node, weight) in gauss::panel_rule() {
            let u = (from + width * (f64::from(piece) + node)).exp();
            let tail = if by_cdf {
                Tail::of(u, 1.0 - u)
            } else {
                Tail::of(1.0 - u, u)
            };
            nodes.push((tail, weight * width * u));
        }
    }
    if by_cdf {
        nodes.reverse();
    }
    nodes
}

/// Whether what is known of D = 1 serves on a panel.
fn unit_alike(risk: RiskAversion, discount: f64, fall: Fall<'_>) -> bool {
    !fall.is_curved() && risk.aversion() * discount == risk.aversion()
}

/// The bids of all types at one node, as functions of the marginal one.
pub(super) struct Payments<'b, 'p, 'm> {
    bidders: &'b Bidders<'p, 'm>,
    /// Of panels with a type to whom the ticket is worth something.
    panels: Vec<Arc<Stops>>,
}

impl<'b, 'p, 'm> Payments<'b, 'p, 'm> {
    pub fn new(bidders: &'b Bidders<'p, 'm>, evidence: &Evidence) -> Self {
        let panels = bidders.panels();
        Self {
            bidders,
            panels: panels
                .points()
                .windows(2)
                .enumerate()
                .take_while(|&(panel, _)| bidders.values()[panel] > 0.0)
                .map(|(panel, pair)| {
                    let discount = bidders.discounts()[panel];
                    match &evidence.panels()[panel].stops {
                        Some(stops) if unit_alike(panels.risk(), discount, bidders.fall(panel)) => Arc::clone(stops),
                        _ => Arc::new(Stops::over(
                            &pair[0],
                            &pair[1],
                            (discount, bidders.fall(panel)),
                            panels.law(),
                            panels.rivalry(),
                        )),
                    }
                })
                .collect(),
        }
    }

    /// ∫ β dP with a cutoff and a reserve price.
    pub fn received(&self, cutoff: f64, reserve: f64) -> f64 {
        let panels = self.bidders.panels();
        let (law, rivalry, risk) = (panels.law(), panels.rivalry(), panels.risk());
        let marginal = CostPoint::at(cutoff, law, rivalry);
        let last = self.bidders.panel_of(cutoff);
        let mut shading = if marginal.log_rivals.is_finite() {
            self.bidders.value_in(last, cutoff) - reserve
        } else {
            0.0
        };
        let mut received = 0.0;
        for panel in (0..=last).rev() {
            let unit = self.bidders.unit(panel);
            let right = panels.points()[panel + 1].cost.min(cutoff);
            let made;
            let stops = if panel < self.panels.len() && right == panels.points()[panel + 1].cost {
                &*self.panels[panel]
            } else {
                made = Stops::over(
                    &panels.points()[panel],
                    &marginal,
                    (unit, self.bidders.fall(panel)),
                    law,
                    rivalry,
                );
                &made
            };
            let value = self.bidders.value_in(panel, right);
            for stop in &stops.list {
                let kept = risk.carry(&stop.passage, unit, shading);
                received += stop.weight * (value + unit * stop.rise - kept);
            }
            shading = risk.carry(&stops.whole, unit, shading);
        }
        received
    }

    /// The most that a cutoff at a sample type or a kink brings, the marginal type gaining nothing, when an unsold ticket
    /// is worth `unsold`.
    pub fn best(&self, unsold: f64) -> f64 {
        let panels = self.bidders.panels();
        let (points, values) = (panels.points(), self.bidders.values());
        let mut best = unsold;
        for k in 1..points.len() {
            if values[k] < 0.0 {
                break;
            }
            let kink = k + 1 < points.len() && self.bidders.steps(k);
            if panels.sampled()[k] || kink || k + 1 == points.len() {
                let received = self.received(points[k].cost, values[k]);
                best = best.max(received + unsold * (1.0 - points[k].lowest));
            }
        }
        best
    }
}
