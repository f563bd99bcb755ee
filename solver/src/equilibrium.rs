//! The answer: values, decisions, bids, what happens on the way, and the evidence.

use std::sync::Arc;

use serde::Serialize;

use crate::auction::CostPanels;
use crate::continuous::ContinuousSolution;
use crate::cost::VirtualCost;
use crate::exercise::OwnUse;
use crate::path::{DelayDistribution, Path, Round, Rounds};
use crate::prize::FinitePrizes;
use crate::supported::{finite_prizes, reported_prizes};
use crate::timing::fixed_pool::FixedPool;
use crate::timing::{Induction, SlotRegion, sale_region};
use crate::verify::Certificate;
use crate::{error::SolveError, market::Market};

/// What the equilibrium is measured against, ETH; `None` where a figure does not exist for the market.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Benchmarks {
    /// Π_0(R_0).
    pub sale_value_now: f64,
    /// A just-in-time auction in slot T.
    pub spot_at_maturity_value: f64,
    /// A just-in-time auction in the slot of the holder's choice.
    pub spot_best_time_value: Option<f64>,
    /// The most any mechanism can earn.
    pub optimal_mechanism_value: Option<f64>,
    /// Total surplus if the lowest-cost buyer held the ticket from the start.
    pub efficient_value: Option<f64>,
    /// The holder's value by format, where formats differ.
    pub revenue_by_format: Option<RevenueByFormat>,
}

/// The holder's value W_0(R_0) of one market under two formats, each with its own timing and reserve, ETH.
///
/// Risk-neutral buyers pay the same in every format with the same cutoff; buyers who mind risk pay more for the higher
/// chance to win in a first-price auction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RevenueByFormat {
    /// The winner pays her bid.
    pub first_price: f64,
    /// The winner pays the highest losing bid.
    pub second_price: f64,
}

/// What the holder does who auctions to the same buyers again and again without commitment.
#[derive(Debug, Clone)]
pub struct Repeated {
    /// Her choice at every slot, prize and lowest cost still possible.
    pub pool: Arc<FixedPool>,
    /// The auctions that may come to pass.
    pub rounds: Rounds,
    /// The market in which she can commit to a single auction, in the slot of her choice.
    pub once: Market,
    /// Its auctions: all buyers are there.
    pub committed: Induction,
}

impl Repeated {
    /// What the holder would have if she could commit to a single auction, ETH.
    #[must_use]
    pub fn once_value(&self, prizes: &FinitePrizes) -> f64 {
        prizes.at_start(|state| self.committed.timing.at(0, state).value)
    }
}

/// The symmetric equilibrium of a market.
#[derive(Debug, Clone)]
pub struct Equilibrium {
    /// The holder's own use, if she can exercise.
    pub own_use: Option<OwnUse>,
    /// Exercise boundaries, the holder's values and decisions, stored bids. With a fixed pool of buyers a node stands
    /// for the lowest cost still possible with which it is most likely reached.
    pub induction: Induction,
    /// With a fixed pool of buyers: all lowest costs.
    pub repeated: Option<Repeated>,
    /// With a continuous prize: all prizes. What else is by prize is at its reporting points.
    pub continuous: Option<Arc<ContinuousSolution>>,
    /// What happens on the way.
    pub path: Path,
    /// What it is measured against.
    pub benchmarks: Benchmarks,
    /// Whether the virtual cost is increasing (Myerson's regularity); if not, it is ironed.
    pub regular: bool,
    /// How far it is from being an equilibrium.
    pub certificate: Certificate,
}

