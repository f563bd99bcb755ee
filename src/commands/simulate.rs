//! `etm simulate`: the equilibrium played out with random buyers and prizes.

use std::sync::atomic::{AtomicU64, Ordering};

use etm_solver::simulate::{Deviation, Script, Tally};
use rayon::prelude::*;
use serde_json::json;

use super::{CommandError, Status, Terminal, solve::solved};
use crate::cli::SimulateArgs;
use crate::report::{Counter, simulation};
use crate::spec;

/// Plays a block; the blocks, not the threads, decide the result.
const BLOCK: u64 = 4096;
/// The most plays of one run.
const MOST_RUNS: u64 = 1_000_000_000_000;

/// Plays the solved market and prints the means beside the exact figures.
///
/// # Errors
/// Bad input; a market that cannot be solved.
pub fn run(args: &SimulateArgs, terminal: Terminal) -> Result<Status, CommandError> {
    if !(1..=MOST_RUNS).contains(&args.runs) {
        return Err(CommandError::BadInput(format!(
            "--runs {}: a whole number from 1 to {MOST_RUNS} is allowed",
            args.runs
        )));
    }
    let deviation = deviation(args.deviate.as_deref())?;
    let spec = spec::load(&args.market.market, &args.market.set)?;
    let equilibrium = solved(&spec, terminal)?;
    let exact = equilibrium.summary(&spec.market).map_err(failed)?;
    let script = Script::new(&spec.market, &equilibrium, deviation).map_err(failed)?;
    let tally = play(&script, args, terminal)?;
    let figures = tally.figures(&exact, matches!(deviation, Deviation::Bids(_)));
    if args.json {
        let object = json!({ "runs": args.runs, "seed": args.seed, "figures": figures });
        let mut text = serde_json::to_string_pretty(&object).map_err(failed)?;
        text.push('\n');
        terminal.print(&text)?;
    } else {
        let name = args.market.market.display().to_string();
        terminal.print(&simulation(&name, args.runs, args.seed, deviation, &figures, &exact))?;
    }
    Ok(if exact.certificate.verified {
        Status::Done
    } else {
        Status::NotVerified
    })
}

/// All plays, in blocks over the threads, joined in order.
fn play(script: &Script<'_>, args: &SimulateArgs, terminal: Terminal) -> Result<Tally, CommandError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.unwrap_or(0))
        .build()
        .map_err(failed)?;
    let blocks = args.runs.div_ceil(BLOCK);
    let counter = Counter::new("plays", args.runs, terminal.is_quiet());
    let done = AtomicU64::new(0);
    let mut total = Tally::default();
    // A bounded number of tallies at a time: memory does not grow with the number of plays.
    let batch = 1024;
    for start in (0..blocks).step_by(batch) {
        let end = (start + batch as u64).min(blocks);
        let tallies: Vec<Tally> = pool.install(|| {
            (start..end)
                .into_par_iter()
                .map(|block| {
                    let first = block * BLOCK;
                    let plays = BLOCK.min(args.runs - first);
                    let tally = script.play_block(args.seed, first, plays);
                    counter.at(done.fetch_add(plays, Ordering::Relaxed) + plays);
                    tally
                })
                .collect()
        });
        for tally in &tallies {
            total.merge(tally);
        }
    }
    Ok(total)
}

/// `bids=1.05`, `timing=early`, `timing=late`.
fn deviation(text: Option<&str>) -> Result<Deviation, CommandError> {
    let Some(text) = text else {
        return Ok(Deviation::None);
    };
    let wrong = || {
        CommandError::BadInput(format!(
            "--deviate {text}: allowed are bids=FACTOR (a finite factor above 0), timing=early and timing=late"
        ))
    };
    match text.split_once('=') {
        Some(("timing", "early")) => Ok(Deviation::Early),
        Some(("timing", "late")) => Ok(Deviation::Late),
        Some(("bids", factor)) => match factor.parse::<f64>() {
            Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(Deviation::Bids(factor)),
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

fn failed(error: impl std::fmt::Display) -> CommandError {
    CommandError::Failed(error.to_string())
}
