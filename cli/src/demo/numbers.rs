//! Numbers that are well formed and cannot be anybody's.

use daiban_sync::id::OfficeCode;

use crate::draw::{Draw, low};

/// 18 digits by GB 11643 under province 99, which does not exist.
pub(super) fn citizen_id(draw: &mut Draw, home: OfficeCode, year: u64) -> String {
    const WEIGHTS: [u64; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let (month, day, serial) = (1 + draw.below(12), 1 + draw.below(28), draw.below(1_000));
    let body = format!("99{:04}{year:04}{month:02}{day:02}{serial:03}", home.division6() % 10_000);
    let sum: u64 =
        body.bytes().zip(WEIGHTS).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
    format!("{body}{}", CHECKS[low(sum % 11)])
}

/// 18 characters by GB 32100, with a body by GB 11714.
pub(super) fn credit_code(draw: &mut Draw) -> String {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let code = format!("Y9990000{}", organisation(draw));
    let value = |byte: u8| ALPHABET.iter().position(|known| *known == byte).unwrap_or(0);
    let sum: usize = code.bytes().zip(WEIGHTS).map(|(byte, weight)| value(byte) * weight).sum();
    format!("{code}{}", char::from(ALPHABET[(31 - sum % 31) % 31]))
}

/// Nine characters by GB 11714.
fn organisation(draw: &mut Draw) -> String {
    const WEIGHTS: [u64; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let body: String = WEIGHTS.iter().map(|_| draw.digit()).collect();
    let sum: u64 =
        body.bytes().zip(WEIGHTS).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
    match 11 - sum % 11 {
        10 => format!("{body}X"),
        11 => format!("{body}0"),
        check => format!("{body}{check}"),
    }
}

pub(super) fn mobile(draw: &mut Draw) -> String {
    format!("154{}", digits(draw, 8))
}

/// 19 digits by Luhn.
pub(super) fn bank_card(draw: &mut Draw) -> String {
    let body = format!("9900{}", digits(draw, 14));
    let weigh = |(at, digit): (usize, u8)| match (u64::from(digit - b'0'), at % 2) {
        (digit, 0) if digit > 4 => digit * 2 - 9,
        (digit, 0) => digit * 2,
        (digit, _) => digit,
    };
    let sum: u64 = body.bytes().rev().enumerate().map(weigh).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn digits(draw: &mut Draw, count: usize) -> String {
    (0..count).map(|_| draw.digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use daiban_domain::check;

    #[test]
    fn numbers_cannot_be_anybodys() {
        let mut draw = Draw::new(&[1]);
        let home = super::super::cast::VILLAGE_1.code();
        for _ in 0..100 {
            assert!(citizen_id(&mut draw, home, 1950).starts_with("990382"));
            let code = credit_code(&mut draw);
            assert!(code.starts_with("Y9990000"));
            check::uscc(&code).unwrap();
            check::bank_card(&bank_card(&mut draw)).unwrap();
        }
    }
}
