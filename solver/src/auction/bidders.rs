//! The buyers at one node: what the ticket is worth to each type there.

use std::sync::OnceLock;

use super::fall::Fall;
use super::nodes::{AtNodes, NODES, weighted};
use super::panels::{CostPanels, CostPoint};
use super::risk::{PanelPayments, Passage, Tilt};
use super::{across, along};
use crate::exercise::{CurvedProfile, Piece, TicketProfile};
use crate::market::RiskAversion;
use crate::numerics::{gauss, root};

/// A change of D along curves that is none.
const SMOOTH: f64 = 1e-8;

/// Net values v(θ) = V_t(θ, r) − K on the panels of a partition, linear or analytic on each.
#[derive(Debug, Clone)]
pub struct Bidders<'p, 'm> {
    panels: &'p CostPanels<'m>,
    /// v at the points of the partition.
    values: Vec<f64>,
    /// D on its panels; its mean where v is not linear.
    discounts: Vec<f64>,
    /// Where v is not linear.
    curves: Option<Curves<'p>>,
}

/// Values that are not linear on all panels.
#[derive(Debug, Clone)]
struct Curves<'p> {
    profile: &'p CurvedProfile,
    winner_cost: f64,
    /// `None` where v is linear.
    panels: Vec<Option<Curve>>,
}

/// A panel on which v is a curve.
#[derive(Debug, Clone)]
struct Curve {
    /// Of the profile.
    piece: usize,
    /// D at the left end, at the Gauss nodes and at the right end.
    discounts: [f64; NODES + 2],
    /// ∫ D P.
    lowest: f64,
    /// ∫ D F₂.
    second: f64,
    /// ∫ D Q/Q(left), once bids are asked for.
    shading: OnceLock<f64>,
}

impl Curve {
    fn on(panels: &CostPanels<'_>, panel: usize, profile: &CurvedProfile, piece: usize) -> Self {
        let nodes = &panels.nodes()[panel];
        let mut costs = [panels.points()[panel].cost; NODES + 2];
        costs[1..=NODES].copy_from_slice(&nodes.costs);
        costs[NODES + 1] = panels.points()[panel + 1].cost;
        let discounts = profile.discounts_on(piece, &costs);
        let inside = &discounts[1..=NODES];
        Self {
            piece,
            lowest: weighted(&nodes.lowest, inside),
            second: weighted(&nodes.second, inside),
            shading: OnceLock::new(),
            discounts,
        }
    }

    fn at_nodes(&self) -> &[f64] {
        &self.discounts[1..=NODES]
    }
}

/// The marginal type and the part of her panel that takes part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marginal {
    /// θ̂ with F and N there.
    pub point: CostPoint,
    /// v(θ̂).
    pub value: f64,
    /// The panel that holds θ̂, or ends at it: panels before it take part whole.
    pub panel: usize,
    /// ∫ P from the left end of that panel to θ̂.
    pub lowest: f64,
    /// ∫ F₂ there.
    pub second: f64,
    /// Where v is a curve: ∫ D P and ∫ D F₂ there.
    curved: Option<[f64; 2]>,
}

impl<'p, 'm> Bidders<'p, 'm> {
    /// Values of the types on `panels`, whose points include every knot of `profile` inside the support; the winner
    /// pays `winner_cost` on top of the price.
    #[must_use]
    pub fn new(panels: &'p CostPanels<'m>, profile: &TicketProfile<'_>, winner_cost: f64) -> Self {
        let (knots, at_knots, slopes) = (profile.knots(), profile.values(), profile.discounts());
        let points = panels.points();
        let mut values = Vec::with_capacity(points.len());
        let mut discounts = Vec::with_capacity(points.len());
        let mut k = 0;
        for (index, point) in points.iter().enumerate() {
            while k + 2 < knots.len() && knots[k + 1] <= point.cost {
                k += 1;
            }
            let value = at_knots[k + 1] + slopes[k] * (knots[k + 1] - point.cost);
            values.push(value - winner_cost);
            if index + 1 < points.len() {
                discounts.push(slopes[k]);
            }
        }
        Self {
            panels,
            values,
            discounts,
            curves: None,
        }
    }

