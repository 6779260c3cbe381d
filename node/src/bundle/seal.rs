//! Making a bundle.

use chacha20poly1305::{AeadInOut as _, ChaCha20Poly1305, KeyInit as _};
use daiban_sync::id::NodeKey;
use daiban_sync::wire::{Compression, Encoder};
use ed25519_dalek::VerifyingKey;
use hpke::aead::ChaCha20Poly1305 as HpkeCipher;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem, X25519HkdfSha256};
use hpke::{Deserializable as _, OpModeS, Serializable as _, single_shot_seal_with_rng};
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::{BundleError, Header, Item, LAST, MAGIC, PIECE_BYTES_MAX, Recipient, Route, VERSION};

/// Items in, bytes of the file out.
pub struct Sealer {
    cipher: ChaCha20Poly1305,
    encoder: Encoder,
    piece: u64,
    out: Vec<u8>,
}

impl Sealer {
    /// Begins a bundle that each of `nodes` can open.
    ///
    /// # Errors
    /// [`BundleError::Key`] if a node's key is none.
    pub fn new(
        route: Route,
        nodes: &[NodeKey],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, BundleError> {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *key);
        let recipients = nodes.iter().map(|&node| seal_to(node, &route, &key, rng));
        let header = Header { route, recipients: recipients.collect::<Result<_, _>>()? };
        let header = postcard::to_stdvec(&header).expect("numbers and keys always encode");
        let length = u32::try_from(header.len()).expect("a header names a few nodes");
        let out = [MAGIC.as_slice(), &[VERSION], &length.to_le_bytes(), &header].concat();
        let cipher = ChaCha20Poly1305::new((&*key).into());
        Ok(Self { cipher, encoder: Encoder::new(Compression::TIGHT), piece: 0, out })
    }

    /// Adds an item.
    ///
    /// # Errors
    /// [`BundleError::Content`] if the item is longer than anybody would accept.
    pub fn push(&mut self, item: &Item) -> Result<(), BundleError> {
        self.encoder.push(item)?;
        if self.encoder.waiting() >= PIECE_BYTES_MAX / 2 {
            let plain = self.encoder.take();
            for piece in plain.chunks(PIECE_BYTES_MAX) {
                self.seal(piece, false);
            }
        }
        Ok(())
    }

    /// The bytes of the file so far.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Ends the bundle and gives its last bytes.
    pub fn finish(mut self) -> Vec<u8> {
        let rest = self.encoder.take();
        let mut pieces = rest.chunks(PIECE_BYTES_MAX).peekable();
        if pieces.peek().is_none() {
            self.seal(&[], true);
        }
        while let Some(piece) = pieces.next() {
            self.seal(piece, pieces.peek().is_none());
        }
        self.out
    }

    fn seal(&mut self, plain: &[u8], last: bool) {
        let mut sealed = plain.to_vec();
        let nonce = super::nonce(self.piece, last);
        self.cipher
            .encrypt_in_place(&nonce.into(), b"", &mut sealed)
            .expect("a piece is far below the cipher's bound");
        let length = u32::try_from(sealed.len()).expect("a piece is short");
        let flag = if last { LAST } else { 0 };
        self.out.extend((length | flag).to_le_bytes());
        self.out.extend(sealed);
        self.piece += 1;
    }
}

fn seal_to(
    node: NodeKey,
    route: &Route,
    key: &[u8; 32],
    rng: &mut impl CryptoRng,
) -> Result<Recipient, BundleError> {
    let unusable = BundleError::Key { node };
    let Ok(public) = VerifyingKey::from_bytes(&node.0) else { return Err(unusable) };
    let public =
        <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(public.to_montgomery().as_bytes());
    let Ok(public) = public else { return Err(unusable) };
    let sealed = single_shot_seal_with_rng::<HpkeCipher, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        &route.info(),
        key,
        &node.0,
        rng,
    );
    let Ok((encapsulated, sealed_key)) = sealed else { return Err(unusable) };
    Ok(Recipient { node, encapsulated: encapsulated.to_bytes().into(), sealed_key })
}
