//! Prizes that take finitely many values a slot: chains, a constant, a path. Expectations are exact.

use std::sync::Arc;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::law::{EmpiricalLaw, Grouping, grouped};
use crate::market::{Fault, Faults};

/// The most states of a chain.
const MOST_STATES: usize = 4096;
/// Prizes closer than this, relative, are the same state.
const SAME_PRIZE: f64 = 1e-9;
/// A probability this near to one half is it.
const MEDIAN_ROUNDING: f64 = 1e-12;
/// How far a row may miss one before it is refused; inside, it is renormalised.
const ROW_SUM: f64 = 1e-9;

/// A Markov chain of prizes, the same in every slot, prizes drawn anew in every slot, or a known path.
///
/// States are kept in increasing order of the prize whatever order they were given in, so that results do not
/// depend on it.
#[derive(Debug, Clone)]
pub struct FinitePrizes {
    law: Law,
    initial: usize,
    /// Whether R_0 is drawn by the law of every slot.
    drawn: bool,
}

#[derive(Debug, Clone)]
enum Law {
    Chain {
        /// Increasing.
        states: Vec<f64>,
        /// Row-stochastic, states × states.
        transition: Arc<Array2<f64>>,
    },
    /// Every slot's prize is drawn anew.
    Independent(Arc<Grouping>),
    /// One prize a slot, T + 1 of them.
    Path(Vec<f64>),
    /// Prizes at which a continuous process is looked at, increasing: nothing moves from one to another.
    Points(Vec<f64>),
}

/// What is known of prizes that are drawn anew in every slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Independence {
    /// The mean, ETH.
    pub mean: f64,
    /// The least prize that half the draws do not exceed, ETH.
    pub median: f64,
    /// How many different prizes the sample has.
    pub distinct: usize,
    /// The most by which an expected excess `E[(R − k)⁺]` of the prizes told apart misses the sample's, ETH; 0 where all are.
    pub joined_error: f64,
}

fn require_prize(faults: &mut Faults, key: String, prize: f64) {
    if !(prize.is_finite() && prize >= 0.0) {
        faults.push(Fault::new(
            "out_of_range",
            key,
            format!("{prize} is not a prize"),
            "a finite prize in ETH, at least 0",
        ));
    }
}

