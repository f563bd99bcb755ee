//! The table `[output]` of a sweep file.

use super::output::OutputPath;
use crate::spec::{Document, Node};

/// What is kept when the file has no `[output]`: the headline figures, the verdict and whether they can be trusted.
pub const DEFAULT_OUTPUTS: &[&str] = &[
    "seller_value",
    "spot_at_maturity_value",
    "sold_probability",
    "expected_sale_slot",
    "expected_delay",
    "buyers_surplus",
    "check.equivalent",
    "certificate.verified",
];

/// The form of a path, for messages.
pub(super) const FORM: &str = "a path such as seller_value, auction_probability[2] or check.claims.timing.gap";

/// The outputs with the places that name them.
pub(super) fn read(document: &mut Document) -> Vec<(String, OutputPath)> {
    let Some(output) = document.root.get("output") else {
        let default = |path: &&str| Some(("output".to_owned(), OutputPath::parse(path)?));
        return DEFAULT_OUTPUTS.iter().filter_map(default).collect();
    };
    let keys = texts(output.get("keys"));
    let is_list = output.get("keys").and_then(Node::list).is_some();
    if keys.is_empty() && is_list {
        let problem = "no output is named".to_owned();
        document.note_at("empty", "output.keys", problem, "at least one output", None);
    }
    let mut outputs: Vec<(String, OutputPath)> = Vec::new();
    for (index, text) in keys.iter().enumerate() {
        let place = format!("output.keys[{index}]");
        let Some(path) = path(document, &place, text) else {
            continue;
        };
        if outputs.iter().any(|(_, other)| *other == path) {
            let problem = format!("{text} is given twice");
            document.note_at("duplicate_output", &place, problem, "every output once", None);
        } else {
            outputs.push((place, path));
        }
    }
    outputs
}

/// The path that `text`, at `place`, is; noted if it is none.
pub(super) fn path(document: &mut Document, place: &str, text: &str) -> Option<OutputPath> {
    let path = OutputPath::parse(text);
    if path.is_none() {
        document.note_at("bad_path", place, format!("{text:?} is not a path"), FORM, None);
    }
    path
}

/// The texts of a list, as far as they are.
pub(super) fn texts(node: Option<&Node>) -> Vec<String> {
    let items = node.and_then(Node::list).unwrap_or_default();
    items.iter().filter_map(Node::text).map(str::to_owned).collect()
}
