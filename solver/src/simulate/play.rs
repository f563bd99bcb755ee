//! One play, from slot 0 to the exercise or loss of the ticket.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::outcome::Outcome;
use super::script::{Deviation, Script};
use super::tally::Tally;
use crate::auction::Auction;
use crate::market::{Exercise, Format, Market, Sale};
use crate::timing::Decision;

/// A ticket that has been sold.
pub(super) struct Won {
    pub cost: f64,
}

/// A buyer at an auction.
#[derive(Clone, Copy)]
pub(super) struct Bidder {
    pub cost: f64,
    pub value: f64,
    pub bid: f64,
    deviates: bool,
}

/// Who takes part in an auction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// F(θ̂).
    pub participating: f64,
    /// The probability with which a buyer enters before she knows her cost; 1 where buyers decide knowing it.
    pub entry: f64,
    /// ρ.
    pub reserve: f64,
}

impl Terms {
    /// The terms of an auction.
    pub fn of(market: &Market, auction: &Auction) -> Self {
        let cutoff = auction.participation_cutoff.unwrap_or(f64::NEG_INFINITY);
        Self {
            participating: market.buyers().cost().cdf(cutoff),
            entry: auction.entry_probability.unwrap_or(1.0),
            reserve: auction.reserve_price.unwrap_or(0.0),
        }
    }
}

