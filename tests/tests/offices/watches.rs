//! The watch over real processes: a village goes dark, somebody sees to it, the county starts again,
//! the village comes back.

use daiban_tests::browser::Browser;
use daiban_tests::line::Line;
use daiban_tests::office::Office;
use daiban_tests::tree::VILLAGE_A;
use serde_json::{Value, json};

/// Reports each second, and three seconds of silence are too long.
const QUICK: [(&str, &str); 2] = [("watch.report_s", "1"), ("watch.dark_s", "4")];

/// Alarms of one kind about the village that are open at an office.
fn open(office: &Office, trouble: &str) -> Vec<Value> {
    let answer = office.ask(&json!({ "command": "raised" }));
    let alarms = answer["alarms"].as_array().cloned().unwrap_or_default();
    let is_it = |alarm: &Value| alarm["office"] == VILLAGE_A && alarm["trouble"] == trouble;
    alarms.into_iter().filter(is_it).collect()
}

fn state(office: &Office) -> Value {
    let board = office.ask(&json!({ "command": "board" }));
    let rows = board["offices"].as_array().cloned().unwrap_or_default();
    let row = rows.into_iter().find(|row| row["office"] == VILLAGE_A).unwrap();
    row["state"].clone()
}

const PASSWORD: &str = "look-after-them";

fn operator_at(office: &Office) -> Browser {
    office.seat(("liyw", "李运维"), ("operator", None), PASSWORD);
    let browser = office.browser();
    let page = browser.sign_in("liyw", PASSWORD);
    assert!(page.has("运维看板"), "an operator begins at the board: {}", page.text);
    browser
}

#[test]
fn an_operator_sees_a_village_go_dark_and_come_back() {
    let mut line = Line::start_with(&QUICK);
    line.county.wait("to hear of the village", |county| state(county) == "ok");
    line.village.stop();
    line.county.wait("to miss the village", |county| !open(county, "dark").is_empty());
    assert_eq!(state(&line.county), "dark");

    let code = line.village.code().to_owned();
    let operator = operator_at(&line.county);
    let page = operator.get("/board");
    assert!(page.has("失联") && page.has(&format!("/board/{code}")), "{}", page.text);
    let word = ["--by", "李运维", "--word", "已电话联系，停电"];
    let acknowledge = [&["alarms", "ack", &code, "dark"][..], &word].concat();
    line.county.told(&acknowledge).unwrap();
    let page = operator.get(&format!("/board/{code}"));
    assert!(page.has("已电话联系，停电") && page.has("发生"), "{}", page.text);
    line.county.kill();
    line.county.start();
    line.county.wait("to know its alarms", |county| !open(county, "dark").is_empty());
    assert_eq!(open(&line.county, "dark")[0]["acknowledged"]["word"], "已电话联系，停电");
    assert_eq!(state(&line.county), "dark");

    line.village.start();
    line.county.wait("to hear of the village again", |county| open(county, "dark").is_empty());
    assert_eq!(state(&line.county), "ok");
    let events = line.county.told(&["alarms", "events", &code]).unwrap();
    let events = events["events"].as_array().unwrap().iter();
    let dark: Vec<_> = events.filter(|event| event["trouble"] == "dark").collect();
    assert_eq!(dark.len(), 3, "{dark:?}");
    assert_eq!((&dark[2]["what"], &dark[0]["what"]), (&json!("raised"), &json!("cleared")));
    line.finish();
}

#[test]
fn operators_and_auditors_see_what_is_theirs() {
    let line = Line::start_with(&QUICK);
    let receipt = line.hand_in("CL-SB-01");
    line.county.wait_to_show([&receipt]);
    let operator = operator_at(&line.county);
    for seat in [("agent", None), ("auditor", None)] {
        line.county.seat((seat.0, seat.0), seat, PASSWORD);
    }
    let agent = line.county.browser();
    agent.sign_in("agent", PASSWORD);
    let auditor = line.county.browser();
    auditor.sign_in("auditor", PASSWORD);
    for path in ["/board", "/supervision", "/supervision.csv", "/invitations", "/looks"] {
        assert_eq!(agent.get(path).status, 403, "{path}");
    }
    assert_eq!(auditor.get("/invitations").status, 403);
    assert_eq!(operator.get("/looks").status, 403);
    assert_eq!(auditor.get("/looks").status, 200);

    let page = auditor.get("/supervision?by=office");
    let cases = page.link("/supervision/cases").unwrap().replace("&amp;", "&");
    assert!(auditor.get(&cases).has(&receipt), "a figure leads to its cases");
    let csv = auditor.get(&cases.replace("/cases?", "/cases.csv?"));
    assert!(csv.text.starts_with('\u{feff}') && csv.has(&receipt));
    assert_eq!(auditor.get("/supervision?from=2026-02-01&to=2026-01-01").status, 422);

    let page = operator.get("/invitations");
    let typed = |office| [("office", office), ("hours", "24")];
    let invited = operator.send(&page, "/invitations", &typed("330382002000"));
    assert!(invited.has("DAIBAN1-") && invited.has("<svg class=\"qr\""), "{}", invited.text);
    assert_eq!(operator.send(&page, "/invitations", &typed("341600000000")).status, 422);
    assert_eq!(operator.get("/board/341600000000").status, 404);
    line.finish();
}
