//! Why a valid market could not be solved.

use thiserror::Error;

use crate::market::Unsupported;

/// A market that cannot be solved, with the numbers that say why.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SolveError {
    /// The model allows it; the solver cannot do it yet.
    #[error("{}: {} is not supported yet", .0.key, .0.what)]
    Unsupported(Unsupported),
    /// More nodes than are kept in memory.
    #[error(
        "{slots} slots × {states} prizes are {nodes} nodes; at most {most} are solved: shorten ticket.maturity or use fewer prizes"
    )]
    TooLarge {
        /// T + 1.
        slots: usize,
        /// Prizes a slot.
        states: usize,
        /// Their product.
        nodes: usize,
        /// The limit.
        most: usize,
    },
    /// A slot or prize that the market does not have.
    #[error("slot {slot} has no such prize; the market runs from slot 0 to {maturity}")]
    NoSuchNode {
        /// The slot asked for.
        slot: usize,
        /// The last slot.
        maturity: usize,
    },
}
