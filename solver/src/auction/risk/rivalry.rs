//! The rivals of a bidder, as they are and as she feels them.

use super::crra;
use crate::auction::Competition;
use crate::cost::{CostLaw, Side, Tail};
use crate::market::RiskAversion;

/// The law of the number of buyers with the buyers' attitude to losing against them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rivalry {
    pub competition: Competition,
    pub risk: RiskAversion,
    felt: Competition,
}

impl Rivalry {
    pub fn new(competition: Competition, risk: RiskAversion) -> Self {
        let felt = match risk {
            RiskAversion::Neutral | RiskAversion::Cara { .. } => competition,
            RiskAversion::Crra { power } => competition.raised(1.0 / power),
        };
        Self {
            competition,
            risk,
            felt,
        }
    }

    pub fn neutral(competition: Competition) -> Self {
        Self::new(competition, RiskAversion::Neutral)
    }

    /// The number of rivals among whom a neutral bidder would shade her bid as this one does: Q^{1/a} under CRRA. Under
    /// CARA there is no such number; then it is the number itself.
    pub fn felt(&self) -> &Competition {
        &self.felt
    }

    /// The law of the type who sets the price: F₂, under CRRA P − H. Not used under CARA.
    pub fn price_setter(&self, tail: &Tail) -> f64 {
        match self.risk {
            RiskAversion::Neutral | RiskAversion::Cara { .. } => self.competition.second_lowest_cdf(tail),
            RiskAversion::Crra { power } => {
                self.competition.lowest_cdf(tail) - crra::alone(power, &self.competition, tail, 0.0)
            }
        }
    }

    /// P less that law, divided by e^`log_scale`: n̄ F Q, under CRRA H.
    pub fn alone(&self, tail: &Tail, log_scale: f64) -> f64 {
        match self.risk {
            RiskAversion::Neutral | RiskAversion::Cara { .. } => {
                let alone = (self.competition.log_rivals_above(tail) - log_scale).exp();
                self.competition.expected() * tail.cdf * alone
            }
            RiskAversion::Crra { power } => crra::alone(power, &self.competition, tail, log_scale),
        }
    }

    /// What D is multiplied with in the marginal revenue: F/f, under CRRA H/P′. Not used under CARA.
    pub fn markup(&self, law: &dyn CostLaw, cost: f64, side: Side) -> f64 {
        match self.risk {
            RiskAversion::Neutral | RiskAversion::Cara { .. } => law.markup(cost, side),
            RiskAversion::Crra { power } => crra::markup(power, &self.competition, law, cost, side),
        }
    }
}
