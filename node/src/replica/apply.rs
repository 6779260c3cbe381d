//! From durable records to views: entries become forms and acts, cases become work lists.
//!
//! **Invariant.** Views are a function of the journal: whatever is written here follows from
//! records that are on the disk, and comes out the same when they are applied again.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;

use daiban_domain::act::{ActKind, CaseId};
use daiban_domain::calendar::Date;
use daiban_domain::case::{Author as Writer, Case};
use daiban_domain::fold::CaseState;
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::payload;
use daiban_domain::request::RequestId;
use daiban_domain::words;
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Kind};
use daiban_sync::id::{BlobId, LogId, Millis, OfficeCode};
use daiban_sync::run::Tip;

use super::alarm::Alarm;
use super::answer::Answer;
use super::io::Effect;
use super::kept::{Kept, Marks, load_case, load_marks, save_case};
use super::watch::Local;
use super::{Ahead, Replica, keys};
use crate::store::{Durable, Position, ReadError, Record, ViewBatch, ViewError};

/// Bytes of journal that are applied before the next input is looked at.
const SLICE_BYTES: usize = 128 * 1024;

/// Why views do not follow the journal.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApplyError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    View(#[from] ViewError),
}

/// Cases that a slice touches, and what it writes.
#[derive(Default)]
pub(super) struct Slice {
    pub(super) cases: BTreeMap<CaseId, Touched>,
    pub(super) batch: ViewBatch,
    blobs: Vec<(BlobId, Channel)>,
}

/// A case that entries of the slice are about.
pub(super) struct Touched {
    pub(super) channel: Channel,
    pub(super) case: Case,
    pub(super) marks: Marks,
    pub(super) changed: bool,
    pub(super) is_new: bool,
    /// It already holds what this node wrote.
    pub(super) is_ahead: bool,
    /// What it asks for, where that is known without a look at its form.
    pub(super) request: Option<RequestId>,
}

impl Replica {
    /// Applies a slice of what is durable; `true` if there may be more.
    pub(super) fn apply_slice(&mut self, now: Millis) -> bool {
        if self.views_broken.is_some() {
            return false;
        }
        match self.try_apply_slice(now) {
            Ok(more) => more,
            Err(error) => {
                let reason = error.to_string();
                self.views_broken = Some(reason.clone());
                self.alarm(Alarm::Views { reason });
                self.reply_applied(now);
                self.release_writers(now);
                false
            }
        }
    }

    fn try_apply_slice(&mut self, now: Millis) -> Result<bool, ApplyError> {
        let records = self.store.unapplied(SLICE_BYTES)?;
        let Some(up_to) = records.last().map(|last| last.next) else {
            self.reach_end(now)?;
            return Ok(self.reckon_some()?
                || self.rejudge_some()?
                || self.see_to_numbers(now)?
                || self.read_lists_some()?);
        };
        let mut slice = Slice::default();
        for durable in &records {
            self.apply_record(durable, &mut slice)?;
        }
        self.show_slice(slice, up_to)?;
        self.reply_applied(now);
        Ok(true)
    }

    /// Writes views, which then contain all records before `up_to`.
    pub(super) fn show_slice(&mut self, slice: Slice, up_to: Position) -> Result<(), ViewError> {
        let (batch, shown) = self.settle_slice(slice)?;
        self.store.apply_views(batch, up_to)?;
        for peer in self.links.values_mut() {
            shown.iter().for_each(|blob| peer.session.blob_arrived(*blob));
        }
        self.ask_everybody_for_blobs();
        Ok(())
    }

    /// Behind the last record the journal may have begun a new segment.
    fn reach_end(&mut self, now: Millis) -> Result<(), ApplyError> {
        let end = self.store.durable().position;
        if self.store.applied() < end {
            self.store.apply_views(ViewBatch::default(), end)?;
            self.reply_applied(now);
        }
        Ok(())
    }

    fn apply_record(&mut self, durable: &Durable, slice: &mut Slice) -> Result<(), ViewError> {
        match &durable.record {
            Record::Run(verified) => {
                let (run, tip) = (verified.run(), verified.tip());
                let until = self.stands_until(run);
                for (seq, entry) in (run.after.len..until).zip(&run.entries) {
                    self.apply_entry(run.log, seq, entry, tip, slice)?;
                }
                Ok(())
            }
            Record::Rewind { log, to } => self.take_back(*log, to.len, slice),
            Record::Erased { subject } => {
                let case = CaseId(*subject);
                slice.cases.remove(&case);
                slice.batch.remove(keys::case(case));
                slice.batch.remove(keys::summary(case));
                self.work.iter_mut().for_each(|list| list.remove(case));
                Ok(())
            }
            Record::Local(bytes) => {
                // What a newer program wrote down stays in the journal.
                match postcard::from_bytes(bytes) {
                    Ok(Local::Watch(event)) => self.apply_watched(event, slice),
                    Ok(Local::Revoked { by }) => self.seal(by, slice),
                    Err(_) => {}
                }
                Ok(())
            }
            Record::Receipt(_) | Record::Evidence(_) | Record::Incarnation(_) => Ok(()),
        }
    }

