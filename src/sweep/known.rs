//! Whether the outputs of a sweep exist, judged by one result of its market.

use etm_solver::conjecture::Witness;
use serde_json::{Value, json};

use super::file::Sweep;
use super::output::{OutputPath, Step, entered, identity};
use crate::spec::{SpecError, closest};

/// Policies and forces that some markets have and others do not: the list of one market names not all of them.
const SOMETIMES: [&str; 7] = [
    "spot",
    "reserve",
    "participation_cost",
    "risk_aversion",
    "dearer_capital",
    "early_exercise",
    "prize_moves",
];

/// The member of a result that only markets with risk-averse buyers have.
const BY_FORMAT: &str = "revenue_by_format";

/// What only repeated auctions to the same buyers have.
const OF_A_FIXED_POOL: [&str; 4] = ["once_value", "commitment_value", "full_commitment_value", "rounds"];

/// What a path does not find.
struct Missing {
    problem: String,
    allowed: String,
    hint: Option<String>,
}

/// Refuses outputs that are in no result of the market, `object` being one. An entry beyond the end of a list is no fault:
/// lists are longer at other points.
///
/// # Errors
/// Every output that does not exist, at its place in the sweep file.
pub(crate) fn check_outputs(sweep: &Sweep, object: &Value) -> Result<(), SpecError> {
    let mut document = sweep.document.clone();
    for (place, path) in &sweep.mentions {
        let fault = match of_a_fixed_pool(object, path) {
            // Other points of the sweep may have it.
            true if turns(sweep) => None,
            true => Some(no_fixed_pool(path)),
            false => missing(object, path),
        };
        if let Some(missing) = fault {
            let code = "unknown_output";
            document.note_at(code, place, missing.problem, &missing.allowed, missing.hint);
        }
    }
    if document.is_faulty() {
        return Err(document.refusal());
    }
    Ok(())
}

/// Whether the path leads into what this market lacks because every auction has buyers of its own.
fn of_a_fixed_pool(object: &Value, path: &OutputPath) -> bool {
    match path.steps().first() {
        Some(Step::Name(name)) => {
            OF_A_FIXED_POOL.contains(&name.as_str()) && object.get(name).is_some_and(Value::is_null)
        }
        _ => false,
    }
}

/// Whether the sweep goes from one way of selling to another.
fn turns(sweep: &Sweep) -> bool {
    let ways = ["holder.pool", "holder.sale"];
    sweep.axes.iter().any(|axis| ways.contains(&axis.key.as_str()))
}

fn no_fixed_pool(path: &OutputPath) -> Missing {
    Missing {
        problem: format!("{path} is a figure of repeated auctions to the same buyers, which this market does not have"),
        allowed: "only with holder.sale = \"until_sold\" and holder.pool = \"fixed\"".to_owned(),
        hint: None,
    }
}

fn missing(object: &Value, path: &OutputPath) -> Option<Missing> {
    let witness = witness();
    let by_format = json!({ "first_price": null, "second_price": null });
    let mut value = object;
    let mut walked = String::new();
    for step in path.steps() {
        let next = entered(value, step).or_else(|| elsewhere(value, step));
        // A claim that holds has no witness; where it fails there is one.
        let next = match next {
            Some(Value::Null) if is_witness(step) => Some(&witness),
            None if walked.is_empty() && matches!(step, Step::Name(name) if name == BY_FORMAT) => Some(&by_format),
            next => next,
        };
        let Some(next) = next else {
            return not_there(object, value, step, &walked, path);
        };
        match step {
            Step::Name(name) if walked.is_empty() => walked.clone_from(name),
            Step::Name(name) => walked.push_str(&format!(".{name}")),
            Step::Index(index) => walked.push_str(&format!("[{index}]")),
        }
        value = next;
    }
    let allowed = match value {
        Value::Object(_) => format!("one of its members: {}", below(value, &walked)),
        Value::Array(items) if items.iter().any(|item| identity(item).is_some()) => {
            format!("one of its entries: {}", below(value, &walked))
        }
        Value::Array(_) => format!("one of its entries, such as {walked}[0]"),
        _ => return None,
    };
    Some(Missing {
        problem: format!("{path} is not one value"),
        allowed,
        hint: None,
    })
}

fn is_witness(step: &Step) -> bool {
    matches!(step, Step::Name(name) if name == "witness")
}

/// A witness, for its members.
fn witness() -> Value {
    let witness = Witness {
        slot: 0,
        prize: 0.0,
        cost: None,
        ticket: 0.0,
        spot: 0.0,
    };
    serde_json::to_value(witness).unwrap_or(json!({}))
}

/// The like of an entry that this market does not have and another may.
fn elsewhere<'v>(value: &'v Value, step: &Step) -> Option<&'v Value> {
    let items = value.as_array()?;
    let named = items.iter().any(|item| identity(item).is_some());
    match step {
        Step::Index(_) if !named => Some(items.first().unwrap_or(&Value::Null)),
        Step::Name(name) if named && SOMETIMES.contains(&name.as_str()) => items.first(),
        _ => None,
    }
}

fn not_there(object: &Value, value: &Value, step: &Step, walked: &str, path: &OutputPath) -> Option<Missing> {
    let names = names(value);
    let at = if walked.is_empty() { "the result" } else { walked };
    let (problem, hint) = match step {
        // Behind an entry of an empty list nothing can be said.
        _ if value.is_null() && walked.ends_with(']') => return None,
        Step::Index(index) if names.is_empty() => (format!("{at} is not a list: it has no entry {index}"), None),
        Step::Index(_) => (format!("the entries of {at} are addressed by name"), None),
        Step::Name(name) => {
            let close = closest(name, names.iter().copied());
            let guess = match close {
                Some(close) if walked.is_empty() => Some(close.to_owned()),
                Some(close) => Some(format!("{walked}.{close}")),
                None => ending(object, path),
            };
            let hint = guess.map(|guess| format!("did you mean {guess}?"));
            (format!("{at} has no {name}"), hint)
        }
    };
    let allowed = match value {
        Value::Array(_) if names.is_empty() => format!("an entry by its number, {walked}[0]"),
        _ if names.is_empty() => format!("{walked}, without more behind it"),
        _ => below(value, walked),
    };
    Some(Missing { problem, allowed, hint })
}

/// The names below a value.
fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(members) => members.keys().map(String::as_str).collect(),
        Value::Array(items) => items.iter().filter_map(identity).collect(),
        _ => Vec::new(),
    }
}

/// The same as paths. The report is always there to be asked for.
fn below(value: &Value, walked: &str) -> String {
    let names = names(value).into_iter();
    if walked.is_empty() {
        let report = "check.… (the report of etm check)";
        let own = names.filter(|name| *name != "check");
        return own.chain([report]).collect::<Vec<_>>().join(", ");
    }
    names
        .map(|name| format!("{walked}.{name}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The only path to a member that has the name at the end of `path`.
fn ending(object: &Value, path: &OutputPath) -> Option<String> {
    let last = path.as_str().rsplit('.').next()?;
    let mut found = Vec::new();
    collect(object, "", last, &mut found);
    match found.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn collect(value: &Value, walked: &str, name: &str, found: &mut Vec<String>) {
    for inner in names(value) {
        let path = if walked.is_empty() {
            inner.to_owned()
        } else {
            format!("{walked}.{inner}")
        };
        if let Some(value) = entered(value, &Step::Name(inner.to_owned())) {
            collect(value, &path, name, found);
        }
        if inner == name {
            found.push(path);
        }
    }
}
