//! Rows on their way to the node, many at once.

use std::path::PathBuf;

use daiban_domain::fold::Status;
use daiban_domain::request::RequestId;
use daiban_domain::words;
use daiban_node::list::{Entering, Meant, RowFault, Taken, Tally, told};
use daiban_node::replica::Refusal;
use serde::Deserialize as _;
use serde_json::Value;

use super::errors::Errors;
use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::say::Lang;

/// Rows in one request: enough that the pause between two is nothing, and few to hold.
const BATCH_ROWS: usize = 2_000;
/// Bytes in one request; the node takes at most 64 MiB.
const BATCH_BYTES: usize = 8 << 20;

/// An import on its way.
pub(super) struct Sending<'a> {
    client: &'a Client,
    lang: Lang,
    entering: Entering,
    batch: Vec<Meant>,
    /// The commands of the batch, a line each.
    lines: Vec<u8>,
    errors: Errors,
}

impl<'a> Sending<'a> {
    pub(super) fn new(client: &'a Client, lang: Lang, entering: Entering, errors: Errors) -> Self {
        Self { client, lang, entering, batch: Vec::new(), lines: Vec::new(), errors }
    }

    /// Takes a row; when enough have gathered they are sent.
    ///
    /// # Errors
    /// The node or the disk. A faulty row is none.
    pub(super) fn add(&mut self, mut meant: Meant) -> Done {
        if let Ok(fields) = &mut meant.fields {
            let command = self.entering.command(std::mem::take(fields));
            self.lines.extend(serde_json::to_vec(&command).unwrap_or_default());
            self.lines.push(b'\n');
        }
        self.batch.push(meant);
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
        Ok((self.entering.tally(), self.errors.finish()?))
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
        for Meant { line, texts, fields } in std::mem::take(&mut self.batch) {
            let faults = match fields {
                Err(faults) => {
                    self.entering.unread();
                    faults
                }
                Ok(_) => match answers.next() {
                    Some(answer) => self.take(line, &answer)?,
                    None => return Err(self.broken_off(sent.err())),
                },
            };
            if !faults.is_empty() {
                let (fault, remedy) = told(&faults);
                self.errors.add(line, &texts, self.lang.of(&fault), self.lang.of(&remedy))?;
            }
        }
        sent.map_err(|failure| self.broken_off(Some(failure)))
    }

    fn take(&mut self, line: u64, answered: &Value) -> Done<Vec<RowFault>> {
        let answer = match answered["answer"].is_object() {
            true => Ok(taken(&answered["answer"]).map_err(strange)?),
            false => Err(Refusal::deserialize(&answered["refusal"]).map_err(strange)?),
        };
        let faults = self.entering.answered(line, answer);
        faults.map_err(|refusal| self.broken_off(Some(refusal.into())))
    }

    fn broken_off(&self, failure: Option<Failure>) -> Failure {
        let failure = failure.unwrap_or_else(|| {
            Failure::new(Code::Unreachable, "节点已停止", "the node has stopped")
        });
        let remedy = words::rows_broken_off(self.entering.tally().new);
        failure.remedy(remedy.zh, remedy.en)
    }
}

fn taken(answer: &Value) -> Result<Taken, serde_json::Error> {
    let request = RequestId::deserialize(&answer["request"])?;
    let known = match &answer["known"] {
        Value::Object(known) => Some(Status::deserialize(&known["status"])?),
        _ => None,
    };
    Ok(Taken { request, known })
}

pub(super) fn strange(error: serde_json::Error) -> Failure {
    Failure::new(Code::Internal, "节点的回答无法理解", "the answer cannot be understood")
        .because(error)
        .remedy("命令与节点的版本应当相同", "command and node should be of the same version")
}
