//! What people do at the pages, in real browsers at real nodes; every page on the way is inspected.

use std::path::{Path, PathBuf};

use daiban_domain::catalog::Item;
use daiban_domain::{sample, shipped};
use daiban_tests::chromium::{Driver, Tab};
use daiban_tests::inspection::Inspection;
use daiban_tests::line::Line;
use daiban_tests::seat::{PASSWORD, seated};
use daiban_tests::tree::{self, VILLAGE_A};

/// 孤儿认定: entered at a village, looked into by the town, decided by three organs of the county.
const ITEM: &str = "CL-MZ-08";

fn item() -> Item {
    shipped::catalog().latest(ITEM).unwrap().clone()
}

/// What is typed into its form.
fn answers(item: &Item) -> Vec<(String, String)> {
    let mut fields = sample::complete(item, tree::office(VILLAGE_A));
    fields.extend(sample::texts(&[("applyname", "郑小禾"), ("address", "城东街道一组12号")]));
    fields.into_iter().map(|(key, value)| (key, value.to_string())).collect()
}

/// Fills in the pages of a form, from the one that is open to the materials.
fn fill_in(tab: &Tab, answers: &[(String, String)], see: impl Fn(&str)) {
    for step in 1.. {
        tab.fill_all(answers.iter().map(|(key, text)| (key.as_str(), text.as_str())));
        see(&format!("enter-{step}"));
        tab.follow("form[data-save] button.main");
        if tab.path().ends_with("/papers") {
            break;
        }
    }
}

/// A sheet of paper, as a phone photographs it.
fn paper(folder: &Path, tab: &Tab) -> PathBuf {
    let path = folder.join("paper.png");
    std::fs::write(&path, tab.picture(daiban_tests::chromium::Screen::Desk)).unwrap();
    path
}

/// Opens the form of an act as far as it is hidden, and fills it in.
fn act(tab: &Tab, verb: &str, fields: &[(&str, &str)]) {
    let form = format!("form[action$='/act/{verb}']");
    tab.wait_for(&form);
    while tab.has(&format!("details:not([open]):has({form}) > summary")) {
        tab.click(&format!("details:not([open]):has({form}) > summary"));
    }
    for (name, text) in fields {
        match tab.has(&format!("{form} input[type=radio][name='{name}']")) {
            true => tab.click(&format!("{form} input[name='{name}'][value='{text}']")),
            false => tab.fill(&format!("{form} [name='{name}']"), text),
        }
    }
    tab.follow(&format!("{form} button"));
    assert!(tab.says("已保存到本机磁盘"), "{verb}: {}", tab.text());
}

/// The receipt in the path of a case's page.
fn receipt(tab: &Tab) -> String {
    tab.path().split('/').nth(2).unwrap().split('?').next().unwrap().to_owned()
}

