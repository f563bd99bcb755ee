//! The same market under the first-price and the second-price rule.

use crate::auction::CostPanels;
use crate::cost::VirtualCost;
use crate::equilibrium::RevenueByFormat;
use crate::exercise::OwnUse;
use crate::market::{AuctionRule, Format, Market, RiskAversion};
use crate::path::reachable;
use crate::prize::FinitePrizes;
use crate::settings::Settings;
use crate::timing::Induction;

/// The holder's value under each format, ETH; `None` for risk-neutral buyers, among whom every format earns the same.
///
/// `induction` is that of the market's own format; the other one is solved here, timing and reserve included.
#[must_use]
pub fn revenue_by_format(
    market: &Market,
    prizes: &FinitePrizes,
    own_use: Option<&OwnUse>,
    induction: &Induction,
    settings: &Settings<'_>,
) -> Option<RevenueByFormat> {
    let at_start = |induction: &Induction| prizes.at_start(|state| induction.timing.at(0, state).value);
    in_both_formats(
        market,
        || at_start(induction),
        |other| {
            let virtual_cost = VirtualCost::new(other.buyers().cost());
            let panels = CostPanels::of_market(other, &virtual_cost);
            let reached = reachable(prizes, other.ticket().maturity());
            at_start(&Induction::of_tickets(
                other, prizes, &panels, own_use, &reached, settings,
            ))
        },
    )
}

/// The holder's value in the market's `own` format, and in the other one as `solved` finds it.
pub(super) fn in_both_formats(
    market: &Market,
    own: impl Fn() -> f64,
    solved: impl Fn(&Market) -> f64,
) -> Option<RevenueByFormat> {
    if market.buyers().risk_aversion() == RiskAversion::Neutral {
        return None;
    }
    let value = |format: Format| {
        if format == market.auction().format() {
            return Some(own());
        }
        let rule = AuctionRule::new(format, market.auction().reserve()).ok()?;
        Some(solved(&market.clone().with_auction(rule)))
    };
    Some(RevenueByFormat {
        first_price: value(Format::FirstPrice)?,
        second_price: value(Format::SecondPrice)?,
    })
}
