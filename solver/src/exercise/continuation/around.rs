//! Expectations from all nodes of the half-line rule on both sides of a state at once.
//!
//! Seen from x ± σ s_j the next state has the mean m ± ρσ s_j, m being that seen from x. With d the distance of a grid
//! point or of a kink from m and t_j = ± ρ s_j, in standard deviations, e^{−(d − t_j)²/2} is a number that depends on j and
//! the grid alone, times one factor for d and one for j; so are the e^{∓(d − t_j) s_i} of half-lines. What depends on j
//! and the grid is computed once for all slots and types.

use super::step::times_powers;
use crate::numerics::exponential::{LANES, dot, exp};

/// 1/√(2π).
const NORMAL: f64 = 0.398_942_280_401_432_7;
/// The largest power of e that is computed with.
const LARGEST: f64 = 600.0;

/// One side of a state.
#[derive(Debug, Clone)]
struct Side {
    /// t_j.
    distances: Vec<f64>,
    /// From where in the window row j starts.
    starts: Vec<usize>,
    /// Row j: φ(lη − t_j) η at the grid points l η within reach of t_j; `width` of them.
    bells: Vec<f64>,
    /// Row j: e^{t_j s_i}, and its reciprocal.
    tilts: Vec<f64>,
    inverse_tilts: Vec<f64>,
}

/// Tables for the nodes on both sides.
#[derive(Debug, Clone)]
pub(crate) struct Around {
    /// η.
    eta: f64,
    /// The grid points looked at, counted from the one nearest to m.
    first: isize,
    length: usize,
    /// Grid points a node looks at.
    width: usize,
    below: Side,
    above: Side,
}

impl Around {
    /// `None` where a step reaches so far that numbers overflow.
    pub fn of(persistence: f64, eta: f64, reach: f64, half: &[f64]) -> Option<Self> {
        let furthest = persistence.abs() * reach;
        if (furthest + reach) * reach.max(eta) > LARGEST {
            return None;
        }
        let count = ((reach + 1.0) / eta).ceil() as isize;
        let width = (2 * count as usize + 1).next_multiple_of(LANES);
        let first = -((furthest / eta).ceil() as isize) - count;
        let length = 2 * (-first) as usize + LANES;
        let side = |sign: f64| {
            let distances: Vec<f64> = half.iter().map(|s| sign * persistence * s).collect();
            let center = |t: &f64| (t / eta).round() as isize - count;
            let starts: Vec<usize> = distances.iter().map(|t| (center(t) - first) as usize).collect();
            let bells = distances
                .iter()
                .flat_map(|t| {
                    let from = center(t);
                    (0..width as isize).map(move |l| {
                        let distance = (from + l) as f64 * eta - t;
                        NORMAL * eta * (-0.5 * distance * distance).exp()
                    })
                })
                .collect();
            let tilts: Vec<f64> = distances
                .iter()
                .flat_map(|t| half.iter().map(move |s| (t * s).exp()))
                .collect();
            Side {
                inverse_tilts: tilts.iter().map(|tilt| 1.0 / tilt).collect(),
                distances,
                starts,
                bells,
                tilts,
            }
        };
        Some(Self {
            eta,
            first,
            length,
            width,
            below: side(-1.0),
            above: side(1.0),
        })
    }

    /// The grid points looked at, counted from the one nearest to m: the first, and how many.
    pub fn window(&self) -> (isize, usize) {
        (self.first, self.length)
    }

    /// t_j below and above.
    pub fn distances(&self) -> [&[f64]; 2] {
        [&self.below.distances, &self.above.distances]
    }

    /// E[f] by the trapezoid rule from the nodes below and above, f being `seen` on the window; m lies `offset` grid
    /// points above the one nearest to it.
    pub fn smooth(&self, mut seen: Vec<f64>, offset: f64) -> [Vec<f64>; 2] {
        // e^{−(lη − d − t)²/2} = e^{−(lη − t)²/2} e^{d lη} e^{−d t − d²/2}.
        let d = offset * self.eta;
        let ratio = exp(d * self.eta);
        times_powers(exp(d * self.eta * self.first as f64), ratio, &mut seen);
        let scale = exp(-0.5 * d * d);
        let tilts: Vec<f64> = self.above.distances.iter().map(|t| exp(-d * t)).collect();
        let sums = |side: &Side, tilt: fn(f64) -> f64| {
            let rows = side.bells.chunks_exact(self.width).zip(&side.starts);
            let nodes = rows.zip(&tilts);
            nodes
                .map(|((row, &start), of_node)| scale * tilt(*of_node) * dot(row, &seen[start..start + self.width]))
                .collect()
        };
        // Nodes below lie as far as those above, on the other side.
        [sums(&self.below, |tilt| 1.0 / tilt), sums(&self.above, |tilt| tilt)]
    }

    /// Adds what a kink at the distance `kink` from m contributes from the nodes below and above; `data` are the kink's
    /// values above and below it, on the nodes `half`.
    pub fn add_half_lines(
        &self,
        kink: f64,
        data: [&[f64]; 2],
        sign: f64,
        (half, reach): (&[f64], f64),
        sums: &mut [Vec<f64>; 2],
    ) {
        let furthest = self.above.distances.iter().fold(0.0_f64, |most, t| most.max(t.abs()));
        if kink.abs() > furthest + reach {
            return;
        }
        // ∫ h(s) φ(s + u) ds with u = ±(kink − t): e^{−u s} = e^{∓ kink s} e^{± t s}.
        let tilted = |data: &[f64], tilt: f64| -> Vec<f64> {
            let terms = data.iter().zip(half);
            terms.map(|(value, s)| value * exp(tilt * s)).collect()
        };
        let (above, below) = (tilted(data[0], -kink), tilted(data[1], kink));
        for (side, sums) in [&self.below, &self.above].into_iter().zip(sums) {
            let bells: Vec<f64> = side
                .distances
                .iter()
                .map(|t| exp(-0.5 * (kink - t) * (kink - t)))
                .collect();
            let tilts = side
                .tilts
                .chunks_exact(half.len())
                .zip(side.inverse_tilts.chunks_exact(half.len()));
            let nodes = side.distances.iter().zip(&bells).zip(tilts);
            for (((t, bell), (tilts, inverse)), sum) in nodes.zip(sums) {
                let u = kink - t;
                if u.abs() < reach {
                    *sum += if u > 0.0 {
                        sign * bell * dot(&above, tilts)
                    } else {
                        -sign * bell * dot(&below, inverse)
                    };
                }
            }
        }
    }
}
