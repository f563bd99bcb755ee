//! What the report asks of a market with a continuous prize: at all prizes or averaged over them.

use super::case::Case;
use crate::auction::{CostPanels, PlainAuctions};
use crate::continuous::ContinuousSolution;
use crate::cost::VirtualCost;
use crate::exercise::ContinuationValues;
use crate::market::Exercise;
use crate::numerics::{gauss, normal};
use crate::path::Path;
use crate::prize::PrizeState;
use crate::settings::Settings;
use crate::timing::continuous::{
    BUYERS_GAIN, ContinuousTiming, REVENUE, SALE_PROBABILITY, Situation, Tickets, WINNER_COST,
};

/// Differences up to this share of the tolerance, relative to the prize, are rounding.
const ROUNDING: f64 = 1e-2;
/// Closed forms differ by this, relative to the prize, where they are the same.
const CLOSED: f64 = 1e-12;
/// Standard deviations of a prize that count.
const REACH: f64 = 8.5;
/// Widest panel, in standard deviations.
const WIDEST: f64 = 2.0;

/// Reporting points that are reached: all of them, in slot 0 R_0 alone where it is known.
pub(super) fn reached_points(case: &Case<'_>, solution: &ContinuousSolution) -> Vec<Vec<bool>> {
    let known = solution.values.state().initial.is_some();
    (0..=case.maturity())
        .map(|slot| {
            (0..case.prizes.size())
                .map(|state| slot > 0 || !known || state == case.prizes.initial())
                .collect()
        })
        .collect()
}

/// The states that count in a slot: R_0's alone at the start where it is known.
fn states(solution: &ContinuousSolution, slot: usize) -> Vec<f64> {
    let process = solution.values.state();
    match process.initial {
        Some(prize) if slot == 0 => vec![process.state(prize)],
        _ => solution.timing.domain.points().to_vec(),
    }
}

fn mean(process: &PrizeState, state: f64) -> f64 {
    if process.is_independent() {
        process.shift
    } else {
        process.mean(state)
    }
}

/// r − lo ≤ δ_b E[V_{t+1}(lo, R′)] at every slot t < T and at all prizes that count.
pub(super) fn worthless_early(case: &Case<'_>, solution: &ContinuousSolution) -> bool {
    let exercise = case.market.ticket().exercise();
    match exercise {
        Exercise::AtMaturity => return true,
        Exercise::Lottery { .. } => return false,
        Exercise::American => {}
    }
    let process = solution.values.state();
    let lower = case.market.buyers().cost().lower();
    let factor = case.market.buyers_discount_factor();
    let values = ContinuationValues::at(process, exercise, factor, case.maturity(), vec![lower]);
    (0..case.maturity()).all(|slot| {
        states(solution, slot).into_iter().all(|state| {
            let prize = process.prize(state);
            let gain = prize - lower - values.continuation_of(slot, prize, 0).max(0.0);
            gain <= ROUNDING * solution.tolerance * prize
        })
    })
}

/// R_t − δ E[R_{t+1} given R_t] ≤ (1 − δ) lo at every slot t < T and at all prizes that count.
pub(super) fn drift(case: &Case<'_>, solution: &ContinuousSolution) -> bool {
    let process = solution.values.state();
    let factor = case.market.holder().discount_factor();
    let carry = (1.0 - factor) * case.market.buyers().cost().lower();
    (0..case.maturity()).all(|slot| {
        states(solution, slot).into_iter().all(|state| {
            let prize = process.prize(state);
            prize - factor * process.expected_prize(mean(process, state)) <= carry + CLOSED * prize
        })
    })
}

/// Hands over the holder's situation.
fn with_situation<R>(case: &Case<'_>, solution: &ContinuousSolution, then: impl FnOnce(&Situation<'_, '_>) -> R) -> R {
    let virtual_cost = VirtualCost::new(case.market.buyers().cost());
    let panels = CostPanels::coarse(case.market, &virtual_cost);
    let plain = PlainAuctions::of(case.market, &panels);
    then(&solution.situation_with(case.market, &panels, plain.as_ref()))
}

/// E of revenue, probability of a sale, cost of the winner and gain of the buyers in the auctions of a slot, whatever the
/// prize.
pub(super) fn averages(case: &Case<'_>, solution: &ContinuousSolution, slot: usize) -> [f64; 4] {
    with_situation(case, solution, |situation| expected(case, solution, situation, slot))
}

