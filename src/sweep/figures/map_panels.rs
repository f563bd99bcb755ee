//! Where claims hold, and what results are, over two axes of a sweep.

use crate::figure::axis::Axis;
use crate::figure::draw::shade;
use crate::figure::label::Label;
use crate::figure::layer::{Fill, Layer, Look, Shape, Tone};
use crate::figure::panel::{Block, ColourKey, Figure, Panel};
use crate::sweep::plane::{Polyline, Region};

/// A map of claims and results.
#[derive(Debug, Clone)]
pub struct Map {
    /// Name of the figure's files.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// Its caption.
    pub caption: String,
    /// The first axis.
    pub x: Axis,
    /// The second axis.
    pub y: Axis,
    /// One panel a claim.
    pub verdicts: Vec<Verdict>,
    /// A result in shades.
    pub fill: Option<Bands>,
    /// A result in labelled curves, over the shades.
    pub contours: Option<Bands>,
}

/// Where a claim holds.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The claim's name.
    pub name: String,
    /// Its words.
    pub label: Label,
    /// Where it holds.
    pub holds: Region,
    /// Where it cannot be judged.
    pub missing: Region,
}

/// A result over the plane, by levels.
#[derive(Debug, Clone)]
pub struct Bands {
    /// Path of the result.
    pub name: String,
    /// What it is, with unit.
    pub label: Label,
    /// The smallest and the largest value on the grid.
    pub range: (f64, f64),
    /// Levels strictly inside the range, increasing, each with the set where the result is at least that.
    pub levels: Vec<(f64, Region)>,
    /// Where it has no value.
    pub missing: Region,
}

impl Map {
    /// The figure: claims first, then results.
    #[must_use]
    pub fn figure(&self) -> Figure {
        let mut panels: Vec<Panel> = self.verdicts.iter().map(|verdict| self.claim(verdict)).collect();
        if self.fill.is_some() || self.contours.is_some() {
            panels.push(self.results());
        }
        let height = if panels.len() > 2 { 1.25 } else { 1.15 };
        Figure {
            name: self.name.clone(),
            title: Label::new(self.title.as_str()),
            caption: self.caption.clone(),
            blocks: vec![Block { height, panels }],
        }
    }

    fn claim(&self, verdict: &Verdict) -> Panel {
        let mut panel = Panel::new(&verdict.name, self.x.clone(), self.y.clone());
        panel.heading = Some(verdict.label.clone());
        panel = panel.with(outside(&self.x, &self.y));
        let holds = area("holds", &verdict.holds, Look::line(Tone::Palette(0)).filled(Fill::Tint));
        let none = area(
            "not_judged",
            &verdict.missing,
            Look::line(Tone::Faint).filled(Fill::Hatched),
        );
        for (layer, label) in [(holds, "holds"), (none, "not judged")] {
            panel.layers.extend(layer.map(|layer| layer.labelled(label)));
        }
        let curves = lines(&verdict.holds.boundary());
        if !curves.is_empty() {
            let look = Look::line(Tone::Ink);
            panel = panel.with(Layer::new("boundary", Shape::Lines(curves), look).labelled("boundary"));
        }
        panel.message = self.everywhere(verdict);
        panel
    }

    /// What to say of a claim without a boundary.
    fn everywhere(&self, verdict: &Verdict) -> Option<String> {
        let unbroken = |region: &Region| region.boundary().is_empty() && !region.rings().is_empty();
        if unbroken(&verdict.holds) {
            Some("holds everywhere".to_owned())
        } else if unbroken(&verdict.missing) {
            Some("cannot be judged anywhere: nothing is sold".to_owned())
        } else if verdict.holds.rings().is_empty() {
            Some("fails everywhere".to_owned())
        } else {
            None
        }
    }

