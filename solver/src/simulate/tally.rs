//! Means and standard errors, mergeable in any grouping of blocks.

use serde::Serialize;

use super::outcome::Outcome;
use crate::equilibrium::Summary;
use crate::market::RiskAversion;

/// Count, mean and sum of squared deviations of one figure (Welford 1962; merged as in Chan, Golub and LeVeque 1983).
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
    }

    fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        let count = self.count + other.count;
        let shift = other.mean - self.mean;
        let share = other.count as f64 / count as f64;
        self.mean += shift * share;
        self.squares += other.squares + shift * shift * share * self.count as f64;
        self.count = count;
    }

    fn standard_error(&self) -> Option<f64> {
        (self.count > 1).then(|| {
            let count = self.count as f64;
            (self.squares / (count - 1.0) / count).sqrt()
        })
    }
}

/// What a number of plays came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    risk: RiskAversion,
    plays: u64,
    revenue: Moments,
    sale_slot: Moments,
    exercise_slot: Moments,
    winner_gain: Moments,
    deviation_gain: Moments,
    honest_utility: Moments,
}

/// One figure, played and exact.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// `revenue`, `sale_slot` (given a sale), `exercise_slot` (given an exercise), `winner_gain` (the buyers' total,
    /// discounted by their factor to slot 0), `deviation_gain` (what a deviating buyer gains by it, ETH; of a
    /// buyer who minds risk the difference between the certainty equivalents of her gain, her cost unknown too).
    pub name: &'static str,
    /// Over the plays in which it exists; `None` if it never did.
    pub mean: Option<f64>,
    /// Of that mean; `None` with fewer than two plays.
    pub standard_error: Option<f64>,
    /// The solver's figure; `None` where it does not exist.
    pub exact: Option<f64>,
    /// (mean − exact)/standard error; 0 when they agree to rounding, `None` where there is nothing to compare.
    pub z: Option<f64>,
}

impl Tally {
    pub(super) fn new(risk: RiskAversion) -> Self {
        Self {
            risk,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, outcome: &Outcome) {
        self.plays += 1;
        self.revenue.add(outcome.revenue);
        self.winner_gain.add(outcome.buyers_gain);
        self.deviation_gain.add(outcome.deviation_gain);
        self.honest_utility.add(outcome.honest_utility);
        if let Some(slot) = outcome.sale_slot {
            self.sale_slot.add(slot as f64);
        }
        if let Some(slot) = outcome.exercise_slot {
            self.exercise_slot.add(slot as f64);
        }
    }

    /// Takes in the plays of another tally. Merge blocks in order and the result does not depend on who played them.
    pub fn merge(&mut self, other: &Self) {
        self.risk = other.risk;
        self.plays += other.plays;
        self.revenue.merge(&other.revenue);
        self.sale_slot.merge(&other.sale_slot);
        self.exercise_slot.merge(&other.exercise_slot);
        self.winner_gain.merge(&other.winner_gain);
        self.deviation_gain.merge(&other.deviation_gain);
        self.honest_utility.merge(&other.honest_utility);
    }

    /// How many plays.
    #[must_use]
    pub fn plays(&self) -> u64 {
        self.plays
    }

    /// The figures beside those of the equilibrium; with `deviates`, what a deviating buyer gains by it too.
    #[must_use]
    pub fn figures(&self, exact: &Summary, deviates: bool) -> Vec<Figure> {
        let exercised: f64 = exact.exercise_probability.iter().sum();
        let slots = exact.exercise_probability.iter().enumerate();
        let exercise_slot: f64 = slots.map(|(slot, probability)| slot as f64 * probability).sum();
        let mut figures = vec![
            figure("revenue", &self.revenue, Some(exact.seller_value)),
            figure("sale_slot", &self.sale_slot, exact.expected_sale_slot),
            figure(
                "exercise_slot",
                &self.exercise_slot,
                (exercised > 0.0).then(|| exercise_slot / exercised),
            ),
            figure("winner_gain", &self.winner_gain, Some(exact.buyers_surplus)),
        ];
        if deviates {
            figures.push(self.deviation());
        }
        figures
    }

    /// In ETH: utilities averaged first, then turned into sure gains.
    fn deviation(&self) -> Figure {
        let mut figure = figure("deviation_gain", &self.deviation_gain, None);
        if self.risk != RiskAversion::Neutral {
            let honest = self.honest_utility.mean;
            let sure = self.risk.sure_gain(honest);
            let scale = self.risk.marginal_utility(sure);
            figure.mean = figure.mean.map(|gain| self.risk.sure_gain(honest + gain) - sure);
            figure.standard_error = figure
                .standard_error
                .map(|error| error / scale)
                .filter(|error| error.is_finite());
        }
        figure
    }
}

fn figure(name: &'static str, moments: &Moments, exact: Option<f64>) -> Figure {
    let mean = (moments.count > 0).then_some(moments.mean);
    let standard_error = moments.standard_error();
    let z = match (mean, standard_error, exact) {
        (Some(mean), _, Some(exact)) if (mean - exact).abs() <= 1e-12 * exact.abs().max(1e-12) => Some(0.0),
        (Some(mean), Some(error), Some(exact)) if error > 0.0 => Some((mean - exact) / error),
        _ => None,
    };
    Figure {
        name,
        mean,
        standard_error,
        exact,
        z,
    }
}

#[cfg(test)]
mod tests {
    use super::Moments;

    #[test]
    fn merging_equals_adding() {
        let values = [1.0, 4.0, -2.0, 0.5, 7.0];
        let mut whole = Moments::default();
        values.iter().for_each(|&v| whole.add(v));
        let (mut left, mut right) = (Moments::default(), Moments::default());
        values[..2].iter().for_each(|&v| left.add(v));
        values[2..].iter().for_each(|&v| right.add(v));
        left.merge(&right);
        assert!((left.mean - whole.mean).abs() < 1e-15 && (left.squares - whole.squares).abs() < 1e-13);
        assert_eq!(left.count, 5);
    }
}
