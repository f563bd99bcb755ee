//! A solved market as the figures see it.

use etm_solver::market::Market;
use etm_solver::prize::FinitePrizes;
use etm_solver::timing::{Decision, Node};
use etm_solver::{ContinuousSolution, Equilibrium, SolveError, Summary};

use crate::figure::axis::Axis;

/// Prizes at which a curve against a continuous prize is drawn.
const DRAWN: usize = 161;
/// The most slots that are chosen when none are asked for.
const CHOSEN: usize = 3;
/// Longer lists are summarised in captions.
const LONGEST_LIST: usize = 6;

/// A solved market with its figures.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The market.
    pub market: &'a Market,
    /// Its prizes.
    pub prizes: &'a FinitePrizes,
    /// Its equilibrium.
    pub equilibrium: &'a Equilibrium,
    /// The equilibrium's figures.
    pub figures: &'a Summary,
    /// The market's parameters, for captions ([`parameters`]).
    pub parameters: &'a str,
}

/// Why there is no such figure of a market.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// A slot that the ticket does not have.
    #[error("--slots {slot}: there is no such slot; allowed: 0 to {maturity}, the ticket's maturity")]
    NoSuchSlot {
        /// The slot asked for.
        slot: usize,
        /// T.
        maturity: usize,
    },
    /// A slot named again.
    #[error("--slots names slot {0} twice; allowed: each slot once")]
    SlotTwice(usize),
    /// More slots than a page holds.
    #[error("--slots names {0} slots: at most 12 are allowed")]
    TooManySlots(usize),
    /// A market in which every auction has buyers of its own.
    #[error(
        "commitment: the figure shows repeated auctions to the same buyers, which this market does not have; allowed: holder.sale = \"until_sold\" with holder.pool = \"fixed\""
    )]
    NoFixedPool,
    /// The solver could not do what the figure needs.
    #[error(transparent)]
    Solve(#[from] SolveError),
}

impl<'a> Subject<'a> {
    /// The subject of a market's figures.
    ///
    /// # Errors
    /// A market that cannot be solved.
    pub fn new(
        market: &'a Market,
        equilibrium: &'a Equilibrium,
        figures: &'a Summary,
        parameters: &'a str,
    ) -> Result<Self, FigureError> {
        let prizes = equilibrium.prizes(market)?;
        Ok(Self {
            market,
            prizes,
            equilibrium,
            figures,
            parameters,
        })
    }

    /// Which slots may be asked for.
    pub(super) fn check(&self, slots: Option<&[usize]>) -> Result<(), FigureError> {
        let slots = slots.unwrap_or_default();
        if slots.len() > 12 {
            return Err(FigureError::TooManySlots(slots.len()));
        }
        if let Some(&twice) = slots
            .iter()
            .enumerate()
            .find_map(|(k, slot)| slots[..k].contains(slot).then_some(slot))
        {
            return Err(FigureError::SlotTwice(twice));
        }
        let maturity = self.maturity();
        match slots.iter().find(|slot| **slot > maturity) {
            Some(&slot) => Err(FigureError::NoSuchSlot { slot, maturity }),
            None => Ok(()),
        }
    }

    /// T.
    pub(super) fn maturity(&self) -> usize {
        self.market.ticket().maturity()
    }

