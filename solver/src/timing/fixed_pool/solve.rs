//! Backward induction for a holder who cannot commit to future reserves, nor to stop.

use super::axis::{CostAxis, NARROWEST_AT_TOP};
use super::envelope::Envelope;
use super::gaps::{Cutoff, Fineness, Rule};
use super::landscape::{Landscape, Place};
use super::piecewise::Piecewise;
use super::surplus::{Ahead, Profiles, Surplus, Terms};
use crate::auction::Competition;
use crate::cost::Tail;
use crate::error::SolveError;
use crate::exercise::TicketValues;
use crate::market::{Market, Participation, Pool, Reserve, Sale, Unsupported};
use crate::prize::FinitePrizes;
use crate::settings::{Settings, Stage};
use crate::timing::choice::TIE;

/// The accuracy aimed at.
pub(super) const FINE: Fineness = Fineness {
    tolerance: 1e-12,
    narrowest: 1e-8,
    jump: 1e-8,
};

/// Ten times coarser, to see what changes.
pub(super) const COARSE: Fineness = Fineness {
    tolerance: 1e-11,
    narrowest: 1e-7,
    jump: 1e-7,
};

/// ln Q just below hi at least: where it falls further, what is left after many failed auctions is too unlikely to be
/// told from nothing. Thirty buyers with uniform costs, fewer where costs near hi are rare.
const DEEPEST_LOG: f64 = -220.0;

/// Panels × states kept at most, over all slots: about 600 bytes each.
const MOST_PANELS: usize = 2_500_000;

/// The equilibrium of repeated auctions among the same buyers by a holder without commitment.
#[derive(Debug, Clone)]
pub struct FixedPool {
    prizes: FinitePrizes,
    axis: CostAxis,
    reserve: Reserve,
    terms: Terms,
    pub(super) slots: Vec<Slot>,
    scale: f64,
    fineness: Fineness,
    deviation: f64,
    error: f64,
}

/// One slot.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub profiles: Profiles,
    pub surplus: Surplus,
    pub envelopes: Vec<Envelope>,
    /// Γ̂ at hi, by state, where it is not the limit from below.
    pub tops: Vec<Option<f64>>,
}

/// What the holder does at a slot, prize and lowest cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    /// y, the highest cost that takes part, ETH; c where the holder waits.
    pub cutoff: f64,
    /// ρ, ETH; `None` where the holder waits.
    pub reserve: Option<f64>,
}

/// What the holder does at a slot, prize and lowest cost, and what it is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoCommitment {
    /// y, the highest cost that takes part, ETH; c where the holder waits.
    pub cutoff: f64,
    /// ρ, ETH; `None` where the holder waits.
    pub reserve: Option<f64>,
    /// W, the holder's value, ETH.
    pub value: f64,
    /// u, the gain of a buyer of cost c, ETH.
    pub lowest_gain: f64,
}

/// What a market with a fixed pool asks for and cannot be solved yet; empty also for every other market.
#[must_use]
pub fn unsupported(market: &Market) -> Vec<Unsupported> {
    let mut list = Vec::new();
    if market.holder().sale() != Sale::UntilSold(Pool::Fixed) {
        return list;
    }
    let pays = matches!(market.participation(), Participation::ParticipantPays { cost, .. } if cost > 0.0);
    if pays && market.auction().reserve() != Reserve::Optimal {
        list.push(Unsupported {
            key: "participation.payer",
            what: "a cost paid by the participants of a fixed pool at a price that is given",
        });
    }
    let law = market.buyers().cost();
    let below = law.upper() - NARROWEST_AT_TOP * (law.upper() - law.lower());
    if Competition::from(market.buyers().count()).log_rivals_above(&Tail::at(law, below)) < DEEPEST_LOG {
        list.push(Unsupported {
            key: "buyers.count",
            what: "a fixed pool of so many buyers (at most about 30 with uniform costs, fewer where high costs are rare)",
        });
    }
    if market.holder().own_cost().is_some() {
        list.push(Unsupported {
            key: "holder.own_cost",
            what: "the holder's own use of a ticket with a fixed pool of buyers",
        });
    }
    list
}

