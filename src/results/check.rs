//! The conjecture report as an object.

use etm_solver::Summary;
use etm_solver::conjecture::ConjectureReport;
use serde_json::{Map, Value};

use crate::evaluate::Explanation;

/// What `etm check --json` prints; without an explanation, which takes solving the market again and again, the members
/// `why` and `forces` are left out.
///
/// # Errors
/// A report that JSON cannot hold.
pub fn check_object(
    figures: &Summary,
    report: &ConjectureReport,
    explanation: Option<&Explanation>,
) -> Result<Value, serde_json::Error> {
    let mut object = Map::new();
    let mut add = |name: &str, value: Value| object.insert(name.to_owned(), value);
    add("claims", serde_json::to_value(&report.claims)?);
    add("theorems", serde_json::to_value(&report.theorems)?);
    add("equivalent", serde_json::to_value(report.equivalent)?);
    add("indifferent", Value::Bool(report.indifferent));
    if let Some(explanation) = explanation {
        add("why", Value::String(explanation.why.clone()));
    }
    add("policies", serde_json::to_value(&report.policies)?);
    add("fixed_slots", serde_json::to_value(&report.fixed_slots)?);
    if let Some(explanation) = explanation {
        add("forces", serde_json::to_value(&explanation.forces)?);
    }
    add("certificate", serde_json::to_value(figures.certificate)?);
    Ok(Value::Object(object))
}
