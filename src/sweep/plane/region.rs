//! A set in the plane, by its rings.

use super::point::{Point, Polyline};
use super::ring::Ring;

/// A set in the rectangle, bounded by rings: outer ones counter-clockwise, holes clockwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    pub(super) rings: Vec<Ring>,
    pub(super) evaluations: usize,
}

impl Region {
    /// Its rings, in an order that depends only on the plane. None where the set is empty.
    #[must_use]
    pub fn rings(&self) -> &[Ring] {
        &self.rings
    }

    /// How often the function was evaluated to find it, the known grid not counted.
    #[must_use]
    pub fn evaluations(&self) -> usize {
        self.evaluations
    }

    /// Its area in the product of the two units, holes subtracted.
    #[must_use]
    pub fn area(&self) -> f64 {
        self.rings.iter().map(Ring::signed_area).sum()
    }

    /// Whether the rings wind around the point (nonzero rule). On the boundary itself either answer may be given.
    #[must_use]
    pub fn contains(&self, x: f64, y: f64) -> bool {
        self.rings.iter().map(|ring| ring.winding(x, y)).sum::<i32>() != 0
    }

    /// The curves between inside and outside, without the pieces along the border of the rectangle.
    #[must_use]
    pub fn boundary(&self) -> Vec<Polyline> {
        self.rings.iter().flat_map(Ring::curves).collect()
    }

    /// All rings as one closed polygon to be filled under the nonzero rule, as (x, y).
    ///
    /// Each further ring is reached from the first point by a bridge that is also the way back, so it has no width and
    /// adds nothing to the winding: that of the polygon is the sum of those of the rings. Meant to be filled, not drawn;
    /// [`Region::boundary`] is what to draw.
    #[must_use]
    pub fn joined(&self) -> Vec<(f64, f64)> {
        let pair = |point: &Point| (point.x, point.y);
        let Some(home) = self.rings.first().and_then(|ring| ring.points.first()).map(pair) else {
            return Vec::new();
        };
        let mut polygon = Vec::new();
        for (index, ring) in self.rings.iter().enumerate() {
            polygon.extend(ring.points.iter().map(pair));
            polygon.extend(ring.points.first().map(pair));
            if index > 0 {
                polygon.push(home);
            }
        }
        polygon
    }
}
