//! Rows on their way to the node, and what becomes of them.

use std::collections::BTreeMap;

use daiban_domain::act::OfficerRef;
use daiban_domain::check::FieldError;
use daiban_domain::fold::Status;
use daiban_domain::form::Fields;
use daiban_domain::request::RequestId;
use daiban_domain::words;
use serde::Deserialize as _;

use super::RowFault;
use crate::replica::{Answer, Command, ItemView, Listed, Refusal, RefusalKind};

/// Rows by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub rows: u64,
    /// Entered, or in a rehearsal could be.
    pub new: u64,
    /// The node had them.
    pub known: u64,
    /// Of these: withdrawn, voided or refused since.
    pub denied: u64,
    pub faulty: u64,
}

/// A list that is being entered for an item.
#[derive(Debug)]
pub struct Entering {
    item: String,
    version: u32,
    by: OfficerRef,
    submit: bool,
    listed: Listed,
    /// What each row asks for, to tell a row that comes twice in the list.
    asked: BTreeMap<RequestId, u64>,
    tally: Tally,
}

/// A row that the node has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    pub request: RequestId,
    /// How the case stands that was there before.
    pub known: Option<Status>,
}

impl Taken {
    /// `None` if the answer is about no row.
    pub fn of(answer: &Answer) -> Option<Self> {
        match answer {
            Answer::Saved { request: Some(request), .. } => {
                Some(Self { request: *request, known: None })
            }
            Answer::Row { request, known } => {
                Some(Self { request: *request, known: known.as_ref().map(|known| known.status) })
            }
            _ => None,
        }
    }
}

impl Entering {
    /// Nothing is entered yet. With `submit` every case is handed in at once.
    pub fn new(item: &ItemView, by: OfficerRef, submit: bool, listed: Listed) -> Self {
        let (item, version) = (item.code.clone(), item.version);
        let (asked, tally) = (BTreeMap::new(), Tally::default());
        Self { item, version, by, submit, listed, asked, tally }
    }

    /// What became of the rows so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// What enters a row that says this.
    pub fn command(&self, fields: Fields) -> Command {
        Command::NewCase {
            item: self.item.clone(),
            version: Some(self.version),
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

    /// Counts a row that was not asked for: its cells cannot be read.
    pub fn unread(&mut self) {
        self.tally.rows += 1;
        self.tally.faulty += 1;
    }

    /// Counts a row that the node has answered for; gives what is wrong with it.
    ///
    /// # Errors
    /// The refusal of the node, if it is about no row: nothing more can be entered.
    pub fn answered(
        &mut self,
        line: u64,
        answer: Result<Taken, Refusal>,
    ) -> Result<Vec<RowFault>, Refusal> {
        let faults = match answer {
            Ok(taken) => self.taken(line, taken),
            Err(refusal) => self.refused(refusal)?,
        };
        self.tally.rows += 1;
        self.tally.faulty += u64::from(!faults.is_empty());
        Ok(faults)
    }

    fn taken(&mut self, line: u64, taken: Taken) -> Vec<RowFault> {
        if let Some(first) = self.asked.get(&taken.request) {
            return vec![twice(*first)];
        }
        self.asked.insert(taken.request, line);
        self.tally.new += u64::from(taken.known.is_none());
        self.tally.known += u64::from(taken.known.is_some());
        self.tally.denied += u64::from(taken.known.is_some_and(Status::is_denied));
        Vec::new()
    }

    fn refused(&self, refusal: Refusal) -> Result<Vec<RowFault>, Refusal> {
        match refusal.kind {
            RefusalKind::Input | RefusalKind::NotAllowed => {}
            RefusalKind::NotFound | RefusalKind::Disk | RefusalKind::Internal => {
                return Err(refusal);
            }
        }
        let request = RequestId::deserialize(&refusal.detail["request"]).ok();
        if let Some(first) = request.and_then(|request| self.asked.get(&request)) {
            return Ok(vec![twice(*first)]);
        }
        let fields = Vec::<FieldError>::deserialize(&refusal.detail["fields"]).unwrap_or_default();
        let of_field = |error: FieldError| RowFault {
            title: Some(error.label),
            said: error.fault,
            remedy: error.remedy,
        };
        let mut faults: Vec<_> = fields.into_iter().map(of_field).collect();
        if request.is_some() || faults.is_empty() {
            let whole = RowFault { title: None, said: refusal.sentence, remedy: refusal.remedy };
            faults.insert(0, whole);
        }
        Ok(faults)
    }
}

fn twice(first: u64) -> RowFault {
    RowFault { title: None, said: words::row_twice(first), remedy: words::delete_one_row() }
}
