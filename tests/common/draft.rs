//! Markets to vary: drawn at random, written as market files, rescaled, shifted, permuted.

use std::fmt::{self, Write};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::Union;

use super::{Solved, solved};

/// When the ticket may be exercised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Exercise {
    American,
    AtMaturity,
    /// With this draw probability.
    Lottery(f64),
}

/// The law of the number of buyers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Count {
    Fixed(u32),
    /// With this mean.
    Poisson(f64),
    /// Trials and probability.
    Binomial(u32, f64),
}

/// The shape of a cost law between its ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Uniform,
    Power { exponent: f64 },
    Beta { alpha: f64, beta: f64 },
    Normal { mean: f64, sd: f64 },
    Lognormal { log_mean: f64, log_sd: f64 },
    Exponential { rate: f64 },
    Empirical { quantiles: Vec<f64> },
}

/// The reserve rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reserve {
    None,
    Optimal,
    Price(f64),
}

pub const FORMATS: [&str; 3] = ["first_price", "second_price", "all_pay"];

/// A market file in parts.
#[derive(Clone, PartialEq)]
pub struct Draft {
    pub maturity: usize,
    pub exercise: Exercise,
    pub states: Vec<f64>,
    /// One row a state.
    pub transition: Vec<Vec<f64>>,
    /// Index of R_0.
    pub initial: usize,
    pub count: Count,
    pub lower: f64,
    pub upper: f64,
    pub shape: Shape,
    /// δ_b; `None` is the holder's.
    pub buyers_discount: Option<f64>,
    /// K, paid by the winner.
    pub winner_cost: Option<f64>,
    pub format: &'static str,
    pub reserve: Reserve,
    /// δ.
    pub discount: f64,
    /// `until_sold` with fresh buyers, else `once`.
    pub until_sold: bool,
    /// `early`, else `late`.
    pub early: bool,
    pub own_cost: Option<f64>,
}

/// A failing market is shown as the file that reproduces it.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}", self.text())
    }
}

impl Draft {
    /// Two uniform buyers of a known prize of 1 ETH, sold at once.
    pub fn plain() -> Self {
        Self {
            maturity: 0,
            exercise: Exercise::American,
            states: vec![1.0],
            transition: vec![vec![1.0]],
            initial: 0,
            count: Count::Fixed(2),
            lower: 0.0,
            upper: 1.0,
            shape: Shape::Uniform,
            buyers_discount: None,
            winner_cost: None,
            format: FORMATS[0],
            reserve: Reserve::None,
            discount: 0.9,
            until_sold: false,
            early: false,
            own_cost: None,
        }
    }

    /// The market file.
    pub fn text(&self) -> String {
        let mut text = format!("[ticket]\nmaturity = {}\n", self.maturity);
        text += &match self.exercise {
            Exercise::American => "exercise = \"american\"\n".to_owned(),
            Exercise::AtMaturity => "exercise = \"at_maturity\"\n".to_owned(),
            Exercise::Lottery(q) => format!("exercise = \"lottery\"\ndraw_probability = {q:?}\n"),
        };
        let states = &self.states;
        let (initial, transition) = (states[self.initial], &self.transition);
        let _ = write!(
            text,
            "\n[prize.markov_chain]\nstates = {states:?}\ntransition = {transition:?}\ninitial = {initial:?}\n\n[buyers]\n"
        );
        text += &match self.count {
            Count::Fixed(n) => format!("count = {n}\n"),
            Count::Poisson(mean) => format!("count.poisson = {{ mean = {mean:?} }}\n"),
            Count::Binomial(trials, p) => {
                format!("count.binomial = {{ trials = {trials}, probability = {p:?} }}\n")
            }
        };
        let (name, parameters) = self.law();
        let (lower, upper) = (self.lower, self.upper);
        let _ = writeln!(
            text,
            "cost.{name} = {{ {parameters}lower = {lower:?}, upper = {upper:?} }}"
        );
        if let Some(factor) = self.buyers_discount {
            let _ = writeln!(text, "discount_factor = {factor:?}");
        }
        if let Some(cost) = self.winner_cost {
            let _ = write!(text, "\n[participation]\ncost = {cost:?}\npayer = \"winner\"\n");
        }
        let reserve = match self.reserve {
            Reserve::None => "\"none\"".to_owned(),
            Reserve::Optimal => "\"optimal\"".to_owned(),
            Reserve::Price(price) => format!("{price:?}"),
        };
        let _ = write!(text, "\n[auction]\nformat = \"{}\"\nreserve = {reserve}\n", self.format);
        let _ = write!(text, "\n[holder]\ndiscount_factor = {:?}\n", self.discount);
        text += if self.until_sold {
            "sale = \"until_sold\"\npool = \"fresh\"\n"
        } else {
            "sale = \"once\"\n"
        };
        let _ = writeln!(text, "tie = \"{}\"", if self.early { "early" } else { "late" });
        if let Some(cost) = self.own_cost {
            let _ = writeln!(text, "own_cost = {cost:?}");
        }
        text
    }

