//! What a ticket is worth to whoever would exercise it at a given cost (section 2 of the theory page).
//!
//! | symbol | here |
//! |---|---|
//! | V_t(θ, r) | [`TicketProfile::value`], [`CurvedProfile::value`] |
//! | D_t(θ, r) = −∂V_t/∂θ | [`TicketProfile::discount`] |
//! | θ*_t(r) | [`ExerciseBoundary`] |
//! | V_t(θ_S, r), the holder's own | [`OwnUse`] |

mod boundary;
mod continuation;
mod curved_profile;
mod own_use;
mod ticket_profile;
mod ticket_values;

pub use boundary::ExerciseBoundary;
pub use continuation::ContinuationValues;
pub use curved_profile::{CurvedProfile, Piece};

pub(crate) use continuation::{MOST_POINTS, REPORTED, SOUND_WITHIN, Seen, Step, Weights};
pub use own_use::OwnUse;
pub(crate) use own_use::own_decision;
pub use ticket_profile::TicketProfile;
pub use ticket_values::TicketValues;
