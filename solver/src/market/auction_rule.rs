//! How the ticket is auctioned: format and reserve.

use super::fault::Faults;

/// What the winner, or everyone, pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The winner pays her bid.
    FirstPrice,
    /// The winner pays the highest losing bid, or the reserve.
    SecondPrice,
    /// Everyone pays her bid.
    AllPay,
}

/// The lowest price the holder accepts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reserve {
    /// Price 0: every type with a positive value takes part.
    None,
    /// The price that maximises the holder's value at the date of sale, over all cutoffs.
    Optimal,
    /// A price, ETH, ≥ 0.
    Price(f64),
}

/// An auction rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AuctionRule {
    format: Format,
    reserve: Reserve,
}

impl AuctionRule {
    /// A format with a reserve rule.
    ///
    /// # Errors
    /// A reserve price that is negative or not finite.
    pub fn new(format: Format, reserve: Reserve) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        if let Reserve::Price(price) = reserve {
            faults.require("reserve", price, price >= 0.0, "a finite price in ETH, at least 0");
        }
        faults.or(Self { format, reserve })
    }

    /// Who pays what.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The reserve rule.
    #[must_use]
    pub fn reserve(&self) -> Reserve {
        self.reserve
    }
}