    fn apply_entry(
        &mut self,
        log: LogId,
        seq: u64,
        entry: &Entry,
        tip: &Tip,
        slice: &mut Slice,
    ) -> Result<(), ViewError> {
        let Some(bytes) = entry.payload.bytes() else { return Ok(()) };
        let refused = match entry.kind {
            Kind::Genesis => {
                self.offices.insert(tip.author, tip.office);
                None
            }
            Kind::Notice => match payload::read_notice(bytes) {
                Ok(notice) => {
                    slice.batch.put(keys::notice(log, seq), None, bytes);
                    self.note_resumed(tip.office, &notice);
                    self.take_notice((entry.at, log, seq), tip, notice, slice);
                    None
                }
                Err(error) => Some(error.to_string()),
            },
            Kind::FormChange | Kind::Act => {
                self.apply_to_case((log, seq), entry, bytes, tip, slice)?
            }
        };
        if let Some(reason) = refused {
            self.quarantine_count += self.if_new(&keys::quarantined(log, seq))?;
            self.put_aside((log, seq), tip.office, reason, slice);
        }
        Ok(())
    }

    /// Into quarantine, with its reason.
    pub(super) fn put_aside(
        &mut self,
        (log, seq): (LogId, u64),
        office: OfficeCode,
        reason: String,
        slice: &mut Slice,
    ) {
        self.counters.quarantined += 1;
        slice.batch.put(keys::quarantined(log, seq), None, reason.as_bytes());
        self.alarm(Alarm::Quarantined { log, seq, office, reason });
    }

    /// Gives why the entry has no effect, if it has none.
    fn apply_to_case(
        &mut self,
        (log, seq): (LogId, u64),
        entry: &Entry,
        bytes: &[u8],
        tip: &Tip,
        slice: &mut Slice,
    ) -> Result<Option<String>, ViewError> {
        let Some(id) = payload::subject(bytes) else {
            return Ok(Some("expected the id of a case, got too few bytes".into()));
        };
        let Some(of) = Jurisdiction::of(&tip.channel) else {
            return Ok(Some(format!("{} holds no cases", tip.channel)));
        };
        if !self.standings().accepts(log, seq, tip) {
            return Ok(Some(words::beyond_revocation().to_string()));
        }
        let is_own = tip.author == self.author.node;
        let touched = match slice.cases.entry(id) {
            Place::Occupied(known) => known.into_mut(),
            Place::Vacant(place) => place.insert(self.touch(id, of, is_own)?),
        };
        if touched.channel != tip.channel {
            return Ok(Some(format!(
                "the case belongs to {}, not to {}",
                touched.channel, tip.channel
            )));
        }
        let mark = touched.marks.entry(log).or_default();
        *mark = seq.saturating_add(1).max(*mark);
        if touched.is_ahead && is_own {
            touched.changed = true;
            return Ok(None);
        }
        let applied = touched.case.apply(entry.kind, bytes, writer_of(tip), entry.at);
        // A case of which nothing holds does not begin to exist.
        touched.changed |= applied.is_ok() || !touched.is_new;
        let late = touched.case.take_late_refusals();
        let late =
            late.into_iter().map(|(_, why)| format!("a change that waited for this one: {why}"));
        let refused = applied.err().map(|quarantine| quarantine.to_string());
        let reasons: Vec<_> = refused.into_iter().chain(late).collect();
        Ok((!reasons.is_empty()).then(|| reasons.join("; ")))
    }

    /// The case as it is before the entry: the one this node has just worked on, the stored one, or
    /// a new one.
    fn touch(&mut self, id: CaseId, of: Jurisdiction, is_own: bool) -> Result<Touched, ViewError> {
        let stored = self.store.view_get(&keys::case(id))?;
        let ahead = self.ahead.remove(&id).filter(|_| is_own);
        let (is_ahead, is_new) = (ahead.is_some(), stored.is_none());
        let (case, request) =
            ahead.map_or((None, None), |Ahead { case, request }| (Some(case), request));
        let (channel, marks, case) = match (stored, case) {
            (Some(stored), Some(case)) => {
                let (channel, marks, _) = load_marks(&stored, id)?;
                (channel, marks, case)
            }
            (Some(stored), None) => {
                let Kept { channel, marks, case } = load_case(&stored, id)?;
                (channel, marks, case)
            }
            (None, case) => (of.channel(), Marks::new(), case.unwrap_or_else(|| Case::new(id, of))),
        };
        Ok(Touched { channel, case, marks, changed: false, is_new, is_ahead, request })
    }

