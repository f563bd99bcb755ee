//! `etm init`: a commented market file to start from.

use super::{CommandError, Status, Terminal};
use crate::cli::InitArgs;
use crate::results::folder::write_file;

/// The file that is written.
pub const MARKET: &str = include_str!("init.toml");

/// Writes the file.
///
/// # Errors
/// A file that exists, without `--force`; a folder that cannot be written to.
pub fn run(args: &InitArgs, terminal: Terminal) -> Result<Status, CommandError> {
    write_file(&args.name, MARKET.as_bytes(), args.force)?;
    let name = args.name.display();
    terminal.note(&format!("{name} written; solve it with: etm solve {name}"));
    Ok(Status::Done)
}
