//! Sessions: one for each link, and what their events mean for this node.

use std::collections::{BTreeMap, BTreeSet};

use daiban_sync::admission::Admitted;
use daiban_sync::error::SessionError;
use daiban_sync::frame::Hello;
use daiban_sync::id::{LogId, Millis, NodeKey, OfficeCode};
use daiban_sync::session::{Event, Lane, Opening, Role, Session};

use super::Replica;
use super::alarm::Alarm;
use super::io::{Effect, LinkId};
use super::view::Shown;

/// A link and its session.
pub(super) struct Link {
    pub(super) office: OfficeCode,
    pub(super) key: NodeKey,
    pub(super) session: Session,
    pub(super) since: Millis,
    pub(super) greeting: Option<Hello>,
    /// When the peer was last heard of.
    pub(super) heard: Millis,
    /// The peer's clock minus ours when it greeted, in milliseconds.
    pub(super) clock_ahead_ms: i64,
    /// Refused for now: it ends when what it was told is sent.
    refused: bool,
    /// Offices below whose latest report this office above has not had.
    pub(super) to_pass_on: BTreeSet<OfficeCode>,
}

/// All links.
pub(super) type Links = BTreeMap<LinkId, Link>;

/// Borrows what sessions may see, beside the links themselves.
macro_rules! shown {
    ($replica:expr) => {
        Shown {
            store: &$replica.store,
            blobs: &$replica.blobs,
            word: &$replica.word,
            damage: &$replica.damage,
            #[cfg(feature = "mutants")]
            early: &$replica.early,
        }
    };
}
pub(super) use shown;

impl Replica {
    pub(super) fn connected(
        &mut self,
        now: Millis,
        link: LinkId,
        office: OfficeCode,
        key: NodeKey,
        role: Role,
    ) {
        if !self.shares_anything_with(office) {
            let reason = format!("office {office} is neither above nor below this one");
            self.effects.push_back(Effect::Close { link, reason });
            return;
        }
        self.offices.insert(key, office);
        let comparing = self.links.values().filter(|l| !l.session.is_live()).count();
        let admitted = match role {
            Role::Dialer => Admitted::Yes,
            Role::Acceptor => {
                self.admission.ask(now, self.links.len(), comparing, self.random.next())
            }
        };
        let compression = match office.tier() < self.config.office.tier() {
            true => self.config.compression_up,
            false => self.config.compression_down,
        };
        let opening = Opening {
            role,
            office: self.config.office,
            incarnation: self.author.incarnation,
            peer: office,
            compression,
            window: self.config.window_bytes,
            beacon: self.beacon(now),
            now,
        };
        let mut session = Session::new(opening, &shown!(self));
        let refused = admitted != Admitted::Yes;
        if let Admitted::Later { retry_after_ms } = admitted {
            session.send_busy(retry_after_ms);
        }
        let (since, heard) = (now, now);
        let (greeting, clock_ahead_ms) = (None, 0);
        let to_pass_on = self.reports_for(office);
        let fresh = Link {
            office,
            key,
            session,
            since,
            greeting,
            heard,
            clock_ahead_ms,
            refused,
            to_pass_on,
        };
        self.links.insert(link, fresh);
        if !refused {
            self.drop_older_links(office, link);
            for needless in self.upstream.connected(now, office, link) {
                self.close(now, needless, "a nearer office is reachable again".into());
            }
        }
    }

    pub(super) fn received(&mut self, now: Millis, link: LinkId, lane: Lane, bytes: &[u8]) {
        let Some(peer) = self.links.get_mut(&link).filter(|peer| !peer.refused) else { return };
        peer.heard = now;
        let result = peer.session.handle_bytes(lane, now, bytes, &shown!(self));
        // What came before the fault is as good as ever.
        if let Err(error) = self.take_events(now, link).and(result) {
            self.refuse(now, link, &error);
        }
    }

    fn take_events(&mut self, now: Millis, link: LinkId) -> Result<(), SessionError> {
        while let Some(event) = self.links.get_mut(&link).and_then(|l| l.session.poll_event()) {
            self.happened(now, link, event)?;
        }
        Ok(())
    }

    pub(super) fn closed(&mut self, now: Millis, link: LinkId) {
        if let Some(peer) = self.links.remove(&link) {
            self.upstream.lost(now, peer.office, Some(link), self.random.next());
            self.wants.peer_lost(link);
            self.numbers.lost(link);
            self.recovery_lost(link);
            self.ask_everybody_for_blobs();
        }
    }

    /// Ends a link on our side; the shell's `Closed` will find nothing left.
    pub(super) fn close(&mut self, now: Millis, link: LinkId, reason: String) {
        self.effects.push_back(Effect::Close { link, reason });
        self.closed(now, link);
    }

    fn refuse(&mut self, now: Millis, link: LinkId, error: &SessionError) {
        if let Some(peer) = self.links.get(&link) {
            let (office, reason) = (peer.office, error.to_string());
            self.alarm(Alarm::PeerRefused { office, reason });
        }
        self.counters.refused += 1;
        self.close(now, link, error.to_string());
    }

