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
    /// A continuous process whose prizes leave the numbers that can be computed with.
    #[error(
        "the prize grows beyond the numbers that can be computed with: use a smaller drift, volatility or maturity"
    )]
    PrizesTooLarge,
    /// A tolerance that doubles cannot give.
    #[error("a tolerance of {tolerance:e} cannot be reached with numbers of 16 digits; the least is {least:e}")]
    ToleranceTooSmall {
        /// The tolerance asked for.
        tolerance: f64,
        /// The least that can be reached.
        least: f64,
    },
    /// A step that is small beside the range of prizes.
    #[error(
        "the prizes that can be reached in {slots} slots take {points} grid points of the volatility's size; at most {most}: use a larger volatility, a shorter ticket.maturity, or prize.path with volatility 0"
    )]
    TooFine {
        /// T + 1.
        slots: usize,
        /// Grid points.
        points: usize,
        /// The limit.
        most: usize,
    },
    /// More slots than a table of slots by slots is made for.
    #[error(
        "{slots} slots are too many for a table of sale and exercise slots; at most {most}: shorten ticket.maturity"
    )]
    TooManySlots {
        /// T + 1.
        slots: usize,
        /// The limit.
        most: usize,
    },
    /// More arithmetic than is done for one answer.
    #[error(
        "the delays of {slots} slots × {states} prizes take more than {most:e} multiplications: shorten ticket.maturity or use fewer prizes"
    )]
    TooMuchWork {
        /// T + 1.
        slots: usize,
        /// Prizes a slot.
        states: usize,
        /// The limit.
        most: f64,
    },
    /// Repeated auctions whose cutoffs jump too often to be kept.
    #[error(
        "{slots} slots × {states} prizes: the holder's cutoff jumps so often in the lowest cost that only the last {solved} slots fit in memory: shorten ticket.maturity or use fewer prizes"
    )]
    TooManyJumps {
        /// T + 1.
        slots: usize,
        /// Prizes a slot.
        states: usize,
        /// Slots that could be solved.
        solved: usize,
    },
    /// A slot after maturity.
    #[error("slot {slot} is after maturity; allowed are slots 0 to {maturity}")]
    NoSuchSlot {
        /// The slot asked for.
        slot: usize,
        /// The last slot.
        maturity: usize,
    },
    /// A prize that is no state of the slot.
    #[error("{prize} is no prize of slot {slot}; allowed are {states} (within 1e-9, relative)")]
    NoSuchPrize {
        /// The slot asked for.
        slot: usize,
        /// The prize asked for, ETH.
        prize: f64,
        /// The prizes that are possible.
        states: String,
    },
    /// A cost outside the support: no buyer has it.
    #[error("{cost} is no buyer's cost; allowed are costs from {lower} to {upper}")]
    NoSuchCost {
        /// The cost asked for, ETH.
        cost: f64,
        /// lo.
        lower: f64,
        /// hi.
        upper: f64,
    },
}
