//! TLS 1.3, mutual, one private root; whom we believe is decided by [`crate::identity`].

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use daiban_domain::standing::Standing;
use daiban_sync::id::{Millis, OfficeCode};
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::ring::sign::any_eddsa_type;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError,
    PeerIncompatible, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};

use super::error::{BindError, PeerError};
use super::{Clock, Peer};
use crate::identity::{Fingerprint, Identity, Registry, key_in, verify_ders};

/// Sessions of enrolled nodes.
pub(super) const SYNC: &[u8] = b"daiban/1";
/// Joining and renewing: the client shows no certificate.
pub(super) const JOIN: &[u8] = b"daiban-join/1";

/// Whom to believe.
pub(super) enum Trust {
    /// Anybody under this root.
    Root(Vec<u8>),
    /// Whoever shows the root with this fingerprint, and a chain under it.
    Shown(Fingerprint),
}

/// Judges the other side's certificates and remembers why it refused.
pub(super) struct Judge {
    trust: Trust,
    expected: Option<OfficeCode>,
    registry: Arc<dyn Registry>,
    algorithms: WebPkiSupportedAlgorithms,
    refused: Mutex<Option<PeerError>>,
}

/// For accepting: certificates are asked for, and needed for [`SYNC`] (see `accept`).
pub(super) fn server_config(
    identity: &Identity,
    registry: &Arc<dyn Registry>,
    clock: &Clock,
) -> Result<QuicServerConfig, BindError> {
    let wrong = |error: Error| BindError::Identity { why: error.to_string() };
    let judge = Judge::new(Trust::Root(identity.root().to_vec()), None, Arc::clone(registry));
    let time = Arc::new(NodeTime(Arc::clone(clock)));
    let mut config = rustls::ServerConfig::builder_with_details(provider(), time)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(wrong)?
        .with_client_cert_verifier(Arc::new(judge))
        .with_cert_resolver(Arc::new(OwnCertificates::new(identity).map_err(wrong)?));
    config.alpn_protocols = vec![SYNC.to_vec(), JOIN.to_vec()];
    // A resumed session would not be judged again: no tickets, no store, no early data.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    QuicServerConfig::try_from(config)
        .map_err(|error| BindError::Identity { why: error.to_string() })
}

/// For dialing; `own` is shown if given. The judge tells why a server was refused.
pub(super) fn client_config(
    protocol: &[u8],
    own: Option<&Identity>,
    judge: Arc<Judge>,
    clock: &Clock,
) -> Result<QuicClientConfig, BindError> {
    let wrong = |error: Error| BindError::Identity { why: error.to_string() };
    let time = Arc::new(NodeTime(Arc::clone(clock)));
    let builder = rustls::ClientConfig::builder_with_details(provider(), time)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(wrong)?
        .dangerous()
        .with_custom_certificate_verifier(judge);
    let mut config = match own {
        Some(own) => {
            builder.with_client_cert_resolver(Arc::new(OwnCertificates::new(own).map_err(wrong)?))
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![protocol.to_vec()];
    config.resumption = Resumption::disabled();
    // The office's name is nobody's business on the way.
    config.enable_sni = false;
    QuicClientConfig::try_from(config)
        .map_err(|error| BindError::Identity { why: error.to_string() })
}

impl Judge {
    pub(super) fn new(
        trust: Trust,
        expected: Option<OfficeCode>,
        registry: Arc<dyn Registry>,
    ) -> Self {
        let algorithms = provider().signature_verification_algorithms;
        Self { trust, expected, registry, algorithms, refused: Mutex::new(None) }
    }

    /// Why it refused, if it did.
    pub(super) fn take_refusal(&self) -> Option<PeerError> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Office and key, from verified certificates only.
    pub(super) fn judge(
        &self,
        chain: &[CertificateDer<'_>],
        now: Millis,
    ) -> Result<Peer, PeerError> {
        let (root, chain) = match &self.trust {
            Trust::Root(root) => (root.as_slice(), chain),
            Trust::Shown(expected) => {
                let (root, chain) = chain.split_last().ok_or(PeerError::NoRoot)?;
                let (expected, found) = (*expected, Fingerprint::of(root));
                if found != expected {
                    return Err(PeerError::OtherRoot { expected, found });
                }
                (root.as_ref(), chain)
            }
        };
        let peer = verify_ders(root, chain, Some(now))?;
        if let Some(expected) = self.expected.filter(|expected| *expected != peer.office) {
            return Err(PeerError::OtherOffice { expected, found: peer.office });
        }
        for (index, der) in chain.iter().enumerate() {
            let (office, key) = (peer.office, key_in(index, der)?);
            match self.registry.standing(office, key) {
                Standing::Good => {}
                Standing::Suspended { .. } => return Err(PeerError::Suspended { office, key }),
                Standing::Revoked { .. } => return Err(PeerError::Revoked { office, key }),
            }
        }
        Ok(peer)
    }

    fn judge_for_tls(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let chain: Vec<_> = std::iter::once(leaf).chain(rest).cloned().collect();
        let now = Millis(now.as_secs().saturating_mul(1_000));
        self.judge(&chain, now).map(drop).map_err(|error| {
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
            if matches!(error, PeerError::Revoked { .. }) {
                // It has an alert of its own, by which the other side knows.
                return Error::InvalidCertificate(CertificateError::Revoked);
            }
            Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Told(error)))))
        })
    }
}

