//! The primitives of a market, validated when built and immutable afterwards (section 1 of the theory page).

mod auction_rule;
mod buyers;
mod fault;
mod holder;
mod participation;
mod ticket;

pub use auction_rule::{AuctionRule, Format, Reserve};
pub use buyers::{BuyerCount, Buyers, LEAST_POWER, MOST_AVERSION, MOST_BUYERS, RiskAversion};
pub use fault::{Fault, Faults};
pub use holder::{Holder, Pool, Sale, Tie};
pub use participation::{LearnsCost, Participation};
pub use ticket::{Exercise, LONGEST_MATURITY, Ticket};

use crate::prize::Prize;

/// Everything the equilibrium depends on.
#[derive(Debug, Clone)]
pub struct Market {
    ticket: Ticket,
    prize: Prize,
    buyers: Buyers,
    participation: Participation,
    auction: AuctionRule,
    holder: Holder,
}

/// Something the model allows and the solver cannot do yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The key of the market file that asks for it, e.g. `"holder.pool"`.
    pub key: &'static str,
    /// What is asked for, e.g. `"a fixed pool of buyers"`.
    pub what: &'static str,
}

impl Market {
    /// Puts the parts together.
    ///
    /// # Errors
    /// Parts that are each valid and do not fit together: a prize path whose length is not T + 1, risk-averse
    /// buyers in an all-pay auction.
    pub fn new(
        ticket: Ticket,
        prize: Prize,
        buyers: Buyers,
        participation: Participation,
        auction: AuctionRule,
        holder: Holder,
    ) -> Result<Self, Faults> {
        let mut faults = Faults::none();
        if let Prize::Finite(prizes) = &prize {
            faults.take(prizes.fits(ticket.maturity()));
        }
        let prize = faults.take(prize.settled(ticket.maturity())).unwrap_or(prize);
        if buyers.risk_aversion() != RiskAversion::Neutral {
            if auction.format() == Format::AllPay {
                faults.push(Fault::new(
                    "no_equilibrium",
                    "auction.format",
                    "all-pay auctions of risk-averse buyers are not defined here",
                    "first_price or second_price with buyers.risk_aversion",
                ));
            }
            if matches!(participation, Participation::ParticipantPays { .. }) {
                faults.push(Fault::new(
                    "no_equilibrium",
                    "participation.payer",
                    "risk-averse buyers cannot pay for taking part here",
                    "\"winner\" with buyers.risk_aversion",
                ));
            }
            if holder.sale() == Sale::UntilSold(Pool::Fixed) {
                faults.push(Fault::new(
                    "no_equilibrium",
                    "holder.pool",
                    "risk-averse buyers cannot form a fixed pool",
                    "\"fresh\" with buyers.risk_aversion",
                ));
            }
        }
        if holder.sale() == Sale::UntilSold(Pool::Fixed)
            && matches!(
                participation,
                Participation::ParticipantPays {
                    learns_cost: LearnsCost::After,
                    ..
                }
            )
        {
            faults.push(Fault::new(
                "no_equilibrium",
                "participation.learns_cost",
                "buyers of a fixed pool know their costs after the first auction",
                "\"before\" with holder.pool = \"fixed\"",
            ));
        }
        faults.or(Self {
            ticket,
            prize,
            buyers,
            participation,
            auction,
            holder,
        })
    }

    /// This market with another auction.
    #[must_use]
    pub(crate) fn with_auction(mut self, auction: AuctionRule) -> Self {
        self.auction = auction;
        self
    }

    /// This market with another holder.
    #[must_use]
    pub(crate) fn with_holder(mut self, holder: Holder) -> Self {
        self.holder = holder;
        self
    }

    /// This market with other buyers, risk-averse only if these are.
    #[must_use]
    pub(crate) fn with_buyers(mut self, buyers: Buyers) -> Self {
        self.buyers = buyers;
        self
    }

    /// This market with a cost of taking part that any buyers can pay: none, or one paid as before.
    #[must_use]
    pub(crate) fn with_participation(mut self, participation: Participation) -> Self {
        self.participation = participation;
        self
    }

    /// This market with a ticket of the same maturity.
    #[must_use]
    pub(crate) fn with_ticket(mut self, ticket: Ticket) -> Self {
        self.ticket = ticket;
        self
    }

    /// This market with prizes that do not depend on the slot.
    #[must_use]
    pub(crate) fn with_prize(mut self, prize: Prize) -> Self {
        self.prize = prize;
        self
    }

    /// What this market asks for and the solver cannot do yet; empty when it can be solved.
    #[must_use]
    pub fn unsupported(&self) -> Vec<Unsupported> {
        let mut list = Vec::new();
        if let Prize::Continuous(_) = &self.prize {
            list.extend(crate::continuous::unsupported(self));
        } else {
            list.extend(crate::timing::fixed_pool::unsupported(self));
        }
        list
    }

    /// The ticket.
    #[must_use]
    pub fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    /// The prize process.
    #[must_use]
    pub fn prize(&self) -> &Prize {
        &self.prize
    }

    /// The buyers.
    #[must_use]
    pub fn buyers(&self) -> &Buyers {
        &self.buyers
    }

    /// What taking part costs.
    #[must_use]
    pub fn participation(&self) -> Participation {
        self.participation
    }

    /// The auction.
    #[must_use]
    pub fn auction(&self) -> &AuctionRule {
        &self.auction
    }

    /// The holder.
    #[must_use]
    pub fn holder(&self) -> &Holder {
        &self.holder
    }

    /// Whether δ_b = δ: only then are receipts of the holder and of buyers one kind of money.
    #[must_use]
    pub fn discounts_alike(&self) -> bool {
        self.buyers_discount_factor() == self.holder.discount_factor()
    }

    /// δ_b, the discount factor by which buyers value a ticket.
    #[must_use]
    pub fn buyers_discount_factor(&self) -> f64 {
        self.buyers.discount_factor().unwrap_or(self.holder.discount_factor())
    }
}
