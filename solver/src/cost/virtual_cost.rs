//! The virtual cost z = θ + F/f, its monotone pieces and its ironing.

use super::ironing::{self, IronedInterval};
use super::{CostLaw, Side};

/// Points a piece between knots is searched with for changes of direction, beside those crowding its ends.
const INSIDE: u32 = 256;

/// Halvings towards each end of a piece: a law may turn within rounding of its end.
const CROWDED: i32 = 50;

/// z(θ) = θ + F(θ)/f(θ) of a cost law, ETH: what the holder must give up to win over buyers of cost θ.
///
/// Built once per law; nothing is computed again at a call but F/f itself. z(lo) = lo. It is increasing wherever F is
/// log-concave: uniform, power, exponential, normal and lognormal laws, beta laws with β ≥ 1. It falls near hi for a
/// beta law with β < 1 and may jump down at the knots of an empirical law. Source: Myerson (1981).
///
/// ```
/// use etm_solver::cost::{Side, Uniform, VirtualCost};
/// let law = Uniform::new(1.0, 3.0).unwrap();
/// let virtual_cost = VirtualCost::new(&law);
/// assert_eq!(virtual_cost.value(2.0, Side::Left), 3.0); // 2θ − lo
/// assert_eq!(virtual_cost.crossing(4.0, 1.0, 3.0), 2.5);
/// assert!(virtual_cost.is_increasing());
/// ```
#[derive(Debug, Clone)]
pub struct VirtualCost<'a> {
    law: &'a dyn CostLaw,
    breaks: Vec<f64>,
    ironed: Vec<IronedInterval>,
}

impl<'a> VirtualCost<'a> {
    /// Finds the monotone pieces of z and irons it.
    #[must_use]
    pub fn new(law: &'a dyn CostLaw) -> Self {
        let raw = RawCost { law };
        let pieces = pieces(raw);
        let breaks = pieces.iter().skip(1).map(|piece| piece.lower).collect();
        let ironed = ironing::iron(raw, &pieces);
        Self { law, breaks, ironed }
    }

    /// The law.
    #[must_use]
    pub fn law(&self) -> &'a dyn CostLaw {
        self.law
    }

    /// z(θ), ETH, the one-sided limit at a knot; infinite where the density vanishes at hi, and above hi.
    #[must_use]
    pub fn value(&self, cost: f64, side: Side) -> f64 {
        RawCost { law: self.law }.value(cost, side)
    }

    /// Whether z is increasing on the whole support, so that ironing changes nothing (the regular case).
    #[must_use]
    pub fn is_increasing(&self) -> bool {
        self.ironed.is_empty()
    }

    /// Interior costs, increasing, at which z jumps or turns: it is monotone between neighbours.
    #[must_use]
    pub fn monotone_breaks(&self) -> &[f64] {
        &self.breaks
    }

    /// The cost in [`from`, `to`] at which z equals `level`, to rounding; the nearer end when z stays on one side.
    ///
    /// Assumes that [`from`, `to`] lies between neighbouring breaks.
    #[must_use]
    pub fn crossing(&self, level: f64, from: f64, to: f64) -> f64 {
        RawCost { law: self.law }.crossing(level, from, to)
    }

    /// The maximal intervals on which the ironed virtual cost is constant, in increasing order.
    #[must_use]
    pub fn ironed(&self) -> &[IronedInterval] {
        &self.ironed
    }

    /// z̄(θ), ETH: the slope at q = F(θ) of the convex minorant of q F⁻¹(q). Equal to z off the ironed intervals.
    ///
    /// Source: Myerson (1981), section 6.
    #[must_use]
    pub fn ironed_value(&self, cost: f64, side: Side) -> f64 {
        let index = match side {
            Side::Left => self.ironed.partition_point(|flat| flat.upper < cost),
            Side::Right => self.ironed.partition_point(|flat| flat.upper <= cost),
        };
        // At hi the limit from inside is meant, whatever the side.
        let last = self.ironed.last().filter(|_| cost == self.law.upper());
        match self.ironed.get(index).or(last) {
            Some(flat) if flat.covers(cost, side, self.law.upper()) => flat.level,
            _ => self.value(cost, side),
        }
    }
}

/// A piece of the support on which z is monotone and does not jump.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) lower: f64,
    pub(super) upper: f64,
    pub(super) rising: bool,
}

/// z itself, before anything is known about its shape.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawCost<'a> {
    pub(super) law: &'a dyn CostLaw,
}

