//! Constant relative risk aversion: u(x) = x^a, 0 < a ≤ 1.
//!
//! u/u′ = x/a, so the first-order condition is the risk-neutral one among rivals felt to be more: Q^{1/a} in place of Q.
//! What a buyer gains is then linear in D, and revenue has the risk-neutral form with a law of the type who sets the
//! price that is not F₂ but P − H,
//!
//! H(θ) = ∫_lo^θ (Q(θ)/Q(x))^{1/a} dP(x),   (P − H)′ = (|Q′/Q|/a) H.
//!
//! With X = 1 − pF, m possible buyers and k = (m − 1)/a, H = m (X^k − X^m)/(m − k); for a Poisson number X = e^{−F},
//! m = μ, k = μ/a. Neutral: H = n̄ F Q.

use crate::auction::Competition;
use crate::cost::{CostLaw, Side, Tail};

/// Share of the support by which hi is missed where F/f is infinite there and H/P′ a limit of 0 · ∞.
const INSIDE: f64 = 1e-12;

/// u(x); odd, so that a loss is one.
pub(super) fn utility(power: f64, gain: f64) -> f64 {
    gain.abs().powf(power).copysign(gain)
}

/// u⁻¹(u).
pub(super) fn inverse(power: f64, utility: f64) -> f64 {
    utility.abs().powf(1.0 / power).copysign(utility)
}

/// u′(x).
pub(super) fn marginal(power: f64, gain: f64) -> f64 {
    power * gain.abs().powf(power - 1.0)
}

/// (u/u′)(x).
pub(super) fn eagerness(power: f64, gain: f64) -> f64 {
    gain / power
}

/// u⁻¹(Q u(x)) = Q^{1/a} x.
pub(super) fn certainty_equivalent(power: f64, log_win: f64, gain: f64) -> f64 {
    (log_win / power).exp() * gain
}

/// H/scale, `log_scale` the logarithm of the scale.
pub(super) fn alone(power: f64, competition: &Competition, tail: &Tail, log_scale: f64) -> f64 {
    let shape = Shape::of(power, competition, tail);
    if shape.least == f64::NEG_INFINITY {
        // X = 0: not 0 · ∞ at m = k.
        return 0.0;
    }
    shape.m * (shape.least - log_scale).exp() * shape.spread
}

/// H/P′, which takes the place of F/f in the marginal revenue; the one-sided limit at a knot.
pub(super) fn markup(power: f64, competition: &Competition, law: &dyn CostLaw, cost: f64, side: Side) -> f64 {
    let plain = law.markup(cost, side);
    if plain.is_infinite() && cost >= law.upper() {
        let inside = law.upper() - INSIDE * (law.upper() - law.lower());
        return law.markup(inside, Side::Left) * ratio(power, competition, &Tail::at(law, inside));
    }
    if plain == 0.0 {
        return 0.0;
    }
    plain * ratio(power, competition, &Tail::at(law, cost))
}

/// H/(n̄ F Q), 1 at lo.
fn ratio(power: f64, competition: &Competition, tail: &Tail) -> f64 {
    if tail.cdf <= 0.0 {
        return 1.0;
    }
    let shape = Shape::of(power, competition, tail);
    let log_rivals = competition.log_rivals_above(tail);
    let rest = if log_rivals == f64::NEG_INFINITY {
        // X = 0: X^{min(k, m)}/X^{m − 1}.
        let order = shape.k.min(shape.m) - (shape.m - 1.0);
        if order > 0.0 { 0.0 } else { 1.0 }
    } else {
        (shape.least - log_rivals).exp()
    };
    let spread = if rest == 0.0 { 0.0 } else { shape.spread };
    shape.m * rest * spread / (competition.expected() * tail.cdf)
}

/// H = m e^least · spread, spread = (1 − e^{−|m − k| |ln X|})/|m − k|.
struct Shape {
    m: f64,
    k: f64,
    /// ln X^{min(k, m)}.
    least: f64,
    spread: f64,
}

impl Shape {
    fn of(power: f64, competition: &Competition, tail: &Tail) -> Self {
        let (m, k, log_absent) = match *competition {
            Competition::Binomial { trials, .. } => (trials, (trials - 1.0) / power, competition.log_absent(tail)),
            Competition::Poisson { mean } => (mean, mean / power, -tail.cdf),
        };
        let distance = (m - k).abs();
        let spread = if distance == 0.0 || distance * log_absent == 0.0 {
            -log_absent
        } else {
            -(distance * log_absent).exp_m1() / distance
        };
        let least = k.min(m);
        Self {
            m,
            k,
            // 0 · ln 0 is 0: a lone buyer.
            least: if least == 0.0 { 0.0 } else { least * log_absent },
            spread,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{alone, markup};
    use crate::auction::Competition;
    use crate::cost::{CostLaw, Power, Side, Tail, Uniform};
    use crate::numerics::gauss;

    const COUNTS: [Competition; 5] = [
        Competition::Binomial {
            trials: 1.0,
            probability: 1.0,
        },
        Competition::Binomial {
            trials: 2.0,
            probability: 1.0,
        },
        Competition::Binomial {
            trials: 5.0,
            probability: 1.0,
        },
        Competition::Binomial {
            trials: 6.0,
            probability: 0.4,
        },
        Competition::Poisson { mean: 3.0 },
    ];

    /// H against its definition, F uniform, at powers on both sides of m = k.
    #[test]
    fn closed_form_is_the_integral() {
        for competition in COUNTS {
            for power in [1.0, 0.8, 0.5, 0.1] {
                for cdf in [0.01, 0.3, 0.7] {
                    let tail = |cdf: f64| Tail::of(cdf, 1.0 - cdf);
                    let end = competition.log_rivals_above(&tail(cdf));
                    let steps = 64;
                    let [integral] = (0..steps)
                        .map(|step| cdf / f64::from(steps) * f64::from(step))
                        .map(|from| {
                            gauss::panel(from, from + cdf / f64::from(steps), |x| {
                                let here = competition.log_rivals_above(&tail(x));
                                [competition.expected() * here.exp() * ((end - here) / power).exp()]
                            })
                        })
                        .fold([0.0], |[sum], [part]| [sum + part]);
                    let closed = alone(power, &competition, &tail(cdf), 0.0);
                    assert!(
                        (closed - integral).abs() < 1e-13,
                        "{competition:?} {power} {cdf}: {closed} {integral}"
                    );
                }
            }
        }
    }

    #[test]
    fn neutral_markup_is_that_of_the_law() {
        let laws: [Box<dyn CostLaw>; 2] = [
            Box::new(Uniform::new(0.0, 2.0).unwrap()),
            Box::new(Power::new(0.0, 1.0, 3.0).unwrap()),
        ];
        for law in &laws {
            for competition in COUNTS {
                for cost in [0.0, 1e-9, 0.2, 0.9] {
                    let plain = law.markup(cost, Side::Right);
                    let felt = markup(1.0, &competition, law.as_ref(), cost, Side::Right);
                    assert!(
                        (plain - felt).abs() <= 1e-13 * plain,
                        "{competition:?} {cost}: {felt} {plain}"
                    );
                }
            }
        }
    }
}
