//! Solver.

pub mod cost;
pub mod market;
pub mod prize;
