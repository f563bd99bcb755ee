//! Prize processes R_t and their expectation operators (section 9 of the theory page).
//!
//! [`FinitePrizes`] are exact: chains, a constant, a path. [`ContinuousPrize`] holds the parameters of the processes
//! whose state is continuous, [`PrizeLaw`] the laws of prizes that are independent from slot to slot.

mod continuous;
mod finite;
mod law;

pub mod calibrate;
pub mod empirical;

pub use continuous::{ContinuousPrize, DEFAULT_TOLERANCE};
pub use finite::FinitePrizes;
pub(crate) use finite::listed;
pub use law::{EmpiricalLaw, PrizeLaw};

/// A prize process.
#[derive(Debug, Clone)]
pub enum Prize {
    /// Finitely many prizes a slot.
    Finite(FinitePrizes),
    /// A continuous state.
    Continuous(ContinuousPrize),
}
