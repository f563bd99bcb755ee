//! `etm calibrate`: a `[prize]` table fitted to data.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use etm_solver::market::Faults;
use etm_solver::prize::empirical::{Description, Estimate, EstimateReport, describe, estimate};

use super::{CommandError, Status};
use crate::data::{DataError, read_observations};

/// Fit a prize process to a CSV file of payments and print its table for a market file.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:
  etm calibrate examples/data/mev_boost_week.csv --column value_eth --process empirical --bins 16")]
pub struct CalibrateArgs {
    /// CSV file with a header line and one line a slot; a blank value is a slot whose prize was not observed
    #[arg(value_name = "DATA.csv")]
    pub data: PathBuf,

    /// Column of the prizes, in ETH
    #[arg(long, value_name = "NAME")]
    pub column: String,

    /// Prize process to fit
    #[arg(long, value_enum)]
    pub process: Process,

    /// Column of the slot numbers
    #[arg(long, value_name = "NAME", default_value = "slot")]
    pub slot_column: String,

    /// Number of bins, each with the same share of the values
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub bins: usize,

    /// Prize in slot 0, in ETH; its bin is meant [default: the median]
    #[arg(long, value_name = "ETH")]
    pub initial: Option<f64>,
}

/// The processes of a market file that data could be fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Process {
    /// Quantile bins and counted transitions
    Empirical,
    /// Independent slots (not supported yet)
    Iid,
    /// Geometric Brownian motion (not supported yet)
    GeometricBrownian,
    /// Autoregression of the logs (not supported yet)
    LogAr1,
}

impl Process {
    /// The process as a market file spells it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Empirical => "empirical",
            Self::Iid => "iid",
            Self::GeometricBrownian => "geometric_brownian",
            Self::LogAr1 => "log_ar1",
        }
    }
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub enum CalibrateError {
    /// A process that cannot be fitted yet.
    #[error("--process {0} is not supported yet (allowed: empirical)")]
    Unsupported(&'static str),
    /// A file that cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Data or options that give no chain.
    #[error("{}", named(path, faults))]
    Faults {
        /// The data file.
        path: PathBuf,
        /// What is wrong.
        faults: Faults,
    },
    /// A path that a market file, which is UTF-8, cannot hold.
    #[error("{}: a market file cannot hold this path (allowed: a path in UTF-8)", .0.display())]
    Path(PathBuf),
}

/// Prints the table.
///
/// # Errors
/// As [`fit`]; a standard output that cannot be written to.
pub fn run(args: &CalibrateArgs) -> Result<Status, CommandError> {
    let text = fit(args)?;
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Status::Done)
}

/// The `[prize.…]` table, under comment lines that describe the data.
///
/// # Errors
/// A process that is not supported yet, data that cannot be read, more bins than values, an initial prize that is no
/// prize.
pub fn fit(args: &CalibrateArgs) -> Result<String, CalibrateError> {
    if args.process != Process::Empirical {
        return Err(CalibrateError::Unsupported(args.process.key()));
    }
    let Some(file) = args.data.to_str() else {
        return Err(CalibrateError::Path(args.data.clone()));
    };
    let observations = read_observations(&args.data, &args.column, &args.slot_column)?;
    let refused = |faults| CalibrateError::Faults {
        path: args.data.clone(),
        faults,
    };
    let description = describe(&observations).map_err(refused)?;
    let initial = args.initial.unwrap_or_else(|| description.median());
    let Estimate { prizes, report } = estimate(&observations, args.bins, initial).map_err(refused)?;

    let mut comments = data_lines(args, &description);
    comments.push(String::new());
    comments.extend(bin_lines(&report));
    comments.extend(report.warnings().into_iter().map(|text| format!("Warning: {text}.")));
    comments.push(String::new());
    comments.push("A path in a market file starts from that file's folder.".to_owned());
    let table = [
        "[prize.empirical]".to_owned(),
        format!("file = {}", toml_string(file)),
        format!("column = {}", toml_string(&args.column)),
        format!("slot_column = {}", toml_string(&args.slot_column)),
        format!("bins = {}", args.bins),
        format!(
            "initial = {initial:?} # {}its bin's mean is {}",
            if args.initial.is_none() { "the median; " } else { "" },
            short(prizes.initial_prize())
        ),
    ];
    let lines = comments
        .iter()
        .map(|text| format!("# {text}").trim_end().to_owned())
        .chain(table);
    Ok(lines.map(|line| line + "\n").collect())
}

/// What the data look like.
fn data_lines(args: &CalibrateArgs, seen: &Description) -> Vec<String> {
    let mut lines = vec![
        format!("{:?} of {:?}, ETH", args.column, args.data),
        format!(
            "{} values in slots {} to {}; {} blank, {} slots not in the data",
            seen.values, seen.first_slot, seen.last_slot, seen.missing_values, seen.missing_slots
        ),
    ];
    let cells = |list: Vec<String>| list.iter().map(|cell| format!("{cell:>11}")).collect::<String>();
    lines.push(String::new());
    lines.push(format!(
        "quantile {}",
        cells(
            seen.quantiles
                .iter()
                .map(|q| format!("{} %", short(100.0 * q.level)))
                .collect()
        )
    ));
    lines.push(format!(
        "ETH      {}",
        cells(seen.quantiles.iter().map(|q| short(q.value)).collect())
    ));
    lines.push(format!(
        "mean {}, smallest {}, largest {}",
        short(seen.mean),
        short(seen.smallest),
        short(seen.largest)
    ));
    if let Some(share) = seen.top_percent_share {
        lines.push(format!(
            "the top 1 % of the values make {:.1} % of the total",
            100.0 * share
        ));
    }
    if seen.zeros > 0 {
        lines.push(format!("{} values are 0 and have no logarithm", seen.zeros));
    }
    lines.extend(seen.log_autocorrelation.iter().map(|at| {
        let value = at
            .value
            .map_or_else(|| "none".to_owned(), |value| format!("{value:.4}"));
        format!(
            "autocorrelation of the logs at lag {}: {value} ({} pairs)",
            at.lag, at.pairs
        )
    }));
    lines
}

/// The chain's bins.
fn bin_lines(report: &EstimateReport) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{} bins of {} asked for; {} pairs of consecutive slots counted",
            report.bins_obtained, report.bins_asked, report.pairs
        ),
        format!(
            "{:>4}{:>11}{:>11}{:>11}{:>8}{:>11}",
            "bin", "lower", "upper", "mean", "values", "pairs from"
        ),
    ];
    lines.extend(report.bins.iter().enumerate().map(|(i, bin)| {
        format!(
            "{:>4}{:>11}{:>11}{:>11}{:>8}{:>11}",
            i + 1,
            short(bin.lower),
            short(bin.upper),
            short(bin.mean),
            bin.count,
            bin.pairs_from
        )
    }));
    lines
}

/// Five significant digits, without the zeros at the end.
fn short(value: f64) -> String {
    // Rounded in scientific notation, printed in the plain one: `{:.5}` would print the small values as 0.
    format!("{value:.4e}")
        .parse::<f64>()
        .map_or_else(|_| value.to_string(), |rounded| rounded.to_string())
}

fn toml_string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The faults, each in front of what it is about: an option, or the file.
fn named(path: &Path, faults: &Faults) -> String {
    let lines = faults.0.iter().map(|fault| {
        let subject = match fault.key.as_str() {
            "bins" => "--bins".to_owned(),
            "initial" => "--initial".to_owned(),
            _ => path.display().to_string(),
        };
        format!("{subject}: {} (allowed: {})", fault.problem, fault.allowed)
    });
    lines.collect::<Vec<_>>().join("\n")
}
