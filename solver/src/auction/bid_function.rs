//! What each type bids at one node.

use super::bidders::{Bidders, Marginal};
use super::panels::CostPoint;
use super::risk::{Passage, bends};
use super::{Auction, bid};
use crate::market::Format;

/// A type's bid and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bid {
    /// β(θ) by the integral, ETH.
    pub bid: f64,
    /// β(θ) by the first-order condition, ETH.
    pub bid_foc: f64,
    /// Q(θ): probability that all rivals have higher costs.
    pub win_probability: f64,
    /// U(θ), ETH, less what she has paid to take part.
    pub expected_gain: f64,
}

/// A type and what she bids.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TypeBid {
    /// θ, ETH.
    pub cost: f64,
    /// β(θ), ETH.
    pub bid: f64,
}

/// One point of a bid function.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CurvePoint {
    pub cost: f64,
    pub value: f64,
    pub bid: f64,
    pub slope_left: f64,
    pub slope_right: f64,
}

/// The bid function of an auction at which somebody takes part.
#[derive(Debug, Clone)]
pub struct BidFunction<'a, 'p, 'm> {
    bidders: &'a Bidders<'p, 'm>,
    format: Format,
    marginal: Marginal,
    /// v(θ̂) − ρ, or 0 where the marginal type cannot win.
    start: f64,
    /// What everyone who takes part pays.
    entry_cost: f64,
}

impl<'a, 'p, 'm> BidFunction<'a, 'p, 'm> {
    /// The bid function of `auction`; `None` when nobody takes part. `bidders` stand on the panels among those who enter
    /// ([`super::CostPanels::among_entrants`]).
    #[must_use]
    pub fn new(bidders: &'a Bidders<'p, 'm>, format: Format, auction: &Auction) -> Option<Self> {
        let cutoff = auction.participation_cutoff?;
        let marginal = bidders.marginal(bidders.panel_of(cutoff), cutoff);
        let reserve = auction.reserve_price?;
        let start = if marginal.point.rivals > 0.0 || marginal.point.log_rivals.is_finite() {
            marginal.value - reserve
        } else {
            0.0
        };
        Some(Self {
            bidders,
            format,
            marginal,
            start,
            entry_cost: auction.entry_cost,
        })
    }

    /// The bids of given costs, in the order given; `None` for a cost that does not take part.
    ///
    /// Costs outside the support do not occur and do not take part.
    #[must_use]
    pub fn at(&self, costs: &[f64]) -> Vec<Option<Bid>> {
        let by_integral = self.shadings(Route::Integral);
        let by_condition = self.shadings(Route::FirstOrderCondition);
        costs
            .iter()
            .map(|&cost| self.one(cost, &by_integral, &by_condition))
            .collect()
    }

    /// The bids of given costs by the integral alone; `None` for a cost that does not take part.
    #[must_use]
    pub(crate) fn by_integral(&self, costs: &[f64]) -> Vec<Option<f64>> {
        let shadings = self.shadings(Route::Integral);
        costs
            .iter()
            .map(|&cost| {
                let (point, panel) = self.locate(cost)?;
                let shading = self.shading(Route::Integral, &shadings, &point, panel);
                let value = self.bidders.value_in(panel, cost);
                Some(bid(self.format, value, point.rivals, shading))
            })
            .collect()
    }

    /// The bids (by the integral) of the sample types who take part, and of the marginal type, increasing in cost.
    #[must_use]
    pub(crate) fn schedule(&self) -> Vec<TypeBid> {
        let panels = self.bidders.panels();
        let shadings = self.shadings(Route::Integral);
        let mut schedule: Vec<TypeBid> = panels.points()[..=self.marginal.panel]
            .iter()
            .zip(panels.sampled())
            .zip(&shadings)
            .zip(self.bidders.values())
            .filter(|(((point, sampled), _), _)| **sampled && point.cost < self.marginal.point.cost)
            .map(|(((point, _), &shading), &value)| TypeBid {
                cost: point.cost,
                bid: bid(self.format, value, point.rivals, shading),
            })
            .collect();
        schedule.push(TypeBid {
            cost: self.marginal.point.cost,
            bid: bid(self.format, self.marginal.value, self.marginal.point.rivals, self.start),
        });
        schedule
    }

