//! `--set key.path=value`: the tree with values from the command line.
//!
//! * The value is read as TOML where it is TOML (`0.2`, `"optimal"`, `[1, 2]`, `{ mean = 3 }`), else as a text
//!   without quotes (`optimal`).
//! * A choice replaces its siblings: `prize.constant.value=1` removes another prize table,
//!   `buyers.cost.power.exponent=2` another cost law, `holder.discount_rate=0.1` a discount factor. Keys that the
//!   old and the new choice share (`lower` and `upper` of cost laws) are kept unless the new table is given whole.
//! * A word that takes away the meaning of another key of the file (`ticket.exercise=american` that of
//!   `draw_probability`) removes that key.
//! * `states[1]=2.5` replaces one entry of a list, `transition[0][1]=0.5` one of a matrix.

use std::mem::discriminant;
use std::ops::Range;

use toml::de::DeValue;

use super::diagnostic::Diagnostic;
use super::key::{Key, Shape, Table};
use super::keys::MARKET;
use super::scalar::Scalar;
use super::source::Place;
use super::suggest::closest;
use super::tree::{Entry, Node, Value, shortened};

/// Why an argument cannot be applied; boxed because it is large and rare.
pub(crate) type Refusal = Box<Diagnostic>;

/// Applies the argument `text`, source number `source`, to a document.
pub(crate) fn apply(document: &mut Node, source: u32, text: &str) -> Result<(), Refusal> {
    let argument = Argument { source, text };
    let Some(equals) = text.find('=') else {
        let problem = "there is no \"=\"".to_owned();
        return Err(argument.fault("set_syntax", 0..text.len(), problem, FORM));
    };
    let path = argument.steps(&text[..equals])?;
    argument.set(document, &path, Given::Text(equals + 1))
}

/// Sets `key` to a value, as `--set` would; places count from the start of the key in source number `source`.
pub(crate) fn put(document: &mut Node, source: u32, key: &str, value: &Scalar) -> Result<(), Refusal> {
    let argument = Argument { source, text: key };
    let path = argument.steps(key)?;
    argument.set(document, &path, Given::Scalar(value))
}

/// What `--set` expects.
const FORM: &str = "key.path=value, e.g. buyers.count=7";

/// The value of an argument.
#[derive(Clone, Copy)]
enum Given<'v> {
    /// Its text, from this byte of the argument on.
    Text(usize),
    /// The value itself.
    Scalar(&'v Scalar),
}

/// One name of a path with the indices behind it.
struct Step<'t> {
    name: &'t str,
    span: Range<usize>,
    indices: Vec<usize>,
}

struct Argument<'t> {
    source: u32,
    text: &'t str,
}

impl<'t> Argument<'t> {
    fn fault(&self, code: &'static str, span: Range<usize>, problem: String, allowed: &str) -> Refusal {
        let place = Some(Place::new(self.source, span));
        Box::new(Diagnostic::new(code, "", place, problem, allowed))
    }

