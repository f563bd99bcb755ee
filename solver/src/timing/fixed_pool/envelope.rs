//! The best cutoff for every lowest cost: the upper envelope of lines, found by one sweep.
//!
//! J(y; s) is linear in s = S(c) with a slope Γ̂(y) that is nonincreasing in y: of two cutoffs the smaller wins from some s
//! on. So the sweep goes from hi to lo, keeps the cutoffs seen so far as a stack ordered by the s from which each wins,
//! and puts on top what each panel adds; when it has passed c, the stack read at S(c) is the choice among all y ≥ c. A
//! panel adds the stretches ("arcs") on which s*(y) = S + f Q λ/(−Γ̂′), the s that makes y stationary, falls in y; where it
//! rises J is convex and no y is best. Gaps between the arcs of the stack are the jumps of the cutoff.

use super::axis::CostAxis;
use super::landscape::{Arc, Landscape, Place};
use crate::numerics::chebyshev::points;
use crate::numerics::root;

/// A gain of selling over waiting below this, relative to the parts it is made of, is a tie.
const TIE: f64 = 1e-13;

/// What the holder does for a stretch of lowest costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Choice {
    /// y = c: nobody can come. The panel that holds c.
    Wait(usize),
    /// The same cutoff throughout.
    Fixed(Place),
    /// A cutoff that rises with c.
    Moving(Arc),
}

/// The choice for S(c) in [low, high].
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub low: f64,
    pub high: f64,
    pub choice: Choice,
}

/// The cutoff rule of one node.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    /// By S(c), increasing.
    pub segments: Vec<Segment>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    arc: Arc,
    /// The s from which this arc wins.
    start: f64,
}

impl Envelope {
    /// The cutoff that is best for the holder.
    pub fn optimal(axis: &CostAxis, landscape: Landscape<'_>, step: f64) -> Self {
        let mut sweep = Sweep::new(landscape, step);
        for k in (0..landscape.panels.len()).rev() {
            if landscape.terrain[k].idle {
                sweep.wait_or_sell(axis, k, 0.0, 1.0);
                continue;
            }
            let cuts = sweep.signs(k);
            for pair in cuts.windows(2).rev() {
                let middle = 0.5 * (pair[0] + pair[1]);
                if landscape.excess(Place { panel: k, u: middle }) > 0.0 {
                    sweep.sell(k, pair[0], pair[1]);
                } else {
                    sweep.wait_or_sell(axis, k, pair[0], pair[1]);
                }
            }
        }
        Self {
            segments: sweep.segments,
        }
    }

    /// The cutoff is given (`None`: nobody ever comes); the holder sells where that beats waiting, in the `last` slot
    /// even where it does not.
    pub fn given(axis: &CostAxis, landscape: Landscape<'_>, cutoff: Option<Place>, step: f64, last: bool) -> Self {
        let mut sweep = Sweep::new(landscape, step);
        for k in (0..landscape.panels.len()).rev() {
            let mut right = 1.0;
            if let Some(cutoff) = cutoff.filter(|cutoff| cutoff.panel == k) {
                sweep.wait_or_sell(axis, k, cutoff.u, 1.0);
                right = cutoff.u;
                let arc = Arc {
                    panel: k,
                    u0: cutoff.u,
                    u1: cutoff.u,
                    s0: 0.0,
                    s1: 0.0,
                };
                sweep.stack.push(Entry { arc, start: 0.0 });
            }
            if last && !sweep.stack.is_empty() {
                let end = |u: f64| landscape.survival(Place { panel: k, u });
                sweep.emit(end(right), end(0.0));
                continue;
            }
            sweep.wait_or_sell(axis, k, 0.0, right);
        }
        Self {
            segments: sweep.segments,
        }
    }

    /// The segment that holds s; of two at a common end the one of the larger s, which has the smaller cutoff.
    pub fn segment(&self, s: f64) -> usize {
        self.segments
            .partition_point(|segment| segment.low <= s)
            .clamp(1, self.segments.len())
            - 1
    }
}

struct Sweep<'a> {
    landscape: Landscape<'a>,
    stack: Vec<Entry>,
    segments: Vec<Segment>,
    /// Γ̂ that steps by less than this, relative, does not step.
    step: f64,
}

impl<'a> Sweep<'a> {
    fn new(landscape: Landscape<'a>, step: f64) -> Self {
        Self {
            landscape,
            step,
            stack: Vec::new(),
            segments: Vec::new(),
        }
    }

