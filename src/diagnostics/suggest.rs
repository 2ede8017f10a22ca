//! "Did you mean": the candidate that a misspelled word was probably meant to be.

/// The candidate nearest to `word`, if it is near: a different case, or one letter in three added, lost, changed or
/// swapped with its neighbour. Of equally near ones the first.
pub fn suggest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let limit = (word.chars().count() + 1) / 3;
    let lower = word.to_lowercase();
    let near = |candidate: &'c str| Some((distance(&lower, &candidate.to_lowercase(), limit)?, candidate));
    let best = candidates.into_iter().filter_map(near).min_by_key(|(distance, _)| *distance);
    best.map(|(_, candidate)| candidate)
}

/// Is another candidate as near as `near`?
pub fn doubtful<'c>(word: &str, near: &str, candidates: impl IntoIterator<Item = &'c str>) -> bool {
    let lower = word.to_lowercase();
    let limit = (word.chars().count() + 1) / 3;
    let far = |candidate: &str| distance(&lower, &candidate.to_lowercase(), limit);
    far(near).is_none_or(|nearest| {
        candidates.into_iter().any(|other| other != near && far(other).is_some_and(|distance| distance <= nearest))
    })
}

/// Can the word mean nothing but `near`? It is long enough, one slip away, no other candidate is, and no digit differs: `v1` is no
/// slip of `v2`.
pub fn certain<'c>(word: &str, near: &str, candidates: impl IntoIterator<Item = &'c str>) -> bool {
    let lower = word.to_lowercase();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let close = |candidate: &str| distance(&lower, &candidate.to_lowercase(), 1).is_some();
    let other = candidates.into_iter().any(|candidate| candidate != near && close(candidate));
    word.chars().count() >= 4 && close(near) && !other && digits(word) == digits(near)
}

/// How many letters differ; `None` beyond `limit`.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    // Three rows of the usual table: swapped neighbours look two rows back.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut nearest = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                nearest = nearest.min(before[j - 2] + 1);
            }
            row.push(nearest);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|&distance| distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::{certain, suggest};

    const WORDS: [&str; 5] = ["restore", "restart", "take", "timeout", "before_migration"];

    #[test]
    fn near_words_are_found() {
        assert_eq!(suggest("retsore", WORDS), Some("restore"));
        assert_eq!(suggest("Timeout", WORDS), Some("timeout"));
        assert_eq!(suggest("tmeout", WORDS), Some("timeout"));
        assert_eq!(suggest("before_migartion", WORDS), Some("before_migration"));
        assert_eq!(suggest("restores", WORDS), Some("restore"));
        assert_eq!(suggest("tak", WORDS), Some("take"));
    }

    #[test]
    fn a_slip_is_certain_only_without_another_candidate() {
        assert!(certain("retsore", "restore", WORDS));
        assert!(certain("restart_api", "restart_ap", ["restart_ap", "stop"]));
        assert!(!certain("orders_v1", "orders_v2", ["orders_v2"]));
        assert!(!certain("order", "orders", ["orders", "border"]));
        assert!(!certain("db", "dbx", ["dbx"]));
        assert!(!certain("before_migratoin_x", "before_migration", WORDS));
    }

    #[test]
    fn far_words_are_not() {
        assert_eq!(suggest("verify", WORDS), None);
        assert_eq!(suggest("x", WORDS), None);
        assert_eq!(suggest("", WORDS), None);
        assert_eq!(suggest("timeout", []), None);
    }
}
