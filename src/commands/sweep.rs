//! `etm sweep`: one market over a grid of parameters.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

use rayon::ThreadPool;

use super::{CommandError, Status, Terminal, look};
use crate::cli::{SweepArgs, SweepFormat};
use crate::figure::export::Format;
use crate::figure::style::Style;
use crate::report::Counter;
use crate::results::market_file::market_toml;
use crate::sweep::figures::SweepFigureError;
use crate::sweep::manifest::{Counts, End, Inputs, manifest};
use crate::sweep::rows::{header, lines};
use crate::sweep::working_folder::{Done, Start, WorkingError, WorkingFolder};
use crate::sweep::{self, NotBegun, PointOutcome, Run, Sweep, figures, points};

impl From<WorkingError> for CommandError {
    fn from(error: WorkingError) -> Self {
        if error.is_bad_input() {
            Self::BadInput(error.to_string())
        } else {
            Self::Failed(error.to_string())
        }
    }
}

impl From<NotBegun> for CommandError {
    fn from(error: NotBegun) -> Self {
        match error {
            NotBegun::Outputs(faults) => Self::Market(faults),
            NotBegun::EveryPointFails(_) => Self::BadInput(error.to_string()),
            NotBegun::Stopped => Self::Interrupted(error.to_string()),
        }
    }
}

/// Solves the market at every point of the sweep; writes `points.csv` to stdout, or a results folder.
///
/// # Errors
/// Bad input; a sweep no point of which can be solved; a folder that cannot be written; an interruption.
pub fn run(args: &SweepArgs, terminal: Terminal) -> Result<Status, CommandError> {
    let clock = (SystemTime::now(), Instant::now());
    formats(args)?;
    let style = look::style(&args.look)?;
    let pictures = look::pictures(args.format.iter().filter_map(|format| format.picture()))?;
    if let Some(out) = &args.out {
        // Before the work: a folder that may not be written is no reason to wait.
        WorkingFolder::may_start(out, args.force, args.resume)?;
    }
    let sweep = sweep::load(&args.sweep)?;
    for warning in &sweep.market().base().warnings {
        terminal.note(&format!("warning: {warning}"));
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.map_or(0, usize::from))
        .build()
        .map_err(failed)?;
    let stop = stop_on_interrupt()?;
    let task = Task {
        args,
        terminal,
        sweep: &sweep,
        pool: &pool,
        stop: &stop,
        style,
        pictures,
    };
    let counts = match &args.out {
        Some(out) => task.to_folder(out, clock)?,
        None => task.to_stdout()?,
    };
    if counts.failed > 0 {
        terminal.note(&format!(
            "{} of {} points could not be solved; the column reason says why",
            counts.failed, counts.points
        ));
    }
    if counts.not_verified > 0 {
        terminal.note(&format!(
            "{} of {} points have a certificate above tolerance",
            counts.not_verified, counts.points
        ));
        return Ok(Status::NotVerified);
    }
    Ok(Status::Done)
}

struct Task<'t> {
    args: &'t SweepArgs,
    terminal: Terminal,
    sweep: &'t Sweep,
    pool: &'t ThreadPool,
    stop: &'t AtomicBool,
    style: Style,
    pictures: Vec<Format>,
}

