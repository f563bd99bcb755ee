//! The files of a solved market: those that say nothing of when and where it was solved.

use std::path::Path;

use super::curves::curves_csv;
use super::market_file::market_toml;
use super::nodes::nodes_csv;
use super::result::result_json;
use super::rounds::rounds_csv;
use crate::evaluate::Solved;

/// A file: its name and its bytes.
pub type File = (String, Vec<u8>);

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The market as solved is no TOML.
    #[error("market.toml: {0}")]
    Market(#[from] toml::ser::Error),
    /// The figures are no JSON.
    #[error("result.json: {0}")]
    Result(#[from] serde_json::Error),
}

/// `market.toml`, with paths as they are seen from `folder`, `result.json`, `nodes.csv`, `curves.csv` and, where the same buyers come again
/// and again, `rounds.csv`.
///
/// # Errors
/// A market or figures that their formats cannot hold.
pub fn files(solved: &Solved, folder: &Path) -> Result<Vec<File>, FilesError> {
    let spec = &solved.spec;
    let market = market_toml(&spec.table, &spec.data_files, folder)?;
    let result = result_json(&solved.figures, &spec.table)?;
    let mut files = vec![
        ("market.toml".to_owned(), market.into_bytes()),
        ("result.json".to_owned(), result.into_bytes()),
    ];
    if let Ok(prizes) = solved.equilibrium.prizes(&spec.market) {
        let cost = spec.market.buyers().cost();
        files.push(("nodes.csv".to_owned(), nodes_csv(&solved.equilibrium, prizes)));
        files.push(("curves.csv".to_owned(), curves_csv(&solved.equilibrium, prizes, cost)));
        if let Some(repeated) = &solved.equilibrium.repeated {
            files.push(("rounds.csv".to_owned(), rounds_csv(repeated, prizes)));
        }
    }
    Ok(files)
}
