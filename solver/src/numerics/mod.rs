//! Numerical tools that know nothing of tickets or auctions.

pub(crate) mod chebyshev;
pub mod collocation;
pub(crate) mod expansion;
pub(crate) mod exponential;
pub mod gauss;
pub(crate) mod incomplete_beta;
pub mod integrate;
pub(crate) mod lobatto;
pub(crate) mod normal;
pub mod optimum;
pub mod root;
