//! All points of a sweep, on several threads, in order.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::ThreadPool;

use super::evaluator::{Answer, Evaluator};
use super::file::Sweep;
use super::known::check_outputs;
use super::ordered::in_order;
use crate::spec::SpecError;

/// A sweep being run.
pub struct Run<'s> {
    /// What is run.
    pub sweep: &'s Sweep,
    /// The threads.
    pub pool: &'s ThreadPool,
    /// Set to end the run: points in hand are finished, no other is begun.
    pub stop: &'s AtomicBool,
    /// Told how many points were done since the run began.
    pub progress: &'s (dyn Fn(u64) + Sync),
}

/// What became of a point.
pub type PointOutcome = Result<Answer, String>;

/// Why a sweep is not begun.
#[derive(Debug, thiserror::Error)]
pub enum NotBegun {
    /// It asks for outputs that its market does not have.
    #[error(transparent)]
    Outputs(#[from] SpecError),
    /// None of its points can be solved.
    #[error("no point of the sweep can be solved; the first: {0}")]
    EveryPointFails(String),
    /// It was stopped while the first point that can be solved was looked for.
    #[error("stopped before the first point was solved")]
    Stopped,
}

impl Run<'_> {
    /// Makes sure, before anything is written, that some point can be solved and that every output exists.
    ///
    /// # Errors
    /// See [`NotBegun`].
    pub fn prepare(&self) -> Result<(), NotBegun> {
        let evaluator = Evaluator::new(self.sweep);
        let base = evaluator.whole(None).ok();
        // Before the search: a misspelled output need not wait for it.
        if let Some(base) = &base {
            check_outputs(self.sweep, base)?;
        }
        let number = self.first_solved(&evaluator)?;
        if base.is_none() {
            let at = self.sweep.point(number);
            let object = evaluator
                .whole(Some(&at))
                .map_err(|error| NotBegun::EveryPointFails(reason(&error)))?;
            check_outputs(self.sweep, &object)?;
        }
        Ok(())
    }

    /// The first point that can be solved.
    fn first_solved(&self, evaluator: &Evaluator) -> Result<u64, NotBegun> {
        let mut first_reason = None;
        let found = AtomicBool::new(false);
        let work = |number: u64| {
            if self.stop.load(Ordering::Relaxed) {
                found.store(true, Ordering::Relaxed);
            }
            let outcome = evaluator.outputs(&self.sweep.point(number));
            if outcome.is_ok() {
                found.store(true, Ordering::Relaxed);
            }
            outcome.map(|_| ()).map_err(|error| reason(&error))
        };
        let end = in_order(
            self.pool,
            0..self.sweep.points(),
            &found,
            work,
            |number, outcome| match outcome {
                Ok(()) => Err(number),
                Err(reason) => {
                    first_reason.get_or_insert(reason);
                    Ok(())
                }
            },
        );
        match end {
            Err(number) => Ok(number),
            Ok(_) if self.stop.load(Ordering::Relaxed) => Err(NotBegun::Stopped),
            Ok(_) => Err(NotBegun::EveryPointFails(first_reason.unwrap_or_default())),
        }
    }

    /// Solves the points of a range and hands them to `take` in order; returns the first that was not done.
    ///
    /// # Errors
    /// That of `take`, which ends the run.
    pub fn points<E>(&self, range: Range<u64>, take: impl FnMut(u64, PointOutcome) -> Result<(), E>) -> Result<u64, E> {
        let evaluator = Evaluator::new(self.sweep);
        let done = AtomicU64::new(0);
        let work = |number: u64| {
            let answer = evaluator.answer(&self.sweep.point(number));
            (self.progress)(done.fetch_add(1, Ordering::Relaxed) + 1);
            answer.map_err(|error| reason(&error))
        };
        in_order(self.pool, range, self.stop, work, take)
    }
}

/// The first line of a message.
fn reason(error: &impl std::fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
