//! Figures for print: what is drawn, how it is drawn, and the files it ends in.
//!
//! ```text
//! Equilibrium, ConjectureReport ─ kinds ─► Figure ─┬ draw ──► SVG ─ export ─► PNG, PDF
//!                                                  └ export ► CSV, pgfplots, caption
//! ```
//!
//! A [`Figure`] holds numbers and labels and knows nothing of paper; every exporter reads the same one, so that the data
//! beside a figure are the data in it.

pub mod axis;
pub mod draw;
pub mod export;
pub mod kinds;
pub mod label;
pub mod layer;
pub mod panel;
pub mod style;
pub mod style_file;

pub use axis::{Axis, Scale, Ticks};
pub use label::Label;
pub use layer::{Dash, Fill, Layer, Look, Marker, Shape, Tone, Weight};
pub use panel::{Block, ColourKey, Figure, Panel};
pub use style::{Style, Width};
