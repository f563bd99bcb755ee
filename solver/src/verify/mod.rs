//! Evidence: what a stored equilibrium is worth, found by routes that share no formula with the solver.
//!
//! | figure | how it is found |
//! |---|---|
//! | `bid_deviation_gain` | every sample type, at every auction reached, against rivals who bid by the first-order condition (`best_response.rs`), in certainty equivalents; and whoever takes part against staying away, whoever stays away against taking part (`entry.rs`) |
//! | `timing_deviation_gain` | every decision and reserve against every other, the stored policy re-evaluated with revenues integrated over the second-lowest cost (`bellman.rs`), or, where buyers mind risk, over what the winner pays (`payments.rs`) |
//! | `foc_gap` | stored bids (from the integral) against the first-order condition |
//! | `value_gap` | stored values against the stored policy re-evaluated |
//! | `discretisation_error` | ticket values from their knots against the plain recursion at single costs (`recursion.rs`); with a fixed pool the change from a coarser solution, and what is paid on the way against the value at the start |
//!
//! `curved.rs` collects the same on one auction among buyers whose values are curves.
//!
//! With a fixed pool of buyers the same is done at the nodes of the path, among those who remain (`repeated.rs`).

mod bellman;
mod best_response;
mod certificate;
mod continuous;
mod curved;
mod entry;
mod evidence;
mod gap;
mod payments;
mod recursion;
mod repeated;
mod revenue;

pub(crate) use certificate::certify_on;
pub use certificate::{Certificate, TOLERANCE, certify, tolerance};
pub(crate) use continuous::{Partitions, certify_continuous, schedules as schedules_at_sample};
pub use curved::{CurvedEvidence, curved_node};
pub use repeated::REPEATED_TOLERANCE;
