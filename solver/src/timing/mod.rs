//! The holder's problem: when to auction the ticket (section 5 of the theory page).
//!
//! [`Induction`] walks back from maturity: ticket values, the auction at every prize, the holder's choice. What the
//! alternatives to selling are worth depends on the sale rule, one file each: `once.rs`, `until_sold.rs`; `choice.rs`
//! picks one and resolves ties.

pub mod fixed_pool;

mod choice;
mod induction;
mod node;
mod once;
mod region;
mod until_sold;

pub use induction::{Induction, NodeProfile, Schedule};
pub use node::{Decision, Node, Timing};
pub use region::{SlotRegion, sale_region};

pub(crate) use choice::{Alternatives, choose};
pub(crate) use induction::alternatives;
