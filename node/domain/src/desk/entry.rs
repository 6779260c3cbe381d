//! At the counter: open, edit, attach, submit, withdraw.

use super::{By, Desk, Draft, Refused};
use crate::act::{ActKind, BlobRef, CaseId};
use crate::case::Case;
use crate::catalog::FieldType;
use crate::catalog::Item;
use crate::check;
use crate::fold::Status;
use crate::form::{FieldValue, Fields, Form, actor_for};
use crate::jurisdiction::Jurisdiction;
use crate::payload;
use crate::receipt_number::ReceiptNumber;
use crate::words::Said;
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
        let opening = self.append(by, &mut case, item, opened)?;
        let change = Draft { kind: Kind::FormChange, payload: payload::form_change(id, &change) };
        Ok((case, vec![opening, change]))
    }

    /// A case leaves its line only if its item says so, and only for an office below the same city:
    /// nothing connects the nodes of two cities.
    fn check_handler(
        &self,
        item: &Item,
        by: &By,
        handler: Option<OfficeCode>,
    ) -> Result<(), Refused> {
        let name_one = Said::new("请用 --handler 指明承办单位", "name the office with --handler");
        let (why, remedy) = match handler {
            None if item.elsewhere => (
                Said::new(
                    format!("「{}」由异地单位承办", item.name),
                    format!("{} is handled by an office on another line", item.code),
                ),
                name_one,
            ),
            None => return Ok(()),
            Some(_) if !item.elsewhere => (
                Said::new(
                    format!("「{}」由本地办理", item.name),
                    format!("{} is handled on the line of its origin", item.code),
                ),
                Said::new("请去掉承办单位", "leave the handler out"),
            ),
            Some(office) if self.offices.get(office).is_none() => (
                Said::new(format!("没有代码为{office}的单位"), format!("no office {office}")),
                Said::new("请用 daiban office find 查找", "`daiban office find` looks it up"),
            ),
            Some(office) if office.is_within(by.office) || by.office.is_within(office) => (
                Said::new(
                    format!("{office}与本单位在同一条线上"),
                    format!("office {office} is on this office's own line"),
                ),
                Said::new("请直接办理或抄告", "act on the case itself, or refer it"),
            ),
            Some(office) if office.at_tier(Tier::City) != by.office.at_tier(Tier::City) => (
                Said::new(
                    format!("{office}不在本市，节点之间没有通路"),
                    format!("office {office} is in another city, to which no node leads"),
                ),
                Said::new("请以公函协查", "ask by letter"),
            ),
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
        let state = self.state(item, case);
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
                Said::new(format!("{}是空文件", rule.name), format!("the file for {key} is empty")),
                Said::new("请重新拍照或选择文件", "take the photo again or choose another file"),
            ));
        }
        Ok(vec![self.append(
            by,
            case,
            item,
            ActKind::MaterialAttached { key: key.to_owned(), blob },
        )?])
    }

    /// 收件: the form and the materials are complete and go on their way.
    ///
    /// # Errors
    /// [`Refused`] with everything that is missing or wrong, at once.
    pub fn submit(&self, by: &By, case: &mut Case) -> Result<Vec<Draft>, Refused> {
        let item = self.item_of(case)?;
        let fields = case.form().fields();
        let mut errors = check::missing(item, &fields);
        if let Err(faulty) = check::tidy(item, &fields, self.entry(by)) {
            errors.extend(faulty);
        }
        let state = self.state(item, case);
        errors.extend(state.missing_materials.iter().map(|key| missing_material(item, key)));
        if !errors.is_empty() {
            return Err(Refused::fields(errors));
        }
        Ok(vec![self.append(by, case, item, ActKind::Submitted)?])
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
        let item = self.item_of(case)?;
        Ok(vec![self.append(by, case, item, ActKind::Withdrawn { reason })?])
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
            Said::new(
                format!("{}不受理「{}」", by.office, item.name),
                format!("office {} does not take {}", by.office, item.code),
            ),
            Said::new("请到受理该事项的窗口申请", "apply at an office that takes it"),
        ));
    }
    if !item.is_valid_on(by.day()) {
        return Err(Refused::new(
            Said::new(
                format!("「{}」不在有效期内", item.name),
                format!("{} is not in force today", item.code),
            ),
            Said::new(
                "请核对目录版本和本机日期",
                "check the catalog's version and this computer's date",
            ),
        ));
    }
    Ok(())
}

fn settled(status: Status) -> Refused {
    let words = status.words();
    Refused::new(
        Said::new(
            format!("办件{}，不能再修改", words.zh),
            format!("the case is {} and cannot be edited", words.en),
        ),
        Said::new("如需变更请另行申请", "open a new case for a change"),
    )
}

fn missing_material(item: &Item, key: &str) -> check::FieldError {
    let name = item.material(key).map_or(key, |rule| rule.name.as_str());
    check::FieldError {
        field: key.to_owned(),
        label: name.to_owned(),
        fault: Said::new("缺少材料", "the material is missing"),
        remedy: Said::new(format!("请拍照或上传{name}"), format!("attach {key}")),
    }
}
