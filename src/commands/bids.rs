//! `etm bids`: the bid function at one node, as CSV.

use etm_solver::TypeAtNode;

use super::{CommandError, Status, Terminal, solve::solved};
use crate::cli::BidsArgs;
use crate::results::folder::write_file;
use crate::spec;

/// Columns of the table.
const HEADER: &str = "cost,ticket_value,win_probability,bid,bid_foc,expected_gain";
/// The most rows that `--points` may ask for.
const MOST_POINTS: usize = 1_000_000;

/// Solves the market and writes what each type bids at the node.
///
/// # Errors
/// Bad input: among it a slot, prize or cost that the market does not have.
pub fn run(args: &BidsArgs, terminal: Terminal) -> Result<Status, CommandError> {
    let spec = spec::load(&args.market.market, &args.market.set)?;
    let law = spec.market.buyers().cost();
    let costs = match &args.costs {
        Some(costs) => costs.clone(),
        None => grid(law.lower(), law.upper(), args.points)?,
    };
    let equilibrium = solved(&spec, terminal)?;
    let types = equilibrium
        .bids(&spec.market, args.slot, args.prize, &costs)
        .map_err(|error| CommandError::BadInput(error.to_string()))?;
    let mut text = format!("{HEADER}\n");
    for one in &types {
        text.push_str(&row(one));
    }
    match &args.out {
        Some(file) => write_file(file, text.as_bytes(), args.force)?,
        None => terminal.print(&text)?,
    }
    Ok(if equilibrium.certificate.verified {
        Status::Done
    } else {
        Status::NotVerified
    })
}

/// Evenly spaced costs, both ends included.
fn grid(lower: f64, upper: f64, points: usize) -> Result<Vec<f64>, CommandError> {
    if !(2..=MOST_POINTS).contains(&points) {
        return Err(CommandError::BadInput(format!(
            "--points {points}: a whole number from 2 to {MOST_POINTS} is allowed (--costs takes single costs)"
        )));
    }
    let last = points - 1;
    Ok((0..points)
        .map(|k| {
            if k == last {
                upper
            } else {
                lower + (upper - lower) * k as f64 / last as f64
            }
        })
        .collect())
}

/// One line; empty where the type does not take part.
fn row(one: &TypeAtNode) -> String {
    match &one.bid {
        Some(bid) => format!(
            "{},{},{},{},{},{}\n",
            one.cost, one.ticket_value, bid.win_probability, bid.bid, bid.bid_foc, bid.expected_gain
        ),
        None => format!("{},{},,,,\n", one.cost, one.ticket_value),
    }
}
