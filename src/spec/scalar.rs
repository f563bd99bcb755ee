//! A value that a program, not a reader, gives to one key: a number or a word.

use std::fmt;

use serde::{Serialize, Serializer};

use super::source::Place;
use super::tree::{Node, Value};

/// Numbers up to here that have no fraction are handed on as whole numbers: beyond, neighbours are further apart than 1.
const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A number or a word, as the value of one key.
///
/// Numbers without a fraction stand for whole ones: a number of buyers may be set to 5.0.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A finite number.
    Number(f64),
    /// A word, such as `"first_price"`.
    Word(String),
}

impl Scalar {
    /// The number, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Word(_) => None,
        }
    }

    /// The value as it would be read from source number `source`, where its text starts at byte `start`.
    pub(crate) fn node(&self, source: u32, start: usize) -> Node {
        let value = match self {
            Self::Word(word) => Value::Text(word.clone()),
            Self::Number(x) if x.fract() == 0.0 && x.abs() <= MOST_WHOLE => Value::Integer(*x as i64),
            Self::Number(x) => Value::Float(*x),
        };
        Node {
            place: Place::new(source, start..start + self.to_string().len()),
            value,
        }
    }
}

impl From<f64> for Scalar {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl fmt::Display for Scalar {
    /// The number in the shortest form that reads back as itself, or the word without quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Word(word) => serializer.serialize_str(word),
        }
    }
}
