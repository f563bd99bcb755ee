//! Work shared out over threads, whose results are taken in order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rayon::ThreadPool;

/// How far a thread may run ahead of the first result that is missing, for each thread: what memory holds at most.
const WINDOW: u64 = 64;

/// Does `work` for every number of the range and gives the results to `take` in order; returns the first number that was
/// not done. Once `stop` is set, numbers in hand are finished and no other is begun.
///
/// # Errors
/// That of `take`, which ends the work.
pub(super) fn in_order<T: Send, E>(
    pool: &ThreadPool,
    range: Range<u64>,
    stop: &AtomicBool,
    work: impl Fn(u64) -> T + Sync,
    mut take: impl FnMut(u64, T) -> Result<(), E>,
) -> Result<u64, E> {
    let threads = pool.current_num_threads() as u64;
    let queue = Queue {
        next: AtomicU64::new(range.start),
        end: range.end,
        gate: Gate::new(range.start.saturating_add(WINDOW * threads)),
    };
    let (sender, receiver) = mpsc::channel();
    let mut taken = range.start;
    let mut failure = None;
    pool.in_place_scope(|scope| {
        for _ in 0..threads {
            let (sender, queue, work) = (sender.clone(), &queue, &work);
            scope.spawn(move |_| {
                // Should `work` panic, the others must not wait at the gate for its result.
                let _opened = OpenedAtLast(&queue.gate);
                while let Some(number) = queue.take(stop) {
                    if sender.send((number, work(number))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        for (number, result) in receiver {
            early.insert(number, result);
            while let Some(result) = early.remove(&taken) {
                if let Err(error) = take(taken, result) {
                    failure = Some(error);
                    // The receiver is gone after this loop: threads stop when they cannot send.
                    queue.gate.open();
                    return;
                }
                taken += 1;
            }
            queue.gate.allow(taken.saturating_add(WINDOW * threads));
        }
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(taken),
    }
}

/// The numbers still to be done.
struct Queue {
    next: AtomicU64,
    end: u64,
    gate: Gate,
}

impl Queue {
    /// The next number, unless there is none or the work is stopped; waits until it is near enough.
    fn take(&self, stop: &AtomicBool) -> Option<u64> {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number >= self.end {
            return None;
        }
        self.gate.wait(number);
        Some(number)
    }
}

/// Lets numbers below a bound pass.
struct Gate {
    bound: Mutex<u64>,
    moved: Condvar,
}

impl Gate {
    fn new(bound: u64) -> Self {
        Self {
            bound: Mutex::new(bound),
            moved: Condvar::new(),
        }
    }

    fn bound(&self) -> MutexGuard<'_, u64> {
        self.bound.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, number: u64) {
        let mut bound = self.bound();
        while number >= *bound {
            bound = self.moved.wait(bound).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn allow(&self, bound: u64) {
        let mut old = self.bound();
        *old = bound.max(*old);
        self.moved.notify_all();
    }

    fn open(&self) {
        self.allow(u64::MAX);
    }
}

/// Opens a gate when a thread panics.
struct OpenedAtLast<'g>(&'g Gate);

impl Drop for OpenedAtLast<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.open();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use super::*;

    fn pool(threads: usize) -> ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
    }

    #[test]
    fn results_come_in_order_and_all_of_them() {
        for threads in [1, 3] {
            let mut seen = Vec::new();
            let stop = AtomicBool::new(false);
            let slow_at_times = |k: u64| {
                if k.is_multiple_of(97) {
                    std::thread::sleep(Duration::from_millis(2));
                }
                k * k
            };
            let end = in_order(&pool(threads), 5..1_000, &stop, slow_at_times, |k, square| {
                seen.push((k, square));
                Ok::<_, Infallible>(())
            });
            assert_eq!(end, Ok(1_000));
            assert!(seen.iter().copied().eq((5..1_000).map(|k| (k, k * k))));
        }
    }

    #[test]
    fn a_stop_leaves_no_hole() {
        let stop = AtomicBool::new(false);
        let mut seen = Vec::new();
        let work = |k: u64| {
            if k == 20 {
                stop.store(true, Ordering::Relaxed);
            }
            k
        };
        let end = in_order(&pool(2), 0..1_000, &stop, work, |k, _| {
            seen.push(k);
            Ok::<_, Infallible>(())
        });
        let end = end.unwrap();
        assert!((21..1_000).contains(&end), "{end}");
        assert!(seen.into_iter().eq(0..end));
    }

    #[test]
    fn a_result_that_cannot_be_taken_ends_the_work() {
        let stop = AtomicBool::new(false);
        let end = in_order(
            &pool(2),
            0..u64::MAX,
            &stop,
            |k| k,
            |k, _| if k == 300 { Err(k) } else { Ok(()) },
        );
        assert_eq!(end, Err(300));
    }
}