    /// The nodes of a slot, by state.
    pub(super) fn nodes(&self, slot: usize) -> &'a [Node] {
        self.equilibrium.induction.timing.slot(slot)
    }

    /// The slots asked for, or the first, the middle and the last.
    pub(super) fn slots(&self, asked: Option<&[usize]>) -> Vec<usize> {
        if let Some(slots) = asked {
            return slots.to_vec();
        }
        let maturity = self.maturity();
        let mut slots: Vec<usize> = (0..CHOSEN).map(|k| k * maturity / (CHOSEN - 1)).collect();
        slots.dedup();
        slots
    }

    /// Whether the prize is known in every slot, so that nothing can be drawn against it.
    pub(super) fn one_prize(&self) -> bool {
        self.prizes.size() == 1
    }

    /// All prizes of all slots.
    pub(super) fn all_prizes(&self) -> Vec<f64> {
        if self.prizes.is_chain() {
            self.prizes.states(0).to_vec()
        } else {
            (0..=self.maturity())
                .flat_map(|slot| self.prizes.states(slot).iter().copied())
                .collect()
        }
    }

    /// What to write where nothing is ever sold.
    pub(super) fn never_sold(&self) -> Option<String> {
        (self.figures.sold_probability <= 0.0).then(|| {
            format!(
                "The ticket is never sold: {}.",
                crate::report::why_never_sold(self.market)
            )
        })
    }

    /// What a caption adds where a slot and a prize do not say which buyers are left.
    pub(super) fn of_those_left(&self) -> &'static str {
        match &self.equilibrium.repeated {
            Some(_) => {
                " The same buyers come to every auction: each slot and prize is shown with the lowest cost that failed auctions have most likely left there."
            }
            None => "",
        }
    }

    /// The lowest cost most likely left at a slot and prize where the same buyers come to every auction; else the
    /// lowest of all.
    pub(super) fn lowest_left(&self, slot: usize, state: usize) -> f64 {
        self.equilibrium.lowest_cost(self.market, slot, state)
    }

    /// A caption: what is drawn, then the market.
    pub(super) fn caption(&self, what: &str) -> String {
        format!("{what}\nMarket: {}.", self.parameters)
    }

    /// What is known of a continuous prize; `None` where prizes are finitely many.
    pub(super) fn continuous(&self) -> Option<&'a ContinuousSolution> {
        self.equilibrium.continuous.as_deref()
    }

    /// What a caption says of the ends of regions.
    pub(super) fn of_ends(&self) -> &'static str {
        match self.continuous() {
            Some(_) => "",
            None => ", half-way to the neighbouring states",
        }
    }

    /// Prizes of a slot, and the nodes there, between which curves against the prize are drawn.
    pub(super) fn drawn(&self, axis: &Axis, slot: usize) -> (Vec<f64>, Vec<Node>) {
        let Some(solution) = self.continuous() else {
            return (self.prizes.states(slot).to_vec(), self.nodes(slot).to_vec());
        };
        let last = (DRAWN - 1) as f64;
        let mut prizes: Vec<f64> = (0..DRAWN).map(|k| axis.number(k as f64 / last)).collect();
        // Where curves bend.
        prizes.extend(solution.region(slot, Decision::Sell).into_iter().flatten().flatten());
        prizes.retain(|prize| *prize > 0.0 && (axis.range.0..=axis.range.1).contains(prize));
        prizes.sort_by(f64::total_cmp);
        prizes.dedup();
        let nodes = solution.nodes(self.market, slot, &prizes);
        (prizes, nodes)
    }

    /// Where on the prize axis she decides so in a slot, increasing. A state of a chain stands for the prizes half-way to its
    /// neighbours.
    pub(super) fn bands(&self, axis: &Axis, slot: usize, decision: Decision) -> Vec<(f64, f64)> {
        let (low, high) = axis.range;
        match self.continuous() {
            Some(solution) => {
                let ends = |[from, to]: [Option<f64>; 2]| (from.unwrap_or(low).max(low), to.unwrap_or(high).min(high));
                let intervals = solution.region(slot, decision).into_iter().map(ends);
                intervals.filter(|(from, to)| to > from).collect()
            }
            None => {
                let runs = self.runs(slot, decision).into_iter();
                runs.map(|run| self.band(axis, slot, run)).collect()
            }
        }
    }

    /// The prizes from which she sells in a slot: where each band begins. Where a prize is continuous and she sells at all
    /// low prizes there is none.
    pub(super) fn sale_cutoffs(&self, slot: usize) -> Vec<f64> {
        match self.continuous() {
            Some(solution) => {
                let intervals = solution.region(slot, Decision::Sell).into_iter();
                intervals.filter_map(|[from, _]| from).collect()
            }
            None => {
                let states = self.prizes.states(slot);
                let runs = self.runs(slot, Decision::Sell).into_iter();
                runs.map(|(first, _)| states[first]).collect()
            }
        }
    }

    /// The lowest prize of a slot at which a type exercises.
    pub(super) fn exercises_from(&self, slot: usize, cost: f64) -> Option<f64> {
        match self.continuous() {
            Some(solution) => solution.exercise_prizes(slot, cost).first().copied(),
            None => {
                let boundary = &self.equilibrium.induction.boundary;
                let exercised = boundary.slot(slot).iter().position(|&theta| cost <= theta)?;
                Some(self.prizes.states(slot)[exercised])
            }
        }
    }

    /// Whether she sells in every slot, whatever the prize.
    pub(super) fn always_sells(&self) -> bool {
        let sells = |slot| match self.continuous() {
            Some(solution) => solution.region(slot, Decision::Sell) == [[None, None]],
            None => self.nodes(slot).iter().all(|node| node.decision == Decision::Sell),
        };
        (0..=self.maturity()).all(sells)
    }

    /// Runs of neighbouring states of a slot at which she decides so: first and last state.
    fn runs(&self, slot: usize, decision: Decision) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (state, node) in self.nodes(slot).iter().enumerate() {
            if node.decision != decision {
                continue;
            }
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == state => *last = state,
                _ => runs.push((state, state)),
            }
        }
        runs
    }

    /// The part of the prize axis that stands for a run of states: half-way to the neighbours on either side.
    fn band(&self, axis: &Axis, slot: usize, (first, last): (usize, usize)) -> (f64, f64) {
        let states = self.prizes.states(slot);
        let low = match first.checked_sub(1) {
            Some(below) => axis.between(states[below], states[first]),
            None => axis.range.0,
        };
        let high = match states.get(last + 1) {
            Some(&above) => axis.between(states[last], above),
            None => axis.range.1,
        };
        (low, high)
    }
}

/// The keys and values of a market file in one line, long lists summarised.
#[must_use]
pub fn parameters(table: &toml::Table) -> String {
    let mut parts = Vec::new();
    flatten("", table, &mut parts);
    parts.join("; ")
}

fn flatten(prefix: &str, table: &toml::Table, parts: &mut Vec<String>) {
    for (key, value) in table {
        let path = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match value {
            toml::Value::Table(inner) => flatten(&path, inner, parts),
            other => parts.push(format!("{path} = {}", short(other))),
        }
    }
}

fn short(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(list) if list.len() > LONGEST_LIST => match list.first() {
            Some(toml::Value::Array(row)) => format!("a {} × {} matrix", list.len(), row.len()),
            _ => format!(
                "{} numbers from {} to {}",
                list.len(),
                end(list.first()),
                end(list.last())
            ),
        },
        toml::Value::Array(list) => {
            let items: Vec<String> = list.iter().map(short).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

fn end(value: Option<&toml::Value>) -> String {
    value.map_or_else(String::new, short)
}

#[cfg(test)]
mod tests {
    use super::parameters;

    #[test]
    fn long_lists_are_summarised() {
        let text = "a = [1, 2]\nb.c = [1, 2, 3, 4, 5, 6, 7]\nd = \"x\"";
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(parameters(&table), "a = [1, 2]; b.c = 7 numbers from 1 to 7; d = x");
    }
}
