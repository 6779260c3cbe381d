//! One cell: what a person sees in it, and what that means in a field.

use daiban_domain::catalog::FieldType;
use daiban_domain::words::{self, Said};

/// Spreadsheets keep fifteen digits of a number; from here on the last ones are not those that
/// were typed.
const EXACT_BELOW: f64 = 1e15;

/// A cell of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    pub text: String,
    /// Why it cannot be taken as it stands.
    pub fault: Option<Fault>,
}

/// What is wrong, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub said: Said,
    pub remedy: Said,
}

impl Cell {
    /// Text as it stands in the file.
    pub(super) fn typed(text: &str) -> Self {
        Self { text: text.to_owned(), fault: is_shortened(text).then(lost_digits) }
    }

    /// A number of a spreadsheet.
    pub(super) fn number(value: f64, is_percent: bool) -> Self {
        if value.abs() >= EXACT_BELOW {
            return Self { text: format!("{value:E}"), fault: Some(lost_digits()) };
        }
        let (value, sign) = if is_percent { (value * 100.0, "%") } else { (value, "") };
        // As many digits as a spreadsheet shows.
        let shown: f64 = format!("{value:.14e}").parse().unwrap_or(value);
        Self { text: format!("{shown}{sign}"), fault: None }
    }

    /// A cell in which the spreadsheet itself found a fault.
    pub(super) fn broken(text: String) -> Self {
        let fault = Fault { said: words::cell_is_error(&text), remedy: words::mend_formula() };
        Self { text, fault: Some(fault) }
    }
}

/// A long number as `3.30382E+17`: its last digits are gone.
fn is_shortened(text: &str) -> bool {
    let Some((digits, exponent)) = text.trim().split_once(['E', 'e']) else { return false };
    let digits = digits.trim_start_matches('-');
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_number && exponent.trim_start_matches('+').parse::<u8>().is_ok_and(|exponent| exponent >= 11)
}

fn lost_digits() -> Fault {
    Fault { said: words::cell_lost_digits(), remedy: words::format_as_text() }
}

/// The text for a field, as the entry checks read it. What is not recognised stays: the checks name
/// its fault.
pub(super) fn meant(kind: FieldType, text: &str) -> String {
    let text = text.trim();
    let read = match kind {
        FieldType::Date => date(text),
        FieldType::Bool => match text {
            "TRUE" | "True" | "√" => Some("true".to_owned()),
            "FALSE" | "False" | "×" => Some("false".to_owned()),
            text if text == &*words::yes().zh => Some("true".to_owned()),
            text if text == &*words::no().zh => Some("false".to_owned()),
            _ => None,
        },
        FieldType::Percent => text.strip_suffix(['%', '％']).map(|number| number.trim().to_owned()),
        _ => None,
    };
    read.unwrap_or_else(|| text.to_owned())
}

/// `2026/1/2`, `2026.1.2` and `2026年1月2日` as `2026-01-02`.
fn date(text: &str) -> Option<String> {
    let text = text.strip_suffix('日').unwrap_or(text);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).collect();
    let [year, month, day] = parts[..] else { return None };
    let number = |part: &str, digits: usize| {
        let is_one = (1..=digits).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        is_one.then(|| part.parse::<u16>().ok()).flatten()
    };
    let year = number(year, 4).filter(|_| year.len() == 4)?;
    Some(format!("{year:04}-{:02}-{:02}", number(month, 2)?, number(day, 2)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_what_a_person_sees() {
        let text = |value| Cell::number(value, false).text;
        assert_eq!([text(300.0), text(0.1 + 0.2), text(-2.5)], ["300", "0.3", "-2.5"]);
        assert_eq!(text(15_412_345_678.0), "15412345678");
        assert_eq!(Cell::number(0.35, true).text, "35%");
        assert_eq!(meant(FieldType::Percent, "35%"), "35");
    }

    #[test]
    fn a_long_number_that_lost_digits_is_a_fault_however_it_comes() {
        let lost = Cell::number(990_101_194_901_010_123.0, false);
        assert!(lost.fault.is_some());
        assert!(Cell::typed(&lost.text).fault.is_some(), "{}", lost.text);
        assert!(Cell::typed("3.30382E+17").fault.is_some());
        for sound in ["330382198801011234", "12E", "E17", "1E5", "1.5", "王E+17", ""] {
            assert_eq!(Cell::typed(sound).fault, None, "{sound}");
        }
    }

    #[test]
    fn dates_and_answers_are_read_as_people_write_them() {
        for text in ["2026-01-02", "2026/1/2", "2026.1.2", "2026年1月2日", " 2026年01月02日 "]
        {
            assert_eq!(meant(FieldType::Date, text), "2026-01-02");
        }
        assert_eq!(meant(FieldType::Date, "26/1/2"), "26/1/2");
        assert_eq!(meant(FieldType::Bool, "是"), "true");
        assert_eq!(meant(FieldType::Enum, "是"), "是");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC{0,40}") {
            for kind in [FieldType::Date, FieldType::Bool, FieldType::Percent, FieldType::Text] {
                meant(kind, &text);
            }
            Cell::typed(&text);
        }

        #[test]
        fn any_number_is_read(value: f64, is_percent: bool) {
            Cell::number(value, is_percent);
        }
    }
}
