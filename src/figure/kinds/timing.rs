//! The cutoff timing curve.

use etm_solver::timing::Decision;

use super::{Subject, value};
use crate::figure::axis::Axis;
use crate::figure::layer::{Dash, Fill, Layer, Look, Marker, Shape, Tone, Weight};
use crate::figure::panel::{Block, Figure, Panel};

const REGION: &str = "Above: prizes at which the holder sells, by slot (shaded";
const CURVES: &str = "), the lowest of them (the cutoff timing curve), and the lowest prizes at which a ticket's owner of low, median and high cost exercises it. Below: probability, seen from slot 0, that the ticket is sold and that it is exercised in each slot.";

/// More slots than this show no signs at them.
const MOST_SIGNS: usize = 40;

/// Boundaries up to this many times beyond the prizes of a market are shown.
const NEAR: f64 = 2.0;

/// More bars than this are drawn as steps.
const MOST_BARS: usize = 64;

/// The sale region with the boundaries above a strip of probabilities.
#[must_use]
pub fn figure(subject: &Subject<'_>) -> Figure {
    Figure {
        name: "timing".to_owned(),
        title: "When the ticket is sold and exercised".into(),
        caption: subject.caption(&format!(
            "{REGION}{}{CURVES}{}",
            subject.of_ends(),
            subject.of_those_left()
        )),
        blocks: vec![
            Block {
                height: 1.0,
                panels: vec![region(subject)],
            },
            Block {
                height: 0.42,
                panels: vec![probabilities("probability", subject)],
            },
        ],
    }
}

fn region(subject: &Subject<'_>) -> Panel {
    let maturity = subject.maturity();
    let y = prizes(subject);
    let layers = match subject.continuous() {
        Some(_) => {
            let areas = |decision| Shape::Areas(areas(subject, &y, decision));
            value::regions_of(areas(Decision::Sell), areas(Decision::Exercise))
        }
        None => value::regions(
            cells(subject, &y, Decision::Sell),
            cells(subject, &y, Decision::Exercise),
        ),
    };
    let mut panel = Panel::new("region", Axis::slots("", maturity), y.clone());
    for layer in layers {
        panel = panel.with(layer);
    }
    if subject.one_prize() {
        let path = (0..=maturity).map(|slot| (slot as f64, subject.prizes.states(slot)[0]));
        let look = Look::line(Tone::Faint).dashed(Dash::Dashed).weighing(Weight::Wide);
        panel = panel.with(Layer::line("prize", path.collect(), look).labelled("prize $r_t$"));
    }
    for layer in exercise_boundaries(subject, &y) {
        panel = panel.with(layer);
    }
    let sale = curve(maturity, &y, |slot| subject.sale_cutoffs(slot).first().copied());
    if let Some(words) = subject.never_sold() {
        // An auction to which nobody comes is no sale.
        panel.layers.retain(|layer| layer.name != "sale_region");
        panel.message = Some(words);
        return panel;
    }
    if subject.always_sells() {
        let sells = match subject.equilibrium.repeated {
            // The ticket may be gone.
            Some(_) => "as long as it is unsold, she auctions it in every slot",
            None => "she sells in every slot",
        };
        panel.message = Some(format!("The holder never waits: {sells}, whatever the prize."));
    }
    let sells = (0..=maturity).any(|slot| !subject.bands(&y, slot, Decision::Sell).is_empty());
    if !sells {
        panel.message = Some("At no prize and in no slot does the holder sell.".to_owned());
    } else if !sale.is_empty() {
        let look = signed(Look::line(Tone::Ink), Marker::Disc, maturity);
        let layer = Layer::new("sale_cutoff", boundary(subject, sale), look).labelled("sale cutoff");
        // Under the signs of the highest cost, which are rings.
        let under = panel.layers.iter().position(|layer| layer.name == "exercise_high");
        panel.layers.insert(under.unwrap_or(panel.layers.len()), layer);
    }
    panel
}

/// The prizes that are shown: those of the market and, where boundaries are not among them, boundaries that are near.
fn prizes(subject: &Subject<'_>) -> Axis {
    let mut shown = subject.all_prizes();
    if subject.continuous().is_some() {
        let low = shown.iter().copied().fold(f64::INFINITY, f64::min) / NEAR;
        let high = shown.iter().copied().fold(0.0, f64::max) * NEAR;
        let law = subject.market.buyers().cost();
        let costs = [law.lower(), law.quantile(0.5), law.upper()];
        for slot in 0..=subject.maturity() {
            let exercised = costs.iter().filter_map(|&cost| subject.exercises_from(slot, cost));
            let boundaries = exercised.chain(subject.sale_cutoffs(slot));
            shown.extend(boundaries.filter(|prize| (low..=high).contains(prize)));
        }
    }
    Axis::of_prizes("Prize $r$ (ETH)", &shown)
}

/// A boundary by slot: the curve that it is where prizes are continuous, steps among states.
fn boundary(subject: &Subject<'_>, curve: Vec<Vec<(f64, f64)>>) -> Shape {
    match subject.continuous() {
        Some(_) => Shape::Lines(curve),
        None => Shape::Steps(curve),
    }
}

/// Where she decides so, a rectangle a slot and band; slots with the same bands are one, without seams.
fn cells(subject: &Subject<'_>, y: &Axis, decision: Decision) -> Vec<[(f64, f64); 2]> {
    let mut cells: Vec<[(f64, f64); 2]> = Vec::new();
    for slot in 0..=subject.maturity() {
        for (low, high) in subject.bands(y, slot, decision) {
            let (from, to) = (slot as f64 - 0.5, slot as f64 + 0.5);
            let before = cells
                .iter_mut()
                .find(|[(_, bottom), (end, top)]| (*end, *bottom, *top) == (from, low, high));
            match before {
                Some([_, (end, _)]) => *end = to,
                None => cells.push([(from, low), (to, high)]),
            }
        }
    }
    cells
}

