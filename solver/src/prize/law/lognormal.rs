//! The lognormal law.

use crate::numerics::normal;

/// log R is normal, mean μ and standard deviation σ; z = (ln x − μ)/σ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lognormal {
    pub(super) log_mean: f64,
    pub(super) log_sd: f64,
}

impl Lognormal {
    fn standard(self, x: f64) -> f64 {
        (x.ln() - self.log_mean) / self.log_sd
    }

    pub(super) fn quantile(self, cdf: f64, survival: f64) -> f64 {
        (self.log_mean + self.log_sd * normal::quantile(cdf, survival)).exp()
    }

    pub(super) fn cdf(self, x: f64) -> f64 {
        normal::cdf(self.standard(x))
    }

    pub(super) fn survival(self, x: f64) -> f64 {
        normal::survival(self.standard(x))
    }

    pub(super) fn pdf(self, x: f64) -> f64 {
        // At 0 the density vanishes; 0/0 would be said.
        if x > 0.0 {
            normal::density(self.standard(x)) / (self.log_sd * x)
        } else {
            0.0
        }
    }

    /// e^{μ + σ²/2}.
    pub(super) fn mean(self) -> f64 {
        (self.log_mean + 0.5 * self.log_sd * self.log_sd).exp()
    }

    /// e^{μ + σ²/2} Φ(σ − z) − k Φ(−z) (Black and Scholes 1973), without its cancellation.
    pub(super) fn excess(self, k: f64) -> f64 {
        let (z, sd) = (self.standard(k), self.log_sd);
        if z > 0.0 {
            k * normal::tilted_excess(z, sd)
        } else {
            // E(R − k)⁺ = E R − k + E(k − R)⁺: below the median these are positive terms.
            let gain = if z.is_finite() {
                k * (sd * (0.5 * sd - z)).exp_m1()
            } else {
                self.mean()
            };
            // The tilt e^{−σs} − 1 integrates to minus the put.
            gain - k * normal::tilted_excess(-z, -sd)
        }
    }

    /// e^{μ + σ²/2} Φ(σ − z).
    pub(super) fn partial_mean(self, x: f64) -> f64 {
        self.mean() * normal::cdf(self.log_sd - self.standard(x))
    }
}
