//! Who writes a form: one Automerge actor per node, case and incarnation.
//!
//! 24 bytes: a hash of node and case (16), then the incarnation (8, big endian). The first part
//! proves the author to whoever knows the entry's author; the second keeps a restored node from
//! using a sequence number twice, which would make nodes diverge for ever. The author's proof
//! leaves the incarnation open so that a change of a forked log can be written again, unchanged,
//! under the next one.

use automerge::ActorId;
use daiban_sync::id::{Incarnation, NodeKey};

use crate::act::CaseId;

/// The author's part of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActorStem(pub [u8; 16]);

/// The stem of a node's actors for a case.
pub fn stem_of(node: NodeKey, case: CaseId) -> ActorStem {
    let mut hasher = blake3::Hasher::new_derive_key("daiban 2026 form actor");
    hasher.update(&node.0).update(&case.0);
    let hash: [u8; 32] = hasher.finalize().into();
    ActorStem(*hash.first_chunk().expect("16 of 32 bytes"))
}

/// The actor under which a node writes.
pub fn actor_for(node: NodeKey, case: CaseId, incarnation: Incarnation) -> ActorId {
    ActorId::from([&stem_of(node, case).0[..], &incarnation.0.to_be_bytes()].concat())
}

impl ActorStem {
    /// The stem of an actor id of our shape.
    pub fn in_actor(actor: &[u8]) -> Option<Self> {
        (actor.len() == 24).then_some(())?;
        actor.first_chunk().copied().map(Self)
    }
}
