//! One axis whole, or both: the set is a union of rectangles, one column a whole value.
//!
//! In each column the set is a union of intervals *along* the other axis. The horizontal pieces of its boundary are the
//! ends of the intervals; on the line between two columns the boundary is where one of them is inside and the other is
//! not. So no seam is ever made between columns, and none has to be removed. Where only y is whole, the plane is mirrored
//! at its diagonal and the rings are mirrored back.

use rayon::prelude::*;

use super::axis::Axis;
use super::crossing::{self, Crossing};
use super::point::Point;
use super::probe::{Probe, Sample};
use super::ring::{Ring, Segment, link};

/// An end of an interval.
#[derive(Debug, Clone, Copy)]
struct End {
    at: f64,
    half_width: f64,
    /// Whether it is the border of the rectangle.
    border: bool,
}

/// A vertex: the line between two columns, and the rank of its height among all heights.
type Vertex = (usize, usize);

/// The plane as columns `across` the whole axis, each running `along` the other one.
struct Columns<'r, 'p, 'a> {
    probe: &'r Probe<'p, 'a>,
    mirrored: bool,
}

/// The rings of the probe's set.
pub(super) fn rings(probe: &Probe<'_, '_>) -> Vec<Ring> {
    let mirrored = !probe.plane.x.is_whole();
    let columns = Columns { probe, mirrored };
    let intervals = if columns.along().is_whole() {
        columns.of_cells()
    } else {
        columns.located()
    };
    let rings = columns.merged(&intervals);
    if mirrored {
        rings.iter().map(Ring::transposed).collect()
    } else {
        rings
    }
}

impl Columns<'_, '_, '_> {
    fn across(&self) -> &Axis {
        let plane = self.probe.plane;
        if self.mirrored { &plane.y } else { &plane.x }
    }

    fn along(&self) -> &Axis {
        let plane = self.probe.plane;
        if self.mirrored { &plane.x } else { &plane.y }
    }

    fn known(&self, column: usize, k: usize) -> Sample {
        if self.mirrored {
            self.probe.known(k, column)
        } else {
            self.probe.known(column, k)
        }
    }

    /// Both axes whole: runs of inside cells. Each column is a list of ends, lower and upper in turn.
    fn of_cells(&self) -> Vec<Vec<End>> {
        let heights = self.along().borders();
        let exact = |k: usize, border: bool| End {
            at: heights[k],
            half_width: 0.0,
            border,
        };
        let last = heights.len() - 1;
        self.each_column(last, &exact(0, true), &exact(last, true), &mut |k| exact(k, false))
    }

    /// The other axis continuous: ends located between its values.
    fn located(&self) -> Vec<Vec<End>> {
        let along = self.along();
        let heights = along.values();
        let crossed: Vec<(usize, usize)> = (0..self.across().values().len())
            .flat_map(|column| (1..heights.len()).map(move |k| (column, k)))
            .filter(|&(column, k)| self.known(column, k - 1).inside != self.known(column, k).inside)
            .collect();
        let found: Vec<Crossing> = crossed
            .par_iter()
            .map(|&(column, k)| self.crossing(column, k))
            .collect();
        let border = |at: f64| End {
            at,
            half_width: 0.0,
            border: true,
        };
        let last = heights.len() - 1;
        // The crossings come in the order in which the columns ask for them.
        let mut found = found.iter();
        self.each_column(heights.len(), &border(heights[0]), &border(heights[last]), &mut |k| {
            found.next().map_or_else(
                || border(heights[k]),
                |crossing| End {
                    at: crossing.middle,
                    half_width: crossing.half_width(),
                    border: false,
                },
            )
        })
    }

    fn crossing(&self, column: usize, k: usize) -> Crossing {
        let across = self.across().values()[column];
        let heights = self.along().values();
        let samples = [self.known(column, k - 1), self.known(column, k)];
        let settings = &self.probe.plane.settings;
        let along = self.along();
        let extent = along.unit(heights[k]) - along.unit(heights[k - 1]);
        let place = |t: f64| along.subdivided((k - 1) as f64 + t, 1);
        crossing::locate(place, extent, samples, settings, |at| {
            if self.mirrored {
                self.probe.at(at, across)
            } else {
                self.probe.at(across, at)
            }
        })
    }

    /// Walks up each column and asks `change` for an end between values `k - 1` and `k` that differ.
    fn each_column(&self, n: usize, low: &End, high: &End, change: &mut dyn FnMut(usize) -> End) -> Vec<Vec<End>> {
        (0..self.across().values().len())
            .map(|column| {
                let mut ends = Vec::new();
                if self.known(column, 0).inside {
                    ends.push(*low);
                }
                for k in 1..n {
                    if self.known(column, k - 1).inside != self.known(column, k).inside {
                        ends.push(change(k));
                    }
                }
                if self.known(column, n - 1).inside {
                    ends.push(*high);
                }
                ends
            })
            .collect()
    }

    fn merged(&self, columns: &[Vec<End>]) -> Vec<Ring> {
        let mut heights: Vec<End> = columns.concat();
        heights.sort_by(|a, b| a.at.total_cmp(&b.at));
        // Of equal heights the widest bracket is kept: the claim must hold for all of them.
        heights.dedup_by(|later, kept| {
            let same = later.at.total_cmp(&kept.at).is_eq();
            if same {
                kept.half_width = kept.half_width.max(later.half_width);
            }
            same
        });
        let rank = |end: &End| heights.partition_point(|height| height.at.total_cmp(&end.at).is_lt());
        let ranks: Vec<Vec<usize>> = columns.iter().map(|ends| ends.iter().map(rank).collect()).collect();

        let mut segments = Vec::new();
        for (column, (ends, ranks)) in columns.iter().zip(&ranks).enumerate() {
            for (k, (end, &height)) in ends.iter().zip(ranks).enumerate() {
                let (left, right) = ((column, height), (column + 1, height));
                let (from, to) = if k % 2 == 0 { (left, right) } else { (right, left) };
                let border = end.border;
                segments.push(Segment { from, to, border });
            }
        }
        for line in 0..=columns.len() {
            let left = line.checked_sub(1).map_or(&[][..], |column| &ranks[column]);
            let right = ranks.get(line).map_or(&[][..], Vec::as_slice);
            let border = line == 0 || line == columns.len();
            between(line, left, right, border, &mut segments);
        }

        let lines = self.across().borders();
        let place = |(line, height): Vertex| {
            let mut point = Point::exact(lines[line], heights[height].at);
            point.y_half_width = heights[height].half_width;
            point
        };
        link(&segments, &place)
            .iter()
            .map(|order| Ring::new(&segments, order, &place).straightened())
            .collect()
    }
}

/// The pieces on the line between two columns: up where only the left one is inside, down where only the right one is.
fn between(line: usize, left: &[usize], right: &[usize], border: bool, segments: &mut Vec<Segment<Vertex>>) {
    let mut heights: Vec<usize> = left.iter().chain(right).copied().collect();
    heights.sort_unstable();
    heights.dedup();
    // Inside just above a height: an odd number of ends at or below it.
    let inside = |ends: &[usize], height: usize| ends.partition_point(|&end| end <= height) % 2 == 1;
    for pair in heights.windows(2) {
        let (low, high) = ((line, pair[0]), (line, pair[1]));
        match (inside(left, pair[0]), inside(right, pair[0])) {
            (true, false) => segments.push(Segment {
                from: low,
                to: high,
                border,
            }),
            (false, true) => segments.push(Segment {
                from: high,
                to: low,
                border,
            }),
            _ => {}
        }
    }
}
