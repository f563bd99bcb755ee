//! The command line: names and help, nothing else.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::commands::calibrate::CalibrateArgs;
use crate::figure::export::Format;
use crate::figure::kinds::Kind;

/// When to resell an Ethereum execution ticket, for how much, and whether it is anything more than a spot auction
#[derive(Debug, Parser)]
#[command(
    name = "etm",
    version,
    arg_required_else_help = true,
    after_help = "\
Exit status: 0 done, 1 failed, 2 bad input, 3 solved but not verified to tolerance,
130 interrupted.

Example:
  etm init market.toml
  etm solve market.toml"
)]
pub struct Cli {
    /// Say nothing on stderr but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Solve a market: what the ticket is worth, when it is sold, how far that can be trusted
    Solve(SolveArgs),
    /// Write the bid function at one slot and prize as CSV
    Bids(BidsArgs),
    /// Judge the conjecture that the ticket is a spot auction at maturity, and say why
    Check(CheckArgs),
    /// Put markets side by side: values, timing, participation, who gains
    Compare(CompareArgs),
    /// Draw the figures of a market: SVG, PNG, PDF, each with its data and pgfplots source
    Plot(PlotArgs),
    /// Solve a market over a grid of parameters
    Sweep(SweepArgs),
    /// Make the gallery of results anew, and say which of its files differ
    Reproduce(ReproduceArgs),
    /// Play the equilibrium out with random buyers and prizes, beside the exact figures
    Simulate(SimulateArgs),
    /// Fit a prize process to a CSV file of payments and print its table for a market file
    Calibrate(CalibrateArgs),
    /// Write a commented market file to start from
    Init(InitArgs),
    /// Print the JSON Schema of a market, sweep, style or gallery file
    Schema(SchemaArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
}

/// A market file with overrides.
#[derive(Debug, Clone, Args)]
pub struct MarketArgs {
    /// Market file; "etm init" writes one to start from
    #[arg(value_name = "MARKET.toml")]
    pub market: PathBuf,

    /// `key.path=value` overrides, applied in order.
    #[arg(
        long = "set",
        value_name = "KEY=VALUE",
        help = "Override a key of the market file: buyers.count=7, prize.markov_chain.states[1]=2.5. A choice replaces \
                its siblings: holder.discount_rate=0.1 a discount factor, prize.constant.value=1 another prize table. \
                Repeatable"
    )]
    pub set: Vec<String>,
}

/// Arguments of `etm solve`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  etm solve market.toml --set buyers.count=7 --out results/seven")]
pub struct SolveArgs {
    /// The market.
    #[command(flatten)]
    pub market: MarketArgs,

    /// Write the results folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Print the result object instead of the summary
    #[arg(long)]
    pub json: bool,

    /// Replace an existing results folder
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `etm bids`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  etm bids market.toml --slot 0 --prize 1.0 --points 11")]
pub struct BidsArgs {
    /// The market.
    #[command(flatten)]
    pub market: MarketArgs,

    /// Slot of the auction, from 0 to the ticket's maturity
    #[arg(long, value_name = "T")]
    pub slot: usize,

    /// Prize in that slot, in ETH; on a chain one of its states
    #[arg(long, value_name = "R", allow_negative_numbers = true)]
    pub prize: f64,

    /// Number of costs, evenly spaced over the support, ends included
    #[arg(long, value_name = "N", default_value_t = 101, conflicts_with = "costs")]
    pub points: usize,

    /// These costs instead, in ETH
    #[arg(long, value_name = "X,Y,…", value_delimiter = ',', allow_negative_numbers = true)]
    pub costs: Option<Vec<f64>>,

    /// Write to a file instead of stdout
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `etm check`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  etm check market.toml
  etm check market.toml --over buyers.discount_factor=0.8:1:21")]
pub struct CheckArgs {
    /// The market.
    #[command(flatten)]
    pub market: MarketArgs,

    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,

    /// The verdict along a key, n values from a to b, and the threshold where it flips. Once or twice; with two, the
    /// thresholds are along the first
    #[arg(long, value_name = "KEY=a:b:n")]
    pub over: Vec<String>,
}

/// Arguments of `etm compare`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  etm compare market.toml with_reserve.toml until_sold.toml")]
pub struct CompareArgs {
    /// Market files; the others are measured against the first
    #[arg(value_name = "MARKET.toml", num_args = 2.., required = true)]
    pub markets: Vec<PathBuf>,

    /// Override a key in all of them, as for "etm solve"; repeatable
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,

    /// Print the comparison as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `etm plot`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  etm plot market.toml --out figures
  etm plot results/mine --only timing,bids --slots 0,15 --width one --format svg,pdf")]
pub struct PlotArgs {
    /// Market file, or results folder of "etm solve --out"
    #[arg(value_name = "MARKET.toml|DIR")]
    pub source: PathBuf,

    /// Override a key of the market file, as for "etm solve"; repeatable
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,

    /// Folder for the figures [default: DIR/figures, or MARKET_figures here]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Formats of the pictures, from svg, png, pdf [default: all]
    #[arg(long, value_name = "F,…", value_delimiter = ',')]
    pub format: Vec<Format>,

