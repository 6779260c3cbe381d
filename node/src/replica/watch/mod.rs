//! The watch over the offices below: alarms are raised by rules, acknowledged by people, and end by
//! themselves.
//!
//! **Invariant.** An alarm is open if the journal says so: events are records of this node, and what
//! is open follows from them, whoever is linked. Reports are not kept for good: an office of which
//! nothing was heard since the start is judged by its silence since then.

mod board;
mod event;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use daiban_domain::act::OfficerRef;
use daiban_domain::schema;
use daiban_domain::words;
use daiban_sync::id::{Millis, OfficeCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use board::{Board, BoardRow, RaisedView, State};
pub use event::{Acknowledged, Happened, WatchEvent};
pub(super) use event::{Local, Open};
pub use rules::{Rules, Trouble};

use super::alarm::Alarm;
use super::answer::Answer;
use super::apply::Slice;
use super::beacon::Health;
use super::commit::After;
use super::io::CommandId;
use super::refusal::{Refusal, RefusalKind};
use super::{Replica, keys};
use crate::store::{Record, ViewError};

/// A report is written down again when the one that is has this age.
const KEEP_EVERY_MS: u64 = 300_000;
/// Characters of what somebody says to an alarm.
const WORD_CHARS_MAX: usize = 200;

/// The latest report of an office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Heard {
    /// By our clock.
    #[schemars(with = "schema::Millis")]
    pub at: Millis,
    /// Its clock minus ours.
    pub clock_ahead_ms: i64,
    pub health: Health,
}

impl Heard {
    pub(super) fn of_own(at: Millis, health: Health) -> Self {
        Self { at, clock_ahead_ms: 0, health }
    }
}

type Key = (OfficeCode, Trouble);

/// What is known of the offices below, and which alarms are open.
pub(super) struct Watch {
    rules: Rules,
    started: Millis,
    heard: BTreeMap<OfficeCode, Heard>,
    /// When the report was heard that stands in the views.
    kept: BTreeMap<OfficeCode, Millis>,
    open: BTreeMap<Key, Open>,
    /// Alarms of which an event is on its way to the disk.
    staged: BTreeSet<Key>,
    states: BTreeMap<OfficeCode, State>,
    /// How often anything of this has changed that people see.
    changes: u64,
}

impl Watch {
    pub(super) fn new(now: Millis, rules: Rules) -> Self {
        Self {
            rules,
            started: now,
            heard: BTreeMap::new(),
            kept: BTreeMap::new(),
            open: BTreeMap::new(),
            staged: BTreeSet::new(),
            states: BTreeMap::new(),
            changes: 0,
        }
    }

    pub(super) fn heard(&self, office: OfficeCode) -> Option<&Heard> {
        self.heard.get(&office)
    }

    pub(super) fn all_heard(&self) -> impl Iterator<Item = (&OfficeCode, &Heard)> {
        self.heard.iter()
    }

    pub(super) fn open_count(&self) -> u64 {
        self.open.len() as u64
    }

    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// `false` if a later report is known.
    pub(super) fn hear(&mut self, office: OfficeCode, heard: Heard) -> bool {
        let is_news = self.heard.get(&office).is_none_or(|known| known.at < heard.at);
        if is_news {
            self.heard.insert(office, heard);
        }
        is_news
    }

    /// The clock was set back: nothing was heard later than now.
    pub(super) fn set_back(&mut self, now: Millis) {
        self.started = now.min(self.started);
        self.heard.values_mut().for_each(|heard| heard.at = now.min(heard.at));
        self.kept.clear();
    }

    fn silent_ms(&self, now: Millis, heard: &Heard) -> u64 {
        now.since(heard.at.max(self.started))
    }

    fn found(&self, now: Millis, office: OfficeCode) -> BTreeMap<Trouble, u64> {
        let heard = self.heard.get(&office);
        heard
            .map_or_else(BTreeMap::new, |heard| self.rules.found(heard, self.silent_ms(now, heard)))
    }

    /// Whether an office was silent for too long already when the one above it was last heard of. What
    /// came of it since then, nobody could have passed on.
    fn is_missed_by(&self, office: OfficeCode, above: OfficeCode) -> bool {
        let at = |office| self.heard.get(&office).map(|heard| heard.at.max(self.started));
        let silent = at(above).zip(at(office)).map(|(above, at)| above.since(at));
        silent.is_none_or(|ms| ms >= self.rules.dark_ms)
    }

    fn is_dark(&self, now: Millis, office: OfficeCode) -> bool {
        self.found(now, office).contains_key(&Trouble::Dark)
            || self.open.contains_key(&(office, Trouble::Dark))
    }
}

impl Replica {
    /// What the views say of alarms and offices.
    pub(super) fn read_watch(&mut self) -> Result<(), ViewError> {
        for (key, bytes) in self.store.view_scan(keys::OPEN_ALARMS, &[], usize::MAX)? {
            if let (Some(key), Ok(open)) = (keys::alarm_of(&key), postcard::from_bytes(&bytes)) {
                self.watch.open.insert(key, open);
            }
        }
        for (key, bytes) in self.store.view_scan(keys::HEARD, &[], usize::MAX)? {
            let office = keys::office_heard(&key);
            if let (Some(office), Ok(heard)) = (office, postcard::from_bytes::<Heard>(&bytes)) {
                self.watch.kept.insert(office, heard.at);
                self.watch.heard.insert(office, heard);
            }
        }
        Ok(())
    }

