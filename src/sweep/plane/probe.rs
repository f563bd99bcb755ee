//! What is asked of the function at a point, and how often it was asked.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Plane;

/// Which points belong to the set.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// Those with a value of at least this.
    AtLeast(f64),
    /// Those without a value.
    Missing,
}

/// One point, judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// Whether it belongs to the set.
    pub inside: bool,
    /// By how much it does (negative: does not), where this is a finite number that can guide a search.
    pub excess: Option<f64>,
}

impl Rule {
    fn judge(self, value: Option<f64>) -> Sample {
        // NaN is no value: it compares with nothing, so it would otherwise be outside of the set and not missing.
        let value = value.filter(|v| !v.is_nan());
        match self {
            Self::AtLeast(level) => Sample {
                inside: value.is_some_and(|v| v >= level),
                excess: value.map(|v| v - level).filter(|e| e.is_finite()),
            },
            Self::Missing => Sample {
                inside: value.is_none(),
                excess: None,
            },
        }
    }
}

/// The function of a plane under one rule, remembering and counting its evaluations.
pub(super) struct Probe<'p, 'a> {
    pub plane: &'p Plane<'a>,
    rule: Rule,
    /// What was evaluated, by the bits of (x, y): a bracket may try a point that is a cell's corner later.
    evaluated: Mutex<BTreeMap<(u64, u64), Sample>>,
}

impl<'p, 'a> Probe<'p, 'a> {
    pub(super) fn new(plane: &'p Plane<'a>, rule: Rule) -> Self {
        Self {
            plane,
            rule,
            evaluated: Mutex::new(BTreeMap::new()),
        }
    }

    /// The known value at the grid point (`i`, `j`); costs nothing.
    pub(super) fn known(&self, i: usize, j: usize) -> Sample {
        self.rule.judge(self.plane.value(i, j))
    }

    /// Evaluates the function, once a point. Points asked for at the same time are different ones.
    pub(super) fn at(&self, x: f64, y: f64) -> Sample {
        let key = (x.to_bits(), y.to_bits());
        if let Some(&sample) = self.evaluated().get(&key) {
            return sample;
        }
        let sample = self.rule.judge((self.plane.at)(x, y));
        let count = {
            let mut evaluated = self.evaluated();
            evaluated.insert(key, sample);
            evaluated.len()
        };
        if let Some(progress) = self.plane.progress {
            progress(count);
        }
        sample
    }

    /// How many evaluations there have been.
    pub(super) fn count(&self) -> usize {
        self.evaluated().len()
    }

    /// A thread that panicked in between cannot have left a half-made entry, so its poison is no reason to stop.
    fn evaluated(&self) -> MutexGuard<'_, BTreeMap<(u64, u64), Sample>> {
        self.evaluated.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
