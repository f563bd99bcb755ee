//! Auctions without a reserve to which everyone comes, fast: what backward induction over thousands of nodes asks for.
//!
//! With every type taking part, no reserve and risk-neutral buyers Π = F₂(hi) v(hi) + ∫ D F₂ dθ + ω G(S(hi)): a sum over
//! the panels of the costs, with F and N known at their Gauss nodes. Where V is one analytic function on the whole support
//! the integral is linear in its Chebyshev coefficients.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::nodes::{AtNodes, NODES, weighted};
use super::panels::CostPoint;
use super::{Auction, CostPanels};
use crate::exercise::{CurvedProfile, Piece};
use crate::market::{Market, Participation, Reserve, RiskAversion};
use crate::numerics::chebyshev::{POINTS, Series, points};
use crate::numerics::expansion::Expansion;
use crate::numerics::gauss;

/// The auctions of one market without a reserve.
#[derive(Debug)]
pub(crate) struct PlainAuctions {
    lower: f64,
    upper: f64,
    winner_cost: f64,
    /// P, F₂ and E[θ₍₁₎] at hi.
    sold: f64,
    second: f64,
    winner: f64,
    panels: Vec<Panel>,
    /// By the most coefficients.
    moments: Mutex<BTreeMap<usize, Arc<Moments>>>,
}

#[derive(Debug)]
struct Panel {
    from: f64,
    to: f64,
    /// ∫ F₂ and ∫ P up to its left end.
    before: [f64; 2],
    /// ∫ F₂ and ∫ P over it.
    whole: [f64; 2],
    /// At the Gauss nodes: cost, weight · F₂, weight · P.
    costs: AtNodes,
    second: AtNodes,
    lowest: AtNodes,
    /// F₂ and P, and their integrals from its left end relative to its width, where series give them to rounding.
    series: Option<([Series; 2], [Series; 2])>,
}

/// ∫ T_k′ F₂ and ∫ T_k′ P from the left end of each panel to the highest cost, T_k on the whole support: panel by panel, and
/// none from the last one's right end.
type Moments = Vec<Vec<[f64; 2]>>;

/// The size of coefficients left out of series of F₂ and P.
const RESOLVED: f64 = 2e-15;

/// Coefficients of a curve a panel, at most, for the panel's rule to resolve it.
const PER_PIECE: f64 = 8.0;

/// Moments are made ready for this many coefficients, twice as many, and so on.
const FEWEST_MOMENTS: usize = 32;

impl PlainAuctions {
    /// `None` where auctions have a reserve, participants pay or buyers mind risk.
    pub fn of(market: &Market, panels: &CostPanels<'_>) -> Option<Self> {
        let winner_cost = match market.participation() {
            Participation::Free => 0.0,
            Participation::WinnerPays { cost } => cost,
            Participation::ParticipantPays { .. } => return None,
        };
        let neutral = panels.risk() == RiskAversion::Neutral;
        if !neutral || market.auction().reserve() != Reserve::None {
            return None;
        }
        let mut before = [0.0; 2];
        let mut list = Vec::new();
        for pair in panels.points().windows(2) {
            let width = pair[1].cost - pair[0].cost;
            let rule = gauss::panel_rule();
            let points: [CostPoint; NODES] = std::array::from_fn(|i| panels.point(pair[0].cost + width * rule[i].0));
            let second: AtNodes = std::array::from_fn(|i| rule[i].1 * width * points[i].second);
            let lowest: AtNodes = std::array::from_fn(|i| rule[i].1 * width * points[i].lowest);
            let whole = [second.iter().sum::<f64>(), lowest.iter().sum::<f64>()];
            list.push(Panel {
                from: pair[0].cost,
                to: pair[1].cost,
                before,
                whole,
                costs: points.map(|point| point.cost),
                second,
                lowest,
                series: series_over(panels, pair[0].cost, width),
            });
            before = [before[0] + whole[0], before[1] + whole[1]];
        }
        let end = panels.points().last()?;
        Some(Self {
            lower: panels.law().lower(),
            upper: end.cost,
            winner_cost,
            sold: end.lowest,
            second: end.second,
            winner: end.cost * end.lowest - before[1],
            panels: list,
            moments: Mutex::default(),
        })
    }

