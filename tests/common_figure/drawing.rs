//! Reads our SVG back: panels, their frames, layers and texts, in units of the canvas (hundredths of a point).

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

/// A rectangle of the canvas: x to the right, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// Words and the rectangle of their ink.
#[derive(Debug, Clone)]
pub struct Words {
    pub text: String,
    pub ink: Area,
    pub upwards: bool,
}

/// Something drawn: the points of a path, or the corners around a rectangle or a circle.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    Path(Vec<(f64, f64)>),
    Rectangle(Area),
    Circle(Area),
}

#[derive(Debug)]
pub struct DrawnLayer {
    pub name: String,
    pub label: String,
    /// Cut at the frame.
    pub inside: Vec<Mark>,
    /// Signs, which may reach over it.
    pub signs: Vec<Mark>,
    pub words: Vec<Words>,
}

#[derive(Debug)]
pub struct DrawnPanel {
    pub name: String,
    pub x_label: String,
    pub y_label: String,
    pub x_range: (f64, f64),
    pub y_range: (f64, f64),
    pub frame: Area,
    pub layers: Vec<DrawnLayer>,
    /// Ticks, labels, heading, message.
    pub words: Vec<Words>,
    /// The lines of the ticks.
    pub ticks: Vec<Mark>,
}

#[derive(Debug)]
pub struct Drawing {
    pub page: Area,
    pub title: String,
    pub description: String,
    pub legend: Vec<Words>,
    pub samples: Vec<Mark>,
    /// Words outside panels and legend.
    pub others: Vec<Words>,
    pub panels: Vec<DrawnPanel>,
}

impl Area {
    pub fn around(points: impl IntoIterator<Item = (f64, f64)>) -> Option<Self> {
        points.into_iter().fold(None, |area: Option<Self>, (x, y)| {
            let area = area.unwrap_or(Self {
                left: x,
                top: y,
                right: x,
                bottom: y,
            });
            Some(Self {
                left: area.left.min(x),
                top: area.top.min(y),
                right: area.right.max(x),
                bottom: area.bottom.max(y),
            })
        })
    }

    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// Whether another lies in this one, widened by `slack`.
    pub fn holds(&self, other: &Self, slack: f64) -> bool {
        other.left >= self.left - slack
            && other.right <= self.right + slack
            && other.top >= self.top - slack
            && other.bottom <= self.bottom + slack
    }
}

impl Mark {
    pub fn area(&self) -> Area {
        match self {
            Self::Path(points) => Area::around(points.iter().copied()).expect("a point"),
            Self::Rectangle(area) | Self::Circle(area) => *area,
        }
    }
}

impl DrawnPanel {
    pub fn layer(&self, name: &str) -> &DrawnLayer {
        let found = self.layers.iter().find(|layer| layer.name == name);
        found.unwrap_or_else(|| panic!("no layer {name} drawn in panel {}", self.name))
    }

    pub fn says(&self, text: &str) -> bool {
        self.words.iter().any(|words| words.text == text)
    }

    /// The labels at the ticks of the horizontal axis, from left to right.
    pub fn x_tick_labels(&self) -> Vec<&Words> {
        let first = self.words.iter().filter(|words| {
            let below = words.ink.top >= self.frame.bottom && words.text != self.x_label;
            below && !words.upwards
        });
        first.collect()
    }

    /// The labels at the ticks of the vertical axis.
    pub fn y_tick_labels(&self) -> Vec<&Words> {
        let beside = |words: &&Words| words.ink.right <= self.frame.left && !words.upwards;
        self.words.iter().filter(beside).collect()
    }
}

impl DrawnLayer {
    /// The points of its paths, path by path.
    pub fn paths(&self) -> Vec<&[(f64, f64)]> {
        let points = |mark: &'_ Mark| matches!(mark, Mark::Path(_));
        let paths = self.inside.iter().filter(|mark| points(mark));
        paths
            .map(|mark| match mark {
                Mark::Path(points) => &points[..],
                _ => unreachable!("only paths"),
            })
            .collect()
    }

    pub fn rectangles(&self) -> Vec<Area> {
        let rectangles = self.inside.iter().filter_map(|mark| match mark {
            Mark::Rectangle(area) => Some(*area),
            _ => None,
        });
        rectangles.collect()
    }
}

impl Drawing {
    pub fn read(svg: &str) -> Self {
        let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}"));
        let root = document.root_element();
        let view: Vec<f64> = numbers(attribute(root, "viewBox"));
        let glyphs = glyphs(root);
        let text_of = |tag: &str| {
            let node = root.children().find(|node| node.has_tag_name(tag));
            node.and_then(|node| node.text()).unwrap_or_default().to_owned()
        };
        let mut drawing = Self {
            page: Area {
                left: view[0],
                top: view[1],
                right: view[0] + view[2],
                bottom: view[1] + view[3],
            },
            title: text_of("title"),
            description: text_of("desc"),
            legend: Vec::new(),
            samples: Vec::new(),
            others: Vec::new(),
            panels: Vec::new(),
        };
        for node in root.children().filter(|node| node.has_tag_name("g")) {
            match attribute(node, "class") {
                "legend" => {
                    drawing.legend = words(node, &glyphs);
                    drawing.samples = marks(node);
                }
                "panel" => drawing.panels.push(panel(node, &glyphs)),
                "text" => drawing.others.extend(word(node, &glyphs)),
                "key" => drawing.others.extend(words(node, &glyphs)),
                other => panic!("a group of class {other}"),
            }
        }
        drawing
    }

    pub fn panel(&self, name: &str) -> &DrawnPanel {
        let found = self.panels.iter().find(|panel| panel.name == name);
        found.unwrap_or_else(|| panic!("no panel {name} drawn"))
    }
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    node.attribute(name)
        .unwrap_or_else(|| panic!("<{}> without {name}", node.tag_name().name()))
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    attribute(node, name).parse().expect("a number")
}

