//! What happens on the way: the forward pass (section 7 of the theory page), exact, not simulated.

mod continuous;
mod cost_intervals;
mod delay;
mod forward;
mod reach;
mod repeated;
mod rounds;
mod winners;

pub use delay::{DelayDistribution, MOST_DELAY_SLOTS, MOST_DELAY_WORK};
pub use forward::Path;
pub use reach::{reachable, unconditional};
pub use rounds::{Round, Rounds, likeliest_prizes};
