//! Reads and verifies certificate chains.

use daiban_sync::id::{Millis, NodeKey, OfficeCode};
use rustls_pki_types::CertificateDer;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert, ring::ED25519};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::oid_registry::OID_SIG_ED25519;
use x509_parser::prelude::FromDer;

use super::clock::{millis_of, millis_of_asn1, show_time, unix_of};
use super::key::is_sound;
use super::name::{NameError, office_of};

/// The longest chain: a village's leaf and the issuing certificates of town, county and city.
const CHAIN_CERTIFICATES_MAX: usize = 4;
/// A leaf takes about 500 bytes.
const CERTIFICATE_BYTES_MAX: usize = 2_048;

/// Who a verified certificate speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer {
    pub office: OfficeCode,
    pub key: NodeKey,
}

/// From when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    pub not_before: Millis,
    pub not_after: Millis,
}

/// Why a chain is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Its time is over.
    #[error(
        "certificate ended at {} and this node's clock says {}: renew it (an expired node may \
         only renew), or set this clock", show_time(*not_after), show_time(*now)
    )]
    Expired { not_after: Millis, now: Millis },
    /// Its time has not come.
    #[error(
        "certificate begins at {} and this node's clock says {}: set the clock that is wrong",
        show_time(*not_before), show_time(*now)
    )]
    NotYetValid { not_before: Millis, now: Millis },
    /// It does not lead to our root.
    #[error(
        "certificate was not issued under this city's root: the peer belongs to another city \
         or its certificate is forged"
    )]
    WrongRoot,
    /// An office signed for an office that is not below it.
    #[error("certificate names an office outside the subtree of the office that issued it")]
    OutsideSubtree,
    /// Not signed by the direct parent.
    #[error(
        "certificate chain of {office}: expected {expected} certificates, one for each tier up \
         to the city, got {found}: only the direct parent may certify an office"
    )]
    WrongLength { office: OfficeCode, expected: usize, found: usize },
    /// Not an Ed25519 key.
    #[error("certificate key: expected a sound Ed25519 key, got {found}")]
    WrongKey { found: String },
    /// Not an office's name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Not one name.
    #[error("certificate names: expected exactly one DNS name, got {found}")]
    Names { found: usize },
    /// Not a certificate, or not one as we make them.
    #[error("certificate {index} of the chain (the leaf is 0) is malformed: {why}")]
    Malformed { index: usize, why: String },
    /// No certificate or too many.
    #[error("certificate chain: expected 1 to {CHAIN_CERTIFICATES_MAX} certificates, got {found}")]
    Count { found: usize },
}

/// Verifies a chain (leaf first, without the root) by path validation with name constraints.
///
/// With `now` the chain must be valid at that time. Without, it is judged at the beginning of the
/// leaf's validity: for the authors of logs, whose entries outlive their certificates, and for
/// renewal.
pub fn verify_chain(
    root: &[u8],
    chain: &[Vec<u8>],
    now: Option<Millis>,
) -> Result<Peer, ChainError> {
    let chain: Vec<_> = chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    verify_ders(root, &chain, now)
}

