//! The holder's value of an auction, ρ n̄ F Q + ∫ v dF₂ + ω G, the integral taken over the second-lowest cost; where buyers
//! mind risk, ∫ β dP + ω G.

use super::entry::over_types;
use super::evidence::Evidence;
use super::payments::Payments;
use crate::auction::Bidders;
use crate::cost::Tail;
use crate::market::Participation;

/// Gains this close to the cost of entering, relative, still make everybody enter.
const SAME: f64 = 1e-12;

/// The bidders at a node with the evidence on their panels.
#[derive(Clone, Copy)]
pub(super) struct Seen<'b, 'p, 'm> {
    pub bidders: &'b Bidders<'p, 'm>,
    pub evidence: &'b Evidence,
}

/// What auctions at a node would bring.
pub(super) struct Revenue<'b, 'p, 'm> {
    /// Those who take part in equilibrium, where entry is random.
    pub entrants: Seen<'b, 'p, 'm>,
    /// All buyers.
    pub everyone: Seen<'b, 'p, 'm>,
    pub participation: Participation,
    pub unsold: f64,
    /// Where buyers mind risk.
    pub payments: Option<Payments<'b, 'p, 'm>>,
}

impl Revenue<'_, '_, '_> {
    /// With a cutoff and a reserve price.
    pub fn at(&self, cutoff: f64, reserve: f64) -> f64 {
        let Seen { bidders, evidence } = self.entrants;
        let panels = bidders.panels();
        let point = panels.point(cutoff);
        if let Some(payments) = &self.payments {
            return payments.received(cutoff, reserve) + self.unsold * (1.0 - point.lowest);
        }
        let alone = panels.competition().expected() * point.cdf * point.rivals;
        let received = evidence.second_value(bidders, cutoff);
        received + alone * reserve + self.unsold * (1.0 - point.lowest)
    }

    /// The best that another reserve price could bring, when `entry` is the equilibrium's entry probability.
    pub fn best(&self, entry: Option<f64>) -> f64 {
        if let Some(payments) = &self.payments {
            return payments.best(self.unsold);
        }
        match entry {
            Some(entry) if entry < 1.0 => self.largest_surplus(entry),
            Some(_) => self.best_cutoff(0.0, self.participation.participant_cost()),
            None => self.best_cutoff(self.participation.participant_cost(), 0.0),
        }
    }

    /// The best over cutoffs at the points of the partition, at which the marginal type gains nothing after having
    /// paid `fee`, and an entrant who does not know her cost at least `entrant`.
    fn best_cutoff(&self, fee: f64, entrant: f64) -> f64 {
        let Seen { bidders, evidence } = self.everyone;
        let panels = bidders.panels();
        let points = panels.points();
        let competition = panels.competition();
        let expected = competition.expected();
        let density = |tail: &Tail| expected * competition.log_rivals_above(tail).exp();
        let mut best = self.unsold;
        let (mut received, mut used) = (0.0, 0.0);
        for (panel, point) in points[1..].iter().enumerate() {
            let value = bidders.values()[panel + 1];
            if value * point.rivals < fee || value < 0.0 {
                break;
            }
            received += evidence.second_value_over(bidders, panel);
            let paid = expected * point.cdf * (point.rivals * value - fee);
            if entrant > 0.0 {
                let fall = bidders.fall(panel);
                let moment = super::evidence::moment_of(&points[panel], point, fall, panels.law(), density);
                used += value * (point.lowest - points[panel].lowest) + bidders.unit(panel) * moment;
                if used - received - paid < expected * entrant * (1.0 - SAME) {
                    continue;
                }
            }
            best = best.max(received + paid + self.unsold * (1.0 - point.lowest));
        }
        best
    }

    /// While e < 1 buyers gain nothing, so that no reserve brings more than the largest surplus over entry
    /// probabilities when the ticket is sold to whom it is worth ω. That surplus is concave in e: it lies below its
    /// tangent at the equilibrium.
    fn largest_surplus(&self, entry: f64) -> f64 {
        let bidders = self.entrants.bidders;
        let panels = bidders.panels();
        let cost = self.participation.participant_cost();
        let buyers = self.everyone.bidders.panels().competition().expected();
        let Some(marginal) = bidders.largest_type_worth(self.unsold) else {
            return self.unsold;
        };
        let cutoff = marginal.point.cost;
        let competition = panels.competition();
        if entry == 0.0 {
            let value = over_types(bidders, cutoff, |point| point.cdf, |_| 1.0);
            let entrant = value - self.unsold * marginal.point.cdf;
            return self.unsold + buyers * (entrant - cost).max(0.0);
        }
        let density = |tail: &Tail| competition.expected() * competition.log_rivals_above(tail).exp();
        let value = over_types(bidders, cutoff, |point| point.lowest, density);
        let added = value - self.unsold * marginal.point.lowest;
        let paid = self.entrants.evidence.second_value(bidders, cutoff) - self.unsold * marginal.point.second;
        // ∂S/∂e = n̄ (u(e) − K) with u at the price ω: value added less what the second-lowest cost would pay.
        let entrant = (added - paid) / competition.expected();
        let slope = buyers * (entrant - cost);
        let rise = (slope * (1.0 - entry)).max(-slope * entry);
        self.unsold + added - competition.expected() * cost + rise
    }
}
