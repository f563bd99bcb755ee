//! The distribution over (slot, prize, unsold) under the holder's policy, and what follows from it.

use super::cost_intervals::CostIntervals;
use super::winners::{Sales, Winners};
use crate::auction::CostPanels;
use crate::exercise::OwnUse;
use crate::market::{Exercise, Market, Sale};
use crate::prize::FinitePrizes;
use crate::settings::{Settings, Stage};
use crate::timing::{Decision, Induction, Node};

/// Probabilities and expectations on the equilibrium path, seen from slot 0.
#[derive(Debug, Clone)]
pub struct Path {
    size: usize,
    /// Slot-major: probability that the slot begins at the state with the ticket unsold.
    pub(super) reach: Vec<f64>,
    /// Probability that an auction is held, by slot.
    pub auction_probability: Vec<f64>,
    /// Probability that the ticket is sold, by slot.
    pub sold_by_slot: Vec<f64>,
    /// Probability that the ticket is ever sold.
    pub sold: f64,
    /// Probability that the ticket is exercised, by whoever holds it, by slot.
    pub exercise_probability: Vec<f64>,
    /// Probability that the ticket is sold and exercised in the same slot.
    pub immediate: f64,
    /// Probability that the ticket is sold and later (or at once) exercised.
    pub sold_and_exercised: f64,
    /// E[exercise slot − sale slot; sold and exercised], slots.
    pub delay: f64,
    /// E[prize; sold], the prize in the slot of the sale, ETH.
    pub prize_at_sale: f64,
    /// E[winner's cost; sold], ETH.
    pub cost_at_sale: f64,
    /// The buyers' expected total gain, net of what taking part costs them, discounted by their own factor to slot 0,
    /// ETH.
    pub buyers_surplus: f64,
    /// The expected total of what taking part costs the buyers, discounted likewise, ETH.
    pub participation_cost_burned: f64,
    /// With a fixed pool of buyers: what they are expected to pay, discounted to slot 0, ETH; else 0.
    pub holder_revenue: f64,
}

impl Path {
    /// Follows the market from R_0 to maturity.
    #[must_use]
    pub fn follow(
        market: &Market,
        prizes: &FinitePrizes,
        panels: &CostPanels<'_>,
        own_use: Option<&OwnUse>,
        induction: &Induction,
        settings: &Settings<'_>,
    ) -> Self {
        let maturity = market.ticket().maturity();
        let size = prizes.size();
        let exercise = market.ticket().exercise();
        let mut path = Self::empty(size, maturity);
        let mut walk = Walk {
            market,
            unsold: prizes.start(),
            own: vec![0.0; size],
            own_use,
        };
        let intervals = CostIntervals::new(&induction.boundary, maturity, panels);
        let mut winners = Winners::new(prizes, exercise, intervals, Sales::GoOn);
        let mut factor = 1.0;
        for slot in 0..=maturity {
            path.reach[slot * size..(slot + 1) * size].copy_from_slice(&walk.unsold);
            for state in 0..size {
                let mass = walk.unsold[state];
                if mass == 0.0 {
                    continue;
                }
                let node = induction.timing.at(slot, state);
                let prize = prizes.states(slot)[state];
                if node.decision == Decision::Sell {
                    path.sell(slot, mass, prize, factor, node);
                    winners.add(state, mass, &node.auction);
                    if let Some(cutoff) = node.auction.participation_cutoff {
                        let marginal = induction.boundary.slot(slot)[state]
                            .min(cutoff)
                            .max(panels.law().lower());
                        // In the order of the products that make up `sold`: a certain event then has probability 1 exactly.
                        let at_once = panels.lowest_cdf(node.auction.entry_probability, marginal);
                        path.immediate += exercise.open_probability() * (mass * at_once);
                    }
                }
                path.exercise_probability[slot] += walk.hold(state, prize, node);
            }
            path.exercise_probability[slot] += walk.use_own(slot, size);
            let exercised = winners.exercise(induction.boundary.slot(slot));
            path.exercise_probability[slot] += exercised.mass;
            path.sold_and_exercised += exercised.mass;
            path.delay += exercised.delay;
            if slot < maturity {
                walk.unsold = prizes.advance(&walk.unsold);
                walk.own = prizes.advance(&walk.own);
                winners.advance(slot);
                factor *= market.buyers_discount_factor();
            }
            settings.report(Stage::Path, slot + 1, maturity + 1);
        }
        path
    }

