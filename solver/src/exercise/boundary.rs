//! The exercise boundary θ*_t(r).

/// Gaps between exercising and waiting up to this, relative to the prize, count as indifference.
pub(crate) const INDIFFERENCE: f64 = 1e-12;
/// Share of the tolerance up to which they do where values are known to a tolerance.
const INDIFFERENT: f64 = 0.05;

/// [`INDIFFERENCE`] of values that are known to a `tolerance`.
pub(super) fn indifference(tolerance: f64) -> f64 {
    (INDIFFERENT * tolerance).max(INDIFFERENCE)
}

/// θ*_t(r) for the prizes of each slot: the largest cost at which the ticket is exercised at once, ETH.
///
/// For a lottery ticket it is the largest cost at which a ticket drawn in the slot is exercised.
#[derive(Debug, Clone)]
pub struct ExerciseBoundary {
    /// Slot-major; −∞ where no type of the domain exercises.
    costs: Vec<f64>,
    size: usize,
}

impl ExerciseBoundary {
    /// No type exercises anywhere yet.
    pub(crate) fn never(slots: usize, size: usize) -> Self {
        Self {
            costs: vec![f64::NEG_INFINITY; slots * size],
            size,
        }
    }

    pub(crate) fn set(&mut self, slot: usize, costs: &[f64]) {
        self.costs[slot * self.size..(slot + 1) * self.size].copy_from_slice(costs);
    }

    /// The boundaries of slot `slot`, one a state; −∞ where no type exercises.
    #[must_use]
    pub fn slot(&self, slot: usize) -> &[f64] {
        &self.costs[slot * self.size..(slot + 1) * self.size]
    }

    /// θ*_t(r) of a state; `None` where no cost from the lowest of the support up is exercised.
    #[must_use]
    pub fn at(&self, slot: usize, state: usize) -> Option<f64> {
        let cost = self.costs[slot * self.size + state];
        cost.is_finite().then_some(cost)
    }
}
