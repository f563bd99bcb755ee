//! V_t(·, r) for all prizes of a slot, backward in time, exact in cost.

use ndarray::{Array2, ArrayView2, Axis};

use super::boundary::INDIFFERENCE;
use super::{ExerciseBoundary, TicketProfile};
use crate::market::{Exercise, Market};
use crate::prize::FinitePrizes;

/// Knots closer than this, relative to the largest cost or prize, are one knot: rounding, not economics.
const SAME_KNOT: f64 = 2e-15;
/// A step of D smaller than this, relative, is no kink.
const SAME_DISCOUNT: f64 = 2e-15;

/// V_t(·, r) of every prize r of slot t on one set of knots.
///
/// V is kept as its slopes D on the panels between the knots: D is a sum of positive terms, so nothing cancels, and
/// V(θ) = ∫_θ^∞ D. A step back in time costs states² × knots multiplications; each step adds at most one knot a
/// state, and knots at which no D steps are dropped.
#[derive(Debug, Clone)]
pub struct TicketValues<'m> {
    prizes: &'m FinitePrizes,
    exercise: Exercise,
    discount_factor: f64,
    slot: usize,
    /// Increasing, from the lowest cost to the larger of the highest cost and the largest prize, where V is 0.
    knots: Vec<f64>,
    /// States × panels.
    discounts: Array2<f64>,
    /// States × knots.
    values: Array2<f64>,
    /// θ*_t, −∞ where no type of the domain exercises.
    boundary: Vec<f64>,
}

impl<'m> TicketValues<'m> {
    /// The buyers' values in the last slot of the market's ticket.
    #[must_use]
    pub fn at_maturity(market: &Market, prizes: &'m FinitePrizes) -> Self {
        let cost = market.buyers().cost();
        let maturity = market.ticket().maturity();
        let end = cost.upper().max(prizes.largest(maturity));
        let mut knots = vec![cost.lower(), cost.upper()];
        if end > cost.upper() {
            knots.push(end);
        }
        let size = prizes.size();
        let panels = knots.len() - 1;
        let mut values = Self {
            prizes,
            exercise: market.ticket().exercise(),
            discount_factor: market.buyers_discount_factor(),
            slot: maturity,
            values: Array2::zeros((size, knots.len())),
            knots,
            discounts: Array2::zeros((size, panels)),
            boundary: Vec::new(),
        };
        values.open(true, None);
        values
    }

    /// As [`Self::at_maturity`], for tickets that are worthless after this slot and must be exercised in it: the
    /// values (r − θ)⁺ of a just-in-time auction in slot `slot`.
    #[must_use]
    pub(crate) fn just_in_time(market: &Market, prizes: &'m FinitePrizes) -> Self {
        let mut values = Self::at_maturity(market, prizes);
        values.discount_factor = 0.0;
        values
    }

    /// From slot t + 1 to slot t.
    pub fn step_back(&mut self) {
        self.step(None);
    }

    /// From slot t + 1 to slot t, with the exercise boundary given instead of computed.
    pub(crate) fn step_back_along(&mut self, boundary: &ExerciseBoundary) {
        let slot = self.slot - 1;
        self.step(Some(boundary.slot(slot)));
    }

    fn step(&mut self, given: Option<&[f64]>) {
        self.slot -= 1;
        let kept = match self.exercise {
            Exercise::Lottery { draw_probability } => 1.0 - draw_probability,
            Exercise::American | Exercise::AtMaturity => 1.0,
        };
        self.discounts = if self.discount_factor == 0.0 {
            Array2::zeros(self.discounts.raw_dim())
        } else {
            let expected = self.prizes.expect_rows(&self.discounts.view());
            (expected * (self.discount_factor * kept))
                .as_standard_layout()
                .into_owned()
        };
        self.integrate();
        let may_exercise = self.discount_factor == 0.0 || !matches!(self.exercise, Exercise::AtMaturity);
        self.open(may_exercise, given);
    }

    /// Turns continuation values into values: what may be exercised in this slot is.
    fn open(&mut self, may_exercise: bool, given: Option<&[f64]>) {
        let states = self.prizes.states(self.slot);
        let lowest = self.knots[0];
        self.boundary = match (may_exercise, given) {
            (false, _) => vec![f64::NEG_INFINITY; states.len()],
            (true, Some(given)) => given.to_vec(),
            (true, None) => states
                .iter()
                .enumerate()
                .map(|(state, &prize)| match self.exercise {
                    Exercise::Lottery { .. } if prize >= lowest => prize,
                    Exercise::Lottery { .. } => f64::NEG_INFINITY,
                    Exercise::American | Exercise::AtMaturity => self.crossing(state, prize),
                })
                .collect(),
        };
        if may_exercise {
            self.insert_boundary();
            let weight = match self.exercise {
                Exercise::Lottery { draw_probability } => Some(draw_probability),
                Exercise::American | Exercise::AtMaturity => None,
            };
            for (state, &boundary) in self.boundary.iter().enumerate() {
                let panels = self.knots[1..].partition_point(|&x| x <= boundary);
                for discount in self.discounts.row_mut(state).iter_mut().take(panels) {
                    *discount = weight.map_or(1.0, |q| *discount + q);
                }
            }
        }
        self.drop_straight_knots();
        self.integrate();
    }

