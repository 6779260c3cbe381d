//! Bundles (摆渡包): what a session would send in one direction, in a file that somebody carries.
//!
//! ```text
//! "daiban-bundle"  version  length of the header (u32, little-endian)  header (postcard)
//! piece*           each: length and last-flag (u32, little-endian)  sealed bytes
//! ```
//!
//! Only the nodes that the header names can open it: the key of the pieces is sealed to each of
//! their keys by HPKE (RFC 9180, base mode, X25519-HKDF-SHA256, ChaCha20-Poly1305). The pieces are
//! sealed one after the other, numbered, and the last one says so (the STREAM construction), so a
//! bundle that was cut, reordered or joined from two does not open. Unsealed they are the bytes of
//! a session's control lane with an [`Item`] in the place of each frame.
//!
//! A bundle proves nothing by itself: entries are proved by their authors' signatures and files by
//! their names, as on the wire.

mod error;
mod open;
mod seal;

use daiban_sync::frame::{Bulk, Frame};
use daiban_sync::id::{Millis, NodeKey, OfficeCode};
use serde::{Deserialize, Serialize};

pub use error::BundleError;
pub use open::{Opened, read_header};
pub use seal::Sealer;

const MAGIC: &[u8; 13] = b"daiban-bundle";
const VERSION: u8 = 1;
/// Unsealed bytes of one piece.
const PIECE_BYTES_MAX: usize = 256 * 1024;
const HEADER_BYTES_MAX: usize = 16 * 1024;
/// Marks the length of the last piece.
const LAST: u32 = 1 << 31;
const TAG_BYTES: usize = 16;

/// What anybody may read of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub route: Route,
    /// The key of the pieces, for each node that may open it.
    recipients: Vec<Recipient>,
}

/// Whose it is and where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub from: OfficeCode,
    pub to: OfficeCode,
    pub made: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Recipient {
    node: NodeKey,
    encapsulated: [u8; 32],
    sealed_key: Vec<u8>,
}

/// What a bundle carries: runs and receipts, then files.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Item {
    Said(Frame),
    File(Bulk),
}

impl Route {
    /// What the sealed keys are bound to.
    fn info(&self) -> Vec<u8> {
        let bound = (MAGIC, VERSION, self);
        postcard::to_stdvec(&bound).expect("numbers always encode")
    }
}

/// The nonce of a piece: its number, and whether it is the last.
fn nonce(piece: u64, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&piece.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce
}

#[cfg(test)]
mod tests;
