//! What must hold of every figure on paper, whatever it shows.

use std::collections::BTreeSet;

use etm::figure::style::Colour;
use etm::figure::{Axis, Figure, Fill, Layer, Look, Panel, Shape, Style, Ticks, Tone};

use super::drawing::{Area, Drawing, DrawnPanel, Mark, Words};
use super::plane::UNIT;

/// How far signs reach over the frame: the size of the largest sign.
const SIGN: f64 = 300.0;

/// All that is wrong with a figure's drawing.
pub fn faults(figure: &Figure, drawing: &Drawing) -> Vec<String> {
    let mut faults = Vec::new();
    on_the_page(drawing, &mut faults);
    legend(figure, drawing, &mut faults);
    words_apart(drawing, &mut faults);
    for (panel, drawn) in figure.panels().zip(&drawing.panels) {
        let mut own = Vec::new();
        in_the_frame(drawn, &mut own);
        beside_frames(panel, drawn, drawing, &mut own);
        tick_labels(panel, drawn, &mut own);
        something_to_see(panel, drawn, &mut own);
        told_apart(panel, &mut own);
        faults.extend(own.into_iter().map(|fault| format!("panel {}: {fault}", panel.name)));
    }
    faults
}

fn all_words(drawing: &Drawing) -> Vec<&Words> {
    let panels = drawing.panels.iter();
    let inner = panels.flat_map(|panel| {
        panel
            .words
            .iter()
            .chain(panel.layers.iter().flat_map(|layer| &layer.words))
    });
    drawing.legend.iter().chain(&drawing.others).chain(inner).collect()
}

fn on_the_page(drawing: &Drawing, faults: &mut Vec<String>) {
    for words in all_words(drawing) {
        if !drawing.page.holds(&words.ink, 0.0) {
            faults.push(format!("\"{}\" leaves the page: {:?}", words.text, words.ink));
        }
    }
    let panels = drawing.panels.iter();
    let signs = panels.flat_map(|panel| {
        panel
            .ticks
            .iter()
            .chain(panel.layers.iter().flat_map(|layer| &layer.signs))
    });
    for mark in drawing.samples.iter().chain(signs) {
        if !drawing.page.holds(&mark.area(), 0.0) {
            faults.push(format!("a sign leaves the page: {:?}", mark.area()));
        }
    }
    for panel in &drawing.panels {
        if !drawing.page.holds(&panel.frame, 0.0) {
            faults.push(format!("the frame of {} leaves the page", panel.name));
        }
    }
}

/// The legend names every labelled layer once, and ends above everything that panels draw.
fn legend(figure: &Figure, drawing: &Drawing, faults: &mut Vec<String>) {
    let mut labels: Vec<String> = Vec::new();
    for label in figure
        .panels()
        .flat_map(|panel| &panel.layers)
        .filter_map(|layer| layer.label.as_ref())
    {
        if !labels.contains(&label.plain()) {
            labels.push(label.plain());
        }
    }
    let entries: Vec<&str> = drawing.legend.iter().map(|words| words.text.as_str()).collect();
    if entries != labels {
        faults.push(format!("the legend says {entries:?} instead of {labels:?}"));
    }
    let inks = drawing.legend.iter().map(|words| words.ink);
    let legend: Vec<Area> = inks.chain(drawing.samples.iter().map(Mark::area)).collect();
    let tops = drawing
        .panels
        .iter()
        .flat_map(|panel| panel.words.iter().map(|words| words.ink.top).chain([panel.frame.top]));
    let top = tops.fold(f64::INFINITY, f64::min);
    for area in &legend {
        if area.bottom > top {
            faults.push(format!(
                "the legend reaches down to {}, panels up to {top}",
                area.bottom
            ));
        }
    }
}

fn words_apart(drawing: &Drawing, faults: &mut Vec<String>) {
    let all = all_words(drawing);
    for (index, one) in all.iter().enumerate() {
        for other in &all[index + 1..] {
            if one.ink.overlaps(&other.ink) {
                faults.push(format!("\"{}\" and \"{}\" overlap", one.text, other.text));
            }
        }
    }
}

/// What layers draw lies in the axes: curves wholly, signs up to their size, words with all letters.
fn in_the_frame(drawn: &DrawnPanel, faults: &mut Vec<String>) {
    for layer in &drawn.layers {
        for mark in &layer.inside {
            let area = mark.area();
            // Bars too low to be seen may stand outside.
            let unseen = matches!(mark, Mark::Rectangle(_)) && area.height() <= UNIT;
            if !unseen && !drawn.frame.holds(&area, UNIT) {
                faults.push(format!("{} leaves the axes: {area:?} in {:?}", layer.name, drawn.frame));
            }
        }
        for mark in &layer.signs {
            if !drawn.frame.holds(&mark.area(), SIGN) {
                faults.push(format!("a sign of {} leaves the axes", layer.name));
            }
        }
        for words in &layer.words {
            if !drawn.frame.holds(&words.ink, 0.0) {
                faults.push(format!("\"{}\" leaves the axes", words.text));
            }
        }
    }
}

