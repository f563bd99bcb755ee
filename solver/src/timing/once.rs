//! One auction: an unsold ticket is lost, or kept for the holder's own use.

use crate::exercise::OwnUse;

/// ω of a ticket that can be exercised later: what it is worth to the holder's own use.
pub(super) fn unsold_value(own_use: Option<&OwnUse>, slot: usize, state: usize) -> f64 {
    own_use.map_or(0.0, |own| own.value(slot, state))
}

/// ω of a ticket that must be exercised in the slot of its sale.
pub(super) fn unsold_value_in_time(profit: Option<f64>) -> f64 {
    profit.map_or(0.0, |profit| profit.max(0.0))
}

/// An auction always ends the holder's problem, even if nobody can come.
pub(super) fn sale_value(revenue: f64) -> Option<f64> {
    Some(revenue)
}
