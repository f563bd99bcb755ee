//! Tickets of many types, on nodes below the states from which they are exercised.
//!
//! With b the state from which a type exercises in a slot and b′ that in the next, the density of a step from b + σu to
//! b′ + σv is φ(v − ρu + c)/σ, c = (b′ − a − ρb)/σ: e^{−(v − ρu)²/2}, which is the same for all types and slots, times a
//! factor for each of u and v and one for c. With the same nodes u for all types, a step of all of them is one product of
//! matrices. So is what is sold: from a state to which the next has the mean z, in standard deviations from a state b₀, the
//! density at b′ + σv is φ(v − z + d)/σ, d = (b′ − b₀)/σ.

use std::sync::Arc;

use ndarray::{Array2, ArrayRef2, ArrayView2, Axis, Slice};

use super::NEGLIGIBLE;
use crate::numerics::exponential::exp;
use crate::numerics::gauss;
use crate::prize::PrizeState;

/// Standard deviations of a step a panel is wide.
const WIDE: f64 = 4.4;
/// Standard deviations of a step beyond which masses are not followed.
const REACH: f64 = 6.4;
/// Panels above the state from which a type exercises.
const ABOVE: usize = 2;
/// By how much that state may move against the prize, in standard deviations: then the panels above it suffice.
const FURTHEST: f64 = WIDE * ABOVE as f64 - REACH;
/// The most panels below it.
const DEEPEST: usize = 40;
/// The largest power of e that is computed with.
const LARGEST: f64 = 600.0;
/// 1/√(2π).
const NORMAL: f64 = 0.398_942_280_401_432_7;

/// Tickets sold in one slot at one state.
#[derive(Debug, Clone)]
pub(super) struct Sold {
    pub state: f64,
    pub slot: usize,
    /// By type.
    pub masses: Vec<f64>,
}

/// What is the same for all slots.
#[derive(Debug)]
struct Rule {
    state: PrizeState,
    /// Panels below, of which all together reach from the highest state that counts to the lowest or as deep as is followed.
    panels: usize,
    /// Nodes v: those of the panels above, then those below, panel by panel downward.
    nodes: Vec<f64>,
    weights: Vec<f64>,
    /// Weight times φ(v − ρu), v × nodes u below.
    kernel: Array2<f64>,
}

/// The tickets of several types.
#[derive(Debug, Clone)]
pub(super) struct Below {
    rule: Option<Arc<Rule>>,
    /// From where each type exercises.
    ends: Vec<f64>,
    /// Masses at the nodes below: nodes × types, and then the same times the slot of the sale.
    masses: Array2<f64>,
}

