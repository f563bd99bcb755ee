//! A figure: blocks of panels, a caption.

use super::axis::Axis;
use super::label::Label;
use super::layer::Layer;

/// A figure, ready to be drawn or written as data.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its file name without extension, e.g. `"timing"`.
    pub name: String,
    /// What it shows; printed only where the style asks for titles.
    pub title: Label,
    /// What a reader needs to know: what is drawn, the market's parameters.
    pub caption: String,
    /// From top to bottom.
    pub blocks: Vec<Block>,
}

/// A row of panels of the same height; a narrow page breaks it into several.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Height of the axes relative to their natural height (the golden section of a panel that fills one column).
    pub height: f64,
    /// From left to right.
    pub panels: Vec<Panel>,
}

/// A pair of axes and what is drawn in them.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// A short name for files and tests, e.g. `"slot_3"`.
    pub name: String,
    /// Printed above the axes.
    pub heading: Option<Label>,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// From back to front.
    pub layers: Vec<Layer>,
    /// What the shades of a map stand for.
    pub key: Option<ColourKey>,
    /// Words inside the axes of a case with nothing to show.
    pub message: Option<String>,
}

/// The shades of filled contours: `bounds.len() − 1` bands.
#[derive(Debug, Clone, PartialEq)]
pub struct ColourKey {
    /// What is measured, with its unit.
    pub label: Label,
    /// Ends of the bands, increasing.
    pub bounds: Vec<f64>,
}

impl Figure {
    /// A figure of one block.
    #[must_use]
    pub fn of_panels(name: &str, title: &str, caption: String, panels: Vec<Panel>) -> Self {
        Self {
            name: name.to_owned(),
            title: Label::from(title),
            caption,
            blocks: vec![Block { height: 1.0, panels }],
        }
    }

    /// All panels in reading order.
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.blocks.iter().flat_map(|block| &block.panels)
    }
}

impl Panel {
    /// Empty axes.
    #[must_use]
    pub fn new(name: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self {
            name: name.into(),
            heading: None,
            x,
            y,
            layers: Vec::new(),
            key: None,
            message: None,
        }
    }

    /// The same with a heading.
    #[must_use]
    pub fn headed(mut self, heading: impl Into<Label>) -> Self {
        self.heading = Some(heading.into());
        self
    }

    /// The same axes with words instead of anything drawn.
    #[must_use]
    pub fn saying(mut self, words: impl Into<String>) -> Self {
        self.layers.clear();
        self.message = Some(words.into());
        self
    }

    /// The same with more layers in front.
    #[must_use]
    pub fn also(mut self, layers: impl IntoIterator<Item = Layer>) -> Self {
        self.layers.extend(layers);
        self
    }

    /// The same with one more layer in front.
    #[must_use]
    pub fn with(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }
}
