//! Legal case numbers 办件编号: the organ's code of the item, a day and a serial.
//!
//! ```text
//! Y9990000MA00000010 4 990511001000 20261126 0205   (43 characters, written without spaces)
//! └ organ 18         │ │            │        └ serial 4, out of a block that was leased
//!                    │ │            └ day on which it was given 8
//!                    │ └ basic code of the item 12
//!                    └ level 1: 3 city, 4 county, 5 town, 6 village
//! ```
//! The code has no check character of its own; the organ's part has one. Which serials an office
//! may give, [`crate::numbering`] says.

mod code;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::calendar::Date;
use code::ascii_code;
pub use code::{BasicCode, CodeError, ItemCode, Uscc};

/// The highest serial of a day.
pub const SERIAL_MAX: u16 = 9_999;

/// A legal case number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseNumber([u8; CaseNumber::LEN]);
ascii_code!(CaseNumber, CaseNumberError);

/// Why a number could not be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseNumberError {
    #[error(
        "case number 办件编号: expected {} characters, got {found}; compare it with the paper",
        CaseNumber::LEN
    )]
    Length { found: usize },
    #[error("case number 办件编号: {0}; compare it with the paper")]
    Code(#[from] CodeError),
    #[error("case number 办件编号: {found:?} names no day; compare it with the paper")]
    Day { found: String },
    #[error(
        "case number 办件编号: expected a serial from 0001 to {SERIAL_MAX}, got {found:?}; compare it with the paper"
    )]
    Serial { found: String },
}

impl CaseNumber {
    pub const LEN: usize = ItemCode::LEN + 12;

    /// # Errors
    /// [`CaseNumberError::Serial`] beyond the range.
    pub fn new(item: ItemCode, day: Date, serial: u16) -> Result<Self, CaseNumberError> {
        if !(1..=SERIAL_MAX).contains(&serial) {
            return Err(CaseNumberError::Serial { found: serial.to_string() });
        }
        let (year, month, of_month) = day.ymd();
        let text = format!("{item}{year:04}{month:02}{of_month:02}{serial:04}");
        let found = text.len();
        text.into_bytes().try_into().map(Self).map_err(|_| CaseNumberError::Length { found })
    }

    /// Whether a text is as long as a number, spaces and dashes aside.
    pub fn is_like(text: &str) -> bool {
        compact(text).len() == Self::LEN
    }

    /// The organ's code of the item.
    pub fn item(&self) -> ItemCode {
        self.as_str()[..ItemCode::LEN].parse().expect("checked when it was made or read")
    }

    /// The day on which it was given.
    pub fn day(&self) -> Date {
        day_of(&self.as_str()[31..39]).expect("checked when it was made or read")
    }

    pub fn serial(&self) -> u16 {
        self.as_str()[39..].parse().expect("checked when it was made or read")
    }
}

impl FromStr for CaseNumber {
    type Err = CaseNumberError;
    fn from_str(text: &str) -> Result<Self, CaseNumberError> {
        let text = compact(text);
        if text.len() != Self::LEN || !text.is_ascii() {
            return Err(CaseNumberError::Length { found: text.chars().count() });
        }
        let (item, rest) = text.split_at(ItemCode::LEN);
        let (day, serial) = rest.split_at(8);
        let day = day_of(day).ok_or_else(|| CaseNumberError::Day { found: day.to_owned() })?;
        let digits = serial.bytes().all(|byte| byte.is_ascii_digit());
        let read = serial.parse().ok().filter(|_| digits);
        let read = read.ok_or_else(|| CaseNumberError::Serial { found: serial.to_owned() })?;
        Self::new(item.parse()?, day, read)
    }
}

fn compact(text: &str) -> String {
    let kept = text.chars().filter(|c| !matches!(c, ' ' | '-'));
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

fn day_of(eight: &str) -> Option<Date> {
    let number = |from: usize, to: usize| {
        let part = eight.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok())?
    };
    Date::from_ymd(number(0, 4)?.cast_signed(), number(4, 6)?, number(6, 8)?)
}

#[cfg(test)]
mod tests {
    use daiban_sync::id::Tier;
    use proptest::prelude::*;

    use super::*;

    /// A real organ's code, seen in public links.
    const ORGAN: &str = "11511301008778183N";

    fn sample(serial: u16) -> CaseNumber {
        let (organ, basic) = (ORGAN.parse().unwrap(), "000511001000".parse().unwrap());
        let day = "2026-11-26".parse().unwrap();
        CaseNumber::new(ItemCode::new(organ, Tier::County, basic), day, serial).unwrap()
    }

    #[test]
    fn it_is_pinned_and_reads_back() {
        let number = sample(205);
        assert_eq!(number.as_str(), "11511301008778183N4000511001000202611260205");
        assert_eq!("11511301008778183n 4 000511001000 20261126-0205".parse(), Ok(number));
        assert_eq!(number.item().as_str(), "11511301008778183N4000511001000");
        assert_eq!((number.day().to_string().as_str(), number.serial()), ("2026-11-26", 205));
        assert_eq!((number.item().basic().kind(), number.item().is_invented()), ("05", false));
    }

    #[test]
    fn errors_name_the_place() {
        let wrong = |text: &str| text.parse::<CaseNumber>().unwrap_err();
        assert_eq!(wrong("1151"), CaseNumberError::Length { found: 4 });
        let good = sample(205).as_str().to_owned();
        let organ = good.replacen("183N", "183M", 1);
        assert!(matches!(wrong(&organ), CaseNumberError::Code(CodeError::Organ { .. })));
        let level = good.replacen("N4000", "N1000", 1);
        assert!(matches!(wrong(&level), CaseNumberError::Code(CodeError::Item { .. })));
        let basic = good.replacen("0511", "05I1", 1);
        assert!(matches!(wrong(&basic), CaseNumberError::Code(CodeError::Basic { .. })));
        assert!(matches!(wrong(&good.replacen("1126", "1131", 1)), CaseNumberError::Day { .. }));
        for serial in ["0000", "+205"] {
            let text = good.replacen("0205", serial, 1);
            assert!(matches!(wrong(&text), CaseNumberError::Serial { .. }), "{text}");
        }
        assert!(matches!(wrong(&"号".repeat(43)), CaseNumberError::Length { found: 43 }));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            drop(text.parse::<CaseNumber>());
        }

        #[test]
        fn what_reads_is_written_the_same(serial in 1..=SERIAL_MAX) {
            let number = sample(serial);
            prop_assert_eq!(number.as_str().parse(), Ok(number));
        }
    }
}
