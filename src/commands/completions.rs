//! `etm completions`: completions for a shell.

use clap::CommandFactory;

use super::{CommandError, Status, Terminal};
use crate::cli::{Cli, CompletionsArgs};

/// Prints the script.
///
/// # Errors
/// Standard output that cannot be written.
pub fn run(args: &CompletionsArgs, terminal: Terminal) -> Result<Status, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "etm", &mut script);
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(Status::Done)
}
