//! Where everything stands on the page.

use std::rc::Rc;

use plotters::drawing::IntoDrawingArea;

use super::DrawError;
use super::legend::{Legend, draw_key, key_width};
use super::panel::{Answer, Draughtsman, Drawn, Frame, TICK, TICK_GAP, units};
use super::sheet::{Anchor, Sheet};
use super::ticks::{Tick, ticks};
use super::typeface::Typeface;
use crate::figure::label::Label;
use crate::figure::panel::{Figure, Panel};
use crate::figure::style::Style;

/// White around the figure, points.
const BORDER: f64 = 2.0;
/// Space between neighbours, points.
const BETWEEN: f64 = 14.0;
/// Panels narrower than this, axis labels included, go to the next row.
const LEAST_PANEL: f64 = 150.0;
/// The widest that axes count for their height, points.
const NATURAL_WIDTH: f64 = 225.0;

/// The figure as an SVG document.
///
/// Letters are outlines of the embedded typeface, lengths are in hundredths of a point; layers are groups with their
/// names, and axes say their labels and ranges (`data-…` attributes). The same bytes for the same figure and style.
///
/// # Errors
/// None that a figure could cause.
pub fn svg(figure: &Figure, style: &Style) -> Result<String, DrawError> {
    let typeface = Rc::new(Typeface::embedded()?);
    // Text is measured on a page of no size.
    let measure = Sheet::new(Rc::clone(&typeface), 0.0, 0.0);
    let layout = Layout::of(figure, style, &measure);
    let sheet = Sheet::new(typeface, style.width.points(), layout.height);
    let page = sheet.clone().into_drawing_area();
    let by = Draughtsman {
        sheet: &sheet,
        page: &page,
        style,
    };
    layout.draw(&by, figure).map_err(|reason| DrawError::Refused {
        figure: figure.name.clone(),
        reason: reason.to_string(),
    })?;
    Ok(sheet.finish(&figure.title.plain(), &figure.caption))
}

struct Layout<'f> {
    legend: Legend<'f>,
    legend_top: f64,
    panels: Vec<Drawn<'f>>,
    height: f64,
}

/// Room that a panel needs around its axes, points.
#[derive(Debug, Clone, Copy, Default)]
struct Margins {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    label_distance: f64,
}

impl<'f> Layout<'f> {
    fn of(figure: &'f Figure, style: &Style, sheet: &Sheet) -> Self {
        let width = style.width.points() - 2.0 * BORDER;
        let legend = Legend::new(figure, sheet, style, width);
        let title = if style.title && !figure.title.is_empty() {
            1.6 * style.font_size
        } else {
            0.0
        };
        let legend_top = BORDER + title;
        let mut top = legend_top + legend.height();
        let mut rows: Vec<Row<'_, 'f>> = figure
            .blocks
            .iter()
            .flat_map(|block| {
                rows(&block.panels, width)
                    .into_iter()
                    .map(|panels| Row::new(panels, width, block.height, style, sheet))
            })
            .collect();
        align(&mut rows);
        let mut panels = Vec::new();
        for row in &rows {
            top = row.place(top, &mut panels) + 0.5 * BETWEEN;
        }
        Self {
            legend,
            legend_top,
            panels,
            height: top - 0.5 * BETWEEN + BORDER,
        }
    }

    fn draw(&self, by: &Draughtsman<'_>, figure: &Figure) -> Answer {
        if by.style.title && !figure.title.is_empty() {
            let at = (units(BORDER), units(BORDER + by.style.font_size));
            let size = by.fitting(&figure.title, by.style.width.points() - 2.0 * BORDER);
            by.sheet.write(at, by.text(&figure.title, size, Anchor::Start));
        }
        // Entries start where the first axes do, if there is room.
        self.legend.draw(by, BORDER, self.legend_top)?;
        for drawn in &self.panels {
            by.panel(drawn)?;
            if let Some(key) = &drawn.panel.key {
                draw_key(by, key, drawn.frame)?;
            }
        }
        Ok(())
    }
}

/// Panels in rows that fit, as even as possible.
fn rows(panels: &[Panel], width: f64) -> Vec<&[Panel]> {
    let fit = (((width + BETWEEN) / (LEAST_PANEL + BETWEEN)).floor() as usize).max(1);
    let count = panels.len().div_ceil(fit).max(1);
    panels.chunks(panels.len().div_ceil(count).max(1)).collect()
}

/// Gives rows with equally many panels the same margins, so that axes stand under each other.
fn align(rows: &mut [Row<'_, '_>]) {
    let counts: Vec<usize> = rows.iter().map(|row| row.panels.len()).collect();
    for index in 0..rows.len() {
        for other in 0..rows.len() {
            if counts[index] != counts[other] {
                continue;
            }
            let wider = rows[other].margins.clone();
            for (margins, wider) in rows[index].margins.iter_mut().zip(wider) {
                margins.left = margins.left.max(wider.left);
                margins.right = margins.right.max(wider.right);
                margins.label_distance = margins.label_distance.max(wider.label_distance);
            }
        }
    }
}

