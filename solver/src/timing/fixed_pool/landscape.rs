//! What each cutoff is worth at one node: J(y; s), the s* that makes it stationary, and the best cutoff of a stretch.

use super::axis::CostAxis;
use super::surplus::{Panel, Surplus, Terrain};
use crate::numerics::root;

/// Γ̂ that falls by less than this over a panel, relative, does not fall.
const FLAT: f64 = 1e-12;
/// The same on the panel that ends at hi, where Q and with it Γ̂′ may vanish.
const FLAT_AT_TOP: f64 = 1e-9;
/// From here to the end of a panel that ends at hi, s* is extrapolated.
const NEAR_TOP: f64 = 0.995;
/// What the slope of a series may be off by, relative to the function, per unit of its panel: the tolerance of a fit times
/// the square of its degree.
const SLOPE_NOISE: f64 = 4e-10;

/// A cutoff, by its panel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub panel: usize,
    /// From 0 at the panel's left end to 1.
    pub u: f64,
}

/// Cutoffs [u0, u1] of a panel on which s* falls from s0 to s1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arc {
    pub panel: usize,
    pub u0: f64,
    pub u1: f64,
    pub s0: f64,
    pub s1: f64,
}

/// One node's J.
#[derive(Clone, Copy)]
pub(super) struct Landscape<'a> {
    pub panels: &'a [Panel],
    pub terrain: &'a [Terrain],
    /// −Q(hi) times the gain of the type hi from a given price below her value, where she may win; Γ̂ at hi then.
    pub top: Option<f64>,
    /// K paid by everyone who takes part, with the law that says how many.
    pub fee: Option<(f64, &'a CostAxis)>,
}

impl<'a> Landscape<'a> {
    pub fn of(surplus: &'a Surplus, state: usize) -> Self {
        Self {
            panels: &surplus.panels,
            terrain: surplus.of(state),
            top: None,
            fee: None,
        }
    }

    /// y.
    pub fn cost(&self, place: Place) -> f64 {
        let panel = &self.panels[place.panel];
        if place.u >= 1.0 {
            panel.right
        } else {
            panel.left + place.u * (panel.right - panel.left)
        }
    }

    /// Γ̂(y) over Q at the panel's left end.
    pub fn gap(&self, place: Place) -> f64 {
        if let Some(top) = self.top
            && place.u >= 1.0
            && place.panel + 1 == self.panels.len()
        {
            return top * (-self.panels[place.panel].log_rivals).exp();
        }
        self.terrain[place.panel].gap.value(place.u)
    }

    /// S(y).
    pub fn survival(&self, place: Place) -> f64 {
        let panel = &self.panels[place.panel];
        if place.u <= 0.0 {
            panel.survivals[0]
        } else if place.u >= 1.0 {
            panel.survivals[1]
        } else {
            panel.survival.value(place.u)
        }
    }

    /// J(y; s) over Q at the panel's left end, and the size of its parts.
    pub fn worth(&self, place: Place, s: f64) -> (f64, f64) {
        let rents = (s - self.survival(place)) * self.gap(place);
        let forgone = self.terrain[place.panel].forgone.value(place.u);
        let paid = (s - self.survival(place)) * self.fee(place.panel, s);
        (rents - forgone - paid, rents.abs() + forgone.abs() + paid)
    }

    /// K Q(c) over Q at a panel's left end, s = S(c).
    fn fee(&self, panel: usize, s: f64) -> f64 {
        match self.fee {
            Some((cost, axis)) => cost * (axis.log_rivals_at(s) - self.panels[panel].log_rivals).exp(),
            None => 0.0,
        }
    }

    /// f Q (λ − K), the slope of J at y = c, times the panel's width: whether types are worth selling to.
    pub fn excess(&self, place: Place) -> f64 {
        let pressure = self.terrain[place.panel].pressure.value(place.u);
        if self.fee.is_none() {
            return pressure;
        }
        pressure - self.fee(place.panel, self.survival(place)) * self.panels[place.panel].density.value(place.u)
    }

    /// s*(y), infinite where Γ̂ does not fall; and what it may be off by.
    ///
    /// At hi both terms of the slope may vanish: s* is then S, whatever rounding makes of their ratio.
    /// On the last thousandths of a panel it is therefore extrapolated.
    pub fn stationary(&self, place: Place) -> (f64, f64) {
        if self.panels[place.panel].survivals[1] > 0.0 || place.u <= NEAR_TOP {
            return self.stationary_inside(place);
        }
        let at = |u: f64| self.stationary_inside(Place { panel: place.panel, u });
        let (near, before) = (at(NEAR_TOP), at(2.0 * NEAR_TOP - 1.0));
        let share = (place.u - NEAR_TOP) / (1.0 - NEAR_TOP);
        if !near.0.is_finite() || !before.0.is_finite() {
            return near;
        }
        ((near.0 + share * (near.0 - before.0)).max(0.0), near.1 + before.1)
    }