    /// The steps of a path.
    fn steps(&self, path: &'t str) -> Result<Vec<Step<'t>>, Refusal> {
        let mut steps = Vec::new();
        let mut start = 0;
        for part in path.split('.') {
            let span = start..start + part.len();
            start = span.end + 1;
            let wrong = || {
                let problem = format!("{} is not a key", shortened(part.trim()));
                self.fault("set_syntax", span.clone(), problem, FORM)
            };
            let (name, indices) = indexed(part.trim()).ok_or_else(wrong)?;
            steps.push(Step {
                name,
                span: span.clone(),
                indices,
            });
        }
        Ok(steps)
    }

    fn set(&self, document: &mut Node, path: &[Step<'_>], given: Given<'_>) -> Result<(), Refusal> {
        let mut table = &MARKET;
        let mut node = document;
        for (depth, step) in path.iter().enumerate() {
            let key = table.key(step.name).ok_or_else(|| self.unknown(path, depth, table))?;
            let place = Place::new(self.source, step.span.clone());
            if depth + 1 == path.len() {
                let value = match given {
                    Given::Text(start) => self.value(start, key)?,
                    Given::Scalar(scalar) => self.scalar(scalar, key),
                };
                return self.put(
                    node,
                    table,
                    key,
                    step,
                    Entry {
                        name: key.name.to_owned(),
                        place,
                        node: value,
                    },
                );
            }
            let inner = key.shape.table().filter(|_| step.indices.is_empty());
            let Some(inner) = inner else {
                let problem = format!("{} has no keys of its own", joined(&path[..=depth]));
                return Err(self.fault("unknown_key", step.span.clone(), problem, &key.shape.to_string()));
            };
            let Some(entered) = enter(node, table, key, place) else {
                return Ok(());
            };
            node = entered;
            table = inner;
        }
        Ok(())
    }

    fn unknown(&self, path: &[Step<'_>], depth: usize, table: &Table) -> Diagnostic {
        let names: Vec<&str> = table.keys.iter().map(|key| key.name).collect();
        let step = &path[depth];
        let problem = format!("there is no key {}", shortened(&joined(&path[..=depth])));
        let rest = |name: &str| {
            let steps = path[..depth].iter().map(|step| step.name);
            let behind = path[depth + 1..].iter().map(|step| step.name);
            let all: Vec<&str> = steps.chain([name]).chain(behind).collect();
            all.join(".")
        };
        let hint = closest(step.name, names.iter().copied())
            .map(rest)
            .or_else(|| ending(&joined(&path[depth..])))
            .map(|path| format!("did you mean {path}?"));
        self.fault("unknown_key", step.span.clone(), problem, &names.join(", "))
            .hint(hint)
    }

    /// A value that is known; a column called 2024 is a text.
    fn scalar(&self, scalar: &Scalar, key: &Key) -> Node {
        let text_wanted = matches!(key.shape, Shape::Text | Shape::File);
        let word = text_wanted.then(|| Scalar::Word(scalar.to_string()));
        word.as_ref().unwrap_or(scalar).node(self.source, self.text.len() + 1)
    }

    /// The value from byte `start` of the argument on.
    fn value(&self, start: usize, key: &Key) -> Result<Node, Refusal> {
        let text = self.text[start..].trim_end();
        let start = start + (text.len() - text.trim_start().len());
        let text = text.trim_start();
        let bare = Node {
            place: Place::new(self.source, start..start + text.len()),
            value: Value::Text(text.to_owned()),
        };
        let (parsed, errors) = DeValue::parse_recoverable(text);
        if let Some(error) = errors.first() {
            // What opens like a list, a table or a quoted text was meant as TOML.
            if text.starts_with(['[', '{', '"', '\'']) {
                let span = error.span().unwrap_or(0..text.len());
                let span = span.start + start..span.end + start;
                return Err(self.fault("set_syntax", span, error.message().to_owned(), &key.shape.to_string()));
            }
            return Ok(bare);
        }
        let node = Node::from_toml(self.source, start, parsed.span(), parsed.get_ref());
        // A column called 2024 needs no quotes here.
        let text_wanted = matches!(key.shape, Shape::Text | Shape::File);
        Ok(if text_wanted && node.text().is_none() {
            bare
        } else {
            node
        })
    }

    /// Puts the last key of a path into its table.
    fn put(&self, node: &mut Node, table: &Table, key: &Key, step: &Step<'_>, entry: Entry) -> Result<(), Refusal> {
        if !step.indices.is_empty() {
            return self.put_item(node, key, step, entry.node);
        }
        let Value::Table(entries) = &mut node.value else {
            return Ok(());
        };
        let loses_meaning = |other: &Entry| {
            other.place.in_file()
                && table
                    .key(&other.name)
                    .and_then(|other| other.only)
                    .is_some_and(|only| only.key == key.name && entry.node.text().is_some_and(|word| word != only.word))
        };
        entries
            .retain(|other| other.name != key.name && !rivals(table, key.name, &other.name) && !loses_meaning(other));
        entries.push(entry);
        Ok(())
    }

    /// Replaces one entry of a list, or of a list in a list.
    fn put_item(&self, node: &mut Node, key: &Key, step: &Step<'_>, value: Node) -> Result<(), Refusal> {
        let most = match key.shape {
            Shape::Numbers(_) => 1,
            Shape::Matrix(_) => 2,
            _ => 0,
        };
        let fault = |problem: String| Err(self.fault("set_index", step.span.clone(), problem, &key.shape.to_string()));
        if step.indices.len() > most {
            return fault(format!("{} has no such entries", step.name));
        }
        let entry = match &mut node.value {
            Value::Table(entries) => entries.iter_mut().find(|entry| entry.name == key.name),
            _ => None,
        };
        let Some(entry) = entry else {
            return fault(format!(
                "{} is not in the file: there is no entry to replace",
                step.name
            ));
        };
        let mut target = &mut entry.node;
        for index in &step.indices {
            let Value::List(items) = &mut target.value else {
                return fault(format!("{} in the file is not a list there", step.name));
            };
            let length = items.len();
            let Some(item) = items.get_mut(*index) else {
                return fault(format!("there is no entry {index}: the first of {length} is entry 0"));
            };
            target = item;
        }
        *target = value;
        Ok(())
    }
}

/// The table `key` of a table, made if need be, with its rivals removed.
fn enter<'n>(node: &'n mut Node, table: &Table, key: &Key, place: Place) -> Option<&'n mut Node> {
    if !matches!(node.value, Value::Table(_)) {
        node.value = Value::Table(Vec::new());
    }
    let Value::Table(entries) = &mut node.value else {
        return None;
    };
    let is_table = |entry: &Entry| matches!(entry.node.value, Value::Table(_));
    let mut kept = Vec::new();
    let mut index = 0;
    while index < entries.len() {
        let name = entries[index].name.as_str();
        if rivals(table, key.name, name) {
            let old = entries.remove(index);
            kept.extend(shared(old, table, key));
        } else if name == key.name && !is_table(&entries[index]) {
            // count = 2 makes room for count.poisson.
            entries.remove(index);
        } else {
            index += 1;
        }
    }
    let found = entries.iter().position(|entry| entry.name == key.name);
    let index = found.unwrap_or_else(|| {
        entries.push(Entry {
            name: key.name.to_owned(),
            place,
            node: Node {
                place,
                value: Value::Table(kept),
            },
        });
        entries.len() - 1
    });
    entries.get_mut(index).map(|entry| &mut entry.node)
}

/// Whether two different names of a table exclude each other.
fn rivals(table: &Table, name: &str, other: &str) -> bool {
    name != other && table.exactly_one.contains(&name) && table.exactly_one.contains(&other)
}

/// The entries of an old choice that the new one has too, as the same type.
fn shared(old: Entry, table: &Table, new: &Key) -> Vec<Entry> {
    let tables = (
        table.key(&old.name).and_then(|key| key.shape.table()),
        new.shape.table(),
    );
    let (Value::Table(entries), (Some(before), Some(after))) = (old.node.value, tables) else {
        return Vec::new();
    };
    entries
        .into_iter()
        .filter(|entry| match (before.key(&entry.name), after.key(&entry.name)) {
            (Some(a), Some(b)) => a.doc == b.doc && discriminant(&a.shape) == discriminant(&b.shape),
            _ => false,
        })
        .collect()
}

/// The path of the file that ends like this one, if there is only one.
fn ending(path: &str) -> Option<String> {
    let end = format!(".{path}");
    let mut found = MARKET
        .paths()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.ends_with(&end));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn joined(steps: &[Step<'_>]) -> String {
    let names: Vec<&str> = steps.iter().map(|step| step.name).collect();
    names.join(".")
}

/// `transition[0][1]` in its parts; `None` if it is not a name with indices.
fn indexed(part: &str) -> Option<(&str, Vec<usize>)> {
    let (name, rest) = part.split_at(part.find('[').unwrap_or(part.len()));
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    if rest.is_empty() {
        return Some((name, Vec::new()));
    }
    let inside = rest.strip_prefix('[')?.strip_suffix(']')?;
    let indices: Option<Vec<usize>> = inside.split("][").map(|index| index.parse().ok()).collect();
    Some((name, indices?))
}
