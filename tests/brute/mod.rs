//! A brute force of the model: an independent witness for the solver.
//!
//! Everything here follows from the statement of the model alone, by the plainest route: ticket
//! values by recursion at one cost, auctions by sums over the number of buyers and quadrature over
//! order statistics, cutoffs by scanning, what happens on the way by walking every prize path. It is
//! meant for small markets: few states, few slots.

#![allow(dead_code, unused_imports, reason = "each test uses another part of the brute force")]

pub mod auction;
pub mod benchmark;
pub mod cost_law;
pub mod count;
pub mod holder;
pub mod ironing;
pub mod market;
pub mod path;
pub mod quadrature;
pub mod random;
pub mod ticket;

use holder::Solution;
pub use market::BruteMarket;
use market::Format;
pub use random::random_market;

/// The keys of the result object that the brute force knows.
#[derive(Clone, Debug, PartialEq)]
pub struct BruteResult {
    /// W_0.
    pub seller_value: f64,
    /// Π_0.
    pub sale_value_now: f64,
    /// Auction in the last slot.
    pub spot_at_maturity_value: f64,
    /// Spot auctions in the slots of the holder's choice.
    pub spot_best_time_value: Option<f64>,
    /// The most any mechanism earns.
    pub optimal_mechanism_value: Option<f64>,
    /// Total surplus of the best holder.
    pub efficient_value: Option<f64>,
    /// Probability that an auction is held in each slot.
    pub auction_probability: Vec<f64>,
    /// Probability that one sells.
    pub sold_probability: f64,
    /// Mean slot of the sale, given a sale.
    pub expected_sale_slot: Option<f64>,
    /// Probability that the winner exercises in the slot of the sale, given a sale.
    pub immediate_exercise_probability: Option<f64>,
    /// Probability of exercise in each slot, by the winner or the holder.
    pub exercise_probability: Vec<f64>,
    /// Mean slots between sale and exercise, given both.
    pub expected_delay: Option<f64>,
    /// The buyers' expected gain, discounted by their own factor.
    pub buyers_surplus: f64,
    /// What buyers pay to take part, discounted by their own factor.
    pub participation_cost_burned: f64,
    /// What holder and buyers gain, if they discount alike.
    pub welfare: Option<f64>,
    /// Whether selling and waiting tie at a node that is reached, before the last slot.
    pub indifferent: bool,
    /// Keys not to compare, and why: the model leaves a convention open, or rounding may decide.
    pub skip: Vec<(&'static str, &'static str)>,
}

/// The value of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// A number, or null.
    Number(Option<f64>),
    /// A number a slot.
    Slots(Vec<f64>),
    /// Yes or no.
    Flag(bool),
}

/// The keys that depend on which of two equal choices is taken.
const ON_THE_WAY: [&str; 10] = [
    "participation_cost_burned",
    "welfare",
    "auction_probability",
    "sold_probability",
    "expected_sale_slot",
    "immediate_exercise_probability",
    "exercise_probability",
    "expected_delay",
    "buyers_surplus",
    "indifferent",
];

/// The keys that depend on where exactly a boundary lies.
const EXERCISES: [&str; 3] = [
    "immediate_exercise_probability",
    "exercise_probability",
    "expected_delay",
];

