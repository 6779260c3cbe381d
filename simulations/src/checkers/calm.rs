//! No alarm that the story does not explain.

use daiban_node::replica::Alarm;
use daiban_sync::id::OfficeCode;

use super::{Checker, Verdict};

/// `disks_replaced`: the story restores old copies or loses data directories.
pub(crate) fn check_alarm(office: OfficeCode, alarm: &Alarm, disks_replaced: bool) -> Verdict {
    let is_explained = match alarm {
        Alarm::RolledBack { .. } | Alarm::ForkMended { .. } | Alarm::Equivocation { .. } => {
            disks_replaced
        }
        Alarm::Repaired { .. } | Alarm::BlobRepaired { .. } => true,
        _ => false,
    };
    if is_explained {
        return Ok(());
    }
    Err((Checker::Calm, format!("office {office} gives an alarm that nothing explains: {alarm}")))
}
