//! Who takes part in the auctions the holder could hold.

use etm_solver::timing::Node;

use super::Subject;
use super::commitment::pieces;
use crate::figure::axis::Axis;
use crate::figure::layer::{Layer, Look, Shape, Tone, Weight};
use crate::figure::panel::{Block, Figure, Panel};

/// The most curves of a panel.
const MOST_CURVES: usize = 4;
/// More points than this on a curve show no signs.
const MOST_SIGNS: usize = 40;

const OF_TYPES: &str = "Above: the participation cutoff, the highest cost of a buyer who takes part if the ticket is auctioned at that slot and prize (whether or not it is, in equilibrium); grey lines: the ends of the costs' support. Below: the probability that a buyer takes part, F of the cutoff.";
const BY_LOT: &str = "Above: the highest cost of a buyer who bids once she has paid to take part and has learnt her cost, if the ticket is auctioned at that slot and prize (whether or not it is, in equilibrium); grey lines: the ends of the costs' support. Below: the probability with which each buyer enters, not knowing her cost.";

const OF_THOSE_LEFT: &str = "Above: the participation cutoff, the highest cost of a buyer who takes part in the auction at that slot and prize; no point where the holder waits; grey lines: the ends of the costs' support. Below: the probability that a buyer takes part whose cost is not below the lowest left.";

/// What is said where no auction has a bidder.
const NOBODY: &str = "Nobody takes part at any prize.";

/// What is drawn of the node at a slot and state.
type Quantity<'a> = dyn Fn(usize, usize, &Node) -> Option<f64> + 'a;

/// Cutoffs above, probabilities below (of taking part, or of entry where that is random); by slot for a few prizes, and
/// by prize for a few slots.
#[must_use]
pub fn figure(subject: &Subject<'_>, slots: Option<&[usize]>) -> Figure {
    let law = subject.market.buyers().cost();
    let (lower, upper) = (law.lower(), law.upper());
    let by_lot = subject.market.participation().entry_is_random();
    let cutoff = |_, _, node: &Node| node.auction.participation_cutoff;
    let of_types = |slot, state, node: &Node| {
        let left = subject.lowest_left(slot, state);
        let share = |theta: f64| {
            if left > lower {
                (law.cdf(theta) - law.cdf(left)) / law.survival(left)
            } else {
                law.cdf(theta)
            }
        };
        Some(node.auction.participation_cutoff.map_or(0.0, share))
    };
    let of_entry = |_, _, node: &Node| node.auction.entry_probability;
    let costs = || Axis::around("Cutoff $θ\u{302}_t(r)$ (ETH)", [lower, upper]);
    let (name, label, probability): (_, _, &Quantity<'_>) = if by_lot {
        ("entry", "Enters, $e_t(r)$", &of_entry)
    } else if subject.equilibrium.repeated.is_some() {
        ("probability", "Takes part, $F_c(θ\u{302}_t(r))$", &of_types)
    } else {
        ("probability", "Takes part, $F(θ\u{302}_t(r))$", &of_types)
    };
    let shares = || Axis::around(label, [0.0, 1.0]);
    let mut above = by_slot(subject, "cutoff", costs(), &cutoff);
    let mut below = by_slot(subject, name, shares(), probability);
    if !subject.one_prize() {
        let slots = subject.slots(slots);
        above.push(by_prize(subject, "cutoff", &slots, costs(), &cutoff));
        below.push(by_prize(subject, name, &slots, shares(), probability));
    }
    for panel in &mut above {
        for (name, cost) in [("lowest_cost", lower), ("highest_cost", upper)] {
            let look = Look::line(Tone::Faint).weighing(Weight::Thin);
            let layer = Layer::new(name, Shape::Horizontal(cost), look).labelled("lowest, highest cost");
            panel.layers.insert(0, layer);
        }
    }
    let everyone = every_node(subject, |node| node.auction.participation_cutoff == Some(upper));
    let (of_cutoffs, of_shares) = if every_node(subject, |node| node.auction.participation_cutoff.is_none()) {
        for panel in above.iter_mut().chain(&mut below) {
            panel.layers.clear();
        }
        (Some(NOBODY), Some(NOBODY))
    } else if by_lot {
        let all_enter = every_node(subject, |node| node.auction.entry_probability == Some(1.0));
        (
            everyone.then_some("Whoever enters bids, at every prize."),
            all_enter.then_some("Every buyer enters at every prize."),
        )
    } else {
        let words = everyone.then_some("Every buyer takes part at every prize.");
        (words, words)
    };
    for (panels, words) in [(&mut above, of_cutoffs), (&mut below, of_shares)] {
        for panel in panels {
            panel.message = words.map(str::to_owned);
        }
    }
    let what = match (by_lot, &subject.equilibrium.repeated) {
        (true, _) => BY_LOT,
        (false, None) => OF_TYPES,
        (false, Some(_)) => OF_THOSE_LEFT,
    };
    let block = |panels| Block { height: 0.85, panels };
    Figure {
        name: "participation".to_owned(),
        title: "Who takes part".into(),
        caption: subject.caption(&format!("{what}{}", subject.of_those_left())),
        blocks: vec![block(above), block(below)],
    }
}

