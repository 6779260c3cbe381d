//! An officer approves many cases at once; what changed meanwhile is left out, and told.

use daiban_tests::chromium::{Driver, Tab};
use daiban_tests::inspection::Inspection;
use daiban_tests::line::Line;
use daiban_tests::seat::{PASSWORD, seated};
use serde_json::json;

/// 生育登记: accepted and decided at the town, both in batches.
const ITEM: &str = "CL-JS-01";
/// Accepted one by one.
const OTHER: &str = "CL-JS-03";

/// Opens what waits, ticks all of it, and looks at it.
fn tick_all(officer: &Tab) {
    officer.go("/?list=waiting");
    officer.follow("a[href$='ticked=all']");
    officer.follow("form[action='/approve'] button");
}

#[test]
fn many_cases_are_approved_at_once_and_each_on_its_own() {
    let (line, driver, eyes) = (Line::start(), Driver::start(), Inspection::of("approves"));
    let mut receipts = vec![line.hand_in(ITEM)];
    receipts.extend(["二孩", "补办"].map(|why| line.hand_in_again(ITEM, why)));
    let other = line.hand_in(OTHER);
    for receipt in receipts.iter().chain([&other]) {
        line.town.wait("to have the case and its files", |town| {
            town.show(receipt).is_ok_and(|view| view["held"][0].is_string())
        });
    }
    let officer = seated(&driver, &line.town, ("lichao", "李超"), ("officer", Some("WJ")));
    officer.go("/?list=waiting");
    assert!(!officer.has(&format!("input[value='{other}']")), "its item does not allow it");
    eyes.look(&officer, "approve-tick");
    officer.follow("form[action='/approve'] button");
    assert!(officer.says("没有勾选办件"), "{}", officer.text());

    tick_all(&officer);
    assert!(officer.says("同意并办理这 3 件") && officer.says("受理"), "{}", officer.text());
    officer.click("tbody details summary");
    eyes.look_at_answer(&officer, "approve-check");
    officer.follow("form[action='/approve/all'] button");
    assert!(officer.says("共 3 件：已办理 3 件"), "{}", officer.text());
    eyes.look_at_answer(&officer, "approve-done");
    officer.go("/");
    assert!(officer.says("快到期和已超期"), "{}", officer.text());
    eyes.look(&officer, "work-due-soon");

    tick_all(&officer);
    assert!(officer.says("决定"), "{}", officer.text());
    let changed = &receipts[1];
    line.village.edit(changed, &json!({ "address": "改到6组6号" })).unwrap();
    line.town.wait("to hear of the change", |town| {
        town.shown(changed)["form"]["address"] == "改到6组6号"
    });
    officer.follow("form[action='/approve/all'] button");
    assert!(officer.says("共 3 件：已办理 2 件"), "{}", officer.text());
    eyes.look_at_answer(&officer, "approve-in-part");
    for receipt in &receipts {
        let decision = &line.town.shown(receipt)["state"]["decision"];
        let expected = if receipt == changed { "none" } else { "in_force" };
        assert_eq!(decision["state"], expected, "{receipt}");
    }
    line.village.wait("to hear of the decisions", |village| {
        village.shown(&receipts[2])["state"]["decision"]["by"] == "李超"
    });
    eyes.finish();
    line.finish();
}

#[test]
fn it_needs_no_script_and_is_for_the_organ_alone() {
    let line = Line::start();
    let receipt = line.hand_in(ITEM);
    line.town.wait_to_show([&receipt]);
    let officers = [("lichao", "officer", Some("WJ")), ("renshe", "officer", Some("RS"))];
    for (id, role, organ) in officers.into_iter().chain([("agent", "agent", None)]) {
        line.town.seat((id, id), (role, organ), PASSWORD);
    }
    let signed_in = |id: &str| {
        let browser = line.town.browser();
        let page = browser.sign_in(id, PASSWORD);
        (browser, page)
    };
    let (agent, page) = signed_in("agent");
    let ticked = [("case", receipt.as_str())];
    let yes = [("case", receipt.as_str()), ("verb", "accept")];
    for path in ["/approve", "/approve/all"] {
        assert_eq!(agent.send(&page, path, &yes).status, 403);
    }
    let (other, page) = signed_in("renshe");
    let refused = other.send(&page, "/approve", &ticked);
    assert!(refused.has("现在不能批量办理这一件"), "{}", refused.text);
    let refused = other.send(&page, "/approve/all", &yes);
    assert!(refused.has("共 1 件：已办理 0 件"), "{}", refused.text);

    let (officer, page) = signed_in("lichao");
    let check = officer.send(&page, "/approve", &ticked);
    assert!(check.has("同意并办理这 1 件"), "{}", check.text);
    let number = line.town.shown(&receipt)["form"]["apply_cardnumber"].clone();
    assert!(!check.has(number.as_str().unwrap()), "numbers show their ends only");
    let done = officer.send(&check, "/approve/all", &yes);
    assert!(done.has("共 1 件：已办理 1 件"), "{}", done.text);
    let again = officer.send(&check, "/approve/all", &yes);
    assert!(again.has("已办理 0 件") && again.has("不能批量办理"), "{}", again.text);
    line.finish();
}
