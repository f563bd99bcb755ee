//! Backward induction for the resale of Ethereum execution tickets.
//!
//! ```text
//! Market ─ prize ────┐
//!          cost      ├─ exercise ─ auction ─ timing ─ path ─ Equilibrium + Certificate
//!          buyers ───┘                                        benchmark, verify
//! ```

pub mod auction;
pub mod benchmark;
pub mod conjecture;
pub mod cost;
pub mod exercise;
pub mod market;
pub mod numerics;
pub mod path;
pub mod prize;
pub mod simulate;
pub mod timing;
pub mod verify;

mod bids;
mod equilibrium;
mod error;
pub mod solve;

pub use bids::TypeAtNode;
pub use equilibrium::{Benchmarks, Equilibrium, Summary};
pub use error::SolveError;
pub use solve::{Settings, solve};
