//! `manifest.json` of a sweep: how its points came about. The only file with times and machines in it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::file::Sweep;
use crate::results::manifest::input;

/// The files a sweep reads, as they are when it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Inputs {
    /// The sweep file and the market file with their hashes.
    pub files: Vec<Value>,
    /// The data files of the market with theirs.
    pub data: Vec<Value>,
}

/// What became of the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub points: u64,
    /// Those that could not be solved.
    pub failed: u64,
    /// Those whose certificate is above tolerance.
    pub not_verified: u64,
}

/// How a sweep ended.
#[derive(Debug, Clone, Copy)]
pub struct End {
    /// What became of its points.
    pub counts: Counts,
    /// How long it took, since it was last resumed.
    pub wall_time: Duration,
}

impl Inputs {
    /// Hashes the files.
    ///
    /// # Errors
    /// A file that can no longer be read.
    pub fn new(sweep: &Sweep, path: &std::path::Path) -> std::io::Result<Self> {
        let data = sweep.market().base().data_files.iter();
        Ok(Self {
            files: vec![input(path)?, input(&sweep.base)?],
            data: data.map(|file| input(&file.path)).collect::<Result<_, _>>()?,
        })
    }
}

/// The manifest; while the sweep is not finished, without an end.
///
/// # Errors
/// None that could be met: numbers and texts are JSON.
pub fn manifest(inputs: &Inputs, started: SystemTime, end: Option<End>) -> Result<String, serde_json::Error> {
    let command: Vec<String> = std::iter::once("etm".to_owned())
        .chain(std::env::args().skip(1))
        .collect();
    let started = started.duration_since(UNIX_EPOCH).unwrap_or_default();
    let manifest = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "command": command,
        "inputs": inputs.files,
        "data": inputs.data,
        "finished": end.is_some(),
        "points": end.map(|end| end.counts.points),
        "failed": end.map(|end| end.counts.failed),
        "not_verified": end.map(|end| end.counts.not_verified),
        "started_unix_seconds": started.as_secs(),
        "wall_time_seconds": end.map(|end| end.wall_time.as_secs_f64()),
        "platform": format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
    });
    let mut text = serde_json::to_string_pretty(&manifest)?;
    text.push('\n');
    Ok(text)
}
