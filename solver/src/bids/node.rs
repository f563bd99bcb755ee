//! Ticket values at one node of a solved market, found again.

use crate::auction::{Auction, Bidders, CostPanels};
use crate::cost::VirtualCost;
use crate::equilibrium::Equilibrium;
use crate::error::SolveError;
use crate::exercise::{CurvedProfile, TicketValues};
use crate::market::{Format, Market};
use crate::prize::listed;
use crate::supported::finite_prizes;

/// The ticket values of a slot and prize, with the auction there.
pub(super) struct NodeValues<'m> {
    values: Values<'m>,
    /// Index of the prize; of no meaning where prizes are continuous.
    pub state: usize,
    /// The prize as the market has it, ETH.
    pub prize: f64,
    /// The auction that would be held here.
    pub auction: Auction,
}

enum Values<'m> {
    /// Walked back from maturity.
    Finite(Box<TicketValues<'m>>),
    /// Read from the solution.
    Continuous(CurvedProfile),
}

impl<'m> NodeValues<'m> {
    /// The values in slot `slot` at prize `prize`, along the exercise boundaries of the solved market; `costs` are to
    /// be buyers' costs.
    ///
    /// # Errors
    /// A market that cannot be solved, a slot after maturity, a prize that is no state (within 1e-9 relative) or, where
    /// prizes are continuous, none at all, a cost outside the support.
    pub fn find(
        market: &'m Market,
        equilibrium: &Equilibrium,
        slot: usize,
        prize: f64,
        costs: &[f64],
    ) -> Result<Self, SolveError> {
        let maturity = market.ticket().maturity();
        if slot > maturity {
            return Err(SolveError::NoSuchSlot { slot, maturity });
        }
        let law = market.buyers().cost();
        let outside = costs.iter().find(|cost| !(law.lower()..=law.upper()).contains(*cost));
        let no_such_cost = |&cost: &f64| SolveError::NoSuchCost {
            cost,
            lower: law.lower(),
            upper: law.upper(),
        };
        if let Some(solution) = &equilibrium.continuous {
            if !(prize.is_finite() && prize > 0.0) {
                return Err(SolveError::NoSuchPrize {
                    slot,
                    prize,
                    states: "all finite prizes above 0".to_owned(),
                });
            }
            if let Some(error) = outside.map(no_such_cost) {
                return Err(error);
            }
            return Ok(Self {
                values: Values::Continuous(solution.profile(slot, prize)),
                state: 0,
                prize,
                auction: solution.node(market, slot, prize).auction,
            });
        }
        let prizes = finite_prizes(market)?;
        let state = prizes.state_of(slot, prize).ok_or_else(|| SolveError::NoSuchPrize {
            slot,
            prize,
            states: listed(prizes.states(slot)),
        })?;
        if let Some(error) = outside.map(no_such_cost) {
            return Err(error);
        }
        let mut values = TicketValues::at_maturity(market, prizes);
        while values.slot() > slot {
            values.step_back_along(&equilibrium.induction.boundary);
        }
        Ok(Self {
            values: Values::Finite(Box::new(values)),
            state,
            prize: prizes.states(slot)[state],
            auction: equilibrium.induction.timing.at(slot, state).auction,
        })
    }

    /// V_t(θ, r).
    pub fn value(&self, cost: f64) -> f64 {
        match &self.values {
            Values::Finite(values) => values.profile(self.state).value(cost),
            Values::Continuous(profile) => profile.value(cost),
        }
    }

    /// The buyers on a partition that has the kinks of the values among its points.
    pub fn bidders<'p>(&'p self, panels: &'p CostPanels<'p>, winner_cost: f64) -> Bidders<'p, 'p> {
        match &self.values {
            Values::Finite(values) => Bidders::new(panels, &values.profile(self.state), winner_cost),
            Values::Continuous(profile) => Bidders::curved(panels, profile, winner_cost),
        }
    }

    /// The cost axis with the kinks of the values among its points.
    pub fn panels<'p>(&self, market: &Market, virtual_cost: &'p VirtualCost<'p>) -> CostPanels<'p> {
        self.panels_in(market, virtual_cost, market.auction().format())
    }

    /// [`Self::panels`] as if the auction had another format.
    pub fn panels_in<'p>(&self, market: &Market, virtual_cost: &'p VirtualCost<'p>, format: Format) -> CostPanels<'p> {
        let base = CostPanels::in_format(market, virtual_cost, format);
        match &self.values {
            Values::Finite(values) => base.refined(values.knots(), &base),
            Values::Continuous(profile) => {
                let base = base.for_curves();
                base.refined(&base.cuts_for(profile), &base)
            }
        }
    }
}
