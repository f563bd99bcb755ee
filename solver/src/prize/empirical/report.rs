//! What an estimated chain rests on.

use serde::Serialize;

use super::bins::Cut;
use super::series::Series;

/// One bin of the observed prizes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    /// Smallest value, ETH.
    pub lower: f64,
    /// Largest value, ETH.
    pub upper: f64,
    /// Mean of the values, ETH: the prize of the chain's state.
    pub mean: f64,
    /// Values in the bin.
    pub count: usize,
    /// Counted pairs whose first slot is in the bin.
    pub pairs_from: usize,
    /// Counted pairs whose second slot is in the bin.
    pub pairs_to: usize,
}

/// What a chain was estimated from, and where the data had nothing to say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EstimateReport {
    /// The bins, in increasing order of the prize.
    pub bins: Vec<Bin>,
    /// How many bins were asked for.
    pub bins_asked: usize,
    /// How many there are: fewer if values are tied.
    pub bins_obtained: usize,
    /// Values seen.
    pub values: usize,
    /// Slots in the data without a value.
    pub missing_values: usize,
    /// Runs of slots that are not in the data at all, between the first slot and the last.
    pub gaps: usize,
    /// Slots in these runs.
    pub missing_slots: u64,
    /// Pairs of consecutive slots with a value each: the transitions counted.
    pub pairs: usize,
    /// Indices of bins no counted pair starts in; their rows are the overall frequencies of the bins.
    pub never_left: Vec<usize>,
    /// Indices of bins no counted pair ends in: after slot 0 the chain reaches them only by way of a bin in
    /// `never_left`.
    pub never_entered: Vec<usize>,
    /// Indices of bins from which every counted pair goes back to the same bin: the chain never leaves them. Empty
    /// when there is only one bin.
    pub absorbing: Vec<usize>,
}

impl EstimateReport {
    pub(super) fn new(series: &Series<'_>, bins_asked: usize, cut: &Cut<'_>, counts: &[Vec<usize>]) -> Self {
        let size = cut.len();
        let bins: Vec<Bin> = (0..size)
            .map(|i| {
                let values = cut.values(i);
                Bin {
                    lower: values[0],
                    upper: values[values.len() - 1],
                    mean: cut.mean(i),
                    count: values.len(),
                    pairs_from: counts[i].iter().sum(),
                    pairs_to: counts.iter().map(|row| row[i]).sum(),
                }
            })
            .collect();
        let which = |holds: &dyn Fn(usize) -> bool| (0..size).filter(|&i| holds(i)).collect::<Vec<_>>();
        let values = bins.iter().map(|bin| bin.count).sum();
        let absent = series.absent();
        Self {
            bins_asked,
            bins_obtained: size,
            values,
            missing_values: series.observations().len() - values,
            gaps: absent.gaps,
            missing_slots: absent.slots,
            pairs: bins.iter().map(|bin| bin.pairs_from).sum(),
            never_left: which(&|i| bins[i].pairs_from == 0),
            never_entered: which(&|i| bins[i].pairs_to == 0),
            absorbing: which(&|i| size > 1 && bins[i].pairs_from > 0 && counts[i][i] == bins[i].pairs_from),
            bins,
        }
    }

    /// What a reader should know before trusting the chain, one sentence each; empty for good data.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut list = Vec::new();
        if self.bins_obtained < self.bins_asked {
            list.push(format!(
                "{} bins asked for, {} obtained: equal values stay in one bin",
                self.bins_asked, self.bins_obtained
            ));
        }
        if self.pairs == 0 {
            list.push(
                "no two consecutive slots have a value each: every slot's prize is drawn from the overall frequencies"
                    .to_owned(),
            );
            return list;
        }
        if !self.never_left.is_empty() {
            list.push(format!(
                "no counted pair starts in {}: there the next prize is drawn from the overall frequencies",
                self.named(&self.never_left)
            ));
        }
        if !self.never_entered.is_empty() {
            list.push(format!(
                "no counted pair ends in {}: the chain hardly ever comes there",
                self.named(&self.never_entered)
            ));
        }
        if !self.absorbing.is_empty() {
            list.push(format!(
                "every counted pair that starts in {} stays there: the chain never leaves",
                self.named(&self.absorbing)
            ));
        }
        list
    }

    /// A few bins by number (from 1) and prize.
    fn named(&self, indices: &[usize]) -> String {
        const SHOWN: usize = 4;
        let mut text = indices
            .iter()
            .take(SHOWN)
            .map(|&i| format!("bin {} ({} ETH)", i + 1, self.bins[i].mean))
            .collect::<Vec<_>>()
            .join(", ");
        if indices.len() > SHOWN {
            text.push_str(&format!(" and {} more", indices.len() - SHOWN));
        }
        text
    }
}
