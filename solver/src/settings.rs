//! How to solve; what to solve is the market.

/// A part of the work, for progress reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Backward induction over slots.
    Induction,
    /// The forward pass over slots.
    Path,
    /// Collecting the evidence.
    Certificate,
}

/// Who is told how far the work has come: the stage, steps done, steps in all.
pub type Observer<'a> = &'a dyn Fn(Stage, usize, usize);

/// How to solve; what to solve is the [`Market`](crate::market::Market).
#[derive(Clone, Copy, Default)]
pub struct Settings<'a> {
    /// Called after each slot.
    pub observer: Option<Observer<'a>>,
}

impl Settings<'_> {
    pub(crate) fn report(&self, stage: Stage, done: usize, total: usize) {
        if let Some(observer) = self.observer {
            observer(stage, done, total);
        }
    }
}
