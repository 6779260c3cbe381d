//! At the counter: open, edit, attach, submit, withdraw.

use super::{By, Desk, Draft, Refused, request};
use crate::act::{ActKind, BlobRef, CaseId};
use crate::case::Case;
use crate::catalog::FieldType;
use crate::catalog::Item;
use crate::check;
use crate::fold::Status;
use crate::form::{FieldValue, Fields, Form, actor_for};
use crate::jurisdiction::Jurisdiction;
use crate::licence::Licence;
use crate::office::Closed;
use crate::payload;
use crate::receipt_number::ReceiptNumber;
use crate::words;
use daiban_sync::entry::Kind;
use daiban_sync::id::{OfficeCode, Tier};

impl Desk<'_> {
    /// Opens a case with what is known so far; what is missing is asked for at [`Desk::submit`].
    ///
    /// # Errors
    /// [`Refused`] with every faulty field.
    pub fn open_case(
        &self,
        by: &By,
        item: &Item,
        fields: &Fields,
        new: NewCase,
    ) -> Result<(Case, Vec<Draft>), Refused> {
        check_offered(item, by)?;
        self.check_open(by)?;
        let NewCase { id, receipt, handler } = new;
        self.check_handler(item, by, handler)?;
        let tidied = check::tidy(item, fields, self.entry(by)).map_err(Refused::fields)?;
        let mut case = Case::new(id, Jurisdiction { origin: by.office, handler });
        let actor = actor_for(by.node, id, by.incarnation);
        let (form, change) = Form::create(&actor, &with_long_texts(item, tidied), by.millis());
        case.form = form;
        let opened = ActKind::Opened {
            item: item.code.clone(),
            version: item.version,
            receipt,
            origin: by.office,
        };
        let opening = self.append(by, &mut case, opened)?;
        let change = Draft { kind: Kind::FormChange, payload: payload::form_change(id, &change) };
        Ok((case, vec![opening, change]))
    }

    /// An office that is closed takes no cases.
    fn check_open(&self, by: &By) -> Result<(), Refused> {
        let closed = self.offices.get(by.office).and_then(|office| office.closed);
        let Some(Closed { from, successor }) = closed.filter(|c| c.from <= by.day()) else {
            return Ok(());
        };
        let instead = successor.or(by.office.parent()).unwrap_or(by.office);
        Err(Refused::new(words::office_is_closed(by.office, from), words::apply_at(instead)))
    }

    /// A case leaves its line only if its item says so, and only for an office below the same city:
    /// nothing connects the nodes of two cities.
    fn check_handler(
        &self,
        item: &Item,
        by: &By,
        handler: Option<OfficeCode>,
    ) -> Result<(), Refused> {
        let (why, remedy) = match handler {
            None if item.elsewhere => (words::handled_elsewhere(&item.name), words::name_handler()),
            None => return Ok(()),
            Some(_) if !item.elsewhere => {
                (words::handled_here(&item.name), words::leave_handler_out())
            }
            Some(office) if self.offices.get(office).is_none() => {
                (words::no_such_office(office), words::look_office_up())
            }
            Some(office) if office.is_within(by.office) || by.office.is_within(office) => {
                (words::on_its_own_line(office), words::act_or_refer())
            }
            Some(office) if office.at_tier(Tier::City) != by.office.at_tier(Tier::City) => {
                (words::in_another_city(office), words::ask_by_letter())
            }
            Some(_) => return Ok(()),
        };
        Err(Refused::new(why, remedy))
    }

    /// The form of a row of a list, tidied: it has to be complete, because nobody is asked for the
    /// rest.
    ///
    /// # Errors
    /// [`Refused`] with every faulty and every missing field.
    pub fn row(&self, by: &By, item: &Item, fields: &Fields) -> Result<Fields, Refused> {
        check_offered(item, by)?;
        check::complete(item, fields, self.entry(by)).map_err(Refused::fields)
    }

    /// Changes fields; no draft when nothing changes.
    ///
    /// # Errors
    /// [`Refused`] with every faulty field, or when the case takes no edits any more.
    pub fn edit(&self, by: &By, case: &mut Case, fields: &Fields) -> Result<Vec<Draft>, Refused> {
        let item = self.item_of(case)?;
        let state = self.state_of(case)?;
        if state.status.is_final() || state.decision.act.is_some() {
            return Err(settled(state.status));
        }
        let mut whole = case.form().fields();
        let derived = item
            .fields
            .iter()
            .filter(|f| f.derived.as_ref().is_some_and(|(_, from)| fields.contains_key(from)));
        derived.for_each(|field| _ = whole.remove(&field.key));
        whole.extend(fields.clone());
        let tidied = check::tidy(item, &whole, self.entry(by)).map_err(Refused::fields)?;
        let touched = |key: &String| {
            fields.contains_key(key) || item.field(key).is_some_and(|f| f.derived.is_some())
        };
        let changes = tidied.into_iter().filter(|(key, _)| touched(key)).collect();
        Ok(self.write_form(by, case, &changes).into_iter().collect())
    }

    /// Attaches a file.
    ///
    /// # Errors
    /// [`Refused`] if the item has no such material or the case has ended.
    pub fn attach(
        &self,
        by: &By,
        case: &mut Case,
        key: &str,
        blob: BlobRef,
    ) -> Result<Vec<Draft>, Refused> {
        let item = self.item_of(case)?;
        if let Some(rule) = item.material(key).filter(|rule| rule.electronic_only && blob.size == 0)
        {
            return Err(Refused::new(
                words::file_empty(&rule.name, key),
                words::take_photo_again(),
            ));
        }
        let attached = ActKind::MaterialAttached { key: key.to_owned(), blob };
        Ok(vec![self.append(by, case, attached)?])
    }

    /// 材料复用: a file that was verified before stands for a material.
    ///
    /// # Errors
    /// [`Refused`] with why it cannot.
    pub fn reuse(
        &self,
        by: &By,
        case: &mut Case,
        key: &str,
        licence: Licence,
    ) -> Result<Vec<Draft>, Refused> {
        let Licence { blob, verified, .. } = licence;
        let reused = ActKind::MaterialReused { key: key.to_owned(), blob, verified };
        Ok(vec![self.append(by, case, reused)?])
    }

    /// 重复申请: says on the case that the same was applied for before, and why once more.
    ///
    /// # Errors
    /// [`Refused`] without a reason.
    pub fn apply_again(
        &self,
        by: &By,
        case: &mut Case,
        before: Option<ReceiptNumber>,
        reason: String,
    ) -> Result<Vec<Draft>, Refused> {
        let again = ActKind::AppliedAgain { before, reason: request::told(reason)? };
        Ok(vec![self.append(by, case, again)?])
    }

    /// 收件: the form and the materials are complete and go on their way.
    ///
    /// # Errors
    /// [`Refused`] with everything that is missing or wrong, at once.
    pub fn submit(&self, by: &By, case: &mut Case) -> Result<Vec<Draft>, Refused> {
        let item = self.item_of(case)?;
        self.check_current(case, item, by.day())?;
        let fields = case.form().fields();
        let mut errors = check::missing(item, &fields);
        if let Err(faulty) = check::tidy(item, &fields, self.entry(by)) {
            errors.extend(faulty);
        }
        let state = self.state_of(case)?;
        errors.extend(state.missing_materials.iter().map(|key| missing_material(item, key)));
        if !errors.is_empty() {
            return Err(Refused::fields(errors));
        }
        Ok(vec![self.append(by, case, ActKind::Submitted)?])
    }

    /// 撤回
    ///
    /// # Errors
    /// [`Refused`] after the decision.
    pub fn withdraw(
        &self,
        by: &By,
        case: &mut Case,
        reason: String,
    ) -> Result<Vec<Draft>, Refused> {
        Ok(vec![self.append(by, case, ActKind::Withdrawn { reason })?])
    }
}

