//! A record as it stands in the journal: which part is sealed by which key.
//!
//! A body is postcard: fixed arrays are raw bytes, numbers and lengths are varints. A run begins
//! with its tag (0), its log (32 bytes) and its place, so that even a damaged one can be named.

use daiban_sync::channel::Channel;
use daiban_sync::head::{Head, Receipt, SignedHead};
use daiban_sync::id::{Incarnation, LogId, NodeKey, OfficeCode};
use daiban_sync::run::{Run, Tip};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::record::{Evidence, Subject};
use super::sealed_run::StoredRun;

/// The order of the variants is part of the format.
#[derive(Serialize, Deserialize)]
pub(super) enum Body {
    Run(StoredRun),
    Rewind { log: LogId, to: Head },
    Receipt(Receipt),
    Evidence { log: LogId, held: SignedHead, offered: Run },
    Erased { subject: Subject },
    Incarnation(Incarnation),
    Local(Bytes),
}

/// Which stretch of which log.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) log: LogId,
    pub(super) after: Head,
    pub(super) head: SignedHead,
}

/// What is the same for all of a log.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    author: NodeKey,
    office: OfficeCode,
    incarnation: Incarnation,
    channel: Channel,
}

/// What the indexes need to know of a record.
pub(super) enum Fact {
    Run { place: Place, begun: Option<Begun>, cases: Vec<(Subject, u32)> },
    Rewind { log: LogId, to: Head },
    Receipt(Receipt),
    Evidence(Evidence),
    Erased { subject: Subject },
    Incarnation(Incarnation),
    Local,
}

impl Begun {
    pub(super) fn of(tip: &Tip) -> Self {
        let Tip { author, office, incarnation, channel, .. } = *tip;
        Self { author, office, incarnation, channel }
    }

    pub(super) fn tip(&self, head: Head) -> Tip {
        let Self { author, office, incarnation, channel } = *self;
        Tip { author, office, incarnation, channel, head }
    }
}

impl Body {
    pub(super) fn encode(&self, buffer: Vec<u8>) -> Vec<u8> {
        postcard::to_extend(self, buffer).expect("plain values of known length always encode")
    }

    /// Reads what stands after the durable position.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// The stretch that a damaged body seems to be about.
    pub(super) fn guess(bytes: &[u8]) -> Option<Place> {
        let ((tag, place), _) = postcard::take_from_bytes::<(u8, Place)>(bytes).ok()?;
        let len = place.head.head.len.checked_sub(place.after.len)?;
        (tag == 0 && (1..=daiban_sync::limits::RUN_ENTRIES_MAX as u64).contains(&len))
            .then_some(place)
    }

    pub(super) fn fact(&self) -> Fact {
        match self {
            Self::Run(run) => {
                Fact::Run { place: run.place, begun: run.begun, cases: run.cases.clone() }
            }
            Self::Rewind { log, to } => Fact::Rewind { log: *log, to: *to },
            Self::Receipt(receipt) => Fact::Receipt(*receipt),
            Self::Evidence { log, held, offered } => {
                Fact::Evidence(Evidence { log: *log, held: *held, offered: offered.clone() })
            }
            Self::Erased { subject } => Fact::Erased { subject: *subject },
            Self::Incarnation(incarnation) => Fact::Incarnation(*incarnation),
            Self::Local(_) => Fact::Local,
        }
    }
}

/// Bytes that are copied as one, not one by one.
#[derive(Clone)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_tags() {
        let hash = daiban_sync::id::EntryHash([1; 32]);
        let tag = |body: Body| body.encode(Vec::new())[0];
        assert_eq!(tag(Body::Rewind { log: LogId([0; 32]), to: Head { len: 1, hash } }), 1);
        assert_eq!(tag(Body::Erased { subject: [0; 16] }), 4);
        assert_eq!(tag(Body::Incarnation(Incarnation(1))), 5);
        assert_eq!(tag(Body::Local(Bytes(vec![]))), 6);
    }
}