    /// Where λ − K changes sign in panel k, with its ends.
    fn signs(&self, k: usize) -> Vec<f64> {
        let excess = |u: f64| self.landscape.excess(Place { panel: k, u });
        let mut cuts = vec![0.0];
        let samples: Vec<(f64, f64)> = points().iter().map(|&u| (u, excess(u))).collect();
        for pair in samples.windows(2) {
            if (pair[0].1 > 0.0) != (pair[1].1 > 0.0) {
                let middle = 0.5 * (pair[0].0 + pair[1].0);
                let at = root::bracketed(pair[0].0, pair[1].0, excess).unwrap_or(middle);
                if at > cuts[cuts.len() - 1] && at < 1.0 {
                    cuts.push(at);
                }
            }
        }
        cuts.push(1.0);
        cuts
    }

    /// Cutoffs of a stretch where types are worth selling to join the stack; the choices for c in it are final.
    fn sell(&mut self, k: usize, u0: f64, u1: f64) {
        let front = self.landscape.survival(Place { panel: k, u: u1 });
        for arc in self.arcs(k, u0, u1) {
            self.push(arc, front);
        }
        let end = self.landscape.survival(Place { panel: k, u: u0 });
        self.emit(front, end);
    }

    /// The choices for c in a stretch where no type is worth selling to: the stack against waiting.
    fn wait_or_sell(&mut self, axis: &CostAxis, k: usize, u0: f64, u1: f64) {
        if u1 <= u0 {
            return;
        }
        let survival = |u: f64| self.landscape.survival(Place { panel: k, u });
        if self.stack.is_empty() {
            let (low, high) = (survival(u1), survival(u0));
            self.put(low, high, Choice::Wait(k));
            return;
        }
        let gain = |u: f64| self.gain(axis, k, u);
        let mut grid = vec![u1];
        grid.extend(points().iter().rev().map(|&u| u0 + u * (u1 - u0)));
        grid.push(u0);
        let gains: Vec<f64> = grid.iter().map(|&u| gain(u)).collect();
        let mut stretches = Vec::new();
        let mut from = u1;
        for (pair, values) in grid.windows(2).zip(gains.windows(2)) {
            if (values[0] > 0.0) != (values[1] > 0.0) {
                let at = root::bracketed(pair[1], pair[0], gain).unwrap_or(pair[0]);
                stretches.push((from, at, values[0] > 0.0));
                from = at;
            }
        }
        stretches.push((from, u0, gains[gains.len() - 1] > 0.0));
        let stretches: Vec<(f64, f64, bool)> = stretches
            .into_iter()
            .map(|(right, left, sells)| (survival(right), survival(left), sells))
            .collect();
        for (low, high, sells) in stretches {
            if sells {
                self.emit(low, high);
            } else {
                self.put(low, high, Choice::Wait(k));
            }
        }
    }

    /// What the stack earns over waiting at c in panel k, over Q at its left end; 0 for a tie.
    fn gain(&self, axis: &CostAxis, k: usize, u: f64) -> f64 {
        let here = Place { panel: k, u };
        let s = if u > 0.0 && u < 1.0 {
            axis.survival(self.landscape.cost(here))
        } else {
            self.landscape.survival(here)
        };
        let at = self.stack.partition_point(|entry| entry.start <= s).max(1) - 1;
        let arc = &self.stack[at].arc;
        let rescale = (self.landscape.panels[arc.panel].log_rivals - self.landscape.panels[k].log_rivals).exp();
        let (sell, size) = self.landscape.worth(self.landscape.best(arc, s), s);
        let wait = -self.landscape.terrain[k].forgone.value(u);
        let gain = rescale * sell - wait;
        if gain.abs() <= TIE * (rescale * size + wait.abs()) {
            0.0
        } else {
            gain
        }
    }

    /// Stretches of a panel on which s* falls, right to left.
    fn arcs(&self, k: usize, u0: f64, u1: f64) -> Vec<Arc> {
        let mut grid = vec![u0];
        grid.extend(points().iter().map(|&u| u0 + u * (u1 - u0)));
        grid.push(u1);
        let (stars, noise): (Vec<f64>, Vec<f64>) = grid
            .iter()
            .map(|&u| self.landscape.stationary(Place { panel: k, u }))
            .unzip();
        let falls = |left: usize, right: usize| stars[left] + noise[left] + noise[right] >= stars[right];
        let last = grid.len() - 1;
        let mut arcs = Vec::new();
        let mut right = last;
        while right > 0 {
            let mut left = right;
            while left > 0 && falls(left - 1, left) {
                left -= 1;
            }
            // A single point is a candidate only at the right end, where Γ̂ may step down behind it.
            if left < right || right == last {
                arcs.push(Arc {
                    panel: k,
                    u0: grid[left],
                    u1: grid[right],
                    s0: stars[left],
                    s1: stars[right],
                });
            }
            // The stretch to the left of an arc rises: skip to where it stops rising.
            right = left;
            while right > 0 && !falls(right - 1, right) {
                right -= 1;
            }
        }
        arcs
    }

