//! Backward induction over t = T, …, 0 for a continuous prize.

use std::sync::Arc;

use super::domain::{Ahead, Domain, Top};
use super::node::Auctioneer;
use super::offer::{FIGURES, Fineness, Offer, REVENUE, SALE_PROBABILITY};
use super::stops::{ROUNDING, Stop, changes};
use crate::auction::{Auction, CostPanels};
use crate::cost::{Side, Tail};
use crate::exercise::{ContinuationValues, CurvedProfile};
use crate::market::{Exercise, Market, Reserve, Sale};
use crate::numerics::root;
use crate::settings::{Settings, Stage};
use crate::timing::induction::decide_within;
use crate::timing::{Alternatives, Decision, Node, alternatives, once, until_sold};

/// Share of the tolerance that the auctions of a slot may miss.
const RESOLVED: f64 = 0.1;
/// A cut this near a kink, in standard deviations of a step, is left out.
const CLOSE: f64 = 0.3;
/// Where waiting is worth more than selling by this share she waits, and so she does nearby: by [`Situation::roughness`].
const SURELY: [f64; 2] = [0.01, 0.05];
/// Widths of the support of the costs within which revenues turn.
const NARROW: f64 = 2.0;
/// States looked at together.
const SIDE_BY_SIDE: usize = 8;
/// How far beyond a kink she is asked whether she waits, in standard deviations of a step.
const BEYOND: [f64; 4] = [0.02, 0.06, 0.15, 0.35];
/// About how many slots spot auctions are seen from.
const SEEN_AT: usize = 16;
/// The most knots of a cost law at which auctions are cut.
const MOST_KNOTS: usize = 12;

/// Which tickets are auctioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tickets {
    /// The market's.
    Resold,
    /// Tickets that must be exercised in the slot of their sale.
    JustInTime,
}

/// What is known of one slot.
#[derive(Debug, Clone)]
pub(crate) struct SlotTiming {
    /// W of the next slot; `None` in the last.
    pub ahead: Option<Ahead>,
    pub offer: Arc<Offer>,
    pub stops: Vec<Stop>,
    /// States at which what she does with an unsold ticket changes.
    pub fallbacks: Vec<f64>,
    /// States at which Π may bend where it is not followed.
    pub bends: Vec<f64>,
}

/// The holder's values and decisions at all slots and prizes.
#[derive(Debug, Clone)]
pub struct ContinuousTiming {
    pub(crate) domain: Domain,
    tickets: Tickets,
    pub(crate) slots: Vec<SlotTiming>,
    /// What values may be wrong by, ETH.
    pub error: f64,
    /// What ticket values and expectations may be, ETH.
    pub(crate) known_to: f64,
    /// W_0 and Π_0 averaged over R_0, where that is drawn.
    drawn: Option<(f64, f64)>,
    pub(super) scale: f64,
}

/// What an own cost makes of a ticket: V_t(θ_S, r) by the holder's discount factor.
pub(crate) type OwnValues = ContinuationValues;

/// Everything that is given when the holder decides.
pub(crate) struct Situation<'a, 'm> {
    pub auctioneer: Auctioneer<'a, 'm>,
    pub values: &'a ContinuationValues,
    pub own: Option<&'a OwnValues>,
    pub tickets: Tickets,
    pub tolerance: f64,
    pub scale: f64,
}