/// The figures of a solved market, under the names used in results. Probabilities are seen from slot 0, values in ETH.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// W_0(R_0).
    pub seller_value: f64,
    /// Π_0(R_0).
    pub sale_value_now: f64,
    /// See [`Benchmarks`].
    pub spot_at_maturity_value: f64,
    /// See [`Benchmarks`].
    pub spot_best_time_value: Option<f64>,
    /// See [`Benchmarks`].
    pub optimal_mechanism_value: Option<f64>,
    /// See [`Benchmarks`].
    pub efficient_value: Option<f64>,
    /// See [`Benchmarks`]; not written where buyers are risk-neutral, since all formats then earn the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revenue_by_format: Option<RevenueByFormat>,
    /// Probability that an auction is held, by slot.
    pub auction_probability: Vec<f64>,
    /// Probability that the ticket is ever sold.
    pub sold_probability: f64,
    /// E[slot of the sale given a sale].
    pub expected_sale_slot: Option<f64>,
    /// Probability that the winner exercises in the slot of the sale, given a sale.
    pub immediate_exercise_probability: Option<f64>,
    /// Probability that the ticket is exercised, by slot, the holder's own use included.
    pub exercise_probability: Vec<f64>,
    /// E[exercise slot − sale slot given both].
    pub expected_delay: Option<f64>,
    /// E[prize in the slot of the sale given a sale].
    pub expected_prize_at_sale: Option<f64>,
    /// E[winner's cost given a sale].
    pub expected_winner_cost: Option<f64>,
    /// The buyers' total expected gain, net of what taking part costs them, discounted by their factor to slot 0.
    pub buyers_surplus: f64,
    /// The expected total of what taking part costs the buyers, discounted likewise.
    pub participation_cost_burned: f64,
    /// What holder and buyers gain together; `None` where they discount differently.
    pub welfare: Option<f64>,
    /// With a fixed pool of buyers: her value if she could commit to a single auction, in the slot of her choice.
    pub once_value: Option<f64>,
    /// How much of it she loses because she can commit neither to reserves nor to stop.
    pub commitment_value: Option<f64>,
    /// How much less she has than the optimal mechanism would bring, which takes commitment to a path of reserves and
    /// to stop; `None` also where that value is.
    pub full_commitment_value: Option<f64>,
    /// With a fixed pool of buyers: the auctions that follow one another while none succeeds, along the most likely
    /// path of prizes.
    pub rounds: Option<Vec<RoundFigures>>,
    /// Whether selling and waiting were worth the same at a node reached.
    pub indifferent: bool,
    /// Whether the virtual cost is increasing; if not, the optimal mechanism is ironed.
    pub virtual_cost_increasing: bool,
    /// At which prizes the holder sells.
    pub sale_region: Vec<SlotRegion>,
    /// The evidence.
    pub certificate: Certificate,
}

/// One of the auctions that follow one another while none succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RoundFigures {
    /// t.
    pub slot: usize,
    /// The prize, ETH.
    pub prize: f64,
    /// The lowest cost that failed auctions have left possible, ETH.
    pub lowest_cost: f64,
    /// The highest cost that takes part, ETH; `None` where she waits.
    pub participation_cutoff: Option<f64>,
    /// ρ, ETH; `None` where she waits.
    pub reserve_price: Option<f64>,
    /// Probability that the ticket is sold now, given that it was not before.
    pub sale_probability: f64,
}

impl RoundFigures {
    fn of(round: &Round, prizes: &FinitePrizes) -> Self {
        Self {
            slot: round.slot,
            prize: prizes.states(round.slot)[round.state],
            lowest_cost: round.lowest,
            participation_cutoff: round.reserve.map(|_| round.cutoff),
            reserve_price: round.reserve,
            sale_probability: round.sale_probability,
        }
    }
}

impl Equilibrium {
    /// The prizes at which the equilibrium of `market` is known: all of them, or the reporting points of a continuous one.
    ///
    /// # Errors
    /// As [`crate::solve()`].
    pub fn prizes<'a>(&'a self, market: &'a Market) -> Result<&'a FinitePrizes, SolveError> {
        reported_prizes(market, self)
    }

