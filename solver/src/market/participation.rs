//! What taking part in an auction costs a buyer (section 4 of the theory page).

use super::fault::Faults;

/// When a buyer who pays for taking part learns her cost of extraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LearnsCost {
    /// Before she decides whether to take part (Samuelson 1985).
    Before,
    /// After (Levin and Smith 1994).
    After,
}

/// Who pays the cost K of taking part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Participation {
    /// Nobody: taking part is free.
    Free,
    /// The winner, on top of the price.
    WinnerPays {
        /// K, ETH, ≥ 0.
        cost: f64,
    },
    /// Everyone who takes part.
    ParticipantPays {
        /// K, ETH, ≥ 0.
        cost: f64,
        /// What she knows when she decides.
        learns_cost: LearnsCost,
    },
}

impl Participation {
    /// Checks the cost.
    ///
    /// # Errors
    /// A cost that is negative or not finite.
    pub fn check(self) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        if let Self::WinnerPays { cost } | Self::ParticipantPays { cost, .. } = self {
            faults.require("cost", cost, cost >= 0.0, "a finite cost in ETH, at least 0");
        }
        faults.or(self)
    }

    /// What the winner pays on top of the price, ETH.
    #[must_use]
    pub fn winner_cost(self) -> f64 {
        match self {
            Self::WinnerPays { cost } => cost,
            Self::Free | Self::ParticipantPays { .. } => 0.0,
        }
    }

    /// What everyone who takes part pays, win or lose, ETH.
    #[must_use]
    pub fn participant_cost(self) -> f64 {
        match self {
            Self::ParticipantPays { cost, .. } => cost,
            Self::Free | Self::WinnerPays { .. } => 0.0,
        }
    }

    /// Whether buyers decide by lot whether to take part: those who must pay to learn their costs.
    #[must_use]
    pub fn entry_is_random(self) -> bool {
        matches!(self, Self::ParticipantPays { cost, learns_cost: LearnsCost::After } if cost > 0.0)
    }

    /// K whoever pays it, ETH.
    #[must_use]
    pub fn cost(self) -> f64 {
        match self {
            Self::Free => 0.0,
            Self::WinnerPays { cost } | Self::ParticipantPays { cost, .. } => cost,
        }
    }
}
