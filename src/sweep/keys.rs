//! Every key of a sweep file, in the terms of [`crate::spec::key`].

use crate::spec::key::{Key, Range, Shape, Table};

use Shape::{File, Number, Numbers, Scalars, Text, Texts, Whole, WordList, Words};

/// The most points of a sweep.
pub const MOST_POINTS: u64 = 10_000_000;
/// The largest end of an axis of whole numbers: they are exact up to here.
const MOST_WHOLE: u64 = 1 << 53;
/// The claims of the report, and all of them together: what a region of a map may show.
pub const REGIONS: &[&str] = &[
    "timing",
    "immediate_exercise",
    "revenue",
    "allocation",
    "bids",
    "equivalent",
];

/// The sweep file.
pub static SWEEP: Table = Table {
    keys: &[
        Key::required("base", File, "The market file"),
        Key::optional("set", Texts, "Overrides of the market file, each as after --set"),
        Key::required(
            "axis",
            Shape::Tables(&AXIS),
            "The parameters that vary; the first varies slowest",
        ),
        Key::optional("output", Shape::Table(&OUTPUT), "What is kept of every point"),
        Key::optional("figure", Shape::Tables(&FIGURE), "What is drawn"),
    ],
    exactly_one: &[],
};

static AXIS: Table = Table {
    keys: &[
        Key::required("key", Text, "A key of the market file, as after --set"),
        Key::optional("complement", Text, "A key that is set to one minus the value"),
        Key::optional("label", Text, "Its name in figures"),
        Key::optional(
            "linear",
            Shape::Table(&LINEAR),
            "Evenly spaced numbers, both ends included",
        ),
        Key::optional("log", Shape::Table(&LOG), "Numbers in even ratios, both ends included"),
        Key::optional("whole", Shape::Table(&WHOLE), "Whole numbers"),
        Key::optional("values", Scalars, "These numbers or words"),
    ],
    exactly_one: &["linear", "log", "whole", "values"],
};

static LINEAR: Table = Table {
    keys: &[
        Key::required("from", Number(Range::FINITE), "The first value"),
        Key::required("to", Number(Range::FINITE), "The last value"),
        Key::required("points", Whole(2, MOST_POINTS), "How many values"),
    ],
    exactly_one: &[],
};

static LOG: Table = Table {
    keys: &[
        Key::required("from", Number(Range::POSITIVE), "The first value"),
        Key::required("to", Number(Range::POSITIVE), "The last value"),
        Key::required("points", Whole(2, MOST_POINTS), "How many values"),
    ],
    exactly_one: &[],
};

static WHOLE: Table = Table {
    keys: &[
        Key::required("from", Whole(0, MOST_WHOLE), "The first value"),
        Key::required("to", Whole(0, MOST_WHOLE), "No value is above it"),
        Key::optional("step", Whole(1, MOST_WHOLE), "From one value to the next").or("1"),
    ],
    exactly_one: &[],
};

static OUTPUT: Table = Table {
    keys: &[Key::required(
        "keys",
        Texts,
        "Paths into the result object, or after check. into the conjecture report",
    )],
    exactly_one: &[],
};

static FIGURE: Table = Table {
    keys: &[
        Key::required("name", Text, "The name of its files"),
        Key::required(
            "kind",
            Words(&["curves", "map"]),
            "Outputs along one axis, or regions over two",
        ),
        Key::optional(
            "x",
            Text,
            "The key of the axis that runs to the right; absent: the first",
        ),
        Key::optional(
            "x_scale",
            SCALE,
            "The scale of that axis; absent: as its values are spaced",
        ),
        Key::required("outputs", Texts, "The outputs drawn").only("kind", "curves"),
        Key::optional("y_label", Text, "The name of the upward axis").only("kind", "curves"),
        Key::optional("y_scale", SCALE, "The scale of the upward axis")
            .or("linear")
            .only("kind", "curves"),
        Key::optional("regions", WordList(REGIONS), "Claims: where each holds").only("kind", "map"),
        Key::optional("fill", Text, "The output shown by colour").only("kind", "map"),
        Key::optional("contours", Text, "The output shown by lines of equal value").only("kind", "map"),
        Key::optional("levels", Numbers(Range::FINITE), "The values of these lines").only("kind", "map"),
    ],
    exactly_one: &[],
};

const SCALE: Shape = Words(&["linear", "log"]);
