//! The replica: everything that a node decides, as one pure loop.
//!
//! It is the only writer of the store. Inputs come in, effects go out; time and randomness are
//! arguments, nothing waits, so the simulator runs this very code.
//!
//! ```text
//! shell:  replica.handle(now, input)      for each input that is there
//!         replica.settle(now)             sign, commit, send
//!         while let Some(effect) = replica.poll_effect() { carry it out }
//!         replica.work(now)               views, a slice at a time, while nothing else is to do
//!         sleep until replica.wake_at(now) or the next input
//! ```
//!
//! **Invariants.** What a person or a peer is told is durable: it hangs on a commit
//! ([`commit`]). What sessions see is durable: they read through [`view`]. Views follow the
//! journal: only [`apply`] writes them.

mod apply;
mod author;
mod cases;
mod command;
mod commit;
mod intake;
mod io;
mod keys;
mod latch;
mod law;
mod links;
#[cfg(feature = "mutants")]
mod mutants;
mod queries;
mod recover;
mod repair;
mod upstream;
mod view;
mod wants;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use daiban_domain::act::{ActId, CaseId};
use daiban_domain::case::Case;
use daiban_domain::payload;
use daiban_sync::admission::Admission;
use daiban_sync::channel::Channel;
use daiban_sync::head::Receipt;
use daiban_sync::id::{LogId, Millis, NodeKey, OfficeCode, Tier};
use daiban_sync::run::Authenticator;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

pub use command::{
    AboveView, Answer, Attachment, CaseView, Command, Counters, PeerView, QuarantineView, Refusal,
    RefusalKind, Safety, StatusView,
};
pub use io::{Alarm, CommandId, CommitId, Config, Effect, Input, LinkId, Timing};
pub use law::Law;
#[cfg(feature = "mutants")]
pub use mutants::Mutant;

use crate::store::{Blobs, CommitError, Entropy, IndexError, Position, Space, Store, ViewError};
use author::Author;
use commit::{After, Commits};
use law::Serials;
use links::Links;
use recover::{Hold, Recovery};
use upstream::Upstream;
use view::{Unreadable, Word};
use wants::Wants;

/// Alarms that are kept for `daiban status`.
const ALARMS_MAX: usize = 256;
/// Peers that may be compared with at the same time.
const COMPARING_MAX: usize = 256;
/// Shortest time for which a crowd is sent away.
const ADMISSION_RETRY_MS: u64 = 500;

/// One office's node.
pub struct Replica {
    config: Config,
    store: Store,
    blobs: Blobs,
    law: Law,
    authenticator: Box<dyn Authenticator + Send>,
    random: Random,
    author: Author,
    word: Word,
    commits: Commits,
    links: Links,
    admission: Admission,
    upstream: Upstream,
    wants: Wants,
    recovery: Vec<Recovery>,
    hold: Hold,
    /// Damaged stretches that were asked for, and where.
    repairs: BTreeMap<(LogId, u64), BTreeSet<LinkId>>,
    /// Which office a node belongs to, as its logs or its certificate prove.
    offices: BTreeMap<NodeKey, OfficeCode>,
    unproved: Vec<Receipt>,
    /// Cases as this node's own last command left them, until the views show it.
    ahead: BTreeMap<CaseId, Case>,
    busy: BTreeSet<CaseId>,
    deferred: VecDeque<(CaseId, CommandId, Command)>,
    replies: VecDeque<PendingReply>,
    serials: Serials,
    space: Space,
    beacons: BTreeMap<OfficeCode, Beacon>,
    beacon_at: Millis,
    alarms: VecDeque<(Millis, Alarm)>,
    alarmed_acts: BTreeSet<ActId>,
    damage: RefCell<Unreadable>,
    /// Why the views do not follow the journal any more.
    views_broken: Option<String>,
    case_count: u64,
    quarantine_count: u64,
    counters: Counters,
    commands: u64,
    effects: VecDeque<Effect>,
    now: Millis,
    #[cfg(feature = "mutants")]
    early: mutants::Early,
}

struct PendingReply {
    position: Position,
    id: CommandId,
    answer: Answer,
}

/// A node's health in a few bytes; the latest replaces the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beacon {
    pub entries: u64,
    pub cases: u64,
    /// Entries that the office above has not signed for.
    pub unsent: u64,
    pub blobs_wanted: u64,
    pub quarantined: u64,
    pub latched: bool,
    pub now: Millis,
}

