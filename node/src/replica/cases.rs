//! Commands on cases: checked by the desk, written to this node's log, answered when durable and
//! visible.

use std::collections::BTreeSet;

use daiban_domain::act::{ActId, BlobRef, CaseId, OfficerRef};
use daiban_domain::calendar::Date;
use daiban_domain::case::Case;
use daiban_domain::desk::{ActRequest, By, Draft};
use daiban_domain::fold::Status;
use daiban_domain::organ::OrganCode;
use daiban_domain::payload;
use daiban_domain::request::RequestId;
use daiban_domain::words;
use daiban_sync::channel::Channel;
use daiban_sync::entry::Kind;
use daiban_sync::id::{BlobId, Hlc, Millis};

use super::answer::Answer;
use super::command::{Attachment, Command};
use super::commit::After;
use super::io::{CommandId, Effect};
use super::refusal::{Refusal, RefusalKind};
use super::work_list::{PAGE_MAX, Search};
use super::{Ahead, Replica};
use crate::store::Space;

impl Replica {
    /// Carries out a command, or answers why not.
    pub(super) fn command(&mut self, now: Millis, id: CommandId, command: Command) {
        if let Err(refusal) = self.try_command(now, id, command) {
            self.effects.push_back(Effect::Reply { id, answer: Err(refusal) });
        }
    }

    fn try_command(&mut self, now: Millis, id: CommandId, command: Command) -> Result<(), Refusal> {
        if !command.is_of_nodes() {
            self.check_believed()?;
        }
        if command.writes() {
            self.check_saving()?;
            if self.is_mending() {
                self.hold_back(id, command);
                return Ok(());
            }
        }
        match command {
            Command::NewCase { .. } => self.new_case(now, id, command),
            Command::Publish { notice, rehearse } => self.publish(now, id, &notice, rehearse),
            Command::LeaseNumbers { .. } => self.lease(now, id, command),
            Command::Dispose { node, disposal, reason, rehearse } => {
                self.dispose(now, id, (&node, &reason), disposal, rehearse)
            }
            Command::Acknowledge { office, trouble, by, word } => {
                self.acknowledge(now, id, (office, trouble), (by, word))
            }
            Command::SyncNow => {
                self.upstream.hurry(now);
                self.answer(id, Answer::Done);
                Ok(())
            }
            Command::EditCase { ref case, .. }
            | Command::Attach { ref case, .. }
            | Command::Reuse { ref case, .. }
            | Command::Act { ref case, .. } => {
                let case = self.find_case(case)?;
                if self.busy.contains(&case) {
                    // Its last command is not in the views yet; this one must see it.
                    self.deferred.push_back((case, id, command));
                    return Ok(());
                }
                self.change_case(now, id, case, command)
            }
            Command::Cases { filter, order, after, size } => {
                let search = Search { filter, order, after, size: size.unwrap_or(PAGE_MAX) };
                let answer = self.cases(Date::at(now), &search)?;
                self.answer(id, answer);
                Ok(())
            }
            Command::Desk { desk, order, size } => {
                let answer = self.desk_view(Date::at(now), desk, order, size)?;
                self.answer(id, answer);
                Ok(())
            }
            Command::Figures { period, by } => {
                let answer = self.figures(Date::at(now), period, by)?;
                self.answer(id, answer);
                Ok(())
            }
            Command::FigureCases { period, by, key } => {
                let answer = self.figure_cases(Date::at(now), period, by, key.as_deref())?;
                self.answer(id, answer);
                Ok(())
            }
            query => {
                let answer = self.query(now, query)?;
                self.answer(id, answer);
                Ok(())
            }
        }
    }

    pub(super) fn answer(&mut self, id: CommandId, answer: Answer) {
        self.effects.push_back(Effect::Reply { id, answer: Ok(answer) });
    }

    /// Commands that waited for an earlier one on the same case.
    pub(super) fn retry_deferred(&mut self, now: Millis) {
        if self.is_mending() {
            return;
        }
        let mut waiting = std::mem::take(&mut self.deferred);
        while let Some((case, id, command)) = waiting.pop_front() {
            if self.busy.contains(&case) {
                self.deferred.push_back((case, id, command));
            } else {
                self.command(now, id, command);
            }
        }
    }

