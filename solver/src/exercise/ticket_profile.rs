//! θ ↦ V_t(θ, r) at one node.

use crate::cost::Side;

/// V_t(·, r) at one node: convex, decreasing, piecewise linear from the lowest cost up, 0 beyond the last knot.
///
/// Values in ETH, discounted by the buyers to slot t.
#[derive(Debug, Clone, Copy)]
pub struct TicketProfile<'a> {
    knots: &'a [f64],
    /// At the knots.
    values: &'a [f64],
    /// Between them: one fewer.
    discounts: &'a [f64],
}

impl<'a> TicketProfile<'a> {
    pub(crate) fn new(knots: &'a [f64], values: &'a [f64], discounts: &'a [f64]) -> Self {
        debug_assert!(knots.len() == values.len() && knots.len() == discounts.len() + 1);
        Self {
            knots,
            values,
            discounts,
        }
    }

    /// The costs, increasing, between which V is linear; the first is the lowest cost of the support.
    #[must_use]
    pub fn knots(&self) -> &'a [f64] {
        self.knots
    }

    /// V at the knots.
    #[must_use]
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// D between consecutive knots, nonincreasing, in [0, 1].
    #[must_use]
    pub fn discounts(&self) -> &'a [f64] {
        self.discounts
    }

    /// V_t(θ, r), ETH. Below the first knot it is continued linearly.
    #[must_use]
    pub fn value(&self, cost: f64) -> f64 {
        let panel = self.panel(cost, Side::Right);
        match self.discounts.get(panel) {
            Some(discount) => (self.values[panel + 1] + discount * (self.knots[panel + 1] - cost)).max(0.0),
            None => 0.0,
        }
    }

    /// D_t(θ, r), the expected discount factor at exercise, from one side of θ.
    #[must_use]
    pub fn discount(&self, cost: f64, side: Side) -> f64 {
        self.discounts.get(self.panel(cost, side)).copied().unwrap_or(0.0)
    }

    /// The panel that holds `cost`; the number of panels for a cost beyond the last knot.
    fn panel(&self, cost: f64, side: Side) -> usize {
        let after = match side {
            Side::Right => self.knots.partition_point(|&x| x <= cost),
            Side::Left => self.knots.partition_point(|&x| x < cost),
        };
        after.saturating_sub(1)
    }
}
