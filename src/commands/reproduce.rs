//! `etm reproduce`: the gallery, made anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{CommandError, Status, Terminal};
use crate::cli::ReproduceArgs;
use crate::figure::export::File;
use crate::figure::style::Style;
use crate::gallery::{self, Comparison, Entry, GalleryError, Source, compare};
use crate::report::Counter;
use crate::results::folder::StagedFolder;

/// Makes every entry of the gallery anew, says which files differ from the committed ones, and puts the new ones in
/// their place.
///
/// # Errors
/// A gallery file, market or sweep that is wrong; a folder that cannot be written; with `--check`, a file that differs.
pub fn run(args: &ReproduceArgs, terminal: Terminal) -> Result<Status, CommandError> {
    let gallery = gallery::load(&args.gallery)?;
    let entries = chosen(&gallery.entries, &args.names)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.map_or(0, usize::from))
        .build()
        .map_err(|error| CommandError::Failed(error.to_string()))?;
    let mut changed = 0;
    for entry in entries {
        let folder = gallery.folder.join(&entry.name);
        let files = made(entry, &folder, &pool, terminal)?;
        let (lines, differs) = differences(&folder, &files);
        terminal.print(&summary(&entry.name, files.len(), &lines))?;
        changed += usize::from(differs);
        if differs && !args.check {
            let staged = StagedFolder::create(&folder, true)?;
            for (name, bytes) in &files {
                staged.write(name, bytes)?;
            }
            staged.commit()?;
        }
    }
    if args.check && changed > 0 {
        return Err(CommandError::Failed(format!(
            "{changed} of {} entries differ from what they should be; \"etm reproduce\" without --check replaces them",
            gallery.entries.len()
        )));
    }
    Ok(Status::Done)
}

/// The entries of these names, or all.
fn chosen<'g>(entries: &'g [Entry], names: &[String]) -> Result<Vec<&'g Entry>, CommandError> {
    let known = |name: &String| entries.iter().any(|entry| entry.name == *name);
    if let Some(name) = names.iter().find(|name| !known(name)) {
        let all: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        return Err(CommandError::BadInput(format!(
            "{name}: there is no such entry in the gallery; allowed: {}",
            all.join(", ")
        )));
    }
    Ok(entries
        .iter()
        .filter(|entry| names.is_empty() || names.contains(&entry.name))
        .collect())
}

fn made(entry: &Entry, folder: &Path, pool: &rayon::ThreadPool, terminal: Terminal) -> Result<Vec<File>, CommandError> {
    let style = Style {
        width: entry.width,
        ..Style::default()
    };
    match &entry.source {
        Source::Market { figures, slots } => {
            gallery::market::files(&entry.file, folder, figures.as_deref(), slots.as_deref(), &style)
        }
        Source::Sweep => {
            let counter = Counter::without_end("markets", terminal.is_quiet());
            gallery::sweep::files(&entry.file, pool, &style, &|done| counter.at(done))
        }
    }
    .map_err(|error| with_name(&entry.name, error))
}

fn with_name(name: &str, error: GalleryError) -> CommandError {
    match error {
        GalleryError::File(faults) => CommandError::Market(faults),
        other => CommandError::Failed(format!("{name}: {other}")),
    }
}

/// A line for every file that is not the same, and whether any differs by more than rounding.
fn differences(folder: &Path, files: &[File]) -> (Vec<String>, bool) {
    let mut lines = Vec::new();
    let mut differs = false;
    for (name, bytes) in files {
        match fs::read(folder.join(name)) {
            Err(_) => {
                lines.push(format!("{name}: new"));
                differs = true;
            }
            Ok(before) => match compare(bytes, &before) {
                Comparison::Same => {}
                Comparison::Rounding(gap) => lines.push(format!("{name}: the same up to rounding ({gap:.0e})")),
                Comparison::Differs => {
                    lines.push(format!("{name}: differs"));
                    differs = true;
                }
            },
        }
    }
    let made: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    for name in listed(folder) {
        if !made.contains(name.as_str()) {
            lines.push(format!("{name}: no longer made"));
            differs = true;
        }
    }
    (lines, differs)
}

/// The names in a folder, sorted; none if it is not there.
fn listed(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return BTreeSet::new();
    };
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    names.collect()
}

fn summary(name: &str, files: usize, lines: &[String]) -> String {
    if lines.is_empty() {
        return format!("{name}: {files} files, all the same\n");
    }
    let mut text = format!("{name}: {files} files\n");
    for line in lines {
        text.push_str(&format!("  {line}\n"));
    }
    text
}
