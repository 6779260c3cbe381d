//! 异地协查: a question goes to an office on another line, as a case of its own.

use daiban_domain::act::{CaseId, OfficerRef, Outcome};
use daiban_domain::case::Case;
use daiban_domain::desk::{ActRequest, By, NewCase, Refused};
use daiban_domain::fold::Status;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::sample::texts;
use daiban_sync::id::OfficeCode;
use daiban_sync::id::Tier::{County, Town};

use crate::Life;
use crate::common::{World, node_of, organ};

const ELSEWHERE: &str = "330382002000";

fn elsewhere() -> OfficeCode {
    ELSEWHERE.parse().unwrap()
}

fn ask(world: &mut World, handler: Option<OfficeCode>, item: &str) -> Result<Case, Refused> {
    let by = world.by(Town, "");
    let receipt = ReceiptNumber::make(by.office, "2026-03-02".parse().unwrap(), 7, 2).unwrap();
    let fields = texts(&[
        ("applyname", "李建国"),
        ("for_receipt", "330382001001260302"),
        ("question", "是否在当地登记结婚"),
    ]);
    let new = NewCase { id: CaseId([8; 16]), receipt, handler };
    let item = world.catalog.latest(item).unwrap();
    let (mut case, _) = world.desk().open_case(&by, item, &fields, new)?;
    world.desk().submit(&a_moment_later(&by), &mut case)?;
    Ok(case)
}

fn a_moment_later(by: &By) -> By {
    By { at: by.at.tick(by.at.millis().plus(1)), nonce: [1; 8], ..by.clone() }
}

/// Somebody at an office that is not on the village's line.
fn act_at(
    world: &mut World,
    office: OfficeCode,
    code: &str,
    case: &mut Case,
    request: ActRequest,
) -> Result<(), Refused> {
    let near = world.by(Town, code);
    let (node, officer) = (node_of(office), OfficerRef { name: "陈".into(), id: "chen".into() });
    let by = By { office, node, officer, ..near };
    world.desk().act(&by, case, request, &Default::default()).map(drop)
}

#[test]
fn the_other_office_finds_out_and_answers() {
    let mut world = World::new();
    let mut case = ask(&mut world, Some(elsewhere()), "XC-01").unwrap();
    let survey =
        || ActRequest::Survey { findings: "2023-05-20在本镇登记".into(), with: Vec::new() };
    let mut does = |code: &str, request| act_at(&mut world, elsewhere(), code, &mut case, request);
    does("ZJ", ActRequest::Accept).unwrap();
    let passed = ActRequest::Transfer { to: organ("MZ"), reason: "婚姻登记".into() };
    does("ZJ", passed).unwrap();
    assert!(does("ZJ", survey()).unwrap_err().to_string().contains("无权"));
    does("MZ", survey()).unwrap();
    assert!(world.act(&mut case, Town, "ZJ", ActRequest::Accept).is_err(), "the line that asked");
    let pin = Some(world.state(&case).pin);
    let decide = ActRequest::Decide { outcome: Outcome::Granted, pin };
    act_at(&mut world, elsewhere(), "ZJ", &mut case, decide).unwrap();
    world.act(&mut case, Town, "", ActRequest::Close).unwrap();
    let state = world.state(&case);
    assert_eq!(state.status, Status::Closed);
    assert_eq!(state.stages[0].office, "330382001000".parse().unwrap());
    assert!(state.stages[1..].iter().all(|stage| stage.office == elsewhere()));
    assert_eq!(Case::load(&case.save()).unwrap().of, case.of);
}

#[test]
fn only_what_is_handled_elsewhere_leaves_its_line() {
    let mut world = World::new();
    let mut refusal = |handler: Option<&str>, item: &str| {
        let handler = handler.map(|code| code.parse().unwrap());
        ask(&mut world, handler, item).err().unwrap().to_string()
    };
    assert!(refusal(None, "XC-01").contains("--handler"));
    assert!(refusal(Some(ELSEWHERE), "CL-SB-01").contains("本地办理"));
    assert!(refusal(Some("330382000000"), "XC-01").contains("同一条线"));
    assert!(refusal(Some("330382001001"), "XC-01").contains("同一条线"));
    assert!(refusal(Some("341602001000"), "XC-01").contains("不在本市"));
    assert!(refusal(Some("330382999000"), "XC-01").contains("没有代码为"));
}

#[test]
fn what_was_asked_and_answered_stands_on_the_case() {
    let mut life = Life::under_review();
    let help =
        ReceiptNumber::make("330382000000".parse().unwrap(), "2026-03-02".parse().unwrap(), 7, 2)
            .unwrap();
    let question = "是否属于基本农田".to_owned();
    let ask = || ActRequest::AskHelp { help, handler: elsewhere(), question: question.clone() };
    let record = || ActRequest::RecordHelp { help, findings: "不属于".into() };
    let mut does = |code: &str, request| {
        life.world.act(&mut life.case, County, code, request).map_err(|no| no.to_string())
    };
    assert!(does("ZR", record()).err().unwrap().contains("没有以"));
    assert!(does("SL", ask()).err().unwrap().contains("无权"));
    does("ZR", ask()).unwrap();
    assert!(does("ZR", ask()).err().unwrap().contains("不能重复"));
    assert!(does("NY", record()).err().unwrap().contains("请求协查的部门"));
    does("ZR", record()).unwrap();
    assert!(does("ZR", record()).err().unwrap().contains("不能重复"));
    let known = &life.world.state(&life.case).help;
    assert_eq!((known.len(), known[0].asked.text.as_str()), (1, "是否属于基本农田"));
    assert_eq!(known[0].answer.as_ref().unwrap().text, "不属于");
}