/// What a case begins with.
#[derive(Clone, Copy, Debug)]
pub struct NewCase {
    /// Random.
    pub id: CaseId,
    pub receipt: ReceiptNumber,
    /// The office on another line that handles it, for an item that is handled elsewhere.
    pub handler: Option<OfficeCode>,
}

/// Every long text of the item exists from the first change on, so that no two nodes create it.
fn with_long_texts(item: &Item, mut fields: Fields) -> Fields {
    for field in item.fields.iter().filter(|field| field.kind == FieldType::LongText) {
        fields.entry(field.key.clone()).or_insert_with(|| FieldValue::LongText(String::new()));
    }
    fields
}

fn check_offered(item: &Item, by: &By) -> Result<(), Refused> {
    if !item.is_offered_at(by.office) {
        return Err(Refused::new(
            words::item_not_offered(by.office, &item.name, &item.code),
            words::apply_elsewhere(),
        ));
    }
    if !item.is_valid_on(by.day()) {
        return Err(Refused::new(
            words::item_not_in_force(&item.name, &item.code),
            words::check_version_and_date(),
        ));
    }
    Ok(())
}

fn settled(status: Status) -> Refused {
    Refused::new(words::case_settled(status), words::open_new_case())
}

pub(super) fn missing_material(item: &Item, key: &str) -> check::FieldError {
    let name = item.material(key).map_or(key, |rule| rule.name.as_str());
    check::FieldError {
        field: key.to_owned(),
        label: name.to_owned(),
        fault: words::material_missing(),
        remedy: words::attach_material(name, key),
    }
}
