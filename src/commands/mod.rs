//! The commands, one file each, and what they have in common: status, errors, the terminal.

pub mod bids;
pub mod calibrate;
pub mod check;
pub mod check_over;
pub mod compare;
pub mod completions;
pub mod init;
pub mod look;
pub mod plot;
pub mod reproduce;
pub mod schema;
pub mod simulate;
pub mod solve;
pub mod sweep;

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use calibrate::CalibrateError;
use clap::Parser;

use crate::cli::{Cli, Command};
use crate::results::folder::FolderError;
use crate::spec::{Drawing, SpecError};

/// The exit status of work that was stopped: 128 and the number of the signal, as in a shell.
const INTERRUPTED: u8 = 130;

/// How a command ended that had no error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Done: exit status 0.
    Done,
    /// Solved, with a certificate above tolerance: exit status 3.
    NotVerified,
}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A market file or an override is wrong: exit status 2.
    #[error(transparent)]
    Market(#[from] SpecError),
    /// Something else the user gave is wrong: exit status 2.
    #[error("{0}")]
    BadInput(String),
    /// It could not be computed or written: exit status 1.
    #[error("{0}")]
    Failed(String),
    /// The user stopped it: exit status 130.
    #[error("{0}")]
    Interrupted(String),
    /// Standard output could not be written: exit status 1, but 0 when its reader has seen enough.
    #[error("standard output cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl From<FolderError> for CommandError {
    fn from(error: FolderError) -> Self {
        if error.is_bad_input() {
            Self::BadInput(error.to_string())
        } else {
            Self::Failed(error.to_string())
        }
    }
}

impl From<CalibrateError> for CommandError {
    fn from(error: CalibrateError) -> Self {
        Self::BadInput(error.to_string())
    }
}

/// Where a command prints: data on stdout, words on stderr.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    quiet: bool,
}

impl Terminal {
    /// The terminal of this process; `quiet` leaves errors as the only words on stderr.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Whether only errors may be said.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Writes data to stdout, all of it.
    ///
    /// # Errors
    /// Whatever the operating system says; a broken pipe ends the command as done.
    pub fn print(&self, text: &str) -> Result<(), CommandError> {
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(())
    }

    /// Says something on stderr that is no error, unless quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }
}

/// Words on stderr; nobody can be told if even that fails.
fn say(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{}", text.trim_end());
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help asked for goes to stdout, usage errors to stderr.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let terminal = Terminal::new(cli.quiet);
    match run(cli.command, terminal) {
        Ok(Status::Done) => ExitCode::SUCCESS,
        Ok(Status::NotVerified) => ExitCode::from(3),
        Err(error) => report(&error),
    }
}

fn run(command: Command, terminal: Terminal) -> Result<Status, CommandError> {
    match command {
        Command::Solve(args) => solve::run(&args, terminal),
        Command::Bids(args) => bids::run(&args, terminal),
        Command::Check(args) => check::run(&args, terminal),
        Command::Compare(args) => compare::run(&args, terminal),
        Command::Plot(args) => plot::run(&args, terminal),
        Command::Sweep(args) => sweep::run(&args, terminal),
        Command::Reproduce(args) => reproduce::run(&args, terminal),
        Command::Simulate(args) => simulate::run(&args, terminal),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Init(args) => init::run(&args, terminal),
        Command::Schema(args) => schema::run(&args, terminal),
        Command::Completions(args) => completions::run(&args, terminal),
    }
}

/// Says what went wrong and gives its exit status.
fn report(error: &CommandError) -> ExitCode {
    match error {
        CommandError::Output(reason) if reason.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        CommandError::Market(faults) => {
            say(&faults.render(drawing()));
            ExitCode::from(2)
        }
        CommandError::BadInput(_) => {
            say(&format!("error: {error}"));
            ExitCode::from(2)
        }
        CommandError::Interrupted(_) => {
            say(&error.to_string());
            ExitCode::from(INTERRUPTED)
        }
        CommandError::Failed(_) | CommandError::Output(_) => {
            say(&format!("error: {error}"));
            ExitCode::from(1)
        }
    }
}

/// Colour and lines for a terminal that wants them.
fn drawing() -> Drawing {
    // An empty NO_COLOR counts as absent (no-color.org).
    let colourless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match (io::stderr().is_terminal(), colourless) {
        (false, _) => Drawing::Plain,
        (true, true) => Drawing::Lines,
        (true, false) => Drawing::Colour,
    }
}