impl FinitePrizes {
    /// A chain: `transition[i][j]` is the probability of `states[j]` in the next slot given `states[i]` in this one.
    ///
    /// # Errors
    /// No state, or more than 4096; a prize that is negative or not finite, or given twice; a matrix that is not
    /// square of the right size, an entry that is not a probability, a row that misses one by more than 1e-9 (rows
    /// closer than that are renormalised); an initial prize that is not a state.
    pub fn chain(states: &[f64], transition: &[Vec<f64>], initial: f64) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        let size = states.len();
        if size == 0 || size > MOST_STATES {
            faults.push(Fault::new(
                "wrong_size",
                "states",
                format!("{size} states"),
                format!("from 1 to {MOST_STATES} prizes"),
            ));
            return Err(faults);
        }
        for (i, &r) in states.iter().enumerate() {
            require_prize(&mut faults, format!("states[{i}]"), r);
        }
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&i, &j| states[i].total_cmp(&states[j]));
        for pair in order.windows(2) {
            let (low, high) = (states[pair[0]], states[pair[1]]);
            if low.is_finite() && high.is_finite() && high - low <= SAME_PRIZE * high.abs() {
                faults.push(Fault::new(
                    "duplicate",
                    format!("states[{}]", pair[0].max(pair[1])),
                    format!("the prize {high} is given twice"),
                    "every prize once: the prize is the state",
                ));
            }
        }
        check_rows(&mut faults, transition, size);
        let start = nearest(states, initial);
        if start.is_none() {
            faults.push(Fault::new(
                "not_a_state",
                "initial",
                format!("{initial} is not a state"),
                format!("one of {}", listed(states)),
            ));
        }
        faults.or(())?;
        // Summed in the order of the states, so that the order they are given in does not move the last bit.
        let sums: Vec<f64> = order
            .iter()
            .map(|&i| order.iter().map(|&j| transition[i][j]).sum())
            .collect();
        let matrix = Array2::from_shape_fn((size, size), |(i, j)| transition[order[i]][order[j]] / sums[i]);
        let start = start.unwrap_or(0);
        Ok(Self {
            drawn: false,
            initial: order.iter().position(|&i| i == start).unwrap_or(0),
            law: Law::Chain {
                states: order.iter().map(|&i| states[i]).collect(),
                transition: Arc::new(matrix),
            },
        })
    }

    /// The same prize in every slot.
    ///
    /// # Errors
    /// A prize that is negative or not finite.
    pub fn constant(value: f64) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        require_prize(&mut faults, "value".into(), value);
        faults.or(Self {
            law: Law::Chain {
                states: vec![value],
                transition: Arc::new(Array2::ones((1, 1))),
            },
            initial: 0,
            drawn: false,
        })
    }

    /// Independent prizes by the law of a sample. R_0 is `initial`, whether or not the sample has it, or drawn like the others.
    ///
    /// # Errors
    /// No group, or more than 4096.
    pub(crate) fn sample(law: &EmpiricalLaw, initial: Option<f64>) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        faults.require(
            "distribution.empirical.bins",
            law.groups() as f64,
            (1..=MOST_STATES).contains(&law.groups()),
            "a whole number from 1 to 4096",
        );
        faults.or(())?;
        let mut grouping = grouped(law.values(), law.groups());
        let start = match initial {
            Some(prize) => nearest(&grouping.prizes, prize).unwrap_or_else(|| {
                let at = grouping.prizes.partition_point(|known| *known < prize);
                grouping.prizes.insert(at, prize);
                grouping.probabilities.insert(at, 0.0);
                at
            }),
            // What figures are measured by, where R_0 is drawn.
            None => nearest_below(&grouping.prizes, law.values()[(law.values().len() - 1) / 2]),
        };
        Ok(Self {
            law: Law::Independent(Arc::new(grouping)),
            initial: start,
            drawn: initial.is_none(),
        })
    }

    /// Whether slots are independent: mean and median of a slot's prize, and by how much joining neighbours moves an expected
    /// excess, of how many different prizes.
    #[must_use]
    pub fn independence(&self) -> Option<Independence> {
        let Law::Independent(grouping) = &self.law else {
            return None;
        };
        let weighed = grouping.prizes.iter().zip(&grouping.probabilities);
        let mean = weighed.clone().map(|(prize, p)| prize * p).sum();
        let mut below = 0.0;
        let median = weighed.clone().find_map(|(prize, p)| {
            below += p;
            (below >= 0.5 - MEDIAN_ROUNDING).then_some(*prize)
        });
        Some(Independence {
            mean,
            median: median.unwrap_or(mean),
            distinct: grouping.distinct,
            joined_error: grouping.error,
        })
    }

    /// Whether R_0 is drawn by the law of every slot.
    pub(crate) fn is_drawn(&self) -> bool {
        self.drawn
    }

    /// The law of R_0's state.
    #[must_use]
    pub fn start(&self) -> Vec<f64> {
        match &self.law {
            Law::Independent(grouping) if self.drawn => grouping.probabilities.clone(),
            _ => {
                let mut mass = vec![0.0; self.size()];
                mass[self.initial] = 1.0;
                mass
            }
        }
    }

    /// `E[x(R_0)]`.
    pub(crate) fn at_start(&self, x: impl Fn(usize) -> f64) -> f64 {
        if !self.drawn {
            return x(self.initial);
        }
        let start = self.start();
        let counted = start.iter().enumerate().filter(|(_, p)| **p > 0.0);
        counted.map(|(state, p)| p * x(state)).sum()
    }

    /// A known prize in each slot 0..=T.
    ///
    /// # Errors
    /// No value; a prize that is negative or not finite.
    pub fn path(values: Vec<f64>) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        if values.is_empty() {
            faults.push(Fault::new(
                "wrong_size",
                "values",
                "the path is empty",
                "maturity + 1 prizes, one a slot",
            ));
        }
        for (t, &r) in values.iter().enumerate() {
            require_prize(&mut faults, format!("values[{t}]"), r);
        }
        faults.or(Self {
            law: Law::Path(values),
            initial: 0,
            drawn: false,
        })
    }

    /// The prizes, increasing, at which a continuous process is looked at, R_0 among them; `None` for prizes that are not
    /// finite. They have no transitions: each stays what it is.
    pub(crate) fn points(prizes: Vec<f64>, initial: f64) -> Option<Self> {
        let start = prizes.iter().position(|prize| *prize == initial)?;
        prizes.iter().all(|prize| prize.is_finite()).then_some(Self {
            law: Law::Points(prizes),
            initial: start,
            drawn: false,
        })
    }

    /// Whether these prizes cover slots 0..=`maturity`.
    pub(crate) fn fits(&self, maturity: usize) -> Result<(), Faults> {
        match &self.law {
            Law::Path(values) if values.len() != maturity + 1 => Err(Faults(vec![Fault::new(
                "wrong_size",
                "prize.path.values",
                format!("{} prizes for slots 0 to {maturity}", values.len()),
                format!("maturity + 1 = {} prizes, one a slot", maturity + 1),
            )])),
            Law::Path(_) | Law::Chain { .. } | Law::Independent(_) | Law::Points(_) => Ok(()),
        }
    }

    /// The prizes possible in slot `slot`, increasing, ETH.
    #[must_use]
    pub fn states(&self, slot: usize) -> &[f64] {
        match &self.law {
            Law::Chain { states, .. } | Law::Points(states) => states,
            Law::Independent(grouping) => &grouping.prizes,
            Law::Path(values) => &values[slot..=slot],
        }
    }

    /// Whether the prizes possible are the same in every slot.
    #[must_use]
    pub fn is_chain(&self) -> bool {
        matches!(self.law, Law::Chain { .. } | Law::Independent(_) | Law::Points(_))
    }

    /// How many prizes are possible in a slot.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.law {
            Law::Chain { states, .. } | Law::Points(states) => states.len(),
            Law::Independent(grouping) => grouping.prizes.len(),
            Law::Path(_) => 1,
        }
    }

    /// The index of R_0 among the states of slot 0; where R_0 is drawn, of its median.
    #[must_use]
    pub fn initial(&self) -> usize {
        self.initial
    }

    /// R_0, or where that is drawn its median, ETH.
    #[must_use]
    pub fn initial_prize(&self) -> f64 {
        self.states(0)[self.initial]
    }

    /// The largest prize of any slot up to `maturity`, ETH.
    #[must_use]
    pub fn largest(&self, maturity: usize) -> f64 {
        match &self.law {
            Law::Chain { states, .. } | Law::Points(states) => states[states.len() - 1],
            Law::Independent(grouping) => grouping.prizes[grouping.prizes.len() - 1],
            Law::Path(values) => values[..=maturity].iter().copied().fold(0.0, f64::max),
        }
    }

    /// The state of slot `slot` whose prize is within 1e-9 relative of `prize`.
    #[must_use]
    pub fn state_of(&self, slot: usize, prize: f64) -> Option<usize> {
        nearest(self.states(slot), prize)
    }

    /// Probability of state `to` in the next slot given state `from` in this one.
    #[must_use]
    pub fn probability(&self, from: usize, to: usize) -> f64 {
        match &self.law {
            Law::Chain { transition, .. } => transition[[from, to]],
            Law::Independent(grouping) => grouping.probabilities[to],
            Law::Path(_) => 1.0,
            Law::Points(_) => f64::from(u8::from(from == to)),
        }
    }

    /// E[x(R′) given each state], R′ the prize of the next slot.
    #[must_use]
    pub fn expect(&self, next: &[f64]) -> Vec<f64> {
        match &self.law {
            Law::Chain { transition, .. } => transition
                .axis_iter(Axis(0))
                .map(|row| row.iter().zip(next).map(|(p, x)| p * x).sum())
                .collect(),
            Law::Independent(grouping) => {
                let expected = grouping.probabilities.iter().zip(next).map(|(p, x)| p * x).sum();
                vec![expected; next.len()]
            }
            Law::Path(_) | Law::Points(_) => next.to_vec(),
        }
    }

    /// `factor` times [`Self::expect`] of many functions at once: `next` is states × functions, and so is `expected`.
    pub fn expect_rows(&self, factor: f64, next: &ArrayView2<'_, f64>, expected: &mut Array2<f64>) {
        match &self.law {
            Law::Chain { transition, .. } => general_mat_mul(factor, &**transition, next, 0.0, expected),
            Law::Independent(grouping) => {
                // All states expect the same.
                let mut one = next.t().dot(&ArrayView1::from(&grouping.probabilities));
                one *= factor;
                expected.rows_mut().into_iter().for_each(|mut row| row.assign(&one));
            }
            Law::Path(_) | Law::Points(_) => expected.assign(&(next * factor)),
        }
    }

    /// The mass in each state of the next slot when `mass` is that of this one.
    #[must_use]
    pub fn advance(&self, mass: &[f64]) -> Vec<f64> {
        match &self.law {
            Law::Chain { transition, .. } => {
                let mass = Array1::from(mass.to_vec());
                transition.t().dot(&mass).to_vec()
            }
            Law::Independent(grouping) => {
                let total: f64 = mass.iter().sum();
                grouping.probabilities.iter().map(|p| p * total).collect()
            }
            Law::Path(_) | Law::Points(_) => mass.to_vec(),
        }
    }

    /// [`Self::advance`] of many masses at once: `mass` is states × masses.
    #[must_use]
    pub fn advance_rows(&self, mass: &ArrayView2<'_, f64>) -> Array2<f64> {
        match &self.law {
            Law::Chain { transition, .. } => transition.t().dot(mass),
            Law::Independent(grouping) => {
                let totals = mass.sum_axis(Axis(0));
                Array2::from_shape_fn(mass.dim(), |(to, k)| grouping.probabilities[to] * totals[k])
            }
            Law::Path(_) | Law::Points(_) => mass.to_owned(),
        }
    }
}

