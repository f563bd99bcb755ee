//! The grid, split in four where it is asked to be.
//!
//! Points are named by integers: with depth d every grid cell is 2^d × 2^d units, and grid point (i, j) is
//! (i·2^d, j·2^d). A point has one name however it was reached, so it is evaluated once and all cells see the same value.
//!
//! Why there are no cracks. A side of a cell is read as the chain of *all* evaluated points on it, including those that
//! only a smaller neighbour needed. A point inside a side is evaluated only when a cell on either side of it is split,
//! and then the middle of the longer side was evaluated before; so two cells that share a piece of a side read the same
//! chain along it, find the same crossings on it, and their pieces of boundary meet there. Cells whose chains cannot be
//! joined by one straight piece are split until they can ([`Lattice::settle`]); a cell of unit size has only its corners.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::probe::{Probe, Sample};

/// A point, in units along the two axes.
pub(super) type Node = (usize, usize);

/// A piece of a side between neighbouring evaluated points, in the direction it is walked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub from: Node,
    pub to: Node,
    /// Whether its ends are inside.
    pub inside: (bool, bool),
}

impl Piece {
    pub(super) fn is_crossed(&self) -> bool {
        self.inside.0 != self.inside.1
    }
}

/// A square cell that is not split: its lower left corner and its size in units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    pub corner: Node,
    pub size: usize,
}

impl Cell {
    fn corners(self) -> [Node; 4] {
        let ((i, j), s) = (self.corner, self.size);
        [(i, j), (i + s, j), (i + s, j + s), (i, j + s)]
    }
}

/// The evaluated points and the cells between them.
pub(super) struct Lattice<'r, 'p, 'a> {
    probe: &'r Probe<'p, 'a>,
    /// Units in a grid cell.
    pub scale: usize,
    /// Grid cells along the two axes.
    cells: (usize, usize),
    nodes: BTreeMap<Node, Sample>,
    leaves: BTreeSet<Cell>,
}

impl<'r, 'p, 'a> Lattice<'r, 'p, 'a> {
    /// The grid as it is known, nothing split yet.
    pub(super) fn new(probe: &'r Probe<'p, 'a>) -> Self {
        let plane = probe.plane;
        let scale = 1 << plane.settings.depth;
        let (nx, ny) = (plane.x.values().len(), plane.y.values().len());
        let points = (0..ny).flat_map(|j| (0..nx).map(move |i| (i, j)));
        let corners = (0..ny - 1).flat_map(|j| (0..nx - 1).map(move |i| (i * scale, j * scale)));
        Self {
            probe,
            scale,
            cells: (nx - 1, ny - 1),
            nodes: points
                .map(|(i, j)| ((i * scale, j * scale), probe.known(i, j)))
                .collect(),
            leaves: corners.map(|corner| Cell { corner, size: scale }).collect(),
        }
    }

