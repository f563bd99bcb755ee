//! The outputs of a sweep at any values of its axes.

use std::sync::Arc;

use serde_json::Value;

use super::axis::{Axis, AxisValue};
use super::file::Sweep;
use super::output::{Effort, OutputPath, OutputValue};
use crate::evaluate::{self, EvaluationError, Solved};
use crate::results::check::check_object;
use crate::spec::Setting;

/// Solves the market of a sweep at any values of its axes, those between the points of the grid included. Shared by
/// threads; the market file and its data files are read once.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sweep = etm::sweep::load("examples/sweeps/patience.toml".as_ref())?;
/// let evaluator = etm::sweep::Evaluator::new(&sweep);
/// let outputs = evaluator.outputs(&[0.975.into()])?;
/// assert_eq!(outputs.len(), sweep.outputs.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Evaluator {
    market: Arc<evaluate::Evaluator>,
    axes: Vec<Axis>,
    outputs: Vec<OutputPath>,
    effort: Effort,
}

/// What is found at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The sweep's outputs, in their order.
    pub outputs: Vec<OutputValue>,
    /// Whether the certificate is below tolerance.
    pub verified: bool,
}

impl Evaluator {
    /// The evaluator of a sweep.
    #[must_use]
    pub fn new(sweep: &Sweep) -> Self {
        let effort = sweep.outputs.iter().map(OutputPath::effort).max();
        Self {
            market: Arc::clone(&sweep.market),
            axes: sweep
                .axes
                .iter()
                .map(|axis| Axis {
                    // The values are given to each call.
                    values: Vec::new(),
                    ..axis.clone()
                })
                .collect(),
            outputs: sweep.outputs.clone(),
            effort: effort.unwrap_or(Effort::Figures),
        }
    }

    /// The sweep's outputs, in their order, where its axes have these values, one each.
    ///
    /// # Errors
    /// Values that make no valid market, or one that cannot be solved.
    pub fn outputs(&self, values: &[AxisValue]) -> Result<Vec<OutputValue>, EvaluationError> {
        Ok(self.answer(values)?.outputs)
    }

    /// As [`outputs`](Self::outputs), with the word of the certificate.
    ///
    /// # Errors
    /// As [`outputs`](Self::outputs).
    pub fn answer(&self, values: &[AxisValue]) -> Result<Answer, EvaluationError> {
        let (object, verified) = self.object(&self.settings(values))?;
        let outputs = self.outputs.iter().map(|output| output.value(&object)).collect();
        Ok(Answer { outputs, verified })
    }

    /// The whole object the outputs are taken from, at these values or, without any, of the market as its file says.
    pub(crate) fn whole(&self, values: Option<&[AxisValue]>) -> Result<Value, EvaluationError> {
        let settings = values.map_or_else(Vec::new, |values| self.settings(values));
        Ok(self.object(&settings)?.0)
    }

    fn settings(&self, values: &[AxisValue]) -> Vec<Setting> {
        let pairs = self.axes.iter().zip(values);
        pairs.flat_map(|(axis, value)| axis.settings(value)).collect()
    }

    fn object(&self, settings: &[Setting]) -> Result<(Value, bool), EvaluationError> {
        let solved = self.market.solve(settings)?;
        let mut object = serde_json::to_value(&solved.figures)?;
        if self.effort > Effort::Figures
            && let Value::Object(members) = &mut object
        {
            members.insert("check".to_owned(), self.report(&solved)?);
        }
        Ok((object, solved.figures.certificate.verified))
    }

    fn report(&self, solved: &Solved) -> Result<Value, EvaluationError> {
        let report = solved.judge()?;
        let explanation = match self.effort {
            Effort::Forces => Some(solved.explain(&report)?),
            Effort::Figures | Effort::Report => None,
        };
        Ok(check_object(&solved.figures, &report, explanation.as_ref())?)
    }
}
