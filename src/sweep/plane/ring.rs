//! Closed rings, made by linking directed pieces.

use std::collections::BTreeMap;

use super::point::{Point, Polyline};

/// A closed curve with the inside on its left: counter-clockwise around the set, clockwise around a hole.
#[derive(Debug, Clone, PartialEq)]
pub struct Ring {
    /// Its points; the last is joined to the first, which is not repeated.
    pub(super) points: Vec<Point>,
    /// Whether the piece from each point to the next runs along the border of the rectangle.
    pub(super) border: Vec<bool>,
}

/// A piece of a boundary between two named vertices, the inside on its left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<V> {
    pub from: V,
    pub to: V,
    /// Whether it runs along the border of the rectangle.
    pub border: bool,
}

/// Links segments head to tail; each answer lists the segments of one ring in order.
///
/// As many segments must leave a vertex as arrive there. Where several leave, the sharpest turn to the left is taken:
/// what touches only at a corner is not connected.
pub(super) fn link<V: Copy + Ord>(segments: &[Segment<V>], place: &impl Fn(V) -> Point) -> Vec<Vec<usize>> {
    let mut leaving: BTreeMap<V, Vec<usize>> = BTreeMap::new();
    for (index, segment) in segments.iter().enumerate() {
        leaving.entry(segment.from).or_default().push(index);
    }
    let mut used = vec![false; segments.len()];
    let mut rings = Vec::new();
    for start in 0..segments.len() {
        let mut ring = Vec::new();
        let mut current = start;
        while !used[current] {
            used[current] = true;
            ring.push(current);
            let ways = leaving.get(&segments[current].to).map_or(&[][..], Vec::as_slice);
            let Some(next) = leftmost(segments, current, ways, place) else {
                break;
            };
            current = next;
        }
        if !ring.is_empty() {
            rings.push(ring);
        }
    }
    rings
}

fn leftmost<V: Copy + Ord>(
    segments: &[Segment<V>],
    current: usize,
    ways: &[usize],
    place: &impl Fn(V) -> Point,
) -> Option<usize> {
    if ways.len() < 2 {
        return ways.first().copied();
    }
    let direction = |segment: &Segment<V>| {
        let (from, to) = (place(segment.from), place(segment.to));
        (to.x - from.x, to.y - from.y)
    };
    let arriving = direction(&segments[current]);
    let turn = |way: usize| turning(arriving, direction(&segments[way]));
    ways.iter().copied().max_by(|&a, &b| turn(a).total_cmp(&turn(b)))
}

/// The angle from one direction to the next, in radians, positive to the left.
pub(super) fn turning(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 * b.1 - a.1 * b.0).atan2(a.0 * b.0 + a.1 * b.1)
}

impl Ring {
    /// The ring through these segments.
    pub(super) fn new<V: Copy>(segments: &[Segment<V>], order: &[usize], place: &impl Fn(V) -> Point) -> Self {
        Self {
            points: order.iter().map(|&index| place(segments[index].from)).collect(),
            border: order.iter().map(|&index| segments[index].border).collect(),
        }
    }

    /// Its points; the last is joined to the first, which is not repeated.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Area enclosed, in the product of the two units: positive for counter-clockwise rings, negative for holes.
    #[must_use]
    pub fn signed_area(&self) -> f64 {
        let Some(origin) = self.points.first() else {
            return 0.0;
        };
        // Relative to a point of the ring, so that a small ring far from the origin keeps its digits.
        let sum: f64 = self
            .edges()
            .map(|(p, q)| (p.x - origin.x) * (q.y - origin.y) - (q.x - origin.x) * (p.y - origin.y))
            .sum();
        sum / 2.0
    }

