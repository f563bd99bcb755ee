//! Market files: TOML text to a [`Market`], or everything that is wrong with it at once.
//!
//! ```text
//! text ─ syntax ─► tree ─ overrides ─► tree ─ check ─ build ─► Spec
//!                   every key and value with its place      (or SpecError)
//! ```
//!
//! [`keys`] lists the keys of a market file; the check, `--set` and the JSON schema read it. The values themselves
//! are validated by the solver's constructors, whose faults are shown where the value stands.

mod build;
mod check;
mod diagnostic;
mod overrides;
mod read;
mod source;
mod suggest;
mod syntax;
mod tree;

pub mod key;
pub mod keys;
pub mod schema;

pub use build::DataFile;
pub use diagnostic::{Diagnostic, Drawing, SpecError};

use std::collections::BTreeSet;
use std::path::Path;

use etm_solver::market::Market;

use build::Build;
use source::Source;

/// A market file that can be solved.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The market.
    pub market: Market,
    /// The document as solved: overrides applied, comments and defaults left out.
    pub table: toml::Table,
    /// The files it reads, to be hashed, and rewritten when the document moves to another folder.
    pub data_files: Vec<DataFile>,
    /// What the user should know although the market can be solved.
    pub warnings: Vec<String>,
}

/// Reads a market file and applies `key.path=value` overrides in order.
///
/// Paths in the file, and in overrides, are relative to the file's folder.
///
/// # Errors
/// All faults at once: a file that cannot be read, syntax errors, unknown, missing or misplaced keys, values out of
/// range, data files that cannot be used, options that are not supported yet.
pub fn load<S: AsRef<str>>(path: &Path, overrides: &[S]) -> Result<Spec, SpecError> {
    let name = path.display().to_string();
    let text = read::text(path).map_err(|unreadable| {
        let source = Source {
            name: name.clone(),
            text: unreadable.text,
        };
        SpecError::new(vec![source], vec![*unreadable.diagnostic])
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    parse(&text, &name, folder, overrides)
}

/// The text of a market file.
///
/// # Errors
/// A file that cannot be read, is too large, or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String, SpecError> {
    read::text(path).map_err(|unreadable| {
        let source = Source {
            name: path.display().to_string(),
            text: unreadable.text,
        };
        SpecError::new(vec![source], vec![*unreadable.diagnostic])
    })
}

/// As [`load`], from a text. `name` stands for the file in messages; relative paths start from `folder`.
///
/// # Errors
/// As [`load`].
///
/// ```
/// use std::path::Path;
/// let text = "ticket.maturity = 0
/// prize.constant.value = 1.0
/// buyers = { count = 2, cost.uniform = { lower = 0.0, upper = 1.0 } }
/// holder.discount_factor = 0.9";
/// let spec = etm::spec::parse(text, "market.toml", Path::new(""), &["ticket.maturity=3"]).unwrap();
/// assert_eq!(spec.market.ticket().maturity(), 3);
/// let error = etm::spec::parse(text, "market.toml", Path::new(""), &["buyers.count=0"]).unwrap_err();
/// assert!(error.to_string().contains("0 buyers"));
/// ```
pub fn parse<S: AsRef<str>>(text: &str, name: &str, folder: &Path, overrides: &[S]) -> Result<Spec, SpecError> {
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

    let findings = check::check(&parsed.document, whole);
    let mut build = Build::new(&parsed.document, folder);
    let market = build.market();
    let mut said = findings.structure;
    add_unsaid(&mut said, std::mem::take(&mut build.diagnostics));
    add_unsaid(&mut said, findings.ranges);
    diagnostics.extend(said.into_iter().filter(|one| parsed.trusts(one.place)));

    match (market, parsed.document.to_toml()) {
        (Some(market), Some(toml::Value::Table(table))) if diagnostics.is_empty() => Ok(Spec {
            market,
            table,
            data_files: build.data_files,
            warnings: build.warnings,
        }),
        _ => Err(SpecError::new(sources(text, name, overrides), diagnostics)),
    }
}

/// Adds the diagnostics of keys of which nothing has been said yet.
fn add_unsaid(said: &mut Vec<Diagnostic>, more: Vec<Diagnostic>) {
    let known: BTreeSet<String> = said.iter().map(|one| one.key.clone()).collect();
    said.extend(more.into_iter().filter(|one| !known.contains(&one.key)));
}

fn sources<S: AsRef<str>>(text: &str, name: &str, overrides: &[S]) -> Vec<Source> {
    let file = Source {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    let arguments = overrides.iter().map(|argument| Source {
        name: format!("--set {}", argument.as_ref()),
        text: argument.as_ref().to_owned(),
    });
    std::iter::once(file).chain(arguments).collect()
}
