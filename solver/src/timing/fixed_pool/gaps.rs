//! What a node's cutoff rule hands back to the slot before: ζ̂ as a function of the lowest cost.

use super::axis::{CostAxis, NARROWEST_AT_TOP};
use super::envelope::{Choice, Envelope};
use super::landscape::{Landscape, Place};
use super::piecewise::Piecewise;
use super::surplus::Surplus;
use crate::numerics::chebyshev::{POINTS, Series, points};

/// ζ smaller than this, relative to ticket values, need not be accurate relative to itself.
const ROUNDED: f64 = 1e-3;
/// How finely the functions handed from slot to slot are kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fineness {
    /// Of a fit, relative.
    pub tolerance: f64,
    /// Panels are not split below this fraction of the support.
    pub narrowest: f64,
    /// Cutoffs that differ by less than this, relative to the support, across a lowest cost do not jump there.
    ///
    /// A step of ζ̂ becomes a jump of the size of its root one slot earlier: a step of rounding would take three slots
    /// to spoil everything, so none is let through.
    pub jump: f64,
}

impl Fineness {
    /// ζ̂ that steps by less than this, relative, does not step: its root would be no jump.
    pub fn step(&self) -> f64 {
        (self.jump * self.jump).max(2e-13)
    }
}

/// Splits of a stretch between jumps at most.
const DEEPEST: u32 = 14;
/// Where the fit is tried, beside the points.
const TRIED: [f64; 5] = [0.001, 0.23, 0.49, 0.77, 0.999];

/// One node's cutoff rule with what it is worth.
pub(super) struct Rule<'a> {
    pub axis: &'a CostAxis,
    pub landscape: Landscape<'a>,
    pub envelope: &'a Envelope,
    /// The size of ticket values, ETH.
    pub scale: f64,
    pub fineness: Fineness,
}

/// The holder's choice at one lowest cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cutoff {
    /// y, ETH.
    pub cost: f64,
    /// Γ̂(y)/Q(c).
    pub gap: f64,
    /// (Ŵ − δ E Ŵ_{t+1})/(n̄ Q(c)): what selling earns over waiting.
    pub gain: f64,
    pub waits: bool,
}