impl<'m> Situation<'_, 'm> {
    pub(super) fn market(&self) -> &'m Market {
        self.auctioneer.market
    }

    /// 0 where revenues bend as ticket values do, 1 where a price or a cost of taking part makes them bend more.
    pub(super) fn roughness(&self) -> usize {
        usize::from(self.auctioneer.plain.is_none())
    }

    /// V_t(θ_S, r).
    pub fn own_value(&self, slot: usize, prize: f64) -> f64 {
        let (Some(own), Some(cost)) = (self.own, self.market().holder().own_cost()) else {
            return 0.0;
        };
        let continuation = own.continuation_of(slot, prize, 0);
        crate::exercise::own_decision(
            self.market(),
            slot,
            prize - cost,
            continuation_undrawn(self.market(), continuation),
        )
        .0
    }

    /// The auction at a node and what is kept if it fails, given E[W] of the next slot.
    pub fn auction(&self, slot: usize, prize: f64, next: Option<f64>) -> (Auction, Alternatives, f64) {
        let profile = self.profiles(slot, &[prize]).swap_remove(0);
        let held = self.hold(slot, (prize, next), &profile);
        (held.auction, held.keep, held.unsold)
    }

    /// [`Self::auction`] with the exercise boundary.
    fn hold(
        &self,
        slot: usize,
        (prize, next): (f64, Option<f64>),
        (profile, boundary): &(CurvedProfile, Option<f64>),
    ) -> Held {
        let keep = alternatives(self.market(), prize, next);
        let unsold = match (self.market().holder().sale(), self.tickets) {
            (Sale::UntilSold(_), _) => until_sold::unsold_value(&keep),
            (Sale::Once, Tickets::Resold) => self.own_value(slot, prize),
            (Sale::Once, Tickets::JustInTime) => once::unsold_value_in_time(keep.exercise),
        };
        Held {
            auction: self.auctioneer.hold(profile, unsold),
            keep,
            unsold,
            boundary: *boundary,
        }
    }

    /// V_t(·, r) and the exercise boundary of the tickets that are auctioned, at several prizes.
    fn profiles(&self, slot: usize, prizes: &[f64]) -> Vec<(CurvedProfile, Option<f64>)> {
        let at = match self.tickets {
            Tickets::Resold => slot,
            Tickets::JustInTime => self.values.maturity(),
        };
        self.values.profiles(at, prizes)
    }

    /// What an auction brings at most at the grid points of a slot; `None` where that is not known beforehand.
    ///
    /// Nobody pays more than her value: with no reserve Π = ∫ V dF₂, else Π ≤ ∫ V dP, and V, convex in the cost, lies below its
    /// chords between the costs that are followed.
    fn most_at_grid(&self, slot: usize) -> Option<Vec<f64>> {
        if self.tickets == Tickets::JustInTime || self.own.is_some() {
            return None;
        }
        let panels = self.auctioneer.panels;
        match self.auctioneer.plain {
            Some(plain) => {
                let areas = |costs: &[f64]| costs.iter().map(|&cost| plain.upto(panels, cost)[0]).collect();
                self.values.mean_at_grid(slot, areas, plain.second())
            }
            None => {
                let areas = |costs: &[f64]| panels.areas(costs);
                self.values
                    .mean_at_grid(slot, areas, panels.lowest_cdf(None, panels.law().upper()))
            }
        }
    }

    /// The figures of the auctions at several nodes of a slot, given E[W] of the next slot.
    fn figures(&self, slot: usize, prizes: &[f64], next: impl Fn(usize) -> Option<f64>) -> Vec<[f64; FIGURES]> {
        let profiles = self.profiles(slot, prizes);
        let held = prizes.iter().zip(&profiles).enumerate();
        held.map(|(k, (&prize, profile))| {
            self.hold(slot, (prize, next(k)), profile)
                .figures(self.auctioneer.panels)
        })
        .collect()
    }
}

/// An auction and what goes with it.
struct Held {
    auction: Auction,
    keep: Alternatives,
    /// What an unsold ticket is worth.
    unsold: f64,
    boundary: Option<f64>,
}

impl Held {
    fn figures(&self, panels: &CostPanels<'_>) -> [f64; FIGURES] {
        let auction = &self.auction;
        let cutoff = auction.participation_cutoff.unwrap_or(panels.law().lower());
        let immediate = self.boundary.map_or(0.0, |boundary| {
            panels.lowest_cdf(auction.entry_probability, boundary.min(cutoff))
        });
        [
            auction.revenue,
            auction.sale_probability,
            auction.winner_cost,
            auction.buyers_gain,
            auction.participation_cost,
            cutoff,
            immediate,
            auction.entry_probability.unwrap_or(1.0),
            self.boundary.unwrap_or(panels.law().lower()),
        ]
    }
}

/// [`crate::exercise::own_decision`] multiplies by 1 − q itself.
fn continuation_undrawn(market: &Market, continuation: f64) -> f64 {
    match market.ticket().exercise() {
        Exercise::Lottery { draw_probability } if draw_probability < 1.0 => continuation / (1.0 - draw_probability),
        _ => continuation,
    }
}