    /// The name of the cost law, and its parameters but for its ends.
    fn law(&self) -> (&'static str, String) {
        match &self.shape {
            Shape::Uniform => ("uniform", String::new()),
            Shape::Power { exponent } => ("power", format!("exponent = {exponent:?}, ")),
            Shape::Beta { alpha, beta } => ("beta", format!("alpha = {alpha:?}, beta = {beta:?}, ")),
            Shape::Normal { mean, sd } => ("truncated_normal", format!("mean = {mean:?}, sd = {sd:?}, ")),
            Shape::Lognormal { log_mean, log_sd } => (
                "truncated_lognormal",
                format!("log_mean = {log_mean:?}, log_sd = {log_sd:?}, "),
            ),
            Shape::Exponential { rate } => ("truncated_exponential", format!("rate = {rate:?}, ")),
            Shape::Empirical { quantiles } => ("empirical", format!("quantiles = {quantiles:?}, ")),
        }
    }

    /// The market, solved.
    pub fn solved(&self) -> Solved {
        solved(&self.text())
    }

    /// A copy with a change.
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut draft = self.clone();
        change(&mut draft);
        draft
    }

    /// The buyers' discount factor.
    pub fn buyers_factor(&self) -> f64 {
        self.buyers_discount.unwrap_or(self.discount)
    }

    /// The largest prize.
    pub fn largest(&self) -> f64 {
        self.states.iter().copied().fold(0.0, f64::max)
    }

    /// No figure in ETH is above this but for rounding: the largest prize, used by whoever has the lowest cost.
    pub fn bound(&self) -> f64 {
        let cost = self.lower + self.winner_cost.unwrap_or(0.0);
        let lowest = self.own_cost.map_or(cost, |own| own.min(cost));
        (self.largest() - lowest).max(0.0)
    }

    /// Whether section 8's standing assumptions hold: one sale, unsold is lost, no own use.
    pub fn is_single_sale(&self) -> bool {
        !self.until_sold && self.own_cost.is_none()
    }

    /// Whether taking part is free.
    pub fn is_free(&self) -> bool {
        self.winner_cost.is_none_or(|cost| cost == 0.0)
    }

    /// In another unit of money: one old ETH is `unit` new ones.
    pub fn in_units(&self, unit: f64) -> Self {
        let mut draft = self.clone();
        let mut rescale = |value: &mut f64| *value *= unit;
        draft.states.iter_mut().for_each(&mut rescale);
        rescale(&mut draft.lower);
        rescale(&mut draft.upper);
        draft.winner_cost.iter_mut().for_each(&mut rescale);
        draft.own_cost.iter_mut().for_each(&mut rescale);
        if let Reserve::Price(price) = &mut draft.reserve {
            rescale(price);
        }
        match &mut draft.shape {
            Shape::Uniform | Shape::Power { .. } | Shape::Beta { .. } => {}
            Shape::Normal { mean, sd } => {
                rescale(mean);
                rescale(sd);
            }
            Shape::Lognormal { log_mean, .. } => *log_mean += unit.ln(),
            Shape::Exponential { rate } => *rate /= unit,
            Shape::Empirical { quantiles } => {
                quantiles.iter_mut().for_each(&mut rescale);
            }
        }
        draft.with_matching_ends()
    }

    /// With all costs higher by `shift`; `None` for a law that does not allow it.
    pub fn with_dearer_buyers(&self, shift: f64) -> Option<Self> {
        let mut draft = self.clone();
        draft.lower += shift;
        draft.upper += shift;
        match &mut draft.shape {
            Shape::Uniform | Shape::Power { .. } | Shape::Beta { .. } | Shape::Exponential { .. } => {}
            Shape::Normal { mean, .. } => *mean += shift,
            Shape::Lognormal { .. } => return None,
            Shape::Empirical { quantiles } => {
                for quantile in quantiles {
                    *quantile += shift;
                }
            }
        }
        Some(draft.with_matching_ends())
    }

    /// The first and last quantile are the ends, to the last bit.
    fn with_matching_ends(mut self) -> Self {
        if let Shape::Empirical { quantiles } = &mut self.shape {
            let last = quantiles.len() - 1;
            quantiles[0] = self.lower;
            quantiles[last] = self.upper;
        }
        self
    }

    /// The same chain with its states listed in another order.
    pub fn permuted(&self, order: &[usize]) -> Self {
        let mut draft = self.clone();
        draft.states = order.iter().map(|&i| self.states[i]).collect();
        draft.transition = order
            .iter()
            .map(|&i| order.iter().map(|&j| self.transition[i][j]).collect())
            .collect();
        draft.initial = order.iter().position(|&i| i == self.initial).expect("a permutation");
        draft
    }
}

/// A number with three decimals.
fn decimal(from: f64, to: f64) -> impl Strategy<Value = f64> {
    let (from, to) = ((from * 1000.0).round() as i64, (to * 1000.0).round() as i64);
    (from..=to).prop_map(|thousandths| thousandths as f64 / 1000.0)
}

