//! Prize processes R_t and their expectation operators (section 9 of the theory page).
//!
//! [`FinitePrizes`] are exact: chains, a constant, a path. [`ContinuousPrize`] holds the parameters of the processes
//! whose state is continuous.

mod continuous;
mod finite;

pub mod empirical;

pub use continuous::{ContinuousPrize, DEFAULT_TOLERANCE, PrizeLaw};
pub use finite::FinitePrizes;
pub(crate) use finite::listed;

/// A prize process.
#[derive(Debug, Clone)]
pub enum Prize {
    /// Finitely many prizes a slot.
    Finite(FinitePrizes),
    /// A continuous state.
    Continuous(ContinuousPrize),
}
