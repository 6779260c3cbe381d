//! What operators and auditors do at the pages, in a real browser; every page of theirs is inspected.

use daiban_tests::chromium::{Driver, Tab};
use daiban_tests::inspection::Inspection;
use daiban_tests::item::second_version;
use daiban_tests::line::Line;
use daiban_tests::seat::{PASSWORD, seated};

/// Reports each second, and four seconds of silence are too long.
const QUICK: [(&str, &str); 2] = [("watch.report_s", "1"), ("watch.dark_s", "4")];
const ITEM: &str = "CL-SB-01";
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
    let receipt = line.hand_in(ITEM);
    line.county.wait_to_show([&receipt]);
    let case = format!("/case/{receipt}");
    let operator = seated(&driver, &line.county, OPERATOR, ("operator", None));
    for (path, name) in [
        ("/me", "me-operator"),
        ("/unlock", "unlock"),
        ("/quarantine", "quarantine"),
        ("/supervision", "figures"),
        ("/supervision/overdue", "figures-overdue"),
    ] {
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
    nobody_else(&officer, &["/looks", "/quarantine", "/publish", "/bundles"]);
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
    nobody_else(
        &auditor,
        &["/invitations", "/publish", "/bundles", "/bundles/file?to=330382001000"],
    );
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
    operator.follow("form[action='/invitations/330382002000/take-back'] button");
    assert!(operator.says("已关闭") && !operator.has("form[action$='/take-back']"));
    operator.go("/board/330382000000");
    assert!(operator.says("过半自动续期"), "{}", operator.text());
    eyes.look(operator, "office-of-ones-own");
}

#[test]
fn an_operator_publishes_what_was_rehearsed() {
    let (line, driver, eyes) = (Line::start(), Driver::start(), Inspection::of("publishes"));
    let county = seated(&driver, &line.county, OPERATOR, ("operator", None));
    let rehearse = |tab: &Tab, kind: &str| {
        let form = format!("form:has([name='what'][value='{kind}'])");
        tab.follow(&format!("{form} button"));
    };
    county.follow("nav a[href='/publish']");
    eyes.look(&county, "publish");
    county.click("details:has([value='delegation']) > summary");
    for (name, text) in
        [("item", "JB-04"), ("from_organ", "ZR"), ("to_office", "33038"), ("to_organ", "ZJ")]
    {
        county.fill(&format!("#{name}"), text);
    }
    county.fill("#from_day", "2026-12-01");
    rehearse(&county, "delegation");
    assert!(county.has("div.fault") && county.says("33038"), "{}", county.text());
    assert_eq!(county.value("#item"), "JB-04", "nothing that was typed is lost");
    eyes.look_at_answer(&county, "publish-refused");

    let announce = || {
        county.click("details:has([value='announcement']) > summary");
        county.fill("#title", "系统维护");
        county.fill("#text", "周六22时起停机两小时");
        rehearse(&county, "announcement");
    };
    announce();
    county.wait_to_say("尚未发布");
    eyes.look_at_answer(&county, "publish-rehearsed");
    county.go("/publish");
    assert!(!county.says("系统维护"), "a rehearsal publishes nothing");
    announce();
    county.follow("form[action='/publish'] button.main");
    eyes.look_at_answer(&county, "published");
    county.go("/publish");
    assert!(county.says("系统维护"), "{}", county.text());

    let city = seated(&driver, &line.city, OPERATOR, ("operator", None));
    let promised = [("promised", "promised = { value = 12, unit = \"working_days\" }")];
    let item = second_version(line.folder(), ITEM, &promised, "");
    for tab in [&county, &city] {
        tab.go("/publish");
        tab.choose_file("#file", &item);
        rehearse(tab, "catalog");
    }
    assert!(county.says("由市级发布"), "{}", county.text());
    assert!(city.says("12"), "what changes is shown: {}", city.text());
    eyes.look_at_answer(&city, "publish-item");
    city.follow("form[action='/publish'] button.main");
    city.wait_to_say("已发布");
    line.village.wait("to know the item", |village| {
        village.told(&["notices"]).is_ok_and(|told| told.to_string().contains("CL-SB-01@2"))
    });
    eyes.finish();
}

#[test]
fn a_bundle_is_made_and_taken_at_the_pages() {
    let (line, driver, eyes) = (Line::start(), Driver::start(), Inspection::of("bundles"));
    line.wait_until_safe();
    line.cut(true);
    let receipt = line.hand_in(ITEM);
    let file = line.folder().join("carried.daiban");
    let (to, path) = (line.town.code().to_owned(), file.to_str().unwrap());
    line.village.told(&["bundle", "export", "--to", &to, path]).unwrap();
    let town = seated(&driver, &line.town, OPERATOR, ("operator", None));
    town.follow("nav a[href='/bundles']");
    eyes.look(&town, "bundles");
    town.choose_file("#file", &file);
    town.follow("form[enctype] button");
    assert!(town.says("已导入") && town.says("旭阳社区"), "{}", town.text());
    eyes.look_at_answer(&town, "bundle-taken");
    line.town.wait_to_show([&receipt]);
    let wrong = line.folder().join("wrong.daiban");
    std::fs::write(&wrong, "not a bundle").unwrap();
    town.choose_file("#file", &wrong);
    town.follow("form[enctype] button");
    assert!(town.has("div.fault"), "{}", town.text());
    eyes.look_at_answer(&town, "bundle-refused");

    town.go(&format!("/board/{}", line.village.code()));
    town.follow("a[href^='/bundles?to=']");
    assert_eq!(town.value("#to"), line.village.code());
    let made = town.run_async(
        "const done = arguments[arguments.length - 1];
         const form = document.querySelector(\"form[action='/bundles/file']\");
         const query = new URLSearchParams(new FormData(form));
         fetch(`/bundles/file?${query}`).then(async (answer) => done({
             name: answer.headers.get('content-disposition'),
             bytes: [...new Uint8Array(await answer.arrayBuffer())],
         }));",
    );
    assert!(made["name"].as_str().unwrap().contains(line.village.code()), "{made}");
    let bytes: Vec<u8> = serde_json::from_value(made["bytes"].clone()).unwrap();
    std::fs::write(&file, bytes).unwrap();
    let taken = line.village.told(&["bundle", "import", path]).unwrap();
    assert_eq!(taken["from"].to_string(), to);
    eyes.finish();
}

fn nobody_else(tab: &Tab, paths: &[&str]) {
    for path in paths {
        tab.go(path);
        assert!(tab.says("没有办成"), "{path}: {}", tab.text());
    }
}