    /// Sends what the sessions have to say.
    pub(super) fn transmit(&mut self, now: Millis) {
        let (mut broken, mut refused, mut eventful) = (Vec::new(), Vec::new(), Vec::new());
        for (&link, peer) in &mut self.links {
            for lane in [Lane::Control, Lane::Bulk] {
                loop {
                    match peer.session.poll_transmit(lane, now, &shown!(self)) {
                        Ok(Some(bytes)) => {
                            self.counters.sent_bytes += bytes.len() as u64;
                            self.effects.push_back(Effect::Send { link, lane, bytes });
                        }
                        Ok(None) => break,
                        Err(error) => {
                            broken.push((link, error));
                            break;
                        }
                    }
                }
            }
            if peer.refused {
                refused.push(link);
            } else if peer.session.has_events() {
                eventful.push(link);
            }
        }
        for (link, error) in broken {
            self.refuse(now, link, &error);
        }
        for link in refused {
            self.close(now, link, "too many at once".into());
        }
        // Divergences that were found while sending.
        for link in eventful {
            if let Err(error) = self.take_events(now, link) {
                self.refuse(now, link, &error);
            }
        }
    }

    /// A log has grown, durably: everybody who shares it may have it.
    pub(super) fn announce(&mut self, log: LogId) {
        for peer in self.links.values_mut() {
            peer.session.advance(log, &shown!(self));
        }
        if let Some(receipt) = self.word.give(&self.store, log) {
            self.pass_down(&[receipt]);
        }
    }

    fn happened(&mut self, now: Millis, link: LinkId, event: Event) -> Result<(), SessionError> {
        match event {
            Event::Hello(hello) => self.greeted(now, link, hello),
            Event::Live => {
                self.told_all(link);
                self.ask_for_blobs(link);
            }
            Event::Run(run) => self.take_run(now, link, run)?,
            Event::Durable { .. } | Event::BlobHeld(_) => {}
            Event::Ahead { log, len } => {
                self.owed_from_above(link, log, len);
                self.claimed_ahead(link, log, len);
            }
            Event::Diverged { log, theirs } => self.diverged(link, log, theirs),
            Event::Fetched { log, run } => self.fetched(now, link, log, run)?,
            Event::Receipts(receipts) => self.take_receipts(receipts)?,
            Event::Beacon(beacon) => self.take_beacon(now, link, &beacon),
            Event::Busy { retry_after_ms } => {
                let office = self.links.get(&link).map(|peer| peer.office);
                self.close(now, link, "the office above asked us to come back later".into());
                if let Some(office) = office {
                    self.upstream.rest(now, office, retry_after_ms);
                }
            }
            Event::Manifest { blob, manifest } => self.take_manifest(link, blob, &manifest),
            Event::Chunk { blob, chunk, bytes } => self.take_chunk(link, blob, chunk, &bytes),
            Event::BlobMissing(blob) => {
                self.wants.missing_at(link, blob);
                self.ask_everybody_for_blobs();
            }
            Event::BlobHere(blob) => self.blob_here(link, blob),
        }
        Ok(())
    }

    fn greeted(&mut self, now: Millis, link: LinkId, hello: Hello) {
        let Some(peer) = self.links.get_mut(&link) else { return };
        peer.clock_ahead_ms = i64::try_from(hello.now.0).unwrap_or(i64::MAX)
            - i64::try_from(now.0).unwrap_or(i64::MAX);
        let (office, off_by_ms) = (peer.office, peer.clock_ahead_ms);
        let beacon = hello.beacon.clone();
        peer.greeting = Some(hello);
        self.upstream.greeted(office);
        if off_by_ms.unsigned_abs() > self.config.timing.clock_error_ms {
            self.alarm(Alarm::ClockError { office, off_by_ms });
        }
        self.take_beacon(now, link, &beacon);
        self.ask_for_damaged(link);
    }

    fn shares_anything_with(&self, office: OfficeCode) -> bool {
        let ours = self.config.office;
        office.is_within(ours) || ours.is_within(office)
    }

    /// A node has one session; the newest counts, because the old one may be a dead NAT mapping.
    fn drop_older_links(&mut self, office: OfficeCode, newest: LinkId) {
        let key = self.links[&newest].key;
        let older =
            self.links.iter().filter(|(l, p)| **l != newest && p.office == office && p.key == key);
        for link in older.map(|(&l, _)| l).collect::<Vec<_>>() {
            self.effects.push_back(Effect::Close { link, reason: "a newer link took over".into() });
            self.links.remove(&link);
            self.numbers.lost(link);
            self.wants.peer_lost(link);
            self.recovery_lost(link);
        }
    }

    /// Closes links whose peer has not introduced itself.
    pub(super) fn close_silent(&mut self, now: Millis) {
        let patience = self.config.timing.greeting_ms;
        let silent = self
            .links
            .iter()
            .filter(|(_, p)| p.greeting.is_none() && now.since(p.since) > patience);
        for link in silent.map(|(&l, _)| l).collect::<Vec<_>>() {
            self.close(now, link, "no greeting came in time".into());
        }
    }
}