pub(crate) fn verify_ders(
    root: &[u8],
    chain: &[CertificateDer<'_>],
    now: Option<Millis>,
) -> Result<Peer, ChainError> {
    check_size(chain)?;
    let (leaf, issuers) = chain.split_first().ok_or(ChainError::Count { found: 0 })?;
    let now = match now {
        Some(now) => now,
        None => validity_of(leaf)?.not_before,
    };
    let root = CertificateDer::from(root);
    let anchor = [anchor_from_trusted_cert(&root).map_err(refusal)?];
    let entity = EndEntityCert::try_from(leaf).map_err(refusal)?;
    let path = entity
        .verify_for_usage(
            &[ED25519],
            &anchor,
            issuers,
            unix_of(now),
            KeyUsage::client_auth(),
            None,
            None,
        )
        .map_err(refusal)?;
    let peer = Peer { office: office_in(leaf)?, key: key_in(0, leaf)? };
    let expected = length_for(peer.office);
    if chain.len() != expected || path.intermediate_certificates().count() + 1 != expected {
        let (office, found) = (peer.office, chain.len());
        return Err(ChainError::WrongLength { office, expected, found });
    }
    Ok(peer)
}

/// The keys of all certificates in a chain, the leaf's first.
pub fn keys_of(chain: &[Vec<u8>]) -> Result<Vec<NodeKey>, ChainError> {
    chain.iter().enumerate().map(|(index, der)| key_in(index, der)).collect()
}

/// The time that a certificate states.
pub fn validity_of(der: &[u8]) -> Result<Validity, ChainError> {
    let certificate = parse(0, der)?;
    let validity = &certificate.validity;
    Ok(Validity {
        not_before: millis_of_asn1(validity.not_before),
        not_after: millis_of_asn1(validity.not_after),
    })
}

/// A leaf is signed by its parent's issuing key; a city's by the root, which is not in the chain.
fn length_for(office: OfficeCode) -> usize {
    office.line().count()
}

fn check_size(chain: &[CertificateDer<'_>]) -> Result<(), ChainError> {
    if !(1..=CHAIN_CERTIFICATES_MAX).contains(&chain.len()) {
        return Err(ChainError::Count { found: chain.len() });
    }
    let long = chain.iter().position(|der| der.len() > CERTIFICATE_BYTES_MAX);
    long.map_or(Ok(()), |index| {
        let why =
            format!("expected at most {CERTIFICATE_BYTES_MAX} bytes, got {}", chain[index].len());
        Err(ChainError::Malformed { index, why })
    })
}

fn parse(index: usize, der: &[u8]) -> Result<X509Certificate<'_>, ChainError> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        Ok((rest, _)) => {
            Err(ChainError::Malformed { index, why: format!("{} bytes too many", rest.len()) })
        }
        Err(error) => Err(ChainError::Malformed { index, why: error.to_string() }),
    }
}

pub(crate) fn key_in(index: usize, der: &[u8]) -> Result<NodeKey, ChainError> {
    let certificate = parse(index, der)?;
    let info = certificate.public_key();
    let wrong = |found: String| ChainError::WrongKey { found };
    if info.algorithm.algorithm != OID_SIG_ED25519 {
        return Err(wrong(format!("algorithm {}", info.algorithm.algorithm)));
    }
    let bytes = info.subject_public_key.data.as_ref();
    let key = bytes.try_into().map_err(|_| wrong(format!("{} bytes", bytes.len())))?;
    let key = NodeKey(key);
    if is_sound(key) { Ok(key) } else { Err(wrong(format!("weak key {}", key.short()))) }
}

fn office_in(leaf: &[u8]) -> Result<OfficeCode, ChainError> {
    let certificate = parse(0, leaf)?;
    let names = certificate
        .subject_alternative_name()
        .map_err(|error| ChainError::Malformed { index: 0, why: error.to_string() })?
        .map_or(&[][..], |names| &names.value.general_names);
    match names {
        [GeneralName::DNSName(name)] => Ok(office_of(name)?),
        _ => Err(ChainError::Names { found: names.len() }),
    }
}

fn refusal(error: webpki::Error) -> ChainError {
    use webpki::Error;
    match error {
        Error::CertExpired { time, not_after } => {
            ChainError::Expired { not_after: millis_of(not_after), now: millis_of(time) }
        }
        Error::CertNotValidYet { time, not_before } => {
            ChainError::NotYetValid { not_before: millis_of(not_before), now: millis_of(time) }
        }
        Error::UnknownIssuer | Error::InvalidSignatureForPublicKey => ChainError::WrongRoot,
        Error::NameConstraintViolation => ChainError::OutsideSubtree,
        other => ChainError::Malformed { index: 0, why: format!("{other:?}") },
    }
}
