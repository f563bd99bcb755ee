//! What CARA bidders keep of their values, averaged over types: no closed form.

use super::{Passage, Rivalry, Tilt, cara};
use crate::auction::bidders::{Bidders, Marginal};
use crate::auction::fall::Fall;
use crate::auction::first_order::infinite_density_near;
use crate::auction::panels::CostPoint;
use crate::cost::{CostLaw, Side};
use crate::market::RiskAversion;
use crate::numerics::gauss;

/// Exponent of e^{−aD(y − θ)} over the piece at the right end of a panel, where shadings adjust to another D; the pieces
/// double from there.
const LAYER: f64 = 1.5;
/// By how much pieces grow that are shorter than that.
const GROWTH: f64 = 3.0;
/// No piece is shorter than this share of a panel, or than costs are rounded: what happens on it does not count.
const SHORTEST: f64 = 1e-16;

/// A type inside a panel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Station {
    /// v less that at the right end of the panel, per unit.
    pub rise: f64,
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
    /// Over the types in [a, b], a part of one panel.
    pub fn over(a: &CostPoint, b: &CostPoint, tilt: Tilt<'_>, law: &dyn CostLaw, rivalry: &Rivalry) -> Self {
        Self::from(a, b, tilt, f64::INFINITY, law, rivalry)
    }

    /// Over a whole panel on which D is 1.
    pub fn of_unit(a: &CostPoint, b: &CostPoint, law: &dyn CostLaw, rivalry: &Rivalry) -> Self {
        Self::over(a, b, rivalry.risk.tilt(1.0, Fall::Straight), law, rivalry)
    }

    /// [`Self::over`] with a first piece no longer than `layer`.
    fn from(a: &CostPoint, b: &CostPoint, tilt: Tilt<'_>, layer: f64, law: &dyn CostLaw, rivalry: &Rivalry) -> Self {
        let mut stations = Vec::with_capacity(gauss::panel_rule().len());
        let mut total = Passage::none();
        let mut right = *b;
        let cuts = cuts(a.cost, b.cost, tilt.rate(a.cost), layer);
        for cost in cuts {
            let left = if cost <= a.cost {
                *a
            } else {
                CostPoint::at(cost, law, rivalry)
            };
            let first = stations.len();
            let mut last = right;
            for (cost, weight) in rule(&left, &right, law) {
                let point = CostPoint::at(cost, law, rivalry);
                total = total.then(cara::passage(&point, &last, tilt, law, &rivalry.competition));
                last = point;
                stations.push(Station {
                    rise: tilt.fallen(point.cost, b.cost),
                    weight,
                    lowest_weight: weight * (point.log_rivals - left.log_rivals).exp(),
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

/// Costs at which a panel is cut, from its right end to its left end: pieces grow from there.
fn cuts(left: f64, right: f64, tilt: f64, layer: f64) -> Vec<f64> {
    let usual = LAYER / tilt;
    let shortest = (SHORTEST * (right - left)).max(8.0 * f64::EPSILON * right.abs());
    let mut step = usual.min(layer).max(shortest);
    let mut cuts = Vec::new();
    let mut cost = right;
    while cost > left {
        let next = cost - step;
        cost = if next - left <= 0.5 * step { left } else { next };
        cuts.push(cost);
        step *= if step * GROWTH < usual { GROWTH } else { 2.0 };
    }
    cuts
}

/// How far from the right end of a panel a shading there is forgotten: m/|Q′/Q|, m = e^{−a(v − β)}. Tiny where a type who
/// fears no rival yet has a rival just above.
fn layer(shading: f64, rate: f64, risk: RiskAversion) -> f64 {
    (-risk.aversion() * shading).exp() / rate
}

/// Costs inside a panel at which its bid function bends, decreasing.
pub(in crate::auction) fn bends(
    (left, right): (&CostPoint, &CostPoint),
    tilt: Tilt<'_>,
    shading: f64,
    law: &dyn CostLaw,
    rivalry: &Rivalry,
) -> Vec<f64> {
    if !matches!(rivalry.risk, RiskAversion::Cara { .. }) {
        return Vec::new();
    }
    let layer = layer(shading, rivalry.competition.rival_rate(law, right.cost), rivalry.risk);
    let mut cuts = cuts(left.cost, right.cost, tilt.rate(left.cost), layer);
    cuts.pop();
    cuts
}

/// Costs from right to left, with weights in proportion to dF: placed in θ, where f is infinite in F.
fn rule(left: &CostPoint, right: &CostPoint, law: &dyn CostLaw) -> Vec<(f64, f64)> {
    let in_quantiles = infinite_density_near(left.cost, right.cost, law);
    let nodes = gauss::panel_rule().iter().rev();
    nodes
        .map(|&(node, weight)| {
            if !in_quantiles {
                let cost = left.cost + (right.cost - left.cost) * node;
                return (cost, weight * law.pdf(cost, Side::Right));
            }
            let cdf = left.cdf + node * (right.cdf - left.cdf);
            let survival = left.survival + node * (right.survival - left.survival);
            let cost = if cdf <= 0.5 {
                law.quantile(cdf)
            } else {
                law.upper_quantile(survival)
            };
            (cost.clamp(left.cost, right.cost), weight)
        })
        .collect()
}

/// Makes the weights sum to what F and P say.
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
        station.weight = if usual(sum) {
            station.weight / sum * mass
        } else {
            plain * mass
        };
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
        let (unit, tilt) = (bidders.unit(panel), bidders.tilt(panel));
        let right = if panel == marginal.panel {
            &marginal.point
        } else {
            &panels.points()[panel + 1]
        };
        let (left, law) = (&panels.points()[panel], panels.law());
        let whole = right.cost == panels.points()[panel + 1].cost;
        let layer = layer(shading, panels.competition().rival_rate(law, right.cost), risk);
        let smooth = layer >= 0.5 * (right.cost - left.cost).min(LAYER / tilt.rate(left.cost));
        let made;
        let known = (whole && smooth).then(|| bidders.known_payments(panel)).flatten();
        let payments = if let Some(known) = known {
            known
        } else {
            let first = if smooth { f64::INFINITY } else { layer };
            made = PanelPayments::from(left, right, tilt, first, law, panels.rivalry());
            &made
        };
        for station in &payments.stations {
            gain += station.lowest_weight * risk.carry(&station.passage, unit, shading);
        }
        shading = risk.carry(&payments.whole, unit, shading);
    }
    gain
}
