//! Market files: TOML text to a [`Market`], or everything that is wrong with it at once. Other files of ours (sweeps) are
//! read and checked by the same means.
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
mod data_store;
mod diagnostic;
mod document;
mod draft;
mod overrides;
mod read;
mod scalar;
mod source;
mod suggest;
mod syntax;
mod tree;

pub mod key;
pub mod keys;
pub mod schema;

pub use build::DataFile;
pub use diagnostic::{Diagnostic, Drawing, SpecError};

pub use draft::{Draft, Setting};
pub use scalar::Scalar;

pub(crate) use document::Document;
pub(crate) use overrides::put;
pub(crate) use source::Place;
pub(crate) use suggest::closest;
pub(crate) use tree::Node;

use std::path::Path;

use etm_solver::market::Market;

/// What is wanted where a market file cannot be read.
const MARKET_FILE: &str = "a market file; \"etm init\" writes one to start from";

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
    Draft::load(path, overrides)?.build(&[])
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
    Draft::parse(text, name, folder, overrides).build(&[])
}
