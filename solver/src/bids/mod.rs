//! The bid function at one node of a solved market.

mod every_format;
mod node;
mod spot;

pub use every_format::{FormatTerms, NodeBids, TypeBids};

use crate::auction::{Bid, BidFunction, CostPanels};
use crate::cost::VirtualCost;
use crate::equilibrium::Equilibrium;
use crate::error::SolveError;
use crate::market::Market;
use crate::timing::among_remaining;
use node::NodeValues;

/// What a type does in the auction at a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TypeAtNode {
    /// θ, ETH.
    pub cost: f64,
    /// V_t(θ, r), ETH, whatever winning costs.
    pub ticket_value: f64,
    /// Her bid; `None` when she does not take part.
    pub bid: Option<Bid>,
}

impl Equilibrium {
    /// Hands over the cost axis of the buyers who are left at a node: of all, unless the same come again and again.
    fn among_those_left<R>(
        &self,
        market: &Market,
        slot: usize,
        state: usize,
        panels: &CostPanels<'_>,
        with: impl Fn(&CostPanels<'_>) -> R,
    ) -> R {
        let knots: Vec<f64> = panels.points().iter().map(|point| point.cost).collect();
        self.repeated
            .as_ref()
            .map(|repeated| repeated.rounds.lowest_cost(slot, state))
            .and_then(|lowest| among_remaining(market, lowest, &knots, &with))
            .unwrap_or_else(|| with(panels))
    }

    /// What the types with these costs do if the holder auctions the ticket in slot `slot` at prize `prize`, whether
    /// or not she does so in equilibrium. The bid is computed by the integral and by the first-order condition. Where
    /// the same buyers come again and again, the auction is the one most likely held there, and types that would have
    /// bought before do not take part.
    ///
    /// # Errors
    /// A slot after maturity, a prize that is no state (within 1e-9 relative), a cost outside the support.
    pub fn bids(&self, market: &Market, slot: usize, prize: f64, costs: &[f64]) -> Result<Vec<TypeAtNode>, SolveError> {
        let node = NodeValues::find(market, self, slot, prize, costs)?;
        let virtual_cost = VirtualCost::new(market.buyers().cost());
        let panels = node.panels(market, &virtual_cost);
        let auction = &node.auction;
        let held = |panels: &CostPanels<'_>| {
            let entrants = panels.among_entrants(auction.entry_probability);
            let bidders = node.bidders(&entrants, market.participation().winner_cost());
            BidFunction::new(&bidders, market.auction().format(), auction)
                .map_or_else(|| vec![None; costs.len()], |function| function.at(costs))
        };
        let bids = self.among_those_left(market, slot, node.state, &panels, held);
        Ok(costs
            .iter()
            .zip(bids)
            .map(|(&cost, bid)| TypeAtNode {
                cost,
                ticket_value: node.value(cost),
                bid,
            })
            .collect())
    }
}
