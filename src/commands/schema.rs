//! `etm schema`: the JSON Schema of a market file.

use super::{CommandError, Status, Terminal};

/// Prints the schema.
///
/// # Errors
/// Standard output that cannot be written.
pub fn run(terminal: Terminal) -> Result<Status, CommandError> {
    terminal.print(&format!("{:#}\n", crate::spec::schema::schema()))?;
    Ok(Status::Done)
}
