//! `points.csv` read back into memory.

use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::axis::AxisValue;
use super::output::OutputValue;

/// The points of a finished sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// The keys of the axes, the first varies slowest.
    pub axes: Vec<String>,
    /// The outputs, the same at every point.
    pub outputs: Vec<String>,
    /// The points in order.
    pub points: Vec<Point>,
}

/// One point.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The values of the axes.
    pub values: Vec<AxisValue>,
    /// The outputs; all absent where the point failed.
    pub outputs: Vec<OutputValue>,
    /// Why it failed.
    pub reason: Option<String>,
}

/// Why points cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PointsError {
    /// The file is no CSV, or not there.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        reason: csv::Error,
    },
    /// It is not the points of a sweep.
    #[error("{}:{line}: {problem}; allowed: points.csv as etm sweep writes it", path.display())]
    NotPoints {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong there.
        problem: &'static str,
    },
}

/// Reads `points.csv`.
///
/// Values that read as numbers are numbers, `true` and `false` are booleans, others are words.
///
/// # Errors
/// A file that cannot be read, or that is not the points of one sweep.
pub fn read(path: &Path) -> Result<Points, PointsError> {
    let unreadable = |reason| PointsError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    let mut reader = csv::Reader::from_path(path).map_err(unreadable)?;
    let header = reader.headers().map_err(unreadable)?.clone();
    let mut reading = Reading::new(path, &header)?;
    for record in reader.into_records() {
        reading.record(&record.map_err(unreadable)?)?;
    }
    reading.finished()
}

struct Reading<'p> {
    path: &'p Path,
    line: u64,
    points: Points,
}

impl<'p> Reading<'p> {
    fn new(path: &'p Path, header: &StringRecord) -> Result<Self, PointsError> {
        let names: Vec<&str> = header.iter().collect();
        let axes = match names.as_slice() {
            ["point", axes @ .., "output", "value", "reason"] => Some(axes),
            _ => None,
        };
        let reading = Self {
            path,
            line: 1,
            points: Points {
                axes: axes.unwrap_or_default().iter().map(|key| (*key).to_owned()).collect(),
                outputs: Vec::new(),
                points: Vec::new(),
            },
        };
        match axes {
            Some(_) => Ok(reading),
            None => Err(reading.wrong("the header is not point, keys, output, value, reason")),
        }
    }

    fn wrong(&self, problem: &'static str) -> PointsError {
        PointsError::NotPoints {
            path: self.path.to_owned(),
            line: self.line,
            problem,
        }
    }

    fn record(&mut self, record: &StringRecord) -> Result<(), PointsError> {
        self.line = record.position().map_or(self.line + 1, csv::Position::line);
        let fields: Vec<&str> = record.iter().collect();
        // The reader has made sure that every record is as long as the header.
        let [number, values @ .., output, value, reason] = fields.as_slice() else {
            return Err(self.wrong("a field is missing"));
        };
        let number: usize = number
            .parse()
            .map_err(|_| self.wrong("the point is not a whole number"))?;
        let points = &mut self.points.points;
        if number == points.len() {
            points.push(Point {
                values: values.iter().map(|value| scalar(value)).collect(),
                outputs: Vec::new(),
                reason: (!reason.is_empty()).then(|| (*reason).to_owned()),
            });
        }
        if number + 1 != points.len() {
            return Err(self.wrong("the points are not in order"));
        }
        let place = self.points.points.last().map_or(0, |point| point.outputs.len());
        if number == 0 {
            self.points.outputs.push((*output).to_owned());
        } else if self.points.outputs.get(place).map(String::as_str) != Some(output) {
            return Err(self.wrong("the outputs are not those of the first point"));
        }
        if let Some(point) = self.points.points.last_mut() {
            point.outputs.push(found(value));
        }
        Ok(())
    }

    fn finished(self) -> Result<Points, PointsError> {
        let outputs = self.points.outputs.len();
        match self.points.points.last() {
            Some(point) if point.outputs.len() < outputs => Err(self.wrong("the last point is not whole")),
            _ => Ok(self.points),
        }
    }
}

fn scalar(text: &str) -> AxisValue {
    match number(text) {
        Some(number) => AxisValue::Number(number),
        None => AxisValue::Word(text.to_owned()),
    }
}

fn found(text: &str) -> OutputValue {
    match (text, number(text)) {
        ("", _) => OutputValue::Absent,
        ("true", _) => OutputValue::Boolean(true),
        ("false", _) => OutputValue::Boolean(false),
        (_, Some(number)) => OutputValue::Number(number),
        _ => OutputValue::Text(text.to_owned()),
    }
}

/// A finite number: the words "inf" and "nan" would parse as well.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|x: &f64| x.is_finite())
}
