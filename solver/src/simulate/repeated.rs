//! One play of repeated auctions to the same buyers: their costs are drawn once.

use rand_chacha::ChaCha8Rng;

use super::outcome::Outcome;
use super::play::{Won, uniform};
use super::script::{Deviation, Script};
use crate::equilibrium::Repeated;
use crate::market::{Exercise, Format};
use crate::timing::fixed_pool::FixedPool;

/// An auction among the buyers who remain.
struct Auction<'a> {
    pool: &'a FixedPool,
    slot: usize,
    state: usize,
    /// c, y and ρ.
    lowest: f64,
    cutoff: f64,
    reserve: f64,
}

impl Script<'_> {
    /// From slot 0 to the exercise or loss of the ticket.
    pub(super) fn play_again(
        &self,
        repeated: &Repeated,
        rng: &mut ChaCha8Rng,
        costs: &mut Vec<f64>,
        outcome: &mut Outcome,
    ) {
        let maturity = self.market.ticket().maturity();
        let law = self.market.buyers().cost();
        costs.clear();
        costs.extend((0..self.counts.draw(uniform(rng))).map(|_| uniform(rng)));
        costs.sort_by(f64::total_cmp);
        for cost in costs.iter_mut() {
            *cost = law.quantile(*cost);
        }
        let (mut state, mut lowest) = (self.first_state(rng), law.lower());
        for slot in 0..=maturity {
            let waits = self.deviation == Deviation::Late && slot < maturity;
            if !waits {
                let offer = repeated.pool.offer(slot, state, lowest);
                if let Some(reserve) = offer.reserve {
                    let auction = Auction {
                        pool: &repeated.pool,
                        slot,
                        state,
                        lowest,
                        cutoff: offer.cutoff,
                        reserve,
                    };
                    if let Some((cost, paid)) = auction.held(costs, self.market.auction().format()) {
                        outcome.sale_slot = Some(slot);
                        outcome.revenue += self.holder_factors[slot] * paid;
                        let taking_part = costs.iter().take_while(|cost| **cost <= offer.cutoff).count() as f64;
                        let participation = self.market.participation();
                        let fees = participation.winner_cost() + taking_part * participation.participant_cost();
                        let spent = paid + fees;
                        outcome.buyers_gain -= self.buyer_factors[slot] * spent;
                        self.exercise_won(slot, state, &Won { cost }, rng, outcome);
                        return;
                    }
                    lowest = offer.cutoff;
                }
            }
            if let Exercise::Lottery { draw_probability } = self.market.ticket().exercise()
                && uniform(rng) < draw_probability
            {
                return;
            }
            if slot < maturity {
                state = self.next_state(state, rng);
            }
        }
    }
}

impl Auction<'_> {
    /// The winner's cost and what is paid in all; `None` if nobody takes part. `costs` are increasing.
    fn held(&self, costs: &[f64], format: Format) -> Option<(f64, f64)> {
        let (&winner, others) = costs.split_first()?;
        if winner > self.cutoff {
            return None;
        }
        let paid = match format {
            Format::FirstPrice => self.first_price(winner),
            Format::SecondPrice => match others.first().filter(|cost| **cost <= self.cutoff) {
                Some(&second) => self.pool.winning_value(self.slot, self.state, second).max(self.reserve),
                None => self.reserve,
            },
            Format::AllPay => costs
                .iter()
                .take_while(|cost| **cost <= self.cutoff)
                .map(|&cost| self.pool.win_probability(self.lowest, cost) * self.first_price(cost))
                .sum(),
        };
        Some((winner, paid))
    }

    fn first_price(&self, cost: f64) -> f64 {
        let shading = self
            .pool
            .shading(self.slot, self.state, cost, self.cutoff, self.reserve);
        self.pool.winning_value(self.slot, self.state, cost) - shading
    }
}
