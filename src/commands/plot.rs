//! `etm plot`: the figures of a market.

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use super::{CommandError, Status, Terminal, look, solve::solved};
use crate::cli::PlotArgs;
use crate::figure::export::{self, ExportError};
use crate::figure::kinds::{FigureError, Kind, Subject, parameters};
use crate::results::folder::StagedFolder;
use crate::results::manifest::{Run, manifest_json};
use crate::spec;

/// The market file of a results folder.
const MARKET: &str = "market.toml";

/// Solves the market and writes its figures, with their data, pgfplots sources and captions.
///
/// # Errors
/// Bad input: among it slots that the ticket does not have, and formats this program was built without.
pub fn run(args: &PlotArgs, terminal: Terminal) -> Result<Status, CommandError> {
    let clock = (SystemTime::now(), Instant::now());
    let (market, out) = places(args)?;
    let formats = look::pictures(args.format.iter().copied())?;
    let style = look::style(&args.look)?;
    let folder = StagedFolder::create(&out, args.force)?;
    let spec = spec::load(&market, &args.set)?;
    for warning in &spec.warnings {
        terminal.note(&format!("warning: {warning}"));
    }
    let equilibrium = solved(&spec, terminal)?;
    let figures = equilibrium.summary(&spec.market).map_err(failed)?;
    let parameters = parameters(&spec.table);
    let subject = Subject::new(&spec.market, &equilibrium, &figures, &parameters)?;
    let named = (!args.only.is_empty()).then_some(&args.only[..]);
    let kinds = Kind::chosen(named, &subject);
    let slots = (!args.slots.is_empty()).then_some(&args.slots[..]);
    if slots.is_some() && !kinds.iter().any(|kind| kind.shows_slots()) {
        return Err(CommandError::BadInput(
            "--slots: none of the figures asked for shows single slots; allowed with value, bids, participation"
                .to_owned(),
        ));
    }
    for kind in &kinds {
        let figure = kind.figure(&subject, slots)?;
        for (name, bytes) in export::files(&figure, &style, &formats)? {
            folder.write(&name, &bytes)?;
        }
    }
    let manifest = manifest_json(&Run {
        command: std::iter::once("etm".to_owned())
            .chain(std::env::args().skip(1))
            .collect(),
        market: &market,
        overrides: &args.set,
        data_files: &spec.data_files,
        seed: None,
        started: clock.0,
        wall_time: clock.1.elapsed(),
    })
    .map_err(failed)?;
    folder.write("manifest.json", manifest.as_bytes())?;
    folder.commit()?;
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    terminal.note(&format!("{}: {}", out.display(), names.join(", ")));
    Ok(if figures.certificate.verified {
        Status::Done
    } else {
        Status::NotVerified
    })
}

/// The market file, and the folder for its figures.
fn places(args: &PlotArgs) -> Result<(PathBuf, PathBuf), CommandError> {
    let source = &args.source;
    let (market, beside) = if source.is_dir() {
        let market = source.join(MARKET);
        if !market.is_file() {
            return Err(CommandError::BadInput(format!(
                "{}: is no results folder: there is no {MARKET} in it; allowed: a market file, or a folder that \"etm solve --out\" wrote",
                source.display()
            )));
        }
        (market, source.join("figures"))
    } else {
        let stem = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (source.clone(), Path::new("").join(format!("{stem}_figures")))
    };
    Ok((market, args.out.clone().unwrap_or(beside)))
}

impl From<FigureError> for CommandError {
    fn from(error: FigureError) -> Self {
        Self::BadInput(error.to_string())
    }
}

impl From<ExportError> for CommandError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::NotBuilt(_) => Self::BadInput(error.to_string()),
            ExportError::Draw(_) | ExportError::Format { .. } => Self::Failed(error.to_string()),
        }
    }
}

fn failed(error: impl std::fmt::Display) -> CommandError {
    CommandError::Failed(error.to_string())
}
