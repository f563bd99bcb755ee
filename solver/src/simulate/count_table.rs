//! Draws of the number of buyers by inversion of its distribution function.

use crate::market::BuyerCount;

/// Probabilities below this fraction of the most likely number's are left out.
const NEGLIGIBLE: f64 = 1e-18;

/// The distribution function of the number of buyers, from the first number that matters.
#[derive(Debug, Clone)]
pub(super) struct CountTable {
    first: u64,
    cumulated: Vec<f64>,
}

impl CountTable {
    pub fn new(count: BuyerCount) -> Self {
        match count {
            BuyerCount::Fixed(n) => Self {
                first: n,
                cumulated: vec![1.0],
            },
            BuyerCount::Poisson { mean } => Self::from_mode(mean.floor() as u64, u64::MAX, |k| mean / (k + 1.0)),
            BuyerCount::Binomial {
                probability: 1.0,
                trials,
            } => Self {
                first: trials,
                cumulated: vec![1.0],
            },
            BuyerCount::Binomial { trials, probability } => {
                let odds = probability / (1.0 - probability);
                let mode = ((trials + 1) as f64 * probability).floor() as u64;
                Self::from_mode(mode.min(trials), trials, |k| (trials as f64 - k) / (k + 1.0) * odds)
            }
        }
    }

    /// From the most likely number outwards, by the ratio p(k + 1)/p(k), normalised at the end.
    fn from_mode(mode: u64, most: u64, ratio: impl Fn(f64) -> f64) -> Self {
        let mut below = Vec::new();
        let (mut weight, mut k) = (1.0, mode);
        while k > 0 {
            weight /= ratio((k - 1) as f64);
            if weight < NEGLIGIBLE {
                break;
            }
            below.push(weight);
            k -= 1;
        }
        let first = mode - below.len() as u64;
        let mut weights: Vec<f64> = below.into_iter().rev().collect();
        let (mut weight, mut k) = (1.0, mode);
        while weight >= NEGLIGIBLE {
            weights.push(weight);
            if k == most {
                break;
            }
            weight *= ratio(k as f64);
            k += 1;
        }
        let total: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let cumulated = weights
            .iter()
            .map(|weight| {
                sum += weight / total;
                sum
            })
            .collect();
        Self { first, cumulated }
    }

    /// The number whose distribution function first exceeds `uniform` in [0, 1).
    pub fn draw(&self, uniform: f64) -> u64 {
        let index = self.cumulated.partition_point(|&p| p <= uniform);
        self.first + index.min(self.cumulated.len() - 1) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::CountTable;
    use crate::market::BuyerCount;

    fn mean(table: &CountTable) -> f64 {
        let mut before = 0.0;
        let mut mean = 0.0;
        for (k, p) in (table.first..).zip(&table.cumulated) {
            mean += k as f64 * (p - before);
            before = *p;
        }
        mean
    }

    #[test]
    fn means_are_right() {
        for (count, expected) in [
            (BuyerCount::Fixed(7), 7.0),
            (BuyerCount::Poisson { mean: 0.3 }, 0.3),
            (BuyerCount::Poisson { mean: 40_000.0 }, 40_000.0),
            (
                BuyerCount::Binomial {
                    trials: 8,
                    probability: 0.3,
                },
                2.4,
            ),
            (
                BuyerCount::Binomial {
                    trials: 10_000,
                    probability: 0.999,
                },
                9990.0,
            ),
        ] {
            let table = CountTable::new(count);
            assert!(
                (mean(&table) / expected - 1.0).abs() < 1e-11,
                "{count:?}: {}",
                mean(&table)
            );
        }
    }

    #[test]
    fn draws_invert_the_distribution() {
        let table = CountTable::new(BuyerCount::Binomial {
            trials: 2,
            probability: 0.5,
        });
        assert_eq!(
            [0.0, 0.2, 0.3, 0.7, 0.8, 0.999].map(|u| table.draw(u)),
            [0, 0, 1, 1, 2, 2]
        );
    }
}
