//! θ ↦ V_t(θ, r) at one node when prizes are continuous.

use crate::cost::Side;
use crate::numerics::expansion::Expansion;

/// V_t(·, r) at one node: decreasing and convex, between knots linear or analytic.
///
/// Values in ETH, discounted by the buyers to slot t.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvedProfile {
    knots: Vec<f64>,
    pieces: Vec<Piece>,
}

/// V between two knots.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Linear.
    Line {
        /// V at the right end.
        right: f64,
        /// D.
        discount: f64,
    },
    /// V itself, on an interval that holds the piece.
    Curve(Expansion),
}

impl CurvedProfile {
    /// `knots` increase and cover the support of the costs; there is one piece between each two.
    #[must_use]
    pub fn new(knots: Vec<f64>, pieces: Vec<Piece>) -> Self {
        debug_assert!(knots.len() == pieces.len() + 1);
        Self { knots, pieces }
    }

    /// The costs between which V is analytic.
    #[must_use]
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// What V is between them.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// V_t(θ, r), ETH.
    #[must_use]
    pub fn value(&self, cost: f64) -> f64 {
        let k = self.piece(cost, Side::Right);
        match &self.pieces[k] {
            Piece::Line { right, discount } => right + discount * (self.knots[k + 1] - cost),
            Piece::Curve(curve) => curve.value(cost).max(0.0),
        }
    }

    /// D_t(θ, r), the expected discount factor at exercise, from one side of θ.
    #[must_use]
    pub fn discount(&self, cost: f64, side: Side) -> f64 {
        match &self.pieces[self.piece(cost, side)] {
            Piece::Line { discount, .. } => *discount,
            Piece::Curve(curve) => (-curve.slope(cost)).clamp(0.0, 1.0),
        }
    }

    fn piece(&self, cost: f64, side: Side) -> usize {
        let inner = &self.knots[1..self.knots.len() - 1];
        match side {
            Side::Right => inner.partition_point(|&x| x <= cost),
            Side::Left => inner.partition_point(|&x| x < cost),
        }
    }
}
