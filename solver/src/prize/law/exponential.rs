//! The exponential law.

/// S(x) = e^{−x/mean}, x ≥ 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Exponential {
    pub(super) mean: f64,
}

impl Exponential {
    pub(super) fn quantile(self, cdf: f64, survival: f64) -> f64 {
        // ln S from F while F is the smaller: 1 − 1e-20 has no logarithm.
        self.mean
            * if cdf <= survival {
                -(-cdf).ln_1p()
            } else {
                -survival.ln()
            }
    }

    pub(super) fn cdf(self, x: f64) -> f64 {
        -(-x / self.mean).exp_m1()
    }

    pub(super) fn survival(self, x: f64) -> f64 {
        (-x / self.mean).exp()
    }

    pub(super) fn pdf(self, x: f64) -> f64 {
        self.survival(x) / self.mean
    }

    pub(super) fn mean(self) -> f64 {
        self.mean
    }

    pub(super) fn excess(self, k: f64) -> f64 {
        self.mean * self.survival(k)
    }

    pub(super) fn partial_mean(self, x: f64) -> f64 {
        (x + self.mean) * self.survival(x)
    }
}
