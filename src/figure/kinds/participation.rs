//! Who takes part in the auctions the holder could hold.

use etm_solver::timing::Node;

use super::Subject;
use crate::figure::axis::Axis;
use crate::figure::layer::{Layer, Look, Shape, Tone, Weight};
use crate::figure::panel::{Block, Figure, Panel};

/// The most curves of a panel.
const MOST_CURVES: usize = 4;
/// More points than this on a curve show no signs.
const MOST_SIGNS: usize = 40;

const WHAT: &str = "Above: the participation cutoff, the highest cost of a buyer who takes part if the ticket is auctioned at that slot and prize (whether or not it is, in equilibrium); grey lines: the ends of the costs' support. Below: the probability that a buyer takes part, F of the cutoff.";

/// What is said where no auction has a bidder.
const NOBODY: &str = "Nobody takes part at any prize.";

/// What is drawn of a node.
type Quantity<'a> = dyn Fn(&Node) -> Option<f64> + 'a;

/// Cutoffs above, probabilities below; by slot for a few prizes, and by prize for a few slots.
#[must_use]
pub fn figure(subject: &Subject<'_>, slots: Option<&[usize]>) -> Figure {
    let law = subject.market.buyers().cost();
    let (lower, upper) = (law.lower(), law.upper());
    let cutoff = |node: &Node| node.auction.participation_cutoff;
    let probability = |node: &Node| Some(node.auction.participation_cutoff.map_or(0.0, |theta| law.cdf(theta)));
    let costs = || Axis::around("Cutoff $θ\u{302}_t(r)$ (ETH)", [lower, upper]);
    let shares = || Axis::around("Takes part, $F(θ\u{302}_t(r))$", [0.0, 1.0]);
    let mut above = by_slot(subject, "cutoff", costs(), &cutoff);
    let mut below = by_slot(subject, "probability", shares(), &probability);
    if !subject.one_prize() {
        let slots = subject.slots(slots);
        above.push(by_prize(subject, "cutoff", &slots, costs(), &cutoff));
        below.push(by_prize(subject, "probability", &slots, shares(), &probability));
    }
    for panel in &mut above {
        for (name, cost) in [("lowest_cost", lower), ("highest_cost", upper)] {
            let look = Look::line(Tone::Faint).weighing(Weight::Thin);
            let layer = Layer::new(name, Shape::Horizontal(cost), look).labelled("lowest, highest cost");
            panel.layers.insert(0, layer);
        }
    }
    let message = message(subject, upper);
    for panel in above.iter_mut().chain(&mut below) {
        panel.message.clone_from(&message);
        if message.as_deref() == Some(NOBODY) {
            panel.layers.clear();
        }
    }
    Figure {
        name: "participation".to_owned(),
        title: "Who takes part".into(),
        caption: subject.caption(WHAT),
        blocks: vec![
            Block {
                height: 0.85,
                panels: above,
            },
            Block {
                height: 0.85,
                panels: below,
            },
        ],
    }
}

/// What to say where the curves have nothing to tell.
fn message(subject: &Subject<'_>, upper: f64) -> Option<String> {
    let cutoffs = || {
        (0..=subject.maturity())
            .flat_map(|slot| subject.nodes(slot))
            .map(|node| node.auction.participation_cutoff)
    };
    if cutoffs().all(|cutoff| cutoff.is_none()) {
        Some(NOBODY.to_owned())
    } else if cutoffs().all(|cutoff| cutoff.is_some_and(|cutoff| cutoff >= upper)) {
        Some("Every buyer takes part at every prize.".to_owned())
    } else {
        None
    }
}

fn by_slot(subject: &Subject<'_>, name: &str, y: Axis, quantity: &Quantity<'_>) -> Vec<Panel> {
    let maturity = subject.maturity();
    let mut panel = Panel::new(format!("{name}_by_slot"), Axis::slots("Slot $t$", maturity), y);
    let states = spread(subject.prizes.size());
    for (index, &state) in states.iter().enumerate() {
        let points = (0..=maturity)
            .filter_map(|slot| Some((slot as f64, quantity(&subject.nodes(slot)[state])?)))
            .collect();
        let label = if subject.one_prize() {
            "along the path".to_owned()
        } else {
            format!("$r = {}$", short(subject.prizes.states(0)[state]))
        };
        panel = panel.with(family(format!("prize_{state}"), points, index).labelled(label));
    }
    vec![panel]
}

fn by_prize(subject: &Subject<'_>, name: &str, slots: &[usize], y: Axis, quantity: &Quantity<'_>) -> Panel {
    let states = subject.prizes.states(0);
    let x = Axis::of_prizes("Prize $r$ (ETH)", states);
    let mut panel = Panel::new(format!("{name}_by_prize"), x, y);
    for (index, &slot) in slots.iter().enumerate() {
        let points = subject
            .prizes
            .states(slot)
            .iter()
            .zip(subject.nodes(slot))
            .filter_map(|(&prize, node)| Some((prize, quantity(node)?)))
            .collect();
        // Told apart from the prizes of the other panel.
        let layer = family(format!("slot_{slot}"), points, index + MOST_CURVES);
        panel = panel.with(layer.labelled(format!("$t = {slot}$")));
    }
    panel
}

fn family(name: String, points: Vec<(f64, f64)>, index: usize) -> Layer {
    let signs = points.len() <= MOST_SIGNS;
    let look = if index < MOST_CURVES {
        Look::of_family(index)
    } else {
        // Slots are ordered: from light to dark.
        let order = index - MOST_CURVES;
        let tone = Tone::Shade((0.35 + 0.3 * order as f64).min(1.0));
        Look::of_family(order).coloured(tone)
    };
    Layer::line(name, points, if signs { look.marked(index) } else { look })
}

/// Up to [`MOST_CURVES`] states from the lowest to the highest.
fn spread(size: usize) -> Vec<usize> {
    let count = size.min(MOST_CURVES);
    (0..count)
        .map(|k| if count == 1 { 0 } else { k * (size - 1) / (count - 1) })
        .collect()
}

/// A prize with three digits.
pub(super) fn short(prize: f64) -> String {
    crate::report::significant(prize, 3)
}
