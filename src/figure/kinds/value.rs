//! What the ticket is worth to the holder, by what she does with it.

use etm_solver::timing::{Decision, Node};

use super::Subject;
use crate::figure::axis::Axis;
use crate::figure::layer::{Dash, Fill, Layer, Look, Shape, Tone, Weight};
use crate::figure::panel::{Figure, Panel};

/// More states than this show no signs at them.
const MOST_SIGNS: usize = 24;

const WHAT: &str = "The holder's value W_t(r) (wide line), the value of selling now, Π_t(r), and of waiting, δ E[W_{t+1}(R′) given r], against the prize r.";
const WHAT_PATH: &str = "The holder's value W_t (wide line), the value of selling now, Π_t, and of waiting, δ W_{t+1}, slot by slot: the prize of each slot is known. Shaded: slots in which she sells.";

/// One panel a slot, the prize across; where the prize is known, one panel with the slots across.
#[must_use]
pub fn figure(subject: &Subject<'_>, slots: Option<&[usize]>) -> Figure {
    if subject.one_prize() {
        let panel = along_the_path(subject);
        let caption = subject.caption(&format!("{WHAT_PATH}{}", subject.of_those_left()));
        return Figure::of_panels("value", "The holder's value", caption, vec![panel]);
    }
    let panels = subject
        .slots(slots)
        .into_iter()
        .map(|slot| at_slot(subject, slot))
        .collect();
    let shaded = format!(
        "Shaded: prizes at which she sells{}; vertical lines: the prizes from which she sells.",
        subject.of_ends()
    );
    let caption = subject.caption(&format!("{WHAT} {shaded}{}", subject.of_those_left()));
    Figure::of_panels("value", "The holder's value", caption, panels)
}

/// The largest and smallest values of all curves, so that panels can be compared.
fn values(nodes: &[Node]) -> impl Iterator<Item = f64> + '_ {
    nodes
        .iter()
        .flat_map(|node| {
            [
                Some(node.value),
                Some(node.auction.revenue),
                node.waiting_value,
                node.exercise_value,
            ]
        })
        .flatten()
}

fn at_slot(subject: &Subject<'_>, slot: usize) -> Panel {
    let x = Axis::of_prizes("Prize $r$ (ETH)", subject.prizes.states(slot));
    let (prizes, nodes) = subject.drawn(&x, slot);
    let y = Axis::from_zero("Value (ETH)", values(&nodes));
    let against = |value: &dyn Fn(&Node) -> Option<f64>| -> Vec<(f64, f64)> {
        prizes
            .iter()
            .zip(&nodes)
            .filter_map(|(&prize, node)| Some((prize, value(node)?)))
            .collect()
    };
    let bands = |decision| -> Vec<[(f64, f64); 2]> {
        let bands = subject.bands(&x, slot, decision).into_iter();
        bands.map(|(low, high)| [(low, y.range.0), (high, y.range.1)]).collect()
    };
    let (sale, own) = (bands(Decision::Sell), bands(Decision::Exercise));
    let mut cutoffs = subject.sale_cutoffs(slot);
    cutoffs.retain(|cutoff| (x.range.0..=x.range.1).contains(cutoff));
    let (x_axis, y_axis) = (x.clone(), y.clone());
    let mut panel = Panel::new(format!("slot_{slot}"), x_axis, y_axis).headed(format!("$t = {slot}$"));
    for layer in regions(sale, own) {
        panel = panel.with(layer);
    }
    for (index, cutoff) in cutoffs.into_iter().enumerate() {
        let look = Look::line(Tone::Ink).dashed(Dash::Dotted).weighing(Weight::Thin);
        let layer = Layer::new(format!("cutoff_{index}"), Shape::Vertical(cutoff), look);
        panel = panel.with(layer.labelled("sale cutoff"));
    }
    let signs = prizes.len() <= MOST_SIGNS;
    for layer in curves(&against, signs) {
        panel = panel.with(layer);
    }
    panel
}

fn along_the_path(subject: &Subject<'_>) -> Panel {
    let maturity = subject.maturity();
    let node = |slot: usize| &subject.nodes(slot)[0];
    let x = Axis::slots("Slot $t$", maturity);
    let y = Axis::from_zero(
        "Value (ETH)",
        (0..=maturity).flat_map(|slot| values(subject.nodes(slot))),
    );
    let cells = |decision| -> Vec<[(f64, f64); 2]> {
        (0..=maturity)
            .filter(|&slot| node(slot).decision == decision)
            .map(|slot| [(slot as f64 - 0.5, y.range.0), (slot as f64 + 0.5, y.range.1)])
            .collect()
    };
    let (sale, own) = (cells(Decision::Sell), cells(Decision::Exercise));
    let against = |value: &dyn Fn(&Node) -> Option<f64>| -> Vec<(f64, f64)> {
        (0..=maturity)
            .filter_map(|slot| Some((slot as f64, value(node(slot))?)))
            .collect()
    };
    let mut panel = Panel::new("path", x, y.clone());
    for layer in regions(sale, own) {
        panel = panel.with(layer);
    }
    for layer in curves(&against, maturity < MOST_SIGNS) {
        panel = panel.with(layer);
    }
    panel
}

/// Where she sells, and where she uses the ticket herself, in rectangles.
pub(super) fn regions(sale: Vec<[(f64, f64); 2]>, own: Vec<[(f64, f64); 2]>) -> Vec<Layer> {
    regions_of(Shape::Cells(sale), Shape::Cells(own))
}

/// Where she sells, and where she uses the ticket herself.
pub(super) fn regions_of(sale: Shape, own: Shape) -> Vec<Layer> {
    let sells = Look::line(Tone::Palette(0)).filled(Fill::Tint);
    let uses = Look::line(Tone::Faint).filled(Fill::Hatched);
    [
        Layer::new("sale_region", sale, sells).labelled("sale region"),
        Layer::new("own_use", own, uses).labelled("own use region"),
    ]
    .into_iter()
    .filter(|layer| !layer.points().is_empty())
    .collect()
}

/// Picks the points of a curve out of the nodes.
type Against<'a> = dyn Fn(&dyn Fn(&Node) -> Option<f64>) -> Vec<(f64, f64)> + 'a;

fn curves(against: &Against<'_>, signs: bool) -> Vec<Layer> {
    let wide = Look::line(Tone::Faint).weighing(Weight::Wide);
    let sell = Look::of_family(0);
    let wait = Look::of_family(1);
    let signed = |look: Look, index| if signs { look.marked(index) } else { look };
    let list = [
        (
            "seller_value",
            "holder's value $W_t$",
            against(&|node| Some(node.value)),
            wide,
        ),
        (
            "sale_value",
            "selling now $Π_t$",
            against(&|node| Some(node.auction.revenue)),
            signed(sell, 0),
        ),
        (
            "waiting_value",
            "waiting $δ E[W_{t+1}]$",
            against(&|node| node.waiting_value),
            signed(wait, 4),
        ),
        (
            "exercise_value",
            "own use",
            against(&|node| node.exercise_value),
            signed(Look::of_family(2), 2),
        ),
    ];
    list.into_iter()
        .filter(|(_, _, points, _)| !points.is_empty())
        .map(|(name, label, points, look)| Layer::line(name, points, look).labelled(label))
        .collect()
}
