//! The offices and who vouches for them.

use daiban_sync::id::{NodeKey, OfficeCode};
use daiban_sync::run::Authenticator;
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};

/// One county of a city: two towns with three villages each, parents first.
const CODES: [u64; 10] = [
    330_300_000_000,
    330_382_000_000,
    330_382_001_000,
    330_382_002_000,
    330_382_001_001,
    330_382_001_002,
    330_382_001_003,
    330_382_002_001,
    330_382_002_009,
    330_382_002_010,
];

/// All offices, parents first.
pub(crate) fn offices() -> Vec<OfficeCode> {
    CODES.iter().map(|&code| OfficeCode::new(code).expect("a code with 12 digits")).collect()
}

/// Stands for the city's certificates: its word for an office and a key.
pub(crate) struct Root(SigningKey);

impl Root {
    pub(crate) fn new(secret: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&secret))
    }

    /// What a node shows to prove whose it is.
    pub(crate) fn certify(&self, office: OfficeCode, key: NodeKey) -> Vec<Vec<u8>> {
        let word = word(office, key);
        let signature = self.0.sign(&word).to_bytes().to_vec();
        vec![u64::from(office).to_be_bytes().to_vec(), signature]
    }

    pub(crate) fn authenticator(&self) -> Certificates {
        Certificates(self.0.verifying_key())
    }
}

/// Reads what [`Root::certify`] wrote.
#[derive(Clone)]
pub(crate) struct Certificates(VerifyingKey);

impl Authenticator for Certificates {
    fn office_of(&self, author: NodeKey, chain: &[Vec<u8>]) -> Result<OfficeCode, String> {
        let [code, signature] = chain else {
            return Err(format!("expected two certificates, got {}", chain.len()));
        };
        let code = code.as_slice().try_into().map(u64::from_be_bytes).map_err(|_| "no office")?;
        let office = OfficeCode::new(code).map_err(|error| error.to_string())?;
        let signature = Signature::from_slice(signature).map_err(|error| error.to_string())?;
        let said = self.0.verify(&word(office, author), &signature);
        said.map(|()| office).map_err(|_| "the root did not sign it".into())
    }
}

fn word(office: OfficeCode, key: NodeKey) -> Vec<u8> {
    [b"daiban sim certificate".as_slice(), &u64::from(office).to_be_bytes(), &key.0].concat()
}
