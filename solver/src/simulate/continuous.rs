//! One play of a market with a continuous prize: every auction is held anew at the prize that was drawn.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;

use super::outcome::Outcome;
use super::play::{Bidder, Terms, Won, uniform};
use super::script::{Deviation, Script};
use super::tally::Tally;
use crate::auction::{BidFunction, Bidders, CostPanels, PlainAuctions};
use crate::continuous::ContinuousSolution;
use crate::cost::VirtualCost;
use crate::market::{Exercise, Sale};
use crate::numerics::normal;
use crate::prize::PrizeState;
use crate::timing::continuous::Situation;
use crate::timing::{Decision, alternatives};

/// Prizes below a cost by more than this, relative, are not worth looking at: indifference is closer.
const NEAR: f64 = 1e-6;

/// What a block of plays shares.
struct Table<'a, 'm> {
    solution: &'a ContinuousSolution,
    situation: Situation<'a, 'm>,
}

impl Script<'_> {
    /// Plays these numbers in order.
    pub(super) fn play_continuous(
        &self,
        solution: &ContinuousSolution,
        (numbers, fresh): (Range<u64>, &ChaCha8Rng),
        tally: &mut Tally,
    ) {
        let virtual_cost = VirtualCost::new(self.market.buyers().cost());
        let panels = CostPanels::coarse(self.market, &virtual_cost);
        let plain = PlainAuctions::of(self.market, &panels);
        let table = Table {
            solution,
            situation: solution.situation_with(self.market, &panels, plain.as_ref()),
        };
        let mut bidders = Vec::new();
        for number in numbers {
            let mut rng = fresh.clone();
            rng.set_stream(number);
            tally.add(&self.play_at_any_prize(&table, &mut rng, &mut bidders));
        }
    }

    fn play_at_any_prize(&self, table: &Table<'_, '_>, rng: &mut ChaCha8Rng, bidders: &mut Vec<Bidder>) -> Outcome {
        let maturity = self.market.ticket().maturity();
        let process = table.solution.values.state();
        let mut outcome = Outcome::default();
        let mut state = match process.initial {
            Some(prize) => process.state(prize),
            None => process.shift + process.volatility * gaussian(rng),
        };
        // Her only auction has failed: the ticket is for own use.
        let mut own = false;
        for slot in 0..=maturity {
            let decision = self.decision(table, slot, state);
            if !own && decision == Decision::Sell {
                if let Some(won) = self.auction_at(table, slot, state, (rng, bidders), &mut outcome) {
                    self.exercise_at_any_prize(table, (slot, state), &won, rng, &mut outcome);
                    return outcome;
                }
                own = self.market.holder().sale() == Sale::Once;
                if own && table.solution.own.is_none() {
                    return outcome;
                }
            }
            let uses = || self.uses(table, (slot, state), decision, own);
            if self.keep_at(slot, prize_at(process, slot, state), uses, rng, &mut outcome) {
                return outcome;
            }
            if slot < maturity {
                state = next_state(process, state, rng);
            }
        }
        outcome
    }

    /// What the holder does, the deviation taken into account.
    fn decision(&self, table: &Table<'_, '_>, slot: usize, state: f64) -> Decision {
        let maturity = self.market.ticket().maturity();
        match self.deviation {
            Deviation::Early if slot == 0 => Decision::Sell,
            Deviation::Late if slot < maturity => Decision::Wait,
            Deviation::Late => Decision::Sell,
            Deviation::None | Deviation::Bids(_) | Deviation::Early => {
                let (low, high) = table.solution.timing.ends();
                let at = state.clamp(low, high);
                // A lower end belongs to the stretch above it.
                let stops = table.solution.timing.stops(slot);
                let holds = stops
                    .iter()
                    .find(|stop| stop.from <= at && (at < stop.to || (at == high && stop.to >= high)));
                holds.map_or(Decision::Wait, |stop| stop.decision)
            }
        }
    }

    /// Whether a holder who keeps the ticket uses it now; not for lottery tickets.
    fn uses(&self, table: &Table<'_, '_>, (slot, state): (usize, f64), decision: Decision, own: bool) -> bool {
        if own {
            return match (&table.solution.own, self.market.holder().own_cost()) {
                (Some(values), Some(cost)) => {
                    let ends = values.exercise_states(slot, 0, cost);
                    ends.partition_point(|end| *end <= state) % 2 == 1
                }
                _ => false,
            };
        }
        match decision {
            Decision::Exercise => true,
            Decision::Wait => false,
            Decision::Sell => {
                let next = table.solution.timing.next_value(self.market, slot, state);
                let prize = table.solution.values.state().prize(state);
                alternatives(self.market, prize, next).exercises()
            }
        }
    }

    /// The auction of the ticket at a drawn prize, by the equilibrium's bid function there.
    fn auction_at(
        &self,
        table: &Table<'_, '_>,
        slot: usize,
        state: f64,
        drawing: (&mut ChaCha8Rng, &mut Vec<Bidder>),
        outcome: &mut Outcome,
    ) -> Option<Won> {
        let prize = table.solution.values.state().prize(state);
        let next = table.solution.timing.next_value(self.market, slot, state);
        let (auction, _, _) = table.situation.auction(slot, prize, next);
        auction.participation_cutoff?;
        let winner_cost = self.market.participation().winner_cost();
        let bid = |bidders: &mut [Bidder]| {
            if bidders.is_empty() {
                return;
            }
            let profile = table.solution.profile(slot, prize);
            let panels = table.situation.auctioneer.panels;
            let refined = panels.refined(&panels.cuts_for(&profile), panels);
            let entrants = refined.among_entrants(auction.entry_probability);
            let curved = Bidders::curved(&entrants, &profile, winner_cost);
            let function = BidFunction::new(&curved, self.market.auction().format(), &auction);
            let Some(function) = function else { return };
            // A cost drawn by its rank may lie above the marginal type's by rounding.
            let cutoff = auction.participation_cutoff.unwrap_or(f64::INFINITY);
            let costs: Vec<f64> = bidders.iter().map(|one| one.cost.min(cutoff)).collect();
            for (one, bid) in bidders.iter_mut().zip(function.by_integral(&costs)) {
                one.value = profile.value(one.cost) - winner_cost;
                one.bid = bid.unwrap_or(0.0);
            }
        };
        self.auction(slot, &Terms::of(self.market, &auction), bid, drawing, outcome)
    }

    /// The winner exercises by the boundary.
    fn exercise_at_any_prize(
        &self,
        table: &Table<'_, '_>,
        (sold, state): (usize, f64),
        won: &Won,
        rng: &mut ChaCha8Rng,
        outcome: &mut Outcome,
    ) {
        let maturity = self.market.ticket().maturity();
        let values = &table.solution.values;
        let process = values.state();
        let mut state = state;
        for slot in sold..=maturity {
            let prize = prize_at(process, slot, state);
            let exercises = || {
                prize >= won.cost - NEAR * prize
                    && values
                        .boundary(slot, prize)
                        .is_some_and(|boundary| won.cost <= boundary)
            };
            let (gone, exercises) = match self.market.ticket().exercise() {
                Exercise::Lottery { draw_probability } if uniform(rng) < draw_probability => (true, exercises()),
                Exercise::Lottery { .. } => (false, false),
                Exercise::AtMaturity if slot < maturity => (false, false),
                Exercise::American | Exercise::AtMaturity => {
                    let exercises = exercises();
                    (exercises, exercises)
                }
            };
            if exercises {
                outcome.exercise_slot = Some(slot);
                outcome.buyers_gain += self.buyer_factors[slot] * (prize - won.cost);
            }
            if gone {
                return;
            }
            if slot < maturity {
                state = next_state(process, state, rng);
            }
        }
    }
}

/// The prize at a state; in slot 0 R_0 itself where it is known.
fn prize_at(process: &PrizeState, slot: usize, state: f64) -> f64 {
    match process.initial {
        Some(prize) if slot == 0 => prize,
        _ => process.prize(state),
    }
}

fn next_state(process: &PrizeState, state: f64, rng: &mut ChaCha8Rng) -> f64 {
    let mean = if process.is_independent() {
        process.shift
    } else {
        process.mean(state)
    };
    mean + process.volatility * gaussian(rng)
}

/// A standard normal draw, by inversion.
fn gaussian(rng: &mut ChaCha8Rng) -> f64 {
    let rank = uniform(rng);
    normal::quantile(rank, 1.0 - rank)
}
