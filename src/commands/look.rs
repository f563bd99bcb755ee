//! How figures shall look, as the command line says it.

use super::CommandError;
use crate::cli::LookArgs;
use crate::figure::export::{ExportError, Format};
use crate::figure::style::{Style, Width};
use crate::figure::style_file;

/// The style: that of the file, if one is given, with the width and the title asked for.
///
/// # Errors
/// A style file or a width that cannot be used.
pub fn style(args: &LookArgs) -> Result<Style, CommandError> {
    let mut style = match &args.style {
        Some(file) => style_file::load(file)?,
        None => Style::default(),
    };
    if let Some(width) = &args.width {
        style.width = Width::parse(width)
            .ok_or_else(|| CommandError::BadInput(format!("--width {width}: allowed: {}", Width::ALLOWED)))?;
    }
    style.title |= args.title;
    Ok(style)
}

/// The formats of the pictures asked for, or all this program can make.
///
/// # Errors
/// A format that this program was built without.
pub fn pictures(asked: impl IntoIterator<Item = Format>) -> Result<Vec<Format>, CommandError> {
    let mut formats: Vec<Format> = asked.into_iter().collect();
    if formats.is_empty() {
        return Ok(Format::built());
    }
    formats.sort_unstable();
    formats.dedup();
    match formats.iter().find(|format| !format.is_built()) {
        Some(&format) => Err(ExportError::NotBuilt(format).into()),
        None => Ok(formats),
    }
}
