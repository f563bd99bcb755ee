//! The benchmarks: spot auctions, the efficient value and the optimal mechanism.

use super::auction::{Lot, Outcome};
use super::holder::Solution;
use super::ironing;
use super::market::{Exercise, Sale};
use super::quadrature::last_true;
use super::ticket::Ticket;

/// A just-in-time auction: the winner exercises in the slot or never.
fn spot(solution: &Solution, prize: f64, share: f64, unsold: f64) -> Outcome {
    let market = &solution.market;
    let worth = |cost: f64| {
        let gain = share * (prize - cost).max(0.0);
        (gain - market.winner_cost, if prize >= cost { share } else { 0.0 })
    };
    Lot {
        law: &market.law,
        buyers: &solution.buyers,
        worth: &worth,
        kinks: &[prize],
        entry: market.entry,
    }
    .hold(market.reserve, unsold)
}

/// `spot_at_maturity_value`: summed over the prizes of the last slot.
pub fn spot_at_maturity(solution: &Solution) -> f64 {
    let market = &solution.market;
    let mut law = vec![0.0; market.states()];
    law[market.initial()] = 1.0;
    for _ in 0..market.maturity {
        let mut next = vec![0.0; market.states()];
        for (s, mass) in law.iter().enumerate() {
            for (to, p) in market.row(s).iter().enumerate() {
                next[to] += mass * p;
            }
        }
        law = next;
    }
    let q = if let Exercise::Lottery(q) = market.exercise {
        Some(q)
    } else {
        None
    };
    let mut total = 0.0;
    for (s, mass) in law.iter().enumerate() {
        let prize = market.prize(market.maturity, s);
        let share = q.unwrap_or(1.0);
        let unsold = market.own_cost.map_or(0.0, |cost| share * (prize - cost).max(0.0));
        total += mass * spot(solution, prize, share, unsold).value;
    }
    let survives = q.map_or(1.0, |q| (1.0 - q).powi(market.maturity as i32));
    total * market.discount.powi(market.maturity as i32) * survives
}

/// `spot_best_time_value`: spot auctions at a stopping time (`once`) or repeated (`until_sold`).
pub fn spot_best_time(solution: &Solution) -> Option<f64> {
    let market = &solution.market;
    match market.exercise {
        Exercise::Lottery(_) => return None,
        Exercise::AtMaturity => return Some(spot_at_maturity(solution)),
        Exercise::American => {}
    }
    let mut next = vec![0.0; market.states()];
    for t in (0..=market.maturity).rev() {
        let now = (0..market.states()).map(|s| {
            let carried = if t < market.maturity {
                market.discount * market.mean(s, &next)
            } else {
                0.0
            };
            let prize = market.prize(t, s);
            let usage = market.own_cost.map_or(0.0, |cost| (prize - cost).max(0.0));
            let unsold = match market.sale {
                Sale::Once => usage,
                Sale::UntilSold => usage.max(carried),
            };
            spot(solution, prize, 1.0, unsold).value.max(carried).max(usage)
        });
        next = now.collect();
    }
    Some(next[market.initial()])
}

/// E V_0(cost of the lowest-cost buyer mapped by `map`, or the holder's if lower), with the event
/// that nobody comes. `map` is nondecreasing and smooth between the law's knots and `joints`.
fn held_from_the_start(solution: &Solution, joints: &[f64], map: impl Fn(f64) -> f64) -> f64 {
    let market = &solution.market;
    let (law, buyers) = (&market.law, &solution.buyers);
    let (s, own) = (market.initial(), market.own_cost.unwrap_or(f64::INFINITY));
    let value = |cost: f64| {
        if cost.is_finite() {
            Ticket::solve(market, 0, cost, market.buyer_discount).value(0, s)
        } else {
            0.0
        }
    };
    // Where the mapped cost meets a kink of V_0 or the holder's cost, on each smooth piece of the law.
    let mut ends = vec![law.lower];
    ends.extend(law.knots());
    ends.extend(joints);
    ends.push(law.upper);
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let mut kinks = ends.clone();
    kinks.extend(buyers.splits().into_iter().map(|u| law.quantile(u)));
    for piece in ends.windows(2) {
        let inside = (piece[1] - piece[0]) * 1e-13;
        for kink in solution.boundaries.kinks[0][s].iter().copied().chain(Some(own)) {
            kinks.extend(last_true(piece[0], piece[1] - inside, |x| map(x) <= kink));
        }
    }
    let mean = law.expect(
        law.lower,
        law.upper,
        &kinks,
        4,
        |x| value(map(x).min(own)),
        |u| buyers.lowest(u),
    );
    mean + buyers.none_below(1.0) * value(own)
}

/// `efficient_value`.
pub fn efficient(solution: &Solution) -> Option<f64> {
    let market = &solution.market;
    let same = market.discount == market.buyer_discount && market.entry.cost() == 0.0;
    same.then(|| held_from_the_start(solution, &[], |cost| cost + market.winner_cost))
}

/// `optimal_mechanism_value`, ironed where the virtual cost does not increase.
pub fn optimal_mechanism(solution: &Solution) -> Option<f64> {
    let market = &solution.market;
    if market.discount != market.buyer_discount || market.winner_cost != 0.0 || market.entry.cost() != 0.0 {
        return None;
    }
    let flats = ironing::flats(&market.law);
    let joints: Vec<f64> = flats.iter().flat_map(|flat| [flat.from, flat.to]).collect();
    Some(held_from_the_start(solution, &joints, |cost| {
        ironing::virtual_cost(&market.law, &flats, cost)
    }))
}