    /// The cells that are not split, in order.
    pub(super) fn leaves(&self) -> impl Iterator<Item = Cell> + '_ {
        self.leaves.iter().copied()
    }

    /// The parameters at a point.
    pub(super) fn place(&self, node: Node) -> (f64, f64) {
        let plane = self.probe.plane;
        (
            plane.x.subdivided(node.0 as f64, self.scale),
            plane.y.subdivided(node.1 as f64, self.scale),
        )
    }

    /// The value at an evaluated point.
    pub(super) fn sample(&self, node: Node) -> Sample {
        // Only evaluated points are named outside; were one not, it would count as outside and without a number.
        self.nodes.get(&node).copied().unwrap_or(Sample {
            inside: false,
            excess: None,
        })
    }

    /// Splits these cells in four, those of unit size excepted.
    pub(super) fn split(&mut self, cells: &BTreeSet<Cell>) {
        let mut wanted = BTreeSet::new();
        for cell in cells.iter().filter(|cell| cell.size > 1) {
            let half = cell.size / 2;
            let (i, j) = cell.corner;
            self.leaves.remove(cell);
            for (a, b) in [(0, 0), (half, 0), (0, half), (half, half)] {
                let part = Cell {
                    corner: (i + a, j + b),
                    size: half,
                };
                self.leaves.insert(part);
                wanted.extend(part.corners().into_iter().filter(|node| !self.nodes.contains_key(node)));
            }
        }
        let wanted: Vec<Node> = wanted.into_iter().collect();
        let samples: Vec<Sample> = wanted
            .par_iter()
            .map(|&node| {
                let (x, y) = self.place(node);
                self.probe.at(x, y)
            })
            .collect();
        self.nodes.extend(wanted.into_iter().zip(samples));
    }

    /// Splits cells until each one that is larger than a unit is crossed by no more than one straight piece.
    pub(super) fn settle(&mut self) {
        loop {
            let tangled: BTreeSet<Cell> = self.leaves().filter(|&cell| self.is_tangled(cell)).collect();
            if tangled.is_empty() {
                return;
            }
            self.split(&tangled);
        }
    }

    /// More than two crossings, or two on one side, where a straight piece would run along the side.
    fn is_tangled(&self, cell: Cell) -> bool {
        if cell.size == 1 {
            return false;
        }
        let crossings = self
            .sides(cell)
            .map(|side| side.iter().filter(|p| p.is_crossed()).count());
        crossings.iter().sum::<usize>() > 2 || crossings.contains(&2)
    }

    /// The pieces around a cell, counter-clockwise from its lower left corner.
    pub(super) fn perimeter(&self, cell: Cell) -> Vec<Piece> {
        self.sides(cell).concat()
    }

    fn sides(&self, cell: Cell) -> [Vec<Piece>; 4] {
        let c = cell.corners();
        [(c[0], c[1]), (c[1], c[2]), (c[2], c[3]), (c[3], c[0])].map(|(from, to)| {
            let mut pieces = Vec::with_capacity(1);
            self.walk(from, to, &mut pieces);
            pieces
        })
    }

    /// The pieces around the whole rectangle, counter-clockwise from its lower left corner.
    pub(super) fn border(&self) -> Vec<Piece> {
        let (nx, ny) = self.cells;
        let s = self.scale;
        let bottom = (0..nx).map(|i| ((i * s, 0), ((i + 1) * s, 0)));
        let right = (0..ny).map(|j| ((nx * s, j * s), (nx * s, (j + 1) * s)));
        let top = (0..nx).rev().map(|i| (((i + 1) * s, ny * s), (i * s, ny * s)));
        let left = (0..ny).rev().map(|j| ((0, (j + 1) * s), (0, j * s)));
        let mut pieces = Vec::new();
        for (from, to) in bottom.chain(right).chain(top).chain(left) {
            self.walk(from, to, &mut pieces);
        }
        pieces
    }

    /// Whether a point is a corner of the rectangle.
    pub(super) fn is_corner(&self, (i, j): Node) -> bool {
        let (nx, ny) = self.cells;
        (i == 0 || i == nx * self.scale) && (j == 0 || j == ny * self.scale)
    }

    fn walk(&self, from: Node, to: Node, pieces: &mut Vec<Piece>) {
        let middle = (usize::midpoint(from.0, to.0), usize::midpoint(from.1, to.1));
        let length = from.0.abs_diff(to.0) + from.1.abs_diff(to.1);
        if length > 1 && self.nodes.contains_key(&middle) {
            self.walk(from, middle, pieces);
            self.walk(middle, to, pieces);
        } else {
            let inside = (self.sample(from).inside, self.sample(to).inside);
            pieces.push(Piece { from, to, inside });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::Rule;
    use super::super::{Axis, Plane, Settings, Spacing};
    use super::*;

    #[test]
    fn what_a_neighbour_finds_on_a_shared_side_splits_both() {
        // Two cells; the set is a small disc around the middle of their shared side, seen by no grid point.
        let axis = |values: &[f64]| Axis::new(values.to_vec(), Spacing::Linear).unwrap();
        let f = |x: f64, y: f64| Some(0.1 - (x - 1.0).hypot(y - 0.5));
        let plane = Plane::new(axis(&[0.0, 1.0, 2.0]), axis(&[0.0, 1.0]), vec![Some(-0.5); 6], &f).unwrap();
        let settings = Settings {
            depth: 2,
            ..Settings::default()
        };
        let plane = plane.with_settings(settings).unwrap();
        let probe = Probe::new(&plane, Rule::AtLeast(0.0));
        let mut lattice = Lattice::new(&probe);
        lattice.settle();
        assert_eq!((lattice.leaves().count(), probe.count()), (2, 0));

        lattice.split(&lattice.leaves().take(1).collect());
        assert_eq!((lattice.leaves().count(), probe.count()), (5, 5));
        lattice.settle();
        // The other cell too. Its quarters, like those of the first, have two crossings on different sides.
        assert_eq!((lattice.leaves().count(), probe.count()), (8, 9));
        assert!(lattice.leaves().all(|cell| cell.size == 2 && !lattice.is_tangled(cell)));
    }
}