/// TLS tells the other side the `Debug` of an error; this one's is the sentence for people.
#[derive(thiserror::Error)]
#[error("{0}")]
struct Told(PeerError);

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judge").field("expected", &self.expected).finish_non_exhaustive()
    }
}

/// Both traits ask the same about signatures.
macro_rules! judge_signatures {
    () => {
        fn verify_tls12_signature(
            &self,
            _message: &[u8],
            _leaf: &CertificateDer<'_>,
            _signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOffered))
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            leaf: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            verify_tls13_signature(message, leaf, signature, &self.algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            vec![SignatureScheme::ED25519]
        }
    };
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.judge_for_tls(leaf, rest, now).map(|()| ServerCertVerified::assertion())
    }

    judge_signatures!();
}

impl ClientCertVerifier for Judge {
    /// Those who join have none yet.
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.judge_for_tls(leaf, rest, now).map(|()| ClientCertVerified::assertion())
    }

    judge_signatures!();
}

/// Our chain; for those who join also the root, which they know only by its fingerprint.
struct OwnCertificates {
    chain: Arc<CertifiedKey>,
    with_root: Arc<CertifiedKey>,
}

impl OwnCertificates {
    fn new(identity: &Identity) -> Result<Self, Error> {
        let der = identity.secret().to_pkcs8();
        let key = any_eddsa_type(&PrivatePkcs8KeyDer::from(der.as_slice()))?;
        let chain: Vec<_> =
            identity.chain().iter().map(|der| CertificateDer::from(der.clone())).collect();
        let root = CertificateDer::from(identity.root().to_vec());
        let with_root: Vec<_> = chain.iter().cloned().chain([root]).collect();
        Ok(Self {
            chain: Arc::new(CertifiedKey::new(chain, Arc::clone(&key))),
            with_root: Arc::new(CertifiedKey::new(with_root, key)),
        })
    }
}

impl fmt::Debug for OwnCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnCertificates")
    }
}

impl ResolvesServerCert for OwnCertificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let joins = hello.alpn()?.any(|protocol| protocol == JOIN);
        Some(Arc::clone(if joins { &self.with_root } else { &self.chain }))
    }
}

impl ResolvesClientCert for OwnCertificates {
    fn resolve(&self, _hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        schemes.contains(&SignatureScheme::ED25519).then(|| Arc::clone(&self.chain))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

struct NodeTime(Clock);

impl fmt::Debug for NodeTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NodeTime")
    }
}

impl TimeProvider for NodeTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis((self.0)().0)))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
