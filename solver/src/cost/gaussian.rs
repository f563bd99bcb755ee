//! The standard normal law truncated to [a, b], in forms that survive any number of standard deviations.
//!
//! | symbol | meaning |
//! |---|---|
//! | x | a point of [a, b], in standard deviations from the mean |
//! | t = x − a, y = b − x | its distances from the ends, given separately because x − a would cancel |
//! | I(x, d) = ∫₀^d e^{−xs − s²/2} ds | mass of [x, x + d] divided by the density at x |
//!
//! a may be −∞ (a lognormal law that starts at 0). Everything is a ratio of masses with the same scale, so nothing
//! underflows that the answer does not.

use errorfunctions::RealErrorFunctions;
use statrs::function::erf::erfc_inv;
use std::f64::consts::FRAC_1_SQRT_2;

use super::Tail;
use super::invert::distance_reaching;

/// √(π/2).
const SQRT_HALF_PI: f64 = 1.253_314_137_315_500_3;

/// −ln of a mass below anything representable.
const NOTHING: f64 = 760.0;

/// A point with its distances from both ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) t: f64,
    pub(super) y: f64,
}

impl Point {
    fn flipped(self) -> Self {
        Self {
            x: -self.x,
            t: self.y,
            y: self.t,
        }
    }
}

/// N(0, 1) given a ≤ x ≤ b.
#[derive(Debug, Clone, Copy)]
pub(super) struct TruncatedGaussian {
    a: f64,
    b: f64,
    width: f64,
    /// ∫ e^{(m² − x²)/2} dx over [a, b], m the point of [a, b] nearest the mean.
    mass: f64,
}

impl TruncatedGaussian {
    /// The law on [a, b] with b − a = `width` given separately, because it may be far smaller than a.
    pub(super) fn new(a: f64, b: f64, width: f64) -> Self {
        let mass = if a >= 0.0 {
            mass_above(a, width)
        } else if b <= 0.0 {
            mass_above(-b, width)
        } else {
            SQRT_HALF_PI * (erf_scaled(b) + erf_scaled(-a))
        };
        Self { a, b, width, mass }
    }

    fn flipped(&self) -> Self {
        Self {
            a: -self.b,
            b: -self.a,
            ..*self
        }
    }

    /// Density at an interior point or an end, per standard deviation.
    pub(super) fn pdf(&self, p: Point) -> f64 {
        self.height(p) / self.mass
    }

    /// e^{(m² − x²)/2}.
    fn height(&self, p: Point) -> f64 {
        self.log_height(p).exp()
    }

    /// (m² − x²)/2: x² − m² is factored, else two huge squares would cancel 50 deviations from the mean.
    fn log_height(&self, p: Point) -> f64 {
        if self.a >= 0.0 {
            -0.5 * p.t * (self.a + p.x)
        } else if self.b <= 0.0 {
            if p.y.is_infinite() {
                f64::NEG_INFINITY // x = −∞, and ∞·(−∞ + b) is fine but b = 0 would not be
            } else {
                0.5 * p.y * (self.b + p.x)
            }
        } else {
            -0.5 * p.x * p.x
        }
    }

    /// F.
    pub(super) fn cdf(&self, p: Point) -> f64 {
        let share = if self.a >= 0.0 {
            mass_above(self.a, p.t) / self.mass
        } else if p.x <= 0.0 {
            // The ratio first: two small factors could underflow where their quotient by the mass does not.
            let height = self.height(p);
            if height == 0.0 {
                0.0
            } else {
                height * (mass_above(-p.x, p.t) / self.mass)
            }
        } else {
            SQRT_HALF_PI * (erf_scaled(p.x) + erf_scaled(-self.a)) / self.mass
        };
        share.min(1.0)
    }

    /// S.
    pub(super) fn survival(&self, p: Point) -> f64 {
        self.flipped().cdf(p.flipped())
    }

    /// ln S, also where S underflows.
    pub(super) fn log_survival(&self, p: Point) -> f64 {
        let cdf = self.cdf(p);
        if cdf < 0.5 {
            (-cdf).ln_1p()
        } else {
            self.log_height(p) + (Self::upper_markup(p) / self.mass).ln()
        }
    }

    /// F, S and ln S.
    pub(super) fn tail(&self, p: Point) -> Tail {
        let cdf = self.cdf(p);
        if cdf < 0.5 {
            // 1 − F loses nothing here.
            return Tail::of(cdf, 1.0 - cdf);
        }
        let survival = self.survival(p);
        let log_survival = if survival >= f64::MIN_POSITIVE {
            survival.ln()
        } else {
            self.log_survival(p)
        };
        Tail {
            cdf,
            survival,
            log_survival,
        }
    }

