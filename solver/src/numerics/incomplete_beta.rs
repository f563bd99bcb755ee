//! The regularised incomplete beta function, accurate relative to itself in both tails.
//!
//! The continued fraction is Didonato and Morris (1992, BFRAC), the prefactor Loader's saddle-point form (2000): with
//! ln Γ instead, parameters of a few hundred cost three digits.

use std::f64::consts::TAU;

/// x^a y^b/B(a, b) and I_x(a, b), with y = 1 − x.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IncompleteBeta {
    a: f64,
    b: f64,
    /// a/(a + b) and b/(a + b).
    mean: f64,
    rest: f64,
    /// mean^a rest^b/B(a, b).
    peak: f64,
}

impl IncompleteBeta {
    pub(crate) fn new(a: f64, b: f64) -> Self {
        let n = a + b;
        let correction = stirling_error(n) - stirling_error(a) - stirling_error(b);
        Self {
            a,
            b,
            mean: a / n,
            rest: b / n,
            peak: (a * (b / n) / TAU).sqrt() * correction.exp(),
        }
    }

    /// x^a y^b/B(a, b).
    pub(crate) fn weight(&self, x: f64, y: f64) -> f64 {
        let [(power_x, log_x), (power_y, log_y)] = self.weight_parts(x, y);
        self.peak * (power_x * power_y) * (log_x + log_y).exp()
    }

    /// Its logarithm, also where it underflows.
    pub(crate) fn log_weight(&self, x: f64, y: f64) -> f64 {
        let [(power_x, log_x), (power_y, log_y)] = self.weight_parts(x, y);
        self.peak.ln() + power_x.ln() + power_y.ln() + (log_x + log_y)
    }

    /// B(a, b).
    pub(crate) fn complete(&self) -> f64 {
        // ln_1p of the other share: 1 − 1e-9 rounded loses digits that a large power brings up.
        let power = |exponent: f64, share: f64, other: f64| {
            if share < 0.5 {
                share.powf(exponent)
            } else {
                (exponent * (-other).ln_1p()).exp()
            }
        };
        power(self.a, self.mean, self.rest) * power(self.b, self.rest, self.mean) / self.peak
    }

    /// I_y(b, a) = 1 − I_x(a, b), y = 1 − x, accurate relative to itself.
    pub(crate) fn upper(&self, x: f64, y: f64) -> f64 {
        if y <= 0.0 {
            0.0
        } else if x <= 0.0 {
            1.0
        } else if self.is_lower(x) {
            1.0 - self.lower_ratio(x, y) * self.weight(x, y)
        } else {
            self.upper_ratio(x, y) * self.weight(x, y)
        }
    }

    fn weight_parts(&self, x: f64, y: f64) -> [(f64, f64); 2] {
        let offset = if x <= y { x - self.mean } else { self.rest - y };
        [
            powers(self.a, offset / self.mean, x / self.mean),
            powers(self.b, -offset / self.rest, y / self.rest),
        ]
    }

    /// Whether the fraction for I_x(a, b) is the fast one, rather than that for I_y(b, a).
    pub(crate) fn is_lower(&self, x: f64) -> bool {
        x * (self.a + self.b + 2.0) <= self.a + 1.0
    }

    /// I_x(a, b)/weight(x, y), for x on the fast side.
    pub(crate) fn lower_ratio(&self, x: f64, y: f64) -> f64 {
        ratio(self.a, self.b, x, y)
    }

    /// I_y(b, a)/weight(x, y), for x on the other side.
    pub(crate) fn upper_ratio(&self, x: f64, y: f64) -> f64 {
        ratio(self.b, self.a, y, x)
    }
}

/// I_x(a, b)·B(a, b)/(x^a y^b) by the continued fraction, in Lentz's order.
fn ratio(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let drift = a * y - b * x + 1.0;
    let mut f = a * drift / (a + 1.0);
    let (mut c, mut d) = (f, 0.0);
    // 60 terms at most were needed for a and b up to 500; they grow like the root of the larger.
    for m in 1..10_000 {
        let m = f64::from(m);
        let odd = a + 2.0 * m - 1.0;
        let top = (a + m - 1.0) * (a + b + m - 1.0) * m * (b - m) * x * x / (odd * odd);
        let bottom = m + m * (b - m) * x / odd + (a + m) * (drift + m * (1.0 + y)) / (odd + 2.0);
        d = (bottom + top * d).recip();
        c = bottom + top / c;
        let step = c * d;
        f *= step;
        if (step - 1.0).abs() < 2.0 * f64::EPSILON {
            break;
        }
    }
    f.recip()
}

/// ((1 + e) e^{−e})^a as a factor and the logarithm of the rest, with 1 + e given as `whole` for e near −1.
fn powers(a: f64, e: f64, whole: f64) -> (f64, f64) {
    if e > 0.5 {
        return (1.0, a * (e.ln_1p() - e));
    } else if e < -0.5 {
        // A power rounds once; e^{a ln x} loses |a ln x| ulps. It may underflow where the product does not.
        let power = whole.powf(a);
        return if power > 1e-250 {
            (power, -a * e)
        } else {
            (1.0, a * (whole.ln() - e))
        };
    }
    // ln(1 + e) = 2 atanh(r): ln(1 + e) − e would cancel near 0 (Loader 2000).
    let r = e / (2.0 + e);
    (1.0, a * (r * (2.0 * atanh_excess(r) - e)))
}

/// atanh(r)/r − 1 = r²/3 + r⁴/5 + …, |r| ≤ 1/3.
fn atanh_excess(r: f64) -> f64 {
    let square = r * r;
    let (mut power, mut sum) = (1.0, 0.0);
    for k in 1..=17 {
        power *= square;
        let term = power / f64::from(2 * k + 1);
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    sum
}

/// ln Γ(x) − (x − 1/2) ln x + x − ln √(2π).
fn stirling_error(x: f64) -> f64 {
    if x < 1.0 {
        // δ(x) = δ(x + 1) + (x + 1/2) ln(1 + 1/x) − 1.
        return stirling_error(x + 1.0) + (x + 0.5) * x.recip().ln_1p() - 1.0;
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < 16.0 {
        sum += atanh_excess((2.0 * x + 1.0).recip());
        x += 1.0;
    }
    let s = (x * x).recip();
    let series = 1.0 / 12.0
        - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s * (1.0 / 1680.0 - s * (1.0 / 1188.0 - s * 691.0 / 360_360.0))));
    sum + series / x
}
