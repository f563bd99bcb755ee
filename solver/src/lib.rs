//! When should the holder of an execution ticket auction it, what will buyers bid, when is it exercised?
//!
//! W_t(r) = max{ Π_t(r), δ E[W_{t+1}(R′) given r] }: t = 0, …, T are slots, r ≥ 0 the prize of slot t (ETH), δ in (0, 1] the
//! holder's discount factor, Π_t(r) what the symmetric auction earns among buyers whose private costs θ in [lo, hi] (ETH)
//! make the ticket worth V_t(θ, r) to them. On finite prize processes the answer is exact up to rounding and comes with a
//! [`verify::Certificate`].
//!
//! ```text
//! Market ─ prize ────┐
//!          cost      ├─ exercise ─ auction ─ timing ─ path ─ Equilibrium + Certificate
//!          buyers ───┘                                        benchmark, verify, conjecture, simulate
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use etm_solver::cost::Uniform;
//! use etm_solver::market::*;
//! use etm_solver::prize::{FinitePrizes, Prize};
//! use etm_solver::{Settings, solve};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let prizes = FinitePrizes::chain(&[1.0, 2.0], &[vec![0.8, 0.2], vec![0.2, 0.8]], 1.0)?;
//! let market = Market::new(
//!     Ticket::new(2, Exercise::American)?,
//!     Prize::Finite(prizes),
//!     Buyers::new(BuyerCount::Fixed(2), Arc::new(Uniform::new(0.0, 1.0)?))?,
//!     Participation::Free,
//!     AuctionRule::new(Format::FirstPrice, Reserve::Optimal)?,
//!     Holder::new(0.9)?,
//! )?;
//! let equilibrium = solve(&market, &Settings::default())?;
//! let figures = equilibrium.summary(&market)?;
//! assert!((figures.seller_value - 0.6288).abs() < 1e-12 && figures.certificate.verified);
//! # Ok(())
//! # }
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
mod continuous;
mod equilibrium;
mod error;
pub mod settings;
pub mod solve;
mod supported;
mod uniqueness;

pub use bids::{FormatTerms, NodeBids, TypeAtNode, TypeBids};
pub use continuous::ContinuousSolution;
pub use equilibrium::{Benchmarks, Equilibrium, Repeated, RevenueByFormat, RoundFigures, Summary};
pub use error::SolveError;
pub use path::DelayDistribution;
pub use settings::Settings;
pub use solve::solve;
pub use uniqueness::asymmetric_equilibria_possible;
