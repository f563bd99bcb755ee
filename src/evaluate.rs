//! One market at many settings: a market file and overrides in, verdicts and figures out.

use std::path::{Path, PathBuf};

use etm_solver::conjecture::{self, ConjectureReport};
use etm_solver::{Settings, Summary};

use crate::spec::{self, SpecError};

/// A market file with overrides, to be solved again and again with some keys changed.
pub struct Evaluator {
    text: String,
    name: String,
    folder: PathBuf,
    overrides: Vec<String>,
}

/// A key and the number it is set to.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Dotted key of the market file.
    pub key: String,
    /// Its value; whole numbers are written as such.
    pub value: f64,
}

/// What the market is at one setting.
pub struct Evaluation {
    /// The figures.
    pub figures: Summary,
    /// The conjecture, judged.
    pub report: ConjectureReport,
}

/// Why a setting has no answer.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// The market it makes is not valid.
    #[error(transparent)]
    Market(#[from] SpecError),
    /// It could not be solved.
    #[error(transparent)]
    Solve(#[from] etm_solver::SolveError),
}

impl Evaluator {
    /// Reads the market file; `overrides` hold at every setting.
    ///
    /// # Errors
    /// A file that cannot be read, and whatever is wrong with the market without settings.
    pub fn new(path: &Path, overrides: &[String]) -> Result<Self, SpecError> {
        // Once with all its diagnostics; after that only settings can be wrong.
        spec::load(path, overrides)?;
        let text = spec::read_text(path)?;
        Ok(Self {
            text,
            name: path.display().to_string(),
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            overrides: overrides.to_vec(),
        })
    }

    /// Solves and judges the market with these settings.
    ///
    /// # Errors
    /// Settings that make no valid market, or one that cannot be solved.
    pub fn at(&self, settings: &[Setting]) -> Result<Evaluation, EvaluationError> {
        let mut overrides = self.overrides.clone();
        overrides.extend(
            settings
                .iter()
                .map(|setting| format!("{}={}", setting.key, setting.value)),
        );
        let spec = spec::parse(&self.text, &self.name, &self.folder, &overrides)?;
        let quiet = Settings::default();
        let equilibrium = etm_solver::solve(&spec.market, &quiet)?;
        let figures = equilibrium.summary(&spec.market)?;
        let report = conjecture::check(&spec.market, &equilibrium, &figures, &quiet)?;
        Ok(Evaluation { figures, report })
    }
}
