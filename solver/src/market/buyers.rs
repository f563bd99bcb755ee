//! The buyers: how many come, what their costs are, how they discount, how they bear risk.

use std::sync::Arc;

use super::fault::{Fault, Faults};
use crate::cost::CostLaw;

/// The most buyers accepted (the most trials of a binomial number, the largest mean of a Poisson number).
pub const MOST_BUYERS: u64 = 1_000_000;

/// The least power of CRRA utility accepted.
pub const LEAST_POWER: f64 = 1e-6;

/// The largest absolute risk aversion accepted, per ETH.
pub const MOST_AVERSION: f64 = 1e12;

/// The law of the number of buyers in an auction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BuyerCount {
    /// n buyers for sure.
    Fixed(u64),
    /// A Poisson number.
    Poisson {
        /// Its mean, > 0.
        mean: f64,
    },
    /// A binomial number.
    Binomial {
        /// How many could come, ≥ 1.
        trials: u64,
        /// Each comes with this probability, in (0, 1].
        probability: f64,
    },
}

impl BuyerCount {
    fn check(self) -> Result<(), Faults> {
        let mut faults = Faults::none();
        let whole = |faults: &mut Faults, key: &str, n: u64| {
            if n == 0 || n > MOST_BUYERS {
                faults.push(Fault::new(
                    "out_of_range",
                    key,
                    format!("{n} buyers"),
                    format!("a whole number from 1 to {MOST_BUYERS}"),
                ));
            }
        };
        match self {
            Self::Fixed(n) => whole(&mut faults, "count", n),
            Self::Poisson { mean } => faults.require(
                "count.poisson.mean",
                mean,
                mean > 0.0 && mean <= MOST_BUYERS as f64,
                "a number above 0, at most 1000000",
            ),
            Self::Binomial { trials, probability } => {
                whole(&mut faults, "count.binomial.trials", trials);
                faults.require(
                    "count.binomial.probability",
                    probability,
                    probability > 0.0 && probability <= 1.0,
                    "a probability above 0, at most 1",
                );
            }
        }
        faults.or(())
    }
}

/// Utility of the auction gain x = v − b (exercise itself is risk-neutral).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum RiskAversion {
    /// u(x) = x.
    #[default]
    Neutral,
    /// u(x) = x^power, [`LEAST_POWER`] ≤ power ≤ 1.
    Crra {
        /// The exponent.
        power: f64,
    },
    /// u(x) = (1 − e^{−aversion·x})/aversion, 0 < aversion ≤ [`MOST_AVERSION`], per ETH.
    Cara {
        /// Absolute risk aversion.
        aversion: f64,
    },
}

impl RiskAversion {
    fn check(self) -> Result<(), Faults> {
        let mut faults = Faults::none();
        match self {
            Self::Neutral => {}
            Self::Crra { power } => faults.require(
                "risk_aversion.crra.power",
                power,
                (LEAST_POWER..=1.0).contains(&power),
                "a number from 1e-6 to 1",
            ),
            Self::Cara { aversion } => faults.require(
                "risk_aversion.cara.aversion",
                aversion,
                aversion > 0.0 && aversion <= MOST_AVERSION,
                "a number above 0, at most 1e12, per ETH",
            ),
        }
        faults.or(())
    }
}

/// The buyers of one auction.
#[derive(Debug, Clone)]
pub struct Buyers {
    count: BuyerCount,
    cost: Arc<dyn CostLaw>,
    discount_factor: Option<f64>,
    risk_aversion: RiskAversion,
}

impl Buyers {
    /// Risk-neutral buyers who discount as the holder does.
    ///
    /// # Errors
    /// No buyers or too many; a probability outside (0, 1].
    pub fn new(count: BuyerCount, cost: Arc<dyn CostLaw>) -> Result<Self, Faults> {
        count.check()?;
        Ok(Self {
            count,
            cost,
            discount_factor: None,
            risk_aversion: RiskAversion::Neutral,
        })
    }

    /// With a discount factor of their own, per slot, in (0, 1].
    ///
    /// # Errors
    /// A factor outside (0, 1].
    pub fn with_discount_factor(mut self, factor: f64) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        faults.require(
            "discount_factor",
            factor,
            factor > 0.0 && factor <= 1.0,
            "a factor per slot above 0, at most 1",
        );
        self.discount_factor = Some(factor);
        faults.or(self)
    }

    /// With a utility of the auction gain. CRRA utility of power 1 is risk neutrality and is kept as such.
    ///
    /// # Errors
    /// A power or an aversion out of its range.
    pub fn with_risk_aversion(mut self, risk_aversion: RiskAversion) -> Result<Self, Faults> {
        risk_aversion.check()?;
        self.risk_aversion = match risk_aversion {
            RiskAversion::Crra { power: 1.0 } => RiskAversion::Neutral,
            other => other,
        };
        Ok(self)
    }

    /// The law of their number.
    #[must_use]
    pub fn count(&self) -> BuyerCount {
        self.count
    }

    /// The law of a buyer's cost, ETH.
    #[must_use]
    pub fn cost(&self) -> &dyn CostLaw {
        self.cost.as_ref()
    }

    pub(crate) fn shared_cost(&self) -> &Arc<dyn CostLaw> {
        &self.cost
    }

    /// Their own discount factor per slot, if they have one.
    #[must_use]
    pub fn discount_factor(&self) -> Option<f64> {
        self.discount_factor
    }

    /// Their utility of the auction gain.
    #[must_use]
    pub fn risk_aversion(&self) -> RiskAversion {
        self.risk_aversion
    }
}
