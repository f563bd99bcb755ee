//! Everything a play needs to know, made once.

use super::bid_curve::BidCurve;
use super::count_table::CountTable;
use super::play::Terms;
use crate::auction::{BidFunction, Bidders, CostPanels};
use crate::cost::VirtualCost;
use crate::equilibrium::Equilibrium;
use crate::error::SolveError;
use crate::exercise::TicketValues;
use crate::market::{Market, Unsupported};
use crate::path::reachable;
use crate::prize::FinitePrizes;
use crate::supported::reported_prizes;
use crate::timing::{Decision, Timing};

/// Who plays what the equilibrium does not say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Deviation {
    /// Nobody.
    None,
    /// One buyer multiplies her bids.
    Bids(f64),
    /// The holder sells in slot 0.
    Early,
    /// The holder waits for the last slot.
    Late,
}

/// A market, its equilibrium and the bid functions at every auction that can be held in play.
pub struct Script<'a> {
    pub(super) market: &'a Market,
    pub(super) prizes: &'a FinitePrizes,
    pub(super) equilibrium: &'a Equilibrium,
    pub(super) deviation: Deviation,
    pub(super) counts: CountTable,
    /// Slot-major.
    pub(super) decisions: Vec<Decision>,
    pub(super) curves: Vec<Option<BidCurve>>,
    /// Transition rows, cumulated.
    pub(super) cumulated: Vec<Vec<f64>>,
    /// δ^t and δ_b^t.
    pub(super) holder_factors: Vec<f64>,
    pub(super) buyer_factors: Vec<f64>,
}

impl<'a> Script<'a> {
    /// Prepares play of a solved market.
    ///
    /// # Errors
    /// As [`crate::solve::solve`].
    pub fn new(market: &'a Market, equilibrium: &'a Equilibrium, deviation: Deviation) -> Result<Self, SolveError> {
        let prizes = reported_prizes(market, equilibrium)?;
        if equilibrium.repeated.is_some() && matches!(deviation, Deviation::Bids(_) | Deviation::Early) {
            return Err(SolveError::Unsupported(Unsupported {
                key: "--deviate",
                what: "any deviation but timing=late from repeated auctions to the same buyers",
            }));
        }
        let maturity = market.ticket().maturity();
        let powers = |factor: f64| {
            std::iter::successors(Some(1.0), |power| Some(power * factor))
                .take(maturity + 1)
                .collect()
        };
        // Continuous prizes move by their own law.
        let moving = if equilibrium.continuous.is_some() {
            0
        } else {
            prizes.size()
        };
        let cumulated = (0..moving)
            .map(|from| {
                let mut sum = 0.0;
                (0..prizes.size())
                    .map(|to| {
                        sum += prizes.probability(from, to);
                        sum
                    })
                    .collect()
            })
            .collect();
        let mut script = Self {
            market,
            prizes,
            equilibrium,
            deviation,
            counts: CountTable::new(market.buyers().count()),
            decisions: decisions(&equilibrium.induction.timing, maturity, deviation),
            curves: Vec::new(),
            cumulated,
            holder_factors: powers(market.holder().discount_factor()),
            buyer_factors: powers(market.buyers_discount_factor()),
        };
        script.curves = script.tabulate();
        Ok(script)
    }

    /// The bid functions at every reachable node where the ticket is auctioned.
    fn tabulate(&self) -> Vec<Option<BidCurve>> {
        let (market, prizes) = (self.market, self.prizes);
        let maturity = market.ticket().maturity();
        let size = prizes.size();
        let reached = reachable(prizes, maturity);
        let virtual_cost = VirtualCost::new(market.buyers().cost());
        let base = CostPanels::of_market(market, &virtual_cost);
        let mut panels = base.clone();
        let mut values = TicketValues::at_maturity(market, prizes);
        let mut curves: Vec<Option<BidCurve>> = vec![None; (maturity + 1) * size];
        if self.equilibrium.repeated.is_some() || self.equilibrium.continuous.is_some() {
            // What is bid depends on the costs that are left, or on a prize that is still to be drawn.
            return curves;
        }
        for slot in (0..=maturity).rev() {
            if slot < maturity {
                values.step_back_along(&self.equilibrium.induction.boundary);
            }
            panels = base.refined(values.knots(), &panels);
            for (state, &reached) in reached[slot].iter().enumerate() {
                let index = slot * size + state;
                if !reached || self.decisions[index] != Decision::Sell {
                    continue;
                }
                let profile = values.profile(state);
                let auction = &self.equilibrium.induction.timing.at(slot, state).auction;
                let entrants = panels.among_entrants(auction.entry_probability);
                let bidders = Bidders::new(&entrants, &profile, market.participation().winner_cost());
                let function = BidFunction::new(&bidders, market.auction().format(), auction);
                curves[index] = function.map(|function| BidCurve::new(function.curve(), Terms::of(market, auction)));
            }
        }
        curves
    }

    pub(super) fn index(&self, slot: usize, state: usize) -> usize {
        slot * self.prizes.size() + state
    }
}

/// The holder's decisions, the deviation taken into account.
fn decisions(timing: &Timing, maturity: usize, deviation: Deviation) -> Vec<Decision> {
    (0..=maturity)
        .flat_map(|slot| timing.slot(slot).iter().map(move |node| (slot, node.decision)))
        .map(|(slot, decision)| match deviation {
            Deviation::Early if slot == 0 => Decision::Sell,
            Deviation::Late if slot < maturity => Decision::Wait,
            Deviation::Late => Decision::Sell,
            Deviation::None | Deviation::Bids(_) | Deviation::Early => decision,
        })
        .collect()
}
