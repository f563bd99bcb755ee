//! The law of the number of buyers, seen from the seller and from a bidder (section 3 of the theory page).
//!
//! | symbol | here |
//! |---|---|
//! | n̄ = G′(1) | [`Competition::expected`] |
//! | P(θ) = 1 − G(S) | [`Competition::lowest_cdf`] |
//! | Q(θ) = G′(S)/n̄ | [`Competition::log_rivals_above`], its logarithm |
//! | F₂(θ) = P − n̄ F Q | [`Competition::second_lowest_cdf`] |
//! | \|Q′/Q\|/f | [`Competition::rival_hazard`] |

use crate::cost::{CostLaw, Side, Tail};
use crate::market::BuyerCount;

/// Terms of a series below this fraction of the sum are left out.
const NEGLIGIBLE: f64 = 1e-17;

/// A law of the number of buyers. A fixed number is a binomial one whose trials are certain.
///
/// Functions of a cost take its [`Tail`], so that neither end of the support loses digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Competition {
    /// `trials` buyers, each of whom comes with `probability`.
    Binomial {
        /// m, as a real number.
        trials: f64,
        /// p in (0, 1]; 1 for a fixed number.
        probability: f64,
    },
    /// A Poisson number.
    Poisson {
        /// μ.
        mean: f64,
    },
}

impl From<BuyerCount> for Competition {
    fn from(count: BuyerCount) -> Self {
        match count {
            BuyerCount::Fixed(n) => Self::Binomial {
                trials: n as f64,
                probability: 1.0,
            },
            BuyerCount::Binomial { trials, probability } => Self::Binomial {
                trials: trials as f64,
                probability,
            },
            BuyerCount::Poisson { mean } => Self::Poisson { mean },
        }
    }
}

impl Competition {
    /// The law of the number of those who come when each of these comes with `probability` (in [0, 1]), alone.
    ///
    /// A Poisson number stays Poisson and a binomial one binomial.
    #[must_use]
    pub fn thinned(&self, probability: f64) -> Self {
        match *self {
            Self::Binomial { trials, probability: p } => Self::Binomial {
                trials,
                probability: p * probability,
            },
            Self::Poisson { mean } => Self::Poisson {
                mean: mean * probability,
            },
        }
    }

    /// The law of the number of buyers given that none has a cost up to θ, whose tail is given.
    ///
    /// A Poisson number stays Poisson and a binomial one binomial; a fixed number stays fixed.
    #[must_use]
    pub fn remaining(&self, tail: &Tail) -> Self {
        match *self {
            Self::Binomial { trials, probability } => Self::Binomial {
                trials,
                probability: if probability < 1.0 {
                    probability * tail.survival / absent(probability, tail.survival)
                } else {
                    1.0
                },
            },
            Self::Poisson { mean } => Self::Poisson {
                mean: mean * tail.survival,
            },
        }
    }

    /// The number of buyers, not whole, among whom a bidder's chance to win is this one's to the power `exponent` (≥ 1).
    #[must_use]
    pub(crate) fn raised(&self, exponent: f64) -> Self {
        match *self {
            Self::Binomial { trials, probability } => Self::Binomial {
                trials: 1.0 + (trials - 1.0) * exponent,
                probability,
            },
            Self::Poisson { mean } => Self::Poisson { mean: mean * exponent },
        }
    }

    /// ln Q(θ) − ln Q(x) for costs θ ≤ x, accurate relative to itself however close they are.
    #[must_use]
    pub(crate) fn fall(&self, from: &Tail, to: &Tail) -> f64 {
        let mass = if to.cdf <= 0.5 {
            to.cdf - from.cdf
        } else {
            from.survival - to.survival
        };
        match *self {
            Self::Binomial { trials: 1.0, .. } => 0.0,
            Self::Binomial { trials, probability } => {
                let lost = probability * mass / absent(probability, from.survival);
                if lost < 0.5 {
                    -(trials - 1.0) * (-lost).ln_1p()
                } else {
                    self.log_rivals_above(from) - self.log_rivals_above(to)
                }
            }
            Self::Poisson { mean } => mean * mass,
        }
    }

    /// ln(1 − pF) of a binomial number.
    #[must_use]
    pub(crate) fn log_absent(&self, tail: &Tail) -> f64 {
        match *self {
            Self::Binomial { probability, .. } => log_absent(probability, tail),
            Self::Poisson { .. } => 0.0,
        }
    }

    /// n̄, the expected number of buyers.
    #[must_use]
    pub fn expected(&self) -> f64 {
        match *self {
            Self::Binomial { trials, probability } => trials * probability,
            Self::Poisson { mean } => mean,
        }
    }

