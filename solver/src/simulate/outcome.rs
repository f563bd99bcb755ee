//! What one play came to.

/// What a play came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    /// The holder's receipts and own profit, discounted to slot 0.
    pub revenue: f64,
    pub sale_slot: Option<usize>,
    pub exercise_slot: Option<usize>,
    /// The buyers' receipts less payments and costs, discounted to slot 0.
    pub buyers_gain: f64,
    /// What the deviating buyer gained at the auction more than by her equilibrium bid, in utility.
    pub deviation_gain: f64,
    /// The utility of what she gains by that bid.
    pub honest_utility: f64,
}