impl Task<'_> {
    fn to_stdout(&self) -> Result<Counts, CommandError> {
        if !self.sweep.figures.is_empty() {
            self.terminal
                .note("note: the figures of the sweep file are drawn into a folder only: give one with --out");
        }
        self.running(0, |run| run.prepare())?;
        self.terminal.print(&header(self.sweep))?;
        let none = Done {
            points: 0,
            failed: 0,
            not_verified: 0,
        };
        let (end, counts) = self.points(none, |_, lines, _| self.terminal.print(lines))?;
        self.whole(end, "with --out DIR a sweep can be resumed")?;
        Ok(counts)
    }

    fn to_folder(&self, out: &Path, (started, clock): (SystemTime, Instant)) -> Result<Counts, CommandError> {
        let inputs = Inputs::new(self.sweep, &self.args.sweep).map_err(failed)?;
        let base = self.sweep.market().base();
        let start = Start {
            sweep: self.sweep,
            // Relative to the finished folder: the unfinished one stands beside it.
            market: market_toml(&base.table, &base.data_files, out).map_err(failed)?,
            inputs: &inputs,
            manifest: manifest(&inputs, started, None).map_err(failed)?,
        };
        let (mut folder, done) = if self.args.resume {
            WorkingFolder::resume(out, self.args.force, &start)?
        } else {
            self.running(0, |run| run.prepare())?;
            let none = Done {
                points: 0,
                failed: 0,
                not_verified: 0,
            };
            (WorkingFolder::begin(out, self.args.force, &start)?, none)
        };
        let (end, counts) = self.points(done, |number, lines, verified| Ok(folder.add(number, lines, verified)?))?;
        self.whole(end, &format!("go on with: {}", self.resume_command()))?;
        #[cfg(feature = "parquet")]
        if self.args.format.contains(&SweepFormat::Parquet) {
            sweep::parquet::write(folder.path(), self.sweep).map_err(failed)?;
        }
        self.figures(&folder)?;
        let end = End {
            counts,
            wall_time: clock.elapsed(),
        };
        folder.finish(&manifest(&inputs, started, Some(end)).map_err(failed)?)?;
        Ok(counts)
    }

    /// Draws what the sweep file asks for.
    fn figures(&self, folder: &WorkingFolder) -> Result<(), CommandError> {
        if self.sweep.figures.is_empty() {
            return Ok(());
        }
        let results = points::read(&folder.path().join("points.csv")).map_err(failed)?;
        let counter = Counter::without_end("markets solved for maps", self.terminal.is_quiet());
        let watch = figures::Watch {
            progress: &|done| counter.at(done as u64),
            stop: self.stop,
        };
        let draw = || figures::files(self.sweep, &results, &self.style, &self.pictures, watch);
        let files = self.pool.install(draw).map_err(|error| match error {
            SweepFigureError::Stopped { .. } => {
                CommandError::Interrupted(format!("{error}; go on with: {}", self.resume_command()))
            }
            SweepFigureError::TooManyCurves { .. } | SweepFigureError::Axis { .. } => {
                CommandError::BadInput(error.to_string())
            }
            SweepFigureError::Plane { .. } | SweepFigureError::Export(_) => failed(error),
        })?;
        for (name, bytes) in files {
            folder.write(&name, &bytes)?;
        }
        Ok(())
    }

    /// Does something with the run, under a bar that counts from `done`.
    fn running<R>(&self, done: u64, work: impl FnOnce(&Run<'_>) -> R) -> R {
        let counter = Counter::going_on("points", done, self.sweep.points(), self.terminal.is_quiet());
        work(&Run {
            sweep: self.sweep,
            pool: self.pool,
            stop: self.stop,
            progress: &|more| counter.at(done + more),
        })
    }

    /// The points that are not done yet; returns the first that was not solved, and what became of all before.
    fn points(
        &self,
        done: Done,
        mut add: impl FnMut(u64, &str, bool) -> Result<(), CommandError>,
    ) -> Result<(u64, Counts), CommandError> {
        let mut counts = Counts {
            points: self.sweep.points(),
            failed: done.failed,
            not_verified: done.not_verified,
        };
        let take = |number: u64, outcome: PointOutcome| {
            counts.failed += u64::from(outcome.is_err());
            let verified = outcome.as_ref().is_ok_and(|answer| answer.verified) || outcome.is_err();
            counts.not_verified += u64::from(!verified);
            let outputs = outcome.map(|answer| answer.outputs);
            add(
                number,
                &lines(self.sweep, number, &self.sweep.point(number), &outputs),
                verified,
            )
        };
        let end = self.running(done.points, |run| run.points(done.points..self.sweep.points(), take))?;
        Ok((end, counts))
    }

    /// Whether all points are there; if not, the work was interrupted.
    fn whole(&self, end: u64, advice: &str) -> Result<(), CommandError> {
        let points = self.sweep.points();
        if end == points {
            return Ok(());
        }
        Err(CommandError::Interrupted(format!(
            "stopped after {end} of {points} points; {advice}"
        )))
    }

    /// The command line of this process with `--resume`.
    fn resume_command(&self) -> String {
        let mut words: Vec<String> = std::env::args().skip(1).map(|word| shell_word(&word)).collect();
        if !self.args.resume {
            words.push("--resume".to_owned());
        }
        format!("etm {}", words.join(" "))
    }
}

/// A word as a shell reads it.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Formats that this program does not have, or that need a folder.
fn formats(args: &SweepArgs) -> Result<(), CommandError> {
    if !args.format.contains(&SweepFormat::Parquet) {
        return Ok(());
    }
    if cfg!(not(feature = "parquet")) {
        let problem = "--format parquet: this etm was built without it; allowed: csv, or build with cargo build \
                       --release --features parquet";
        return Err(CommandError::BadInput(problem.to_owned()));
    }
    if args.out.is_none() {
        let problem = "--format parquet: only in a results folder; give one with --out";
        return Err(CommandError::BadInput(problem.to_owned()));
    }
    Ok(())
}

/// A flag that the first Ctrl-C sets; the second ends the process.
fn stop_on_interrupt() -> Result<Arc<AtomicBool>, CommandError> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(super::INTERRUPTED));
        }
    })
    .map_err(failed)?;
    Ok(stop)
}

fn failed(error: impl std::fmt::Display) -> CommandError {
    CommandError::Failed(error.to_string())
}
