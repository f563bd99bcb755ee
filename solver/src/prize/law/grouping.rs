//! Few prizes for many: neighbours of a sample joined into their means.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Prizes closer than this, relative, are the same.
const SAME: f64 = 1e-9;

/// A sample as few prizes with their probabilities.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grouping {
    /// Increasing, ETH.
    pub prizes: Vec<f64>,
    pub probabilities: Vec<f64>,
    /// sup_k |E(R − k)⁺ − E(R̄ − k)⁺|, R̄ the mean of R's group, ETH: at a group's mean, half its mean deviation.
    pub error: f64,
    /// How many different prizes there were.
    pub distinct: usize,
}

/// Neighbours of the sorted sample.
#[derive(Debug, Clone, Copy)]
struct Group {
    count: f64,
    mean: f64,
    /// At least half the sum of |r − mean|.
    spread: f64,
}

impl Group {
    fn with(&self, next: &Self) -> Self {
        let count = self.count + next.count;
        let weight = next.count / count;
        Self {
            count,
            mean: self.mean + weight * (next.mean - self.mean),
            // Half the mean deviation of two points, and what there was around each.
            spread: self.spread + next.spread + self.count * weight * (next.mean - self.mean),
        }
    }
}

/// At most `most` groups of a sorted sample: again and again the two neighbours are joined whose union is the narrowest by its
/// probability, so that the tail, which is sparse, keeps its prizes.
pub(crate) fn grouped(sorted: &[f64], most: usize) -> Grouping {
    let mut groups: Vec<Group> = Vec::new();
    for &prize in sorted {
        let one = Group {
            count: 1.0,
            mean: prize,
            spread: 0.0,
        };
        match groups.last_mut() {
            Some(last) if prize - last.mean <= SAME * prize => *last = last.with(&one),
            _ => groups.push(one),
        }
    }
    let distinct = groups.len();
    join(&mut groups, most.max(1));
    let size = sorted.len() as f64;
    let mut at = 0;
    let mut error = 0.0_f64;
    for group in &groups {
        let end = at + group.count as usize;
        let half: f64 = sorted[at..end].iter().map(|prize| (prize - group.mean).abs()).sum();
        error = error.max(0.5 * half / size);
        at = end;
    }
    Grouping {
        prizes: groups.iter().map(|group| group.mean).collect(),
        probabilities: groups.iter().map(|group| group.count / size).collect(),
        error: if distinct > most { error } else { 0.0 },
        distinct,
    }
}

/// Joins neighbours until `most` are left.
fn join(groups: &mut Vec<Group>, most: usize) {
    let count = groups.len();
    if count <= most {
        return;
    }
    // A group is known by its first member; what has been joined to another is none.
    let mut alive = vec![true; count];
    let mut after: Vec<usize> = (1..=count).collect();
    let mut before: Vec<Option<usize>> = (0..count).map(|at| at.checked_sub(1)).collect();
    // A union's spread as bits, which are ordered as positive numbers are; its two groups; their size when it was seen.
    let seen = |groups: &[Group], one: usize, next: usize| {
        let union = groups[one].with(&groups[next]);
        Reverse((union.spread.to_bits(), one, next, union.count as u64))
    };
    let mut heap: BinaryHeap<_> = (1..count).map(|next| seen(groups, next - 1, next)).collect();
    let mut left = count;
    while left > most {
        let Some(Reverse((_, one, next, size))) = heap.pop() else {
            break;
        };
        let current = alive[one] && alive[next] && after[one] == next;
        if !current || (groups[one].count + groups[next].count) as u64 != size {
            continue;
        }
        groups[one] = groups[one].with(&groups[next]);
        alive[next] = false;
        after[one] = after[next];
        left -= 1;
        if after[one] < count {
            before[after[one]] = Some(one);
            heap.push(seen(groups, one, after[one]));
        }
        if let Some(previous) = before[one] {
            heap.push(seen(groups, previous, one));
        }
    }
    let mut keep = alive.into_iter();
    groups.retain(|_| keep.next().unwrap_or(false));
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn few_prizes_are_kept() {
        let grouping = grouped(&[0.0, 1.0, 1.0, 4.0], 3);
        assert_eq!(grouping.prizes, [0.0, 1.0, 4.0]);
        assert_eq!(grouping.probabilities, [0.25, 0.5, 0.25]);
        assert_eq!((grouping.error, grouping.distinct), (0.0, 3));
    }

    #[test]
    fn neighbours_are_joined_and_the_tail_is_kept() {
        let sample: Vec<f64> = (0..2000)
            .map(|i| (1.0 - (f64::from(i) + 0.5) / 2000.0).powf(-0.7))
            .collect();
        let mean = sample.iter().sum::<f64>() / 2000.0;
        let excess = |k: f64| sample.iter().map(|r| (r - k).max(0.0)).sum::<f64>() / 2000.0;
        let mut before = f64::INFINITY;
        for most in [50, 200, 800] {
            let grouping = grouped(&sample, most);
            assert_eq!((grouping.prizes.len(), grouping.distinct), (most, 2000));
            assert!(grouping.prizes.windows(2).all(|pair| pair[0] < pair[1]));
            let of_groups = |k: f64| -> f64 {
                let groups = grouping.prizes.iter().zip(&grouping.probabilities);
                groups.map(|(r, p)| p * (r - k).max(0.0)).sum()
            };
            assert!((of_groups(0.0) - mean).abs() < 1e-12 * mean);
            let widest = sample
                .iter()
                .chain(&grouping.prizes)
                .map(|&k| (excess(k) - of_groups(k)).abs());
            let widest = widest.fold(0.0, f64::max);
            assert!((widest - grouping.error).abs() < 1e-12, "{widest} {}", grouping.error);
            assert!(grouping.error < 0.2 * before, "{most}: {}", grouping.error);
            before = grouping.error;
            // The largest prizes are their own groups.
            assert_eq!(grouping.prizes[most - 1], sample[1999]);
        }
    }
}