impl RawCost<'_> {
    pub(super) fn value(self, cost: f64, side: Side) -> f64 {
        cost + self.law.markup(cost, side)
    }

    /// z′ = 2 − (F/f)(f′/f).
    fn slope(self, cost: f64, side: Side) -> f64 {
        let bend = self.law.log_density_slope(cost, side);
        if bend == 0.0 {
            2.0 // an infinite markup times 0 would be NaN
        } else {
            2.0 - self.law.markup(cost, side) * bend
        }
    }

    /// Newton's method inside a bracket; see [`VirtualCost::crossing`].
    pub(super) fn crossing(self, level: f64, from: f64, to: f64) -> f64 {
        let (first, last) = (self.value(from, Side::Right), self.value(to, Side::Left));
        let rising = last >= first;
        let past = |value: f64| {
            if rising { value >= level } else { value <= level }
        };
        if past(first) {
            return from;
        } else if !past(last) {
            return to;
        }
        let (mut below, mut above) = (from, to);
        // Exact where z is a straight line; no number where z(hi) is infinite, and then the middle.
        let mut cost = from + (level - first) / (last - first) * (to - from);
        // Halving every fourth step ends any bracket in 4,300.
        for iteration in 1..5_000 {
            if !(cost > below && cost < above) || iteration % 4 == 0 && iteration > 8 {
                cost = below + 0.5 * (above - below);
                if !(cost > below && cost < above) {
                    return above;
                }
            }
            let value = self.value(cost, Side::Left);
            if value == level {
                return cost;
            } else if past(value) {
                above = cost;
            } else {
                below = cost;
            }
            let step = self.step(level, cost);
            if step.abs() <= 2.0 * f64::EPSILON * cost.abs() {
                return (cost + step).clamp(below, above);
            }
            cost += step;
        }
        cost
    }

    /// Newton's step towards F/f = level − θ in logarithms: F/f grows exponentially, or faster, in the upper tail of
    /// most laws, where the plain step creeps and its slope overflows. Both agree near the root.
    fn step(self, level: f64, cost: f64) -> f64 {
        let (markup, wanted) = (self.law.markup(cost, Side::Left), level - cost);
        // (F/f)′/(F/f).
        let growth = markup.recip() - self.law.log_density_slope(cost, Side::Left);
        (wanted / markup).ln() / (growth + wanted.recip())
    }
}

/// Splits the support where z jumps or turns.
fn pieces(raw: RawCost<'_>) -> Vec<Piece> {
    let law = raw.law;
    let mut found: Vec<Piece> = Vec::new();
    let knots = law.knots();
    let ends = |k: usize| {
        let lower = if k == 0 { law.lower() } else { knots[k - 1] };
        let upper = knots.get(k).copied().unwrap_or(law.upper());
        (lower, upper)
    };
    for k in 0..=knots.len() {
        let (lower, upper) = ends(k);
        let start = found.len();
        let mut from = lower;
        for (turn, rising) in turns(raw, lower, upper) {
            found.push(Piece {
                lower: from,
                upper: turn,
                rising,
            });
            from = turn;
        }
        // A knot at which z neither jumps nor turns is no break.
        if let Some(before) = start.checked_sub(1)
            && found[before].rising == found[start].rising
            && !jumps(raw, knots, k - 1)
        {
            found[before].upper = found[start].upper;
            found.remove(start);
        }
    }
    found
}

/// Whether z jumps at a knot by more than the rounding of the knot itself explains: equal steps of an empirical law
/// differ in the last digit.
fn jumps(raw: RawCost<'_>, knots: &[f64], k: usize) -> bool {
    let law = raw.law;
    let cost = knots[k];
    let before = if k == 0 { law.lower() } else { knots[k - 1] };
    let after = knots.get(k + 1).copied().unwrap_or(law.upper());
    let gap = (cost - before).min(after - cost);
    let (left, right) = (law.markup(cost, Side::Left), law.markup(cost, Side::Right));
    let largest = law.lower().abs().max(law.upper().abs());
    let rounding = 4.0 * f64::EPSILON * (left.max(right) * (1.0 + largest / gap) + largest);
    (left - right).abs() > rounding
}

/// The ends of the monotone stretches of z on a piece without knots, each with its direction.
fn turns(raw: RawCost<'_>, lower: f64, upper: f64) -> Vec<(f64, bool)> {
    let rises = |cost: f64| raw.slope(cost, Side::Left) >= 0.0;
    let flat = |cost: f64| raw.law.log_density_slope(cost, Side::Right) == 0.0;
    // A constant density: z is a straight line of slope 2. Spares empirical laws the search.
    if flat(lower) && flat(lower + 0.5 * (upper - lower)) {
        return vec![(upper, true)];
    }
    let mut found = Vec::new();
    let mut previous: Option<(f64, bool)> = None;
    for cost in crowded_points(lower, upper) {
        let rising = rises(cost);
        if let Some((before, was_rising)) = previous
            && was_rising != rising
        {
            found.push((turn_between(before, cost, was_rising, &rises), was_rising));
        }
        previous = Some((cost, rising));
    }
    found.push((upper, previous.is_none_or(|(_, rising)| rising)));
    found
}

/// Interior points, increasing, crowding at both ends.
fn crowded_points(lower: f64, upper: f64) -> Vec<f64> {
    let width = upper - lower;
    let near = |k: i32| width * 0.5_f64.powi(k);
    let mut points: Vec<f64> = (9..=CROWDED).rev().map(|k| lower + near(k)).collect();
    points.extend((1..INSIDE).map(|k| lower + width * f64::from(k) / f64::from(INSIDE)));
    points.extend((9..=CROWDED).map(|k| upper - near(k)));
    points.retain(|&cost| cost > lower && cost < upper);
    points.dedup();
    points
}

/// The cost between two at which z turns, by halving: the sign of z′ is all that is trusted.
fn turn_between(from: f64, to: f64, was_rising: bool, rises: &dyn Fn(f64) -> bool) -> f64 {
    let (mut below, mut above) = (from, to);
    loop {
        let middle = below + 0.5 * (above - below);
        if !(middle > below && middle < above) {
            return above;
        }
        if rises(middle) == was_rising {
            below = middle;
        } else {
            above = middle;
        }
    }
}
