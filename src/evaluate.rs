//! One market at many settings: a market file and overrides in, verdicts and figures out.

use std::path::Path;

use etm_solver::conjecture::{self, ConjectureReport, Force};
use etm_solver::{Equilibrium, Settings, SolveError, Summary};

use crate::report;
use crate::spec::{Draft, Setting, Spec, SpecError};

/// A market file with overrides, to be solved again and again with some keys changed. Shared by threads.
#[derive(Debug)]
pub struct Evaluator {
    draft: Draft,
    base: Spec,
}

/// What the market is at one setting.
pub struct Evaluation {
    /// The figures.
    pub figures: Summary,
    /// The conjecture, judged.
    pub report: ConjectureReport,
}

/// The market solved at one setting, of which more can be asked.
pub struct Solved {
    /// The market as solved.
    pub spec: Spec,
    /// The equilibrium.
    pub equilibrium: Equilibrium,
    /// The figures.
    pub figures: Summary,
}

/// Why the answer is what it is.
pub struct Explanation {
    /// The market without each of its forces.
    pub forces: Vec<Force>,
    /// One paragraph.
    pub why: String,
}

/// Why a setting has no answer.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The market it makes is not valid.
    #[error(transparent)]
    Market(#[from] SpecError),
    /// It could not be solved.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// Its figures are no JSON.
    #[error("the figures cannot be written as JSON: {0}")]
    Object(#[from] serde_json::Error),
    /// A theorem whose hypotheses hold and whose conclusion fails: an error of this program.
    #[error(
        "internal error: {name} applies ({conclusion}), and its conclusion fails by {gap:e} of the market's scale; please report it with the market file"
    )]
    BrokenTheorem {
        /// The theorem.
        name: &'static str,
        /// What it says.
        conclusion: &'static str,
        /// How far that is from true, as a share of the market's scale.
        gap: f64,
    },
}

impl Evaluator {
    /// Reads the market file; `overrides` hold at every setting.
    ///
    /// # Errors
    /// A file that cannot be read, and whatever is wrong with the market without settings.
    pub fn new(path: &Path, overrides: &[String]) -> Result<Self, SpecError> {
        // Once with all its diagnostics; after that only settings can be wrong.
        let draft = Draft::load(path, overrides)?;
        let base = draft.build(&[])?;
        Ok(Self { draft, base })
    }

    /// The market without settings.
    #[must_use]
    pub fn base(&self) -> &Spec {
        &self.base
    }

    /// The text of the market with overrides, to try settings on.
    pub(crate) fn draft(&self) -> &Draft {
        &self.draft
    }

    /// Solves the market with these settings.
    ///
    /// # Errors
    /// Settings that make no valid market, or one that cannot be solved.
    pub fn solve(&self, settings: &[Setting]) -> Result<Solved, EvaluationError> {
        let spec = self.draft.build(settings)?;
        let equilibrium = etm_solver::solve(&spec.market, &Settings::default())?;
        let figures = equilibrium.summary(&spec.market)?;
        Ok(Solved {
            spec,
            equilibrium,
            figures,
        })
    }

    /// Solves and judges the market with these settings.
    ///
    /// # Errors
    /// As [`solve`](Self::solve); a report that cannot be computed.
    pub fn at(&self, settings: &[Setting]) -> Result<Evaluation, EvaluationError> {
        let solved = self.solve(settings)?;
        let report = solved.judge()?;
        Ok(Evaluation {
            figures: solved.figures,
            report,
        })
    }
}

impl Solved {
    /// The conjecture report.
    ///
    /// # Errors
    /// A report that cannot be computed; a theorem whose hypotheses hold and whose conclusion fails.
    pub fn judge(&self) -> Result<ConjectureReport, EvaluationError> {
        let (market, settings) = (&self.spec.market, Settings::default());
        let report = conjecture::check(market, &self.equilibrium, &self.figures, &settings)?;
        match broken_theorem(&report) {
            Some(broken) => Err(broken),
            None => Ok(report),
        }
    }

    /// Which forces drive the answer: solves the market once more for each.
    ///
    /// # Errors
    /// A market without one of its forces that cannot be solved.
    pub fn explain(&self, report: &ConjectureReport) -> Result<Explanation, EvaluationError> {
        let market = &self.spec.market;
        let forces = conjecture::forces(market, &Settings::default())?;
        let why = report::why(market, &self.figures, report, &forces);
        Ok(Explanation { forces, why })
    }
}

/// A theorem that applies and fails.
#[must_use]
pub fn broken_theorem(report: &ConjectureReport) -> Option<EvaluationError> {
    let broken = report.theorems.iter().find(|theorem| theorem.holds == Some(false))?;
    Some(EvaluationError::BrokenTheorem {
        name: broken.name,
        conclusion: broken.conclusion,
        gap: broken.gap.unwrap_or(f64::NAN),
    })
}