    /// [`Self::new`] for values that are not linear between their knots. The points of `panels` include every knot of
    /// `profile` inside the support, and are close enough for it: see [`CostPanels::cuts_for`].
    #[must_use]
    pub fn curved(panels: &'p CostPanels<'m>, profile: &'p CurvedProfile, winner_cost: f64) -> Self {
        let points = panels.points();
        let last = points.len() - 1;
        let mut values = Vec::with_capacity(points.len());
        let mut discounts = Vec::with_capacity(last);
        let mut curves = Vec::with_capacity(last);
        let (knots, pieces) = (profile.knots(), profile.pieces());
        let mut piece = 0;
        for (index, point) in points.iter().enumerate() {
            while piece + 1 < pieces.len() && knots[piece + 1] <= point.cost {
                piece += 1;
            }
            values.push(net(profile, piece, point.cost, winner_cost));
            if index == last {
                break;
            }
            match &pieces[piece] {
                Piece::Line { discount, .. } => {
                    discounts.push(*discount);
                    curves.push(None);
                }
                Piece::Curve(_) => {
                    curves.push(Some(Curve::on(panels, index, profile, piece)));
                    let right = points[index + 1].cost;
                    let fallen = Fall::Curved(profile, piece).over(right, right - point.cost);
                    discounts.push(fallen / (right - point.cost));
                }
            }
        }
        Self {
            panels,
            values,
            discounts,
            curves: Some(Curves {
                profile,
                winner_cost,
                panels: curves,
            }),
        }
    }

    /// The same types on a partition with the same points, for another number of buyers.
    #[must_use]
    pub(crate) fn on<'q>(&self, panels: &'q CostPanels<'m>) -> Bidders<'q, 'm>
    where
        'p: 'q,
    {
        match &self.curves {
            Some(curves) => Bidders::curved(panels, curves.profile, curves.winner_cost),
            None => Bidders {
                panels,
                values: self.values.clone(),
                discounts: self.discounts.clone(),
                curves: None,
            },
        }
    }

    /// The partition.
    #[must_use]
    pub fn panels(&self) -> &'p CostPanels<'m> {
        self.panels
    }

    /// v at the points of the partition, ETH.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// D on its panels; the mean over a panel on which v is not linear.
    #[must_use]
    pub fn discounts(&self) -> &[f64] {
        &self.discounts
    }

    /// v(θ) for any cost of the support, ETH.
    #[must_use]
    pub fn value(&self, cost: f64) -> f64 {
        let panel = self.panel_of(cost);
        self.value_in(panel, cost)
    }

    /// The panel that holds `cost`; the left one at a point.
    pub(crate) fn panel_of(&self, cost: f64) -> usize {
        let points = self.panels.points();
        points.partition_point(|p| p.cost < cost).clamp(1, points.len() - 1) - 1
    }

    /// v(θ) read from the panel given.
    pub(crate) fn value_in(&self, panel: usize, cost: f64) -> f64 {
        if let Some((curves, curve)) = self.curve(panel) {
            return net(curves.profile, curve.piece, cost, curves.winner_cost);
        }
        let right = self.panels.points()[panel + 1].cost;
        self.values[panel + 1] + self.discounts[panel] * (right - cost)
    }

    fn curve(&self, panel: usize) -> Option<(&Curves<'p>, &Curve)> {
        let curves = self.curves.as_ref()?;
        Some((curves, curves.panels[panel].as_ref()?))
    }