struct Row<'a, 'f> {
    panels: &'f [Panel],
    /// Width of a panel with its margins.
    column: f64,
    /// Height of the axes relative to their natural one.
    height: f64,
    style: &'a Style,
    sheet: &'a Sheet,
    margins: Vec<Margins>,
    /// Height of the axes, points: that for which the margins were measured.
    axes: f64,
}

impl<'a, 'f> Row<'a, 'f> {
    fn new(panels: &'f [Panel], width: f64, height: f64, style: &'a Style, sheet: &'a Sheet) -> Self {
        let count = panels.len().max(1) as f64;
        let mut row = Self {
            panels,
            column: (width - (count - 1.0) * BETWEEN) / count,
            height,
            style,
            sheet,
            margins: vec![Margins::default(); panels.len()],
            axes: 0.0,
        };
        // Labels need room, which decides the axes' length, which decides the labels: twice is enough.
        for _ in 0..2 {
            row.axes = row.axes_height();
            row.margins = panels.iter().map(|panel| row.margins(panel, row.axes)).collect();
        }
        row
    }

    /// Height of the axes, points.
    fn axes_height(&self) -> f64 {
        let narrowest = self
            .margins
            .iter()
            .map(|margins| self.column - margins.left - margins.right)
            .fold(NATURAL_WIDTH, f64::min);
        self.height * self.style.aspect * narrowest.max(30.0)
    }

    /// Places the row below `top`; returns where it ends.
    fn place(&self, top: f64, placed: &mut Vec<Drawn<'f>>) -> f64 {
        let height = self.axes;
        let above = self.margins.iter().fold(0.0f64, |a, margins| a.max(margins.top));
        let below = self.margins.iter().fold(0.0f64, |a, margins| a.max(margins.bottom));
        for (index, (panel, margins)) in self.panels.iter().zip(&self.margins).enumerate() {
            let left = BORDER + index as f64 * (self.column + BETWEEN) + margins.left;
            let width = (self.column - margins.left - margins.right).max(20.0);
            placed.push(Drawn {
                panel,
                frame: Frame {
                    left,
                    top: top + above,
                    width,
                    height,
                },
                x_ticks: self.x_ticks(panel, width),
                y_ticks: self.y_ticks(panel, height),
                label_distance: margins.label_distance,
            });
        }
        top + above + height + below
    }

    fn x_ticks(&self, panel: &Panel, width: f64) -> Vec<Tick> {
        ticks(&panel.x, width, &|label| self.label_width(label))
    }

    fn y_ticks(&self, panel: &Panel, height: f64) -> Vec<Tick> {
        ticks(&panel.y, height, &|_| self.style.small_font_size)
    }

    fn label_width(&self, label: &Label) -> f64 {
        self.sheet.width_of(label, self.style.small_font_size)
    }

    fn margins(&self, panel: &Panel, height: f64) -> Margins {
        let (size, small) = (self.style.font_size, self.style.small_font_size);
        let widest = self
            .y_ticks(panel, height)
            .iter()
            .filter_map(|tick| Some(self.label_width(tick.label.as_ref()?)))
            .fold(0.0, f64::max);
        let ticks_left = if widest > 0.0 { TICK + TICK_GAP + widest } else { 2.0 };
        // Rows share the largest distance; one without a label has none, however long its ticks.
        let (label_distance, left) = if panel.y.label.is_empty() {
            (0.0, ticks_left)
        } else {
            (ticks_left + 5.0, ticks_left + 5.0 + 0.85 * size)
        };
        let width = (self.column - left).max(20.0);
        let x_ticks = self.x_ticks(panel, width);
        // The last label may reach over the end of the axis.
        let overhang = x_ticks
            .iter()
            .filter_map(|tick| {
                let half = 0.5 * self.label_width(tick.label.as_ref()?);
                Some(half - (1.0 - panel.x.position(tick.at)) * width)
            })
            .fold(1.0, f64::max);
        let key = panel
            .key
            .as_ref()
            .map_or(0.0, |key| key_width(key, self.sheet, self.style));
        let labelled = x_ticks.iter().any(|tick| tick.label.is_some());
        let below_ticks = if labelled { TICK + TICK_GAP + 1.05 * small } else { TICK };
        let below_label = if panel.x.label.is_empty() { 0.0 } else { 1.35 * size };
        Margins {
            left,
            right: overhang.max(key),
            top: if panel.heading.is_some() { 1.7 * size } else { 4.0 },
            bottom: below_ticks + below_label,
            label_distance,
        }
    }
}
