//! `market.toml`: the market as solved, its paths rewritten for the folder it lies in.

use std::path::Path;

use crate::spec::DataFile;

/// The document with the paths of data files relative to `folder` (absolute where the two share no root).
///
/// # Errors
/// A table that TOML cannot write.
pub fn market_toml(table: &toml::Table, data_files: &[DataFile], folder: &Path) -> Result<String, toml::ser::Error> {
    let mut table = table.clone();
    for file in data_files {
        let absolute = std::path::absolute(&file.path).unwrap_or_else(|_| file.path.clone());
        let from = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let path = pathdiff::diff_paths(&absolute, from).unwrap_or(absolute);
        // TOML paths are written with slashes everywhere.
        let path = path.to_string_lossy().replace('\\', "/");
        replace(&mut table, file.key, path);
    }
    toml::to_string_pretty(&table)
}

/// Puts a string in the place of a dotted key that exists.
fn replace(table: &mut toml::Table, key: &str, text: String) {
    match key.split_once('.') {
        Some((head, rest)) => {
            if let Some(toml::Value::Table(inner)) = table.get_mut(head) {
                replace(inner, rest, text);
            }
        }
        None => {
            if let Some(value) = table.get_mut(key) {
                *value = toml::Value::String(text);
            }
        }
    }
}
