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
    if market.buyers().risk_aversion() == RiskAversion::Neutral {
        return None;
    }
    let own = market.auction().format();
    let value = |format: Format| {
        if format == own {
            return Some(prizes.at_start(|state| induction.timing.at(0, state).value));
        }
        let rule = AuctionRule::new(format, market.auction().reserve()).ok()?;
        let other = market.clone().with_auction(rule);
        let virtual_cost = VirtualCost::new(other.buyers().cost());
        let panels = CostPanels::of_market(&other, &virtual_cost);
        let reached = reachable(prizes, other.ticket().maturity());
        let solved = Induction::of_tickets(&other, prizes, &panels, own_use, &reached, settings);
        Some(prizes.at_start(|state| solved.timing.at(0, state).value))
    };
    Some(RevenueByFormat {
        first_price: value(Format::FirstPrice)?,
        second_price: value(Format::SecondPrice)?,
    })
}
