//! What is drawn in a panel: lines, areas, bars, points, words.

use super::label::Label;

/// One thing drawn in a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// A short name for files and tests, e.g. `"seller_value"`.
    pub name: String,
    /// Its entry in the legend; `None`: it has none.
    pub label: Option<Label>,
    /// Where it lies.
    pub shape: Shape,
    /// How it looks.
    pub look: Look,
}

/// Where a layer lies, in the units of the axes.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Curves, each through its points in order.
    Lines(Vec<Vec<(f64, f64)>>),
    /// Curves that are constant around each of their points, which are a unit apart.
    Steps(Vec<Vec<(f64, f64)>>),
    /// Points.
    Points(Vec<(f64, f64)>),
    /// Filled polygons; holes are joined to their outlines.
    Areas(Vec<Vec<(f64, f64)>>),
    /// Filled rectangles: from (x, y) to (x, y).
    Cells(Vec<[(f64, f64); 2]>),
    /// Vertical bars from 0 at the places x, `offset` to the right and `width` wide.
    Bars {
        /// Places and heights.
        bars: Vec<(f64, f64)>,
        /// Width, in the unit of the axis.
        width: f64,
        /// How far the bar's middle lies right of its place.
        offset: f64,
    },
    /// A vertical line across the panel.
    Vertical(f64),
    /// A horizontal line across the panel.
    Horizontal(f64),
    /// Words whose left end, or middle, stands at a point.
    Words {
        /// The point.
        at: (f64, f64),
        /// What they say.
        words: Label,
        /// Whether the point is their middle instead of their left end.
        centred: bool,
    },
}

/// How a layer looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Its colour, from the style.
    pub tone: Tone,
    /// How its line is broken.
    pub dash: Dash,
    /// How heavy its line is.
    pub weight: Weight,
    /// What stands at its points.
    pub marker: Option<Marker>,
    /// How its area is filled.
    pub fill: Fill,
}

/// A colour of the style.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tone {
    /// The text's own.
    Ink,
    /// A grey for what is in the background.
    Faint,
    /// One of the palette, counted from 0 and around.
    Palette(usize),
    /// A shade between the lightest (0) and the darkest (1) of a map.
    Shade(f64),
}

/// How a line is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// Not at all.
    Solid,
    /// Long strokes.
    Dashed,
    /// Dots.
    Dotted,
    /// Strokes and dots in turn.
    DashDotted,
    /// Strokes and pairs of dots in turn.
    DashDotDotted,
    /// Short strokes.
    ShortDashed,
}

/// How heavy a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// As an axis.
    Thin,
    /// As a curve.
    Normal,
    /// As the curve the figure is about.
    Heavy,
    /// Wide enough to show on either side of a curve that covers it.
    Wide,
}

/// A sign at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// ●
    Disc,
    /// ○
    Circle,
    /// ■
    Square,
    /// ▲
    Triangle,
    /// ◆
    Diamond,
    /// ×
    Cross,
}

/// How an area is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// With the colour itself.
    Full,
    /// With a light tint of it.
    Tint,
    /// With a lighter one still.
    Pale,
    /// With slanted lines.
    Hatched,
    /// Not: only its outline is drawn.
    Open,
}

/// The markers of families of curves, in order.
const MARKERS: [Marker; 5] = [
    Marker::Disc,
    Marker::Square,
    Marker::Triangle,
    Marker::Diamond,
    Marker::Circle,
];
/// The dashes of families of curves, in order.
const DASHES: [Dash; 6] = [
    Dash::Solid,
    Dash::Dashed,
    Dash::DashDotted,
    Dash::Dotted,
    Dash::DashDotDotted,
    Dash::ShortDashed,
];

impl Look {
    /// A solid line of normal weight.
    #[must_use]
    pub const fn line(tone: Tone) -> Self {
        Self {
            tone,
            dash: Dash::Solid,
            weight: Weight::Normal,
            marker: None,
            fill: Fill::Full,
        }
    }

    /// The look of curve `index` of a family: colour and dash tell it apart, in grey too.
    #[must_use]
    pub const fn of_family(index: usize) -> Self {
        let mut look = Self::line(Tone::Palette(index));
        look.dash = DASHES[index % DASHES.len()];
        look
    }

    /// The same with the marker of curve `index` of a family.
    #[must_use]
    pub const fn marked(mut self, index: usize) -> Self {
        self.marker = Some(MARKERS[index % MARKERS.len()]);
        self
    }

    /// The same, broken so.
    #[must_use]
    pub const fn dashed(mut self, dash: Dash) -> Self {
        self.dash = dash;
        self
    }

    /// The same in another colour.
    #[must_use]
    pub const fn coloured(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// The same, this heavy.
    #[must_use]
    pub const fn weighing(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }

    /// The same, filled so.
    #[must_use]
    pub const fn filled(mut self, fill: Fill) -> Self {
        self.fill = fill;
        self
    }
}

impl Layer {
    /// A layer without a legend entry.
    #[must_use]
    pub fn new(name: impl Into<String>, shape: Shape, look: Look) -> Self {
        Self {
            name: name.into(),
            label: None,
            shape,
            look,
        }
    }

    /// One curve.
    #[must_use]
    pub fn line(name: impl Into<String>, points: Vec<(f64, f64)>, look: Look) -> Self {
        Self::new(name, Shape::Lines(vec![points]), look)
    }

    /// The same with an entry in the legend.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<Label>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The points that an axis must show.
    #[must_use]
    pub fn points(&self) -> Vec<(f64, f64)> {
        match &self.shape {
            Shape::Lines(lines) | Shape::Steps(lines) | Shape::Areas(lines) => lines.concat(),
            Shape::Points(points) => points.clone(),
            Shape::Cells(cells) => cells.iter().flatten().copied().collect(),
            Shape::Bars { bars, width, offset } => bars
                .iter()
                .flat_map(|&(x, y)| {
                    let middle = x + offset;
                    [(middle - 0.5 * width, 0.0), (middle + 0.5 * width, y)]
                })
                .collect(),
            Shape::Words { at, .. } => vec![*at],
            Shape::Vertical(_) | Shape::Horizontal(_) => Vec::new(),
        }
    }
}