    /// Only these figures [default: all that the market has]
    #[arg(long, value_name = "FIGURE,…", value_delimiter = ',')]
    pub only: Vec<Kind>,

    /// Slots that the figures value, bids and participation show [default: value and participation: first, middle
    /// and last; bids: the likeliest slot of a sale]
    #[arg(long, value_name = "T,…", value_delimiter = ',')]
    pub slots: Vec<usize>,

    /// How they look.
    #[command(flatten)]
    pub look: LookArgs,

    /// Replace an existing folder
    #[arg(long)]
    pub force: bool,
}

/// How figures look.
#[derive(Debug, Clone, Args)]
pub struct LookArgs {
    /// Width: one or two (columns), or a length such as 85mm, 3.3in, 240pt [default: two]
    #[arg(long, value_name = "WIDTH")]
    pub width: Option<String>,

    /// Style file: sizes and colours (docs/figures.md)
    #[arg(long, value_name = "FILE")]
    pub style: Option<PathBuf>,

    /// Print the title above each figure
    #[arg(long)]
    pub title: bool,
}

/// Arguments of `etm reproduce`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  etm reproduce
  etm reproduce mev_boost_week --check")]
pub struct ReproduceArgs {
    /// Entries of the gallery [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,

    /// The gallery's file
    #[arg(long, value_name = "FILE", default_value = "results/gallery.toml")]
    pub gallery: PathBuf,

    /// Replace nothing; exit status 1 if a file differs by more than rounding
    #[arg(long)]
    pub check: bool,

    /// Threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
}

/// Arguments of `etm simulate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  etm simulate market.toml --runs 1000000 --seed 7
  etm simulate market.toml --runs 1000000 --seed 7 --deviate timing=early")]
pub struct SimulateArgs {
    /// The market.
    #[command(flatten)]
    pub market: MarketArgs,

    /// Number of plays
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub runs: u64,

    /// Seed of the random numbers: the same seed, the same result, whatever --jobs
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,

    /// Print the figures as JSON
    #[arg(long)]
    pub json: bool,

    /// Play one side off equilibrium: bids=FACTOR (one buyer multiplies her bids), timing=early, timing=late
    #[arg(long, value_name = "WHAT=HOW")]
    pub deviate: Option<String>,

    /// Threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
}

/// Arguments of `etm sweep`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Ctrl-C finishes the points in hand; --resume goes on from there. docs/sweep-files.md describes the file.

Example:
  etm sweep examples/sweeps/patience.toml > points.csv
  etm sweep examples/sweeps/patience.toml --out results/patience
  etm sweep examples/sweeps/patience.toml --out results/patience --resume")]
pub struct SweepArgs {
    /// Sweep file
    #[arg(value_name = "SWEEP.toml")]
    pub sweep: PathBuf,

    /// Write a results folder instead of CSV on stdout; until it is finished it is called DIR.partial
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Threads [default: one a core]; the results do not depend on them
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,

    /// Go on with the sweep in DIR.partial
    #[arg(long, requires = "out")]
    pub resume: bool,

    /// Replace an existing results folder, or an unfinished one
    #[arg(long, requires = "out")]
    pub force: bool,

    /// Formats of points and figures; points.csv is always written [default: csv and every format of figures]
    #[arg(long, value_name = "F,…", value_delimiter = ',')]
    pub format: Vec<SweepFormat>,

    /// How figures look.
    #[command(flatten)]
    pub look: LookArgs,
}

/// Formats of the points and the figures of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SweepFormat {
    /// points.csv, always written
    Csv,
    /// points.parquet, in the results folder
    Parquet,
    /// Figures as SVG
    Svg,
    /// Figures as PNG
    Png,
    /// Figures as PDF
    Pdf,
}

impl SweepFormat {
    /// The format of figures it names; `None` for one of points.
    #[must_use]
    pub fn picture(self) -> Option<Format> {
        match self {
            Self::Csv | Self::Parquet => None,
            Self::Svg => Some(Format::Svg),
            Self::Png => Some(Format::Png),
            Self::Pdf => Some(Format::Pdf),
        }
    }
}

/// Arguments of `etm schema`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  etm schema > market.schema.json
  etm schema sweep > sweep.schema.json")]
pub struct SchemaArgs {
    /// Which kind of file
    #[arg(value_enum, value_name = "FILE", default_value = "market")]
    pub file: FileKind,
}

/// The files that etm reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FileKind {
    /// A market
    Market,
    /// A sweep
    Sweep,
    /// The look of figures
    Style,
    /// The gallery
    Gallery,
}

/// Arguments of `etm init`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  etm init my_market.toml
  etm solve my_market.toml")]
pub struct InitArgs {
    /// File to write
    #[arg(value_name = "NAME", default_value = "market.toml")]
    pub name: PathBuf,

    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `etm completions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  etm completions bash > ~/.local/share/bash-completion/completions/etm")]
pub struct CompletionsArgs {
    /// Shell to complete for
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}
