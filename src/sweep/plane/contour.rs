//! Both axes continuous: marching squares on the split grid.
//!
//! Each crossed piece of a cell's side has one located crossing. Around a cell, counter-clockwise, the walk leaves the
//! set at some crossings and enters it at others; a segment from where it leaves to where it enters has the inside on its
//! left. The neighbour walks the shared side the other way, so what is left by one is entered by the other: exactly one
//! segment leaves each crossing and one arrives, and all rings close. Along the border of the rectangle, which has no
//! neighbour, segments from where the set is entered to where it is left take the neighbour's place.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::crossing::{self, Crossing};
use super::lattice::{Cell, Lattice, Node, Piece};
use super::point::Point;
use super::probe::Probe;
use super::ring::{Ring, Segment, link, turning};

/// A piece of a side without direction: its lower end first.
type Edge = (Node, Node);

/// A vertex of a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Vertex {
    Crossing(Edge),
    Corner(Node),
}

/// A segment, and the cell it runs through (none along the border).
struct Piecewise {
    segments: Vec<Segment<Vertex>>,
    cells: Vec<Option<Cell>>,
}

impl Piecewise {
    fn push(&mut self, from: Vertex, to: Vertex, cell: Option<Cell>) {
        let border = cell.is_none();
        self.segments.push(Segment { from, to, border });
        self.cells.push(cell);
    }
}

struct Contour<'r, 'p, 'a> {
    probe: &'r Probe<'p, 'a>,
    lattice: Lattice<'r, 'p, 'a>,
    crossings: BTreeMap<Edge, Crossing>,
    /// Whether the middle of a cell with alternating corners is inside.
    centres: BTreeMap<Cell, bool>,
}

/// The rings of the probe's set.
pub(super) fn rings(probe: &Probe<'_, '_>) -> Vec<Ring> {
    let mut contour = Contour {
        probe,
        lattice: Lattice::new(probe),
        crossings: BTreeMap::new(),
        centres: BTreeMap::new(),
    };
    loop {
        contour.lattice.settle();
        contour.locate();
        contour.decide_saddles();
        let pieces = contour.pieces();
        let place = |vertex| contour.point(vertex);
        let order = link(&pieces.segments, &place);
        let turning = contour.turning_cells(&pieces, &order);
        if turning.is_empty() {
            return order
                .iter()
                .map(|ring| Ring::new(&pieces.segments, ring, &place))
                .collect();
        }
        contour.lattice.split(&turning);
    }
}

