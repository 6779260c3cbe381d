//! Nothing grows without a reason, and nothing is asked for twice.

use daiban_node::store::Blobs;
use daiban_sync::id::BlobId;

use super::{Checker, Verdict};
use crate::node::Node;

/// Links of one node: its peers, and for each a dead one that has not been noticed yet.
const LINKS_A_PEER: usize = 3;
const LINKS_FREE: usize = 8;

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

/// What a node keeps of its peers.
pub(crate) fn check_links(node: &Node, peers: usize) -> Verdict {
    let Some(process) = &node.process else { return Ok(()) };
    let status = process.replica.status(daiban_sync::id::Millis(0));
    let (links, bound) = (status.peers.len(), LINKS_A_PEER * peers + LINKS_FREE);
    if links > bound {
        let sentence = format!("office {} keeps {links} sessions, {bound} at most", node.office);
        return Err((Checker::Bounds, sentence));
    }
    let stranger = process.replica.heard().find(|(office, _)| !office.is_within(node.office));
    if let Some((office, _)) = stranger {
        let sentence = format!("office {} keeps a health report of {office}", node.office);
        return Err((Checker::Bounds, sentence));
    }
    Ok(())
}
