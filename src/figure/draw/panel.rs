//! One pair of axes: its frame, ticks and layers.

use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::{Color, RGBColor, ShapeStyle};

use super::sheet::{Anchor, Pen, Sheet, Text, UNITS};
use super::ticks::Tick;
use crate::figure::axis::Axis;
use crate::figure::label::Label;
use crate::figure::layer::{Fill, Layer, Look, Marker, Shape, Tone, Weight};
use crate::figure::panel::Panel;
use crate::figure::style::{Colour, Style};

/// A sheet with the library's pixel coordinates.
pub type Page = DrawingArea<Sheet, Shift>;
/// The inside of axes, from (0, 0) at the lower left to (1, 1) at the upper right.
type Inside = DrawingArea<Sheet, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
/// What drawing may end in.
pub type Answer = Result<(), DrawingAreaErrorKind<std::convert::Infallible>>;

/// Where a point of the data lies inside the axes.
type Place<'a> = dyn Fn(&(f64, f64)) -> (f64, f64) + 'a;

/// Length of ticks, points.
pub const TICK: f64 = 2.5;
/// Space between a tick and its label, points.
pub const TICK_GAP: f64 = 2.0;
/// Height of digits and of capitals, ems.
pub const CAPITAL: f64 = 0.66;
/// Where in the axes a message stands, from the top: above the middle, where curves that are zero do not run.
const MESSAGE: f64 = 0.35;
/// How far the label of an axis may reach over its ends together, points.
const OVER: f64 = 3.0;
/// How much of a colour a tint keeps.
const TINT: f64 = 0.22;

/// Where the axes of a panel lie, in points from the upper left corner of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Frame {
    pub fn right(&self) -> f64 {
        self.left + self.width
    }
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// A panel, its ticks and its place.
pub struct Drawn<'a> {
    pub panel: &'a Panel,
    pub frame: Frame,
    pub x_ticks: Vec<Tick>,
    pub y_ticks: Vec<Tick>,
    /// Distance of the vertical axis's label from the axis, points.
    pub label_distance: f64,
}

/// Draws panels on a sheet.
pub struct Draughtsman<'a> {
    pub sheet: &'a Sheet,
    pub page: &'a Page,
    pub style: &'a Style,
}

/// Units of the canvas.
pub fn units(points: f64) -> i32 {
    (points * UNITS).round() as i32
}