    /// The largest cost at which r − θ is at least the continuation value, up to [`INDIFFERENCE`]; −∞ if none.
    ///
    /// The gap r − θ − C(θ) is nonincreasing in θ, with flat pieces when nothing is discounted: the flat piece at
    /// zero belongs to exercise, up to its right end.
    fn crossing(&self, state: usize, prize: f64) -> f64 {
        let tolerance = INDIFFERENCE * prize;
        let continuation = self.values.row(state);
        let gap = |k: usize| prize - self.knots[k] - continuation[k];
        let exercised = bisect(self.knots.len(), |k| gap(k) >= -tolerance);
        if exercised == 0 {
            return f64::NEG_INFINITY;
        }
        let last = exercised - 1;
        if exercised == self.knots.len() {
            return self.knots[last];
        }
        let slope = 1.0 - self.discounts[[state, last]];
        let above = gap(last).max(0.0);
        let (left, right) = (self.knots[last], self.knots[last + 1]);
        if slope * (right - left) > above {
            left + above / slope
        } else {
            // A flat piece inside the tolerance whose slope is rounding.
            right
        }
    }

    /// Splits panels so that every boundary is a knot, or moves it to a knot that differs by rounding only.
    fn insert_boundary(&mut self) {
        let same = SAME_KNOT * self.knots[0].abs().max(self.knots[self.knots.len() - 1].abs());
        let mut wanted: Vec<f64> = self.boundary.iter().copied().filter(|b| b.is_finite()).collect();
        wanted.sort_by(f64::total_cmp);
        let old = std::mem::take(&mut self.knots);
        let mut knots = Vec::with_capacity(old.len() + wanted.len());
        let mut source = Vec::with_capacity(old.len() + wanted.len());
        let mut next = wanted.into_iter().peekable();
        for (k, &knot) in old.iter().enumerate() {
            while let Some(&b) = next.peek() {
                if b >= knot - same {
                    break;
                }
                next.next();
                if knots.last().is_none_or(|&x: &f64| b > x + same) && b > old[0] {
                    knots.push(b);
                    source.push(k - 1);
                }
            }
            while next.next_if(|&b| b <= knot + same).is_some() {}
            knots.push(knot);
            source.push(k);
        }
        source.pop();
        if knots.len() > old.len() {
            self.discounts = columns(&self.discounts, &source);
        }
        self.knots = knots;
        for b in &mut self.boundary {
            if b.is_finite() {
                *b = nearest(&self.knots, *b);
            }
        }
    }

    /// Drops knots at which no D steps; the two panels become one with the same integral.
    fn drop_straight_knots(&mut self) {
        let panels = self.knots.len() - 1;
        let straight = |left: usize, right: usize, discounts: &Array2<f64>| {
            discounts
                .column(left)
                .iter()
                .zip(discounts.column(right))
                .all(|(a, b)| (a - b).abs() <= SAME_DISCOUNT * a.max(*b))
        };
        if (1..panels).all(|p| !straight(p - 1, p, &self.discounts)) {
            return;
        }
        let mut kept: Vec<usize> = vec![0];
        let mut knots = vec![self.knots[0]];
        for p in 1..panels {
            let left = kept[kept.len() - 1];
            if straight(left, p, &self.discounts) {
                let (a, b, c) = (knots[knots.len() - 1], self.knots[p], self.knots[p + 1]);
                let weight = (b - a) / (c - a);
                for state in 0..self.discounts.nrows() {
                    let mean = weight * self.discounts[[state, left]] + (1.0 - weight) * self.discounts[[state, p]];
                    self.discounts[[state, left]] = mean;
                }
            } else {
                kept.push(p);
                knots.push(self.knots[p]);
            }
        }
        knots.push(self.knots[panels]);
        self.discounts = columns(&self.discounts, &kept);
        self.knots = knots;
    }

    /// V at the knots from D between them: V is 0 at the last.
    fn integrate(&mut self) {
        let panels = self.knots.len() - 1;
        if self.values.ncols() != self.knots.len() {
            self.values = Array2::zeros((self.discounts.nrows(), self.knots.len()));
        }
        for (mut values, discounts) in self.values.outer_iter_mut().zip(self.discounts.outer_iter()) {
            let mut value = 0.0;
            values[panels] = 0.0;
            for p in (0..panels).rev() {
                value += discounts[p] * (self.knots[p + 1] - self.knots[p]);
                values[p] = value;
            }
        }
    }

    /// The slot these values belong to.
    #[must_use]
    pub fn slot(&self) -> usize {
        self.slot
    }

    /// The knots common to all prizes of the slot, ETH.
    #[must_use]
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// D on the panels: states × panels.
    #[must_use]
    pub fn discounts(&self) -> ArrayView2<'_, f64> {
        self.discounts.view()
    }

    /// θ*_t of each state of the slot; −∞ where no type of the domain exercises.
    #[must_use]
    pub fn boundary(&self) -> &[f64] {
        &self.boundary
    }

    /// V_t(·, r) of one state.
    #[must_use]
    pub fn profile(&self, state: usize) -> TicketProfile<'_> {
        // Both arrays are kept in standard layout (see `columns`), so rows are contiguous.
        let values = self.values.row(state).to_slice().unwrap_or_default();
        let discounts = self.discounts.row(state).to_slice().unwrap_or_default();
        TicketProfile::new(&self.knots, values, discounts)
    }
}

/// Some columns of an array, in standard layout: `select` alone may answer column-major.
fn columns(array: &Array2<f64>, indices: &[usize]) -> Array2<f64> {
    array.select(Axis(1), indices).as_standard_layout().into_owned()
}

/// The first index in 0..len at which `holds` fails; `holds` must be true, then false.
fn bisect(len: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn nearest(knots: &[f64], cost: f64) -> f64 {
    let right = knots.partition_point(|&x| x < cost).min(knots.len() - 1);
    let left = right.saturating_sub(1);
    if (knots[left] - cost).abs() < (knots[right] - cost).abs() {
        knots[left]
    } else {
        knots[right]
    }
}
