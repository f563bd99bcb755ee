//! Ironing: the convex minorant of q F⁻¹(q), in costs.
//!
//! Pieces are taken from lo to hi. The minorant found so far is a list of increasing stretches and flat intervals; a
//! new piece whose z starts below the end of the list is joined to it by the common tangent, the flat interval whose
//! level L is the mean of z over it:
//!
//! L = (F(r) r − F(l) l)/(F(r) − F(l)), z̄(l) = L = z(r), l in the list and r in the new piece.

use super::Side;
use super::virtual_cost::{Piece, RawCost};

/// A maximal interval of costs on which the ironed virtual cost is constant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IronedInterval {
    /// Where it begins, ETH.
    pub lower: f64,
    /// Where it ends, ETH.
    pub upper: f64,
    /// The ironed virtual cost on it, ETH: the mean of z there.
    pub level: f64,
}

impl IronedInterval {
    /// Whether the one-sided limit at `cost` lies inside; `highest` is hi, where the limit from inside is meant.
    pub(super) fn covers(&self, cost: f64, side: Side, highest: f64) -> bool {
        match side {
            Side::Left => self.lower < cost && cost <= self.upper,
            Side::Right => self.lower <= cost && (cost < self.upper || cost == self.upper && cost == highest),
        }
    }
}

/// A stretch of the minorant.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    lower: f64,
    upper: f64,
    /// The value on a flat interval; `None` where z̄ = z increases.
    level: Option<f64>,
}

impl Stretch {
    fn first(&self, raw: RawCost<'_>) -> f64 {
        self.level.unwrap_or_else(|| raw.value(self.lower, Side::Right))
    }

    fn last(&self, raw: RawCost<'_>) -> f64 {
        self.level.unwrap_or_else(|| raw.value(self.upper, Side::Left))
    }

    /// The largest cost of the stretch, or its lower end, up to which z̄ ≤ `level`.
    fn reach(&self, raw: RawCost<'_>, level: f64) -> f64 {
        match self.level {
            Some(flat) if flat <= level => self.upper,
            Some(_) => self.lower,
            None => raw.crossing(level, self.lower, self.upper),
        }
    }
}

/// The flat intervals of the minorant, in increasing order.
pub(super) fn iron(raw: RawCost<'_>, pieces: &[Piece]) -> Vec<IronedInterval> {
    let mut list: Vec<Stretch> = Vec::new();
    for piece in pieces {
        // The minorant of a concave stretch is its chord.
        let level = (!piece.rising).then(|| mean(raw, piece.lower, piece.upper));
        append(
            raw,
            &mut list,
            Stretch {
                lower: piece.lower,
                upper: piece.upper,
                level,
            },
        );
    }
    list.iter()
        .filter_map(|stretch| {
            stretch.level.map(|level| IronedInterval {
                lower: stretch.lower,
                upper: stretch.upper,
                level,
            })
        })
        .collect()
}

/// Adds a stretch to a minorant, joining where z̄ would fall.
fn append(raw: RawCost<'_>, list: &mut Vec<Stretch>, new: Stretch) {
    let falls = list.last().is_some_and(|last| last.last(raw) > new.first(raw));
    if !falls {
        list.push(new);
        return;
    }
    let flat = tangent(raw, list, &new);
    // What the tangent covers goes, and the stretch it starts in is cut there.
    while list.last().is_some_and(|last| last.lower >= flat.lower) {
        list.pop();
    }
    if let Some(last) = list.last_mut() {
        last.upper = last.upper.min(flat.lower);
    }
    list.push(flat);
    if flat.upper < new.upper {
        list.push(Stretch {
            lower: flat.upper,
            ..new
        });
    }
}

/// The flat interval between a minorant and a stretch that starts below its end.
///
/// The integral of z̄ − L over [l(L), r(L)] falls in L with slope −(F(r) − F(l)), so that L ← mean over [l(L), r(L)] is
/// Newton's method; it is kept inside a bracket.
fn tangent(raw: RawCost<'_>, list: &[Stretch], new: &Stretch) -> Stretch {
    let mut low = new.first(raw);
    let mut high = list.last().map_or(low, |last| last.last(raw));
    let mut level = mean(raw, start(raw, list, low), new.reach(raw, low));
    for _ in 0..200 {
        if !(level > low && level < high) {
            level = low + 0.5 * (high - low);
            if !(level > low && level < high) {
                break;
            }
        }
        let next = mean(raw, start(raw, list, level), new.reach(raw, level));
        if (next - level).abs() <= f64::EPSILON * level.abs() {
            break;
        } else if next > level {
            low = level;
        } else {
            high = level;
        }
        level = next;
    }
    Stretch {
        lower: start(raw, list, level),
        upper: new.reach(raw, level),
        level: Some(level),
    }
}

/// The least cost from which a minorant is at least `level`.
fn start(raw: RawCost<'_>, list: &[Stretch], level: f64) -> f64 {
    let index = list.partition_point(|stretch| stretch.last(raw) < level);
    match list.get(index) {
        None => list.last().map_or(raw.law.lower(), |last| last.upper),
        Some(stretch) if stretch.level.is_some() => stretch.lower,
        Some(stretch) => raw.crossing(level, stretch.lower, stretch.upper),
    }
}

/// The mean of z over [l, r] under F: (F(r) r − F(l) l)/(F(r) − F(l)), arranged so that only r − l and F(r) − F(l) are
/// differences, the latter of whichever tail is smaller.
fn mean(raw: RawCost<'_>, lower: f64, upper: f64) -> f64 {
    let law = raw.law;
    let below = law.cdf(lower);
    let mass = if below > 0.5 {
        law.survival(lower) - law.survival(upper)
    } else {
        law.cdf(upper) - below
    };
    if mass > 0.0 {
        upper + below * ((upper - lower) / mass)
    } else {
        // An interval too short for F: z itself.
        raw.value(lower, Side::Right)
    }
}
