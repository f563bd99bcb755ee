//! How finely a boundary is located.

/// Bracketing and refinement of a boundary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// A crossing is bracketed to this share of its axis's extent (between the outermost values, in the axis's own
    /// scale); greater than 0 and at most 1.
    pub width: f64,
    /// At most so many evaluations a crossing, 1 to 60. Where they run out first, the bracket is wider and its
    /// half-width says so.
    pub steps: usize,
    /// How often a cell may be split in four, 0 to 3. Used where both axes are continuous; there is no cell to split
    /// where one is whole.
    pub depth: usize,
    /// Cells are split where the boundary turns by more than this, in degrees in the unit square of the two axes' own
    /// scales, 0 to 180. At 0 every cell crossed by the boundary is split to the full depth.
    pub turn: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            width: 1e-6,
            steps: 60,
            depth: 2,
            turn: 15.0,
        }
    }
}

impl Settings {
    /// The first key that is outside its range: its name, its value, what is allowed.
    pub(super) fn fault(&self) -> Option<(&'static str, f64, &'static str)> {
        if !(self.width > 0.0 && self.width <= 1.0) {
            return Some(("width", self.width, "greater than 0 and at most 1"));
        }
        if !(1..=60).contains(&self.steps) {
            return Some(("steps", self.steps as f64, "from 1 to 60"));
        }
        if self.depth > 3 {
            return Some(("depth", self.depth as f64, "from 0 to 3"));
        }
        if !(0.0..=180.0).contains(&self.turn) {
            return Some(("turn", self.turn, "from 0 to 180 degrees"));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_range() {
        let good = Settings::default();
        assert_eq!(good.fault(), None);
        let names = [
            Settings { width: 0.0, ..good },
            Settings {
                width: f64::NAN,
                ..good
            },
            Settings { steps: 0, ..good },
            Settings { steps: 61, ..good },
            Settings { depth: 4, ..good },
            Settings { turn: -1.0, ..good },
        ]
        .map(|settings| settings.fault().map(|fault| fault.0));
        assert_eq!(names, ["width", "width", "steps", "steps", "depth", "turn"].map(Some));
    }
}
