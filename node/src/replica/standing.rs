//! Nodes that are not believed any more: their later entries lose their effect, links to them end,
//! and this node falls silent if it is the one.
//!
//! Entries stay in their logs and travel on, so that every holder has the same and an office can
//! still accept them. How far the views show a log is a view itself: after a crash the work goes on.

use std::collections::{BTreeMap, BTreeSet};

use daiban_domain::act::CaseId;
use daiban_domain::payload;
use daiban_domain::standing::{Standing, Standings};
use daiban_domain::words::{self, Said};
use daiban_sync::entry::Kind;
use daiban_sync::id::{LogId, OfficeCode};
use daiban_sync::run::Tip;

use super::apply::{ApplyError, Slice};
use super::io::Effect;
use super::refusal::{Refusal, RefusalKind};
use super::watch::Local;
use super::{Alarm, Replica, keys};
use crate::store::{Record, ViewError};

/// A log that the views show up to another place than the law in force says.
struct Moved {
    log: LogId,
    tip: Tip,
    was: Option<u64>,
    is: Option<u64>,
}

impl Replica {
    /// Which nodes are believed, by the notices that are here.
    pub fn standings(&self) -> &Standings {
        self.law.standings()
    }

    /// Whether the views show all that is durable, as far as it counts.
    pub fn shows_all(&self) -> bool {
        self.store.applied() >= self.store.durable().position && !self.rejudges
    }

    /// A notice has said how a node stands.
    pub(super) fn standings_changed(&mut self) {
        self.rejudges = true;
        self.effects.push_back(Effect::Standings(self.law.standings().clone()));
    }

    /// Lets the views of one log follow what is believed of it; `true` if there may be more.
    pub(super) fn rejudge_some(&mut self) -> Result<bool, ApplyError> {
        if !self.rejudges {
            return Ok(false);
        }
        let Some(moved) = self.next_moved()? else {
            self.rejudges = false;
            return Ok(false);
        };
        let mut slice = Slice::default();
        self.rejudge(&moved, &mut slice)?;
        let row = keys::shown_until(moved.log);
        match moved.is {
            Some(limit) => slice.batch.put(row, None, limit.to_be_bytes()),
            None => slice.batch.remove(row),
        }
        self.show_slice(slice, self.store.applied())?;
        Ok(true)
    }

    fn next_moved(&self) -> Result<Option<Moved>, ViewError> {
        let standings = self.law.standings();
        let mut shown = BTreeMap::new();
        for (key, limit) in self.store.view_scan(keys::SHOWN_UNTIL, &[], usize::MAX)? {
            shown.extend(keys::log_shown(&key).zip(limit.try_into().map(u64::from_be_bytes).ok()));
        }
        let tips = self.store.tips().iter();
        let mut moved = tips.map(|(&log, &tip)| {
            let (was, is) = (shown.get(&log).copied(), standings.limit(log, &tip));
            Moved { log, tip, was, is }
        });
        Ok(moved.find(|moved| moved.was != moved.is))
    }

    /// Makes the cases anew that the entries between the two limits are about. Notices among them
    /// are the law's to judge.
    fn rejudge(&mut self, moved: &Moved, slice: &mut Slice) -> Result<(), ViewError> {
        let Moved { log, tip, was, is } = *moved;
        let from = was.unwrap_or(u64::MAX).min(is.unwrap_or(u64::MAX));
        let entries = self.store.entries(log, from).filter_map(Result::ok);
        let told = entries.filter(|(_, entry)| matches!(entry.kind, Kind::FormChange | Kind::Act));
        let (mut cases, mut reasons) = (BTreeSet::new(), BTreeMap::new());
        for (seq, entry) in told {
            cases.extend(entry.payload.bytes().and_then(payload::subject));
            let is_beyond = is.is_some_and(|limit| seq >= limit);
            reasons.insert(seq, is_beyond.then(|| words::beyond_revocation().to_string()));
        }
        let cases: Vec<CaseId> = cases.into_iter().collect();
        for (entry, why) in self.rebuild_cases(&cases, tip.channel, slice)? {
            if let Some(reason) = reasons.get_mut(&entry.1).filter(|_| entry.0 == log) {
                *reason = Some(why);
            }
        }
        for (seq, reason) in reasons {
            self.shelve((log, seq), tip.office, reason, slice)?;
        }
        Ok(())
    }

    /// An entry has no effect for this reason, or has it again.
    fn shelve(
        &mut self,
        (log, seq): (LogId, u64),
        office: OfficeCode,
        reason: Option<String>,
        slice: &mut Slice,
    ) -> Result<(), ViewError> {
        let key = keys::quarantined(log, seq);
        let is_new = self.if_new(&key)?;
        match reason {
            Some(reason) => {
                self.quarantine_count += is_new;
                self.put_aside((log, seq), office, reason, slice);
            }
            None => {
                self.quarantine_count -= 1 - is_new;
                slice.batch.remove(key);
            }
        }
        Ok(())
    }

    /// This node is not believed any more: an office above said so when it was dialled.
    pub(super) fn revoked_by(&mut self, by: OfficeCode) {
        if by != self.config.office && self.config.office.is_within(by) && self.sealed().is_none() {
            self.commits.push(Record::Local(Local::Revoked { by }.write()));
        }
    }

    /// It is on the disk that this node is revoked.
    pub(super) fn seal(&mut self, by: OfficeCode, slice: &mut Slice) {
        let code = u64::from(by).to_be_bytes();
        slice.batch.put(keys::REVOKED_BY, None, code);
        self.revoked_by = Some(by);
        self.alarm(Alarm::Revoked { by });
    }

    /// Which office has revoked this node, if one has.
    pub(super) fn sealed(&self) -> Option<OfficeCode> {
        let said = || match self.law.standings().of_node(self.author.node, self.config.office) {
            Standing::Revoked { by, .. } => Some(by),
            Standing::Good | Standing::Suspended { .. } => None,
        };
        self.revoked_by.or_else(said)
    }

    /// A node that is revoked neither writes nor shows what it holds of citizens. A bundle for the
    /// office above can still be made of it: what was never sent may be real.
    ///
    /// # Errors
    /// The refusal that says so.
    pub(crate) fn check_believed(&self) -> Result<(), Refusal> {
        let Some(by) = self.sealed() else { return Ok(()) };
        let (kind, sentence) = (RefusalKind::NotAllowed, words::node_is_revoked(&self.named(by)));
        Err(Refusal::new(kind, sentence, words::carry_and_join_again()))
    }

    pub(super) fn named(&self, office: OfficeCode) -> Said {
        let name = format!("{office} {}", self.law.offices.name(office));
        Said::of_data(name.trim(), name.trim())
    }
}
