//! `etm check`: the conjecture report.

use super::{CommandError, Status, Terminal, solve::solved};
use crate::cli::CheckArgs;
use crate::evaluate::Solved;
use crate::report;
use crate::results::check::check_object;
use crate::spec::{self, Spec};

/// Judges the conjecture on a market and says why.
///
/// # Errors
/// Bad input; a theorem whose hypotheses hold and whose conclusion fails, which is an error of this program.
pub fn run(args: &CheckArgs, terminal: Terminal) -> Result<Status, CommandError> {
    let spec = spec::load(&args.market.market, &args.market.set)?;
    if !args.over.is_empty() {
        return super::check_over::run(args, terminal);
    }
    for warning in &spec.warnings {
        terminal.note(&format!("warning: {warning}"));
    }
    let name = args.market.market.display().to_string();
    let text = one(&name, spec, args.json, terminal)?;
    terminal.print(&text)?;
    Ok(Status::Done)
}

fn one(name: &str, spec: Spec, as_json: bool, terminal: Terminal) -> Result<String, CommandError> {
    let equilibrium = solved(&spec, terminal)?;
    let figures = equilibrium.summary(&spec.market).map_err(failed)?;
    let solved = Solved {
        spec,
        equilibrium,
        figures,
    };
    let judged = solved
        .judge()
        .map_err(|error| CommandError::Failed(format!("{name}: {error}")))?;
    let explanation = solved.explain(&judged).map_err(failed)?;
    let mind = report::only_symmetric(&solved.spec.market, &solved.equilibrium);
    if !as_json {
        let why = &explanation.why;
        return Ok(report::check(name, &solved.figures, &judged, why, mind.as_deref()));
    }
    if let Some(mind) = mind {
        terminal.note(&format!("warning: {mind}"));
    }
    let object = check_object(&solved.figures, &judged, Some(&explanation)).map_err(failed)?;
    let mut text = serde_json::to_string_pretty(&object).map_err(failed)?;
    text.push('\n');
    Ok(text)
}

fn failed(error: impl std::fmt::Display) -> CommandError {
    CommandError::Failed(error.to_string())
}
