//! What the holder does at a state, and where that changes.

use super::domain::Ahead;
use super::holder::{ContinuousTiming, Situation, SlotTiming};
use crate::market::{Market, Sale, Tie};
use crate::numerics::root;
use crate::timing::induction::sale_value;
use crate::timing::{Alternatives, Decision, Node, alternatives, choose};

/// Values below this share of the market's scale are rounding: who would sell waits.
pub(super) const ROUNDING: f64 = 1e-13;
/// Estimated errors of two slots' expectations, times this, may separate two values that are the same.
const NOISE: f64 = 40.0;
/// Values of fewer than so many times the noise do not tell selling from waiting where noise is all that separates them.
const TELLING: f64 = 100.0;
/// How much values may bend, relative to themselves, over a step of the prize: by [`Situation::roughness`].
const BENDS: [f64; 2] = [0.125, 0.5];
/// Halvings in the search for the state at which a decision changes.
const HALVINGS: u32 = 60;
/// Halvings of the distance between two states at which she is asked, where her options are worth nearly the same.
const CLOSEST: u32 = 8;

/// An interval of states in which the holder does not wait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stop {
    /// Its lower end.
    pub from: f64,
    /// Its upper end.
    pub to: f64,
    /// What she does there.
    pub decision: Decision,
}

/// What she does at a state.
pub(super) struct Look {
    state: f64,
    decision: Decision,
    /// Whether her values there tell what she does.
    told: bool,
    /// What that is worth.
    pub value: f64,
    /// Π, if there is an auction.
    sale: Option<f64>,
    pub keep: Alternatives,
}

impl Look {
    /// What a decision is worth, if it can be taken.
    fn worth(&self, decision: Decision) -> Option<f64> {
        match decision {
            Decision::Sell => self.sale,
            Decision::Wait => self.keep.wait,
            Decision::Exercise => self.keep.exercise,
        }
    }

    /// By how much a decision beats the best other one.
    fn lead(&self, decision: Decision) -> f64 {
        let worth = |decision: Decision| self.worth(decision).unwrap_or(f64::NEG_INFINITY);
        let others = [Decision::Sell, Decision::Wait, Decision::Exercise];
        let others = others.into_iter().filter(|other| *other != decision).map(worth);
        worth(decision) - others.fold(f64::NEG_INFINITY, f64::max)
    }
}

impl ContinuousTiming {
    /// What she does at a state of a slot and what her options are worth.
    pub(super) fn look(&self, situation: &Situation<'_, '_>, slot: &SlotTiming, state: f64) -> Look {
        let next = self.next(situation.market(), slot.ahead.as_ref(), state);
        self.look_given(situation, slot, state, next)
    }

    /// [`Self::look`], given E[W] of the next slot.
    pub(super) fn look_given(
        &self,
        situation: &Situation<'_, '_>,
        slot: &SlotTiming,
        state: f64,
        next: Option<f64>,
    ) -> Look {
        let market = situation.market();
        let keep = alternatives(market, self.domain.state.prize(state), next);
        let sale = slot.offer.value(state);
        let (decision, value, _) = choose(self.accuracy(), sale, &keep, market.holder().tie());
        let noise = self.noise(slot, value);
        let settled = settled(market.holder().tie(), decision, value, (sale, keep.wait), noise);
        Look {
            state,
            decision: settled.unwrap_or(decision),
            told: settled.is_some(),
            value,
            sale,
            keep,
        }
    }

    /// What may separate two values of this size that are the same.
    fn noise(&self, slot: &SlotTiming, value: f64) -> f64 {
        let behind = self.slots.last().map_or(0.0, |slot| slot.offer.error);
        self.noise_of(slot.offer.error + behind, value)
    }

    /// Given the errors of the auctions of two slots: errors are relative to values larger than the scale.
    fn noise_of(&self, auctions: f64, value: f64) -> f64 {
        let size = (value.abs() / self.scale).max(1.0);
        size * (ROUNDING * self.scale + self.known_to + NOISE * auctions)
    }

