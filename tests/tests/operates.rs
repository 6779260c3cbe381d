//! What operators and auditors do at the pages, in a real browser; every page of theirs is inspected.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use daiban_tests::chromium::{Driver, Tab};
use daiban_tests::inspection::Inspection;
use daiban_tests::line::Line;
use daiban_tests::seat::{PASSWORD, seated};

/// Reports each second, and four seconds of silence are too long.
const QUICK: [(&str, &str); 2] = [("watch.report_s", "1"), ("watch.dark_s", "4")];
const OPERATOR: (&str, &str) = ("zhouyun", "周运");

/// Whether the page that is open was never loaded again since the last question.
fn stays(tab: &Tab) -> bool {
    tab.run("const stayed = window.stays === true; window.stays = true; return stayed") == true
}

#[test]
fn an_operator_sees_a_village_go_dark_and_come_back() {
    let mut line = Line::start_with(&QUICK);
    let (driver, eyes) = (Driver::start(), Inspection::of("dark"));
    let village = format!("a[href='/board/{}']", line.village.code());
    let operator = seated(&driver, &line.county, OPERATOR, ("operator", None));
    operator.wait_to_say("运维看板");
    operator.wait_for(&format!("{village}.ok"));
    eyes.look(&operator, "board");

    stays(&operator);
    line.village.stop();
    operator.wait_for(&format!(".alarm {village}"));
    operator.wait_for(&format!("{village}.dark"));
    assert!(stays(&operator), "the board renews itself");
    eyes.look(&operator, "board-dark");
    operator.follow("a[href='/board?state=dark']");
    eyes.look(&operator, "board-of-a-state");
    operator.follow(&village);
    operator.fill("input[name='word']", "已电话联系，停电");
    operator.follow("form[action$='/acknowledge/dark'] button");
    operator.wait_to_say("周运 已确认：已电话联系，停电");
    eyes.look(&operator, "office-dark");

    stays(&operator);
    line.village.start();
    operator.wait_to_say("自行结束");
    assert!(!operator.has(".alarm") && stays(&operator), "{}", operator.text());
    assert!(operator.says("已电话联系，停电"), "what was done stays in its history");
    eyes.look(&operator, "office-back");
    operator.go("/board");
    operator.wait_to_say("没有未结束的告警");
    operator.go("/language/en");
    operator.go("/board");
    operator.wait_to_say("No alarm is open");
    eyes.look(&operator, "board-in-english");
    eyes.finish();
}

#[test]
fn what_is_for_operators_and_auditors_is_in_order_and_for_nobody_else() {
    let (line, driver) = (Line::start_with(&QUICK), Driver::start());
    let eyes = Inspection::of("operates");
    let receipt = line.hand_in("CL-SB-01");
    line.county.wait_to_show([&receipt]);
    let case = format!("/case/{receipt}");
    let operator = seated(&driver, &line.county, OPERATOR, ("operator", None));
    for (path, name) in [("/me", "me-operator"), ("/unlock", "unlock"), ("/supervision", "figures")]
    {
        operator.go(path);
        eyes.look(&operator, name);
    }
    operator.go("/supervision?by=office");
    eyes.look(&operator, "figures-by-office");
    operator.follow("main td a");
    eyes.look(&operator, "figures-cases");
    operator.go("/supervision?from=2026-02-01&to=2026-01-01");
    eyes.look(&operator, "figures-refused");
    invite(&operator, &eyes);
    nobody_else(&operator, &["/new", &case, "/ledger", "/looks"]);

    let officer = seated(&driver, &line.county, ("hemin", "何敏"), ("officer", Some("MZ")));
    let theirs =
        ["/board", "/board/330382001001", "/supervision", "/supervision/cases", "/invitations"];
    nobody_else(&officer, &theirs);
    nobody_else(&officer, &["/looks"]);
    officer.go(&case);
    officer.click("details:has(form[action$='/whole']) > summary");
    officer.fill("#why", "核对户口簿");
    officer.follow("form[action$='/whole'] button");
    eyes.look_at_answer(&officer, "whole");
    line.village.seat(("wangxy", "王秀英"), ("agent", None), PASSWORD);
    let agent = driver.open(&line.village);
    agent.sign_in("wangxy", PASSWORD);
    nobody_else(&agent, &theirs);

    let auditor = seated(&driver, &line.county, ("wucha", "吴察"), ("auditor", None));
    auditor.go("/looks");
    assert!(auditor.says("核对户口簿") && auditor.says("hemin"), "{}", auditor.text());
    eyes.look(&auditor, "looks");
    auditor.go("/board/330382001000");
    assert!(!auditor.has("main form"), "an auditor changes nothing");
    nobody_else(&auditor, &["/invitations"]);
    eyes.finish();
    line.finish();
}

/// A code for an office below, as text and picture; what is typed wrongly stands there still.
fn invite(operator: &Tab, eyes: &Inspection) {
    operator.go("/invitations");
    eyes.look(operator, "invitations");
    operator.fill("#office", "341600000000");
    operator.follow("main form button");
    assert!(operator.has("div.fault"), "{}", operator.text());
    assert_eq!(operator.value("#office"), "341600000000");
    eyes.look_at_answer(operator, "invitation-refused");
    operator.fill("#office", "330382002000");
    operator.follow("main form button");
    assert!(operator.says("DAIBAN1-") && operator.has("svg.qr"), "{}", operator.text());
    eyes.look_at_answer(operator, "invited");
}

fn nobody_else(tab: &Tab, paths: &[&str]) {
    for path in paths {
        tab.go(path);
        assert!(tab.says("没有办成"), "{path}: {}", tab.text());
    }
}
