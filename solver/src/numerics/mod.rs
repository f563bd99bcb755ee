//! Numerical tools that know nothing of tickets or auctions.

pub(crate) mod chebyshev;
pub mod collocation;
pub mod gauss;
pub mod integrate;
pub mod optimum;
pub mod root;
