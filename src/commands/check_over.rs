//! `etm check --over KEY=a:b:n`: the verdict along one or two parameters, and where it flips.

use serde::Serialize;
use serde_json::json;

use super::{CommandError, Status, Terminal};
use crate::cli::CheckArgs;
use crate::evaluate::{Evaluation, EvaluationError, Evaluator};
use crate::report::{Counter, Flip, Row, over};
use crate::spec::Setting;

/// How closely a threshold is found, relative to itself.
const THRESHOLD: f64 = 1e-6;
/// The most points of an axis.
const MOST_POINTS: usize = 100_000;

/// An axis of the sweep.
struct Axis {
    key: String,
    values: Vec<f64>,
}

/// The verdicts at one point: one a claim, then all together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdicts(Vec<(&'static str, Option<bool>)>);

/// Judges the market along the axes and bisects where a verdict changes between neighbours on the first.
///
/// # Errors
/// Axes that make no sense; a market file that is wrong without them.
pub fn run(args: &CheckArgs, terminal: Terminal) -> Result<Status, CommandError> {
    let axes = axes(&args.over)?;
    let evaluator = Evaluator::new(&args.market.market, &args.market.set)?;
    let lines: Vec<Vec<Setting>> = match axes.get(1) {
        None => vec![Vec::new()],
        Some(second) => second
            .values
            .iter()
            .map(|&value| {
                vec![Setting {
                    key: second.key.clone(),
                    value: value.into(),
                }]
            })
            .collect(),
    };
    let total = (lines.len() * axes[0].values.len()) as u64;
    let counter = Counter::new("points", total, terminal.is_quiet());
    let (mut rows, mut flips, mut done) = (Vec::new(), Vec::new(), 0);
    for fixed in &lines {
        let mut before: Option<(f64, Verdicts)> = None;
        for &value in &axes[0].values {
            let settings = at(fixed, &axes[0].key, value);
            let answer = evaluator.at(&settings);
            done += 1;
            counter.at(done);
            let verdicts = answer.as_ref().ok().map(verdicts);
            if let (Some((from, old)), Some(new)) = (&before, &verdicts) {
                flips.extend(changes(&evaluator, fixed, &axes[0].key, (*from, old), (value, new)));
            }
            before = verdicts.map(|verdicts| (value, verdicts));
            rows.push(row(settings, &answer));
        }
    }
    drop(counter);
    if rows.iter().all(|row| row.error.is_some()) {
        let first = rows.iter().find_map(|row| row.error.clone()).unwrap_or_default();
        return Err(CommandError::BadInput(format!(
            "no point of --over can be solved; the first: {first}"
        )));
    }
    if args.json {
        let mut text = serde_json::to_string_pretty(&json!({ "points": rows, "flips": flips })).map_err(failed)?;
        text.push('\n');
        terminal.print(&text)?;
    } else {
        terminal.print(&over(&args.market.market.display().to_string(), &rows, &flips))?;
    }
    Ok(Status::Done)
}

fn failed(error: impl std::fmt::Display) -> CommandError {
    CommandError::Failed(error.to_string())
}

fn axes(over: &[String]) -> Result<Vec<Axis>, CommandError> {
    if over.len() > 2 {
        return Err(CommandError::BadInput(format!(
            "--over is given {} times: one or two parameters are allowed",
            over.len()
        )));
    }
    let axes: Vec<Axis> = over.iter().map(|text| axis(text)).collect::<Result<_, _>>()?;
    match &axes[..] {
        [first, second] if first.key == second.key => Err(CommandError::BadInput(format!(
            "--over names {} twice: two different keys are allowed",
            first.key
        ))),
        _ => Ok(axes),
    }
}

