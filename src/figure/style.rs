//! How figures look: sizes, colours, line widths.

/// The look of all figures of a run; lengths in points (1/72 inch).
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// Width of the figure.
    pub width: Width,
    /// Height of labels' letters (their em).
    pub font_size: f64,
    /// Height of the letters at ticks and in legends.
    pub small_font_size: f64,
    /// Width of a curve.
    pub line_width: f64,
    /// Width of the axes.
    pub axis_width: f64,
    /// Size of markers.
    pub marker_size: f64,
    /// Height of one panel's axes relative to their width when it fills one column.
    pub aspect: f64,
    /// Whether the title is printed.
    pub title: bool,
    /// Resolution of PNG files, dots an inch.
    pub dots_per_inch: f64,
    /// Colours of curves, in order.
    pub palette: Vec<Colour>,
    /// The lightest and the darkest shade of a map.
    pub shades: [Colour; 2],
    /// Colour of text and axes.
    pub ink: Colour,
    /// Colour of what is in the background.
    pub faint: Colour,
}

/// Width of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Width {
    /// A column of a two-column page: 3.35 inches.
    OneColumn,
    /// Both columns, or a page: 7 inches.
    TwoColumns,
    /// Any other, in points.
    Points(f64),
}

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

/// The least and the largest width, points.
const WIDTHS: (f64, f64) = (220.0, 2000.0);

impl Width {
    /// What [`parse`](Self::parse) accepts.
    pub const ALLOWED: &str = "one, two, or a length from 220pt to 2000pt such as 85mm, 3.3in, 240pt";

    /// `"one"`, `"two"`, or a length with its unit; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "one" => return Some(Self::OneColumn),
            "two" => return Some(Self::TwoColumns),
            _ => {}
        }
        let units = [("mm", 72.0 / 25.4), ("cm", 72.0 / 2.54), ("in", 72.0), ("pt", 1.0)];
        let points = units.iter().find_map(|(unit, points)| {
            let length: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
            Some(length * points)
        })?;
        (WIDTHS.0..=WIDTHS.1).contains(&points).then_some(Self::Points(points))
    }

    /// In points.
    #[must_use]
    pub fn points(self) -> f64 {
        match self {
            Self::OneColumn => 241.2,
            Self::TwoColumns => 504.0,
            Self::Points(points) => points,
        }
    }
}

impl Colour {
    /// `"#0072b2"` or `"0072B2"`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |from: usize| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    /// The colour `share` of the way to another.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| (f64::from(a) + share.clamp(0.0, 1.0) * (f64::from(b) - f64::from(a))).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// Rec. 601 luma, 0 (black) to 1 (white): what is left of it in grey.
    #[must_use]
    pub fn luma(self) -> f64 {
        (0.299 * f64::from(self.0) + 0.587 * f64::from(self.1) + 0.114 * f64::from(self.2)) / 255.0
    }
}

impl Default for Style {
    /// Colours that readers who see red and green alike can tell apart (Okabe and Ito, 2008), darkest first.
    fn default() -> Self {
        Self {
            width: Width::TwoColumns,
            font_size: 9.0,
            small_font_size: 8.0,
            line_width: 1.1,
            axis_width: 0.5,
            marker_size: 3.6,
            aspect: 0.618,
            title: false,
            dots_per_inch: 300.0,
            palette: vec![
                Colour(0x00, 0x5a, 0x9c),
                Colour(0xd5, 0x5e, 0x00),
                Colour(0x00, 0x8f, 0x6b),
                Colour(0x7a, 0x3e, 0x73),
                Colour(0xe6, 0x9f, 0x00),
                Colour(0x56, 0xb4, 0xe9),
            ],
            shades: [Colour(0xee, 0xf3, 0xf8), Colour(0x12, 0x3a, 0x63)],
            ink: Colour(0x1a, 0x1a, 0x1a),
            faint: Colour(0x8a, 0x8a, 0x8a),
        }
    }
}
