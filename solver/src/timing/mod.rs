//! The holder's problem: when to auction the ticket (section 5 of the theory page).
//!
//! [`Induction`] walks back from maturity: ticket values, the auction at every prize, the holder's choice. What the
//! alternatives to selling are worth depends on the sale rule, one file each: `once.rs`, `until_sold.rs`; `choice.rs`
//! picks one and resolves ties. A holder who faces the same buyers again and cannot commit is a case of her own:
//! [`fixed_pool`] solves her problem for every lowest cost still possible, `repeated.rs` reads it along the path.

pub mod continuous;
pub mod fixed_pool;

mod choice;
mod induction;
mod node;
mod once;
mod region;
mod repeated;
mod until_sold;

pub use induction::{Induction, NodeProfile, Schedule};
pub use node::{Decision, Node, Timing};
pub use region::{SlotRegion, sale_region};

pub(crate) use choice::{Alternatives, choose};
pub(crate) use induction::alternatives;
pub(crate) use repeated::among_remaining;
