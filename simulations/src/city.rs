//! The offices that take part, and who vouches for them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use daiban_domain::shipped;
use daiban_sync::head::{Head, Receipt, Sig, SignedHead};
use daiban_sync::id::{LogId, NodeKey, OfficeCode, Tier};
use daiban_sync::run::Authenticator;
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};

use crate::hands::lock;
use crate::scenario::{City, TREES};

/// The offices of a scenario, parents first.
pub(crate) fn offices(city: &City) -> Vec<OfficeCode> {
    let root = TREES.iter().find(|(name, _)| *name == city.tree).map(|(_, code)| *code);
    let root = root.and_then(|code| OfficeCode::new(code).ok());
    let Some(root) = root else { return Vec::new() };
    let mut taken: Vec<OfficeCode> = Vec::new();
    let mut children: BTreeMap<OfficeCode, usize> = BTreeMap::new();
    for office in shipped::offices().iter().map(|office| office.code) {
        let Some(parent) = office.parent() else {
            taken.extend((office == root).then_some(office));
            continue;
        };
        let before = children.entry(parent).or_default();
        let has_room = limit(city, office.tier()).is_none_or(|limit| *before < limit);
        if has_room && taken.contains(&parent) {
            *before += 1;
            taken.push(office);
        }
    }
    taken
}

fn limit(city: &City, tier: Tier) -> Option<usize> {
    match tier {
        Tier::City => None,
        Tier::County => city.counties,
        Tier::Town => city.towns,
        Tier::Village => city.villages,
    }
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

/// What has been proved in this world: all its nodes live in one process, and what one of them has
/// proved need not be reckoned again by the next. Only what was found genuine is kept, under all
/// that was proved, so it changes no verdict. The first proof is short too: a signature is genuine
/// that the key makes again, and the keys are here.
#[derive(Clone)]
pub(crate) struct Memo {
    certificates: Certificates,
    proved: Arc<Mutex<Proved>>,
}

#[derive(Default)]
struct Proved {
    keys: BTreeMap<NodeKey, SigningKey>,
    heads: BTreeMap<Sig, (LogId, Head, NodeKey)>,
    receipts: BTreeMap<Sig, Receipt>,
}

impl Memo {
    pub(crate) fn new(certificates: Certificates) -> Self {
        Self { certificates, proved: Arc::default() }
    }

    /// A node of this world begins to sign with it.
    pub(crate) fn know(&self, key: &SigningKey) {
        let name = NodeKey(key.verifying_key().to_bytes());
        lock(&self.proved).keys.insert(name, key.clone());
    }

    fn is_known<T: PartialEq>(
        &self,
        table: impl Fn(&mut Proved) -> &mut BTreeMap<Sig, T>,
        (signature, by): (Sig, NodeKey),
        claim: T,
        again: impl FnOnce(&SigningKey) -> Sig,
        prove: impl FnOnce() -> bool,
    ) -> bool {
        let mut proved = lock(&self.proved);
        if table(&mut proved).get(&signature) == Some(&claim) {
            return true;
        }
        let key = proved.keys.get(&by).cloned();
        // Others need not wait for the proof.
        drop(proved);
        let is_genuine = key.is_some_and(|key| again(&key) == signature) || prove();
        if is_genuine {
            table(&mut lock(&self.proved)).insert(signature, claim);
        }
        is_genuine
    }
}

impl Authenticator for Memo {
    fn office_of(&self, author: NodeKey, chain: &[Vec<u8>]) -> Result<OfficeCode, String> {
        self.certificates.office_of(author, chain)
    }

    fn is_signed(&self, head: &SignedHead, log: LogId, author: NodeKey) -> bool {
        self.is_known(
            |proved| &mut proved.heads,
            (head.signature, author),
            (log, head.head, author),
            |key| SignedHead::sign(log, head.head, key).signature,
            || head.is_by(log, author),
        )
    }

    fn is_given(&self, receipt: &Receipt) -> bool {
        self.is_known(
            |proved| &mut proved.receipts,
            (receipt.signature, receipt.key),
            *receipt,
            |key| Receipt::sign(receipt.log, receipt.head, receipt.office, key).signature,
            || receipt.is_genuine(),
        )
    }
}

fn word(office: OfficeCode, key: NodeKey) -> Vec<u8> {
    [b"daiban sim certificate".as_slice(), &u64::from(office).to_be_bytes(), &key.0].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city(tree: &str, limit: Option<usize>) -> City {
        City { tree: tree.into(), counties: limit, towns: limit, villages: limit }
    }

    #[test]
    fn a_whole_city_or_a_part_of_it() {
        assert_eq!(offices(&city("bozhou", None)).len(), 1_360 + 96 + 4 + 1);
        let part = offices(&city("yueqing", Some(2)));
        assert_eq!(part.len(), 1 + 1 + 2 + 4);
        assert!(part.iter().skip(1).all(|office| part.contains(&office.parent().unwrap())));
    }

    #[test]
    fn what_was_proved_once_stays_as_true_as_it_was() {
        let root = Root::new([1; 32]);
        let memo = Memo::new(root.authenticator());
        let key = SigningKey::from_bytes(&[7; 32]);
        let author = NodeKey(key.verifying_key().to_bytes());
        let signed = SignedHead::sign(LogId([1; 32]), Head::EMPTY, &key);
        for _ in 0..2 {
            memo.know(&key);
            assert!(memo.is_signed(&signed, LogId([1; 32]), author));
            assert!(!memo.is_signed(&signed, LogId([2; 32]), author));
            assert!(!memo.is_signed(&signed, LogId([1; 32]), NodeKey([3; 32])));
        }
    }
}