impl Script<'_> {
    /// Plays numbers `first` to `first + plays − 1` of the experiment with this seed, in order.
    #[must_use]
    pub fn play_block(&self, seed: u64, first: u64, plays: u64) -> Tally {
        let fresh = ChaCha8Rng::seed_from_u64(seed);
        let mut tally = Tally::new(self.market.buyers().risk_aversion());
        let (mut bidders, mut costs) = (Vec::new(), Vec::new());
        if let Some(solution) = &self.equilibrium.continuous {
            self.play_continuous(solution, (first..first + plays, &fresh), &mut tally);
            return tally;
        }
        for number in first..first + plays {
            let mut rng = fresh.clone();
            rng.set_stream(number);
            let outcome = match &self.equilibrium.repeated {
                Some(repeated) => {
                    let mut outcome = Outcome::default();
                    self.play_again(repeated, &mut rng, &mut costs, &mut outcome);
                    outcome
                }
                None => self.play(&mut rng, &mut bidders),
            };
            tally.add(&outcome);
        }
        tally
    }

    fn play(&self, rng: &mut ChaCha8Rng, bidders: &mut Vec<Bidder>) -> Outcome {
        let maturity = self.market.ticket().maturity();
        let mut outcome = Outcome::default();
        let mut state = self.first_state(rng);
        // Her only auction has failed: the ticket is for own use.
        let mut own = false;
        for slot in 0..=maturity {
            let index = self.index(slot, state);
            if !own && self.decisions[index] == Decision::Sell {
                if let Some(curve) = &self.curves[index]
                    && let Some(won) =
                        self.auction(slot, &curve.terms, |all| curve.bid(all), (rng, bidders), &mut outcome)
                {
                    self.exercise_won(slot, state, &won, rng, &mut outcome);
                    return outcome;
                }
                own = self.market.holder().sale() == Sale::Once;
                if own && self.equilibrium.own_use.is_none() {
                    return outcome;
                }
            }
            if self.keep(slot, state, own, rng, &mut outcome) {
                return outcome;
            }
            if slot < maturity {
                state = self.next_state(state, rng);
            }
        }
        outcome
    }

    /// The holder keeps the ticket through the slot; whether it is gone afterwards.
    fn keep(&self, slot: usize, state: usize, own: bool, rng: &mut ChaCha8Rng, outcome: &mut Outcome) -> bool {
        let uses = || {
            if own {
                let own_use = self.equilibrium.own_use.as_ref();
                return own_use.is_some_and(|own_use| own_use.exercises(slot, state));
            }
            match self.decisions[self.index(slot, state)] {
                Decision::Exercise => true,
                Decision::Wait => false,
                Decision::Sell => {
                    let node = self.equilibrium.induction.timing.at(slot, state);
                    node.alternatives().exercises()
                }
            }
        };
        self.keep_at(slot, self.prizes.states(slot)[state], uses, rng, outcome)
    }

    /// [`Self::keep`] at a prize; `uses`, of a ticket that is no lottery, whether she uses it now.
    pub(super) fn keep_at(
        &self,
        slot: usize,
        prize: f64,
        uses: impl FnOnce() -> bool,
        rng: &mut ChaCha8Rng,
        outcome: &mut Outcome,
    ) -> bool {
        let profit = self.market.holder().own_cost().map(|own_cost| prize - own_cost);
        let wants = if let Exercise::Lottery { draw_probability } = self.market.ticket().exercise() {
            if uniform(rng) >= draw_probability {
                return false;
            }
            profit.is_some_and(|profit| profit >= 0.0)
        } else {
            if !uses() {
                return false;
            }
            true
        };
        if let Some(profit) = profit
            && wants
        {
            outcome.revenue += self.holder_factors[slot] * profit;
            outcome.exercise_slot = Some(slot);
        }
        true
    }

    /// Draws the buyers, collects their bids, gives the ticket to the highest; `None` if nobody takes part.
    ///
    /// `bid` fills in values and equilibrium bids.
    pub(super) fn auction(
        &self,
        slot: usize,
        terms: &Terms,
        bid: impl FnOnce(&mut [Bidder]),
        (rng, bidders): (&mut ChaCha8Rng, &mut Vec<Bidder>),
        outcome: &mut Outcome,
    ) -> Option<Won> {
        let count = self.counts.draw(uniform(rng));
        let law = self.market.buyers().cost();
        let format = self.market.auction().format();
        bidders.clear();
        let factor = match self.deviation {
            Deviation::Bids(factor) => factor,
            Deviation::None | Deviation::Early | Deviation::Late => 1.0,
        };
        // The lowest costs decide; the bids of all are needed where all pay or one deviates.
        let everyone = format == Format::AllPay || factor != 1.0;
        let mut lowest = [f64::INFINITY; 2];
        // Who pays to take part: with random entry also those whose costs then prove too high to bid.
        let mut paying: u64 = 0;
        let by_lot = self.market.participation().entry_is_random();
        for number in 0..count {
            if terms.entry < 1.0 && uniform(rng) > terms.entry {
                continue;
            }
            let rank = uniform(rng);
            paying += u64::from(by_lot || rank <= terms.participating);
            if rank > terms.participating {
                continue;
            }
            if everyone {
                let deviates = number == 0 && factor != 1.0;
                bidders.push(bidder(law.quantile(rank), deviates));
            } else if rank < lowest[0] {
                lowest = [rank, lowest[0]];
            } else if rank < lowest[1] {
                lowest[1] = rank;
            }
        }
        if !everyone {
            for rank in lowest.into_iter().filter(|rank| rank.is_finite()) {
                bidders.push(bidder(law.quantile(rank), false));
            }
        }
        bid(bidders);
        for one in bidders.iter_mut().filter(|one| one.deviates) {
            one.bid *= factor;
        }
        let paid_to_enter = paying as f64 * self.market.participation().participant_cost();
        outcome.buyers_gain -= self.buyer_factors[slot] * paid_to_enter;
        if factor != 1.0 {
            (outcome.deviation_gain, outcome.honest_utility) = self.compare(bidders, factor, terms.reserve);
        }
        let (winner, paid) = self.settle(bidders, terms.reserve)?;
        outcome.sale_slot = Some(slot);
        outcome.revenue += self.holder_factors[slot] * paid;
        let taking_part = self.market.participation().winner_cost();
        outcome.buyers_gain -= self.buyer_factors[slot] * (paid + taking_part);
        Some(Won { cost: winner.cost })
    }

    /// The highest bidder and what is paid in all; `None` if no bid reaches the reserve.
    fn settle(&self, bidders: &[Bidder], reserve: f64) -> Option<(Bidder, f64)> {
        let winner = bidders
            .iter()
            .copied()
            .reduce(|best, one| if one.bid > best.bid { one } else { best })?;
        let all_pay = self.market.auction().format() == Format::AllPay;
        // Only a deviating bid can miss the reserve price; its rounding must not.
        if !all_pay && winner.bid < reserve * (1.0 - 1e-12) {
            return None;
        }
        let paid = match self.market.auction().format() {
            Format::FirstPrice => winner.bid,
            Format::SecondPrice => second_price(bidders, winner).max(reserve),
            Format::AllPay => bidders.iter().map(|one| one.bid).sum(),
        };
        Some((winner, paid))
    }

    /// What the deviating buyer gains more than by her equilibrium bid against the same rivals, and by that bid; in utility.
    fn compare(&self, bidders: &[Bidder], factor: f64, reserve: f64) -> (f64, f64) {
        let Some(position) = bidders.iter().position(|one| one.deviates) else {
            return (0.0, 0.0);
        };
        let risk = self.market.buyers().risk_aversion();
        let gain = |list: &[Bidder]| {
            let me = list[position];
            let Some((winner, paid)) = self.settle(list, reserve) else {
                return 0.0;
            };
            let wins = winner.cost == me.cost;
            match self.market.auction().format() {
                Format::AllPay => (if wins { me.value } else { 0.0 }) - me.bid,
                Format::FirstPrice | Format::SecondPrice if wins => me.value - paid,
                Format::FirstPrice | Format::SecondPrice => 0.0,
            }
        };
        let mut honest = bidders.to_vec();
        honest[position].bid /= factor;
        let before = risk.utility(gain(&honest));
        (risk.utility(gain(bidders)) - before, before)
    }

    /// The winner exercises by the boundary.
    pub(super) fn exercise_won(
        &self,
        sold: usize,
        state: usize,
        won: &Won,
        rng: &mut ChaCha8Rng,
        outcome: &mut Outcome,
    ) {
        let maturity = self.market.ticket().maturity();
        let mut state = state;
        for slot in sold..=maturity {
            let exercises = won.cost <= self.equilibrium.induction.boundary.slot(slot)[state];
            let profit = self.prizes.states(slot)[state] - won.cost;
            let gone = match self.market.ticket().exercise() {
                Exercise::Lottery { draw_probability } => uniform(rng) < draw_probability,
                Exercise::American | Exercise::AtMaturity => exercises,
            };
            if gone {
                if exercises {
                    outcome.exercise_slot = Some(slot);
                    outcome.buyers_gain += self.buyer_factors[slot] * profit;
                }
                return;
            }
            if slot < maturity {
                state = self.next_state(state, rng);
            }
        }
    }

    /// R_0's state. Where it is drawn, every state's row is the law it is drawn by.
    pub(super) fn first_state(&self, rng: &mut ChaCha8Rng) -> usize {
        if self.prizes.is_drawn() {
            self.next_state(self.prizes.initial(), rng)
        } else {
            self.prizes.initial()
        }
    }

    pub(super) fn next_state(&self, state: usize, rng: &mut ChaCha8Rng) -> usize {
        let row = &self.cumulated[state];
        if row.len() == 1 {
            return 0;
        }
        let draw = uniform(rng);
        row.partition_point(|&p| p <= draw).min(row.len() - 1)
    }
}

/// The highest losing bid; −∞ when there is none.
fn second_price(bidders: &[Bidder], winner: Bidder) -> f64 {
    let mut others = f64::NEG_INFINITY;
    let mut seen = false;
    for one in bidders {
        if !seen && one.cost == winner.cost && one.bid == winner.bid {
            seen = true;
        } else {
            others = others.max(one.bid);
        }
    }
    others
}

fn bidder(cost: f64, deviates: bool) -> Bidder {
    Bidder {
        cost,
        value: 0.0,
        bid: 0.0,
        deviates,
    }
}

/// A number in (0, 1), 53 bits.
pub(super) fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    ((rng.next_u64() >> 11) as f64 + 0.5) * f64::EPSILON * 0.5
}
