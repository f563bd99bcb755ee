//! Whether a density falls somewhere: where the law of values is convex.

use super::{CostLaw, Side};

/// Points sampled between neighbouring knots, both in cost and in probability.
const SAMPLES: usize = 256;
/// Falls smaller than this, relative to the density, are rounding.
const ROUNDING: f64 = 1e-9;

/// Whether f is somewhere lower than at a lower cost, among the costs up to `cost`.
///
/// Values that fall in the cost with slope −1, v = r − θ, have the law Pr(v ≤ x) = S(r − x), whose density at x is
/// f(r − x): it is strictly convex where f falls strictly in θ, and concave throughout if f increases. Judged by samples,
/// evenly spread in cost and in probability between the knots of the law, and on both sides of every knot.
///
/// ```
/// use etm_solver::cost::{Power, Uniform, density_falls};
///
/// assert!(!density_falls(&Uniform::new(0.0, 1.0)?, 1.0));
/// // f = θ^{−1/2}/2 falls, f = 2 θ increases.
/// assert!(density_falls(&Power::new(0.0, 1.0, 0.5)?, 1.0));
/// assert!(!density_falls(&Power::new(0.0, 1.0, 2.0)?, 1.0));
/// # Ok::<(), etm_solver::market::Faults>(())
/// ```
#[must_use]
pub fn density_falls(law: &dyn CostLaw, cost: f64) -> bool {
    let mut highest = 0.0_f64;
    samples(law, cost).into_iter().any(|(at, side)| {
        let density = law.pdf(at, side);
        let falls = density < highest * (1.0 - ROUNDING);
        highest = highest.max(density);
        falls
    })
}

/// Costs in increasing order, none above `cost`, each with the side of it that is meant.
fn samples(law: &dyn CostLaw, cost: f64) -> Vec<(f64, Side)> {
    let top = cost.min(law.upper());
    let mut ends = vec![law.lower()];
    ends.extend(law.knots().iter().copied().filter(|knot| *knot < top));
    ends.push(top);
    let mut list = Vec::new();
    for pair in ends.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        if to <= from {
            continue;
        }
        let (low, high) = (law.cdf(from), law.cdf(to));
        let mut inside: Vec<f64> = (1..SAMPLES)
            .flat_map(|k| {
                let share = k as f64 / SAMPLES as f64;
                [from + share * (to - from), law.quantile(low + share * (high - low))]
            })
            .filter(|at| from < *at && *at < to)
            .collect();
        inside.sort_by(f64::total_cmp);
        list.push((from, Side::Right));
        list.extend(inside.into_iter().map(|at| (at, Side::Right)));
        list.push((to, Side::Left));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::density_falls;
    use crate::cost::{
        Beta, CostLaw, Empirical, Power, TruncatedExponential, TruncatedLognormal, TruncatedNormal, Uniform,
    };

    fn falls(law: &dyn CostLaw) -> bool {
        density_falls(law, law.upper())
    }

    #[test]
    fn laws_whose_density_is_known() {
        assert!(!falls(&Uniform::new(0.0, 1.0).unwrap()));
        assert!(!falls(&Uniform::new(1e-9, 1e9).unwrap()));
        for (exponent, expected) in [(0.5, true), (0.999, true), (1.0, false), (2.0, false), (30.0, false)] {
            let law = Power::new(0.0, 1.0, exponent).unwrap();
            assert_eq!(falls(&law), expected, "power {exponent}");
        }
        for (alpha, beta, expected) in [
            (1.0, 5.0, true),
            (1.0, 1.0, false),
            (5.0, 1.0, false),
            (2.0, 2.0, true),
            (0.5, 0.5, true),
        ] {
            let law = Beta::new(0.0, 1.0, alpha, beta).unwrap();
            assert_eq!(falls(&law), expected, "beta {alpha}, {beta}");
        }
        assert!(falls(&TruncatedExponential::new(0.0, 1.0, 1e-3).unwrap()));
        assert!(falls(&TruncatedLognormal::new(0.0, 1.0, -4.0, 0.5).unwrap()));
    }

    /// A normal density rises up to its mean and falls beyond.
    #[test]
    fn only_costs_up_to_the_one_asked_for_count() {
        let law = TruncatedNormal::new(0.0, 1.0, 0.6, 0.2).unwrap();
        assert!(!density_falls(&law, 0.6));
        assert!(density_falls(&law, 0.65));
        assert!(!density_falls(&law, -1.0), "no costs at all");
        assert!(!falls(&TruncatedNormal::new(0.0, 1.0, 1.5, 0.2).unwrap()));
    }

    #[test]
    fn a_step_down_at_a_knot_is_a_fall() {
        // Half of the mass lies below the median.
        let [early, late] = [0.2, 0.8].map(|median| Empirical::new(0.0, 1.0, vec![0.0, median, 1.0]).unwrap());
        assert!(falls(&early));
        assert!(!density_falls(&early, 0.2));
        assert!(!falls(&late));
    }
}
