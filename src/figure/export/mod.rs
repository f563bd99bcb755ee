//! The files a figure ends in, one exporter a file.

pub mod csv;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod pgfplots;
#[cfg(feature = "png")]
pub mod png;

use std::fmt;

use super::draw::{self, DrawError};
use super::panel::Figure;
use super::style::Style;

/// A format of the picture itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Format {
    /// Vector graphics for the web and for most programs.
    Svg,
    /// Pixels.
    Png,
    /// Vector graphics for LaTeX.
    Pdf,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Svg, Self::Png, Self::Pdf];

    /// The formats this program was built with.
    #[must_use]
    pub fn built() -> Vec<Self> {
        Self::ALL.into_iter().filter(|format| format.is_built()).collect()
    }

    /// Whether this program was built with it.
    #[must_use]
    pub const fn is_built(self) -> bool {
        match self {
            Self::Svg => true,
            Self::Png => cfg!(feature = "png"),
            Self::Pdf => cfg!(feature = "pdf"),
        }
    }

    /// The end of its files' names.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

/// Why a figure could not be written in a format.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It could not be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// A library could not make the format.
    #[error("figure {figure}: no {format} could be made: {reason}")]
    Format {
        /// Name of the figure.
        figure: String,
        /// What was to be made.
        format: Format,
        /// What the library says.
        reason: String,
    },
    /// This program was built without the format.
    #[error("this etm was built without {0}: build it with `--features {0}`")]
    NotBuilt(Format),
}

/// A file: its name and its bytes.
pub type File = (String, Vec<u8>);

/// The figure in these formats, with its data (`.csv`), its pgfplots source (`.tex`) and its caption
/// (`.caption.txt`).
///
/// # Errors
/// A format this program was built without, and whatever a library refuses.
pub fn files(figure: &Figure, style: &Style, formats: &[Format]) -> Result<Vec<File>, ExportError> {
    let svg = draw::svg(figure, style)?;
    let name = &figure.name;
    let mut files = Vec::new();
    for &format in formats {
        let bytes = match format {
            Format::Svg => svg.clone().into_bytes(),
            Format::Png => png_bytes(figure, style, &svg)?,
            Format::Pdf => pdf_bytes(figure, &svg)?,
        };
        files.push((format!("{name}.{format}"), bytes));
    }
    files.push((format!("{name}.csv"), csv::data(figure)));
    files.push((format!("{name}.tex"), pgfplots::source(figure, style).into_bytes()));
    let caption = format!("{}\n", figure.caption);
    files.push((format!("{name}.caption.txt"), caption.into_bytes()));
    Ok(files)
}

#[cfg(feature = "png")]
fn png_bytes(figure: &Figure, style: &Style, svg: &str) -> Result<Vec<u8>, ExportError> {
    png::pixels(svg, style.dots_per_inch).map_err(|reason| ExportError::Format {
        figure: figure.name.clone(),
        format: Format::Png,
        reason,
    })
}

#[cfg(not(feature = "png"))]
fn png_bytes(_: &Figure, _: &Style, _: &str) -> Result<Vec<u8>, ExportError> {
    Err(ExportError::NotBuilt(Format::Png))
}

#[cfg(feature = "pdf")]
fn pdf_bytes(figure: &Figure, svg: &str) -> Result<Vec<u8>, ExportError> {
    pdf::document(svg).map_err(|reason| ExportError::Format {
        figure: figure.name.clone(),
        format: Format::Pdf,
        reason,
    })
}

#[cfg(not(feature = "pdf"))]
fn pdf_bytes(_: &Figure, _: &str) -> Result<Vec<u8>, ExportError> {
    Err(ExportError::NotBuilt(Format::Pdf))
}
