//! CSV with numbers that round-trip.

/// Lines of comma-separated fields; none of ours needs quoting.
pub(super) struct CsvText(String);

impl CsvText {
    pub fn with_header(header: &str) -> Self {
        Self(format!("{header}\n"))
    }

    pub fn row(&mut self, fields: &[String]) {
        self.0.push_str(&fields.join(","));
        self.0.push('\n');
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// A number in the shortest form that reads back as itself.
pub(super) fn number(value: f64) -> String {
    format!("{value}")
}

/// A number that may not exist: empty if so.
pub(super) fn optional(value: Option<f64>) -> String {
    value.map_or_else(String::new, number)
}
