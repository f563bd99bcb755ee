//! What is wrong with a data file, by line.

use std::fmt;
use std::path::{Path, PathBuf};

use super::table::Table;

/// Faults named in full; the rest are counted.
const NAMED: usize = 10;
/// Characters of a faulty field that are shown.
const SHOWN: usize = 40;

/// One thing wrong with a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFault {
    /// The line, from 1; none if the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong, with what was found.
    pub problem: String,
    /// What is allowed.
    pub allowed: String,
}

/// All that is wrong with a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataError {
    path: PathBuf,
    faults: Vec<DataFault>,
    unnamed: usize,
}

impl DataError {
    /// One fault of the file as a whole.
    pub(super) fn of_file(path: &Path, problem: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            faults: vec![DataFault {
                line: None,
                problem: problem.into(),
                allowed: allowed.into(),
            }],
            unnamed: 0,
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The first faults, ten at most, in the order they were found; never empty.
    #[must_use]
    pub fn faults(&self) -> &[DataFault] {
        &self.faults
    }

    /// How many faults there are in all.
    #[must_use]
    pub fn count(&self) -> usize {
        self.faults.len() + self.unnamed
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}", self.path.display())?;
            if let Some(line) = fault.line {
                write!(f, ", line {line}")?;
            }
            write!(f, ": {} (allowed: {})", fault.problem, fault.allowed)?;
        }
        if self.unnamed > 0 {
            write!(f, "\n{}: {} more faults", self.path.display(), self.unnamed)?;
        }
        Ok(())
    }
}

impl std::error::Error for DataError {}

/// The faults found so far while a table is walked.
pub(super) struct Found<'t> {
    table: &'t Table,
    faults: Vec<DataFault>,
    unnamed: usize,
}

impl<'t> Found<'t> {
    pub fn new(table: &'t Table) -> Self {
        Self {
            table,
            faults: Vec::new(),
            unnamed: 0,
        }
    }

    /// Whether nothing was found.
    pub fn is_none(&self) -> bool {
        self.faults.is_empty()
    }

    /// A field that is not what its column holds.
    pub fn field(&mut self, place: usize, column: &str, field: &[u8], allowed: &str) {
        self.at(place, allowed, || {
            if field.is_empty() {
                format!("{column} is blank")
            } else {
                format!("{column} is {}", excerpt(field))
            }
        });
    }

    /// A slot that an earlier row has given.
    pub fn repeated(&mut self, place: usize, column: &str, slot: i64, before: usize) {
        let first = self.table.line(before);
        self.at(place, "every slot at most once", || {
            format!("{column} {slot} is given again, it stands on line {first} already")
        });
    }

    /// A row that cannot be divided into the header's columns.
    pub fn row(&mut self, place: usize, problem: impl FnOnce() -> String, allowed: &str) {
        self.at(place, allowed, problem);
    }

    /// A fault of no one line.
    pub fn whole_file(&mut self, problem: String, allowed: String) {
        self.faults.push(DataFault {
            line: None,
            problem,
            allowed,
        });
    }

    /// `value` if nothing was found.
    pub fn or<T>(self, value: T) -> Result<T, DataError> {
        if self.faults.is_empty() {
            Ok(value)
        } else {
            Err(DataError {
                path: self.table.path().to_owned(),
                faults: self.faults,
                unnamed: self.unnamed,
            })
        }
    }

    /// Names a fault, or counts it: a file of the wrong kind has one in every row, and a line number costs a walk.
    fn at(&mut self, place: usize, allowed: &str, problem: impl FnOnce() -> String) {
        if self.faults.len() == NAMED {
            self.unnamed += 1;
        } else {
            self.faults.push(DataFault {
                line: Some(self.table.line(place)),
                problem: problem(),
                allowed: allowed.to_owned(),
            });
        }
    }
}

/// The start of a field in quotes, safe to print.
pub(super) fn excerpt(field: &[u8]) -> String {
    let text = String::from_utf8_lossy(field);
    let start: String = text.chars().take(SHOWN).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("{start:?}{more}")
}
