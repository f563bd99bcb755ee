//! The buyers at one node: what the ticket is worth to each type there.

use super::panels::{CostPanels, CostPoint};
use crate::exercise::TicketProfile;

/// Net values v(θ) = V_t(θ, r) − K on the panels of a partition, linear on each.
#[derive(Debug, Clone)]
pub struct Bidders<'p, 'm> {
    panels: &'p CostPanels<'m>,
    /// v at the points of the partition.
    values: Vec<f64>,
    /// D on its panels.
    discounts: Vec<f64>,
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
        }
    }

    /// The same types on a partition with the same points, for another number of buyers.
    #[must_use]
    pub(crate) fn on<'q>(&self, panels: &'q CostPanels<'m>) -> Bidders<'q, 'm> {
        Bidders {
            panels,
            values: self.values.clone(),
            discounts: self.discounts.clone(),
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

    /// D on its panels.
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
        let right = self.panels.points()[panel + 1].cost;
        self.values[panel + 1] + self.discounts[panel] * (right - cost)
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
            };
        }
        let point = self.panels.point(cost);
        let [lowest, second] = self.panels.probabilities(left, &point);
        Marginal {
            value: self.value_in(panel, cost),
            panel,
            lowest,
            second,
            point,
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
        let slope = self.discounts[panel];
        let cost = if slope > 0.0 {
            (left + (self.values[panel] - price) / slope).min(right)
        } else {
            left
        };
        Some(self.marginal(panel, cost))
    }
}