/// Solves a market whose holder auctions to the same buyers until the ticket is sold, twice: the change from the
/// coarser to the finer solution is the error reported.
///
/// # Errors
/// [`SolveError::TooManyJumps`] where the cutoff jumps so often that the solution would not fit in memory.
pub fn solve(market: &Market, prizes: &FinitePrizes, settings: &Settings<'_>) -> Result<FixedPool, SolveError> {
    let slots = market.ticket().maturity() + 1;
    let coarse = solve_to(market, prizes, COARSE, |done| {
        settings.report(Stage::Induction, done, 2 * slots);
    })?;
    let rough = coarse.seller_value();
    drop(coarse);
    let mut fine = solve_to(market, prizes, FINE, |done| {
        settings.report(Stage::Induction, slots + done, 2 * slots);
    })?;
    fine.error = (fine.seller_value() - rough).abs().max(fine.deviation);
    Ok(fine)
}

/// As [`solve`], once, as fine as given; `report` is told how many slots are done.
pub(super) fn solve_to(
    market: &Market,
    prizes: &FinitePrizes,
    fineness: Fineness,
    report: impl Fn(usize),
) -> Result<FixedPool, SolveError> {
    let axis = CostAxis::new(
        market.buyers().shared_cost(),
        Competition::from(market.buyers().count()),
    );
    let kept = market.ticket().survival_probability();
    let terms = Terms {
        buyers: kept * market.buyers_discount_factor(),
        holder: kept * market.holder().discount_factor(),
        winner_cost: market.participation().winner_cost(),
        participant_cost: market.participation().participant_cost(),
    };
    let maturity = market.ticket().maturity();
    let scale = (prizes.largest(maturity) - axis.lower()).max(f64::MIN_POSITIVE);
    let mut pool = FixedPool {
        prizes: prizes.clone(),
        axis,
        reserve: market.auction().reserve(),
        terms,
        slots: Vec::with_capacity(maturity + 1),
        scale,
        fineness,
        deviation: 0.0,
        error: f64::INFINITY,
    };
    let mut values = TicketValues::at_maturity(market, prizes);
    let mut ahead: Option<Ahead> = None;
    let mut kept_panels = 0;
    for slot in (0..=maturity).rev() {
        if slot < maturity {
            values.step_back();
        }
        let (mut solved, back) = pool.step(profiles(&values, prizes.size()), ahead.as_ref());
        solved.surplus.forget_worth();
        kept_panels += solved.surplus.terrain.len();
        if kept_panels > MOST_PANELS {
            return Err(SolveError::TooManyJumps {
                slots: maturity + 1,
                states: prizes.size(),
                solved: maturity - slot,
            });
        }
        pool.slots.push(solved);
        ahead = Some(back);
        report(maturity - slot + 1);
    }
    pool.slots.reverse();
    Ok(pool)
}

fn profiles(values: &TicketValues<'_>, size: usize) -> Profiles {
    let knots = values.knots().to_vec();
    Profiles {
        values: ndarray::Array2::from_shape_fn((size, knots.len()), |(state, k)| values.profile(state).values()[k]),
        discounts: values.discounts().to_owned(),
        knots,
    }
}

