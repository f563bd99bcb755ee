//! Can any type gain by another bid, when her rivals bid by the first-order condition?
//!
//! Bidders who mind risk compare certainty equivalents, u⁻¹(Q u(v − b)), also in ETH.

use super::evidence::Evidence;
use super::gap::widest;
use crate::auction::{Auction, Bidders, CostPoint, Marginal, TypeBid, bid, payment};
use crate::market::{Format, RiskAversion};
use crate::numerics::{optimum, root};

/// Bids closer than this, relative to the value of the lowest cost, are the same bid.
const SAME_BID: f64 = 1e-12;

/// The rivals of every bidder at one auction.
pub(super) struct BestResponse<'b, 'p, 'm> {
    bidders: &'b Bidders<'p, 'm>,
    format: Format,
    reserve: f64,
    /// What taking part costs a buyer who knows her cost when she decides; what is spent already does not matter.
    fee: f64,
    marginal: Marginal,
    /// Shading of the marginal type.
    start: f64,
    /// At the points of the partition below the marginal type, and at her.
    acts: Vec<Act>,
}

/// What acting as a type gives: she wins with probability `rivals` and pays `payment` in expectation.
#[derive(Clone, Copy)]
struct Act {
    point: CostPoint,
    value: f64,
    shading: f64,
    bid: f64,
    payment: f64,
}

/// What the check of one auction finds, ETH.
pub(super) struct BidCheck {
    pub gain: f64,
    pub foc_gap: f64,
}

impl<'b, 'p, 'm> BestResponse<'b, 'p, 'm> {
    /// Rivals who bid by the first-order condition in `auction`; `None` when nobody takes part.
    pub fn new(bidders: &'b Bidders<'p, 'm>, evidence: &Evidence, format: Format, auction: &Auction) -> Option<Self> {
        let cutoff = auction.participation_cutoff?;
        let reserve = auction.reserve_price?;
        let marginal = bidders.marginal(bidders.panel_of(cutoff), cutoff);
        let start = if marginal.point.log_rivals.is_finite() {
            marginal.value - reserve
        } else {
            0.0
        };
        let mut rivals = Self {
            bidders,
            format,
            reserve,
            fee: if auction.entry_probability.is_some() {
                0.0
            } else {
                auction.entry_cost
            },
            marginal,
            start,
            acts: Vec::new(),
        };
        rivals.acts = rivals.integrate(evidence);
        Some(rivals)
    }

    /// The differential equation, from the marginal type down.
    fn integrate(&self, evidence: &Evidence) -> Vec<Act> {
        let panels = self.bidders.panels();
        let last = self.marginal.panel;
        let mut acts = vec![self.act(self.marginal.point, self.marginal.value, self.start)];
        let mut shading = self.start;
        for panel in (0..=last).rev() {
            let left = panels.points()[panel];
            if panel == last && left.cost == self.marginal.point.cost {
                continue;
            }
            let whole = panels.points()[panel + 1].cost <= self.marginal.point.cost;
            let passage = if whole && !self.bidders.fall(panel).is_curved() {
                evidence.passage(panels, panel, self.bidders.discounts()[panel])
            } else if whole {
                self.bidders.condition(panel, &left, &panels.points()[panel + 1])
            } else {
                self.bidders.condition(panel, &left, &self.marginal.point)
            };
            shading = self.bidders.carry(panel, &passage, shading);
            acts.push(self.act(left, self.bidders.values()[panel], shading));
        }
        acts.reverse();
        acts
    }

    fn act(&self, point: CostPoint, value: f64, shading: f64) -> Act {
        let bid = bid(self.format, value, point.rivals, shading);
        let equivalent = (value - shading) * point.rivals;
        Act {
            point,
            value,
            shading,
            bid,
            payment: payment(self.format, bid, point.rivals, equivalent),
        }
    }

    /// Acting as any type up to the marginal one.
    fn acting_as(&self, cost: f64) -> Act {
        let right = self
            .acts
            .partition_point(|act| act.point.cost < cost)
            .min(self.acts.len() - 1);
        let right = &self.acts[right];
        if right.point.cost <= cost {
            return *right;
        }
        let panels = self.bidders.panels();
        let point = panels.point(cost);
        let panel = self.bidders.panel_of(cost);
        let passage = self.bidders.condition(panel, &point, &right.point);
        let shading = self.bidders.carry(panel, &passage, right.shading);
        self.act(point, self.bidders.value_in(panel, cost), shading)
    }

