//! The lines of `points.csv`: one a point and output.

use std::borrow::Cow;

use super::axis::AxisValue;
use super::file::Sweep;
use super::output::OutputValue;

/// What became of a point: its outputs, or why it has none.
pub type Outcome = Result<Vec<OutputValue>, String>;

/// The header line: `point`, the keys of the axes, `output`, `value`, `reason`.
#[must_use]
pub fn header(sweep: &Sweep) -> String {
    let keys = sweep.axes.iter().map(|axis| field(&axis.key).into_owned());
    let names = std::iter::once("point".to_owned()).chain(keys);
    let names: Vec<String> = names.chain(["output", "value", "reason"].map(str::to_owned)).collect();
    names.join(",") + "\n"
}

/// What the lines of a point begin with, one an output: all that is known before it is solved.
#[must_use]
pub fn beginnings(sweep: &Sweep, number: u64, values: &[AxisValue]) -> Vec<String> {
    let mut shared = number.to_string();
    for value in values {
        shared.push(',');
        shared.push_str(&field(&value.to_string()));
    }
    let line = |output: &str| format!("{shared},{output},");
    sweep.outputs.iter().map(|output| line(output.as_str())).collect()
}

/// The lines of a point.
#[must_use]
pub fn lines(sweep: &Sweep, number: u64, values: &[AxisValue], outcome: &Outcome) -> String {
    let mut text = String::new();
    for (index, beginning) in beginnings(sweep, number, values).into_iter().enumerate() {
        text.push_str(&beginning);
        match outcome {
            Ok(outputs) => {
                let value = outputs.get(index).map(OutputValue::to_string).unwrap_or_default();
                text.push_str(&field(&value));
                text.push_str(",\n");
            }
            Err(reason) => {
                text.push(',');
                // Without a reason a failure could not be told from an absent value.
                text.push_str(&field(if reason.is_empty() {
                    "no reason is known"
                } else {
                    reason
                }));
                text.push('\n');
            }
        }
    }
    text
}

/// A field, in quotes where it needs them; never over two lines, so that a line is a record.
fn field(text: &str) -> Cow<'_, str> {
    let text: Cow<'_, str> = if text.contains(['\n', '\r']) {
        Cow::Owned(text.replace(['\n', '\r'], " "))
    } else {
        Cow::Borrowed(text)
    };
    if text.contains([',', '"']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_are_quoted_only_where_they_must_be() {
        assert_eq!(field("plain text"), "plain text");
        assert_eq!(field("a, b"), "\"a, b\"");
        assert_eq!(field("say \"a\""), "\"say \"\"a\"\"\"");
        assert_eq!(field("two\nlines"), "two lines");
    }
}
