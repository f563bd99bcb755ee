//! Revenue without a reserve is the expected prize less the second-lowest cost: at extreme parameters, against an
//! integral over the law of that cost.
//!
//! Here a law is a density in a variable y of its own, chosen so that nothing is singular: F at the nodes of a Gauss
//! rule comes from Gauss rules of the density from either end, and E[(r − θ₍₂₎)⁺] = ∫ (r − θ)⁺ n(n−1) F S^(n−2) dF.
//! The highest bid is E[(r − lowest cost of the n − 1 rivals)⁺]. No distribution function, quantile or panel of the solver takes part.

mod common;

use common::draft::{Count, Draft, Shape};
use common::{Solved, near};

/// Relative to the larger of prize and highest cost.
const TOLERANCE: f64 = 1e-10;

/// One piece of a law: y from `from` to `to`, the cost at y (increasing) and ln of a density, up to a factor.
struct Piece {
    from: f64,
    to: f64,
    cost: Box<dyn Fn(f64) -> f64>,
    log_density: Box<dyn Fn(f64) -> f64>,
}

/// x ↦ x^(1/order) for order < 1, else x: the variable in which a density like x^(order − 1) is not singular.
fn tame(order: f64) -> f64 {
    order.min(1.0)
}

/// The pieces of a law whose density at x in [0, 1] is x^(a−1) (1−x)^(b−1), halved at 1/2.
fn beta_pieces(lower: f64, width: f64, a: f64, b: f64) -> Vec<Piece> {
    let (left, right) = (tame(a), tame(b));
    vec![
        // x = y^(1/left): dx = x^(1 − left)/left dy.
        Piece {
            from: 0.0,
            to: 0.5_f64.powf(left),
            cost: Box::new(move |y| lower + width * y.powf(1.0 / left)),
            log_density: Box::new(move |y| {
                let x = y.powf(1.0 / left);
                (a / left - 1.0) * y.ln() + (b - 1.0) * (-x).ln_1p() - left.ln()
            }),
        },
        // 1 − x = (−y)^(1/right).
        Piece {
            from: -0.5_f64.powf(right),
            to: 0.0,
            cost: Box::new(move |y| lower + width * (1.0 - (-y).powf(1.0 / right))),
            log_density: Box::new(move |y| {
                let rest = (-y).powf(1.0 / right);
                (b / right - 1.0) * (-y).ln() + (a - 1.0) * (-rest).ln_1p() - right.ln()
            }),
        },
    ]
}

/// The part of [from, to] in which a standard normal density matters, and its mode there; ends relative to the mode.
fn deviations(from: f64, to: f64) -> ((f64, f64), f64) {
    let mode = 0.0_f64.clamp(from, to);
    (((from - mode).max(-40.0), (to - mode).min(40.0)), mode)
}

/// The pieces of a draft's law.
fn pieces(draft: &Draft) -> Vec<Piece> {
    let (lower, upper) = (draft.lower, draft.upper);
    let width = upper - lower;
    let single = |(from, to), cost, log_density| {
        vec![Piece {
            from,
            to,
            cost,
            log_density,
        }]
    };
    match &draft.shape {
        Shape::Uniform => beta_pieces(lower, width, 1.0, 1.0),
        Shape::Power { exponent } => beta_pieces(lower, width, *exponent, 1.0),
        Shape::Beta { alpha, beta } => beta_pieces(lower, width, *alpha, *beta),
        Shape::Exponential { rate } => {
            let rate = *rate;
            single((0.0, width), Box::new(move |y| lower + y), Box::new(move |y| -rate * y))
        }
        Shape::Normal { mean, sd } => {
            let (mean, sd) = (*mean, *sd);
            let (ends, mode) = deviations((lower - mean) / sd, (upper - mean) / sd);
            // The mode may be an end, to which costs near it are to be exact.
            let at_mode = (mean + sd * mode).clamp(lower, upper);
            let cost = move |y: f64| (at_mode + sd * y).clamp(lower, upper);
            single(ends, Box::new(cost), Box::new(move |y| -y * (mode + y / 2.0)))
        }
        Shape::Lognormal { log_mean, log_sd } => {
            let (log_mean, log_sd) = (*log_mean, *log_sd);
            let at = |cost: f64| (cost.ln() - log_mean) / log_sd;
            let (ends, mode) = deviations(at(lower), at(upper));
            let at_mode = (log_mean + log_sd * mode).exp().clamp(lower, upper);
            let cost = move |y: f64| (at_mode * (log_sd * y).exp()).clamp(lower, upper);
            single(ends, Box::new(cost), Box::new(move |y| -y * (mode + y / 2.0)))
        }
        Shape::Empirical { quantiles } => quantiles
            .windows(2)
            .map(|pair| {
                let (low, high) = (pair[0], pair[1]);
                Piece {
                    from: 0.0,
                    to: 1.0,
                    cost: Box::new(move |y| low + (high - low) * y),
                    log_density: Box::new(|_| 0.0),
                }
            })
            .collect(),
    }
}