    /// S/f, in standard deviations; infinite where it is not representable.
    pub(super) fn upper_markup(p: Point) -> f64 {
        Self::markup(p.flipped())
    }

    /// F/f, in standard deviations; infinite where it is not representable.
    pub(super) fn markup(p: Point) -> f64 {
        mass_above(-p.x, p.t)
    }

    /// The point with F = p, 0 < p ≤ 1/2.
    pub(super) fn quantile(&self, probability: f64) -> Point {
        let width = self.reach().min(self.width);
        let whole = width == self.width;
        let start = self.b - width;
        let point = |t: f64| {
            // From the left end where that is near, else from b: the left end may be at −∞.
            let x = if whole && self.a.abs() <= width {
                self.a + t
            } else {
                start + t
            };
            Point {
                x: x.min(self.b),
                t: if whole { t } else { self.width - width + t },
                y: width - t,
            }
        };
        let guess = if self.a >= 0.0 {
            probability * self.mass
        } else if self.b <= 0.0 {
            let log = -2.0 * probability.ln();
            width - log / (self.b.hypot(log.sqrt()) - self.b)
        } else {
            let left = 0.5 * RealErrorFunctions::erfc(-self.a * FRAC_1_SQRT_2);
            let all = self.mass / (2.0 * SQRT_HALF_PI);
            let x = -erfc_inv(2.0 * (left + probability * all)) / FRAC_1_SQRT_2;
            x - start
        };
        let first = probability * self.mass / self.height(point(0.0));
        let guess = if guess > 0.0 {
            guess.min(first.max(1e-3 * guess))
        } else {
            first
        };
        let t = distance_reaching(probability, guess, width, |t| {
            (self.cdf(point(t)), Self::markup(point(t)))
        });
        point(t)
    }

    /// The point with S = s, 0 < s ≤ 1/2.
    pub(super) fn upper_quantile(&self, survival: f64) -> Point {
        self.flipped().quantile(survival).flipped()
    }

    /// A distance from b beyond which F is not representable.
    fn reach(&self) -> f64 {
        if self.b <= 0.0 {
            2.0 * NOTHING / (self.b.hypot((2.0 * NOTHING).sqrt()) - self.b)
        } else {
            self.b + (2.0 * NOTHING).sqrt()
        }
    }
}

/// erf(x/√2).
fn erf_scaled(x: f64) -> f64 {
    if x.is_infinite() {
        x.signum()
    } else {
        RealErrorFunctions::erf(x * FRAC_1_SQRT_2)
    }
}

/// I(x, d), d ≥ 0, d = ∞ allowed; infinite where it overflows.
fn mass_above(x: f64, d: f64) -> f64 {
    if d == f64::INFINITY {
        if x == f64::INFINITY {
            0.0
        } else {
            SQRT_HALF_PI * scaled_erfc(x)
        }
    } else if x.abs() * d + 0.5 * d * d <= 1.0 {
        short_mass(x, d)
    } else if x >= 0.0 {
        let rest = (-d * (x + 0.5 * d)).exp() * scaled_erfc(x + d);
        SQRT_HALF_PI * (scaled_erfc(x) - rest)
    } else if x + d <= 0.0 {
        // Seen from the other end, where the density is higher: no difference of huge numbers.
        let growth = (-d * (x + 0.5 * d)).exp();
        growth * mass_above(-(x + d), d)
    } else {
        (0.5 * x * x).exp() * (SQRT_HALF_PI * (erf_scaled(-x) + erf_scaled(x + d)))
    }
}

/// e^{x²/2} erfc(x/√2).
fn scaled_erfc(x: f64) -> f64 {
    RealErrorFunctions::erfcx(x * FRAC_1_SQRT_2)
}

/// I(x, d) by the Taylor series of e^{−xs − s²/2} (Hermite polynomials), for |x| d + d²/2 ≤ 1: there a difference of
/// error functions would cancel.
fn short_mass(x: f64, d: f64) -> f64 {
    let (linear, square) = (-x * d, d * d);
    let (mut before, mut term, mut sum) = (0.0, 1.0, 1.0);
    for k in 1..=60 {
        let k = f64::from(k);
        (before, term) = (term, (linear * term - square * before) / k);
        let part = term / (k + 1.0);
        sum += part;
        // Two terms, because every other one vanishes when x = 0.
        if part.abs() + before.abs() < 1e-17 * sum {
            break;
        }
    }
    d * sum
}
