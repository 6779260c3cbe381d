//! No acknowledged case is lost, and nobody holds what is not theirs.

use std::collections::BTreeSet;

use daiban_node::store::OpenReport;
use daiban_sync::frame::Frame;
use daiban_sync::id::{BlobId, LogId, OfficeCode};
use daiban_sync::run::Tip;

use super::{Checker, Verdict};
use crate::kept::Kept;
use crate::told::{Promises, Told};

/// A node has started again after a crash: what it told people is on its disk.
pub(crate) fn check_start(
    node: usize,
    kept: &Kept,
    report: &OpenReport,
    promises: &Promises,
) -> Verdict {
    if report.missing_records > 0 || !report.damaged.is_empty() {
        let (missing, damaged) = (report.missing_records, report.damaged.len());
        let sentence = format!(
            "{missing} synced records are missing after a crash, {damaged} stretches damaged"
        );
        return Err((Checker::NothingLost, sentence));
    }
    promises.broken_at(node, kept).map_or(Ok(()), |told| Err(lost(told, "its own node")))
}

/// What was synced is there after a restart: no log goes back, no file is gone.
pub(crate) fn check_positions(before: &Kept, now: &Kept, rewinding: &BTreeSet<LogId>) -> Verdict {
    let is_back = |(log, tip): &(&LogId, &Tip)| !now.holds(**log, tip.head);
    let mut back = before.tips.iter().filter(|(log, _)| !rewinding.contains(log)).filter(is_back);
    if let Some((log, tip)) = back.next() {
        let (log_name, was, is) = (log.short(), tip.head.len, now.len(*log));
        let sentence =
            format!("log {log_name} was synced up to {was} and ends at {is} after a restart");
        return Err((Checker::NothingLost, sentence));
    }
    before.blobs.difference(&now.blobs).next().map_or(Ok(()), |blob| {
        let sentence = format!("blob {} is gone after a restart", blob.short());
        Err((Checker::NothingLost, sentence))
    })
}

/// At the end every office on the line of a case holds what was told of it.
pub(crate) fn check_end(office: OfficeCode, kept: &Kept, promises: &Promises) -> Verdict {
    promises
        .missing_at(office, kept)
        .map_or(Ok(()), |told| Err(lost(told, &format!("office {office}"))))
}

fn lost(told: &Told, place: &str) -> (Checker, String) {
    let Told { case, fact, node, at, .. } = told;
    let sentence = format!(
        "case {case}: {fact:?}, told by node {node} at {} ms, is not held by {place}",
        at.0
    );
    (Checker::NothingLost, sentence)
}

/// No log of a channel that is not this office's.
pub(crate) fn check_jurisdiction<'a>(
    office: OfficeCode,
    tips: impl IntoIterator<Item = &'a Tip>,
) -> Verdict {
    let strange = tips.into_iter().find(|tip| !tip.channel.is_held_by(office));
    strange.map_or(Ok(()), |tip| {
        let sentence = format!("office {office} holds a log of {}", tip.channel);
        Err((Checker::Jurisdiction, sentence))
    })
}

/// What a node says is for the office that hears it: nothing of a channel that is not that
/// office's.
pub(crate) fn check_meant_for(hearer: OfficeCode, frames: &[Frame], kept: &Kept) -> Verdict {
    let logs = frames.iter().flat_map(|frame| match frame {
        Frame::Run(run) | Frame::Fetched(_, Some(run)) => vec![run.log],
        Frame::Heads { heads, .. } => heads.iter().map(|(log, _)| *log).collect(),
        Frame::Receipts(receipts) => receipts.iter().map(|receipt| receipt.log).collect(),
        _ => Vec::new(),
    });
    let tips = logs.filter_map(|log| kept.tips.get(&log));
    let strange = tips.into_iter().find(|tip| !tip.channel.is_held_by(hearer));
    strange.map_or(Ok(()), |tip| {
        let sentence = format!("it tells office {hearer} of a log of {}", tip.channel);
        Err((Checker::Jurisdiction, sentence))
    })
}

/// A file that is sent belongs to a case that the office which gets it holds too.
pub(crate) fn check_file_meant_for(hearer: OfficeCode, blob: BlobId, kept: &Kept) -> Verdict {
    let channels = kept.blob_references.get(&blob);
    if channels.into_iter().flatten().any(|channel| channel.is_held_by(hearer)) {
        return Ok(());
    }
    let sentence = format!("it sends office {hearer} blob {} of another's case", blob.short());
    Err((Checker::Jurisdiction, sentence))
}
