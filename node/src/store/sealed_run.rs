//! A run in the journal: each entry in the clear, sealed by the key of its case, or erased.

use daiban_sync::entry::{Entry, Kind, Payload};
use daiban_sync::head::Head;
use daiban_sync::id::{EntryHash, Hlc, LogId};
use daiban_sync::run::{Run, Tip};
use serde::{Deserialize, Serialize};

use super::body::{Begun, Bytes, Place};
use super::keyring::{KeyError, Keyring, NONCE_BYTES, Purpose, SealKey, Slot, TAG_BYTES};
use super::record::Subject;

#[derive(Serialize, Deserialize)]
pub(super) struct StoredRun {
    pub(super) place: Place,
    /// Who writes the log; stands in the first run of a log only.
    pub(super) begun: Option<Begun>,
    /// The cases in this run and the slots of their keys.
    pub(super) cases: Vec<(Subject, u32)>,
    entries: Vec<StoredEntry>,
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
    Sealed {
        case: u16,
        hash: [u8; 32],
        bytes: Bytes,
    },
    Erased {
        len: u32,
        hash: [u8; 32],
    },
}

/// Why a stored run could not be opened.
pub(super) enum RunFault {
    /// Not what the author signed.
    Chain,
    Key {
        slot: u32,
    },
    Keyring(KeyError),
}

impl From<KeyError> for RunFault {
    fn from(error: KeyError) -> Self {
        Self::Keyring(error)
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
                let len = bytes.0.len().saturating_sub(TAG_BYTES);
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
            Self::Sealed { case, bytes: Bytes(mut bytes), .. } => match keys.get(usize::from(case))
            {
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

#[cfg(test)]
mod tests {
    use super::super::body::Body;
    use super::*;

    fn placed() -> Place {
        let (log, hash) = (LogId([0xa1; 32]), EntryHash([0xb2; 32]));
        let head = daiban_sync::head::SignedHead {
            head: Head { len: 300, hash },
            signature: daiban_sync::head::Sig([0xc3; 64]),
        };
        Place { log, after: Head { len: 299, hash: EntryHash([0xd4; 32]) }, head }
    }

    #[test]
    fn golden_bytes_of_a_run() {
        let sealed = Content::Sealed { case: 0, hash: [0xe5; 32], bytes: Bytes(vec![0xf6; 17]) };
        let entries = vec![
            StoredEntry { at: Hlc(7), kind: Kind::Act, content: sealed },
            StoredEntry { at: Hlc(8), kind: Kind::Notice, content: Content::Clear(Bytes(vec![1])) },
            StoredEntry {
                at: Hlc(9),
                kind: Kind::Act,
                content: Content::Erased { len: 300, hash: [2; 32] },
            },
        ];
        let cases = vec![([0x77; 16], 1_000)];
        let bytes = Body::Run(StoredRun { place: placed(), begun: None, cases, entries })
            .encode(Vec::new());
        let expected = [
            "00".to_owned(),
            "a1".repeat(32),
            format!("ab02{}", "d4".repeat(32)),
            format!("ac02{}{}", "b2".repeat(32), "c3".repeat(64)),
            "00".into(),
            format!("01{}e807", "77".repeat(16)),
            "03".into(),
            format!("0702{}{}{}{}", "0100", "e5".repeat(32), "11", "f6".repeat(17)),
            format!("0803{}", "000101"),
            format!("0902{}{}", "02ac02", "02".repeat(32)),
        ];
        assert_eq!(hex::encode(&bytes), expected.concat());
        assert!(Body::guess(&bytes).is_some_and(|guess| guess == placed()));
        assert!(Body::guess(&bytes[..160]).is_none());
    }
}
