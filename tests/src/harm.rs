//! What happens to data directories: copies that come back, bits that flip.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::office::Office;

/// A segment's own header; see `docs/disk.md`.
const SEGMENT_HEADER_BYTES: usize = 64;
/// Length and checksum before each record, and the durable position at its beginning.
const FRAME_BYTES: usize = 8;
const POSITION_BYTES: usize = 8;
/// The tag of a run.
const RUN: u8 = 0;
/// The exit code of `verify` when it finds damage.
const DAMAGE: i32 = 8;

impl Office {
    /// Copies the directory of a stopped node to `to`.
    pub fn copy_to(&self, to: &Path) {
        copy(self.data(), to);
    }

    /// Puts an old copy in the place of the directory.
    pub fn put_back(&self, from: &Path) {
        std::fs::remove_dir_all(self.data()).expect("the node is stopped");
        copy(from, self.data());
    }

    /// Nothing is damaged in the directory of a stopped node.
    pub fn check_sound(&self) {
        let verify = self.verb(&["verify"]);
        assert!(verify.status.success(), "{}: {}", self.data().display(), said(&verify));
    }

    /// `verify` finds damage; gives what it says.
    pub fn check_damaged(&self) -> String {
        let verify = self.verb(&["verify"]);
        assert_eq!(verify.status.code(), Some(DAMAGE), "{}", said(&verify));
        said(&verify)
    }

    /// Flips a bit in the payloads of the largest run of the journal.
    pub fn flip_in_journal(&self) {
        let path = self.data().join("journal/00000001.seg");
        let segment = std::fs::read(&path).expect("a journal has a segment");
        let (at, len) = largest_run(&segment).expect("something was saved");
        // The end of a record is ciphertext.
        flip(&path, at + len - 40);
    }

    /// The database's file.
    pub fn database(&self) -> PathBuf {
        self.data().join("sled/db")
    }

    /// The file of a blob.
    pub fn blob_file(&self, blob: &str) -> PathBuf {
        self.data().join("blobs").join(&blob[..2]).join(&blob[2..4]).join(blob)
    }

    /// Bytes of the journal, without the room behind it.
    pub fn journal_bytes(&self) -> u64 {
        let path = self.data().join("journal/00000001.seg");
        let bytes = std::fs::read(path).expect("a journal has a segment");
        let end = bytes.iter().rposition(|byte| *byte != 0).expect("a segment has a header");
        end as u64 + 1
    }
}

/// Both outputs of a verb.
pub fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Flips a bit of a file, in its place.
pub fn flip(path: &Path, byte: usize) {
    use std::os::unix::fs::FileExt as _;
    let file = std::fs::OpenOptions::new().read(true).write(true).open(path).expect("it is there");
    let (mut bit, offset) = ([0], byte as u64);
    file.read_exact_at(&mut bit, offset).expect("within the file");
    file.write_all_at(&[bit[0] ^ 0x10], offset).expect("a writable file");
}

/// Where the body of the largest run begins, and its length.
fn largest_run(segment: &[u8]) -> Option<(usize, usize)> {
    let mut runs = Vec::new();
    let mut at = SEGMENT_HEADER_BYTES;
    while let Some(length) = segment.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        let (body, len) = (at + FRAME_BYTES, u32::from_le_bytes(*length) as usize);
        if segment.get(body + POSITION_BYTES) == Some(&RUN) {
            runs.push((body, len));
        }
        at = body + len;
    }
    runs.into_iter().max_by_key(|(_, len)| *len)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a writable folder");
    for entry in std::fs::read_dir(from).expect("a readable folder") {
        let entry = entry.expect("a readable folder");
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).expect("a readable file");
        }
    }
}