impl Rule<'_> {
    /// The choice at c as one segment has it.
    pub fn at(&self, segment: usize, cost: f64) -> Cutoff {
        let s = self.axis.survival(cost);
        let log_reference = self.axis.log_rivals(cost);
        let here = self.place(cost);
        let place = match self.envelope.segments[segment].choice {
            Choice::Wait(panel) => self.place_in(panel, cost),
            Choice::Fixed(place) => place,
            Choice::Moving(arc) => self.landscape.best(&arc, s),
        };
        let waits = matches!(self.envelope.segments[segment].choice, Choice::Wait(_));
        // At hi Q may be 0: no buyer is left to gain anything.
        let rescale = |panel: usize| match log_reference {
            f64::NEG_INFINITY => 0.0,
            _ => (self.landscape.panels[panel].log_rivals - log_reference).exp(),
        };
        let gain = if waits {
            0.0
        } else {
            let forgone = self.landscape.terrain[here.panel].forgone.value(here.u);
            rescale(place.panel) * self.landscape.worth(place, s).0 + rescale(here.panel) * forgone
        };
        Cutoff {
            cost: if waits {
                cost
            } else {
                self.landscape.cost(place).max(cost)
            },
            gap: self.landscape.gap(place) * rescale(place.panel),
            gain,
            waits,
        }
    }

    /// The choice at c; at a jump the smaller cutoff.
    pub fn choose(&self, cost: f64) -> Cutoff {
        self.at(self.envelope.segment(self.axis.survival(cost)), cost)
    }

    /// Whether selling to a thousandth of the remaining buyers or more is worth as much as waiting, at a c where she
    /// waits: relative to ticket values the two differ by less than `tie`.
    pub fn ties(&self, cost: f64, tie: f64) -> bool {
        let (s, here) = (self.axis.survival(cost), self.place(cost));
        let log_reference = self.axis.log_rivals(cost);
        if s <= 0.0 || log_reference == f64::NEG_INFINITY {
            return false;
        }
        let rescale = |panel: usize| (self.landscape.panels[panel].log_rivals - log_reference).exp();
        let forgone = rescale(here.panel) * self.landscape.terrain[here.panel].forgone.value(here.u);
        (here.panel..self.landscape.panels.len())
            .flat_map(|panel| [0.5, 1.0].map(|u| Place { panel, u }))
            .filter(|place| self.landscape.survival(*place) <= 0.999 * s)
            .any(|place| rescale(place.panel) * self.landscape.worth(place, s).0 + forgone >= -tie * self.scale)
    }

    fn place(&self, cost: f64) -> Place {
        let panels = self.landscape.panels;
        let panel = panels.partition_point(|p| p.right < cost).min(panels.len() - 1);
        self.place_in(panel, cost)
    }

    fn place_in(&self, panel: usize, cost: f64) -> Place {
        let (a, b) = (self.landscape.panels[panel].left, self.landscape.panels[panel].right);
        Place {
            panel,
            u: ((cost - a) / (b - a)).clamp(0.0, 1.0),
        }
    }

    /// Segments with the costs at their ends, increasing in cost: (left, right, segment).
    pub fn stretches(&self) -> Vec<(f64, f64, usize)> {
        let mut left = self.axis.lower();
        let sliver = 0.01 * self.fineness.jump * (self.axis.upper() - left);
        let mut list = Vec::new();
        for (index, segment) in self.envelope.segments.iter().enumerate().rev() {
            let right = if index == 0 {
                self.axis.upper()
            } else {
                self.axis.at_survival(segment.low)
            };
            // Slivers that rounding leaves between stretches belong to the next.
            if right - left > sliver || (index == 0 && list.is_empty()) {
                list.push((left, right, index));
                left = right;
            }
        }
        if let Some(last) = list.last_mut() {
            last.1 = self.axis.upper();
        }
        list
    }

    /// ζ̂ to the tolerance given, relative, and the largest deviation seen, ETH.
    pub fn gaps(&self) -> (Piecewise, f64) {
        let stretches = self.stretches();
        let mut fit = Fit {
            rule: self,
            stretches: &stretches,
            tolerance: self.fineness.tolerance,
            narrowest: self.fineness.narrowest * (self.axis.upper() - self.axis.lower()),
            made: Piecewise {
                knots: vec![self.axis.lower()],
                log_scales: Vec::new(),
                series: Vec::new(),
            },
            worst: 0.0,
        };
        // Blocks: between jumps of ζ̂.
        let mut first = 0;
        for k in 0..stretches.len() {
            let jumps = stretches.get(k + 1).is_none_or(|next| self.jumps(stretches[k], *next));
            if jumps {
                let panel = fit.made.series.len();
                fit.block(first, k);
                fit.made.join(panel);
                first = k + 1;
            }
        }
        (fit.made, fit.worst)
    }

    /// Whether ζ̂ jumps between two stretches that touch.
    fn jumps(&self, left: (f64, f64, usize), right: (f64, f64, usize)) -> bool {
        let (before, after) = (self.at(left.2, left.1), self.at(right.2, left.1));
        if before.waits && after.waits {
            return (before.gap - after.gap).abs() > self.fineness.step() * before.gap.abs();
        }
        (before.cost - after.cost).abs() > self.fineness.jump * (self.axis.upper() - self.axis.lower())
    }

    /// The deviation allowed where ζ has a given size: relative to it, down to rounding. Towards hi all that matters
    /// of ζ is as small as hi − c.
    fn allowed(&self, tolerance: f64, size: f64) -> f64 {
        tolerance * size.abs().max(ROUNDED * self.scale)
    }

    /// m − (v − u): −λ where the holder waits, −K (1 + κ) where she sells and participants pay; `None` if it is 0
    /// throughout.
    pub fn losses(&self, surplus: &Surplus, state: usize) -> Option<Piecewise> {
        let mut made = Piecewise {
            knots: vec![self.axis.lower()],
            log_scales: Vec::new(),
            series: Vec::new(),
        };
        let mut any = false;
        for (left, right, index) in self.stretches() {
            if let Choice::Wait(k) = self.envelope.segments[index].choice {
                let panel = &surplus.panels[k];
                let row = surplus.worth.row(state);
                let values: [f64; POINTS] = std::array::from_fn(|j| -row[k * POINTS + j]);
                let whole = Series::through(&values);
                let at = |u: f64| (left + u * (right - left) - panel.left) / (panel.right - panel.left);
                any |= values.iter().any(|v| *v != 0.0);
                made.add(right, Series::through(&points().map(|u| whole.value(at(u)))));
            } else if let Some((cost, _)) = self.landscape.fee {
                any = true;
                let value = |lowest: f64| {
                    let s = self.axis.survival(lowest);
                    let taking_part = s - self.axis.survival(self.at(index, lowest).cost);
                    -cost * (1.0 + self.axis.rival_hazard(s) * taking_part)
                };
                self.fit_loss(left, right, 0, &value, &mut made);
            } else {
                made.add(right, Series::constant(0.0));
            }
        }
        any.then_some(made)
    }

    /// A smooth function on [a, b] to the tolerance, on as many panels as it takes.
    fn fit_loss(&self, a: f64, b: f64, depth: u32, value: &dyn Fn(f64) -> f64, made: &mut Piecewise) {
        let series = Series::through(&points().map(|u| value(a + u * (b - a))));
        let error = TRIED
            .into_iter()
            .map(|u| (series.value(u) - value(a + u * (b - a))).abs())
            .fold(0.0, f64::max);
        let range = self.axis.upper() - self.axis.lower();
        let narrow =
            b - a <= 2.0 * self.fineness.narrowest * range || self.axis.upper() - a <= NARROWEST_AT_TOP * range;
        if error > self.fineness.tolerance * self.scale && !narrow && depth < DEEPEST {
            let middle = 0.5 * (a + b);
            self.fit_loss(a, middle, depth + 1, value, made);
            self.fit_loss(middle, b, depth + 1, value, made);
        } else {
            made.add(b, series);
        }
    }
}

