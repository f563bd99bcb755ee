//! The figures of a sweep: curves along an axis, maps over two.

pub mod curves;
pub mod map;

pub use curves::Curves;
pub use map::{Bands, Map, Verdict};
