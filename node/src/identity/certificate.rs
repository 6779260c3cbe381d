//! Writes certificates: root, issuing and leaf.

use daiban_sync::id::{Millis, NodeKey, OfficeCode, Tier};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyUsagePurpose, NameConstraints, SerialNumber,
};
use rustls_pki_types::CertificateDer;

use super::chain::{ChainError, Validity, validity_of};
use super::clock::{DAY_MS, asn1_of, show_time};
use super::key::{Certified, Secret};
use super::name::name_of;
use crate::settings::IdentitySettings;

/// How far a village's clock may be behind and still believe a fresh certificate.
const BACKDATED_MS: u64 = DAY_MS;

/// How long new certificates last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    pub leaf_ms: u64,
    pub issuing_ms: u64,
    pub root_ms: u64,
}

impl From<&IdentitySettings> for Lifetimes {
    fn from(settings: &IdentitySettings) -> Self {
        Self {
            leaf_ms: settings.leaf_days * DAY_MS,
            issuing_ms: settings.issuing_days * DAY_MS,
            root_ms: settings.root_days * DAY_MS,
        }
    }
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self::from(&IdentitySettings::default())
    }
}

/// Why no certificate was made.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// What would sign has run out.
    #[error(
        "the certificates of {office} are valid from {} to {} and this node's clock says {}: \
         renew at the office above, or set the clock", show_time(*not_before), show_time(*not_after), show_time(*now)
    )]
    AuthorityNotValid { office: OfficeCode, not_before: Millis, not_after: Millis, now: Millis },
    /// Own certificates that cannot be read.
    #[error("own certificates: {0}; restore the identity folder from a backup, or join again")]
    Own(#[from] ChainError),
    /// The library refused.
    #[error("writing the certificate of {office}: {source}")]
    Write { office: OfficeCode, source: rcgen::Error },
}

/// Somebody who signs: a root, or an office's issuing key.
pub(super) struct Authority<'a> {
    pub(super) office: OfficeCode,
    pub(super) secret: &'a Secret,
    /// Its own certificate first, then those above it; for an issuing key, with the root.
    pub(super) certificates: Vec<&'a [u8]>,
}

/// A city's self-signed root.
pub(super) fn root_certificate(
    city: OfficeCode,
    secret: &Secret,
    now: Millis,
    lifetimes: &Lifetimes,
) -> Result<Vec<u8>, IssueError> {
    let validity = window(now, lifetimes.root_ms);
    let params = authority_params(city, secret.key(), "root", validity, issuing_depth(city) + 1);
    let made = params.self_signed(secret);
    made.map(|certificate| certificate.der().to_vec())
        .map_err(|source| IssueError::Write { office: city, source })
}

impl Authority<'_> {
    /// A node's certificate.
    pub(super) fn leaf(
        &self,
        office: OfficeCode,
        key: NodeKey,
        now: Millis,
        lifetimes: &Lifetimes,
    ) -> Result<Vec<u8>, IssueError> {
        let validity = self.window(now, lifetimes.leaf_ms)?;
        let mut params = named(office, key, "node", validity);
        params.is_ca = IsCa::ExplicitNoCa;
        params.subject_alt_names.push(rcgen::SanType::DnsName(
            name_of(office).try_into().map_err(|source| IssueError::Write { office, source })?,
        ));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(office, key, &params)
    }

    /// The certificate with which `office` admits its children, confined to its own subtree.
    pub(super) fn issuing(
        &self,
        office: OfficeCode,
        key: NodeKey,
        now: Millis,
        lifetimes: &Lifetimes,
    ) -> Result<Vec<u8>, IssueError> {
        let validity = self.window(now, lifetimes.issuing_ms)?;
        let params = authority_params(office, key, "issuing", validity, issuing_depth(office));
        self.sign(office, key, &params)
    }

    /// No certificate outlives one that it rests on, so the leaf's end is the chain's.
    fn window(&self, now: Millis, lifetime_ms: u64) -> Result<Validity, IssueError> {
        let mut window = window(now, lifetime_ms);
        for certificate in &self.certificates {
            let above = validity_of(certificate)?;
            window.not_before = window.not_before.max(above.not_before);
            window.not_after = window.not_after.min(above.not_after);
        }
        if (window.not_before..window.not_after).contains(&now) {
            return Ok(window);
        }
        let Validity { not_before, not_after } = window;
        Err(IssueError::AuthorityNotValid { office: self.office, not_before, not_after, now })
    }

    fn sign(
        &self,
        office: OfficeCode,
        key: NodeKey,
        params: &CertificateParams,
    ) -> Result<Vec<u8>, IssueError> {
        let own = CertificateDer::from(self.certificates[0]);
        Issuer::from_ca_cert_der(&own, self.secret)
            .and_then(|issuer| params.signed_by(&Certified(key), &issuer))
            .map(|certificate| certificate.der().to_vec())
            .map_err(|source| IssueError::Write { office, source })
    }
}

/// How many issuing certificates may stand below that of `office`.
fn issuing_depth(office: OfficeCode) -> u8 {
    match office.tier() {
        Tier::City => 2,
        Tier::County => 1,
        Tier::Town | Tier::Village => 0,
    }
}

fn window(now: Millis, lifetime_ms: u64) -> Validity {
    let not_before = Millis(now.0.saturating_sub(BACKDATED_MS));
    Validity { not_before, not_after: now.plus(lifetime_ms) }
}

fn named(office: OfficeCode, key: NodeKey, role: &str, validity: Validity) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = asn1_of(validity.not_before).to_datetime();
    params.not_after = asn1_of(validity.not_after).to_datetime();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("{office} {role}"));
    params.serial_number = Some(serial(key, role, validity));
    params.use_authority_key_identifier_extension = true;
    params
}

fn authority_params(
    office: OfficeCode,
    key: NodeKey,
    role: &str,
    validity: Validity,
    depth: u8,
) -> CertificateParams {
    let mut params = named(office, key, role, validity);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(depth));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(name_of(office))],
        excluded_subtrees: Vec::new(),
    });
    params
}

/// Different for each certificate, the same for the same certificate made again.
fn serial(key: NodeKey, role: &str, validity: Validity) -> SerialNumber {
    let mut hasher = blake3::Hasher::new_derive_key("daiban 2026 certificate serial");
    hasher.update(&key.0);
    hasher.update(&validity.not_before.0.to_be_bytes());
    hasher.update(&validity.not_after.0.to_be_bytes());
    hasher.update(role.as_bytes());
    let mut serial = hasher.finalize().as_bytes()[..16].to_vec();
    serial[0] = serial[0] & 0x7f | 0x40; // positive, and without a leading zero
    SerialNumber::from(serial)
}