fn every_node(subject: &Subject<'_>, holds: impl Fn(&Node) -> bool) -> bool {
    (0..=subject.maturity()).flat_map(|slot| subject.nodes(slot)).all(holds)
}

fn by_slot(subject: &Subject<'_>, name: &str, y: Axis, quantity: &Quantity<'_>) -> Vec<Panel> {
    let maturity = subject.maturity();
    let mut panel = Panel::new(format!("{name}_by_slot"), Axis::slots("Slot $t$", maturity), y);
    let states = spread(subject.prizes.size());
    for (index, &state) in states.iter().enumerate() {
        let points = (0..=maturity)
            .map(|slot| (slot as f64, quantity(slot, state, &subject.nodes(slot)[state])))
            .collect();
        let label = if subject.one_prize() {
            "along the path".to_owned()
        } else {
            format!("$r = {}$", short(subject.prizes.states(0)[state]))
        };
        panel = panel.with(family(format!("prize_{state}"), curves(subject, points), index).labelled(label));
    }
    vec![panel]
}

fn by_prize(subject: &Subject<'_>, name: &str, slots: &[usize], y: Axis, quantity: &Quantity<'_>) -> Panel {
    let x = Axis::of_prizes("Prize $r$ (ETH)", subject.prizes.states(0));
    let mut panel = Panel::new(format!("{name}_by_prize"), x.clone(), y);
    for (index, &slot) in slots.iter().enumerate() {
        let (prizes, nodes) = subject.drawn(&x, slot);
        let points = prizes
            .iter()
            .zip(&nodes)
            .enumerate()
            .map(|(state, (&prize, node))| (prize, quantity(slot, state, node)))
            .collect();
        // Told apart from the prizes of the other panel.
        let layer = family(format!("slot_{slot}"), curves(subject, points), index + MOST_CURVES);
        panel = panel.with(layer.labelled(format!("$t = {slot}$")));
    }
    panel
}

/// Where the same buyers come again and again, nobody could come while she waits, and curves are broken.
fn curves(subject: &Subject<'_>, points: Vec<(f64, Option<f64>)>) -> Vec<Vec<(f64, f64)>> {
    match subject.equilibrium.repeated {
        Some(_) => pieces(points.into_iter()),
        None => vec![points.into_iter().filter_map(|(x, y)| Some((x, y?))).collect()],
    }
}

fn family(name: String, curves: Vec<Vec<(f64, f64)>>, index: usize) -> Layer {
    let signs = curves.iter().map(Vec::len).sum::<usize>() <= MOST_SIGNS;
    let look = if index < MOST_CURVES {
        Look::of_family(index)
    } else {
        // Slots are ordered: from light to dark.
        let order = index - MOST_CURVES;
        let tone = Tone::Shade((0.35 + 0.3 * order as f64).min(1.0));
        Look::of_family(order).coloured(tone)
    };
    Layer::new(
        name,
        Shape::Lines(curves),
        if signs { look.marked(index) } else { look },
    )
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
