//! T1 to T5: hypotheses checked on this market, then conclusions, with their slack.

use serde::Serialize;

use super::any_prize::{self, reached_points};
use super::case::Case;
use crate::market::{Exercise, Participation, Reserve, RiskAversion, Sale};
use crate::path::reachable;

/// A theorem of section 8 of the theory page, tried on a market.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Theorem {
    /// `"T1"` to `"T5"`.
    pub name: &'static str,
    /// Whether every hypothesis holds in this market.
    pub applies: bool,
    /// Whether the conclusion does; `None` where the theorem does not apply.
    pub holds: Option<bool>,
    /// How far the conclusion is from holding, relative to the market's scale; `None` where it does not apply.
    pub gap: Option<f64>,
    /// What the theorem concludes.
    pub conclusion: &'static str,
    /// The hypotheses that fail.
    pub fails: Vec<&'static str>,
}

/// Differences up to this, relative to the prize, are rounding.
const INDIFFERENCE: f64 = 1e-12;

/// A hypothesis and its name in the report.
type Hypothesis = (bool, &'static str);

/// The theorems on this market.
pub(super) fn all(case: &Case<'_>) -> Vec<Theorem> {
    let facts = Facts::of(case);
    vec![
        t1(case, &facts),
        t2(case, &facts),
        t3(case, &facts),
        t4(case, &facts),
        t5(case, &facts),
    ]
}

/// What the hypotheses speak of.
struct Facts {
    one_sale: Hypothesis,
    neutral: Hypothesis,
    no_own_use: Hypothesis,
    no_lottery: Hypothesis,
    no_reserve: Hypothesis,
    optimal_reserve: Hypothesis,
    free: Hypothesis,
    winner_pays: Hypothesis,
    /// δ ≤ δ_b.
    patient_buyers: Hypothesis,
    /// δ ≥ δ_b.
    patient_holder: Hypothesis,
    equal_patience: Hypothesis,
    worthless_early: Hypothesis,
    drift: Hypothesis,
    regular: Hypothesis,
    reached: Vec<Vec<bool>>,
}

impl Facts {
    fn of(case: &Case<'_>) -> Self {
        let market = case.market;
        let (holder, buyers) = (market.holder().discount_factor(), market.buyers_discount_factor());
        let reserve = market.auction().reserve();
        let costs = market.participation();
        let reached = match case.continuous() {
            Some(solution) => reached_points(case, solution),
            None => reachable(case.prizes, case.maturity()),
        };
        Self {
            one_sale: (market.holder().sale() == Sale::Once, "the ticket is auctioned once"),
            neutral: (
                market.buyers().risk_aversion() == RiskAversion::Neutral,
                "buyers are risk-neutral",
            ),
            no_own_use: (market.holder().own_cost().is_none(), "the holder cannot use the ticket"),
            no_lottery: (
                !matches!(market.ticket().exercise(), Exercise::Lottery { .. }),
                "the slot of exercise is not drawn by lot",
            ),
            no_reserve: (
                reserve == Reserve::None || reserve == Reserve::Price(0.0),
                "no reserve price",
            ),
            optimal_reserve: (reserve == Reserve::Optimal, "the reserve is optimal"),
            free: (costs.cost() == 0.0, "taking part is free"),
            winner_pays: (
                matches!(costs, Participation::WinnerPays { cost } if cost > 0.0),
                "the winner pays a cost of taking part",
            ),
            patient_buyers: (holder <= buyers, "buyers are at least as patient as the holder"),
            patient_holder: (holder >= buyers, "the holder is at least as patient as buyers"),
            equal_patience: (market.discounts_alike(), "buyers and holder discount alike"),
            worthless_early: (
                match case.continuous() {
                    Some(solution) => any_prize::worthless_early(case, solution),
                    None => worthless_early(case, &reached),
                },
                "early exercise is worthless",
            ),
            drift: (
                match case.continuous() {
                    Some(solution) => any_prize::drift(case, solution),
                    None => drift(case, &reached),
                },
                "the prize never falls by more than its carry (drift condition)",
            ),
            regular: (case.equilibrium.regular, "the virtual cost is increasing"),
            reached,
        }
    }
}

/// r − lo ≤ δ_b E[V_{t+1}(lo, R′)] at every reachable t < T: the lowest type, and so every type, loses nothing by
/// waiting. (θ*_t(r) ≤ lo would be too strict when δ_b = 1, since indifference exercises.)
fn worthless_early(case: &Case<'_>, reached: &[Vec<bool>]) -> bool {
    match case.market.ticket().exercise() {
        Exercise::AtMaturity => return true,
        Exercise::Lottery { .. } => return false,
        Exercise::American => {}
    }
    let lower = case.market.buyers().cost().lower();
    let factor = case.market.buyers_discount_factor();
    let mut next: Vec<f64> = Vec::new();
    for slot in (0..=case.maturity()).rev() {
        let states = case.prizes.states(slot);
        let waiting = if slot == case.maturity() {
            vec![0.0; states.len()]
        } else {
            case.prizes
                .expect(&next)
                .into_iter()
                .map(|value| factor * value)
                .collect()
        };
        let gains = |state: usize| states[state] - lower > waiting[state] + INDIFFERENCE * states[state];
        if slot < case.maturity() && (0..states.len()).any(|state| reached[slot][state] && gains(state)) {
            return false;
        }
        next = (0..states.len())
            .map(|state| (states[state] - lower).max(waiting[state]))
            .collect();
        next.iter_mut().for_each(|value| *value = value.max(0.0));
    }
    true
}

/// R_t − δ E[R_{t+1} given R_t] ≤ (1 − δ) lo at every reachable t < T, up to rounding.
fn drift(case: &Case<'_>, reached: &[Vec<bool>]) -> bool {
    let factor = case.market.holder().discount_factor();
    let carry = (1.0 - factor) * case.market.buyers().cost().lower();
    (0..case.maturity()).all(|slot| {
        let next = case.prizes.expect(case.prizes.states(slot + 1));
        let states = case.prizes.states(slot);
        (0..states.len()).all(|state| {
            !reached[slot][state] || states[state] - factor * next[state] <= carry + INDIFFERENCE * states[state]
        })
    })
}

/// A theorem from its hypotheses and the gap of its conclusion.
fn theorem(
    case: &Case<'_>,
    name: &'static str,
    conclusion: &'static str,
    hypotheses: &[Hypothesis],
    gap: impl FnOnce() -> f64,
) -> Theorem {
    let fails: Vec<&'static str> = hypotheses
        .iter()
        .filter(|(holds, _)| !holds)
        .map(|(_, words)| *words)
        .collect();
    let gap = fails.is_empty().then(|| gap().max(0.0) / case.scale);
    Theorem {
        name,
        applies: fails.is_empty(),
        holds: gap.map(|gap| gap <= case.tolerance),
        gap,
        conclusion,
        fails,
    }
}

/// The largest value of `gain` over reachable nodes before T; where prizes are continuous, over the reporting points, as a
/// share of the prize if that is above the market's scale: so values are known.
fn worst(case: &Case<'_>, facts: &Facts, gain: impl Fn(&crate::timing::Node) -> f64) -> f64 {
    let timing = &case.equilibrium.induction.timing;
    let mut worst = 0.0_f64;
    for slot in 0..case.maturity() {
        for (state, node) in timing.slot(slot).iter().enumerate() {
            if facts.reached[slot][state] {
                let prize = case.prizes.states(slot)[state];
                let size = case.scale / case.scale.max(prize);
                let share = if case.continuous().is_some() { size } else { 1.0 };
                worst = worst.max(share * gain(node));
            }
        }
    }
    worst
}

fn t1(case: &Case<'_>, facts: &Facts) -> Theorem {
    theorem(
        case,
        "T1",
        "selling at once is optimal at every node",
        &[
            facts.one_sale,
            facts.neutral,
            facts.no_own_use,
            facts.no_reserve,
            facts.free,
            facts.patient_buyers,
        ],
        || worst(case, facts, |node| node.value - node.auction.revenue),
    )
}

/// What the spot auction at maturity earns less than optimal timing.
fn spot_shortfall(case: &Case<'_>) -> f64 {
    case.figures.seller_value - case.figures.spot_at_maturity_value
}

fn t2(case: &Case<'_>, facts: &Facts) -> Theorem {
    theorem(
        case,
        "T2",
        "the spot auction at maturity is optimal, and the best mechanism if discounting is equal and costs are regular",
        &[
            facts.one_sale,
            facts.neutral,
            facts.no_own_use,
            facts.no_lottery,
            facts.optimal_reserve,
            facts.free,
            facts.patient_holder,
            facts.worthless_early,
        ],
        || {
            let mut gap = spot_shortfall(case);
            if let (true, true, Some(mechanism)) = (
                facts.equal_patience.0,
                facts.regular.0,
                case.figures.optimal_mechanism_value,
            ) {
                gap = gap.max((mechanism - case.figures.seller_value).abs());
            }
            gap
        },
    )
}

fn t3(case: &Case<'_>, facts: &Facts) -> Theorem {
    let fixed_price = matches!(case.market.auction().reserve(), Reserve::Price(price) if price > 0.0);
    theorem(
        case,
        "T3",
        "waiting is at least as good as selling at every node before maturity",
        &[
            facts.one_sale,
            facts.neutral,
            facts.no_own_use,
            facts.no_lottery,
            facts.winner_pays,
            (!fixed_price, "the reserve is absent or optimal"),
            facts.patient_holder,
            facts.worthless_early,
        ],
        || {
            worst(case, facts, |node| {
                node.waiting_value.map_or(0.0, |wait| node.auction.revenue - wait)
            })
        },
    )
}

fn t4(case: &Case<'_>, facts: &Facts) -> Theorem {
    theorem(
        case,
        "T4",
        "the drift condition makes the spot auction at maturity optimal",
        &[
            facts.one_sale,
            facts.neutral,
            facts.no_own_use,
            facts.no_lottery,
            facts.optimal_reserve,
            facts.free,
            facts.patient_holder,
            facts.drift,
        ],
        || spot_shortfall(case),
    )
}

fn t5(case: &Case<'_>, facts: &Facts) -> Theorem {
    theorem(
        case,
        "T5",
        "no date of a single sale beats selling at the optimal time of exercise (the optimal mechanism)",
        &[
            facts.one_sale,
            facts.neutral,
            facts.no_own_use,
            facts.no_lottery,
            facts.free,
            facts.equal_patience,
            facts.regular,
        ],
        || {
            let mechanism = case.figures.optimal_mechanism_value.unwrap_or(f64::NAN);
            case.figures.seller_value - mechanism
        },
    )
}
