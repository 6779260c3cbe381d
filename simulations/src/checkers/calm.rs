//! No alarm that the story does not explain.

use daiban_node::replica::Alarm;
use daiban_sync::id::OfficeCode;

use super::{Checker, Verdict};
use crate::scenario::Expects;

pub(crate) fn check_alarm(office: OfficeCode, alarm: &Alarm, expects: &Expects) -> Verdict {
    // What was damaged is repaired only where the story damages something.
    let kind = kind(alarm);
    let is_good_news = matches!(alarm, Alarm::Repaired { .. } | Alarm::BlobRepaired { .. });
    if is_good_news || expects.alarms.iter().any(|expected| expected == kind) {
        return Ok(());
    }
    Err((Checker::Calm, format!("office {office} gives an alarm that nothing explains: {alarm}")))
}

/// What scenarios call it.
pub(crate) fn kind(alarm: &Alarm) -> &'static str {
    match alarm {
        Alarm::RolledBack { .. } => "rolled-back",
        Alarm::ForkMended { .. } => "fork-mended",
        Alarm::Equivocation { .. } => "equivocation",
        Alarm::PeerRefused { .. } => "peer-refused",
        Alarm::Quarantined { .. } => "quarantined",
        Alarm::NotAllowed { .. } => "not-allowed",
        Alarm::Latched { .. } => "latched",
        Alarm::Damaged { .. } => "damaged",
        Alarm::NoRoom { .. } => "no-room",
        Alarm::Repaired { .. } => "repaired",
        Alarm::BlobRepaired { .. } => "blob-repaired",
        Alarm::Views { .. } => "views",
        Alarm::ClockError { .. } => "clock-error",
        Alarm::NumbersUsedUp { .. } => "numbers-used-up",
        Alarm::NumberTwice { .. } => "number-twice",
        Alarm::Revoked { .. } => "revoked",
        Alarm::Watch { .. } => "watch",
    }
}
