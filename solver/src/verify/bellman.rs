//! The holder's policy re-evaluated, and every other decision and reserve tried at every node.

use super::payments::Payments;
use super::revenue::{Revenue, Seen};
use crate::equilibrium::Equilibrium;
use crate::market::{Exercise, Market, Reserve, RiskAversion, Sale};
use crate::prize::FinitePrizes;
use crate::timing::{Decision, alternatives};

/// The value of the stored policy, backward in time.
pub(super) struct Bellman<'a> {
    market: &'a Market,
    prizes: &'a FinitePrizes,
    equilibrium: &'a Equilibrium,
    slot: usize,
    /// Of the slot behind, then of this one.
    behind: Option<Vec<f64>>,
    here: Vec<f64>,
    own_behind: Vec<f64>,
    own_here: Vec<f64>,
}

/// What a node's check finds, ETH.
pub(super) struct NodeCheck {
    /// What the best other decision or reserve would add.
    pub gain: f64,
    /// Stored value against the policy's.
    pub value_gap: f64,
    /// ω.
    pub unsold: f64,
}

impl<'a> Bellman<'a> {
    pub fn new(market: &'a Market, prizes: &'a FinitePrizes, equilibrium: &'a Equilibrium) -> Self {
        let zeros = vec![0.0; prizes.size()];
        Self {
            market,
            prizes,
            equilibrium,
            slot: market.ticket().maturity() + 1,
            behind: None,
            here: zeros.clone(),
            own_behind: zeros.clone(),
            own_here: zeros,
        }
    }

    /// Goes one slot back.
    pub fn open(&mut self, slot: usize) {
        if slot < self.market.ticket().maturity() {
            self.behind = Some(self.prizes.expect(&self.here));
            self.own_behind = self.prizes.expect(&self.own_here);
        }
        self.slot = slot;
        for (state, &prize) in self.prizes.states(slot).iter().enumerate() {
            self.own_here[state] = self.own_value(state, prize);
        }
    }

    /// The holder's own use by its stored decisions.
    fn own_value(&self, state: usize, prize: f64) -> f64 {
        let (Some(own_use), Some(own_cost)) = (&self.equilibrium.own_use, self.market.holder().own_cost()) else {
            return 0.0;
        };
        let exercises = own_use.exercises(self.slot, state);
        let profit = if exercises { prize - own_cost } else { 0.0 };
        let wait = self.market.holder().discount_factor() * self.own_behind[state];
        match self.market.ticket().exercise() {
            Exercise::Lottery { draw_probability } => draw_probability * profit + (1.0 - draw_probability) * wait,
            Exercise::American | Exercise::AtMaturity => {
                if exercises {
                    profit
                } else {
                    wait
                }
            }
        }
    }

    /// A node that no path reaches: its stored value stands in, with weight zero.
    pub fn skip(&mut self, state: usize) {
        self.here[state] = self.equilibrium.induction.timing.at(self.slot, state).value;
    }

    /// Checks a node of the open slot.
    ///
    /// `entrants` are those who take part in equilibrium, `everyone` all buyers: two views of the same node.
    pub fn check(&mut self, state: usize, entrants: Seen<'_, '_, '_>, everyone: Seen<'_, '_, '_>) -> NodeCheck {
        let node = self.equilibrium.induction.timing.at(self.slot, state);
        let prize = self.prizes.states(self.slot)[state];
        let keep = alternatives(self.market, prize, self.behind.as_ref().map(|behind| behind[state]));
        let unsold = match self.market.holder().sale() {
            Sale::Once => self.own_here[state],
            Sale::UntilSold(_) => keep.best().max(0.0),
        };
        let revenue = Revenue {
            entrants,
            everyone,
            participation: self.market.participation(),
            unsold,
            payments: (everyone.bidders.panels().risk() != RiskAversion::Neutral)
                .then(|| Payments::new(everyone.bidders, everyone.evidence)),
        };
        let sale = match (node.auction.participation_cutoff, node.auction.reserve_price) {
            (Some(cutoff), Some(reserve)) => revenue.at(cutoff, reserve),
            _ => unsold,
        };
        let value = match node.decision {
            Decision::Sell => sale,
            Decision::Exercise => keep.exercise.unwrap_or(f64::NAN),
            Decision::Wait => keep.wait.unwrap_or(f64::NAN),
        };
        let mut best = sale;
        for other in [keep.wait, keep.exercise].into_iter().flatten() {
            best = best.max(other);
        }
        if self.market.auction().reserve() == Reserve::Optimal {
            best = best.max(revenue.best(node.auction.entry_probability));
        }
        self.here[state] = value;
        NodeCheck {
            gain: (best - value).max(0.0) + if value.is_nan() { f64::NAN } else { 0.0 },
            value_gap: (node.value - value).abs(),
            unsold,
        }
    }
}
