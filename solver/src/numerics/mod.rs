//! Numerical tools that know nothing of tickets or auctions.

pub(crate) mod chebyshev;
pub mod collocation;
pub(crate) mod expansion;
pub mod gauss;
pub mod integrate;
pub(crate) mod lobatto;
pub mod optimum;
pub mod root;
