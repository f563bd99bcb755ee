//! The folder of a sweep that is not finished: `DIR.partial` beside `DIR`.
//!
//! It appears at once with all that is needed to go on: the sweep file as given, the market as solved, what the inputs
//! were, and `points.csv`, to which each point is added in one piece. Whenever the work ends, by whatever means, the lines
//! of the last point may be incomplete; all before are whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::difference::difference;
use super::file::Sweep;
use super::manifest::Inputs;
use super::rows::{beginnings, header};
use crate::results::folder::{FolderError, StagedFolder, may_replace, move_into_place, refused, write_file};

/// The growing file.
const POINTS: &str = "points.csv";
/// The numbers of points whose certificate is above tolerance; made with the first.
const NOT_VERIFIED: &str = "not_verified.csv";
const SWEEP: &str = "sweep.toml";
const MARKET: &str = "market.toml";
const MANIFEST: &str = "manifest.json";

/// Why a sweep cannot be begun or gone on with.
#[derive(Debug, thiserror::Error)]
pub enum WorkingError {
    /// The folder cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A sweep was begun there and not finished.
    #[error("{}: a sweep was begun here and is not finished; --resume goes on with it, --force begins anew", .0.display())]
    Unfinished(PathBuf),
    /// There is no such sweep.
    #[error("{}: there is no such folder, so nothing to resume; without --resume the sweep is begun", .0.display())]
    NothingToResume(PathBuf),
    /// Another process is at work in it.
    #[error("{}: another etm sweep is writing here; wait for it, or give another --out", .0.display())]
    InUse(PathBuf),
    /// What was begun is not what is asked for now.
    #[error(
        "{}: {what} changed since the sweep was begun; put it back, or begin anew with --force\n{difference}", folder.display()
    )]
    Changed {
        /// The folder.
        folder: PathBuf,
        /// What changed.
        what: &'static str,
        /// Old lines after `- `, new ones after `+ `.
        difference: String,
    },
}

impl WorkingError {
    /// Whether the user asked for something that cannot be, rather than the machine failing.
    #[must_use]
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::Folder(error) => error.is_bad_input(),
            _ => true,
        }
    }
}

/// What a sweep is begun with, and must still be when it is gone on with.
pub struct Start<'s> {
    /// The sweep.
    pub sweep: &'s Sweep,
    /// The market as solved, paths relative to the finished folder.
    pub market: String,
    /// What the inputs are.
    pub inputs: &'s Inputs,
    /// The manifest of an unfinished sweep.
    pub manifest: String,
}

/// What has been done in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// Points that are finished.
    pub points: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How many of them have a certificate above tolerance.
    pub not_verified: u64,
}

/// The folder of an unfinished sweep, held by this process alone.
#[derive(Debug)]
pub struct WorkingFolder {
    folder: PathBuf,
    target: PathBuf,
    force: bool,
    points: File,
    not_verified: Option<File>,
}

impl WorkingFolder {
    /// The folder of the sweep whose results will be in `target`.
    ///
    /// # Errors
    /// A target that names nothing.
    pub fn beside(target: &Path) -> Result<PathBuf, FolderError> {
        let name = target
            .file_name()
            .ok_or_else(|| FolderError::NoName(target.to_owned()))?;
        let mut name = name.to_owned();
        name.push(".partial");
        Ok(target.with_file_name(name))
    }