    /// The auction of a ticket with these values; `None` where not everyone would come and V is not linear for those who do.
    pub fn hold(&self, panels: &CostPanels<'_>, profile: &CurvedProfile, unsold: f64) -> Option<Auction> {
        let marginal = profile.value(self.upper) - self.winner_cost;
        // Along a curve V is positive, however small.
        let curved = matches!(profile.pieces().last(), Some(Piece::Curve(_)));
        let positive = marginal > 0.0 || curved && self.winner_cost == 0.0;
        if !positive {
            return self.among_some(panels, profile, unsold);
        }
        let [second, lowest] = self.falls(panels, profile);
        Some(Auction {
            participation_cutoff: Some(self.upper),
            reserve_price: Some(0.0),
            revenue: self.second * marginal + second + unsold * (1.0 - self.sold),
            sale_probability: self.sold,
            winner_cost: self.winner,
            // A lone bidder pays nothing.
            buyers_gain: (self.sold - self.second) * marginal + (lowest - second),
            entry_probability: None,
            entry_cost: 0.0,
            participation_cost: self.winner_cost * self.sold,
        })
    }

    /// The auction where the last who comes gains nothing, her value being on the first line of V.
    fn among_some(&self, panels: &CostPanels<'_>, profile: &CurvedProfile, unsold: f64) -> Option<Auction> {
        let Piece::Line { right, discount } = profile.pieces()[0] else {
            return None;
        };
        let end = profile.knots()[1];
        let cutoff = end + (right - self.winner_cost) / discount;
        if !(discount > 0.0 && self.lower < cutoff && cutoff <= end && cutoff < self.upper) {
            return None;
        }
        let [second, lowest] = self.upto(panels, cutoff);
        let sold = panels.lowest_cdf(None, cutoff);
        Some(Auction {
            participation_cutoff: Some(cutoff),
            reserve_price: Some(0.0),
            revenue: discount * second + unsold * (1.0 - sold),
            sale_probability: sold,
            winner_cost: cutoff * sold - lowest,
            buyers_gain: discount * (lowest - second),
            entry_probability: None,
            entry_cost: 0.0,
            participation_cost: self.winner_cost * sold,
        })
    }

    /// ∫ D F₂ and ∫ D P over the support.
    fn falls(&self, panels: &CostPanels<'_>, profile: &CurvedProfile) -> [f64; 2] {
        let mut total = [0.0; 2];
        for (pair, piece) in profile.knots().windows(2).zip(profile.pieces()) {
            let (from, to) = (pair[0].max(self.lower), pair[1].min(self.upper));
            if to <= from {
                continue;
            }
            let part = match piece {
                Piece::Line { discount, .. } => {
                    let (a, b) = (self.upto(panels, from), self.upto(panels, to));
                    [discount * (b[0] - a[0]), discount * (b[1] - a[1])]
                }
                Piece::Curve(curve) if curve.domain() == (self.lower, self.upper) => {
                    self.over_panels(panels, from, to, curve)
                }
                Piece::Curve(curve) => self.over(panels, from, to, curve),
            };
            total = [total[0] + part[0], total[1] + part[1]];
        }
        total
    }

    /// F₂(hi).
    pub fn second(&self) -> f64 {
        self.second
    }

    /// ∫_lo^cost of F₂ and of P.
    pub fn upto(&self, panels: &CostPanels<'_>, cost: f64) -> [f64; 2] {
        if cost <= self.lower {
            return [0.0; 2];
        }
        let at = self
            .panels
            .partition_point(|panel| panel.to < cost)
            .min(self.panels.len() - 1);
        let panel = &self.panels[at];
        let part = if cost >= panel.to {
            panel.whole
        } else if let Some((_, integrals)) = &panel.series {
            let width = panel.to - panel.from;
            let u = (cost - panel.from) / width;
            integrals.map(|integral| width * integral.value(u))
        } else {
            gauss::panel(panel.from, cost, |x| {
                let point = panels.point(x);
                [point.second, point.lowest]
            })
        };
        [panel.before[0] + part[0], panel.before[1] + part[1]]
    }

