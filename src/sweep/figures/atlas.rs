//! Maps over the two axes of a sweep.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use super::levels::round_levels;
use super::map_panels::{Bands, Map, Verdict};
use super::{Drawn, SweepFigureError, Watch, capitalised, caption, ends, label_of, places, value};
use crate::figure::{self, Label, Scale, Ticks};
use crate::sweep::axis::{AxisKind, AxisValue};
use crate::sweep::evaluator::Evaluator;
use crate::sweep::figure_request::{FigureRequest, region_output};
use crate::sweep::file::Sweep;
use crate::sweep::labels;
use crate::sweep::output::{OutputPath, OutputValue};
use crate::sweep::plane::{self, Plane, Region, Spacing};
use crate::sweep::points::Points;

/// A map in the making: the plane of the sweep's two axes and the market in between.
pub(super) struct Atlas<'a> {
    sweep: &'a Sweep,
    evaluator: Evaluator,
    request: &'a FigureRequest,
    results: &'a Points,
    watch: Watch<'a>,
    /// Which axis runs to the right, and which upwards.
    axes: (usize, usize),
    /// For each axis the order of its values, lowest first.
    order: (Vec<usize>, Vec<usize>),
    planes: (plane::Axis, plane::Axis),
    /// What was evaluated between the points of the sweep, all outputs at once: no point twice.
    memo: Mutex<HashMap<(u64, u64), Vec<OutputValue>>>,
}

impl<'a> Atlas<'a> {
    pub(super) fn new(
        sweep: &'a Sweep,
        request: &'a FigureRequest,
        results: &'a Points,
        watch: Watch<'a>,
    ) -> Result<Self, SweepFigureError> {
        let axes = (request.x, 1 - request.x.min(1));
        let axis = |index: usize| {
            let axis = &sweep.axes[index];
            let places = places(axis);
            let mut order: Vec<usize> = (0..places.len()).collect();
            order.sort_by(|&a, &b| places[a].total_cmp(&places[b]));
            let spacing = match axis.kind {
                AxisKind::Continuous { log: false } => Spacing::Linear,
                AxisKind::Continuous { log: true } => Spacing::Logarithmic,
                AxisKind::Whole | AxisKind::Words => Spacing::Whole,
            };
            let values = order.iter().map(|&k| places[k]).collect();
            match plane::Axis::new(values, spacing) {
                Ok(plane) => Ok((order, plane)),
                Err(error) => Err(SweepFigureError::Axis {
                    figure: request.name.clone(),
                    key: axis.key.clone(),
                    problem: error.to_string(),
                }),
            }
        };
        let ((x_order, x), (y_order, y)) = (axis(axes.0)?, axis(axes.1)?);
        Ok(Self {
            sweep,
            evaluator: Evaluator::new(sweep),
            request,
            results,
            watch,
            axes,
            order: (x_order, y_order),
            planes: (x, y),
            memo: Mutex::new(HashMap::new()),
        })
    }

    pub(super) fn map(
        &self,
        regions: &[String],
        fill: Option<&OutputPath>,
        contours: Option<&OutputPath>,
        levels: &[f64],
    ) -> Result<Drawn, SweepFigureError> {
        let mut boundaries = "curve,x,y,x_half_width,y_half_width\n".to_owned();
        let mut verdicts = Vec::new();
        for claim in regions {
            let Some(output) = region_output(claim) else { continue };
            let (holds, missing) = self.on_plane(&output, |plane| {
                (plane::superlevel(plane, plane::VERDICT_LEVEL), plane::missing(plane))
            })?;
            write_boundary(&mut boundaries, claim, &holds);
            verdicts.push(Verdict {
                name: claim.clone(),
                label: Label::new(labels::claim(claim)),
                holds,
                missing,
            });
        }
        let fill = fill.map(|output| self.bands(output, &[])).transpose()?;
        let contours = contours.map(|output| self.bands(output, levels)).transpose()?;
        for bands in fill.iter().chain(&contours) {
            for (level, region) in &bands.levels {
                write_boundary(&mut boundaries, &format!("{} = {level}", bands.name), region);
            }
        }
        let map = Map {
            name: self.request.name.clone(),
            title: self.title(regions, fill.as_ref(), contours.as_ref()),
            caption: caption(self.sweep, &self.words(regions, fill.as_ref(), contours.as_ref())),
            x: self.drawn_axis(self.axes.0, &self.planes.0, self.request.x_log),
            y: self.drawn_axis(
                self.axes.1,
                &self.planes.1,
                self.planes.1.spacing() == Spacing::Logarithmic,
            ),
            verdicts,
            fill,
            contours,
        };
        Ok(Drawn {
            figure: map.figure(),
            boundaries: Some(boundaries),
        })
    }

    fn title(&self, regions: &[String], fill: Option<&Bands>, contours: Option<&Bands>) -> String {
        let mut parts: Vec<String> = Vec::new();
        if !regions.is_empty() {
            parts.push("where the claims hold".to_owned());
        }
        for bands in fill.iter().chain(&contours) {
            parts.push(bands.label.plain());
        }
        capitalised(&parts.join("; "))
    }

