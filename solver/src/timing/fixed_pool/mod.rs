//! Repeated auctions to the same buyers by a holder who cannot commit to future reserves, nor to stop (section 5 of the
//! theory page).
//!
//! The state is (t, r, c), c the lowest cost still possible: a failed auction reveals that all costs exceed its cutoff.
//! Without dividing by the probability of that (`surplus.rs`) the best cutoff for all c is an upper envelope of lines
//! (`landscape.rs`, `envelope.rs`), and one function of c a state, ζ̂, is all that a slot hands to the slot before (`gaps.rs`), on panels
//! between its jumps (`piecewise.rs`). `solve.rs` walks back from maturity.
//!
//! The problem is delicate: a step of ζ̂ of size ε becomes a jump of the cutoff of size √ε one slot earlier. Steps of
//! rounding are therefore never let through, and [`FixedPool::error`] compares two finenesses instead of trusting one.

mod axis;
mod envelope;
mod gaps;
mod landscape;
mod piecewise;
mod solve;
mod surplus;
#[cfg(test)]
mod tests;

pub use solve::{FixedPool, NoCommitment, Offer, solve, unsupported};
