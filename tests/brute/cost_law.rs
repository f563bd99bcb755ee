//! Laws of the private cost, written again from their definitions.

use super::quadrature::{last_true, panel, pieces};

/// The law F of one buyer's cost on [lower, upper].
#[derive(Clone, Debug, PartialEq)]
pub struct CostLaw {
    /// Lower end of the support.
    pub lower: f64,
    /// Upper end of the support.
    pub upper: f64,
    /// Which family.
    pub shape: Shape,
}

/// The families of laws.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// F linear.
    Uniform,
    /// F = x^exponent, x the relative position in the support.
    Power {
        /// The exponent.
        exponent: f64,
    },
    /// Beta with whole parameters: F is a polynomial.
    Beta {
        /// First parameter.
        alpha: u32,
        /// Second parameter.
        beta: u32,
    },
    /// Density proportional to e^(−rate·θ).
    TruncatedExponential {
        /// The rate.
        rate: f64,
    },
    /// Quantiles at equally spaced probabilities, linear between them.
    Empirical {
        /// The quantiles, from lower to upper.
        quantiles: Vec<f64>,
    },
    /// Normal density on the support, F by quadrature.
    TruncatedNormal {
        /// Mean of the untruncated law.
        mean: f64,
        /// Standard deviation of the untruncated law.
        sd: f64,
    },
    /// Lognormal density on the support, F by quadrature.
    TruncatedLognormal {
        /// Mean of log θ, untruncated.
        log_mean: f64,
        /// Standard deviation of log θ, untruncated.
        log_sd: f64,
    },
}

/// n over k.
fn choose(n: u32, k: u32) -> f64 {
    (0..k).map(|j| f64::from(n - j) / f64::from(j + 1)).product()
}

/// ∫ e^(−x²/2) over [a, b] by panels of at most half a standard deviation.
fn bell(a: f64, b: f64) -> f64 {
    let cuts = ((b - a) * 0.5).ceil().max(1.0) as usize;
    pieces(&[a, b], cuts, |x| (-0.5 * x * x).exp())
}

impl CostLaw {
    fn width(&self) -> f64 {
        self.upper - self.lower
    }

    /// F(θ).
    pub fn cdf(&self, cost: f64) -> f64 {
        if cost <= self.lower {
            return 0.0;
        }
        if cost >= self.upper {
            return 1.0;
        }
        let x = (cost - self.lower) / self.width();
        match &self.shape {
            Shape::Uniform => x,
            Shape::Power { exponent } => x.powf(*exponent),
            Shape::Beta { alpha, beta } => {
                let n = alpha + beta - 1;
                (*alpha..=n)
                    .map(|j| choose(n, j) * x.powi(j as i32) * (1.0 - x).powi((n - j) as i32))
                    .sum()
            }
            Shape::TruncatedExponential { rate } => {
                (-rate * (cost - self.lower)).exp_m1() / (-rate * self.width()).exp_m1()
            }
            Shape::Empirical { quantiles } => {
                let cell = Self::cell(quantiles, cost);
                let within = (cost - quantiles[cell]) / (quantiles[cell + 1] - quantiles[cell]);
                (cell as f64 + within) / (quantiles.len() - 1) as f64
            }
            Shape::TruncatedNormal { mean, sd } => {
                let at = |x: f64| (x - mean) / sd;
                bell(at(self.lower), at(cost)) / bell(at(self.lower), at(self.upper))
            }
            Shape::TruncatedLognormal { log_mean, log_sd } => {
                let at = |x: f64| (x.ln() - log_mean) / log_sd;
                bell(at(self.lower), at(cost)) / bell(at(self.lower), at(self.upper))
            }
        }
    }

    /// f(θ) for θ inside the support (at a knot of an empirical law: to its right).
    pub fn pdf(&self, cost: f64) -> f64 {
        let width = self.width();
        let x = ((cost - self.lower) / width).clamp(0.0, 1.0);
        match &self.shape {
            Shape::Uniform => 1.0 / width,
            Shape::Power { exponent } => exponent * x.powf(exponent - 1.0) / width,
            Shape::Beta { alpha, beta } => {
                let n = alpha + beta - 1;
                let norm = f64::from(*alpha) * choose(n, *alpha);
                norm * x.powi(*alpha as i32 - 1) * (1.0 - x).powi(*beta as i32 - 1) / width
            }
            Shape::TruncatedExponential { rate } => {
                -rate * (-rate * (cost - self.lower)).exp() / (-rate * width).exp_m1()
            }
            Shape::Empirical { quantiles } => {
                let cell = Self::cell(quantiles, cost);
                1.0 / ((quantiles.len() - 1) as f64 * (quantiles[cell + 1] - quantiles[cell]))
            }
            Shape::TruncatedNormal { mean, sd } => {
                let at = |x: f64| (x - mean) / sd;
                (-0.5 * at(cost).powi(2)).exp() / sd / bell(at(self.lower), at(self.upper))
            }
            Shape::TruncatedLognormal { log_mean, log_sd } => {
                let at = |x: f64| (x.ln() - log_mean) / log_sd;
                (-0.5 * at(cost).powi(2)).exp() / (log_sd * cost) / bell(at(self.lower), at(self.upper))
            }
        }
    }

