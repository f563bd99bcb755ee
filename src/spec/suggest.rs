//! What a reader may have meant by a name that does not exist.

/// The candidate closest to `name`, if one is close: one slip for every three letters.
pub(crate) fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name
        .trim()
        .to_lowercase()
        .replace(['-', ' '], "_")
        .chars()
        // No key is longer; a longer name costs time and can match nothing.
        .take(128)
        .collect();
    candidates
        .into_iter()
        .map(|candidate| (distance(&name, candidate), candidate))
        .filter(|(slips, candidate)| *slips <= candidate.chars().count().div_ceil(3))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1; b.len() + 1];
        for j in 0..b.len() {
            let change = usize::from(a[i] != b[j]);
            row[j + 1] = (above[j] + change).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                row[j + 1] = row[j + 1].min(before[j - 1] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn slips_are_forgiven_and_strangers_are_not() {
        let keys = ["maturity", "exercise", "draw_probability"];
        assert_eq!(closest("maturty", keys), Some("maturity"));
        assert_eq!(closest("matuirty", keys), Some("maturity"));
        assert_eq!(closest("Draw-Probability", keys), Some("draw_probability"));
        assert_eq!(closest("volatility", keys), None);
        assert_eq!(closest("", keys), None);
    }
}
