//! What changed between two short texts, line by line.

/// Lines shown at most.
const MOST_SHOWN: usize = 20;
/// Texts of more lines than this are compared line against line: a table of all pairs would be too large.
const MOST_COMPARED: usize = 2_000;

/// The lines that only the old text has, after `- `, and those that only the new one has, after `+ `, in order; empty if
/// there are none.
#[must_use]
pub fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let changes = if old.len().max(new.len()) > MOST_COMPARED {
        line_by_line(&old, &new)
    } else {
        shortest(&old, &new)
    };
    let mut text: String = changes
        .iter()
        .take(MOST_SHOWN)
        .map(|line| format!("{line}\n"))
        .collect();
    if changes.len() > MOST_SHOWN {
        text.push_str(&format!("… and {} more lines\n", changes.len() - MOST_SHOWN));
    }
    text
}

/// The fewest changes, by the longest common subsequence of lines.
fn shortest(old: &[&str], new: &[&str]) -> Vec<String> {
    // common[i][j]: lines that old[i..] and new[j..] can have in common.
    let mut common = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut changes) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            changes.push(format!("- {}", old[i]));
            i += 1;
        } else {
            changes.push(format!("+ {}", new[j]));
            j += 1;
        }
    }
    changes
}

fn line_by_line(old: &[&str], new: &[&str]) -> Vec<String> {
    let mut changes = Vec::new();
    for k in 0..old.len().max(new.len()) {
        let (before, after) = (old.get(k), new.get(k));
        if before != after {
            changes.extend(before.map(|line| format!("- {line}")));
            changes.extend(after.map(|line| format!("+ {line}")));
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn only_what_changed_is_shown() {
        assert_eq!(difference("a\nb\nc\n", "a\nx\nc\nd\n"), "- b\n+ x\n+ d\n");
        assert_eq!(difference("a\nb", "a\nb\n"), "");
        let long = (0..100).map(|k| format!("{k}\n")).collect::<String>();
        assert!(difference(&long, "").ends_with("… and 80 more lines\n"));
    }
}
