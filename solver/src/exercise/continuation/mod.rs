//! V_t(θ, r) of continuous prizes, kept as the continuation value C_t = δ E[V_{t+1}] (sections 2 and 9 of the theory page).
//!
//! V has a kink at the exercise boundary; C is analytic in the state and in the cost. So C is kept, on an even grid of
//! states (`step.rs`) for costs at Chebyshev points (`columns.rs`), and every expectation is split at the boundary.
//! Nothing is interpolated in the prize: C at any state is one expectation of what is known of the next slot.
//! `part.rs` makes V on a part of the costs of it, [`ContinuationValues`] a node's V of the parts.

mod around;
mod columns;
mod part;
mod resolution;
mod rows;
mod step;
mod tilted;
mod values;

pub use values::ContinuationValues;

pub(crate) use around::Seen;
pub(crate) use step::{MOST_POINTS, REPORTED, SOUND_WITHIN, Step, Weights};
