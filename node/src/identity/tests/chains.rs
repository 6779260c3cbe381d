use daiban_sync::id::{Millis, NodeKey};
use rcgen::{Issuer, KeyPair};
use rustls_pki_types::CertificateDer;

use crate::identity::certificate::Authority;
use crate::identity::clock::DAY_MS;
use crate::identity::testing::*;
use crate::identity::*;

/// A leaf for `office` signed by the issuing key of `by`, with that office's chain.
fn signed(by: &Identity, office: &str, key: NodeKey) -> Vec<Vec<u8>> {
    let issuing = by.issuing.as_ref().unwrap();
    let certificates = issuing.chain.iter().map(Vec::as_slice).collect();
    let authority = Authority { office: by.office(), secret: &issuing.secret, certificates };
    let leaf = authority.leaf(code(office), key, NOW, &Lifetimes::default()).unwrap();
    std::iter::once(leaf).chain(issuing.chain.iter().cloned()).collect()
}

fn refusal(root: &[u8], chain: &[Vec<u8>]) -> ChainError {
    verify_chain(root, chain, Some(NOW)).unwrap_err()
}

#[test]
fn every_tier_is_proven_by_its_chain() {
    let mut world = World::new(1);
    for (identity, length) in world.line().iter().zip(1..) {
        assert_eq!(identity.chain().len(), length);
        let peer = verify_chain(identity.root(), identity.chain(), Some(NOW)).unwrap();
        assert_eq!(peer, Peer { office: identity.office(), key: identity.key() });
        assert_eq!(identity.may_admit(), length < 4);
        assert_eq!(keys_of(identity.chain()).unwrap()[0], identity.key());
    }
}

#[test]
fn a_town_cannot_sign_sideways_nor_upwards_nor_for_itself() {
    let mut world = World::new(2);
    let [city, county, town, village] = world.line();
    let root = city.root();
    let key = village.key();
    assert!(verify_chain(root, &signed(&town, VILLAGE, key), Some(NOW)).is_ok());
    for other in [OTHER_VILLAGE, OTHER_TOWN, COUNTY, CITY] {
        assert_eq!(
            refusal(root, &signed(&town, other, key)),
            ChainError::OutsideSubtree,
            "{other}"
        );
    }
    let of_itself = refusal(root, &signed(&town, TOWN, key));
    assert!(matches!(of_itself, ChainError::WrongLength { expected: 3, found: 4, .. }));
    let over_the_head = refusal(root, &signed(&county, VILLAGE, key));
    assert!(matches!(over_the_head, ChainError::WrongLength { expected: 4, found: 3, .. }));
    let mut padded = signed(&county, VILLAGE, key);
    padded.push(town.issuing.as_ref().unwrap().chain[0].clone());
    assert!(matches!(
        refusal(root, &padded),
        ChainError::WrongLength { expected: 4, found: 4, .. }
    ));
}

#[test]
fn an_issuing_key_outside_its_subtree_gives_its_children_nothing() {
    let mut world = World::new(3);
    let [city, _, town, village] = world.line();
    // The town signs an issuing certificate for its neighbour and with it a village there.
    let issuing = town.issuing.as_ref().unwrap();
    let certificates = issuing.chain.iter().map(Vec::as_slice).collect();
    let authority = Authority { office: town.office(), secret: &issuing.secret, certificates };
    let forged = Secret::generate(&mut world.rng);
    let lifetimes = Lifetimes::default();
    let certificate = authority.issuing(code(OTHER_TOWN), forged.key(), NOW, &lifetimes).unwrap();
    let below =
        Authority { office: code(OTHER_TOWN), secret: &forged, certificates: vec![&certificate] };
    let leaf = below.leaf(code(OTHER_VILLAGE), village.key(), NOW, &lifetimes).unwrap();
    let short = vec![leaf, certificate.clone(), issuing.chain[0].clone(), issuing.chain[1].clone()];
    assert!(verify_chain(city.root(), &short, Some(NOW)).is_err());
    let mut long = short.clone();
    long.push(issuing.chain[2].clone());
    assert_eq!(refusal(city.root(), &long), ChainError::Count { found: 5 });
}

