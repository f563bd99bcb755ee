//! The figure as pgfplots source, for authors who want their document's own letters.

use std::fmt::Write;

use crate::figure::axis::{Axis, Scale, Ticks};
use crate::figure::label::Label;
use crate::figure::layer::{Dash, Fill, Layer, Look, Marker, Shape, Tone, Weight};
use crate::figure::panel::{ColourKey, Figure, Panel};
use crate::figure::style::{Colour, Style};

/// A `tikzpicture`, to be `\input` in a document that loads pgfplots with its `groupplots` library; data included.
#[must_use]
pub fn source(figure: &Figure, style: &Style) -> String {
    let mut tex =
        String::from("% \\usepackage{pgfplots} \\usepgfplotslibrary{groupplots} \\pgfplotsset{compat=1.18}\n");
    for line in figure.caption.lines() {
        let _ = writeln!(tex, "% {line}");
    }
    tex.push_str("\\begin{tikzpicture}\n");
    colours(&mut tex, style);
    let columns = figure.blocks.iter().map(|block| block.panels.len()).max().unwrap_or(1);
    let rows = figure.blocks.len();
    let width = (style.width.points() - 45.0) / columns as f64 - 40.0;
    let _ = writeln!(
        tex,
        "\\begin{{groupplot}}[group style={{group size={columns} by {rows}, horizontal sep=48pt, vertical sep=58pt}},\n  scale only axis, width={width:.0}pt, tick align=outside, tick pos=left, axis line style={{line width={}pt}},\n  legend style={{at={{(0,1.15)}}, anchor=south west, draw=none, legend columns=2, font=\\small}}, legend cell align=left]",
        style.axis_width
    );
    for block in &figure.blocks {
        let height = block.height * style.aspect * width.min(225.0);
        for panel in &block.panels {
            plot(&mut tex, panel, height, style);
        }
        for _ in block.panels.len()..columns {
            tex.push_str("\\nextgroupplot[group/empty plot]\n");
        }
    }
    tex.push_str("\\end{groupplot}\n\\end{tikzpicture}\n");
    tex
}

fn colours(tex: &mut String, style: &Style) {
    let mut define = |name: &str, Colour(red, green, blue): Colour| {
        let _ = writeln!(tex, "\\definecolor{{{name}}}{{RGB}}{{{red},{green},{blue}}}");
    };
    define("etmink", style.ink);
    define("etmfaint", style.faint);
    for (index, colour) in style.palette.iter().enumerate() {
        define(&format!("etmcurve{index}"), *colour);
    }
    define("etmlight", style.shades[0]);
    define("etmdark", style.shades[1]);
}

fn plot(tex: &mut String, panel: &Panel, height: f64, style: &Style) {
    let mut options = vec![format!("height={height:.0}pt")];
    if let Some(heading) = &panel.heading {
        options.push(format!(
            "title={{{}}}, title style={{at={{(0,1)}}, anchor=south west}}",
            heading.latex()
        ));
    }
    axis(&mut options, 'x', &panel.x);
    axis(&mut options, 'y', &panel.y);
    let _ = writeln!(tex, "\\nextgroupplot[{}]", options.join(",\n  "));
    let mut named: Vec<&Label> = Vec::new();
    for layer in &panel.layers {
        let _ = writeln!(tex, "% {}", layer.name);
        // A legend names each thing once.
        let entry = layer.label.as_ref().filter(|label| !named.contains(label));
        named.extend(entry);
        let layer = Layer {
            label: entry.cloned(),
            ..layer.clone()
        };
        draw(tex, &layer, panel, style);
    }
    if let Some(key) = &panel.key {
        let _ = writeln!(tex, "% shades: {}", key_words(key));
    }
    if let Some(message) = &panel.message {
        let _ = writeln!(
            tex,
            "\\node[align=center, text width={:.0}pt] at (rel axis cs:0.5,0.5) {{{}}};",
            0.9 * height / style.aspect,
            Label::new(message.as_str()).latex()
        );
    }
}

fn key_words(key: &ColourKey) -> String {
    let bounds: Vec<String> = key.bounds.iter().map(f64::to_string).collect();
    format!("{}, bands between {}", key.label.latex(), bounds.join(", "))
}

fn axis(options: &mut Vec<String>, name: char, axis: &Axis) {
    options.push(format!("{name}label={{{}}}", axis.label.latex()));
    options.push(format!("{name}min={:?}, {name}max={:?}", axis.range.0, axis.range.1));
    if axis.scale == Scale::Log {
        options.push(format!("{name}mode=log"));
    }
    match &axis.ticks {
        Ticks::Numbers => {}
        Ticks::None => options.push(format!("{name}tick=\\empty")),
        Ticks::Whole => options.push(format!(
            "{name}ticklabel style={{/pgf/number format/precision=0}}, {name}minor tick num=0"
        )),
        Ticks::Named(list) => {
            let places: Vec<String> = list.iter().map(|(at, _)| at.to_string()).collect();
            let words: Vec<String> = list.iter().map(|(_, label)| format!("{{{}}}", label.latex())).collect();
            options.push(format!(
                "{name}tick={{{}}}, {name}ticklabels={{{}}}",
                places.join(","),
                words.join(",")
            ));
        }
    }
}