impl ContinuousTiming {
    /// The market's tickets, or spot auctions.
    pub(crate) fn solve(situation: &Situation<'_, '_>, settings: &Settings<'_>) -> Self {
        let market = situation.market();
        let maturity = market.ticket().maturity();
        let domain = Domain::new(situation.values.state(), maturity);
        let mut timing = Self {
            known_to: situation.values.error() + domain.error() * situation.scale,
            domain,
            tickets: situation.tickets,
            slots: Vec::with_capacity(maturity + 1),
            error: 0.0,
            drawn: None,
            scale: situation.scale,
        };
        let mut ahead: Option<Ahead> = None;
        let lasting = situation.tickets == Tickets::JustInTime && market.holder().sale() == Sale::Once;
        for slot in (0..=maturity).rev() {
            let again = timing
                .slots
                .last()
                .filter(|_| lasting)
                .map(|behind| Arc::clone(&behind.offer));
            let nexts = ahead.as_ref().map(|ahead| timing.nexts(market, ahead));
            let mut made = SlotTiming {
                ahead,
                offer: Arc::default(),
                stops: Vec::new(),
                fallbacks: Vec::new(),
                bends: Vec::new(),
            };
            match again {
                Some(offer) => made.offer = offer,
                None => timing.make_offer(situation, slot, nexts.as_deref(), &mut made),
            }
            made.stops = timing.find_stops(situation, slot, nexts.as_deref(), &made);
            made.fallbacks = timing.find_fallbacks(situation, &made);
            ahead = Some(timing.gains(situation, slot, nexts.as_deref(), &made));
            // She stops once: what that slot's auctions are wrong by counts, not the sum over slots.
            timing.error = (market.holder().discount_factor() * timing.error).max(made.offer.error);
            timing.slots.push(made);
            settings.report(Stage::Induction, maturity - slot + 1, maturity + 1);
        }
        timing.slots.reverse();
        if timing.domain.state.initial.is_none()
            && let Some(ahead) = &ahead
        {
            let value = timing.next(market, Some(ahead), 0.0).unwrap_or(0.0);
            let revenue = crate::benchmark::continuous::average(&timing.slots[0].offer, 0.0, 1.0);
            timing.drawn = Some((value, revenue));
        }
        timing
    }

    /// E[W] of the next slot.
    pub(super) fn next(&self, market: &Market, ahead: Option<&Ahead>, state: f64) -> Option<f64> {
        let ahead = ahead?;
        Some(self.domain.expect(ahead, state) + self.drawn_next(market, ahead, state))
    }

    /// What a lottery ticket that is drawn for her own use adds to it.
    fn drawn_next(&self, market: &Market, ahead: &Ahead, state: f64) -> f64 {
        match (market.ticket().exercise(), market.holder().own_cost()) {
            (Exercise::Lottery { draw_probability }, Some(cost)) if ahead.drawn => {
                let process = &self.domain.state;
                draw_probability * process.excess(process.mean(state), process.volatility, cost)
            }
            _ => 0.0,
        }
    }

    /// E[W] of the next slot, from every grid point.
    fn nexts(&self, market: &Market, ahead: &Ahead) -> Vec<f64> {
        let mut list = self.domain.expect_from_grid(ahead);
        for (k, next) in list.iter_mut().enumerate() {
            *next += self.drawn_next(market, ahead, self.domain.kept_at(k));
        }
        list
    }

