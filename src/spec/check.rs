//! A tree against a table of keys: unknown, missing and misplaced keys, wrong types, numbers out of range.

use super::diagnostic::Diagnostic;
use super::key::{Key, Presence, Range, Shape, Table, quoted};
use super::source::Place;
use super::suggest::closest;
use super::tree::{Entry, Node, Value};

/// After this many faults, what was meant is no longer guessed.
const MOST_GUESSES: usize = 100;

/// What the check found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Faults that leave a value unreadable or a key out of place.
    pub(crate) structure: Vec<Diagnostic>,
    /// Numbers out of their key's range. The part they belong to says the same when it is built; these are for
    /// the parts that cannot be built.
    pub(crate) ranges: Vec<Diagnostic>,
}

/// Checks a document whose keys are those of `root`. `whole`: nothing of it was lost to syntax errors, so what is absent
/// is missing.
pub(crate) fn check(document: &Node, root: &'static Table, whole: bool) -> Findings {
    let mut check = Check {
        findings: Findings::default(),
        root,
        whole,
    };
    check.table(document, root, "", document.place);
    check.findings
}

struct Check {
    findings: Findings,
    root: &'static Table,
    whole: bool,
}

impl Check {
    fn note(&mut self, diagnostic: Diagnostic) {
        self.findings.structure.push(diagnostic);
    }

    fn table(&mut self, node: &Node, table: &'static Table, path: &str, header: Place) {
        let Value::Table(entries) = &node.value else {
            let what = if path.is_empty() { "the document" } else { path };
            let place = Some(node.place);
            self.note(Diagnostic::new("wrong_type", what, place, found(node), "a table"));
            return;
        };
        let mut meant = Vec::new();
        for entry in entries {
            let path = join(path, &entry.name);
            match table.key(&entry.name) {
                Some(key) => {
                    self.meaning(key, table, entry, node, &path);
                    self.value(&entry.node, key, &path, entry.place);
                }
                None => meant.extend(self.unknown(entry, table, &path)),
            }
        }
        if self.whole {
            self.missing(node, table, path, header, &meant);
        }
        self.exactly_one(entries, table, path, header, &meant);
    }

