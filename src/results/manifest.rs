//! `manifest.json`: how the results came about. The only file with times and machines in it.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::spec::DataFile;

/// What a run was given.
pub struct Run<'a> {
    /// The command line, program name first.
    pub command: Vec<String>,
    /// The market file.
    pub market: &'a Path,
    /// The overrides, in order.
    pub overrides: &'a [String],
    /// The data files it reads.
    pub data_files: &'a [DataFile],
    /// The seed, if the run used one.
    pub seed: Option<u64>,
    /// When it began.
    pub started: SystemTime,
    /// How long it took.
    pub wall_time: Duration,
}

/// The manifest of a run.
///
/// # Errors
/// An input that can no longer be read.
pub fn manifest_json(run: &Run<'_>) -> std::io::Result<String> {
    let mut inputs = vec![input(run.market)?];
    for file in run.data_files {
        inputs.push(input(&file.path)?);
    }
    let started = run.started.duration_since(UNIX_EPOCH).unwrap_or_default();
    let manifest = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "command": run.command,
        "overrides": run.overrides,
        "inputs": inputs,
        "seed": run.seed,
        "started_unix_seconds": started.as_secs(),
        "wall_time_seconds": run.wall_time.as_secs_f64(),
        "platform": format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
    });
    let mut text = serde_json::to_string_pretty(&manifest)?;
    text.push('\n');
    Ok(text)
}

/// A file that a run reads, with the hash of its bytes.
///
/// # Errors
/// A file that can no longer be read.
pub(crate) fn input(path: &Path) -> std::io::Result<Value> {
    let digest = Sha256::digest(std::fs::read(path)?);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(json!({ "path": path.display().to_string(), "sha256": hex }))
}
