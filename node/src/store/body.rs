//! A record as it stands in the journal: which part is sealed by which key.
//!
//! A body is postcard: fixed arrays are raw bytes, numbers and lengths are varints. A run begins
//! with its tag (0), its log (32 bytes) and its place, so that even a damaged one can be named.

use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Kind, Payload};
use daiban_sync::head::{Head, Receipt, SignedHead};
use daiban_sync::id::{EntryHash, Hlc, Incarnation, LogId, NodeKey, OfficeCode};
use daiban_sync::run::{Run, Tip};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::keyring::{KeyError, Keyring, NONCE_BYTES, Purpose, SealKey, Slot};
use super::record::{Evidence, Subject};

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

#[derive(Serialize, Deserialize)]
pub(super) struct StoredRun {
    pub(super) place: Place,
    /// Who writes the log; stands in the first run of a log only.
    pub(super) begun: Option<Begun>,
    /// The cases in this run and the slots of their keys.
    pub(super) cases: Vec<(Subject, u32)>,
    entries: Vec<StoredEntry>,
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

#[derive(Serialize, Deserialize)]
struct StoredEntry {
    at: Hlc,
    kind: Kind,
    content: Content,
}

#[derive(Serialize, Deserialize)]
enum Content {
    Clear(Bytes),
    /// `case` counts in [`StoredRun::cases`]; the bytes end in the tag.
    Sealed { case: u16, hash: [u8; 32], bytes: Bytes },
    Erased { len: u32, hash: [u8; 32] },
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

/// Why a stored run could not be opened.
pub(super) enum RunFault {
    /// Not what the author signed.
    Chain,
    Key { slot: u32 },
    Keyring(KeyError),
}

impl From<KeyError> for RunFault {
    fn from(error: KeyError) -> Self {
        Self::Keyring(error)
    }
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
        (tag == 0 && (1..=daiban_sync::limits::RUN_ENTRIES_MAX as u64).contains(&len)).then_some(place)
    }

