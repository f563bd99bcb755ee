//! The verdict along a parameter.

use serde::Serialize;

use super::table::{eth, significant};
use crate::spec::{Scalar, Setting};

/// The verdicts at one point of a sweep.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The keys and their values here.
    #[serde(serialize_with = "as_map")]
    pub settings: Vec<Setting>,
    /// Each claim's verdict.
    #[serde(serialize_with = "claims_as_map")]
    pub claims: Vec<(&'static str, Option<bool>)>,
    /// All claims together.
    pub equivalent: Option<bool>,
    /// Whether the holder is indifferent about some dates.
    pub indifferent: bool,
    /// ETH.
    pub seller_value: Option<f64>,
    /// ETH.
    pub spot_at_maturity_value: Option<f64>,
    /// Why the point has no answer.
    pub error: Option<String>,
}

/// A verdict that changes between two values of a key.
#[derive(Debug, Clone, Serialize)]
pub struct Flip {
    /// The claim, or `equivalent`.
    pub claim: &'static str,
    /// The other parameter, if there is one.
    #[serde(serialize_with = "as_map")]
    pub fixed: Vec<Setting>,
    /// The key that moves.
    pub key: String,
    /// The verdict at `low`.
    pub from: Option<bool>,
    /// The verdict at `high`.
    pub to: Option<bool>,
    /// The change lies between these.
    pub low: f64,
    /// See `low`.
    pub high: f64,
}

fn as_map<S: serde::Serializer>(settings: &[Setting], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(settings.iter().map(|setting| (&setting.key, &setting.value)))
}

fn claims_as_map<S: serde::Serializer>(
    claims: &[(&'static str, Option<bool>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(claims.iter().copied())
}

/// A line a point, then the thresholds.
#[must_use]
pub fn over(name: &str, rows: &[Row], flips: &[Flip]) -> String {
    let mut text = format!("{name}: is the ticket a spot auction at maturity?\n\n");
    for row in rows {
        let at: Vec<String> = row
            .settings
            .iter()
            .map(|s| format!("{} = {}", s.key, shown(&s.value)))
            .collect();
        let at = at.join(", ");
        match &row.error {
            Some(error) => text.push_str(&format!("  {at}: cannot be solved: {}\n", first_line(error))),
            None => {
                let marks: Vec<String> = row
                    .claims
                    .iter()
                    .map(|(claim, holds)| format!("{} {}", claim.replace('_', " "), word(*holds)))
                    .collect();
                text.push_str(&format!(
                    "  {at}: {}{}; {}; holder {}, spot {} ETH\n",
                    whole(row.equivalent),
                    if row.indifferent { " (indifferent)" } else { "" },
                    marks.join(", "),
                    row.seller_value.map_or_else(|| "–".to_owned(), eth),
                    row.spot_at_maturity_value.map_or_else(|| "–".to_owned(), eth),
                ));
            }
        }
    }
    text.push('\n');
    if flips.is_empty() {
        text.push_str("  no verdict changes on this range\n");
    }
    for flip in flips {
        let fixed: Vec<String> = flip.fixed.iter().map(|s| format!("{} = {}", s.key, s.value)).collect();
        let fixed = if fixed.is_empty() {
            String::new()
        } else {
            format!(" at {}", fixed.join(", "))
        };
        text.push_str(&format!(
            "  {}: {} up to {} = {}, {} from {}{fixed}\n",
            flip.claim.replace('_', " "),
            word(flip.from),
            flip.key,
            significant(flip.low, 8),
            word(flip.to),
            significant(flip.high, 8),
        ));
    }
    text
}

fn shown(value: &Scalar) -> String {
    match value {
        Scalar::Number(number) => significant(*number, 8),
        Scalar::Word(word) => word.clone(),
    }
}

fn word(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "holds",
        Some(false) => "fails",
        None => "–",
    }
}

fn whole(equivalent: Option<bool>) -> &'static str {
    match equivalent {
        Some(true) => "yes",
        Some(false) => "no",
        None => "no sale",
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