    /// ln G(S): the log probability that no buyer has a cost up to θ.
    #[must_use]
    pub fn log_none_below(&self, tail: &Tail) -> f64 {
        match *self {
            Self::Binomial { trials, probability } => trials * log_absent(probability, tail),
            Self::Poisson { mean } => -mean * tail.cdf,
        }
    }

    /// ln Q: the log probability that all rivals of a bidder have costs above θ; −∞ where that is impossible.
    #[must_use]
    pub fn log_rivals_above(&self, tail: &Tail) -> f64 {
        match *self {
            // A lone buyer has no rivals: 0 · ln 0 is 0 here, not NaN.
            Self::Binomial { trials: 1.0, .. } => 0.0,
            Self::Binomial { trials, probability } => (trials - 1.0) * log_absent(probability, tail),
            Self::Poisson { mean } => -mean * tail.cdf,
        }
    }

    /// P: the probability that some buyer has a cost up to θ.
    #[must_use]
    pub fn lowest_cdf(&self, tail: &Tail) -> f64 {
        -self.log_none_below(tail).exp_m1()
    }

    /// F₂: the probability that two buyers or more have costs up to θ, accurate relative to itself.
    #[must_use]
    pub fn second_lowest_cdf(&self, tail: &Tail) -> f64 {
        if matches!(*self, Self::Binomial { trials, .. } if trials < 2.0) {
            return 0.0;
        }
        let cdf = tail.cdf;
        let below = self.expected() * cdf;
        if below < 0.1 {
            // P − n̄FQ cancels to nothing here: add the probabilities of 2, 3, … buyers instead.
            return match *self {
                Self::Binomial { trials, probability } => {
                    let odds = probability * cdf / (1.0 - probability * cdf);
                    let none = self.log_none_below(tail).exp();
                    let two = 0.5 * trials * (trials - 1.0) * odds * odds * none;
                    sum_from(two, |k| (trials - k) / (k + 1.0) * odds)
                }
                Self::Poisson { .. } => {
                    let two = 0.5 * below * below * (-below).exp();
                    sum_from(two, |k| below / (k + 1.0))
                }
            };
        }
        self.lowest_cdf(tail) - below * self.log_rivals_above(tail).exp()
    }

    /// |Q′/Q| per unit of density: −G″(S)/G′(S).
    #[must_use]
    pub fn rival_hazard(&self, survival: f64) -> f64 {
        match *self {
            Self::Binomial { trials: 1.0, .. } => 0.0,
            Self::Binomial { trials, probability } => (trials - 1.0) * probability / absent(probability, survival),
            Self::Poisson { mean } => mean,
        }
    }

    /// |Q′/Q| at a cost inside the support, 1/ETH; also where f and S are too small to represent.
    #[must_use]
    pub fn rival_rate(&self, law: &dyn CostLaw, cost: f64) -> f64 {
        let certain = self.certain_rivals();
        if certain > 0.0 {
            certain * law.hazard(cost, Side::Right)
        } else {
            law.pdf(cost, Side::Right) * self.rival_hazard(law.survival(cost))
        }
    }

    /// dF₂/dF: the density of the second-lowest cost in quantile space, n̄ F |dQ/dF|.
    #[must_use]
    pub fn second_lowest_density(&self, tail: &Tail) -> f64 {
        let cdf = tail.cdf;
        match *self {
            Self::Binomial { trials, .. } if trials < 2.0 => 0.0,
            Self::Binomial { trials, probability } => {
                // (m−1)p (1−pF)^{m−2} rather than hazard × Q, which is ∞ × 0 at F = p = 1.
                let others = (trials - 2.0) * log_absent(probability, tail);
                let others = if trials == 2.0 { 0.0 } else { others };
                self.expected() * cdf * (trials - 1.0) * probability * others.exp()
            }
            Self::Poisson { mean } => mean * cdf * mean * (-mean * cdf).exp(),
        }
    }

    /// How many rivals a bidder has for sure: m − 1 when the number is fixed, else 0.
    ///
    /// Where it is positive, Q vanishes at the highest cost and the first-order condition is singular there.
    #[must_use]
    pub fn certain_rivals(&self) -> f64 {
        match *self {
            Self::Binomial {
                trials,
                probability: 1.0,
            } => trials - 1.0,
            Self::Binomial { .. } | Self::Poisson { .. } => 0.0,
        }
    }

