//! Taking over an open store: what a replica remembers from before it was stopped.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::payload;
use daiban_sync::admission::Admission;
use daiban_sync::channel::Channel;
use daiban_sync::id::{Millis, OfficeCode, Tier};
use daiban_sync::run::{Authenticator, Tip};

use super::answer::Counters;
use super::author::Author;
use super::commit::Commits;
use super::io::Config;
use super::law::{Law, Serials};
use super::links::Links;
#[cfg(feature = "mutants")]
use super::mutants;
use super::numbers::Numbers;
use super::random::Random;
use super::recover::Hold;
use super::upstream::Upstream;
use super::view::Word;
use super::wants::Wants;
use super::watch::Watch;
use super::{Replica, backlog, keys};
use crate::store::{Space, Store, ViewError};

/// Peers that may be compared with at the same time.
const COMPARING_MAX: usize = 256;
/// Shortest time for which a crowd is sent away.
const ADMISSION_RETRY_MS: u64 = 500;

impl Replica {
    /// Takes over an open store.
    ///
    /// # Errors
    /// [`ViewError`] if the database cannot be read.
    pub fn new(
        now: Millis,
        config: Config,
        store: Store,
        law: Law,
        authenticator: Box<dyn Authenticator + Send>,
        seed: [u8; 32],
    ) -> Result<Self, ViewError> {
        let blobs = store.blobs();
        let author = Author::new(config.key.clone(), store.incarnation());
        let law = law.at(config.office);
        let mut replica = Self {
            word: Word::new(config.office, config.key.clone()),
            upstream: Upstream::new(now, &config.ancestors, config.timing),
            admission: Admission::new(config.sessions_max, COMPARING_MAX, ADMISSION_RETRY_MS),
            watch: Watch::new(now, config.watch),
            config,
            store,
            blobs,
            law,
            authenticator,
            random: Random::from_seed(seed),
            author,
            commits: Commits::default(),
            links: Links::new(),
            wants: Wants::default(),
            recovery: Vec::new(),
            hold: Hold::default(),
            repairs: BTreeMap::new(),
            offices: BTreeMap::new(),
            unproved: Vec::new(),
            ahead: BTreeMap::new(),
            busy: BTreeSet::new(),
            opening: BTreeMap::new(),
            deferred: VecDeque::new(),
            replies: VecDeque::new(),
            serials: Serials::default(),
            numbers: Numbers::default(),
            space: Space::Plenty,
            disk_free_bytes: None,
            counts: backlog::Counts::default(),
            beacon_at: now,
            passed_on_at: now,
            alarms: VecDeque::new(),
            alarmed_acts: BTreeSet::new(),
            damage: RefCell::default(),
            reckons: false,
            rejudges: true,
            revoked_by: None,
            views_broken: None,
            work: None,
            case_count: 0,
            quarantine_count: 0,
            counters: Counters::default(),
            commands: 0,
            effects: VecDeque::new(),
            now,
            #[cfg(feature = "mutants")]
            early: mutants::Early::default(),
        };
        replica.read_views()?;
        replica.want_unfinished_blobs()?;
        replica.begin_notices();
        Ok(replica)
    }

    /// What views say that is kept in memory.
    fn read_views(&mut self) -> Result<(), ViewError> {
        self.law.turn(Date::at(self.now));
        self.offices = self.store.tips().values().map(|tip| (tip.author, tip.office)).collect();
        self.offices.insert(self.author.node, self.config.office);
        let mut notices = BTreeMap::new();
        for (key, bytes) in self.store.view_scan(keys::NOTICES, &[], usize::MAX)? {
            let Some((log, seq)) = keys::notice_place(&key) else { continue };
            let tip = self.store.tips().get(&log).copied();
            if let (Some(tip), Ok(notice)) = (tip, payload::read_notice(&bytes)) {
                let entry = self.store.entries(log, seq).next().and_then(Result::ok);
                let at = entry.map(|(_, entry)| entry.at).unwrap_or_default();
                notices.insert((at, log, seq), (tip, notice));
            }
        }
        // In their order, so that each is taken once. What has no effect is in quarantine already.
        for (place, (tip, notice)) in notices {
            self.note_resumed(tip.office, &notice);
            drop(self.law.take(place, &tip, notice));
        }
        let by = self.store.view_get(keys::REVOKED_BY)?.and_then(|code| code.try_into().ok());
        self.revoked_by = by.and_then(|code| OfficeCode::new(u64::from_be_bytes(code)).ok());
        self.read_numbers()?;
        self.read_watch()?;
        self.reckons = self.is_to_reckon()?;
        for (key, bytes) in self.store.view_scan(keys::WANTED, &[], usize::MAX)? {
            if let (Some(blob), Ok(channel)) =
                (keys::wanted_blob(&key), postcard::from_bytes(&bytes))
            {
                match self.blobs.contains(blob) {
                    true => continue,
                    false => self.wants.add(blob, channel),
                }
            }
        }
        for (key, bytes) in self.store.view_scan(keys::SERIALS, &[], usize::MAX)? {
            if let (Some(day), Ok(last)) = (keys::serial_day(&key), bytes.try_into()) {
                self.serials.raise(day, u32::from_be_bytes(last));
            }
        }
        self.case_count = self.store.view_scan(keys::RECEIPTS, &[], usize::MAX)?.len() as u64;
        self.quarantine_count =
            self.store.view_scan(keys::QUARANTINE, &[], usize::MAX)?.len() as u64;
        Ok(())
    }

    fn read_numbers(&mut self) -> Result<(), ViewError> {
        for (key, _) in self.store.view_scan(keys::UNNUMBERED, &[], usize::MAX)? {
            key.get(1..).and_then(|id| id.try_into().ok()).into_iter().for_each(|id| {
                self.numbers.see_to(CaseId(id));
            });
        }
        Ok(())
    }

    /// An office that has others below begins its log of notices, so that they know its node.
    fn begin_notices(&mut self) {
        let channel = Channel::Notices { issuer: self.config.office };
        let is_ours = |tip: &Tip| tip.author == self.author.node && tip.channel == channel;
        let is_known = self.store.tips().values().any(is_ours);
        if self.config.office.tier() != Tier::Village && !is_known {
            self.author.begin(channel);
        }
    }
}