/// δ^t (1−q)^t E[Π_t(R_t)] for all slots t.
pub(super) fn fixed_slots(case: &Case<'_>, solution: &ContinuousSolution) -> Vec<f64> {
    let kept = case.market.holder().discount_factor() * case.market.ticket().survival_probability();
    with_situation(case, solution, |situation| {
        (0..=case.maturity())
            .map(|slot| kept.powf(slot as f64) * expected(case, solution, situation, slot)[0])
            .collect()
    })
}

fn expected(case: &Case<'_>, solution: &ContinuousSolution, situation: &Situation<'_, '_>, slot: usize) -> [f64; 4] {
    let process = solution.values.state();
    let timing = &solution.timing;
    let node = |state: f64| {
        let auction = timing.node(situation, slot, process.prize(state)).auction;
        [
            auction.revenue,
            auction.sale_probability,
            auction.winner_cost,
            auction.buyers_gain,
        ]
    };
    let (center, sd) = match process.initial {
        Some(prize) if slot == 0 => {
            let auction = timing.node(situation, 0, prize).auction;
            return [
                auction.revenue,
                auction.sale_probability,
                auction.winner_cost,
                auction.buyers_gain,
            ];
        }
        Some(prize) if !process.is_independent() => process.ahead(process.state(prize), slot),
        _ => (process.shift, process.volatility),
    };
    let (low, high) = timing.ends();
    let mut total = [0.0; 4];
    let mut add = |from: f64, to: f64, figures: &dyn Fn(f64) -> [f64; 4]| {
        let from = from.max(center - REACH * sd);
        let panels = ((to - from) / (WIDEST * sd)).ceil();
        if panels < 1.0 {
            return;
        }
        let width = (to - from) / panels;
        for panel in 0..panels as usize {
            let left = from + width * panel as f64;
            let sums = gauss::panel(left, left + width, |state| {
                let density = normal::density((state - center) / sd) / sd;
                // Far out nothing is worth an auction.
                if density == 0.0 {
                    [0.0; 4]
                } else {
                    figures(state).map(|figure| density * figure)
                }
            });
            for (total, sum) in total.iter_mut().zip(sums) {
                *total += sum;
            }
        }
    };
    let mut end = low;
    for stretch in &timing.whole_offer(situation, slot).stretches {
        gap(case, timing, (slot, end, stretch.from), &node, &mut add);
        add(stretch.from, stretch.to, &|state| {
            [REVENUE, SALE_PROBABILITY, WINNER_COST, BUYERS_GAIN].map(|which| stretch.figure(which, state))
        });
        end = stretch.to;
    }
    gap(case, timing, (slot, end, high), &node, &mut add);
    total
}

/// Prizes at which nobody would come are not stored: an unsold ticket is carried on there.
fn gap(
    case: &Case<'_>,
    timing: &ContinuousTiming,
    (slot, from, to): (usize, f64, f64),
    node: &dyn Fn(f64) -> [f64; 4],
    add: &mut impl FnMut(f64, f64, &dyn Fn(f64) -> [f64; 4]),
) {
    if to - from <= 1e-12 * (timing.ends().1 - timing.ends().0) || slot > case.maturity() {
        return;
    }
    let mut cuts = vec![from, to];
    let fallbacks = timing.slots[slot].fallbacks.iter().copied();
    cuts.extend(fallbacks.filter(|cut| from < *cut && *cut < to));
    cuts.sort_by(f64::total_cmp);
    for pair in cuts.windows(2) {
        add(pair[0], pair[1], node);
    }
}

/// A just-in-time auction in the slot of the holder's choice: its value and what happens on the way.
pub(super) fn spot(case: &Case<'_>, solution: &ContinuousSolution) -> (f64, Path) {
    with_situation(case, solution, |situation| {
        let spot = Situation {
            tickets: Tickets::JustInTime,
            ..*situation
        };
        let settings = Settings::default();
        let solved = ContinuousTiming::solve(&spot, &settings);
        let value = solved.value_at_start(&spot);
        let path = Path::follow_continuous(&spot, &solved, case.prizes.states(0), &settings);
        (value, path)
    })
}