/// States far enough apart to be states, rows that sum to 1, an index of R_0.
fn chain() -> impl Strategy<Value = (Vec<f64>, Vec<Vec<f64>>, usize)> {
    (1_usize..=4).prop_flat_map(|size| {
        let steps = vec(decimal(0.05, 0.8), size);
        let weights = vec(vec(0_u32..=6, size), size);
        (steps, weights, 0..size).prop_map(move |(steps, weights, initial)| {
            let mut states = Vec::new();
            let mut state = 0.0;
            for step in steps {
                state += step;
                states.push((state * 1000.0_f64).round() / 1000.0);
            }
            let rows = weights
                .into_iter()
                .enumerate()
                .map(|(row, mut weights)| {
                    // Nothing weighs: the prize stays.
                    if weights.iter().all(|&weight| weight == 0) {
                        weights[row] = 1;
                    }
                    let total = f64::from(weights.iter().sum::<u32>());
                    weights.iter().map(|&weight| f64::from(weight) / total).collect()
                })
                .collect();
            (states, rows, initial)
        })
    })
}

fn count() -> impl Strategy<Value = Count> {
    prop_oneof![
        4 => prop_oneof![1_u32..=6, Just(40)].prop_map(Count::Fixed),
        1 => decimal(0.2, 8.0).prop_map(Count::Poisson),
        1 => (1_u32..=7, decimal(0.05, 1.0)).prop_map(|(trials, p)| Count::Binomial(trials, p)),
    ]
}

/// Ends and a shape that has mass between them.
fn law() -> impl Strategy<Value = (f64, f64, Shape)> {
    let shape = Union::new([
        Just(Shape::Uniform).boxed(),
        decimal(0.3, 4.0).prop_map(|exponent| Shape::Power { exponent }).boxed(),
        (decimal(0.5, 4.0), decimal(0.5, 4.0))
            .prop_map(|(alpha, beta)| Shape::Beta { alpha, beta })
            .boxed(),
        (decimal(-0.2, 1.5), decimal(0.1, 1.0))
            .prop_map(|(mean, sd)| Shape::Normal { mean, sd })
            .boxed(),
        (decimal(-1.5, 0.3), decimal(0.3, 1.0))
            .prop_map(|(log_mean, log_sd)| Shape::Lognormal { log_mean, log_sd })
            .boxed(),
        decimal(0.1, 6.0).prop_map(|rate| Shape::Exponential { rate }).boxed(),
        vec(decimal(0.1, 1.0), 2..=6)
            .prop_map(|gaps| Shape::Empirical { quantiles: gaps })
            .boxed(),
    ]);
    (prop_oneof![Just(0.0), decimal(0.0, 0.5)], decimal(0.3, 1.6), shape).prop_map(|(lower, width, shape)| {
        let upper = lower + width;
        let shape = match shape {
            // So far these are gaps between quantiles, in no unit.
            Shape::Empirical { quantiles: gaps } => {
                let total: f64 = gaps.iter().sum();
                let mut quantiles = vec![lower];
                let mut passed = 0.0;
                for gap in &gaps {
                    passed += gap;
                    quantiles.push(lower + width * passed / total);
                }
                quantiles[gaps.len()] = upper;
                Shape::Empirical { quantiles }
            }
            other => other,
        };
        (lower, upper, shape)
    })
}

fn factor() -> impl Strategy<Value = f64> {
    prop_oneof![1 => Just(1.0), 3 => decimal(0.7, 0.999)]
}

/// Any market that can be solved, small enough to solve thousands of.
pub fn drafts() -> impl Strategy<Value = Draft> {
    let exercise = prop_oneof![
        3 => Just(Exercise::American),
        2 => Just(Exercise::AtMaturity),
        2 => decimal(0.05, 1.0).prop_map(Exercise::Lottery),
    ];
    let reserve = prop_oneof![
        Just(Reserve::None),
        Just(Reserve::Optimal),
        decimal(0.0, 1.2).prop_map(Reserve::Price),
    ];
    let ticket = (0_usize..=4, exercise, chain());
    let buyers = (
        count(),
        law(),
        proptest::option::weighted(0.25, factor()),
        proptest::option::weighted(0.25, decimal(0.0, 0.3)),
    );
    let auction = (prop::sample::select(FORMATS.to_vec()), reserve);
    let holder = (
        factor(),
        prop::bool::weighted(0.3),
        any::<bool>(),
        proptest::option::weighted(0.3, decimal(0.0, 1.8)),
    );
    (ticket, buyers, auction, holder).prop_map(
        |(
            (maturity, exercise, (states, transition, initial)),
            (count, (lower, upper, shape), buyers_discount, winner_cost),
            (format, reserve),
            (discount, until_sold, early, own_cost),
        )| Draft {
            maturity,
            exercise,
            states,
            transition,
            initial,
            count,
            lower,
            upper,
            shape,
            buyers_discount,
            winner_cost,
            format,
            reserve,
            discount,
            until_sold,
            early,
            own_cost,
        },
    )
}
