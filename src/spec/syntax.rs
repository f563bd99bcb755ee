//! The text of a market file to a tree, with all syntax errors.

use toml::de::DeTable;

use super::diagnostic::Diagnostic;
use super::source::Place;
use super::tree::Node;

/// A document as far as its text could be read.
pub(crate) struct Parsed {
    /// The tree; where `broken` is not empty, parts of it may be missing.
    pub(crate) document: Node,
    /// The text's own faults.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Byte ranges from one `[header]` to the next in which the text is broken: nothing said about a value there
    /// can be trusted.
    broken: Vec<std::ops::Range<usize>>,
}

impl Parsed {
    /// Whether nothing of the text was lost. A duplicate key loses nothing that was not given twice.
    pub(crate) fn is_whole(&self) -> bool {
        self.broken.is_empty()
    }

    /// Whether what stands here was read as it was written.
    pub(crate) fn trusts(&self, place: Option<Place>) -> bool {
        place.is_none_or(|place| {
            let start = place.start as usize;
            !place.in_file() || !self.broken.iter().any(|part| part.contains(&start))
        })
    }
}

/// Reads a text as far as it goes.
pub(crate) fn parse(text: &str) -> Parsed {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut faults: Vec<(std::ops::Range<usize>, String)> = errors
        .iter()
        .map(|error| {
            (
                error.span().unwrap_or(text.len()..text.len()),
                error.message().to_owned(),
            )
        })
        .collect();
    faults.sort_by_key(|(span, _)| span.start);
    let mut diagnostics = Vec::new();
    let mut broken = Vec::new();
    let mut last_line = None;
    for (span, message) in faults {
        let duplicate = message == "duplicate key";
        if !duplicate {
            broken.push(section(text, span.start));
        }
        let line = text[..span.start].rfind('\n');
        // A slip makes the parser stumble several times on the rest of its line.
        if duplicate || last_line != Some(line) {
            diagnostics.push(fault(text, span, message, duplicate));
        }
        if !duplicate {
            last_line = Some(line);
        }
    }
    Parsed {
        document: Node::document(0, table.get_ref()),
        diagnostics,
        broken,
    }
}

fn fault(text: &str, span: std::ops::Range<usize>, message: String, duplicate: bool) -> Diagnostic {
    let place = Some(Place::new(0, span.clone()));
    if duplicate {
        let key = text.get(span).unwrap_or_default();
        let problem = format!("{} is given twice", super::tree::shortened(key));
        return Diagnostic::new("duplicate_key", "", place, problem, "every key once");
    }
    Diagnostic::new("syntax", "", place, message, "")
}

/// The lines around an offset from one that opens a table to the next.
fn section(text: &str, offset: usize) -> std::ops::Range<usize> {
    // A row of a matrix starts like a header, with a number behind the bracket.
    let opens = |line: &str| {
        line.trim_start().strip_prefix('[').is_some_and(|rest| {
            let name = rest.trim_start_matches(['[', ' ', '\t']);
            name.starts_with(|c: char| c.is_alphabetic() || "_\"'".contains(c))
        })
    };
    let mut start = 0;
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        if opens(line) {
            if position > offset {
                return start..position;
            }
            start = position;
        }
        position += line.len();
    }
    start..text.len() + 1
}
