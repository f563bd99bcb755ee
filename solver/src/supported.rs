//! What the solver can do so far.

use crate::equilibrium::Equilibrium;
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

/// The prizes at which a solved market is known.
pub(crate) fn reported_prizes<'a>(
    market: &'a Market,
    equilibrium: &'a Equilibrium,
) -> Result<&'a FinitePrizes, SolveError> {
    match &equilibrium.continuous {
        Some(solution) => Ok(&solution.points),
        None => finite_prizes(market),
    }
}
