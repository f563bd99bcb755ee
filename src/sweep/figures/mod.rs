//! The figures a sweep file asks for.

//!
//! | file | what it makes |
//! |---|---|
//! | `curves.rs` | outputs along one axis |
//! | `atlas.rs` | maps over two, their boundaries found by solving the market in between |
//! | `curve_panel.rs`, `map_panels.rs` | how they look as a figure |
//! | `levels.rs` | round levels of shades and contours |

mod atlas;
mod curve_panel;
mod curves;
mod levels;
mod map_panels;

use std::sync::atomic::AtomicBool;

use super::axis::{Axis, AxisKind, AxisValue};
use super::figure_request::{FigureContent, FigureRequest};
use super::file::Sweep;
use super::labels;
use super::output::OutputValue;
use super::plane;
use super::points::Points;
use crate::figure::export::{self, ExportError, File, Format};
use crate::figure::kinds::parameters;
use crate::figure::style::Style;
use crate::figure::{Figure, Label};
use atlas::Atlas;

/// The most curves of a figure.
const MOST_CURVES: usize = 24;

/// Who watches a figure being drawn: maps solve the market again and again.
#[derive(Clone, Copy)]
pub struct Watch<'w> {
    /// Told how often the market was solved for a set of the map so far.
    pub progress: &'w plane::Progress<'w>,
    /// Set to end the work.
    pub stop: &'w AtomicBool,
}

/// A figure of a sweep and what its boundaries are known to.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The figure.
    pub figure: Figure,
    /// `curve,x,y,x_half_width,y_half_width` for the boundaries of a map.
    pub boundaries: Option<String>,
}

/// Why a figure of a sweep cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum SweepFigureError {
    /// Too many curves to tell apart.
    #[error(
        "figure {figure}: {curves} curves; allowed: at most {MOST_CURVES}, so fewer outputs or fewer values on the other axes"
    )]
    TooManyCurves {
        /// Name of the figure.
        figure: String,
        /// How many it would have.
        curves: usize,
    },
    /// An axis that makes no map.
    #[error("figure {figure}: {key}: {problem}")]
    Axis {
        /// Name of the figure.
        figure: String,
        /// The axis's key.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It was stopped.
    #[error("stopped while figure {figure} was drawn")]
    Stopped {
        /// Name of the figure.
        figure: String,
    },
    /// It could not be written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A plane that cannot be made of the sweep's points.
    #[error("figure {figure}: {reason}")]
    Plane {
        /// Name of the figure.
        figure: String,
        /// Why.
        reason: plane::PlaneError,
    },
}

/// Draws a figure of a finished sweep. Maps evaluate the market between the points of the sweep, on the current pool of
/// threads.
///
/// # Errors
/// Too many curves, axes that make no map, work that was stopped.
pub fn draw(
    sweep: &Sweep,
    request: &FigureRequest,
    results: &Points,
    watch: Watch<'_>,
) -> Result<Drawn, SweepFigureError> {
    match &request.content {
        FigureContent::Curves {
            outputs,
            y_label,
            y_log,
        } => curves::draw(sweep, request, results, outputs, (y_label.as_deref(), *y_log)),
        FigureContent::Map {
            regions,
            fill,
            contours,
            levels,
        } => {
            let atlas = Atlas::new(sweep, request, results, watch)?;
            atlas.map(regions, fill.as_ref(), contours.as_ref(), levels)
        }
    }
}

/// An output at a point as a number.
fn value(results: &Points, point: usize, output: usize) -> Option<f64> {
    results
        .points
        .get(point)?
        .outputs
        .get(output)
        .and_then(OutputValue::number)
}

/// The files of all figures of a finished sweep; see [`draw`].
///
/// # Errors
/// As [`draw`]; figures that cannot be written.
pub fn files(
    sweep: &Sweep,
    results: &Points,
    style: &Style,
    formats: &[Format],
    watch: Watch<'_>,
) -> Result<Vec<File>, SweepFigureError> {
    let mut files = Vec::new();
    for request in &sweep.figures {
        let drawn = draw(sweep, request, results, watch)?;
        files.extend(export::files(&drawn.figure, style, formats)?);
        if let Some(boundaries) = drawn.boundaries {
            files.push((format!("{}.boundary.csv", request.name), boundaries.into_bytes()));
        }
    }
    Ok(files)
}

/// What a caption says of the sweep.
fn caption(sweep: &Sweep, what: &str) -> String {
    let axes: Vec<String> = sweep
        .axes
        .iter()
        .map(|axis| {
            let end = |value: Option<&AxisValue>| value.map_or_else(String::new, ToString::to_string);
            format!(
                "{} ({} values from {} to {})",
                axis.key,
                axis.values.len(),
                end(axis.values.first()),
                end(axis.values.last())
            )
        })
        .collect();
    let market = parameters(&sweep.market().base().table);
    format!("{what}\nSwept: {}.\nMarket: {market}.", axes.join("; "))
}

fn label_of(axis: &Axis) -> Label {
    Label::new(axis.label.clone().unwrap_or_else(|| labels::key(&axis.key)))
}

/// The place of an axis's values along the axis: themselves, or their number where they are words.
fn places(axis: &Axis) -> Vec<f64> {
    let number = |(index, value): (usize, &AxisValue)| match axis.kind {
        AxisKind::Words => index as f64,
        AxisKind::Continuous { .. } | AxisKind::Whole => value.number().unwrap_or(f64::NAN),
    };
    axis.values.iter().enumerate().map(number).collect()
}

fn ends(numbers: &[f64]) -> (f64, f64) {
    numbers
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| {
            (low.min(x), high.max(x))
        })
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
