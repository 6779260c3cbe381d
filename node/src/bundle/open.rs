//! Opening a bundle.

use std::io::{ErrorKind, Read};

use chacha20poly1305::{AeadInOut as _, ChaCha20Poly1305, KeyInit as _};
use daiban_sync::error::{InvalidFrame, SessionError};
use daiban_sync::id::{NodeKey, OfficeCode};
use daiban_sync::wire::Decoder;
use ed25519_dalek::SigningKey;
use hpke::aead::ChaCha20Poly1305 as HpkeCipher;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem, X25519HkdfSha256};
use hpke::{Deserializable as _, OpModeR, single_shot_open};
use zeroize::Zeroizing;

use super::{
    BundleError, HEADER_BYTES_MAX, Header, Item, LAST, MAGIC, PIECE_BYTES_MAX, Recipient, Route,
    TAG_BYTES, VERSION,
};

/// Reads who made a bundle and for whom.
///
/// # Errors
/// [`BundleError`]: it is no bundle, or one of another version.
pub fn read_header(from: &mut impl Read) -> Result<Header, BundleError> {
    let mut start = [0; MAGIC.len() + 1 + 4];
    from.read_exact(&mut start).map_err(|error| ended(error, BundleError::NotABundle))?;
    let (magic, rest) = start.split_at(MAGIC.len());
    if magic != MAGIC {
        return Err(BundleError::NotABundle);
    }
    let &[version, ref length @ ..] = rest else { return Err(BundleError::NotABundle) };
    if version != VERSION {
        return Err(BundleError::Version { found: version });
    }
    let length = length.try_into().map_or(usize::MAX, |bytes| u32::from_le_bytes(bytes) as usize);
    if length > HEADER_BYTES_MAX {
        return Err(BundleError::NotABundle);
    }
    let mut header = vec![0; length];
    from.read_exact(&mut header)
        .map_err(|error| ended(error, BundleError::Truncated { piece: 0 }))?;
    match postcard::take_from_bytes(&header) {
        Ok((header, [])) => Ok(header),
        _ => Err(BundleError::NotABundle),
    }
}

/// The items of a bundle, in order. They count only when [`Opened::next_item`] has said `None`: what was
/// cut off ends in an error.
pub struct Opened<R> {
    pub route: Route,
    from: R,
    cipher: ChaCha20Poly1305,
    decoder: Decoder,
    plain: Vec<u8>,
    /// How much of `plain` the decoder has taken.
    taken: usize,
    piece: u64,
    ended: bool,
}

impl<R: Read> Opened<R> {
    /// Opens a bundle with the key of a node it was made for.
    ///
    /// # Errors
    /// [`BundleError`]: it is for another office or node, or no bundle.
    pub fn new(mut from: R, ours: OfficeCode, key: &SigningKey) -> Result<Self, BundleError> {
        let Header { route, recipients } = read_header(&mut from)?;
        if route.to != ours {
            return Err(BundleError::Elsewhere { ours, to: route.to });
        }
        let node = NodeKey(key.verifying_key().to_bytes());
        let recipient = recipients.iter().find(|recipient| recipient.node == node);
        let opened = recipient.and_then(|recipient| open_for(recipient, &route, key));
        let key = opened.ok_or(BundleError::AnotherNode { ours: node })?;
        let cipher = ChaCha20Poly1305::new((&*key).into());
        let (decoder, plain, taken) = (Decoder::new(), Vec::new(), 0);
        Ok(Self { route, from, cipher, decoder, plain, taken, piece: 0, ended: false })
    }

    /// The next item; `None` at the proven end.
    ///
    /// # Errors
    /// [`BundleError`]; the bundle must not be read on.
    pub fn next_item(&mut self) -> Result<Option<Item>, BundleError> {
        loop {
            let mut rest = &self.plain[self.taken..];
            let item = self.decoder.next(&mut rest)?;
            self.taken = self.plain.len() - rest.len();
            if item.is_some() {
                return Ok(item);
            }
            if self.ended {
                return self.end();
            }
            self.unseal()?;
        }
    }

    fn end(&mut self) -> Result<Option<Item>, BundleError> {
        if !self.decoder.is_between_frames() {
            return Err(SessionError::from(InvalidFrame::Compression).into());
        }
        match self.from.read(&mut [0])? {
            0 => Ok(None),
            _ => Err(BundleError::Trailing { piece: self.piece - 1 }),
        }
    }

    fn unseal(&mut self) -> Result<(), BundleError> {
        let piece = self.piece;
        let cut = |error| ended(error, BundleError::Truncated { piece });
        let mut length = [0; 4];
        self.from.read_exact(&mut length).map_err(cut)?;
        let (length, last) = split(u32::from_le_bytes(length));
        if length > PIECE_BYTES_MAX + TAG_BYTES {
            return Err(BundleError::Damaged { piece });
        }
        self.plain.resize(length, 0);
        self.from.read_exact(&mut self.plain).map_err(cut)?;
        self.cipher
            .decrypt_in_place(&super::nonce(piece, last).into(), b"", &mut self.plain)
            .map_err(|_| BundleError::Damaged { piece })?;
        (self.taken, self.ended) = (0, last);
        self.piece += 1;
        Ok(())
    }
}

fn split(length: u32) -> (usize, bool) {
    ((length & !LAST) as usize, length & LAST != 0)
}

fn ended(error: std::io::Error, at_end: BundleError) -> BundleError {
    match error.kind() {
        ErrorKind::UnexpectedEof => at_end,
        _ => error.into(),
    }
}

fn open_for(recipient: &Recipient, route: &Route, key: &SigningKey) -> Option<Zeroizing<[u8; 32]>> {
    let secret = Zeroizing::new(key.to_scalar_bytes());
    let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&*secret).ok()?;
    let encapsulated =
        <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&recipient.encapsulated).ok()?;
    let opened = single_shot_open::<HpkeCipher, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &encapsulated,
        &route.info(),
        &recipient.sealed_key,
        &recipient.node.0,
    );
    let opened = Zeroizing::new(opened.ok()?);
    Some(Zeroizing::new(opened.as_slice().try_into().ok()?))
}
