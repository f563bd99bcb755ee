//! The equilibrium of a market whose prize is continuous: what is kept, and what can be asked of it.

use std::sync::Arc;

use crate::auction::{CostPanels, PlainAuctions};
use crate::benchmark;
use crate::cost::VirtualCost;
use crate::equilibrium::{Benchmarks, Equilibrium};
use crate::error::SolveError;
use crate::exercise::{ContinuationValues, CurvedProfile, ExerciseBoundary, MOST_POINTS, REPORTED, SOUND_WITHIN, Step};
use crate::market::Market;
use crate::path::{DelayDistribution, Path};
use crate::prize::{ContinuousPrize, FinitePrizes, PrizeState};
use crate::settings::Settings;
use crate::timing::continuous::{Auctioneer, ContinuousTiming, Situation, Tickets};
use crate::timing::{Decision, Induction, Node, SlotRegion, Timing};
use crate::verify;

/// Tolerances below this are beyond what sums of rounded numbers give.
pub(crate) const LEAST_TOLERANCE: f64 = 1e-12;
/// ln of the largest prize that is computed with.
const LARGEST_LOG: f64 = 300.0;
/// Costs at which values are usually kept.
const USUAL_COSTS: usize = 33;
/// The most values that are kept: 8 bytes each.
const MOST_VALUES: usize = 200_000_000;
/// Intervals of prizes this near to one another, as a share of the states looked at, are one.
const SEAM: f64 = 1e-10;

/// What is known of a market with a continuous prize, at every slot and prize.
#[derive(Debug, Clone)]
pub struct ContinuousSolution {
    /// V, to the buyers.
    pub values: ContinuationValues,
    /// V_t(θ_S, r) to the holder, if she can exercise.
    pub own: Option<ContinuationValues>,
    /// The holder's values and decisions.
    pub timing: ContinuousTiming,
    /// The prizes at which slots are reported.
    pub points: FinitePrizes,
    /// The relative tolerance asked for.
    pub tolerance: f64,
    /// max(R_0, hi), ETH.
    pub scale: f64,
}

impl ContinuousSolution {
    /// The situation of the holder, on a partition of the costs.
    pub(crate) fn situation<'a, 'm>(&'a self, market: &'m Market, panels: &'a CostPanels<'m>) -> Situation<'a, 'm> {
        Situation {
            auctioneer: Auctioneer {
                market,
                panels,
                plain: None,
            },
            values: &self.values,
            own: self.own.as_ref(),
            tickets: Tickets::Resold,
            tolerance: self.tolerance,
            scale: self.scale,
        }
    }

    /// [`Self::situation`], with auctions without a reserve made ready.
    pub(crate) fn situation_with<'a, 'm>(
        &'a self,
        market: &'m Market,
        panels: &'a CostPanels<'m>,
        plain: Option<&'a PlainAuctions>,
    ) -> Situation<'a, 'm> {
        let mut situation = self.situation(market, panels);
        situation.auctioneer.plain = plain;
        situation
    }

    /// V_t(·, r).
    #[must_use]
    pub fn profile(&self, slot: usize, prize: f64) -> CurvedProfile {
        self.values.profile(slot, prize)
    }

    /// The holder's problem at any slot and prize.
    #[must_use]
    pub fn node(&self, market: &Market, slot: usize, prize: f64) -> Node {
        let virtual_cost = VirtualCost::new(market.buyers().cost());
        let panels = CostPanels::coarse(market, &virtual_cost);
        self.timing.node(&self.situation(market, &panels), slot, prize)
    }

    /// How long winners keep their tickets.
    pub(crate) fn delay_distribution(&self, market: &Market) -> Result<DelayDistribution, SolveError> {
        let virtual_cost = VirtualCost::new(market.buyers().cost());
        let panels = CostPanels::coarse(market, &virtual_cost);
        DelayDistribution::follow_continuous(&self.situation(market, &panels), &self.timing, self.points.states(0))
    }

    /// [`Self::node`] at several prizes.
    #[must_use]
    pub fn nodes(&self, market: &Market, slot: usize, prizes: &[f64]) -> Vec<Node> {
        let virtual_cost = VirtualCost::new(market.buyers().cost());
        let panels = CostPanels::coarse(market, &virtual_cost);
        let situation = self.situation(market, &panels);
        let nodes = self.timing.nodes(&situation, slot, prizes);
        nodes.into_iter().map(|(node, _)| node).collect()
    }

