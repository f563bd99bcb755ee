//! The tables `[[axis]]` of a sweep file.

use std::cmp::Ordering;

use super::axis::{Axis, AxisKind, AxisValue, linear, log, whole};
use super::axis_keys;
use super::keys::MOST_POINTS;
use crate::evaluate::Evaluator;
use crate::spec::key::Shape;
use crate::spec::{Document, Node, Scalar};

/// The axes in order; `None` for one that cannot be read. `market` is absent where the market file has faults of its own:
/// then keys cannot be looked up.
pub(super) fn read(document: &mut Document, market: Option<&Evaluator>) -> Vec<Option<Axis>> {
    let Some(nodes) = document.root.get("axis").and_then(Node::list).map(<[Node]>::to_vec) else {
        return Vec::new();
    };
    if nodes.is_empty() {
        let problem = "there is no axis".to_owned();
        document.note_at("empty", "axis", problem, "at least one [[axis]]", None);
    }
    let axes: Vec<Option<Axis>> = (0..)
        .zip(&nodes)
        .map(|(index, node)| axis(document, index, node))
        .collect();
    if let Some(market) = market {
        axis_keys::check(document, market.draft(), &nodes, &axes);
    }
    axes
}

fn axis(document: &mut Document, index: usize, node: &Node) -> Option<Axis> {
    let place = format!("axis[{index}]");
    let key = node.get("key").and_then(Node::text);
    let values = values(document, &place, node);
    let (key, values) = (key?.to_owned(), values?);
    let complement = node.get("complement").and_then(Node::text).map(str::to_owned);
    if complement.is_some() && values.iter().any(|value| value.number().is_none()) {
        let problem = "the axis has words, and one minus a word is nothing".to_owned();
        let allowed = "only with an axis of numbers";
        document.note_at("no_meaning", &format!("{place}.complement"), problem, allowed, None);
    }
    let wants_whole = matches!(axis_keys::shape(&key), Some(Shape::Whole(..) | Shape::WholeOrTable(..)));
    let kind = if values.iter().any(|value| value.number().is_none()) {
        AxisKind::Words
    } else if wants_whole || node.get("whole").is_some() {
        AxisKind::Whole
    } else {
        AxisKind::Continuous {
            log: node.get("log").is_some(),
        }
    };
    Some(Axis {
        key,
        complement,
        values,
        kind,
        label: node.get("label").and_then(Node::text).map(str::to_owned),
    })
}

/// The values of an axis; `None` where they cannot be read, or not be told from one another.
fn values(document: &mut Document, place: &str, node: &Node) -> Option<Vec<AxisValue>> {
    let given = |name: &str| node.get(name).map(|table| (format!("{place}.{name}"), table));
    // Two of them are a fault that the check has noted: either will do to look further.
    if let Some((place, list)) = given("values") {
        let values: Option<Vec<AxisValue>> = list.list()?.iter().map(scalar).collect();
        let values = values?;
        not_empty(document, &place, &values)?;
        return distinct(document, &place, &values).then_some(values);
    }
    let (place, values) = if let Some((place, table)) = given("whole") {
        let step = table.get("step").map_or(Some(1), Node::whole)?;
        let (from, to) = (table.get("from")?.whole()?, table.get("to")?.whole()?);
        if step == 0 || (to.saturating_sub(from)) / step >= MOST_POINTS {
            let problem = "too many values".to_owned();
            document.note_at(
                "too_many_points",
                &place,
                problem,
                &format!("at most {MOST_POINTS}"),
                None,
            );
            return None;
        }
        (place, whole(from, to, step).collect::<Vec<_>>())
    } else {
        let (is_log, (place, table)) = match given("log") {
            Some(log) => (true, log),
            None => (false, given("linear")?),
        };
        let (from, to) = (table.get("from")?.number()?, table.get("to")?.number()?);
        let points = table.get("points")?.whole().filter(|n| (2..=MOST_POINTS).contains(n))?;
        if !from.is_finite() || !to.is_finite() || (is_log && (from <= 0.0 || to <= 0.0)) {
            return None;
        }
        (
            place,
            if is_log {
                log(from, to, points)
            } else {
                linear(from, to, points)
            },
        )
    };
    not_empty(document, &place, &values)?;
    if values.windows(2).any(|pair| pair[0] == pair[1]) {
        let problem = "its ends are so close that values fall together".to_owned();
        document.note_at(
            "duplicate_value",
            &place,
            problem,
            "ends further apart, or fewer points",
            None,
        );
        return None;
    }
    Some(values)
}

fn scalar(node: &Node) -> Option<AxisValue> {
    match (node.number(), node.text()) {
        (Some(number), _) if number.is_finite() => Some(Scalar::Number(number)),
        (None, Some(text)) => Some(Scalar::Word(text.to_owned())),
        _ => None,
    }
}

fn not_empty(document: &mut Document, place: &str, values: &[AxisValue]) -> Option<()> {
    if values.is_empty() {
        let problem = "the axis has no value".to_owned();
        document.note_at("empty", place, problem, "at least one value", None);
    }
    (!values.is_empty()).then_some(())
}

/// Whether no value is given twice; those that are, are noted.
fn distinct(document: &mut Document, place: &str, values: &[AxisValue]) -> bool {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| compared(&values[a], &values[b]).then(a.cmp(&b)));
    let mut again: Vec<usize> = order
        .windows(2)
        .filter(|pair| values[pair[0]] == values[pair[1]])
        .map(|pair| pair[1])
        .collect();
    again.sort_unstable();
    for &index in &again {
        let problem = format!("{} is given twice", values[index]);
        document.note_at(
            "duplicate_value",
            &format!("{place}[{index}]"),
            problem,
            "every value once",
            None,
        );
    }
    again.is_empty()
}

/// Numbers before words; −0 and 0 are equal, as they are for `==`.
fn compared(a: &AxisValue, b: &AxisValue) -> Ordering {
    match (a, b) {
        (Scalar::Number(a), Scalar::Number(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
        (Scalar::Word(a), Scalar::Word(b)) => a.cmp(b),
        (Scalar::Number(_), Scalar::Word(_)) => Ordering::Less,
        (Scalar::Word(_), Scalar::Number(_)) => Ordering::Greater,
    }
}