struct Fit<'a, 'r> {
    rule: &'r Rule<'a>,
    stretches: &'r [(f64, f64, usize)],
    tolerance: f64,
    narrowest: f64,
    made: Piecewise,
    worst: f64,
}

impl Fit<'_, '_> {
    /// Stretches first..=last, over which ζ̂ is continuous.
    fn block(&mut self, first: usize, last: usize) {
        let (a, b) = (self.stretches[first].0, self.stretches[last].1);
        let mut left = a;
        let inside: Vec<f64> = self
            .rule
            .axis
            .cuts()
            .iter()
            .copied()
            .filter(|x| *x > a && *x < b)
            .collect();
        for right in inside.into_iter().chain([b]) {
            self.split(left, right, 0);
            left = right;
        }
    }

    fn split(&mut self, a: f64, b: f64, depth: u32) {
        let lefts = |x: f64| self.stretches.partition_point(|s| s.1 <= x);
        let rights = |x: f64| self.stretches.partition_point(|s| s.0 < x) - 1;
        let (first, last) = (lefts(a).min(self.stretches.len() - 1), rights(b));
        let log_scale = self.rule.axis.log_rivals(a);
        let value = |cost: f64| {
            let k = self.stretches[first..=last.max(first)].partition_point(|s| s.1 < cost) + first;
            let index = self.stretches[k.min(last.max(first))].2;
            self.rule.at(index, cost).gap * (self.rule.axis.log_rivals(cost) - log_scale).exp()
        };
        let constant = first == last
            && matches!(
                self.rule.envelope.segments[self.stretches[first].2].choice,
                Choice::Fixed(_)
            );
        let (series, error) = if constant {
            // ζ̂ is constant; only its scale is taken here.
            (Series::constant(value(a)), 0.0)
        } else {
            let noise = 0.1 * self.rule.allowed(self.tolerance, value(a));
            let series = Series::through(&points().map(|u| value(a + u * (b - a)))).chopped(noise);
            let mut error = 0.0_f64;
            let mut attempt = |u: f64| error = error.max((series.value(u) - value(a + u * (b - a))).abs());
            // Not at the ends of stretches: rounding leaves a sliver there on which ζ̂ bends, and no wider.
            TRIED.into_iter().for_each(&mut attempt);
            if first < last {
                for stretch in &self.stretches[first..=last] {
                    let (left, right) = (stretch.0.max(a), stretch.1.min(b));
                    attempt((0.25 * left + 0.75 * right - a) / (b - a));
                    attempt((0.75 * left + 0.25 * right - a) / (b - a));
                }
            }
            (series, error)
        };
        let allowed = self.rule.allowed(self.tolerance, value(a));
        let (lower, upper) = (self.rule.axis.lower(), self.rule.axis.upper());
        let top = upper - a <= NARROWEST_AT_TOP * (upper - lower);
        if error > allowed && !top && b - a > 2.0 * self.narrowest && depth < DEEPEST {
            let middle = 0.5 * (a + b);
            let near = |x: f64| (x - middle).abs();
            let knot = self.stretches[first..last.max(first)]
                .iter()
                .map(|s| s.1)
                .filter(|x| *x - a > self.narrowest && b - *x > self.narrowest)
                .min_by(|x, y| near(*x).total_cmp(&near(*y)));
            let at = knot.unwrap_or(middle);
            self.split(a, at, depth + 1);
            self.split(at, b, depth + 1);
            return;
        }
        // What counts for the holder at the start carries Q.
        self.worst = self.worst.max(error * log_scale.exp());
        self.made.knots.push(b);
        self.made.log_scales.push(log_scale);
        self.made.series.push(series);
    }
}
