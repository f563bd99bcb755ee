//! Backward induction over t = T, …, 0.

use super::choice::TIE;
use super::{Alternatives, Node, Timing, choose, once, until_sold};
use crate::auction::{Auction, BidFunction, Bidders, CostPanels, TypeBid, hold_auction};
use crate::cost::CostLaw;
use crate::exercise::{ExerciseBoundary, OwnUse, TicketProfile, TicketValues};
use crate::market::{Exercise, Market, Sale};
use crate::prize::FinitePrizes;
use crate::settings::{Settings, Stage};

/// Stored bids are thinned so that an equilibrium keeps no more than about this many.
const MOST_STORED_BIDS: usize = 4_000_000;

/// The bids of sample types at one auction that may be held.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// t.
    pub slot: usize,
    /// Index of the prize.
    pub state: usize,
    /// Increasing in cost; the last is the marginal type.
    pub bids: Vec<TypeBid>,
}

/// Which tickets are auctioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tickets {
    /// The market's.
    Resold,
    /// Tickets that must be exercised in the slot of their sale: the spot auction.
    JustInTime,
}

/// What backward induction finds.
#[derive(Debug, Clone)]
pub struct Induction {
    /// θ*_t(r).
    pub boundary: ExerciseBoundary,
    /// The holder's values and decisions.
    pub timing: Timing,
    /// Bids at the reachable nodes where she sells, from slot 0 on.
    pub schedules: Vec<Schedule>,
    /// V_0(·, R_0); `None` for a continuous prize.
    pub initial: Option<NodeProfile>,
}

/// V_t(·, r) of one node, kept when the values of all other nodes are gone.
#[derive(Debug, Clone)]
pub struct NodeProfile {
    knots: Vec<f64>,
    values: Vec<f64>,
    discounts: Vec<f64>,
}

impl NodeProfile {
    pub(crate) fn of(values: &TicketValues<'_>, state: usize) -> Self {
        let profile = values.profile(state);
        Self {
            knots: profile.knots().to_vec(),
            values: profile.values().to_vec(),
            discounts: profile.discounts().to_vec(),
        }
    }

    /// V_0(·, R_0), averaged over R_0 where that is drawn: all states of a slot have the same knots.
    pub(crate) fn at_start(values: &TicketValues<'_>, prizes: &FinitePrizes) -> Self {
        let mut mean = Self::of(values, prizes.initial());
        mean.values.fill(0.0);
        mean.discounts.fill(0.0);
        for (state, p) in prizes.start().into_iter().enumerate().filter(|(_, p)| *p > 0.0) {
            let profile = values.profile(state);
            for (sum, value) in mean.values.iter_mut().zip(profile.values()) {
                *sum += p * value;
            }
            for (sum, discount) in mean.discounts.iter_mut().zip(profile.discounts()) {
                *sum += p * discount;
            }
        }
        mean
    }

    /// A ticket that is worth nothing.
    pub(crate) fn nothing(law: &dyn CostLaw) -> Self {
        Self {
            knots: vec![law.lower(), law.upper()],
            values: vec![0.0; 2],
            discounts: vec![0.0],
        }
    }

    /// θ ↦ V_t(θ, r).
    #[must_use]
    pub fn profile(&self) -> TicketProfile<'_> {
        TicketProfile::new(&self.knots, &self.values, &self.discounts)
    }
}

impl Induction {
    /// What is reported of a continuous process.
    pub(crate) fn at_points(boundary: ExerciseBoundary, timing: Timing) -> Self {
        Self {
            boundary,
            timing,
            schedules: Vec::new(),
            initial: None,
        }
    }

    /// The market's tickets. Bids are stored at the nodes that are `reachable`; at none if that is empty.
    #[must_use]
    pub fn of_tickets(
        market: &Market,
        prizes: &FinitePrizes,
        panels: &CostPanels<'_>,
        own_use: Option<&OwnUse>,
        reachable: &[Vec<bool>],
        settings: &Settings<'_>,
    ) -> Self {
        run(
            market,
            prizes,
            panels,
            own_use,
            Tickets::Resold,
            (!reachable.is_empty()).then_some(reachable),
            settings,
        )
    }

    /// Just-in-time auctions in the slot of the holder's choice.
    #[must_use]
    pub fn of_spot_auctions(
        market: &Market,
        prizes: &FinitePrizes,
        panels: &CostPanels<'_>,
        settings: &Settings<'_>,
    ) -> Self {
        run(market, prizes, panels, None, Tickets::JustInTime, None, settings)
    }
}

/// What the holder can do at a node instead of selling; `next` is E[W_{t+1}] given the node, `None` in slot T.
pub(crate) fn alternatives(market: &Market, prize: f64, next: Option<f64>) -> Alternatives {
    let profit = market.holder().own_cost().map(|own_cost| prize - own_cost);
    let wait = next.map(|next| market.holder().discount_factor() * next);
    match market.ticket().exercise() {
        Exercise::American => Alternatives { wait, exercise: profit },
        Exercise::AtMaturity => Alternatives {
            wait,
            exercise: if wait.is_none() { profit } else { None },
        },
        Exercise::Lottery { draw_probability } => {
            let drawn = draw_probability * profit.map_or(0.0, |profit| profit.max(0.0));
            match wait {
                Some(wait) => Alternatives {
                    wait: Some(drawn + (1.0 - draw_probability) * wait),
                    exercise: None,
                },
                None => Alternatives {
                    wait: None,
                    exercise: profit.is_some().then_some(drawn),
                },
            }
        }
    }
}