/// All numbers of a text, whatever stands between.
fn numbers(text: &str) -> Vec<f64> {
    let inner = |letter: char| !(letter.is_ascii_digit() || ['.', '-', '+', 'e', 'E'].contains(&letter));
    let parts = text
        .split(inner)
        .filter(|part| part.contains(|c: char| c.is_ascii_digit()));
    parts.map(|part| part.parse().expect("a number")).collect()
}

fn pairs(text: &str) -> Vec<(f64, f64)> {
    numbers(text).chunks(2).map(|pair| (pair[0], pair[1])).collect()
}

/// The rectangles of the glyphs' outlines, control points included.
fn glyphs(root: Node<'_, '_>) -> BTreeMap<String, Area> {
    let definitions = root.children().find(|node| node.has_tag_name("defs")).expect("<defs>");
    let paths = definitions.children().filter(|node| node.has_tag_name("path"));
    paths
        .map(|path| {
            let area = Area::around(pairs(attribute(path, "d"))).expect("an outline");
            (attribute(path, "id").to_owned(), area)
        })
        .collect()
}

fn panel(node: Node<'_, '_>, glyphs: &BTreeMap<String, Area>) -> DrawnPanel {
    let range = |name: &str| {
        let ends = numbers(attribute(node, name));
        (ends[0], ends[1])
    };
    let own = |tag: &'static str| node.children().filter(move |child| child.has_tag_name(tag));
    let lines: Vec<Mark> = own("path").filter_map(mark).collect();
    let (frame, ticks) = lines.split_first().expect("a frame");
    let layers = own("g").filter(|child| child.attribute("class") == Some("layer"));
    DrawnPanel {
        name: attribute(node, "data-name").to_owned(),
        x_label: attribute(node, "data-x-label").to_owned(),
        y_label: attribute(node, "data-y-label").to_owned(),
        x_range: range("data-x-range"),
        y_range: range("data-y-range"),
        frame: frame.area(),
        layers: layers.map(|layer| self::layer(layer, glyphs, frame.area())).collect(),
        words: own("g").filter_map(|child| word(child, glyphs)).collect(),
        ticks: ticks.to_vec(),
    }
}

fn layer(node: Node<'_, '_>, glyphs: &BTreeMap<String, Area>, frame: Area) -> DrawnLayer {
    let clipped = node.children().find(|child| child.has_attribute("clip-path"));
    if let Some(clip) = node.children().find(|child| child.has_tag_name("clipPath")) {
        let rectangle = clip.first_element_child().and_then(mark).expect("a clipping rectangle");
        let area = rectangle.area();
        // Both are rounded, to a hundredth of a point.
        assert!(
            area.holds(&frame, 1.0) && frame.holds(&area, 1.0),
            "cut at {area:?} instead of {frame:?}"
        );
    }
    DrawnLayer {
        name: attribute(node, "data-name").to_owned(),
        label: attribute(node, "data-label").to_owned(),
        inside: clipped.map(marks).unwrap_or_default(),
        signs: marks(node),
        words: words(node, glyphs),
    }
}

fn marks(node: Node<'_, '_>) -> Vec<Mark> {
    node.children().filter_map(mark).collect()
}

fn mark(node: Node<'_, '_>) -> Option<Mark> {
    match node.tag_name().name() {
        "path" => Some(Mark::Path(pairs(attribute(node, "d")))),
        "rect" => {
            let (left, top) = (number(node, "x"), number(node, "y"));
            let (width, height) = (number(node, "width"), number(node, "height"));
            assert!(width >= 0.0 && height >= 0.0, "a rectangle {width} by {height}");
            Some(Mark::Rectangle(Area {
                left,
                top,
                right: left + width,
                bottom: top + height,
            }))
        }
        "circle" => {
            let (x, y, r) = (number(node, "cx"), number(node, "cy"), number(node, "r"));
            Area::around([(x - r, y - r), (x + r, y + r)]).map(Mark::Circle)
        }
        _ => None,
    }
}

fn words(node: Node<'_, '_>, glyphs: &BTreeMap<String, Area>) -> Vec<Words> {
    node.children().filter_map(|child| word(child, glyphs)).collect()
}

/// A text with the rectangle of its ink.
fn word(node: Node<'_, '_>, glyphs: &BTreeMap<String, Area>) -> Option<Words> {
    if node.attribute("class") != Some("text") {
        return None;
    }
    let place = attribute(node, "transform");
    let upwards = place.contains("rotate(-90)");
    let at = pairs(place.split(" rotate").next().expect("a place"))[0];
    let corners = node
        .children()
        .filter(|child| child.has_tag_name("use"))
        .flat_map(|glyph| {
            let shift = numbers(attribute(glyph, "transform"));
            let outline = &glyphs[attribute(glyph, "href").trim_start_matches('#')];
            let corner = |x: f64, y: f64| (shift[0] + shift[2] * x, shift[1] + shift[2] * y);
            [corner(outline.left, outline.top), corner(outline.right, outline.bottom)]
        });
    let turned = corners.map(|(x, y)| {
        if upwards {
            (at.0 + y, at.1 - x)
        } else {
            (at.0 + x, at.1 + y)
        }
    });
    Some(Words {
        text: attribute(node, "aria-label").to_owned(),
        ink: Area::around(turned)?,
        upwards,
    })
}
