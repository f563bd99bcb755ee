//! What a key of a file may hold, said once for the decoder, `--set` and the JSON schema.

use std::fmt;

/// Which finite numbers a key accepts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The lower end, and whether it belongs to the range.
    pub from: Option<(f64, bool)>,
    /// The upper end, and whether it belongs to the range.
    pub to: Option<(f64, bool)>,
}

impl Range {
    /// Every finite number.
    pub const FINITE: Self = Self { from: None, to: None };
    /// At least 0.
    pub const NOT_NEGATIVE: Self = Self {
        from: Some((0.0, true)),
        to: None,
    };
    /// Above 0.
    pub const POSITIVE: Self = Self {
        from: Some((0.0, false)),
        to: None,
    };
    /// From 0 to 1.
    pub const PROBABILITY: Self = Self {
        from: Some((0.0, true)),
        to: Some((1.0, true)),
    };
    /// Above 0, at most 1.
    pub const FRACTION: Self = Self::above(0.0).up_to(1.0);

    /// Above `end`.
    #[must_use]
    pub const fn above(end: f64) -> Self {
        Self {
            from: Some((end, false)),
            to: None,
        }
    }

    /// The same, at most `end`.
    #[must_use]
    pub const fn up_to(mut self, end: f64) -> Self {
        self.to = Some((end, true));
        self
    }

    /// The same, below `end`.
    #[must_use]
    pub const fn below(mut self, end: f64) -> Self {
        self.to = Some((end, false));
        self
    }

    /// Whether a number is finite and inside.
    #[must_use]
    pub fn contains(&self, x: f64) -> bool {
        let low = self.from.is_none_or(|(end, closed)| x > end || (closed && x >= end));
        let high = self.to.is_none_or(|(end, closed)| x < end || (closed && x <= end));
        x.is_finite() && low && high
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (Some((low, true)), Some((high, true))) => write!(f, "a number from {low} to {high}"),
            (Some((low, false)), Some((high, false))) => {
                write!(f, "a number strictly between {low} and {high}")
            }
            (low, high) => {
                f.write_str("a finite number")?;
                if let Some((low, closed)) = low {
                    write!(f, " {} {low}", if closed { "at least" } else { "above" })?;
                }
                if low.is_some() && high.is_some() {
                    f.write_str(",")?;
                }
                if let Some((high, closed)) = high {
                    write!(f, " {} {high}", if closed { "at most" } else { "below" })?;
                }
                Ok(())
            }
        }
    }
}

/// The type of a key's value.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A number; integers are numbers.
    Number(Range),
    /// A whole number between two ends, both allowed.
    Whole(u64, u64),
    /// Any text.
    Text,
    /// The path of a file, relative to the file that names it.
    File,
    /// One of these words.
    Words(&'static [&'static str]),
    /// One of these words, or a price ≥ 0.
    Price(&'static [&'static str]),
    /// A list of numbers.
    Numbers(Range),
    /// A list of lists of numbers.
    Matrix(Range),
    /// A list of texts.
    Texts,
    /// A list of these words.
    WordList(&'static [&'static str]),
    /// A list of finite numbers and texts.
    Scalars,
    /// A table.
    Table(&'static Table),
    /// A list of tables, written `[[name]]`.
    Tables(&'static Table),
    /// A whole number, or a table for a law of numbers.
    WholeOrTable(u64, u64, &'static Table),
}

impl Shape {
    /// The table a value of this shape may be.
    #[must_use]
    pub fn table(&self) -> Option<&'static Table> {
        match self {
            Self::Table(table) | Self::WholeOrTable(_, _, table) => Some(table),
            _ => None,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(range) => range.fmt(f),
            Self::Whole(least, most) => write!(f, "a whole number from {least} to {most}"),
            Self::Text => f.write_str("a text in quotes"),
            Self::File => f.write_str("the path of a file in quotes, relative to this one"),
            Self::Words(words) => f.write_str(&quoted(words)),
            Self::Price(words) => write!(f, "{} or a price in ETH, at least 0", quoted(words)),
            Self::Numbers(range) => write!(f, "a list, each entry {range}"),
            Self::Matrix(range) => write!(f, "a list of lists, each entry {range}"),
            Self::Texts => f.write_str("a list of texts in quotes"),
            Self::WordList(words) => write!(f, "a list of {}", quoted(words)),
            Self::Scalars => f.write_str("a list of finite numbers, or of words in quotes"),
            Self::Tables(_) => f.write_str("a list of tables, each under its name in double brackets"),
            Self::Table(table) => match table.exactly_one {
                [] => f.write_str("a table"),
                names => write!(f, "a table with exactly one of {}", names.join(", ")),
            },
            Self::WholeOrTable(least, most, table) => write!(
                f,
                "a whole number from {least} to {most}, or a table with exactly one of {}",
                table.exactly_one.join(", ")
            ),
        }
    }
}

/// Words as they are written in a file, for messages.
#[must_use]
pub fn quoted(words: &[&str]) -> String {
    let list: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    list.join(" | ")
}

/// Whether a key may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It may not.
    Required,
    /// It may, and then the thing it describes is absent.
    Optional,
    /// It may, and then this is meant.
    Default(&'static str),
}

/// A key has a meaning only when a key beside it holds a certain word.
#[derive(Debug, Clone, Copy)]
pub struct Only {
    /// The key beside it.
    pub key: &'static str,
    /// The word it must hold.
    pub word: &'static str,
}

/// One key of a file.
#[derive(Debug)]
pub struct Key {
    /// Its name in its table.
    pub name: &'static str,
    /// What it may hold.
    pub shape: Shape,
    /// Whether it may be left out.
    pub presence: Presence,
    /// When it has a meaning; `None`: always.
    pub only: Option<Only>,
    /// One line for the reader of the schema.
    pub doc: &'static str,
}

impl Key {
    /// A key that must be given.
    #[must_use]
    pub const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self {
            name,
            shape,
            presence: Presence::Required,
            only: None,
            doc,
        }
    }

    /// A key that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        let mut key = Self::required(name, shape, doc);
        key.presence = Presence::Optional;
        key
    }

    /// A key that may be left out and then means `default`.
    #[must_use]
    pub const fn or(mut self, default: &'static str) -> Self {
        self.presence = Presence::Default(default);
        self
    }

    /// The same key, with a meaning only when `key` beside it holds `word`.
    #[must_use]
    pub const fn only(mut self, key: &'static str, word: &'static str) -> Self {
        self.only = Some(Only { key, word });
        self
    }
}

/// The keys of one table.
#[derive(Debug)]
pub struct Table {
    /// Every key it may have, in the order they are shown.
    pub keys: &'static [Key],
    /// Names of which exactly one must stand in the table; empty: no such rule.
    pub exactly_one: &'static [&'static str],
}

impl Table {
    /// The key of that name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// Every path below this table with its key, in order.
    #[must_use]
    pub fn paths(&self) -> Vec<(String, &'static Key)> {
        let mut list = Vec::new();
        for key in self.keys {
            list.push((key.name.to_owned(), key));
            let items = match key.shape {
                Shape::Tables(table) => Some(table),
                _ => None,
            };
            if let Some(table) = key.shape.table().or(items) {
                list.extend(
                    table
                        .paths()
                        .into_iter()
                        .map(|(path, inner)| (format!("{}.{path}", key.name), inner)),
                );
            }
        }
        list
    }
}
