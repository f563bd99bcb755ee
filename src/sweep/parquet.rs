//! `points.parquet`: the lines of `points.csv` as columns.
//!
//! The columns are those of `points.csv`, but for one: Parquet wants one type a column, so `value` holds numbers (booleans
//! as 1 and 0) and `text` holds values that are words. An axis of numbers is a column of numbers, one of words of words.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use csv::StringRecord;
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::axis::AxisKind;
use super::file::Sweep;

/// Rows kept in memory at a time.
const GROUP: usize = 1 << 16;

/// Why the points cannot be written as Parquet.
#[derive(Debug, thiserror::Error)]
pub enum ParquetPointsError {
    /// The points cannot be read.
    #[error("points.csv: {0}")]
    Points(#[from] csv::Error),
    /// The file cannot be written.
    #[error("points.parquet: {0}")]
    Parquet(#[from] ParquetError),
    /// The file cannot be made, or not be put in place.
    #[error("points.parquet: {0}")]
    File(#[from] std::io::Error),
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Whole,
    Number,
    Word,
    /// Numbers and booleans of a field that may hold anything.
    AnyNumber,
    /// The rest of such a field.
    AnyWord,
    /// A text that is often absent.
    Note,
}

/// Writes `points.parquet` beside the finished `points.csv` in `folder`; memory does not grow with the number of points.
///
/// # Errors
/// Points that cannot be read; a full disk and the like.
pub fn write(folder: &Path, sweep: &Sweep) -> Result<(), ParquetPointsError> {
    let columns = columns(sweep);
    let schema = schema(&columns)?;
    let mut reader = csv::Reader::from_path(folder.join("points.csv"))?;
    // Aside first: a file of that name is whole.
    let aside = folder.join("points.parquet.partial");
    let mut writer = SerializedFileWriter::new(File::create(&aside)?, schema, Arc::default())?;
    let mut records = Vec::new();
    for record in reader.records() {
        records.push(record?);
        if records.len() == GROUP {
            group(&mut writer, &columns, &records)?;
            records.clear();
        }
    }
    if !records.is_empty() {
        group(&mut writer, &columns, &records)?;
    }
    writer.into_inner()?.sync_all()?;
    Ok(std::fs::rename(aside, folder.join("points.parquet"))?)
}

/// The columns with their names and the field of `points.csv` that each is taken from.
fn columns(sweep: &Sweep) -> Vec<(String, usize, Column)> {
    let mut columns = vec![("point".to_owned(), 0, Column::Whole)];
    for (axis, field) in sweep.axes.iter().zip(1..) {
        let column = match axis.kind {
            AxisKind::Words => Column::Word,
            AxisKind::Continuous { .. } | AxisKind::Whole => Column::Number,
        };
        columns.push((axis.key.clone(), field, column));
    }
    let output = columns.len();
    columns.push(("output".to_owned(), output, Column::Word));
    columns.push(("value".to_owned(), output + 1, Column::AnyNumber));
    columns.push(("text".to_owned(), output + 1, Column::AnyWord));
    columns.push(("reason".to_owned(), output + 2, Column::Note));
    columns
}

fn schema(columns: &[(String, usize, Column)]) -> Result<TypePtr, ParquetError> {
    let field = |(name, _, column): &(String, usize, Column)| {
        let (physical, logical) = match column {
            Column::Whole => (Physical::INT64, None),
            Column::Number | Column::AnyNumber => (Physical::DOUBLE, None),
            Column::Word | Column::AnyWord | Column::Note => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let repetition = if column.is_optional() {
            Repetition::OPTIONAL
        } else {
            Repetition::REQUIRED
        };
        let built = Type::primitive_type_builder(name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build();
        built.map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(
        Type::group_type_builder("points").with_fields(fields).build()?,
    ))
}

fn group(
    writer: &mut SerializedFileWriter<File>,
    columns: &[(String, usize, Column)],
    records: &[StringRecord],
) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    for &(_, field, column) in columns {
        let fields = records.iter().map(|record| record.get(field).unwrap_or_default());
        let words = |text: &str| Some(ByteArray::from(text));
        match column {
            Column::Whole => put::<Int64Type>(&mut group, fields.map(|text| text.parse().ok()), column)?,
            Column::Number | Column::AnyNumber => put::<DoubleType>(&mut group, fields.map(number), column)?,
            Column::AnyWord => {
                let is_word = |text: &&str| !text.is_empty() && number(text).is_none();
                let texts = fields.map(|text| Some(text).filter(is_word).and_then(words));
                put::<ByteArrayType>(&mut group, texts, column)?;
            }
            Column::Note => {
                let texts = fields.map(|text| Some(text).filter(|text| !text.is_empty()).and_then(words));
                put::<ByteArrayType>(&mut group, texts, column)?;
            }
            Column::Word => put::<ByteArrayType>(&mut group, fields.map(words), column)?,
        }
    }
    group.close().map(|_| ())
}

/// Writes the next column of a group.
fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: impl Iterator<Item = Option<T::T>>,
    column: Column,
) -> Result<(), ParquetError> {
    let Some(mut writer) = group.next_column()? else {
        return Err(ParquetError::General("the schema has too few columns".to_owned()));
    };
    let values: Vec<Option<T::T>> = values.collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let levels = column.is_optional().then_some(levels.as_slice());
    let present: Vec<T::T> = values.into_iter().flatten().collect();
    writer.typed::<T>().write_batch(&present, levels, None)?;
    writer.close()
}

impl Column {
    /// Whether a row may have nothing in it.
    fn is_optional(self) -> bool {
        matches!(self, Self::AnyNumber | Self::AnyWord | Self::Note)
    }
}

fn number(text: &str) -> Option<f64> {
    match text {
        "true" => Some(1.0),
        "false" => Some(0.0),
        text => text.parse().ok().filter(|x: &f64| x.is_finite()),
    }
}
