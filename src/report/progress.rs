//! A progress bar on stderr for work that takes more than a second.

use std::cell::{Cell, RefCell};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use etm_solver::settings::Stage;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work faster than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar that appears when stderr is a terminal and the work goes on for more than a second.
pub struct Progress {
    started: Instant,
    wanted: bool,
    stage: Cell<Option<Stage>>,
    bar: RefCell<Option<ProgressBar>>,
}

impl Progress {
    /// A bar that has not appeared yet; with `quiet` it never does.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        Self {
            started: Instant::now(),
            wanted: !quiet && std::io::stderr().is_terminal(),
            stage: Cell::new(None),
            bar: RefCell::new(None),
        }
    }

    /// Told after each step of the work.
    pub fn update(&self, stage: Stage, done: usize, total: usize) {
        if !self.wanted || self.started.elapsed() < PATIENCE {
            return;
        }
        let mut bar = self.bar.borrow_mut();
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{msg:<14} {wide_bar} slot {pos} of {len}, {eta} left") {
                bar.set_style(style);
            }
            bar
        });
        if self.stage.replace(Some(stage)) != Some(stage) {
            bar.set_message(match stage {
                Stage::Induction => "solving",
                Stage::Path => "following",
                Stage::Certificate => "verifying",
            });
            bar.set_length(total as u64);
            bar.reset_eta();
        }
        bar.set_position(done as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.borrow_mut().take() {
            bar.finish_and_clear();
        }
    }
}

/// A bar that counts, shared by threads; it appears as [`Progress`] does.
pub struct Counter {
    started: Instant,
    wanted: bool,
    bar: ProgressBar,
}

impl Counter {
    /// A bar up to `total` of `what`.
    #[must_use]
    pub fn new(what: &'static str, total: u64, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}, {per_sec}, {eta} left")
        {
            bar.set_style(style);
        }
        bar.set_message(what);
        Self {
            started: Instant::now(),
            wanted: !quiet && std::io::stderr().is_terminal(),
            bar,
        }
    }

    /// Told how many are done.
    pub fn at(&self, done: u64) {
        if self.wanted && self.started.elapsed() > PATIENCE {
            if self.bar.is_hidden() {
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            self.bar.set_position(done);
        }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
