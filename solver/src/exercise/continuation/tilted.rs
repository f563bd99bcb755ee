//! What the kinks of all types add to an expectation at one state.
//!
//! Where every type has one kink, from which on she exercises, a half-line at the distance u = u₀ + τ is
//! e^{−u²/2} Σ h_i e^{−u₀ s_i} e^{−τ s_i}: u₀ is the kink's distance from a state that is the same for all types, so that
//! e^{−u₀ s_i} is known beforehand and e^{−τ s_i} is the same for all of them.

use super::columns::Column;
use super::step::Step;
use crate::numerics::exponential::{dot, exp};

/// The largest power of e that is computed with.
const LARGEST: f64 = 600.0;

/// The kinks of one slot.
#[derive(Debug, Clone)]
pub(crate) struct Tilted {
    /// The state distances are taken from.
    reference: f64,
    /// u₀, by type.
    distances: Vec<f64>,
    /// Type by type: the kink's values above and below it times e^{∓u₀ s_i}.
    above: Vec<f64>,
    below: Vec<f64>,
}

impl Tilted {
    /// `None` where a type has no kink or more than one, or numbers would overflow.
    pub fn of(step: &Step, columns: &[Column]) -> Option<Self> {
        let kinks: Option<Vec<f64>> = columns.iter().map(Column::only_rise).collect();
        let kinks = kinks?;
        let reference = *kinks.get(kinks.len() / 2)?;
        let per_sigma = 1.0 / step.state.volatility;
        let distances: Vec<f64> = kinks.iter().map(|kink| (kink - reference) * per_sigma).collect();
        let furthest = distances
            .iter()
            .fold(0.0_f64, |most, distance| most.max(distance.abs()));
        if (furthest + step.reach()) * step.reach() > LARGEST {
            return None;
        }
        let tilted = |sign: f64| -> Vec<f64> {
            let types = columns.iter().zip(&distances);
            types
                .flat_map(|(column, distance)| {
                    let data = if sign > 0.0 {
                        &column.kinks[0].above
                    } else {
                        &column.kinks[0].below
                    };
                    let pairs = data.iter().zip(&step.half);
                    pairs.map(move |(value, s)| value * exp(-sign * distance * s))
                })
                .collect()
        };
        let (above, below) = (tilted(1.0), tilted(-1.0));
        Some(Self {
            reference,
            distances,
            above,
            below,
        })
    }

    /// From E[C] of all types at a state from which the next has this mean to E[V].
    pub fn add(&self, step: &Step, mean: f64, costs: &[f64], sums: &mut [f64]) {
        let tilt = (self.reference - mean) / step.state.volatility;
        let expected_prize = step.state.expected_prize(mean);
        let tilts = [-tilt, tilt].map(|tilt| -> Vec<f64> { step.half.iter().map(|s| exp(tilt * s)).collect() });
        let count = step.half.len();
        let data = self.above.chunks_exact(count).zip(self.below.chunks_exact(count));
        let types = self.distances.iter().zip(costs).zip(data);
        for (sum, ((distance, cost), (above, below))) in sums.iter_mut().zip(types) {
            let u = distance + tilt;
            let near = u.abs() < step.reach();
            if u > 0.0 {
                if near {
                    *sum += exp(-0.5 * u * u) * dot(above, &tilts[0]);
                }
            } else {
                *sum = expected_prize - cost;
                if near {
                    *sum -= exp(-0.5 * u * u) * dot(below, &tilts[1]);
                }
            }
            *sum = sum.max(0.0);
        }
    }
}