    /// The state below which she waits for sure: at every grid point and kink on the way waiting is worth more by [`SURELY`].
    /// Between them, at most six tenths of a step of the prize, both values are smooth.
    fn waits_below(
        &self,
        situation: &Situation<'_, '_>,
        slot: usize,
        nexts: &[f64],
        ahead: &Ahead,
        kinks: &[f64],
    ) -> f64 {
        let market = situation.market();
        let points = self.domain.points();
        let surely = SURELY[situation.roughness()];
        let most = situation.most_at_grid(slot);
        let bound = |k: usize| most.as_ref().map_or(f64::INFINITY, |most| most[k]);
        // State, E[W] of the next slot, and what an auction brings at most.
        let known = points.iter().enumerate();
        let mut states: Vec<(f64, f64, f64)> = known
            .map(|(k, &point)| (point, nexts[k.min(nexts.len() - 1)], bound(k)))
            .collect();
        let mut kinks = [kinks, &self.fallback_changes(market, Some(ahead))].concat();
        if situation.roughness() > 0 {
            // Beyond a kink at which somebody begins to come revenues may rise before what waiting is worth does.
            let sigma = self.domain.state.volatility;
            let beyond = kinks.iter().flat_map(|kink| BEYOND.map(|share| kink + share * sigma));
            kinks.extend(beyond.collect::<Vec<f64>>());
        }
        let between = kinks
            .iter()
            .filter(|kink| (points[0]..=points[points.len() - 1]).contains(*kink));
        states.extend(between.map(|&kink| {
            // Where prizes persist tickets are worth more at the grid point above.
            let above = points.partition_point(|point| *point < kink);
            let rises = self.domain.state.persistence > 0.0;
            let most = if rises { bound(above) } else { f64::INFINITY };
            (kink, self.next(market, Some(ahead), kink).unwrap_or(0.0), most)
        }));
        states.sort_by(|a, b| a.0.total_cmp(&b.0));
        // What lies between the last two states that are looked at is followed.
        let (mut sure, mut before) = (points[0], points[0]);
        for few in states.chunks(SIDE_BY_SIDE) {
            let keeps = |&(state, next, _): &(f64, f64, f64)| {
                alternatives(market, self.domain.state.prize(state), Some(next)).best()
            };
            let waits = |revenue: f64, keep: f64| {
                revenue <= (1.0 - surely) * keep || revenue.max(keep) <= ROUNDING * self.scale
            };
            let open: Vec<bool> = few.iter().map(|one| !waits(one.2, keeps(one))).collect();
            let looked_at = few.iter().zip(&open).filter(|(_, open)| **open);
            let prizes: Vec<f64> = looked_at.map(|(one, _)| self.domain.state.prize(one.0)).collect();
            let mut figures = situation.figures(slot, &prizes, |_| None).into_iter();
            for (one, open) in few.iter().zip(open) {
                if open
                    && figures
                        .next()
                        .is_some_and(|figures| !waits(figures[REVENUE], keeps(one)))
                {
                    return sure;
                }
                (sure, before) = (before, one.0);
            }
        }
        sure
    }

    /// The auctions of a slot, at all states but those at which she surely waits.
    fn make_offer(&self, situation: &Situation<'_, '_>, slot: usize, nexts: Option<&[f64]>, made: &mut SlotTiming) {
        let market = situation.market();
        let process = &self.domain.state;
        let ahead = made.ahead.as_ref();
        let once = market.holder().sale() == Sale::Once;
        let held = |states: &[f64]| {
            let prizes: Vec<f64> = states.iter().map(|&state| process.prize(state)).collect();
            // A ticket that is not carried on does not depend on what comes.
            let next = |k: usize| match nexts {
                _ if once => None,
                // Where slots are independent all states expect the same.
                Some(&[next]) => Some(next),
                _ => self.next(market, ahead, states[k]),
            };
            situation.figures(slot, &prizes, next)
        };
        let (low, high) = self.domain.ends();
        let averaged = slot == 0 && process.initial.is_none();
        let mut cuts = self.kinks(situation, slot);
        let low = match (nexts, ahead) {
            (Some(nexts), Some(ahead)) if once && situation.tickets == Tickets::Resold && !averaged => {
                self.waits_below(situation, slot, nexts, ahead, &cuts).max(low)
            }
            _ => low,
        };
        made.bends = cuts.iter().copied().filter(|cut| *cut <= low).chain([low]).collect();
        let comes = |state: f64| held(&[state])[0][SALE_PROBABILITY] > 0.0;
        let carried_on = matches!(market.holder().sale(), Sale::UntilSold(_)) && ahead.is_some();
        let scanned: Vec<f64> = if carried_on {
            self.domain.points().iter().copied().step_by(2).chain([high]).collect()
        } else {
            vec![low, high]
        };
        let mut open = Vec::new();
        let known: Vec<bool> = scanned.iter().map(|&state| comes(state)).collect();
        for (pair, come) in scanned.windows(2).zip(known.windows(2)) {
            if come[0] != come[1] {
                let edge = changes(pair[0], pair[1], |state| comes(state) == come[0]);
                let law = market.buyers().cost();
                let beyond = self.beyond(process.prize(edge), law.upper() - law.lower());
                cuts.extend(beyond.map(|prize| process.state(prize)));
                cuts.push(edge);
            }
        }
        cuts.extend([low, high]);
        cuts.retain(|cut| (low..=high).contains(cut));
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        for pair in cuts.windows(2) {
            // Nobody comes: before the last slot of a ticket that is carried on that is waiting by another name.
            if !carried_on || comes(0.5 * (pair[0] + pair[1])) {
                open.push((pair[0], pair[1]));
            }
        }
        let mut halved = Vec::new();
        if let Some(behind) = self.slots.last() {
            let margin = CLOSE * process.volatility;
            let cut = |interval: &(f64, f64)| behind.offer.cuts_within(*interval, margin);
            halved = open.iter().flat_map(cut).collect();
            open = open
                .iter()
                .flat_map(|interval| {
                    let ends = std::iter::once(interval.0).chain(cut(interval)).chain([interval.1]);
                    let ends: Vec<f64> = ends.collect();
                    ends.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
                })
                .collect();
        }
        let offer = Offer::follow(
            &open,
            halved,
            &Fineness {
                tolerance: RESOLVED * situation.tolerance,
                scale: self.scale,
                step: process.volatility,
                sound: self.domain.sound(market.ticket().maturity() - slot),
                reached: self.reached(situation.tickets, slot),
            },
            &held,
        );
        made.offer = Arc::new(offer);
    }

