//! `result.json`: the result object.

use etm_solver::Summary;
use serde_json::{Map, Value, json};

/// The figures, the market as solved and the solver's version; the same bytes for the same input.
///
/// # Errors
/// A table that JSON cannot hold.
pub fn result_json(figures: &Summary, market: &toml::Table) -> Result<String, serde_json::Error> {
    let mut object = match serde_json::to_value(figures)? {
        Value::Object(object) => object,
        other => Map::from_iter([("figures".to_owned(), other)]),
    };
    object.insert("market".to_owned(), serde_json::to_value(market)?);
    object.insert("solver".to_owned(), json!({ "version": env!("CARGO_PKG_VERSION") }));
    let mut text = serde_json::to_string_pretty(&Value::Object(object))?;
    text.push('\n');
    Ok(text)
}
