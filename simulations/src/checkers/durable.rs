//! Acknowledge after durable: whatever a node says of an entry, its disk holds the entry by then.

use daiban_domain::act::CaseId;
use daiban_sync::frame::Frame;
use daiban_sync::head::{Head, Receipt};
use daiban_sync::id::{LogId, NodeKey};

use super::{Checker, Verdict};
use crate::kept::{Fact, Kept};

/// What a node is about to send.
pub(crate) fn check_frames(frames: &[Frame], key: NodeKey, kept: &Kept) -> Verdict {
    frames.iter().try_for_each(|frame| check_frame(frame, key, kept))
}

fn check_frame(frame: &Frame, key: NodeKey, kept: &Kept) -> Verdict {
    match frame {
        Frame::Durable(acks) => acks.iter().try_for_each(|&(log, len)| {
            let held = kept.len(log);
            must(held >= len, || {
                format!("it acknowledges log {} up to {len}, its disk holds {held}", log.short())
            })
        }),
        Frame::Run(run) | Frame::Fetched(_, Some(run)) => {
            says(run.log, run.head.head, kept, "sends")
        }
        Frame::Heads { heads, .. } => {
            heads.iter().try_for_each(|&(log, head)| says(log, head, kept, "announces"))
        }
        Frame::Receipts(receipts) => {
            let mut own = receipts.iter().filter(|receipt| receipt.key == key);
            own.try_for_each(|Receipt { log, head, .. }| says(*log, *head, kept, "signs for"))
        }
        Frame::BlobHeld(blob) => must(kept.blobs.contains(blob), || {
            format!("it acknowledges blob {}, which its disk does not hold", blob.short())
        }),
        _ => Ok(()),
    }
}

/// What a person is about to be told.
pub(crate) fn check_reply(case: CaseId, facts: &[Fact], kept: &Kept) -> Verdict {
    must(kept.cases.contains_key(&case), || {
        format!("a person is told of case {case}, which the disk does not hold")
    })?;
    facts.iter().try_for_each(|fact| {
        must(kept.facts.contains(fact), || {
            format!("a person is told that {fact:?} is saved, the disk does not hold it")
        })
    })
}

fn says(log: LogId, head: Head, kept: &Kept, verb: &str) -> Verdict {
    let held = kept.len(log);
    let log_name = log.short();
    must(kept.holds(log, head), || {
        format!("it {verb} log {log_name} up to {}, its disk holds {held}", head.len)
    })
}

fn must(holds: bool, sentence: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err((Checker::DurableFirst, sentence())) }
}
