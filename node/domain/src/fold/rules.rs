//! Why an act has no effect.

use serde::Serialize;

use crate::act::ActKind;
use crate::words::{self, Said};

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

pub(super) fn not_yet(said: Said) -> Why {
    Why { cause: Cause::NotYet, said }
}

pub(super) fn too_late(said: Said) -> Why {
    Why { cause: Cause::TooLate, said }
}

pub(super) fn impossible(said: Said) -> Why {
    Why { cause: Cause::Impossible, said }
}

pub(super) fn not_allowed(said: Said) -> Why {
    Why { cause: Cause::NotAllowed, said }
}

/// 「受理」 before its turn.
pub(super) fn turn_has_not_come(kind: &ActKind) -> Why {
    not_yet(words::turn_has_not_come(kind))
}

pub(super) fn already_answered(kind: &ActKind) -> Why {
    too_late(words::already_answered(kind))
}
