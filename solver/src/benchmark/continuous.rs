//! The benchmarks of a market with a continuous prize (section 6 of the theory page).

use super::format::in_both_formats;
use crate::auction::{CostPanels, PlainAuctions};
use crate::cost::{Side, VirtualCost};
use crate::equilibrium::RevenueByFormat;
use crate::exercise::{ContinuationValues, CurvedProfile};
use crate::market::{Exercise, Participation, RiskAversion};
use crate::numerics::normal;
use crate::numerics::{gauss, root};
use crate::settings::Settings;
use crate::timing::continuous::{Auctioneer, ContinuousTiming, Offer, REVENUE, Situation, Tickets};

/// Ticket values below this share of the scale end the search for higher costs.
const NOTHING: f64 = 1e-13;
/// The most stretches of costs above the support that are looked at.
const MOST_STRETCHES: usize = 40;
/// Standard deviations of R_T that count.
const REACH: f64 = 8.5;
/// Widest panel, in standard deviations of R_T.
const WIDEST: f64 = 2.0;

/// δ^T (1−q)^T E[Π_T(R_T)], ETH.
pub(crate) fn spot_at_maturity(situation: &Situation<'_, '_>, timing: &ContinuousTiming) -> f64 {
    let market = situation.auctioneer.market;
    let maturity = market.ticket().maturity();
    let state = situation.values.state();
    let kept = market.holder().discount_factor() * market.ticket().survival_probability();
    let offer = timing.offer_at(maturity);
    let factor = kept.powf(maturity as f64);
    let (mean, sd) = match state.initial {
        Some(initial) => state.ahead(state.state(initial), maturity),
        None => (0.0, 1.0),
    };
    if sd == 0.0 {
        return factor * offer.value(mean).unwrap_or(0.0);
    }
    factor * average(offer, mean, sd)
}

/// E[Π(X)] for a normal X.
pub(crate) fn average(offer: &Offer, mean: f64, sd: f64) -> f64 {
    let mut total = 0.0;
    for stretch in &offer.stretches {
        let from = stretch.from.max(mean - REACH * sd);
        let panels = ((stretch.to - from) / (WIDEST * sd)).ceil();
        if panels < 1.0 {
            continue;
        }
        let width = (stretch.to - from) / panels;
        for panel in 0..panels as usize {
            let left = from + width * panel as f64;
            total += gauss::panel(left, left + width, |at| {
                [stretch.figure(REVENUE, at) * normal::density((at - mean) / sd) / sd]
            })[0];
        }
    }
    total
}

/// The value of a just-in-time auction in the slot of the holder's choice, ETH.
pub(crate) fn spot_best_time(
    situation: &Situation<'_, '_>,
    timing: &ContinuousTiming,
    settings: &Settings<'_>,
) -> Option<f64> {
    let market = situation.auctioneer.market;
    match market.ticket().exercise() {
        Exercise::AtMaturity => Some(spot_at_maturity(situation, timing)),
        Exercise::Lottery { .. } => None,
        Exercise::American => {
            let spot = Situation {
                tickets: Tickets::JustInTime,
                ..*situation
            };
            let _ = settings;
            let solved = ContinuousTiming::solve(&spot, &Settings::default());
            Some(solved.value_at_start(&spot))
        }
    }
}

/// The holder's value under the first-price and the second-price rule, as on chains; `None` for risk-neutral buyers.
pub(crate) fn revenue_by_format(situation: &Situation<'_, '_>, timing: &ContinuousTiming) -> Option<RevenueByFormat> {
    let own = || timing.value_at_start(situation);
    in_both_formats(situation.auctioneer.market, own, |other| {
        let virtual_cost = VirtualCost::new(other.buyers().cost());
        let panels = CostPanels::coarse(other, &virtual_cost);
        let plain = PlainAuctions::of(other, &panels);
        let auctioneer = Auctioneer {
            market: other,
            panels: &panels,
            plain: plain.as_ref(),
        };
        let elsewhere = Situation {
            auctioneer,
            ..*situation
        };
        ContinuousTiming::solve(&elsewhere, &Settings::default()).value_at_start(&elsewhere)
    })
}

/// V_0(·, R_0) on an interval of costs, averaged over R_0 where that is drawn.
struct Start<'a, 'b, 'm> {
    situation: &'a Situation<'b, 'm>,
}

impl Start<'_, '_, '_> {
    fn over(&self, lower: f64, upper: f64) -> CurvedProfile {
        let market = self.situation.auctioneer.market;
        let known = self.situation.values.state();
        let law = market.buyers().cost();
        let exercise = market.ticket().exercise();
        let maturity = market.ticket().maturity();
        let factor = market.buyers_discount_factor();
        match known.initial {
            Some(initial) if lower == law.lower() && upper == law.upper() => self.situation.values.profile(0, initial),
            Some(initial) => {
                let tolerance = self.situation.tolerance;
                ContinuationValues::over(known, exercise, factor, maturity, (lower, upper), tolerance)
                    .profile(0, initial)
            }
            // E[V_0] is what a ticket of one slot more is worth before its first slot, undiscounted.
            None => ContinuationValues::before_the_draw(known, exercise, factor, maturity, (lower, upper)),
        }
    }

    fn own_value(&self) -> f64 {
        let market = self.situation.auctioneer.market;
        let (Some(cost), Some(own)) = (market.holder().own_cost(), self.situation.own) else {
            return 0.0;
        };
        match own.state().initial {
            Some(initial) => self.situation.own_value(0, initial),
            None => {
                let (exercise, maturity) = (market.ticket().exercise(), market.ticket().maturity());
                let factor = market.holder().discount_factor();
                ContinuationValues::mean_value_before_the_draw(own.state(), exercise, factor, maturity, cost)
            }
        }
    }
}

