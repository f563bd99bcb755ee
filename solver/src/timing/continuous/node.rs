//! One auction at any slot and prize.

use crate::auction::{Auction, Bidders, CostPanels, PlainAuctions, hold_auction};
use crate::exercise::CurvedProfile;
use crate::market::Market;

/// Holds auctions of a market's tickets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Auctioneer<'a, 'm> {
    pub market: &'m Market,
    pub panels: &'a CostPanels<'m>,
    /// Auctions without a reserve, if that is the rule.
    pub plain: Option<&'a PlainAuctions>,
}

impl Auctioneer<'_, '_> {
    /// The auction of a ticket with these values when an unsold one is worth `unsold`.
    pub fn hold(&self, profile: &CurvedProfile, unsold: f64) -> Auction {
        if let Some(auction) = self.plain.and_then(|plain| plain.hold(self.panels, profile, unsold)) {
            return auction;
        }
        let refined = self.panels.refined(&self.panels.cuts_for(profile), self.panels);
        let bidders = Bidders::curved(&refined, profile, self.market.participation().winner_cost());
        hold_auction(&bidders, self.market.auction(), self.market.participation(), unsold)
    }
}
