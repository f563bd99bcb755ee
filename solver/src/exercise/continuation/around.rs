//! Expectations from all nodes of the half-line rule on both sides of many states at once.
//!
//! Seen from x ± σ s_j the next state has the mean m ± ρσ s_j, m being that seen from x. With d the distance of a grid
//! point or of a kink from m and t_j = ± ρ s_j, in standard deviations, e^{−(d − t_j)²/2} is a number that depends on j and
//! the grid alone, times one factor for d and one for j; so are the e^{∓(d − t_j) s_i} of half-lines. What depends on j
//! and the grid is computed once for all slots and types, and the sums for all types are products of matrices.

use ndarray::Array2;

use super::step::times_powers;
use crate::numerics::exponential::exp;

/// 1/√(2π).
const NORMAL: f64 = 0.398_942_280_401_432_7;
/// The largest power of e that is computed with.
const LARGEST: f64 = 600.0;

/// Tables for the nodes on both sides: first those below, then those above.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    /// η.
    eta: f64,
    /// Grid points looked at on either side of the one nearest to m.
    furthest: usize,
    /// t_j.
    pub distances: Vec<f64>,
    /// e^{σ t_j}: by how much prizes are higher there.
    pub moves: Vec<f64>,
    /// φ(lη − t_j) η: grid points l looked at × nodes j, 0 beyond the reach of a step.
    bells: Array2<f64>,
    /// e^{t_j s_i} and its reciprocal: i × j.
    tilts: Array2<f64>,
    inverse_tilts: Array2<f64>,
}

/// A kink as it is seen from a state.
pub(crate) struct Seen<'a> {
    /// Which of the states.
    pub row: usize,
    /// Its distance from m, in standard deviations.
    pub distance: f64,
    /// 1 where the ticket is exercised above it, −1 below.
    pub sign: f64,
    /// Its values above and below it at the nodes of the half-line rule.
    pub above: &'a [f64],
    pub below: &'a [f64],
}

impl Around {
    /// `None` where a step reaches so far that numbers overflow.
    pub fn of((persistence, sigma): (f64, f64), eta: f64, reach: f64, half: &[f64]) -> Option<Self> {
        let most = persistence.abs() * half.last().copied().unwrap_or(0.0);
        if (most + reach) * reach.max(eta) > LARGEST {
            return None;
        }
        let count = ((reach + 1.0) / eta).ceil();
        let furthest = (most / eta).ceil() as usize + count as usize;
        let sides = [-1.0, 1.0].iter();
        let distances: Vec<f64> = sides
            .flat_map(|sign| half.iter().map(move |s| sign * persistence * s))
            .collect();
        let bells = Array2::from_shape_fn((2 * furthest + 1, distances.len()), |(row, j)| {
            let (place, t) = (row as f64 - furthest as f64, distances[j]);
            let distance = place * eta - t;
            if (place - (t / eta).round()).abs() <= count {
                NORMAL * eta * (-0.5 * distance * distance).exp()
            } else {
                0.0
            }
        });
        let tilts = Array2::from_shape_fn((half.len(), distances.len()), |(i, j)| (distances[j] * half[i]).exp());
        Some(Self {
            eta,
            furthest,
            inverse_tilts: tilts.mapv(f64::recip),
            tilts,
            bells,
            moves: distances.iter().map(|t| (sigma * t).exp()).collect(),
            distances,
        })
    }

    /// Grid points looked at on either side of the one nearest to m.
    pub fn furthest(&self) -> usize {
        self.furthest
    }

    /// E[f] by the trapezoid rule from all nodes: states × nodes. Row by row `seen` is f at the grid points looked at, and m
    /// lies `offsets` grid points above the one nearest to it.
    pub fn smooth(&self, mut seen: Array2<f64>, offsets: &[f64]) -> Array2<f64> {
        // e^{−(lη − d − t)²/2} = e^{−(lη − t)²/2} e^{d lη} e^{−d t − d²/2}.
        let distances: Vec<f64> = offsets.iter().map(|offset| offset * self.eta).collect();
        for (mut row, d) in seen.rows_mut().into_iter().zip(&distances) {
            let first = exp(-d * self.eta * self.furthest as f64);
            // Lists without gaps are worked on side by side.
            times_powers(first, exp(d * self.eta), row.as_slice_mut().unwrap_or_default());
        }
        let mut sums = seen.dot(&self.bells);
        for (mut row, d) in sums.rows_mut().into_iter().zip(&distances) {
            let sums = row.as_slice_mut().unwrap_or_default();
            for (sum, t) in sums.iter_mut().zip(&self.distances) {
                *sum *= exp(-d * (t + 0.5 * d));
            }
        }
        sums
    }

    /// Adds what kinks contribute, `half` being the nodes of the half-line rule.
    pub fn add_half_lines(&self, kinks: &[Seen<'_>], (half, reach): (&[f64], f64), sums: &mut Array2<f64>) {
        // ∫ h(s) φ(s + u) ds with u = ±(kink − t): e^{−u s} = e^{∓ kink s} e^{± t s}.
        let furthest = self.distances.iter().fold(0.0_f64, |most, t| most.max(t.abs()));
        let near = |seen: &&Seen<'_>| seen.distance.abs() < furthest + reach;
        let kinks: Vec<&Seen<'_>> = kinks.iter().filter(near).collect();
        let tilted = |above: bool| {
            let mut table = Array2::zeros((kinks.len(), half.len()));
            for (mut row, seen) in table.rows_mut().into_iter().zip(&kinks) {
                let (data, tilt) = if above {
                    (seen.above, -seen.distance)
                } else {
                    (seen.below, seen.distance)
                };
                let row = row.as_slice_mut().unwrap_or_default();
                for ((entry, value), s) in row.iter_mut().zip(data).zip(half) {
                    *entry = value * exp(tilt * s);
                }
            }
            table
        };
        let above = tilted(true).dot(&self.tilts);
        let below = tilted(false).dot(&self.inverse_tilts);
        let parts = above.rows().into_iter().zip(below.rows());
        for (seen, (above, below)) in kinks.iter().zip(parts) {
            let mut row = sums.row_mut(seen.row);
            let (Some(row), Some(above), Some(below)) = (row.as_slice_mut(), above.as_slice(), below.as_slice()) else {
                continue;
            };
            let nodes = row.iter_mut().zip(&self.distances).zip(above.iter().zip(below));
            for ((sum, t), (above, below)) in nodes {
                let u = seen.distance - t;
                let bell = seen.sign * exp(-0.5 * u * u);
                let half_line = if u > 0.0 { *above } else { -below };
                // Out of reach a half-line's sum may have overflown.
                *sum += if u.abs() < reach { bell * half_line } else { 0.0 };
            }
        }
    }
}