/// Random numbers from one seed.
struct Random(ChaCha8Rng);

impl Random {
    fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Even enough: the bias is at most `bound` / 2^64.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}

impl Entropy for Random {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

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
        let mut replica = Self {
            word: Word::new(config.office, config.key.clone()),
            upstream: Upstream::new(now, &config.ancestors, config.timing),
            admission: Admission::new(config.sessions_max, COMPARING_MAX, ADMISSION_RETRY_MS),
            config,
            store,
            blobs,
            law,
            authenticator,
            random: Random(ChaCha8Rng::from_seed(seed)),
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
            deferred: VecDeque::new(),
            replies: VecDeque::new(),
            serials: Serials::default(),
            space: Space::Plenty,
            beacons: BTreeMap::new(),
            beacon_at: now,
            alarms: VecDeque::new(),
            alarmed_acts: BTreeSet::new(),
            damage: RefCell::default(),
            views_broken: None,
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
        self.offices = self.store.tips().values().map(|tip| (tip.author, tip.office)).collect();
        self.offices.insert(self.author.node, self.config.office);
        for (key, bytes) in self.store.view_scan(keys::NOTICES, &[], usize::MAX)? {
            let log = key.get(1..33).and_then(|log| log.try_into().ok()).map(LogId);
            let issuer = log.and_then(|log| self.store.tips().get(&log)).map(|tip| tip.office);
            if let (Some(issuer), Ok(notice)) = (issuer, payload::read_notice(&bytes)) {
                // It took effect when it came; what refuses it now is an older program's memory.
                let _ = self.law.take(issuer, notice);
            }
        }
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

    /// An office that has others below begins its log of notices, so that they know its node.
    fn begin_notices(&mut self) {
        let channel = Channel::Notices { issuer: self.config.office };
        let is_known = self.store.tips().contains_key(&self.author.log(&channel));
        if self.config.office.tier() != Tier::Village && !is_known {
            self.author.begin(channel);
        }
    }

    /// Takes one input.
    pub fn handle(&mut self, now: Millis, input: Input) {
        self.now = now;
        match input {
            Input::Connected { link, office, key, role } => {
                self.counters.sessions += 1;
                self.connected(now, link, office, key, role);
            }
            Input::Bytes { link, lane, bytes } => {
                self.counters.received_bytes += bytes.len() as u64;
                self.received(now, link, lane, &bytes);
            }
            Input::Closed { link } => self.closed(now, link),
            Input::DialFailed { office } => {
                let random = self.random.next();
                self.upstream.lost(now, office, None, random);
            }
            Input::Committed { commit, result } => self.committed(now, commit, result),
            Input::BlobFinished { blob, held } => self.blob_finished(blob, held),
            Input::BlobDamaged { blob } => self.blob_damaged(blob),
            Input::Command { id, command } => self.command(now, id, command),
            Input::Space(space) => self.space = space,
            Input::Tick => {}
        }
    }

    /// Does what the inputs so far call for: dials, signs, commits, sends.
    pub fn settle(&mut self, now: Millis) {
        self.now = now;
        self.mend(now);
        for (office, addresses) in self.upstream.dial(now) {
            self.effects.push_back(Effect::Dial { office, addresses });
        }
        self.close_silent(now);
        self.send_beacons(now);
        if self.commits.is_idle() && self.commits.latched().is_none() {
            self.sign_pending();
            if self.commits.has_next() {
                let (commit, records) = self.commits.begin();
                self.counters.commits += 1;
                self.counters.records += records.len() as u64;
                self.effects.push_back(Effect::Commit { commit, records });
                #[cfg(feature = "mutants")]
                self.handed_over(now);
            }
        }
        self.transmit(now);
        self.see_to_damage();
    }

    /// The next thing to do to the world.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Brings the views a step forward; `true` if there is more to do.
    pub fn work(&mut self, now: Millis) -> bool {
        self.now = now;
        self.apply_slice(now)
    }

    /// When [`Replica::settle`] wants to be called if nothing comes in.
    pub fn wake_at(&self, now: Millis) -> Millis {
        let beacon = self.beacon_at.plus(self.config.timing.beacon_ms);
        let patience = self.config.timing.greeting_ms + 1;
        let silent = self.links.values().filter(|peer| peer.greeting.is_none());
        let silent = silent.map(|peer| peer.since.plus(patience)).min();
        [Some(beacon), silent, self.upstream.wake_at(now)]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(beacon)
    }

    /// A name for the next command.
    pub fn next_command(&mut self) -> CommandId {
        self.commands += 1;
        CommandId(self.commands)
    }

    /// Whether somebody's answer waits for the views.
    pub fn is_awaited(&self) -> bool {
        !self.replies.is_empty()
    }

    /// Whether nothing is on its way to the disk.
    pub fn is_idle(&self) -> bool {
        self.commits.is_idle() && (!self.commits.has_next() || self.commits.latched().is_some())
    }

    /// Makes the views durable, so that the next start has less to read again.
    ///
    /// # Errors
    /// [`IndexError`]; the journal is safe all the same.
    pub fn flush_views(&mut self) -> Result<(), IndexError> {
        // On a disk that has failed the database would fail too, and it is still read.
        match self.commits.latched() {
            Some(_) => Ok(()),
            None => self.store.flush(),
        }
    }

    /// The store, for reading.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The law in force.
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// The latest health reports of the offices below.
    pub fn beacons(&self) -> &BTreeMap<OfficeCode, Beacon> {
        &self.beacons
    }

    /// A case as the views keep it.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn case(&self, id: CaseId) -> Result<Option<Case>, ViewError> {
        Ok(self.load(id)?.map(|kept| kept.case))
    }

