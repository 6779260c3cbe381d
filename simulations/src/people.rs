//! What people type: valid forms of shipped items with test identities, and acts by their verbs.

use std::borrow::Cow;

use daiban_domain::act::{BlobRef, CaseId, Handover, OfficerRef, Opinion, Outcome, Pin};
use daiban_domain::catalog::{Action, Item, MaterialNeed};
use daiban_domain::desk::ActRequest;
use daiban_domain::form::Fields;
use daiban_domain::sample::{self, texts};
use daiban_sync::id::{BlobId, OfficeCode};

use crate::dice::Dice;
use crate::kept::mark;

/// The items that are applied for.
pub(crate) const ITEMS: [&str; 4] = ["CL-SB-01", "CL-MZ-05", "JB-04", "JB-08"];

/// The item that an office on another line handles.
pub(crate) const ELSEWHERE: &str = "XC-01";

/// A command that waits for its answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) what: Cow<'static, str>,
    /// The text that was typed, if any was.
    pub(crate) mark: Option<u64>,
}

pub(crate) fn officer(office: OfficeCode) -> OfficerRef {
    OfficerRef { name: "王办事".into(), id: format!("wang{office}") }
}

/// A complete form; the place carries `mark`.
pub(crate) fn form_of(item: &Item, village: OfficeCode, number: u64) -> Fields {
    let mut fields = match ITEMS.contains(&item.code.as_str()) {
        true => sample::form(&item.code, village),
        false => sample::complete(item, village),
    };
    fields.extend(place(&item.code, number));
    fields
}

/// The field of the item that says where, with a text that is typed only once.
pub(crate) fn place(item: &str, number: u64) -> Fields {
    let key = match item {
        "JB-04" => "site",
        ELSEWHERE => "for_receipt",
        _ => "address",
    };
    texts(&[(key, &format!("一组12号 {}", mark(number)))])
}

/// Prose that several people edit at once.
pub(crate) fn remark(item: &str, number: u64) -> Fields {
    let key = match item {
        "JB-04" => "summary",
        ELSEWHERE => "question",
        _ => "remark",
    };
    texts(&[(key, &format!("第{number}次补充说明"))])
}

/// Materials that the form asks for.
pub(crate) fn required_materials(item: &Item, form: &Fields) -> Vec<String> {
    let needed = item.materials.iter().filter(|rule| match &rule.need {
        MaterialNeed::Required => true,
        MaterialNeed::RequiredIf(condition) => condition.holds(form),
        _ => false,
    });
    needed.map(|rule| rule.key.clone()).collect()
}

pub(crate) fn blob_ref(key: &str, id: BlobId, size: usize) -> BlobRef {
    BlobRef { id, size: size as u64, media: "image/jpeg".into(), name: format!("{key}.jpg") }
}

/// What somebody asks for who may do `verb` now; nothing for what waits for a date.
pub(crate) fn request(verb: &str, pin: Pin, item: &Item, dice: &mut Dice) -> Option<ActRequest> {
    let said = || "情况属实".to_owned();
    let pin = Some(pin);
    Some(match verb {
        "submit" => ActRequest::Submit,
        "withdraw" => ActRequest::Withdraw { reason: said() },
        "correct" => ActRequest::Correct { note: said() },
        "accept" => ActRequest::Accept,
        "refuse" => ActRequest::Refuse { reasons: vec![said()] },
        "request-correction" => {
            ActRequest::RequestCorrection { items: vec!["照片不清楚".into()] }
        }
        "first-check" => ActRequest::FirstCheck { note: said() },
        "refer" => {
            let asked = item.stages.iter().filter(|stage| stage.action == Action::JointReview);
            ActRequest::Refer { organs: asked.map(|stage| stage.organ).collect() }
        }
        "survey" => ActRequest::Survey { findings: said(), with: Vec::new() },
        "review" if dice.chance(10) => {
            ActRequest::Review { opinion: Opinion::Disagree { reasons: vec![said()] } }
        }
        "review" => ActRequest::Review { opinion: Opinion::Agree },
        "publicise" => ActRequest::Publicise { days: 7, objections: Vec::new() },
        "decide" if dice.chance(15) => {
            ActRequest::Decide { outcome: Outcome::Refused { reasons: vec![said()] }, pin }
        }
        "decide" => ActRequest::Decide { outcome: Outcome::Granted, pin },
        "confirm" => ActRequest::Confirm { pin },
        "reconfirm" => ActRequest::Reconfirm { decision: None, pin },
        "issue" => ActRequest::Issue { certificate: "社保卡".into() },
        "pay" => ActRequest::Pay { amount_cent: Some(13_000) },
        "deliver" => ActRequest::Deliver { how: Handover::Pickup },
        "close" => ActRequest::Close,
        _ => return None,
    })
}

/// How commands name a case.
pub(crate) fn name_of(case: CaseId) -> String {
    hex::encode(case.0)
}