    /// Mean and standard deviation of the state in the slots that share a slot's auctions.
    fn reached(&self, tickets: Tickets, slot: usize) -> Vec<(f64, f64)> {
        let process = &self.domain.state;
        let ahead = |slots: usize| match process.initial {
            Some(prize) => process.ahead(process.state(prize), slots),
            None => (process.shift, process.volatility),
        };
        match tickets {
            Tickets::Resold => vec![ahead(slot)],
            // Spot auctions are the same in every slot: a sample of them, the last among it.
            Tickets::JustInTime => (0..=slot).rev().step_by(1 + slot / SEEN_AT).map(ahead).collect(),
        }
    }

    /// States at which the values of some type, or who among the types exercises, bend.
    fn kinks(&self, situation: &Situation<'_, '_>, slot: usize) -> Vec<f64> {
        let market = situation.market();
        let law = market.buyers().cost();
        let at = match self.tickets {
            Tickets::Resold => slot,
            Tickets::JustInTime => situation.values.maturity(),
        };
        let mut costs = vec![law.lower(), law.upper()];
        costs.extend(situation.values.cost_cuts());
        let knots = law.knots();
        if knots.len() <= MOST_KNOTS {
            costs.extend(knots);
        }
        let mut kinks: Vec<f64> = costs
            .iter()
            .flat_map(|&cost| situation.values.exercise_prizes(at, cost))
            .chain(market.holder().own_cost())
            .collect();
        if let (Sale::Once, Some(cost), Some(own)) = (market.holder().sale(), market.holder().own_cost(), situation.own)
        {
            let states = own.exercise_states(slot, 0, cost);
            kinks.extend(states.into_iter().map(|state| self.domain.state.prize(state)));
        }
        kinks.extend(self.openings(situation, at, &costs));
        let last = at == situation.values.maturity();
        let drawn = market.ticket().exercise().open_probability();
        let paid = market.participation().winner_cost();
        // Beyond a kink revenues turn within about the width of the support, even if that is narrow; and where the best cutoff
        // reaches its upper end.
        let support = law.upper() - law.lower();
        let beside: Vec<f64> = kinks.iter().filter_map(|kink| self.beyond(*kink, support)).collect();
        kinks.extend(beside);
        if market.auction().reserve() == Reserve::Optimal && last {
            kinks.push(law.upper() + paid / drawn + law.markup(law.upper(), Side::Left));
        }
        kinks.retain(|prize| *prize > 0.0 && prize.is_finite());
        kinks.into_iter().map(|prize| self.domain.state.state(prize)).collect()
    }

