//! What stopping is worth as a function of the state, between its kinks.

use crate::numerics::chebyshev::{POINTS, Series, points};

/// Bisections of a stretch at most: what is left then is a jump, and narrow.
const DEEPEST: u32 = 26;

/// Halvings that are kept for the next slot: deeper ones close in on a kink, which moves.
const KEPT_HALVINGS: u32 = 4;

/// What figures other than the first, which only the forward pass uses, may miss: relative to 1 or to the scale.
const FORWARD: f64 = 1e-8;

/// Where waiting is surely better, selling is worth less than it by this many times what the nodes may miss.
const SURE: f64 = 8.0;

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

/// The auctions of one slot at all states.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offer {
    /// Increasing; there are gaps where nobody would come and where the holder surely waits.
    pub stretches: Vec<Stretch>,
    /// States at which figures are known to bend.
    pub bends: Vec<f64>,
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
    /// than a `step` of the state counts by its length: no expectation sees it alone. Where the first figure is surely below
    /// `waiting`, nothing is kept.
    pub fn follow(
        intervals: &[(f64, f64)],
        halved: Vec<f64>,
        measures: (f64, f64, f64),
        held: &impl Fn(f64) -> [f64; FIGURES],
        waiting: Option<&dyn Fn(f64) -> f64>,
    ) -> Self {
        let mut offer = Self {
            halvings: halved,
            ..Self::default()
        };
        let mut follow = Follow {
            measures,
            held,
            waiting,
        };
        for &(from, to) in intervals {
            if to > from {
                follow.split(&mut offer, from, to, DEEPEST);
            }
        }
        let stretches = offer.stretches.iter().map(|stretch| (stretch.from, stretch.to));
        let ends = intervals
            .iter()
            .copied()
            .chain(stretches)
            .flat_map(|(from, to)| [from, to]);
        offer.bends = ends.filter(|end| !offer.halvings.contains(end)).collect();
        offer.bends.sort_by(f64::total_cmp);
        offer.bends.dedup();
        offer.halvings.sort_by(f64::total_cmp);
        offer
    }
}

/// How auctions are followed.
struct Follow<'a, F> {
    measures: (f64, f64, f64),
    held: &'a F,
    waiting: Option<&'a dyn Fn(f64) -> f64>,
}

impl<F: Fn(f64) -> [f64; FIGURES]> Follow<'_, F> {
    fn split(&mut self, offer: &mut Offer, from: f64, to: f64, depth: u32) {
        let (tolerance, scale, step) = self.measures;
        let mut values = [[0.0; POINTS]; FIGURES];
        for (k, u) in points().iter().enumerate() {
            for (list, value) in values.iter_mut().zip((self.held)(from + (to - from) * u)) {
                list[k] = value;
            }
        }
        if self.surely_waits(from, to, &values[REVENUE]) {
            return;
        }
        let figures: [Series; FIGURES] = std::array::from_fn(|f| Series::through(&values[f]));
        let size = values[0].iter().fold(scale, |most, value| most.max(value.abs()));
        let remainder = figures[0].tail();
        let middle = 0.5 * (from + to);
        let share = ((to - from) / step).min(1.0);
        let is_probability = |figure| matches!(figure, SALE_PROBABILITY | IMMEDIATE | ENTRY);
        let forward = (1..FIGURES).all(|figure| {
            let size = if is_probability(figure) { 1.0 } else { size };
            figures[figure].tail() * share <= FORWARD * size
        });
        let known = remainder * share <= tolerance * size && forward;
        if known || depth == 0 || middle <= from || middle >= to {
            // Prizes may be astronomic where their probability is nothing: what counts is the error relative to them. A
            // stretch that a kink has made narrow counts by its width.
            offer.error = offer.error.max(remainder * scale / size * share);
            offer.stretches.push(Stretch { from, to, figures });
            return;
        }
        if depth + KEPT_HALVINGS > DEEPEST {
            offer.halvings.push(middle);
        }
        self.split(offer, from, middle, depth - 1);
        self.split(offer, middle, to, depth - 1);
    }

    /// Whether selling is worth less than waiting all over a stretch: their ratio is below 1 by more than its series may
    /// miss, at the nodes, between them and at the ends.
    fn surely_waits(&self, from: f64, to: f64, revenues: &[f64; POINTS]) -> bool {
        let Some(waiting) = self.waiting else { return false };
        let mut ratios = [0.0; POINTS];
        for ((ratio, u), revenue) in ratios.iter_mut().zip(points()).zip(revenues) {
            *ratio = revenue / waiting(from + (to - from) * u);
            // One node is enough to know that she may sell, or that there is nothing to be had.
            if !(*ratio < 1.0) {
                return false;
            }
        }
        let series = Series::through(&ratios);
        let below = 1.0 - SURE * series.remainder();
        let between = points().windows(2).map(|pair| 0.5 * (pair[0] + pair[1]));
        ratios.iter().all(|ratio| *ratio < below) && between.chain([0.0, 1.0]).all(|u| series.value(u) < below)
    }
}
