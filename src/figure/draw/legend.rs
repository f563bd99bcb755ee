//! What stands around the axes: the legend above them, the key of a map beside them.

use super::panel::{Answer, CAPITAL, Draughtsman, Frame, units};
use super::sheet::{Anchor, Sheet};
use crate::figure::label::Label;
use crate::figure::layer::{Fill, Layer, Look, Shape, Tone};
use crate::figure::panel::{ColourKey, Figure};
use crate::figure::style::Style;
use crate::report::significant;

/// Width of an entry's sample, points.
const SAMPLE: f64 = 20.0;
/// Space between sample and words, and between entries.
const GAP: f64 = 4.0;
const APART: f64 = 13.0;
/// Width of the bands of a key, points, and space on either side of them.
const BAND: f64 = 8.0;
const BESIDE: f64 = 7.0;

/// The entries above the axes, in lines that fit the page.
pub struct Legend<'f> {
    lines: Vec<Vec<(&'f Layer, &'f Label, f64)>>,
    line_height: f64,
}

impl<'f> Legend<'f> {
    /// One entry a label, in the order in which they first occur.
    pub fn new(figure: &'f Figure, sheet: &Sheet, style: &Style, width: f64) -> Self {
        let mut entries: Vec<(&Layer, &Label)> = Vec::new();
        for layer in figure.panels().flat_map(|panel| &panel.layers) {
            if let Some(label) = &layer.label
                && !entries.iter().any(|(_, known)| *known == label)
            {
                entries.push((layer, label));
            }
        }
        let mut lines: Vec<Vec<(&Layer, &Label, f64)>> = Vec::new();
        let mut used = f64::INFINITY;
        for (layer, label) in entries {
            let room = SAMPLE + GAP + sheet.width_of(label, style.small_font_size);
            if used + APART + room > width {
                lines.push(Vec::new());
                used = room;
            } else {
                used += APART + room;
            }
            if let Some(line) = lines.last_mut() {
                line.push((layer, label, room));
            }
        }
        Self {
            lines,
            line_height: 1.45 * style.small_font_size,
        }
    }

    /// Points.
    pub fn height(&self) -> f64 {
        if self.lines.is_empty() {
            0.0
        } else {
            self.lines.len() as f64 * self.line_height + 4.0
        }
    }

    /// Draws it from (left, top) on.
    pub fn draw(&self, by: &Draughtsman<'_>, left: f64, top: f64) -> Answer {
        by.sheet.open(&[("class", "legend")]);
        let size = by.style.small_font_size;
        for (index, line) in self.lines.iter().enumerate() {
            let middle = top + (index as f64 + 0.5) * self.line_height;
            let mut x = left;
            for (layer, label, room) in line {
                sample(by, layer, x, middle)?;
                let at = (units(x + SAMPLE + GAP), units(middle + 0.5 * CAPITAL * size));
                by.sheet.write(at, by.text(label, size, Anchor::Start));
                x += room + APART;
            }
        }
        by.sheet.close();
        Ok(())
    }
}

fn sample(by: &Draughtsman<'_>, layer: &Layer, left: f64, middle: f64) -> Answer {
    let centre = (units(left + 0.5 * SAMPLE), units(middle));
    match layer.shape {
        Shape::Lines(_) | Shape::Steps(_) | Shape::Vertical(_) | Shape::Horizontal(_) => {
            by.rule((left, middle), (left + SAMPLE, middle), layer.look)?;
            match layer.look.marker {
                Some(marker) => by.marker(centre, marker, layer.look),
                None => Ok(()),
            }
        }
        Shape::Points(_) => match layer.look.marker {
            Some(marker) => by.marker(centre, marker, layer.look),
            None => Ok(()),
        },
        Shape::Areas(_) | Shape::Cells(_) | Shape::Bars { .. } => {
            let frame = Frame {
                left: left + 3.0,
                top: middle - 3.2,
                width: SAMPLE - 6.0,
                height: 6.4,
            };
            by.swatch(frame, layer.look)
        }
        Shape::Words { .. } => Ok(()),
    }
}

/// How the ends of a key's bands are written: levels in full, the ends of the range to two more digits than they differ.
fn bounds(key: &ColourKey) -> Vec<Label> {
    let write = |bound: &f64, digits: usize| {
        let text = significant(*bound, digits).replace('-', "−");
        Label::new(match text.split_once('e') {
            Some((mantissa, exponent)) => format!("${mantissa}·10^{{{exponent}}}$"),
            None => text,
        })
    };
    let last = key.bounds.len().saturating_sub(1);
    let labels = key.bounds.iter().enumerate();
    labels
        .map(|(index, bound)| write(bound, if index == 0 || index == last { 3 } else { 9 }))
        .collect()
}

/// How much room a key takes right of the axes, points.
pub fn key_width(key: &ColourKey, sheet: &Sheet, style: &Style) -> f64 {
    let widest = bounds(key)
        .iter()
        .map(|label| sheet.width_of(label, style.small_font_size))
        .fold(0.0, f64::max);
    BESIDE + BAND + 4.0 + widest
}

/// Draws the key right of a frame; what it measures is the panel's heading.
pub fn draw_key(by: &Draughtsman<'_>, key: &ColourKey, frame: Frame) -> Answer {
    by.sheet.open(&[("class", "key"), ("data-label", &key.label.plain())]);
    let labels = bounds(key);
    let bands = key.bounds.len().saturating_sub(1).max(1);
    let height = frame.height / bands as f64;
    let left = frame.right() + BESIDE;
    let small = by.style.small_font_size;
    for band in 0..bands {
        let place = Frame {
            left,
            top: frame.bottom() - (band as f64 + 1.0) * height,
            width: BAND,
            height,
        };
        by.swatch(place, Look::line(shade(band, bands)).filled(Fill::Full))?;
    }
    by.swatch(
        Frame {
            left,
            top: frame.top,
            width: BAND,
            height: frame.height,
        },
        Look::line(Tone::Ink).filled(Fill::Open),
    )?;
    for (index, label) in labels.iter().enumerate() {
        let y = frame.bottom() - index as f64 * height;
        by.rule(
            (left + BAND, y),
            (left + BAND + 2.0, y),
            Look::line(Tone::Ink).weighing(crate::figure::Weight::Thin),
        )?;
        let at = (units(left + BAND + 4.0), units(y + 0.5 * CAPITAL * small));
        by.sheet.write(at, by.text(label, small, Anchor::Start));
    }
    by.sheet.close();
    Ok(())
}

/// The shade of band `index` of `count`.
#[must_use]
pub fn shade(index: usize, count: usize) -> Tone {
    Tone::Shade((index as f64 + 0.5) / count.max(1) as f64)
}