    /// The prizes from which types take part at a price that is given.
    fn openings(&self, situation: &Situation<'_, '_>, slot: usize, costs: &[f64]) -> Vec<f64> {
        let market = situation.market();
        let price = match market.auction().reserve() {
            Reserve::Price(price) => price,
            Reserve::None => 0.0,
            Reserve::Optimal => return Vec::new(),
        };
        let participation = market.participation();
        let (law, competition) = (market.buyers().cost(), situation.auctioneer.panels.competition());
        // What entering costs a type who knows hers and wins against none with a lower cost.
        let entry = |cost: f64| match participation.participant_cost() {
            entry if entry > 0.0 && !participation.entry_is_random() => {
                entry / competition.log_rivals_above(&Tail::at(law, cost)).exp()
            }
            _ => 0.0,
        };
        let asked = |cost: f64| price + participation.winner_cost() + entry(cost);
        let wanted = costs.iter().map(|&cost| (cost, asked(cost)));
        let wanted = wanted.filter(|(_, asked)| asked.is_finite() && *asked > 0.0);
        if slot >= situation.values.maturity() {
            // A lottery ticket is worth something only if it is drawn.
            let drawn = market.ticket().exercise().open_probability();
            return wanted.map(|(cost, asked)| cost + asked / drawn).collect();
        }
        let process = &self.domain.state;
        let points = self.domain.points();
        let mut found = Vec::new();
        for (cost, asked) in wanted {
            let surplus = |state: f64| situation.values.profile(slot, process.prize(state)).value(cost) - asked;
            let mut between = |a: f64, b: f64| {
                if surplus(a) < 0.0 && surplus(b) >= 0.0 || surplus(a) >= 0.0 && surplus(b) < 0.0 {
                    found.extend(root::bracketed(a, b, surplus).map(|state| process.prize(state)));
                }
            };
            if process.persistence >= 0.0 {
                // The higher the prize the more a ticket is worth.
                let above = points.partition_point(|point| surplus(*point) < 0.0);
                if (1..points.len()).contains(&above) {
                    between(points[above - 1], points[above]);
                }
            } else {
                for pair in points.windows(2) {
                    between(pair[0], pair[1]);
                }
            }
        }
        found
    }

    /// The prize up to which revenues turn beyond a kink, where the support of the costs is narrow beside a step.
    fn beyond(&self, kink: f64, support: f64) -> Option<f64> {
        let prize = kink + NARROW * support;
        (support < CLOSE * self.domain.state.volatility * prize).then_some(prize)
    }

    /// W of a slot as the slot before sees it.
    fn gains(&self, situation: &Situation<'_, '_>, slot: usize, nexts: Option<&[f64]>, made: &SlotTiming) -> Ahead {
        let market = situation.market();
        let factor = market.holder().discount_factor() * market.ticket().exercise().kept_probability();
        let last = made.ahead.is_none();
        let smooth = match nexts {
            Some(nexts) => nexts.iter().map(|next| factor * next).collect(),
            None => vec![0.0; self.domain.kept()],
        };
        let (mut states, mut added) = (Vec::new(), Vec::new());
        let top = self.top(market, factor, made);
        let end = top.as_ref().map_or(f64::INFINITY, |top| top.from);
        if slot > 0 || self.domain.state.initial.is_none() {
            for stop in &made.stops {
                for (from, to) in made.cut(stop).into_iter().filter(|piece| piece.0 < end) {
                    for (state, weight, next) in self.domain.nodes(from, to, made.ahead.as_ref()) {
                        let next = made
                            .ahead
                            .as_ref()
                            .map(|ahead| next + self.drawn_next(market, ahead, state));
                        let look = self.look_given(situation, made, state, next);
                        states.push(state);
                        added.push(weight * (look.value - look.keep.wait.unwrap_or(0.0)));
                    }
                }
            }
        }
        self.domain.ahead(smooth, (states, added), top, !last)
    }

    /// The highest states, if she sells at all of them and Π is a line there.
    fn top(&self, market: &Market, factor: f64, made: &SlotTiming) -> Option<Top> {
        let process = &self.domain.state;
        let stop = made.stops.last()?;
        if stop.decision != Decision::Sell || stop.to < self.domain.ends().1 {
            return None;
        }
        let (from, mut line) = made.offer.line_at_top(|state| process.prize(state))?;
        let mut from = from.max(stop.from);
        if let (Exercise::Lottery { draw_probability }, Some(cost), true) = (
            market.ticket().exercise(),
            market.holder().own_cost(),
            made.ahead.is_some(),
        ) {
            // What she gains if it is drawn for her is counted apart, at all states.
            line.slope -= draw_probability;
            line.constant += draw_probability * cost;
            if cost > 0.0 {
                from = from.max(process.state(cost));
            }
        }
        self.domain.top(from, line, |states| match &made.ahead {
            None => vec![0.0; states.len()],
            Some(ahead) => {
                let nexts = self.domain.expect_beside(ahead, from).into_iter().zip(states);
                nexts
                    .map(|(next, state)| factor * (next + self.drawn_next(market, ahead, *state)))
                    .collect()
            }
        })
    }

