//! Numbers with check digits.

use crate::calendar::Date;

/// A citizen's ID number (GB 11643), checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CitizenId([u8; 18]);

/// What is wrong with an ID number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdFault {
    #[error("expected 17 digits and a digit or X")]
    Shape,
    #[error("the date of birth does not exist or lies ahead")]
    Birth,
    #[error("the check character does not fit")]
    Check,
    #[error("no province has this number")]
    Province,
    #[error("test identities (99…) are for training only")]
    Training,
}

/// What is wrong with another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    #[error("it has the wrong length or characters")]
    Shape,
    #[error("its check digit does not fit")]
    Check,
}

const ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS: &[u8; 11] = b"10X98765432";
/// GB/T 2260.
const PROVINCES: [u8; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82,
];
/// Residence permits of Hong Kong, Macao and Taiwan residents count 83 for Taiwan; foreigners'
/// permits (2023) begin with 9 and a province, which is why 99 alone is impossible.
const TAIWAN_RESIDENT: u8 = 83;
const TRAINING: u8 = 99;

/// Whether these two digits are a province's.
pub(crate) fn is_province(digits: &str) -> bool {
    digits.parse().is_ok_and(|code| PROVINCES.contains(&code))
}

/// The character that ends an ID number with these digits.
pub(crate) fn id_check(digits: &[u8]) -> u8 {
    let sum: u32 = digits.iter().zip(ID_WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
    ID_CHECKS[(sum % 11) as usize]
}

impl CitizenId {
    /// # Errors
    /// [`IdFault`]; a lower-case x is read as X.
    pub fn parse(text: &str, today: Date, training: bool) -> Result<Self, IdFault> {
        let id = Self::shaped(text).ok_or(IdFault::Shape)?;
        if id.birth_date().is_none_or(|birth| birth > today) {
            return Err(IdFault::Birth);
        }
        if !id.check_fits() {
            return Err(IdFault::Check);
        }
        match (id.0[0] - b'0') * 10 + (id.0[1] - b'0') {
            TRAINING if training => Ok(id),
            TRAINING => Err(IdFault::Training),
            province if PROVINCES.contains(&province) || province == TAIWAN_RESIDENT => Ok(id),
            foreign if foreign / 10 == 9 => Ok(id),
            _ => Err(IdFault::Province),
        }
    }

    /// The number, if its shape, date and check character are right, whoever it belongs to.
    pub(super) fn peek(text: &str) -> Option<Self> {
        Self::shaped(text).filter(|id| id.birth_date().is_some() && id.check_fits())
    }

    fn shaped(text: &str) -> Option<Self> {
        let mut bytes: [u8; 18] = text.trim().as_bytes().try_into().ok()?;
        bytes[17] = bytes[17].to_ascii_uppercase();
        let fits = bytes[..17].iter().all(u8::is_ascii_digit)
            && (bytes[17].is_ascii_digit() || bytes[17] == b'X');
        fits.then_some(Self(bytes))
    }

    fn check_fits(&self) -> bool {
        id_check(&self.0[..17]) == self.0[17]
    }

    fn birth_date(&self) -> Option<Date> {
        let number = |from: usize, to: usize| {
            self.0[from..to].iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'))
        };
        Date::from_ymd(number(6, 10).cast_signed(), number(10, 12), number(12, 14))
            .filter(|date| date.year() >= 1880)
    }

    /// The date of birth.
    pub fn birth(&self) -> Date {
        self.birth_date().expect("checked when it was read")
    }

    /// 男 or 女
    pub fn sex(&self) -> &'static str {
        if (self.0[16] - b'0').is_multiple_of(2) { "女" } else { "男" }
    }

    /// The number in capitals.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits and X only")
    }
}

/// A unified social credit code (GB 32100).
///
/// # Errors
/// [`NumberFault`].
pub fn uscc(text: &str) -> Result<(), NumberFault> {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let code: &[u8; 18] = text.as_bytes().try_into().map_err(|_| NumberFault::Shape)?;
    let value = |byte: &u8| ALPHABET.iter().position(|c| c == byte).ok_or(NumberFault::Shape);
    let mut sum = 0;
    for (byte, weight) in code.iter().zip(WEIGHTS) {
        sum += value(byte)? * weight;
    }
    if value(&code[17])? == (31 - sum % 31) % 31 { Ok(()) } else { Err(NumberFault::Check) }
}

/// A mobile number of the mainland.
///
/// # Errors
/// [`NumberFault::Shape`].
pub fn mobile(text: &str) -> Result<(), NumberFault> {
    let bytes = text.as_bytes();
    let fits = bytes.len() == 11
        && bytes.iter().all(u8::is_ascii_digit)
        && bytes[0] == b'1'
        && bytes[1] >= b'3';
    if fits { Ok(()) } else { Err(NumberFault::Shape) }
}

/// A bank card number (Luhn).
///
/// # Errors
/// [`NumberFault`].
pub fn bank_card(text: &str) -> Result<(), NumberFault> {
    let digits = text.as_bytes();
    if !(12..=19).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(NumberFault::Shape);
    }
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let weigh = |(at, digit): (usize, &u8)| {
        let digit = u32::from(digit - b'0');
        if at.is_multiple_of(2) { digit } else { doubled(digit) }
    };
    let sum: u32 = digits.iter().rev().enumerate().map(weigh).sum();
    if sum.is_multiple_of(10) { Ok(()) } else { Err(NumberFault::Check) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        "2026-11-21".parse().unwrap()
    }

    #[test]
    fn the_standards_samples_pass() {
        let id = CitizenId::parse("11010519491231002x", today(), false).unwrap();
        assert_eq!((id.as_str(), id.sex()), ("11010519491231002X", "女"));
        assert_eq!(id.birth().to_string(), "1949-12-31");
        assert!(CitizenId::parse("440524188001010014", today(), false).is_ok());
        assert_eq!(uscc("11511301008778183N"), Ok(()));
        assert_eq!(uscc("115113010833722043"), Ok(()));
    }

    #[test]
    fn faults_are_told_apart() {
        let fault = |text: &str| CitizenId::parse(text, today(), false).unwrap_err();
        assert_eq!(fault("1101051949123100"), IdFault::Shape);
        assert_eq!(fault("110105194913310021"), IdFault::Birth);
        assert_eq!(fault("110105194912310021"), IdFault::Check);
        assert_eq!(fault("11010519491231O02X"), IdFault::Shape);
        assert_eq!(uscc("11511301008778183M"), Err(NumberFault::Check));
        assert_eq!(uscc("11511301008778183I"), Err(NumberFault::Shape));
        assert_eq!(mobile("12345678901"), Err(NumberFault::Shape));
        assert_eq!(bank_card("9900123456789012345"), Err(NumberFault::Check));
        assert_eq!(bank_card("4111111111111111"), Ok(()));
    }

    #[test]
    fn test_identities_are_for_training_only() {
        let body = "99038219490101123";
        let sum: u32 = body.bytes().zip(ID_WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
        let id = format!("{body}{}", char::from(ID_CHECKS[(sum % 11) as usize]));
        assert_eq!(CitizenId::parse(&id, today(), false), Err(IdFault::Training));
        assert!(CitizenId::parse(&id, today(), true).is_ok());
    }
}
