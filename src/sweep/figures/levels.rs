//! Round levels of shades and contours.

/// About so many levels.
const LEVELS: f64 = 6.0;
/// A function whose values differ by less, relative to the largest, is the same everywhere.
const FLAT: f64 = 1e-9;

/// Round numbers between two, about [`LEVELS`] of them; none where the two are the same.
pub(super) fn round_levels(low: f64, high: f64) -> Vec<f64> {
    let span = high - low;
    if span <= FLAT * low.abs().max(high.abs()) {
        return Vec::new();
    }
    let power = 10f64.powf((span / LEVELS).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .iter()
        .map(|factor| factor * power)
        .find(|step| span / step <= LEVELS)
        .unwrap_or(10.0 * power);
    let first = (low / step).floor() as i64 + 1;
    let last = (high / step).ceil() as i64 - 1;
    // 0.30000000000000004 is 0.3 in a key.
    let tidy = |x: f64| format!("{x:.9e}").parse().unwrap_or(x);
    (first..=last).map(|k| tidy(k as f64 * step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_round_and_inside() {
        assert_eq!(round_levels(0.0, 2.0), [0.5, 1.0, 1.5]);
        assert_eq!(round_levels(0.03, 0.31), [0.05, 0.1, 0.15, 0.2, 0.25, 0.3]);
        assert_eq!(round_levels(1.0, 1.0), Vec::<f64>::new());
    }
}
