//! Receipt numbers 收件号, made offline.
//!
//! ```text
//! 330382001001 261121 000A K7Q X      (26 characters, written without spaces)
//! └ office 12  └ YYMMDD└ serial 4, base 36
//!                          └ salt 3, base 36
//!                              └ check character, ISO 7064 MOD 37,36 (GB/T 17710)
//! ```
//! The serial counts the office's own numbers, as far as its node knows them; the salt is random, so
//! that a cloned, restored or new node which repeats a serial meets the same number with
//! probability 1/46,656 only. The check character
//! finds every single wrong character and every swap of neighbours.

use std::fmt;
use std::str::FromStr;

use daiban_sync::id::OfficeCode;
use serde::{Deserialize, Serialize};

use crate::calendar::Date;

const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Serials of one node on one day.
pub const SERIALS: u32 = 36u32.pow(4);
/// Values of the salt.
pub const SALTS: u32 = 36u32.pow(3);
/// Characters of a number.
pub const LEN: usize = 26;

/// A receipt number whose check character is right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReceiptNumber([u8; LEN]);

/// Why a number could not be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptNumberError {
    #[error(
        "receipt number 收件号: expected {LEN} characters, got {found}; type it again from the receipt"
    )]
    Length { found: usize },
    #[error(
        "receipt number 收件号: expected {expected} at position {position}, got {found:?}; compare it with the receipt"
    )]
    Character { position: usize, expected: &'static str, found: char },
    #[error(
        "receipt number 收件号: {found:?} names no office or no date; compare it with the receipt"
    )]
    Place { found: String },
    #[error(
        "receipt number 收件号: the last character does not fit the rest, so at least one is wrong; compare it with the receipt"
    )]
    Check,
    #[error(
        "receipt number: serial {serial} is not below {SERIALS} or salt {salt} not below {SALTS}; this office has used up today's numbers"
    )]
    UsedUp { serial: u32, salt: u32 },
}

impl ReceiptNumber {
    /// # Errors
    /// [`ReceiptNumberError::UsedUp`] beyond the ranges.
    pub fn make(
        office: OfficeCode,
        date: Date,
        serial: u32,
        salt: u32,
    ) -> Result<Self, ReceiptNumberError> {
        if serial >= SERIALS || salt >= SALTS {
            return Err(ReceiptNumberError::UsedUp { serial, salt });
        }
        let body = format!("{office}{}{}{}", date.yymmdd(), base36(serial, 4), base36(salt, 3));
        let mut bytes = [0; LEN];
        bytes[..LEN - 1].copy_from_slice(body.as_bytes());
        bytes[LEN - 1] = check_character(body.as_bytes());
        Ok(Self(bytes))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits and capitals only")
    }

    /// Where it was made.
    pub fn office(&self) -> OfficeCode {
        self.as_str()[..12].parse().expect("checked when it was made or read")
    }
}

fn base36(mut value: u32, width: usize) -> String {
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(value % 36) as usize];
        value /= 36;
    }
    String::from_utf8(digits).expect("the alphabet is ASCII")
}

/// ISO 7064 MOD 37,36 over base-36 digits.
fn check_character(digits: &[u8]) -> u8 {
    let value = |c: &u8| DIGITS.iter().position(|d| d == c).unwrap_or(0);
    let product = digits.iter().fold(36, |product, c| match (product + value(c)) % 36 {
        0 => 36 * 2 % 37,
        sum => sum * 2 % 37,
    });
    DIGITS[(37 - product) % 36]
}

impl FromStr for ReceiptNumber {
    type Err = ReceiptNumberError;

    fn from_str(text: &str) -> Result<Self, ReceiptNumberError> {
        let compact: Vec<char> = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if compact.len() != LEN {
            return Err(ReceiptNumberError::Length { found: compact.len() });
        }
        let mut bytes = [0; LEN];
        for (index, (found, byte)) in compact.into_iter().zip(&mut bytes).enumerate() {
            let (expected, fits) = if index < 18 {
                ("a digit", found.is_ascii_digit())
            } else {
                ("a digit or a letter", found.is_ascii_alphanumeric())
            };
            if !fits {
                return Err(ReceiptNumberError::Character { position: index + 1, expected, found });
            }
            *byte = u8::try_from(found.to_ascii_uppercase()).expect("ASCII was just checked");
        }
        let number = Self(bytes);
        if check_character(&bytes[..LEN - 1]) != bytes[LEN - 1] {
            return Err(ReceiptNumberError::Check);
        }
        number.place_is_real()?;
        Ok(number)
    }
}

impl ReceiptNumber {
    fn place_is_real(&self) -> Result<(), ReceiptNumberError> {
        let text = self.as_str();
        let date = format!("20{}-{}-{}", &text[12..14], &text[14..16], &text[16..18]);
        if text[..12].parse::<OfficeCode>().is_err() || date.parse::<Date>().is_err() {
            return Err(ReceiptNumberError::Place { found: text[..18].to_owned() });
        }
        Ok(())
    }
}

impl TryFrom<String> for ReceiptNumber {
    type Error = ReceiptNumberError;
    fn try_from(text: String) -> Result<Self, ReceiptNumberError> {
        text.parse()
    }
}

impl From<ReceiptNumber> for String {
    fn from(number: ReceiptNumber) -> Self {
        number.as_str().to_owned()
    }
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> ReceiptNumber {
        let office = OfficeCode::new(330_382_001_001).unwrap();
        let date = Date::from_ymd(2026, 11, 21).unwrap();
        ReceiptNumber::make(office, date, 10, 12_345).unwrap()
    }

    #[test]
    fn the_standard_sample_checks() {
        assert_eq!(check_character(b"A12425GABC1234002"), b'M');
    }

    #[test]
    fn it_is_pinned_and_reads_back() {
        assert_eq!(sample().as_str(), "330382001001261121000A9IXU");
        assert_eq!(sample().as_str().to_lowercase().parse(), Ok(sample()));
        assert_eq!("330382001001 261121 000A 9IX U".parse(), Ok(sample()));
        assert_eq!(sample().office().to_string(), "330382001001");
    }

    #[test]
    fn one_wrong_character_is_always_found() {
        let good = sample().as_str().to_owned();
        for position in 0..LEN {
            for digit in DIGITS {
                let mut text = good.clone().into_bytes();
                text[position] = *digit;
                let text = String::from_utf8(text).unwrap();
                assert_eq!(text.parse::<ReceiptNumber>().is_ok(), text == good, "{text}");
            }
        }
    }

    #[test]
    fn errors_name_the_place() {
        let wrong = |text: &str| text.parse::<ReceiptNumber>().unwrap_err();
        assert_eq!(wrong("33038200100"), ReceiptNumberError::Length { found: 11 });
        let o_for_0 = sample().as_str().replacen('0', "O", 1);
        assert_eq!(
            wrong(&o_for_0),
            ReceiptNumberError::Character { position: 3, expected: "a digit", found: 'O' }
        );
        assert!(
            ReceiptNumber::make(sample().office(), Date::at(Default::default()), SERIALS, 0)
                .is_err()
        );
    }
}
