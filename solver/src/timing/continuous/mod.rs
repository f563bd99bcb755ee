//! The holder's problem when prizes are continuous (sections 5 and 9 of the theory page).
//!
//! What waiting is worth is analytic in the state; what an auction brings is so between the prizes at which the exercise
//! boundary crosses an end of the cost support, at which the best cutoff jumps, and so on: `offer.rs` cuts there. The
//! larger of the two has a kink at every sale boundary, a root; expectations are split there (`stops.rs`
//! finds them, `holder.rs` goes back in time).

mod domain;
mod holder;
mod node;
mod offer;
mod stops;

pub use holder::ContinuousTiming;
pub use stops::Stop;

pub(crate) use holder::{Situation, Tickets};

pub(crate) use domain::Domain;
pub(crate) use node::Auctioneer;
pub(crate) use offer::{
    BOUNDARY, BUYERS_GAIN, CUTOFF, ENTRY, IMMEDIATE, Offer, PARTICIPATION_COST, REVENUE, SALE_PROBABILITY, Stretch,
    WINNER_COST,
};
