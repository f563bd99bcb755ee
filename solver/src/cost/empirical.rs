//! The law given by quantiles.

use super::support::Support;
use super::{CostLaw, Side};
use crate::market::{Fault, Faults};

/// The smallest step between neighbouring quantiles accepted, ETH: with a smaller one the density overflows.
const NARROWEST_STEP: f64 = 1e-290;

/// F linear between quantiles q₀ < … < q_m at the probabilities 0, 1/m, …, 1.
///
/// Costs in ETH. The density is 1/(m (q_{i+1} − q_i)) on [q_i, q_{i+1}] and jumps at the interior quantiles;
/// F/f = i (q_{i+1} − q_i) + θ − q_i there. The virtual cost falls wherever a step is shorter than the one before.
///
/// ```
/// use etm_solver::cost::{CostLaw, Empirical, Side};
/// let law = Empirical::new(0.0, 4.0, vec![0.0, 1.0, 4.0]).unwrap();
/// assert_eq!(law.cdf(2.5), 0.75);
/// assert_eq!(law.markup(1.0, Side::Left), 1.0);
/// assert_eq!(law.markup(1.0, Side::Right), 3.0);
/// ```
#[derive(Debug, Clone)]
pub struct Empirical {
    quantiles: Vec<f64>,
}

impl Empirical {
    /// The law with these quantiles at equally spaced probabilities, ETH.
    ///
    /// # Errors
    /// A bad support; fewer than two quantiles; quantiles that do not increase strictly, do not start at `lower`
    /// or do not end at `upper`.
    pub fn new(lower: f64, upper: f64, quantiles: Vec<f64>) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        Support::new(lower, upper, &mut faults);
        if quantiles.len() < 2 {
            faults.push(Fault::new(
                "too_few",
                "quantiles",
                format!("{} is too few", quantiles.len()),
                "at least 2 numbers, from lower to upper",
            ));
        }
        let ends = [(0, lower, "lower"), (quantiles.len().max(1) - 1, upper, "upper")];
        for (index, end, name) in ends {
            if quantiles.get(index).is_some_and(|&found| found != end) {
                faults.push(Fault::new(
                    "out_of_range",
                    format!("quantiles[{index}]"),
                    format!("{} differs from {name} = {end}", quantiles[index]),
                    format!("{name} itself"),
                ));
            }
        }
        for (index, pair) in quantiles.windows(2).enumerate() {
            let step = pair[1] - pair[0];
            if !(step >= NARROWEST_STEP && step.is_finite()) {
                faults.push(Fault::new(
                    "not_increasing",
                    format!("quantiles[{}]", index + 1),
                    format!("{} after {} is no increase", pair[1], pair[0]),
                    "finite numbers, strictly increasing",
                ));
            }
        }
        faults.or(Self { quantiles })
    }

    /// m, the number of steps.
    fn steps(&self) -> f64 {
        (self.quantiles.len() - 1) as f64
    }

    /// i with θ in the step from q_i to q_{i+1}, for θ in [lo, hi]; a knot belongs to the step on its `side`.
    fn step(&self, cost: f64, side: Side) -> usize {
        let after = match side {
            Side::Left => self.quantiles.partition_point(|&q| q < cost),
            Side::Right => self.quantiles.partition_point(|&q| q <= cost),
        };
        // lo has no step on its left and hi none on its right: the limit from inside.
        after.clamp(1, self.quantiles.len() - 1) - 1
    }

    fn step_length(&self, index: usize) -> f64 {
        self.quantiles[index + 1] - self.quantiles[index]
    }
}

impl CostLaw for Empirical {
    fn lower(&self) -> f64 {
        self.quantiles[0]
    }

    fn upper(&self) -> f64 {
        self.quantiles[self.quantiles.len() - 1]
    }

    fn cdf(&self, cost: f64) -> f64 {
        if cost <= self.lower() {
            return 0.0;
        } else if cost >= self.upper() {
            return 1.0;
        }
        let index = self.step(cost, Side::Right);
        let part = (cost - self.quantiles[index]) / self.step_length(index);
        (index as f64 + part) / self.steps()
    }

    fn survival(&self, cost: f64) -> f64 {
        if cost <= self.lower() {
            return 1.0;
        } else if cost >= self.upper() {
            return 0.0;
        }
        let index = self.step(cost, Side::Right);
        let part = (self.quantiles[index + 1] - cost) / self.step_length(index);
        ((self.quantiles.len() - 2 - index) as f64 + part) / self.steps()
    }

    fn pdf(&self, cost: f64, side: Side) -> f64 {
        if !(cost >= self.lower() && cost <= self.upper()) {
            return 0.0;
        }
        (self.steps() * self.step_length(self.step(cost, side))).recip()
    }

    fn log_density_slope(&self, _cost: f64, _side: Side) -> f64 {
        0.0
    }

    fn quantile(&self, probability: f64) -> f64 {
        if probability > 0.5 {
            return self.upper_quantile(1.0 - probability);
        }
        let place = probability.max(0.0) * self.steps();
        let index = (place as usize).min(self.quantiles.len() - 2);
        let [from, to] = [self.quantiles[index], self.quantiles[index + 1]];
        (from + (place - index as f64) * (to - from)).clamp(from, to)
    }

    fn upper_quantile(&self, survival: f64) -> f64 {
        if survival > 0.5 {
            return self.quantile(1.0 - survival);
        }
        let place = survival.max(0.0) * self.steps();
        let above = (place as usize).min(self.quantiles.len() - 2);
        let index = self.quantiles.len() - 2 - above;
        let [from, to] = [self.quantiles[index], self.quantiles[index + 1]];
        (to - (place - above as f64) * (to - from)).clamp(from, to)
    }

    fn markup(&self, cost: f64, side: Side) -> f64 {
        if cost <= self.lower() {
            return 0.0;
        } else if cost > self.upper() {
            return f64::INFINITY;
        }
        let index = self.step(cost, side);
        index as f64 * self.step_length(index) + (cost - self.quantiles[index])
    }

    fn knots(&self) -> &[f64] {
        &self.quantiles[1..self.quantiles.len() - 1]
    }

    fn lower_order(&self) -> f64 {
        1.0
    }

    fn upper_order(&self) -> f64 {
        1.0
    }
}
