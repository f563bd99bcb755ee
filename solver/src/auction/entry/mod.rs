//! Who takes part, and at what reserve price: one file a row of section 4 of the theory page.
//!
//! | who pays K, knowing what | file | marginal type |
//! |---|---|---|
//! | nobody, or the winner (v is then net of K) | [`free`] | v(θ̂) = ρ |
//! | every participant, knowing her cost (Samuelson 1985) | [`knowing`] | (v(θ̂) − ρ) Q(θ̂) = K |
//! | every participant, not knowing it yet (Levin and Smith 1994) | [`unknowing`] | v(θ̂) = ρ, entry with probability e |

mod free;
mod knowing;
mod unknowing;

use super::bidders::{Bidders, Marginal};
use crate::market::{LearnsCost, Participation, Reserve};

/// Who takes part and at what reserve price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cutoff {
    /// The marginal type, seen among all buyers.
    pub marginal: Marginal,
    /// ρ, ETH.
    pub reserve: f64,
}

/// The buyers' decisions whether to take part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// `None` if no type of positive measure takes part.
    pub cutoff: Option<Cutoff>,
    /// e, where buyers decide before they know their costs.
    pub probability: Option<f64>,
}

impl Entry {
    /// Of buyers who know their costs.
    fn by_type(cutoff: Option<Cutoff>) -> Self {
        Self {
            cutoff,
            probability: None,
        }
    }

    /// Of buyers who do not; with probability 0 nobody takes part.
    fn by_lot(cutoff: Option<Cutoff>, probability: f64) -> Self {
        Self {
            cutoff: cutoff.filter(|_| probability > 0.0),
            probability: Some(if cutoff.is_some() { probability } else { 0.0 }),
        }
    }
}

/// The symmetric equilibrium of entry under a reserve rule, when an unsold ticket is worth `unsold` to the holder.
///
/// A cost of zero is no cost: everybody then takes part as if it were free.
pub(super) fn equilibrium(
    bidders: &Bidders<'_, '_>,
    rule: Reserve,
    participation: Participation,
    unsold: f64,
) -> Entry {
    match participation {
        Participation::Free | Participation::WinnerPays { .. } => Entry::by_type(free::cutoff(bidders, rule, unsold)),
        Participation::ParticipantPays { cost: 0.0, learns_cost } => Entry {
            cutoff: free::cutoff(bidders, rule, unsold),
            probability: (learns_cost == LearnsCost::After).then_some(1.0),
        },
        Participation::ParticipantPays {
            cost,
            learns_cost: LearnsCost::Before,
        } => Entry::by_type(knowing::cutoff(bidders, rule, cost, unsold)),
        Participation::ParticipantPays {
            cost,
            learns_cost: LearnsCost::After,
        } => unknowing::entry(bidders, rule, cost, unsold),
    }
}
