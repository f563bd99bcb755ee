//! The Dagum law (Burr III; Dagum 1977).
//!
//! | symbol | meaning |
//! |---|---|
//! | b, c, q | `scale`, `shape`, `tail` |
//! | t = (x/b)^−c | |
//! | w = 1/(1 + t) | F = w^q, so that w is of law Beta(q, 1) |
//! | v = −ln s, s a survival probability | the variable of the integral in quantile space |

use crate::numerics::gauss;
use crate::numerics::incomplete_beta::IncompleteBeta;

/// F(x) = (1 + (x/b)^−c)^−q.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dagum {
    pub(super) scale: f64,
    pub(super) shape: f64,
    pub(super) tail: f64,
}

/// ln w and ln(1 − w) of a probability.
#[derive(Debug, Clone, Copy)]
struct Odds {
    log_w: f64,
    log_rest: f64,
}

impl Dagum {
    fn odds(self, cdf: f64, survival: f64) -> Odds {
        let log_cdf = if cdf <= survival { cdf.ln() } else { (-survival).ln_1p() };
        let log_w = log_cdf / self.tail;
        Odds {
            log_w,
            log_rest: (-log_w.exp_m1()).ln(),
        }
    }

    pub(super) fn quantile(self, cdf: f64, survival: f64) -> f64 {
        let odds = self.odds(cdf, survival);
        self.scale * ((odds.log_w - odds.log_rest) / self.shape).exp()
    }

    /// t = (x/b)^−c.
    fn power(self, x: f64) -> f64 {
        (x / self.scale).powf(-self.shape)
    }

    /// ln F = −q ln(1 + t).
    fn log_cdf(self, x: f64) -> f64 {
        let t = self.power(x);
        let log = if t < f64::INFINITY {
            t.ln_1p()
        } else {
            // t overflows long before F underflows if q is small.
            -self.shape * (x / self.scale).ln()
        };
        -self.tail * log
    }

    pub(super) fn cdf(self, x: f64) -> f64 {
        self.log_cdf(x).exp()
    }

    pub(super) fn survival(self, x: f64) -> f64 {
        -self.log_cdf(x).exp_m1()
    }

    /// q c/x · t/(1 + t) · F; at 0 its limit, 0, q c/b or ∞ as c q is above, at or below 1.
    pub(super) fn pdf(self, x: f64) -> f64 {
        let Self { scale, shape, tail } = self;
        if x <= 0.0 {
            let order = shape * tail;
            return if order > 1.0 {
                0.0
            } else if order < 1.0 {
                f64::INFINITY
            } else {
                scale.recip()
            };
        }
        if x == f64::INFINITY {
            return 0.0;
        }
        let share = (1.0 + self.power(x).recip()).recip();
        tail * shape / x * share * self.cdf(x)
    }

    /// The law of w weighted by R: Beta(q + 1/c, 1 − 1/c).
    fn weighted(self) -> IncompleteBeta {
        let order = self.shape.recip();
        // 1 − 1/c would lose the digits of c − 1.
        IncompleteBeta::new(self.tail + order, (self.shape - 1.0) / self.shape)
    }

    /// b q B(q + 1/c, 1 − 1/c).
    pub(super) fn mean(self) -> f64 {
        self.mean_from(&self.weighted())
    }

    fn mean_from(self, weighted: &IncompleteBeta) -> f64 {
        self.scale * self.tail * weighted.complete()
    }

    /// E[R] I_{1−w}(1 − 1/c, q + 1/c).
    pub(super) fn partial_mean(self, x: f64) -> f64 {
        let weighted = self.weighted();
        let t = self.power(x);
        let rest = if t < f64::INFINITY { t / (1.0 + t) } else { 1.0 };
        self.mean_from(&weighted) * weighted.upper((1.0 + t).recip(), rest)
    }

    /// E[R; R > k] − k S(k), or where these nearly cancel the integral of R − k in quantile space.
    pub(super) fn excess(self, k: f64) -> f64 {
        /// A difference smaller than this share of its terms has lost more than a digit and a half.
        const CANCELLED: f64 = 1.0 / 32.0;
        let partial = self.partial_mean(k);
        let difference = partial - k * self.survival(k);
        if difference > CANCELLED * partial {
            difference
        } else {
            k * self.relative_excess(k)
        }
    }

    /// E[(R/k − 1)^+] = ∫₀^S (R(s)/k − 1) ds: only positive terms, by 12-point Gauss panels that halve until they agree.
    fn relative_excess(self, k: f64) -> f64 {
        /// e^{−v (1 − 1/c)}, c > 2 here, has no digit left after this.
        const FAR: f64 = 80.0;
        let (cdf, survival) = (self.cdf(k), self.survival(k));
        // Above the median s = S e^{−v}; below it p = F e^v, which is smooth where F is tiny.
        let top = survival.min(0.5);
        let at_k = self.odds(cdf, survival);
        let gain = |odds: Odds| ((odds.log_w - at_k.log_w - (odds.log_rest - at_k.log_rest)) / self.shape).exp_m1();
        let upper = |v: f64| {
            let s = top * (-v).exp();
            s * gain(self.odds(1.0 - s, s))
        };
        let mut total = refined(0.0, FAR, &upper, 0);
        if cdf < 0.5 {
            let lower = |v: f64| {
                let p = cdf * v.exp();
                p * gain(self.odds(p, 1.0 - p))
            };
            let width = (0.5 / cdf).ln();
            total += refined((width - FAR).max(0.0), width, &lower, 0);
        }
        total
    }
}

/// ∫ of a smooth function: a panel is halved until its two halves agree with it to 1e-14.
fn refined(a: f64, b: f64, f: &dyn Fn(f64) -> f64, depth: u32) -> f64 {
    const DEEPEST: u32 = 16;
    let middle = 0.5 * (a + b);
    let part = |from: f64, to: f64| gauss::panel(from, to, |v| [f(v)])[0];
    let (whole, halves) = (part(a, b), part(a, middle) + part(middle, b));
    // The first splits are always made: twelve points on [0, 80] may agree by chance.
    if depth >= DEEPEST || depth >= 3 && (whole - halves).abs() <= 1e-14 * halves.abs() {
        halves
    } else {
        refined(a, middle, f, depth + 1) + refined(middle, b, f, depth + 1)
    }
}