impl FixedPool {
    fn step(&mut self, now: Profiles, ahead: Option<&Ahead>) -> (Slot, Ahead) {
        let surplus = Surplus::new(&self.axis, &self.prizes, self.terms, &now, ahead, self.scale);
        let size = self.prizes.size();
        let mut envelopes = Vec::with_capacity(size);
        let mut gaps = Vec::with_capacity(size);
        let mut losses = Vec::with_capacity(size);
        let mut tops = Vec::with_capacity(size);
        let step = self.fineness.step();
        let mut any_loss = false;
        let mut deviation = self.deviation;
        for state in 0..size {
            let mut landscape = Landscape {
                fee: self.fee(),
                ..Landscape::of(&surplus, state)
            };
            let given = match self.reserve {
                Reserve::Optimal => None,
                Reserve::None => Some(0.0),
                Reserve::Price(price) => Some(price),
            };
            let envelope = match given {
                None => Envelope::optimal(&self.axis, landscape, step),
                Some(price) => {
                    let cutoff = self.largest_buyer(&now, &surplus, state, price);
                    landscape.top = self.slack(&now, landscape, state, cutoff, price);
                    Envelope::given(&self.axis, landscape, cutoff, step, ahead.is_none())
                }
            };
            tops.push(landscape.top);
            let rule = Rule {
                axis: &self.axis,
                landscape,
                envelope: &envelope,
                scale: self.scale,
                fineness: self.fineness,
            };
            let (gap, worst) = rule.gaps();
            deviation = deviation.max(worst);
            gaps.push(gap);
            let loss = rule.losses(&surplus, state);
            any_loss |= loss.is_some();
            losses.push(loss.unwrap_or_else(|| Piecewise::zero(&self.axis)));
            envelopes.push(envelope);
        }
        self.deviation = deviation;
        if !any_loss {
            losses.clear();
        }
        let back = Ahead {
            profiles: now.clone(),
            gaps,
            losses,
        };
        let slot = Slot {
            profiles: now,
            surplus,
            envelopes,
            tops,
        };
        (slot, back)
    }

    /// What everyone who takes part pays, if anything.
    fn fee(&self) -> Option<(f64, &CostAxis)> {
        let cost = self.terms.participant_cost;
        (cost > 0.0).then_some((cost, &self.axis))
    }

    /// The largest type that prefers paying `price` now to waiting, at a price that does not depend on c.
    fn largest_buyer(&self, now: &Profiles, surplus: &Surplus, state: usize, price: f64) -> Option<Place> {
        let landscape = Landscape::of(surplus, state);
        let prefers = |place: Place| {
            let cost = landscape.cost(place);
            let value = now.value(state, cost) - self.terms.winner_cost;
            let worth = self.marginal_price(now, state, landscape, place) - price;
            if value > 0.0 {
                worth
            } else {
                worth.min(-f64::MIN_POSITIVE)
            }
        };
        for panel in (0..landscape.panels.len()).rev() {
            // Just inside hi, where Q may vanish.
            let ends = [Place { panel, u: 0.0 }, Place { panel, u: 1.0 - 1e-9 }];
            if prefers(ends[1]) >= 0.0 {
                return Some(Place { panel, u: 1.0 });
            }
            if prefers(ends[0]) > 0.0 {
                let u = crate::numerics::root::bracketed(0.0, ends[1].u, |u| prefers(Place { panel, u }));
                return u.filter(|u| *u > 0.0).map(|u| Place { panel, u });
            }
        }
        None
    }

    /// Γ̂ at hi when all types buy at `price` and the type hi gains by it, because nobody else may be there.
    fn slack(
        &self,
        now: &Profiles,
        landscape: Landscape<'_>,
        state: usize,
        cutoff: Option<Place>,
        price: f64,
    ) -> Option<f64> {
        let all = cutoff.is_some_and(|place| place.panel + 1 == landscape.panels.len() && place.u >= 1.0);
        let rivals = self.axis.log_rivals(self.axis.upper()).exp();
        let gain = now.value(state, self.axis.upper()) - self.terms.winner_cost - price;
        (all && rivals > 0.0 && gain > 0.0).then_some(-rivals * gain)
    }

