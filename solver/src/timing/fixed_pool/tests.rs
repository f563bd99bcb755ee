use std::sync::Arc;

use super::FixedPool;
use super::gaps::Fineness;
use super::solve::{COARSE, FINE, solve_to};
use crate::cost::{Beta, CostLaw, Power, TruncatedExponential, TruncatedNormal, Uniform};
use crate::market::*;
use crate::prize::{FinitePrizes, Prize};

#[derive(Clone)]
struct Given {
    maturity: u64,
    prizes: FinitePrizes,
    count: BuyerCount,
    law: Arc<dyn CostLaw>,
    factor: f64,
    buyers_factor: Option<f64>,
    participation: Participation,
    reserve: Reserve,
}

impl Given {
    fn new(maturity: u64, prizes: FinitePrizes, n: u64, factor: f64) -> Self {
        Self {
            maturity,
            prizes,
            count: BuyerCount::Fixed(n),
            law: Arc::new(Uniform::new(0.0, 1.0).unwrap()),
            factor,
            buyers_factor: None,
            participation: Participation::Free,
            reserve: Reserve::Optimal,
        }
    }

    fn market(&self) -> Market {
        let mut buyers = Buyers::new(self.count, self.law.clone()).unwrap();
        if let Some(factor) = self.buyers_factor {
            buyers = buyers.with_discount_factor(factor).unwrap();
        }
        Market::new(
            Ticket::new(self.maturity, Exercise::American).unwrap(),
            Prize::Finite(self.prizes.clone()),
            buyers,
            self.participation,
            AuctionRule::new(Format::FirstPrice, self.reserve).unwrap(),
            Holder::new(self.factor)
                .unwrap()
                .with_sale(Sale::UntilSold(Pool::Fixed)),
        )
        .unwrap()
    }

    fn solved<T>(&self, with: impl FnOnce(&FixedPool) -> T) -> T {
        self.solved_to(FINE, with)
    }

    fn solved_to<T>(&self, fineness: Fineness, with: impl FnOnce(&FixedPool) -> T) -> T {
        let market = self.market();
        with(&solve_to(&market, &self.prizes, fineness, |_| {}).unwrap())
    }
}

fn constant() -> FinitePrizes {
    FinitePrizes::constant(1.0).unwrap()
}

#[test]
fn known_answers() {
    for (maturity, value, reserve, cutoff) in [
        (1, 0.39668396770472886, 0.5066176470588236, 0.23529411764705865),
        (9, 0.35152551065422816, 0.34608147468465006, 0.39858373497682675),
    ] {
        Given::new(maturity, constant(), 2, 0.9).solved(|pool| {
            let start = pool.at(0, 0, 0.0);
            assert!((start.value - value).abs() < 1e-12);
            assert!((start.reserve.unwrap() - reserve).abs() < 1e-11);
            assert!((start.cutoff - cutoff).abs() < 1e-11);
        });
    }
}

/// Uniform costs and a constant prize at their upper end: W = a (hi − c), u = k (hi − c), hi − y = b (hi − c).
fn linear(maturity: u64, n: f64, factor: f64, buyers: f64) -> Vec<(f64, f64, f64)> {
    let (mut a, mut k) = (0.0, 0.0);
    let mut slots = Vec::new();
    for slot in (0..=maturity).rev() {
        let (w, g) = if slot == maturity {
            (0.0, 0.0)
        } else {
            (factor * a, buyers * k)
        };
        let b = n * (1.0 - n * g) / (2.0 * n - n * (n + 1.0) * g - (n + 1.0) * w);
        let m = n as i32;
        a = 2.0 * n / (n + 1.0) * (1.0 - b.powi(m + 1)) - (1.0 - b.powi(m)) - n * (1.0 - b) * b.powi(m) * g
            + b.powi(m + 1) * w;
        k = (1.0 - b.powi(m)) / n + g * b.powi(m);
        slots.push((a, k, b));
    }
    slots.reverse();
    slots
}

#[test]
fn closed_recursion() {
    for n in [1, 2, 5, 10] {
        for (maturity, factor, buyers) in [(1, 0.9, 0.9), (10, 0.9, 0.8), (50, 0.95, 0.95)] {
            let mut given = Given::new(maturity, constant(), n, factor);
            given.buyers_factor = Some(buyers);
            let exact = linear(maturity, n as f64, factor, buyers);
            given.solved(|pool| {
                let mut worst: f64 = 0.0;
                for (slot, cost) in [
                    (0, 0.0),
                    (0, 0.37),
                    (maturity as usize / 2, 0.2),
                    (maturity as usize, 0.9),
                ] {
                    let (a, k, b) = exact[slot];
                    let found = pool.at(slot, 0, cost);
                    let gap = 1.0 - cost;
                    worst = worst
                        .max((found.value - a * gap).abs())
                        .max((found.lowest_gain - k * gap).abs())
                        .max((1.0 - found.cutoff - b * gap).abs());
                }
                assert!(worst < 1e-10, "n {n}, T {maturity}: {worst:e}");
            });
        }
    }
}