    /// The cost, as (F, S), at which ln Q has fallen to `log_rivals`; `None` if it never falls so far.
    #[must_use]
    pub fn where_log_rivals(&self, log_rivals: f64) -> Option<(f64, f64)> {
        let (present, probability) = match *self {
            Self::Binomial { trials: 1.0, .. } => return None,
            Self::Binomial { trials, probability } => (-(log_rivals / (trials - 1.0)).exp_m1(), probability),
            Self::Poisson { mean } => (-log_rivals / mean, 1.0),
        };
        let cdf = present / probability;
        if cdf >= 1.0 {
            return None;
        }
        let survival = match *self {
            Self::Binomial {
                trials,
                probability: 1.0,
            } => (log_rivals / (trials - 1.0)).exp(),
            Self::Binomial { .. } | Self::Poisson { .. } => 1.0 - cdf,
        };
        Some((cdf, survival))
    }
}

/// 1 − pF, the probability that a potential buyer has no cost up to θ.
fn absent(probability: f64, survival: f64) -> f64 {
    if probability == 1.0 {
        survival
    } else {
        (1.0 - probability) + probability * survival
    }
}

/// ln(1 − pF): by ln(1 + x) near the lowest cost, since it is multiplied by up to a million buyers.
fn log_absent(probability: f64, tail: &Tail) -> f64 {
    if probability == 1.0 {
        return tail.log_survival;
    }
    let present = probability * tail.cdf;
    if present < 0.5 {
        (-present).ln_1p()
    } else {
        absent(probability, tail.survival).ln()
    }
}

/// first + first·ratio(2) + first·ratio(2)·ratio(3) + …
fn sum_from(first: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut term, mut k) = (0.0, first, 2.0);
    while term > NEGLIGIBLE * sum {
        sum += term;
        term *= ratio(k);
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::Competition;
    use crate::cost::Tail;

    const LAWS: [Competition; 6] = [
        Competition::Binomial {
            trials: 1.0,
            probability: 1.0,
        },
        Competition::Binomial {
            trials: 2.0,
            probability: 1.0,
        },
        Competition::Binomial {
            trials: 7.0,
            probability: 1.0,
        },
        Competition::Binomial {
            trials: 8.0,
            probability: 0.4,
        },
        Competition::Binomial {
            trials: 1.0,
            probability: 0.4,
        },
        Competition::Poisson { mean: 3.0 },
    ];

    #[test]
    fn second_lowest_is_lowest_less_exactly_one() {
        for law in LAWS {
            for cdf in [0.2_f64, 0.5, 0.9, 1.0] {
                let survival = 1.0 - cdf;
                let one = law.expected() * cdf * law.log_rivals_above(&Tail::of(cdf, survival)).exp();
                let exact = law.lowest_cdf(&Tail::of(cdf, survival)) - one;
                assert!((law.second_lowest_cdf(&Tail::of(cdf, survival)) - exact).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn second_lowest_near_the_lowest_cost() {
        // Two buyers: F².
        let two = Competition::Binomial {
            trials: 2.0,
            probability: 1.0,
        };
        for cdf in [1e-12, 1e-5, 0.04, 0.3] {
            let value = two.second_lowest_cdf(&Tail::of(cdf, 1.0 - cdf));
            assert!((value / (cdf * cdf) - 1.0).abs() < 1e-13);
        }
        // Poisson: 1 − e^{−x}(1 + x) = x²/2 − x³/3 + x⁴/8 − …
        let poisson = Competition::Poisson { mean: 2.0 };
        let x = 2e-6_f64;
        let exact = x * x / 2.0 - x.powi(3) / 3.0;
        assert!((poisson.second_lowest_cdf(&Tail::of(1e-6, 1.0 - 1e-6)) / exact - 1.0).abs() < 1e-11);
    }

    #[test]
    fn density_integrates_to_the_law() {
        use crate::numerics::gauss::panel;
        for law in LAWS {
            let [total] = panel(0.0, 0.6, |u| [law.second_lowest_density(&Tail::of(u, 1.0 - u))]);
            assert!(
                (total - law.second_lowest_cdf(&Tail::of(0.6, 0.4))).abs() < 1e-13,
                "{law:?}"
            );
        }
    }

    #[test]
    fn inverse_of_rivals() {
        for law in LAWS {
            if let Some((cdf, survival)) = law.where_log_rivals(-0.3) {
                assert!((law.log_rivals_above(&Tail::of(cdf, survival)) + 0.3).abs() < 1e-14);
                assert!((cdf + survival - 1.0).abs() < 1e-15);
            }
        }
        assert!(LAWS[0].where_log_rivals(-1.0).is_none());
        assert!(LAWS[5].where_log_rivals(-3.5).is_none());
    }
}
