//! A figure that a sweep file asks for.

use super::output::OutputPath;

/// A figure of a sweep, as its `[[figure]]` table says.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureRequest {
    /// The name of its files: letters, digits, `_` and `-`; no other figure has it.
    pub name: String,
    /// The axis that runs to the right, an index into the sweep's axes.
    pub x: usize,
    /// Whether even ratios are even steps on that axis.
    pub x_log: bool,
    /// What is drawn over it.
    pub content: FigureContent,
}

/// What a figure draws. Every output named here is one of the sweep's outputs.
#[derive(Debug, Clone, PartialEq)]
pub enum FigureContent {
    /// Outputs along the axis, a panel each or a curve each for every value of the other axes.
    Curves {
        /// The outputs, at least one.
        outputs: Vec<OutputPath>,
        /// The name of the upward axis.
        y_label: Option<String>,
        /// Whether even ratios are even steps on it.
        y_log: bool,
    },
    /// The plane of the sweep's two axes; at least one of regions, fill and contours is given.
    Map {
        /// Where each of these claims holds; `"equivalent"` for all together.
        regions: Vec<String>,
        /// The output shown by colour.
        fill: Option<OutputPath>,
        /// The output shown by lines of equal value.
        contours: Option<OutputPath>,
        /// The values of these lines, increasing; none: the drawing's choice.
        levels: Vec<f64>,
    },
}

impl FigureRequest {
    /// Every output the figure needs, regions included, in the order they are named.
    #[must_use]
    pub fn outputs(&self) -> Vec<OutputPath> {
        match &self.content {
            FigureContent::Curves { outputs, .. } => outputs.clone(),
            FigureContent::Map {
                regions,
                fill,
                contours,
                ..
            } => {
                let claims = regions.iter().filter_map(|claim| region_output(claim));
                claims.chain(fill.clone()).chain(contours.clone()).collect()
            }
        }
    }
}

/// The output that says whether a claim holds.
#[must_use]
pub fn region_output(claim: &str) -> Option<OutputPath> {
    match claim {
        "equivalent" => OutputPath::parse("check.equivalent"),
        claim => OutputPath::parse(&format!("check.claims.{claim}.holds")),
    }
}
