//! A solved market and the yardsticks of its report.

use crate::continuous::ContinuousSolution;
use crate::equilibrium::{Equilibrium, Summary};
use crate::market::Market;
use crate::prize::FinitePrizes;
use crate::timing::Timing;

/// What every part of the report is about.
pub(super) struct Case<'a> {
    pub market: &'a Market,
    /// All prizes, or the reporting points of a continuous one.
    pub prizes: &'a FinitePrizes,
    pub equilibrium: &'a Equilibrium,
    pub figures: &'a Summary,
    /// max(R_0, highest cost), ETH.
    pub scale: f64,
    /// Relative to the scale.
    pub tolerance: f64,
}

/// Cells of reporting points reached with less are not reached.
const REACHED: f64 = 1e-12;

impl<'a> Case<'a> {
    /// The equilibrium at all prizes where these are continuous.
    pub fn continuous(&self) -> Option<&'a ContinuousSolution> {
        self.equilibrium.continuous.as_deref()
    }

    /// Whether the holder reaches a node with the ticket: where prizes are continuous, those that a reporting point stands for.
    pub fn reached(&self, slot: usize, state: usize) -> bool {
        let least = if self.continuous().is_some() { REACHED } else { 0.0 };
        self.equilibrium.path.reach(slot, state) > least
    }

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