    /// Judges every office that was ever heard of.
    pub(super) fn watch_all(&mut self, now: Millis) {
        let offices: Vec<_> = self.watch.heard.keys().copied().collect();
        offices.into_iter().for_each(|office| self.watch_one(now, office));
    }

    /// Judges an office by its last report.
    pub(super) fn watch_one(&mut self, now: Millis, office: OfficeCode) {
        let state = self.watch.state_of(now, office);
        if self.watch.states.insert(office, state) != Some(state) {
            self.watch.changes += 1;
        }
        // What is open is known only once the views have followed the journal.
        let follows = self.store.applied() >= self.store.durable().position;
        if self.watch.rules.is_off()
            || !follows
            || self.is_mending()
            || self.check_saving().is_err()
        {
            return;
        }
        self.keep_report(office);
        let found = self.watch.found(now, office);
        for trouble in Trouble::ALL {
            let key = (office, trouble);
            if self.watch.staged.contains(&key) {
                continue;
            }
            match (found.get(&trouble), self.watch.open.get(&key)) {
                (Some(&measured), None) if !self.is_known_by(now, key) => {
                    self.raise(now, key, measured);
                }
                (None, Some(open)) if self.has_ended(key, open) => {
                    let Open { raised, measured, .. } = *open;
                    self.record(now, key, (raised, measured), Happened::Cleared);
                }
                _ => {}
            }
        }
    }

    /// Behind an office that is dark everything is: one alarm is enough.
    fn is_known_by(&self, now: Millis, (office, trouble): Key) -> bool {
        let ours = self.config.office;
        let mut between = office.line().skip(1).take_while(|above| *above != ours);
        let explains =
            |above| self.watch.is_dark(now, above) || !self.watch.is_missed_by(office, above);
        trouble == Trouble::Dark && between.any(explains)
    }

    /// Silence ends with a report, not with a start of this node.
    fn has_ended(&self, (office, trouble): Key, open: &Open) -> bool {
        let heard = self.watch.heard.get(&office);
        trouble != Trouble::Dark || heard.is_some_and(|heard| heard.at > open.raised)
    }

    fn raise(&mut self, now: Millis, key: Key, measured: u64) {
        let (office, trouble) = key;
        self.record(now, key, (now, measured), Happened::Raised);
        let name = self.law.offices.name(office);
        self.commits.after(After::Raised(Alarm::Watch { office, name, trouble, measured }));
    }

    fn record(&mut self, at: Millis, key: Key, (raised, measured): (Millis, u64), what: Happened) {
        let (office, trouble) = key;
        let event = WatchEvent { at, office, trouble, raised, measured, what };
        self.watch.staged.insert(key);
        self.commits.push(Record::Local(Local::Watch(event).write()));
    }

    /// So that the board knows after a restart when the office was heard of.
    fn keep_report(&mut self, office: OfficeCode) {
        let Some(heard) = self.watch.heard.get(&office) else { return };
        let kept = self.watch.kept.get(&office);
        if kept.is_some_and(|kept| heard.at.since(*kept) < KEEP_EVERY_MS) {
            return;
        }
        let bytes = postcard::to_stdvec(heard).expect("plain data always encodes");
        // It may be lost: the office reports again.
        if self.store.view_put(&keys::heard(office), None, &bytes).is_ok() {
            self.watch.kept.insert(office, heard.at);
        }
    }

    /// Somebody sees to an alarm.
    pub(super) fn acknowledge(
        &mut self,
        now: Millis,
        id: CommandId,
        key: Key,
        (by, word): (OfficerRef, String),
    ) -> Result<(), Refusal> {
        let (office, trouble) = key;
        let word = word.trim().to_owned();
        if word.is_empty() || word.chars().count() > WORD_CHARS_MAX || by.name.trim().is_empty() {
            let sentence = words::alarm_word_expected(WORD_CHARS_MAX);
            return Err(Refusal::new(RefusalKind::Input, sentence, words::say_what_is_done()));
        }
        let open = self.watch.open.get(&key).filter(|_| !self.watch.staged.contains(&key));
        let Some(&Open { raised, measured, .. }) = open else {
            let sentence = words::alarm_not_open(&self.law.offices.name(office), &trouble.words());
            return Err(Refusal::new(RefusalKind::NotFound, sentence, words::see_open_alarms()));
        };
        let said = Happened::Acknowledged(Acknowledged { at: now, by, word });
        self.record(now, key, (raised, measured), said);
        self.commits.after(After::Reply { id, answer: Answer::Done });
        Ok(())
    }

    /// An event is on the disk.
    pub(super) fn apply_watched(&mut self, event: WatchEvent, slice: &mut Slice) {
        let key = (event.office, event.trouble);
        self.watch.staged.remove(&key);
        self.watch.changes += 1;
        let open = event.leaves();
        let row = keys::open_alarm(key);
        match &open {
            Some(open) => {
                let bytes = postcard::to_stdvec(open).expect("plain data always encodes");
                slice.batch.put(row, None, bytes);
            }
            None => slice.batch.remove(row),
        }
        let entry = postcard::to_stdvec(&event).expect("plain data always encodes");
        slice.batch.put(keys::alarm_event(&event), None, entry);
        match open {
            Some(open) => _ = self.watch.open.insert(key, open),
            None => _ = self.watch.open.remove(&key),
        }
    }
}