/// `KEY=a:b:n`: n values from a to b, evenly spaced.
fn axis(text: &str) -> Result<Axis, CommandError> {
    let wrong = |what: &str| {
        CommandError::BadInput(format!(
            "--over {text}: {what}; allowed: KEY=a:b:n, n values (2 to {MOST_POINTS}) from a to b, as in holder.discount_factor=0.9:1:11"
        ))
    };
    let (key, range) = text.split_once('=').ok_or_else(|| wrong("there is no \"=\""))?;
    let parts: Vec<&str> = range.split(':').collect();
    let [from, to, count] = parts[..] else {
        return Err(wrong("the range is not a:b:n"));
    };
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    let (Some(from), Some(to)) = (number(from), number(to)) else {
        return Err(wrong("an end of the range is not a finite number"));
    };
    let count: usize = count.trim().parse().map_err(|_| wrong("n is not a whole number"))?;
    if !(2..=MOST_POINTS).contains(&count) {
        return Err(wrong("n is out of range"));
    }
    let last = (count - 1) as f64;
    let values = (0..count)
        .map(|k| {
            if k + 1 == count {
                to
            } else {
                from + (to - from) * k as f64 / last
            }
        })
        .collect();
    Ok(Axis {
        key: key.trim().to_owned(),
        values,
    })
}

fn at(fixed: &[Setting], key: &str, value: f64) -> Vec<Setting> {
    let mut settings = fixed.to_vec();
    settings.push(Setting {
        key: key.to_owned(),
        value: value.into(),
    });
    settings
}

fn verdicts(evaluation: &Evaluation) -> Verdicts {
    let mut list: Vec<(&'static str, Option<bool>)> = evaluation
        .report
        .claims
        .iter()
        .map(|claim| (claim.name, claim.holds))
        .collect();
    list.push(("equivalent", evaluation.report.equivalent));
    Verdicts(list)
}

/// The thresholds of every verdict that differs between two neighbours.
fn changes(
    evaluator: &Evaluator,
    fixed: &[Setting],
    key: &str,
    (from, old): (f64, &Verdicts),
    (to, new): (f64, &Verdicts),
) -> Vec<Flip> {
    old.0
        .iter()
        .zip(&new.0)
        .filter(|((_, before), (_, after))| before != after)
        .map(|(&(claim, before), &(_, after))| {
            let verdict = |value: f64| {
                let answer = evaluator.at(&at(fixed, key, value)).ok()?;
                verdicts(&answer)
                    .0
                    .into_iter()
                    .find(|(name, _)| *name == claim)
                    .map(|(_, holds)| holds)
            };
            let (low, high) = bisect(from, to, before, verdict);
            Flip {
                claim,
                fixed: fixed.to_vec(),
                key: key.to_owned(),
                from: before,
                to: after,
                low,
                high,
            }
        })
        .collect()
}

/// The bracket of the change, as narrow as [`THRESHOLD`], or as the values that can be solved allow (a number of buyers
/// is whole).
fn bisect(from: f64, to: f64, before: Option<bool>, verdict: impl Fn(f64) -> Option<Option<bool>>) -> (f64, f64) {
    let (mut low, mut high) = (from, to);
    for _ in 0..200 {
        if (high - low).abs() <= THRESHOLD * low.abs().max(high.abs()) {
            break;
        }
        let middle = 0.5 * (low + high);
        let whole = middle.floor();
        let candidate = match verdict(middle) {
            Some(holds) => Some((middle, holds)),
            // Perhaps the key takes whole numbers only.
            None if whole > low.min(high) && whole < low.max(high) => verdict(whole).map(|holds| (whole, holds)),
            None => None,
        };
        match candidate {
            Some((value, holds)) if holds == before => low = value,
            Some((value, _)) => high = value,
            None => break,
        }
    }
    (low, high)
}

fn row(settings: Vec<Setting>, answer: &Result<Evaluation, EvaluationError>) -> Row {
    match answer {
        Ok(evaluation) => Row {
            settings,
            claims: evaluation
                .report
                .claims
                .iter()
                .map(|claim| (claim.name, claim.holds))
                .collect(),
            equivalent: evaluation.report.equivalent,
            indifferent: evaluation.report.indifferent,
            seller_value: Some(evaluation.figures.seller_value),
            spot_at_maturity_value: Some(evaluation.figures.spot_at_maturity_value),
            error: None,
        },
        Err(error) => Row {
            settings,
            claims: Vec::new(),
            equivalent: None,
            indifferent: false,
            seller_value: None,
            spot_at_maturity_value: None,
            error: Some(error.to_string()),
        },
    }
}