impl BruteResult {
    /// All figures of a solved market.
    pub fn of(solution: &Solution) -> Self {
        let walk = path::Walk::all(solution);
        let start = &solution.nodes[0][solution.market.initial()];
        let given = |x: f64, p: f64| if p > 0.0 { Some(x / p) } else { None };
        let mut skip = Vec::new();
        if walk.delicate {
            skip.extend(ON_THE_WAY.map(|key| (key, "rounding may decide")));
        }
        if solution.boundaries.loose {
            skip.extend(EXERCISES.map(|key| (key, "the tolerance of ties moves a boundary")));
        }
        for reason in &walk.open {
            let keys: &[&str] = if holder::HARMLESS.contains(reason) {
                &["auction_probability", "indifferent"]
            } else {
                &ON_THE_WAY
            };
            skip.extend(keys.iter().map(|key| (*key, *reason)));
        }
        Self {
            seller_value: start.value,
            sale_value_now: start.auction.value,
            spot_at_maturity_value: benchmark::spot_at_maturity(solution),
            spot_best_time_value: benchmark::spot_best_time(solution),
            optimal_mechanism_value: benchmark::optimal_mechanism(solution),
            efficient_value: benchmark::efficient(solution),
            sold_probability: walk.sold,
            expected_sale_slot: given(walk.sale_slot, walk.sold),
            immediate_exercise_probability: given(walk.immediate, walk.sold),
            expected_delay: given(walk.delay, walk.delayed),
            buyers_surplus: walk.surplus,
            participation_cost_burned: walk.burned,
            welfare: (solution.market.discount == solution.market.buyer_discount).then_some(start.value + walk.surplus),
            indifferent: walk.indifferent,
            auction_probability: walk.auction,
            exercise_probability: walk.exercise,
            skip,
        }
    }

    /// All keys with their values, in the order of the result object.
    pub fn keys(&self) -> Vec<(&'static str, Figure)> {
        use Figure::{Flag, Number, Slots};
        vec![
            ("seller_value", Number(Some(self.seller_value))),
            ("sale_value_now", Number(Some(self.sale_value_now))),
            ("spot_at_maturity_value", Number(Some(self.spot_at_maturity_value))),
            ("spot_best_time_value", Number(self.spot_best_time_value)),
            ("optimal_mechanism_value", Number(self.optimal_mechanism_value)),
            ("efficient_value", Number(self.efficient_value)),
            ("auction_probability", Slots(self.auction_probability.clone())),
            ("sold_probability", Number(Some(self.sold_probability))),
            ("expected_sale_slot", Number(self.expected_sale_slot)),
            (
                "immediate_exercise_probability",
                Number(self.immediate_exercise_probability),
            ),
            ("exercise_probability", Slots(self.exercise_probability.clone())),
            ("expected_delay", Number(self.expected_delay)),
            ("buyers_surplus", Number(Some(self.buyers_surplus))),
            (
                "participation_cost_burned",
                Number(Some(self.participation_cost_burned)),
            ),
            ("welfare", Number(self.welfare)),
            ("indifferent", Flag(self.indifferent)),
        ]
    }

    /// Whether a key should be compared with another solver's.
    pub fn compares(&self, key: &str) -> bool {
        self.skip.iter().all(|(skipped, _)| *skipped != key)
    }
}

impl BruteMarket {
    /// Solves the market.
    pub fn solve(&self) -> Solution {
        Solution::solve(self.clone())
    }

    /// All figures of the market.
    pub fn result(&self) -> BruteResult {
        BruteResult::of(&self.solve())
    }
}

/// A bid at a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bid {
    /// V_t(θ, r).
    pub ticket_value: f64,
    /// The bid in the market's format, `None` if the type stays away.
    pub bid: Option<f64>,
    /// Costs up to here take part.
    pub participation_cutoff: f64,
    /// The reserve price.
    pub reserve_price: f64,
}

impl Solution {
    /// The bid of a type in the auction at a node.
    pub fn bid(&self, t: usize, s: usize, cost: f64) -> Bid {
        let outcome = self.nodes[t][s].auction;
        self.with_lot(t, s, |lot| {
            let worth = (lot.worth)(cost).0;
            let first = lot.first_price_bid(cost, &outcome);
            let wins = self
                .buyers
                .rivals()
                .entering(outcome.entry)
                .none_below(self.market.law.cdf(cost));
            Bid {
                ticket_value: worth + self.market.winner_cost,
                bid: first.map(|b| match self.market.format {
                    Format::FirstPrice => b,
                    Format::SecondPrice => worth,
                    Format::AllPay => b * wins,
                }),
                participation_cutoff: outcome.cutoff,
                reserve_price: outcome.reserve,
            }
        })
    }
}