    /// ∫ of the fall of a curve times F₂ and times P.
    fn over(&self, panels: &CostPanels<'_>, from: f64, to: f64, curve: &Expansion) -> [f64; 2] {
        let domain = curve.domain();
        let density = curve.coefficients().len() as f64 / (domain.1 - domain.0);
        let mut total = [0.0; 2];
        for panel in &self.panels {
            if panel.to <= from || panel.from >= to {
                continue;
            }
            let ends = (panel.from.max(from), panel.to.min(to));
            panel.pieces(panels, ends, density, |costs, second, lowest| {
                let slopes = curve.slopes(&costs);
                total[0] -= weighted(&second, &slopes);
                total[1] -= weighted(&lowest, &slopes);
            });
        }
        total
    }

    /// [`Self::over`] where the curve's domain is the support: whole panels by their moments.
    fn over_panels(&self, panels: &CostPanels<'_>, from: f64, to: f64, curve: &Expansion) -> [f64; 2] {
        let first = self.panels.partition_point(|panel| panel.from < from);
        let end = self.panels.partition_point(|panel| panel.to <= to);
        if first >= end {
            return self.over(panels, from, to, curve);
        }
        let coefficients = curve.coefficients();
        let moments = self.moments(panels, coefficients.len());
        let terms = coefficients.iter().zip(moments[first].iter().zip(&moments[end]));
        let whole = terms.fold([0.0; 2], |sum, (a, (from, to))| {
            [sum[0] - a * (from[0] - to[0]), sum[1] - a * (from[1] - to[1])]
        });
        let mut total = whole;
        for (from, to) in [(from, self.panels[first].from), (self.panels[end - 1].to, to)] {
            if to > from {
                let part = self.over(panels, from, to, curve);
                total = [total[0] + part[0], total[1] + part[1]];
            }
        }
        total
    }

    fn moments(&self, panels: &CostPanels<'_>, count: usize) -> Arc<Moments> {
        let mut most = FEWEST_MOMENTS;
        while most < count {
            most *= 2;
        }
        let mut known = self.moments.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = known.entry(most);
        Arc::clone(entry.or_insert_with(|| {
            let domain = (self.lower, self.upper);
            let density = most as f64 / (self.upper - self.lower);
            let mut from_end = vec![[0.0; 2]; most];
            let mut list = vec![from_end.clone()];
            for panel in self.panels.iter().rev() {
                panel.pieces(panels, (panel.from, panel.to), density, |costs, second, lowest| {
                    for (cost, (second, lowest)) in costs.iter().zip(second.iter().zip(&lowest)) {
                        add_moments(domain, *cost, [*second, *lowest], &mut from_end);
                    }
                });
                list.push(from_end.clone());
            }
            list.reverse();
            Arc::new(list)
        }))
    }
}

impl Panel {
    /// Costs, weight · F₂ and weight · P at the nodes of rules over pieces of [from, to] small enough for a curve with this
    /// many coefficients a unit of cost.
    fn pieces(
        &self,
        panels: &CostPanels<'_>,
        (from, to): (f64, f64),
        density: f64,
        mut take: impl FnMut(AtNodes, AtNodes, AtNodes),
    ) {
        let pieces = ((to - from) * density / PER_PIECE).ceil().max(1.0);
        if (from, to) == (self.from, self.to) && pieces <= 1.0 {
            return take(self.costs, self.second, self.lowest);
        }
        let width = (to - from) / pieces;
        let rule = gauss::panel_rule();
        for piece in 0..pieces as usize {
            let left = from + width * piece as f64;
            let costs: AtNodes = std::array::from_fn(|i| left + width * rule[i].0);
            let [second, lowest] = match &self.series {
                Some((series, _)) => {
                    let places = costs.map(|cost| (cost - self.from) / (self.to - self.from));
                    series.map(|series| series.values(&places))
                }
                None => {
                    let points = costs.map(|cost| panels.point(cost));
                    [points.map(|point| point.second), points.map(|point| point.lowest)]
                }
            };
            let weighed = |values: AtNodes| std::array::from_fn(|i| rule[i].1 * width * values[i]);
            take(costs, weighed(second), weighed(lowest));
        }
    }
}

