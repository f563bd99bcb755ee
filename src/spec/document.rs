//! A file of any kind of ours, read and checked against its table of keys.

use std::path::Path;

use super::check;
use super::diagnostic::{Diagnostic, SpecError};
use super::key::Table;
use super::read;
use super::source::{Place, Source};
use super::syntax;
use super::tree::Node;

/// A checked file: its tree, and what is wrong with it so far.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    source: Source,
    /// The tree; what the check has complained of may be of any shape.
    pub(crate) root: Node,
    diagnostics: Vec<Diagnostic>,
    whole: bool,
}

impl Document {
    /// Reads a file and checks it against `table`; `allowed` says which files are wanted.
    ///
    /// # Errors
    /// A file that cannot be read. What is wrong inside it is kept for [`refusal`](Self::refusal).
    pub(crate) fn load(path: &Path, table: &'static Table, allowed: &str) -> Result<Self, SpecError> {
        let text = text(path, allowed)?;
        Ok(Self::parse(&text, &path.display().to_string(), table))
    }

    fn parse(text: &str, name: &str, table: &'static Table) -> Self {
        // A byte order mark is no column.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut parsed = syntax::parse(text);
        let mut diagnostics = std::mem::take(&mut parsed.diagnostics);
        let findings = check::check(&parsed.document, table, parsed.is_whole());
        let said = findings.structure.into_iter().chain(findings.ranges);
        diagnostics.extend(said.filter(|one| parsed.trusts(one.place)));
        Self {
            source: Source {
                name: name.to_owned(),
                text: text.to_owned(),
            },
            whole: parsed.is_whole(),
            root: parsed.document,
            diagnostics,
        }
    }

    /// The text, without a byte order mark.
    pub(crate) fn text(&self) -> &str {
        &self.source.text
    }

    /// Whether nothing of it was lost to syntax errors.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether something is wrong with it.
    pub(crate) fn is_faulty(&self) -> bool {
        !self.diagnostics.is_empty()
    }

    /// Adds what is wrong beyond the shape of single values; of a key that has a fault already nothing more is said.
    pub(crate) fn note(&mut self, diagnostic: Diagnostic) {
        if diagnostic.key.is_empty() || self.diagnostics.iter().all(|one| one.key != diagnostic.key) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Adds a fault at the value of `key`, a path from the top of the file.
    pub(crate) fn note_at(
        &mut self,
        code: &'static str,
        key: &str,
        problem: String,
        allowed: &str,
        hint: Option<String>,
    ) {
        let place: Place = self.root.locate(key);
        self.note(Diagnostic::new(code, key, Some(place), problem, allowed).hint(hint));
    }

    /// All that is wrong with the file.
    pub(crate) fn refusal(&self) -> SpecError {
        SpecError::new(vec![self.source.clone()], self.diagnostics.clone())
    }
}

/// The text of a file; `allowed` says which files are wanted.
pub(super) fn text(path: &Path, allowed: &str) -> Result<String, SpecError> {
    read::text(path, allowed).map_err(|unreadable| {
        let source = Source {
            name: path.display().to_string(),
            text: unreadable.text,
        };
        SpecError::new(vec![source], vec![*unreadable.diagnostic])
    })
}