    /// The prizes of a slot at which the holder decides so, in increasing intervals. Looked at are prizes from which all that
    /// may follow is kept: an interval that goes on beyond them has no end.
    #[must_use]
    pub fn region(&self, slot: usize, decision: Decision) -> Vec<[Option<f64>; 2]> {
        let (low, high) = self.timing.sound(slot);
        let prize = |state: f64| (low < state && state < high).then(|| self.values.state().prize(state));
        let mut runs: Vec<(f64, f64)> = Vec::new();
        for stop in self.timing.stops(slot) {
            let seen = stop.to > low && stop.from < high;
            match runs.last_mut() {
                _ if stop.decision != decision || !seen => {}
                // At a kink between two intervals a decision may be a tie.
                Some(last) if stop.from - last.1 <= SEAM * (high - low) => last.1 = stop.to,
                _ => runs.push((stop.from, stop.to)),
            }
        }
        runs.into_iter().map(|(from, to)| [prize(from), prize(to)]).collect()
    }

    /// The prizes at which the holder sells, slot by slot.
    #[must_use]
    pub fn sale_region(&self) -> Vec<SlotRegion> {
        let slots = 0..=self.values.maturity();
        slots
            .map(|slot| SlotRegion {
                slot,
                intervals: self.region(slot, Decision::Sell),
            })
            .collect()
    }

    /// The prizes at which a cost type begins and, in turn, ceases to exercise in a slot, increasing; among those that
    /// [`Self::region`] looks at.
    #[must_use]
    pub fn exercise_prizes(&self, slot: usize, cost: f64) -> Vec<f64> {
        let (low, high) = self.timing.sound(slot);
        let state = self.values.state();
        let mut prizes = self.values.exercise_prizes(slot, cost);
        prizes.retain(|prize| (low..=high).contains(&state.state(*prize)));
        prizes
    }
}

/// max(R_0, hi): what certificates are relative to. Where R_0 is drawn, its median counts.
fn scale_of(state: &PrizeState, market: &Market) -> f64 {
    let initial = state.initial.unwrap_or_else(|| state.prize(0.0));
    let scale = initial.max(market.buyers().cost().upper().abs());
    if scale > 0.0 { scale } else { 1.0 }
}

/// Prizes spread over what the process can be expected to reach, R_0 among them.
fn points(state: &PrizeState, maturity: usize) -> Result<FinitePrizes, SolveError> {
    let states = if state.is_independent() {
        let center = match state.initial {
            Some(prize) if maturity == 0 => state.state(prize),
            _ => state.shift,
        };
        let reach = SOUND_WITHIN * state.volatility;
        let (low, high) = (center - reach, center + reach);
        let at = |k: u32| low + (high - low) * f64::from(k) / REPORTED;
        (0..=REPORTED as u32).map(at).collect()
    } else {
        Step::reported(state, maturity)
    };
    let initial = state.initial.unwrap_or_else(|| state.prize(0.0));
    let mut prizes: Vec<f64> = states
        .into_iter()
        .map(|at| state.prize(at))
        .filter(|prize| (prize - initial).abs() > 1e-3 * initial && prize.is_finite())
        .collect();
    prizes.push(initial);
    prizes.sort_by(f64::total_cmp);
    prizes.dedup();
    FinitePrizes::points(prizes, initial).ok_or(SolveError::PrizesTooLarge)
}

/// Whether a market can be solved in the memory there is, to the tolerance asked for.
fn fits(state: &PrizeState, market: &Market, tolerance: f64) -> Result<(), SolveError> {
    if tolerance < LEAST_TOLERANCE {
        return Err(SolveError::ToleranceTooSmall {
            tolerance,
            least: LEAST_TOLERANCE,
        });
    }
    let maturity = market.ticket().maturity();
    if state.is_independent() {
        return Ok(());
    }
    let (low, high, size) = Step::extent(state, maturity);
    if !(high < LARGEST_LOG && low > -LARGEST_LOG) {
        return Err(SolveError::PrizesTooLarge);
    }
    let values = (maturity + 1).saturating_mul(size).saturating_mul(USUAL_COSTS);
    if size > MOST_POINTS || values > MOST_VALUES {
        return Err(SolveError::TooFine {
            slots: maturity + 1,
            points: size,
            most: MOST_POINTS.min(MOST_VALUES / USUAL_COSTS / (maturity + 1)),
        });
    }
    Ok(())
}