    /// What the holder has at the start: W_0(R_0), averaged over R_0 where that is drawn.
    pub(crate) fn value_at_start(&self, situation: &Situation<'_, '_>) -> f64 {
        match self.domain.state.initial {
            Some(prize) => self.node(situation, 0, prize).value,
            None => self.drawn.map_or(0.0, |(value, _)| value),
        }
    }

    /// Where R_0 is drawn: W_0 and Π_0, averaged over it.
    pub(crate) fn drawn_figures(&self) -> Option<(f64, f64)> {
        self.drawn
    }

    /// Where W of a slot may bend.
    pub(crate) fn cuts(&self, slot: usize) -> Vec<f64> {
        let made = &self.slots[slot];
        let stretches = made
            .offer
            .stretches
            .iter()
            .flat_map(|stretch| [stretch.from, stretch.to]);
        let stops = made.stops.iter().flat_map(|stop| [stop.from, stop.to]);
        stretches.chain(stops).collect()
    }

    /// The auctions of a slot.
    pub(crate) fn offer_at(&self, slot: usize) -> &Offer {
        &self.slots[slot].offer
    }

    /// The lowest and the highest state that count.
    #[must_use]
    pub fn ends(&self) -> (f64, f64) {
        self.domain.ends()
    }

    /// The states of a slot at which all that may follow is kept.
    pub(crate) fn sound(&self, slot: usize) -> (f64, f64) {
        self.domain.sound(self.slots.len() - 1 - slot)
    }

    /// Where she does not wait in a slot, increasing.
    #[must_use]
    pub fn stops(&self, slot: usize) -> &[Stop] {
        &self.slots[slot].stops
    }

    /// The holder's problem at a slot and prize.
    pub(crate) fn node(&self, situation: &Situation<'_, '_>, slot: usize, prize: f64) -> Node {
        // One prize, one node.
        self.nodes(situation, slot, &[prize]).swap_remove(0).0
    }

    /// The holder's problem at several prizes of a slot, and the exercise boundaries.
    pub(crate) fn nodes(&self, situation: &Situation<'_, '_>, slot: usize, prizes: &[f64]) -> Vec<(Node, Option<f64>)> {
        let market = situation.market();
        let made = &self.slots[slot];
        let profiles = situation.profiles(slot, prizes);
        let nodes = prizes.iter().zip(&profiles);
        nodes
            .map(|(&prize, profile)| {
                let state = self.domain.state.state(prize);
                let next = self.next(market, made.ahead.as_ref(), state);
                let held = situation.hold(slot, (prize, next), profile);
                let mut node = decide_within(self.accuracy(), market, held.auction, held.keep, held.unsold);
                (node.decision, node.indifferent) = self.told_from_noise(market, slot, state, &node);
                (node, held.boundary)
            })
            .collect()
    }

    /// E[W_{t+1} given the prize]; `None` in the last slot.
    pub(crate) fn next_value(&self, market: &Market, slot: usize, state: f64) -> Option<f64> {
        self.next(market, self.slots[slot].ahead.as_ref(), state)
    }
}

impl SlotTiming {
    /// A stop, cut where the auctions' figures bend.
    pub fn cut(&self, stop: &Stop) -> Vec<(f64, f64)> {
        let mut cuts = vec![stop.from, stop.to];
        for stretch in &self.offer.stretches {
            cuts.extend(
                [stretch.from, stretch.to]
                    .into_iter()
                    .filter(|cut| stop.from < *cut && *cut < stop.to),
            );
        }
        cuts.extend(
            self.fallbacks
                .iter()
                .copied()
                .filter(|cut| stop.from < *cut && *cut < stop.to),
        );
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        cuts.windows(2).map(|pair| (pair[0], pair[1])).collect()
    }
}