    fn change_case(
        &mut self,
        now: Millis,
        id: CommandId,
        case: CaseId,
        command: Command,
    ) -> Result<(), Refusal> {
        self.check_writable(false)?;
        let kept = self.load(case).map_err(Refusal::internal)?.ok_or_else(no_such_case)?;
        let mut case = kept.case;
        let drafts = match command {
            Command::EditCase { fields, by, .. } => {
                let by = self.by(now, by, None);
                at(&by, self.law.desk(self.config.training).edit(&by, &mut case, &fields)?)
            }
            Command::Attach { material: Attachment { key, blob }, by, .. } => {
                check_held(&self.blobs, &blob)?;
                let by = self.by(now, by, None);
                at(&by, self.law.desk(self.config.training).attach(&by, &mut case, &key, blob)?)
            }
            Command::Reuse { material, by, .. } => self.reuse(now, &mut case, material, &by)?,
            Command::Act { by, organ, request, .. } => {
                self.check_references(&case, &request)?;
                self.act(now, &mut case, by, organ, request)?
            }
            _ => return Err(Refusal::internal("a command that changes no case")),
        };
        self.write_drafts(id, kept.channel, case, drafts, None)
    }

    fn act(
        &mut self,
        now: Millis,
        case: &mut Case,
        officer: OfficerRef,
        organ: Option<OrganCode>,
        request: ActRequest,
    ) -> Result<Vec<(Hlc, Draft)>, Refusal> {
        let by = self.by(now, officer, organ);
        let held: BTreeSet<BlobId> = self.held_materials(case).into_iter().collect();
        let accepts = request == ActRequest::Accept;
        let desk = self.law.desk(self.config.training);
        let mut drafts = at(&by, desk.act(&by, case, request, &held)?);
        if accepts {
            drafts.extend(self.number_accepted(&by, case));
        }
        Ok(drafts)
    }

    /// Puts drafts into this node's log; the answer follows when they are durable and visible.
    pub(super) fn write_drafts(
        &mut self,
        id: CommandId,
        channel: Channel,
        case: Case,
        drafts: Vec<(Hlc, Draft)>,
        request: Option<RequestId>,
    ) -> Result<(), Refusal> {
        let state = self.law.desk(self.config.training).state_of(&case).ok();
        let status = state.as_ref().map_or(Status::Incomplete, |state| state.status);
        let number = state.as_ref().and_then(|state| state.number).map(|known| known.number);
        let act = drafts.iter().rev().find(|(_, draft)| draft.kind == Kind::Act);
        let act = act.map(|(_, draft)| ActId::of(self.author.node, &draft.payload));
        let receipt = case.receipt();
        let answer = Answer::Saved { case: case.id, receipt, number, status, act, request };
        if drafts.is_empty() {
            self.answer(id, answer);
            return Ok(());
        }
        debug_assert!(drafts.iter().all(|(_, d)| payload::subject(&d.payload) == Some(case.id)));
        for (at, Draft { kind, payload }) in drafts {
            self.author.write(channel, at, kind, payload);
        }
        self.busy.insert(case.id);
        self.ahead.insert(case.id, Ahead { case, request });
        self.commits.after(After::Reply { id, answer });
        Ok(())
    }

    pub(super) fn by(&mut self, now: Millis, officer: OfficerRef, organ: Option<OrganCode>) -> By {
        By {
            officer,
            organ,
            office: self.config.office,
            node: self.author.node,
            incarnation: self.author.incarnation,
            at: self.author.tick(now),
            nonce: self.random.bytes(),
        }
    }

    pub(super) fn check_writable(&self, new_case: bool) -> Result<(), Refusal> {
        self.check_saving()?;
        let refused = match self.space {
            Space::Plenty | Space::NoNewMaterials => false,
            Space::NoNewCases => new_case,
            Space::Full => true,
        };
        if refused { Err(Refusal::no_room(self.space)) } else { Ok(()) }
    }

    /// Materials of a case whose files are here.
    pub(super) fn held_materials(&self, case: &Case) -> Vec<BlobId> {
        let files = case.acts().filter_map(|act| act.act.kind.file());
        files.map(|blob| blob.id).filter(|&blob| self.blobs.contains(blob)).collect()
    }
}

/// Drafts are written with the time at which the desk checked them.
pub(super) fn at(by: &By, drafts: Vec<Draft>) -> Vec<(Hlc, Draft)> {
    drafts.into_iter().map(|draft| (by.at, draft)).collect()
}

pub(super) fn check_held(blobs: &crate::store::Blobs, blob: &BlobRef) -> Result<(), Refusal> {
    if blobs.contains(blob.id) {
        return Ok(());
    }
    Err(Refusal::new(RefusalKind::Input, words::file_not_here(), words::upload_first()))
}

pub(super) fn no_such_item(code: &str) -> Refusal {
    Refusal::new(RefusalKind::NotFound, words::no_such_item(code), words::list_items())
}

pub(super) fn no_such_case() -> Refusal {
    Refusal::new(RefusalKind::NotFound, words::no_such_case(), words::check_receipt_or_wait())
}
