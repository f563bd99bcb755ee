//! V_t(·, r) for all prizes of a slot, backward in time, exact in cost.

use ndarray::{Array2, ArrayView2};

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
    /// Memory for the next `discounts`: fresh pages every slot cost as much as the arithmetic.
    spare: Array2<f64>,
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
            spare: Array2::zeros((0, 0)),
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
        if self.discount_factor == 0.0 {
            self.discounts.fill(0.0);
        } else {
            let mut expected = reshaped(std::mem::take(&mut self.spare), self.discounts.dim());
            let factor = self.discount_factor * kept;
            self.prizes.expect_rows(factor, &self.discounts.view(), &mut expected);
            self.spare = std::mem::replace(&mut self.discounts, expected);
        }
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

    /// The largest cost at which r − θ is at least the continuation value; −∞ if none.
    ///
    /// The gap r − θ − C(θ) is nonincreasing in θ, with flat pieces when nothing is discounted. A flat piece at zero, up
    /// to [`INDIFFERENCE`], belongs to exercise, up to its right end; elsewhere the boundary is the root itself, so that
    /// the tolerance never costs value.
    fn crossing(&self, state: usize, prize: f64) -> f64 {
        let tolerance = INDIFFERENCE * prize;
        let end = self.knots[self.knots.len() - 1];
        if prize >= end {
            return end;
        }
        // C is the sum of the panels to the right: no more of them are added up than the crossing needs.
        let mut continuation = 0.0;
        let mut gap_right = prize - end;
        let mut flat_end = None;
        let panels = self.knots.windows(2).zip(self.discounts.row(state));
        for (pair, discount) in panels.rev() {
            let (left, right) = (pair[0], pair[1]);
            continuation += discount * (right - left);
            let gap = prize - left - continuation;
            // Any negative gap within the tolerance may close a flat piece, if the panel to its left does not rise.
            let flat = gap_right >= -tolerance && gap - gap_right <= tolerance;
            if flat && flat_end.is_none() {
                flat_end = Some(right);
            }
            if gap >= 0.0 {
                if let (true, Some(flat_end)) = (flat, flat_end) {
                    return flat_end;
                }
                return (left + gap / (1.0 - discount)).min(right);
            }
            if !flat {
                flat_end = None;
            }
            gap_right = gap;
        }
        // The gap is below zero everywhere; at the lowest cost it may be so by rounding only.
        match flat_end {
            Some(flat_end) => flat_end,
            None if gap_right >= -tolerance => self.knots[0],
            None => f64::NEG_INFINITY,
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
            self.select(&source);
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
        self.select(&kept);
        self.knots = knots;
    }

    /// Makes `discounts` of some of its columns, in the order given, by rows in standard layout.
    fn select(&mut self, columns: &[usize]) {
        let mut selected = reshaped(std::mem::take(&mut self.spare), (self.discounts.nrows(), columns.len()));
        for (mut row, source) in selected.outer_iter_mut().zip(self.discounts.outer_iter()) {
            for (target, &column) in row.iter_mut().zip(columns) {
                *target = source[column];
            }
        }
        self.spare = std::mem::replace(&mut self.discounts, selected);
    }

    /// V at the knots from D between them: V is 0 at the last.
    fn integrate(&mut self) {
        let panels = self.knots.len() - 1;
        if self.values.ncols() != self.knots.len() {
            let shape = (self.discounts.nrows(), self.knots.len());
            self.values = reshaped(std::mem::take(&mut self.values), shape);
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
        // Both arrays are kept in standard layout (see `reshaped`), so rows are contiguous.
        let values = self.values.row(state).to_slice().unwrap_or_default();
        let discounts = self.discounts.row(state).to_slice().unwrap_or_default();
        TicketProfile::new(&self.knots, values, discounts)
    }
}

/// An array of the shape given in the memory of another, in standard layout; what it holds is to be overwritten.
fn reshaped(memory: Array2<f64>, shape: (usize, usize)) -> Array2<f64> {
    let (mut values, _) = memory.into_raw_vec_and_offset();
    values.resize(shape.0 * shape.1, 0.0);
    Array2::from_shape_vec(shape, values).unwrap_or_else(|_| Array2::zeros(shape))
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
