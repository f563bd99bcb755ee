//! What the kinks of all types add to an expectation at one state.
//!
//! Where every type has one kink, from which on she exercises, a half-line at the distance u = u₀ + τ is
//! e^{−u²/2} Σ h_i e^{−u₀ s_i} e^{−τ s_i}: u₀ is the kink's distance from a state that is the same for all types, so that
//! e^{−u₀ s_i} is known beforehand and e^{−τ s_i} is the same for all of them.

use ndarray::Array2;

use super::columns::Column;
use super::step::Step;
use crate::numerics::exponential::exp;

/// The largest power of e that is computed with.
const LARGEST: f64 = 600.0;

/// The kinks of one slot.
#[derive(Debug, Clone)]
pub(crate) struct Tilted {
    /// The state distances are taken from.
    reference: f64,
    /// u₀, by type.
    distances: Vec<f64>,
    /// The kinks' values above and below them times e^{∓u₀ s_i}: types × nodes.
    above: Array2<f64>,
    below: Array2<f64>,
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
        let tilted = |sign: f64| {
            let mut table = Array2::zeros((columns.len(), step.half.len()));
            for ((mut of_type, column), distance) in table.rows_mut().into_iter().zip(columns).zip(&distances) {
                let kink = &column.kinks[0];
                let data = if sign > 0.0 { &kink.above } else { &kink.below };
                // Lists without gaps are worked on side by side.
                let entries = of_type.as_slice_mut().unwrap_or_default().iter_mut();
                for ((entry, value), s) in entries.zip(data).zip(&step.half) {
                    *entry = value * exp(-sign * distance * s);
                }
            }
            table
        };
        let (above, below) = (tilted(1.0), tilted(-1.0));
        Some(Self {
            reference,
            distances,
            above,
            below,
        })
    }

    /// From E[C] of all types, at states from which the next has these means, to E[V]: means × types.
    pub fn add(&self, step: &Step, means: &[f64], costs: &[f64], sums: &mut Array2<f64>) {
        let sigma = step.state.volatility;
        let reach = step.reach();
        let tilts: Vec<f64> = means.iter().map(|mean| (self.reference - mean) / sigma).collect();
        let (least, most) = self.ends();
        let near = |tilt: &f64| tilt + most > -reach && tilt + least < reach;
        let seen: Vec<f64> = tilts.iter().copied().filter(near).collect();
        let half_lines = |side: &Array2<f64>, sign: f64| {
            let mut powers = Array2::zeros((seen.len(), step.half.len()));
            for (mut row, tilt) in powers.rows_mut().into_iter().zip(&seen) {
                // Lists without gaps are worked on side by side.
                for (power, s) in row.as_slice_mut().unwrap_or_default().iter_mut().zip(&step.half) {
                    *power = exp(sign * tilt * s);
                }
            }
            powers.dot(&side.t())
        };
        let (above, below) = (half_lines(&self.above, -1.0), half_lines(&self.below, 1.0));
        // Lists without gaps are worked on side by side.
        let (Some(sums), Some(above), Some(below)) = (sums.as_slice_mut(), above.as_slice(), below.as_slice()) else {
            return;
        };
        let types = costs.len();
        let mut half_lines = above.chunks_exact(types).zip(below.chunks_exact(types));
        for ((sums, &tilt), &mean) in sums.chunks_exact_mut(types).zip(&tilts).zip(means) {
            let expected_prize = step.state.expected_prize(mean);
            let kinks = self.distances.iter().zip(costs);
            let Some((above, below)) = near(&tilt).then(|| half_lines.next()).flatten() else {
                for (sum, (distance, cost)) in sums.iter_mut().zip(kinks) {
                    let value = if distance + tilt > 0.0 {
                        *sum
                    } else {
                        expected_prize - cost
                    };
                    *sum = if value > 0.0 { value } else { 0.0 };
                }
                continue;
            };
            for ((sum, (distance, cost)), (above, below)) in sums.iter_mut().zip(kinks).zip(above.iter().zip(below)) {
                let u = distance + tilt;
                let bell = exp(-0.5 * u * u);
                let (smooth, half_line) = if u > 0.0 {
                    (*sum, *above)
                } else {
                    (expected_prize - cost, -below)
                };
                // Out of reach a half-line's sum may have overflown.
                let added = if u.abs() < reach { bell * half_line } else { 0.0 };
                let value = smooth + added;
                *sum = if value > 0.0 { value } else { 0.0 };
            }
        }
    }

    /// The mean of the next state from which on all types are sure to exercise then.
    pub fn sure(&self, step: &Step) -> f64 {
        self.reference + (self.ends().1 + step.reach()) * step.state.volatility
    }

    /// The least and the largest u₀.
    fn ends(&self) -> (f64, f64) {
        self.distances
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), distance| {
                (least.min(*distance), most.max(*distance))
            })
    }
}
