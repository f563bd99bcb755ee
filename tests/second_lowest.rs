//! Revenue without a reserve is the expected prize less the second-lowest cost: at extreme parameters, against an
//! integral over the law of that cost.
//!
//! Here a law is a density in a variable y of its own, chosen so that nothing is singular: F at the nodes of a Gauss
//! rule comes from Gauss rules of the density from either end, and E[(r − θ₍₂₎)⁺] = ∫ (r − θ)⁺ n(n−1) F S^(n−2) dF.
//! No distribution function, quantile or panel of the solver takes part.

mod common;

use common::draft::{Count, Draft, Shape};

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

/// The pieces of a draft's law.
fn pieces(draft: &Draft) -> Vec<Piece> {
    let (lower, upper) = (draft.lower, draft.upper);
    let width = upper - lower;
    let single = |from: f64, to: f64, cost: Box<dyn Fn(f64) -> f64>, log_density: Box<dyn Fn(f64) -> f64>| {
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
            single(0.0, width, Box::new(move |y| lower + y), Box::new(move |y| -rate * y))
        }
        Shape::Normal { mean, sd } => {
            // As far from the end nearest to the mean as matters: e^(−z²/2) underflows 40 deviations further.
            let (mean, sd) = (*mean, *sd);
            let (from, to) = ((lower - mean) / sd, (upper - mean) / sd);
            let mode = 0.0_f64.clamp(from, to);
            single(
                from.max(mode - 40.0),
                to.min(mode + 40.0),
                Box::new(move |z| (mean + sd * z).clamp(lower, upper)),
                Box::new(|z| -z * z / 2.0),
            )
        }
        Shape::Lognormal { log_mean, log_sd } => {
            let (log_mean, log_sd) = (*log_mean, *log_sd);
            let at = |cost: f64| (cost.ln() - log_mean) / log_sd;
            let (from, to) = (at(lower), at(upper));
            let mode = 0.0_f64.clamp(from, to);
            single(
                from.max(mode - 40.0),
                to.min(mode + 40.0),
                Box::new(move |z| (log_mean + log_sd * z).exp().clamp(lower, upper)),
                Box::new(|z| -z * z / 2.0),
            )
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

/// Edges of cells: even, and halving towards both ends.
fn edges(from: f64, to: f64) -> Vec<f64> {
    const EVEN: u32 = 800;
    let width = to - from;
    let mut parts: Vec<f64> = (0..=EVEN).map(|k| f64::from(k) / f64::from(EVEN)).collect();
    let graded = (10..=60).map(|k| 0.5_f64.powi(k));
    let mut list: Vec<f64> = graded.clone().map(|part| from + width * part).collect();
    list.extend(graded.map(|part| to - width * part));
    parts.retain(|part| (0.0..=1.0).contains(part));
    list.extend(
        parts
            .iter()
            .map(|part| if *part == 1.0 { to } else { from + width * part }),
    );
    list.sort_by(f64::total_cmp);
    list.dedup();
    list
}

/// A cell of a piece with the mass of the law below it, in it and above it, in no unit.
struct Cell<'a> {
    piece: &'a Piece,
    from: f64,
    to: f64,
    below: f64,
    mass: f64,
    above: f64,
}

struct Law {
    pieces: Vec<Piece>,
    rule: Vec<(f64, f64)>,
    /// ln of the largest density, taken out of all of them.
    top: f64,
}

impl Law {
    fn of(draft: &Draft) -> Self {
        let pieces = pieces(draft);
        let mut top = f64::NEG_INFINITY;
        for piece in &pieces {
            for pair in edges(piece.from, piece.to).windows(2) {
                top = top.max((piece.log_density)((pair[0] + pair[1]) / 2.0));
            }
        }
        Self {
            pieces,
            rule: gauss(12),
            top,
        }
    }

    fn integral(&self, from: f64, to: f64, integrand: impl Fn(f64) -> f64) -> f64 {
        let (middle, half) = ((from + to) / 2.0, (to - from) / 2.0);
        let terms = self
            .rule
            .iter()
            .map(|(x, weight)| weight * integrand(middle + half * x));
        half * terms.sum::<f64>()
    }

    fn mass(&self, piece: &Piece, from: f64, to: f64) -> f64 {
        self.integral(from, to, |y| ((piece.log_density)(y) - self.top).exp())
    }

    /// Cells in order of cost; `prize` is an edge if it is a cost.
    fn cells(&self, prize: f64) -> Vec<Cell<'_>> {
        let mut cells = Vec::new();
        let mut below = 0.0;
        for piece in &self.pieces {
            let mut edges = edges(piece.from, piece.to);
            if (piece.cost)(piece.from) < prize && prize < (piece.cost)(piece.to) {
                let (mut low, mut high) = (piece.from, piece.to);
                for _ in 0..200 {
                    let middle = (low + high) / 2.0;
                    if (piece.cost)(middle) < prize {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                edges.push(high);
                edges.sort_by(f64::total_cmp);
            }
            for pair in edges.windows(2) {
                let mass = self.mass(piece, pair[0], pair[1]);
                cells.push(Cell {
                    piece,
                    from: pair[0],
                    to: pair[1],
                    below,
                    mass,
                    above: 0.0,
                });
                below += mass;
            }
        }
        let mut above = 0.0;
        for cell in cells.iter_mut().rev() {
            cell.above = above;
            above += cell.mass;
        }
        cells
    }

    /// E[(prize − θ₍₂₎)⁺] of n buyers.
    fn expected_margin(&self, prize: f64, n: f64) -> f64 {
        let cells = self.cells(prize);
        let whole: f64 = cells.iter().map(|cell| cell.mass).sum();
        let margins = cells.iter().filter(|cell| cell.mass > 0.0).map(|cell| {
            let lower_half = cell.below < cell.above;
            self.integral(cell.from, cell.to, |y| {
                let margin = prize - (cell.piece.cost)(y);
                if margin <= 0.0 {
                    return 0.0;
                }
                let from_left = self.mass(cell.piece, cell.from, y);
                let (cdf, log_survival) = if lower_half {
                    let cdf = (cell.below + from_left) / whole;
                    (cdf, (-cdf).ln_1p())
                } else {
                    let survival = (cell.above + self.mass(cell.piece, y, cell.to)) / whole;
                    (1.0 - survival, survival.ln())
                };
                let density = ((cell.piece.log_density)(y) - self.top).exp() / whole;
                // Of two buyers none is left to be above; 0 · ln 0 is not a number.
                let others_above = if n > 2.0 { ((n - 2.0) * log_survival).exp() } else { 1.0 };
                margin * n * (n - 1.0) * cdf * others_above * density
            })
        });
        margins.sum()
    }
}

/// Solves the one auction with 2 and with 10,000 buyers at prizes above, inside and just above the support.
fn check(lower: f64, upper: f64, shape: Shape) {
    let base = Draft::plain().with(|draft| {
        draft.lower = lower;
        draft.upper = upper;
        draft.shape = shape;
    });
    let law = Law::of(&base);
    let width = upper - lower;
    for part in [2.0, 1.0, 0.6, 0.05] {
        // A prize is not negative.
        let prize = (lower + part * width).max(0.0);
        for n in [2_u32, 10_000] {
            let draft = base.with(|draft| {
                draft.count = Count::Fixed(n);
                draft.states = vec![prize];
            });
            let solved = draft.solved();
            let expected = law.expected_margin(prize, f64::from(n));
            let gap = (solved.summary.seller_value - expected).abs() / solved.scale();
            if std::env::var_os("ETM_GAPS").is_some() {
                println!("{gap:9.2e} n={n} prize={prize} {:?}", draft.shape);
            }
            assert!(
                gap < TOLERANCE,
                "{:?} instead of {expected:?}, relative gap {gap:e}: {draft:?}",
                solved.summary.seller_value
            );
            let certificate = solved.equilibrium.certificate;
            assert!(certificate.verified, "{certificate:?}: {draft:?}");
        }
    }
}

/// The quadrature itself: two uniform costs have mean maximum 2/3, and of n the second-lowest has mean 2/(n + 1).
#[test]
fn the_quadrature_knows_order_statistics() {
    let law = Law::of(&Draft::plain());
    for n in [2.0, 3.0, 50.0, 10_000.0] {
        let gap = law.expected_margin(1.0, n) - (1.0 - 2.0 / (n + 1.0));
        assert!(gap.abs() < 1e-14, "n = {n}: {gap:e}");
    }
    // θ = y^20: E θ₍₂₎ = ∫ 2u u^20 du = 2/22.
    let law = Law::of(&Draft::plain().with(|draft| draft.shape = Shape::Power { exponent: 0.05 }));
    let gap = law.expected_margin(1.0, 2.0) - 20.0 / 22.0;
    assert!(gap.abs() < 1e-14, "{gap:e}");
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
