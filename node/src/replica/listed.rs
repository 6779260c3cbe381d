//! Rows of a list: the same row given twice opens one case.
//!
//! A list is imported again whenever somebody is not sure of it: after a kill, with mended rows,
//! or because the answers were lost though the cases were saved. So the node itself decides what is
//! missing, by what it holds and by nothing else: there is no file of progress that could be lost
//! or could contradict the journal.
//!
//! Every case is found by what it asks for ([`daiban_domain::request`]): its item and dedupe key,
//! or its whole content. The view `d` says so for the form as it was opened and as it is now, and
//! is written while the case is applied; a case that is saved and not yet in the views stands in
//! [`Replica::opening`], and a row that asks for the same waits for it. A row then
//!
//! * is **known** if such a case says what the row says, now or when it was opened: an import that
//!   is repeated finds its own rows, also those that were corrected since;
//! * is **refused** if such a case says something else, and it was not denied: two cases for one
//!   request help nobody, and only a person knows which content is right;
//! * is **new** otherwise. What was withdrawn, refused or voided ([`Status::is_denied`]) holds
//!   nobody back who asks with other content; with the same content it is the same row, unless the
//!   command says `again`.
//!
//! The id of a case stays random. Were it made from the content, the row of an erased case could
//! never be entered again, and whoever sees ids could try contents against them.

use daiban_domain::act::CaseId;
use daiban_domain::case::Case;
use daiban_domain::catalog::{FieldType, Item};
use daiban_domain::check::FieldError;
use daiban_domain::desk::Refused;
use daiban_domain::fold::Status;
use daiban_domain::form::Fields;
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::request::{RequestId, dedupe_key, differing, is_same_content, request_of};
use daiban_domain::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::refusal::{Refusal, RefusalKind};
use super::{Replica, keys};
use crate::store::ViewError;

/// How a row of a list is entered: it has to be complete, and it opens no second case for the same
/// request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Say what would happen and save nothing.
    #[serde(default)]
    pub rehearse: bool,
    /// Open a case also where one with this very content was withdrawn, refused or voided.
    #[serde(default)]
    pub again: bool,
}

/// A case that asks for what a row asks for, and says the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownCase {
    pub case: CaseId,
    pub receipt: Option<ReceiptNumber>,
    pub status: Status,
}

/// What a list of an item may have columns for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ItemView {
    pub code: String,
    pub version: u32,
    pub name: String,
    pub fields: Vec<FieldView>,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldView {
    pub key: String,
    pub label: String,
    pub kind: FieldType,
    pub required: bool,
    /// The field that it is read out of, if it is left empty.
    pub derived_from: Option<String>,
}

impl From<&Item> for ItemView {
    fn from(item: &Item) -> Self {
        let fields = item.fields.iter().map(|field| FieldView {
            key: field.key.clone(),
            label: field.label.clone(),
            kind: field.kind,
            required: field.required,
            derived_from: field.derived.as_ref().map(|(_, from)| from.clone()),
        });
        Self {
            code: item.code.clone(),
            version: item.version,
            name: item.name.clone(),
            fields: fields.collect(),
        }
    }
}

/// What the node holds for a row.
pub(super) enum Standing {
    New,
    Known(KnownCase),
    /// A case that asks for the same is on its way to the views.
    Waits(CaseId),
}

impl Replica {
    /// The name under which this form's request is looked up.
    pub(super) fn request(&self, item: &Item, fields: &Fields) -> Result<RequestId, ViewError> {
        self.store.blind(&request_of(item, fields)).map(RequestId)
    }

    /// What a case is looked up by: its form as it was opened and as it is now.
    pub(super) fn requests_of(&self, case: &Case) -> Result<Vec<RequestId>, ViewError> {
        let law = &self.law;
        let item = case.item(&law.catalog, &law.calendar, &law.authority);
        let Some(item) = item else { return Ok(Vec::new()) };
        let forms = [Some(case.form().fields()), case.form().fields_at_first()];
        forms.iter().flatten().map(|fields| self.request(item, fields)).collect()
    }

