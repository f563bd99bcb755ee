//! The certificate: the figures, and the walk that collects them.

use serde::Serialize;

use std::borrow::Cow;

use super::bellman::Bellman;
use super::best_response::BestResponse;
use super::entry::EntryCheck;
use super::evidence::Evidence;
use super::gap::widest;
use super::recursion::Recursion;
use super::repeated::{self, REPEATED_TOLERANCE};
use super::revenue::Seen;
use crate::auction::{Bidders, CostPanels};
use crate::cost::VirtualCost;
use crate::equilibrium::Equilibrium;
use crate::error::SolveError;
use crate::exercise::{TicketProfile, TicketValues};
use crate::market::{Market, Pool, Sale};
use crate::path::reachable;
use crate::prize::{FinitePrizes, Prize};
use crate::settings::{Settings, Stage};
use crate::supported::finite_prizes;
use crate::timing::{Decision, NodeProfile, Schedule};

/// What every figure must stay below on finite chains.
pub const TOLERANCE: f64 = 1e-9;

/// How far a stored equilibrium is from being one. Figures are divided by the market's scale, max(R_0, highest cost).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Certificate {
    /// The most that any type could gain by another bid at any auction reached, or any buyer by taking part or staying
    /// away at any reachable node.
    pub bid_deviation_gain: f64,
    /// The most that the holder could gain by another decision or reserve, at any reachable node.
    pub timing_deviation_gain: f64,
    /// The largest gap between stored bids and the first-order condition.
    pub foc_gap: f64,
    /// The largest gap between stored values and the value of the stored policy.
    pub value_gap: f64,
    /// The largest gap between ticket values and the plain recursion.
    pub discretisation_error: f64,
    /// Whether every figure is below the [`tolerance`] of the market.
    pub verified: bool,
}

impl Certificate {
    /// The largest of its figures.
    #[must_use]
    pub fn largest(&self) -> f64 {
        [
            self.bid_deviation_gain,
            self.timing_deviation_gain,
            self.foc_gap,
            self.value_gap,
            self.discretisation_error,
        ]
        .into_iter()
        .fold(0.0, widest)
    }

    pub(super) fn closed(mut self, scale: f64, tolerance: f64) -> Self {
        let figures = [
            &mut self.bid_deviation_gain,
            &mut self.timing_deviation_gain,
            &mut self.foc_gap,
            &mut self.value_gap,
            &mut self.discretisation_error,
        ];
        let mut verified = true;
        for figure in figures {
            *figure /= scale;
            // Not a number is not below.
            verified &= *figure < tolerance;
        }
        self.verified = verified;
        self
    }
}

/// What every figure of a market's certificate must stay below, relative to the market's scale.
#[must_use]
pub fn tolerance(market: &Market) -> f64 {
    if let Prize::Continuous(process) = market.prize() {
        return process.tolerance();
    }
    match market.holder().sale() {
        Sale::UntilSold(Pool::Fixed) => REPEATED_TOLERANCE,
        Sale::Once | Sale::UntilSold(Pool::Fresh) => TOLERANCE,
    }
}

/// Collects the evidence on a stored equilibrium of `market`.
///
/// # Errors
/// As [`crate::solve::solve`].
pub fn certify(market: &Market, equilibrium: &Equilibrium, settings: &Settings<'_>) -> Result<Certificate, SolveError> {
    if equilibrium.continuous.is_some() {
        let virtual_cost = VirtualCost::new(market.buyers().cost());
        let partitions = super::Partitions::of(market, &virtual_cost);
        return Ok(super::certify_continuous(market, equilibrium, &partitions, settings));
    }
    let prizes = finite_prizes(market)?;
    let virtual_cost = VirtualCost::new(market.buyers().cost());
    let base = CostPanels::of_market(market, &virtual_cost);
    Ok(certify_on(market, prizes, &base, equilibrium, settings))
}

/// [`certify`] on a partition of the costs that is known already.
pub(crate) fn certify_on<'m>(
    market: &'m Market,
    prizes: &'m FinitePrizes,
    base: &CostPanels<'m>,
    equilibrium: &Equilibrium,
    settings: &Settings<'_>,
) -> Certificate {
    let found = match &equilibrium.repeated {
        Some(repeated) => repeated::certify(market, prizes, base, equilibrium, repeated, settings),
        None => Walk::new(market, prizes, equilibrium, base).certificate(settings),
    };
    let scale = prizes.initial_prize().max(market.buyers().cost().upper().abs());
    found.closed(if scale > 0.0 { scale } else { 1.0 }, tolerance(market))
}

struct Walk<'a, 'm> {
    market: &'m Market,
    prizes: &'m FinitePrizes,
    equilibrium: &'a Equilibrium,
    base: &'a CostPanels<'m>,
    found: Certificate,
}

impl<'a, 'm> Walk<'a, 'm> {
    fn new(
        market: &'m Market,
        prizes: &'m FinitePrizes,
        equilibrium: &'a Equilibrium,
        base: &'a CostPanels<'m>,
    ) -> Self {
        Self {
            market,
            prizes,
            equilibrium,
            base,
            found: Certificate::default(),
        }
    }

