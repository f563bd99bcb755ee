//! A progress bar on stderr for work that takes more than a second.

use std::cell::{Cell, RefCell};
use std::fmt::Write;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use etm_solver::settings::Stage;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::table::significant;

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
        Self::going_on(what, 0, total, quiet)
    }

    /// A bar from `done` to `total` of `what`: what was done before counts neither for the rate nor for the time left.
    #[must_use]
    pub fn going_on(what: &'static str, done: u64, total: u64, quiet: bool) -> Self {
        Self::with_template(
            what,
            (done, Some(total)),
            "{msg} {wide_bar} {human_pos} of {human_len}, {rate}, {eta} left",
            quiet,
        )
    }

    /// A count of `what` whose end is not known.
    #[must_use]
    pub fn without_end(what: &'static str, quiet: bool) -> Self {
        Self::with_template(what, (0, None), "{human_pos} {msg}, {rate}", quiet)
    }

    fn with_template(what: &'static str, (done, total): (u64, Option<u64>), template: &str, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("rate", |state: &ProgressState, text: &mut dyn Write| {
                // Nobody is waiting for a bar that cannot be written.
                let _ = text.write_str(&rate(state.per_sec()));
            }));
        }
        bar.set_message(what);
        bar.set_position(done);
        bar.reset_eta();
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

/// A rate to three digits; where less than one is done a second, the time that one takes.
fn rate(per_second: f64) -> String {
    if per_second >= 100.0 {
        format!("{per_second:.0}/s")
    } else if per_second >= 1.0 {
        format!("{}/s", significant(per_second, 3))
    } else if per_second > 0.0 {
        format!("{} s each", significant(per_second.recip(), 3))
    } else {
        "–/s".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn rates_have_three_digits() {
        assert_eq!(rate(123_456.7), "123457/s");
        assert_eq!(rate(12.345), "12.3/s");
        assert_eq!(rate(0.25), "4 s each");
        assert_eq!(rate(0.0), "–/s");
    }
}