/// Solves a market whose prize is continuous, to the tolerance of its process.
pub(crate) fn solve(
    market: &Market,
    process: &ContinuousPrize,
    settings: &Settings<'_>,
) -> Result<Equilibrium, SolveError> {
    let state = PrizeState::of(process);
    let tolerance = process.tolerance();
    let maturity = market.ticket().maturity();
    let law = market.buyers().cost();
    let scale = scale_of(&state, market);
    fits(&state, market, tolerance)?;
    let virtual_cost = VirtualCost::new(law);
    let panels = CostPanels::coarse(market, &virtual_cost);
    let plain = PlainAuctions::of(market, &panels);
    let exercise = market.ticket().exercise();
    let values = ContinuationValues::over(
        &state,
        exercise,
        market.buyers_discount_factor(),
        maturity,
        (law.lower(), law.upper()),
        tolerance,
    );
    let own = market.holder().own_cost().map(|cost| {
        let factor = market.holder().discount_factor();
        ContinuationValues::at(&state, exercise, factor, maturity, vec![cost])
    });
    let situation = Situation {
        auctioneer: Auctioneer {
            market,
            panels: &panels,
            plain: plain.as_ref(),
        },
        values: &values,
        own: own.as_ref(),
        tickets: Tickets::Resold,
        // Auctions cannot be known better than the values of those who bid.
        tolerance: tolerance.max(values.error() / scale),
        scale,
    };
    let points = points(&state, maturity)?;
    let timing = ContinuousTiming::solve(&situation, settings);
    let (induction, initial) = reported(&situation, &timing, &points);
    let path = Path::follow_continuous(&situation, &timing, points.states(0), settings);
    let benchmarks = Benchmarks {
        sale_value_now: initial.revenue,
        spot_at_maturity_value: benchmark::continuous::spot_at_maturity(&situation, &timing),
        spot_best_time_value: benchmark::continuous::spot_best_time(&situation, &timing, settings),
        optimal_mechanism_value: benchmark::continuous::optimal_mechanism(&situation, &virtual_cost),
        efficient_value: benchmark::continuous::efficient(&situation),
        revenue_by_format: benchmark::continuous::revenue_by_format(&situation, &timing),
    };
    let solution = ContinuousSolution {
        values,
        own,
        timing,
        points,
        tolerance,
        scale,
    };
    let mut equilibrium = Equilibrium {
        own_use: None,
        induction,
        repeated: None,
        continuous: Some(Arc::new(solution)),
        path,
        benchmarks,
        regular: virtual_cost.is_increasing(),
        certificate: verify::Certificate::default(),
    };
    let partitions = verify::Partitions::with(market, &virtual_cost, panels, plain);
    if let Some(solution) = &equilibrium.continuous {
        equilibrium.induction.schedules = verify::schedules_at_sample(market, &equilibrium, solution, &partitions);
    }
    equilibrium.certificate = verify::certify_continuous(market, &equilibrium, &partitions, settings);
    Ok(equilibrium)
}

/// The auction in slot 0, averaged over R_0 where that is drawn.
struct Initial {
    revenue: f64,
}

/// The equilibrium at the reporting points.
fn reported(situation: &Situation<'_, '_>, timing: &ContinuousTiming, points: &FinitePrizes) -> (Induction, Initial) {
    let maturity = situation.auctioneer.market.ticket().maturity();
    let size = points.size();
    let mut boundary = ExerciseBoundary::never(maturity + 1, size);
    let mut slots = Vec::with_capacity(maturity + 1);
    for slot in (0..=maturity).rev() {
        let prizes = points.states(slot);
        let (nodes, boundaries): (Vec<Node>, Vec<Option<f64>>) =
            timing.nodes(situation, slot, prizes).into_iter().unzip();
        let costs: Vec<f64> = boundaries
            .into_iter()
            .map(|cost| cost.unwrap_or(f64::NEG_INFINITY))
            .collect();
        boundary.set(slot, &costs);
        slots.push(nodes);
    }
    let timing_at_points = Timing::from_last(size, slots);
    let revenue = match timing.drawn_figures() {
        Some((_, revenue)) => revenue,
        None => timing_at_points.at(0, points.initial()).auction.revenue,
    };
    let induction = Induction::at_points(boundary, timing_at_points);
    (induction, Initial { revenue })
}

/// What a market with a continuous prize asks for and cannot be solved yet.
pub(crate) fn unsupported(market: &Market) -> Vec<crate::market::Unsupported> {
    use crate::market::{Pool, Sale, Unsupported};
    let mut list = Vec::new();
    if market.holder().sale() == Sale::UntilSold(Pool::Fixed) {
        list.push(Unsupported {
            key: "holder.pool",
            what: "a fixed pool of buyers with a continuous prize process",
        });
    }
    list
}
