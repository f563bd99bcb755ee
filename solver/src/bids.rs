//! The bid function at one node of a solved market.

use crate::auction::{Bid, BidFunction, Bidders, Competition, CostPanels};
use crate::cost::VirtualCost;
use crate::equilibrium::Equilibrium;
use crate::error::SolveError;
use crate::exercise::TicketValues;
use crate::market::Market;
use crate::prize::listed;
use crate::supported::finite_prizes;

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
        let prizes = finite_prizes(market)?;
        let maturity = market.ticket().maturity();
        if slot > maturity {
            return Err(SolveError::NoSuchSlot { slot, maturity });
        }
        let state = prizes.state_of(slot, prize).ok_or_else(|| SolveError::NoSuchPrize {
            slot,
            prize,
            states: listed(prizes.states(slot)),
        })?;
        let law = market.buyers().cost();
        if let Some(&cost) = costs.iter().find(|cost| !(law.lower()..=law.upper()).contains(*cost)) {
            return Err(SolveError::NoSuchCost {
                cost,
                lower: law.lower(),
                upper: law.upper(),
            });
        }
        let mut values = TicketValues::at_maturity(market, prizes);
        while values.slot() > slot {
            values.step_back_along(&self.induction.boundary);
        }
        let virtual_cost = VirtualCost::new(law);
        let base = CostPanels::new(&virtual_cost, Competition::from(market.buyers().count()));
        let panels = base.refined(values.knots(), &base);
        let profile = values.profile(state);
        let bidders = Bidders::new(&panels, &profile, market.participation().winner_cost());
        let auction = &self.induction.timing.at(slot, state).auction;
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