    /// v_t(y) − δ_b E u_{t+1}(y): the price at which y is indifferent between buying and waiting.
    fn marginal_price(&self, now: &Profiles, state: usize, landscape: Landscape<'_>, place: Place) -> f64 {
        let cost = landscape.cost(place);
        let gap = landscape.gap(place) * (landscape.panels[place.panel].log_rivals - self.axis.log_rivals(cost)).exp();
        now.value(state, cost) - self.terms.winner_cost - self.rent(now, state, cost) + gap
    }

    /// ∫_c^hi D Q dx / Q(c).
    fn rent(&self, now: &Profiles, state: usize, cost: f64) -> f64 {
        self.axis.rent(
            cost,
            self.axis.upper(),
            |inside| now.discount(state, inside),
            &now.knots,
        )
    }

    /// The rule of one node.
    pub(super) fn rule(&self, slot: usize, state: usize) -> Rule<'_> {
        let solved = &self.slots[slot];
        Rule {
            axis: &self.axis,
            landscape: Landscape {
                top: solved.tops[state],
                fee: self.fee(),
                ..Landscape::of(&solved.surplus, state)
            },
            envelope: &solved.envelopes[state],
            scale: self.scale,
            fineness: self.fineness,
        }
    }

    /// The choice at (t, r, c).
    pub(super) fn choice(&self, slot: usize, state: usize, cost: f64) -> Cutoff {
        self.rule(slot, state).choose(cost)
    }

    /// What the holder does at slot t, state r when no remaining cost is below `cost`.
    #[must_use]
    pub fn offer(&self, slot: usize, state: usize, cost: f64) -> Offer {
        self.offer_of(slot, state, cost, &self.choice(slot, state, cost))
    }

    fn offer_of(&self, slot: usize, state: usize, cost: f64, choice: &Cutoff) -> Offer {
        let reserve = (!choice.waits).then(|| {
            let profiles = &self.slots[slot].profiles;
            let log_rivals = self.axis.log_rivals(choice.cost);
            // Where Q(y) = 0 what y would gain by waiting vanishes too.
            let gap = if log_rivals == f64::NEG_INFINITY {
                0.0
            } else {
                choice.gap * (self.axis.log_rivals(cost) - log_rivals).exp()
            };
            match self.reserve {
                Reserve::None => 0.0,
                Reserve::Price(price) => price,
                Reserve::Optimal => {
                    profiles.value(state, choice.cost)
                        - self.terms.winner_cost
                        - self.rent(profiles, state, choice.cost)
                        + gap
                        - self.fee_alone(cost, choice.cost)
                }
            }
        });
        Offer {
            cutoff: choice.cost.max(cost),
            reserve,
        }
    }

    /// Whether the holder, who waits here, would be as well off selling.
    #[must_use]
    pub(crate) fn ties(&self, slot: usize, state: usize, cost: f64) -> bool {
        self.rule(slot, state).ties(cost, TIE)
    }

    /// K/Q_c(y): what the marginal type must be left to take part, who wins only if she is alone.
    fn fee_alone(&self, lowest: f64, cutoff: f64) -> f64 {
        match self.terms.participant_cost {
            0.0 => 0.0,
            cost => cost * (self.axis.log_rivals(lowest) - self.axis.log_rivals(cutoff)).exp(),
        }
    }

    /// The holder's choice and values at slot t, state r when no remaining cost is below `cost`.
    ///
    /// The value is a sum over the slots ahead, all at this c: each adds what selling then earns over waiting.
    #[must_use]
    pub fn at(&self, slot: usize, state: usize, cost: f64) -> NoCommitment {
        let choice = self.choice(slot, state, cost);
        let offer = self.offer_of(slot, state, cost, &choice);
        NoCommitment {
            cutoff: offer.cutoff,
            reserve: offer.reserve,
            value: self.values(slot, cost)[state],
            lowest_gain: self.lowest_gain_of(slot, state, cost, &choice),
        }
    }

    /// u_t(c; r, c): what a buyer of cost c gains when no remaining cost is lower, ETH.
    #[must_use]
    pub fn lowest_gain(&self, slot: usize, state: usize, cost: f64) -> f64 {
        self.lowest_gain_of(slot, state, cost, &self.choice(slot, state, cost))
    }

    fn lowest_gain_of(&self, slot: usize, state: usize, cost: f64, choice: &Cutoff) -> f64 {
        self.rent(&self.slots[slot].profiles, state, cost) - choice.gap
    }

    /// W_t(·, c) of all states, ETH.
    #[must_use]
    pub fn values(&self, slot: usize, cost: f64) -> Vec<f64> {
        let per_unit = self.axis.expected() * (self.axis.log_rivals(cost) - self.axis.log_none_below(cost)).exp();
        let mut values = vec![0.0; self.prizes.size()];
        if !per_unit.is_finite() {
            // Nobody is left at hi.
            return values;
        }
        for later in (slot..self.slots.len()).rev() {
            let expected = self.prizes.expect(&values);
            for (state, value) in values.iter_mut().enumerate() {
                let kept = if later + 1 < self.slots.len() {
                    expected[state]
                } else {
                    0.0
                };
                // Never negative but by rounding: she may wait for ever.
                *value = (per_unit * self.choice(later, state, cost).gain + self.terms.holder * kept).max(0.0);
            }
        }
        values
    }

    /// v_t(θ, r): what winning is worth, the winner's cost taken off, ETH.
    #[must_use]
    pub fn winning_value(&self, slot: usize, state: usize, cost: f64) -> f64 {
        self.slots[slot].profiles.value(state, cost) - self.terms.winner_cost
    }

    /// Q_c(θ): the probability that all rivals of a buyer have costs above `cost`, given that they are above `lowest`.
    #[must_use]
    pub fn win_probability(&self, lowest: f64, cost: f64) -> f64 {
        (self.axis.log_rivals(cost) - self.axis.log_rivals(lowest)).exp()
    }

    /// v − β of the first-price auction with cutoff y and reserve price ρ, for a type up to y:
    /// \[(v(y) − ρ) Q(y) + ∫_θ^y D Q dx\]/Q(θ), whatever costs have been ruled out before.
    #[must_use]
    pub fn shading(&self, slot: usize, state: usize, cost: f64, cutoff: f64, reserve: f64) -> f64 {
        let profiles = &self.slots[slot].profiles;
        let log_rivals = self.axis.log_rivals(cost);
        if log_rivals == f64::NEG_INFINITY {
            return 0.0;
        }
        let marginal = self.winning_value(slot, state, cutoff) - reserve;
        let alone = (self.axis.log_rivals(cutoff) - log_rivals).exp();
        let rents = self
            .axis
            .rent(cost, cutoff, |inside| profiles.discount(state, inside), &profiles.knots);
        marginal * alone + rents
    }

    /// How many slots there are: T + 1.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// The law of the remaining buyers' costs and number.
    pub(crate) fn axis(&self) -> &CostAxis {
        &self.axis
    }

    /// The prizes.
    pub(crate) fn prizes(&self) -> &FinitePrizes {
        &self.prizes
    }

    /// δ_b and δ across one slot, a lottery ticket's survival included, and what winning costs.
    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// D_t of a state on the axis, as a step function: its knots and its values between them.
    pub(crate) fn profiles(&self, slot: usize) -> &Profiles {
        &self.slots[slot].profiles
    }

    /// W_0(R_0), ETH.
    #[must_use]
    pub fn seller_value(&self) -> f64 {
        self.prizes.at_start(|state| self.at(0, state, self.axis.lower()).value)
    }

    /// How far the holder's value may be off, ETH: the change of W_0 when everything is kept ten times coarser, or, if
    /// larger, the deviation of what is handed from slot to slot. An estimate, not a bound: a cutoff that is nearly
    /// indifferent between two places may move by the root of this.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.error
    }
}
