//! What the ticket is worth to the holder who uses it herself.

use super::boundary::INDIFFERENCE;
use crate::market::{Exercise, Market};
use crate::prize::FinitePrizes;

/// V_t(θ_S, r) by the holder's discount factor, and where she exercises.
#[derive(Debug, Clone)]
pub struct OwnUse {
    size: usize,
    values: Vec<f64>,
    exercises: Vec<bool>,
}

impl OwnUse {
    /// Values at every slot and state; `None` when the holder cannot exercise.
    #[must_use]
    pub fn solve(market: &Market, prizes: &FinitePrizes) -> Option<Self> {
        let own_cost = market.holder().own_cost()?;
        let discount_factor = market.holder().discount_factor();
        let maturity = market.ticket().maturity();
        let size = prizes.size();
        let mut own = Self {
            size,
            values: vec![0.0; (maturity + 1) * size],
            exercises: vec![false; (maturity + 1) * size],
        };
        let mut next = vec![0.0; size];
        for slot in (0..=maturity).rev() {
            let waiting = if slot == maturity {
                vec![0.0; size]
            } else {
                prizes.expect(&next)
            };
            for (state, &prize) in prizes.states(slot).iter().enumerate() {
                let wait = discount_factor * waiting[state];
                let (value, exercises) = own_decision(market, slot, prize - own_cost, wait);
                next[state] = value;
                own.values[slot * size + state] = value;
                own.exercises[slot * size + state] = exercises;
            }
        }
        Some(own)
    }

    /// V_t(θ_S, r), ETH.
    #[must_use]
    pub fn value(&self, slot: usize, state: usize) -> f64 {
        self.values[slot * self.size + state]
    }

    /// Whether she exercises at once (a lottery ticket: if it is drawn in this slot).
    #[must_use]
    pub fn exercises(&self, slot: usize, state: usize) -> bool {
        self.exercises[slot * self.size + state]
    }
}

/// Value and exercise decision of a holder with `profit` = r − θ_S now and `wait` = δ E[value in the next slot].
pub(crate) fn own_decision(market: &Market, slot: usize, profit: f64, wait: f64) -> (f64, bool) {
    let last = slot == market.ticket().maturity();
    match market.ticket().exercise() {
        Exercise::American => {
            let indifferent = INDIFFERENCE * profit.abs().max(wait);
            let exercises = profit >= 0.0 && profit >= wait - indifferent;
            (if exercises { profit.max(wait) } else { wait }, exercises)
        }
        Exercise::AtMaturity if last => (profit.max(0.0), profit >= 0.0),
        Exercise::AtMaturity => (wait, false),
        Exercise::Lottery { draw_probability } => (
            draw_probability * profit.max(0.0) + (1.0 - draw_probability) * wait,
            profit >= 0.0,
        ),
    }
}
