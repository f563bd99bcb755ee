//! Outputs along one axis of a sweep.

use super::curve_panel::Curves;
use super::{Drawn, MOST_CURVES, SweepFigureError, capitalised, caption, ends, label_of, places, value};
use crate::figure::{self, Label, Scale, Ticks};
use crate::sweep::axis::{Axis, AxisKind, AxisValue};
use crate::sweep::figure_request::FigureRequest;
use crate::sweep::file::Sweep;
use crate::sweep::labels;
use crate::sweep::output::OutputPath;
use crate::sweep::points::Points;

/// One curve an output, or one an output and value of the other axes.
pub(super) fn draw(
    sweep: &Sweep,
    request: &FigureRequest,
    results: &Points,
    outputs: &[OutputPath],
    (y_label, y_log): (Option<&str>, bool),
) -> Result<Drawn, SweepFigureError> {
    let axis = &sweep.axes[request.x];
    let places = places(axis);
    let families = families(sweep, request.x);
    let count = families.len() * outputs.len();
    if count > MOST_CURVES {
        return Err(SweepFigureError::TooManyCurves {
            figure: request.name.clone(),
            curves: count,
        });
    }
    let mut list = Vec::new();
    for output in outputs {
        let Some(index) = sweep.output_index(output.as_str()) else {
            continue;
        };
        let words = labels::output(output.as_str());
        for family in &families {
            let mut points: Vec<(f64, Option<f64>)> = family
                .points
                .iter()
                .zip(&places)
                .map(|(&point, &place)| (place, value(results, point, index)))
                .collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            let label = match (family.label.as_str(), outputs.len()) {
                ("", _) => words.name.clone(),
                (family, 1) => family.to_owned(),
                (family, _) => format!("{}, {family}", words.name),
            };
            list.push((format!("{output}{}", family.suffix), Label::new(label), points));
        }
    }
    let what = format!(
        "{} along {}.",
        outputs.iter().map(OutputPath::as_str).collect::<Vec<_>>().join(", "),
        axis.key
    );
    let note = if y_log {
        " Values of zero have no place on the logarithmic axis and are left out."
    } else {
        ""
    };
    let curves = Curves {
        name: request.name.clone(),
        title: what.clone(),
        caption: caption(sweep, &format!("{what}{note}")),
        x: curve_axis(axis, &places, request.x_log),
        y_label: Label::new(y_label.map_or_else(|| measure(outputs), str::to_owned)),
        y_log,
        curves: list,
    };
    Ok(Drawn {
        figure: curves.figure(),
        boundaries: None,
    })
}

/// What an axis with these outputs measures.
fn measure(outputs: &[OutputPath]) -> String {
    let words: Vec<_> = outputs.iter().map(|output| labels::output(output.as_str())).collect();
    match &words[..] {
        [one] => match one.measure {
            "Result" => one.name.clone(),
            // The name says it all, with the unit behind.
            "Value (ETH)" => format!("{} (ETH)", capitalised(&one.name)),
            _ => capitalised(&one.name),
        },
        [first, rest @ ..] if rest.iter().all(|words| words.measure == first.measure) => first.measure.to_owned(),
        _ => "Result".to_owned(),
    }
}

fn curve_axis(axis: &Axis, places: &[f64], log: bool) -> figure::Axis {
    let label = label_of(axis);
    let count = places.len() as f64;
    match axis.kind {
        AxisKind::Words => {
            let named = axis.values.iter().enumerate();
            let named = named.map(|(index, value)| (index as f64, Label::new(value.to_string())));
            figure::Axis::new(label, -0.5, count - 0.5).ticked(Ticks::Named(named.collect()))
        }
        AxisKind::Whole if !log => figure::Axis::around(label, places.iter().copied()).ticked(Ticks::Whole),
        AxisKind::Continuous { .. } | AxisKind::Whole if !log => figure::Axis::around(label, places.iter().copied()),
        AxisKind::Continuous { .. } | AxisKind::Whole => {
            let (low, high) = ends(places);
            let margin = (high / low).powf(0.04).max(1.02);
            let mut drawn = figure::Axis::new(label, low / margin, high * margin);
            drawn.scale = Scale::Log;
            drawn
        }
    }
}

/// The points of one curve: the sweep's points along one axis, at one value of each other.
struct Family {
    label: String,
    suffix: String,
    points: Vec<usize>,
}

fn families(sweep: &Sweep, x: usize) -> Vec<Family> {
    let total = sweep.points() as usize;
    let along: usize = sweep.axes[x + 1..].iter().map(|axis| axis.values.len()).product();
    let length = sweep.axes[x].values.len();
    // Points whose value on the axis is the first one start a family.
    (0..total)
        .filter(|point| (point / along).is_multiple_of(length))
        .map(|start| {
            let others: Vec<(String, String)> = sweep
                .axes
                .iter()
                .zip(sweep.point(start as u64))
                .enumerate()
                .filter(|(index, _)| *index != x)
                .map(|(_, (axis, value))| {
                    let name = label_of(axis);
                    (short_name(name.markup(), &value), format!("_{value}"))
                })
                .collect();
            Family {
                label: others
                    .iter()
                    .map(|(label, _)| label.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
                suffix: others.iter().map(|(_, suffix)| suffix.as_str()).collect(),
                points: (0..length).map(|k| start + k * along).collect(),
            }
        })
        .collect()
}

/// `$n = 5$` where the axis has a symbol, else its words and the value.
fn short_name(label: &str, value: &AxisValue) -> String {
    let symbol = label.split('$').nth(1).filter(|_| label.matches('$').count() == 2);
    match symbol {
        Some(symbol) => format!("${symbol} = {value}$"),
        None => format!("{label} = {value}"),
    }
}
