//! Ticket values at single costs by the plain recursion: no knots, no slopes.

use crate::auction::CostPanels;
use crate::exercise::TicketValues;
use crate::market::{Exercise, Market};
use crate::prize::FinitePrizes;

/// V_t(θ, ·) at the sample types, backward in time.
pub(super) struct Recursion<'m> {
    market: &'m Market,
    prizes: &'m FinitePrizes,
    costs: Vec<f64>,
    /// Type-major, one value a state.
    next: Vec<Vec<f64>>,
}

impl<'m> Recursion<'m> {
    pub fn new(market: &'m Market, prizes: &'m FinitePrizes, panels: &CostPanels<'_>) -> Self {
        let costs: Vec<f64> = panels
            .points()
            .iter()
            .zip(panels.sampled())
            .filter(|(_, sampled)| **sampled)
            .map(|(point, _)| point.cost)
            .collect();
        Self {
            market,
            prizes,
            next: vec![vec![0.0; prizes.size()]; costs.len()],
            costs,
        }
    }

    /// From slot t + 1 to `slot` = t; returns the largest gap to `values` there, ETH.
    pub fn step_back(&mut self, slot: usize, values: &TicketValues<'_>) -> f64 {
        let last = slot == self.market.ticket().maturity();
        let discount_factor = self.market.buyers_discount_factor();
        let mut gap = 0.0;
        for (cost, next) in self.costs.iter().zip(&mut self.next) {
            let expected = if last {
                vec![0.0; next.len()]
            } else {
                self.prizes.expect(next)
            };
            for (state, &prize) in self.prizes.states(slot).iter().enumerate() {
                let wait = discount_factor * expected[state];
                let profit = (prize - cost).max(0.0);
                next[state] = match self.market.ticket().exercise() {
                    Exercise::American => profit.max(wait),
                    Exercise::AtMaturity if last => profit,
                    Exercise::AtMaturity => wait,
                    Exercise::Lottery { draw_probability } => {
                        draw_probability * profit + (1.0 - draw_probability) * wait
                    }
                };
                let difference: f64 = values.profile(state).value(*cost) - next[state];
                gap = super::gap::widest(gap, difference.abs());
            }
        }
        gap
    }
}
