//! Rows on their way to the node, many at once, and what became of them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use daiban_domain::act::OfficerRef;
use daiban_domain::check::FieldError;
use daiban_domain::fold::Status;
use daiban_domain::form::Fields;
use daiban_domain::request::RequestId;
use daiban_domain::words::Said;
use daiban_node::replica::{Command, ItemView, Listed, Refusal, RefusalKind};
use serde::Deserialize as _;
use serde_json::Value;

use super::columns::Read;
use super::faults::Faults;
use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::say::Lang;

/// Rows in one request: enough that the pause between two is nothing, and few to hold.
const BATCH_ROWS: usize = 2_000;
/// Bytes in one request; the node takes at most 64 MiB.
const BATCH_BYTES: usize = 8 << 20;

/// Rows by what became of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    /// Entered, or in a rehearsal could be.
    pub(super) new: u64,
    /// The node had them.
    pub(super) known: u64,
    /// Of these: withdrawn, voided or refused since.
    pub(super) denied: u64,
    pub(super) faulty: u64,
}

/// An import on its way.
pub(super) struct Sending<'a> {
    client: &'a Client,
    lang: Lang,
    item: &'a ItemView,
    by: OfficerRef,
    submit: bool,
    listed: Listed,
    batch: Vec<Read>,
    /// The commands of the batch, a line each.
    lines: Vec<u8>,
    /// What each row asks for, to tell a row that comes twice in the list.
    asked: BTreeMap<RequestId, u64>,
    faults: Faults,
    tally: Tally,
}

impl<'a> Sending<'a> {
    pub(super) fn new(
        client: &'a Client,
        lang: Lang,
        item: &'a ItemView,
        (by, submit, listed): (OfficerRef, bool, Listed),
        faults: Faults,
    ) -> Self {
        let (batch, lines, asked) = (Vec::new(), Vec::new(), BTreeMap::new());
        let tally = Tally::default();
        Self { client, lang, item, by, submit, listed, batch, lines, asked, faults, tally }
    }

    /// Takes a row; when enough have gathered they are sent.
    ///
    /// # Errors
    /// The node or the disk. A faulty row is none.
    pub(super) fn add(&mut self, mut read: Read) -> Done {
        if let Ok(fields) = &mut read.fields {
            let command = self.command(std::mem::take(fields));
            self.lines.extend(serde_json::to_vec(&command).unwrap_or_default());
            self.lines.push(b'\n');
        }
        self.batch.push(read);
        match self.batch.len() >= BATCH_ROWS || self.lines.len() >= BATCH_BYTES {
            true => self.send(),
            false => Ok(()),
        }
    }

    /// Sends the rest; gives what became of all rows, and the errors file if there is one.
    ///
    /// # Errors
    /// As [`Sending::add`].
    pub(super) fn finish(mut self) -> Done<(Tally, Option<PathBuf>)> {
        self.send()?;
        self.tally.faulty = self.faults.count();
        Ok((self.tally, self.faults.finish()?))
    }

    fn command(&self, fields: Fields) -> Command {
        Command::NewCase {
            item: self.item.code.clone(),
            version: Some(self.item.version),
            fields,
            materials: Vec::new(),
            submit: self.submit,
            by: self.by.clone(),
            handler: None,
            listed: Some(self.listed),
            reuse: Vec::new(),
            again: None,
        }
    }

    fn send(&mut self) -> Done {
        let mut answers = Vec::new();
        let sent = match self.lines.is_empty() {
            true => Ok(()),
            false => self.client.batch(&self.lines, |line| {
                answers.push(line);
                Ok(())
            }),
        };
        self.lines.clear();
        let mut answers = answers.into_iter();
        for read in std::mem::take(&mut self.batch) {
            self.tally.rows += 1;
            let Read { line, texts, fields } = read;
            match fields {
                Err(faults) => {
                    let faults = faults
                        .into_iter()
                        .map(|(title, fault)| (Some(title), fault.said, fault.remedy));
                    self.fault(line, &texts, faults.collect())?;
                }
                Ok(_) => match answers.next() {
                    Some(answer) => self.take(line, &texts, &answer)?,
                    None => return Err(self.broken_off(sent.err())),
                },
            }
        }
        sent.map_err(|failure| self.broken_off(Some(failure)))
    }

