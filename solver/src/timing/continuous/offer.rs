//! What stopping is worth as a function of the state, between its kinks.

use super::domain::Line;
use crate::numerics::chebyshev::{POINTS, Series, points};
use crate::numerics::normal;

/// Bisections of a stretch at most: what is left then is a jump, and narrow.
const DEEPEST: u32 = 26;

/// Halvings that are kept for the next slot: deeper ones close in on a kink, which moves.
const KEPT_HALVINGS: u32 = 4;

/// What an interpolation misses changes sign from node to node: expectations miss no more than this share of it.
const OSCILLATING: f64 = 0.1;

/// Where both stretches beside a halving miss less than this share of what they may, one would do for both.
const EASY: f64 = 1e-5;

/// Halvings of a stretch that may leave both halves as rough as the whole: what is left then is rounding.
const PATIENCE: u32 = 5;

/// Halvings before a jump is looked for.
const BEFORE_JUMPS: u32 = 2;

/// How often one is looked for on a stretch.
const MOST_LOOKS: u32 = 2;

/// A jump is no less than this share of what the best cutoffs at the ends of its stretch differ by.
const JUMP: f64 = 0.3;

/// Both halves are as rough as the whole if neither misses less than this share of what the whole misses.
const AS_ROUGH: f64 = 0.5;

/// What counts of what is missed where part of the future is left out: such states are reached with a probability below 1e-9.
const FAR_OFF: f64 = 1e-4;

/// A stretch of which no more than this lies elsewhere, in standard deviations of a step, is such a one.
const GRAZING: f64 = 0.05;

/// What figures other than the first, which only the forward pass uses, may miss: relative to 1 or to the scale.
const FORWARD: f64 = 1e-8;

/// Where prizes come with less than this probability, what only the forward pass uses does not count.
const UNREACHED: f64 = 1e-13;

/// Where they come with less than this, it counts by how much less.
const HARDLY: f64 = 1e-6;

/// By what values near nothing are off, relative to the scale.
const UNTOLD: f64 = 1e-11;

/// Values this near to a line, relative to themselves, are on it.
const STRAIGHT: f64 = 1e-13;

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
    /// The last coefficients of the worst figure by what they may be, as far as they count.
    missed: f64,
}

impl Stretch {
    /// Whether Π is this line in the prize, but for rounding.
    fn is_on(&self, line: Line, prize: &impl Fn(f64) -> f64) -> bool {
        let known = self.revenues(prize);
        let size = known.iter().fold(0.0_f64, |most, (_, value)| most.max(value.abs()));
        let misses = |&(prize, value): &(f64, f64)| (line.at(prize) - value).abs();
        known.iter().all(|one| misses(one) <= STRAIGHT * size)
    }

    /// Prizes, and Π there.
    fn revenues(&self, prize: &impl Fn(f64) -> f64) -> [(f64, f64); POINTS] {
        let states = points().map(|u| self.from + (self.to - self.from) * u);
        states.map(|state| (prize(state), self.figure(REVENUE, state)))
    }

    /// A figure at a state.
    pub fn figure(&self, which: usize, state: f64) -> f64 {
        self.figures[which].value_by_halves((state - self.from) / (self.to - self.from))
    }
}

/// How well auctions are followed.
#[derive(Debug, Clone)]
pub(crate) struct Fineness {
    /// What the first figure may miss, relative to its size on a stretch or to the scale, whichever is larger.
    pub tolerance: f64,
    /// The market's scale, ETH.
    pub scale: f64,
    /// A stretch shorter than this counts by its length: no expectation sees it alone.
    pub step: f64,
    /// The states from which all that may follow is kept.
    pub sound: (f64, f64),
    /// Mean and standard deviation of the state in the slots at which these auctions may be held.
    pub reached: Vec<(f64, f64)>,
}