#[test]
fn a_case_is_entered_offline_decided_jointly_and_delivered() {
    let (line, driver, eyes) = (Line::start(), Driver::start(), Inspection::of("a-case"));
    let (item, answers) = (item(), answers(&item()));
    line.cut(true);

    let outside = driver.open(&line.village);
    outside.go("/");
    eyes.look(&outside, "sign-in");
    drop(outside);
    let agent = seated(&driver, &line.village, ("wangxy", "王秀英"), ("agent", None));
    agent.follow("nav a[href='/new']");
    agent.fill("#find", &item.initials);
    agent.follow("main form button");
    eyes.look(&agent, "find");
    agent.follow(&format!("a[href='/new/{ITEM}']"));
    fill_in(&agent, &answers, |name| eyes.look(&agent, name));
    let photo = paper(line.folder(), &agent);
    for rule in &item.materials {
        agent.choose_file(&format!("#file-{}", rule.key), &photo);
        agent.follow(&format!("form[action$='/papers/{}'] button", rule.key));
    }
    eyes.look(&agent, "papers");
    agent.follow("main a[href$='/check']");
    eyes.look(&agent, "check");
    agent.follow("form[action$='/act/submit'] button");
    agent.wait_to_say("已保存到本机磁盘");
    let receipt = receipt(&agent);
    let case = format!("/case/{receipt}");
    assert!(agent.has(".safety li.safe:first-child"), "it is safe here");
    assert!(!agent.has(".safety li.safe ~ li.safe"), "it has not left");
    eyes.look(&agent, "case-offline");

    line.cut(false);
    agent.wait_for(".safety li.safe:nth-child(4)");
    let town = seated(&driver, &line.town, ("lichao", "李超"), ("officer", Some("ZZF")));
    town.follow(&format!("a[href='{case}']"));
    act(&town, "request-correction", &[("items", "现住址请写到门牌号")]);
    eyes.look(&town, "correction-asked");
    agent.wait_to_say("补正中");
    agent.go("/");
    eyes.look(&agent, "work-to-correct");
    agent.follow(&format!("a[href='{case}']"));
    agent.follow("a.button[href$='/enter/1']");
    let corrected: Vec<_> = answers.iter().cloned().map(correct_address).collect();
    fill_in(&agent, &corrected, |_| {});
    agent.follow("main a[href$='/check']");
    agent.follow("form[action$='/act/correct'] button");
    agent.wait_to_say("已保存到本机磁盘");
    town.wait_to_say("城东街道一组12号3单元");
    eyes.look(&town, "what-is-new");
    act(&town, "accept", &[]);
    act(&town, "survey", &[("findings", "入户核查属实")]);

    let county = |who, organ| seated(&driver, &line.county, who, ("officer", Some(organ)));
    let [police, disabled, civil] = [
        county(("zhoujing", "周警"), "GA"),
        county(("gaolian", "高联"), "CL"),
        county(("hemin", "何敏"), "MZ"),
    ];
    eyes.look(&police, "work-of-an-organ");
    for organ in [&police, &disabled, &civil] {
        organ.go(&case);
    }
    eyes.look(&disabled, "case-at-the-county");
    act(&police, "review", &[("opinion", "agree")]);
    disabled.wait_to_say("周警");
    act(&disabled, "review", &[("opinion", "agree")]);
    civil.wait_to_say("高联");
    civil.wait_for("form[action$='/act/decide']");
    act(&civil, "decide", &[("outcome", "granted")]);
    eyes.look(&civil, "decided");

    agent.wait_to_say("准予");
    act(&agent, "deliver", &[("how", "agent")]);
    eyes.look(&agent, "delivered");
    for (page, name) in [("receipt", "print-receipt"), ("notice", "print-notice")] {
        agent.go(&format!("{case}/print/{page}"));
        eyes.look_at_print(&agent, name);
    }
    agent.go("/ledger");
    assert!(agent.says(&receipt), "{}", agent.text());
    eyes.look_at_print(&agent, "print-ledger");
    let number = &answers.iter().find(|(key, _)| key == "apply_cardnumber").unwrap().1;
    line.county.wait("to hear of the delivery", |county| {
        !county.shown(&receipt)["state"]["delivered"].is_null()
    });
    let visitor = driver.open(&line.county);
    citizen(&visitor, &receipt, &number[14..], &eyes);
    ask_and_be_answered(&visitor, (&receipt, &number[14..]), &civil, &eyes);
    agent.go(&case);
    agent.wait_to_say("★★★★★ 办得快");
    apply_once_more(&agent, &answers, &case, &eyes);
    eyes.finish();
}

/// The same person applies for the same: that is said, and what was verified is offered again.
fn apply_once_more(agent: &Tab, answers: &[(String, String)], case: &str, eyes: &Inspection) {
    let typed = || answers.iter().map(|(key, text)| (key.as_str(), text.as_str()));
    agent.go("/new?find=guer");
    agent.follow(&format!("a[href='/new/{ITEM}']"));
    agent.fill_all(typed());
    agent.follow("form[data-save] button.main");
    assert!(agent.has(&format!("a[href='{case}']")), "{}", agent.text());
    eyes.keep(agent, "applied-before");
    agent.fill("#again", "监护人变更");
    agent.follow("form[data-save] button.main");
    fill_in(agent, answers, |_| {});
    eyes.look(agent, "papers-to-reuse");
    agent.follow("form[action$='/papers/ID/reuse'] button");
    assert!(!agent.has("form[action$='/papers/ID/reuse']"), "{}", agent.text());
    agent.go("/handover");
    eyes.look_at_print(agent, "print-handover");
}

fn look_up(tab: &Tab, receipt: &str, digits: &str) {
    tab.go("/public");
    tab.fill("#receipt", receipt);
    tab.fill("#digits", digits);
    tab.follow("main form button");
    tab.wait_for("main");
}

/// A citizen asks; the organ that decided finds the question in its work list and answers it.
fn ask_and_be_answered(
    citizen: &Tab,
    (receipt, digits): (&str, &str),
    organ: &Tab,
    eyes: &Inspection,
) {
    look_up(citizen, receipt, digits);
    citizen.click("details:has(form[action$='/ask']) > summary");
    citizen.fill("#ask-text", "下个月从哪天起发放？");
    citizen.follow("form[action$='/ask'] button");
    citizen.wait_to_say("待答复");
    eyes.look_at_answer(citizen, "public-asked");

    organ.go("/");
    organ.wait_to_say("咨询答复");
    eyes.look(organ, "work-with-a-question");
    organ.follow(&format!("a[href='/case/{receipt}']"));
    assert!(organ.says("下个月从哪天起发放？"), "{}", organ.text());
    eyes.look(organ, "question");
    act(organ, "answer-question", &[("text", "从批准的次月起发放，每月15日前到账。")]);
    eyes.look(organ, "question-answered");

    look_up(citizen, receipt, digits);
    citizen.wait_to_say("每月15日前到账");
    eyes.look_at_answer(citizen, "public-answered");
}

