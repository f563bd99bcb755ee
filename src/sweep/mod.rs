//! One market over a grid of parameters.
//!
//! ```text
//! sweep file ─ file (read_axes, read_outputs, read_figures) ─► Sweep ─ run ─► rows ─► points.csv
//!                                                                ▲      ▲       in a working_folder, until all are there
//!                                              known (do the outputs exist?)  evaluator (one point, any values)
//! ```
//!
//! Points are solved in parallel and written in order, so that the file is the same however many threads there were and
//! however often it was interrupted.

mod axis;
mod axis_keys;
mod evaluator;
mod figure_request;
mod file;
mod known;
mod labels;
mod ordered;
mod output;
mod read_axes;
mod read_figures;
mod read_outputs;
mod run;

pub mod difference;
pub mod figures;
pub mod keys;
pub mod manifest;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod plane;
pub mod points;
pub mod rows;
pub mod working_folder;

pub use axis::{Axis, AxisKind, AxisValue};
pub use evaluator::{Answer, Evaluator};
pub use figure_request::{FigureContent, FigureRequest, region_output};
pub use file::{Sweep, load};
pub use output::{Effort, OutputPath, OutputValue};
pub use points::{Point, Points, PointsError};
pub use read_outputs::DEFAULT_OUTPUTS;
pub use run::{NotBegun, PointOutcome, Run};
