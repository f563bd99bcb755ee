//! `etm schema`: the JSON Schemas of the files that etm reads.

use serde_json::Value;

use super::{CommandError, Status, Terminal};
use crate::cli::{FileKind, SchemaArgs};
use crate::figure::style_file::STYLE;
use crate::gallery::file::GALLERY;
use crate::spec::keys::MARKET;
use crate::spec::schema::schema;
use crate::sweep::keys::SWEEP;

/// Prints the schema of a kind of file.
///
/// # Errors
/// Standard output that cannot be written.
pub fn run(args: &SchemaArgs, terminal: Terminal) -> Result<Status, CommandError> {
    terminal.print(&format!("{:#}\n", of(args.file)))?;
    Ok(Status::Done)
}

/// The schema of a kind of file.
#[must_use]
pub fn of(file: FileKind) -> Value {
    match file {
        FileKind::Market => schema(
            &MARKET,
            "ET Market: market file",
            "A market for an Ethereum execution ticket, as read by etm",
        ),
        FileKind::Sweep => schema(
            &SWEEP,
            "ET Market: sweep file",
            "One market over a grid of parameters, as read by etm sweep",
        ),
        FileKind::Style => schema(
            &STYLE,
            "ET Market: style file",
            "The look of figures, as read by etm plot and etm sweep",
        ),
        FileKind::Gallery => schema(
            &GALLERY,
            "ET Market: gallery file",
            "Committed results and where they come from, as read by etm reproduce",
        ),
    }
}
