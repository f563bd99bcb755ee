//! `etm calibrate`: a `[prize]` table fitted to data.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use etm_solver::market::{Fault, Faults};
use etm_solver::prize::calibrate::{LawName, geometric_brownian, independent, log_ar1};
use etm_solver::prize::empirical::{Description, Estimate, Observation, describe, estimate};

use super::{CommandError, Status};
use crate::data::{DataError, read_observations};
use crate::report::calibration::{
    bin_lines, data_lines, geometric_brownian_lines, independent_lines, law_table, log_ar1_lines, no_law, short,
    toml_number,
};

/// Bins of the empirical process unless others are asked for.
const BINS: usize = 16;

/// Fit a prize process to a CSV file of payments and print its table for a market file
#[derive(Debug, Clone, Args)]
#[command(
    long_about = "\
Fit a prize process to a CSV file of payments and print its table for a market file.

The table is printed under comment lines with the data, the estimates and their standard errors, how far the fit is \
from the data, and warnings where it misses them. Blank values and slots that are not in the file are missing \
observations, never zeros or jumps.",
    after_help = "Examples:
  etm calibrate examples/data/mev_boost_week.csv --column value_eth --process empirical --bins 16
  etm calibrate examples/data/mev_boost_week.csv --column value_eth --process log_ar1
  etm calibrate examples/data/mev_boost_week.csv --column value_eth --process iid --law dagum"
)]
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

    /// Number of bins, each with the same share of the values; empirical only [default: 16]
    #[arg(long, value_name = "N")]
    pub bins: Option<usize>,

    /// Law of the prize; iid only [default: the parametric one nearest to the data]
    #[arg(long, value_enum)]
    pub law: Option<Law>,

    /// Prize in slot 0, in ETH; empirical: its bin is meant [default: the median; iid: none, results are averages]
    #[arg(long, value_name = "ETH", allow_negative_numbers = true)]
    pub initial: Option<f64>,
}

/// The processes of a market file that data are fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Process {
    /// Quantile bins and counted transitions
    Empirical,
    /// Independent slots: lognormal, exponential, Dagum by maximum likelihood, or the sample itself
    Iid,
    /// Geometric Brownian motion, by maximum likelihood
    GeometricBrownian,
    /// Autoregression of the logs, by exact maximum likelihood with missing slots
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

/// The laws of independent prizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Law {
    /// The log prize is normal
    Lognormal,
    /// An exponential prize
    Exponential,
    /// F(x) = (1 + (x/scale)^-shape)^-tail
    Dagum,
    /// The law of the values themselves
    Empirical,
}

