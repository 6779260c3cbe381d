//! The one-time code with which an office joins: one line that can be read aloud.
//!
//! `DAIBAN1-` and blocks of ten symbols of Crockford's base 32 (no I, L, O, U): eight of content and
//! two of check, so that a slip of the pen is found in its block.

use std::fmt;
use std::str::FromStr;

use daiban_sync::id::{Millis, OfficeCode};
use serde::{Deserialize, Serialize};

const PREFIX: &str = "DAIBAN1";
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BLOCK_CONTENT: usize = 8;
const BLOCK: usize = BLOCK_CONTENT + 2;
/// About 600 characters of addresses.
const CODE_CHARS_MAX: usize = 2_000;
pub(super) const ADDRESSES_MAX: usize = 4;

/// The first half of the BLAKE3 of a root certificate: enough that none other can be made to fit.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint([u8; 16]);

/// What the code says. No `Debug`: it holds the secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub office: OfficeCode,
    pub root: Fingerprint,
    pub(super) secret: [u8; 16],
    pub expires: Millis,
    pub addresses: Vec<String>,
}

/// Why a code cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Something else was pasted.
    #[error("invitation code: expected one that begins with {PREFIX}-, got {found:?}")]
    Prefix { found: String },
    /// A letter that codes do not have.
    #[error(
        "invitation code, block {block} ({text}): {symbol:?} does not occur in codes (0-9 and letters without I, L, O, U)"
    )]
    Symbol { block: usize, text: String, symbol: char },
    /// A mistyped, missing or exchanged block.
    #[error(
        "invitation code, block {block} ({text}): mistyped; compare it with the code from the office above"
    )]
    Block { block: usize, text: String },
    /// The end is missing.
    #[error("invitation code: ends too soon after block {blocks}; copy the whole line")]
    TooShort { blocks: usize },
    /// Far too long.
    #[error("invitation code: expected at most {CODE_CHARS_MAX} characters, got {found}")]
    TooLong { found: usize },
    /// All blocks are right and yet it makes no sense.
    #[error(
        "invitation code: cannot be read ({why}); it was made by another version, ask for a new one"
    )]
    Content { why: String },
}

impl Fingerprint {
    /// Of a root certificate (DER).
    pub fn of(root: &[u8]) -> Self {
        let hash = blake3::derive_key("daiban 2026 root fingerprint", root);
        Self(std::array::from_fn(|i| hash[i]))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = postcard::to_stdvec(self).map_err(|_| fmt::Error)?;
        let symbols = symbols_of(&bytes);
        let last = symbols.len().div_ceil(BLOCK_CONTENT) - 1;
        f.write_str(PREFIX)?;
        for (index, content) in symbols.chunks(BLOCK_CONTENT).enumerate() {
            f.write_str("-")?;
            let check = check_of(index, index == last, content);
            for symbol in content.iter().chain(&check) {
                write!(f, "{}", char::from(ALPHABET[usize::from(*symbol)]))?;
            }
        }
        Ok(())
    }
}

impl FromStr for Invitation {
    type Err = CodeError;

    /// Forgives case, spaces, missing hyphens, and O, I, L typed for 0 and 1.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let symbols = content_symbols(text)?;
        let why = |why: &str| CodeError::Content { why: why.to_owned() };
        let bytes = bytes_of(&symbols).ok_or_else(|| why("odd end"))?;
        let (invitation, rest): (Self, _) = postcard::take_from_bytes(&bytes)
            .map_err(|error| CodeError::Content { why: error.to_string() })?;
        if !rest.is_empty() {
            return Err(why("longer than its content"));
        }
        if invitation.addresses.len() > ADDRESSES_MAX {
            return Err(why("too many addresses"));
        }
        Ok(invitation)
    }
}

fn content_symbols(text: &str) -> Result<Vec<u8>, CodeError> {
    if text.len() > CODE_CHARS_MAX {
        return Err(CodeError::TooLong { found: text.len() });
    }
    let joined: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let upper = joined.to_uppercase();
    let body: Vec<char> = upper
        .strip_prefix(PREFIX)
        .ok_or_else(|| CodeError::Prefix { found: text.chars().take(16).collect() })?
        .chars()
        .collect();
    let blocks = body.len().div_ceil(BLOCK);
    let mut symbols = Vec::with_capacity(body.len());
    for (index, block) in body.chunks(BLOCK).enumerate() {
        symbols.extend(block_content(index, index + 1 == blocks, block)?);
    }
    if symbols.is_empty() { Err(CodeError::TooShort { blocks: 0 }) } else { Ok(symbols) }
}

fn block_content(index: usize, is_last: bool, block: &[char]) -> Result<Vec<u8>, CodeError> {
    let text = || block.iter().collect::<String>();
    let number = index + 1;
    let mut values = Vec::with_capacity(BLOCK);
    for symbol in block {
        let value = value_of(*symbol).ok_or_else(|| CodeError::Symbol {
            block: number,
            text: text(),
            symbol: *symbol,
        })?;
        values.push(value);
    }
    let content = values.len().saturating_sub(2);
    let check = values.split_off(content);
    if check == check_of(index, is_last, &values) {
        return Ok(values);
    }
    if is_last && check == check_of(index, false, &values) {
        return Err(CodeError::TooShort { blocks: number });
    }
    Err(CodeError::Block { block: number, text: text() })
}

