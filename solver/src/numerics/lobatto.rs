//! Chebyshev–Lobatto points, nested by doubling, and the coefficients of the polynomial through values there.

use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::sync::{Arc, LazyLock, Mutex};

use ndarray::Array2;

use super::exponential::{LANES, dot};

/// The fewest intervals between points.
pub(crate) const COARSEST: usize = 8;
/// The most: transforms and profiles cost their square.
pub(crate) const FINEST: usize = 512;

/// The points cos(π(n − j)/n) on [−1, 1] and the matrix from values to Chebyshev coefficients.
#[derive(Debug)]
pub(crate) struct Lobatto {
    /// Increasing, both ends included.
    pub points: Vec<f64>,
    /// Row k: weights of the values in coefficient k.
    transform: Array2<f64>,
    /// Its left half with the middle, rows filled up with 0.
    halves: Vec<f64>,
}

static TABLES: LazyLock<Mutex<BTreeMap<usize, Arc<Lobatto>>>> = LazyLock::new(Mutex::default);

impl Lobatto {
    /// The set with this many intervals, an even number.
    pub fn with(intervals: usize) -> Arc<Self> {
        let mut tables = TABLES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let table = tables.entry(intervals);
        Arc::clone(table.or_insert_with(|| Arc::new(Self::with_intervals(intervals))))
    }

    /// 8, 12, 16, 24, … : sets that can be halved, from `from` intervals on.
    pub fn sizes(from: usize) -> impl Iterator<Item = usize> {
        (3..=11)
            .flat_map(|power| [1 << power, 3 << (power - 1)])
            .filter(move |&size| (from..=FINEST).contains(&size))
    }

    /// 8, 12, 16, 20, … up to 64, and beyond the sizes that can be halved.
    pub fn close_sizes() -> impl Iterator<Item = usize> {
        (COARSEST..=64).step_by(4).chain(Self::sizes(65))
    }

    fn with_intervals(n: usize) -> Self {
        let end = |k: usize| if k == 0 || k == n { 0.5 } else { 1.0 };
        // cos(πk/n) for k to 2n, so that no angle is reduced twice.
        let cosines: Vec<f64> = (0..2 * n).map(|k| (PI * k as f64 / n as f64).cos()).collect();
        let points = (0..=n).map(|j| if 2 * j == n { 0.0 } else { cosines[n - j] }).collect();
        let transform = Array2::from_shape_fn((n + 1, n + 1), |(k, j)| {
            2.0 / n as f64 * end(k) * end(j) * cosines[(k * (n - j)) % (2 * n)]
        });
        let length = (n / 2 + 1).next_multiple_of(LANES);
        let halves = transform
            .rows()
            .into_iter()
            .flat_map(|row| (0..length).map(move |j| if j <= n / 2 { row[j] } else { 0.0 }))
            .collect();
        Self {
            points,
            transform,
            halves,
        }
    }

    /// How many points there are.
    pub fn size(&self) -> usize {
        self.points.len()
    }

    /// Coefficients a_k of Σ a_k T_k through `values` at the points.
    pub fn coefficients(&self, values: &[f64]) -> Vec<f64> {
        // T_k is even or odd: rows meet the sums or the differences of mirrored values.
        let (half, last) = (self.size() / 2, self.size() - 1);
        let length = (half + 1).next_multiple_of(LANES);
        let (mut even, mut odd) = (vec![0.0; length], vec![0.0; length]);
        for j in 0..half {
            (even[j], odd[j]) = (values[j] + values[last - j], values[j] - values[last - j]);
        }
        even[half] = values[half];
        let halves = self.halves.chunks_exact(length);
        halves
            .enumerate()
            .map(|(k, row)| dot(row, if k % 2 == 0 { &even } else { &odd }))
            .collect()
    }

    /// [`Self::coefficients`] of every row.
    pub fn coefficients_of(&self, rows: &Array2<f64>) -> Array2<f64> {
        rows.dot(&self.transform.t())
    }

    /// Weights of the values at the points in Σ a_k m_k, where a_k are the coefficients through the values: the
    /// functional that takes T_k to m_k.
    pub fn weights(&self, moments: &[f64]) -> Vec<f64> {
        let mut weights = vec![0.0; self.size()];
        for (row, moment) in self.transform.rows().into_iter().zip(moments) {
            for (weight, entry) in weights.iter_mut().zip(row) {
                *weight += entry * moment;
            }
        }
        weights
    }

    /// Weights of the values at the points in the polynomial's value at x.
    pub fn interpolation(&self, x: f64) -> Vec<f64> {
        let (mut now, mut next) = (1.0, x);
        let polynomials: Vec<f64> = (0..self.size())
            .map(|_| {
                let value = now;
                (now, next) = (next, 2.0 * x * next - now);
                value
            })
            .collect();
        self.weights(&polynomials)
    }

    /// [`Self::interpolation`] at several x: their number × points.
    pub fn onto(&self, xs: &[f64]) -> Array2<f64> {
        let mut weights = Array2::zeros((xs.len(), self.size()));
        for (mut row, x) in weights.rows_mut().into_iter().zip(xs) {
            for (entry, weight) in row.iter_mut().zip(self.interpolation(*x)) {
                *entry = weight;
            }
        }
        weights
    }

    /// The points on [a, b].
    pub fn on(&self, a: f64, b: f64) -> Vec<f64> {
        let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
        let last = self.size() - 1;
        self.points
            .iter()
            .enumerate()
            .map(|(j, x)| match j {
                0 => a,
                _ if j == last => b,
                _ => half.mul_add(*x, middle),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Lobatto;

    #[test]
    fn through_a_polynomial_and_nested() {
        let (fine, coarse) = (Lobatto::with(16), Lobatto::with(8));
        for (j, x) in coarse.points.iter().enumerate() {
            assert!((x - fine.points[2 * j]).abs() < 1e-16);
        }
        let values: Vec<f64> = fine.points.iter().map(|x| 4.0 * x * x * x - 3.0 * x + 0.5).collect();
        for (k, a) in fine.coefficients(&values).iter().enumerate() {
            let expected = [0.5, 0.0, 0.0, 1.0].get(k).copied().unwrap_or(0.0);
            assert!((a - expected).abs() < 1e-15, "{k} {a}");
        }
        for x in [-1.0, 0.3, 1.0] {
            let weights = fine.interpolation(x);
            let value: f64 = weights.iter().zip(&values).map(|(weight, value)| weight * value).sum();
            assert!((value - (4.0 * x * x * x - 3.0 * x + 0.5)).abs() < 1e-14, "{x} {value}");
        }
    }
}
