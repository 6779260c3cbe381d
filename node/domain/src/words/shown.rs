//! How an argument shows itself in a sentence.

use std::fmt::{Debug, Display};

use daiban_sync::id::{BlobId, Incarnation, LogId, Millis, NodeKey, OfficeCode};

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

/// `2026-11-21 16:05`, in China.
pub fn moment(at: Millis) -> String {
    let minutes = at.0.saturating_add(8 * 3_600_000) / 60_000 % 1_440;
    format!("{} {:02}:{:02}", Date::at(at), minutes / 60, minutes % 60)
}

/// `1.4 MB`
pub fn bytes(count: u64) -> String {
    match count {
        0..1_024 => format!("{count} B"),
        1_024..1_048_576 => format!("{} KB", count.div_ceil(1_024)),
        1_048_576..1_073_741_824 => tenths(count >> 10, "MB"),
        _ => tenths(count >> 20, "GB"),
    }
}

/// With one digit after the point, rounded down.
fn tenths(count: u64, unit: &str) -> String {
    format!("{}.{} {unit}", count >> 10, ((count % 1_024) * 10) >> 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_chinas() {
        assert_eq!(moment(Millis(0)), "1970-01-01 08:00");
    }

    #[test]
    fn sizes_are_rounded() {
        let shown = [bytes(5), bytes(1_025), bytes(1_572_864), bytes(49_000_000_000)];
        assert_eq!(shown, ["5 B", "2 KB", "1.5 MB", "45.6 GB"]);
    }
}