/// ∫ V_0(min(θ + K, θ_S), R_0) dP(θ), ETH; `None` when buyers and holder discount differently or participants pay.
pub(crate) fn efficient(situation: &Situation<'_, '_>) -> Option<f64> {
    let market = situation.auctioneer.market;
    if !market.discounts_alike() || market.participation().participant_cost() > 0.0 {
        return None;
    }
    let winner_cost = market.participation().winner_cost();
    let panels = situation.auctioneer.panels;
    let law = panels.law();
    let start = Start { situation };
    let own_value = start.own_value();
    let top = market
        .holder()
        .own_cost()
        .map_or(law.upper(), |own_cost| law.upper().min(own_cost - winner_cost));
    if top <= law.lower() {
        return Some(own_value);
    }
    let profile = start.over(law.lower() + winner_cost, law.upper() + winner_cost);
    let mut cuts: Vec<f64> = profile.knots().iter().map(|knot| knot - winner_cost).collect();
    cuts.push(top);
    let refined = panels.refined(&cuts, panels);
    let mut added = 0.0;
    for pair in refined.points().windows(2) {
        if pair[1].cost > top {
            break;
        }
        added += gauss::panel(pair[0].cost, pair[1].cost, |cost| {
            [profile.discount(cost + winner_cost, Side::Right) * panels.point(cost).lowest]
        })[0];
    }
    let at_top = (profile.value(top + winner_cost) - own_value).max(0.0);
    Some(own_value + at_top * refined.point(top).lowest + added)
}

/// ∫ V_0(min(z(θ), θ_S), R_0) dP(θ), ETH, with z ironed where it is not increasing.
///
/// By parts, panel by panel of the costs: ∫ V_0 dP = [V_0 P] + ∫ D_0(y) P(z⁻¹(y)) dy. `None` when buyers and holder discount
/// differently, K > 0 or buyers mind risk.
pub(crate) fn optimal_mechanism(situation: &Situation<'_, '_>, virtual_cost: &VirtualCost<'_>) -> Option<f64> {
    let market = situation.auctioneer.market;
    let costs_nothing = market.participation() == Participation::Free || market.participation().cost() == 0.0;
    let neutral = market.buyers().risk_aversion() == RiskAversion::Neutral;
    if !market.discounts_alike() || !costs_nothing || !neutral {
        return None;
    }
    let start = Start { situation };
    let own_value = start.own_value();
    let law = market.buyers().cost();
    let limit = market.holder().own_cost().unwrap_or(f64::INFINITY);
    let cuts: Vec<f64> = virtual_cost
        .ironed()
        .iter()
        .flat_map(|interval| [interval.lower, interval.upper])
        .collect();
    let panels = situation.auctioneer.panels.refined(&cuts, situation.auctioneer.panels);
    let mut total = 0.0;
    // V_0 beyond the support: stretches of doubling length, until nothing is left.
    let mut stretches = vec![(law.lower(), start.over(law.lower(), law.upper()))];
    let mut end = law.upper();
    let mut width = law.upper() - law.lower();
    let highest = virtual_cost.ironed_value(law.upper(), Side::Left).min(limit);
    while end < highest && stretches.len() < MOST_STRETCHES {
        let value = stretches.last().map_or(0.0, |(_, profile)| profile.value(end));
        if value <= NOTHING * situation.scale {
            break;
        }
        stretches.push((end, start.over(end, end + width)));
        end += width;
        width *= 2.0;
    }
    let at = |cost: f64| stretches.partition_point(|(from, _)| *from <= cost).max(1) - 1;
    let value = |cost: f64| {
        if cost > end {
            0.0
        } else {
            (stretches[at(cost)].1.value(cost) - own_value).max(0.0)
        }
    };
    let discount = |cost: f64| {
        if cost > end {
            0.0
        } else {
            stretches[at(cost)].1.discount(cost, Side::Right)
        }
    };
    let mut knots: Vec<f64> = stretches
        .iter()
        .flat_map(|(_, profile)| profile.knots().to_vec())
        .collect();
    knots.push(limit);
    knots.sort_by(f64::total_cmp);
    for pair in panels.points().windows(2) {
        let (left, right) = (&pair[0], &pair[1]);
        let middle = 0.5 * (left.cost + right.cost);
        let ironed = virtual_cost
            .ironed()
            .iter()
            .any(|interval| interval.lower < middle && middle < interval.upper);
        let low = virtual_cost.ironed_value(left.cost, Side::Right);
        let high = virtual_cost
            .ironed_value(right.cost, Side::Left)
            .min(limit)
            .min(end.max(low));
        if low >= limit || low >= end {
            break;
        }
        if ironed {
            total += value(low) * (right.lowest - left.lowest);
            continue;
        }
        let whole = virtual_cost.ironed_value(right.cost, Side::Left) <= high;
        let last = if whole {
            right.lowest
        } else {
            panels.point(virtual_cost.crossing(high, left.cost, right.cost)).lowest
        };
        total += value(high) * last - value(low) * left.lowest;
        let mut ends = vec![low, high];
        ends.extend(knots.iter().copied().filter(|knot| low < *knot && *knot < high));
        ends.sort_by(f64::total_cmp);
        for piece in ends.windows(2) {
            total += gauss::panel(piece[0], piece[1], |y| {
                let cost = root::bracketed(left.cost, right.cost, |cost| virtual_cost.value(cost, Side::Right) - y)
                    .unwrap_or_else(|| virtual_cost.crossing(y, left.cost, right.cost));
                [discount(y) * panels.point(cost).lowest]
            })[0];
        }
    }
    Some(own_value + total)
}