impl Law {
    fn parametric(self) -> Option<LawName> {
        match self {
            Self::Lognormal => Some(LawName::Lognormal),
            Self::Exponential => Some(LawName::Exponential),
            Self::Dagum => Some(LawName::Dagum),
            Self::Empirical => None,
        }
    }
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub enum CalibrateError {
    /// An option that the process has no use for.
    #[error("{option} does not apply to --process {process} (allowed: --process {allowed})")]
    Option {
        /// The option.
        option: &'static str,
        /// The process asked for.
        process: &'static str,
        /// The process it applies to.
        allowed: &'static str,
    },
    /// A file that cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Data or options that give no process.
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

/// Comment lines and the table below them.
struct Fit {
    comments: Vec<String>,
    warnings: Vec<String>,
    table: Vec<String>,
    /// The table names the data file.
    has_path: bool,
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

/// The `[prize.…]` table, under comment lines that describe the data and the fit.
///
/// # Errors
/// An option that does not apply to the process, data that cannot be read or that the process cannot be fitted to, more
/// bins than values, an initial prize that is no prize.
pub fn fit(args: &CalibrateArgs) -> Result<String, CalibrateError> {
    require_applicable(args)?;
    let Some(file) = args.data.to_str() else {
        return Err(CalibrateError::Path(args.data.clone()));
    };
    let seen = read_observations(&args.data, &args.column, &args.slot_column)?;
    let refused = |faults| CalibrateError::Faults {
        path: args.data.clone(),
        faults,
    };
    let description = describe(&seen).map_err(refused)?;
    let fitted = match args.process {
        Process::Empirical => fit_empirical(args, file, &seen, &description),
        Process::Iid => fit_iid(args, file, &seen),
        Process::GeometricBrownian => fit_geometric_brownian(args, &seen),
        Process::LogAr1 => fit_log_ar1(args, &seen),
    };
    let Fit {
        comments: about,
        warnings,
        table,
        has_path,
    } = fitted.map_err(refused)?;

    let mut comments = vec![format!("{:?} of {:?}, ETH", args.column, args.data)];
    comments.extend(data_lines(&description));
    comments.push(String::new());
    comments.extend(about);
    comments.extend(warnings.into_iter().map(|text| format!("Warning: {text}.")));
    if has_path {
        comments.push(String::new());
        comments.push("A path in a market file starts from that file's folder.".to_owned());
    }
    let lines = comments
        .iter()
        .map(|text| format!("# {text}").trim_end().to_owned())
        .chain(table);
    Ok(lines.map(|line| line + "\n").collect())
}

fn require_applicable(args: &CalibrateArgs) -> Result<(), CalibrateError> {
    let refuse = |option, allowed: Process| CalibrateError::Option {
        option,
        process: args.process.key(),
        allowed: allowed.key(),
    };
    if args.bins.is_some() && args.process != Process::Empirical {
        return Err(refuse("--bins", Process::Empirical));
    }
    if args.law.is_some() && args.process != Process::Iid {
        return Err(refuse("--law", Process::Iid));
    }
    Ok(())
}

fn fit_empirical(
    args: &CalibrateArgs,
    file: &str,
    seen: &[Observation],
    description: &Description,
) -> Result<Fit, Faults> {
    let bins = args.bins.unwrap_or(BINS);
    let initial = args.initial.unwrap_or_else(|| description.median());
    let Estimate { prizes, report } = estimate(seen, bins, initial)?;
    let table = vec![
        "[prize.empirical]".to_owned(),
        format!("file = {}", toml_string(file)),
        format!("column = {}", toml_string(&args.column)),
        format!("slot_column = {}", toml_string(&args.slot_column)),
        format!("bins = {bins}"),
        format!(
            "initial = {initial:?} # {}its bin's mean is {}",
            if args.initial.is_none() { "the median; " } else { "" },
            short(prizes.initial_prize())
        ),
    ];
    Ok(Fit {
        comments: bin_lines(&report),
        warnings: report.warnings(),
        table,
        has_path: true,
    })
}

fn fit_iid(args: &CalibrateArgs, file: &str, seen: &[Observation]) -> Result<Fit, Faults> {
    if let Some(initial) = args.initial {
        require_initial(initial, initial >= 0.0, "a finite prize in ETH, at least 0")?;
    }
    let fit = independent(seen)?;
    let law = match args.law {
        None => law_table(fit.best()),
        Some(law) => match law.parametric() {
            Some(name) => match fit.law(name) {
                Some(law) => law_table(law),
                None => {
                    let allowed = "another --law";
                    return Err(Faults(vec![Fault::new("no_fit", "law", no_law(&fit, name), allowed)]));
                }
            },
            None => format!(
                "distribution.empirical = {{ file = {}, column = {} }}",
                toml_string(file),
                toml_string(&args.column)
            ),
        },
    };
    let mut comments = independent_lines(&fit);
    if args.law.is_none() {
        let best = fit.best();
        comments.push(format!("{} is nearest to the data", best.name.key()));
    }
    let mut table = vec!["[prize.iid]".to_owned(), law];
    table.extend(args.initial.map(|initial| format!("initial = {initial:?}")));
    Ok(Fit {
        comments,
        warnings: fit.warnings(),
        table,
        has_path: args.law == Some(Law::Empirical),
    })
}

fn fit_log_ar1(args: &CalibrateArgs, seen: &[Observation]) -> Result<Fit, Faults> {
    require_positive_initial(args)?;
    let fit = log_ar1(seen)?;
    let table = vec![
        "[prize.log_ar1]".to_owned(),
        format!("mean = {}", toml_number(fit.mean.value)),
        format!("persistence = {}", toml_number(fit.persistence.value)),
        format!("volatility = {}", toml_number(fit.volatility.value)),
        initial_line(args, fit.median),
    ];
    Ok(Fit {
        comments: log_ar1_lines(&fit),
        warnings: fit.warnings(),
        table,
        has_path: false,
    })
}

fn fit_geometric_brownian(args: &CalibrateArgs, seen: &[Observation]) -> Result<Fit, Faults> {
    require_positive_initial(args)?;
    let fit = geometric_brownian(seen)?;
    let table = vec![
        "[prize.geometric_brownian]".to_owned(),
        initial_line(args, fit.median),
        format!("drift = {}", toml_number(fit.drift.value)),
        format!("volatility = {}", toml_number(fit.volatility.value)),
    ];
    Ok(Fit {
        comments: geometric_brownian_lines(&fit),
        warnings: fit.warnings(),
        table,
        has_path: false,
    })
}

fn initial_line(args: &CalibrateArgs, median: f64) -> String {
    match args.initial {
        Some(initial) => format!("initial = {initial:?}"),
        None => format!("initial = {median:?} # the median"),
    }
}

fn require_positive_initial(args: &CalibrateArgs) -> Result<(), Faults> {
    match args.initial {
        Some(initial) => require_initial(initial, initial > 0.0, "a finite prize in ETH above 0"),
        None => Ok(()),
    }
}

fn require_initial(initial: f64, holds: bool, allowed: &str) -> Result<(), Faults> {
    let mut faults = Faults::none();
    faults.require("initial", initial, holds, allowed);
    faults.or(())
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
            "law" => "--law".to_owned(),
            _ => path.display().to_string(),
        };
        format!("{subject}: {} (allowed: {})", fault.problem, fault.allowed)
    });
    lines.collect::<Vec<_>>().join("\n")
}
