//! The auction at one node (sections 3 and 4 of the theory page).
//!
//! A node's [`Bidders`] (what the ticket is worth to each type) stand on [`CostPanels`] (what the cost law and the
//! [`Competition`] contribute, node by node the same). [`hold_auction`] finds who takes part and what the holder
//! earns; [`BidFunction`] says what each type bids, by the integral and by the first-order condition. Each format's
//! bid and payment stand in its own file, in the same order: [`first_price`], [`second_price`], [`all_pay`]; each utility of
//! bidders who mind risk in its own file under `risk/`.

pub mod all_pay;
pub mod first_price;
pub mod second_price;

mod bid_function;
mod bidders;
mod competition;
#[cfg(test)]
pub(crate) mod curve_tests;
mod cuts;
mod entry;
mod fall;
mod first_order;
mod held;
mod nodes;
mod panels;
mod plain;
mod reserve;
mod risk;

pub use bid_function::{Bid, BidFunction, TypeBid};
pub use bidders::Bidders;
pub use competition::Competition;
pub use held::{Auction, hold_auction};
pub use panels::{CostPanels, CostPoint, PanelIntegrals};

pub(crate) use bid_function::CurvePoint;
pub(crate) use bidders::Marginal;
pub(crate) use fall::Fall;
pub(crate) use first_order::{across, along};
pub(crate) use held::{auction_with, nobody_comes};
pub(crate) use panels::{carried, cost_where};
pub(crate) use plain::PlainAuctions;
pub(crate) use risk::{Passage, Rivalry};

use crate::market::Format;

/// What a type bids: `value` is v(θ), `rivals` is Q(θ), `shading` is v − β of the first-price auction.
#[must_use]
pub fn bid(format: Format, value: f64, rivals: f64, shading: f64) -> f64 {
    match format {
        Format::FirstPrice => first_price::bid(value, rivals, shading),
        Format::SecondPrice => second_price::bid(value, rivals, shading),
        Format::AllPay => all_pay::bid(value, rivals, shading),
    }
}

/// A bidder's expected payment when she bids `bid` and thereby wins with probability `win`; `equivalent` is the
/// expected payment of the type whose equilibrium bid wins with that probability.
#[must_use]
pub fn payment(format: Format, bid: f64, win: f64, equivalent: f64) -> f64 {
    match format {
        Format::FirstPrice => first_price::payment(bid, win, equivalent),
        Format::SecondPrice => second_price::payment(bid, win, equivalent),
        Format::AllPay => all_pay::payment(bid, win, equivalent),
    }
}