    fn results(&self) -> Panel {
        let mut panel = Panel::new("results", self.x.clone(), self.y.clone());
        let missing = match (&self.fill, &self.contours) {
            (Some(bands), _) | (None, Some(bands)) => Some(&bands.missing),
            (None, None) => None,
        };
        if let Some(bands) = &self.fill {
            panel.heading = Some(bands.label.clone());
            let count = bands.levels.len() + 1;
            let whole = rectangle(&self.x, &self.y);
            let look = |band| Look::line(shade(band, count));
            panel = panel.with(Layer::new("band_0", Shape::Cells(vec![whole]), look(0)));
            for (index, (_, region)) in bands.levels.iter().enumerate() {
                let layer = area(&format!("band_{}", index + 1), region, look(index + 1));
                panel.layers.extend(layer);
            }
            panel.key = key(bands);
            if bands.levels.is_empty() {
                panel.message = Some(format!("the same everywhere: {}", bands.range.0));
            }
        }
        if let Some(layer) =
            missing.and_then(|region| area("no_value", region, Look::line(Tone::Faint).filled(Fill::Hatched)))
        {
            panel = panel.with(layer.labelled("no sale"));
        }
        if let Some(bands) = &self.contours {
            panel = contours(panel, bands, self.fill.is_some(), (&self.x, &self.y));
        }
        panel
    }
}

/// The whole rectangle, white: what no region covers.
fn outside(x: &Axis, y: &Axis) -> Layer {
    let look = Look::line(Tone::Palette(1)).filled(Fill::Pale);
    Layer::new("fails", Shape::Cells(vec![rectangle(x, y)]), look).labelled("fails")
}

fn rectangle(x: &Axis, y: &Axis) -> [(f64, f64); 2] {
    [(x.range.0, y.range.0), (x.range.1, y.range.1)]
}

fn area(name: &str, region: &Region, look: Look) -> Option<Layer> {
    let polygon = region.joined();
    (!polygon.is_empty()).then(|| Layer::new(name, Shape::Areas(vec![polygon]), look))
}

fn lines(curves: &[Polyline]) -> Vec<Vec<(f64, f64)>> {
    let points = |curve: &Polyline| curve.points.iter().map(|point| (point.x, point.y)).collect();
    curves.iter().map(points).collect()
}

fn key(bands: &Bands) -> Option<ColourKey> {
    let mut bounds = vec![bands.range.0];
    bounds.extend(bands.levels.iter().map(|(level, _)| *level));
    bounds.push(bands.range.1);
    (!bands.levels.is_empty()).then(|| ColourKey {
        label: bands.label.clone(),
        bounds,
    })
}

/// Curves of equal results with their levels written on them.
fn contours(mut panel: Panel, bands: &Bands, over_shades: bool, axes: (&Axis, &Axis)) -> Panel {
    let tone = if over_shades { Tone::Palette(1) } else { Tone::Ink };
    let mut words = Vec::new();
    for (index, (level, region)) in bands.levels.iter().enumerate() {
        let curves = lines(&region.boundary());
        if let Some(at) = widest(&curves, axes) {
            words.push((level, at));
        }
        if !curves.is_empty() {
            let layer = Layer::new(format!("contour_{index}"), Shape::Lines(curves), Look::line(tone));
            panel = panel.with(layer.labelled(bands.label.clone()));
        }
    }
    for (level, at) in words {
        panel = panel.with(Layer::new(
            format!("level_{level}"),
            Shape::Words {
                at,
                words: Label::new(crate::report::significant(*level, 3).replace('-', "−")),
                centred: true,
            },
            Look::line(Tone::Ink),
        ));
    }
    panel
}

/// The middle of the longest curve, as the eye measures.
fn widest(curves: &[Vec<(f64, f64)>], (x, y): (&Axis, &Axis)) -> Option<(f64, f64)> {
    let step = |pair: &[(f64, f64)]| {
        let across = x.position(pair[1].0) - x.position(pair[0].0);
        let up = y.position(pair[1].1) - y.position(pair[0].1);
        across.hypot(up)
    };
    let length = |curve: &[(f64, f64)]| curve.windows(2).map(step).sum::<f64>();
    let longest = curves.iter().max_by(|a, b| length(a).total_cmp(&length(b)))?;
    let half = 0.5 * length(longest);
    let mut run = 0.0;
    for pair in longest.windows(2) {
        let length = step(pair);
        if run + length >= half && length > 0.0 {
            // As the axes run, not as the numbers do.
            let share = (half - run) / length;
            return Some((
                x.number(x.position(pair[0].0) + share * (x.position(pair[1].0) - x.position(pair[0].0))),
                y.number(y.position(pair[0].1) + share * (y.position(pair[1].1) - y.position(pair[0].1))),
            ));
        }
        run += length;
    }
    longest.first().copied()
}
