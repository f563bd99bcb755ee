//! What is wrong with an input, said so that a reader can put it right.

use std::fmt;

/// One thing wrong with one key.
///
/// `key` is the path inside the table being built (`"upper"`, `"transition[2]"`); whoever knows where that
/// table stands (a market file, a command line) puts the rest of the path in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable code, e.g. `"out_of_range"`.
    pub code: &'static str,
    /// The key at fault, relative to the table being built.
    pub key: String,
    /// What is wrong, with the value found.
    pub problem: String,
    /// What is allowed.
    pub allowed: String,
}

impl Fault {
    /// A fault at `key`.
    pub fn new(
        code: &'static str,
        key: impl Into<String>,
        problem: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self {
            code,
            key: key.into(),
            problem: problem.into(),
            allowed: allowed.into(),
        }
    }

    /// The same fault seen from an enclosing table.
    #[must_use]
    pub fn within(mut self, table: &str) -> Self {
        self.key = if self.key.is_empty() {
            table.to_owned()
        } else {
            format!("{table}.{}", self.key)
        };
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.key, self.problem, self.allowed)
    }
}

/// All that is wrong with an input, never empty when returned as an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// No faults yet.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Notes one more.
    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Takes over the faults of a part and returns the part if it had none.
    pub fn take<T>(&mut self, part: Result<T, Faults>) -> Option<T> {
        match part {
            Ok(value) => Some(value),
            Err(faults) => {
                self.0.extend(faults.0);
                None
            }
        }
    }

    /// Notes a fault unless `value` is finite and `holds`; `allowed` says what would be right.
    pub fn require(&mut self, key: &str, value: f64, holds: bool, allowed: &str) {
        if !(value.is_finite() && holds) {
            self.push(Fault::new(
                "out_of_range",
                key,
                format!("{value} is out of range"),
                allowed,
            ));
        }
    }

    /// `value` if nothing was noted.
    ///
    /// # Errors
    /// The faults noted.
    pub fn or<T>(self, value: T) -> Result<T, Faults> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