/// Labels stand beside all axes; only a message stands inside, and says all of what it should.
fn beside_frames(panel: &Panel, drawn: &DrawnPanel, drawing: &Drawing, faults: &mut Vec<String>) {
    let (inside, beside): (Vec<&Words>, Vec<&Words>) =
        drawn.words.iter().partition(|words| drawn.frame.holds(&words.ink, 0.0));
    for words in beside {
        for other in &drawing.panels {
            if words.ink.overlaps(&other.frame) {
                faults.push(format!("\"{}\" overlaps the axes of {}", words.text, other.name));
            }
        }
    }
    let said: Vec<&str> = inside.iter().map(|words| words.text.as_str()).collect();
    let message = panel.message.clone().unwrap_or_default();
    if said.join(" ") != message {
        faults.push(format!("it says {said:?} instead of \"{message}\""));
    }
}

fn tick_labels(panel: &Panel, drawn: &DrawnPanel, faults: &mut Vec<String>) {
    let axes = [
        ("x", &panel.x, drawn.x_tick_labels()),
        ("y", &panel.y, drawn.y_tick_labels()),
    ];
    for (name, axis, labels) in axes {
        let texts: Vec<&str> = labels.iter().map(|words| words.text.as_str()).collect();
        let distinct: BTreeSet<&str> = texts.iter().copied().collect();
        if distinct.len() < texts.len() {
            faults.push(format!("equal tick labels along {name}: {texts:?}"));
        }
        if texts.len() < least_labels(axis) {
            faults.push(format!("too few tick labels along {name}: {texts:?}"));
        }
    }
}

/// A scale takes two numbers; slot 0 alone takes one.
fn least_labels(axis: &Axis) -> usize {
    match &axis.ticks {
        Ticks::Numbers => 2,
        Ticks::Whole if axis.range.1 - axis.range.0 > 1.5 => 2,
        Ticks::Whole => 1,
        Ticks::Named(list) => list.len(),
        Ticks::None => 0,
    }
}

fn something_to_see(panel: &Panel, drawn: &DrawnPanel, faults: &mut Vec<String>) {
    let frame = Area {
        left: drawn.frame.left - 1.0,
        top: drawn.frame.top - 1.0,
        right: drawn.frame.right + 1.0,
        bottom: drawn.frame.bottom + 1.0,
    };
    let shown = |area: Area| frame.overlaps(&area) || frame.holds(&area, 0.0);
    let marks = |layer: &super::drawing::DrawnLayer| {
        let marks = layer.inside.iter().chain(&layer.signs);
        marks.map(Mark::area).any(shown) || !layer.words.is_empty()
    };
    if panel.message.is_none() && !drawn.layers.iter().any(marks) {
        faults.push("neither data nor a message".to_owned());
    }
}

/// Curves of a panel differ in dash, sign or weight, areas in filling or in how dark they are: not in colour alone.
fn told_apart(panel: &Panel, faults: &mut Vec<String>) {
    let style = Style::default();
    let curve = |layer: &&Layer| {
        !matches!(
            layer.shape,
            Shape::Areas(_) | Shape::Cells(_) | Shape::Bars { .. } | Shape::Words { .. }
        )
    };
    let area = |layer: &&Layer| matches!(layer.shape, Shape::Areas(_) | Shape::Cells(_) | Shape::Bars { .. });
    let strokes = |look: Look| {
        (
            look.dash as u8,
            look.weight as u8,
            look.marker.map(|marker| marker as u8),
        )
    };
    let curves: Vec<&Layer> = panel.layers.iter().filter(curve).collect();
    let areas: Vec<&Layer> = panel.layers.iter().filter(area).collect();
    let alike = |one: &Layer, other: &Layer| one.label != other.label && strokes(one.look) == strokes(other.look);
    for (one, other) in every_two(&curves).filter(|(one, other)| alike(one, other)) {
        faults.push(format!("{} and {} differ in colour alone", one.name, other.name));
    }
    for (one, other) in every_two(&areas) {
        let difference = (luma(one.look, &style) - luma(other.look, &style)).abs();
        // Bars of claims say in words what they are.
        if one.look.fill == other.look.fill && difference < 0.1 && panel.name != "claims" {
            faults.push(format!("{} and {} are equally dark", one.name, other.name));
        }
    }
}

fn every_two<'a>(layers: &'a [&'a Layer]) -> impl Iterator<Item = (&'a Layer, &'a Layer)> {
    let pairs = layers.iter().enumerate();
    pairs.flat_map(move |(index, one)| layers[index + 1..].iter().map(move |other| (*one, *other)))
}

fn luma(look: Look, style: &Style) -> f64 {
    let colour = match look.tone {
        Tone::Ink => style.ink,
        Tone::Faint => style.faint,
        Tone::Palette(index) => style.palette[index % style.palette.len()],
        Tone::Shade(share) => style.shades[0].towards(style.shades[1], share),
    };
    let white = Colour(255, 255, 255);
    match look.fill {
        Fill::Tint => white.towards(colour, 0.22).luma(),
        Fill::Pale => white.towards(colour, 0.06).luma(),
        Fill::Full | Fill::Hatched | Fill::Open => colour.luma(),
    }
}
