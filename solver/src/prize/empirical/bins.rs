//! Bins of equal probability.

/// Means closer than this, relative, are merged: twice what a chain takes for the same prize.
const SAME_MEAN: f64 = 2e-9;

/// One bin's values: `values[from..to]` of the sorted sample.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: usize,
    to: usize,
}

/// A sorted sample cut into bins, none of them empty, with strictly increasing means.
pub(super) struct Cut<'a> {
    values: &'a [f64],
    spans: Vec<Span>,
    /// The smallest value of every bin but the first: where one bin ends and the next begins.
    edges: Vec<f64>,
}

impl<'a> Cut<'a> {
    /// Cuts `values`, sorted and not empty, into at most `bins` ≥ 1 bins.
    pub fn new(values: &'a [f64], bins: usize) -> Self {
        let mut ranks: Vec<usize> = (1..bins)
            .map(|k| nearer_end(values, k * values.len() / bins))
            .filter(|&rank| rank > 0 && rank < values.len())
            .collect();
        ranks.dedup();
        ranks.push(values.len());

        let mut spans: Vec<Span> = Vec::with_capacity(ranks.len());
        let mut from = 0;
        for to in ranks {
            let mut span = Span { from, to };
            // Values that differ in the last digits only: two bins would be one state to the chain.
            while let Some(last) = spans.last()
                && mean(&values[span.from..span.to]) - mean(&values[last.from..last.to])
                    <= SAME_MEAN * mean(&values[span.from..span.to])
            {
                span.from = last.from;
                spans.pop();
            }
            spans.push(span);
            from = to;
        }
        Self {
            edges: spans.iter().skip(1).map(|span| values[span.from]).collect(),
            values,
            spans,
        }
    }

    /// How many bins.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// The values of one bin, increasing.
    pub fn values(&self, bin: usize) -> &[f64] {
        let span = self.spans[bin];
        &self.values[span.from..span.to]
    }

    /// The mean of the values of one bin.
    pub fn mean(&self, bin: usize) -> f64 {
        mean(self.values(bin))
    }

    /// The bin of a prize: the last one that begins at or below it, the first if none does.
    pub fn bin_of(&self, prize: f64) -> usize {
        self.edges.partition_point(|&edge| edge <= prize)
    }
}

/// The end nearer to `rank` of the run of equal values that `rank` stands in; the lower one of two equally near.
///
/// Without this a cut inside a run would put equal prizes in two bins.
fn nearer_end(values: &[f64], rank: usize) -> usize {
    let value = values[rank];
    let start = values.partition_point(|&x| x < value);
    let end = values.partition_point(|&x| x <= value);
    if rank - start <= end - rank { start } else { end }
}

/// The mean, taken from the smallest value up so that equal values average to themselves exactly.
pub(super) fn mean(sorted: &[f64]) -> f64 {
    let low = sorted[0];
    low + sorted.iter().map(|x| x - low).sum::<f64>() / sorted.len() as f64
}
