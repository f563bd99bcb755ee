//! Parts without any peculiarity, for those of a market file that cannot be built: no fault and no unsupported option
//! can come from them.

use std::sync::Arc;

use etm_solver::cost::Uniform;
use etm_solver::market::{AuctionRule, BuyerCount, Buyers, Exercise, Format, Holder, Reserve, Ticket};
use etm_solver::prize::{FinitePrizes, Prize};

pub(super) fn ticket() -> Option<Ticket> {
    Ticket::new(0, Exercise::American).ok()
}

pub(super) fn prize() -> Option<Prize> {
    FinitePrizes::constant(1.0).ok().map(Prize::Finite)
}

pub(super) fn buyers() -> Option<Buyers> {
    let cost = Uniform::new(0.0, 1.0).ok()?;
    Buyers::new(BuyerCount::Fixed(1), Arc::new(cost)).ok()
}

pub(super) fn auction() -> Option<AuctionRule> {
    AuctionRule::new(Format::FirstPrice, Reserve::None).ok()
}

pub(super) fn holder() -> Option<Holder> {
    Holder::new(1.0).ok()
}
