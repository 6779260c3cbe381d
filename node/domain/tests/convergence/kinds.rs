//! Whatever can be stated, drawn at random.

use std::collections::BTreeSet;

use daiban_domain::act::{ActId, ActKind, Handover, Opinion, Outcome, Pin};
use daiban_domain::case_number::CaseNumber;
use daiban_domain::catalog::Grade;
use daiban_domain::clock::ClockKind;
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::licence::{HolderId, Verified};
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::sample;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::common::{self, organ};

fn cards() -> impl Strategy<Value = ClockKind> {
    prop_oneof![
        Just(ClockKind::Acceptance),
        Just(ClockKind::Promised),
        Just(ClockKind::Statutory),
        Just(ClockKind::Stage { seq: 5, organ: organ("NY") }),
        Just(ClockKind::Supplement { key: "ID".into() }),
        any::<[u8; 32]>().prop_map(|id| ClockKind::Rectification { rating: ActId(id) }),
        any::<[u8; 32]>().prop_map(|id| ClockKind::Complaint { complaint: ActId(id) }),
        any::<[u8; 32]>().prop_map(|id| ClockKind::Question { question: ActId(id) }),
    ]
}

fn receipt(serial: u32) -> ReceiptNumber {
    let village = common::VILLAGE.parse().unwrap();
    ReceiptNumber::make(village, "2026-03-02".parse().unwrap(), serial, 2).unwrap()
}

/// Levels and basic codes; the first two are those of JB-04 and CL-MZ-01.
const NUMBERED: [&str; 3] = ["4990190004000", "4990511001000", "5990511001000"];

fn number(item: &str, serial: u16) -> CaseNumber {
    let item = format!("11511301008778183N{item}").parse().unwrap();
    CaseNumber::new(item, "2026-03-02".parse().unwrap(), serial).unwrap()
}

/// True of the sample's applicant or of nobody, fresh or old, of here or of elsewhere.
fn verified() -> impl Strategy<Value = Verified> {
    let number = sample::citizen_id("19490101", 22);
    let holders = vec![HolderId::of(&number), HolderId([1; 16])];
    let origins = vec![common::VILLAGE, "330382001000", "330382002001"];
    let licences = vec!["居民身份证", "居民户口簿"];
    let grades = vec![Grade::A, Grade::B, Grade::C, Grade::D];
    let days = vec!["2012-01-01", "2024-06-01", "2026-03-02", "2026-05-01"];
    let select = (
        prop::sample::select(holders),
        prop::sample::select(origins),
        prop::sample::select(licences),
        prop::sample::select(grades),
        prop::sample::select(days),
    );
    select.prop_map(|(holder, origin, licence, grade, day)| Verified {
        receipt: receipt(1),
        of: Jurisdiction { origin: origin.parse().unwrap(), handler: None },
        decision: ActId([7; 32]),
        on: day.parse().unwrap(),
        licence: licence.into(),
        holder,
        grade,
    })
}

