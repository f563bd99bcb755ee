//! θ ↦ V_t(θ, r) at one node of a continuous prize process.

use crate::cost::Side;
use crate::numerics::expansion::Expansion;

/// V between two knots.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Linear: the ticket is exercised at once, or never.
    Line {
        /// V at the right end of the piece, ETH.
        right: f64,
        /// D.
        discount: f64,
    },
    /// V itself, analytic; its domain may be wider than the piece.
    Curve(Expansion),
}

/// V_t(·, r) at one node: convex and decreasing, linear or analytic between knots, 0 beyond the last one.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvedProfile {
    knots: Vec<f64>,
    /// Between the knots: one fewer.
    pieces: Vec<Piece>,
}

impl CurvedProfile {
    /// `knots` increase and cover the support of the costs; one piece between two of them.
    #[must_use]
    pub fn new(knots: Vec<f64>, pieces: Vec<Piece>) -> Self {
        debug_assert!(!pieces.is_empty() && knots.len() == pieces.len() + 1);
        debug_assert!(knots.windows(2).all(|pair| pair[0] < pair[1]), "{knots:?}");
        Self { knots, pieces }
    }

    /// This profile with that of the costs from its last knot on.
    pub(crate) fn followed_by(&self, higher: &Self) -> Self {
        let before = self.knots.len() - 1;
        let knots = [&self.knots[..before], &higher.knots].concat();
        Self::new(knots, [self.pieces.as_slice(), &higher.pieces].concat())
    }

    /// The costs, increasing, between which V is linear or analytic.
    #[must_use]
    pub fn knots(&self) -> &[f64] {
        &self.knots
    }

    /// V between them.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// V_t(θ, r), ETH. Below the first knot the first piece is continued.
    #[must_use]
    pub fn value(&self, cost: f64) -> f64 {
        self.piece_at(cost, Side::Left)
            .map_or(0.0, |piece| self.value_on(piece, cost).max(0.0))
    }

    /// D_t(θ, r), the expected discount factor at exercise, from one side of θ.
    #[must_use]
    pub fn discount(&self, cost: f64, side: Side) -> f64 {
        self.piece_at(cost, side)
            .map_or(0.0, |piece| self.discount_on(piece, cost))
    }

    /// The piece that holds the costs on one side of this one; `None` beyond the last knot.
    pub(crate) fn piece_at(&self, cost: f64, side: Side) -> Option<usize> {
        let after = match side {
            Side::Right => self.knots.partition_point(|&x| x <= cost),
            Side::Left => self.knots.partition_point(|&x| x < cost),
        };
        (after < self.knots.len() || cost <= self.knots[self.knots.len() - 1])
            .then(|| after.saturating_sub(1).min(self.pieces.len() - 1))
    }

    /// V on a piece, or its continuation.
    pub(crate) fn value_on(&self, piece: usize, cost: f64) -> f64 {
        match &self.pieces[piece] {
            Piece::Line { right, discount } => right + discount * (self.knots[piece + 1] - cost),
            Piece::Curve(expansion) => expansion.value(cost),
        }
    }

    /// V on a piece at several costs.
    pub(crate) fn values_on<const N: usize>(&self, piece: usize, costs: &[f64; N]) -> [f64; N] {
        match &self.pieces[piece] {
            Piece::Line { .. } => costs.map(|cost| self.value_on(piece, cost)),
            Piece::Curve(expansion) => expansion.values(costs),
        }
    }

    /// D on a piece at several costs.
    pub(crate) fn discounts_on<const N: usize>(&self, piece: usize, costs: &[f64; N]) -> [f64; N] {
        match &self.pieces[piece] {
            Piece::Line { discount, .. } => [*discount; N],
            Piece::Curve(expansion) => expansion.slopes(costs).map(|slope| -slope),
        }
    }

    /// D on a piece, or its continuation.
    pub(crate) fn discount_on(&self, piece: usize, cost: f64) -> f64 {
        match &self.pieces[piece] {
            Piece::Line { discount, .. } => *discount,
            Piece::Curve(expansion) => -expansion.slope(cost),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CurvedProfile, Piece};
    use crate::cost::Side;
    use crate::numerics::expansion::Expansion;

    #[test]
    fn lines_and_curves() {
        // (x − 3)²/2 on [1, 3] = T-expansion in u = x − 2: (1 − 2u + u²)/2.
        let curve = Expansion::new(1.0, 3.0, vec![0.75, -1.0, 0.25]);
        let profile = CurvedProfile::new(
            vec![0.0, 1.0, 3.0],
            vec![
                Piece::Line {
                    right: 2.0,
                    discount: 2.5,
                },
                Piece::Curve(curve),
            ],
        );
        assert_eq!(profile.value(0.5), 3.25);
        assert_eq!(profile.value(-1.0), 7.0);
        assert!((profile.value(2.0) - 0.5).abs() < 1e-15);
        assert_eq!(profile.value(3.0), 0.0);
        assert_eq!(profile.value(3.1), 0.0);
        assert_eq!(profile.discount(1.0, Side::Left), 2.5);
        assert!((profile.discount(1.0, Side::Right) - 2.0).abs() < 1e-15);
        assert_eq!(profile.discount(3.1, Side::Left), 0.0);
    }
}
