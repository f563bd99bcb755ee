//! One node's auction in every format, beside the spot auction of the same prize.

use super::node::NodeValues;
use super::spot::SpotAuction;
use crate::auction::{Auction, BidFunction, CostPanels, bid};
use crate::cost::VirtualCost;
use crate::equilibrium::Equilibrium;
use crate::error::SolveError;
use crate::market::{Format, Market, RiskAversion};

/// The auction at a node in every format, and what the types with given costs do in it.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeBids {
    /// t.
    pub slot: usize,
    /// r as the market has it, ETH.
    pub prize: f64,
    /// First price, second price, all-pay, in this order.
    pub terms: [FormatTerms; 3],
    /// The just-in-time auction of the right to this slot's prize alone, by the market's rules: its cutoff, reserve
    /// price and what it earns.
    pub spot: Auction,
    /// In the order of the costs given.
    pub types: Vec<TypeBids>,
}

/// Who takes part in a format and at what price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FormatTerms {
    /// Who pays what.
    pub format: Format,
    /// θ̂, the largest type who takes part, ETH: the same in every format; `None` when nobody does.
    pub participation_cutoff: Option<f64>,
    /// ρ, the price at which the marginal type is indifferent, ETH: the same in every format; `None` when nobody
    /// takes part under an optimal reserve.
    pub reserve_price: Option<f64>,
    /// The lowest bid admitted, ETH: ρ, in an all-pay auction ρ Q(θ̂), so that the same types come; `None` where that
    /// is not defined.
    pub minimum_bid: Option<f64>,
}

/// A type at a node, ETH.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TypeBids {
    /// θ.
    pub cost: f64,
    /// V_t(θ, r), whatever winning costs.
    pub ticket_value: f64,
    /// Q(θ): probability that all rivals have higher costs; `None`, like the next four, when she does not take part.
    pub win_probability: Option<f64>,
    /// U(θ) in money, Q (v − b), the same in every format (revenue equivalence); of buyers who mind risk in the market's
    /// own format.
    pub expected_gain: Option<f64>,
    /// β(θ) when the winner pays her bid.
    pub first_price: Option<f64>,
    /// β(θ) when the winner pays the highest losing bid: V − K.
    pub second_price: Option<f64>,
    /// β(θ) when everyone pays her bid; `None` too where buyers mind risk, for whom this is not defined.
    pub all_pay: Option<f64>,
    /// Her bid for the right to this slot's prize alone, in the market's own format; `None` when she does not take
    /// part in that auction.
    pub spot: Option<f64>,
}

impl TypeBids {
    /// Her bid in one format; `None` when she does not take part.
    #[must_use]
    pub fn bid(&self, format: Format) -> Option<f64> {
        match format {
            Format::FirstPrice => self.first_price,
            Format::SecondPrice => self.second_price,
            Format::AllPay => self.all_pay,
        }
    }
}

impl Equilibrium {
    /// What the types with these costs bid in each format if the holder auctions the ticket in slot `slot` at prize
    /// `prize` under the market's reserve rule, whether or not she does so in equilibrium; and what they bid in the
    /// spot auction of the same prize.
    ///
    /// The ticket, the holder's waiting value and hence the cutoff θ̂ are the solved market's: every format with the
    /// same cutoff earns the same, so the equilibrium is the same in each. The spot auction sells the right to
    /// exercise in this slot, worth (r − θ)⁺, by the market's format, reserve rule and winner's cost; left unsold it
    /// is worth (r − θ_S)⁺ to a holder with an own cost, else nothing. In the last slot of a ticket that is no lottery
    /// it is the ticket's auction. (A lottery ticket is auctioned before the draw, the spot auction sells a prize that
    /// is certain to be the winner's.)
    ///
    /// Formats differ where buyers mind risk: the cutoff is then that of the market's own format, whatever another one's
    /// optimal reserve would be.
    ///
    /// # Errors
    /// As [`Equilibrium::bids`].
    pub fn bids_in_every_format(
        &self,
        market: &Market,
        slot: usize,
        prize: f64,
        costs: &[f64],
    ) -> Result<NodeBids, SolveError> {
        let node = NodeValues::find(market, self, slot, prize, costs)?;
        let virtual_cost = VirtualCost::new(market.buyers().cost());
        let panels = node.panels(market, &virtual_cost);
        let own = market.auction().format();
        let neutral = market.buyers().risk_aversion() == RiskAversion::Neutral;
        let auction = &node.auction;
        let held = |panels: &CostPanels<'_>| {
            let entrants = panels.among_entrants(auction.entry_probability);
            let bidders = node.bidders(&entrants, market.participation().winner_cost());
            let market_format = BidFunction::new(&bidders, if neutral { Format::FirstPrice } else { own }, auction)
                .map_or_else(|| vec![None; costs.len()], |function| function.at(costs));
            let [second, all_pay] = [Format::SecondPrice, Format::AllPay].map(|format| {
                BidFunction::new(&bidders, format, auction)
                    .filter(|_| neutral || format != Format::AllPay)
                    .map_or_else(|| vec![None; costs.len()], |function| function.by_integral(costs))
            });
            let marginal_rivals = auction.participation_cutoff.map(|cutoff| entrants.point(cutoff).rivals);
            (market_format, second, all_pay, marginal_rivals)
        };
        let (market_format, second, all_pay, marginal_rivals) =
            self.among_those_left(market, slot, node.state, &panels, held);
        let first = if neutral || own == Format::FirstPrice {
            market_format.iter().map(|bid| bid.map(|bid| bid.bid)).collect()
        } else {
            let panels = node.panels_in(market, &virtual_cost, Format::FirstPrice);
            let bidders = node.bidders(&panels, market.participation().winner_cost());
            BidFunction::new(&bidders, Format::FirstPrice, auction)
                .map_or_else(|| vec![None; costs.len()], |function| function.by_integral(costs))
        };
        let spot = SpotAuction::hold(market, &panels, node.prize, costs);
        let types = costs.iter().enumerate().map(|(k, &cost)| TypeBids {
            cost,
            ticket_value: node.value(cost),
            win_probability: market_format[k].map(|bid| bid.win_probability),
            expected_gain: market_format[k].map(|bid| bid.expected_gain),
            first_price: first[k],
            second_price: second[k],
            all_pay: all_pay[k],
            spot: spot.bids[k],
        });
        Ok(NodeBids {
            slot,
            prize: node.prize,
            terms: [Format::FirstPrice, Format::SecondPrice, Format::AllPay]
                .map(|format| FormatTerms::of(format, auction, marginal_rivals)),
            spot: spot.auction,
            types: types.collect(),
        })
    }
}

impl FormatTerms {
    /// `marginal_rivals` is Q(θ̂), `None` when nobody takes part.
    fn of(format: Format, auction: &Auction, marginal_rivals: Option<f64>) -> Self {
        // The lowest bid admitted is the bid of a type to whom winning is worth ρ and who does not shade it.
        let minimum_bid = match (format, auction.reserve_price, marginal_rivals) {
            (_, Some(reserve), Some(rivals)) => Some(bid(format, reserve, rivals, 0.0)),
            (Format::FirstPrice | Format::SecondPrice, reserve, None) => reserve,
            (Format::AllPay, _, None) | (_, None, _) => None,
        };
        Self {
            format,
            participation_cutoff: auction.participation_cutoff,
            reserve_price: auction.reserve_price,
            minimum_bid,
        }
    }
}