impl Draughtsman<'_> {
    /// A panel with everything in it.
    pub fn panel(&self, drawn: &Drawn<'_>) -> Answer {
        let panel = drawn.panel;
        let range = |axis: &Axis| format!("{} {}", axis.range.0, axis.range.1);
        self.sheet.open(&[
            ("class", "panel"),
            ("data-name", &panel.name),
            ("data-x-label", &panel.x.label.plain()),
            ("data-y-label", &panel.y.label.plain()),
            ("data-x-range", &range(&panel.x)),
            ("data-y-range", &range(&panel.y)),
        ]);
        let inside = self.inside(drawn.frame);
        for layer in &panel.layers {
            self.layer(&inside, drawn, layer)?;
        }
        self.frame(drawn)?;
        self.labels(drawn);
        if let Some(message) = &panel.message {
            self.message(drawn.frame, message);
        }
        self.sheet.close();
        Ok(())
    }

    fn inside(&self, frame: Frame) -> Inside {
        let across = units(frame.left)..units(frame.right());
        let up = units(frame.bottom())..units(frame.top);
        let unit = Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(0.0..1.0, 0.0..1.0, (across, up));
        self.page.clone().apply_coord_spec(unit)
    }

    fn layer(&self, inside: &Inside, drawn: &Drawn<'_>, layer: &Layer) -> Answer {
        let label = layer.label.as_ref().map(Label::plain).unwrap_or_default();
        self.sheet
            .open(&[("class", "layer"), ("data-name", &layer.name), ("data-label", &label)]);
        let (frame, panel) = (drawn.frame, drawn.panel);
        // Signs and words at the edge of the axes may reach over it; nothing else may.
        let clipped = !matches!(layer.shape, Shape::Points(_) | Shape::Words { .. });
        if clipped {
            let (left, top) = (units(frame.left), units(frame.top));
            let (width, height) = (units(frame.width), units(frame.height));
            self.sheet.open_clipped(left, top, width, height);
        }
        let at = |&(x, y): &(f64, f64)| (near(panel.x.position(x)), near(panel.y.position(y)));
        self.shape((inside, frame), &layer.shape, layer.look, &at)?;
        if clipped {
            self.sheet.close();
        }
        if let (Shape::Lines(lines) | Shape::Steps(lines), Some(marker)) = (&layer.shape, layer.look.marker) {
            for point in lines.iter().flatten() {
                self.marker(inside.map_coordinate(&at(point)), marker, layer.look)?;
            }
        }
        self.sheet.close();
        Ok(())
    }

    fn shape(&self, (inside, frame): (&Inside, Frame), shape: &Shape, look: Look, at: &Place<'_>) -> Answer {
        let line = self.stroke(look);
        match shape {
            Shape::Lines(lines) => {
                self.sheet.take(self.pen(look));
                for points in lines {
                    inside.draw(&PathElement::new(points.iter().map(at).collect::<Vec<_>>(), line))?;
                }
            }
            Shape::Steps(lines) => {
                self.sheet.take(self.pen(look));
                for points in lines {
                    let ends = points.iter().flat_map(|&(x, y)| [at(&(x - 0.5, y)), at(&(x + 0.5, y))]);
                    inside.draw(&PathElement::new(ends.collect::<Vec<_>>(), line))?;
                }
            }
            Shape::Points(points) => {
                for point in points {
                    self.marker(
                        inside.map_coordinate(&at(point)),
                        look.marker.unwrap_or(Marker::Disc),
                        look,
                    )?;
                }
            }
            Shape::Areas(areas) => {
                for points in areas {
                    self.area(inside, points.iter().map(at).collect(), look)?;
                }
            }
            Shape::Cells(cells) => {
                for corners in cells {
                    self.rectangle(inside, at(&corners[0]), at(&corners[1]), look)?;
                }
            }
            Shape::Bars { bars, width, offset } => {
                for (x, y) in bars {
                    let (low, high) = (x + offset - 0.5 * width, x + offset + 0.5 * width);
                    self.rectangle(inside, at(&(low, 0.0)), at(&(high, *y)), look)?;
                }
            }
            Shape::Vertical(x) => {
                self.sheet.take(self.pen(look));
                let (x, _) = at(&(*x, 1.0));
                inside.draw(&PathElement::new(vec![(x, 0.0), (x, 1.0)], line))?;
            }
            Shape::Horizontal(y) => {
                self.sheet.take(self.pen(look));
                let (_, y) = at(&(1.0, *y));
                inside.draw(&PathElement::new(vec![(0.0, y), (1.0, y)], line))?;
            }
            Shape::Words {
                at: place,
                words,
                centred,
            } => {
                let point = inside.map_coordinate(&at(place));
                if !*centred {
                    self.beside(point, words, frame);
                    return Ok(());
                }
                let size = self.style.small_font_size;
                // Words in the middle of a curve need a gap in it.
                let text = Text {
                    halo: true,
                    ..self.text(words, size, Anchor::Middle)
                };
                self.sheet.write((point.0, point.1 + units(0.5 * CAPITAL * size)), text);
            }
        }
        Ok(())
    }

    fn area(&self, inside: &Inside, points: Vec<(f64, f64)>, look: Look) -> Answer {
        if look.fill == Fill::Open {
            self.sheet.take(self.pen(look));
            let mut outline = points;
            outline.extend(outline.first().copied());
            return inside.draw(&PathElement::new(outline, self.stroke(look)));
        }
        self.sheet.take(self.filling(look));
        inside.draw(&Polygon::new(points, self.fill(look)))
    }

    fn rectangle(&self, inside: &Inside, a: (f64, f64), b: (f64, f64), look: Look) -> Answer {
        if look.fill == Fill::Open {
            return self.area(inside, vec![a, (b.0, a.1), b, (a.0, b.1)], look);
        }
        self.sheet.take(self.filling(look));
        let (left, right) = (a.0.min(b.0), a.0.max(b.0));
        let (low, high) = (a.1.min(b.1), a.1.max(b.1));
        inside.draw(&Rectangle::new([(left, high), (right, low)], self.fill(look)))
    }

    /// A sign around a point of the canvas.
    pub fn marker(&self, (x, y): (i32, i32), marker: Marker, look: Look) -> Answer {
        self.sheet.take(Pen {
            width: self.style.axis_width,
            ..Pen::default()
        });
        let half = 0.5 * self.style.marker_size * UNITS;
        let at = |dx: f64, dy: f64| (x + (dx * half).round() as i32, y + (dy * half).round() as i32);
        let full = shape_style(self.colour(look.tone), 0.0).filled();
        let line = shape_style(self.colour(look.tone), 0.8 * self.style.line_width);
        let polygon = |corners: &[(f64, f64)]| {
            let corners: Vec<_> = corners.iter().map(|&(dx, dy)| at(dx, dy)).collect();
            self.page.draw(&Polygon::new(corners, full))
        };
        match marker {
            Marker::Disc => self.page.draw(&Circle::new((x, y), half as i32, full)),
            // Large enough to show around a disc.
            Marker::Circle => self.page.draw(&Circle::new((x, y), (1.15 * half) as i32, line)),
            Marker::Square => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            Marker::Triangle => polygon(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)]),
            Marker::Diamond => polygon(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]),
            Marker::Cross => {
                for (from, to) in [((-1.0, -1.0), (1.0, 1.0)), ((-1.0, 1.0), (1.0, -1.0))] {
                    self.page
                        .draw(&PathElement::new(vec![at(from.0, from.1), at(to.0, to.1)], line))?;
                }
                Ok(())
            }
        }
    }

    /// A line between two points of the page, in points.
    pub fn rule(&self, from: (f64, f64), to: (f64, f64), look: Look) -> Answer {
        self.sheet.take(self.pen(look));
        let points = vec![(units(from.0), units(from.1)), (units(to.0), units(to.1))];
        self.page.draw(&PathElement::new(points, self.stroke(look)))
    }

    /// A filled or outlined rectangle of the page, in points.
    pub fn swatch(&self, frame: Frame, look: Look) -> Answer {
        let corners = [
            (units(frame.left), units(frame.top)),
            (units(frame.right()), units(frame.bottom())),
        ];
        if look.fill != Fill::Open {
            self.sheet.take(self.filling(look));
            self.page.draw(&Rectangle::new(corners, self.fill(look)))?;
        }
        self.sheet.take(Pen::default());
        let outline = shape_style(self.colour(look.tone), self.style.axis_width);
        let [(left, top), (right, bottom)] = corners;
        let path = vec![(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        self.page.draw(&PathElement::new(path, outline))
    }

    fn frame(&self, drawn: &Drawn<'_>) -> Answer {
        let Frame { left, top, .. } = drawn.frame;
        let (right, bottom) = (drawn.frame.right(), drawn.frame.bottom());
        self.sheet.take(Pen::default());
        let line = shape_style(self.style.ink, self.style.axis_width);
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        let path: Vec<_> = corners.iter().map(|&(x, y)| (units(x), units(y))).collect();
        self.page.draw(&PathElement::new(path, line))?;
        for tick in &drawn.x_ticks {
            let x = left + drawn.frame.width * drawn.panel.x.position(tick.at);
            let length = if tick.label.is_some() { TICK } else { 0.55 * TICK };
            let path = vec![(units(x), units(bottom)), (units(x), units(bottom + length))];
            self.page.draw(&PathElement::new(path, line))?;
        }
        for tick in &drawn.y_ticks {
            let y = bottom - drawn.frame.height * drawn.panel.y.position(tick.at);
            let length = if tick.label.is_some() { TICK } else { 0.55 * TICK };
            let path = vec![(units(left), units(y)), (units(left - length), units(y))];
            self.page.draw(&PathElement::new(path, line))?;
        }
        Ok(())
    }

    fn labels(&self, drawn: &Drawn<'_>) {
        let Frame {
            left,
            top,
            width,
            height,
        } = drawn.frame;
        let bottom = drawn.frame.bottom();
        let small = self.style.small_font_size;
        let tick_room = TICK + TICK_GAP;
        for tick in &drawn.x_ticks {
            let Some(label) = &tick.label else { continue };
            let x = left + width * drawn.panel.x.position(tick.at);
            let y = bottom + tick_room + CAPITAL * small;
            self.sheet
                .write((units(x), units(y)), self.text(label, small, Anchor::Middle));
        }
        for tick in &drawn.y_ticks {
            let Some(label) = &tick.label else { continue };
            let y = bottom - height * drawn.panel.y.position(tick.at) + 0.5 * CAPITAL * small;
            let x = left - tick_room;
            self.sheet
                .write((units(x), units(y)), self.text(label, small, Anchor::End));
        }
        let size = self.style.font_size;
        if !drawn.panel.x.label.is_empty() {
            let labelled = drawn.x_ticks.iter().any(|tick| tick.label.is_some());
            let above = if labelled { tick_room + 1.05 * small } else { TICK_GAP };
            let at = (units(left + 0.5 * width), units(bottom + above + 1.05 * size));
            let size = self.fitting(&drawn.panel.x.label, width + OVER);
            self.sheet
                .write(at, self.text(&drawn.panel.x.label, size, Anchor::Middle));
        }
        if !drawn.panel.y.label.is_empty() {
            let at = (units(left - drawn.label_distance), units(top + 0.5 * height));
            let size = self.fitting(&drawn.panel.y.label, height + OVER);
            let text = Text {
                upwards: true,
                ..self.text(&drawn.panel.y.label, size, Anchor::Middle)
            };
            self.sheet.write(at, text);
        }
        if let Some(heading) = &drawn.panel.heading {
            let at = (units(left), units(top - 4.5));
            let size = self.fitting(heading, width);
            self.sheet.write(at, self.text(heading, size, Anchor::Start));
        }
    }

    /// The size of labels, or a smaller one at which this label is at most so wide.
    pub fn fitting(&self, label: &Label, room: f64) -> f64 {
        let size = self.style.font_size;
        size * (room / self.sheet.width_of(label, size).max(1.0)).min(1.0)
    }

    /// Words in the middle of the axes, broken into lines that fit.
    fn message(&self, frame: Frame, message: &str) {
        let size = self.style.small_font_size;
        let lines = self.broken(message, size, 0.9 * frame.width);
        let step = 1.35 * size;
        let first = frame.top + MESSAGE * frame.height - 0.5 * step * (lines.len() as f64 - 1.0) + 0.5 * CAPITAL * size;
        for (index, line) in lines.iter().enumerate() {
            let at = (
                units(frame.left + 0.5 * frame.width),
                units(first + step * index as f64),
            );
            let label = Label::new(line.as_str());
            let text = Text {
                halo: true,
                ..self.text(&label, size, Anchor::Middle)
            };
            self.sheet.write(at, text);
        }
    }

    /// Words in lines of at most this width, points; a word alone may be wider.
    fn broken(&self, words: &str, size: f64, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in words.split(' ') {
            let longer = lines.last().map(|line| format!("{line} {word}"));
            match longer {
                Some(longer) if self.sheet.width_of(&Label::new(longer.as_str()), size) < width => {
                    lines.pop();
                    lines.push(longer);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }

    /// Words beside a point, in at most two lines that end inside the axes; what does not fit is left to the caption.
    fn beside(&self, (x, y): (i32, i32), words: &Label, frame: Frame) {
        let size = self.style.small_font_size;
        let room = frame.right() - f64::from(x) / UNITS - 3.0;
        let mut lines = self.broken(words.markup(), size, room);
        if lines.len() > 2 {
            lines.truncate(2);
            // Room for the dots.
            let kept = self.broken(&lines[1], size, room - 1.2 * size);
            lines[1] = format!("{} …", kept[0]);
        }
        let step = 1.15 * size;
        let first = -0.5 * step * (lines.len() as f64 - 1.0) + 0.5 * CAPITAL * size;
        for (index, line) in lines.iter().enumerate() {
            let label = Label::new(line.as_str());
            let at = (x, y + units(first + step * index as f64));
            self.sheet.write(at, self.text(&label, size, Anchor::Start));
        }
    }

    /// A text in the style's ink.
    pub fn text<'l>(&self, label: &'l Label, size: f64, anchor: Anchor) -> Text<'l> {
        Text {
            label,
            size,
            colour: self.style.ink,
            anchor,
            upwards: false,
            halo: false,
        }
    }

    fn width(&self, look: Look) -> f64 {
        match look.weight {
            Weight::Thin => self.style.axis_width,
            Weight::Normal => self.style.line_width,
            Weight::Heavy => 1.7 * self.style.line_width,
            Weight::Wide => 3.6 * self.style.line_width,
        }
    }

    fn stroke(&self, look: Look) -> ShapeStyle {
        shape_style(self.colour(look.tone), self.width(look))
    }

    fn pen(&self, look: Look) -> Pen {
        Pen {
            dash: look.dash,
            width: self.width(look).max(0.7),
            hatched: false,
        }
    }

    fn filling(&self, look: Look) -> Pen {
        Pen {
            hatched: look.fill == Fill::Hatched,
            ..Pen::default()
        }
    }

    fn fill(&self, look: Look) -> ShapeStyle {
        let colour = self.colour(look.tone);
        let colour = match look.fill {
            Fill::Tint => Colour(255, 255, 255).towards(colour, TINT),
            Fill::Pale => Colour(255, 255, 255).towards(colour, 0.25 * TINT),
            Fill::Full | Fill::Hatched | Fill::Open => colour,
        };
        shape_style(colour, 0.0).filled()
    }

    fn colour(&self, tone: Tone) -> Colour {
        match tone {
            Tone::Ink => self.style.ink,
            Tone::Faint => self.style.faint,
            Tone::Palette(index) => match self.style.palette.len() {
                0 => self.style.ink,
                count => self.style.palette[index % count],
            },
            Tone::Shade(share) => self.style.shades[0].towards(self.style.shades[1], share),
        }
    }
}

fn shape_style(Colour(red, green, blue): Colour, width: f64) -> ShapeStyle {
    RGBColor(red, green, blue).stroke_width(units(width).unsigned_abs())
}

/// Keeps what lies far outside the axes within what the canvas can count.
fn near(position: f64) -> f64 {
    if position.is_nan() {
        -1.0
    } else {
        position.clamp(-4.0, 5.0)
    }
}
