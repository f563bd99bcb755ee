//! Columns of numbers from CSV files.
//!
//! A file is read whole and walked once, without an allocation a row. It has a header line, commas between the
//! fields and points in the numbers; a byte order mark, either kind of line end, quoted fields and spaces around a
//! number are all accepted. A blank field is a missing value.

mod error;
mod table;

pub use error::{DataError, DataFault};

use std::path::Path;

use etm_solver::prize::empirical::Observation;

use error::Found;
use table::Table;

const PRIZE: &str = "a finite number, at least 0, or nothing for a missing value";
const SLOT: &str = "a whole number, the slot of the row";

/// One observation a row, in increasing order of the slot whatever the order of the file.
///
/// A blank in `column` is a slot whose prize was not observed.
///
/// # Errors
/// A file that cannot be read or is no CSV text; a column that is not there, or there twice; a row of the wrong
/// width; a slot that is no whole number, or given twice; a value that is negative or no finite number; no value at
/// all. Every fault of the file is counted, the first ten are named.
pub fn read_observations(path: &Path, column: &str, slot_column: &str) -> Result<Vec<Observation>, DataError> {
    let table = Table::open(path)?;
    let mut found = Found::new(&table);
    let mut observations = Vec::new();
    let mut places = Vec::new();
    table.walk([slot_column, column], &mut found, |place, [slot, value], found| {
        let prize = prize(value);
        if prize.is_err() {
            found.field(place, column, value, PRIZE);
        }
        let slot = whole(slot).ok_or(slot);
        if let Err(text) = slot {
            found.field(place, slot_column, text, SLOT);
        }
        if let (Ok(slot), Ok(prize)) = (slot, prize) {
            observations.push(Observation { slot, prize });
            places.push(place);
        }
    })?;
    if !observations.is_sorted_by(|a, b| a.slot < b.slot) {
        observations = in_order(&observations, &places, slot_column, &mut found);
    }
    require_a_value(observations.iter().any(|seen| seen.prize.is_some()), column, &mut found);
    found.or(observations)
}

/// The values of a column in the order of the file; blank fields are left out.
///
/// # Errors
/// As [`read_observations`], without the slots.
pub fn read_column(path: &Path, column: &str) -> Result<Vec<f64>, DataError> {
    let table = Table::open(path)?;
    let mut found = Found::new(&table);
    let mut values = Vec::new();
    table.walk([column], &mut found, |place, [value], found| match prize(value) {
        Ok(prize) => values.extend(prize),
        Err(NotAPrize) => found.field(place, column, value, PRIZE),
    })?;
    require_a_value(!values.is_empty(), column, &mut found);
    found.or(values)
}

/// A field that is neither blank nor a prize.
struct NotAPrize;

fn prize(field: &[u8]) -> Result<Option<f64>, NotAPrize> {
    if field.is_empty() {
        return Ok(None);
    }
    let number: f64 = std::str::from_utf8(field)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(NotAPrize)?;
    // "inf", "nan" and 1e999 parse.
    if number.is_finite() && number >= 0.0 {
        Ok(Some(number))
    } else {
        Err(NotAPrize)
    }
}

fn whole(field: &[u8]) -> Option<i64> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// Sorts by slot and notes every slot given again.
fn in_order(seen: &[Observation], places: &[usize], slot_column: &str, found: &mut Found<'_>) -> Vec<Observation> {
    let mut order: Vec<usize> = (0..seen.len()).collect();
    order.sort_by_key(|&i| (seen[i].slot, i));
    let mut repeated: Vec<(usize, usize)> = order
        .windows(2)
        .filter(|pair| seen[pair[0]].slot == seen[pair[1]].slot)
        .map(|pair| (pair[1], pair[0]))
        .collect();
    repeated.sort_unstable();
    for (again, before) in repeated {
        found.repeated(places[again], slot_column, seen[again].slot, places[before]);
    }
    order.iter().map(|&i| seen[i]).collect()
}

fn require_a_value(any: bool, column: &str, found: &mut Found<'_>) {
    // Faulty values have been named already.
    if !any && found.is_none() {
        found.whole_file(
            format!("the column {column:?} has no value"),
            "at least one row with a value".to_owned(),
        );
    }
}
