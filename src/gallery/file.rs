//! The gallery's list of entries.

use std::path::{Path, PathBuf};

use etm_solver::market::LONGEST_MATURITY;

use crate::figure::kinds::Kind;
use crate::figure::style::Width;
use crate::spec::key::{Key, Shape, Table};
use crate::spec::{Document, Node, SpecError};

const KINDS: &[&str] = &[
    "value",
    "timing",
    "bids",
    "exercise",
    "participation",
    "claims",
    "commitment",
];

/// Every key of a gallery file.
pub static GALLERY: Table = Table {
    keys: &[
        Key::optional("market", Shape::Tables(&MARKET), "A market: solved, judged and drawn"),
        Key::optional("sweep", Shape::Tables(&SWEEP), "A sweep: run and drawn"),
    ],
    exactly_one: &[],
};

const NAME: Key = Key::required("name", Shape::Text, "The entry's folder beside this file");
const WIDTH: Key = Key::optional("width", Shape::Text, "Width of its figures").or("two");

static MARKET: Table = Table {
    keys: &[
        NAME,
        Key::required("file", Shape::File, "The market file"),
        Key::optional(
            "figures",
            Shape::WordList(KINDS),
            "Which figures; absent: all that the market has",
        ),
        Key::optional(
            "slots",
            Shape::Numbers(crate::spec::key::Range::NOT_NEGATIVE),
            "The slots that figures show",
        ),
        WIDTH,
    ],
    exactly_one: &[],
};

static SWEEP: Table = Table {
    keys: &[NAME, Key::required("file", Shape::File, "The sweep file"), WIDTH],
    exactly_one: &[],
};

/// The gallery.
#[derive(Debug, Clone, PartialEq)]
pub struct Gallery {
    /// Where the entries' folders lie.
    pub folder: PathBuf,
    /// The entries in the order of the file, markets first.
    pub entries: Vec<Entry>,
}

/// One entry of the gallery.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its folder.
    pub name: String,
    /// The market or sweep file, found from here.
    pub file: PathBuf,
    /// What it is made of.
    pub source: Source,
    /// Width of its figures.
    pub width: Width,
}

/// What an entry is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A market.
    Market {
        /// Its figures; `None`: all that it has.
        figures: Option<Vec<Kind>>,
        /// The slots they show.
        slots: Option<Vec<usize>>,
    },
    /// A sweep.
    Sweep,
}

/// Reads a gallery file.
///
/// # Errors
/// All faults at once; names that are no folder's, or given twice.
pub fn load(path: &Path) -> Result<Gallery, SpecError> {
    let mut document = Document::load(path, &GALLERY, "a gallery file, such as results/gallery.toml")?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut entries: Vec<Entry> = Vec::new();
    for kind in ["market", "sweep"] {
        let list = document
            .root
            .get(kind)
            .and_then(Node::list)
            .unwrap_or_default()
            .to_vec();
        for (index, node) in list.iter().enumerate() {
            let at = format!("{kind}[{index}]");
            let Some(entry) = entry(&mut document, node, kind, &at, &folder) else {
                continue;
            };
            if entries.iter().any(|known| known.name == entry.name) {
                let problem = format!("the name \"{}\" is given twice", entry.name);
                let key = format!("{at}.name");
                document.note_at("name_twice", &key, problem, "a name for each entry", None);
            }
            entries.push(entry);
        }
    }
    if document.is_faulty() {
        return Err(document.refusal());
    }
    Ok(Gallery { folder, entries })
}

/// An entry; `None` where a fault is noted.
fn entry(document: &mut Document, node: &Node, kind: &str, at: &str, folder: &Path) -> Option<Entry> {
    let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let (name, file) = (text("name")?, text("file")?);
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if name.is_empty() || !name.chars().all(plain) {
        let allowed = "letters, digits, _ and -";
        document.note_at(
            "bad_name",
            &format!("{at}.name"),
            format!("\"{name}\" is no name"),
            allowed,
            None,
        );
        return None;
    }
    let width = match text("width") {
        None => Width::TwoColumns,
        Some(text) => {
            let width = Width::parse(&text);
            if width.is_none() {
                let problem = format!("\"{text}\" cannot be used");
                document.note_at("bad_width", &format!("{at}.width"), problem, Width::ALLOWED, None);
            }
            width?
        }
    };
    let source = match kind {
        "market" => Source::Market {
            figures: figures(node),
            slots: slots(document, node, at),
        },
        _ => Source::Sweep,
    };
    Some(Entry {
        name,
        file: folder.join(file),
        source,
        width,
    })
}

/// The slots an entry names; those that are no whole numbers are noted and left out.
fn slots(document: &mut Document, node: &Node, at: &str) -> Option<Vec<usize>> {
    let numbers = node.get("slots").and_then(Node::numbers)?;
    let mut slots = Vec::new();
    for (index, number) in numbers.into_iter().enumerate() {
        if number.fract() == 0.0 && (0.0..=LONGEST_MATURITY as f64).contains(&number) {
            slots.push(number as usize);
        } else {
            let key = format!("{at}.slots[{index}]");
            let allowed = format!("a whole number from 0 to {LONGEST_MATURITY}");
            document.note_at("out_of_range", &key, format!("{number} is no slot"), &allowed, None);
        }
    }
    Some(slots)
}

/// The figures an entry names, in the order of a paper.
fn figures(node: &Node) -> Option<Vec<Kind>> {
    let list = node.get("figures").and_then(Node::list)?;
    let words: Vec<&str> = list.iter().filter_map(Node::text).collect();
    let named = |kind: &Kind| words.contains(&kind.name());
    Some(Kind::ALL.into_iter().filter(named).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_may_be_named() {
        assert_eq!(KINDS, Kind::ALL.map(Kind::name));
    }
}