fn jumps() -> FinitePrizes {
    FinitePrizes::chain(&[1.2, 1.0], &[vec![0.89, 0.11], vec![0.43, 0.57]], 1.0).unwrap()
}

/// The formulas as they stand, on a grid of lowest costs: cutoffs on the grid, the integrals by the trapezoidal rule
/// on cells (n fixed, δ_b = δ or not, K paid by the winner). Returns (W, y, u) at t = 0 and lo.
fn brute(given: &Given, points: usize) -> (f64, f64, f64) {
    let BuyerCount::Fixed(n) = given.count else {
        panic!("a fixed number")
    };
    let (n, m) = (n as f64, n as i32);
    let law = given.law.as_ref();
    let (lo, hi) = (law.lower(), law.upper());
    let x: Vec<f64> = (0..=points)
        .map(|i| lo + (hi - lo) * i as f64 / points as f64)
        .collect();
    let survival: Vec<f64> = x.iter().map(|&x| law.survival(x)).collect();
    let (d, b) = (given.factor, given.buyers_factor.unwrap_or(given.factor));
    let (cost, fee) = (
        given.participation.winner_cost(),
        given.participation.participant_cost(),
    );
    let size = given.prizes.size();
    let zero = vec![vec![0.0; points + 1]; size];
    let (mut values, mut w, mut u, mut start) = (zero.clone(), zero.clone(), zero.clone(), (0.0, 0.0, 0.0));
    for slot in (0..=given.maturity as usize).rev() {
        let expect = |f: &Vec<Vec<f64>>, r: usize, i: usize| -> f64 {
            (0..size).map(|to| given.prizes.probability(r, to) * f[to][i]).sum()
        };
        let (mut next_values, mut next_w, mut next_u) = (zero.clone(), zero.clone(), zero.clone());
        for r in 0..size {
            let prize = given.prizes.states(slot)[r];
            for i in 0..=points {
                next_values[r][i] = (prize - x[i]).max(b * expect(&values, r, i)).max(0.0);
            }
            let v = &next_values[r];
            // Prefix integrals of V f Q, D Q, D F Q on cells, D and F by differences.
            let (mut vq, mut dq, mut dfq) = (vec![0.0], vec![0.0], vec![0.0]);
            for i in 0..points {
                let mass = survival[i] - survival[i + 1];
                let middle = 0.5 * (survival[i] + survival[i + 1]);
                let q = middle.powi(m - 1);
                let fall = v[i] - v[i + 1];
                vq.push(vq[i] + (0.5 * (v[i] + v[i + 1]) - cost) * q * mass);
                dq.push(dq[i] + fall * q);
                dfq.push(dfq[i] + fall * (1.0 - middle) * q);
            }
            let ahead: Vec<(f64, f64)> = (0..=points)
                .map(|y| (b * expect(&u, r, y), d * expect(&w, r, y)))
                .collect();
            for c in 0..points {
                let (mut best, mut at) = (f64::NEG_INFINITY, c);
                let s = survival[c];
                for y in c..=points {
                    let share = survival[y] / s;
                    let sold = vq[y] - vq[c] - (dfq[y] - dfq[c]) + (1.0 - s) * (dq[y] - dq[c]);
                    let value = n * sold / s.powi(m) - n * (1.0 - share) * (share.powi(m - 1) * ahead[y].0 + fee)
                        + share.powi(m) * ahead[y].1;
                    if value > best + 1e-14 {
                        (best, at) = (value, y);
                    }
                }
                next_w[r][c] = best;
                next_u[r][c] = (dq[at] - dq[c]) / s.powi(m - 1) + (survival[at] / s).powi(m - 1) * ahead[at].0;
                if slot == 0 && r == given.prizes.initial() && c == 0 {
                    start = (best, x[at], next_u[r][c]);
                    return start;
                }
            }
        }
        (values, w, u) = (next_values, next_w, next_u);
    }
    start
}

