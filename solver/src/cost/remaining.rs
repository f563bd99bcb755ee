//! The law of the costs of buyers who did not buy.

use super::{CostLaw, Side, Tail};
use crate::numerics::gauss;

/// Shares of the remaining buyers below which F_c is summed from the density: F(θ) − F(c) has lost its digits there.
const FEW: f64 = 0.05;

/// F_c, the law of a cost known to be above c: F_c(θ) = (F(θ) − F(c))/S(c) on [c, hi].
///
/// After a failed auction all remaining costs exceed its cutoff (the skimming property), and the next auction is an
/// ordinary one among buyers with this law. Costs in ETH.
///
/// ```
/// use etm_solver::cost::{CostLaw, Remaining, Uniform};
/// let law = Uniform::new(0.0, 1.0).unwrap();
/// let rest = Remaining::above(&law, 0.5);
/// assert!((rest.cdf(0.75) - 0.5).abs() < 1e-15);
/// assert_eq!((rest.lower(), rest.upper()), (0.5, 1.0));
/// ```
#[derive(Debug, Clone)]
pub struct Remaining<'a> {
    law: &'a dyn CostLaw,
    from: f64,
    /// F, S and ln S of the law at c.
    start: Tail,
    knots: Vec<f64>,
}

impl<'a> Remaining<'a> {
    /// The law of costs above `from`, which is taken into [lo, hi].
    #[must_use]
    pub fn above(law: &'a dyn CostLaw, from: f64) -> Self {
        let from = from.clamp(law.lower(), law.upper());
        Self {
            law,
            from,
            start: law.tail(from),
            knots: law.knots().iter().copied().filter(|x| *x > from).collect(),
        }
    }

    /// Whether nobody has left yet.
    fn whole(&self) -> bool {
        self.from <= self.law.lower()
    }

    /// F(θ) − F(c), accurate relative to itself.
    fn mass(&self, cost: f64) -> f64 {
        let difference = if self.start.cdf < 0.5 {
            self.law.cdf(cost) - self.start.cdf
        } else {
            self.start.survival - self.law.survival(cost)
        };
        if difference > FEW * self.start.survival || cost <= self.from {
            return difference.max(0.0);
        }
        let mut total = 0.0;
        let mut left = self.from;
        let inside = self.knots.iter().copied().take_while(|x| *x < cost);
        for right in inside.chain([cost]) {
            let [part] = gauss::panel(left, right, |x| [self.law.pdf(x, Side::Right)]);
            total += part;
            left = right;
        }
        total
    }
}

impl CostLaw for Remaining<'_> {
    fn lower(&self) -> f64 {
        self.from
    }

    fn upper(&self) -> f64 {
        self.law.upper()
    }

    fn cdf(&self, cost: f64) -> f64 {
        if self.whole() {
            return self.law.cdf(cost);
        }
        if cost >= self.upper() {
            return 1.0;
        }
        (self.mass(cost) / self.start.survival).min(1.0)
    }

    fn survival(&self, cost: f64) -> f64 {
        if cost <= self.from {
            return 1.0;
        }
        (self.law.survival(cost) / self.start.survival).min(1.0)
    }

    fn log_survival(&self, cost: f64) -> f64 {
        if cost <= self.from {
            return 0.0;
        }
        let cdf = self.cdf(cost);
        if cdf < 0.5 {
            (-cdf).ln_1p()
        } else {
            self.law.log_survival(cost) - self.start.log_survival
        }
    }

    fn pdf(&self, cost: f64, side: Side) -> f64 {
        if cost < self.from {
            return 0.0;
        }
        let side = if cost <= self.from { Side::Right } else { side };
        self.law.pdf(cost, side) / self.start.survival
    }

    fn hazard(&self, cost: f64, side: Side) -> f64 {
        self.law.hazard(cost, side)
    }

    fn log_density_slope(&self, cost: f64, side: Side) -> f64 {
        self.law.log_density_slope(cost, side)
    }

    fn quantile(&self, probability: f64) -> f64 {
        if self.whole() {
            return self.law.quantile(probability);
        }
        self.upper_quantile(1.0 - probability.clamp(0.0, 1.0))
    }

    fn upper_quantile(&self, survival: f64) -> f64 {
        let survival = survival.clamp(0.0, 1.0) * self.start.survival;
        self.law.upper_quantile(survival).clamp(self.from, self.upper())
    }

    fn markup(&self, cost: f64, side: Side) -> f64 {
        if self.whole() {
            return self.law.markup(cost, side);
        }
        if cost <= self.from {
            return 0.0;
        }
        let density = self.law.pdf(cost, side);
        if density.is_infinite() {
            0.0
        } else {
            self.mass(cost) / density
        }
    }

    fn knots(&self) -> &[f64] {
        &self.knots
    }

    fn lower_order(&self) -> f64 {
        if self.whole() { self.law.lower_order() } else { 1.0 }
    }

    fn upper_order(&self) -> f64 {
        self.law.upper_order()
    }
}

#[cfg(test)]
mod tests {
    use super::Remaining;
    use crate::cost::{Beta, CostLaw, Empirical, Side, TruncatedNormal};

    #[test]
    fn conditional_probabilities() {
        let laws: [Box<dyn CostLaw>; 3] = [
            Box::new(Beta::new(0.2, 1.3, 2.0, 3.0).unwrap()),
            Box::new(TruncatedNormal::new(0.0, 2.0, 0.4, 0.3).unwrap()),
            Box::new(Empirical::new(0.0, 1.0, vec![0.0, 0.2, 0.3, 1.0]).unwrap()),
        ];
        for law in &laws {
            for share in [0.0, 0.1, 0.5, 0.9] {
                let c = law.quantile(share);
                let rest = Remaining::above(law.as_ref(), c);
                assert_eq!((rest.cdf(c), rest.survival(c), rest.cdf(law.upper())), (0.0, 1.0, 1.0));
                for p in [0.01, 0.2, 0.7, 0.99] {
                    let x = rest.quantile(p);
                    assert!((rest.cdf(x) - p).abs() < 1e-12, "{law:?}");
                    assert!((rest.cdf(x) + rest.survival(x) - 1.0).abs() < 1e-14);
                    assert!((rest.survival(x) * law.survival(c) - law.survival(x)).abs() < 1e-15);
                    let markup = rest.cdf(x) / rest.pdf(x, Side::Left);
                    assert!((rest.markup(x, Side::Left) - markup).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn close_to_the_lowest_cost_no_digit_is_lost() {
        let law = Beta::new(0.0, 1.0, 2.0, 2.0).unwrap();
        let rest = Remaining::above(&law, 0.7);
        let step = 1e-9;
        let x = 0.7 + step;
        let exact = law.pdf(0.7 + 0.5 * (x - 0.7), Side::Left) * (x - 0.7) / law.survival(0.7);
        assert!((rest.cdf(x) / exact - 1.0).abs() < 1e-12);
    }
}
