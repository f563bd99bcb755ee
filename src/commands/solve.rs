//! `etm solve`: the equilibrium of a market.

use std::time::{Instant, SystemTime};

use etm_solver::{Equilibrium, Settings, Summary};

use super::{CommandError, Status, Terminal};
use crate::cli::SolveArgs;
use crate::evaluate::Solved;
use crate::report::{self, Progress};
use crate::results::folder::StagedFolder;
use crate::results::manifest::{Run, manifest_json};
use crate::results::result::result_json;
use crate::results::solved::files;
use crate::spec::{self, Spec};

/// Solves the market, prints the summary or the result object, writes the results folder if one is asked for.
///
/// # Errors
/// Bad input, a market that cannot be solved, a folder that cannot be written.
pub fn run(args: &SolveArgs, terminal: Terminal) -> Result<Status, CommandError> {
    let clock = (SystemTime::now(), Instant::now());
    // Before the work: a folder that may not be written is no reason to wait.
    let folder = match &args.out {
        Some(out) => Some(StagedFolder::create(out, args.force)?),
        None => None,
    };
    let spec = spec::load(&args.market.market, &args.market.set)?;
    for warning in &spec.warnings {
        terminal.note(&format!("warning: {warning}"));
    }
    let equilibrium = solved(&spec, terminal)?;
    let figures = equilibrium.summary(&spec.market).map_err(failed)?;
    let answer = Solved {
        spec,
        equilibrium,
        figures,
    };
    if let Some(folder) = folder {
        write(&folder, args, &answer, clock)?;
        folder.commit()?;
    }
    if args.json {
        if let Some(mind) = report::only_symmetric(&answer.spec.market, &answer.equilibrium) {
            terminal.note(&format!("warning: {mind}"));
        }
        terminal.print(&result_json(&answer.figures, &answer.spec.table).map_err(failed)?)?;
    } else {
        let name = args.market.market.display().to_string();
        let Solved {
            spec,
            equilibrium,
            figures,
        } = &answer;
        terminal.print(&report::summary(&name, &spec.market, equilibrium, figures))?;
    }
    Ok(status(&answer.figures))
}

/// Solves a market with a progress bar.
pub(super) fn solved(spec: &Spec, terminal: Terminal) -> Result<Equilibrium, CommandError> {
    let progress = Progress::new(terminal.is_quiet());
    let observer = |stage, done, total| progress.update(stage, done, total);
    let settings = Settings {
        observer: Some(&observer),
    };
    etm_solver::solve(&spec.market, &settings).map_err(|error| CommandError::BadInput(error.to_string()))
}

fn status(figures: &Summary) -> Status {
    if figures.certificate.verified {
        Status::Done
    } else {
        Status::NotVerified
    }
}

fn write(
    folder: &StagedFolder,
    args: &SolveArgs,
    answer: &Solved,
    (started, clock): (SystemTime, Instant),
) -> Result<(), CommandError> {
    let target = args.out.as_deref().unwrap_or(folder.path());
    for (name, bytes) in files(answer, target).map_err(failed)? {
        folder.write(&name, &bytes)?;
    }
    let manifest = manifest_json(&Run {
        command: std::iter::once("etm".to_owned())
            .chain(std::env::args().skip(1))
            .collect(),
        market: &args.market.market,
        overrides: &args.market.set,
        data_files: &answer.spec.data_files,
        seed: None,
        started,
        wall_time: clock.elapsed(),
    })
    .map_err(failed)?;
    folder.write("manifest.json", manifest.as_bytes())?;
    Ok(())
}

fn failed(error: impl std::fmt::Display) -> CommandError {
    CommandError::Failed(error.to_string())
}