fn check_rows(faults: &mut Faults, transition: &[Vec<f64>], size: usize) {
    if transition.len() != size {
        faults.push(Fault::new(
            "wrong_size",
            "transition",
            format!("{} rows for {size} states", transition.len()),
            format!("{size} rows of {size} probabilities"),
        ));
    }
    for (i, row) in transition.iter().enumerate() {
        if row.len() != size {
            faults.push(Fault::new(
                "wrong_size",
                format!("transition[{i}]"),
                format!("{} entries for {size} states", row.len()),
                format!("{size} probabilities"),
            ));
        }
        let mut valid = true;
        for (j, &p) in row.iter().enumerate() {
            if !(p.is_finite() && (0.0..=1.0 + ROW_SUM).contains(&p)) {
                valid = false;
                faults.push(Fault::new(
                    "out_of_range",
                    format!("transition[{i}][{j}]"),
                    format!("{p} is not a probability"),
                    "a number from 0 to 1",
                ));
            }
        }
        let sum: f64 = row.iter().sum();
        if valid && row.len() == size && (sum - 1.0).abs() > ROW_SUM {
            faults.push(Fault::new(
                "row_sum",
                format!("transition[{i}]"),
                format!("the row sums to {sum}"),
                "a row that sums to 1 within 1e-9",
            ));
        }
    }
}

/// The last state that is not above a prize; the first if all are.
fn nearest_below(states: &[f64], prize: f64) -> usize {
    let above = states.partition_point(|state| *state <= prize * (1.0 + SAME_PRIZE));
    above.saturating_sub(1)
}

fn nearest(states: &[f64], prize: f64) -> Option<usize> {
    let (index, distance) = states
        .iter()
        .enumerate()
        .map(|(i, r)| (i, (r - prize).abs()))
        .min_by(|a, b| a.1.total_cmp(&b.1))?;
    (distance <= SAME_PRIZE * prize.abs().max(states[index].abs())).then_some(index)
}

/// The states as a reader can take them in: all of a few, the ends of many.
pub(crate) fn listed(states: &[f64]) -> String {
    let show = |list: &[f64]| list.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
    if states.len() <= 24 {
        show(states)
    } else {
        format!(
            "{}, …, {} ({} states)",
            show(&states[..8]),
            show(&states[states.len() - 4..]),
            states.len()
        )
    }
}