    /// Whether a sweep to `target` may be begun (or, with `resume`, gone on with), as far as folders tell.
    ///
    /// # Errors
    /// Results that exist (with `force`: a file); an unfinished sweep without `resume` and `force`; none to resume.
    pub fn may_start(target: &Path, force: bool, resume: bool) -> Result<(), WorkingError> {
        let folder = Self::beside(target)?;
        may_replace(target, force)?;
        let exists = fs::symlink_metadata(&folder).is_ok();
        match (exists, resume) {
            (false, true) => Err(WorkingError::NothingToResume(folder)),
            (true, true) if !folder.join(POINTS).is_file() => Err(WorkingError::NothingToResume(folder)),
            (true, false) if !force => Err(WorkingError::Unfinished(folder)),
            (true, false) => match open_alone(&folder) {
                Err(WorkingError::InUse(folder)) => Err(WorkingError::InUse(folder)),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Begins a sweep; with `force` an unfinished one makes way.
    ///
    /// # Errors
    /// As [`may_start`](Self::may_start); a folder that cannot be written.
    pub fn begin(target: &Path, force: bool, start: &Start<'_>) -> Result<Self, WorkingError> {
        Self::may_start(target, force, false)?;
        let folder = Self::beside(target)?;
        let staged = StagedFolder::create(&folder, force)?;
        staged.write(SWEEP, start.sweep.text().as_bytes())?;
        staged.write(MARKET, start.market.as_bytes())?;
        staged.write(MANIFEST, start.manifest.as_bytes())?;
        staged.write(POINTS, header(start.sweep).as_bytes())?;
        staged.commit()?;
        Self::open(folder, target, force)
    }

    /// Goes on with a sweep: what is left of an unfinished point is dropped.
    ///
    /// # Errors
    /// As [`may_start`](Self::may_start); a sweep file, a market, a data file or a version that changed.
    pub fn resume(target: &Path, force: bool, start: &Start<'_>) -> Result<(Self, Done), WorkingError> {
        Self::may_start(target, force, true)?;
        let folder = Self::beside(target)?;
        let mut working = Self::open(folder, target, force)?;
        working.unchanged(start)?;
        let done = working.cut(start.sweep)?;
        working.drop_made().map_err(working.cannot("cannot be cleared"))?;
        Ok((working, done))
    }

    fn open(folder: PathBuf, target: &Path, force: bool) -> Result<Self, WorkingError> {
        let points = open_alone(&folder)?;
        let mut working = Self {
            folder,
            target: target.to_owned(),
            force,
            points,
            not_verified: None,
        };
        working.seek_end().map_err(working.cannot("cannot be read"))?;
        Ok(working)
    }

    fn seek_end(&mut self) -> io::Result<()> {
        self.points.seek(SeekFrom::End(0)).map(|_| ())
    }

    /// Where the folder is until it is finished.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }

    fn cannot(&self, doing: &'static str) -> impl FnOnce(io::Error) -> WorkingError + use<> {
        let path = self.folder.clone();
        move |reason| WorkingError::Folder(refused(&path, doing)(reason))
    }

    /// Adds the lines of the next point.
    ///
    /// # Errors
    /// A full disk and the like.
    pub fn add(&mut self, number: u64, lines: &str, verified: bool) -> Result<(), WorkingError> {
        if !verified {
            // Before the point itself: a point is finished when its lines are there.
            self.note_not_verified(number)
                .map_err(self.cannot("cannot be written"))?;
        }
        self.points
            .write_all(lines.as_bytes())
            .map_err(self.cannot("cannot be written"))
    }

    fn note_not_verified(&mut self, number: u64) -> io::Result<()> {
        if self.not_verified.is_none() {
            let path = self.folder.join(NOT_VERIFIED);
            let mut file = OpenOptions::new().create(true).append(true).open(path)?;
            if file.metadata()?.len() == 0 {
                file.write_all(b"point\n")?;
            }
            self.not_verified = Some(file);
        }
        match &mut self.not_verified {
            Some(file) => file.write_all(format!("{number}\n").as_bytes()),
            None => Ok(()),
        }
    }

    /// Writes a file made of the finished points, such as a figure.
    ///
    /// # Errors
    /// A full disk and the like.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), WorkingError> {
        Ok(write_file(&self.folder.join(name), bytes, true)?)
    }

    /// Removes what an earlier run had made of the finished points, when it was stopped before it came to its end: it may
    /// have been asked for other formats.
    fn drop_made(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let grown = [POINTS, NOT_VERIFIED, SWEEP, MARKET, MANIFEST]
                .iter()
                .any(|name| entry.file_name() == *name);
            if !grown && entry.file_type()?.is_file() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Writes `manifest` and moves the folder to where the results belong.
    ///
    /// # Errors
    /// A target that has appeared meanwhile; a refusal of the operating system.
    pub fn finish(self, manifest: &str) -> Result<(), WorkingError> {
        self.points.sync_all().map_err(self.cannot("cannot be written"))?;
        write_file(&self.folder.join(MANIFEST), manifest.as_bytes(), true)?;
        Ok(move_into_place(&self.folder, &self.target, self.force)?)
    }

    /// Whether the sweep is the one that was begun.
    fn unchanged(&self, start: &Start<'_>) -> Result<(), WorkingError> {
        let read = |name| fs::read_to_string(self.folder.join(name)).map_err(self.cannot("cannot be read"));
        let manifest: Value = serde_json::from_str(&read(MANIFEST)?).unwrap_or(Value::Null);
        let version = manifest["version"].as_str().unwrap_or("unknown").to_owned();
        let data = |list: &[Value]| -> String {
            let line = |file: &Value| format!("{} sha256 {}\n", text(&file["path"]), text(&file["sha256"]));
            list.iter().map(line).collect()
        };
        let old_data = manifest["data"].as_array().map_or(&[][..], Vec::as_slice);
        let hashes = |list: &[Value]| -> Vec<Value> { list.iter().map(|file| file["sha256"].clone()).collect() };
        let same_data = hashes(old_data) == hashes(&start.inputs.data);
        let pairs = [
            (
                "the version of etm",
                version,
                env!("CARGO_PKG_VERSION").to_owned(),
                false,
            ),
            ("the sweep file", read(SWEEP)?, start.sweep.text().to_owned(), false),
            ("the market", read(MARKET)?, start.market.clone(), false),
            ("a data file", data(old_data), data(&start.inputs.data), same_data),
        ];
        for (what, old, new, same) in pairs {
            if !same && old != new {
                return Err(WorkingError::Changed {
                    folder: self.folder.clone(),
                    what,
                    difference: difference(&old, &new),
                });
            }
        }
        Ok(())
    }

    /// Cuts off what follows the last whole point.
    fn cut(&mut self, sweep: &Sweep) -> Result<Done, WorkingError> {
        let cut = |working: &mut Self| -> io::Result<Done> {
            let (mut done, length) = whole_points(&working.folder.join(POINTS), sweep)?;
            if length == 0 {
                // Not even the header is there.
                working.points.set_len(0)?;
                working.points.seek(SeekFrom::Start(0))?;
                working.points.write_all(header(sweep).as_bytes())?;
            } else {
                working.points.set_len(length)?;
            }
            working.seek_end()?;
            done.not_verified = working.cut_not_verified(done.points)?;
            Ok(done)
        };
        let refusal = self.cannot("cannot be read");
        cut(self).map_err(refusal)
    }

    /// Keeps the notes of finished points; returns how many there are.
    fn cut_not_verified(&self, finished: u64) -> io::Result<u64> {
        let path = self.folder.join(NOT_VERIFIED);
        let Ok(text) = fs::read_to_string(&path) else {
            return Ok(0);
        };
        let whole_lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let numbers = whole_lines.filter_map(|line| line.trim_end().parse::<u64>().ok());
        let kept: Vec<u64> = numbers.filter(|number| *number < finished).collect();
        if kept.is_empty() {
            fs::remove_file(&path)?;
        } else {
            let lines: String = kept.iter().map(|number| format!("{number}\n")).collect();
            fs::write(&path, format!("point\n{lines}"))?;
        }
        Ok(kept.len() as u64)
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Opens the points of a folder for this process alone; the lock goes with the process, however that ends.
fn open_alone(folder: &Path) -> Result<File, WorkingError> {
    let cannot = |reason| WorkingError::Folder(refused(folder, "cannot be opened")(reason));
    let points = OpenOptions::new()
        .read(true)
        .write(true)
        .open(folder.join(POINTS))
        .map_err(cannot)?;
    match points.try_lock() {
        Err(TryLockError::WouldBlock) => Err(WorkingError::InUse(folder.to_owned())),
        // A file system without locks is no reason not to work.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(points),
    }
}

/// The finished points of a file, and its length in bytes up to their end.
///
/// A point is finished when each of its lines stands there to the end and is the line of that point.
fn whole_points(path: &Path, sweep: &Sweep) -> io::Result<(Done, u64)> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut done = Done {
        points: 0,
        failed: 0,
        not_verified: 0,
    };
    let mut line = Vec::new();
    let mut length = reader.read_until(b'\n', &mut line)? as u64;
    if line != header(sweep).as_bytes() {
        return Ok((done, 0));
    }
    while done.points < sweep.points() {
        let mut point = 0;
        let mut failed = false;
        for beginning in beginnings(sweep, done.points, &sweep.point(done.points)) {
            line.clear();
            point += reader.read_until(b'\n', &mut line)? as u64;
            let rest = line
                .strip_prefix(beginning.as_bytes())
                .and_then(|rest| rest.strip_suffix(b"\n"));
            let Some(rest) = rest else {
                return Ok((done, length));
            };
            // No value, and a reason.
            failed = rest.starts_with(b",") && rest.len() > 1;
        }
        length += point;
        done.points += 1;
        done.failed += u64::from(failed);
    }
    Ok((done, length))
}
