//! The known word that somebody probably meant.

/// A longer list helps nobody.
const SHOWN_MAX: usize = 16;
const SHOWN_OF_MANY: usize = 6;

/// The nearest of `known`, if it is near enough to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let measured = known.into_iter().map(|candidate| (distance(word, candidate), candidate));
    let (distance, found) = measured.min()?;
    (distance * 2 <= word.chars().count().max(3)).then_some(found)
}

/// All of `known`, or of many those that are nearest.
pub fn choices<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<&str> = known.into_iter().collect();
    if all.len() <= SHOWN_MAX {
        return all.join(", ");
    }
    let mut measured: Vec<_> =
        all.into_iter().map(|known| (distance(word, known), known)).collect();
    measured.sort_unstable();
    let nearest: Vec<_> =
        measured.into_iter().take(SHOWN_OF_MANY).map(|(_, known)| known).collect();
    format!("{} …", nearest.join(", "))
}

/// How many letters are to be added, removed or changed (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_was_meant_is_found_and_a_strange_one_is_not() {
        let known = ["serves", "seq", "season"];
        assert_eq!(nearest("servs", known), Some("serves"));
        assert_eq!(nearest("saeson", known), Some("season"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn of_many_only_the_nearest_are_shown() {
        assert_eq!(choices("x", ["b", "a"]), "b, a");
        let many: Vec<String> = (10..40).map(|n| n.to_string()).collect();
        assert_eq!(choices("77", many.iter().map(String::as_str)), "17, 27, 37, 10, 11, 12 …");
    }
}
