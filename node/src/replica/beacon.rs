//! What a node tells the offices above of its health, and what it passes on of those below it.
//!
//! A message is [`MARK`], [`VERSION`] and a [`Reports`] as postcard. It is the word of the office
//! that sends it, about itself and the offices below it; nobody signs for it, because nothing is
//! decided by it. Of each office only the latest report is kept and passed on.

use std::collections::BTreeSet;

use daiban_sync::id::{Millis, OfficeCode};
use daiban_sync::limits::BEACON_BYTES_MAX;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Replica;
use super::backlog::Backlog;
use super::io::LinkId;
use super::watch::Heard;

/// Begins no number of postcard's: a program that knows only the first version, which began with one,
/// refuses the message.
const MARK: [u8; 10] = [0xff; 10];
const VERSION: u8 = 2;
/// Characters of a program's version that are kept.
const VERSION_CHARS_MAX: usize = 32;
/// How often reports from below are passed on between two reports of one's own.
const PASSES_A_REPORT: u64 = 4;
/// Bytes of the number of reports in a message, beyond the one of an empty message.
const COUNT_BYTES_MAX: usize = 2;

/// How a node is. Spans of time are its own, so a wrong clock does not bend them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// Of the program.
    pub version: String,
    pub entries: u64,
    pub cases: u64,
    /// What the office above has not signed for.
    pub unsent: Backlog,
    pub blobs_wanted: u64,
    pub quarantined: u64,
    /// It saves nothing any more.
    pub latched: bool,
    pub disk_free_bytes: Option<u64>,
    /// Alarms that are open at the office itself.
    pub alarms_open: u64,
    /// Since the last backup.
    pub backup_age_ms: Option<u64>,
}

/// The health of one office, as whoever passes it on has heard of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub office: OfficeCode,
    /// How long ago.
    pub age_ms: u64,
    /// The office's clock minus the sender's.
    pub clock_ahead_ms: i64,
    pub health: Health,
}

/// What one message carries.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reports {
    /// The sender's clock.
    pub now: Millis,
    pub reports: Vec<Report>,
}

/// The first version of the message.
#[derive(Deserialize)]
struct First {
    entries: u64,
    cases: u64,
    unsent: u64,
    blobs_wanted: u64,
    quarantined: u64,
    latched: bool,
    now: Millis,
}

impl Reports {
    /// The message.
    pub fn write(&self) -> Vec<u8> {
        let message = postcard::to_stdvec(self).expect("plain data always encodes");
        [&MARK[..], &[VERSION], &message].concat()
    }

    /// `None`: an older or newer program's.
    fn read(bytes: &[u8], sender: OfficeCode) -> Option<Self> {
        let Some(marked) = bytes.strip_prefix(&MARK) else {
            return Self::read_first(bytes, sender);
        };
        let (version, message) = marked.split_first()?;
        (*version == VERSION).then(|| postcard::from_bytes(message).ok())?
    }

    fn read_first(bytes: &[u8], sender: OfficeCode) -> Option<Self> {
        let First { entries, cases, unsent, blobs_wanted, quarantined, latched, now } =
            postcard::from_bytes(bytes).ok()?;
        let unsent = Backlog { entries: unsent, ..Backlog::default() };
        let health = Health {
            entries,
            cases,
            unsent,
            blobs_wanted,
            quarantined,
            latched,
            ..Health::default()
        };
        let report = Report { office: sender, age_ms: 0, clock_ahead_ms: 0, health };
        Some(Self { now, reports: vec![report] })
    }
}

impl Report {
    /// Bytes in a message.
    fn len(&self) -> usize {
        postcard::to_stdvec(self).expect("plain data always encodes").len()
    }
}

impl Heard {
    fn report(&self, now: Millis, office: OfficeCode) -> Report {
        let Self { at, clock_ahead_ms, health } = self.clone();
        Report { office, age_ms: now.since(at), clock_ahead_ms, health }
    }
}

impl Replica {
    /// The message with which a session begins: of this office alone.
    pub(super) fn beacon(&mut self, now: Millis) -> Vec<u8> {
        let reports = vec![self.own_report(now)];
        Reports { now, reports }.write()
    }

    fn own_report(&mut self, now: Millis) -> Report {
        Report {
            office: self.config.office,
            age_ms: 0,
            clock_ahead_ms: 0,
            health: self.health(now),
        }
    }

    fn health(&mut self, now: Millis) -> Health {
        Health {
            version: env!("CARGO_PKG_VERSION").into(),
            entries: self.store.tips().values().map(|tip| tip.head.len).sum(),
            cases: self.case_count,
            unsent: self.unsent(now),
            blobs_wanted: self.wants.len() as u64,
            quarantined: self.quarantine_count,
            latched: self.writes_nothing().is_some(),
            disk_free_bytes: self.disk_free_bytes,
            alarms_open: self.watch.open_count(),
            backup_age_ms: self.config.backed_up.map(|at| now.since(at)),
        }
    }

    /// Reports, when it is time, and passes on what has come from below.
    pub(super) fn send_beacons(&mut self, now: Millis) {
        let is_due = now.since(self.beacon_at) >= self.config.timing.beacon_ms;
        if is_due {
            self.beacon_at = now;
            let own = self.own_report(now);
            self.heard_of(now, own.office, Heard::of_own(now, own.health));
            self.watch_all(now);
        }
        if is_due || now >= self.pass_on_at() {
            self.pass_on(now);
            // What did not fit follows at once.
            if !self.has_reports_to_pass_on() {
                self.passed_on_at = now;
            }
        }
    }

