//! Equilibrium play: prizes, numbers of buyers and costs are drawn, and everybody does what the equilibrium says.
//!
//! Nothing here knows a payment formula: bids come from the bid function, the highest wins, the winner exercises by the
//! boundary. The means are therefore an independent witness of the solved figures.
//!
//! Plays are numbered; play i uses stream i of a counter-based generator (ChaCha, Bernstein 2008), so that results do not
//! depend on who plays which and in what order. [`Script::play_block`] plays a block, [`Tally::merge`] joins blocks.

mod bid_curve;
mod continuous;
mod count_table;
mod outcome;
mod play;
mod repeated;
mod script;
mod tally;

pub use script::{Deviation, Script};
pub use tally::{Figure, Tally};