    fn take(&mut self, line: u64, texts: &[String], answered: &Value) -> Done {
        let answer = &answered["answer"];
        if !answer.is_object() {
            let refusal = Refusal::deserialize(&answered["refusal"]).map_err(strange)?;
            return self.refused(line, texts, refusal);
        }
        let request = RequestId::deserialize(&answer["request"]).map_err(strange)?;
        if let Some(first) = self.asked.get(&request) {
            let twice = twice(*first);
            return self.fault(line, texts, vec![twice]);
        }
        self.asked.insert(request, line);
        let known = &answer["known"];
        if known.is_object() {
            let status = Status::deserialize(&known["status"]).map_err(strange)?;
            self.tally.known += 1;
            self.tally.denied += u64::from(status.is_denied());
        } else {
            self.tally.new += 1;
        }
        Ok(())
    }

    /// The row is at fault, or else nothing more can be entered.
    fn refused(&mut self, line: u64, texts: &[String], refusal: Refusal) -> Done {
        match refusal.kind {
            RefusalKind::Input | RefusalKind::NotAllowed => {}
            RefusalKind::NotFound | RefusalKind::Disk | RefusalKind::Internal => {
                return Err(self.broken_off(Some(refusal.into())));
            }
        }
        let request = RequestId::deserialize(&refusal.detail["request"]).ok();
        if let Some(first) = request.and_then(|request| self.asked.get(&request)) {
            let twice = twice(*first);
            return self.fault(line, texts, vec![twice]);
        }
        let fields = Vec::<FieldError>::deserialize(&refusal.detail["fields"]).unwrap_or_default();
        let mut faults: Vec<_> = fields
            .into_iter()
            .map(|error| (Some(error.label), error.fault, error.remedy))
            .collect();
        if request.is_some() || faults.is_empty() {
            faults.insert(0, (None, refusal.sentence, refusal.remedy));
        }
        self.fault(line, texts, faults)
    }

    fn fault(&mut self, line: u64, texts: &[String], faults: Vec<Fault>) -> Done {
        let said = |(title, said, _): &Fault| match title {
            Some(title) => format!("{title}：{}", self.lang.of(said)),
            None => self.lang.of(said).to_owned(),
        };
        let said: Vec<_> = faults.iter().map(said).collect();
        let mut remedies: Vec<_> =
            faults.iter().map(|(_, _, remedy)| self.lang.of(remedy)).collect();
        remedies.dedup();
        self.faults.add(line, texts, &said.join("；"), &remedies.join("；"))
    }

    fn broken_off(&self, failure: Option<Failure>) -> Failure {
        let failure = failure.unwrap_or_else(|| {
            Failure::new(Code::Unreachable, "节点已停止", "the node has stopped")
        });
        failure.remedy(
            format!("已录入{}件；排除故障后重新运行同一命令，只补录其余的行", self.tally.new),
            format!(
                "{} were entered; see to it, then run the same command: it enters just the rest",
                self.tally.new
            ),
        )
    }
}

/// The title of the column if it is about one, what is wrong, and what to do.
type Fault = (Option<String>, Said, Said);

fn twice(first: u64) -> Fault {
    (
        None,
        Said::of_data(format!("与第{first}行重复"), format!("it asks for the same as row {first}")),
        Said::of_data(
            "请删除其中一行，或核对证件号码等栏",
            "delete one of the two, or check the ID number",
        ),
    )
}

pub(super) fn strange(error: serde_json::Error) -> Failure {
    Failure::new(Code::Internal, "节点的回答无法理解", "the answer cannot be understood")
        .because(error)
        .remedy("命令与节点的版本应当相同", "command and node should be of the same version")
}