    /// Puts an arc on the stack from the s at which it beats what is there; ties go to it, the smaller cutoff.
    fn push(&mut self, arc: Arc, front: f64) {
        while let Some(top) = self.stack.last().copied() {
            let floor = top.start.max(front);
            match self.crossing(&arc, &top.arc, floor) {
                Crossing::Below => {
                    self.stack.pop();
                }
                Crossing::At(start) => {
                    self.stack.push(Entry { arc, start });
                    return;
                }
                Crossing::Never => return,
            }
        }
        self.stack.push(Entry { arc, start: front });
    }

    fn crossing(&self, new: &Arc, old: &Arc, floor: f64) -> Crossing {
        let landscape = &self.landscape;
        let (mut low, mut high) = (floor, 1.0_f64);
        if self.adjacent(new, old) {
            if floor >= old.s0 {
                return Crossing::Below;
            }
            let ends = [(new.panel, new.u1), (old.panel, old.u0)];
            let [left, right] = ends.map(|(panel, u)| landscape.stationary(Place { panel, u }).1);
            if new.s1 >= old.s0 - left - right {
                return if old.s0 > 1.0 {
                    Crossing::Never
                } else {
                    Crossing::At(old.s0)
                };
            }
            if new.s1 >= 1.0 {
                return Crossing::Never;
            }
            low = low.max(new.s1);
            high = high.min(old.s0);
            if low > floor {
                // At new.s1 the new arc's best is the common end, which the old arc beats.
                let lead = |s: f64| landscape.lead(new, old, s);
                if lead(high) < 0.0 {
                    return if old.s0 > 1.0 {
                        Crossing::Never
                    } else {
                        Crossing::At(high)
                    };
                }
                return Crossing::At(root::bracketed_within(low, high, 1e-16, lead).unwrap_or(low));
            }
        }
        let lead = |s: f64| landscape.lead(new, old, s);
        if lead(low) >= 0.0 {
            return Crossing::Below;
        }
        if lead(high) < 0.0 {
            return Crossing::Never;
        }
        Crossing::At(root::bracketed_within(low, high, 1e-16, lead).unwrap_or(high))
    }

    /// Whether `old` begins where `new` ends and Γ̂ does not step there.
    fn adjacent(&self, new: &Arc, old: &Arc) -> bool {
        let (end, start) = (
            Place {
                panel: new.panel,
                u: new.u1,
            },
            Place {
                panel: old.panel,
                u: old.u0,
            },
        );
        let touch = if new.panel == old.panel {
            new.u1 >= old.u0
        } else {
            new.panel + 1 == old.panel && new.u1 >= 1.0 && old.u0 <= 0.0
        };
        if !touch {
            return false;
        }
        let rescale = (self.landscape.panels[old.panel].log_rivals - self.landscape.panels[new.panel].log_rivals).exp();
        let (left, right) = (self.landscape.gap(end), rescale * self.landscape.gap(start));
        (left - right).abs() <= self.step * left.abs()
    }

    /// The stack's choices for s in [low, high].
    fn emit(&mut self, low: f64, high: f64) {
        let mut pieces = Vec::new();
        for (index, entry) in self.stack.iter().enumerate() {
            // The bottom of the stack serves whatever lies below it by rounding.
            let start = if index == 0 { low } else { entry.start.max(low) };
            let end = self.stack.get(index + 1).map_or(high, |next| next.start.min(high));
            if end <= start {
                continue;
            }
            let arc = entry.arc;
            let at = |u: f64| Choice::Fixed(Place { panel: arc.panel, u });
            let (first, second) = (arc.s1.clamp(start, end), arc.s0.clamp(start, end));
            pieces.push((start, first, at(arc.u1)));
            pieces.push((first, second, Choice::Moving(arc)));
            pieces.push((second, end, at(arc.u0)));
        }
        for (start, end, choice) in pieces {
            self.put(start, end, choice);
        }
    }

    fn put(&mut self, low: f64, high: f64, choice: Choice) {
        if high <= low {
            return;
        }
        if let Some(last) = self.segments.last_mut()
            && last.choice == choice
        {
            last.high = high;
            return;
        }
        self.segments.push(Segment { low, high, choice });
    }
}

enum Crossing {
    /// The new arc wins at the lowest s that matters.
    Below,
    At(f64),
    /// It does not win for any c.
    Never,
}
