//! What a ticket is worth at one cost, by the plain recursion over slots and states.

use super::market::{BruteMarket, Exercise};
use super::quadrature::last_true;

/// Gaps below this part of the prize or cost, whichever is larger, count as indifference.
const TIE: f64 = 1e-12;

/// A boundary that moves more than this with the tolerance of ties is a convention, not a number.
const LOOSE: f64 = 1e-10;

/// V_t(θ, ·), D_t(θ, ·) and whether the type exercises, for the slots from `from` on.
pub struct Ticket {
    /// First slot held.
    from: usize,
    /// `nodes[t − from][s]` = (value, expected discount factor at exercise, exercises here if it may).
    nodes: Vec<Vec<(f64, f64, bool)>>,
}

impl Ticket {
    /// Backward recursion at one cost and discount factor.
    pub fn solve(market: &BruteMarket, from: usize, cost: f64, discount: f64) -> Self {
        Self::with_tie(market, from, cost, discount, TIE)
    }

    /// The same with another tolerance of ties.
    fn with_tie(market: &BruteMarket, from: usize, cost: f64, discount: f64, tie: f64) -> Self {
        let (last, states) = (market.maturity, market.states());
        let mut nodes = vec![vec![(0.0, 0.0, false); states]; last + 1 - from];
        let mut values = vec![0.0; states];
        let mut slopes = vec![0.0; states];
        for t in (from..=last).rev() {
            for (s, node) in nodes[t - from].iter_mut().enumerate() {
                let (mut wait, mut slope) = (0.0, 0.0);
                if t < last {
                    wait = discount * market.mean(s, &values);
                    slope = discount * market.mean(s, &slopes);
                }
                let prize = market.prize(t, s);
                let gain = prize - cost;
                *node = match market.exercise {
                    Exercise::American => {
                        let now = gain >= wait - tie * prize.abs().max(cost.abs());
                        (gain.max(wait).max(0.0), if now { 1.0 } else { slope }, now)
                    }
                    Exercise::AtMaturity if t < last => (wait, slope, false),
                    Exercise::AtMaturity => (gain.max(0.0), f64::from(u8::from(gain >= 0.0)), gain >= 0.0),
                    Exercise::Lottery(q) => {
                        let drawn = if gain >= 0.0 { (gain, 1.0) } else { (0.0, 0.0) };
                        (
                            q * drawn.0 + (1.0 - q) * wait,
                            q * drawn.1 + (1.0 - q) * slope,
                            gain >= 0.0,
                        )
                    }
                };
            }
            for s in 0..states {
                (values[s], slopes[s], _) = nodes[t - from][s];
            }
        }
        Self { from, nodes }
    }

    /// V_t(θ, r).
    pub fn value(&self, t: usize, s: usize) -> f64 {
        self.nodes[t - self.from][s].0
    }

    /// D_t(θ, r).
    pub fn slope(&self, t: usize, s: usize) -> f64 {
        self.nodes[t - self.from][s].1
    }

    /// Whether the type exercises at the node (in a lottery: if drawn).
    pub fn exercises(&self, t: usize, s: usize) -> bool {
        self.nodes[t - self.from][s].2
    }
}

/// The exercise boundaries of buyers and the kinks of their ticket values.
pub struct Boundaries {
    /// `boundary[t][s]`: the largest cost that exercises, `None` if none in the support does.
    pub boundary: Vec<Vec<Option<f64>>>,
    /// `kinks[t][s]`: where V_t(·, r) may bend: the boundaries of the node and of all its successors.
    pub kinks: Vec<Vec<Vec<f64>>>,
    /// Whether the tolerance of ties moves a boundary visibly: gains that are nearly, not exactly, flat.
    pub loose: bool,
}

impl Boundaries {
    /// By bisection at every node, then collected backwards.
    pub fn find(market: &BruteMarket) -> Self {
        let (last, states) = (market.maturity, market.states());
        let discount = market.buyer_discount;
        let low = market.law.lower;
        let mut boundary = vec![vec![None; states]; last + 1];
        let mut kinks = vec![vec![Vec::new(); states]; last + 1];
        let mut loose = false;
        for t in (0..=last).rev() {
            for s in 0..states {
                // No type above the prize exercises, but for the tolerance of ties.
                let high = market.prize(t, s).max(low) * (1.0 + 1e-9);
                let place = |tie: f64| {
                    last_true(low, high, |x| {
                        Ticket::with_tie(market, t, x, discount, tie).exercises(t, s)
                    })
                };
                boundary[t][s] = place(TIE);
                let moved = boundary[t][s].unwrap_or(low) - place(0.1 * TIE).unwrap_or(low);
                loose |= moved > LOOSE;
                let mut here: Vec<f64> = boundary[t][s].into_iter().collect();
                if t < last {
                    for (next, p) in market.row(s).iter().enumerate() {
                        if *p > 0.0 {
                            here.extend(&kinks[t + 1][next]);
                        }
                    }
                }
                here.sort_by(f64::total_cmp);
                here.dedup_by(|a, b| (*a - *b).abs() <= 1e-14 * b.abs());
                kinks[t][s] = here;
            }
        }
        Self { boundary, kinks, loose }
    }
}
