//! A market file as a tree in which every key and value knows where it was written.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::source::Place;

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// What TOML can say, as far as a market file needs it.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    /// An integer beyond 64 bits, as written.
    Huge(String),
    Boolean,
    Date,
    List(Vec<Node>),
    /// Entries in the order they were written.
    Table(Vec<Entry>),
}

/// A key of a table with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) node: Node,
}

impl Node {
    /// The tree of a whole document.
    pub(crate) fn document(source: u32, table: &DeTable<'_>) -> Self {
        Self {
            place: Place::new(source, 0..0),
            value: Value::Table(entries(source, 0, table)),
        }
    }

    /// The tree of a value whose text starts `offset` bytes into its source.
    pub(crate) fn from_toml(source: u32, offset: usize, span: Range<usize>, value: &DeValue<'_>) -> Self {
        let value = match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                .map_or_else(|_| Value::Huge(integer.to_string()), Value::Integer),
            DeValue::Float(float) => Value::Float(float.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(_) => Value::Boolean,
            DeValue::Datetime(_) => Value::Date,
            DeValue::Array(list) => Value::List(
                list.iter()
                    .map(|item| Self::from_toml(source, offset, item.span(), item.get_ref()))
                    .collect(),
            ),
            DeValue::Table(table) => Value::Table(entries(source, offset, table)),
        };
        Self {
            place: Place::new(source, span.start + offset..span.end + offset),
            value,
        }
    }

    /// What the value is, as a reader would call it.
    pub(crate) fn kind(&self) -> String {
        match &self.value {
            Value::Text(text) => format!("the text {}", shortened(text)),
            Value::Integer(integer) => format!("the whole number {integer}"),
            Value::Float(float) => format!("the number {float:?}"),
            Value::Huge(digits) => format!("the number {}", shortened(digits).replace('"', "")),
            Value::Boolean => "a boolean".to_owned(),
            Value::Date => "a date".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Table(_) => "a table".to_owned(),
        }
    }

    /// The entry of that name, if this is a table that has it.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|entry| entry.name == name),
            _ => None,
        }
    }

    /// The value of that name, if this is a table that has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.entry(name).map(|entry| &entry.node)
    }

    /// The node at `path` (`"prize.markov_chain.transition[2][1]"`), if there is one.
    pub(crate) fn at(&self, path: &str) -> Option<&Self> {
        path.split(['.', '['])
            .try_fold(self, |node, step| match step.strip_suffix(']') {
                Some(index) => node.list()?.get(index.parse::<usize>().ok()?),
                None => node.get(step),
            })
    }

    /// The place of `path` (`"prize.markov_chain.transition[2][1]"`), or of the part of it that exists.
    ///
    /// A table is pointed at by its name: the text of a `[header]` table is not in one piece.
    pub(crate) fn locate(&self, path: &str) -> Place {
        let mut node = self;
        let mut place = self.place;
        for step in path.split(['.', '[']) {
            let inner = match step.strip_suffix(']') {
                Some(index) => match (&node.value, index.parse::<usize>()) {
                    (Value::List(items), Ok(index)) => items.get(index).map(|item| (item.place, item)),
                    _ => None,
                },
                None => node.entry(step).map(|entry| (entry.place, &entry.node)),
            };
            let Some((key, found)) = inner else { break };
            node = found;
            place = match found.value {
                Value::Table(_) => key,
                _ => found.place,
            };
        }
        place
    }

    /// The number here; integers are numbers.
    pub(crate) fn number(&self) -> Option<f64> {
        match self.value {
            Value::Integer(integer) => Some(integer as f64),
            Value::Float(float) => Some(float),
            _ => None,
        }
    }

    /// The text here.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number ≥ 0 here.
    pub(crate) fn whole(&self) -> Option<u64> {
        match self.value {
            Value::Integer(integer) => u64::try_from(integer).ok(),
            _ => None,
        }
    }

    /// The items here.
    pub(crate) fn list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The numbers of the list here; `None` unless all are numbers.
    pub(crate) fn numbers(&self) -> Option<Vec<f64>> {
        self.list()?.iter().map(Self::number).collect()
    }

    /// The price here: a number, or a text that is one.
    pub(crate) fn price(&self) -> Option<f64> {
        self.number()
            .or_else(|| self.text()?.trim().parse().ok().filter(|x: &f64| x.is_finite()))
    }

    /// The same value without places; `None` where it holds what a market file cannot.
    pub(crate) fn to_toml(&self) -> Option<toml::Value> {
        Some(match &self.value {
            Value::Text(text) => toml::Value::String(text.clone()),
            Value::Integer(integer) => toml::Value::Integer(*integer),
            Value::Float(float) => toml::Value::Float(*float),
            Value::Huge(_) | Value::Boolean | Value::Date => return None,
            Value::List(items) => toml::Value::Array(items.iter().map(Self::to_toml).collect::<Option<_>>()?),
            Value::Table(entries) => toml::Value::Table(
                entries
                    .iter()
                    .map(|entry| Some((entry.name.clone(), entry.node.to_toml()?)))
                    .collect::<Option<_>>()?,
            ),
        })
    }
}

fn entries(source: u32, offset: usize, table: &DeTable<'_>) -> Vec<Entry> {
    let mut list: Vec<Entry> = table
        .iter()
        .map(|(name, item)| Entry {
            name: name.get_ref().to_string(),
            place: Place::new(source, name.span().start + offset..name.span().end + offset),
            node: Node::from_toml(source, offset, item.span(), item.get_ref()),
        })
        .collect();
    list.sort_by_key(|entry| entry.place);
    list
}

/// A text in quotes, cut where a message would become unreadable.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        format!("{text:?}")
    } else {
        let head: String = text.chars().take(MOST).collect();
        format!("{head:?}…")
    }
}