    /// The decision at a node, a lead that may be noise being none, and whether selling and waiting tie.
    pub(super) fn told_from_noise(&self, market: &Market, slot: usize, state: f64, node: &Node) -> (Decision, bool) {
        let error = |slot: usize| self.slots.get(slot).map_or(0.0, |slot| slot.offer.error);
        let noise = self.noise_of(error(slot) + error(slot + 1), node.value);
        let sale = sale_value(market, &node.auction, &node.alternatives());
        let tie = market.holder().tie();
        let settled = settled(tie, node.decision, node.value, (sale, node.waiting_value), noise);
        let Some(decision) = settled else {
            let stops = &self.slots[slot].stops;
            let at = stops.partition_point(|stop| stop.to < state);
            let stop = stops.get(at).filter(|stop| stop.from <= state);
            return (stop.map_or(Decision::Wait, |stop| stop.decision), false);
        };
        let separate = sale.zip(node.waiting_value).map(|(sale, wait)| (sale - wait).abs());
        let best = decision != Decision::Exercise;
        let ties = best && separate.is_some_and(|separate| separate <= noise) && node.value > TELLING * noise;
        (decision, node.indifferent || ties)
    }

    /// How well values are known, relative to themselves.
    pub(super) fn accuracy(&self) -> f64 {
        ((self.error + self.known_to) / self.scale).max(1e-12)
    }

    /// Where she does not wait.
    pub(super) fn find_stops(
        &self,
        situation: &Situation<'_, '_>,
        slot: usize,
        nexts: Option<&[f64]>,
        made: &SlotTiming,
    ) -> Vec<Stop> {
        let (low, high) = self.domain.ends();
        if made.ahead.is_none() && situation.market().holder().own_cost().is_none() {
            debug_assert_eq!(slot, situation.market().ticket().maturity());
            return vec![Stop {
                from: low,
                to: high,
                decision: Decision::Sell,
            }];
        }
        let points = self.domain.points().iter().enumerate();
        let mut states: Vec<(f64, Option<usize>)> = points.map(|(k, &state)| (state, Some(k))).collect();
        for stretch in &made.offer.stretches {
            let inside = 1e-9 * (stretch.to - stretch.from);
            states.extend([stretch.from + inside, stretch.to - inside].map(|state| (state, None)));
        }
        states.retain(|(state, _)| (low..=high).contains(state));
        states.sort_by(|a, b| a.0.total_cmp(&b.0));
        if situation.market().holder().own_cost().is_none() {
            // Below the auctions that are followed there is nothing but to wait.
            let lowest = made.offer.stretches.first().map_or(high, |stretch| stretch.from);
            let below = states.partition_point(|(state, _)| *state < lowest);
            states.drain(..below.saturating_sub(1));
        }
        let looks = states.into_iter().map(|(state, point)| {
            let known = point.and_then(|k| nexts.map(|nexts| nexts[k.min(nexts.len() - 1)]));
            match known {
                Some(next) => self.look_given(situation, made, state, Some(next)),
                None => self.look(situation, made, state),
            }
        });
        let mut looks: Vec<Look> = looks.collect();
        // Where her values are too small to tell she does as at the next higher prize where they are not.
        for k in (1..looks.len()).rev() {
            if !looks[k - 1].told {
                looks[k - 1].decision = looks[k].decision;
            }
        }
        let mut changes = Vec::new();
        for pair in looks.windows(2) {
            self.find_changes(situation, made, (&pair[0], &pair[1]), CLOSEST, &mut changes);
        }
        let mut stops = Vec::new();
        let (mut from, mut decision) = (low, looks[0].decision);
        for (edge, after) in changes.into_iter().chain([(high, decision)]) {
            if decision != Decision::Wait && edge > from {
                stops.push(Stop {
                    from,
                    to: edge,
                    decision,
                });
            }
            (from, decision) = (edge, after);
        }
        stops
    }

    /// Adds the states between two others at which her decision changes, and to what.
    ///
    /// Over a step of the prize values bend by about their own size: where what she does leads by more than that allows
    /// in between, nothing happens there. Else she is asked in the middle too.
    fn find_changes(
        &self,
        situation: &Situation<'_, '_>,
        made: &SlotTiming,
        (a, b): (&Look, &Look),
        depth: u32,
        changes: &mut Vec<(f64, Decision)>,
    ) {
        let (before, after) = (a.lead(a.decision), b.lead(a.decision));
        let size = a.value.abs().max(b.value.abs());
        let width = (b.state - a.state) / self.domain.state.volatility;
        let bend = BENDS[situation.roughness()] * width * width * size;
        let surely = if a.decision == b.decision {
            before.min(after) > bend
        } else {
            before - after > 4.0 * bend
        };
        let noise = self.noise(made, size);
        let tie = !(a.told && b.told) || before.abs() <= noise && after.abs() <= noise;
        let middle = 0.5 * (a.state + b.state);
        if !(surely || tie || depth == 0 || middle <= a.state || middle >= b.state) {
            let middle = self.look(situation, made, middle);
            self.find_changes(situation, made, (a, &middle), depth - 1, changes);
            self.find_changes(situation, made, (&middle, b), depth - 1, changes);
        } else if a.decision != b.decision {
            changes.extend(self.edges(situation, made, (a.state, b.state), (a.decision, b.decision)));
        }
    }

