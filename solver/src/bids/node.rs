//! Ticket values at one node, found again by walking back from maturity.

use crate::auction::CostPanels;
use crate::cost::VirtualCost;
use crate::error::SolveError;
use crate::exercise::{ExerciseBoundary, TicketProfile, TicketValues};
use crate::market::{Format, Market};
use crate::prize::listed;
use crate::supported::finite_prizes;

/// The ticket values of a slot, and which of its states is asked for.
pub(super) struct NodeValues<'m> {
    values: TicketValues<'m>,
    /// Index of the prize.
    pub state: usize,
    /// The prize as the market has it, ETH.
    pub prize: f64,
}

impl<'m> NodeValues<'m> {
    /// The values in slot `slot` at prize `prize`, along the exercise boundaries of the solved market; `costs` are to
    /// be buyers' costs.
    ///
    /// # Errors
    /// A market that cannot be solved, a slot after maturity, a prize that is no state (within 1e-9 relative), a
    /// cost outside the support.
    pub fn walk_back(
        market: &'m Market,
        boundary: &ExerciseBoundary,
        slot: usize,
        prize: f64,
        costs: &[f64],
    ) -> Result<Self, SolveError> {
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
            values.step_back_along(boundary);
        }
        Ok(Self {
            values,
            state,
            prize: prizes.states(slot)[state],
        })
    }

    /// V_t(·, r).
    pub fn profile(&self) -> TicketProfile<'_> {
        self.values.profile(self.state)
    }

    /// The cost axis with the kinks of the values among its points.
    pub fn panels<'p>(&self, market: &Market, virtual_cost: &'p VirtualCost<'p>) -> CostPanels<'p> {
        self.panels_in(market, virtual_cost, market.auction().format())
    }

    /// [`Self::panels`] as if the auction had another format.
    pub fn panels_in<'p>(&self, market: &Market, virtual_cost: &'p VirtualCost<'p>, format: Format) -> CostPanels<'p> {
        let base = CostPanels::in_format(market, virtual_cost, format);
        base.refined(self.values.knots(), &base)
    }
}
