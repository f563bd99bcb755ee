//! Labels as outlines: every figure carries its letters with it and looks the same everywhere.

use rustybuzz::{Face, UnicodeBuffer, ttf_parser};

use super::DrawError;
use crate::figure::label::{Label, Level};

/// Libertinus Serif, licensed under the SIL Open Font License (`fonts/OFL.txt`).
const REGULAR: &[u8] = include_bytes!("../fonts/LibertinusSerif-Regular.otf");
const ITALIC: &[u8] = include_bytes!("../fonts/LibertinusSerif-Italic.otf");

/// Size of what stands below or above the line, relative to the line's.
const SMALL: f64 = 0.72;
/// How far it is lowered or raised, ems.
const LOWERED: f64 = -0.16;
const RAISED: f64 = 0.36;
/// How far a hat is raised over a letter as high as θ, and moved to the right, ems.
const HAT_RAISED: f64 = 0.2;
const HAT_SHIFT: f64 = 0.06;

/// The two faces of the figures' letters.
pub struct Typeface {
    regular: Face<'static>,
    italic: Face<'static>,
}

/// Names a glyph of one of the faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Glyph {
    pub italic: bool,
    pub id: u16,
}

/// A glyph and its place, in ems from the start of the line; y is up.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    pub glyph: Glyph,
    pub x: f64,
    pub y: f64,
    /// Relative to the size of the line.
    pub size: f64,
}

/// A label set in type.
#[derive(Debug, Clone, Default)]
pub struct Line {
    pub glyphs: Vec<Placed>,
    /// Ems.
    pub width: f64,
}

impl Typeface {
    /// The embedded typeface.
    pub fn embedded() -> Result<Self, DrawError> {
        match (Face::from_slice(REGULAR, 0), Face::from_slice(ITALIC, 0)) {
            (Some(regular), Some(italic)) => Ok(Self { regular, italic }),
            _ => Err(DrawError::Typeface),
        }
    }

    /// Sets a label.
    pub fn set(&self, label: &Label) -> Line {
        let mut line = Line::default();
        // Where the last run on the line ended, while scripts are stacked behind it.
        let mut stacked: Option<(f64, Level)> = None;
        // Where the last letter on the line begins and ends.
        let mut letter = (0.0, 0.0);
        for run in label.runs() {
            if run.level == Level::Hat {
                self.hat(&run.text, letter, &mut line.glyphs);
                continue;
            }
            let (size, y) = match run.level {
                Level::Line => (1.0, 0.0),
                Level::Sub => (SMALL, LOWERED),
                Level::Super | Level::Hat => (SMALL, RAISED),
            };
            let start = match (run.level, stacked) {
                (Level::Line, _) => {
                    stacked = None;
                    line.width
                }
                // An index below an exponent, or the other way round.
                (level, Some((start, before))) if before != level => start,
                (level, Some(_)) => {
                    stacked = Some((line.width, level));
                    line.width
                }
                (level, None) => {
                    stacked = Some((line.width, level));
                    line.width
                }
            };
            let end = self.run(&run.text, run.italic, (start, y, size), &mut line.glyphs);
            if run.level == Level::Line {
                letter = (line.glyphs.last().map_or(start, |last| last.x), end);
            }
            line.width = line.width.max(end);
        }
        line
    }

    /// Sets a hat over a letter, a little to the right because letters slant.
    fn hat(&self, text: &str, (start, end): (f64, f64), glyphs: &mut Vec<Placed>) {
        let width = self.run(text, false, (0.0, 0.0, 1.0), &mut Vec::new());
        let x = 0.5 * (start + end - width) + HAT_SHIFT;
        self.run(text, false, (x, HAT_RAISED, 1.0), glyphs);
    }

    /// Sets a run; returns where it ends.
    fn run(&self, text: &str, italic: bool, (start, y, size): (f64, f64, f64), glyphs: &mut Vec<Placed>) -> f64 {
        let face = self.face(italic);
        let em = f64::from(face.units_per_em());
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        let shaped = rustybuzz::shape(face, &[], buffer);
        let mut x = start;
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            glyphs.push(Placed {
                glyph: Glyph {
                    italic,
                    // Faces have at most 65,535 glyphs.
                    id: u16::try_from(info.glyph_id).unwrap_or(0),
                },
                x: x + size * f64::from(position.x_offset) / em,
                y: y + size * f64::from(position.y_offset) / em,
                size,
            });
            x += size * f64::from(position.x_advance) / em;
        }
        x
    }

    /// Units of the outline a glyph's em has.
    pub fn units_per_em(&self, glyph: Glyph) -> f64 {
        f64::from(self.face(glyph.italic).units_per_em())
    }

    /// The outline of a glyph as SVG path data, y down; empty for a space.
    pub fn outline(&self, glyph: Glyph) -> String {
        let mut outline = Outline(String::new());
        self.face(glyph.italic)
            .outline_glyph(ttf_parser::GlyphId(glyph.id), &mut outline);
        outline.0
    }

    fn face(&self, italic: bool) -> &Face<'static> {
        if italic { &self.italic } else { &self.regular }
    }
}

/// SVG path data.
struct Outline(String);

impl Outline {
    fn command(&mut self, letter: char, points: &[(f32, f32)]) {
        self.0.push(letter);
        for (index, (x, y)) in points.iter().enumerate() {
            if index > 0 {
                self.0.push(' ');
            }
            self.0.push_str(&format!("{} {}", x.round() as i32, -y.round() as i32));
        }
    }
}

impl ttf_parser::OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.command('M', &[(x, y)]);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.command('L', &[(x, y)]);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.command('Q', &[(x1, y1), (x, y)]);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.command('C', &[(x1, y1), (x2, y2), (x, y)]);
    }
    fn close(&mut self) {
        self.0.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_figures_has_a_glyph() {
        let face = Typeface::embedded().unwrap();
        let label = Label::new("Wθˆ*Πδβσμφρ≥≤×·−–…∞%0123456789 $θ\u{302}^*_t(r)$ ′·");
        let missing: Vec<_> = label
            .runs()
            .iter()
            .flat_map(|run| {
                let list: Vec<char> = run
                    .text
                    .chars()
                    .filter(|&letter| face.face(run.italic).glyph_index(letter).is_none())
                    .collect();
                list
            })
            .collect();
        assert_eq!(missing, Vec::<char>::new());
    }

    #[test]
    fn scripts_are_stacked() {
        let face = Typeface::embedded().unwrap();
        let both = face.set(&Label::new("$θ^*_t$")).width;
        let one = face.set(&Label::new("$θ_t$")).width;
        let base = face.set(&Label::new("$θ$")).width;
        assert!(both < one + 0.72 && both > base);
        assert!((face.set(&Label::new("$θ_t$x")).width - one) > 0.3);
    }
}
