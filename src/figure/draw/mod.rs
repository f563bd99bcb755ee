//! From a [`Figure`](super::Figure) to SVG.
//!
//! | file | what it knows |
//! |---|---|
//! | `page.rs` | where everything stands: margins, rows, legend |
//! | `panel.rs` | one pair of axes: frame, ticks, layers |
//! | `ticks.rs` | round numbers and how they are written |
//! | `legend.rs` | the entries above the axes, the key of a map |
//! | `sheet.rs` | the SVG text: a drawing back end of a hundredth of a point |
//! | `typeface.rs` | labels as outlines of the embedded typeface |

mod legend;
mod page;
mod panel;
mod sheet;
mod ticks;
mod typeface;

pub use legend::shade;
pub use page::svg;

/// Why a figure could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The typeface within this program cannot be read.
    #[error("internal error: the embedded typeface cannot be read")]
    Typeface,
    /// The drawing library refused.
    #[error("figure {figure}: cannot be drawn: {reason}")]
    Refused {
        /// Name of the figure.
        figure: String,
        /// What the library says.
        reason: String,
    },
}
