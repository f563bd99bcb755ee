//! Repeated auctions to the same buyers without commitment, beside a single auction that the holder commits to.

use etm_solver::path::{Round, likeliest_prizes};
use etm_solver::timing::{Decision, Node};
use etm_solver::{Repeated, Settings};

use super::{FigureError, Subject};
use crate::figure::axis::Axis;
use crate::figure::layer::{Dash, Fill, Layer, Look, Marker, Shape, Tone, Weight};
use crate::figure::panel::{Block, Figure, Panel};
use crate::report::significant;

const WHAT: &str = "Auctions to the same buyers until the ticket is sold, without commitment (solid), and a single auction that the holder commits to (dashed; diamond: the slot in which she holds it), along the most likely prizes while no auction succeeds. First: reserve prices, and the prize. Second: the costs that buy in each slot (shaded), from the lowest cost that failed auctions have left possible to the participation cutoff; dotted: where she waits; grey lines: the ends of the costs' support. A dashed curve shows a single auction held in that slot. Third: probability, over all prizes, that the ticket is sold by the end of a slot.";

/// More slots than this show no signs at them.
const MOST_SIGNS: usize = 24;

/// What is said where no auction has a price: nobody would ever come.
const NO_PRICE: &str = "Along the most likely prizes nobody ever takes part.";

/// Prices, who buys, and how soon the ticket is sold.
///
/// # Errors
/// A market without a fixed pool; as the solver's.
pub fn figure(subject: &Subject<'_>) -> Result<Figure, FigureError> {
    let repeated = subject.equilibrium.repeated.as_ref().ok_or(FigureError::NoFixedPool)?;
    let lines = Lines::new(subject, repeated);
    let once = etm_solver::solve(&repeated.once, &Settings::default())?;
    let sold = [&subject.equilibrium.path.sold_by_slot, &once.path.sold_by_slot].map(|by_slot| cumulated(by_slot));
    let [mut prices, mut costs, mut sales] = [lines.prices(), lines.costs(), sales(&sold)];
    if let Some(words) = subject.never_sold() {
        prices = prices.saying(words.as_str());
        costs = costs.saying(words.as_str());
        sales = sales.saying(words);
    } else if lines.rounds.iter().all(|round| round.cutoff <= round.lowest) {
        prices.message = Some(NO_PRICE.to_owned());
        costs.message = Some(NO_PRICE.to_owned());
    }
    Ok(Figure {
        name: "commitment".to_owned(),
        title: "What the holder loses without commitment".into(),
        caption: subject.caption(&format!("{WHAT} {}", worth(subject))),
        blocks: vec![Block {
            height: 1.0,
            panels: vec![prices, costs, sales],
        }],
    })
}

/// What commitment is worth, in words.
fn worth(subject: &Subject<'_>) -> String {
    let figures = subject.figures;
    let eth = |value: f64| format!("{} ETH", significant(value, 6));
    let value = figures.seller_value;
    let mut text = format!("Without commitment the holder has {}", eth(value));
    if let Some(once) = figures.once_value {
        text.push_str(&format!(
            ", with a single auction, in the slot of her choice, {}",
            eth(once)
        ));
    }
    if let Some(best) = figures.optimal_mechanism_value {
        text.push_str(&format!("; the optimal mechanism earns {}", eth(best)));
    }
    text.push('.');
    if let Some(gain) = figures.commitment_value {
        let size = gain.abs();
        text.push_str(&if size <= 1e-9 * value.abs() {
            " Committing to a single auction is worth nothing to her.".to_owned()
        } else {
            let what = if gain > 0.0 { "is worth" } else { "costs her" };
            let share = if value > 0.0 {
                format!(" ({} % of what she has)", significant(100.0 * size / value, 3))
            } else {
                String::new()
            };
            format!(" Committing to a single auction {what} {}{share}.", eth(size))
        });
    }
    text
}

/// Along the most likely prizes, slot by slot.
struct Lines<'a> {
    subject: &'a Subject<'a>,
    /// Without commitment, as long as a buyer may be left.
    rounds: Vec<Round>,
    /// With commitment: the auction of each slot if it is the only one.
    single: Vec<&'a Node>,
    prizes: Vec<f64>,
}

impl<'a> Lines<'a> {
    fn new(subject: &'a Subject<'a>, repeated: &'a Repeated) -> Self {
        let prizes = subject.prizes;
        let states = likeliest_prizes(prizes, subject.maturity() + 1);
        let along = || states.iter().enumerate();
        Self {
            subject,
            rounds: repeated.rounds.along_likeliest_prizes(prizes),
            single: along()
                .map(|(slot, &state)| repeated.committed.timing.at(slot, state))
                .collect(),
            prizes: along().map(|(slot, &state)| prizes.states(slot)[state]).collect(),
        }
    }

    fn prices(&self) -> Panel {
        let reserve = |round: &Round| round.reserve.filter(|_| round.cutoff > round.lowest);
        let repeated = self.of_rounds(reserve);
        let prizes = vec![places(self.prizes.iter().copied())];
        let single = self.of_single(|node| node.auction.reserve_price);
        let heights = [&prizes, &repeated, &single];
        let heights = heights.into_iter().flatten().flatten().map(|(_, y)| *y);
        let y = Axis::from_zero("Price, prize (ETH)", heights);
        let prize = Look::line(Tone::Faint);
        Panel::new("price", self.slots(), y)
            .with(Layer::new("prize", Shape::Steps(prizes), prize).labelled("prize $r_t$"))
            .with(
                Layer::new("reserve", Shape::Steps(repeated), self.signed(WITHOUT, Marker::Disc))
                    .labelled("without commitment"),
            )
            .also(self.single_layers(single))
    }

