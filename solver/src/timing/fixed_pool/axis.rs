//! The cost axis: F and N at a cost, and a first partition on which they are resolved.

use std::sync::Arc;

use super::surplus::SAME_KNOT;
use crate::auction::{Competition, cost_where};
use crate::cost::{CostLaw, Side, Tail};
use crate::numerics::chebyshev::{Series, points};
use crate::numerics::gauss;

/// Fall of ln G over one panel: the functions on a panel are e to that power at most.
const FALL: f64 = 2.0;
/// Fall of ln G beyond which panels are cut no more.
const NEGLIGIBLE_LOG: f64 = 60.0;
/// The coarsest panels are this fraction of the support.
const COARSEST: f64 = 0.26;
/// A law is resolved on a panel when the last coefficients of its series are this small, relative.
const RESOLVED: f64 = 1e-13;
/// Panels next to hi are not cut below this fraction of the support: S there is no more accurate than costs are spaced,
/// and all that depends on S relative to itself would inherit the noise.
pub(super) const NARROWEST_AT_TOP: f64 = 1e-3;
/// Other panels are not cut below this.
const NARROWEST: f64 = 1e-6;
/// The same next to lo, where a density may be infinite; its halves are wider than knots that count as one.
const NARROWEST_AT_BOTTOM: f64 = 4.0 * SAME_KNOT;
/// Bisections of a panel, and of one that touches an end of the support, where a law may not be analytic.
const DEEPEST: u32 = 6;
const DEEPEST_AT_END: u32 = 48;

/// One law of costs and one of the number of buyers.
#[derive(Debug, Clone)]
pub(crate) struct CostAxis {
    law: Arc<dyn CostLaw>,
    competition: Competition,
    cuts: Vec<f64>,
}

/// F and N at one cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AxisPoint {
    /// f(θ).
    pub density: f64,
    /// S(θ).
    pub survival: f64,
    /// ln Q(θ).
    pub log_rivals: f64,
}

impl CostAxis {
    pub fn new(law: &Arc<dyn CostLaw>, competition: Competition) -> Self {
        let mut axis = Self {
            law: Arc::clone(law),
            competition,
            cuts: Vec::new(),
        };
        let (lower, upper) = (law.lower(), law.upper());
        let mut rough = vec![lower, upper];
        rough.extend(law.knots().iter().copied().filter(|x| *x > lower && *x < upper));
        let mut fall = FALL;
        let narrowest = NARROWEST_AT_TOP * (upper - lower);
        while fall < NEGLIGIBLE_LOG {
            // ln G and ln Q fall together, up to the factor n/(n − 1).
            match cost_where(-fall, law.as_ref(), &competition) {
                Some(cost) if cost > lower && upper - cost > narrowest => rough.push(cost),
                _ => break,
            }
            fall += FALL;
        }
        rough.sort_by(f64::total_cmp);
        rough.dedup();
        let mut cuts = vec![lower];
        for pair in rough.windows(2) {
            axis.split(pair[0], pair[1], 0, &mut cuts);
        }
        axis.cuts = cuts;
        axis
    }

    fn split(&self, a: f64, b: f64, depth: u32, cuts: &mut Vec<f64>) {
        let (lower, upper) = (self.lower(), self.upper());
        let middle = 0.5 * (a + b);
        let most = if a == lower || b == upper {
            DEEPEST_AT_END
        } else {
            DEEPEST
        };
        let narrowest = if b == upper {
            2.0 * NARROWEST_AT_TOP
        } else if a == lower {
            NARROWEST_AT_BOTTOM
        } else {
            NARROWEST
        };
        let wide = b - a > COARSEST * (upper - lower);
        if middle > a
            && middle < b
            && (wide || (depth < most && b - a > narrowest * (upper - lower) && !self.resolved(a, b)))
        {
            self.split(a, middle, depth + 1, cuts);
            self.split(middle, b, depth + 1, cuts);
        } else {
            cuts.push(b);
        }
    }

    fn resolved(&self, a: f64, b: f64) -> bool {
        if self.log_none_below(a) <= -NEGLIGIBLE_LOG {
            return true;
        }
        let start = self.point(a);
        // Next to hi the scale is that of the panel's left end; whatever is smaller there does not matter.
        let sampled = points().map(|u| self.point(a + u * (b - a)));
        // S = 1 − F of nearby costs is rounded at 1e-16, its powers at as many times that.
        let noise = 1.0 + 1e-2 * (1.0 + self.expected()) / sampled[0].survival;
        let resolves = |value: &dyn Fn(&AxisPoint) -> f64| {
            let values = sampled.map(|point| value(&point));
            let size = values.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
            size.is_finite() && Series::through(&values).remainder() <= RESOLVED * noise * size
        };
        resolves(&|p| p.survival) && resolves(&|p| (p.log_rivals - start.log_rivals).exp()) && resolves(&|p| p.density)
    }

    /// lo.
    pub fn lower(&self) -> f64 {
        self.law.lower()
    }

    /// hi.
    pub fn upper(&self) -> f64 {
        self.law.upper()
    }

    /// n̄.
    pub fn expected(&self) -> f64 {
        self.competition.expected()
    }

    /// The partition, from lo to hi.
    pub fn cuts(&self) -> &[f64] {
        &self.cuts
    }

    /// F and N inside the support.
    pub fn point(&self, cost: f64) -> AxisPoint {
        let tail = Tail::at(self.law.as_ref(), cost);
        AxisPoint {
            density: self.law.pdf(cost, Side::Right),
            survival: tail.survival,
            log_rivals: self.competition.log_rivals_above(&tail),
        }
    }

    /// ∫_a^b g(x) Q(x)/Q(a) dx for g constant between `knots`, given by its value inside.
    pub fn rent(&self, a: f64, b: f64, g: impl Fn(f64) -> f64, knots: &[f64]) -> f64 {
        let start = self.log_rivals(a);
        let mut cuts: Vec<f64> = self
            .cuts
            .iter()
            .chain(knots)
            .copied()
            .filter(|x| *x > a && *x < b)
            .collect();
        cuts.push(b);
        cuts.sort_by(f64::total_cmp);
        let (mut total, mut left) = (0.0, a);
        for right in cuts {
            if right > left {
                let factor = g(0.5 * (left + right));
                if factor != 0.0 {
                    let [area] = gauss::panel(left, right, |x| [(self.log_rivals(x) - start).exp()]);
                    total += factor * area;
                }
                left = right;
            }
        }
        total
    }

    /// S(θ).
    pub fn survival(&self, cost: f64) -> f64 {
        self.law.survival(cost)
    }

    /// ln Q(θ).
    pub fn log_rivals(&self, cost: f64) -> f64 {
        self.competition.log_rivals_above(&Tail::at(self.law.as_ref(), cost))
    }

    /// ln Q where S is given.
    pub fn log_rivals_at(&self, survival: f64) -> f64 {
        let survival = survival.clamp(0.0, 1.0);
        self.competition.log_rivals_above(&Tail::of(1.0 - survival, survival))
    }

    /// |Q′|/(f Q) where S is given.
    pub fn rival_hazard(&self, survival: f64) -> f64 {
        self.competition.rival_hazard(survival)
    }

    /// ln G(S(θ)).
    pub fn log_none_below(&self, cost: f64) -> f64 {
        self.competition.log_none_below(&Tail::at(self.law.as_ref(), cost))
    }

    /// S⁻¹.
    pub fn at_survival(&self, survival: f64) -> f64 {
        self.law.upper_quantile(survival)
    }
}
