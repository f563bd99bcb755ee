//! The tables `[[figure]]` of a sweep file.

use super::axis::{Axis, AxisKind};
use super::figure_request::{FigureContent, FigureRequest, region_output};
use super::output::OutputPath;
use super::read_outputs::{path, texts};
use crate::spec::{Document, Node, closest};

/// The figures. What they need beyond the outputs known so far is added to `mentions` with its place.
pub(super) fn read(
    document: &mut Document,
    axes: &[Option<Axis>],
    mentions: &mut Vec<(String, OutputPath)>,
) -> Vec<FigureRequest> {
    let nodes = document
        .root
        .get("figure")
        .and_then(Node::list)
        .unwrap_or_default()
        .to_vec();
    let mut figures: Vec<FigureRequest> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let mut reader = Reader {
            document,
            axes,
            mentions,
            place: format!("figure[{index}]"),
        };
        let Some(figure) = reader.figure(node) else { continue };
        if figures.iter().any(|other| other.name == figure.name) {
            let problem = format!("two figures have the name {:?}", figure.name);
            let place = format!("figure[{index}].name");
            document.note_at("duplicate_figure", &place, problem, "every name once", None);
        }
        figures.push(figure);
    }
    figures
}

struct Reader<'r> {
    document: &'r mut Document,
    axes: &'r [Option<Axis>],
    mentions: &'r mut Vec<(String, OutputPath)>,
    place: String,
}

impl Reader<'_> {
    fn figure(&mut self, node: &Node) -> Option<FigureRequest> {
        let name = self.name(node.get("name")?.text()?);
        let x = match node.get("x") {
            Some(x) => self.axis(x.text()?),
            None => Some(0),
        };
        let content = match node.get("kind")?.text()? {
            "curves" => self.curves(node),
            "map" => self.map(node),
            _ => None,
        };
        let (name, x, content) = (name?, x?, content?);
        let x_log = match node.get("x_scale").and_then(Node::text) {
            Some(scale) => scale == "log",
            None => self.axes.get(x)?.as_ref()?.kind == AxisKind::Continuous { log: true },
        };
        if x_log {
            self.positive(x)?;
        }
        Some(FigureRequest {
            name,
            x,
            x_log,
            content,
        })
    }

    fn note(&mut self, code: &'static str, key: &str, problem: String, allowed: &str) {
        let place = format!("{}{key}", self.place);
        self.document.note_at(code, &place, problem, allowed, None);
    }

    fn name(&mut self, name: &str) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || name.len() > 100 || !name.chars().all(plain) {
            let problem = format!("{name:?} is no name of a file");
            self.note("bad_name", ".name", problem, "1 to 100 letters a–z, digits, _ and -");
            return None;
        }
        Some(name.to_owned())
    }

    fn axis(&mut self, key: &str) -> Option<usize> {
        let keys: Vec<&str> = self.axes.iter().flatten().map(|axis| axis.key.as_str()).collect();
        if keys.len() < self.axes.len() {
            // An axis has a fault of its own: whether this one is there cannot be said.
            return None;
        }
        let found = keys.iter().position(|other| *other == key);
        if found.is_none() {
            let hint = closest(key, keys.iter().copied()).map(|close| format!("did you mean {close:?}?"));
            let problem = format!("{key:?} is the key of no axis");
            let place = format!("{}.x", self.place);
            self.document
                .note_at("unknown_axis", &place, problem, &keys.join(", "), hint);
        }
        found
    }

    /// A logarithmic scale needs numbers above 0.
    fn positive(&mut self, x: usize) -> Option<()> {
        let axis = self.axes.get(x)?.as_ref()?;
        if axis.values.iter().all(|value| value.number().is_some_and(|x| x > 0.0)) {
            return Some(());
        }
        let problem = format!("{} has values that are not above 0", axis.key);
        self.note(
            "bad_scale",
            ".x_scale",
            problem,
            "\"linear\", or an axis of numbers above 0",
        );
        None
    }

    fn curves(&mut self, node: &Node) -> Option<FigureContent> {
        node.get("outputs")?.list()?;
        let names = texts(node.get("outputs"));
        if names.is_empty() {
            self.note(
                "empty",
                ".outputs",
                "no output is named".to_owned(),
                "at least one output",
            );
            return None;
        }
        let places = (0..).map(|k| format!(".outputs[{k}]"));
        let outputs: Vec<Option<OutputPath>> = places.zip(&names).map(|(key, name)| self.output(&key, name)).collect();
        Some(FigureContent::Curves {
            outputs: outputs.into_iter().collect::<Option<_>>()?,
            y_label: node.get("y_label").and_then(Node::text).map(str::to_owned),
            y_log: node.get("y_scale").and_then(Node::text) == Some("log"),
        })
    }

    fn map(&mut self, node: &Node) -> Option<FigureContent> {
        if self.axes.len() != 2 {
            let problem = format!("a map needs two axes, the file has {}", self.axes.len());
            self.note(
                "bad_map",
                ".kind",
                problem,
                "\"curves\", or a file with exactly two axes",
            );
        }
        let regions = texts(node.get("regions"));
        for (index, region) in regions.iter().enumerate() {
            if regions[..index].contains(region) {
                let problem = format!("{region} is given twice");
                self.note(
                    "duplicate_output",
                    &format!(".regions[{index}]"),
                    problem,
                    "every claim once",
                );
            }
            let place = format!("{}.regions[{index}]", self.place);
            self.mentions.extend(region_output(region).map(|path| (place, path)));
        }
        let fill = self.optional(node, "fill")?;
        let contours = self.optional(node, "contours")?;
        if regions.is_empty() && fill.is_none() && contours.is_none() {
            let problem = "nothing is drawn on the map".to_owned();
            self.note("empty", "", problem, "at least one of regions, fill, contours");
        }
        let levels = self.levels(node, contours.is_some())?;
        Some(FigureContent::Map {
            regions,
            fill,
            contours,
            levels,
        })
    }

    fn levels(&mut self, node: &Node, contours: bool) -> Option<Vec<f64>> {
        let Some(levels) = node.get("levels") else {
            return Some(Vec::new());
        };
        let levels = levels.numbers()?;
        if !contours {
            let problem = "it has no meaning without contours".to_owned();
            self.note("no_meaning", ".levels", problem, "only with contours");
        }
        if levels.is_empty() || !levels.is_sorted_by(|a, b| a < b) {
            let problem = "the levels do not increase".to_owned();
            self.note("out_of_order", ".levels", problem, "increasing numbers, at least one");
        }
        Some(levels)
    }

    /// The output of a key that may be absent; `None` if it is no path.
    fn optional(&mut self, node: &Node, key: &str) -> Option<Option<OutputPath>> {
        match node.get(key) {
            None => Some(None),
            Some(output) => self.output(&format!(".{key}"), output.text()?).map(Some),
        }
    }

    fn output(&mut self, key: &str, text: &str) -> Option<OutputPath> {
        let place = format!("{}{key}", self.place);
        let path = path(self.document, &place, text)?;
        self.mentions.push((place, path.clone()));
        Some(path)
    }
}
