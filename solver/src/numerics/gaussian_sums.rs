//! Sums of Gaussians at the nodes of panels.
//!
//! e^{−(c + g − m)²/2} = e^{−(c − m)²/2} e^{−c g − g²/2} e^{m g}: for a source at m and a panel around c with nodes c + g
//! one exponential, and factors that belong to the source or to the panel alone.

use std::sync::LazyLock;

use super::exponential::exp;
use super::gauss;

/// Nodes of a panel.
pub(crate) const NODES: usize = gauss::DEGREE;
/// The width of a panel.
pub(crate) const WIDTH: f64 = 4.0;
/// Further from 0 than this, factors might overflow.
const FAR: f64 = 300.0;

/// The nodes g of a panel around 0.
static OFFSETS: LazyLock<[f64; NODES]> = LazyLock::new(|| offsets(WIDTH));

fn offsets(width: f64) -> [f64; NODES] {
    std::array::from_fn(|i| width * (gauss::panel_rule()[i].0 - 0.5))
}

/// Where masses come from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// m and e^{m g}.
    list: Vec<(f64, [f64; NODES])>,
}

impl Sources {
    /// At these places, in standard deviations.
    pub fn new(places: impl Iterator<Item = f64>) -> Self {
        let offsets = &*OFFSETS;
        Self {
            list: places.map(|at| (at, offsets.map(|offset| exp(at * offset)))).collect(),
        }
    }

    /// Where they are.
    pub fn places(&self) -> impl Iterator<Item = f64> {
        self.list.iter().map(|source| source.0)
    }

    /// Adds Σ mass · e^{−(c + g − m)²/2} at the nodes of the panel around `middle` to `sums`, as far as sources are within
    /// `reach` of some node.
    pub fn add<const N: usize>(&self, masses: &[[f64; N]], middle: f64, reach: f64, sums: &mut [[f64; NODES]; N]) {
        if middle.abs() > FAR {
            self.add_at(masses, middle, WIDTH, reach, sums);
            return;
        }
        let offsets = &*OFFSETS;
        let mut here = [[0.0; NODES]; N];
        for ((at, tilts), masses) in self.list.iter().zip(masses) {
            let distance = middle - at;
            if distance.abs() > reach + 0.5 * WIDTH {
                continue;
            }
            let bell = exp(-0.5 * distance * distance);
            for (sums, mass) in here.iter_mut().zip(masses) {
                let mass = mass * bell;
                for (sum, tilt) in sums.iter_mut().zip(tilts) {
                    *sum += mass * tilt;
                }
            }
        }
        let own = offsets.map(|offset| exp(-offset * (middle + 0.5 * offset)));
        for (sums, here) in sums.iter_mut().zip(&here) {
            for ((sum, here), own) in sums.iter_mut().zip(here).zip(&own) {
                *sum += here * own;
            }
        }
    }

    /// As [`Self::add`], on a panel of any width.
    pub fn add_at<const N: usize>(
        &self,
        masses: &[[f64; N]],
        middle: f64,
        width: f64,
        reach: f64,
        sums: &mut [[f64; NODES]; N],
    ) {
        let offsets = offsets(width);
        for ((at, _), masses) in self.list.iter().zip(masses) {
            let distance = middle - at;
            if distance.abs() > reach + 0.5 * width {
                continue;
            }
            let bells = offsets.map(|offset| {
                let distance = distance + offset;
                exp(-0.5 * distance * distance)
            });
            for (sums, mass) in sums.iter_mut().zip(masses) {
                for (sum, bell) in sums.iter_mut().zip(&bells) {
                    *sum += mass * bell;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NODES, Sources, WIDTH, offsets};

    #[test]
    fn both_ways_and_one_by_one() {
        let places = [-7.0, -1.5, 0.2, 3.9, 12.0];
        let masses = [[1.0, 2.0], [0.5, -1.0], [0.1, 0.0], [2.0, 1.0], [1.0, 1.0]];
        let sources = Sources::new(places.into_iter());
        let (mut fast, mut slow) = ([[0.0; NODES]; 2], [[0.0; NODES]; 2]);
        sources.add(&masses, 1.7, 20.0, &mut fast);
        sources.add_at(&masses, 1.7, WIDTH, 20.0, &mut slow);
        for (i, offset) in offsets(WIDTH).into_iter().enumerate() {
            for n in 0..2 {
                let pairs = places.iter().zip(masses);
                let one: f64 = pairs
                    .map(|(at, mass)| mass[n] * f64::exp(-0.5 * (1.7 + offset - at).powi(2)))
                    .sum();
                assert!((fast[n][i] - one).abs() < 1e-13 && (slow[n][i] - one).abs() < 1e-13);
            }
        }
    }
}