    pub(super) fn empty(size: usize, maturity: usize) -> Self {
        let by_slot = vec![0.0; maturity + 1];
        Self {
            size,
            reach: vec![0.0; (maturity + 1) * size],
            auction_probability: by_slot.clone(),
            sold_by_slot: by_slot.clone(),
            sold: 0.0,
            exercise_probability: by_slot,
            immediate: 0.0,
            sold_and_exercised: 0.0,
            delay: 0.0,
            prize_at_sale: 0.0,
            cost_at_sale: 0.0,
            buyers_surplus: 0.0,
            participation_cost_burned: 0.0,
            holder_revenue: 0.0,
        }
    }

    fn sell(&mut self, slot: usize, mass: f64, prize: f64, factor: f64, node: &Node) {
        let sold = mass * node.auction.sale_probability;
        self.sold += sold;
        self.auction_probability[slot] += mass;
        self.sold_by_slot[slot] += sold;
        self.prize_at_sale += sold * prize;
        self.cost_at_sale += mass * node.auction.winner_cost;
        self.buyers_surplus += factor * mass * node.auction.buyers_gain;
        self.participation_cost_burned += factor * mass * node.auction.participation_cost;
    }

    /// Probability that slot `slot` begins at `state` with the ticket unsold (and, in a lottery, undrawn).
    #[must_use]
    pub fn reach(&self, slot: usize, state: usize) -> f64 {
        self.reach[slot * self.size + state]
    }
}

/// The holder's ticket on its way through a slot.
struct Walk<'a> {
    market: &'a Market,
    /// Probability, by state, that it is unsold and may still be auctioned.
    unsold: Vec<f64>,
    /// Probability, by state, that its only auction failed and she keeps it for her own use.
    own: Vec<f64>,
    own_use: Option<&'a OwnUse>,
}

impl Walk<'_> {
    /// What becomes of the ticket at a node once an auction, if any, is over; returns the probability that she
    /// exercises it here.
    fn hold(&mut self, state: usize, prize: f64, node: &Node) -> f64 {
        let mass = self.unsold[state];
        let left = match node.decision {
            Decision::Sell => mass * (1.0 - node.auction.sale_probability),
            Decision::Exercise | Decision::Wait => mass,
        };
        if node.decision == Decision::Sell && self.market.holder().sale() == Sale::Once {
            self.unsold[state] = 0.0;
            self.own[state] += left;
            return 0.0;
        }
        let exercises = match node.decision {
            Decision::Exercise => true,
            Decision::Wait => false,
            Decision::Sell => node.alternatives().exercises(),
        };
        if let Exercise::Lottery { draw_probability } = self.market.ticket().exercise() {
            let uses = self
                .market
                .holder()
                .own_cost()
                .is_some_and(|own_cost| prize >= own_cost);
            self.unsold[state] = (1.0 - draw_probability) * left;
            return if uses { draw_probability * left } else { 0.0 };
        }
        self.unsold[state] = if exercises { 0.0 } else { left };
        if exercises { left } else { 0.0 }
    }

    /// She uses tickets that her only auction left unsold; returns the probability that she does in this slot.
    fn use_own(&mut self, slot: usize, size: usize) -> f64 {
        let Some(own_use) = self.own_use else {
            // Lost.
            self.own.fill(0.0);
            return 0.0;
        };
        let drawn = self.market.ticket().exercise().open_probability();
        let mut exercised = 0.0;
        for state in 0..size {
            let used = if own_use.exercises(slot, state) {
                drawn * self.own[state]
            } else {
                0.0
            };
            exercised += used;
            self.own[state] = match self.market.ticket().exercise() {
                Exercise::Lottery { .. } => (1.0 - drawn) * self.own[state],
                Exercise::American | Exercise::AtMaturity => self.own[state] - used,
            };
        }
        exercised
    }
}