    fn stationary_inside(&self, place: Place) -> (f64, f64) {
        let terrain = &self.terrain[place.panel];
        let (fall, pressure) = (terrain.fall.value(place.u), terrain.pressure.value(place.u));
        let survival = self.survival(place);
        let size = terrain.gap.value(0.0).abs();
        let survivals = self.panels[place.panel].survivals;
        let flat = if survivals[1] == 0.0 { FLAT_AT_TOP } else { FLAT };
        if fall <= flat * size && self.fee.is_none() {
            return if pressure > flat * terrain.pressure.value(0.0).abs() {
                (f64::INFINITY, 0.0)
            } else {
                (survival, f64::INFINITY)
            };
        }
        if self.fee.is_some() {
            return self.stationary_with_fee(place, (pressure, fall), size);
        }
        let excess = pressure / fall;
        let range = excess.abs() + survivals[0] - survivals[1];
        (survival + excess, range * SLOPE_NOISE * size / fall)
    }

    /// The same where participants pay: f Q λ = (s − S) (−Γ̂′) + K Q(c) f, whose right side rises in s.
    fn stationary_with_fee(&self, place: Place, (pressure, fall): (f64, f64), size: f64) -> (f64, f64) {
        let survival = self.survival(place);
        let density = self.panels[place.panel].density.value(place.u);
        let slope = |s: f64| pressure - (s - survival) * fall - self.fee(place.panel, s) * density;
        let (here, at_lowest) = (slope(survival), slope(1.0));
        // How fast it rises on average.
        let rise = (here - at_lowest) / (1.0 - survival).max(f64::MIN_POSITIVE);
        let survivals = self.panels[place.panel].survivals;
        let noise = SLOPE_NOISE * size * (1.0 + survivals[0] - survivals[1]) / rise.max(f64::MIN_POSITIVE);
        if here <= 0.0 {
            return (survival, noise);
        }
        if at_lowest > 0.0 {
            let beyond = 1.0 + at_lowest / rise;
            return if beyond.is_finite() && rise > 0.0 {
                (beyond, noise)
            } else {
                (f64::INFINITY, 0.0)
            };
        }
        let star = root::bracketed_within(survival, 1.0, 1e-16, slope).unwrap_or(survival);
        (star, noise.min(1.0))
    }

    /// The best cutoff of an arc.
    pub fn best(&self, arc: &Arc, s: f64) -> Place {
        let at = |u: f64| Place { panel: arc.panel, u };
        if s >= arc.s0 {
            return at(arc.u0);
        }
        if s <= arc.s1 {
            return at(arc.u1);
        }
        let terrain = &self.terrain[arc.panel];
        let fee = self.fee(arc.panel, s);
        let density = &self.panels[arc.panel].density;
        let slope = |u: f64| {
            let paid = if fee == 0.0 { 0.0 } else { fee * density.value(u) };
            terrain.pressure.value(u) - (s - self.survival(at(u))) * terrain.fall.value(u) - paid
        };
        let mut end = arc.u1;
        if self.panels[arc.panel].survivals[1] == 0.0 && end > NEAR_TOP && arc.u0 < NEAR_TOP {
            let near = self.stationary(at(NEAR_TOP)).0;
            if s < near {
                return at(NEAR_TOP + (end - NEAR_TOP) * (near - s) / (near - arc.s1));
            }
            end = NEAR_TOP;
        }
        let found = root::bracketed_within(arc.u0, end, 1e-15, slope);
        // The ends of an arc are stationary at s0 and s1 up to rounding: the nearer one then.
        let nearer = if arc.s0 - s < s - arc.s1 { arc.u0 } else { arc.u1 };
        at(found.unwrap_or(nearer))
    }

    /// J of `new` less J of `old`, at their best, over Q at the left end of the panel of `new`; `new` is to the left.
    pub fn lead(&self, new: &Arc, old: &Arc, s: f64) -> f64 {
        let rescale = (self.panels[old.panel].log_rivals - self.panels[new.panel].log_rivals).exp();
        self.worth(self.best(new, s), s).0 - rescale * self.worth(self.best(old, s), s).0
    }
}
