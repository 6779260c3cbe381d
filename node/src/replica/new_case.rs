//! The command that opens a case: at the counter, or as a row of a list.

use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::case::Case;
use daiban_domain::catalog::{Catalog, Item};
use daiban_domain::desk::{Draft, NewCase};
use daiban_domain::receipt_number::{ReceiptNumber, SALTS};
use daiban_domain::request::RequestId;
use daiban_domain::words;
use daiban_sync::id::{Hlc, Millis};

use super::Replica;
use super::answer::Answer;
use super::cases::{at, check_held, no_such_item};
use super::command::{Attachment, Command};
use super::io::CommandId;
use super::listed::{KnownCase, Standing};
use super::refusal::{Refusal, RefusalKind};

/// A case that is not written yet.
type Drafted = (Case, Vec<(Hlc, Draft)>);

impl Replica {
    pub(super) fn new_case(
        &mut self,
        now: Millis,
        id: CommandId,
        command: Command,
    ) -> Result<(), Refusal> {
        let Command::NewCase { item: code, version, fields, by, listed, .. } = &command else {
            return Err(Refusal::internal("a command that opens no case"));
        };
        let Some(listed) = *listed else { return self.open_at_counter(now, id, command) };
        let by = self.by(now, by.clone(), None);
        let item = item_of(&self.law.catalog, code, *version, Date::at(now))?;
        let desk = self.law.desk(self.config.training);
        let row = desk.row(&by, item, fields)?;
        let request = self.request(item, &row).map_err(Refusal::internal)?;
        match self.standing(item, &row, request, listed)? {
            Standing::Waits(case) => self.deferred.push_back((case, id, command)),
            Standing::Known(known) => self.answer(id, Answer::Row { request, known: Some(known) }),
            Standing::New if listed.rehearse => {
                self.draft_case(now, &command)?;
                self.answer(id, Answer::Row { request, known: None });
            }
            Standing::New => {
                self.check_writable(true)?;
                let drafted = self.draft_case(now, &command)?;
                return self.open_case(id, drafted, Some(request));
            }
        }
        Ok(())
    }

    /// Whoever enters one by hand may know why the same is applied for once more; they have to say.
    fn open_at_counter(
        &mut self,
        now: Millis,
        id: CommandId,
        command: Command,
    ) -> Result<(), Refusal> {
        self.check_writable(true)?;
        let (mut case, mut drafts) = self.draft_case(now, &command)?;
        let request = self.requests_of(&case).map_err(Refusal::internal)?.first().copied();
        if let Some(waits) = request.and_then(|request| self.is_on_its_way(&case, request)) {
            self.deferred.push_back((waits, id, command));
            return Ok(());
        }
        if let Some(before) = self.applied_before(&case, request)? {
            let Command::NewCase { by, again: Some(reason), .. } = command else {
                return Err(applied_before(&before.1));
            };
            let by = self.by(now, by, None);
            let (known_of, known) = before;
            let named = known.receipt.filter(|_| known_of.is_known_to_all_of(case.of));
            let desk = self.law.desk(self.config.training);
            drafts.extend(at(&by, desk.apply_again(&by, &mut case, named, reason)?));
        }
        self.open_case(id, (case, drafts), request)
    }

    fn open_case(
        &mut self,
        id: CommandId,
        (case, drafts): Drafted,
        request: Option<RequestId>,
    ) -> Result<(), Refusal> {
        if let Some(request) = request {
            self.opening.insert(request, case.id);
        }
        self.counters.saved_cases += 1;
        let channel = case.of.channel();
        self.write_drafts(id, channel, case, drafts, request)
    }

    /// Checks everything that opening a case checks.
    fn draft_case(&mut self, now: Millis, command: &Command) -> Result<Drafted, Refusal> {
        let Command::NewCase {
            item: code,
            version,
            fields,
            materials,
            submit,
            by,
            listed,
            handler,
            reuse,
            again: _,
        } = command
        else {
            return Err(Refusal::internal("a command that opens no case"));
        };
        let is_rehearsal = listed.is_some_and(|listed| listed.rehearse);
        let by = self.by(now, by.clone(), None);
        let salt = u32::try_from(self.random.below(u64::from(SALTS))).expect("below SALTS");
        let day = Date::at(by.at.millis());
        let serial = if is_rehearsal { 0 } else { self.serials.next(day) };
        let receipt = ReceiptNumber::make(self.config.office, day, serial, salt)
            .map_err(Refusal::internal)?;
        let new = NewCase { id: CaseId(self.random.bytes()), receipt, handler: *handler };
        let training = self.config.training;
        let item = item_of(&self.law.catalog, code, *version, day)?;
        let desk = self.law.desk(training);
        let (mut case, opening) = desk.open_case(&by, item, fields, new)?;
        let mut drafts = at(&by, opening);
        for Attachment { key, blob } in materials {
            if !is_rehearsal {
                check_held(&self.blobs, blob)?;
            }
            let by = self.by(now, by.officer.clone(), None);
            let attached = self.law.desk(training).attach(&by, &mut case, key, blob.clone())?;
            drafts.extend(at(&by, attached));
        }
        for reuse in reuse {
            drafts.extend(self.reuse(now, &mut case, reuse.clone(), &by.officer)?);
        }
        if *submit {
            let by = self.by(now, by.officer, None);
            drafts.extend(at(&by, self.law.desk(training).submit(&by, &mut case)?));
        }
        Ok((case, drafts))
    }
}

fn applied_before(known: &KnownCase) -> Refusal {
    let receipt = known.receipt.map_or_else(|| known.case.to_string(), |number| number.to_string());
    let sentence = words::applied_before(&receipt, known.status);
    let refusal = Refusal::new(RefusalKind::Input, sentence, words::continue_or_say_why());
    Refusal { detail: serde_json::json!({ "known": known }), ..refusal }
}

/// The item in that version, or else in the one for new cases.
pub(super) fn item_of<'a>(
    catalog: &'a Catalog,
    code: &str,
    version: Option<u32>,
    day: Date,
) -> Result<&'a Item, Refusal> {
    let item = match version {
        Some(version) => catalog.get(code, version),
        // What is in force nowhere any more says so itself.
        None => catalog.in_force(code, day).or_else(|| catalog.latest(code)),
    };
    item.ok_or_else(|| no_such_item(code))
}
