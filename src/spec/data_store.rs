//! The data files of a market, read once however often it is built.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use etm_solver::market::Faults;
use etm_solver::prize::empirical::{Estimate, Observation, estimate};

use crate::data::{DataError, read_column, read_observations};

/// Most readings and most chains kept: a sweep over the file or over the number of bins must not fill the memory.
const MOST_KEPT: usize = 8;

/// What has been read and estimated, the oldest first. Shared by threads.
///
/// A file is taken as it was when it was first read: a sweep sees one version of it.
#[derive(Debug, Default)]
pub(crate) struct DataStore {
    observations: Kept<Series, Arc<[Observation]>>,
    columns: Kept<(PathBuf, String), Arc<[f64]>>,
    chains: Kept<(Series, usize, u64), Arc<Estimate>>,
}

type Series = (PathBuf, String, String);
type Kept<K, V> = Mutex<VecDeque<(K, V)>>;

impl DataStore {
    /// As [`read_observations`].
    pub(crate) fn observations(&self, path: &Path, column: &str, slots: &str) -> Result<Arc<[Observation]>, DataError> {
        let key = (path.to_owned(), column.to_owned(), slots.to_owned());
        kept(&self.observations, &key, || {
            Ok(read_observations(path, column, slots)?.into())
        })
    }

    /// As [`read_column`].
    pub(crate) fn column(&self, path: &Path, column: &str) -> Result<Arc<[f64]>, DataError> {
        let key = (path.to_owned(), column.to_owned());
        kept(&self.columns, &key, || Ok(read_column(path, column)?.into()))
    }

    /// The chain estimated from observations read before, as [`estimate`] does.
    pub(crate) fn chain(
        &self,
        (path, column, slots): (&Path, &str, &str),
        observations: &[Observation],
        bins: usize,
        initial: f64,
    ) -> Result<Arc<Estimate>, Faults> {
        let series = (path.to_owned(), column.to_owned(), slots.to_owned());
        let key = (series, bins, initial.to_bits());
        kept(&self.chains, &key, || {
            Ok(Arc::new(estimate(observations, bins, initial)?))
        })
    }
}

/// What is kept under `key`, or is made now. Two threads may make the same thing; they make it alike.
fn kept<K: PartialEq + Clone, V: Clone, E>(
    store: &Kept<K, V>,
    key: &K,
    make: impl FnOnce() -> Result<V, E>,
) -> Result<V, E> {
    if let Some((_, value)) = entries(store).iter().find(|(one, _)| one == key) {
        return Ok(value.clone());
    }
    let made = make()?;
    let mut entries = entries(store);
    if entries.len() == MOST_KEPT {
        entries.pop_front();
    }
    entries.push_back((key.clone(), made.clone()));
    Ok(made)
}

/// The entries, whatever happened to another thread that held them: each is whole.
fn entries<K, V>(store: &Kept<K, V>) -> MutexGuard<'_, VecDeque<(K, V)>> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}
