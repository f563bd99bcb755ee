//! Style files: the look of figures in TOML.

use std::path::Path;

use super::style::{Colour, Style, Width};
use crate::spec::key::{Key, Range, Shape, Table};
use crate::spec::{Document, Node, SpecError};

/// Lengths, points.
const LETTERS: Range = Range::above(0.0).up_to(72.0);
const LINES: Range = Range::above(0.0).up_to(20.0);

/// What a colour may be.
const COLOURS: &str = "a colour as \"#rrggbb\", in hexadecimal digits";

/// Every key of a style file; what is absent keeps its default.
pub static STYLE: Table = Table {
    keys: &[
        Key::optional(
            "width",
            Shape::Text,
            "Width of figures: one, two, or a length such as 85mm",
        )
        .or("two"),
        Key::optional("font_size", Shape::Number(LETTERS), "Size of axis labels, points").or("9"),
        Key::optional(
            "small_font_size",
            Shape::Number(LETTERS),
            "Size of ticks and legend, points",
        )
        .or("8"),
        Key::optional("line_width", Shape::Number(LINES), "Width of curves, points").or("1.1"),
        Key::optional("axis_width", Shape::Number(LINES), "Width of axes, points").or("0.5"),
        Key::optional("marker_size", Shape::Number(LINES), "Size of signs at points, points").or("3.6"),
        Key::optional(
            "aspect",
            Shape::Number(Range::above(0.1).up_to(4.0)),
            "Height of axes relative to their width",
        )
        .or("0.618"),
        Key::optional(
            "dots_per_inch",
            Shape::Number(Range::above(10.0).up_to(2400.0)),
            "Resolution of PNG files",
        )
        .or("300"),
        Key::optional("palette", Shape::Texts, "Colours of curves, in order"),
        Key::optional("shades", Shape::Texts, "The lightest and the darkest shade of maps"),
        Key::optional("ink", Shape::Text, "Colour of text and axes").or("#1a1a1a"),
        Key::optional("faint", Shape::Text, "Colour of what is in the background").or("#8a8a8a"),
    ],
    exactly_one: &[],
};

/// Reads a style file.
///
/// # Errors
/// All faults at once: a file that cannot be read, unknown keys, values out of range, texts that are no colours.
pub fn load(path: &Path) -> Result<Style, SpecError> {
    let mut document = Document::load(path, &STYLE, "a style file, such as docs/figures.md shows")?;
    let root = document.root.clone();
    let mut style = Style::default();
    if let Some(text) = root.get("width").and_then(Node::text) {
        match Width::parse(text) {
            Some(width) => style.width = width,
            None => fault(&mut document, "width", text, Width::ALLOWED),
        }
    }
    let numbers: [(&str, &mut f64); 7] = [
        ("font_size", &mut style.font_size),
        ("small_font_size", &mut style.small_font_size),
        ("line_width", &mut style.line_width),
        ("axis_width", &mut style.axis_width),
        ("marker_size", &mut style.marker_size),
        ("aspect", &mut style.aspect),
        ("dots_per_inch", &mut style.dots_per_inch),
    ];
    for (key, place) in numbers {
        if let Some(number) = root.get(key).and_then(Node::number) {
            *place = number;
        }
    }
    for (key, place) in [("ink", &mut style.ink), ("faint", &mut style.faint)] {
        if let Some(text) = root.get(key).and_then(Node::text) {
            match Colour::parse(text) {
                Some(colour) => *place = colour,
                None => fault(&mut document, key, text, COLOURS),
            }
        }
    }
    if let Some(palette) = colours(&mut document, &root, "palette") {
        if palette.is_empty() {
            let allowed = format!("at least one entry, {COLOURS}");
            document.note_at("empty", "palette", "the list is empty".to_owned(), &allowed, None);
        }
        style.palette = palette;
    }
    if let Some(shades) = colours(&mut document, &root, "shades") {
        match shades[..] {
            [light, dark] => style.shades = [light, dark],
            _ => {
                let problem = format!("the list has {} entries", shades.len());
                let allowed = format!("two entries, the lightest and the darkest, each {COLOURS}");
                document.note_at("wrong_length", "shades", problem, &allowed, None);
            }
        }
    }
    if document.is_faulty() {
        return Err(document.refusal());
    }
    Ok(style)
}

fn fault(document: &mut Document, key: &str, text: &str, allowed: &str) {
    document.note_at("bad_style", key, format!("\"{text}\" cannot be used"), allowed, None);
}

/// The colours of a list; entries that are none are noted and left out.
fn colours(document: &mut Document, root: &Node, key: &str) -> Option<Vec<Colour>> {
    let list = root.get(key)?.list()?.to_vec();
    let mut colours = Vec::new();
    for (index, item) in list.iter().enumerate() {
        let Some(text) = item.text() else { continue };
        match Colour::parse(text) {
            Some(colour) => colours.push(colour),
            None => fault(document, &format!("{key}[{index}]"), text, COLOURS),
        }
    }
    Some(colours)
}
