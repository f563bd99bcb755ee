//! PNG from SVG.

use resvg::{tiny_skia, usvg};

/// Points an inch has.
const POINTS: f64 = 72.0;

/// The picture at a resolution; the same bytes for the same document.
///
/// # Errors
/// What the library says of the document, or a picture too large to hold.
pub fn pixels(svg: &str, dots_per_inch: f64) -> Result<Vec<u8>, String> {
    let tree = usvg::Tree::from_str(svg, &options()).map_err(|error| error.to_string())?;
    // The library counts 96 pixels an inch; the document says its size in points.
    let scale = (dots_per_inch / 96.0) as f32;
    let size = tree.size();
    let width = (f64::from(size.width()) * f64::from(scale)).round().max(1.0) as u32;
    let height = (f64::from(size.height()) * f64::from(scale)).round().max(1.0) as u32;
    let mut picture = tiny_skia::Pixmap::new(width, height).ok_or_else(|| {
        format!(
            "{width} × {height} pixels are too many ({:.1} inches wide at {dots_per_inch} dots an inch)",
            f64::from(size.width()) * 0.75 / POINTS
        )
    })?;
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(scale, scale),
        &mut picture.as_mut(),
    );
    picture.encode_png().map_err(|error| error.to_string())
}

fn options() -> usvg::Options<'static> {
    usvg::Options::default()
}
