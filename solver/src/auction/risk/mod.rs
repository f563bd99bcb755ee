//! How buyers bear the risk of losing a first-price auction: the utility u of the gain x = v − b (section 3 of the theory
//! page). One file a utility, in the same order: u and what follows from it, then its closed forms.
//!
//! | | [`crra`] | [`cara`] |
//! |---|---|---|
//! | u(x) | x^a | (1 − e^{−ax})/a |
//! | u/u′ | x/a | (e^{ax} − 1)/a |
//! | certainty equivalent of winning x with probability Q | Q^{1/a} x | −ln(1 − Q + Q e^{−ax})/a |
//! | linear in D and in what is gained further right | the shading v − β | its utility u(v − β) |
//!
//! In a second-price auction the bid is the value and winning is sure or not at no risk: buyers count as neutral there.

mod cara;
mod crra;
mod cutoff;
mod payment;
mod rivalry;
mod tilt;

pub(super) use cara::passage as tilted;
pub(super) use cutoff::best as best_cutoff;
pub(crate) use payment::PanelPayments;
pub(super) use payment::{bends, gain};
pub(crate) use rivalry::Rivalry;
pub(crate) use tilt::Tilt;

use super::fall::Fall;
use crate::market::{Format, Market, RiskAversion};

/// What becomes of the shading v − β across a panel, from its right end to its left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passage {
    /// The factor on what is gained at the right end.
    pub decay: f64,
    /// CARA only: its logarithm.
    pub log_decay: f64,
    /// What is gained in between, per unit of D where v is linear.
    pub gained: f64,
    /// CARA only: ln of the weight of being outbid in between.
    pub log_outbid: f64,
}

impl Passage {
    /// Linear in the utility of the shading; its complement in logarithms, since it may be below any number.
    pub fn tilted(log_decay: f64, gained: f64, log_outbid: f64) -> Self {
        Self {
            log_decay,
            decay: log_decay.exp(),
            gained,
            log_outbid,
        }
    }

    /// Linear in the shading itself.
    pub fn linear(decay: f64, gained: f64) -> Self {
        Self {
            decay,
            log_decay: 0.0,
            gained,
            log_outbid: f64::NEG_INFINITY,
        }
    }

    /// Across nothing.
    pub fn none() -> Self {
        Self {
            log_decay: 0.0,
            decay: 1.0,
            gained: 0.0,
            log_outbid: f64::NEG_INFINITY,
        }
    }

    /// This passage, then `left` further left.
    pub fn then(self, left: Self) -> Self {
        Self {
            log_decay: left.log_decay + self.log_decay,
            decay: left.decay * self.decay,
            gained: left.decay * self.gained + left.gained,
            log_outbid: log_sum(left.log_decay + self.log_outbid, left.log_outbid),
        }
    }
}

impl RiskAversion {
    /// How the buyers of a market bid: as if neutral in every format but the first-price auction.
    pub(crate) fn in_auction(market: &Market, format: Format) -> Self {
        match format {
            Format::FirstPrice => market.buyers().risk_aversion(),
            Format::SecondPrice | Format::AllPay => Self::Neutral,
        }
    }

    /// u(x) of a gain, ETH (CRRA: ETH^power). A loss under CRRA counts as −u(−x).
    ///
    /// ```
    /// use etm_solver::market::RiskAversion;
    /// assert_eq!(RiskAversion::Crra { power: 0.5 }.utility(4.0), 2.0);
    /// assert_eq!(RiskAversion::Neutral.utility(4.0), 4.0);
    /// ```
    #[must_use]
    pub fn utility(self, gain: f64) -> f64 {
        match self {
            Self::Neutral => gain,
            Self::Crra { power } => crra::utility(power, gain),
            Self::Cara { aversion } => cara::utility(aversion, gain),
        }
    }

    /// u⁻¹, ETH: the sure gain with this utility.
    #[must_use]
    pub fn sure_gain(self, utility: f64) -> f64 {
        match self {
            Self::Neutral => utility,
            Self::Crra { power } => crra::inverse(power, utility),
            Self::Cara { aversion } => cara::inverse(aversion, utility),
        }
    }

    /// u′(x).
    #[must_use]
    pub fn marginal_utility(self, gain: f64) -> f64 {
        match self {
            Self::Neutral => 1.0,
            Self::Crra { power } => crra::marginal(power, gain),
            Self::Cara { aversion } => cara::marginal(aversion, gain),
        }
    }

    /// u⁻¹(Q u(x)), ETH: the sure gain that is worth winning x with probability Q = e^`log_win`.
    ///
    /// A ratio of utilities only: it is exact where Q underflows and where u is not bounded.
    #[must_use]
    pub fn certainty_equivalent(self, log_win: f64, gain: f64) -> f64 {
        match self {
            Self::Neutral => log_win.exp() * gain,
            Self::Crra { power } => crra::certainty_equivalent(power, log_win, gain),
            Self::Cara { aversion } => cara::certainty_equivalent(aversion, log_win, gain),
        }
    }

    /// (u/u′)(x), ETH, by which β′ = (u/u′)(v − β) Q′/Q.
    #[must_use]
    pub fn eagerness(self, gain: f64) -> f64 {
        match self {
            Self::Neutral => gain,
            Self::Crra { power } => crra::eagerness(power, gain),
            Self::Cara { aversion } => cara::eagerness(aversion, gain),
        }
    }

    /// a; 0 of buyers whose utility is not discounted along their values.
    pub(crate) fn aversion(self) -> f64 {
        match self {
            Self::Neutral | Self::Crra { .. } => 0.0,
            Self::Cara { aversion } => aversion,
        }
    }

    /// How CARA utility is discounted along values that fall so, `discount` being D where they are linear.
    pub(crate) fn tilt(self, discount: f64, fall: Fall<'_>) -> Tilt<'_> {
        Tilt::new(self.aversion(), discount, fall)
    }

    /// v − β at the left end of a passage from that at its right end.
    pub(crate) fn carry(self, passage: &Passage, discount: f64, shading: f64) -> f64 {
        match self {
            Self::Neutral | Self::Crra { .. } => passage.decay * shading + passage.gained * discount,
            Self::Cara { aversion } => cara::carry(aversion, passage, discount, shading),
        }
    }
}

/// ln(e^x + e^y).
fn log_sum(x: f64, y: f64) -> f64 {
    let (less, more) = if x < y { (x, y) } else { (y, x) };
    if less == f64::NEG_INFINITY {
        return more;
    }
    more + (less - more).exp().ln_1p()
}
