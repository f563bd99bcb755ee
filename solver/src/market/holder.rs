//! The holder: how she discounts, how often she may sell, what she can do herself.

use super::fault::{Fault, Faults};

/// Who comes to a second auction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// New buyers each slot.
    Fresh,
    /// The same buyers with the same costs.
    Fixed,
}

/// How often the holder may auction the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sale {
    /// One auction; an unsold ticket is lost, or kept for own use.
    Once,
    /// Until it is sold.
    UntilSold(Pool),
}

/// What the holder does when selling and waiting are worth the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// She waits.
    Late,
    /// She sells.
    Early,
}

/// The holder of the ticket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Holder {
    discount_factor: f64,
    sale: Sale,
    tie: Tie,
    own_cost: Option<f64>,
}

impl Holder {
    /// A holder with her discount factor per slot, in (0, 1], who sells once, late when indifferent, and cannot
    /// exercise herself.
    ///
    /// # Errors
    /// A factor outside (0, 1].
    pub fn new(discount_factor: f64) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        faults.require(
            "discount_factor",
            discount_factor,
            discount_factor > 0.0 && discount_factor <= 1.0,
            "a factor per slot above 0, at most 1",
        );
        faults.or(Self {
            discount_factor,
            sale: Sale::Once,
            tie: Tie::Late,
            own_cost: None,
        })
    }

    /// As [`Holder::new`] from a rate d per slot: the factor is 1/(1 + d).
    ///
    /// # Errors
    /// A rate that is negative or not finite.
    pub fn with_discount_rate(rate: f64) -> Result<Self, Faults> {
        if !(rate.is_finite() && rate >= 0.0) {
            return Err(Faults(vec![Fault::new(
                "out_of_range",
                "discount_rate",
                format!("{rate} is out of range"),
                "a finite rate per slot, at least 0 (the factor is 1/(1 + rate))",
            )]));
        }
        Self::new(1.0 / (1.0 + rate))
    }

    /// With another sale rule.
    #[must_use]
    pub fn with_sale(mut self, sale: Sale) -> Self {
        self.sale = sale;
        self
    }

    /// With another tie rule.
    #[must_use]
    pub fn with_tie(mut self, tie: Tie) -> Self {
        self.tie = tie;
        self
    }

    /// Who can exercise the ticket herself at this cost, ETH.
    ///
    /// # Errors
    /// A cost that is not finite.
    pub fn with_own_cost(mut self, own_cost: f64) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        faults.require("own_cost", own_cost, true, "a finite cost in ETH");
        self.own_cost = Some(own_cost);
        faults.or(self)
    }

    /// δ, per slot.
    #[must_use]
    pub fn discount_factor(&self) -> f64 {
        self.discount_factor
    }

    /// The sale rule.
    #[must_use]
    pub fn sale(&self) -> Sale {
        self.sale
    }

    /// The tie rule.
    #[must_use]
    pub fn tie(&self) -> Tie {
        self.tie
    }

    /// θ_S, her own cost of exercise, ETH; `None` when she cannot exercise.
    #[must_use]
    pub fn own_cost(&self) -> Option<f64> {
        self.own_cost
    }
}
