//! Cases made anew from the logs, when what the views hold of them no longer counts.

use std::collections::BTreeMap;

use daiban_domain::act::CaseId;
use daiban_domain::case::Case;
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::payload;
use daiban_sync::channel::Channel;
use daiban_sync::entry::Kind;
use daiban_sync::head::Head;
use daiban_sync::id::LogId;
use daiban_sync::run::{Run, Tip, chain};

use super::apply::{Slice, Touched, writer_of};
use super::kept::{Kept, Marks, load_marks};
use super::{Replica, keys};
use crate::store::ViewError;

/// Cases that are made anew at once after a fork was mended.
const REBUILT_AT_ONCE: usize = 512;

/// An entry that does not apply, and why.
pub(super) type Refused = ((LogId, u64), String);

/// Cases made anew, and the entries that did not apply.
#[derive(Default)]
struct Rebuilt {
    cases: BTreeMap<CaseId, Touched>,
    refused: Vec<Refused>,
}

impl Replica {
    /// How far a log still is as this run of it says. What a later rewind took back has no effect,
    /// not even until the views come to that rewind: it may contradict what stands now.
    pub(super) fn stands_until(&self, run: &Run) -> u64 {
        // What cannot be read is not known to be otherwise.
        let is_otherwise = |head: Head| {
            let held = self.store.hash_at(run.log, head.len);
            held.is_ok_and(|hash| hash != Some(head.hash))
        };
        let Head { len, .. } = run.head.head;
        if !is_otherwise(run.head.head) {
            return len;
        }
        let heads = run.entries.iter().scan(run.after, |head, entry| {
            *head = chain(run.log, *head, std::slice::from_ref(entry));
            Some(*head)
        });
        heads.take_while(|head| !is_otherwise(*head)).last().unwrap_or(run.after).len
    }

    /// A log was taken back: its entries from number `from` on have no effect any more. Whatever
    /// stands there since is applied when its own record comes.
    pub(super) fn take_back(
        &mut self,
        log: LogId,
        from: u64,
        slice: &mut Slice,
    ) -> Result<(), ViewError> {
        self.quarantine_count -= self.remove_from(&keys::quarantined(log, from), slice)?;
        self.remove_from(&keys::notice(log, from), slice)?;
        self.take_notices_back(log, from, slice);
        self.rebuild_channel_of(log, slice)
    }

    /// Removes the rows of a log from this key on; gives how many there were.
    fn remove_from(&self, first: &[u8], slice: &mut Slice) -> Result<u64, ViewError> {
        let rows = self.store.view_scan(keys::of_log(first), first, usize::MAX)?;
        let count = rows.len() as u64;
        rows.into_iter().for_each(|(key, _)| slice.batch.remove(key));
        Ok(count)
    }

