//! How long winners keep their tickets: the law of the slots between sale and exercise.

use ndarray::Array2;

use super::cost_intervals::CostIntervals;
use super::winners::{Sales, Winners};
use super::{Path, Round};
use crate::auction::{Auction, CostPanels};
use crate::equilibrium::Equilibrium;
use crate::error::SolveError;
use crate::market::Market;
use crate::prize::FinitePrizes;
use crate::timing::{Decision, Induction};

/// The most slots whose sales and exercises are tabulated: their joint law takes 512 MB.
pub const MOST_DELAY_SLOTS: usize = 8192;
/// The most multiplications made for it: minutes.
pub const MOST_DELAY_WORK: f64 = 1e12;
/// Tickets that may still be exercised are followed until they are this fraction of those sold in the slot: what is
/// left is below the rounding of the sums.
const NEGLIGIBLE: f64 = 1e-18;

/// When sold tickets are exercised, seen from slot 0: probabilities, not conditional on a sale.
///
/// The holder's own use of an unsold ticket is no part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct DelayDistribution {
    /// Probability that the ticket is sold and exercised exactly d slots after its sale, d = 0..=T.
    pub by_delay: Vec<f64>,
    /// Probability that it is sold and never exercised: its winner's cost stays above the boundary, or (a lottery
    /// ticket) it is not drawn when she would use it.
    pub never: f64,
    /// (T + 1) × (T + 1): entry \[s, e\] is the probability that it is sold in slot s and exercised in slot e.
    pub joint: Array2<f64>,
}

impl DelayDistribution {
    /// Nothing sold.
    pub(super) fn none(maturity: usize) -> Self {
        Self {
            by_delay: vec![0.0; maturity + 1],
            never: 0.0,
            joint: Array2::zeros((maturity + 1, maturity + 1)),
        }
    }

    /// Follows the tickets sold, slot of sale by slot of sale; see [`crate::Equilibrium::delay_distribution`].
    pub(crate) fn follow(
        market: &Market,
        prizes: &FinitePrizes,
        panels: &CostPanels<'_>,
        equilibrium: &Equilibrium,
    ) -> Result<Self, SolveError> {
        let maturity = market.ticket().maturity();
        if maturity >= MOST_DELAY_SLOTS {
            return Err(SolveError::TooManySlots {
                slots: maturity + 1,
                most: MOST_DELAY_SLOTS,
            });
        }
        let induction = &equilibrium.induction;
        let mut sales = SaleSlots {
            market,
            prizes,
            panels,
            equilibrium,
            induction,
            path: &equilibrium.path,
            intervals: CostIntervals::new(&induction.boundary, maturity, panels),
            highest_from: highest_from(induction, maturity),
            work: 0.0,
        };
        let mut delays = Self::none(maturity);
        for slot in 0..=maturity {
            sales.follow(slot, &mut delays)?;
        }
        Ok(delays)
    }
}

/// The largest exercise boundary of the slots from each slot on.
fn highest_from(induction: &Induction, maturity: usize) -> Vec<f64> {
    let mut highest = vec![f64::NEG_INFINITY; maturity + 1];
    let mut ahead = f64::NEG_INFINITY;
    for slot in (0..=maturity).rev() {
        ahead = induction.boundary.slot(slot).iter().copied().fold(ahead, f64::max);
        highest[slot] = ahead;
    }
    highest
}

/// The tickets sold, slot of sale by slot of sale.
struct SaleSlots<'a> {
    market: &'a Market,
    prizes: &'a FinitePrizes,
    panels: &'a CostPanels<'a>,
    equilibrium: &'a Equilibrium,
    induction: &'a Induction,
    path: &'a Path,
    /// Between the boundaries of all slots.
    intervals: CostIntervals,
    /// The largest boundary from each slot on: who lies above it will not exercise.
    highest_from: Vec<f64>,
    /// Multiplications made so far.
    work: f64,
}

impl<'a> SaleSlots<'a> {
    /// Follows the tickets sold in `sale` until they are exercised or never will be.
    fn follow(&mut self, sale: usize, delays: &mut DelayDistribution) -> Result<(), SolveError> {
        let Some(mut winners) = self.sold_in(sale) else {
            return Ok(());
        };
        let negligible = NEGLIGIBLE * self.path.sold_by_slot[sale];
        let maturity = self.market.ticket().maturity();
        for slot in sale..=maturity {
            let exercised = winners.exercise(self.induction.boundary.slot(slot));
            delays.by_delay[slot - sale] += exercised.mass;
            delays.joint[[sale, slot]] = exercised.mass;
            delays.never += exercised.lost;
            let ahead = self.highest_from.get(slot + 1).copied();
            let (held, may_exercise) = winners.held(ahead.unwrap_or(f64::NEG_INFINITY));
            if may_exercise <= negligible {
                delays.never += held;
                break;
            }
            winners.advance(slot);
            self.work += winners.work();
            if self.work > MOST_DELAY_WORK {
                return Err(SolveError::TooMuchWork {
                    slots: maturity + 1,
                    states: self.prizes.size(),
                    most: MOST_DELAY_WORK,
                });
            }
        }
        Ok(())
    }

    /// The tickets sold in a slot; `None` if there are none.
    fn sold_in(&self, slot: usize) -> Option<Winners<'a>> {
        if let Some(repeated) = &self.equilibrium.repeated {
            return self.sold_to_remaining(repeated.rounds.slot(slot));
        }
        let sales: Vec<(usize, f64, f64, &Auction)> = self
            .induction
            .timing
            .slot(slot)
            .iter()
            .enumerate()
            .filter(|(_, node)| node.decision == Decision::Sell)
            .filter_map(|(state, node)| {
                let cutoff = node.auction.participation_cutoff?;
                let mass = self.path.reach(slot, state);
                (mass * node.auction.sale_probability > 0.0).then_some((state, mass, cutoff, &node.auction))
            })
            .collect();
        let (_, _, cutoff, _) = sales.iter().copied().max_by(|a, b| a.2.total_cmp(&b.2))?;
        let intervals = self.intervals.of_winners(slot, cutoff);
        let mut winners = Winners::new(self.prizes, self.market.ticket().exercise(), intervals, Sales::OneSlot);
        for (state, mass, _, auction) in sales {
            winners.add(state, mass, auction);
        }
        Some(winners)
    }

    /// The tickets sold in the rounds of one slot.
    fn sold_to_remaining(&self, rounds: &[Round]) -> Option<Winners<'a>> {
        let sales = rounds
            .iter()
            .filter(|round| round.reserve.is_some() && round.sale_probability > 0.0);
        let slot = rounds.first()?.slot;
        let cutoff = sales.clone().map(|round| round.cutoff).max_by(f64::total_cmp)?;
        let intervals = self.intervals.of_winners(slot, cutoff);
        let mut winners = Winners::new(self.prizes, self.market.ticket().exercise(), intervals, Sales::OneSlot);
        for round in sales {
            let [from, upto] = [round.lowest, round.cutoff].map(|cost| self.panels.point(cost).lowest);
            winners.add_between(round.state, round.weight, from, upto);
        }
        Some(winners)
    }
}
