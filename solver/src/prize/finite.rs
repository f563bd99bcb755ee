//! Prizes that take finitely many values a slot: chains, a constant, a path. Expectations are exact.

use std::sync::Arc;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::market::{Fault, Faults};

/// The most states of a chain.
const MOST_STATES: usize = 4096;
/// Prizes closer than this, relative, are the same state.
const SAME_PRIZE: f64 = 1e-9;
/// How far a row may miss one before it is refused; inside, it is renormalised.
const ROW_SUM: f64 = 1e-9;

/// A Markov chain of prizes, the same in every slot, or a known path.
///
/// States are kept in increasing order of the prize whatever order they were given in, so that results do not
/// depend on it.
#[derive(Debug, Clone)]
pub struct FinitePrizes {
    law: Law,
    initial: usize,
}

#[derive(Debug, Clone)]
enum Law {
    Chain {
        /// Increasing.
        states: Vec<f64>,
        /// Row-stochastic, states × states.
        transition: Arc<Array2<f64>>,
    },
    /// One prize a slot, T + 1 of them.
    Path(Vec<f64>),
    /// Prizes at which a continuous process is looked at, increasing: nothing moves from one to another.
    Points(Vec<f64>),
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
        })
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
        })
    }

    /// The prizes, increasing, at which a continuous process is looked at, R_0 among them; `None` for prizes that are not
    /// finite. They have no transitions: each stays what it is.
    pub(crate) fn points(prizes: Vec<f64>, initial: f64) -> Option<Self> {
        let start = prizes.iter().position(|prize| *prize == initial)?;
        prizes.iter().all(|prize| prize.is_finite()).then_some(Self {
            law: Law::Points(prizes),
            initial: start,
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
            Law::Path(_) | Law::Chain { .. } | Law::Points(_) => Ok(()),
        }
    }

    /// The prizes possible in slot `slot`, increasing, ETH.
    #[must_use]
    pub fn states(&self, slot: usize) -> &[f64] {
        match &self.law {
            Law::Chain { states, .. } | Law::Points(states) => states,
            Law::Path(values) => &values[slot..=slot],
        }
    }

    /// Whether the prizes possible are the same in every slot.
    #[must_use]
    pub fn is_chain(&self) -> bool {
        matches!(self.law, Law::Chain { .. } | Law::Points(_))
    }

    /// How many prizes are possible in a slot.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.law {
            Law::Chain { states, .. } | Law::Points(states) => states.len(),
            Law::Path(_) => 1,
        }
    }

    /// The index of R_0 among the states of slot 0.
    #[must_use]
    pub fn initial(&self) -> usize {
        self.initial
    }

    /// R_0, ETH.
    #[must_use]
    pub fn initial_prize(&self) -> f64 {
        self.states(0)[self.initial]
    }

    /// The largest prize of any slot up to `maturity`, ETH.
    #[must_use]
    pub fn largest(&self, maturity: usize) -> f64 {
        match &self.law {
            Law::Chain { states, .. } | Law::Points(states) => states[states.len() - 1],
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
            Law::Path(_) | Law::Points(_) => next.to_vec(),
        }
    }

    /// `factor` times [`Self::expect`] of many functions at once: `next` is states × functions, and so is `expected`.
    pub fn expect_rows(&self, factor: f64, next: &ArrayView2<'_, f64>, expected: &mut Array2<f64>) {
        match &self.law {
            Law::Chain { transition, .. } => general_mat_mul(factor, &**transition, next, 0.0, expected),
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
            Law::Path(_) | Law::Points(_) => mass.to_vec(),
        }
    }

    /// [`Self::advance`] of many masses at once: `mass` is states × masses.
    #[must_use]
    pub fn advance_rows(&self, mass: &ArrayView2<'_, f64>) -> Array2<f64> {
        match &self.law {
            Law::Chain { transition, .. } => transition.t().dot(mass),
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
