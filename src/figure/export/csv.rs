//! The data of a figure, one row a point.

use crate::figure::label::Label;
use crate::figure::layer::{Layer, Shape};
use crate::figure::panel::Figure;

const HEADER: [&str; 7] = ["panel", "layer", "label", "shape", "part", "x", "y"];

/// Rows `panel,layer,label,shape,part,x,y`: the parts of a layer are its curves, polygons, rectangles (two opposite
/// corners) or bars (place and height). A line across the panel has one coordinate only. Numbers round-trip.
#[must_use]
pub fn data(figure: &Figure) -> Vec<u8> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let mut rows: Vec<[String; 7]> = vec![HEADER.map(str::to_owned)];
    for panel in figure.panels() {
        for layer in &panel.layers {
            rows.extend(layer_rows(&panel.name, layer));
        }
    }
    for row in &rows {
        // Writing to memory does not fail, and every row has the header's length.
        if writer.write_record(row).is_err() {
            break;
        }
    }
    writer.into_inner().unwrap_or_default()
}

fn layer_rows(panel: &str, layer: &Layer) -> Vec<[String; 7]> {
    let label = layer.label.as_ref().map(Label::plain).unwrap_or_default();
    let row = |shape: &str, part: usize, x: Option<f64>, y: Option<f64>| {
        let number = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
        [
            panel.to_owned(),
            layer.name.clone(),
            label.clone(),
            shape.to_owned(),
            part.to_string(),
            number(x),
            number(y),
        ]
    };
    let parts = |shape: &'static str, parts: &[Vec<(f64, f64)>]| -> Vec<[String; 7]> {
        let points = |(part, points): (usize, &Vec<(f64, f64)>)| -> Vec<[String; 7]> {
            points
                .iter()
                .map(|&(x, y)| row(shape, part, Some(x), Some(y)))
                .collect()
        };
        parts.iter().enumerate().flat_map(points).collect()
    };
    match &layer.shape {
        Shape::Lines(lines) => parts("line", lines),
        Shape::Steps(lines) => parts("step", lines),
        Shape::Areas(areas) => parts("area", areas),
        Shape::Cells(cells) => {
            let cells: Vec<Vec<(f64, f64)>> = cells.iter().map(|corners| corners.to_vec()).collect();
            parts("cell", &cells)
        }
        Shape::Points(points) => parts("point", std::slice::from_ref(points)),
        Shape::Bars { bars, .. } => parts("bar", std::slice::from_ref(bars)),
        Shape::Vertical(x) => vec![row("vertical", 0, Some(*x), None)],
        Shape::Horizontal(y) => vec![row("horizontal", 0, None, Some(*y))],
        Shape::Words { at, words, .. } => {
            let mut row = row("words", 0, Some(at.0), Some(at.1));
            row[2] = words.plain();
            vec![row]
        }
    }
}
