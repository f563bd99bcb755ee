//! Where a claim fails.

use serde::Serialize;

/// A node, and a type where one matters, at which a claim fails, with both values to recompute by hand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Witness {
    /// t.
    pub slot: usize,
    /// r, ETH.
    pub prize: f64,
    /// θ, ETH; `None` where no type matters.
    pub cost: Option<f64>,
    /// What the ticket market gives there.
    pub ticket: f64,
    /// What the claim says it should give.
    pub spot: f64,
}