    /// F⁻¹(u).
    pub fn quantile(&self, u: f64) -> f64 {
        match &self.shape {
            Shape::Uniform => self.lower + self.width() * u,
            Shape::Power { exponent } => self.lower + self.width() * u.powf(1.0 / exponent),
            Shape::TruncatedExponential { rate } => self.lower - (u * (-rate * self.width()).exp_m1()).ln_1p() / rate,
            Shape::Empirical { quantiles } => {
                let at = u * (quantiles.len() - 1) as f64;
                let cell = (at.floor() as usize).min(quantiles.len() - 2);
                quantiles[cell] + (at - cell as f64) * (quantiles[cell + 1] - quantiles[cell])
            }
            _ => last_true(self.lower, self.upper, |x| self.cdf(x) <= u).unwrap_or(self.lower),
        }
    }

    fn cell(quantiles: &[f64], cost: f64) -> usize {
        let mut cell = 0;
        while cell + 2 < quantiles.len() && cost >= quantiles[cell + 1] {
            cell += 1;
        }
        cell
    }

    /// Costs inside the support where the density jumps.
    pub fn knots(&self) -> Vec<f64> {
        match &self.shape {
            Shape::Empirical { quantiles } => quantiles[1..quantiles.len() - 1].to_vec(),
            _ => Vec::new(),
        }
    }

    /// θ + F(θ)/f(θ).
    pub fn virtual_cost(&self, cost: f64) -> f64 {
        if cost <= self.lower {
            return self.lower;
        }
        match &self.shape {
            Shape::Power { exponent } => cost + (cost - self.lower) / exponent,
            _ => cost + self.cdf(cost) / self.pdf(cost),
        }
    }

    /// Whether the virtual cost is increasing. All the smooth families here have a log-concave F;
    /// the piecewise linear one needs a density that nowhere jumps up.
    pub fn virtual_cost_increases(&self) -> bool {
        match &self.shape {
            Shape::Empirical { quantiles } => {
                let gaps: Vec<f64> = quantiles.windows(2).map(|q| q[1] - q[0]).collect();
                gaps.windows(2).all(|g| g[1] >= g[0] * (1.0 - 1e-12))
            }
            _ => true,
        }
    }

    /// The integration coordinate is y = θ, but for a power law θ = lower + width·y^k: k makes both
    /// θ and F smooth at y = 0.
    fn stretch(&self) -> f64 {
        match &self.shape {
            Shape::Power { exponent } if exponent.fract() == 0.0 => 1.0,
            Shape::Power { exponent } if (2.0 * exponent).fract() == 0.0 => 2.0,
            Shape::Power { exponent } => (12.0 / exponent.min(1.0)).ceil(),
            _ => 1.0,
        }
    }

    /// The integration coordinate of a cost.
    pub fn coordinate(&self, cost: f64) -> f64 {
        match &self.shape {
            Shape::Power { .. } => ((cost - self.lower) / self.width()).powf(1.0 / self.stretch()),
            _ => cost,
        }
    }

    /// (θ, F(θ), dF/dy) at an integration coordinate.
    pub fn at(&self, y: f64) -> (f64, f64, f64) {
        match &self.shape {
            Shape::Power { exponent } => {
                let k = self.stretch();
                let power = k * exponent;
                (
                    self.lower + self.width() * y.powf(k),
                    y.powf(power),
                    power * y.powf(power - 1.0),
                )
            }
            _ => (y, self.cdf(y), self.pdf(y)),
        }
    }

    /// ∫ h(θ) w(F(θ)) dF over costs in [a, b] (both in the support), h smooth between `kinks`.
    pub fn expect(
        &self,
        a: f64,
        b: f64,
        kinks: &[f64],
        cuts: usize,
        h: impl Fn(f64) -> f64,
        w: impl Fn(f64) -> f64,
    ) -> f64 {
        if b <= a {
            return 0.0;
        }
        let inner = kinks
            .iter()
            .copied()
            .chain(self.knots())
            .filter(|k| *k > a && *k < b)
            .map(|k| self.coordinate(k));
        let breaks = super::quadrature::breaks(self.coordinate(a), self.coordinate(b), inner);
        pieces(&breaks, cuts, |y| {
            let (cost, u, slope) = self.at(y);
            h(cost) * w(u) * slope
        })
    }

    /// The same over one smooth panel, ends given as coordinates.
    pub fn expect_panel(&self, a: f64, b: f64, h: impl Fn(f64) -> f64, w: impl Fn(f64) -> f64) -> f64 {
        panel(a, b, |y| {
            let (cost, u, slope) = self.at(y);
            h(cost) * w(u) * slope
        })
    }
}
