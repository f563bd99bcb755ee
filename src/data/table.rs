//! A CSV file in memory.

use std::fs;
use std::path::{Path, PathBuf};

use csv::{ByteRecord, ReaderBuilder};

use super::error::{DataError, Found, excerpt};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Columns named in an error.
const LISTED: usize = 40;

/// How files begin that are not CSV text, and what to do about them.
const NOT_TEXT: [(&[u8], &str, &str); 6] = [
    (
        b"\x1f\x8b",
        "compressed with gzip",
        "a CSV file: decompress it first, with gunzip",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "compressed with zstd",
        "a CSV file: decompress it first, with unzstd",
    ),
    (
        b"PK\x03\x04",
        "a zip archive or a spreadsheet",
        "a CSV file: unzip it first, or export it as CSV",
    ),
    (b"PAR1", "a Parquet file", "a CSV file: export it as CSV"),
    (b"\xff\xfe", "UTF-16 text", "a CSV file in UTF-8: save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "a CSV file in UTF-8: save it as UTF-8"),
];

/// The bytes of a CSV file.
pub(super) struct Table {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Table {
    /// Reads the file.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let mut bytes = fs::read(path).map_err(|error| {
            DataError::of_file(
                path,
                format!("cannot be read: {error}"),
                "a CSV file; a path in a market file starts from that file's folder",
            )
        })?;
        for (start, what, allowed) in NOT_TEXT {
            if bytes.starts_with(start) {
                return Err(DataError::of_file(path, format!("the file is {what}"), allowed));
            }
        }
        if bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(Self {
            path: path.to_owned(),
            bytes,
        })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The line, from 1, of the row that starts at `place`.
    pub fn line(&self, place: usize) -> usize {
        // A row's place may still be before the line end of the row above.
        let ends = self.bytes[place..]
            .iter()
            .take_while(|b| matches!(b, b'\r' | b'\n'))
            .count();
        let before = &self.bytes[..place + ends];
        let feeds = before.iter().filter(|&&b| b == b'\n').count();
        if feeds > 0 {
            feeds + 1
        } else {
            before.iter().filter(|&&b| b == b'\r').count() + 1
        }
    }

    /// Calls `visit` with the place of every row and its fields in `columns`, without the spaces around them.
    ///
    /// Rows that cannot be divided into columns are noted in `found`.
    pub fn walk<'t, const N: usize>(
        &'t self,
        columns: [&str; N],
        found: &mut Found<'t>,
        mut visit: impl FnMut(usize, [&[u8]; N], &mut Found<'t>),
    ) -> Result<(), DataError> {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(&self.bytes[..]);
        let mut record = ByteRecord::new();
        let broken = |error: csv::Error| DataError::of_file(&self.path, error.to_string(), "a CSV file");

        if !reader.read_byte_record(&mut record).map_err(broken)? {
            return Err(DataError::of_file(
                &self.path,
                "the file is empty",
                "a line of column names and one line a slot",
            ));
        }
        let header = record.clone();
        let wanted = self.find(&header, columns)?;
        loop {
            let place = reader.position().byte() as usize;
            if !reader.read_byte_record(&mut record).map_err(broken)? {
                return Ok(());
            }
            if record.as_slice().contains(&b'\n') {
                // An opening quote that is never closed swallows rows, and those would just not be there.
                found.row(
                    place,
                    || "a quoted field runs on over the end of the line".to_owned(),
                    "quotes that are closed on the line they open on",
                );
            } else if record.len() != header.len() {
                found.row(
                    place,
                    || format!("the row has {}, the header {}", fields(record.len()), header.len()),
                    "as many fields in every row as in the header",
                );
            } else {
                visit(place, wanted.map(|index| record[index].trim_ascii()), found);
            }
        }
    }

    /// The places of `columns` in the header.
    fn find<const N: usize>(&self, header: &ByteRecord, columns: [&str; N]) -> Result<[usize; N], DataError> {
        let mut places = [0; N];
        for (place, column) in places.iter_mut().zip(columns) {
            let mut matches = header
                .iter()
                .enumerate()
                .filter(|(_, name)| name.trim_ascii() == column.trim().as_bytes());
            match (matches.next(), matches.next()) {
                (Some((index, _)), None) => *place = index,
                (Some(_), Some(_)) => {
                    return Err(self.header_fault(format!("the column {column:?} is there twice"), header));
                }
                (None, _) => return Err(self.header_fault(format!("there is no column {column:?}"), header)),
            }
        }
        Ok(places)
    }

    fn header_fault(&self, problem: String, header: &ByteRecord) -> DataError {
        let mut names: Vec<String> = header
            .iter()
            .take(LISTED)
            .map(|name| excerpt(name.trim_ascii()))
            .collect();
        if header.len() > LISTED {
            names.push(format!("… ({} columns)", header.len()));
        }
        let mut allowed = format!("one of {}", names.join(", "));
        if let [only] = header.iter().collect::<Vec<_>>()[..]
            && only.iter().any(|b| matches!(b, b';' | b'\t'))
        {
            allowed.push_str("; fields are separated by commas");
        }
        DataError::of_file(&self.path, problem, allowed)
    }
}

fn fields(count: usize) -> String {
    if count == 1 {
        "1 field".to_owned()
    } else {
        format!("{count} fields")
    }
}