    fn committed(
        &mut self,
        now: Millis,
        commit: CommitId,
        result: Result<Vec<crate::store::Appended>, CommitError>,
    ) {
        let appended = match result {
            Ok(appended) => appended,
            Err(error) => return self.latch(now, error.to_string()),
        };
        if let Err(error) = self.store.note_durable(appended) {
            return self.index_failed(now, commit, error.to_string());
        }
        let landed = self.commits.landed(commit);
        #[cfg(feature = "mutants")]
        std::mem::take(&mut self.early);
        for after in landed.after {
            self.after(after);
        }
        self.ask_again_for_damaged(&landed.logs);
        for log in landed.logs {
            if let Some(tip) = self.store.tips().get(&log) {
                self.offices.insert(tip.author, tip.office);
            }
            self.announce(log);
        }
        if let Err(error) = self.prove_receipts() {
            self.alarm(Alarm::PeerRefused {
                office: self.config.office,
                reason: error.to_string(),
            });
        }
        self.reply_applied(now);
    }

    fn after(&mut self, after: After) {
        match after {
            After::Acknowledge { link, log, len } => {
                if let Some(peer) = self.links.get_mut(&link) {
                    peer.session.acknowledge(log, len);
                }
            }
            After::Reply { id, answer } => {
                let position = self.store.durable().position;
                self.replies.push_back(PendingReply { position, id, answer });
            }
            After::Repaired { log, from, to } => self.alarm(Alarm::Repaired { log, from, to }),
            After::Mended => self.mended(),
            After::PassDown(receipts) => self.pass_down(&receipts),
        }
    }

    fn alarm(&mut self, alarm: Alarm) {
        self.counters.alarms += 1;
        if self.alarms.len() >= ALARMS_MAX {
            self.alarms.pop_front();
        }
        self.alarms.push_back((self.now, alarm.clone()));
        self.effects.push_back(Effect::Alarm(alarm));
    }

    fn beacon(&self, now: Millis) -> Vec<u8> {
        let unsent = self.config.office.parent().map_or(0, |parent| self.signed_by(parent).missing);
        let beacon = Beacon {
            entries: self.store.tips().values().map(|tip| tip.head.len).sum(),
            cases: self.case_count,
            unsent,
            blobs_wanted: self.wants.len() as u64,
            quarantined: self.quarantine_count,
            latched: self.writes_nothing().is_some(),
            now,
        };
        postcard::to_stdvec(&beacon).expect("numbers always encode")
    }

    fn send_beacons(&mut self, now: Millis) {
        if now.since(self.beacon_at) < self.config.timing.beacon_ms {
            return;
        }
        self.beacon_at = now;
        let beacon = self.beacon(now);
        let ours = self.config.office;
        for peer in self.links.values_mut().filter(|peer| peer.office.tier() < ours.tier()) {
            peer.session.send_beacon(beacon.clone());
        }
    }

    fn take_beacon(&mut self, link: LinkId, beacon: Vec<u8>) {
        // An older or newer program's report is no reason to part.
        if let (Some(peer), Ok(beacon)) = (self.links.get(&link), postcard::from_bytes(&beacon)) {
            self.beacons.insert(peer.office, beacon);
        }
    }
}