    /// How a tidied row stands to what is here.
    ///
    /// # Errors
    /// A refusal that names the case which asks for the same with other content.
    pub(super) fn standing(
        &self,
        item: &Item,
        fields: &Fields,
        request: RequestId,
        listed: Listed,
    ) -> Result<Standing, Refusal> {
        if let Some(case) = self.opening.get(&request).filter(|case| self.busy.contains(*case)) {
            return Ok(Standing::Waits(*case));
        }
        let mut other = None;
        for case in self.cases_asking(request).map_err(Refusal::internal)? {
            let known = self.known(&case);
            let now = case.form().fields();
            let opened = case.form().fields_at_first();
            let is_same = [Some(&now), opened.as_ref()]
                .into_iter()
                .flatten()
                .any(|held| is_same_content(fields, held));
            match (is_same, known.status.is_denied()) {
                (true, denied) if !(denied && listed.again) => return Ok(Standing::Known(known)),
                (false, false) => other = Some((known, now)),
                _ => {}
            }
        }
        match other {
            None => Ok(Standing::New),
            Some((known, now)) => Err(asked_otherwise(item, &known, fields, &now, request)),
        }
    }

    /// A case on its way to the views that asks for the same by its dedupe key.
    pub(super) fn is_on_its_way(&self, case: &Case, request: RequestId) -> Option<CaseId> {
        let waits = self.opening.get(&request).filter(|case| self.busy.contains(*case)).copied();
        waits.filter(|_| self.has_dedupe_key(case))
    }

    /// A case that asks for the same by its dedupe key and was not denied, with whose it is.
    pub(super) fn applied_before(
        &self,
        case: &Case,
        request: Option<RequestId>,
    ) -> Result<Option<(Jurisdiction, KnownCase)>, Refusal> {
        let Some(request) = request.filter(|_| self.has_dedupe_key(case)) else { return Ok(None) };
        let asking = self.cases_asking(request).map_err(Refusal::internal)?;
        let known = asking.iter().map(|case| (case.of, self.known(case)));
        Ok(known.into_iter().find(|(_, known)| !known.status.is_denied()))
    }

    fn has_dedupe_key(&self, case: &Case) -> bool {
        let item = self.item_of_case(case);
        item.is_some_and(|item| dedupe_key(item, &case.form().fields()).is_some())
    }

    fn known(&self, case: &Case) -> KnownCase {
        let state = self.law.desk(self.config.training).state_of(case);
        let status = state.map_or(Status::Incomplete, |state| state.status);
        KnownCase { case: case.id, receipt: case.receipt(), status }
    }

    /// The cases in the views that ask for this. A view may be older than its case, so the case
    /// itself is asked.
    fn cases_asking(&self, request: RequestId) -> Result<Vec<Case>, ViewError> {
        let mut found = Vec::new();
        for (key, _) in self.store.view_scan(&keys::requests(request), &[], usize::MAX)? {
            let Some(id) = keys::requesting_case(&key) else { continue };
            if let Some(kept) = self.load(id)?
                && self.requests_of(&kept.case)?.contains(&request)
            {
                found.push(kept.case);
            }
        }
        Ok(found)
    }
}

fn asked_otherwise(
    item: &Item,
    known: &KnownCase,
    fields: &Fields,
    now: &Fields,
    request: RequestId,
) -> Refusal {
    let receipt = known.receipt.map_or_else(|| known.case.to_string(), |number| number.to_string());
    let differs = |key: &str| {
        let held = now.get(key).map_or_else(String::new, ToString::to_string);
        FieldError {
            field: key.to_owned(),
            label: item.field(key).map_or_else(|| key.to_owned(), |field| field.label.clone()),
            fault: words::listed_field_differs(&receipt, &held),
            remedy: words::make_field_agree(),
        }
    };
    let errors: Vec<_> = differing(fields, now).into_iter().map(differs).collect();
    let sentence = words::listed_case_differs(&receipt);
    let remedy = words::make_row_agree();
    let refused = Refused { sentence, remedy, fields: errors, difference: Vec::new() };
    let mut refusal = Refusal { kind: RefusalKind::Input, ..Refusal::from(refused) };
    refusal.detail["request"] = request.to_string().into();
    refusal
}
