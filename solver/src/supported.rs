//! What the solver can do so far.

use crate::error::SolveError;
use crate::market::{Market, Unsupported};
use crate::prize::{FinitePrizes, Prize};

/// The finite prizes of a market that can be solved.
pub(crate) fn finite_prizes(market: &Market) -> Result<&FinitePrizes, SolveError> {
    if let Some(first) = market.unsupported().into_iter().next() {
        return Err(SolveError::Unsupported(first));
    }
    match market.prize() {
        Prize::Finite(prizes) => Ok(prizes),
        Prize::Continuous(process) => Err(SolveError::Unsupported(Unsupported {
            key: process.key(),
            what: "a continuous prize process",
        })),
    }
}
