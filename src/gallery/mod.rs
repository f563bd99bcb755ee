//! The gallery: committed figures and tables, made anew from market and sweep files.
//!
//! ```text
//! gallery.toml ─ file ─► entries ─ market, sweep ─► files ─ compare ─► what differs
//! ```

pub mod compare;
pub mod file;
pub mod market;
pub mod sweep;

pub use compare::{Comparison, compare};
pub use file::{Entry, Gallery, Source, load};

/// Why an entry cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// Its market or sweep file is wrong.
    #[error(transparent)]
    File(#[from] crate::spec::SpecError),
    /// Its market cannot be solved.
    #[error(transparent)]
    Market(#[from] crate::evaluate::EvaluationError),
    /// Its sweep cannot be begun.
    #[error(transparent)]
    Sweep(#[from] crate::sweep::NotBegun),
    /// A figure of a market cannot be drawn.
    #[error(transparent)]
    Figure(#[from] crate::figure::kinds::FigureError),
    /// A figure of a sweep cannot be drawn.
    #[error(transparent)]
    SweepFigure(#[from] crate::sweep::figures::SweepFigureError),
    /// A figure cannot be written.
    #[error(transparent)]
    Export(#[from] crate::figure::export::ExportError),
    /// A table cannot be written.
    #[error(transparent)]
    Table(#[from] crate::results::solved::FilesError),
    /// The report is no JSON.
    #[error("check.json: {0}")]
    Report(#[from] serde_json::Error),
}