fn value_of(symbol: char) -> Option<u8> {
    let symbol = match symbol {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let index = ALPHABET.iter().position(|known| char::from(*known) == symbol)?;
    u8::try_from(index).ok()
}

/// Two symbols of a Reed-Solomon code over place and content: any two wrong symbols of a block are
/// found, and so are exchanged and missing blocks.
fn check_of(index: usize, is_last: bool, content: &[u8]) -> [u8; 2] {
    let index = u8::try_from(index).unwrap_or(u8::MAX);
    let place = [index & 31, index >> 5 | u8::from(is_last) << 4];
    place
        .iter()
        .chain(content)
        .fold([0, 0], |[sum, weighted], symbol| [sum ^ symbol, times_alpha(weighted) ^ symbol])
}

/// In the field of 32 elements, modulo x^5 + x^2 + 1.
fn times_alpha(element: u8) -> u8 {
    let doubled = element << 1;
    if doubled & 32 == 0 { doubled } else { doubled ^ 0b10_0101 }
}

fn symbols_of(bytes: &[u8]) -> Vec<u8> {
    let bit = |i: usize| bytes.get(i / 8).map_or(0, |byte| byte >> (7 - i % 8) & 1);
    let count = (bytes.len() * 8).div_ceil(5);
    (0..count).map(|s| (0..5).fold(0, |value, i| value << 1 | bit(5 * s + i))).collect()
}

/// `None` if bits are set after the last whole byte.
fn bytes_of(symbols: &[u8]) -> Option<Vec<u8>> {
    let bit = |i: usize| symbols[i / 5] >> (4 - i % 5) & 1;
    let bits = symbols.len() * 5;
    let whole = bits / 8;
    let bytes = (0..whole).map(|b| (0..8).fold(0, |value, i| value << 1 | bit(8 * b + i)));
    (8 * whole..bits).all(|i| bit(i) == 0).then(|| bytes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Invitation {
        Invitation {
            office: "330382001001".parse().unwrap(),
            root: Fingerprint::of(b"root"),
            secret: [0xA5; 16],
            expires: Millis(1_772_354_096_000),
            addresses: vec!["xian.example.cn:3816".into(), "10.20.0.5:3816".into()],
        }
    }

    fn read(code: &str) -> Result<Invitation, CodeError> {
        code.parse()
    }

    #[test]
    fn a_code_comes_back_however_it_is_typed() {
        let code = sample().to_string();
        assert!(code.len() < 250 && !code.contains(['\n', ' ']), "{code}");
        for typed in [
            code.clone(),
            code.to_lowercase(),
            code.replace('-', " "),
            code.replace('-', ""),
            format!("  {}\n", code.replace('0', "O").replace('1', "l").replacen('l', "1", 1)),
        ] {
            assert!(read(&typed) == Ok(sample()), "{typed}");
        }
    }

    #[test]
    fn a_slip_is_found_in_its_block() {
        let code = sample().to_string();
        let mut missed = 0;
        for at in 8..code.len() {
            if code.as_bytes()[at] == b'-' {
                continue;
            }
            for wrong in ALPHABET.iter().filter(|symbol| **symbol != code.as_bytes()[at]) {
                let mut typed = code.clone().into_bytes();
                typed[at] = *wrong;
                match read(std::str::from_utf8(&typed).unwrap()) {
                    Err(CodeError::Block { block, .. }) => assert_eq!(block, (at - 8) / 11 + 1),
                    _ => missed += 1,
                }
            }
        }
        assert_eq!(missed, 0, "of {} slips", code.len());
    }

    #[test]
    fn exchanged_lost_and_strange_parts_are_named() {
        let code = sample().to_string();
        let blocks: Vec<&str> = code.split('-').collect();
        let mut exchanged = blocks.clone();
        exchanged.swap(2, 3);
        assert!(matches!(read(&exchanged.join("-")), Err(CodeError::Block { block: 2, .. })));
        let short = blocks[..5].join("-");
        assert!(matches!(read(&short), Err(CodeError::TooShort { blocks: 4 })));
        let strange = code.replacen(blocks[3], "U234567890", 1);
        assert!(matches!(read(&strange), Err(CodeError::Symbol { block: 3, symbol: 'U', .. })));
        assert!(matches!(read("hello"), Err(CodeError::Prefix { .. })));
        assert!(matches!(read("DAIBAN2-0000"), Err(CodeError::Prefix { .. })));
        assert!(matches!(read("DAIBAN1-"), Err(CodeError::TooShort { blocks: 0 })));
        assert!(matches!(read(&"A".repeat(5_000)), Err(CodeError::TooLong { found: 5_000 })));
    }
}
