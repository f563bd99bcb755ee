//! Quantiles of laws without a closed-form inverse.

use super::{CostLaw, Side};

/// The distance t in [0, `width`] from an end of the support at which an increasing F(t) reaches `target`.
///
/// `evaluate(t)` gives F and F/f. Newton's method on ln F against ln t, which is nearly a straight line for every
/// law at its end (F ~ t^a), kept inside a bracket. Accurate relative to t, however small.
pub(super) fn distance_reaching(target: f64, guess: f64, width: f64, evaluate: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut below, mut above) = (0.0, width);
    let mut t = if guess > below && guess < above {
        guess
    } else {
        0.5 * width
    };
    // 2,000 halvings of the exponent cannot all be needed; the bound only makes termination evident.
    for _ in 0..2_000 {
        let (reached, markup) = evaluate(t);
        let gap = if reached > 0.0 {
            (reached / target).ln()
        } else {
            f64::NEG_INFINITY // F underflows far from the mass of a normal law
        };
        if gap == 0.0 {
            return t;
        } else if gap > 0.0 {
            above = t;
        } else {
            below = t;
        }
        let next = t * (-gap * markup / t).exp();
        let inside = next > below && next < above;
        if gap.abs() < 1e-8 {
            // Newton doubles the digits: the step from here is the last one that changes anything.
            return if inside { next } else { t };
        }
        t = if inside { next } else { middle(below, above) };
        if !(t > below && t < above) {
            return t;
        }
    }
    t
}

/// A point between, by orders of magnitude when the bracket spans several: a root at 1e-200 is out of reach of
/// ordinary bisection.
fn middle(below: f64, above: f64) -> f64 {
    if below == 0.0 {
        above / 256.0
    } else if above > 4.0 * below {
        below.sqrt() * above.sqrt()
    } else {
        0.5 * (below + above)
    }
}

/// One Newton step on the cost itself, so that F(θ) = p up to the rounding of θ: lo + t alone keeps the rounding
/// of t where |lo| is much larger than |θ|.
pub(super) fn polish_lower(law: &dyn CostLaw, cost: f64, probability: f64) -> f64 {
    let reached = law.cdf(cost);
    let step = law.markup(cost, Side::Left) * ((reached - probability) / probability).ln_1p();
    stepped(law, cost, -step)
}

/// The same for S(θ) = s.
pub(super) fn polish_upper(law: &dyn CostLaw, cost: f64, survival: f64) -> f64 {
    let reached = law.survival(cost);
    let slope = reached / law.pdf(cost, Side::Right);
    let step = slope * ((reached - survival) / survival).ln_1p();
    stepped(law, cost, step)
}

/// Takes a step that is finite and small: at the ends F/f may be 0/0 or infinite, and then the cost stands.
fn stepped(law: &dyn CostLaw, cost: f64, step: f64) -> f64 {
    let room = 1e-6 * (law.upper() - law.lower());
    if step.abs() < room {
        (cost + step).clamp(law.lower(), law.upper())
    } else {
        cost
    }
}
