//! PDF from SVG.

use svg2pdf::{ConversionOptions, PageOptions, usvg};

/// The picture as a page of its own size, its letters outlines. Not the same bytes from run to run.
///
/// # Errors
/// What the library says of the document.
pub fn document(svg: &str) -> Result<Vec<u8>, String> {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).map_err(|error| error.to_string())?;
    // The tree counts 96 pixels an inch.
    let page = PageOptions { dpi: 96.0 };
    svg2pdf::to_pdf(&tree, ConversionOptions::default(), page).map_err(|error| error.to_string())
}
