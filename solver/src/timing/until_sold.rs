//! Auctions until the ticket is sold, to new buyers each slot.

use super::Alternatives;

/// ω: an unsold ticket is carried on, or used.
pub(super) fn unsold_value(alternatives: &Alternatives) -> f64 {
    alternatives.best().max(0.0)
}

/// Before the last slot, an auction to which nobody would come is waiting by another name.
pub(super) fn sale_value(revenue: f64, sale_probability: f64, keep: &Alternatives) -> Option<f64> {
    (sale_probability > 0.0 || keep.wait.is_none()).then_some(revenue)
}
