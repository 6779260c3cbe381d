//! Why an act has no effect.

use serde::Serialize;

use crate::act::ActKind;
use crate::words::Said;

/// By kind: only the first may mend itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Something that comes before it is not here.
    NotYet,
    /// It came after what settled the matter.
    TooLate,
    /// Its author may not do it.
    NotAllowed,
    /// It contradicts the item.
    Impossible,
}

/// The cause with a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub cause: Cause,
    pub said: Said,
}

pub(super) fn not_yet(zh: impl Into<String>, en: impl Into<String>) -> Why {
    Why { cause: Cause::NotYet, said: Said::new(zh, en) }
}

pub(super) fn too_late(zh: impl Into<String>, en: impl Into<String>) -> Why {
    Why { cause: Cause::TooLate, said: Said::new(zh, en) }
}

pub(super) fn impossible(zh: impl Into<String>, en: impl Into<String>) -> Why {
    Why { cause: Cause::Impossible, said: Said::new(zh, en) }
}

pub(super) fn not_allowed(said: Said) -> Why {
    Why { cause: Cause::NotAllowed, said }
}

/// 「受理」 before its turn.
pub(super) fn turn_has_not_come(kind: &ActKind) -> Why {
    let (zh, en) = kind.words();
    not_yet(
        format!("还未轮到「{zh}」：前面的环节尚未完成"),
        format!("it is not yet time for \"{en}\": earlier stages are not complete"),
    )
}

pub(super) fn already_answered(kind: &ActKind) -> Why {
    let (zh, en) = kind.words();
    too_late(
        format!("「{zh}」已办理，不能重复"),
        format!("\"{en}\" was done before and is not done twice"),
    )
}
