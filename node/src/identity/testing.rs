//! A small tree of offices for tests: a fixed time, one seed, a folder that goes away.

use std::path::PathBuf;
use std::sync::Arc;

use daiban_domain::notice::Notice;
use daiban_domain::standing::{Dictum, Standings};
use daiban_sync::channel::Channel;
use daiban_sync::head::Head;
use daiban_sync::id::{Incarnation, LogId, Millis, NodeKey, OfficeCode};
use daiban_sync::run::Tip;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tempfile::TempDir;

use super::certificate::Authority;
use super::clock::HOUR_MS;
use super::{Desk, Identity, Invitation, Joining, KnownStandings, Lifetimes};

/// 2026-03-01 08:34:56 UTC
pub(crate) const NOW: Millis = Millis(1_772_354_096_000);
pub(crate) const CITY: &str = "330300000000";
pub(crate) const COUNTY: &str = "330382000000";
pub(crate) const TOWN: &str = "330382001000";
pub(crate) const OTHER_TOWN: &str = "330382002000";
pub(crate) const VILLAGE: &str = "330382001001";
pub(crate) const OTHER_VILLAGE: &str = "330382002001";

pub(crate) struct World {
    folder: TempDir,
    pub(crate) now: Millis,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) registry: Arc<KnownStandings>,
}

/// From now on this office's word is that the node is revoked.
pub(crate) fn revoke(registry: &KnownStandings, by: &str, node: NodeKey) {
    let by = code(by);
    let author = NodeKey([9; 32]);
    let (incarnation, head) = (Incarnation(1), Head::EMPTY);
    let channel = Channel::Notices { issuer: by };
    let tip = Tip { author, office: by, incarnation, channel, head };
    let notice = Notice::Revoked { node, accepted: Vec::new(), reason: "lost".into() };
    let said = Dictum { log: LogId([1; 32]), seq: 1, tip: &tip, notice: &notice };
    registry.replace(Standings::of([said].into_iter()));
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            now: NOW,
            rng: ChaCha20Rng::seed_from_u64(seed),
            registry: Arc::default(),
        }
    }

    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn city(&mut self) -> Identity {
        Identity::init_city(code(CITY), self.now, &Lifetimes::default(), &mut self.rng).unwrap()
    }

    pub(crate) fn desk(&self, of: &Identity) -> Desk {
        let data = self.data(&of.office().to_string());
        let addresses = vec![format!("{}.example:3816", of.office())];
        let registry = Arc::clone(&self.registry);
        Desk::open(&data, Arc::new(of.clone()), addresses, Lifetimes::default(), registry as _)
            .unwrap()
    }

    pub(crate) fn invite(&mut self, desk: &mut Desk, child: &str) -> Invitation {
        let expires = self.now.plus(HOUR_MS);
        desk.invite(code(child), self.now, expires, &mut self.rng).unwrap()
    }

    pub(crate) fn joining(&mut self, invitation: Invitation, folder: &str) -> Joining {
        let data = self.data(folder);
        Joining::prepare(invitation, &data, self.now, &mut self.rng).unwrap()
    }

    pub(crate) fn admit(&mut self, parent: &Identity, child: &str) -> Identity {
        let mut desk = self.desk(parent);
        let invitation = self.invite(&mut desk, child);
        let joining = self.joining(invitation, child);
        let reply = desk.handle_request(&joining.request(), self.now);
        joining.accept(&reply, self.now).unwrap()
    }

    /// City, county, town and village, in this order.
    pub(crate) fn line(&mut self) -> [Identity; 4] {
        let city = self.city();
        let county = self.admit(&city, COUNTY);
        let town = self.admit(&county, TOWN);
        let village = self.admit(&town, VILLAGE);
        [city, county, town, village]
    }
}

pub(crate) fn code(text: &str) -> OfficeCode {
    text.parse().unwrap()
}

impl Identity {
    /// This node with a leaf for `office` that `by` had no right to sign.
    pub(crate) fn forged_by(&self, by: &Self, office: OfficeCode, now: Millis) -> Self {
        let issuing = by.issuing.as_ref().unwrap();
        let certificates = issuing.chain.iter().map(Vec::as_slice).collect();
        let authority = Authority { office: by.office, secret: &issuing.secret, certificates };
        let leaf = authority.leaf(office, self.key(), now, &Lifetimes::default()).unwrap();
        let chain = std::iter::once(leaf).chain(issuing.chain.iter().cloned()).collect();
        Self { office, chain, ..self.clone() }
    }
}

impl Invitation {
    pub(crate) fn spoil_secret(&mut self) {
        self.secret[0] ^= 1;
    }
}
