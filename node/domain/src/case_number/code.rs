//! The code under which an organ carries out an item 实施编码.

use std::str::FromStr;

use daiban_sync::id::Tier;
use serde::{Deserialize, Serialize};

use crate::check::{NumberFault, uscc};

/// Why a code could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("basic code 基本编码: expected 12 digits such as 990511001000, got {found:?}")]
    Basic { found: String },
    #[error(
        "unified social credit code 统一社会信用代码: expected 18 characters with their check character, got {found:?}: {fault}"
    )]
    Organ { found: String, fault: NumberFault },
    #[error(
        "item code 实施编码: expected 18 characters of the organ, a level from 3 (city) to 6 (village) and 12 digits, got {found:?}"
    )]
    Item { found: String },
}

/// A fixed number of ASCII characters that was checked when it was made or read.
macro_rules! ascii_code {
    ($name:ident, $error:ty) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).expect("only ASCII gets in")
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.as_str().to_owned()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use ascii_code;

/// An item's code in the national list 基本编码: who listed it (2, `00` the nation), its type (2),
/// the line of business (2), the item (3) and its part (3). `99` lists nothing: such a code is
/// invented.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BasicCode([u8; 12]);
ascii_code!(BasicCode, CodeError);

impl BasicCode {
    /// Who listed the item: `00` or a province.
    pub fn lister(&self) -> &str {
        &self.as_str()[..2]
    }

    /// The type of the item, as `task_type` begins.
    pub fn kind(&self) -> &str {
        &self.as_str()[2..4]
    }

    pub fn is_invented(&self) -> bool {
        self.lister() == "99"
    }
}

impl FromStr for BasicCode {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let digits = text.as_bytes().try_into().ok();
        let digits = digits.filter(|digits: &[u8; 12]| digits.iter().all(u8::is_ascii_digit));
        digits.map(Self).ok_or_else(|| CodeError::Basic { found: shortened(text) })
    }
}

/// The unified social credit code of an organ (GB 32100).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uscc([u8; 18]);
ascii_code!(Uscc, CodeError);

impl Uscc {
    /// Registered under the impossible division 990000: nobody's.
    pub fn is_invented(&self) -> bool {
        self.as_str().starts_with("Y9990000")
    }
}

impl FromStr for Uscc {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let wrong = |fault| CodeError::Organ { found: shortened(text), fault };
        uscc(text).map_err(wrong)?;
        text.as_bytes().try_into().map(Self).map_err(|_| wrong(NumberFault::Shape))
    }
}

/// 实施编码: the organ (18), the level at which it acts (1) and the basic code (12).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ItemCode([u8; ItemCode::LEN]);
ascii_code!(ItemCode, CodeError);

impl ItemCode {
    pub const LEN: usize = 31;

    pub fn new(organ: Uscc, tier: Tier, basic: BasicCode) -> Self {
        let mut code = [0; Self::LEN];
        code[..18].copy_from_slice(&organ.0);
        code[18] = level_of(tier);
        code[19..].copy_from_slice(&basic.0);
        Self(code)
    }

    /// Whether it is the code of this item at this level.
    pub fn is_of(&self, tier: Tier, basic: BasicCode) -> bool {
        self.0[18] == level_of(tier) && self.basic() == basic
    }

    pub fn basic(&self) -> BasicCode {
        self.as_str()[19..].parse().expect("checked when it was made or read")
    }

    fn organ(&self) -> Uscc {
        self.as_str()[..18].parse().expect("checked when it was made or read")
    }

    /// Whether some part of it is invented, so that it may stand on no real paper.
    pub fn is_invented(&self) -> bool {
        self.organ().is_invented() || self.basic().is_invented()
    }
}

impl FromStr for ItemCode {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let item = || CodeError::Item { found: shortened(text) };
        if text.len() != Self::LEN || !text.is_ascii() {
            return Err(item());
        }
        let (organ, rest) = text.split_at(18);
        let (level, basic) = rest.split_at(1);
        let tiers = [Tier::City, Tier::County, Tier::Town, Tier::Village];
        let tier = tiers.into_iter().find(|tier| [level_of(*tier)] == level.as_bytes());
        Ok(Self::new(organ.parse()?, tier.ok_or_else(item)?, basic.parse()?))
    }
}

/// 行使层级: 1 and 2 are the nation and a province.
fn level_of(tier: Tier) -> u8 {
    match tier {
        Tier::City => b'3',
        Tier::County => b'4',
        Tier::Town => b'5',
        Tier::Village => b'6',
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
