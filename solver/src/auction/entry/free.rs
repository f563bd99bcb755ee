//! Taking part is free, or only the winner pays for it: every type to whom the ticket is worth the price comes.

use super::Cutoff;
use crate::auction::bidders::Bidders;
use crate::auction::{reserve, risk};
use crate::market::{Reserve, RiskAversion};

/// v(θ̂) = ρ; under an optimal reserve the revenue-maximising θ̂ over all cutoffs.
pub(super) fn cutoff(bidders: &Bidders<'_, '_>, rule: Reserve, unsold: f64) -> Option<Cutoff> {
    match rule {
        Reserve::None => priced(bidders, 0.0),
        Reserve::Price(price) => priced(bidders, price),
        Reserve::Optimal => {
            let marginal = match bidders.panels().risk() {
                RiskAversion::Neutral | RiskAversion::Crra { .. } => {
                    reserve::best(bidders, 0.0, unsold).map(|best| best.marginal)
                }
                RiskAversion::Cara { .. } => risk::best_cutoff(bidders, unsold),
            };
            marginal.map(|marginal| Cutoff {
                reserve: marginal.value,
                marginal,
            })
        }
    }
}

/// At a price that is given.
pub(super) fn priced(bidders: &Bidders<'_, '_>, price: f64) -> Option<Cutoff> {
    bidders.largest_type_worth(price).map(|marginal| Cutoff {
        marginal,
        reserve: price,
    })
}