/// Adds masses at a cost times T_k′ there, T_k on `domain`.
fn add_moments((lower, upper): (f64, f64), cost: f64, masses: [f64; 2], moments: &mut [[f64; 2]]) {
    let scale = 2.0 / (upper - lower);
    let x = ((cost - lower) - (upper - cost)) / (upper - lower);
    // T_k′ = k U_{k−1}.
    let (mut now, mut next) = (1.0, 2.0 * x);
    for (k, moment) in moments.iter_mut().enumerate().skip(1) {
        let slope = scale * k as f64 * now;
        moment[0] += slope * masses[0];
        moment[1] += slope * masses[1];
        (now, next) = (next, 2.0 * x * next - now);
    }
}

/// F₂ and P over a panel, and their integrals.
fn series_over(panels: &CostPanels<'_>, from: f64, width: f64) -> Option<([Series; 2], [Series; 2])> {
    let mut values = [[0.0; POINTS]; 2];
    for (k, u) in points().iter().enumerate() {
        let point = panels.point(from + width * u);
        (values[0][k], values[1][k]) = (point.second, point.lowest);
    }
    let series = values.map(|values| Series::through(&values));
    let resolved = series.iter().all(|series| series.remainder() <= RESOLVED);
    resolved.then(|| (series, series.map(|series| series.integral())))
}

#[cfg(test)]
mod tests {
    use super::PlainAuctions;
    use crate::auction::curve_tests::{RESERVES, american, counts, laws, market, participations, refined, rule};
    use crate::auction::{Bidders, CostPanels, hold_auction};
    use crate::cost::{CostLaw, VirtualCost};
    use crate::exercise::{CurvedProfile, Piece};
    use crate::market::{Format, Participation, Reserve, RiskAversion};

    /// Exercised at once at this prize or never.
    fn now_or_never(law: &dyn CostLaw, prize: f64) -> CurvedProfile {
        let line = |right: f64, discount: f64| Piece::Line { right, discount };
        if prize >= law.upper() {
            return CurvedProfile::new(vec![law.lower(), law.upper()], vec![line(prize - law.upper(), 1.0)]);
        }
        let knots = vec![law.lower(), prize, law.upper()];
        CurvedProfile::new(knots, vec![line(0.0, 1.0), line(0.0, 0.0)])
    }

    #[test]
    fn as_any_other_auction() {
        assert!(RESERVES.contains(&Reserve::None));
        let mut fast = 0;
        for law in laws() {
            let virtual_cost = VirtualCost::new(law.as_ref());
            let (lower, upper) = (law.lower(), law.upper());
            let inside = [0.1, 0.4, 0.9, 1.2].map(|share| now_or_never(law.as_ref(), lower + share * (upper - lower)));
            let profiles = [american().0].into_iter().chain(inside);
            for profile in profiles {
                for count in counts() {
                    for participation in participations() {
                        if matches!(participation, Participation::ParticipantPays { .. }) {
                            continue;
                        }
                        let rule = rule(Format::FirstPrice, Reserve::None);
                        let market = market(&law, count, rule, participation, RiskAversion::Neutral);
                        let base = CostPanels::of_market(&market, &virtual_cost);
                        let plain = PlainAuctions::of(&market, &base).unwrap();
                        let Some(found) = plain.hold(&base, &profile, 0.03) else {
                            continue;
                        };
                        fast += 1;
                        let panels = refined(&base, &profile);
                        let bidders = Bidders::curved(&panels, &profile, participation.winner_cost());
                        let right = hold_auction(&bidders, &rule, participation, 0.03);
                        let figures = |one: &crate::auction::Auction| {
                            [
                                one.participation_cutoff.unwrap(),
                                one.reserve_price.unwrap(),
                                one.revenue,
                                one.sale_probability,
                                one.winner_cost,
                                one.buyers_gain,
                                one.participation_cost,
                            ]
                        };
                        for (found, right) in figures(&found).into_iter().zip(figures(&right)) {
                            assert!(
                                (found - right).abs() < 1e-12,
                                "{law:?} {count:?} {participation:?}: {found} {right}"
                            );
                        }
                    }
                }
            }
        }
        assert!(fast > 50, "{fast}");
    }
}