#[test]
fn another_citys_root_is_refused() {
    let mut world = World::new(4);
    let [_, _, _, village] = world.line();
    let other = world.city();
    assert_eq!(refusal(other.root(), village.chain()), ChainError::WrongRoot);
}

#[test]
fn a_clock_is_named_when_it_may_be_wrong() {
    let mut world = World::new(5);
    let [city, _, _, village] = world.line();
    let late = Millis(NOW.0 + 91 * DAY_MS);
    let expired = verify_chain(city.root(), village.chain(), Some(late)).unwrap_err();
    assert!(matches!(expired, ChainError::Expired { .. }));
    let text = expired.to_string();
    assert!(text.contains("2026-05-30") && text.contains("2026-05-31"), "{text}");
    let early = Millis(NOW.0 - 2 * DAY_MS);
    let text = verify_chain(city.root(), village.chain(), Some(early)).unwrap_err().to_string();
    assert!(text.contains("2026-02-28") && text.contains("2026-02-27"), "{text}");
    assert!(verify_chain(city.root(), village.chain(), None).is_ok(), "authors outlive it");
}

#[test]
fn weak_and_foreign_keys_are_refused() {
    let mut world = World::new(6);
    let [city, _, town, _] = world.line();
    let weak = signed(&town, VILLAGE, NodeKey([0; 32]));
    assert!(matches!(refusal(city.root(), &weak), ChainError::WrongKey { .. }));

    let issuing = town.issuing.as_ref().unwrap();
    let own = CertificateDer::from(issuing.chain[0].as_slice());
    let issuer = Issuer::from_ca_cert_der(&own, &issuing.secret).unwrap();
    let mut params = rcgen::CertificateParams::new(vec![name_of(code(VILLAGE))]).unwrap();
    let from = city.validity().unwrap().not_before;
    params.not_before = crate::identity::clock::asn1_of(from).to_datetime();
    let elliptic = KeyPair::generate().unwrap();
    let leaf = params.signed_by(&elliptic, &issuer).unwrap().der().to_vec();
    let chain: Vec<_> = std::iter::once(leaf).chain(issuing.chain.iter().cloned()).collect();
    assert!(matches!(refusal(city.root(), &chain), ChainError::WrongKey { .. }));
}

#[test]
fn names_that_are_not_one_office_are_refused() {
    let mut world = World::new(7);
    let [city, _, town, village] = world.line();
    let issuing = town.issuing.as_ref().unwrap();
    let own = CertificateDer::from(issuing.chain[0].as_slice());
    let issuer = Issuer::from_ca_cert_der(&own, &issuing.secret).unwrap();
    let below = name_of(town.office());
    for names in
        [vec![], vec![format!("x.{below}")], vec![name_of(code(VILLAGE)), format!("y.{below}")]]
    {
        let params = rcgen::CertificateParams::new(names.clone()).unwrap();
        let leaf = params.signed_by(&village.node, &issuer).unwrap().der().to_vec();
        let chain: Vec<_> = std::iter::once(leaf).chain(issuing.chain.iter().cloned()).collect();
        let error = refusal(city.root(), &chain);
        assert!(
            matches!(error, ChainError::Name(_) | ChainError::Names { .. }),
            "{names:?}: {error}"
        );
    }
}

#[test]
fn damaged_chains_are_errors_and_never_panics() {
    let mut world = World::new(8);
    let [city, _, _, village] = world.line();
    let root = city.root();
    assert_eq!(refusal(root, &[]), ChainError::Count { found: 0 });
    assert!(matches!(refusal(root, &[vec![0; 5_000]]), ChainError::Malformed { .. }));
    assert!(verify_chain(&[], village.chain(), Some(NOW)).is_err());
    for at in 0..village.chain()[0].len() {
        let mut chain = village.chain().to_vec();
        chain[0][at] ^= 0x10;
        assert!(verify_chain(root, &chain, Some(NOW)).is_err(), "byte {at}");
        chain[0].truncate(at);
        assert!(verify_chain(root, &chain, None).is_err(), "cut at {at}");
    }
}

#[test]
fn the_same_seed_makes_the_same_certificates() {
    let chain = |seed| World::new(seed).line()[3].chain().to_vec();
    assert_eq!(chain(9), chain(9));
    assert_ne!(chain(9), chain(10));
}
