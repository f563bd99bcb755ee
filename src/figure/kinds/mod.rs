//! The figures of a solved market, one kind a file.
//!
//! | kind | what one sees |
//! |---|---|
//! | [`value`] | the holder's value, selling now and waiting, against the prize |
//! | [`timing`] | the cutoff timing curve, the buyers' exercise boundaries, when it is sold and exercised |
//! | [`bids`] | bid functions in all formats, the spot auction's bid, ticket value, expected gain |
//! | [`exercise`] | distributions of the slots of sale and exercise and of the delay between |
//! | [`participation`] | who takes part, by slot and prize |
//! | [`claims`] | the conjecture report on a page |
//! | [`commitment`] | repeated auctions to the same buyers, beside a single one that she commits to |

pub mod bids;
pub mod claims;
pub mod commitment;
pub mod exercise;
pub mod participation;
pub mod timing;
pub mod value;

mod subject;

pub use subject::{FigureError, Subject, parameters};

use std::fmt;

use super::panel::Figure;

/// A kind of figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Kind {
    /// The holder's value against the prize.
    Value,
    /// The cutoff timing curve.
    Timing,
    /// Bid functions at a node.
    Bids,
    /// When the ticket is sold and exercised.
    Exercise,
    /// Who takes part.
    Participation,
    /// The conjecture report.
    Claims,
    /// Repeated auctions to the same buyers.
    Commitment,
}

impl Kind {
    /// Every kind, in the order of a paper.
    pub const ALL: [Self; 7] = [
        Self::Value,
        Self::Timing,
        Self::Bids,
        Self::Exercise,
        Self::Participation,
        Self::Claims,
        Self::Commitment,
    ];

    /// Its name, which is that of its files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Timing => "timing",
            Self::Bids => "bids",
            Self::Exercise => "exercise",
            Self::Participation => "participation",
            Self::Claims => "claims",
            Self::Commitment => "commitment",
        }
    }

    /// Whether there is such a figure of this market.
    #[must_use]
    pub fn applies(self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Commitment => subject.equilibrium.repeated.is_some(),
            Self::Value | Self::Timing | Self::Bids | Self::Exercise | Self::Participation | Self::Claims => true,
        }
    }

    /// Those that are named, or all that the market has, in the order of a paper.
    #[must_use]
    pub fn chosen(named: Option<&[Self]>, subject: &Subject<'_>) -> Vec<Self> {
        let wanted = |kind: &Self| named.map_or_else(|| kind.applies(subject), |named| named.contains(kind));
        Self::ALL.into_iter().filter(wanted).collect()
    }

    /// Whether it shows a few slots, which can be chosen.
    #[must_use]
    pub const fn shows_slots(self) -> bool {
        matches!(self, Self::Value | Self::Bids | Self::Participation)
    }

    /// The figure of a solved market; `slots` chooses the slots of figures that show a few, in this order.
    ///
    /// # Errors
    /// A slot after maturity, a kind that does not [`apply`](Self::applies), and whatever the solver cannot do with the market.
    pub fn figure(self, subject: &Subject<'_>, slots: Option<&[usize]>) -> Result<Figure, FigureError> {
        subject.check(slots)?;
        match self {
            Self::Value => Ok(value::figure(subject, slots)),
            Self::Timing => Ok(timing::figure(subject)),
            Self::Bids => bids::figure(subject, slots),
            Self::Exercise => exercise::figure(subject),
            Self::Participation => Ok(participation::figure(subject, slots)),
            Self::Claims => claims::figure(subject),
            Self::Commitment => commitment::figure(subject),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
