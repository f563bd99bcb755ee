//! Is a ticket with a maturity anything more than a spot auction held at its maturity? (Section 8 of the theory page.)
//!
//! | file | what it answers |
//! |---|---|
//! | `claims.rs` | the five claims of the conjecture, each with its gap and a witness where it fails |
//! | `allocation.rs` | the probability that the spot auction has another winner or another exercise slot |
//! | `bids.rs` | the distance of the bid functions |
//! | `any_prize.rs`, `any_prize_bids.rs` | the same where prizes are continuous |
//! | `theorems.rs` | whether the hypotheses of T1–T5 hold here, and whether their conclusions do |
//! | `policies.rs` | selling in each fixed slot, and spot, beside the best time |
//! | `forces.rs` | what drives the answer: each force switched off in turn |

mod allocation;
mod any_prize;
mod any_prize_bids;
mod bids;
mod case;
mod claims;
mod forces;
mod policies;
mod report;
mod theorems;
mod witness;

pub use claims::Claim;
pub use forces::{Force, forces, held_before};
pub use policies::{FixedSlot, Policy};
pub use report::{ConjectureReport, check};
pub use theorems::Theorem;
pub use witness::Witness;
