//! What buyers bid at a node, and what they gain.

use etm_solver::market::RiskAversion;
use etm_solver::timing::Decision;
use etm_solver::{NodeBids, TypeBids};

use super::participation::short;
use super::{FigureError, Subject};
use crate::figure::axis::Axis;
use crate::figure::layer::{Dash, Layer, Look, Shape, Tone, Weight};
use crate::figure::panel::{Block, Figure, Panel};

/// What is said of an auction without a bidder.
const NOBODY: &str = "Nobody takes part at this prize.";
/// Costs on each curve; they are analytic between kinks.
const POINTS: usize = 241;
/// How far beyond the last cutoff the costs are drawn, as a share of the way to it.
const BEYOND: f64 = 0.2;

const WHAT: &str = "Left: what a buyer with private cost θ bids if the ticket is auctioned at this slot and prize, in each format, and in a just-in-time (spot) auction of today's prize in the market's own format; wide line: her ticket value V_t(θ, r). Right: her expected gain, the same in every format. Dotted: the participation cutoff and the lowest bid accepted. Costs are drawn to a little beyond the cutoff.";

/// The same where buyers mind risk: formats differ, and all-pay auctions are not solved.
const AVERSE: &str = "Left: what a buyer with private cost θ bids if the ticket is auctioned at this slot and prize, in a first- and a second-price auction with the cutoff of the market's own format, and in a just-in-time (spot) auction of today's prize; wide line: her ticket value V_t(θ, r). Right: what she gains on average in the market's own format, in ETH. Dotted: the participation cutoff and the lowest bid accepted. Costs are drawn to a little beyond the cutoff.";

/// What is added to [`WHAT`] where buyers pay whether they win or not.
const NET: &str = " Gains are net of what she pays to take part.";

/// What is added to [`WHAT`] where the same buyers come to every auction.
const LEFT: &str =
    " Lower costs would have bought before, and are drawn to a little below it. The spot auction is one to all buyers.";

/// One row a node: bids, then gains.
///
/// # Errors
/// As the solver's.
pub fn figure(subject: &Subject<'_>, slots: Option<&[usize]>) -> Result<Figure, FigureError> {
    let nodes = match slots {
        Some(slots) => slots.iter().map(|&slot| (slot, state_of(subject, slot))).collect(),
        None => vec![likeliest(subject)],
    };
    let mut blocks = Vec::new();
    for (slot, state) in nodes {
        blocks.push(Block {
            height: 1.1,
            panels: at_node(subject, slot, state)?,
        });
    }
    let pays = subject.market.participation().participant_cost() > 0.0;
    let net = if pays { NET } else { "" };
    let left = if subject.equilibrium.repeated.is_some() {
        LEFT
    } else {
        ""
    };
    let what = if averse(subject) { AVERSE } else { WHAT };
    let what = format!("{what}{net}{}{left}", subject.of_those_left());
    Ok(Figure {
        name: "bids".to_owned(),
        title: "What buyers bid".into(),
        caption: subject.caption(&what),
        blocks,
    })
}

/// Whether the buyers mind risk: formats then differ.
fn averse(subject: &Subject<'_>) -> bool {
    subject.market.buyers().risk_aversion() != RiskAversion::Neutral
}

/// The node at which a sale is likeliest; without any sale, the first.
fn likeliest(subject: &Subject<'_>) -> (usize, usize) {
    let mut best = (0.0, (0, subject.prizes.initial()));
    for slot in 0..=subject.maturity() {
        for state in 0..subject.prizes.size() {
            let sold = sold_at(subject, slot, state);
            if sold > best.0 {
                best = (sold, (slot, state));
            }
        }
    }
    best.1
}

/// Of a slot's prizes the one at which a sale is likeliest, or that is reached most often.
fn state_of(subject: &Subject<'_>, slot: usize) -> usize {
    let reach = |state: usize| subject.equilibrium.path.reach(slot, state);
    let better = |best: usize, state: usize| {
        let key = |state: usize| (sold_at(subject, slot, state), reach(state));
        if key(state) > key(best) { state } else { best }
    };
    (0..subject.prizes.size()).fold(0, better)
}

fn sold_at(subject: &Subject<'_>, slot: usize, state: usize) -> f64 {
    let node = &subject.nodes(slot)[state];
    if node.decision == Decision::Sell {
        subject.equilibrium.path.reach(slot, state) * node.auction.sale_probability
    } else {
        0.0
    }
}

