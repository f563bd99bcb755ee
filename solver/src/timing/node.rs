//! The holder's decision and values at each node.

use super::Alternatives;
use crate::auction::Auction;

/// What the holder does with the ticket in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// She auctions it.
    Sell,
    /// She uses it herself (a lottery ticket: if it is drawn).
    Exercise,
    /// She keeps it.
    Wait,
}

impl Decision {
    /// The word used in results.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sell => "sell",
            Self::Exercise => "exercise",
            Self::Wait => "wait",
        }
    }
}

/// The holder's problem at one node (slot, prize), values in ETH discounted to that slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// The auction she could hold here.
    pub auction: Auction,
    /// ω, what a ticket that the auction leaves unsold is worth to her.
    pub unsold_value: f64,
    /// The value of keeping the ticket; `None` in the last slot.
    pub waiting_value: Option<f64>,
    /// The value of using it herself now; `None` where she cannot.
    pub exercise_value: Option<f64>,
    /// W, the value of the best decision.
    pub value: f64,
    /// The decision.
    pub decision: Decision,
    /// Whether selling and waiting were worth the same, and something.
    pub indifferent: bool,
}

impl Node {
    /// What she can do here instead of selling.
    pub(crate) fn alternatives(&self) -> Alternatives {
        Alternatives {
            wait: self.waiting_value,
            exercise: self.exercise_value,
        }
    }
}

/// The nodes of all slots.
#[derive(Debug, Clone)]
pub struct Timing {
    size: usize,
    nodes: Vec<Node>,
}

impl Timing {
    /// From the nodes of the last slot, the slot before it, and so on.
    pub(crate) fn from_last(size: usize, mut slots: Vec<Vec<Node>>) -> Self {
        slots.reverse();
        Self {
            size,
            nodes: slots.into_iter().flatten().collect(),
        }
    }

    /// The node of a slot and state.
    #[must_use]
    pub fn at(&self, slot: usize, state: usize) -> &Node {
        &self.nodes[slot * self.size + state]
    }

    /// The nodes of a slot, one a state, in increasing order of the prize.
    #[must_use]
    pub fn slot(&self, slot: usize) -> &[Node] {
        &self.nodes[slot * self.size..(slot + 1) * self.size]
    }

    /// How many slots there are: T + 1.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.nodes.len() / self.size
    }

    /// Changes one decision, for tests of the evidence.
    #[doc(hidden)]
    pub fn override_decision(&mut self, slot: usize, state: usize, decision: Decision) {
        self.nodes[slot * self.size + state].decision = decision;
    }
}