    fn words(&self, regions: &[String], fill: Option<&Bands>, contours: Option<&Bands>) -> String {
        let mut text = String::new();
        if !regions.is_empty() {
            text.push_str("Where the claims of the conjecture hold (blue) and fail (orange); ");
            text.push_str("boundaries are bracketed by solving the market in between, not by pixels. ");
        }
        if let Some(bands) = fill {
            text.push_str(&format!("Shades: {}. ", bands.label.plain()));
        }
        if let Some(bands) = contours {
            text.push_str(&format!("Curves: {}. ", bands.label.plain()));
        }
        text.trim_end().to_owned()
    }

    fn drawn_axis(&self, index: usize, plane: &plane::Axis, log: bool) -> figure::Axis {
        let (from, to) = plane.range();
        let mut axis = figure::Axis::new(label_of(&self.sweep.axes[index]), from, to);
        if plane.spacing() == Spacing::Whole {
            axis.ticks = Ticks::Whole;
        }
        if log && from > 0.0 {
            axis.scale = Scale::Log;
        }
        axis
    }

    /// Does something with an output over the plane.
    fn on_plane<T>(&self, output: &OutputPath, what: impl Fn(&Plane<'_>) -> T) -> Result<T, SweepFigureError> {
        let index = self.sweep.output_index(output.as_str()).unwrap_or(0);
        let at = |x: f64, y: f64| self.between(x, y, index);
        let (columns, rows) = (self.order.0.len(), self.order.1.len());
        let values = (0..rows)
            .flat_map(|j| (0..columns).map(move |i| (i, j)))
            .map(|(i, j)| self.known(i, j, index))
            .collect();
        let plane = Plane::new(self.planes.0.clone(), self.planes.1.clone(), values, &at).map_err(|reason| {
            SweepFigureError::Plane {
                figure: self.request.name.clone(),
                reason,
            }
        })?;
        let answer = what(&plane.with_progress(self.watch.progress));
        if self.stopped() {
            return Err(SweepFigureError::Stopped {
                figure: self.request.name.clone(),
            });
        }
        Ok(answer)
    }

    /// The value at grid point (i, j) of the plane.
    fn known(&self, i: usize, j: usize, output: usize) -> Option<f64> {
        let (a, b) = (self.order.0[i], self.order.1[j]);
        let (first, second) = if self.axes.0 == 0 { (a, b) } else { (b, a) };
        let point = first * self.sweep.axes[1].values.len() + second;
        value(self.results, point, output)
    }

    fn stopped(&self) -> bool {
        self.watch.stop.load(Ordering::Relaxed)
    }

    /// The value between the grid's points; none where the market cannot be solved, and once the work is stopped.
    fn between(&self, x: f64, y: f64, output: usize) -> Option<f64> {
        let key = (x.to_bits(), y.to_bits());
        let known = |memo: &HashMap<(u64, u64), Vec<OutputValue>>| memo.get(&key).map(|values| values[output].number());
        if let Ok(memo) = self.memo.lock()
            && let Some(value) = known(&memo)
        {
            return value;
        }
        if self.stopped() {
            return None;
        }
        let (first, second) = if self.axes.0 == 0 { (x, y) } else { (y, x) };
        let values = self
            .evaluator
            .outputs(&[AxisValue::from(first), AxisValue::from(second)])
            .unwrap_or_else(|_| vec![OutputValue::Absent; self.sweep.outputs.len()]);
        let value = values[output].number();
        if let Ok(mut memo) = self.memo.lock() {
            memo.insert(key, values);
        }
        value
    }

    fn bands(&self, output: &OutputPath, levels: &[f64]) -> Result<Bands, SweepFigureError> {
        let index = self.sweep.output_index(output.as_str()).unwrap_or(0);
        let grid: Vec<f64> = (0..self.order.0.len())
            .flat_map(|i| (0..self.order.1.len()).filter_map(move |j| self.known(i, j, index)))
            .filter(|value| value.is_finite())
            .collect();
        let (low, high) = if grid.is_empty() { (0.0, 0.0) } else { ends(&grid) };
        let chosen = if levels.is_empty() {
            round_levels(low, high)
        } else {
            levels.to_vec()
        };
        let inside = chosen.into_iter().filter(|level| *level > low && *level <= high);
        let (levels, missing) = self.on_plane(output, |plane| {
            let levels: Vec<(f64, Region)> = inside
                .clone()
                .map(|level| (level, plane::superlevel(plane, level)))
                .collect();
            (levels, plane::missing(plane))
        })?;
        let words = labels::output(output.as_str());
        let label = match words.measure {
            "Value (ETH)" => format!("{} (ETH)", words.name),
            "Share" => format!("{} (share of the holder's value)", words.name),
            _ => words.name,
        };
        Ok(Bands {
            name: output.as_str().to_owned(),
            label: Label::new(capitalised(&label)),
            range: (low, high),
            levels,
            missing,
        })
    }
}

fn write_boundary(text: &mut String, name: &str, region: &Region) {
    for curve in region.boundary() {
        for point in &curve.points {
            text.push_str(&format!(
                "{name},{},{},{},{}\n",
                point.x, point.y, point.x_half_width, point.y_half_width
            ));
        }
    }
}