impl Contour<'_, '_, '_> {
    /// Locates the crossings that are not known yet.
    fn locate(&mut self) {
        let crossed: BTreeSet<Edge> = self
            .lattice
            .leaves()
            .flat_map(|cell| self.lattice.perimeter(cell))
            .filter(Piece::is_crossed)
            .map(|piece| edge(&piece))
            .filter(|edge| !self.crossings.contains_key(edge))
            .collect();
        let crossed: Vec<Edge> = crossed.into_iter().collect();
        let found: Vec<Crossing> = crossed.par_iter().map(|&edge| self.crossing(edge)).collect();
        self.crossings.extend(crossed.into_iter().zip(found));
    }

    fn crossing(&self, edge: Edge) -> Crossing {
        let plane = self.probe.plane;
        let (low, high) = (self.lattice.place(edge.0), self.lattice.place(edge.1));
        let (axis, ends) = if is_level(edge) {
            (&plane.x, [low.0, high.0])
        } else {
            (&plane.y, [low.1, high.1])
        };
        if let Some(known) = self.inherited(edge, ends) {
            return known;
        }
        let samples = [self.lattice.sample(edge.0), self.lattice.sample(edge.1)];
        let extent = axis.unit(ends[1]) - axis.unit(ends[0]);
        let (start, length) = if is_level(edge) {
            (edge.0.0, edge.1.0 - edge.0.0)
        } else {
            (edge.0.1, edge.1.1 - edge.0.1)
        };
        let place = |t: f64| axis.subdivided(start as f64 + t * length as f64, self.lattice.scale);
        crossing::locate(place, extent, samples, &plane.settings, |at| {
            if is_level(edge) {
                self.probe.at(at, low.1)
            } else {
                self.probe.at(low.0, at)
            }
        })
    }

    /// The crossing of a longer edge, before it was split, if it lies on this part of it.
    fn inherited(&self, edge: Edge, [low, high]: [f64; 2]) -> Option<Crossing> {
        let level = is_level(edge);
        let mut length = edge.1.0 - edge.0.0 + edge.1.1 - edge.0.1;
        while length < self.lattice.scale {
            length *= 2;
            let (i, j) = edge.0;
            let longer = if level {
                let start = i - i % length;
                ((start, j), (start + length, j))
            } else {
                let start = j - j % length;
                ((i, start), (i, start + length))
            };
            let held = self.crossings.get(&longer);
            if let Some(found) = held.filter(|found| low <= found.low && found.high <= high) {
                return Some(*found);
            }
        }
        None
    }

    /// Evaluates the middle of the unit cells whose corners alternate; larger ones have been split.
    fn decide_saddles(&mut self) {
        let saddles: Vec<Cell> = self
            .lattice
            .leaves()
            .filter(|cell| !self.centres.contains_key(cell))
            .filter(|&cell| self.lattice.perimeter(cell).iter().filter(|p| p.is_crossed()).count() == 4)
            .collect();
        let plane = self.probe.plane;
        let inside: Vec<bool> = saddles
            .par_iter()
            .map(|cell| {
                let (i, j) = cell.corner;
                let low = self.lattice.place((i, j));
                let high = self.lattice.place((i + cell.size, j + cell.size));
                let x = plane.x.between(low.0, high.0, 0.5);
                let y = plane.y.between(low.1, high.1, 0.5);
                self.probe.at(x, y).inside
            })
            .collect();
        self.centres.extend(saddles.into_iter().zip(inside));
    }

    /// All segments: through the cells, then along the border.
    fn pieces(&self) -> Piecewise {
        let mut pieces = Piecewise {
            segments: Vec::new(),
            cells: Vec::new(),
        };
        for cell in self.lattice.leaves() {
            self.through(cell, &mut pieces);
        }
        self.along_border(&mut pieces);
        pieces
    }

    fn through(&self, cell: Cell, pieces: &mut Piecewise) {
        let perimeter = self.lattice.perimeter(cell);
        let crossed: Vec<&Piece> = perimeter.iter().filter(|piece| piece.is_crossed()).collect();
        let connected = self.centres.get(&cell).copied().unwrap_or(false);
        let n = crossed.len();
        for (k, piece) in crossed.iter().enumerate().filter(|(_, piece)| piece.inside.0) {
            // The set is left here. In a saddle with the middle inside, it is entered again around the corner that is
            // cut off; otherwise back where this part of it began.
            let entered = if connected { (k + 1) % n } else { (k + n - 1) % n };
            let (from, to) = (Vertex::Crossing(edge(piece)), Vertex::Crossing(edge(crossed[entered])));
            pieces.push(from, to, Some(cell));
        }
    }

    fn along_border(&self, pieces: &mut Piecewise) {
        // The vertices along the border, and whether what follows is inside.
        let mut vertices: Vec<(Vertex, bool)> = Vec::new();
        for piece in self.lattice.border() {
            if piece.inside.0 && self.lattice.is_corner(piece.from) {
                vertices.push((Vertex::Corner(piece.from), true));
            }
            if piece.is_crossed() {
                vertices.push((Vertex::Crossing(edge(&piece)), piece.inside.1));
            }
        }
        let next = vertices.iter().cycle().skip(1);
        for (&(from, inside), &(to, _)) in vertices.iter().zip(next) {
            if inside {
                pieces.push(from, to, None);
            }
        }
    }

    /// The cells that can be split, at vertices where the boundary turns by more than the settings allow.
    fn turning_cells(&self, pieces: &Piecewise, order: &[Vec<usize>]) -> BTreeSet<Cell> {
        let limit = self.probe.plane.settings.turn;
        let mut cells = BTreeSet::new();
        let mut mark = |index: usize| cells.extend(pieces.cells[index].filter(|cell| cell.size > 1));
        for ring in order {
            for (&before, &after) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                if limit <= 0.0 {
                    mark(before);
                    continue;
                }
                let [a, b] = [before, after].map(|index| &pieces.segments[index]);
                let turn = turning(self.direction(a), self.direction(b)).to_degrees().abs();
                if !a.border && !b.border && turn > limit {
                    mark(before);
                    mark(after);
                }
            }
        }
        cells
    }

    /// Where a segment points in the unit square of the two axes' own scales.
    fn direction(&self, segment: &Segment<Vertex>) -> (f64, f64) {
        let plane = self.probe.plane;
        let [from, to] = [segment.from, segment.to].map(|vertex| {
            let point = self.point(vertex);
            (plane.x.unit(point.x), plane.y.unit(point.y))
        });
        (to.0 - from.0, to.1 - from.1)
    }

    fn point(&self, vertex: Vertex) -> Point {
        let node = match vertex {
            Vertex::Corner(node) => node,
            Vertex::Crossing(edge) => edge.0,
        };
        let (x, y) = self.lattice.place(node);
        let mut point = Point::exact(x, y);
        if let Vertex::Crossing(edge) = vertex
            && let Some(found) = self.crossings.get(&edge)
        {
            if is_level(edge) {
                (point.x, point.x_half_width) = (found.middle, found.half_width());
            } else {
                (point.y, point.y_half_width) = (found.middle, found.half_width());
            }
        }
        point
    }
}

/// Whether an edge runs along x.
fn is_level(edge: Edge) -> bool {
    edge.0.1 == edge.1.1
}

fn edge(piece: &Piece) -> Edge {
    (piece.from.min(piece.to), piece.from.max(piece.to))
}
