//! A solved market and the yardsticks of its report.

use crate::equilibrium::{Equilibrium, Summary};
use crate::market::Market;
use crate::prize::FinitePrizes;
use crate::timing::Timing;

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

    /// The auctions with all buyers there: the market's own, or, where the same buyers come again and again, those of
    /// a holder who commits to a single one.
    pub fn to_all_buyers(&self) -> &Timing {
        match &self.equilibrium.repeated {
            Some(repeated) => &repeated.committed.timing,
            None => &self.equilibrium.induction.timing,
        }
    }

    /// The market whose spot auctions are meant: with a single auction where the same buyers come again and again.
    pub fn spot_market(&self) -> &Market {
        match &self.equilibrium.repeated {
            Some(repeated) => &repeated.once,
            None => self.market,
        }
    }
}