    /// Notes an unknown key; returns the names it may have been meant for, so that they are not missed as well.
    fn unknown(&mut self, entry: &Entry, table: &'static Table, path: &str) -> Vec<&'static str> {
        let names: Vec<&'static str> = table.keys.iter().map(|key| key.name).collect();
        // A file of another kind has millions of strange keys, and guesses take time.
        let guess = self.findings.structure.len() < MOST_GUESSES;
        let close = guess.then(|| closest(&entry.name, names.iter().copied())).flatten();
        let hint = match close {
            Some(name) => Some(format!("did you mean \"{name}\"?")),
            None if guess => elsewhere(self.root, &entry.name),
            None => None,
        };
        self.note(
            Diagnostic::new(
                "unknown_key",
                path,
                Some(entry.place),
                "there is no such key",
                names.join(", "),
            )
            .hint(hint),
        );
        let pure_choice = table.exactly_one.len() == table.keys.len();
        match close {
            // In a table of choices alone, any stranger stands for the choice that was meant.
            _ if pure_choice => table.exactly_one.to_vec(),
            Some(name) if table.exactly_one.contains(&name) => table.exactly_one.to_vec(),
            Some(name) => vec![name],
            None => Vec::new(),
        }
    }

    /// A key that means nothing given the word another key holds.
    fn meaning(&mut self, key: &Key, table: &Table, entry: &Entry, node: &Node, path: &str) {
        let Some(only) = key.only else { return };
        // The other key's own fault is enough.
        let Some(word) = word(node, table, only.key) else {
            return;
        };
        if word != only.word {
            let parent = path.strip_suffix(key.name).unwrap_or_default();
            self.note(
                Diagnostic::new(
                    "no_meaning",
                    path,
                    Some(entry.place),
                    format!("it has no meaning with {parent}{} = \"{word}\"", only.key),
                    format!("only with {parent}{} = \"{}\"", only.key, only.word),
                )
                .hint(Some(format!("remove it, or set {} = \"{}\"", only.key, only.word))),
            );
        }
    }

    fn missing(&mut self, node: &Node, table: &Table, path: &str, header: Place, meant: &[&str]) {
        for key in table.keys {
            let wanted = key.presence == Presence::Required
                && key
                    .only
                    .is_none_or(|only| word(node, table, only.key) == Some(only.word));
            if wanted && node.get(key.name).is_none() && !meant.contains(&key.name) {
                let kind = match key.shape {
                    Shape::Table(_) => "table",
                    _ => "key",
                };
                self.note(
                    Diagnostic::new(
                        match key.shape {
                            Shape::Table(_) => "missing_table",
                            _ => "missing_key",
                        },
                        join(path, key.name),
                        Some(header),
                        format!("this {kind} is missing"),
                        key.shape.to_string(),
                    )
                    .hint(Some(key.doc.to_owned())),
                );
            }
        }
    }

    fn exactly_one(&mut self, entries: &[Entry], table: &Table, path: &str, header: Place, meant: &[&str]) {
        if table.exactly_one.is_empty() {
            return;
        }
        let chosen: Vec<&Entry> = entries
            .iter()
            .filter(|entry| table.exactly_one.contains(&entry.name.as_str()))
            .collect();
        let allowed = format!("exactly one of {}", table.exactly_one.join(", "));
        match chosen.as_slice() {
            [] if self.whole && !table.exactly_one.iter().any(|name| meant.contains(name)) => {
                let problem = "none of its choices is given";
                self.note(Diagnostic::new("missing_key", path, Some(header), problem, allowed));
            }
            [] | [_] => {}
            [first, others @ ..] => {
                for other in others {
                    self.note(
                        Diagnostic::new(
                            "exactly_one",
                            join(path, &other.name),
                            Some(other.place),
                            format!("given beside {}", join(path, &first.name)),
                            allowed.clone(),
                        )
                        .hint(Some("remove all but one of them".to_owned())),
                    );
                }
            }
        }
    }

    fn value(&mut self, node: &Node, key: &Key, path: &str, header: Place) {
        if let Value::Huge(digits) = &node.value {
            let problem = format!("{} does not fit in 64 bits", super::tree::shortened(digits));
            let allowed = key.shape.to_string();
            let place = Some(node.place);
            self.note(Diagnostic::new("out_of_range", path, place, problem, allowed));
            return;
        }
        let right = match key.shape {
            Shape::Table(table) | Shape::WholeOrTable(_, _, table) if matches!(node.value, Value::Table(_)) => {
                self.table(node, table, path, header);
                true
            }
            Shape::Table(_) => false,
            Shape::Number(range) => self.number(node, range, path),
            Shape::Whole(least, most) | Shape::WholeOrTable(least, most, _) => self.whole(node, least, most, path),
            Shape::Text | Shape::File => node.text().is_some(),
            Shape::Words(words) => self.word(node, words, path),
            Shape::Price(words) => self.price(node, words, path),
            Shape::Numbers(range) => self.numbers(node, range, path),
            Shape::Matrix(range) => self.matrix(node, range, path),
            Shape::Texts | Shape::WordList(_) | Shape::Scalars => self.items(node, &key.shape, path),
            Shape::Tables(table) => self.tables(node, table, path),
        };
        if !right {
            self.wrong_type(node, &key.shape.to_string(), path);
        }
    }

    fn wrong_type(&mut self, node: &Node, allowed: &str, path: &str) {
        let hint = node
            .text()
            .filter(|text| text.trim().parse::<f64>().is_ok())
            .map(|_| "write the number without quotes".to_owned());
        let place = Some(node.place);
        self.note(Diagnostic::new("wrong_type", path, place, found(node), allowed).hint(hint));
    }

    fn number(&mut self, node: &Node, range: Range, path: &str) -> bool {
        let Some(number) = node.number() else {
            return false;
        };
        if !range.contains(number) {
            self.out_of_range(node, &format!("{number}"), &range.to_string(), path);
        }
        true
    }

    fn out_of_range(&mut self, node: &Node, value: &str, allowed: &str, path: &str) {
        self.findings.ranges.push(Diagnostic::new(
            "out_of_range",
            path,
            Some(node.place),
            format!("{value} is out of range"),
            allowed,
        ));
    }

    fn whole(&mut self, node: &Node, least: u64, most: u64, path: &str) -> bool {
        let Value::Integer(integer) = node.value else {
            return false;
        };
        let allowed = format!("a whole number from {least} to {most}");
        match u64::try_from(integer) {
            Ok(whole) if (least..=most).contains(&whole) => {}
            Ok(_) => self.out_of_range(node, &integer.to_string(), &allowed, path),
            // A negative number cannot be handed to the part at all.
            Err(_) => self.note(Diagnostic::new(
                "out_of_range",
                path,
                Some(node.place),
                format!("{integer} is out of range"),
                allowed,
            )),
        }
        true
    }

    fn word(&mut self, node: &Node, words: &[&'static str], path: &str) -> bool {
        let Some(text) = node.text() else {
            return false;
        };
        if !words.contains(&text) {
            self.unknown_word(node, text, words, &quoted(words), path);
        }
        true
    }

    fn unknown_word(&mut self, node: &Node, text: &str, words: &[&'static str], allowed: &str, path: &str) {
        let problem = format!("{} is not one of its words", super::tree::shortened(text));
        let hint = closest(text, words.iter().copied()).map(|word| format!("did you mean \"{word}\"?"));
        let place = Some(node.place);
        self.note(Diagnostic::new("unknown_word", path, place, problem, allowed).hint(hint));
    }

    fn price(&mut self, node: &Node, words: &[&'static str], path: &str) -> bool {
        let allowed = Shape::Price(&["none", "optimal"]).to_string();
        match (node.price(), node.text()) {
            (Some(price), _) => {
                if !Range::NOT_NEGATIVE.contains(price) {
                    self.out_of_range(node, &price.to_string(), &allowed, path);
                }
                true
            }
            (None, Some(text)) => {
                if !words.contains(&text) {
                    self.unknown_word(node, text, words, &allowed, path);
                }
                true
            }
            (None, None) => false,
        }
    }

    fn numbers(&mut self, node: &Node, range: Range, path: &str) -> bool {
        let Some(items) = node.list() else {
            return false;
        };
        for (index, item) in items.iter().enumerate() {
            // The path is built only for what is wrong: a matrix may have millions of entries.
            match item.number() {
                Some(x) if range.contains(x) => {}
                Some(_) => {
                    self.number(item, range, &format!("{path}[{index}]"));
                }
                None => self.wrong_type(item, &range.to_string(), &format!("{path}[{index}]")),
            }
        }
        true
    }

    /// The entries of a list of texts, words or scalars.
    fn items(&mut self, node: &Node, shape: &Shape, path: &str) -> bool {
        let Some(items) = node.list() else {
            return false;
        };
        for (index, item) in items.iter().enumerate() {
            let path = || format!("{path}[{index}]");
            let right = match (shape, item.number()) {
                (Shape::Scalars, Some(x)) if Range::FINITE.contains(x) => true,
                (Shape::Scalars, Some(_)) => self.number(item, Range::FINITE, &path()),
                (Shape::WordList(words), _) => self.word(item, words, &path()),
                _ => item.text().is_some(),
            };
            if !right {
                let allowed = match shape {
                    Shape::WordList(words) => quoted(words),
                    Shape::Scalars => "a finite number, or a word in quotes".to_owned(),
                    _ => Shape::Text.to_string(),
                };
                self.wrong_type(item, &allowed, &path());
            }
        }
        true
    }

    fn tables(&mut self, node: &Node, table: &'static Table, path: &str) -> bool {
        let Some(items) = node.list() else {
            return false;
        };
        for (index, item) in items.iter().enumerate() {
            self.table(item, table, &format!("{path}[{index}]"), item.place);
        }
        true
    }

    fn matrix(&mut self, node: &Node, range: Range, path: &str) -> bool {
        let Some(rows) = node.list() else {
            return false;
        };
        for (index, row) in rows.iter().enumerate() {
            let path = format!("{path}[{index}]");
            if !self.numbers(row, range, &path) {
                self.wrong_type(row, &format!("a list, each entry {range}"), &path);
            }
        }
        true
    }
}

/// The word a key holds, or its default; `None` when it holds no word of its own.
fn word<'a>(node: &'a Node, table: &Table, name: &str) -> Option<&'a str> {
    let key = table.key(name)?;
    let Shape::Words(words) = key.shape else {
        return None;
    };
    match (node.get(name), key.presence) {
        (Some(value), _) => value.text().filter(|text| words.contains(text)),
        (None, Presence::Default(default)) => Some(default),
        (None, _) => None,
    }
}

/// Where in the file a key of that name would be right.
fn elsewhere(root: &Table, name: &str) -> Option<String> {
    let paths: Vec<String> = root
        .paths()
        .into_iter()
        .filter(|(_, key)| key.name == name)
        .map(|(path, _)| path)
        .collect();
    match paths.as_slice() {
        [] => None,
        [first, ..] if paths.len() <= 3 => Some(match paths.len() {
            1 => format!("did you mean {first}?"),
            _ => format!("did you mean one of {}?", paths.join(", ")),
        }),
        _ => None,
    }
}

fn found(node: &Node) -> String {
    format!("found {}", node.kind())
}

fn join(path: &str, name: &str) -> String {
    // A name from the file may hold anything, quotes and line ends included.
    let plain = !name.is_empty() && name.len() <= 64 && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
    let name = if plain {
        name.to_owned()
    } else {
        super::tree::shortened(name)
    };
    if path.is_empty() {
        name
    } else {
        format!("{path}.{name}")
    }
}
