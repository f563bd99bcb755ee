//! Expectations from many states at once: products of a band of weights with a table of values.

use ndarray::{Array2, Axis, Slice};

use super::step::Step;

/// States whose windows together are wider than so many of one are looked at apart.
const WIDEST: usize = 3;
/// The most states of a band.
const TALLEST: usize = 24;

/// The weights of the grid points as seen from a list of means.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    size: usize,
    bands: Vec<Band>,
}

/// Means that follow one another in the list.
#[derive(Debug, Clone)]
struct Band {
    /// Their place in the list.
    from: usize,
    /// The first grid point that any of them looks at.
    first: usize,
    /// Means × grid points.
    weights: Array2<f64>,
}

impl Rows {
    /// As seen from these means; neighbours in the list should be neighbours on the axis.
    pub fn new(step: &Step, means: &[f64]) -> Self {
        let mut bands = Vec::new();
        let mut from = 0;
        while from < means.len() {
            let mut tilts = vec![step.tilt(means[from])];
            let (mut first, mut end) = step.span(&tilts[0]);
            for &mean in means[from + 1..].iter().take(TALLEST - 1) {
                let tilt = step.tilt(mean);
                let span = step.span(&tilt);
                let wider = (first.min(span.0), end.max(span.1));
                if wider.1 - wider.0 > WIDEST * step.window() {
                    break;
                }
                (first, end) = wider;
                tilts.push(tilt);
            }
            let mut weights = Array2::zeros((tilts.len(), end - first));
            for (mut row, tilt) in weights.rows_mut().into_iter().zip(&tilts) {
                let span = step.span(tilt);
                // Tables are kept row by row without gaps.
                let row = row.as_slice_mut().unwrap_or_default();
                step.weigh(tilt, &mut row[span.0 - first..span.1 - first]);
            }
            let height = tilts.len();
            bands.push(Band { from, first, weights });
            from += height;
        }
        Self {
            size: means.len(),
            bands,
        }
    }

    /// The expectations of functions that are known at the grid points: means × functions, `values` being grid points ×
    /// functions; of the first `count` means at least, else 0.
    pub fn expect(&self, values: &Array2<f64>, count: usize) -> Array2<f64> {
        let mut sums = Array2::zeros((self.size, values.ncols()));
        for band in self.bands.iter().filter(|band| band.from < count) {
            let (height, width) = band.weights.dim();
            let seen = values.slice_axis(Axis(0), Slice::from(band.first..band.first + width));
            let mut into = sums.slice_axis_mut(Axis(0), Slice::from(band.from..band.from + height));
            ndarray::linalg::general_mat_mul(1.0, &band.weights, &seen, 0.0, &mut into);
        }
        sums
    }
}