impl Fineness {
    /// How much figures that only the forward pass uses count on a stretch.
    fn forward_share(&self, from: f64, to: f64) -> f64 {
        let probability = |&(mean, sd): &(f64, f64)| {
            if sd == 0.0 {
                return if (from..=to).contains(&mean) { 1.0 } else { 0.0 };
            }
            // From the nearer tail.
            let (a, b) = ((from - mean) / sd, (to - mean) / sd);
            if a > 0.0 {
                normal::survival(a) - normal::survival(b)
            } else {
                normal::cdf(b) - normal::cdf(a)
            }
        };
        let most = self.reached.iter().map(probability).fold(0.0, f64::max);
        if most < UNREACHED {
            0.0
        } else {
            (most / HARDLY).min(1.0)
        }
    }
}

/// A stretch and how well it is known.
struct Fit {
    stretch: Stretch,
    /// What its first figure may be wrong by, times the scale.
    error: f64,
    /// The worst figure's last coefficients by what they may be, without regard to the length of the stretch.
    rough: f64,
}

impl Fit {
    fn known(&self) -> bool {
        self.stretch.missed <= 1.0
    }

    fn new(from: f64, to: f64, fineness: &Fineness, held: &impl Fn(&[f64]) -> Vec<[f64; FIGURES]>) -> Self {
        let &Fineness {
            tolerance,
            scale,
            step,
            sound,
            ..
        } = fineness;
        let mut values = [[0.0; POINTS]; FIGURES];
        let states = points().map(|u| from + (to - from) * u);
        for (k, figures) in held(&states).into_iter().enumerate() {
            for (list, value) in values.iter_mut().zip(figures) {
                list[k] = value;
            }
        }
        let figures: [Series; FIGURES] = std::array::from_fn(|f| Series::through(&values[f]));
        let size_of = |which: usize| {
            let least = match which {
                SALE_PROBABILITY | IMMEDIATE | ENTRY => 1.0,
                _ => scale,
            };
            values[which].iter().fold(least, |most, value| most.max(value.abs()))
        };
        let size = size_of(REVENUE);
        // Prizes may be astronomic where their probability is nothing: what counts is the error relative to them, and
        // who takes part depends on differences that rounding hides.
        let most = |which: usize| values[which].iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        // And where tickets are worth next to nothing values do not tell who takes part.
        let worth = most(REVENUE) + most(BUYERS_GAIN);
        let untold = if worth > 0.0 {
            UNTOLD * scale / worth
        } else {
            f64::INFINITY
        };
        let forward = FORWARD + untold + f64::EPSILON * size_of(BUYERS_GAIN).max(size) / scale;
        let forward_share = fineness.forward_share(from, to);
        let misses = figures.iter().enumerate().map(|(which, figure)| match which {
            REVENUE => figure.tail() / (tolerance * size),
            _ => figure.tail() / (forward * size_of(which)) * forward_share,
        });
        let rough = misses.fold(0.0, f64::max);
        // A stretch that a kink has made narrow counts by its width.
        let width = ((to - from) / step).min(1.0);
        let inside = to.min(sound.1) - from.max(sound.0);
        let far_off = inside < to - from && inside <= GRAZING * step;
        let share = if far_off { FAR_OFF * width } else { width };
        Self {
            error: OSCILLATING * figures[REVENUE].tail() * scale / size * share,
            rough,
            stretch: Stretch {
                from,
                to,
                figures,
                missed: rough * share,
            },
        }
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

    /// Follows `held` over each of the `intervals` until its first figure is known as well as `fineness` asks, and the
    /// others well enough for the forward pass. `halved` are ends of intervals at which nothing bends.
    pub fn follow(
        intervals: &[(f64, f64)],
        halved: Vec<f64>,
        fineness: &Fineness,
        held: &impl Fn(&[f64]) -> Vec<[f64; FIGURES]>,
    ) -> Self {
        let mut offer = Self {
            halvings: halved,
            ..Self::default()
        };
        for &(from, to) in intervals {
            if to > from {
                let follow = |from, to| Fit::new(from, to, fineness, held);
                let jump = |from, to| jump_within(from, to, held);
                offer.split(follow(from, to), Left::of_a_whole(), &follow, &jump);
            }
        }
        offer.halvings.sort_by(f64::total_cmp);
        offer.forget_needless();
        offer.stretches.shrink_to_fit();
        offer
    }

    /// The state from which on, up to the highest, Π is a line in the prize, and which.
    pub fn line_at_top(&self, prize: impl Fn(f64) -> f64) -> Option<(f64, Line)> {
        let known = self.stretches.last()?.revenues(&prize);
        let ([first, ..], [.., last]) = (known, known);
        let slope = (last.1 - first.1) / (last.0 - first.0);
        let constant = first.1 - slope * first.0;
        let line = Line { slope, constant };
        let straight = self.stretches.iter().rev();
        let straight = straight.take_while(|stretch| stretch.is_on(line, &prize));
        straight.last().map(|stretch| (stretch.from, line))
    }

    /// Leaves out halvings that the next slot will do without.
    fn forget_needless(&mut self) {
        let needless = |cut: &f64| {
            let above = self.stretches.partition_point(|stretch| stretch.from < *cut);
            let beside = &self.stretches[above.saturating_sub(1)..(above + 1).min(self.stretches.len())];
            beside.iter().all(|stretch| stretch.missed < EASY)
        };
        let kept = self.halvings.iter().copied().filter(|cut| !needless(cut)).collect();
        self.halvings = kept;
    }

    fn split(
        &mut self,
        fit: Fit,
        left: Left,
        follow: &impl Fn(f64, f64) -> Fit,
        jump: &impl Fn(f64, f64) -> Option<f64>,
    ) {
        let (from, to) = (fit.stretch.from, fit.stretch.to);
        let middle = 0.5 * (from + to);
        if fit.known() || left.halvings == 0 || left.patience == 0 || middle <= from || middle >= to {
            self.error = self.error.max(fit.error);
            self.stretches.push(fit.stretch);
            return;
        }
        let mut left = Left {
            halvings: left.halvings - 1,
            ..left
        };
        if left.jumps > 0 && left.halvings + BEFORE_JUMPS < DEEPEST {
            left.jumps -= 1;
            if let Some(edge) = jump(from, to) {
                for (from, to) in [(from, edge), (edge, to)] {
                    self.split(follow(from, to), left, follow, jump);
                }
                return;
            }
        }
        if left.halvings + KEPT_HALVINGS >= DEEPEST {
            self.halvings.push(middle);
        }
        let halves = [follow(from, middle), follow(middle, to)];
        let in_vain = halves
            .iter()
            .all(|half| !half.known() && half.rough > AS_ROUGH * fit.rough);
        left.patience -= u32::from(in_vain);
        for half in halves {
            self.split(half, left, follow, jump);
        }
    }
}

/// What may still be done to a stretch.
#[derive(Debug, Clone, Copy)]
struct Left {
    halvings: u32,
    /// Halvings in vain.
    patience: u32,
    /// Looks for a jump.
    jumps: u32,
}

impl Left {
    fn of_a_whole() -> Self {
        Self {
            halvings: DEEPEST,
            patience: PATIENCE,
            jumps: MOST_LOOKS,
        }
    }
}

/// Where on a stretch the best cutoff jumps: where it ceases to be nearer to that at one end than to that at the other.
///
/// Halving would close in on it too, with the auctions of two series a step instead of one auction.
fn jump_within(from: f64, to: f64, held: &impl Fn(&[f64]) -> Vec<[f64; FIGURES]>) -> Option<f64> {
    let ends = held(&[from, to]);
    let (mut low, mut high) = (ends[0][CUTOFF], ends[1][CUTOFF]);
    let whole = (high - low).abs();
    let (mut a, mut b) = (from, to);
    while 0.5 * (a + b) > a && 0.5 * (a + b) < b {
        if (high - low).abs() < JUMP * whole || whole == 0.0 {
            return None;
        }
        let middle = 0.5 * (a + b);
        let cutoff = held(&[middle])[0][CUTOFF];
        if (cutoff - low).abs() <= (cutoff - high).abs() {
            (a, low) = (middle, cutoff);
        } else {
            (b, high) = (middle, cutoff);
        }
    }
    (from < b && b < to).then_some(b)
}