    /// Reports from below gather for a while: one message costs a line as much as many reports.
    pub(super) fn pass_on_at(&self) -> Millis {
        self.passed_on_at.plus(self.config.timing.beacon_ms / PASSES_A_REPORT)
    }

    /// One message to each office above whose last one is on its way.
    fn pass_on(&mut self, now: Millis) {
        for peer in self.links.values_mut() {
            if peer.to_pass_on.is_empty() || peer.session.has_beacon_waiting() {
                continue;
            }
            let mut message = Reports { now, reports: Vec::new() };
            let mut len = message.write().len() + COUNT_BYTES_MAX;
            while let Some(office) = peer.to_pass_on.pop_first() {
                let Some(heard) = self.watch.heard(office) else { continue };
                let report = heard.report(now, office);
                len += report.len();
                if len > BEACON_BYTES_MAX {
                    peer.to_pass_on.insert(office);
                    break;
                }
                message.reports.push(report);
            }
            peer.session.send_beacon(message.write());
        }
    }

    /// Whether a message waits for its turn.
    pub(super) fn has_reports_to_pass_on(&self) -> bool {
        self.links.values().any(|peer| !peer.to_pass_on.is_empty())
    }

    /// Every office that was heard of: for an office above that was just reached.
    pub(super) fn reports_for(&self, office: OfficeCode) -> BTreeSet<OfficeCode> {
        let ours = self.config.office;
        let is_above = ours != office && ours.is_within(office);
        let known = self.watch.all_heard().map(|(office, _)| *office);
        known.filter(|known| is_above && *known != ours).collect()
    }

    pub(super) fn take_beacon(&mut self, now: Millis, link: LinkId, bytes: &[u8]) {
        let Some(sender) = self.links.get(&link).map(|peer| peer.office) else { return };
        let ours = self.config.office;
        if sender == ours || !sender.is_within(ours) {
            return;
        }
        // An older or newer program's report is no reason to part.
        let Some(message) = Reports::read(bytes, sender) else { return };
        let ahead =
            i64::try_from(i128::from(message.now.0) - i128::from(now.0)).unwrap_or(i64::MAX);
        for Report { office, age_ms, clock_ahead_ms, mut health } in message.reports {
            let is_known = office == sender || self.law.offices.get(office).is_some();
            if !is_known || !office.is_within(sender) {
                continue;
            }
            health.version = health.version.chars().take(VERSION_CHARS_MAX).collect();
            let at = Millis(now.0.saturating_sub(age_ms));
            let clock_ahead_ms = clock_ahead_ms.saturating_add(ahead);
            self.heard_of(now, office, Heard { at, clock_ahead_ms, health });
        }
    }

    /// Takes the latest report of an office, and lets the offices above have it.
    fn heard_of(&mut self, now: Millis, office: OfficeCode, heard: Heard) {
        if !self.watch.hear(office, heard) {
            return;
        }
        let ours = self.config.office.tier();
        let above = self.links.values_mut().filter(|peer| peer.office.tier() < ours);
        above.for_each(|peer| _ = peer.to_pass_on.insert(office));
        self.watch_one(now, office);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn office(code: u64) -> OfficeCode {
        OfficeCode::new(code).unwrap()
    }

    fn report(code: u64) -> Report {
        let unsent = Backlog { entries: 7, bytes: 900, oldest_ms: Some(60_000) };
        Report {
            office: office(code),
            age_ms: 5,
            clock_ahead_ms: -3,
            health: Health {
                version: "0.1.0".into(),
                entries: 12,
                cases: 3,
                unsent,
                blobs_wanted: 1,
                quarantined: 2,
                latched: false,
                disk_free_bytes: Some(1 << 30),
                alarms_open: 1,
                backup_age_ms: None,
            },
        }
    }

    #[test]
    fn the_bytes_are_pinned() {
        let message = Reports { now: Millis(1_000), reports: vec![report(330_382_001_001)] };
        let bytes = "ffffffffffffffffffff02e80701e986b5e2ce090505\
                     05302e312e300c03078407 01e0d403 0102 00 0180808080 04 01 00";
        let bytes: String = bytes.split_whitespace().collect();
        assert_eq!(hex::encode(message.write()), bytes);
        assert_eq!(
            Reports::read(&hex::decode(bytes).unwrap(), office(330_382_001_000)),
            Some(message)
        );
    }

    #[test]
    fn the_first_version_is_read_and_does_not_read_the_second() {
        let first = hex::decode("0c0307010200e807").unwrap();
        let sender = office(330_382_001_001);
        let read = Reports::read(&first, sender).unwrap();
        assert_eq!((read.now, read.reports.len()), (Millis(1_000), 1));
        let Report { office, health, .. } = &read.reports[0];
        assert_eq!((*office, health.entries, health.unsent.entries), (sender, 12, 7));
        assert!(postcard::from_bytes::<First>(&read.write()).is_err());
    }

    #[test]
    fn another_version_is_passed_over() {
        let mut bytes = Reports { now: Millis(1), reports: Vec::new() }.write();
        bytes[MARK.len()] = 3;
        assert_eq!(Reports::read(&bytes, office(330_382_001_000)), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), marked: bool) {
            let head = if marked { [&MARK[..], &[VERSION]].concat() } else { Vec::new() };
            drop(Reports::read(&[head, bytes].concat(), office(330_382_001_000)));
        }

        #[test]
        fn what_is_written_is_read(codes in prop::collection::vec(1u64..999, 0..20), now: u64) {
            let reports = codes.into_iter().map(|n| report(330_382_001_000 + n)).collect();
            let message = Reports { now: Millis(now), reports };
            prop_assert_eq!(Reports::read(&message.write(), office(330_382_001_000)), Some(message));
        }
    }
}
