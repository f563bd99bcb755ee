//! What CARA bidders keep of their values, averaged over types: no closed form.

use super::{Passage, Rivalry, cara};
use crate::auction::bidders::{Bidders, Marginal};
use crate::auction::panels::CostPoint;
use crate::cost::{CostLaw, Side};
use crate::numerics::gauss;

/// Exponent of e^{−aD(y − θ)} over the piece at the right end of a panel, where shadings adjust to another D; the pieces
/// double from there.
const LAYER: f64 = 1.5;

/// A type inside a panel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Station {
    /// Its distance from the right end of the panel.
    pub distance: f64,
    /// Its weight in averages over F.
    pub weight: f64,
    /// Its weight in averages over P.
    pub lowest_weight: f64,
    /// From the right end to it.
    pub passage: Passage,
}

/// A quadrature rule over the types of a panel [a, b], with the passages of their shadings.
#[derive(Debug, Clone)]
pub(crate) struct PanelPayments {
    pub whole: Passage,
    /// Decreasing in cost.
    pub(super) stations: Vec<Station>,
}

impl PanelPayments {
    /// Over the types in [a, b], a part of one panel, on which v falls at the rate `discount`.
    pub fn over(a: &CostPoint, b: &CostPoint, discount: f64, law: &dyn CostLaw, rivalry: &Rivalry) -> Self {
        let tilt = rivalry.risk.tilt(discount);
        let mut stations = Vec::with_capacity(gauss::panel_rule().len());
        let mut total = Passage::none();
        let mut right = *b;
        let mut step = LAYER / tilt;
        while right.cost > a.cost {
            let left = if right.cost - a.cost <= 1.5 * step {
                *a
            } else {
                CostPoint::at(right.cost - step, law, rivalry)
            };
            step *= 2.0;
            let first = stations.len();
            let mut last = right;
            for &(node, weight) in gauss::panel_rule().iter().rev() {
                let point = CostPoint::at(left.cost + (right.cost - left.cost) * node, law, rivalry);
                total = total.then(cara::passage(&point, &last, tilt, law, &rivalry.competition));
                last = point;
                let density = weight * law.pdf(point.cost, Side::Right);
                stations.push(Station {
                    distance: b.cost - point.cost,
                    weight: density,
                    lowest_weight: density * (point.log_rivals - left.log_rivals).exp(),
                    passage: total,
                });
            }
            total = total.then(cara::passage(&left, &last, tilt, law, &rivalry.competition));
            normalise(&mut stations[first..], &left, &right);
            right = left;
        }
        Self { whole: total, stations }
    }
}

/// Makes the weights sum to what F and P say: next to an end where f is infinite no rule in θ would.
fn normalise(stations: &mut [Station], left: &CostPoint, right: &CostPoint) {
    let mass = if right.cdf <= 0.5 {
        right.cdf - left.cdf
    } else {
        left.survival - right.survival
    };
    let lowest = right.lowest - left.lowest;
    let sum: f64 = stations.iter().map(|station| station.weight).sum();
    let lowest_sum: f64 = stations.iter().map(|station| station.lowest_weight).sum();
    let usual = |sum: f64| sum.is_finite() && sum > 0.0;
    for (station, &(_, plain)) in stations.iter_mut().zip(gauss::panel_rule().iter().rev()) {
        station.weight = if usual(sum) { station.weight / sum * mass } else { plain * mass };
        station.lowest_weight = if usual(lowest_sum) {
            station.lowest_weight / lowest_sum * lowest
        } else {
            plain * lowest
        };
    }
}

/// ∫ (v − β) dP up to a marginal type whose own is `start`, ETH.
pub(in crate::auction) fn gain(bidders: &Bidders<'_, '_>, marginal: &Marginal, start: f64) -> f64 {
    let panels = bidders.panels();
    let risk = panels.risk();
    let mut gain = 0.0;
    let mut shading = start;
    for panel in (0..=marginal.panel).rev() {
        let discount = bidders.discounts()[panel];
        let right = if panel == marginal.panel {
            &marginal.point
        } else {
            &panels.points()[panel + 1]
        };
        let cached = panels.panels()[panel].payments.as_deref();
        let whole = right.cost == panels.points()[panel + 1].cost;
        let made;
        let payments = match cached {
            Some(cached) if whole && discount == 1.0 => cached,
            _ => {
                made = PanelPayments::over(&panels.points()[panel], right, discount, panels.law(), panels.rivalry());
                &made
            }
        };
        for station in &payments.stations {
            gain += station.lowest_weight * risk.carry(&station.passage, discount, shading);
        }
        shading = risk.carry(&payments.whole, discount, shading);
    }
    gain
}
