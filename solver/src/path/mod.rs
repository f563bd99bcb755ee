//! What happens on the way: the forward pass (section 7 of the theory page), exact, not simulated.

mod forward;
mod reach;
mod winners;

pub use forward::Path;
pub use reach::{reachable, unconditional};
