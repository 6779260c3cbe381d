//! What people read, in both languages: one catalogue, a file for each area.
//!
//! An entry is a named message with its arguments, its zh and its en text; it becomes a function
//! that gives a [`Said`]. No sentence for people is worded anywhere else.

mod acts;
mod alarms;
mod approving;
mod board;
mod clocks;
mod desk;
mod directory;
mod fields;
mod fold;
mod licences;
mod lists;
mod node;
mod notices;
mod numbers;
mod operating;
mod pages;
mod prints;
mod public;
mod shown;
mod standing;
mod states;
mod versions;
mod watch;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use acts::*;
pub use alarms::*;
pub use approving::*;
pub use board::*;
pub use clocks::*;
pub use desk::*;
pub use directory::*;
pub use fields::*;
pub use fold::*;
pub use licences::*;
pub use lists::*;
pub use node::*;
pub use notices::*;
pub use numbers::*;
pub use operating::*;
pub use pages::*;
pub use prints::*;
pub use public::*;
pub use shown::{Shown, bytes, moment};
pub use standing::*;
pub use states::*;
pub use versions::*;
pub use watch::*;

/// A sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// 中文
    pub zh: Box<str>,
    /// English
    pub en: Box<str>,
}

impl Said {
    fn new(zh: impl Into<Box<str>>, en: impl Into<Box<str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// What is no message of the catalogue: names in an item file, the words of a citizen or of
    /// the system underneath, and what is put together from messages.
    pub fn of_data(zh: impl Into<Box<str>>, en: impl Into<Box<str>>) -> Self {
        Self::new(zh, en)
    }

    /// One after the other, with what each language puts between them.
    pub fn joined(all: &[Self], between: [&str; 2]) -> Self {
        let texts = |text: fn(&Self) -> &str| all.iter().map(text).collect::<Vec<_>>();
        Self::new(texts(|said| &said.zh).join(between[0]), texts(|said| &said.en).join(between[1]))
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.zh, self.en)
    }
}

/// An entry of the catalogue, as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    pub name: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
}

/// The whole catalogue, area by area.
pub const ALL: &[&[Message]] = &[
    acts::MESSAGES,
    alarms::MESSAGES,
    approving::MESSAGES,
    board::MESSAGES,
    clocks::MESSAGES,
    desk::MESSAGES,
    directory::MESSAGES,
    fields::MESSAGES,
    fold::MESSAGES,
    licences::MESSAGES,
    lists::MESSAGES,
    node::MESSAGES,
    notices::MESSAGES,
    numbers::MESSAGES,
    operating::MESSAGES,
    pages::MESSAGES,
    prints::MESSAGES,
    public::MESSAGES,
    standing::MESSAGES,
    states::MESSAGES,
    versions::MESSAGES,
    watch::MESSAGES,
];

/// The messages of an area. Texts capture the arguments by name; each argument shows itself in the
/// language of the text ([`Shown`]).
macro_rules! messages {
    ($(
        $(#[$doc:meta])*
        $name:ident $(($($arg:ident: $type:ty),+ $(,)?))? { zh: $zh:literal, en: $en:literal $(,)? }
    )+) => {
        $(
            $(#[$doc])*
            #[doc = concat!("\n\n", $zh, "\n\n", $en)]
            pub fn $name($($($arg: $type),+)?) -> $crate::words::Said {
                $crate::words::Said::new(
                    messages!(@text zh $zh $($($arg)+)?),
                    messages!(@text en $en $($($arg)+)?),
                )
            }
        )+

        pub(super) const MESSAGES: &[$crate::words::Message] = &[
            $($crate::words::Message { name: stringify!($name), zh: $zh, en: $en }),+
        ];
    };
    (@text $language:ident $text:literal) => { $text };
    (@text $language:ident $text:literal $($arg:ident)+) => {{
        $(
            #[allow(unused_variables, reason = "a text need not show every argument")]
            let $arg = $crate::words::Shown::$language(&$arg);
        )+
        format!($text)
    }};
}
use messages;