impl Below {
    /// None yet; `low` and `high` are the states that count.
    pub fn none(state: &PrizeState, (low, high): (f64, f64)) -> Self {
        let follows = !state.is_independent() && state.persistence > 0.0 && state.volatility > 0.0;
        let rule = follows.then(|| {
            let panels = ((high - low) / (WIDE * state.volatility)).ceil();
            Arc::new(Rule::new(state, panels.clamp(1.0, DEEPEST as f64) as usize))
        });
        Self {
            rule,
            ends: Vec::new(),
            masses: Array2::zeros((0, 0)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.masses.is_empty()
    }

    /// A step of all tickets and of those just `sold`: to the next slot, where types exercise from `next` on. What is exercised
    /// there, mass and mass times the slot of sale; `None`, and nothing done, where this cannot be followed here.
    pub fn advance(&mut self, next: Vec<f64>, sold: &[Sold]) -> Option<(f64, f64)> {
        let rule = Arc::clone(self.rule.as_ref()?);
        let process = &rule.state;
        let (sigma, persistence) = (process.volatility, process.persistence);
        let types = next.len();
        let before = self.masses.nrows();
        if before == 0 && sold.is_empty() {
            self.ends = next;
            return Some((0.0, 0.0));
        }
        // c by type.
        let drifts: Vec<f64> = self
            .ends
            .iter()
            .zip(&next)
            .map(|(from, to)| (to - process.mean(*from)) / sigma)
            .collect();
        let drifts = if before == 0 { vec![0.0; types] } else { drifts };
        let drift = largest(&drifts);
        // d by type, z by sale.
        let (least, most) = ends_of(&next);
        let reference = 0.5 * (least + most);
        let apart: Vec<f64> = next.iter().map(|end| (end - reference) / sigma).collect();
        let means: Vec<f64> = sold
            .iter()
            .map(|one| (process.mean(one.state) - reference) / sigma)
            .collect();
        let lowest = means.iter().fold(0.0_f64, |low, mean| low.min(*mean));
        // How deep below they may be.
        let of_kept = if before == 0 {
            0.0
        } else {
            persistence * rule.depth(before) + drift
        };
        let of_sold = if sold.is_empty() { 0.0 } else { largest(&apart) - lowest };
        let panels = ((of_kept.max(of_sold) + REACH) / WIDE).ceil();
        if panels > rule.panels as f64 && rule.panels == DEEPEST {
            return None;
        }
        let panels = (panels as usize).min(rule.panels);
        let furthest = panels as f64 * WIDE + REACH + largest(&means);
        if drift > FURTHEST || drift.max(largest(&apart)) * furthest > LARGEST {
            return None;
        }
        let above = ABOVE * rule.per_panel();
        let rows = above + panels * rule.per_panel();
        let (mut exercised, mut slots) = (0.0, 0.0);
        let mut masses = Array2::zeros((rows - above, 2 * types));
        if before > 0 {
            let factors = drifts.iter().map(|c| -0.5 * c * c);
            let constants: Vec<f64> = factors.collect();
            let rates: Vec<f64> = drifts.iter().map(|c| persistence * c).collect();
            rule.scale(&mut self.masses, ABOVE, &rates, &constants);
            let mut stepped = rule.seen(rows, before).dot(&self.masses);
            let rates: Vec<f64> = drifts.iter().map(|c| -c).collect();
            rule.scale(&mut stepped, 0, &rates, &vec![0.0; types]);
            let (open, kept) = stepped.view().split_at(Axis(0), above);
            let (mass, slot) = halves(&open, types);
            exercised += mass;
            slots += slot;
            masses.assign(&kept);
        }
        if !sold.is_empty() {
            let mut shares = Array2::zeros((sold.len(), 2 * types));
            for (mut row, one) in shares.rows_mut().into_iter().zip(sold) {
                for (j, mass) in one.masses.iter().enumerate() {
                    (row[j], row[types + j]) = (*mass, mass * one.slot as f64);
                }
            }
            let (all, all_slots) = halves(&shares, types);
            let constants: Vec<f64> = apart.iter().map(|d| -0.5 * d * d).collect();
            scale(&mut shares, &means, &apart, &constants);
            let mut kernel = Array2::zeros((rows - above, sold.len()));
            let nodes = rule.nodes[above..rows].iter().zip(&rule.weights[above..]);
            for (mut row, (node, weight)) in kernel.rows_mut().into_iter().zip(nodes) {
                // Lists without gaps are worked on side by side.
                for (entry, mean) in row.as_slice_mut().unwrap_or_default().iter_mut().zip(&means) {
                    *entry = weight * NORMAL * exp(-0.5 * (node - mean) * (node - mean));
                }
            }
            let mut arriving = kernel.dot(&shares);
            let rates: Vec<f64> = apart.iter().map(|d| -d).collect();
            rule.scale(&mut arriving, ABOVE, &rates, &vec![0.0; types]);
            // What does not arrive below steps into exercise.
            let (kept, kept_slots) = halves(&arriving, types);
            exercised += all - kept;
            slots += all_slots - kept_slots;
            masses += &arriving;
        }
        // As deep as masses count.
        let counts = |panel: &usize| {
            let rows = Slice::from(panel * rule.per_panel()..(panel + 1) * rule.per_panel());
            let of_panel = masses.slice_axis(Axis(0), rows);
            let (of_panel, _) = of_panel.split_at(Axis(1), types);
            of_panel.iter().any(|mass| mass.abs() > NEGLIGIBLE)
        };
        let kept = (0..panels).rev().find(counts).map_or(0, |panel| panel + 1);
        self.masses = masses
            .slice_axis(Axis(0), Slice::from(..kept * rule.per_panel()))
            .to_owned();
        self.ends = next;
        Some((exercised, slots))
    }

    /// All tickets, type by type: state, mass, mass times the slot of sale. None are left here.
    pub fn taken_out(&mut self) -> Vec<Vec<(f64, f64, f64)>> {
        let masses = std::mem::take(&mut self.masses);
        let Some(rule) = &self.rule else {
            return Vec::new();
        };
        let types = self.ends.len();
        let nodes = &rule.nodes[ABOVE * rule.per_panel()..];
        let of_type = |(j, end): (usize, &f64)| {
            let rows = masses.rows().into_iter().zip(nodes);
            let all = rows.map(|(row, node)| (end + rule.state.volatility * node, row[j], row[types + j]));
            all.filter(|(_, mass, _)| mass.abs() > NEGLIGIBLE).collect()
        };
        self.ends.iter().enumerate().map(of_type).collect()
    }
}

impl Rule {
    fn new(state: &PrizeState, panels: usize) -> Self {
        let rule = gauss::panel_rule();
        let mut nodes = Vec::new();
        let mut weights = Vec::new();
        for left in (0..ABOVE + panels).map(left) {
            nodes.extend(rule.iter().map(|(node, _)| left + WIDE * node));
            weights.extend(rule.iter().map(|(_, weight)| WIDE * weight));
        }
        let below = &nodes[ABOVE * rule.len()..];
        let mut kernel = Array2::zeros((nodes.len(), below.len()));
        for (mut row, (to, weight)) in kernel.rows_mut().into_iter().zip(nodes.iter().zip(&weights)) {
            for (entry, from) in row.as_slice_mut().unwrap_or_default().iter_mut().zip(below) {
                let distance = to - state.persistence * from;
                *entry = weight * NORMAL * exp(-0.5 * distance * distance);
            }
        }
        Self {
            state: state.clone(),
            panels,
            nodes,
            weights,
            kernel,
        }
    }

    /// So many rows and columns of the kernel.
    fn seen(&self, rows: usize, columns: usize) -> ArrayView2<'_, f64> {
        let rows = self.kernel.slice_axis(Axis(0), Slice::from(..rows));
        rows.slice_axis_move(Axis(1), Slice::from(..columns))
    }

    /// As [`scale`] does, row i being that of the i-th node from a panel on: e^{rate · (left + WIDE · u)}, which is a number a
    /// panel times one a node of the rule.
    fn scale(&self, table: &mut Array2<f64>, panel: usize, rates: &[f64], constants: &[f64]) {
        let per_panel = self.per_panel();
        let types = rates.len();
        let mut at_nodes = vec![0.0; per_panel * types];
        for (row, (u, _)) in at_nodes.chunks_exact_mut(types).zip(gauss::panel_rule()) {
            for (factor, rate) in row.iter_mut().zip(rates) {
                *factor = exp(rate * WIDE * u);
            }
        }
        let mut of_panel = vec![0.0; types];
        let rows = table.as_slice_mut().unwrap_or_default();
        for (panel, rows) in (panel..).zip(rows.chunks_mut(2 * types * per_panel)) {
            let left = left(panel);
            for (factor, (rate, constant)) in of_panel.iter_mut().zip(rates.iter().zip(constants)) {
                *factor = exp(rate * left + constant);
            }
            for (row, at_node) in rows.chunks_exact_mut(2 * types).zip(at_nodes.chunks_exact(types)) {
                let (masses, slots) = row.split_at_mut(types);
                let factors = of_panel.iter().zip(at_node);
                for ((mass, slot), (of_panel, at_node)) in masses.iter_mut().zip(slots).zip(factors) {
                    let factor = of_panel * at_node;
                    *mass *= factor;
                    *slot *= factor;
                }
            }
        }
    }

    fn per_panel(&self) -> usize {
        gauss::panel_rule().len()
    }

    /// How deep so many nodes reach.
    fn depth(&self, nodes: usize) -> f64 {
        (nodes / self.per_panel()) as f64 * WIDE
    }
}

/// Multiplies row i, which is that of all types and that of all types again, by e^{rate · place + constant} of the type.
fn scale(table: &mut Array2<f64>, places: &[f64], rates: &[f64], constants: &[f64]) {
    let mut factors = vec![0.0; rates.len()];
    for (mut row, place) in table.rows_mut().into_iter().zip(places) {
        for (factor, (rate, constant)) in factors.iter_mut().zip(rates.iter().zip(constants)) {
            *factor = exp(rate * place + constant);
        }
        for half in row.as_slice_mut().unwrap_or_default().chunks_exact_mut(rates.len()) {
            for (entry, factor) in half.iter_mut().zip(&factors) {
                *entry *= factor;
            }
        }
    }
}

/// Sums over the first so many columns of a table and over the others.
fn halves(table: &ArrayRef2<f64>, columns: usize) -> (f64, f64) {
    let (mass, slot) = table.view().split_at(Axis(1), columns);
    (mass.sum(), slot.sum())
}

/// The left end of a panel: those above follow one another upward, those below downward.
fn left(panel: usize) -> f64 {
    if panel < ABOVE {
        WIDE * panel as f64
    } else {
        -WIDE * (panel - ABOVE + 1) as f64
    }
}

fn largest(list: &[f64]) -> f64 {
    list.iter().fold(0.0, |most, value| most.max(value.abs()))
}

fn ends_of(list: &[f64]) -> (f64, f64) {
    list.iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(*value), high.max(*value))
        })
}