    /// Makes the cases of a channel anew, because entries were taken out of one of its logs.
    fn rebuild_channel_of(&mut self, log: LogId, slice: &mut Slice) -> Result<(), ViewError> {
        let Some(channel) = self.store.tips().get(&log).map(|tip| tip.channel) else {
            return Ok(());
        };
        let touched = slice.cases.iter().filter(|(_, touched)| touched.channel == channel);
        let mut ids: Vec<_> = touched.map(|(id, _)| *id).collect();
        for (key, stored) in self.store.view_scan(keys::CASES, &[], usize::MAX)? {
            if let Some(id) = key.get(1..).and_then(|id| id.try_into().ok()).map(CaseId)
                && load_marks(&stored, id).is_ok_and(|(of, ..)| of == channel)
            {
                ids.push(id);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        self.rebuild_cases(&ids, channel, slice)?;
        Ok(())
    }

    /// Makes these cases anew, because other entries about them count now. One of which nothing
    /// holds any more is shown no longer. Gives the entries that do not apply, with their reasons.
    pub(super) fn rebuild_cases(
        &mut self,
        ids: &[CaseId],
        channel: Channel,
        slice: &mut Slice,
    ) -> Result<Vec<Refused>, ViewError> {
        let logs = self.logs_of(channel);
        let mut all_refused = Vec::new();
        for part in ids.chunks(REBUILT_AT_ONCE) {
            let Rebuilt { cases, refused } = self.cases_from_logs(part, channel, &logs);
            all_refused.extend(refused);
            for (id, rebuilt) in cases {
                match rebuilt.marks.is_empty() {
                    true => self.forget_case(id, slice)?,
                    false => _ = slice.cases.insert(id, rebuilt),
                }
            }
        }
        Ok(all_refused)
    }

    fn forget_case(&mut self, id: CaseId, slice: &mut Slice) -> Result<(), ViewError> {
        if let Some(receipt) = self.load(id)?.and_then(|kept| kept.case.receipt()) {
            let key = keys::receipt(&receipt);
            self.case_count -= 1 - self.if_new(&key)?;
            slice.batch.remove(key);
        }
        slice.cases.remove(&id);
        slice.batch.remove(keys::case(id));
        slice.batch.remove(keys::summary(id));
        self.work.iter_mut().for_each(|list| list.remove(id));
        Ok(())
    }

    fn logs_of(&self, channel: Channel) -> Vec<(LogId, Tip)> {
        let all = self.store.tips().iter().filter(|(_, tip)| tip.channel == channel);
        all.map(|(&log, tip)| (log, *tip)).collect()
    }

    /// Cases as they were when `log` ended at `head`.
    pub(super) fn cases_until(
        &self,
        ids: &[CaseId],
        log: LogId,
        head: Head,
    ) -> Vec<(CaseId, Case)> {
        let tip = self.store.tips().get(&log).filter(|_| !ids.is_empty());
        let Some(channel) = tip.map(|tip| tip.channel) else { return Vec::new() };
        let mut logs = self.logs_of(channel);
        logs.iter_mut().filter(|(of, _)| *of == log).for_each(|(_, tip)| tip.head = head);
        let cases = self.cases_from_logs(ids, channel, &logs).cases;
        cases.into_iter().map(|(id, touched)| (id, touched.case)).collect()
    }

    /// Cases as they would be if all of `log` counted.
    pub(super) fn cases_with(&self, ids: &[CaseId], log: LogId, tip: &Tip) -> Vec<Kept> {
        let counts =
            |of: LogId, seq: u64, tip: &Tip| of == log || self.standings().accepts(of, seq, tip);
        let Rebuilt { cases, .. } =
            self.cases_by(ids, tip.channel, &self.logs_of(tip.channel), counts);
        let kept = |Touched { channel, marks, case, .. }| Kept { channel, marks, case };
        cases.into_values().map(kept).collect()
    }

    fn cases_from_logs(&self, ids: &[CaseId], channel: Channel, logs: &[(LogId, Tip)]) -> Rebuilt {
        let counts = |log: LogId, seq: u64, tip: &Tip| self.standings().accepts(log, seq, tip);
        self.cases_by(ids, channel, logs, counts)
    }

    /// Cases by the entries that count.
    fn cases_by(
        &self,
        ids: &[CaseId],
        channel: Channel,
        logs: &[(LogId, Tip)],
        counts: impl Fn(LogId, u64, &Tip) -> bool,
    ) -> Rebuilt {
        let Some(of) = Jurisdiction::of(&channel) else { return Rebuilt::default() };
        let fresh = |&id: &CaseId| {
            let case = Case::new(id, of);
            let (marks, request) = (Marks::new(), None);
            let (changed, is_new, is_ahead) = (true, false, false);
            (id, Touched { channel, case, marks, changed, is_new, is_ahead, request })
        };
        let mut rebuilt = Rebuilt { cases: ids.iter().map(fresh).collect(), refused: Vec::new() };
        // The order of the logs does not matter: a form holds a change back until what it builds on
        // is there.
        for (log, tip) in logs {
            let entries = self.store.entries(*log, 0).filter_map(Result::ok);
            for (seq, entry) in entries.take_while(|(seq, _)| *seq < tip.head.len) {
                let Some(bytes) = entry.payload.bytes() else { continue };
                let counts = entry.kind != Kind::Genesis && counts(*log, seq, tip);
                let subject = payload::subject(bytes).filter(|_| counts);
                if let Some(touched) = subject.and_then(|id| rebuilt.cases.get_mut(&id)) {
                    touched.marks.insert(*log, seq + 1);
                    let applied = touched.case.apply(entry.kind, bytes, writer_of(tip), entry.at);
                    let why = applied.err().map(|quarantine| quarantine.to_string());
                    rebuilt.refused.extend(why.map(|why| ((*log, seq), why)));
                }
            }
        }
        rebuilt
    }
}