    pub(super) fn fact(&self) -> Fact {
        match self {
            Self::Run(run) => Fact::Run { place: run.place, begun: run.begun, cases: run.cases.clone() },
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

impl StoredRun {
    /// Seals `run`; `key_of` gives slot and key of a case, or nothing if it was erased.
    pub(super) fn seal<E>(
        run: &Run,
        tip: &Tip,
        subject_of: impl Fn(&Entry) -> Option<Subject>,
        mut key_of: impl FnMut(&Subject) -> Result<Option<(u32, SealKey)>, E>,
    ) -> Result<Self, E> {
        let mut cases: Vec<(Subject, u32)> = Vec::new();
        let mut entries = Vec::with_capacity(run.entries.len());
        let mut prev = run.after.hash;
        for (seq, entry) in (run.after.len..).zip(&run.entries) {
            let bare = Entry { at: entry.at, kind: entry.kind, payload: entry.payload.erased() };
            let entry_hash = bare.hash(run.log, seq, prev);
            let content = match (&entry.payload, &bare.payload, subject_of(entry)) {
                (Payload::Present(bytes), _, None) => Content::Clear(Bytes(bytes.clone())),
                (Payload::Present(bytes), Payload::Erased { len, hash }, Some(subject)) => {
                    match key_of(&subject)? {
                        None => Content::Erased { len: *len, hash: *hash },
                        Some((slot, key)) => {
                            let mut bytes = bytes.clone();
                            key.seal(&nonce(entry_hash), &place(run.log, seq), &mut bytes);
                            let case = case_index(&mut cases, subject, slot);
                            Content::Sealed { case, hash: *hash, bytes: Bytes(bytes) }
                        }
                    }
                }
                (_, erased, _) => Content::of_erased(erased),
            };
            entries.push(StoredEntry { at: entry.at, kind: entry.kind, content });
            prev = entry_hash;
        }
        let begun = (run.after.len == 0).then(|| Begun::of(tip));
        let place = Place { log: run.log, after: run.after, head: run.head };
        Ok(Self { place, begun, cases, entries })
    }

    /// The run as it was, without the payloads of erased cases.
    pub(super) fn open(self, keyring: &Keyring) -> Result<Run, RunFault> {
        let Place { log, after, head } = self.place;
        let mut keys = Vec::with_capacity(self.cases.len());
        for (_, slot) in &self.cases {
            keys.push((*slot, keyring.case_key(*slot, Purpose::Entry)?));
        }
        let mut reached = after;
        let mut entries = Vec::with_capacity(self.entries.len());
        for stored in self.entries {
            let mut entry = stored.without_payload();
            let hash = entry.hash(log, reached.len, reached.hash);
            let at = place(log, reached.len);
            entry.payload = stored.content.open(hash, &at, &keys, entry.payload)?;
            entries.push(entry);
            reached = Head { len: reached.len + 1, hash };
        }
        if reached != head.head {
            return Err(RunFault::Chain);
        }
        Ok(Run { log, after, entries, head })
    }

    /// The chain over the entries, without opening them.
    pub(super) fn heads(&self) -> impl Iterator<Item = Head> {
        let Place { log, after, .. } = self.place;
        self.entries.iter().scan(after, move |head, stored| {
            let hash = stored.without_payload().hash(log, head.len, head.hash);
            *head = Head { len: head.len + 1, hash };
            Some(*head)
        })
    }
}

impl StoredEntry {
    fn without_payload(&self) -> Entry {
        let payload = match &self.content {
            Content::Clear(bytes) => Payload::Present(bytes.0.clone()).erased(),
            Content::Sealed { hash, bytes, .. } => {
                let len = bytes.0.len().saturating_sub(super::keyring::TAG_BYTES);
                Payload::Erased { len: u32::try_from(len).unwrap_or(u32::MAX), hash: *hash }
            }
            Content::Erased { len, hash } => Payload::Erased { len: *len, hash: *hash },
        };
        Entry { at: self.at, kind: self.kind, payload }
    }
}

impl Content {
    fn of_erased(payload: &Payload) -> Self {
        match payload {
            Payload::Erased { len, hash } => Self::Erased { len: *len, hash: *hash },
            Payload::Present(bytes) => Self::Clear(Bytes(bytes.clone())),
        }
    }

    fn open(
        self,
        entry: EntryHash,
        at: &[u8],
        keys: &[(u32, Slot)],
        erased: Payload,
    ) -> Result<Payload, RunFault> {
        match self {
            Self::Clear(bytes) => Ok(Payload::Present(bytes.0)),
            Self::Erased { .. } => Ok(erased),
            Self::Sealed { case, bytes: Bytes(mut bytes), .. } => match keys.get(usize::from(case)) {
                None => Err(RunFault::Chain),
                Some((_, Slot::Erased)) => Ok(erased),
                Some((slot, Slot::Damaged)) => Err(RunFault::Key { slot: *slot }),
                Some((_, Slot::Key(key))) => {
                    if key.open(&nonce(entry), at, &mut bytes) {
                        Ok(Payload::Present(bytes))
                    } else {
                        Err(RunFault::Chain)
                    }
                }
            },
        }
    }
}

/// The entry's hash commits to its payload, so a nonce never meets two plaintexts.
fn nonce(entry: EntryHash) -> [u8; NONCE_BYTES] {
    let mut nonce = [0; NONCE_BYTES];
    nonce.copy_from_slice(&entry.0[..NONCE_BYTES]);
    nonce
}

fn place(log: LogId, seq: u64) -> [u8; 40] {
    let mut place = [0; 40];
    place[..32].copy_from_slice(&log.0);
    place[32..].copy_from_slice(&seq.to_le_bytes());
    place
}

fn case_index(cases: &mut Vec<(Subject, u32)>, subject: Subject, slot: u32) -> u16 {
    let known = cases.iter().rposition(|case| *case == (subject, slot));
    let index = known.unwrap_or_else(|| {
        cases.push((subject, slot));
        cases.len() - 1
    });
    u16::try_from(index).expect("a run holds at most 256 entries, and so at most 256 cases")
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
