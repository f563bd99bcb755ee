//! The JSON Schema (2020-12) of a file, from its table of keys.

use serde_json::{Map, Value, json};

use super::key::{Key, Presence, Range, Shape, Table};

/// The schema of files with these keys.
///
/// It says what one key may hold and which keys exclude each other. What several numbers must satisfy together (a
/// row that sums to one, lower below upper) is beyond it: such a file is refused when it is read.
#[must_use]
pub fn schema(keys: &Table, title: &str, description: &str) -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
    });
    merge(&mut schema, table(keys));
    schema
}

fn table(table: &Table) -> Value {
    let properties: Map<String, Value> = table
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), described(key)))
        .collect();
    let required: Vec<&str> = table
        .keys
        .iter()
        .filter(|key| key.presence == Presence::Required && key.only.is_none())
        .map(|key| key.name)
        .collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    let choices: Vec<Value> = table
        .exactly_one
        .iter()
        .map(|name| json!({ "required": [name] }))
        .collect();
    let conditions: Vec<Value> = table.keys.iter().filter_map(|key| condition(table, key)).collect();
    if !choices.is_empty() {
        merge(&mut schema, json!({ "oneOf": choices }));
    }
    if !conditions.is_empty() {
        merge(&mut schema, json!({ "allOf": conditions }));
    }
    schema
}

/// A key that has a meaning only beside a certain word.
fn condition(table: &Table, key: &Key) -> Option<Value> {
    let only = key.only?;
    let default = table.key(only.key).map(|other| other.presence);
    let mut holds = json!({ "properties": { only.key: { "const": only.word } } });
    if default != Some(Presence::Default(only.word)) {
        merge(&mut holds, json!({ "required": [only.key] }));
    }
    let mut rule = json!({ "if": holds });
    if key.presence == Presence::Required {
        merge(&mut rule, json!({ "then": { "required": [key.name] } }));
    }
    merge(&mut rule, json!({ "else": { "properties": { key.name: false } } }));
    Some(rule)
}

fn described(key: &Key) -> Value {
    let mut schema = shape(&key.shape);
    merge(&mut schema, json!({ "description": key.doc }));
    if let Presence::Default(default) = key.presence {
        let default = default
            .parse::<f64>()
            .map_or_else(|_| json!(default), |number| json!(number));
        merge(&mut schema, json!({ "default": default }));
    }
    schema
}

fn shape(shape: &Shape) -> Value {
    match *shape {
        Shape::Number(range) => number(range),
        Shape::Whole(least, most) => whole(least, most),
        Shape::Text | Shape::File => json!({ "type": "string" }),
        Shape::Words(words) => json!({ "enum": words }),
        Shape::Price(words) => json!({
            "anyOf": [
                { "enum": words },
                number(Range::NOT_NEGATIVE),
                { "type": "string", "pattern": r"^\s*\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$" },
            ]
        }),
        Shape::Numbers(range) => list(&number(range)),
        Shape::Matrix(range) => list(&list(&number(range))),
        Shape::Texts => list(&json!({ "type": "string" })),
        Shape::WordList(words) => list(&json!({ "enum": words })),
        Shape::Scalars => list(&json!({ "type": ["number", "string"] })),
        Shape::Table(keys) => table(keys),
        Shape::Tables(keys) => list(&table(keys)),
        Shape::WholeOrTable(least, most, keys) => {
            json!({ "anyOf": [whole(least, most), table(keys)] })
        }
    }
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items, "minItems": 1 })
}

fn whole(least: u64, most: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

fn number(range: Range) -> Value {
    let mut schema = json!({ "type": "number" });
    if let Some((end, closed)) = range.from {
        let name = if closed { "minimum" } else { "exclusiveMinimum" };
        merge(&mut schema, json!({ name: end }));
    }
    if let Some((end, closed)) = range.to {
        let name = if closed { "maximum" } else { "exclusiveMaximum" };
        merge(&mut schema, json!({ name: end }));
    }
    schema
}

/// Adds the members of one object to another.
fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
