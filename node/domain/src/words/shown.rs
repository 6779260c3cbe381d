//! How an argument shows itself in a sentence.

use std::fmt::{Debug, Display};

use daiban_sync::id::{BlobId, Incarnation, LogId, NodeKey, OfficeCode};

use super::Said;
use crate::act::{ActId, ActKind};
use crate::calendar::Date;
use crate::case_number::CaseNumber;
use crate::catalog::{Action, Grade, Limit};
use crate::fold::Status;
use crate::organ::OrganCode;

/// Something that a sentence can mention, in the language of the sentence.
pub trait Shown {
    fn zh(&self) -> impl Display + Debug;
    fn en(&self) -> impl Display + Debug;
}

impl<T: Shown + ?Sized> Shown for &T {
    fn zh(&self) -> impl Display + Debug {
        (**self).zh()
    }

    fn en(&self) -> impl Display + Debug {
        (**self).en()
    }
}

impl Shown for Said {
    fn zh(&self) -> impl Display + Debug {
        &self.zh
    }

    fn en(&self) -> impl Display + Debug {
        &self.en
    }
}

macro_rules! shown_alike {
    ($($type:ty),+) => {$(
        impl Shown for $type {
            fn zh(&self) -> impl Display + Debug {
                self
            }

            fn en(&self) -> impl Display + Debug {
                self
            }
        }
    )+};
}
shown_alike!(str, i32, u8, u16, u32, u64, usize, i64);
shown_alike!(Date, Grade, OfficeCode, NodeKey, LogId, BlobId, CaseNumber);

macro_rules! shown_by_words {
    ($($type:ty),+) => {$(
        impl Shown for $type {
            fn zh(&self) -> impl Display + Debug {
                self.words().zh
            }

            fn en(&self) -> impl Display + Debug {
                self.words().en
            }
        }
    )+};
}
shown_by_words!(ActKind, Action, Limit, Status);

/// 中文 by name, English by code.
impl Shown for OrganCode {
    fn zh(&self) -> impl Display + Debug {
        self.name()
    }

    fn en(&self) -> impl Display + Debug {
        *self
    }
}

impl Shown for ActId {
    fn zh(&self) -> impl Display + Debug {
        self.short()
    }

    fn en(&self) -> impl Display + Debug {
        self.short()
    }
}

impl Shown for Incarnation {
    fn zh(&self) -> impl Display + Debug {
        format!("{:016x}", self.0)
    }

    fn en(&self) -> impl Display + Debug {
        self.zh().to_string()
    }
}
