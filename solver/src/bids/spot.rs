//! The spot auction at one node: today's prize alone is sold.

use crate::auction::{Auction, BidFunction, Bidders, CostPanels, hold_auction};
use crate::exercise::TicketProfile;
use crate::market::Market;

/// The just-in-time auction of the right to one prize, with its bids at given costs.
pub(super) struct SpotAuction {
    pub auction: Auction,
    /// In the market's format; `None` where a type does not take part.
    pub bids: Vec<Option<f64>>,
}

impl SpotAuction {
    /// The auction by the market's rules of the right to `prize`, worth (r − θ)⁺ to a buyer and (r − θ_S)⁺ to a
    /// holder who can exercise herself; `panels` is any partition of the costs.
    pub fn hold(market: &Market, panels: &CostPanels<'_>, prize: f64, costs: &[f64]) -> Self {
        let (lower, upper) = (panels.law().lower(), panels.law().upper());
        let mut knots = vec![lower];
        if prize > lower && prize < upper {
            knots.push(prize);
        }
        knots.push(upper.max(prize));
        let values: Vec<f64> = knots.iter().map(|cost| (prize - cost).max(0.0)).collect();
        let discounts: Vec<f64> = knots[1..]
            .iter()
            .map(|&right| if right <= prize { 1.0 } else { 0.0 })
            .collect();
        let refined = panels.refined(&knots, panels);
        let profile = TicketProfile::new(&knots, &values, &discounts);
        let bidders = Bidders::new(&refined, &profile, market.participation().winner_cost());
        let unsold = market
            .holder()
            .own_cost()
            .map_or(0.0, |own_cost| (prize - own_cost).max(0.0));
        let auction = hold_auction(&bidders, market.auction(), market.participation(), unsold);
        let entrants = refined.among_entrants(auction.entry_probability);
        let bidders = Bidders::new(&entrants, &profile, market.participation().winner_cost());
        let bids = BidFunction::new(&bidders, market.auction().format(), &auction)
            .map_or_else(|| vec![None; costs.len()], |function| function.by_integral(costs));
        Self { auction, bids }
    }
}
