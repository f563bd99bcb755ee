//! A market file read once, to be built again and again with some keys changed.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::build::Build;
use super::data_store::DataStore;
use super::diagnostic::{Diagnostic, SpecError};
use super::document;
use super::keys::MARKET;
use super::overrides;
use super::scalar::Scalar;
use super::source::Source;
use super::syntax::{self, Parsed};
use super::tree::Node;
use super::{MARKET_FILE, Spec, check};

/// A key and the value it is set to.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Dotted key of the market file, with indices where an entry of a list is meant.
    pub key: String,
    /// Its value.
    pub value: Scalar,
}

/// A market file with overrides whose text is read and whose data files are kept: what changes from one building to
/// the next is a few keys.
#[derive(Debug)]
pub struct Draft {
    text: String,
    name: String,
    folder: PathBuf,
    overrides: Vec<String>,
    parsed: Parsed,
    /// Faults of the text and of the overrides.
    diagnostics: Vec<Diagnostic>,
    /// Whether nothing of either was lost.
    whole: bool,
    data: DataStore,
}

impl Draft {
    /// Reads a market file and applies `key.path=value` overrides in order. Faults show when it is built.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn load<S: AsRef<str>>(path: &Path, overrides: &[S]) -> Result<Self, SpecError> {
        let text = document::text(path, MARKET_FILE)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Self::parse(&text, &path.display().to_string(), folder, overrides))
    }

    /// As [`load`](Self::load), from a text. `name` stands for the file in messages; relative paths start from `folder`.
    #[must_use]
    pub fn parse<S: AsRef<str>>(text: &str, name: &str, folder: &Path, overrides: &[S]) -> Self {
        // A byte order mark is no column.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut parsed = syntax::parse(text);
        let mut diagnostics = std::mem::take(&mut parsed.diagnostics);
        let mut whole = parsed.is_whole();
        for (number, argument) in (1..).zip(overrides) {
            if let Err(fault) = overrides::apply(&mut parsed.document, number, argument.as_ref()) {
                whole = false;
                diagnostics.push(*fault);
            }
        }
        Self {
            text: text.to_owned(),
            name: name.to_owned(),
            folder: folder.to_owned(),
            overrides: overrides.iter().map(|argument| argument.as_ref().to_owned()).collect(),
            parsed,
            diagnostics,
            whole,
            data: DataStore::default(),
        }
    }

    /// The market with `settings` on top of the overrides, in order, as if each were a further `--set`.
    ///
    /// # Errors
    /// All faults at once: syntax errors, unknown, missing or misplaced keys, values out of range, data files that
    /// cannot be used, options that are not supported yet.
    pub fn build(&self, settings: &[Setting]) -> Result<Spec, SpecError> {
        let mut diagnostics = self.diagnostics.clone();
        let mut whole = self.whole;
        // A chain of thousands of prizes is not copied for nothing.
        let mut document = Cow::Borrowed(&self.parsed.document);
        for (number, setting) in self.numbered(settings) {
            if let Err(fault) = overrides::put(document.to_mut(), number, &setting.key, &setting.value) {
                whole = false;
                diagnostics.push(*fault);
            }
        }
        let findings = check::check(&document, &MARKET, whole);
        let mut build = Build::new(&document, &self.folder, &self.data);
        let market = build.market();
        let mut said = findings.structure;
        add_unsaid(&mut said, std::mem::take(&mut build.diagnostics));
        add_unsaid(&mut said, findings.ranges);
        diagnostics.extend(said.into_iter().filter(|one| self.parsed.trusts(one.place)));
        match (market, document.to_toml()) {
            (Some(market), Some(toml::Value::Table(table))) if diagnostics.is_empty() => Ok(Spec {
                market,
                table,
                data_files: build.data_files,
                warnings: build.warnings,
            }),
            _ => Err(SpecError::new(self.sources(settings), diagnostics)),
        }
    }

    /// The document without settings, to try some on.
    pub(crate) fn document(&self) -> Node {
        self.parsed.document.clone()
    }

    /// Settings with the number of their source.
    fn numbered<'s>(&self, settings: &'s [Setting]) -> impl Iterator<Item = (u32, &'s Setting)> + use<'s> {
        let first = u32::try_from(self.overrides.len()).unwrap_or(u32::MAX - 1);
        (first.saturating_add(1)..).zip(settings)
    }

    fn sources(&self, settings: &[Setting]) -> Vec<Source> {
        let file = Source {
            name: self.name.clone(),
            text: self.text.clone(),
        };
        let settings = settings.iter().map(|one| format!("{}={}", one.key, one.value));
        let arguments = self.overrides.iter().cloned().chain(settings).map(|argument| Source {
            name: format!("--set {argument}"),
            text: argument,
        });
        std::iter::once(file).chain(arguments).collect()
    }
}

/// Adds the diagnostics of keys of which nothing has been said yet.
fn add_unsaid(said: &mut Vec<Diagnostic>, more: Vec<Diagnostic>) {
    let known: BTreeSet<String> = said.iter().map(|one| one.key.clone()).collect();
    said.extend(more.into_iter().filter(|one| !known.contains(&one.key)));
}
