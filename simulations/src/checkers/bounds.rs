//! Nothing grows without a reason, and nothing is asked for twice.

use daiban_node::replica::{ALARMS_MAX, UNPROVED_RECEIPTS_MAX};
use daiban_node::store::Blobs;
use daiban_sync::id::BlobId;
use daiban_sync::limits::{
    ANSWERS_MAX, EVENTS_MAX, FETCHES_MAX, FRAME_BYTES_MAX, RUN_WEIGHT_MAX, WINDOW_BYTES,
};

use super::{Checker, Verdict};
use crate::node::Node;

/// Links of one node: its peers, and for each a dead one that has not been noticed yet.
const LINKS_A_PEER: usize = 3;
const LINKS_FREE: usize = 8;

/// Bytes on the disk for each byte of content, for each entry, and at the start.
const DISK_A_BYTE: u64 = 2;
const DISK_AN_ENTRY: u64 = 1_024;
const DISK_FREE_BYTES: u64 = 8 << 20;
/// Frames of a session's own that may wait besides answers.
const FRAMES_FREE: usize = 64;
/// Commands that nobody gave: a node sees to numbers by itself.
const COMMANDS_FREE: usize = 64;

/// A file goes on where it was asked to.
pub(crate) fn check_wished(blob: BlobId, chunk: u32, wished: Option<u32>) -> Verdict {
    match wished {
        Some(first) if chunk >= first => Ok(()),
        Some(first) => {
            let blob = blob.short();
            let sentence =
                format!("it sends chunk {chunk} of blob {blob}, asked for from {first} on");
            Err((Checker::Bounds, sentence))
        }
        None => Err((Checker::Bounds, format!("nobody asked it for blob {}", blob.short()))),
    }
}

/// A file is asked for from the first chunk on that is not here.
pub(crate) fn check_resumed(blob: BlobId, first: u32, blobs: &Blobs) -> Verdict {
    let have = blobs.have_chunks(blob).ok().flatten().unwrap_or_default();
    let held = have.iter().take_while(|held| **held).count();
    if have.is_empty() || held == have.len() || first as usize >= held {
        return Ok(());
    }
    let sentence =
        format!("it asks for blob {} from chunk {first} on and holds {held} already", blob.short());
    Err((Checker::Bounds, sentence))
}

/// What a node keeps in memory for its peers and its people, whatever they do.
pub(crate) fn check_memory(node: &Node) -> Verdict {
    let Some(process) = &node.process else { return Ok(()) };
    let held = process.replica().held();
    let window = WINDOW_BYTES + RUN_WEIGHT_MAX as u64;
    let mut bounds = vec![
        ("commands", held.commands as u64, (process.asked.len() + COMMANDS_FREE) as u64),
        ("receipts of unknown signers", held.receipts as u64, UNPROVED_RECEIPTS_MAX as u64),
        ("alarms", held.alarms as u64, ALARMS_MAX as u64),
    ];
    for session in &held.sessions {
        let frames = ANSWERS_MAX + FETCHES_MAX + FRAMES_FREE;
        bounds.extend([
            ("bytes in flight", session.sent_weight, window),
            ("bytes that are not flushed", session.taken_weight, window),
            ("frames", session.answers as u64, frames as u64),
            ("events", session.events as u64, EVENTS_MAX as u64),
        ]);
        let staged = session.staged_bytes.map(|bytes| bytes as u64);
        bounds.extend(staged.map(|bytes| ("staged bytes", bytes, FRAME_BYTES_MAX as u64)));
    }
    over(node, &bounds)
}

/// What a node's disk holds, by what was ever written to it.
pub(crate) fn check_disk(node: &Node) -> Verdict {
    let kept = &node.kept;
    let files: u64 = kept.blob_sizes.values().sum();
    let bound =
        DISK_A_BYTE * (kept.payload_bytes + files) + DISK_AN_ENTRY * kept.entries + DISK_FREE_BYTES;
    over(node, &[("bytes on the disk", node.disk().used_bytes(), bound)])
}

fn over(node: &Node, bounds: &[(&str, u64, u64)]) -> Verdict {
    match bounds.iter().find(|(_, is, bound)| is > bound) {
        None => Ok(()),
        Some((what, is, bound)) => {
            let sentence = format!("office {} keeps {is} {what}, {bound} at most", node.office);
            Err((Checker::Bounds, sentence))
        }
    }
}

/// What a node keeps of its peers.
pub(crate) fn check_links(node: &Node, peers: usize) -> Verdict {
    let Some(process) = &node.process else { return Ok(()) };
    let status = process.replica().status(daiban_sync::id::Millis(0));
    let (links, bound) = (status.peers.len(), LINKS_A_PEER * peers + LINKS_FREE);
    if links > bound {
        let sentence = format!("office {} keeps {links} sessions, {bound} at most", node.office);
        return Err((Checker::Bounds, sentence));
    }
    let stranger = process.replica().heard().find(|(office, _)| !office.is_within(node.office));
    if let Some((office, _)) = stranger {
        let sentence = format!("office {} keeps a health report of {office}", node.office);
        return Err((Checker::Bounds, sentence));
    }
    Ok(())
}