fn draw(tex: &mut String, layer: &Layer, panel: &Panel, style: &Style) {
    let (left, low) = (panel.x.range.0, panel.y.range.0);
    let entry = layer.label.as_ref();
    match &layer.shape {
        Shape::Lines(lines) => {
            let look = stroke(layer.look, style);
            for (index, points) in lines.iter().enumerate() {
                curve(tex, &look, points, "", entry.filter(|_| index == 0));
            }
        }
        Shape::Steps(lines) => {
            let look = format!("const plot mark mid, {}", stroke(layer.look, style));
            for (index, points) in lines.iter().enumerate() {
                curve(tex, &look, points, "", entry.filter(|_| index == 0));
            }
        }
        Shape::Points(points) => {
            let look = format!("only marks, {}", stroke(layer.look, style));
            curve(tex, &look, points, "", entry);
        }
        Shape::Areas(areas) => polygons(tex, layer, areas.iter().cloned(), style),
        Shape::Cells(cells) => polygons(tex, layer, cells.iter().map(|&[a, b]| rectangle(a, b)), style),
        Shape::Bars { bars, width, offset } => {
            let bar = |&(x, y): &(f64, f64)| {
                let middle = x + offset;
                rectangle((middle - 0.5 * width, 0.0), (middle + 0.5 * width, y))
            };
            polygons(tex, layer, bars.iter().map(bar), style);
        }
        Shape::Vertical(x) => across(
            tex,
            &stroke(layer.look, style),
            &format!("({{axis cs:{x},{low}}}|-{{rel axis cs:0,0}}) -- ({{axis cs:{x},{low}}}|-{{rel axis cs:0,1}})"),
        ),
        Shape::Horizontal(y) => across(
            tex,
            &stroke(layer.look, style),
            &format!("({{rel axis cs:0,0}}|-{{axis cs:{left},{y}}}) -- ({{rel axis cs:1,0}}|-{{axis cs:{left},{y}}})"),
        ),
        Shape::Words { at, words, centred } => {
            let anchor = if *centred { "" } else { "[anchor=west] " };
            let _ = writeln!(
                tex,
                "\\node {anchor}at (axis cs:{},{}) {{\\small {}}};",
                at.0,
                at.1,
                words.latex()
            );
        }
    }
    // A line across the panel has no plot to name.
    if let (Shape::Vertical(_) | Shape::Horizontal(_), Some(label)) = (&layer.shape, entry) {
        let _ = writeln!(
            tex,
            "\\addlegendimage{{{}}}\n\\addlegendentry{{{}}}",
            stroke(layer.look, style),
            label.latex()
        );
    }
}

fn across(tex: &mut String, look: &str, path: &str) {
    let _ = writeln!(tex, "\\draw[{look}] {path};");
}

fn rectangle(a: (f64, f64), b: (f64, f64)) -> Vec<(f64, f64)> {
    vec![a, (b.0, a.1), b, (a.0, b.1)]
}

fn polygons(tex: &mut String, layer: &Layer, polygons: impl Iterator<Item = Vec<(f64, f64)>>, style: &Style) {
    let look = filling(layer.look, style);
    for (index, points) in polygons.enumerate() {
        let entry = layer.label.as_ref().filter(|_| index == 0);
        let look = if entry.is_some() {
            format!("{look}, area legend")
        } else {
            look.clone()
        };
        curve(tex, &look, &points, " -- cycle", entry);
    }
}

fn curve(tex: &mut String, look: &str, points: &[(f64, f64)], end: &str, entry: Option<&Label>) {
    let forget = if entry.is_some() { "" } else { ", forget plot" };
    let _ = write!(tex, "\\addplot[{look}{forget}] coordinates {{");
    for (x, y) in points {
        let _ = write!(tex, " ({x:?},{y:?})");
    }
    let _ = writeln!(tex, " }}{end};");
    if let Some(label) = entry {
        let _ = writeln!(tex, "\\addlegendentry{{{}}}", label.latex());
    }
}

fn stroke(look: Look, style: &Style) -> String {
    let width = match look.weight {
        Weight::Thin => style.axis_width,
        Weight::Normal => style.line_width,
        Weight::Heavy => 1.7 * style.line_width,
        Weight::Wide => 3.6 * style.line_width,
    };
    let dash = match look.dash {
        Dash::Solid => "solid",
        Dash::Dashed => "dashed",
        Dash::Dotted => "dotted",
        Dash::DashDotted => "dash dot",
        Dash::DashDotDotted => "dash dot dot",
        Dash::ShortDashed => "densely dashed",
    };
    let mark = match look.marker {
        None => "mark=none",
        Some(Marker::Disc) => "mark=*",
        Some(Marker::Circle) => "mark=o",
        Some(Marker::Square) => "mark=square*",
        Some(Marker::Triangle) => "mark=triangle*",
        Some(Marker::Diamond) => "mark=diamond*",
        Some(Marker::Cross) => "mark=x",
    };
    format!(
        "{}, {dash}, line width={width}pt, {mark}, mark size={}pt, mark options={{solid}}",
        colour(look.tone, style),
        0.5 * style.marker_size
    )
}

fn filling(look: Look, style: &Style) -> String {
    let colour = colour(look.tone, style);
    match look.fill {
        Fill::Full => format!("fill={colour}, draw=none, mark=none"),
        Fill::Pale => format!("fill={colour}!6!white, draw=none, mark=none"),
        Fill::Tint => format!("fill={colour}!22!white, draw=none, mark=none"),
        // Without the patterns library: lighter than full, darker than a tint.
        Fill::Hatched => format!("fill={colour}!50!white, draw=none, mark=none"),
        Fill::Open => format!("draw={colour}, fill=none, mark=none"),
    }
}

fn colour(tone: Tone, style: &Style) -> String {
    match tone {
        Tone::Ink => "etmink".to_owned(),
        Tone::Faint => "etmfaint".to_owned(),
        Tone::Palette(index) => format!("etmcurve{}", index % style.palette.len().max(1)),
        Tone::Shade(share) => format!("etmdark!{:.0}!etmlight", 100.0 * share.clamp(0.0, 1.0)),
    }
}
