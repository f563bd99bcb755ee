//! Texts that diagnostics point into: the market file and the `--set` arguments.

use std::ops::Range;

/// Where something stands: bytes `start..end` of source number `source`.
///
/// Source 0 is the market file, source i the i-th `--set` argument. Kept small, since every number of a large
/// matrix carries one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) source: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Place {
    /// Bytes of a source; sources are far below 4 GiB.
    pub(crate) fn new(source: u32, span: Range<usize>) -> Self {
        let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            source,
            start: short(span.start),
            end: short(span.end),
        }
    }

    /// Whether it is in the market file rather than on the command line.
    pub(crate) fn in_file(self) -> bool {
        self.source == 0
    }
}

/// A text with the name it is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Source {
    /// Line and column, both counted from 1, the column in characters.
    pub(crate) fn position(&self, offset: u32) -> (usize, usize) {
        let before = &self.text[..self.boundary(offset as usize)];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[start..].chars().count() + 1)
    }

    /// The part of a place on its first line, without the end of line.
    pub(crate) fn first_line(&self, place: Place) -> Range<usize> {
        let start = self.boundary(place.start as usize);
        let end = self.boundary(place.end as usize).max(start);
        let text = &self.text[start..end];
        let length = text.find(['\n', '\r']).unwrap_or(text.len());
        start..start + length
    }

    /// The length in bytes of the line around an offset.
    pub(crate) fn line_length(&self, offset: usize) -> usize {
        let offset = self.boundary(offset);
        let start = self.text[..offset].rfind('\n').map_or(0, |i| i + 1);
        let end = self.text[offset..].find('\n').map_or(self.text.len(), |i| offset + i);
        end - start
    }

    /// The last character boundary at or before `offset`.
    fn boundary(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}
