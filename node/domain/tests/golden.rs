//! Bytes that must never change: yesterday's entries and cases open tomorrow.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod common;

use common::{World, organ};
use daiban_domain::act::{
    Act, ActId, ActKind, BlobRef, CaseId, Handover, OfficerRef, Opinion, Outcome, Pin,
};
use daiban_domain::case::Case;
use daiban_domain::case_number::CaseNumber;
use daiban_domain::catalog::Grade;
use daiban_domain::clock::ClockKind;
use daiban_domain::form::{Fields, Form, actor_for};
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::licence::{HolderId, Verified};
use daiban_domain::notice::Notice;
use daiban_domain::numbering::Lease;
use daiban_domain::payload::{self, NotUnderstood};
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_sync::id::{BlobId, Incarnation, LogId, Millis, NodeKey, OfficeCode};

fn act(kind: ActKind) -> Act {
    Act {
        officer: OfficerRef { name: "王".into(), id: "w".into() },
        organ: Some(organ("MZ")),
        nonce: [9; 8],
        kind,
    }
}

fn receipt() -> ReceiptNumber {
    ReceiptNumber::make(village(), "2026-03-02".parse().unwrap(), 1, 2).unwrap()
}

fn number_of_a_case() -> CaseNumber {
    "11511301008778183N4000511001000202611260205".parse().unwrap()
}

fn village() -> OfficeCode {
    common::VILLAGE.parse().unwrap()
}

fn blob() -> BlobRef {
    let media = "image/png".into();
    BlobRef { id: BlobId([6; 32]), size: 300, media, name: "x".into() }
}

fn verified() -> Verified {
    Verified {
        receipt: receipt(),
        of: Jurisdiction { origin: village(), handler: None },
        decision: ActId([7; 32]),
        on: "2026-03-09".parse().unwrap(),
        licence: "证".into(),
        holder: HolderId::of(" 11010519491231002x"),
        grade: Grade::C,
    }
}

#[test]
fn an_act() {
    let bytes = payload::act(CaseId([1; 16]), &act(ActKind::Withdrawn { reason: "错".into() }));
    assert_eq!(
        hex::encode(&bytes),
        "0101010101010101010101010101010101".to_owned()
            + "03e78e8b"
            + "0177"
            + "01024d5a"
            + "0909090909090909"
            + "03"
            + "03e99499"
    );
    assert_eq!(
        ActId::of(NodeKey([2; 32]), &bytes).to_string(),
        "a14ea6fe2a923a472baae3561efb9c23623eaa4fbce666edb562c59950660df2"
    );
}

#[test]
fn a_form_change() {
    let actor = actor_for(NodeKey([2; 32]), CaseId([1; 16]), Incarnation(3));
    let (_, change) =
        Form::create(&actor, &Fields::from([("a".into(), "b".into())]), Millis(1_700_000_000_000));
    assert_eq!(
        hex::encode(payload::form_change(CaseId([1; 16]), &change)),
        "01010101010101010101010101010101856f4a8319c5a287013b00187664810df14769c4a576dccfdeab5e5f0000000000000003010180e2cfaa060000061503340142025602570170027f0161017f017f16627f00"
    );
}

#[test]
fn a_notice() {
    let bytes = payload::notice(&Notice::Calendar { csv: "x".into() });
    assert_eq!(hex::encode(&bytes), "01010178");
    assert_eq!(payload::read_notice(&bytes), Ok(Notice::Calendar { csv: "x".into() }));
    let directory = payload::notice(&Notice::Directory { csv: "x".into() });
    assert_eq!(hex::encode(directory), "01060178");
    let (node, reason) = (NodeKey([2; 32]), "x".to_owned());
    let accepted = vec![(LogId([3; 32]), 300)];
    let revoked = Notice::Revoked { node, accepted, reason: reason.clone() };
    let bytes = payload::notice(&revoked);
    let [keyed, logged] = ["02", "03"].map(|byte| byte.repeat(32));
    assert_eq!(hex::encode(&bytes), format!("0103{keyed}01{logged}ac020178"));
    assert_eq!(payload::read_notice(&bytes), Ok(revoked));
    let suspended = payload::notice(&Notice::Suspended { node, reason: reason.clone() });
    assert_eq!(hex::encode(suspended), format!("0109{keyed}0178"));
    let reinstated = payload::notice(&Notice::Reinstated { node, reason });
    assert_eq!(hex::encode(reinstated), format!("010a{keyed}0178"));
}

#[test]
fn a_lease_and_a_number() {
    let lease = Lease {
        decided: Millis(5),
        office: village(),
        item: Some("990511001000".parse().unwrap()),
        block: "0200-0299".parse().unwrap(),
        from_day: "2026-03-02".parse().unwrap(),
        until: None,
    };
    let bytes = payload::notice(&Notice::Lease(lease.clone()));
    assert_eq!(
        hex::encode(&bytes),
        "010505e986b5e2ce09010c393930353131303031303030c801ab020a323032362d30332d303200"
    );
    assert_eq!(payload::read_notice(&bytes), Ok(Notice::Lease(lease)));
    let numbered = ActKind::Numbered { number: number_of_a_case(), instead: Some(ActId([1; 32])) };
    let number = hex::encode(number_of_a_case().as_str());
    assert_eq!(stated(numbered), format!("2b{number}01{}", "01".repeat(32)));
}

