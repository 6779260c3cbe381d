//! A form change of a hostile author, who can make any checksum fit.

use daiban_domain::act::CaseId;
use daiban_domain::form::{ActorStem, Adopted, FieldValue, Fields, Form, actor_for, stem_of};
use daiban_sync::id::{Incarnation, Millis, NodeKey};
use sha2::{Digest as _, Sha256};

const AUTHOR: NodeKey = NodeKey([1; 32]);
const CASE: CaseId = CaseId([2; 16]);
/// Magic and checksum; what is hashed begins behind them.
const HASHED_FROM: usize = 8;

pub(super) fn stem() -> ActorStem {
    stem_of(AUTHOR, CASE)
}

/// A form of some fields, and the change that makes it.
pub(super) fn victim() -> (Form, Vec<u8>) {
    let mut fields: Fields =
        (0..6).map(|n| (format!("field{n}"), FieldValue::from("欧阳秀兰"))).collect();
    fields.insert("why".into(), FieldValue::LongText("因病致贫".into()));
    fields.insert("grade".into(), FieldValue::Int(500));
    Form::create(&actor_for(AUTHOR, CASE, Incarnation(3)), &fields, Millis(1_000))
}

/// What its author writes next.
pub(super) fn edited(fields: &Fields) -> Vec<u8> {
    let (mut form, _) = victim();
    let actor = actor_for(AUTHOR, CASE, Incarnation(3));
    form.edit(&actor, fields, Millis(2_000)).expect("they differ")
}

pub(super) fn check(bytes: &[u8]) {
    let mended = mended(bytes);
    for change in [bytes, &mended] {
        adopts_or_stays(victim().0, change);
        adopts_or_stays(Form::default(), change);
    }
}

fn adopts_or_stays(mut form: Form, change: &[u8]) {
    let before = (form.heads(), form.to_json());
    let adopted = form.adopt(change, stem());
    if adopted != Ok(Adopted::Applied) {
        assert_eq!((form.heads(), form.to_json()), before, "{adopted:?} and yet it changed");
    }
    let stored = Form::load(&form.save()).expect("whatever was adopted loads again");
    assert_eq!((stored.heads(), stored.to_json()), (form.heads(), form.to_json()));
    assert_eq!(stored.conflicts(), form.conflicts());
    if adopted.is_ok() {
        assert_eq!(form.adopt(change, stem()), Ok(Adopted::Known), "twice is once");
    }
}

/// The same bytes with the checksum that fits them.
fn mended(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some((start, hashed)) = bytes.split_at_mut_checked(HASHED_FROM) {
        start[4..].copy_from_slice(&Sha256::digest(&*hashed)[..4]);
    }
    bytes
}
