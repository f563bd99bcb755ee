//! What is kept of a point: a path into the result object or the conjecture report, and the value found there.

use std::fmt;

use serde_json::Value;

/// Paths that start with this lead into the conjecture report.
const CHECK: &str = "check";

/// How much has to be computed for an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// The equilibrium.
    Figures,
    /// The conjecture report too.
    Report,
    /// The market without each of its forces too: as many more equilibria.
    Forces,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A member of an object, or the entry of that name in a list of named objects.
    Name(String),
    /// An entry of a list, the first is 0.
    Index(usize),
}

/// A dotted path such as `auction_probability[2]` or `check.claims.timing.gap`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputPath {
    text: String,
    steps: Vec<Step>,
}

/// What stands at the end of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputValue {
    /// A number.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A text.
    Text(String),
    /// Nothing: null, an entry beyond the end of its list, or a name this market's list does not have.
    Absent,
}

impl OutputPath {
    /// Reads a path; `None` where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        for part in text.split('.') {
            let (name, rest) = part.split_at(part.find('[').unwrap_or(part.len()));
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return None;
            }
            steps.push(Step::Name(name.to_owned()));
            if !rest.is_empty() {
                for index in rest.strip_prefix('[')?.strip_suffix(']')?.split("][") {
                    // "+1" and "01" would parse, and name one output twice.
                    let index: usize = index.parse().ok().filter(|n: &usize| n.to_string() == index)?;
                    steps.push(Step::Index(index));
                }
            }
        }
        Some(Self {
            text: text.to_owned(),
            steps,
        })
    }

    /// The path as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How much has to be computed for it.
    #[must_use]
    pub fn effort(&self) -> Effort {
        let name = |k: usize| match self.steps.get(k) {
            Some(Step::Name(name)) => Some(name.as_str()),
            _ => None,
        };
        match (name(0), name(1)) {
            (Some(CHECK), Some("why" | "forces")) => Effort::Forces,
            (Some(CHECK), _) => Effort::Report,
            _ => Effort::Figures,
        }
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The value in an object that has the report as its member `check`.
    #[must_use]
    pub fn value(&self, object: &Value) -> OutputValue {
        let end = self.steps.iter().try_fold(object, |value, step| entered(value, step));
        match end {
            Some(Value::Number(number)) => number.as_f64().map_or(OutputValue::Absent, OutputValue::Number),
            Some(Value::Bool(boolean)) => OutputValue::Boolean(*boolean),
            Some(Value::String(text)) => OutputValue::Text(text.clone()),
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => OutputValue::Absent,
        }
    }
}

impl fmt::Display for OutputPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What a step leads to.
pub(crate) fn entered<'v>(value: &'v Value, step: &Step) -> Option<&'v Value> {
    match (value, step) {
        (Value::Object(members), Step::Name(name)) => members.get(name),
        (Value::Array(items), Step::Name(name)) => items.iter().find(|item| identity(item) == Some(name)),
        (Value::Array(items), Step::Index(index)) if !items.iter().any(|item| identity(item).is_some()) => {
            items.get(*index)
        }
        _ => None,
    }
}

/// The name by which an entry of a list is known.
pub(crate) fn identity(item: &Value) -> Option<&str> {
    item.get("name")?.as_str()
}

impl OutputValue {
    /// The number; booleans are 1 and 0.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Boolean(boolean) => Some(f64::from(u8::from(*boolean))),
            Self::Text(_) | Self::Absent => None,
        }
    }
}

impl fmt::Display for OutputValue {
    /// As in a field of CSV before quoting: the shortest form that reads back as the same number, nothing for what is
    /// absent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Boolean(boolean) => boolean.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Absent => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_through_objects_lists_and_names() {
        let object = json!({"a": [0.5, null, [1]], "check": {"claims": [{"name": "timing", "holds": true}]}});
        let value = |path: &str| OutputPath::parse(path).expect("a path").value(&object);
        assert_eq!(value("a[0]"), OutputValue::Number(0.5));
        assert_eq!(value("a[2][0]"), OutputValue::Number(1.0));
        assert_eq!(value("check.claims.timing.holds"), OutputValue::Boolean(true));
        for absent in [
            "a",
            "a[1]",
            "a[9]",
            "a.b",
            "check.claims[0].holds",
            "check.claims.bids.holds",
        ] {
            assert_eq!(value(absent), OutputValue::Absent, "{absent}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "", "a.", ".a", "a[", "a[-1]", "a[1", "a[01]", "a[+1]", "a b", "a[1]b", "[1]",
        ] {
            assert_eq!(OutputPath::parse(text), None, "{text}");
        }
    }

    #[test]
    fn forces_are_asked_for_only_by_name() {
        let effort = |path: &str| OutputPath::parse(path).expect("a path").effort();
        assert_eq!(effort("seller_value"), Effort::Figures);
        assert_eq!(effort("check.equivalent"), Effort::Report);
        assert_eq!(effort("check.why"), Effort::Forces);
        assert_eq!(effort("check.forces.reserve.seller_value"), Effort::Forces);
    }
}
