//! What stopping is worth as a function of the state, between its kinks.

use crate::numerics::chebyshev::{POINTS, Series, points};

/// Bisections of a stretch at most: what is left then is a jump, and narrow.
const DEEPEST: u32 = 26;

/// Halvings that are kept for the next slot: deeper ones close in on a kink, which moves.
const KEPT_HALVINGS: u32 = 4;

/// What figures other than the first, which only the forward pass uses, may miss: relative to 1 or to the scale.
const FORWARD: f64 = 1e-8;

/// How many figures of an auction are kept.
pub(crate) const FIGURES: usize = 9;
/// Π.
pub(crate) const REVENUE: usize = 0;
/// P(θ̂).
pub(crate) const SALE_PROBABILITY: usize = 1;
/// E[θ₍₁₎; sold].
pub(crate) const WINNER_COST: usize = 2;
/// What buyers gain.
pub(crate) const BUYERS_GAIN: usize = 3;
/// What taking part costs them.
pub(crate) const PARTICIPATION_COST: usize = 4;
/// θ̂.
pub(crate) const CUTOFF: usize = 5;
/// P(min(θ*, θ̂)).
pub(crate) const IMMEDIATE: usize = 6;
/// e, 1 where entry is not random.
pub(crate) const ENTRY: usize = 7;
/// θ*, the lowest cost where nobody exercises.
pub(crate) const BOUNDARY: usize = 8;

/// Figures of the auctions over one stretch of states, as Chebyshev series.
#[derive(Debug, Clone)]
pub(crate) struct Stretch {
    pub from: f64,
    pub to: f64,
    figures: [Series; FIGURES],
}

impl Stretch {
    /// A figure at a state.
    pub fn figure(&self, which: usize, state: f64) -> f64 {
        self.figures[which].value((state - self.from) / (self.to - self.from))
    }
}

/// What a figure is relative to: probabilities to 1, amounts to this size.
fn size_of(figure: usize, size: f64) -> f64 {
    match figure {
        SALE_PROBABILITY | IMMEDIATE | ENTRY => 1.0,
        _ => size,
    }
}

/// The auctions of one slot at all states.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offer {
    /// Increasing; there are gaps where nobody would come.
    pub stretches: Vec<Stretch>,
    /// What the first figure may be wrong by: relative to its size or to the scale, whichever is larger, times the scale.
    pub error: f64,
    /// Where stretches had to be halved.
    halvings: Vec<f64>,
}

impl Offer {
    /// The stretch that holds a state; at a cut the one above it.
    pub fn at(&self, state: f64) -> Option<&Stretch> {
        let after = self.stretches.partition_point(|stretch| stretch.to <= state);
        let found = self.stretches.get(after).or(self.stretches.last())?;
        (found.from <= state && state <= found.to).then_some(found)
    }

    /// The first figure at a state.
    pub fn value(&self, state: f64) -> Option<f64> {
        Some(self.at(state)?.figure(REVENUE, state))
    }

    /// Cuts that served these auctions, and will serve those of the slot before: inside an interval, not too near its ends.
    pub fn cuts_within(&self, (from, to): (f64, f64), margin: f64) -> Vec<f64> {
        let inside = self.halvings.iter().copied();
        inside
            .filter(|cut| from + margin < *cut && *cut < to - margin)
            .collect()
    }

    /// Follows `held` over each of the `intervals` until its first figure is known to `tolerance`, relative to `scale`
    /// or to its size on the stretch, whichever is larger, and the others well enough for the forward pass. `halved` are ends of intervals at which nothing bends. A stretch shorter
    /// than a `step` of the state counts by its length: no expectation sees it alone.
    pub fn follow(
        intervals: &[(f64, f64)],
        halved: Vec<f64>,
        (tolerance, scale, step): (f64, f64, f64),
        held: &impl Fn(&[f64]) -> Vec<[f64; FIGURES]>,
    ) -> Self {
        let mut offer = Self {
            halvings: halved,
            ..Self::default()
        };
        for &(from, to) in intervals {
            if to > from {
                offer.split(from, to, DEEPEST, (tolerance, scale, step), held);
            }
        }
        offer.halvings.sort_by(f64::total_cmp);
        offer
    }

    fn split(
        &mut self,
        from: f64,
        to: f64,
        depth: u32,
        (tolerance, scale, step): (f64, f64, f64),
        held: &impl Fn(&[f64]) -> Vec<[f64; FIGURES]>,
    ) {
        let mut values = [[0.0; POINTS]; FIGURES];
        let states = points().map(|u| from + (to - from) * u);
        for (k, figures) in held(&states).into_iter().enumerate() {
            for (list, value) in values.iter_mut().zip(figures) {
                list[k] = value;
            }
        }
        let figures: [Series; FIGURES] = std::array::from_fn(|f| Series::through(&values[f]));
        let size = values[0].iter().fold(scale, |most, value| most.max(value.abs()));
        let remainder = figures[0].tail();
        let middle = 0.5 * (from + to);
        let share = ((to - from) / step).min(1.0);
        let forward = (1..FIGURES).all(|figure| figures[figure].tail() * share <= FORWARD * size_of(figure, size));
        let known = remainder * share <= tolerance * size && forward;
        if known || depth == 0 || middle <= from || middle >= to {
            // Prizes may be astronomic where their probability is nothing: what counts is the error relative to them. A
            // stretch that a kink has made narrow counts by its width.
            self.error = self.error.max(remainder * scale / size * share);
            self.stretches.push(Stretch { from, to, figures });
            return;
        }
        if depth + KEPT_HALVINGS > DEEPEST {
            self.halvings.push(middle);
        }
        self.split(from, middle, depth - 1, (tolerance, scale, step), held);
        self.split(middle, to, depth - 1, (tolerance, scale, step), held);
    }
}
