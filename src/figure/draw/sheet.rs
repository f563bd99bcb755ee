//! The SVG text, and the drawing back end that writes it.
//!
//! The library's own SVG back end has whole pixels and names a font that the reader may not have. This one counts in
//! hundredths of a point, so that curves do not wobble, sets letters as outlines, breaks lines with dash patterns, and
//! groups what belongs together under names that tests and editors can find.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write;
use std::rc::Rc;

use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind};

use super::typeface::{Glyph, Typeface};
use crate::figure::label::Label;
use crate::figure::layer::Dash;
use crate::figure::style::Colour;

/// Units of the canvas a point has.
pub const UNITS: f64 = 100.0;

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A text and how it is set.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    pub label: &'a Label,
    /// Points.
    pub size: f64,
    pub colour: Colour,
    pub anchor: Anchor,
    /// Whether it runs upwards.
    pub upwards: bool,
    /// Whether white surrounds it, for words over curves.
    pub halo: bool,
}

/// What strokes and areas look like that the library has no words for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    pub dash: Dash,
    /// Width of the line, points: dashes grow with it.
    pub width: f64,
    pub hatched: bool,
}

impl Default for Pen {
    fn default() -> Self {
        Self {
            dash: Dash::Solid,
            width: 1.0,
            hatched: false,
        }
    }
}

/// A page of vector graphics; clones draw on the same page.
#[derive(Clone)]
pub struct Sheet {
    page: Rc<RefCell<Page>>,
    typeface: Rc<Typeface>,
}

struct Page {
    size: (u32, u32),
    body: String,
    glyphs: BTreeMap<Glyph, String>,
    hatches: BTreeMap<String, String>,
    clips: usize,
    depth: usize,
    pen: Pen,
}

impl Sheet {
    /// An empty page, in points.
    pub fn new(typeface: Rc<Typeface>, width: f64, height: f64) -> Self {
        Self {
            page: Rc::new(RefCell::new(Page {
                size: ((width * UNITS).round() as u32, (height * UNITS).round() as u32),
                body: String::new(),
                glyphs: BTreeMap::new(),
                hatches: BTreeMap::new(),
                clips: 0,
                depth: 0,
                pen: Pen::default(),
            })),
            typeface,
        }
    }

    /// What is drawn from now on looks so.
    pub fn take(&self, pen: Pen) {
        self.page.borrow_mut().pen = pen;
    }

    /// Opens a group with attributes; [`close`](Self::close) ends it.
    pub fn open(&self, attributes: &[(&str, &str)]) {
        let mut tag = "<g".to_owned();
        for (name, value) in attributes {
            let _ = write!(tag, " {name}=\"{}\"", escaped(value));
        }
        tag.push('>');
        let mut page = self.page.borrow_mut();
        page.line(&tag);
        page.depth += 1;
    }

    /// Opens a group that shows only what lies in a rectangle.
    pub fn open_clipped(&self, left: i32, top: i32, width: i32, height: i32) {
        let id = {
            let mut page = self.page.borrow_mut();
            page.clips += 1;
            let id = format!("c{}", page.clips);
            let line = format!(
                "<clipPath id=\"{id}\"><rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/></clipPath>"
            );
            page.line(&line);
            id
        };
        self.open(&[("clip-path", &format!("url(#{id})"))]);
    }

    /// Ends the group opened last.
    pub fn close(&self) {
        let mut page = self.page.borrow_mut();
        page.depth = page.depth.saturating_sub(1);
        page.line("</g>");
    }

    /// Sets a text at a point, in units; its baseline runs through it.
    pub fn write(&self, (x, y): (i32, i32), text: Text<'_>) {
        let line = self.typeface.set(text.label);
        let em = text.size * UNITS;
        let shift = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -0.5 * line.width,
            Anchor::End => -line.width,
        };
        let mut glyphs = String::new();
        for placed in &line.glyphs {
            let outline = self.typeface.outline(placed.glyph);
            if outline.is_empty() {
                continue;
            }
            let name = name(placed.glyph);
            self.page.borrow_mut().glyphs.entry(placed.glyph).or_insert(outline);
            let scale = placed.size * em / self.typeface.units_per_em(placed.glyph);
            let _ = write!(
                glyphs,
                "<use href=\"#{name}\" transform=\"translate({} {}) scale({scale:.4})\"/>",
                ((placed.x + shift) * em).round(),
                (-placed.y * em).round() + 0.0,
            );
        }
        let turn = if text.upwards { " rotate(-90)" } else { "" };
        let place = format!("transform=\"translate({x} {y}){turn}\"");
        let label = escaped(&text.label.plain());
        let mut page = self.page.borrow_mut();
        if text.halo {
            let halo = format!(
                "<g {place} fill=\"#ffffff\" stroke=\"#ffffff\" stroke-width=\"260\" stroke-linejoin=\"round\">"
            );
            page.line(&format!("{halo}{glyphs}</g>"));
        }
        page.line(&format!(
            "<g class=\"text\" aria-label=\"{label}\" {place} fill=\"{}\">{glyphs}</g>",
            hex(text.colour)
        ));
    }

    /// Width of a label, points.
    pub fn width_of(&self, label: &Label, size: f64) -> f64 {
        self.typeface.set(label).width * size
    }

    /// The document; `title` and `description` are for readers that see no pictures.
    pub fn finish(&self, title: &str, description: &str) -> String {
        let page = self.page.borrow();
        let (width, height) = page.size;
        let points = |units: u32| f64::from(units) / UNITS;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}pt\" height=\"{}pt\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n<desc>{}</desc>\n<defs>\n",
            points(width),
            points(height),
            escaped(title),
            escaped(description),
        );
        for (glyph, outline) in &page.glyphs {
            let _ = writeln!(svg, "<path id=\"{}\" d=\"{outline}\"/>", name(*glyph));
        }
        for (colour, id) in &page.hatches {
            let _ = writeln!(
                svg,
                "<pattern id=\"{id}\" width=\"350\" height=\"350\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"350\" height=\"350\" fill=\"#ffffff\"/><rect width=\"110\" height=\"350\" fill=\"{colour}\"/></pattern>"
            );
        }
        let _ = writeln!(
            svg,
            "</defs>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>"
        );
        svg.push_str(&page.body);
        svg.push_str("</svg>\n");
        svg
    }
}

