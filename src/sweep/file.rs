//! A sweep file: one market, the parameters that vary, what is kept of every point.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::axis::{Axis, AxisValue};
use super::figure_request::FigureRequest;
use super::keys::{MOST_POINTS, SWEEP};
use super::output::OutputPath;
use super::{read_axes, read_figures, read_outputs};
use crate::evaluate::Evaluator;
use crate::spec::{Document, SpecError};

/// What is wanted where a sweep file cannot be read.
const SWEEP_FILE: &str = "a sweep file; docs/sweep-files.md says how to write one";

/// A sweep that can be run.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The market file, found from here.
    pub base: PathBuf,
    /// Overrides of the market file, in order.
    pub set: Vec<String>,
    /// The parameters that vary, at least one; the first varies slowest.
    pub axes: Vec<Axis>,
    /// What is kept of every point, none twice: the keys of `[output]` in their order, then what only figures need.
    pub outputs: Vec<OutputPath>,
    /// What is drawn.
    pub figures: Vec<FigureRequest>,
    /// Every output with the place in the file that asks for it, e.g. `"output.keys[2]"`.
    pub(crate) mentions: Vec<(String, OutputPath)>,
    pub(crate) document: Document,
    pub(crate) market: Arc<Evaluator>,
}

impl Sweep {
    /// The text of the sweep file.
    #[must_use]
    pub fn text(&self) -> &str {
        self.document.text()
    }

    /// The market file with its overrides.
    #[must_use]
    pub fn market(&self) -> &Evaluator {
        &self.market
    }

    /// The number of points.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.axes.iter().map(|axis| axis.values.len() as u64).product()
    }

    /// The values of the axes at a point, from 0; the last axis varies fastest.
    #[must_use]
    pub fn point(&self, number: u64) -> Vec<AxisValue> {
        let mut rest = number;
        let mut values: Vec<AxisValue> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let length = axis.values.len() as u64;
                let index = (rest % length) as usize;
                rest /= length;
                axis.values[index].clone()
            })
            .collect();
        values.reverse();
        values
    }

    /// Where an output stands among [`outputs`](Self::outputs).
    #[must_use]
    pub fn output_index(&self, path: &str) -> Option<usize> {
        self.outputs.iter().position(|output| output.as_str() == path)
    }
}

/// Reads a sweep file and the market file it names, which is relative to it.
///
/// # Errors
/// All faults of the sweep file at once, each with its place: unknown keys (of the file, and of the market in an axis),
/// values of the wrong kind, an axis without values or with one given twice, two axes with one key, more than ten million
/// points, figures that ask for what there is not. If it has none, the faults of the market file.
pub fn load(path: &Path) -> Result<Sweep, SpecError> {
    let mut document = Document::load(path, &SWEEP, SWEEP_FILE)?;
    if !document.is_whole() {
        return Err(document.refusal());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let set: Vec<String> = read_outputs::texts(document.root.get("set"));
    let base = document
        .root
        .get("base")
        .and_then(|base| base.text())
        .map(|base| folder.join(base));
    let market = base.as_ref().and_then(|base| market(&mut document, base, &set));
    let axes = read_axes::read(&mut document, market.as_ref().and_then(|market| market.as_ref().ok()));
    most_points(&mut document, &axes);
    let mut mentions = read_outputs::read(&mut document);
    let figures = read_figures::read(&mut document, &axes, &mut mentions);
    if document.is_faulty() {
        return Err(document.refusal());
    }
    // Without them there would have been a fault.
    let (Some(base), Some(market)) = (base, market) else {
        return Err(document.refusal());
    };
    let mut outputs: Vec<OutputPath> = Vec::new();
    for (_, output) in &mentions {
        if !outputs.contains(output) {
            outputs.push(output.clone());
        }
    }
    Ok(Sweep {
        base,
        set,
        axes: axes.into_iter().flatten().collect(),
        outputs,
        figures,
        mentions,
        document,
        market: Arc::new(market?),
    })
}

/// The market, or what is wrong with it; a file that is not there is the sweep file's fault.
fn market(document: &mut Document, base: &Path, set: &[String]) -> Option<Result<Evaluator, SpecError>> {
    if !base.exists() {
        let problem = format!("there is no file {}", base.display());
        let allowed = "the path of a market file, from the folder of the sweep file";
        document.note_at("no_such_file", "base", problem, allowed, None);
        return None;
    }
    Some(Evaluator::new(base, set))
}

fn most_points(document: &mut Document, axes: &[Option<Axis>]) {
    let lengths: Option<Vec<u64>> = axes
        .iter()
        .map(|axis| axis.as_ref().map(|axis| axis.values.len() as u64))
        .collect();
    let Some(lengths) = lengths else { return };
    let product = lengths
        .iter()
        .try_fold(1_u64, |product, length| product.checked_mul(*length));
    if product.is_none_or(|points| points > MOST_POINTS) {
        let factors: Vec<String> = lengths.iter().map(u64::to_string).collect();
        let problem = format!("{} points are too many", factors.join(" × "));
        let allowed = format!("at most {MOST_POINTS} points in all");
        document.note_at("too_many_points", "axis", problem, &allowed, None);
    }
}
