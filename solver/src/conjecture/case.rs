//! A solved market and the yardsticks of its report.

use crate::equilibrium::{Equilibrium, Summary};
use crate::market::Market;
use crate::prize::FinitePrizes;

/// What every part of the report is about.
pub(super) struct Case<'a> {
    pub market: &'a Market,
    pub prizes: &'a FinitePrizes,
    pub equilibrium: &'a Equilibrium,
    pub figures: &'a Summary,
    /// max(R_0, highest cost), ETH.
    pub scale: f64,
    /// Relative to the scale.
    pub tolerance: f64,
}

impl Case<'_> {
    pub fn maturity(&self) -> usize {
        self.market.ticket().maturity()
    }
}
