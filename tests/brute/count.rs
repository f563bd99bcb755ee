//! The number of buyers, as an explicit list of probabilities.

/// The law of the number of buyers.
#[derive(Clone, Debug, PartialEq)]
pub enum Count {
    /// A known number.
    Fixed(u32),
    /// Poisson with this mean.
    Poisson(f64),
    /// Binomial.
    Binomial {
        /// Number of trials.
        trials: u32,
        /// Probability of each.
        probability: f64,
    },
}

/// The probabilities of each number of buyers, with what they imply for the order statistics of
/// costs: every formula is a sum over the number of buyers, u = F(θ).
#[derive(Clone, Debug)]
pub struct Buyers {
    /// (number, probability); probabilities below 1e-20 are dropped.
    pub probabilities: Vec<(u32, f64)>,
}

impl Count {
    /// The list of probabilities.
    pub fn buyers(&self) -> Buyers {
        let mut probabilities = Vec::new();
        match *self {
            Self::Fixed(n) => probabilities.push((n, 1.0)),
            Self::Poisson(mean) => {
                let mut p = (-mean).exp();
                let mut n = 0;
                while f64::from(n) < mean || p > 1e-20 {
                    probabilities.push((n, p));
                    n += 1;
                    p *= mean / f64::from(n);
                }
            }
            Self::Binomial { trials, probability } => {
                for n in 0..=trials {
                    let ways: f64 = (0..n).map(|j| f64::from(trials - j) / f64::from(j + 1)).product();
                    let p = ways * probability.powi(n as i32) * (1.0 - probability).powi((trials - n) as i32);
                    if p > 0.0 {
                        probabilities.push((n, p));
                    }
                }
            }
        }
        Buyers { probabilities }
    }
}

impl Buyers {
    fn sum(&self, term: impl Fn(i32) -> f64) -> f64 {
        self.probabilities.iter().map(|&(n, p)| p * term(n as i32)).sum()
    }

    /// E N.
    pub fn mean(&self) -> f64 {
        self.sum(f64::from)
    }

    /// The largest number worth counting.
    pub fn most(&self) -> u32 {
        self.probabilities.last().map_or(0, |&(n, _)| n)
    }

    /// Probability that no cost is below u.
    pub fn none_below(&self, u: f64) -> f64 {
        self.sum(|n| (1.0 - u).powi(n))
    }

    /// Probability that the lowest cost is below u.
    pub fn some_below(&self, u: f64) -> f64 {
        self.sum(|n| 1.0 - (1.0 - u).powi(n))
    }

    /// Probability that exactly one cost is below u.
    pub fn one_below(&self, u: f64) -> f64 {
        self.sum(|n| {
            if n == 0 {
                0.0
            } else {
                f64::from(n) * u * (1.0 - u).powi(n - 1)
            }
        })
    }

    /// Density in u of the lowest cost.
    pub fn lowest(&self, u: f64) -> f64 {
        self.sum(|n| {
            if n == 0 {
                0.0
            } else {
                f64::from(n) * (1.0 - u).powi(n - 1)
            }
        })
    }

    /// Density in u of the second-lowest cost.
    pub fn second(&self, u: f64) -> f64 {
        self.sum(|n| {
            if n < 2 {
                0.0
            } else {
                f64::from(n) * f64::from(n - 1) * u * (1.0 - u).powi(n - 2)
            }
        })
    }

    /// The number of those who come when each comes with a probability, number by number.
    pub fn entering(&self, entry: f64) -> Self {
        if entry == 1.0 {
            return self.clone();
        }
        let probabilities = (0..=self.most())
            .map(|k| {
                let some = self.probabilities.iter().filter(|(n, _)| *n >= k);
                let p: f64 = some
                    .map(|&(n, p)| {
                        let ways: f64 = (0..k).map(|j| f64::from(n - j) / f64::from(j + 1)).product();
                        p * ways * entry.powi(k as i32) * (1.0 - entry).powi((n - k) as i32)
                    })
                    .sum();
                (k, p)
            })
            .collect();
        Self { probabilities }
    }

    /// What a bidder believes about the number of her rivals.
    pub fn rivals(&self) -> Self {
        let mean = self.mean();
        let probabilities = self
            .probabilities
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|&(n, p)| (n - 1, p * f64::from(n) / mean))
            .collect();
        Self { probabilities }
    }

    /// Probabilities at which to split integrals when there are many buyers: the lowest costs of
    /// many buyers crowd at the bottom.
    pub fn splits(&self) -> Vec<f64> {
        let most = self.most();
        if most <= 40 {
            return Vec::new();
        }
        let last = f64::from(most).log2().ceil() as i32 + 2;
        (1..=last).map(|k| 0.5f64.powi(k)).collect()
    }
}