    /// How often it winds around a point, counter-clockwise.
    pub(super) fn winding(&self, x: f64, y: f64) -> i32 {
        let mut turns = 0;
        for (p, q) in self.edges() {
            let side = (q.x - p.x) * (y - p.y) - (x - p.x) * (q.y - p.y);
            if p.y <= y && q.y > y && side > 0.0 {
                turns += 1;
            } else if p.y > y && q.y <= y && side < 0.0 {
                turns -= 1;
            }
        }
        turns
    }

    /// The curves left when the pieces along the border of the rectangle are taken out.
    pub(super) fn curves(&self) -> Vec<Polyline> {
        let n = self.points.len();
        let Some(last_border) = self.border.iter().rposition(|&border| border) else {
            let mut points = self.points.clone();
            points.extend(self.points.first());
            return vec![Polyline { points }];
        };
        let mut curves = Vec::new();
        let mut points: Vec<Point> = Vec::new();
        // From just after a border piece, once around, so that no curve is cut where the ring happens to start.
        for step in 1..=n {
            let index = (last_border + step) % n;
            if points.is_empty() {
                points.push(self.points[index]);
            }
            if self.border[index] {
                if points.len() > 1 {
                    curves.push(Polyline { points });
                }
                points = Vec::new();
            } else {
                points.push(self.points[(index + 1) % n]);
            }
        }
        curves
    }

    /// Drops the vertices in the middle of axis-parallel straight pieces.
    pub(super) fn straightened(self) -> Self {
        let n = self.points.len();
        let (mut points, mut border) = (Vec::new(), Vec::new());
        for index in 0..n {
            let [p, q, r] = [(index + n - 1) % n, index, (index + 1) % n].map(|k| self.points[k]);
            if (p.x == q.x && q.x == r.x) || (p.y == q.y && q.y == r.y) {
                continue;
            }
            points.push(q);
            border.push(self.border[index]);
        }
        Self { points, border }
    }

    /// The ring mirrored at the diagonal, with its direction turned so that the inside stays on the left.
    pub(super) fn transposed(&self) -> Self {
        let n = self.points.len();
        Self {
            points: self.points.iter().rev().map(|point| point.transposed()).collect(),
            // The piece that arrived at a point now leaves it.
            border: (0..n).map(|k| self.border[(2 * n - 2 - k) % n]).collect(),
        }
    }

    fn edges(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        let next = self.points.iter().cycle().skip(1);
        self.points.iter().copied().zip(next.copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> Ring {
        Ring {
            points: [(0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (0.0, 1.0)]
                .map(|(x, y)| Point::exact(x, y))
                .to_vec(),
            border: vec![true, false, false, true],
        }
    }

    #[test]
    fn a_mirrored_ring_keeps_its_direction_and_its_border() {
        let mirrored = square().transposed();
        assert_eq!(mirrored.signed_area(), 2.0);
        let along: Vec<_> = mirrored
            .edges()
            .zip(&mirrored.border)
            .filter(|(_, border)| **border)
            .map(|((p, q), _)| (p.x + q.x, p.y + q.y))
            .collect();
        // The bottom and the left side of the square are its left side and its bottom.
        assert_eq!(along, [(0.0, 2.0), (1.0, 0.0)]);
    }

    #[test]
    fn curves_leave_out_the_border_and_are_not_cut_elsewhere() {
        let curves = square().curves();
        assert_eq!(curves.len(), 1);
        let points: Vec<_> = curves[0].points.iter().map(|p| (p.x, p.y)).collect();
        assert_eq!(points, [(2.0, 0.0), (2.0, 1.0), (0.0, 1.0)]);
        assert!(!curves[0].is_closed());
    }

    #[test]
    fn winding_counts_turns() {
        let ring = square();
        assert_eq!(ring.winding(1.0, 0.5), 1);
        assert_eq!(ring.winding(3.0, 0.5), 0);
        let hole = Ring {
            points: ring.points.iter().rev().copied().collect(),
            border: vec![false; 4],
        };
        assert_eq!(hole.winding(1.0, 0.5), -1);
    }
}
