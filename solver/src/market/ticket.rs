//! The ticket: how long it lives and when it may be exercised.

use super::fault::{Fault, Faults};

/// The longest maturity accepted, slots. A day has 7,200 slots.
pub const LONGEST_MATURITY: u64 = 1_000_000;

/// When the holder of a ticket may exercise it (section 2 of the theory page).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Exercise {
    /// In any one slot up to maturity, the holder's choice.
    American,
    /// In the slot of maturity only.
    AtMaturity,
    /// In the slot in which the ticket is drawn, or never.
    Lottery {
        /// Probability of being drawn in a slot in which the ticket still lives, in (0, 1].
        draw_probability: f64,
    },
}

impl Exercise {
    /// Probability that a ticket held through a slot may be exercised in it: q for a lottery ticket, else 1 (whether or not
    /// the slot is one in which it is worth it).
    pub(crate) fn open_probability(self) -> f64 {
        match self {
            Self::Lottery { draw_probability } => draw_probability,
            Self::American | Self::AtMaturity => 1.0,
        }
    }

    /// The probability that a ticket held through a slot is not drawn in it.
    #[must_use]
    pub(crate) fn kept_probability(self) -> f64 {
        match self {
            Self::Lottery { draw_probability } => 1.0 - draw_probability,
            Self::American | Self::AtMaturity => 1.0,
        }
    }
}

/// An execution ticket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ticket {
    maturity: usize,
    exercise: Exercise,
}

impl Ticket {
    /// A ticket with its last slot and its exercise rule.
    ///
    /// # Errors
    /// `maturity` above [`LONGEST_MATURITY`]; a draw probability outside (0, 1].
    pub fn new(maturity: u64, exercise: Exercise) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        if maturity > LONGEST_MATURITY {
            faults.push(Fault::new(
                "out_of_range",
                "maturity",
                format!("{maturity} slots is too long to solve"),
                format!("a whole number of slots from 0 to {LONGEST_MATURITY}"),
            ));
        }
        if let Exercise::Lottery { draw_probability } = exercise {
            faults.require(
                "draw_probability",
                draw_probability,
                draw_probability > 0.0 && draw_probability <= 1.0,
                "a probability above 0, at most 1",
            );
        }
        faults.or(Self {
            maturity: usize::try_from(maturity).unwrap_or(usize::MAX),
            exercise,
        })
    }

    /// T, the last slot in which the ticket can be exercised.
    #[must_use]
    pub fn maturity(&self) -> usize {
        self.maturity
    }

    /// When it may be exercised.
    #[must_use]
    pub fn exercise(&self) -> Exercise {
        self.exercise
    }

    /// Probability that a ticket held through a slot is still there afterwards: 1 − q for a lottery ticket, else 1.
    #[must_use]
    pub fn survival_probability(&self) -> f64 {
        self.exercise.kept_probability()
    }
}
