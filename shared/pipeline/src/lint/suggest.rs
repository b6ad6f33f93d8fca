//! Which name was probably meant?

/// How many single-character edits still count as a slip.
const NEAR: usize = 2;

/// How many candidates are looked at, so that a thousand mistakes among a thousand names stay cheap.
const MOST: usize = 64;

/// The candidate that is only a slip of the pen away, if there is one.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(wrong.len()) <= 2 * NEAR)
        .filter(|candidate| candidate.len() <= 64)
        .take(MOST)
        .map(|candidate| (distance(wrong, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= NEAR && *distance < candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}

/// A remedy that names the nearest candidate, or lists them all if none is near.
pub(crate) fn remedy<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    match nearest(wrong, candidates.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None if candidates.is_empty() => "there is none to choose from".to_owned(),
        None => format!("known: {}", shortened(&candidates)),
    }
}

fn shortened(candidates: &[&str]) -> String {
    const SHOWN: usize = 12;
    let mut text = candidates.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if candidates.len() > SHOWN {
        text.push_str(", ...");
    }
    text
}

/// Levenshtein's distance, without regard to case.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();

    for (line, from) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = line;
        let mut last = line + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(&right) {
            let here = (*cell + 1).min(last + 1).min(diagonal + usize::from(from != *to));
            diagonal = *cell;
            *cell = here;
            last = here;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        assert_eq!(remedy("Retialer", ["Retailer", "Region"]), "did you mean `Retailer`?");
    }

    #[test]
    fn nothing_is_near_a_stranger() {
        assert_eq!(nearest("Regoin", ["Retailer", "Region"]), Some("Region"));
        assert_eq!(nearest("Zebra", ["Retailer", "Region"]), None);
    }

    #[test]
    fn a_stranger_is_answered_with_the_list() {
        assert_eq!(remedy("Zebra", ["Retailer", "Region"]), "known: Retailer, Region");
    }

    #[test]
    fn distances_are_levenshteins() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "SAME"), 0);
    }
}
