//! The bytes of a file to text.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::diagnostic::Diagnostic;
use super::source::Place;

/// The largest file, bytes: room for a full chain of two thousand states.
const LARGEST: u64 = 64 << 20;

/// Why there is no text, with the text as far as it could be read.
pub(crate) struct Unreadable {
    pub(crate) text: String,
    pub(crate) diagnostic: Box<Diagnostic>,
}

impl Unreadable {
    fn whole(problem: String, allowed: &str) -> Self {
        Self {
            text: String::new(),
            diagnostic: Box::new(Diagnostic::new("unreadable", "", None, problem, allowed)),
        }
    }
}

/// The text of a file in UTF-8; `allowed` says what file is wanted.
pub(crate) fn text(path: &Path, allowed: &str) -> Result<String, Unreadable> {
    if path.is_dir() {
        return Err(Unreadable::whole("this is a folder".to_owned(), allowed));
    }
    let refused = |error: std::io::Error| {
        let problem = match error.kind() {
            ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        Unreadable::whole(problem, allowed)
    };
    let mut bytes = Vec::new();
    // Not by the size the file claims: a pipe claims none.
    let mut file = File::open(path).map_err(refused)?.take(LARGEST + 1);
    file.read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Unreadable::whole(
            "the file is larger than 64 MiB".to_owned(),
            "at most 64 MiB",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let place = Some(Place::new(0, good..good));
        let problem = "the file is not UTF-8 from here on";
        let diagnostic = Box::new(Diagnostic::new("not_utf8", "", place, problem, "a text file in UTF-8"));
        Unreadable { text, diagnostic }
    })
}
