//! `etm compare`: markets side by side.

use serde_json::json;

use super::{CommandError, Status, Terminal};
use crate::cli::CompareArgs;
use crate::evaluate::{EvaluationError, Evaluator};
use crate::report::{self, Compared};

/// Solves every market and prints them beside each other, the first as the one the others are measured against.
///
/// # Errors
/// Markets that are wrong or cannot be solved.
pub fn run(args: &CompareArgs, terminal: Terminal) -> Result<Status, CommandError> {
    let mut markets: Vec<Compared> = Vec::new();
    for path in &args.markets {
        let name = path.display().to_string();
        let evaluator = Evaluator::new(path, &args.set)?;
        for warning in &evaluator.base().warnings {
            terminal.note(&format!("warning: {name}: {warning}"));
        }
        let solved = evaluator.solve(&[]).map_err(|error| match error {
            EvaluationError::Market(faults) => CommandError::Market(faults),
            EvaluationError::Solve(error) => CommandError::BadInput(format!("{name}: {error}")),
            other => CommandError::Failed(format!("{name}: {other}")),
        })?;
        let compared = Compared::new(
            &name,
            (&solved.spec.market, &solved.equilibrium, &solved.figures),
            markets.first(),
        );
        markets.push(compared);
    }
    if args.json {
        let mut text = serde_json::to_string_pretty(&json!({ "markets": markets }))
            .map_err(|error| CommandError::Failed(error.to_string()))?;
        text.push('\n');
        terminal.print(&text)?;
    } else {
        terminal.print(&report::compare(&markets))?;
    }
    Ok(if markets.iter().all(|market| market.verified) {
        Status::Done
    } else {
        Status::NotVerified
    })
}
