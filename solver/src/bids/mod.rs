//! The bid function at one node of a solved market.

mod every_format;
mod node;
mod spot;

pub use every_format::{FormatTerms, NodeBids, TypeBids};

use crate::auction::{Bid, BidFunction, Bidders};
use crate::cost::VirtualCost;
use crate::equilibrium::Equilibrium;
use crate::error::SolveError;
use crate::market::Market;
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
    /// What the types with these costs do if the holder auctions the ticket in slot `slot` at prize `prize`, whether
    /// or not she does so in equilibrium. The bid is computed by the integral and by the first-order condition.
    ///
    /// # Errors
    /// A slot after maturity, a prize that is no state (within 1e-9 relative), a cost outside the support.
    pub fn bids(&self, market: &Market, slot: usize, prize: f64, costs: &[f64]) -> Result<Vec<TypeAtNode>, SolveError> {
        let node = NodeValues::walk_back(market, &self.induction.boundary, slot, prize, costs)?;
        let virtual_cost = VirtualCost::new(market.buyers().cost());
        let panels = node.panels(market, &virtual_cost);
        let profile = node.profile();
        let auction = &self.induction.timing.at(slot, node.state).auction;
        let entrants = panels.among_entrants(auction.entry_probability);
        let bidders = Bidders::new(&entrants, &profile, market.participation().winner_cost());
        let bids = BidFunction::new(&bidders, market.auction().format(), auction)
            .map_or_else(|| vec![None; costs.len()], |function| function.at(costs));
        Ok(costs
            .iter()
            .zip(bids)
            .map(|(&cost, bid)| TypeAtNode {
                cost,
                ticket_value: profile.value(cost),
                bid,
            })
            .collect())
    }
}