    /// Folds the touched cases and writes what people look them up by. Gives the blobs that are
    /// here and that peers may ask for from now on.
    fn settle_slice(&mut self, slice: Slice) -> Result<(ViewBatch, Vec<BlobId>), ViewError> {
        let Slice { cases, mut batch, mut blobs } = slice;
        let mut shown = Vec::new();
        for (id, touched) in cases {
            if touched.changed {
                self.write_case(id, &touched, &mut batch, &mut blobs)?;
            }
        }
        for (blob, channel) in blobs {
            let key = keys::blob_reference(blob, &channel);
            if self.if_new(&key)? == 0 {
                continue;
            }
            if self.blobs.contains(blob) {
                shown.push(blob);
            } else {
                let value = postcard::to_stdvec(&channel).expect("a channel always encodes");
                batch.put(keys::wanted(blob), None, value);
                self.wants.add(blob, channel);
            }
            // Last: after a crash what is referred to is known to be wanted, too.
            batch.put(key, None, Vec::new());
        }
        Ok((batch, shown))
    }

    fn write_case(
        &mut self,
        id: CaseId,
        touched: &Touched,
        batch: &mut ViewBatch,
        blobs: &mut Vec<(BlobId, Channel)>,
    ) -> Result<(), ViewError> {
        let case = &touched.case;
        let subject = Some(id.0);
        self.list_case(case, batch)?;
        batch.put(keys::case(id), subject, save_case(touched.channel, &touched.marks, case));
        if let Some(receipt) = case.receipt() {
            let key = keys::receipt(&receipt);
            if self.if_new(&key)? == 1 {
                self.case_count += 1;
                batch.put(key, None, id.0);
            }
        }
        let requests = match touched.request {
            Some(request) => vec![request],
            None => self.requests_of(case)?,
        };
        for request in requests {
            batch.put(keys::request(request, id), None, Vec::new());
        }
        for act in case.acts() {
            blobs.extend(act.act.kind.file().map(|blob| (blob.id, touched.channel)));
            if let ActKind::Opened { receipt, .. } = &act.act.kind
                && act.office == self.config.office
            {
                let day = Date::at(act.at.millis());
                let last = self.serials.seen(day, receipt);
                batch.put(keys::serial(day), None, last.to_be_bytes());
            }
        }
        Ok(())
    }

    /// One, unless the row is there already: after a crash the same records come again.
    pub(super) fn if_new(&self, key: &[u8]) -> Result<u64, ViewError> {
        Ok(u64::from(!self.store.has_view(key)?))
    }

    /// Where a case stands by the law in force.
    pub(super) fn state_of(&mut self, case: &Case) -> Option<CaseState> {
        self.counters.folded_cases += 1;
        let state = self.state_of_case(case)?;
        self.alarm_of_case(&state);
        Some(state)
    }

    /// An act without authority changes nothing, and somebody must know.
    fn alarm_of_case(&mut self, state: &CaseState) {
        for ignored in &state.ignored {
            if ignored.cause == daiban_domain::fold::Cause::NotAllowed
                && self.alarmed_acts.insert(ignored.act)
            {
                let (office, reason) = (ignored.office, ignored.why.to_string());
                self.alarm(Alarm::NotAllowed { office, reason });
            }
        }
    }

    /// Answers whoever waited for what is now in the views, or never will be: it is saved.
    pub(super) fn reply_applied(&mut self, now: Millis) {
        let (applied, broken) = (self.store.applied(), self.views_broken.is_some());
        let is_due = |reply: &mut super::PendingReply| broken || reply.position <= applied;
        while let Some(reply) = self.replies.pop_front_if(is_due) {
            if let Some(case) = reply.answer.case() {
                self.busy.remove(&case);
                self.ahead.remove(&case);
            }
            if let Answer::Saved { case, request: Some(request), .. } = reply.answer
                && self.opening.get(&request) == Some(&case)
            {
                self.opening.remove(&request);
            }
            self.effects.push_back(Effect::Reply { id: reply.id, answer: Ok(reply.answer) });
        }
        self.retry_deferred(now);
    }
}

pub(super) fn writer_of(tip: &Tip) -> Writer {
    Writer { node: tip.author, office: tip.office, incarnation: tip.incarnation }
}