    /// The whole bid function on its panels: at each point up to the marginal type the cost, v and β, and β′ to the
    /// right and to the left of it.
    #[must_use]
    pub(crate) fn curve(&self) -> Vec<CurvePoint> {
        let panels = self.bidders.panels();
        let (law, risk) = (panels.law(), panels.risk());
        let shadings = self.shadings(Route::Integral);
        let at = |point: &CostPoint, value: f64, shading: f64, left: usize, right: usize| {
            let rate = panels.competition().rival_rate(law, point.cost);
            let slope = |panel: usize| {
                let discount = self.bidders.discount_at(panel, point.cost);
                match self.format {
                    // β′ = −(u/u′)(v − β) |Q′/Q|, and at a singular end v′ κ/(κ + 1).
                    Format::FirstPrice if point.cost >= law.upper() && panels.felt().certain_rivals() > 0.0 => {
                        let kappa = law.upper_order() * panels.felt().certain_rivals();
                        -discount * kappa / (kappa + 1.0)
                    }
                    Format::FirstPrice => -risk.eagerness(shading) * rate,
                    Format::SecondPrice => -discount,
                    Format::AllPay if point.rivals == 0.0 => 0.0,
                    Format::AllPay => -value * point.rivals * rate,
                }
            };
            CurvePoint {
                cost: point.cost,
                value,
                bid: bid(self.format, value, point.rivals, shading),
                slope_left: slope(left),
                slope_right: slope(right),
            }
        };
        let last = self.marginal.panel;
        let mut curve: Vec<CurvePoint> = Vec::with_capacity(last + 2);
        for k in (0..=last).filter(|&k| panels.points()[k].cost < self.marginal.point.cost) {
            let (left, right) = (&panels.points()[k], self.right_end(k));
            curve.push(at(left, self.bidders.values()[k], shadings[k], k.saturating_sub(1), k));
            let start = shadings.get(k + 1).copied().unwrap_or(self.start);
            let bends = bends((left, &right), self.bidders.tilt(k), start, law, panels.rivalry());
            for cost in bends.into_iter().rev() {
                let point = panels.point(cost);
                let shading = self.shading(Route::Integral, &shadings, &point, k);
                curve.push(at(&point, self.bidders.value_in(k, cost), shading, k, k));
            }
        }
        curve.push(at(&self.marginal.point, self.marginal.value, self.start, last, last));
        curve
    }

    fn one(&self, cost: f64, by_integral: &[f64], by_condition: &[f64]) -> Option<Bid> {
        let (point, panel) = self.locate(cost)?;
        let shading = self.shading(Route::Integral, by_integral, &point, panel);
        let shading_foc = self.shading(Route::FirstOrderCondition, by_condition, &point, panel);
        let value = self.bidders.value_in(panel, cost);
        Some(Bid {
            bid: bid(self.format, value, point.rivals, shading),
            bid_foc: bid(self.format, value, point.rivals, shading_foc),
            win_probability: point.rivals,
            expected_gain: point.rivals * shading - self.entry_cost,
        })
    }

    /// A cost that takes part, and its panel.
    fn locate(&self, cost: f64) -> Option<(CostPoint, usize)> {
        let panels = self.bidders.panels();
        let takes_part = cost >= panels.law().lower() && cost <= self.marginal.point.cost;
        takes_part.then(|| (panels.point(cost), self.bidders.panel_of(cost)))
    }

    /// v − β at a point of a panel, from that at the panel's right end.
    fn shading(&self, route: Route, shadings: &[f64], point: &CostPoint, panel: usize) -> f64 {
        let start = shadings.get(panel + 1).copied().unwrap_or(self.start);
        let passage = self.passage(route, panel, point, &self.right_end(panel));
        self.bidders.carry(panel, &passage, start)
    }

    /// The right end of the part of a panel that takes part.
    fn right_end(&self, panel: usize) -> CostPoint {
        if panel >= self.marginal.panel {
            self.marginal.point
        } else {
            self.bidders.panels().points()[panel + 1]
        }
    }

    /// Shadings v − β at the points up to the left end of the marginal type's panel.
    fn shadings(&self, route: Route) -> Vec<f64> {
        let panels = self.bidders.panels();
        let last = self.marginal.panel;
        let mut shadings = vec![0.0; last + 1];
        let mut shading = self.start;
        for panel in (0..=last).rev() {
            let passage = if route == Route::Integral && panel < last {
                self.bidders.whole_passage(panel)
            } else {
                self.passage(route, panel, &panels.points()[panel], &self.right_end(panel))
            };
            shading = self.bidders.carry(panel, &passage, shading);
            shadings[panel] = shading;
        }
        shadings
    }

    /// What becomes of the shading from `right` to `left`, both in a panel.
    fn passage(&self, route: Route, panel: usize, left: &CostPoint, right: &CostPoint) -> Passage {
        match route {
            Route::Integral => self.bidders.passage(panel, left, right),
            Route::FirstOrderCondition => self.bidders.condition(panel, left, right),
        }
    }
}

/// How the bid function is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// β = v − [(v(θ̂) − ρ) Q(θ̂) + ∫ D Q]/Q, or what takes its place for bidders who mind risk.
    Integral,
    /// β′ = (u/u′)(v − β) Q′/Q.
    FirstOrderCondition,
}
