//! Prize processes R_t and their expectation operators (section 9 of the theory page).
//!
//! [`FinitePrizes`] are exact: chains, a constant, a path. [`ContinuousPrize`] holds the parameters of the processes
//! whose state is continuous, [`PrizeLaw`] the laws of prizes that are independent from slot to slot.

mod continuous;
mod finite;
mod law;
mod state;

pub mod calibrate;
pub mod empirical;

pub use continuous::{ContinuousPrize, DEFAULT_TOLERANCE};
pub use finite::{FinitePrizes, Independence};
pub use state::PrizeState;

pub(crate) use finite::listed;
pub use law::{EmpiricalLaw, PrizeLaw, USUAL_GROUPS};
pub(crate) use state::FAR;

/// A prize process.
#[derive(Debug, Clone)]
pub enum Prize {
    /// Finitely many prizes a slot.
    Finite(FinitePrizes),
    /// A continuous state.
    Continuous(ContinuousPrize),
}

impl Prize {
    /// A process without volatility moves along a known path, and a sample takes finitely many values.
    ///
    /// # Errors
    /// A path that leaves the finite numbers; more groups than a slot may have prizes.
    pub(crate) fn settled(&self, maturity: usize) -> Result<Self, crate::market::Faults> {
        match self {
            Self::Finite(prizes) => Ok(Self::Finite(prizes.clone())),
            Self::Continuous(ContinuousPrize::Iid {
                law: PrizeLaw::Empirical(law),
                initial,
            }) => FinitePrizes::sample(law, *initial).map(Self::Finite),
            Self::Continuous(process) => match PrizeState::path(process, maturity) {
                Some(path) => path.map(Self::Finite),
                None => Ok(self.clone()),
            },
        }
    }
}