#[test]
fn brute_force() {
    let mut cases = Vec::new();
    for (maturity, n) in [(2, 1), (3, 1), (2, 2), (3, 2), (2, 5)] {
        cases.push(Given::new(maturity, jumps(), n, 0.6));
        cases.push(Given::new(maturity, jumps(), n, 0.95));
    }
    let mut patient = Given::new(2, jumps(), 2, 0.9);
    patient.buyers_factor = Some(0.7);
    cases.push(patient);
    let mut eager = Given::new(2, jumps(), 2, 0.7);
    eager.buyers_factor = Some(0.9);
    cases.push(eager);
    let mut costly = Given::new(2, jumps(), 2, 0.9);
    costly.participation = Participation::WinnerPays { cost: 0.3 };
    cases.push(costly);
    for (n, maturity, fee) in [(1, 2, 0.1), (2, 1, 0.1), (3, 1, 0.02), (5, 1, 0.05)] {
        let mut entering = Given::new(maturity, jumps(), n, 0.8);
        entering.participation = Participation::ParticipantPays {
            cost: fee,
            learns_cost: LearnsCost::Before,
        };
        cases.push(entering.clone());
        entering.buyers_factor = Some(0.7);
        cases.push(entering);
    }
    let laws: [Arc<dyn CostLaw>; 4] = [
        Arc::new(Beta::new(0.0, 1.5, 2.0, 3.0).unwrap()),
        Arc::new(TruncatedNormal::new(0.0, 1.1, 0.6, 0.3).unwrap()),
        Arc::new(TruncatedExponential::new(0.1, 1.4, 2.0).unwrap()),
        Arc::new(Power::new(0.2, 1.2, 1.5).unwrap()),
    ];
    for law in laws {
        let mut other = Given::new(2, jumps(), 2, 0.8);
        other.law = law;
        cases.push(other);
    }
    for case in &cases {
        let exact = case.solved(|pool| pool.at(0, case.prizes.initial(), case.law.lower()));
        // The grid errs by its spacing, and by more in the cutoff, which may be nearly indifferent; the coarser one may
        // be right by luck.
        let errors = [250, 1000].map(|points| (brute(case, points).0 - exact.value).abs());
        assert!(
            errors[0] < 2e-3 && errors[1] < 0.5 * errors[0].max(2e-4),
            "{exact:?} {errors:?}"
        );
    }
}

#[test]
fn eight_states() {
    let size = 8;
    let states: Vec<f64> = (0..size).map(|i| 0.6 + 0.15 * i as f64).collect();
    let rows: Vec<Vec<f64>> = (0..size)
        .map(|i: i32| {
            let row: Vec<f64> = (0..size).map(|j: i32| 0.5_f64.powi((i - j).abs())).collect();
            let sum: f64 = row.iter().sum();
            row.into_iter().map(|p| p / sum).collect()
        })
        .collect();
    let prizes = FinitePrizes::chain(&states, &rows, states[3]).unwrap();
    let given = Given::new(4, prizes, 2, 0.9);
    let [coarse, fine] = [COARSE, FINE].map(|fineness| given.solved_to(fineness, |pool| pool.seller_value()));
    assert!((coarse - fine).abs() < 5e-8, "{coarse} {fine}");
}

#[test]
fn a_cutoff_that_jumps() {
    let given = Given::new(3, jumps(), 1, 0.6);
    let rough = Fineness {
        tolerance: 1e-9,
        narrowest: 1e-3,
        jump: 1e-3,
    };
    let [coarse, fine] = [rough, FINE].map(|fineness| given.solved_to(fineness, |pool| pool.at(0, 0, 0.0)));
    assert!((coarse.value - fine.value).abs() < 1e-9);
    assert!((coarse.cutoff - fine.cutoff).abs() < 1e-7);
    given.solved(|pool| {
        // Cutoffs are nondecreasing in c and jump somewhere.
        let cutoffs: Vec<f64> = (0..1000).map(|i| pool.at(1, 0, f64::from(i) / 1000.0).cutoff).collect();
        assert!(cutoffs.windows(2).all(|pair| pair[1] >= pair[0] - 1e-9));
        assert!(cutoffs.windows(2).any(|pair| pair[1] - pair[0] > 0.01));
    });
}

#[test]
fn without_discounting_expiry_restores_commitment() {
    let exact = linear(0, 3.0, 1.0, 1.0)[0];
    Given::new(6, constant(), 3, 1.0).solved(|pool| {
        let start = pool.at(0, 0, 0.0);
        assert_eq!((start.cutoff, start.reserve), (0.0, None));
        assert!((start.value - exact.0).abs() < 1e-12);
        assert!((0..6).all(|slot| pool.offer(slot, 0, 0.0).reserve.is_none()));
    });
}

#[test]
fn types_who_cannot_gain_never_take_part() {
    let mut given = Given::new(2, jumps(), 2, 0.9);
    given.law = Arc::new(Uniform::new(0.5, 2.5).unwrap());
    given.solved(|pool| {
        assert!((0..3).all(|slot| pool.at(slot, 1, 1.3).value.abs() < 1e-12));
        assert!(pool.at(2, 0, 0.5).cutoff <= 1.0 + 1e-9);
    });
}

#[test]
fn fixed_prices_and_other_numbers() {
    // No reserve: everybody takes part at once, as in one auction.
    let mut given = Given::new(3, constant(), 2, 0.9);
    given.reserve = Reserve::None;
    given.solved(|pool| {
        assert!((pool.seller_value() - 1.0 / 3.0).abs() < 1e-10);
    });
    // One slot is the optimal auction whatever the law of the number of buyers.
    for count in [
        BuyerCount::Poisson { mean: 3.0 },
        BuyerCount::Binomial {
            trials: 5,
            probability: 0.4,
        },
    ] {
        let mut given = Given::new(0, constant(), 1, 0.9);
        given.count = count;
        given.solved(|pool| {
            assert!((pool.at(0, 0, 0.0).cutoff - 0.5).abs() < 1e-10);
            assert!((pool.at(0, 0, 0.4).cutoff - 0.7).abs() < 1e-10);
        });
    }
}