    /// Where an unsold ticket begins or ceases to be used at once.
    pub(super) fn find_fallbacks(&self, situation: &Situation<'_, '_>, made: &SlotTiming) -> Vec<f64> {
        let market = situation.market();
        let goes_on = matches!(market.holder().sale(), Sale::UntilSold(_));
        if goes_on {
            self.fallback_changes(market, made.ahead.as_ref())
        } else {
            Vec::new()
        }
    }

    /// Where using a ticket at once and keeping it become worth the same.
    pub(super) fn fallback_changes(&self, market: &Market, ahead: Option<&Ahead>) -> Vec<f64> {
        if market.holder().own_cost().is_none() {
            return Vec::new();
        }
        let uses = |state: f64| {
            let next = self.next(market, ahead, state);
            alternatives(market, self.domain.state.prize(state), next).exercises()
        };
        let points = self.domain.points();
        let changed = points.windows(2).filter(|pair| uses(pair[0]) != uses(pair[1]));
        changed
            .map(|pair| {
                let before = uses(pair[0]);
                changes(pair[0], pair[1], |state| uses(state) == before)
            })
            .collect()
    }

    /// Where between two states her decision changes, and to what. Where two of her options are worth the same, the third
    /// may be worth more: then it is best on both sides of that state.
    fn edges(
        &self,
        situation: &Situation<'_, '_>,
        made: &SlotTiming,
        (a, b): (f64, f64),
        (before, after): (Decision, Decision),
    ) -> Vec<(f64, Decision)> {
        let edge = self.edge(situation, made, (a, b), (before, after));
        let between = self.look(situation, made, edge).decision;
        if between == before || between == after || edge <= a || edge >= b {
            return vec![(edge, after)];
        }
        vec![
            (self.edge(situation, made, (a, edge), (before, between)), between),
            (self.edge(situation, made, (edge, b), (between, after)), after),
        ]
    }

    /// Where between two states her decision changes: where the values of the two cross, if they do.
    fn edge(
        &self,
        situation: &Situation<'_, '_>,
        made: &SlotTiming,
        (a, b): (f64, f64),
        (before, after): (Decision, Decision),
    ) -> f64 {
        let lead = |state: f64| {
            let look = self.look(situation, made, state);
            match (look.worth(before), look.worth(after)) {
                (Some(before), Some(after)) => before - after,
                (Some(_), None) => 1.0,
                (None, _) => -1.0,
            }
        };
        if lead(a) > 0.0 && lead(b) < 0.0 {
            return root::bracketed(a, b, lead).unwrap_or(b);
        }
        changes(a, b, |state| self.look(situation, made, state).decision == before)
    }
}

/// What is done by the rule for ties where selling and waiting are separated by no more than noise; `None` where who sells
/// early cannot tell because they are worth no more than that.
fn settled(
    tie: Tie,
    decision: Decision,
    value: f64,
    (sale, wait): (Option<f64>, Option<f64>),
    noise: f64,
) -> Option<Decision> {
    let (Some(sale), Some(wait)) = (sale, wait) else {
        return Some(decision);
    };
    if decision == Decision::Exercise || value - sale.min(wait) > noise {
        return Some(decision);
    }
    match tie {
        Tie::Late => Some(Decision::Wait),
        Tie::Early => (value > TELLING * noise).then_some(Decision::Sell),
    }
}

/// Where in [a, b] `same` ceases to hold, which holds at a and not at b, to rounding.
pub(super) fn changes(a: f64, b: f64, same: impl Fn(f64) -> bool) -> f64 {
    let (mut a, mut b) = (a, b);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (a + b);
        if middle <= a || middle >= b {
            break;
        }
        if same(middle) {
            a = middle;
        } else {
            b = middle;
        }
    }
    b
}
