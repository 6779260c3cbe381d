//! Entries: the links of a log, and what the first of them says.
//!
//! An entry's header is hashed; its payload is named in the header by length and hash, so that a
//! payload can be erased by law while the chain still verifies. What a reader can derive (log,
//! sequence, predecessor, payload length and hash) is neither sent nor stored.

use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::hash::{self, Domain};
use crate::id::{EntryHash, Hlc, Incarnation, LogId, NodeKey};
use crate::limits::{CERTIFICATE_BYTES_MAX, CHAIN_CERTIFICATES_MAX, PAYLOAD_BYTES_MAX};

/// What an entry is about. The numbers are part of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// The first entry of every log: a [`Genesis`].
    Genesis,
    /// A change of a case's form.
    FormChange,
    /// A statement about a case.
    Act,
    /// Something that goes down the tree.
    Notice,
}

/// The content of an entry, or what is left of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payload {
    /// The bytes.
    Present(#[serde(with = "serde_bytes")] Vec<u8>),
    /// Erased by law; the header still vouches for what it was.
    Erased { len: u32, hash: [u8; 32] },
}

/// Without the content: it is a citizen's.
impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = if self.bytes().is_some() { "present" } else { "erased" };
        write!(f, "Payload({} bytes, {state})", self.len())
    }
}

impl Payload {
    /// Length in bytes of what is or was there.
    pub fn len(&self) -> u32 {
        match self {
            Self::Present(bytes) => u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            Self::Erased { len, .. } => *len,
        }
    }

    /// Whether it is or was empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes, unless erased.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Present(bytes) => Some(bytes),
            Self::Erased { .. } => None,
        }
    }

    fn hash(&self) -> [u8; 32] {
        match self {
            Self::Present(bytes) => hash::bytes(Domain::Payload, bytes),
            Self::Erased { hash, .. } => *hash,
        }
    }

    /// What remains after erasure.
    #[must_use]
    pub fn erased(&self) -> Self {
        Self::Erased { len: self.len(), hash: self.hash() }
    }
}

/// One link of a log, without what its place in the log tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Hlc,
    pub kind: Kind,
    pub payload: Payload,
}

/// The hashed header: an [`Entry`] in its place.
#[derive(Serialize)]
struct Header {
    log: LogId,
    seq: u64,
    prev: EntryHash,
    at: Hlc,
    kind: Kind,
    payload_len: u32,
    payload_hash: [u8; 32],
}

impl Entry {
    /// The hash of this entry as link number `seq` of `log` after `prev`.
    pub fn hash(&self, log: LogId, seq: u64, prev: EntryHash) -> EntryHash {
        EntryHash(hash::value(
            Domain::Entry,
            &Header {
                log,
                seq,
                prev,
                at: self.at,
                kind: self.kind,
                payload_len: self.payload.len(),
                payload_hash: self.payload.hash(),
            },
        ))
    }

    pub(crate) fn is_within_limits(&self) -> bool {
        self.payload.len() as usize <= PAYLOAD_BYTES_MAX
    }
}

/// What the first entry of a log says: with it a log explains itself, even to an office that has
/// never met the author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genesis {
    pub author: NodeKey,
    pub incarnation: Incarnation,
    pub channel: Channel,
    /// The author's certificates (DER), its own first, without the root.
    pub chain: Vec<Vec<u8>>,
}

impl Genesis {
    /// The name of the log that this begins.
    pub fn log_id(&self) -> LogId {
        log_id(self.author, self.incarnation, &self.channel)
    }

    /// The entry that begins the log.
    pub fn entry(&self, at: Hlc) -> Entry {
        Entry { at, kind: Kind::Genesis, payload: Payload::Present(hash::canonical(self)) }
    }

    /// Reads the payload of a genesis entry; `None` if it is none.
    pub fn read(entry: &Entry) -> Option<Self> {
        let (Kind::Genesis, Payload::Present(bytes)) = (entry.kind, &entry.payload) else {
            return None;
        };
        let (genesis, rest): (Self, _) = postcard::take_from_bytes(bytes).ok()?;
        let fits = genesis.chain.len() <= CHAIN_CERTIFICATES_MAX
            && genesis.chain.iter().all(|c| c.len() <= CERTIFICATE_BYTES_MAX);
        (rest.is_empty() && fits).then_some(genesis)
    }
}

/// The name of the log that `author` writes into `channel` during `incarnation`.
pub fn log_id(author: NodeKey, incarnation: Incarnation, channel: &Channel) -> LogId {
    LogId(hash::value(Domain::Log, &(author, incarnation, channel)))
}
