//! `etm check`: the conjecture report.

use etm_solver::Settings;
use etm_solver::conjecture::{self, Force};
use serde_json::json;

use super::{CommandError, Status, Terminal, solve::solved};
use crate::cli::CheckArgs;
use crate::report;
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
    let text = one(&name, &spec, args.json, terminal)?;
    terminal.print(&text)?;
    Ok(Status::Done)
}

fn one(name: &str, spec: &Spec, as_json: bool, terminal: Terminal) -> Result<String, CommandError> {
    let equilibrium = solved(spec, terminal)?;
    let market = &spec.market;
    let figures = equilibrium.summary(market).map_err(failed)?;
    let settings = Settings::default();
    let judged = conjecture::check(market, &equilibrium, &figures, &settings).map_err(failed)?;
    let forces: Vec<Force> = conjecture::forces(market, &settings).map_err(failed)?;
    if let Some(broken) = judged.theorems.iter().find(|theorem| theorem.holds == Some(false)) {
        return Err(CommandError::Failed(format!(
            "internal error: {} applies to {name} ({}), and its conclusion fails by {:e} of the market's scale; please report it with the market file",
            broken.name,
            broken.conclusion,
            broken.gap.unwrap_or(f64::NAN)
        )));
    }
    let why = report::why(market, &figures, &judged, &forces);
    if !as_json {
        return Ok(report::check(name, &figures, &judged, &why));
    }
    let object = json!({
        "claims": judged.claims,
        "theorems": judged.theorems,
        "equivalent": judged.equivalent,
        "indifferent": judged.indifferent,
        "why": why,
        "policies": judged.policies,
        "fixed_slots": judged.fixed_slots,
        "forces": forces,
        "certificate": figures.certificate,
    });
    let mut text = serde_json::to_string_pretty(&object).map_err(failed)?;
    text.push('\n');
    Ok(text)
}

fn failed(error: impl std::fmt::Display) -> CommandError {
    CommandError::Failed(error.to_string())
}