/// Asks for the case, rates it, and looks around.
fn citizen(tab: &Tab, receipt: &str, digits: &str, eyes: &Inspection) {
    let ask = |receipt: &str, digits: &str| look_up(tab, receipt, digits);
    ask(receipt, "0000");
    let wrong = tab.text();
    eyes.look_at_answer(tab, "public-unknown");
    ask("330382001001261121000A9IXU", digits);
    assert_eq!(tab.text(), wrong, "whoever guesses learns nothing");
    ask(&receipt.to_lowercase(), digits);
    tab.wait_to_say("准予");
    assert!(!tab.says("郑小禾") && tab.says("郑**"), "{}", tab.text());
    tab.click("details:has(form[action$='/rate']) > summary");
    tab.click("#stars-5");
    tab.fill("#rate-text", "办得快");
    eyes.look_at_answer(tab, "public-case");
    tab.follow("form[action$='/rate'] button");
    tab.wait_to_say("已收到，谢谢");
    eyes.look_at_answer(tab, "public-rated");
    tab.follow("nav a[href='/public/guides']");
    eyes.look(tab, "public-guides");
    tab.follow(&format!("a[href='/public/guides/{ITEM}']"));
    eyes.look(tab, "public-guide");
    tab.follow("nav a[href='/public/ledger']");
    assert!(!tab.says("郑"), "a child's case is nobody's business");
    eyes.look(tab, "public-ledger");
}

fn correct_address((key, text): (String, String)) -> (String, String) {
    match key.as_str() {
        "address" => (key, "城东街道一组12号3单元".to_owned()),
        _ => (key, text),
    }
}

#[test]
fn a_form_survives_a_node_that_is_killed() {
    let (mut line, driver, eyes) = (Line::start(), Driver::start(), Inspection::of("killed"));
    let answers = answers(&item());
    let agent = seated(&driver, &line.village, ("wangxy", "王秀英"), ("agent", None));
    let known = |key: &str| answers.iter().find(|(known, _)| known == key).unwrap().1.clone();
    agent.go(&format!("/new/{ITEM}"));
    agent.fill_all(answers.iter().map(|(key, text)| (key.as_str(), text.as_str())));
    agent.follow("form[data-save] button.main");
    agent.fill("#division", &known("division"));
    agent.fill("#address", "写到一半");
    agent.wait_to_say("已保存到本机磁盘");

    line.village.kill();
    agent.fill("#address", "断电前刚填好的住址");
    agent.click("form[data-save] button.main");
    agent.wait_to_say("本机节点没有回应");
    eyes.keep(&agent, "node-is-down");
    line.village.start();
    agent.wait_for("#guardian_id");
    agent.go(&agent.path().replace("enter/3", "enter/2"));
    assert_eq!(agent.value("#address"), "断电前刚填好的住址");
    assert_eq!(agent.value("#division"), known("division"), "saved before the end");
    eyes.look(&agent, "draft-again");
    eyes.finish();
}

#[test]
fn nobody_does_what_is_for_others() {
    let (line, driver, eyes) = (Line::start(), Driver::start(), Inspection::of("refused"));
    let receipt = line.hand_in(ITEM);
    let case = format!("/case/{receipt}");
    line.county.wait_to_show([&receipt]);
    let refused = |tab: &Tab, path: &str| {
        tab.go(path);
        tab.says("没有办成")
    };
    let agent = seated(&driver, &line.village, ("wangxy", "王秀英"), ("agent", None));
    agent.go(&case);
    assert!(!agent.has("form[action$='/act/survey']"), "an agent decides nothing");
    drop(agent);
    let officer = seated(&driver, &line.county, ("hemin", "何敏"), ("officer", Some("MZ")));
    assert!(refused(&officer, "/new"), "an officer enters nothing");
    eyes.look(&officer, "refused");
    officer.go(&case);
    assert!(!officer.has("form[action$='/act/decide']"), "it is not their turn");
    let elsewhere = driver.open(&line.county);
    elsewhere.sign_in("hemin", PASSWORD);
    officer.go("/me");
    eyes.look(&officer, "me");
    officer.follow("form[action='/me/leave'] button");
    elsewhere.go("/");
    assert!(elsewhere.has("#password"), "signed out from afar");
    officer.follow("form.person button");
    officer.wait_for("#password");
    officer.go(&case);
    assert!(officer.has("#password"), "whoever has left has to sign in");
    for (who, role) in [(("wucha", "吴察"), "auditor"), (("zhouyun", "周运"), "operator")] {
        line.county.seat(who, (role, None), PASSWORD);
        officer.sign_in(who.0, PASSWORD);
        assert!(refused(&officer, "/new"), "{role}");
        assert_eq!(refused(&officer, &case), role == "operator", "{role}");
        assert!(!officer.has("section.acts form"), "{role}");
    }
    eyes.finish();
}