    /// The largest gain of any stored bid's owner, and of any type who stays away, from acting as another type; with
    /// `everywhere`, as any type between the points of the partition too.
    pub fn check(&self, stored: &[TypeBid], everywhere: bool) -> BidCheck {
        let mut found = self.check_bidders(stored, everywhere);
        found.gain = widest(found.gain, self.outsiders(everywhere));
        found
    }

    /// The same of those alone who take part.
    pub fn check_bidders(&self, stored: &[TypeBid], everywhere: bool) -> BidCheck {
        let mut found = BidCheck {
            gain: 0.0,
            foc_gap: 0.0,
        };
        for owner in stored {
            let act = self.acting_as(owner.cost);
            let gap = (owner.bid - act.bid).abs();
            found.foc_gap = widest(found.foc_gap, gap);
            let same = gap <= SAME_BID * self.bidders.values()[0].abs();
            let payoff = if same {
                self.worth(act.value, owner.bid, &act)
            } else {
                self.payoff_of_bid(act.value, owner.bid)
            };
            let payoff = payoff - self.fee;
            let best = self.best(act.value, everywhere);
            found.gain = widest(found.gain, (best - payoff).max(0.0) + 0.0 * payoff);
        }
        found
    }

    /// The largest gain of a type who stays away and has nothing else.
    fn outsiders(&self, everywhere: bool) -> f64 {
        let panels = self.bidders.panels();
        let mut gain = 0.0;
        for (index, point) in panels.points().iter().enumerate() {
            if panels.sampled()[index] && point.cost > self.marginal.point.cost {
                gain = widest(gain, self.best(self.bidders.values()[index], everywhere));
            }
        }
        gain
    }

    /// What `bid` costs a bidder who thereby acts as `act`.
    fn pays(&self, bid: f64, act: &Act) -> f64 {
        let equivalent = (act.value - act.shading) * act.point.rivals;
        payment(self.format, bid, act.point.rivals, equivalent)
    }

    /// The payoff of a value and an arbitrary bid: whom it beats is read from the rivals' bid function.
    fn payoff_of_bid(&self, value: f64, bid: f64) -> f64 {
        let (highest, lowest) = (&self.acts[0], &self.acts[self.acts.len() - 1]);
        let enough = match self.format {
            Format::FirstPrice | Format::SecondPrice => bid >= self.reserve,
            Format::AllPay => bid >= lowest.bid,
        };
        if !enough {
            return match self.format {
                Format::FirstPrice | Format::SecondPrice => 0.0,
                Format::AllPay => -bid,
            };
        }
        let act = if bid >= highest.bid {
            *highest
        } else if bid <= lowest.bid {
            *lowest
        } else {
            let right = self.acts.partition_point(|act| act.bid > bid).max(1);
            let (from, to) = (self.acts[right - 1].point.cost, self.acts[right].point.cost);
            let cost = root::bracketed(from, to, |cost| self.acting_as(cost).bid - bid).unwrap_or(to);
            self.acting_as(cost)
        };
        self.worth(value, bid, &act)
    }

    /// The payoff of a value and a bid that wins as often as `act` does; of bidders who mind risk the certainty equivalent.
    fn worth(&self, value: f64, bid: f64, act: &Act) -> f64 {
        match self.bidders.panels().risk() {
            RiskAversion::Neutral => value * act.point.rivals - self.pays(bid, act),
            risk => risk.certainty_equivalent(act.point.log_rivals, value - bid),
        }
    }

    /// The best payoff a value can reach: staying away, acting as a type on the grid, or between.
    fn best(&self, value: f64, everywhere: bool) -> f64 {
        let payoff = |act: &Act| match self.bidders.panels().risk() {
            RiskAversion::Neutral => value * act.point.rivals - act.payment - self.fee,
            _ => self.worth(value, act.bid, act),
        };
        let mut best = 0.0;
        let mut at = 0;
        for (index, act) in self.acts.iter().enumerate() {
            if payoff(act) > best {
                best = payoff(act);
                at = index;
            }
        }
        if everywhere && self.acts.len() > 1 {
            let from = self.acts[at.saturating_sub(1)].point.cost;
            let to = self.acts[(at + 1).min(self.acts.len() - 1)].point.cost;
            let (_, between) = optimum::local_maximum(from, to, |cost| payoff(&self.acting_as(cost)));
            best = best.max(between);
        }
        best
    }
}