fn run(
    market: &Market,
    prizes: &FinitePrizes,
    panels: &CostPanels<'_>,
    own_use: Option<&OwnUse>,
    tickets: Tickets,
    reachable: Option<&[Vec<bool>]>,
    settings: &Settings<'_>,
) -> Induction {
    let maturity = market.ticket().maturity();
    let size = prizes.size();
    let mut values = match tickets {
        Tickets::Resold => TicketValues::at_maturity(market, prizes),
        Tickets::JustInTime => TicketValues::just_in_time(market, prizes),
    };
    let mut boundary = ExerciseBoundary::never(maturity + 1, size);
    let mut refined = panels.clone();
    let mut slots = Vec::with_capacity(maturity + 1);
    let mut schedules = Vec::new();
    let stride = stride_of(maturity, size);
    let mut next: Option<Vec<f64>> = None;
    for slot in (0..=maturity).rev() {
        if slot < maturity {
            values.step_back();
        }
        boundary.set(slot, values.boundary());
        refined = panels.refined(values.knots(), &refined);
        let unchanging = tickets == Tickets::JustInTime && prizes.is_chain();
        let behind: &[Node] = slots.last().map_or(&[], Vec::as_slice);
        let mut nodes = Vec::with_capacity(size);
        for (state, &prize) in prizes.states(slot).iter().enumerate() {
            let bidders = Bidders::new(&refined, &values.profile(state), market.participation().winner_cost());
            let keep = alternatives(market, prize, next.as_ref().map(|next| next[state]));
            let unsold = match (market.holder().sale(), tickets) {
                (Sale::UntilSold(_), _) => until_sold::unsold_value(&keep),
                (Sale::Once, Tickets::Resold) => once::unsold_value(own_use, slot, state),
                (Sale::Once, Tickets::JustInTime) => once::unsold_value_in_time(keep.exercise),
            };
            // Spot auctions of a chain are the same in every slot, unless what happens to an unsold ticket is not.
            let held = behind
                .get(state)
                .filter(|node| unchanging && node.unsold_value == unsold);
            let auction = held.map_or_else(
                || hold_auction(&bidders, market.auction(), market.participation(), unsold),
                |node| node.auction,
            );
            let node = decide(market, auction, keep, unsold);
            let wanted = reachable.is_some_and(|reachable| reachable[slot][state]);
            if wanted && node.decision == super::Decision::Sell {
                let format = market.auction().format();
                let entrants = refined.among_entrants(node.auction.entry_probability);
                let bidders = bidders.on(&entrants);
                if let Some(function) = BidFunction::new(&bidders, format, &node.auction) {
                    schedules.push(Schedule {
                        slot,
                        state,
                        bids: thinned(function.schedule(), stride),
                    });
                }
            }
            nodes.push(node);
        }
        let ahead: Vec<f64> = nodes.iter().map(|node| node.value).collect();
        next = (slot > 0).then(|| prizes.expect(&ahead));
        slots.push(nodes);
        settings.report(Stage::Induction, maturity - slot + 1, maturity + 1);
    }
    schedules.sort_by_key(|schedule: &Schedule| (schedule.slot, schedule.state));
    let initial = Some(NodeProfile::at_start(&values, prizes));
    Induction {
        boundary,
        timing: Timing::from_last(size, slots),
        schedules,
        initial,
    }
}

/// The choice at one node.
fn decide(market: &Market, auction: Auction, keep: Alternatives, unsold: f64) -> Node {
    decide_within(TIE, market, auction, keep, unsold)
}

/// The choice at one node whose values are known to a relative accuracy of `accuracy`.
pub(super) fn decide_within(accuracy: f64, market: &Market, auction: Auction, keep: Alternatives, unsold: f64) -> Node {
    let sale = sale_value(market, &auction, &keep);
    let (decision, value, indifferent) = choose(accuracy, sale, &keep, market.holder().tie());
    Node {
        auction,
        unsold_value: unsold,
        waiting_value: keep.wait,
        exercise_value: keep.exercise,
        value,
        decision,
        indifferent,
    }
}

/// What holding an auction is worth; `None` where that is waiting by another name.
pub(super) fn sale_value(market: &Market, auction: &Auction, keep: &Alternatives) -> Option<f64> {
    match market.holder().sale() {
        Sale::Once => once::sale_value(auction.revenue),
        Sale::UntilSold(_) => until_sold::sale_value(auction.revenue, auction.sale_probability, keep),
    }
}

/// Of how many bids one is stored, so that there are not too many in all.
pub(super) fn stride_of(maturity: usize, size: usize) -> usize {
    1 + (maturity + 1) * size * 48 / MOST_STORED_BIDS
}

/// Every `stride`-th bid, and the marginal type's.
pub(super) fn thinned(bids: Vec<TypeBid>, stride: usize) -> Vec<TypeBid> {
    let last = bids.len() - 1;
    bids.into_iter()
        .enumerate()
        .filter(|(index, _)| index % stride == 0 || *index == last)
        .map(|(_, bid)| bid)
        .collect()
}