#[test]
fn kinds_keep_their_numbers() {
    let number = |kind: ActKind| payload::act(CaseId([0; 16]), &act(kind))[16 + 1 + 4 + 2 + 4 + 8];
    let text = String::new;
    let pinned = Pin::default;
    for (expected, kind) in [
        (2, ActKind::Submitted),
        (4, ActKind::PreChecked { note: text() }),
        (5, ActKind::FirstChecked { note: text() }),
        (6, ActKind::Accepted),
        (9, ActKind::Corrected { note: text() }),
        (10, ActKind::Referred { organs: vec![] }),
        (12, ActKind::Reviewed { opinion: Opinion::Agree }),
        (18, ActKind::Decided { outcome: Outcome::Granted, pinned: pinned() }),
        (19, ActKind::Confirmed { pinned: pinned() }),
        (21, ActKind::Issued { certificate: text() }),
        (24, ActKind::Closed),
        (25, ActKind::Voided { reason: text() }),
        (26, ActKind::Rated { stars: 5, comment: text() }),
        (27, ActKind::Rectified { measures: text() }),
        (28, ActKind::Complained { text: text() }),
        (29, ActKind::ComplaintAnswered { complaint: ActId([0; 32]), answer: text() }),
        (30, ActKind::CardAppealed { card: ClockKind::Promised, reason: text() }),
        (31, ActKind::CardWithdrawn { card: ClockKind::Promised, reason: text() }),
        (32, ActKind::AppealRefused { card: ClockKind::Promised, reason: text() }),
        (33, ActKind::SupervisionNoted { text: text() }),
        (34, ActKind::Transferred { to: "MZ".parse().unwrap(), reason: text() }),
        (35, ActKind::HelpAsked { help: receipt(), handler: village(), question: text() }),
        (36, ActKind::HelpRecorded { help: receipt(), findings: text() }),
        (37, ActKind::Numbered { number: number_of_a_case(), instead: None }),
        (38, ActKind::Migrated { version: 2 }),
        (39, ActKind::MaterialReused { key: text(), blob: blob(), verified: verified() }),
        (40, ActKind::AppliedAgain { before: None, reason: text() }),
        (41, ActKind::SurveyedTogether { findings: text(), with: vec![] }),
        (42, ActKind::Asked { text: text() }),
        (43, ActKind::QuestionAnswered { question: ActId([0; 32]), answer: text() }),
    ] {
        assert_eq!(number(kind.clone()), expected, "{kind:?}");
    }
}

/// The bytes of what an act states, after its variant's number.
fn stated(kind: ActKind) -> String {
    hex::encode(&payload::act(CaseId([0; 16]), &act(kind))[16 + 1 + 4 + 2 + 4 + 8 + 1..])
}

#[test]
fn ways_of_delivery_keep_their_bytes() {
    for (expected, how) in [
        ("00", Handover::Pickup),
        ("01", Handover::Agent),
        ("020a45413132333435363738", Handover::Post { tracking: "EA12345678".into() }),
        ("03", Handover::Electronic),
    ] {
        assert_eq!(stated(ActKind::Delivered { how }), expected);
    }
}

#[test]
fn a_reference_keeps_its_bytes() {
    let reused = ActKind::MaterialReused { key: "ID".into(), blob: blob(), verified: verified() };
    assert_eq!(
        stated(reused),
        "024944".to_owned()
            + &"06".repeat(32)
            + "ac0209696d6167652f706e670178"
            + "1a333330333832303031303031323630333032303030313030324a"
            + "e986b5e2ce0900"
            + &"07".repeat(32)
            + "0a323032362d30332d3039"
            + "03e8af81"
            + "1496c74050d93254043f7e733b981fec"
            + "02"
    );
    let again = ActKind::AppliedAgain { before: Some(receipt()), reason: "错".into() };
    assert_eq!(stated(again), "011a333330333832303031303031323630333032303030313030324a03e99499");
}

#[test]
fn cards_keep_their_names() {
    let id = ActId([7; 32]);
    for (expected, card) in [
        ("00".to_owned(), ClockKind::Acceptance),
        ("01".to_owned(), ClockKind::Promised),
        ("02".to_owned(), ClockKind::Statutory),
        ("0305024d5a".to_owned(), ClockKind::Stage { seq: 5, organ: organ("MZ") }),
        ("04024944".to_owned(), ClockKind::Supplement { key: "ID".into() }),
        (format!("05{id}"), ClockKind::Rectification { rating: id }),
        (format!("06{id}"), ClockKind::Complaint { complaint: id }),
        (format!("07{id}"), ClockKind::Question { question: id }),
    ] {
        let appealed = ActKind::CardAppealed { card, reason: "x".into() };
        assert_eq!(stated(appealed), expected + "0178");
    }
}

#[test]
fn what_is_newer_or_damaged_is_not_understood() {
    let good = payload::act(CaseId([1; 16]), &act(ActKind::Accepted));
    let mut newer = good.clone();
    newer[16] = 2;
    assert_eq!(payload::read_act(&newer), Err(NotUnderstood::Version { found: 2 }));
    let mut unknown = good.clone();
    *unknown.last_mut().unwrap() = 120;
    assert!(matches!(payload::read_act(&unknown), Err(NotUnderstood::Content { .. })));
    let trailing = [&good[..], &[0]].concat();
    assert!(matches!(payload::read_act(&trailing), Err(NotUnderstood::Content { .. })));
    assert!(matches!(payload::read_act(&good[..10]), Err(NotUnderstood::TooShort { .. })));
}

#[test]
fn a_stored_case_of_another_version_says_so() {
    let (case, _) = World::new().open("CL-SB-01");
    let mut bytes = case.save();
    bytes[0] = 9;
    assert!(Case::load(&bytes).err().unwrap().to_string().contains("version"));
    assert!(Case::load(&[]).is_err());
}