    fn costs(&self) -> Panel {
        let law = self.subject.market.buyers().cost();
        let ends = [law.lower(), law.upper()];
        let buying = || self.rounds.iter().filter(|round| round.cutoff > round.lowest);
        let cells = buying()
            .map(|round| {
                let slot = round.slot as f64;
                [(slot - 0.5, round.lowest), (slot + 0.5, round.cutoff)]
            })
            .collect::<Vec<_>>();
        let waits = self.of_rounds(|round| round.reserve.is_none().then_some(round.lowest));
        let mut panel = Panel::new("costs", self.slots(), Axis::around("Cost $θ$ (ETH)", ends));
        for (name, end) in [("lowest_cost", ends[0]), ("highest_cost", ends[1])] {
            let look = Look::line(Tone::Faint).weighing(Weight::Thin);
            panel = panel.with(Layer::new(name, Shape::Horizontal(end), look));
        }
        if !cells.is_empty() {
            let look = Look::line(Tone::Palette(0)).filled(Fill::Tint);
            panel = panel.with(Layer::new("buyers", Shape::Cells(cells), look).labelled("costs that buy"));
        }
        let cutoffs = self.of_rounds(|round| (round.cutoff > round.lowest).then_some(round.cutoff));
        let look = self.signed(WITHOUT, Marker::Disc);
        panel = panel
            .with(Layer::new("cutoff", Shape::Steps(cutoffs), look).labelled("without commitment"))
            .also(self.single_layers(self.of_single(|node| node.auction.participation_cutoff)));
        if !waits.is_empty() {
            let look = Look::line(Tone::Ink).dashed(Dash::Dotted).weighing(Weight::Heavy);
            let look = self.signed(look, Marker::Circle);
            panel = panel.with(Layer::new("waits", Shape::Steps(waits), look).labelled("she waits"));
        }
        panel
    }

    /// The single auction, over what it may coincide with: the curve, and the slot in which it is held along these prizes.
    fn single_layers(&self, pieces: Vec<Vec<(f64, f64)>>) -> Vec<Layer> {
        let held = self.single.iter().position(|node| node.decision == Decision::Sell);
        let held: Vec<(f64, f64)> = pieces
            .iter()
            .flatten()
            .copied()
            .filter(|(slot, _)| held.is_some_and(|held| held as f64 == *slot))
            .collect();
        if pieces.is_empty() {
            return Vec::new();
        }
        let mut layers = vec![Layer::new("single", Shape::Steps(pieces), SINGLE).labelled(A_SINGLE)];
        if !held.is_empty() {
            let mut look = SINGLE;
            look.marker = Some(Marker::Diamond);
            layers.push(Layer::new("single_held", Shape::Points(held), look).labelled("its slot"));
        }
        layers
    }

    fn of_rounds(&self, quantity: impl Fn(&Round) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
        pieces(self.rounds.iter().map(|round| (round.slot as f64, quantity(round))))
    }

    fn of_single(&self, quantity: impl Fn(&Node) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
        let slots = self.single.iter().enumerate();
        pieces(slots.map(|(slot, node)| (slot as f64, quantity(node))))
    }

    fn slots(&self) -> Axis {
        Axis::slots("Slot $t$", self.subject.maturity())
    }

    fn signed(&self, mut look: Look, marker: Marker) -> Look {
        if self.subject.maturity() < MOST_SIGNS {
            look.marker = Some(marker);
        }
        look
    }
}

/// Repeated auctions without commitment.
const WITHOUT: Look = Look::line(Tone::Palette(0)).weighing(Weight::Heavy);
/// A single auction.
const SINGLE: Look = Look::line(Tone::Palette(1)).dashed(Dash::Dashed);
const A_SINGLE: &str = "a single auction, committed to";

fn sales([repeated, single]: &[Vec<f64>; 2]) -> Panel {
    let maturity = repeated.len() - 1;
    let steps = |sold: &[f64]| Shape::Steps(vec![places(sold.iter().copied())]);
    Panel::new(
        "sold",
        Axis::slots("Slot $t$", maturity),
        Axis::around("Sold by slot $t$", [0.0, 1.0]),
    )
    .with(Layer::new("sold", steps(repeated), WITHOUT))
    .with(Layer::new("sold_single", steps(single), SINGLE).labelled(A_SINGLE))
}

fn cumulated(by_slot: &[f64]) -> Vec<f64> {
    let mut total = 0.0;
    by_slot
        .iter()
        .map(|sold| {
            total += sold;
            // Rows of a chain sum to one up to rounding.
            f64::min(total, 1.0)
        })
        .collect()
}

/// A height a slot, from slot 0 on.
fn places(heights: impl Iterator<Item = f64>) -> Vec<(f64, f64)> {
    heights.enumerate().map(|(slot, y)| (slot as f64, y)).collect()
}

/// Runs of neighbouring places at which there is a height.
pub(super) fn pieces(heights: impl Iterator<Item = (f64, Option<f64>)>) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut open = false;
    for (place, height) in heights {
        if let Some(y) = height {
            match pieces.last_mut() {
                Some(piece) if open => piece.push((place, y)),
                _ => pieces.push(vec![(place, y)]),
            }
        }
        open = height.is_some();
    }
    pieces
}