/// Gauss–Legendre nodes and weights on [−1, 1], by Newton's method.
fn gauss(count: usize) -> Vec<(f64, f64)> {
    (0..count)
        .map(|k| {
            let mut x = (std::f64::consts::PI * (k as f64 + 0.75) / (count as f64 + 0.5)).cos();
            let mut slope = 0.0;
            for _ in 0..100 {
                let (mut before, mut here) = (1.0, x);
                for degree in 2..=count {
                    let d = degree as f64;
                    (before, here) = (here, ((2.0 * d - 1.0) * x * here - (d - 1.0) * before) / d);
                }
                slope = count as f64 * (x * here - before) / (x * x - 1.0);
                let step = here / slope;
                x -= step;
                if step.abs() < 1e-16 {
                    break;
                }
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

/// Nodes and weights on [from, to].
fn on(rule: &[(f64, f64)], from: f64, to: f64) -> impl Iterator<Item = (f64, f64)> {
    let (middle, half) = ((from + to) / 2.0, (to - from) / 2.0);
    rule.iter().map(move |(x, weight)| (middle + half * x, half * weight))
}

impl Piece {
    /// Edges of cells: even, halving towards both ends, and where the cost is one of `prizes`.
    fn edges(&self, prizes: &[f64]) -> Vec<f64> {
        const EVEN: u32 = 800;
        let (from, to) = (self.from, self.to);
        let even = (1..EVEN).map(|k| f64::from(k) / f64::from(EVEN));
        let graded: Vec<f64> = (10..=60).map(|k| 0.5_f64.powi(k)).collect();
        let mut edges = vec![from, to];
        edges.extend(even.chain(graded.iter().copied()).map(|part| from + (to - from) * part));
        edges.extend(graded.iter().map(|part| to - (to - from) * part));
        edges.extend(prizes.iter().filter_map(|prize| self.at_cost(*prize)));
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        edges
    }

    /// y where the cost is `cost`, if it is inside the piece.
    fn at_cost(&self, cost: f64) -> Option<f64> {
        let (mut low, mut high) = (self.from, self.to);
        if !((self.cost)(low) < cost && cost < (self.cost)(high)) {
            return None;
        }
        for _ in 0..200 {
            let middle = (low + high) / 2.0;
            if (self.cost)(middle) < cost {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(high)
    }
}

/// A node of the quadrature over a law: `weight` is its share of dF.
struct Node {
    cost: f64,
    cdf: f64,
    log_survival: f64,
    weight: f64,
}

/// A law as nodes, in order of cost.
struct Law(Vec<Node>);

impl Law {
    /// Integrals of (r − θ)⁺ are exact for the prizes r given.
    fn of(draft: &Draft, prizes: &[f64]) -> Self {
        let rule = gauss(12);
        let pieces = pieces(draft);
        let cells: Vec<(&Piece, Vec<f64>)> = pieces.iter().map(|piece| (piece, piece.edges(prizes))).collect();
        let log_density = |(piece, edges): &(&Piece, Vec<f64>)| {
            let middles = edges.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0);
            middles
                .map(piece.log_density.as_ref())
                .fold(f64::NEG_INFINITY, f64::max)
        };
        // Taken out of all densities, so that the largest is about 1.
        let top = cells.iter().map(log_density).fold(f64::NEG_INFINITY, f64::max);
        let mass = |piece: &Piece, from: f64, to: f64| -> f64 {
            let density = |(y, weight): (f64, f64)| weight * ((piece.log_density)(y) - top).exp();
            on(&rule, from, to).map(density).sum()
        };
        let masses: Vec<f64> = cells
            .iter()
            .flat_map(|(piece, edges)| edges.windows(2).map(|pair| mass(piece, pair[0], pair[1])))
            .collect();
        let whole: f64 = masses.iter().sum();
        let mut above: Vec<f64> = masses
            .iter()
            .rev()
            .scan(0.0, |above, mass| Some(std::mem::replace(above, *above + mass)))
            .collect();
        above.reverse();
        let mut nodes = Vec::new();
        let mut below = 0.0;
        let ends = cells
            .iter()
            .flat_map(|(piece, edges)| edges.windows(2).map(move |pair| (piece, pair)));
        for ((piece, pair), (cell, above)) in ends.zip(masses.iter().zip(above)) {
            for (y, weight) in on(&rule, pair[0], pair[1]) {
                // From the nearer end, so that F and S are each accurate relative to themselves.
                let (cdf, log_survival) = if below < above {
                    let cdf = (below + mass(piece, pair[0], y)) / whole;
                    (cdf, (-cdf).ln_1p())
                } else {
                    let survival = (above + mass(piece, y, pair[1])) / whole;
                    (1.0 - survival, survival.ln())
                };
                nodes.push(Node {
                    cost: (piece.cost)(y),
                    cdf,
                    log_survival,
                    weight: weight * ((piece.log_density)(y) - top).exp() / whole,
                });
            }
            below += cell;
        }
        // Where there is no mass at all, ln S may be ln 0.
        nodes.retain(|node| node.weight > 0.0);
        Self(nodes)
    }

    /// E[(prize − θ₍₂₎)⁺] of n buyers, and E[(prize − θ₍₁₎)⁺] of n − 1.
    fn expected_margins(&self, prize: f64, n: f64) -> [f64; 2] {
        let (mut second, mut lowest_rival) = (0.0, 0.0);
        for node in &self.0 {
            let above = if n > 2.0 {
                ((n - 2.0) * node.log_survival).exp()
            } else {
                1.0
            };
            let margin = (prize - node.cost).max(0.0) * (n - 1.0) * above * node.weight;
            second += n * node.cdf * margin;
            lowest_rival += margin;
        }
        [second, lowest_rival]
    }
}

/// One auction of n buyers at a prize, by the solver and by the integral.
struct Comparison {
    market: Draft,
    solved: Solved,
    /// Revenue against the expected margin over the second-lowest cost, relative to the scale.
    revenue_gap: f64,
    /// The first-price bid of the lowest cost against her expected margin over the lowest rival.
    bid_gap: f64,
}

/// With 2 and with 10,000 buyers, at prizes above, inside and just above the support.
fn comparisons(lower: f64, upper: f64, shape: Shape) -> Vec<Comparison> {
    let base = Draft::plain().with(|draft| {
        draft.lower = lower;
        draft.upper = upper;
        draft.shape = shape;
    });
    // A prize is not negative.
    let prizes = [2.0, 1.0, 0.6, 0.05].map(|part| (lower + part * (upper - lower)).max(0.0));
    let law = Law::of(&base, &prizes);
    let mut list = Vec::new();
    for prize in prizes {
        for n in [2_u32, 10_000] {
            let market = base.with(|draft| {
                draft.count = Count::Fixed(n);
                draft.states = vec![prize];
            });
            let solved = market.solved();
            let [revenue, highest_bid] = law.expected_margins(prize, f64::from(n));
            let bid = solved
                .equilibrium
                .bids(&solved.market, 0, prize, &[lower])
                .expect("bids")[0]
                .bid;
            list.push(Comparison {
                revenue_gap: (solved.summary.seller_value - revenue).abs() / solved.scale(),
                bid_gap: (bid.map_or(f64::NAN, |bid| bid.bid) - highest_bid).abs() / solved.scale(),
                market,
                solved,
            });
        }
    }
    list
}

fn check(lower: f64, upper: f64, shape: Shape) {
    for one in comparisons(lower, upper, shape) {
        let market = &one.market;
        assert!(
            one.revenue_gap < TOLERANCE,
            "revenue off by {:e}: {market:?}",
            one.revenue_gap
        );
        assert!(one.bid_gap < TOLERANCE, "bid off by {:e}: {market:?}", one.bid_gap);
    }
}

/// What is right is also found to be right.
fn check_verified(shapes: impl IntoIterator<Item = Shape>) {
    let mut faults = Vec::new();
    for shape in shapes {
        for one in comparisons(0.0, 1.0, shape) {
            let certificate = one.solved.equilibrium.certificate;
            if !certificate.verified {
                faults.push(format!("{certificate:?}: {:?}", one.market));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} markets are not verified:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// The quadrature itself: two uniform costs have mean maximum 2/3, and of n the second-lowest has mean 2/(n + 1).
#[test]
fn the_quadrature_knows_order_statistics() {
    let law = Law::of(&Draft::plain(), &[1.0]);
    for n in [2.0, 3.0, 50.0, 10_000.0] {
        let [second, lowest_rival] = law.expected_margins(1.0, n);
        near("second-lowest", second, 1.0 - 2.0 / (n + 1.0), 1e-13);
        near("lowest rival", lowest_rival, 1.0 - 1.0 / n, 1e-13);
    }
    // θ = y^20: E θ₍₂₎ = ∫ 2u u^20 du = 2/22.
    let law = Law::of(
        &Draft::plain().with(|draft| draft.shape = Shape::Power { exponent: 0.05 }),
        &[1.0],
    );
    near("second-lowest", law.expected_margins(1.0, 2.0)[0], 20.0 / 22.0, 1e-13);
}

#[test]
fn uniform() {
    check(0.0, 1.0, Shape::Uniform);
    check(0.02, 0.0200001, Shape::Uniform);
    check(-0.5, 3.0, Shape::Uniform);
}

#[test]
fn power() {
    for exponent in [0.05, 0.5, 2.0, 7.3, 50.0] {
        check(0.0, 1.0, Shape::Power { exponent });
    }
    check(0.3, 0.9, Shape::Power { exponent: 0.05 });
}

#[test]
fn beta() {
    for (alpha, beta) in [
        (2.0, 3.0),
        (0.5, 0.5),
        (0.05, 0.05),
        (500.0, 500.0),
        (0.05, 500.0),
        (500.0, 0.05),
        (0.05, 2.0),
        (3.0, 0.05),
        (1.0, 500.0),
    ] {
        check(0.0, 1.0, Shape::Beta { alpha, beta });
    }
    check(0.2, 0.7, Shape::Beta { alpha: 0.7, beta: 40.0 });
}

#[test]
fn normal() {
    for (mean, sd) in [
        (0.5, 0.2),
        (0.5, 30.0),
        // Thirty deviations off either end, and a spike in the middle.
        (31.0, 1.0),
        (-30.0, 1.0),
        (4.0, 0.1),
        (0.5, 0.016),
    ] {
        check(0.0, 1.0, Shape::Normal { mean, sd });
    }
}

#[test]
fn lognormal() {
    for (lower, log_mean, log_sd) in [
        (0.0, -0.7, 0.5),
        (0.0, 2.0, 0.1),
        (0.0, -6.0, 1.0),
        (0.0, 0.0, 4.0),
        (0.002, -4.2, 0.6),
        (0.1, 3.0, 0.11),
    ] {
        check(lower, 1.0, Shape::Lognormal { log_mean, log_sd });
    }
}

#[test]
fn exponential() {
    for rate in [1e-8, 1.0, 30.0, 700.0] {
        check(0.0, 1.0, Shape::Exponential { rate });
    }
    check(0.1, 1.7, Shape::Exponential { rate: 700.0 / 1.6 });
}

#[test]
fn empirical() {
    for quantiles in [
        vec![0.0, 0.1, 0.11, 0.4, 1.0],
        vec![0.0, 1e-6, 0.999_999, 1.0],
        vec![0.0, 0.9, 0.900_000_1, 1.0],
        vec![0.0, 0.001, 1.0],
    ] {
        check(0.0, 1.0, Shape::Empirical { quantiles });
    }
}

/// Where the first-order condition is hardest to integrate.
#[test]
fn extreme_certificates() {
    check_verified([
        Shape::Power { exponent: 0.05 },
        Shape::Power { exponent: 50.0 },
        Shape::Beta { alpha: 50.0, beta: 0.5 },
        Shape::Beta {
            alpha: 0.05,
            beta: 500.0,
        },
        Shape::Beta {
            alpha: 500.0,
            beta: 0.05,
        },
        Shape::Beta {
            alpha: 500.0,
            beta: 500.0,
        },
        Shape::Normal { mean: -30.0, sd: 1.0 },
        Shape::Normal { mean: 31.0, sd: 1.0 },
        Shape::Lognormal {
            log_mean: 0.0,
            log_sd: 4.0,
        },
        Shape::Lognormal {
            log_mean: -6.0,
            log_sd: 1.0,
        },
        Shape::Exponential { rate: 1e-8 },
        Shape::Exponential { rate: 700.0 },
    ]);
}
