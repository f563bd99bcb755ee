//! A sweep of the gallery: its points and figures.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use rayon::ThreadPool;

use super::GalleryError;
use crate::figure::export::{File, Format};
use crate::figure::style::Style;
use crate::sweep::rows::{header, lines};
use crate::sweep::{self, OutputValue, Point, Points, Run, figures};

/// The points of a sweep and its figures; `progress` is told how many markets were solved.
///
/// # Errors
/// A sweep that is wrong or no point of which can be solved, figures that cannot be drawn.
pub fn files(
    file: &Path,
    pool: &ThreadPool,
    style: &Style,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<File>, GalleryError> {
    let sweep = sweep::load(file)?;
    let never = AtomicBool::new(false);
    let run = Run {
        sweep: &sweep,
        pool,
        stop: &never,
        progress,
    };
    run.prepare()?;
    let mut csv = header(&sweep);
    let mut points = Points {
        axes: sweep.axes.iter().map(|axis| axis.key.clone()).collect(),
        outputs: sweep.outputs.iter().map(ToString::to_string).collect(),
        points: Vec::new(),
    };
    let taken: Result<u64, std::convert::Infallible> = run.points(0..sweep.points(), |number, outcome| {
        let values = sweep.point(number);
        let outputs = outcome.map(|answer| answer.outputs);
        csv.push_str(&lines(&sweep, number, &values, &outputs));
        points.points.push(match outputs {
            Ok(outputs) => Point {
                values,
                outputs,
                reason: None,
            },
            Err(reason) => Point {
                values,
                outputs: vec![OutputValue::Absent; sweep.outputs.len()],
                reason: Some(reason),
            },
        });
        Ok(())
    });
    let Ok(solved) = taken;
    let mut files = vec![("points.csv".to_owned(), csv.into_bytes())];
    let between = |more: usize| progress(solved + more as u64);
    let watch = figures::Watch {
        progress: &between,
        stop: &never,
    };
    files.extend(pool.install(|| figures::files(&sweep, &points, style, &[Format::Svg], watch))?);
    Ok(files)
}
