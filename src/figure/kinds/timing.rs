//! The cutoff timing curve.

use etm_solver::timing::Decision;

use super::{Subject, value};
use crate::figure::axis::Axis;
use crate::figure::layer::{Dash, Fill, Layer, Look, Marker, Shape, Tone, Weight};
use crate::figure::panel::{Block, Figure, Panel};

const WHAT: &str = "Above: prizes at which the holder sells, by slot (shaded, half-way to the neighbouring states), the lowest of them (the cutoff timing curve), and the lowest prizes at which a ticket's owner of low, median and high cost exercises it. Below: probability, seen from slot 0, that the ticket is sold and that it is exercised in each slot.";

/// More slots than this show no signs at them.
const MOST_SIGNS: usize = 40;

/// More bars than this are drawn as steps.
const MOST_BARS: usize = 64;

/// The sale region with the boundaries above a strip of probabilities.
#[must_use]
pub fn figure(subject: &Subject<'_>) -> Figure {
    Figure {
        name: "timing".to_owned(),
        title: "When the ticket is sold and exercised".into(),
        caption: subject.caption(&format!("{WHAT}{}", subject.of_those_left())),
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
    let y = Axis::of_prizes("Prize $r$ (ETH)", &subject.all_prizes());
    let cells = |decision: Decision| -> Vec<[(f64, f64); 2]> {
        let mut cells: Vec<[(f64, f64); 2]> = Vec::new();
        for slot in 0..=maturity {
            for run in subject.runs(slot, decision) {
                let (low, high) = subject.band(&y, slot, run);
                let (from, to) = (slot as f64 - 0.5, slot as f64 + 0.5);
                // Slots with the same region are one rectangle, without seams.
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
    };
    let layers = value::regions(cells(Decision::Sell), cells(Decision::Exercise));
    let mut panel = Panel::new("region", Axis::slots("", maturity), y.clone());
    for layer in layers {
        panel = panel.with(layer);
    }
    if subject.one_prize() {
        let path = (0..=maturity).map(|slot| (slot as f64, subject.prizes.states(slot)[0]));
        let look = Look::line(Tone::Faint).dashed(Dash::Dashed).weighing(Weight::Wide);
        panel = panel.with(Layer::line("prize", path.collect(), look).labelled("prize $r_t$"));
    }
    for layer in exercise_boundaries(subject) {
        panel = panel.with(layer);
    }
    let sale = curve(maturity, |slot| {
        let (first, _) = *subject.runs(slot, Decision::Sell).first()?;
        Some(subject.prizes.states(slot)[first])
    });
    if let Some(words) = subject.never_sold() {
        // An auction to which nobody comes is no sale.
        panel.layers.retain(|layer| layer.name != "sale_region");
        panel.message = Some(words);
        return panel;
    }
    let sells = |slot| subject.nodes(slot).iter().all(|node| node.decision == Decision::Sell);
    if (0..=maturity).all(sells) {
        let sells = match subject.equilibrium.repeated {
            // The ticket may be gone.
            Some(_) => "as long as it is unsold, she auctions it in every slot",
            None => "she sells in every slot",
        };
        panel.message = Some(format!("The holder never waits: {sells}, whatever the prize."));
    }
    if sale.is_empty() {
        panel.message = Some("At no prize and in no slot does the holder sell.".to_owned());
    } else {
        let look = signed(Look::line(Tone::Ink), Marker::Disc, maturity);
        let layer = Layer::new("sale_cutoff", Shape::Steps(sale), look).labelled("sale cutoff");
        // Under the signs of the highest cost, which are rings.
        let under = panel.layers.iter().position(|layer| layer.name == "exercise_high");
        panel.layers.insert(under.unwrap_or(panel.layers.len()), layer);
    }
    panel
}

fn signed(mut look: Look, marker: Marker, maturity: usize) -> Look {
    // A curve in one slot is a point, which no line shows.
    if maturity < MOST_SIGNS {
        look.marker = Some(marker);
    }
    look
}

/// The lowest prize at which each of three types exercises.
fn exercise_boundaries(subject: &Subject<'_>) -> Vec<Layer> {
    let law = subject.market.buyers().cost();
    let boundary = &subject.equilibrium.induction.boundary;
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
            let lines = curve(maturity, |slot| {
                let exercised = boundary.slot(slot).iter().position(|&theta| cost <= theta)?;
                Some(subject.prizes.states(slot)[exercised])
            });
            let look = if name == "high" {
                signed(look, Marker::Circle, maturity)
            } else {
                look
            };
            let label = format!("exercise, {word} cost");
            let layer = Layer::new(format!("exercise_{name}"), Shape::Steps(lines), look);
            (!layer.points().is_empty()).then(|| layer.labelled(label))
        })
        .collect()
}

/// Steps over the slots in which there is a prize, in pieces without gaps.
fn curve(maturity: usize, prize: impl Fn(usize) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut open = false;
    for slot in 0..=maturity {
        match prize(slot) {
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