pub(crate) fn kinds() -> impl Strategy<Value = ActKind> {
    let text = "\\PC{0,20}";
    prop_oneof![
        (0u32..3).prop_map(|serial| ActKind::Opened {
            item: "JB-04".into(),
            version: 1,
            receipt: receipt(serial),
            origin: common::VILLAGE.parse().unwrap(),
        }),
        any::<u8>().prop_map(attached),
        (0u32..4).prop_map(|version| ActKind::Migrated { version }),
        Just(ActKind::PreChecked { note: String::new() }),
        text.prop_map(|reason| ActKind::Extended { reason }),
        text.prop_map(|reason| ActKind::Voided { reason }),
        prop::collection::vec(text, 0..3).prop_map(|reasons| ActKind::Refused { reasons }),
        Just(ActKind::Submitted),
        Just(ActKind::Accepted),
        Just(ActKind::Resumed),
        Just(ActKind::Closed),
        Just(ActKind::Corrected { note: String::new() }),
        Just(ActKind::FirstChecked { note: String::new() }),
        Just(ActKind::Surveyed { findings: String::new() }),
        prop::sample::subsequence(vec!["ZR", "NY", "GA"], 0..3).prop_map(|with| {
            let with = with.into_iter().map(organ).collect();
            ActKind::SurveyedTogether { findings: "属实".into(), with }
        }),
        Just(ActKind::Publicised { days: 7, objections: vec![] }),
        Just(ActKind::Issued { certificate: String::new() }),
        Just(ActKind::Paid { amount_cent: None }),
        Just(ActKind::Reviewed { opinion: Opinion::Agree }),
        Just(ActKind::Reviewed { opinion: Opinion::AgreeForward }),
        Just(ActKind::Confirmed { pinned: Pin::default() }),
        Just(ActKind::Delivered { how: Handover::Electronic }),
        "\\PC{0,12}".prop_map(|tracking| ActKind::Delivered { how: Handover::Post { tracking } }),
        Just(ActKind::Rectified { measures: "改".into() }),
        text.prop_map(|text| ActKind::Complained { text }),
        any::<[u8; 32]>().prop_map(|id| ActKind::ComplaintAnswered {
            complaint: ActId(id),
            answer: String::new()
        }),
        text.prop_map(|text| ActKind::Asked { text }),
        any::<[u8; 32]>().prop_map(|id| ActKind::QuestionAnswered {
            question: ActId(id),
            answer: String::new()
        }),
        cards().prop_map(|card| ActKind::CardAppealed { card, reason: String::new() }),
        cards().prop_map(|card| ActKind::CardWithdrawn { card, reason: String::new() }),
        cards().prop_map(|card| ActKind::AppealRefused { card, reason: String::new() }),
        text.prop_map(|text| ActKind::SupervisionNoted { text }),
        (0u32..3).prop_map(|serial| ActKind::HelpAsked {
            help: receipt(serial),
            handler: "330382002000".parse().unwrap(),
            question: String::new(),
        }),
        (0u32..3).prop_map(|serial| ActKind::HelpRecorded {
            help: receipt(serial),
            findings: "属实".into(),
        }),
        (0..NUMBERED.len(), 1_u16..4, prop::option::of(any::<[u8; 32]>())).prop_map(
            |(at, serial, instead)| ActKind::Numbered {
                number: number(NUMBERED[at], serial),
                instead: instead.map(ActId),
            }
        ),
        (verified(), any::<bool>()).prop_map(|(verified, is_id)| ActKind::MaterialReused {
            key: if is_id { "ID" } else { "HK" }.into(),
            blob: common::blob_ref("ID", 3),
            verified,
        }),
        (0u32..2).prop_map(|serial| ActKind::AppliedAgain {
            before: Some(receipt(serial)),
            reason: "补办".into(),
        }),
        Just(ActKind::SilenceRecorded { organ: organ("NY") }),
        prop::sample::select(vec!["ZR", "NY", "MZ", "FG"])
            .prop_map(|to| ActKind::Transferred { to: organ(to), reason: "职责".into() }),
        Just(ActKind::Referred { organs: ["ZJJ", "ZR", "HJ", "NY", "MZ"].map(organ).to_vec() }),
        any::<[u8; 32]>()
            .prop_map(|id| ActKind::Reconfirmed { decision: ActId(id), pinned: Pin::default() }),
        text.prop_map(|reason| ActKind::Withdrawn { reason }),
        prop::collection::vec(text, 0..3).prop_map(|items| ActKind::CorrectionRequested { items }),
        prop::collection::vec(text, 0..3)
            .prop_map(|reasons| ActKind::Reviewed { opinion: Opinion::Disagree { reasons } }),
        any::<u16>()
            .prop_map(|declared_days| ActKind::Paused {
                procedure: "公示".into(), declared_days
            }),
        any::<u8>().prop_map(|stars| ActKind::Rated { stars, comment: String::new() }),
        Just(ActKind::Decided { outcome: Outcome::Granted, pinned: Pin::default() }),
        prop::collection::vec(text, 0..3).prop_map(|reasons| ActKind::Decided {
            outcome: Outcome::Refused { reasons },
            pinned: Pin::default()
        }),
    ]
}

fn attached(content: u8) -> ActKind {
    ActKind::MaterialAttached { key: "ID".into(), blob: common::blob_ref("ID", content) }
}

/// The names of all kinds, as the error about another one lists them.
fn known() -> BTreeSet<String> {
    let error = serde_json::from_str::<ActKind>("\"?\"").unwrap_err().to_string();
    error.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

fn name(kind: &ActKind) -> String {
    match serde_json::to_value(kind).unwrap() {
        serde_json::Value::String(name) => name,
        object => object.as_object().unwrap().keys().next().unwrap().clone(),
    }
}

#[test]
fn every_kind_is_drawn() {
    let mut runner = TestRunner::deterministic();
    let mut draw = || kinds().new_tree(&mut runner).unwrap().current();
    let drawn: BTreeSet<_> = (0..2_000).map(|_| name(&draw())).collect();
    assert_eq!(drawn, known());
    assert!(drawn.len() > 30);
}
