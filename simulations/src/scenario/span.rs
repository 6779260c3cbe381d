//! Stretches of time as people write them: `90s`, `1h 30min`, `60d`.

/// Units with their milliseconds, the longest first.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("min", 60_000),
    ("ms", 1),
    ("s", 1_000),
];

pub(super) const EXPECTED: &str = "a stretch of time such as \"90s\", \"1h 30min\" or \"3d\"";

/// Milliseconds.
pub(super) fn parse(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.is_empty() {
        return None;
    }
    parts.into_iter().map(part).try_fold(0u64, |sum, part| sum.checked_add(part?))
}

/// As [`parse`], perhaps with a minus before it.
pub(super) fn parse_signed(text: &str) -> Option<i64> {
    match text.trim().strip_prefix('-') {
        Some(rest) => i64::try_from(parse(rest)?).ok().map(|ms| -ms),
        None => i64::try_from(parse(text)?).ok(),
    }
}

fn part(text: &str) -> Option<u64> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let (_, ms) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_time_in_parts() {
        for (text, ms) in [
            ("90s", Some(90_000)),
            ("1h 30min", Some(5_400_000)),
            ("60d", Some(60 * 86_400_000)),
            ("15ms", Some(15)),
            ("", None),
            ("h", None),
            ("5", None),
            ("5 h", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(parse(text), ms, "{text}");
        }
        assert_eq!(parse_signed("-3y"), Some(-3 * 365 * 86_400_000));
    }
}