impl Page {
    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.body.push(' ');
        }
        self.body.push_str(text);
        self.body.push('\n');
    }

    fn stroke(&self, colour: BackendColor, width: u32) -> String {
        let unit = self.pen.width * UNITS;
        let pattern: &[f64] = match self.pen.dash {
            Dash::Solid => &[],
            Dash::Dashed => &[4.5, 2.2],
            Dash::Dotted => &[1.0, 1.9],
            Dash::DashDotted => &[5.0, 1.8, 1.0, 1.8],
            Dash::DashDotDotted => &[5.0, 1.6, 1.0, 1.4, 1.0, 1.6],
            Dash::ShortDashed => &[2.4, 1.4],
        };
        let mut attributes = format!(
            "fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"",
            rgb(colour)
        );
        if !pattern.is_empty() {
            let lengths: Vec<String> = pattern
                .iter()
                .map(|length| (length * unit).round().to_string())
                .collect();
            let _ = write!(attributes, " stroke-dasharray=\"{}\"", lengths.join(" "));
        }
        attributes
    }

    /// The filling of an area. With `seams` a hair's breadth of the same colour hides those between neighbours; polygons
    /// go without, because it would show the bridges to their holes.
    fn filling(&mut self, colour: BackendColor, seams: bool) -> String {
        let colour = rgb(colour);
        if self.pen.hatched {
            let next = format!("h{}", self.hatches.len());
            let outline = colour.clone();
            let id = self.hatches.entry(colour).or_insert(next);
            let stroke = if seams {
                format!(" stroke=\"{outline}\" stroke-width=\"50\"")
            } else {
                String::new()
            };
            return format!("fill=\"url(#{id})\"{stroke}");
        }
        if !seams {
            return format!("fill=\"{colour}\"");
        }
        format!("fill=\"{colour}\" stroke=\"{colour}\" stroke-width=\"12\"")
    }
}

type Answer = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Sheet {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.page.borrow().size
    }

    fn ensure_prepared(&mut self) -> Answer {
        Ok(())
    }

    fn present(&mut self) -> Answer {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Answer {
        let line = format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"1\" height=\"1\" fill=\"{}\"/>",
            rgb(color)
        );
        self.page.borrow_mut().line(&line);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Answer {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Answer {
        let mut page = self.page.borrow_mut();
        let look = if fill {
            page.filling(style.color(), true)
        } else {
            page.stroke(style.color(), style.stroke_width())
        };
        let (width, height) = (right - left, bottom - top);
        page.line(&format!(
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" {look}/>"
        ));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Answer {
        let data = path_data(path);
        let mut page = self.page.borrow_mut();
        let look = page.stroke(style.color(), style.stroke_width());
        page.line(&format!("<path d=\"{data}\" {look}/>"));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): BackendCoord, radius: u32, style: &S, fill: bool) -> Answer {
        let mut page = self.page.borrow_mut();
        let look = if fill {
            page.filling(style.color(), false)
        } else {
            // A ring hides what it lies on.
            page.stroke(style.color(), style.stroke_width())
                .replace("fill=\"none\"", "fill=\"#ffffff\"")
        };
        page.line(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" {look}/>"));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, vert: I, style: &S) -> Answer {
        let data = path_data(vert);
        let mut page = self.page.borrow_mut();
        let look = page.filling(style.color(), false);
        page.line(&format!("<path d=\"{data}Z\" {look}/>"));
        Ok(())
    }
}

fn path_data(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut data = String::new();
    let mut before = None;
    for (x, y) in points {
        // Points closer than a hundredth of a point are one.
        if before == Some((x, y)) {
            continue;
        }
        let _ = write!(data, "{}{x} {y}", if before.is_none() { 'M' } else { 'L' });
        before = Some((x, y));
    }
    data
}

fn name(glyph: Glyph) -> String {
    format!("{}{}", if glyph.italic { 'i' } else { 'r' }, glyph.id)
}

fn rgb(colour: BackendColor) -> String {
    let (red, green, blue) = colour.rgb;
    hex(Colour(red, green, blue))
}

fn hex(Colour(red, green, blue): Colour) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Text as it may stand in XML; control characters, which XML has no way to say, are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            control if control.is_control() => {}
            other => out.push(other),
        }
    }
    out
}
