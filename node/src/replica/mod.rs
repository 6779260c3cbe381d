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

mod alarm;
mod answer;
mod apply;
mod author;
mod backlog;
mod beacon;
mod carry;
mod cases;
mod command;
mod commit;
mod dispose;
mod intake;
mod io;
mod kept;
mod keys;
mod latch;
mod law;
mod leases;
mod licences;
mod links;
mod listed;
#[cfg(feature = "mutants")]
mod mutants;
mod new_case;
mod notices;
mod numbers;
mod open;
mod queries;
mod random;
mod rebuild;
mod reckon;
mod recover;
mod refusal;
mod repair;
mod set_back;
mod standing;
mod upstream;
mod view;
mod wants;
mod watch;
mod work_list;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use daiban_domain::act::{ActId, CaseId};
use daiban_domain::calendar::Date;
use daiban_domain::case::Case;
use daiban_domain::request::RequestId;
use daiban_sync::admission::Admission;
use daiban_sync::head::Receipt;
use daiban_sync::id::{LogId, Millis, NodeKey, OfficeCode};
use daiban_sync::run::Authenticator;
use daiban_sync::session;

pub use alarm::Alarm;
pub use answer::{
    AboveView, Answer, CaseView, ClockToday, ClockView, Counters, NoticeView, PeerView,
    QuarantineView, Safety, StatusView,
};
pub use backlog::Backlog;
pub use beacon::{Health, Report, Reports};
pub use carry::Load;
pub use command::{Attachment, Command};
pub use dispose::{
    Disposal, NodeView, StandingView, UnacceptedEntry, UnacceptedLog, UnacceptedView,
};
pub use intake::UNPROVED_RECEIPTS_MAX;
pub use io::{CommandId, CommitId, Config, Effect, Input, LinkId, Timing};
pub use law::{Consequence, Law};
pub use leases::{LeaseView, LedgerView};
pub use licences::{MaterialChoice, Offer, Reuse};
pub use listed::{FieldView, ItemView, KnownCase, Listed};
pub use refusal::{Refusal, RefusalKind};
pub use watch::{
    Acknowledged, Board, BoardRow, Happened, Heard, RaisedView, Rules, State, Trouble, WatchEvent,
};
pub use work_list::{Desk, Filter, Order, PAGE_MAX, Place, PlaceView, Row};

use crate::store::{Blobs, IndexError, Position, Space, Store, ViewError};
use author::Author;
use commit::Commits;
use law::Serials;
use links::Links;
use numbers::Numbers;
use random::Random;
use recover::{Hold, Recovery};
use upstream::Upstream;
use view::{Unreadable, Word};
use wants::Wants;
use watch::Watch;
use work_list::WorkList;

/// Alarms that are kept for `daiban status`.
pub const ALARMS_MAX: usize = 256;

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
    ahead: BTreeMap<CaseId, Ahead>,
    busy: BTreeSet<CaseId>,
    /// Cases that the views do not show yet, by what they ask for.
    opening: BTreeMap<RequestId, CaseId>,
    deferred: VecDeque<(CaseId, CommandId, Command)>,
    replies: VecDeque<PendingReply>,
    serials: Serials,
    numbers: Numbers,
    space: Space,
    disk_free_bytes: Option<u64>,
    counts: backlog::Counts,
    watch: Watch,
    beacon_at: Millis,
    /// When everything that had come from below was last passed on.
    passed_on_at: Millis,
    alarms: VecDeque<(Millis, Alarm)>,
    alarmed_acts: BTreeSet<ActId>,
    damage: RefCell<Unreadable>,
    /// A new law has come, and some work lists still show what the old one said.
    reckons: bool,
    /// Some views may still show what is not believed any more, or not yet what is.
    rejudges: bool,
    /// The office above that has revoked this node, by its own word.
    revoked_by: Option<OfficeCode>,
    /// Why the views do not follow the journal any more.
    views_broken: Option<String>,
    /// Once somebody has asked for a list, or is about to.
    work: Option<WorkList>,
    case_count: u64,
    quarantine_count: u64,
    counters: Counters,
    commands: u64,
    effects: VecDeque<Effect>,
    now: Millis,
    #[cfg(feature = "mutants")]
    early: mutants::Early,
}

/// A case that this node has written to, with what it asks for if it was opened just now.
struct Ahead {
    case: Case,
    request: Option<RequestId>,
}

/// What a node keeps in memory for others.
pub struct Held {
    pub sessions: Vec<session::Held>,
    /// Commands that wait, or whose answer does.
    pub commands: usize,
    /// Receipts whose signer is not known yet.
    pub receipts: usize,
    pub alarms: usize,
}

struct PendingReply {
    position: Position,
    id: CommandId,
    answer: Answer,
}

impl Replica {
    /// Takes one input.
    pub fn handle(&mut self, now: Millis, input: Input) {
        self.take_time(now);
        self.law.turn(Date::at(now));
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
            Input::Revoked { by } => self.revoked_by(by),
            Input::Command { id, command } => self.command(now, id, command),
            Input::Carried { id, from, frames } => self.carried(now, id, from, frames),
            Input::Space(space) => self.take_space(now, space),
            Input::Free { bytes } => self.disk_free_bytes = Some(bytes),
            Input::Tick => {}
        }
    }

    /// Does what the inputs so far call for: dials, signs, commits, sends.
    pub fn settle(&mut self, now: Millis) {
        self.take_time(now);
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
        self.take_time(now);
        self.apply_slice(now)
    }

    /// When [`Replica::settle`] wants to be called if nothing comes in.
    pub fn wake_at(&self, now: Millis) -> Millis {
        let mut beacon = self.beacon_at.plus(self.config.timing.beacon_ms);
        if self.has_reports_to_pass_on() {
            beacon = beacon.min(self.pass_on_at());
        }
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

    /// Another number once something that people see has changed.
    pub(crate) fn pulse(&self) -> u64 {
        let live = self.links.values().filter(|link| link.session.is_live()).count() as u64;
        let Position { segment, offset } = self.store.applied();
        let views = u64::from(segment) << 32 | u64::from(offset);
        let watched = self.watch.changes() << 40;
        let seen = views.wrapping_add(live << 48).wrapping_add((self.alarms.len() as u64) << 56);
        seen.wrapping_add(watched)
    }

    /// The law in force.
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// The latest health report of each office, this one and those below.
    pub fn heard(&self) -> impl Iterator<Item = (&OfficeCode, &Heard)> {
        self.watch.all_heard()
    }

    /// What is kept in memory for peers and for people who wait.
    pub fn held(&self) -> Held {
        Held {
            sessions: self.links.values().map(|link| link.session.held()).collect(),
            commands: self.deferred.len() + self.hold.commands.len() + self.replies.len(),
            receipts: self.unproved.len(),
            alarms: self.alarms.len(),
        }
    }

    /// A case as the views keep it.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn case(&self, id: CaseId) -> Result<Option<Case>, ViewError> {
        Ok(self.load(id)?.map(|kept| kept.case))
    }

    fn alarm(&mut self, alarm: Alarm) {
        self.counters.alarms += 1;
        if self.alarms.len() >= ALARMS_MAX {
            self.alarms.pop_front();
        }
        self.alarms.push_back((self.now, alarm.clone()));
        self.effects.push_back(Effect::Alarm(alarm));
    }
}
