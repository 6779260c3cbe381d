//! What a step rests on.

use serde::{Serialize, Serializer};

use crate::words::{self, Said};

/// An article, or the rule that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// 行政许可法, by article; followed by analogy where the item is no licence.
    Licensing { article: u8, by_analogy: bool },
    /// 民法典, by article.
    CivilCode(u8),
    /// Saturdays and Sundays are days of rest.
    WorkingHours,
    /// Public holidays, and the weekends worked for them.
    Holidays,
    /// What the item says.
    Item,
    /// How daiban handles what neither the law nor the item says.
    Handling,
}

impl Basis {
    /// 中文 and English.
    pub fn words(self) -> Said {
        match self {
            Self::Licensing { article, by_analogy: false } => {
                words::basis_licensing(&numeral(article), article)
            }
            Self::Licensing { article, by_analogy: true } => {
                words::basis_licensing_by_analogy(&numeral(article), article)
            }
            Self::CivilCode(article) => words::basis_civil_code(&numeral(article), article),
            Self::WorkingHours => words::basis_working_hours(),
            Self::Holidays => words::basis_holidays(),
            Self::Item => words::basis_item(),
            Self::Handling => words::basis_handling(),
        }
    }
}

impl Serialize for Basis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.words().serialize(serializer)
    }
}

/// A number below 256 in Chinese, as articles are numbered.
fn numeral(number: u8) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: u8| DIGITS[usize::from(n % 10)];
    let (hundreds, tens, ones) = (number / 100, number / 10 % 10, number % 10);
    let mut text = String::new();
    if hundreds > 0 {
        text = format!("{}百", digit(hundreds));
    }
    match (tens, ones) {
        (0, 0) if hundreds > 0 => return text,
        (0, _) if hundreds > 0 => text += "零",
        (0, _) => {}
        (1, _) if hundreds == 0 => text += "十",
        _ => text += &format!("{}十", digit(tens)),
    }
    if ones > 0 { text + digit(ones) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_numbered_as_in_print() {
        for (number, text) in [
            (7, "七"),
            (10, "十"),
            (32, "三十二"),
            (82, "八十二"),
            (200, "二百"),
            (203, "二百零三"),
            (210, "二百一十"),
        ] {
            assert_eq!(numeral(number), text);
        }
    }
}
