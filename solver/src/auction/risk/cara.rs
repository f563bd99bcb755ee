//! Constant absolute risk aversion: u(x) = (1 − e^{−ax})/a, a > 0 per ETH.
//!
//! u/u′ = (e^{ax} − 1)/a, and e^{aβ} Q = e^{aρ} Q(θ̂) + ∫_θ^θ̂ e^{av} (−Q′) dx. By parts, and divided by e^{av} Q, that is
//! linear in the utility U = u(v − β) of the shading,
//!
//! U(θ) = e^{−a(v(θ) − v(y))} (Q(y)/Q(θ)) U(y) + D ∫_θ^y e^{−a(v(θ) − v(x))} (Q(x)/Q(θ)) dx   for θ < y,
//!
//! a sum of positive terms with exponents below 0: nothing overflows, and a → 0 is the risk-neutral formula. Where the
//! shading is many times 1/a, aU rounds to 1; then its complement m = 1 − aU = e^{−a(v − β)} is used,
//!
//! m(θ) = e^{−a(v(θ) − v(y))} (Q(y)/Q(θ)) m(y) + ∫_θ^y e^{−a(v(θ) − v(x))} (−Q′(x)/Q(θ)) dx,
//!
//! again positive terms, added in logarithms; the integral by parts needs no density.

use super::{Passage, Tilt, log_sum};
use crate::auction::Competition;
use crate::auction::panels::{CostPoint, NEGLIGIBLE_LOG, fallen};
use crate::cost::{CostLaw, Tail};
use crate::numerics::gauss;

/// Exponents that one Gauss panel resolves to rounding: of Q, and of e^{−a(v(θ) − v(x))}.
const RESOLVED_LOG: f64 = 1.5;
/// What is left out of m, relative.
const NEGLIGIBLE: f64 = 1e-17;

/// u(x).
pub(super) fn utility(aversion: f64, gain: f64) -> f64 {
    let exponent = aversion * gain;
    if exponent.abs() < f64::EPSILON {
        return gain;
    }
    -(-exponent).exp_m1() / aversion
}

/// u⁻¹(u), infinite from 1/a on.
pub(super) fn inverse(aversion: f64, utility: f64) -> f64 {
    let exponent = aversion * utility;
    if exponent.abs() < f64::EPSILON {
        return utility;
    }
    if exponent >= 1.0 {
        return f64::INFINITY;
    }
    -(-exponent).ln_1p() / aversion
}

/// u′(x).
pub(super) fn marginal(aversion: f64, gain: f64) -> f64 {
    (-aversion * gain).exp()
}

/// (u/u′)(x).
pub(super) fn eagerness(aversion: f64, gain: f64) -> f64 {
    let exponent = aversion * gain;
    if exponent.abs() < f64::EPSILON {
        return gain;
    }
    exponent.exp_m1() / aversion
}

/// u⁻¹(Q u(x)) = −ln(1 − Q + Q e^{−ax})/a.
pub(super) fn certainty_equivalent(aversion: f64, log_win: f64, gain: f64) -> f64 {
    let won = log_win.exp() * utility(aversion, gain);
    if (aversion * won).abs() < 0.5 {
        return inverse(aversion, won);
    }
    let lost = (-log_win.exp_m1()).ln();
    -log_sum(lost, log_win - aversion * gain) / aversion
}

/// v − β at the left end of a passage from that at its right end.
pub(super) fn carry(aversion: f64, passage: &Passage, discount: f64, shading: f64) -> f64 {
    let gained = discount * passage.gained + passage.log_decay.exp() * utility(aversion, shading);
    if aversion * gained < 0.5 {
        return inverse(aversion, gained);
    }
    -log_sum(passage.log_decay - aversion * shading, passage.log_outbid) / aversion
}

/// The passage from b down to a in one panel, of a CARA buyer with this tilt: from Q alone.
pub(in crate::auction) fn passage(
    a: &CostPoint,
    b: &CostPoint,
    tilt: Tilt<'_>,
    law: &dyn CostLaw,
    competition: &Competition,
) -> Passage {
    let width = b.cost - a.cost;
    if width <= 0.0 || a.log_rivals == f64::NEG_INFINITY {
        return Passage::none();
    }
    let from = Tail::at(law, a.cost);
    let total_fall = a.log_rivals - b.log_rivals;
    let log_decay = -total_fall - tilt.exponent(a.cost, b.cost);
    if total_fall <= 0.0 {
        // Q is flat: nobody outbids her.
        return Passage::tilted(log_decay, tilt.gained_alone(a.cost, b.cost), f64::NEG_INFINITY);
    }
    let (mut gained, mut log_outbid) = (0.0, f64::NEG_INFINITY);
    let (mut left, mut fall) = (a.cost, 0.0);
    // All that could still be added to the weight of being outbid, before it is tilted.
    let most = -(-total_fall).exp_m1();
    loop {
        let exponent = tilt.exponent(a.cost, left);
        if fall >= NEGLIGIBLE_LOG {
            // All further rivals are certain to outbid her.
            log_outbid = log_sum(log_outbid, -exponent);
            break;
        }
        if exponent + fall > NEGLIGIBLE_LOG && most.ln() - exponent <= NEGLIGIBLE.ln() + log_outbid {
            break;
        }
        if left >= b.cost {
            let lost = -(-competition.fall(&from, &Tail::at(law, b.cost))).exp_m1();
            log_outbid = log_sum(log_outbid, lost.ln() + log_decay + total_fall);
            break;
        }
        let mut right = b.cost;
        if fall + RESOLVED_LOG < total_fall {
            right = fallen(left, b.cost, a.log_rivals - fall - RESOLVED_LOG, law, competition);
        }
        let rate = tilt.rate(left);
        if rate * (right - left) > RESOLVED_LOG {
            right = left + RESOLVED_LOG / rate;
        }
        if right <= left {
            right = left.next_up().min(b.cost);
        }
        let [own, others] = gauss::panel(left, right, |cost| {
            let fall = competition.fall(&from, &Tail::at(law, cost));
            let tilted = (-tilt.exponent(left, cost)).exp() * tilt.weight(cost);
            [tilted * (-fall).exp(), -tilted * (-fall).exp_m1()]
        });
        gained += (-exponent).exp() * own;
        log_outbid = log_sum(log_outbid, (tilt.scale() * others).ln() - exponent);
        left = right;
        fall = competition.fall(&from, &Tail::at(law, left));
    }
    Passage::tilted(log_decay, gained, log_outbid)
}

#[cfg(test)]
mod tests {
    use super::{certainty_equivalent, eagerness, inverse, utility};

    #[test]
    fn certainty_equivalents() {
        for aversion in [1e-300, 1e-9, 0.3, 5.0, 1e4] {
            for gain in [-0.1, 1e-12, 0.2, 3.0] {
                // Sure to win.
                let sure = certainty_equivalent(aversion, 0.0, gain);
                assert!((sure - gain).abs() <= 1e-13 * gain.abs(), "{aversion} {gain}: {sure}");
            }
        }
        let plain = inverse(2.0, 0.3 * utility(2.0, 0.7));
        assert!((certainty_equivalent(2.0, 0.3_f64.ln(), 0.7) - plain).abs() < 1e-15);
        // Half a chance of a lot is worth ln 2/a.
        assert!((certainty_equivalent(10.0, 0.5_f64.ln(), 1e6) - 2.0_f64.ln() / 10.0).abs() < 1e-15);
        assert!((eagerness(1e-200, 0.4) - 0.4).abs() < 1e-16);
    }
}