/// Where she decides so, between boundaries that are curves from slot to slot. Half-way between two slots bands that are not
/// as many end and others begin, and a band whose side comes from, or goes to, the end of the axis steps there.
fn areas(subject: &Subject<'_>, y: &Axis, decision: Decision) -> Vec<Vec<(f64, f64)>> {
    let maturity = subject.maturity();
    let by_slot: Vec<Vec<(f64, f64)>> = (0..=maturity).map(|slot| subject.bands(y, slot, decision)).collect();
    let at_end = |side: f64| side <= y.range.0 || side >= y.range.1;
    let mut areas = Vec::new();
    let mut first = 0;
    for last in 0..=maturity {
        if last < maturity && by_slot[last].len() == by_slot[last + 1].len() {
            continue;
        }
        areas.extend((0..by_slot[first].len()).map(|band| {
            let side = |end: &dyn Fn((f64, f64)) -> f64| -> Vec<(f64, f64)> {
                let at = |slot: usize| end(by_slot[slot][band]);
                let mut points = vec![(first as f64 - 0.5, at(first))];
                for slot in first..=last {
                    points.push((slot as f64, at(slot)));
                    if slot == last || at_end(at(slot)) != at_end(at(slot + 1)) {
                        let edge = slot as f64 + 0.5;
                        points.extend([(edge, at(slot)), (edge, at((slot + 1).min(last)))]);
                    }
                }
                points
            };
            let mut outline = side(&|(low, _)| low);
            outline.extend(side(&|(_, high)| high).into_iter().rev());
            outline
        }));
        first = last + 1;
    }
    areas
}

fn signed(mut look: Look, marker: Marker, maturity: usize) -> Look {
    // A curve in one slot is a point, which no line shows.
    if maturity < MOST_SIGNS {
        look.marker = Some(marker);
    }
    look
}

/// The lowest prize at which each of three types exercises.
fn exercise_boundaries(subject: &Subject<'_>, y: &Axis) -> Vec<Layer> {
    let law = subject.market.buyers().cost();
    let maturity = subject.maturity();
    // Where boundaries coincide the wider ones show beside the narrower.
    let types = [
        (
            "low",
            law.lower(),
            "lowest",
            Look::line(Tone::Palette(4)).weighing(Weight::Wide),
        ),
        (
            "median",
            law.quantile(0.5),
            "median",
            Look::line(Tone::Palette(2)).weighing(Weight::Heavy),
        ),
        ("high", law.upper(), "highest", Look::of_family(3).dashed(Dash::Dotted)),
    ];
    types
        .into_iter()
        .filter_map(|(name, cost, word, look)| {
            let lines = curve(maturity, y, |slot| subject.exercises_from(slot, cost));
            let look = if name == "high" {
                signed(look, Marker::Circle, maturity)
            } else {
                look
            };
            let label = format!("exercise, {word} cost");
            let layer = Layer::new(format!("exercise_{name}"), boundary(subject, lines), look);
            (!layer.points().is_empty()).then(|| layer.labelled(label))
        })
        .collect()
}

/// Over the slots in which there is a prize on the axis, in pieces without gaps.
fn curve(maturity: usize, y: &Axis, prize: impl Fn(usize) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut open = false;
    for slot in 0..=maturity {
        match prize(slot).filter(|prize| (y.range.0..=y.range.1).contains(prize)) {
            Some(prize) => {
                if !open {
                    pieces.push(Vec::new());
                }
                if let Some(piece) = pieces.last_mut() {
                    piece.push((slot as f64, prize));
                }
                open = true;
            }
            None => open = false,
        }
    }
    pieces
}

/// Probabilities of sale and exercise, slot by slot.
pub(super) fn probabilities(name: &str, subject: &Subject<'_>) -> Panel {
    let path = &subject.equilibrium.path;
    let (sold, used) = (&path.sold_by_slot, &subject.figures.exercise_probability);
    let mut panel = Panel::new(
        name,
        Axis::slots("Slot $t$", subject.maturity()),
        Axis::from_zero("Probability", sold.iter().chain(used).copied()),
    );
    panel = panel.with(bars("sale_probability", sold, -0.2, Look::line(Tone::Palette(0))).labelled("sale"));
    let look = Look::line(Tone::Palette(1)).filled(Fill::Hatched);
    panel = panel.with(bars("exercise_probability", used, 0.2, look).labelled("exercise"));
    match subject.never_sold() {
        Some(words) if used.iter().all(|p| *p <= 0.0) => panel.saying(words),
        _ => panel,
    }
}

/// Bars of probabilities by slot, or by any other count from 0; steps where there are too many for bars.
pub(super) fn bars(name: &str, heights: &[f64], offset: f64, look: Look) -> Layer {
    let bars: Vec<(f64, f64)> = heights
        .iter()
        .enumerate()
        .map(|(slot, &height)| (slot as f64, height))
        .collect();
    if bars.len() > MOST_BARS {
        let dash = if look.fill == Fill::Hatched {
            Dash::Dashed
        } else {
            Dash::Solid
        };
        return Layer::new(name, Shape::Steps(vec![bars]), look.dashed(dash));
    }
    let shape = Shape::Bars {
        bars,
        width: 0.4,
        offset,
    };
    Layer::new(name, shape, look)
}