    /// Backward through the slots, values rebuilt from the stored boundaries.
    fn certificate(mut self, settings: &Settings<'_>) -> Certificate {
        let maturity = self.market.ticket().maturity();
        let reached = reachable(self.prizes, maturity);
        let mut values = TicketValues::at_maturity(self.market, self.prizes);
        let mut recursion = Recursion::new(self.market, self.prizes, self.base);
        let mut bellman = Bellman::new(self.market, self.prizes, self.equilibrium);
        let mut panels = self.base.clone();
        let mut evidence = Evidence::on(self.base);
        let mut worst: Option<(f64, usize, NodeProfile)> = None;
        for slot in (0..=maturity).rev() {
            if slot < maturity {
                values.step_back_along(&self.equilibrium.induction.boundary);
            }
            let gap = recursion.step_back(slot, &values);
            self.found.discretisation_error = widest(self.found.discretisation_error, gap);
            let refined = self.base.refined(values.knots(), &panels);
            evidence = evidence.refined(&panels, &refined);
            panels = refined;
            bellman.open(slot);
            for (state, &reached) in reached[slot].iter().enumerate() {
                if !reached {
                    bellman.skip(state);
                    continue;
                }
                let profile = values.profile(state);
                let winner_cost = self.market.participation().winner_cost();
                let everyone = Bidders::new(&panels, &profile, winner_cost);
                let auction = &self.equilibrium.induction.timing.at(slot, state).auction;
                let entrants = panels.among_entrants(auction.entry_probability);
                let bidders = Bidders::new(&entrants, &profile, winner_cost);
                let of_entrants = match &entrants {
                    Cow::Borrowed(_) => Cow::Borrowed(&evidence),
                    Cow::Owned(entrants) => Cow::Owned(Evidence::on(entrants)),
                };
                let seen = |bidders, evidence| Seen { bidders, evidence };
                let check = bellman.check(state, seen(&bidders, &of_entrants), seen(&everyone, &evidence));
                let entry = EntryCheck {
                    bidders: &bidders,
                    evidence: &of_entrants,
                    auction,
                    participation: self.market.participation(),
                    unsold: check.unsold,
                };
                self.found.bid_deviation_gain = widest(self.found.bid_deviation_gain, entry.gain());
                self.found.timing_deviation_gain = widest(self.found.timing_deviation_gain, check.gain);
                self.found.value_gap = widest(self.found.value_gap, check.value_gap);
                if let Some(index) = self.auction_held(slot, state) {
                    let gain = self.bids(index, &bidders, &of_entrants, false);
                    if worst.as_ref().is_none_or(|(most, ..)| gain > *most) {
                        worst = Some((gain, index, NodeProfile::of(&values, state)));
                    }
                }
            }
            settings.report(Stage::Certificate, maturity - slot + 1, maturity + 1);
        }
        if let Some((_, index, profile)) = worst {
            self.refine(index, &profile.profile());
        }
        self.found
    }

    /// The stored bids of the auction that is held at a node reached, if any.
    fn auction_held(&self, slot: usize, state: usize) -> Option<usize> {
        let node = self.equilibrium.induction.timing.at(slot, state);
        let held = node.decision == Decision::Sell && self.equilibrium.path.reach(slot, state) > 0.0;
        let schedules = &self.equilibrium.induction.schedules;
        held.then(|| schedules.binary_search_by_key(&(slot, state), |s: &Schedule| (s.slot, s.state)))?
            .ok()
    }

    /// Checks the bids of one auction; returns the largest gain.
    fn bids(&mut self, index: usize, bidders: &Bidders<'_, '_>, evidence: &Evidence, everywhere: bool) -> f64 {
        let schedule = &self.equilibrium.induction.schedules[index];
        let node = self.equilibrium.induction.timing.at(schedule.slot, schedule.state);
        let format = self.market.auction().format();
        let Some(rivals) = BestResponse::new(bidders, evidence, format, &node.auction) else {
            return 0.0;
        };
        let check = rivals.check(&schedule.bids, everywhere);
        self.found.bid_deviation_gain = widest(self.found.bid_deviation_gain, check.gain);
        self.found.foc_gap = widest(self.found.foc_gap, check.foc_gap);
        check.gain
    }

    /// At the auction with the largest gain on the grid of deviations, searches between the grid's points too.
    fn refine(&mut self, index: usize, profile: &TicketProfile<'_>) {
        let schedule = &self.equilibrium.induction.schedules[index];
        let node = self.equilibrium.induction.timing.at(schedule.slot, schedule.state);
        let everyone = self.base.refined(profile.knots(), self.base);
        let panels = everyone.among_entrants(node.auction.entry_probability);
        let evidence = Evidence::on(&panels);
        let bidders = Bidders::new(&panels, profile, self.market.participation().winner_cost());
        self.bids(index, &bidders, &evidence, true);
    }
}