fn at_node(subject: &Subject<'_>, slot: usize, state: usize) -> Result<Vec<Panel>, FigureError> {
    let prize = subject.prizes.states(slot)[state];
    let law = subject.market.buyers().cost();
    let bids_at = |costs: &[f64]| {
        subject
            .equilibrium
            .bids_in_every_format(subject.market, slot, prize, costs)
    };
    let terms = bids_at(&[law.lower()])?;
    let mut cutoffs: Vec<f64> = terms
        .terms
        .iter()
        .map(|terms| terms.participation_cutoff)
        .chain([terms.spot.participation_cutoff])
        .flatten()
        .collect();
    let last = cutoffs.iter().copied().fold(law.lower(), f64::max);
    let left = subject.lowest_left(slot, state);
    // Where low costs have bought before, what the others do fills the axes.
    let first = terms.terms[0]
        .participation_cutoff
        .map_or(law.lower(), |cutoff| left - BEYOND * (cutoff - left).max(0.0))
        .max(law.lower());
    let last = last.max(first);
    let end = (last + BEYOND * (last - first)).min(law.upper());
    let end = if cutoffs.is_empty() { law.upper() } else { end };
    cutoffs.push(left);
    let node = bids_at(&costs(first, end, &cutoffs))?;
    let heading = format!("$t = {slot}$, $r = {}$", short(prize));
    Ok(vec![
        bid_panel(subject, &node, slot).headed(heading.as_str()),
        gain_panel(&node, slot, averse(subject)),
    ])
}

/// Evenly spaced costs and the cutoffs, at which curves end.
fn costs(lower: f64, upper: f64, cutoffs: &[f64]) -> Vec<f64> {
    let last = (POINTS - 1) as f64;
    let cutoffs = cutoffs.iter().copied().filter(|&cost| cost >= lower && cost <= upper);
    let mut costs: Vec<f64> = (0..POINTS)
        .map(|k| (lower + (upper - lower) * k as f64 / last).min(upper))
        .chain(cutoffs)
        .collect();
    costs.sort_by(f64::total_cmp);
    costs.dedup();
    costs
}

fn curve(node: &NodeBids, of: impl Fn(&TypeBids) -> Option<f64>) -> Vec<(f64, f64)> {
    node.types.iter().filter_map(|one| Some((one.cost, of(one)?))).collect()
}

fn bid_panel(subject: &Subject<'_>, node: &NodeBids, slot: usize) -> Panel {
    let value = Look::line(Tone::Faint).weighing(Weight::Wide);
    let curves = [
        (
            "ticket_value",
            "ticket value $V_t(θ, r)$",
            curve(node, |one| Some(one.ticket_value)),
            value,
        ),
        (
            "first_price",
            "first-price",
            curve(node, |one| one.first_price),
            Look::of_family(0),
        ),
        (
            "second_price",
            "second-price",
            curve(node, |one| one.second_price),
            Look::of_family(1),
        ),
        ("all_pay", "all-pay", curve(node, |one| one.all_pay), Look::of_family(2)),
        (
            "spot",
            "spot auction",
            curve(node, |one| one.spot),
            Look::line(Tone::Ink).dashed(Dash::Dotted).weighing(Weight::Heavy),
        ),
    ];
    let x = Axis::around("Cost $θ$ (ETH)", node.types.iter().map(|one| one.cost));
    let heights = curves
        .iter()
        .flat_map(|(_, _, points, _)| points.iter().map(|(_, y)| *y));
    let mut panel = Panel::new(format!("bids_{slot}"), x, Axis::from_zero("Bid, value (ETH)", heights));
    let marks = Look::line(Tone::Ink).dashed(Dash::Dotted).weighing(Weight::Thin);
    // The cutoff is common to the formats; the lowest bid is not, so the market's own stands for it.
    let cutoff = node.terms[0].participation_cutoff;
    if let Some(cutoff) = cutoff {
        panel = panel.with(Layer::new("cutoff", Shape::Vertical(cutoff), marks).labelled("cutoff, lowest bid"));
    } else {
        panel.message = Some(NOBODY.to_owned());
    }
    let own = subject.market.auction().format();
    let terms = node.terms.iter().find(|terms| terms.format == own);
    if let Some(bid) = terms.and_then(|terms| terms.minimum_bid) {
        panel = panel.with(Layer::new("lowest_bid", Shape::Horizontal(bid), marks).labelled("cutoff, lowest bid"));
    }
    for (name, label, points, look) in curves {
        if !points.is_empty() {
            panel = panel.with(Layer::line(name, points, look).labelled(label));
        }
    }
    panel
}

fn gain_panel(node: &NodeBids, slot: usize, averse: bool) -> Panel {
    let gain = curve(node, |one| one.expected_gain);
    let x = Axis::around("Cost $θ$ (ETH)", node.types.iter().map(|one| one.cost));
    let heights: Vec<f64> = gain.iter().map(|(_, y)| *y).collect();
    let mut panel = Panel::new(
        format!("gain_{slot}"),
        x,
        Axis::from_zero("Expected gain $U(θ)$ (ETH)", heights),
    );
    if let Some(cutoff) = node.terms[0].participation_cutoff {
        let marks = Look::line(Tone::Ink).dashed(Dash::Dotted).weighing(Weight::Thin);
        panel = panel.with(Layer::new("cutoff", Shape::Vertical(cutoff), marks).labelled("cutoff, lowest bid"));
    }
    if gain.is_empty() {
        panel.message = Some(NOBODY.to_owned());
    } else {
        let look = Look::line(Tone::Palette(3)).weighing(Weight::Heavy);
        panel = panel.with(Layer::line("gain", gain, look).labelled(if averse {
            "expected gain, own format"
        } else {
            "expected gain, every format"
        }));
    }
    panel
}