    /// How v falls on a panel.
    pub(crate) fn fall(&self, panel: usize) -> Fall<'p> {
        self.curve(panel).map_or(Fall::Straight, |(curves, curve)| {
            Fall::Curved(curves.profile, curve.piece)
        })
    }

    /// What [`Self::fall`], and what follows from it, is to be multiplied with.
    pub(crate) fn unit(&self, panel: usize) -> f64 {
        if self.curve(panel).is_some() {
            1.0
        } else {
            self.discounts[panel]
        }
    }

    /// How CARA utility is discounted on a panel.
    pub(crate) fn tilt(&self, panel: usize) -> Tilt<'p> {
        self.panels.risk().tilt(self.discounts[panel], self.fall(panel))
    }

    /// What CARA bidders pay on a panel, where that is known beforehand: D is 1 on it.
    pub(crate) fn known_payments(&self, panel: usize) -> Option<&'p PanelPayments> {
        let known = self.curve(panel).is_none() && self.discounts[panel] == 1.0;
        known.then(|| self.panels.unit_payments(panel))
    }

    /// Whether D steps down at an inner point. Along a curve it is known to rounding only.
    pub(crate) fn steps(&self, k: usize) -> bool {
        let [[_, before], [after, _]] = [k - 1, k].map(|panel| self.discounts_at_ends(panel));
        if [k - 1, k].iter().any(|&panel| self.curve(panel).is_some()) {
            (before - after).abs() > SMOOTH
        } else {
            before != after
        }
    }

    /// D(θ) read from the panel given.
    pub(crate) fn discount_at(&self, panel: usize, cost: f64) -> f64 {
        match self.fall(panel) {
            Fall::Straight => self.discounts[panel],
            curved @ Fall::Curved(..) => curved.rate(cost),
        }
    }

    /// D at both ends of a panel, from inside.
    pub(crate) fn discounts_at_ends(&self, panel: usize) -> [f64; 2] {
        self.curve(panel).map_or([self.discounts[panel]; 2], |(_, curve)| {
            [curve.discounts[0], curve.discounts[NODES + 1]]
        })
    }

    /// v and D at the Gauss nodes of a panel on which v is a curve.
    pub(super) fn at_nodes(&self, panel: usize) -> Option<(AtNodes, &[f64])> {
        let (curves, curve) = self.curve(panel)?;
        let costs = &self.panels.nodes()[panel].costs;
        let values = curves.profile.values_on(curve.piece, costs);
        Some((values.map(|value| value - curves.winner_cost), curve.at_nodes()))
    }

    /// ∫ D F₂ over a panel.
    pub(crate) fn second(&self, panel: usize) -> f64 {
        match self.curve(panel) {
            Some((_, curve)) => curve.second,
            None => self.discounts[panel] * self.panels.panels()[panel].second,
        }
    }

    /// ∫ D (P − F₂) over a panel.
    pub(crate) fn rents(&self, panel: usize) -> f64 {
        if let Some((_, curve)) = self.curve(panel) {
            return curve.lowest - curve.second;
        }
        let integrals = &self.panels.panels()[panel];
        self.discounts[panel] * (integrals.lowest - integrals.second)
    }

    /// ∫ D F₂ over the part of the marginal type's panel that takes part.
    pub(crate) fn second_to(&self, marginal: &Marginal) -> f64 {
        match marginal.curved {
            Some([_, second]) => second,
            None => self.discounts[marginal.panel] * marginal.second,
        }
    }

    /// ∫ D (P − F₂) there.
    pub(crate) fn rents_to(&self, marginal: &Marginal) -> f64 {
        match marginal.curved {
            Some([lowest, second]) => lowest - second,
            None => self.discounts[marginal.panel] * (marginal.lowest - marginal.second),
        }
    }

    /// ∫ D g over [a, b], a part of a panel, by the panel rule.
    pub(crate) fn integrate(&self, panel: usize, a: f64, b: f64, g: impl Fn(f64) -> f64) -> f64 {
        match self.fall(panel) {
            Fall::Straight => self.discounts[panel] * gauss::panel(a, b, |cost| [g(cost)])[0],
            curved @ Fall::Curved(..) => gauss::panel(a, b, |cost| [curved.rate(cost) * g(cost)])[0],
        }
    }

    /// How a shading passes from b down to a, both in a panel, from Q alone; to be carried with [`Self::unit`].
    pub(crate) fn passage(&self, panel: usize, a: &CostPoint, b: &CostPoint) -> Passage {
        match self.fall(panel) {
            Fall::Straight => self.panels.passage(a, b, self.discounts[panel]),
            curved @ Fall::Curved(..) => self.panels.curved_passage(a, b, curved),
        }
    }

    /// [`Self::passage`] across a whole panel.
    pub(crate) fn whole_passage(&self, panel: usize) -> Passage {
        match self.curve(panel) {
            Some(_) if matches!(self.panels.risk(), RiskAversion::Cara { .. }) => {
                let points = self.panels.points();
                self.panels
                    .curved_passage(&points[panel], &points[panel + 1], self.fall(panel))
            }
            Some((_, curve)) => {
                let shading = || self.panels.curved_shading(panel, self.fall(panel), curve.at_nodes());
                Passage::linear(self.panels.panels()[panel].decay, *curve.shading.get_or_init(shading))
            }
            None => self.panels.whole_passage(panel, self.discounts[panel]),
        }
    }

    /// [`Self::passage`] from the first-order condition.
    pub(crate) fn condition(&self, panel: usize, a: &CostPoint, b: &CostPoint) -> Passage {
        let (law, rivalry) = (self.panels.law(), self.panels.rivalry());
        match self.fall(panel) {
            Fall::Straight => across(a, b, self.discounts[panel], law, rivalry),
            curved @ Fall::Curved(..) => along(a, b, curved, law, rivalry),
        }
    }

    /// The shading at the left end of a passage in a panel from that at its right end.
    pub(crate) fn carry(&self, panel: usize, passage: &Passage, shading: f64) -> f64 {
        self.panels.risk().carry(passage, self.unit(panel), shading)
    }

    /// The marginal type at a cost inside (or at an end of) a panel.
    pub(crate) fn marginal(&self, panel: usize, cost: f64) -> Marginal {
        let points = self.panels.points();
        let (left, right) = (&points[panel], &points[panel + 1]);
        if cost >= right.cost {
            let whole = &self.panels.panels()[panel];
            return Marginal {
                point: *right,
                value: self.values[panel + 1],
                panel,
                lowest: whole.lowest,
                second: whole.second,
                curved: self.curve(panel).map(|(_, curve)| [curve.lowest, curve.second]),
            };
        }
        let point = self.panels.point(cost);
        let ([lowest, second], curved) = match self.fall(panel) {
            Fall::Straight => (self.panels.probabilities(left, &point), None),
            curved @ Fall::Curved(..) => {
                let [lowest, second, worth, paid] = self.panels.curved_probabilities(left, &point, curved);
                ([lowest, second], Some([worth, paid]))
            }
        };
        Marginal {
            value: self.value_in(panel, cost),
            panel,
            lowest,
            second,
            point,
            curved,
        }
    }

    /// The largest type whose value is at least `price` (and positive); `None` if there is none of positive measure.
    pub(crate) fn largest_type_worth(&self, price: f64) -> Option<Marginal> {
        if self.values[0] <= price.max(0.0) {
            return None;
        }
        let last = self.discounts.len();
        let worth = |v: f64| v >= price && v > 0.0;
        // Values fall strictly until they are constant, so the first failing point closes the crossing panel.
        let above = self.values.partition_point(|&v| worth(v));
        if above > last {
            return Some(self.marginal(last - 1, self.panels.points()[last].cost));
        }
        let panel = above - 1;
        let left = self.panels.points()[panel].cost;
        let right = self.panels.points()[panel + 1].cost;
        if self.curve(panel).is_some() {
            let excess = |cost: f64| self.value_in(panel, cost) - price.max(0.0);
            let cost = root::bracketed(left, right, excess).unwrap_or(left);
            return Some(self.marginal(panel, cost));
        }
        let slope = self.discounts[panel];
        let cost = if slope > 0.0 {
            (left + (self.values[panel] - price) / slope).min(right)
        } else {
            left
        };
        Some(self.marginal(panel, cost))
    }
}

/// V − K. Along a curve V is positive, however small: where rounding says otherwise, those types take part all the same.
fn net(profile: &CurvedProfile, piece: usize, cost: f64, winner_cost: f64) -> f64 {
    let value = profile.value_on(piece, cost);
    match profile.pieces()[piece] {
        Piece::Curve(_) if winner_cost == 0.0 => value.max(f64::MIN_POSITIVE),
        _ => value - winner_cost,
    }
}
