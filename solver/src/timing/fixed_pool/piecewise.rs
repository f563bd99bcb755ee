//! Functions of the lowest cost still possible, smooth between knots and free to jump at them.

use super::axis::CostAxis;
use crate::numerics::chebyshev::Series;

/// c ↦ x̂(c) on [lo, hi], kept on each panel relative to Q at the panel's left end.
#[derive(Debug, Clone)]
pub(super) struct Piecewise {
    /// From lo to hi.
    pub knots: Vec<f64>,
    /// ln Q at the left end of each panel.
    pub log_scales: Vec<f64>,
    /// One a panel.
    pub series: Vec<Series>,
}

impl Piecewise {
    /// 0 everywhere.
    pub fn zero(axis: &CostAxis) -> Self {
        Self {
            knots: vec![axis.lower(), axis.upper()],
            log_scales: vec![0.0],
            series: vec![Series::constant(0.0)],
        }
    }

    /// Adds a panel up to `right`, not scaled by Q.
    pub fn add(&mut self, right: f64, series: Series) {
        self.knots.push(right);
        self.log_scales.push(0.0);
        self.series.push(series);
    }

    /// Makes the function continuous from panel `first` on, where its panels were fitted one by one and meet up to
    /// their tolerance: each takes the mean at its ends.
    pub fn join(&mut self, first: usize) {
        for k in first + 1..self.series.len() {
            let rescale = (self.log_scales[k] - self.log_scales[k - 1]).exp();
            let gap = rescale * self.series[k].value(0.0) - self.series[k - 1].value(1.0);
            self.series[k - 1].add_ramp(0.0, 0.5 * gap);
            self.series[k].add_ramp(-0.5 * gap / rescale, 0.0);
        }
    }

    /// The panel that holds `cost`; the left one at a knot.
    pub fn panel(&self, cost: f64) -> usize {
        panel_of(&self.knots, cost)
    }

    /// x̂(cost)/Q(reference), with ln Q of the reference given.
    pub fn value(&self, panel: usize, cost: f64, log_reference: f64) -> f64 {
        let (a, b) = (self.knots[panel], self.knots[panel + 1]);
        let value = self.series[panel].value((cost - a) / (b - a));
        if value == 0.0 {
            return 0.0;
        }
        value * (self.log_scales[panel] - log_reference).exp()
    }
}

/// The panel between increasing `knots` that holds `cost`; the left one at a knot.
pub(super) fn panel_of(knots: &[f64], cost: f64) -> usize {
    knots.partition_point(|x| *x < cost).clamp(1, knots.len() - 1) - 1
}
