//! Would anybody who stays away gain by taking part, or anybody who takes part by staying away?

use super::evidence::Evidence;
use crate::auction::{Auction, Bidders, CostPoint};
use crate::cost::{CostLaw, Tail};
use crate::market::{LearnsCost, Participation};

/// The decision to take part, at one auction.
pub(super) struct EntryCheck<'b, 'p, 'm> {
    /// On the panels among those who enter.
    pub bidders: &'b Bidders<'p, 'm>,
    pub evidence: &'b Evidence,
    pub auction: &'b Auction,
    pub participation: Participation,
    /// ω.
    pub unsold: f64,
}

impl EntryCheck<'_, '_, '_> {
    /// The most that any type (or a buyer who does not know hers) gains by deciding otherwise, ETH.
    pub fn gain(&self) -> f64 {
        match self.participation {
            Participation::ParticipantPays {
                cost,
                learns_cost: LearnsCost::After,
            } if cost > 0.0 => match self.auction.entry_probability {
                Some(1.0) => (cost - self.entrant()).max(0.0),
                Some(entry) if entry > 0.0 => (self.entrant() - cost).abs(),
                Some(_) => (self.alone() - cost).max(0.0),
                None => f64::NAN,
            },
            participation => self.by_type(participation.participant_cost()),
        }
    }

    /// What buyers who know their costs gain by deciding otherwise: nobody on the market, or on either side of the cutoff.
    fn by_type(&self, cost: f64) -> f64 {
        let panels = self.bidders.panels();
        let price = self.auction.reserve_price.unwrap_or(self.unsold);
        let Some(cutoff) = self.auction.participation_cutoff else {
            return (self.bidders.values()[0].max(0.0) - price - cost).max(0.0);
        };
        let slack = (self.bidders.value(cutoff) - price) * panels.point(cutoff).rivals - cost;
        if cutoff < panels.law().upper() {
            slack.abs()
        } else {
            (-slack).max(0.0)
        }
    }

    /// u(e): what all entrants expect, as the value to the lowest cost less what is paid, shared among their number.
    fn entrant(&self) -> f64 {
        let panels = self.bidders.panels();
        let competition = panels.competition();
        let (Some(cutoff), Some(reserve)) = (self.auction.participation_cutoff, self.auction.reserve_price) else {
            return f64::NAN;
        };
        let density = |tail: &Tail| competition.expected() * competition.log_rivals_above(tail).exp();
        let value = over_types(self.bidders, cutoff, |point| point.lowest, density);
        let point = panels.point(cutoff);
        let alone = competition.expected() * point.cdf * point.rivals;
        let paid = self.evidence.second_value(self.bidders, cutoff) + alone * reserve;
        (value - paid) / competition.expected()
    }

    /// u(0): what somebody expects who comes alone, E(v − ρ)⁺.
    fn alone(&self) -> f64 {
        let price = self.auction.reserve_price.unwrap_or(self.unsold);
        let Some(marginal) = self.bidders.largest_type_worth(price) else {
            return 0.0;
        };
        let value = over_types(self.bidders, marginal.point.cost, |point| point.cdf, |_| 1.0);
        value - price * marginal.point.cdf
    }
}

/// ∫ v dH over the types up to `cutoff`, where H is `weight` and its density in quantile space `density`.
pub(super) fn over_types(
    bidders: &Bidders<'_, '_>,
    cutoff: f64,
    weight: impl Fn(&CostPoint) -> f64,
    density: impl Fn(&Tail) -> f64,
) -> f64 {
    let panels = bidders.panels();
    let law: &dyn CostLaw = panels.law();
    let mut total = 0.0;
    for (panel, pair) in panels.points().windows(2).enumerate() {
        if pair[0].cost >= cutoff {
            break;
        }
        let right = if pair[1].cost <= cutoff {
            pair[1]
        } else {
            panels.point(cutoff)
        };
        let value = bidders.value_in(panel, right.cost);
        let moment = super::evidence::moment_of(&pair[0], &right, bidders.fall(panel), law, &density);
        total += value * (weight(&right) - weight(&pair[0])) + bidders.unit(panel) * moment;
    }
    total
}
