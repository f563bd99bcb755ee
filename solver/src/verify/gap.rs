//! Gaps that must not hide.

/// The larger of two gaps; not a number wins, so that it is seen.
pub(super) fn widest(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}
