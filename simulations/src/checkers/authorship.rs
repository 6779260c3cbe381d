//! Every entry that is held verifies under its author, by the root's word alone.

use daiban_node::store::Store;
use daiban_sync::id::{LogId, OfficeCode};
use daiban_sync::limits::{RUN_BYTES_MAX, RUN_ENTRIES_MAX};
use daiban_sync::run::{Authenticator, Tip};

use super::{Checker, Verdict};

pub(crate) fn check(office: OfficeCode, store: &Store, root: &dyn Authenticator) -> Verdict {
    for (&log, tip) in store.tips() {
        check_log(log, tip, store, root).map_err(|why| {
            let sentence =
                format!("office {office}, log {} of office {}: {why}", log.short(), tip.office);
            (Checker::Authorship, sentence)
        })?;
    }
    Ok(())
}

fn check_log(log: LogId, tip: &Tip, store: &Store, root: &dyn Authenticator) -> Result<(), String> {
    let mut held: Option<Tip> = None;
    loop {
        let len = held.map_or(0, |tip| tip.head.len);
        if len == tip.head.len {
            break;
        }
        let run = store.read_run(log, len, RUN_ENTRIES_MAX, RUN_BYTES_MAX);
        let run = run.map_err(|error| error.to_string())?;
        let run = run.ok_or_else(|| format!("nothing signed is held after entry {len}"))?;
        let verified = run.verify(held.as_ref(), root).map_err(|error| error.to_string())?;
        held = Some(*verified.tip());
    }
    match held == Some(*tip) {
        true => Ok(()),
        false => Err("its tip is not what its entries say".into()),
    }
}
