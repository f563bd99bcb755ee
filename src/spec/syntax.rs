//! The text of a market file to a tree, with all syntax errors.
//!
//! The parser recovers from most errors. Two slips take the rest of the file with them: a key without `=`, and a list
//! that is not closed. These are noted, blanked out and the text is read again.

use std::ops::Range;

use toml::de::DeTable;

use super::diagnostic::Diagnostic;
use super::source::Place;
use super::tree::{Node, shortened};

/// How often a text is read again at most.
const MOST_REPAIRS: usize = 20;
/// Texts longer than this, bytes, are read once.
const LONGEST_REPAIRED: usize = 1 << 20;
/// With more errors than this nothing in the text is trusted: to look closer would take its time.
const MOST_LOOKED_AT: usize = 100;
/// What the parser calls a key given again.
const DUPLICATE: &str = "duplicate key";

/// A document as far as its text could be read.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The tree; where `broken` is not empty, parts of it may be missing.
    pub(crate) document: Node,
    /// The text's own faults.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Byte ranges from one `[header]` to the next in which the text is broken: nothing said about a value there
    /// can be trusted.
    broken: Vec<Range<usize>>,
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

/// What the parser says, and where.
struct Stumble {
    span: Range<usize>,
    message: String,
}

impl Stumble {
    fn new(text: &str, error: &toml::de::Error) -> Self {
        Self {
            span: error.span().unwrap_or(text.len()..text.len()),
            message: error.message().to_owned(),
        }
    }
}

/// Reads a text as far as it goes.
pub(crate) fn parse(text: &str) -> Parsed {
    let mut readable = text.to_owned();
    let mut found: Vec<Stumble> = Vec::new();
    let document = loop {
        let (table, errors) = DeTable::parse_recoverable(&readable);
        let stumbles: Vec<Stumble> = errors.iter().map(|error| Stumble::new(text, error)).collect();
        let worth_it = text.len() <= LONGEST_REPAIRED && found.len() < MOST_REPAIRS;
        let first = stumbles
            .iter()
            .take(if worth_it { MOST_LOOKED_AT } else { 0 })
            .filter_map(|stumble| repair(&readable, stumble))
            .min_by_key(|(lost, _)| lost.start);
        let Some((lost, stumble)) = first else {
            found.extend(stumbles);
            break Node::document(0, table.get_ref());
        };
        found.push(stumble);
        let blank: String = readable[lost.clone()]
            .bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
            .collect();
        readable.replace_range(lost, &blank);
    };
    found.sort_by_key(|stumble| stumble.span.start);
    judged(text, document, &found)
}

/// The document with what is to be said of its text.
fn judged(text: &str, document: Node, found: &[Stumble]) -> Parsed {
    let mut parsed = Parsed {
        document,
        diagnostics: Vec::new(),
        broken: Vec::new(),
    };
    let errors = found.iter().filter(|stumble| stumble.message != DUPLICATE).count();
    if errors > MOST_LOOKED_AT {
        parsed.broken.push(0..text.len() + 1);
    }
    let mut last_line = None;
    for stumble in found {
        let line = text[..stumble.span.start].rfind('\n');
        let duplicate = stumble.message == DUPLICATE;
        // A slip makes the parser stumble several times on the rest of its line.
        if duplicate || last_line != Some(line) {
            parsed.diagnostics.push(fault(text, stumble, duplicate));
        }
        if !duplicate {
            // Garbage has an error a line: the first of a section is enough to distrust it.
            if parsed.trusts(Some(Place::new(0, stumble.span.clone()))) {
                parsed.broken.push(section(text, stumble.span.start));
            }
            last_line = Some(line);
        }
    }
    parsed
}

/// The bytes to blank out so that the rest of the file can be read, and what to say of them.
fn repair(text: &str, stumble: &Stumble) -> Option<(Range<usize>, Stumble)> {
    let offset = stumble.span.start;
    let start = line_start(text, offset);
    let end = text[offset..].find('\n').map_or(text.len(), |i| offset + i);
    if stumble.message.starts_with("key with no value") {
        let message = "a key without a value, expected key = value".to_owned();
        let key = text[start..end].trim_end().len();
        let indent = key - text[start..start + key].trim_start().len();
        let span = start + indent..start + key;
        return (!span.is_empty()).then_some((start..end, Stumble { span, message }));
    }
    // A list or table in which the next statement turns up was not closed.
    let inside = ["array", "inline table", "key-value pairs"]
        .iter()
        .any(|part| stumble.message.contains(part));
    if !inside || !opens_statement(&text[start..end]) {
        return None;
    }
    let opened = statement_before(text, start)?;
    let bracket = text[opened..start].find(['[', '{']).map(|i| opened + i)?;
    let message = if text[bracket..].starts_with('[') {
        "this list is not closed, expected `]`"
    } else {
        "this table is not closed, expected `}`"
    };
    let message = message.to_owned();
    let span = bracket..bracket + 1;
    Some((opened..start, Stumble { span, message }))
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Whether a line starts with `[header]` or `key =`.
fn opens_statement(line: &str) -> bool {
    opens_table(line) || opens_value(line)
}

fn opens_table(line: &str) -> bool {
    // A row of a matrix starts like a header, with a number behind the bracket.
    line.trim_start().strip_prefix('[').is_some_and(|rest| {
        let name = rest.trim_start_matches(['[', ' ', '\t']);
        name.starts_with(|c: char| c.is_alphabetic() || "_\"'".contains(c))
    })
}

fn opens_value(line: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || " \t_-.\"'".contains(c);
    line.split_once('=')
        .is_some_and(|(key, _)| !key.trim().is_empty() && key.chars().all(name))
}

/// Where the last `key =` before an offset starts.
fn statement_before(text: &str, offset: usize) -> Option<usize> {
    let mut end = offset;
    while end > 0 {
        let start = line_start(text, end - 1);
        let line = &text[start..end];
        if opens_value(line) {
            return Some(start);
        }
        if opens_table(line) {
            return None;
        }
        end = start;
    }
    None
}

fn fault(text: &str, stumble: &Stumble, duplicate: bool) -> Diagnostic {
    let place = Some(Place::new(0, stumble.span.clone()));
    if duplicate {
        let key = text.get(stumble.span.clone()).unwrap_or_default();
        let problem = format!("{} is given twice", shortened(key));
        return Diagnostic::new("duplicate_key", "", place, problem, "every key once");
    }
    Diagnostic::new("syntax", "", place, stumble.message.as_str(), "")
}

/// The lines around an offset from one that opens a table to the next.
fn section(text: &str, offset: usize) -> Range<usize> {
    let mut start = 0;
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        if opens_table(line) {
            if position > offset {
                return start..position;
            }
            start = position;
        }
        position += line.len();
    }
    start..text.len() + 1
}
