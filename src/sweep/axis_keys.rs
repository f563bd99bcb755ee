//! Whether the keys of the axes are keys of the market, and take such values.

use super::axis::{Axis, AxisValue};
use crate::spec::key::{Shape, Table};
use crate::spec::keys::MARKET;
use crate::spec::{Document, Draft, Node, Place, Scalar, closest, put};

/// Sources of a trial document: above those of the market file and its overrides.
const FIRST_SOURCE: u32 = 1 << 20;

/// A key that an axis sets.
struct Set<'a> {
    /// Where the sweep file names it.
    place: String,
    key: &'a str,
    value: AxisValue,
    source: u32,
}

/// Sets every axis to a value, on the market as it stands, and notes what cannot be.
pub(super) fn check(document: &mut Document, draft: &Draft, nodes: &[Node], axes: &[Option<Axis>]) {
    let mut trial = draft.document();
    let mut set: Vec<Set<'_>> = Vec::new();
    for (index, (node, axis)) in nodes.iter().zip(axes).enumerate() {
        // The key of an axis whose values are wrong is looked up all the same.
        let value = axis.as_ref().and_then(|axis| axis.values.first()).cloned();
        let value = value.unwrap_or(Scalar::Number(1.0));
        for name in ["key", "complement"] {
            let Some(key) = node.get(name).and_then(Node::text) else {
                continue;
            };
            let one = Set {
                place: format!("axis[{index}].{name}"),
                key,
                value: value.clone(),
                source: FIRST_SOURCE + u32::try_from(set.len()).unwrap_or(0),
            };
            if one_value(document, &one, name == "complement") && tried(document, &mut trial, &one) {
                set.push(one);
            }
        }
        if let Some(axis) = axis {
            kinds(document, index, axis);
        }
    }
    for (index, one) in set.iter().enumerate() {
        let stands = trial.at(one.key).is_some_and(|node| node.place.source == one.source);
        if !stands {
            replaced(document, one, &set[index + 1..]);
        }
    }
}

/// Whether the key holds one value; noted if it holds a table or a list. An unknown key is left to [`tried`].
fn one_value(document: &mut Document, one: &Set<'_>, complement: bool) -> bool {
    if one.key.contains(char::is_whitespace) {
        let problem = format!("{:?} has spaces in it", one.key);
        document.note_at("bad_path", &one.place, problem, "a key such as buyers.count", None);
        return false;
    }
    let Some(shape) = shape(one.key) else { return true };
    let entries = one.key.rsplit('.').next().map_or(0, |name| name.matches('[').count());
    let (problem, allowed) = match (shape, entries) {
        (Shape::Table(table), _) => (format!("{} is a table, not a value", one.key), names(table)),
        (Shape::Numbers(_), 0) => (
            format!("{} is a list", one.key),
            format!("one entry, such as {}[0]", one.key),
        ),
        (Shape::Matrix(_), 0 | 1) => {
            let more = "[0]".repeat(2 - entries);
            (
                format!("{} is a list", one.key),
                format!("one entry, such as {}{more}", one.key),
            )
        }
        (Shape::Words(_) | Shape::Text | Shape::File, _) if complement => (
            format!("{} takes words, and gets numbers here", one.key),
            "a key that takes numbers".to_owned(),
        ),
        _ => return true,
    };
    document.note_at("not_one_value", &one.place, problem, &allowed, None);
    false
}

/// Whether the key can be set on the market; noted, at the key in the sweep file, if not.
fn tried(document: &mut Document, trial: &mut Node, one: &Set<'_>) -> bool {
    let Err(fault) = put(trial, one.source, one.key, &one.value) else {
        return true;
    };
    let mut fault = *fault;
    let text = document.root.locate(&one.place);
    // The part of the key that is wrong, behind the opening quote.
    fault.place = fault.place.map(|part| Place {
        source: text.source,
        start: (text.start + 1 + part.start).min(text.end),
        end: (text.start + 1 + part.end).min(text.end),
    });
    fault.key.clone_from(&one.place);
    document.note(fault);
    false
}

/// Says which later axis takes the place of this one.
fn replaced(document: &mut Document, one: &Set<'_>, later: &[Set<'_>]) {
    let same = later.iter().find(|other| other.key == one.key);
    let (code, problem) = match same {
        Some(other) => ("duplicate_axis", format!("{} sets {} too", other.place, one.key)),
        None => {
            let others: Vec<&str> = later.iter().map(|other| other.key).collect();
            let problem = format!("its values have no effect: {} takes its place", others.join(" or "));
            ("no_meaning", problem)
        }
    };
    document.note_at(code, &one.place, problem, "keys that can be set side by side", None);
}

/// Notes words that the key does not take, and words where it takes numbers.
fn kinds(document: &mut Document, index: usize, axis: &Axis) {
    let Some(shape) = shape(&axis.key) else { return };
    let words: &[&str] = match shape {
        Shape::Text | Shape::File | Shape::Table(_) => return,
        Shape::Words(words) | Shape::Price(words) => words,
        _ => &[],
    };
    let numbers = !matches!(shape, Shape::Words(_));
    for (entry, value) in axis.values.iter().enumerate() {
        let place = format!("axis[{index}].values[{entry}]");
        match value {
            Scalar::Word(word) if !words.contains(&word.as_str()) => {
                let hint = closest(word, words.iter().copied()).map(|word| format!("did you mean {word:?}?"));
                let problem = format!("{word:?} is not one of the words of {}", axis.key);
                document.note_at("unknown_word", &place, problem, &shape.to_string(), hint);
            }
            Scalar::Number(number) if !numbers => {
                let problem = format!("found the number {number}");
                document.note_at("wrong_type", &place, problem, &shape.to_string(), None);
                // A grid of numbers has no entries to point at one by one.
                return;
            }
            _ => {}
        }
    }
}

/// What a key of the market file holds, indices apart.
pub(super) fn shape(key: &str) -> Option<Shape> {
    let mut table: Option<&Table> = Some(&MARKET);
    let mut shape = None;
    for step in key.split('.') {
        let name = step.split('[').next().unwrap_or_default().trim();
        let found = table?.key(name)?;
        table = found.shape.table();
        shape = Some(found.shape);
    }
    shape
}

fn names(table: &Table) -> String {
    let names: Vec<&str> = table.keys.iter().map(|key| key.name).collect();
    format!("one of its keys: {}", names.join(", "))
}