    /// The figures of this equilibrium of `market`.
    ///
    /// # Errors
    /// As [`crate::solve()`].
    pub fn summary(&self, market: &Market) -> Result<Summary, SolveError> {
        let prizes = self.prizes(market)?;
        let path = &self.path;
        let sold = path.sold;
        // Rows of a chain sum to one up to rounding; no probability is above it.
        let at_most_one = |list: &[f64]| list.iter().map(|p| p.min(1.0)).collect::<Vec<f64>>();
        let given = |total: f64, mass: f64| (mass > 0.0).then(|| total / mass);
        let sale_slots: f64 = path
            .sold_by_slot
            .iter()
            .enumerate()
            .map(|(slot, sold)| slot as f64 * sold)
            .sum();
        let drawn = self
            .continuous
            .as_ref()
            .and_then(|solution| solution.timing.drawn_figures());
        let seller_value = drawn.map_or_else(
            || prizes.at_start(|state| self.induction.timing.at(0, state).value),
            |(value, _)| value,
        );
        Ok(Summary {
            seller_value,
            sale_value_now: self.benchmarks.sale_value_now,
            spot_at_maturity_value: self.benchmarks.spot_at_maturity_value,
            spot_best_time_value: self.benchmarks.spot_best_time_value,
            optimal_mechanism_value: self.benchmarks.optimal_mechanism_value,
            efficient_value: self.benchmarks.efficient_value,
            revenue_by_format: self.benchmarks.revenue_by_format,
            auction_probability: at_most_one(&path.auction_probability),
            sold_probability: sold.min(1.0),
            expected_sale_slot: given(sale_slots, sold),
            immediate_exercise_probability: given(path.immediate, sold).map(|p| p.min(1.0)),
            exercise_probability: at_most_one(&path.exercise_probability),
            expected_delay: given(path.delay, path.sold_and_exercised),
            expected_prize_at_sale: given(path.prize_at_sale, sold),
            expected_winner_cost: given(path.cost_at_sale, sold),
            buyers_surplus: path.buyers_surplus,
            participation_cost_burned: path.participation_cost_burned,
            welfare: market.discounts_alike().then_some(seller_value + path.buyers_surplus),
            once_value: self.repeated.as_ref().map(|repeated| repeated.once_value(prizes)),
            commitment_value: self
                .repeated
                .as_ref()
                .map(|repeated| repeated.once_value(prizes) - seller_value),
            full_commitment_value: self
                .repeated
                .as_ref()
                .and(self.benchmarks.optimal_mechanism_value)
                .map(|most| most - seller_value),
            rounds: self.repeated.as_ref().map(|repeated| {
                let rounds = repeated.rounds.along_likeliest_prizes(prizes);
                rounds.iter().map(|round| RoundFigures::of(round, prizes)).collect()
            }),
            indifferent: self.indifferent(),
            virtual_cost_increasing: self.regular,
            sale_region: self.continuous.as_ref().map_or_else(
                || sale_region(&self.induction.timing, prizes),
                |solution| solution.sale_region(),
            ),
            certificate: self.certificate,
        })
    }

    /// The law of the slots between sale and exercise in this equilibrium of `market`, exact up to rounding.
    ///
    /// One forward pass a slot in which the ticket may be sold, each until all its tickets are exercised, lost or
    /// held by winners who will not exercise. A pass costs slots × states² × intervals multiplications: slots until
    /// it ends, intervals of the winners' costs between the exercise boundaries ahead (at most states × slots ahead,
    /// usually a few a slot). Where all winners exercise at once a pass ends in its first slot; sales in every slot
    /// and late exercise cost up to states³ × T³. With a continuous prize probabilities are good to 1e-7, and the winners of at
    /// most 1,024 slots are followed.
    ///
    /// # Errors
    /// As [`crate::solve()`]; [`SolveError::TooManySlots`] beyond [`crate::path::MOST_DELAY_SLOTS`], before anything
    /// is computed; [`SolveError::TooMuchWork`] once more than [`crate::path::MOST_DELAY_WORK`] multiplications have
    /// been made.
    pub fn delay_distribution(&self, market: &Market) -> Result<DelayDistribution, SolveError> {
        let virtual_cost = VirtualCost::new(market.buyers().cost());
        if let Some(solution) = &self.continuous {
            return solution.delay_distribution(market);
        }
        let prizes = finite_prizes(market)?;
        let panels = CostPanels::of_market(market, &virtual_cost);
        DelayDistribution::follow(market, prizes, &panels, self)
    }

    /// The lowest cost that the node of a slot and prize stands for, ETH: where the same buyers come again and again the
    /// one most likely left there, else the lowest of all.
    #[must_use]
    pub fn lowest_cost(&self, market: &Market, slot: usize, state: usize) -> f64 {
        self.repeated.as_ref().map_or_else(
            || market.buyers().cost().lower(),
            |repeated| repeated.rounds.lowest_cost(slot, state),
        )
    }

    /// Whether selling and waiting were worth the same at a node that the policy reaches.
    #[must_use]
    pub fn indifferent(&self) -> bool {
        let timing = &self.induction.timing;
        (0..timing.slots()).any(|slot| {
            timing
                .slot(slot)
                .iter()
                .enumerate()
                .any(|(state, node)| node.indifferent && self.path.reach(slot, state) > 0.0)
        })
    }
}
