//! The pages of real nodes, asked as a browser without scripts asks.

use daiban_tests::browser::{Browser, Page};
use daiban_tests::line::Line;
use daiban_tests::office::Office;
use daiban_tests::tree;
use ureq::http::StatusCode;

const PASSWORD: &str = "long enough";

/// Somebody with an account, signed in.
fn seated(office: &Office, id: &str, role: &str, organ: Option<&str>) -> Browser {
    office.seat((id, id), (role, organ), PASSWORD);
    let browser = office.browser();
    let page = browser.sign_in(id, PASSWORD);
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    browser
}

fn act(browser: &Browser, case: &Page, path: &str, verb: &str, fields: &[(&str, &str)]) -> Page {
    let fields = [fields, &[("verb", verb)]].concat();
    browser.send(case, &format!("{path}/act/{verb}"), &fields)
}

#[test]
fn a_case_is_accepted_and_decided_at_the_pages() {
    let line = Line::start();
    let receipt = line.hand_in("CL-SB-01");
    let path = format!("/case/{receipt}");
    line.town.wait_to_show([&receipt]);
    let agent = seated(&line.village, "wangfang", "agent", None);
    let list = agent.get("/");
    assert_eq!(list.link("/case/"), Some(path.as_str()));

    let case = agent.get(&path);
    assert!(case.has("居民身份证") && !case.has("act/accept"), "{}", case.text);
    let refused = act(&agent, &case, &path, "accept", &[("organ-of", "RS")]);
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "an agent accepts nothing");

    let town = seated(&line.town, "lichao", "officer", Some("RS"));
    let case = town.get(&path);
    let accepted = act(&town, &case, &path, "accept", &[("organ-of", "RS")]);
    assert!(accepted.has("已保存到本机磁盘"), "{}", accepted.text);
    let again = act(&town, &accepted, &path, "accept", &[("organ-of", "RS")]);
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    line.village.wait("to hear of it", |village| {
        village.shown(&receipt)["state"]["times"]["accepted"].is_u64()
    });
    assert!(agent.get(&path).has("lichao"));
}

#[test]
fn nobody_gets_in_by_guessing_or_by_a_foreign_form() {
    let line = Line::start();
    let receipt = line.hand_in("CL-SB-01");
    let path = format!("/case/{receipt}");
    let stranger = line.village.browser();
    assert!(stranger.get(&path).has("id=\"password\""), "a stranger is asked to sign in");
    let agent = seated(&line.village, "wangfang", "agent", None);
    for _ in 0..5 {
        assert_eq!(stranger.sign_in("wangfang", "guessed").status, StatusCode::UNAUTHORIZED);
    }
    assert!(stranger.sign_in("wangfang", PASSWORD).has("试错次数过多"));

    let foreign = Page { status: StatusCode::OK, text: String::new() };
    let refused = act(&agent, &foreign, &path, "withdraw", &[("reason", "伪造")]);
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(line.village.shown(&receipt)["state"]["status"], "received");
}

#[test]
fn whole_numbers_are_shown_for_a_reason_that_is_written_down() {
    let line = Line::start();
    let receipt = line.hand_in("CL-SB-01");
    let path = format!("/case/{receipt}");
    let fields = line.village.shown(&receipt)["form"].clone();
    let number = fields["apply_cardnumber"].as_str().unwrap();
    let agent = seated(&line.village, "wangfang", "agent", None);
    let case = agent.get(&path);
    assert!(!case.has(number) && case.has(&number[14..]));
    let without = agent.send(&case, &format!("{path}/whole"), &[("why", " ")]);
    assert!(without.status == StatusCode::UNPROCESSABLE_ENTITY && !without.has(number));
    let whole = agent.send(&case, &format!("{path}/whole"), &[("why", "核对身份证")]);
    assert!(whole.has(number), "{}", whole.text);
    let looks = std::fs::read_to_string(line.village.data().join("looks.jsonl")).unwrap();
    assert!(looks.contains("核对身份证") && looks.contains("wangfang") && looks.contains(&receipt));
    assert!(!looks.contains(number));
}

#[test]
fn an_application_is_entered_page_by_page_without_a_network() {
    let line = Line::start();
    line.cut(true);
    let agent = seated(&line.village, "wangfang", "agent", None);
    let found = agent.get("/new?find=cxjmjbylbxcbdj");
    assert_eq!(found.link("/new/"), Some("/new/CL-SB-01"));

    let item = daiban_domain::shipped::catalog().latest("CL-SB-01").unwrap().clone();
    let fields = daiban_domain::sample::complete(&item, tree::office(tree::VILLAGE_A));
    let fields: Vec<(String, String)> =
        fields.iter().map(|(key, value)| (key.clone(), value.to_string())).collect();
    let typed: Vec<_> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let first = agent.get("/new/CL-SB-01");
    let wrong: Vec<_> =
        typed.iter().filter(|(key, _)| *key != "apply_cardnumber").copied().collect();
    let wrong = [&wrong[..], &[("apply_cardnumber", "123")]].concat();
    let faulty = agent.send(&first, "/new/CL-SB-01", &wrong);
    assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        faulty.has("href=\"#apply_cardnumber\"") && faulty.has("aria-invalid"),
        "{}",
        faulty.text
    );

    let mut page = agent.send(&faulty, "/new/CL-SB-01", &typed);
    while let Some(path) = page.link_of_form("/enter/") {
        page = agent.send(&page, &path, &typed);
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    let papers = page.link_of_form("/papers/").unwrap();
    let case = papers.split("/papers/").next().unwrap().to_owned();
    for rule in &item.materials {
        let path = format!("{case}/papers/{}", rule.key);
        if page.has(&path) {
            page = agent.upload(&page, &path, ("paper.pdf", b"%PDF-1.4 practice"));
            assert!(page.status == StatusCode::OK && page.has("paper.pdf"), "{}", page.text);
        }
    }
    let check = agent.get(&format!("{case}/check"));
    let done = act(&agent, &check, &case, "submit", &[]);
    assert!(done.has("已保存到本机磁盘"), "{}", done.text);
    line.cut(false);
    let receipt = case.trim_start_matches("/case/").to_owned();
    line.city.wait_to_show([&receipt]);
    assert_eq!(line.city.shown(&receipt)["state"]["status"], "received");
}

#[test]
fn what_is_due_soon_is_a_list_of_its_own() {
    let line = Line::start();
    let [soon, later] = ["CL-JS-01", "CL-SB-01"].map(|item| line.hand_in(item));
    line.town.wait_to_show([&soon, &later]);
    for (receipt, organ) in [(&soon, "WJ"), (&later, "RS")] {
        line.town.told(&["act", "accept", receipt, "--by", "李超", "--organ", organ]).unwrap();
    }
    line.village.wait("to hear of it", |village| {
        [&soon, &later].iter().all(|r| village.shown(r)["state"]["times"]["accepted"].is_u64())
    });
    let agent = seated(&line.village, "wangfang", "agent", None);
    let all = agent.get("/");
    let (list, others) =
        all.text.split_once("<section>").unwrap().1.split_once("</section>").unwrap();
    assert!(list.contains("快到期和已超期") && list.contains(&soon), "{list}");
    assert!(!list.contains(&later) && others.contains(&later), "{list}");
    let due = line.village.shown(&soon)["summary"]["due"]["date"].clone();
    assert!(list.contains(due.as_str().unwrap()), "{due}: {list}");
    let alone = agent.get("/?list=soon");
    assert!(alone.has(&soon) && !alone.has(&later), "{}", alone.text);

    let officers = [("lichao", "WJ", true), ("renshe", "RS", false)];
    for (id, organ, is_pressed) in officers {
        let page = seated(&line.town, id, "officer", Some(organ)).get("/");
        assert_eq!(page.has("快到期"), is_pressed, "{organ}: {}", page.text);
    }
}

/// A sheet of a colour from black, 0, to white.
fn sheet(grey: u8) -> Vec<u8> {
    let ink = |x: u32, y: u32| if (x / 3 + y / 5).is_multiple_of(4) { grey / 6 } else { grey };
    let sheet = image::GrayImage::from_fn(900, 700, |x, y| image::Luma([ink(x, y)]));
    let mut png = std::io::Cursor::new(Vec::new());
    sheet.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

#[test]
fn a_photograph_that_nobody_can_read_is_taken_and_told() {
    let line = Line::start();
    let receipt = line.village.enter(1, 1).remove(0);
    let agent = seated(&line.village, "wangfang", "agent", None);
    let path = format!("/case/{receipt}/papers");
    let page = agent.get(&path);
    let form = page.link_of_form("/papers/").unwrap();
    let good = agent.upload(&page, &form, ("good.png", &sheet(230)));
    assert!(good.has("good.png") && !good.has("可能看不清"), "{}", good.text);
    let dark = agent.upload(&page, &form, ("dark.png", &sheet(60)));
    assert!(dark.has("dark.png") && dark.has("照片太暗，可能看不清"), "{}", dark.text);
    assert!(agent.get(&path).has("照片太暗"), "it stays");
    let check = agent.get(&format!("/case/{receipt}/check"));
    assert_eq!(check.status, StatusCode::OK, "and it holds nobody up");
}

#[test]
fn everybody_may_ask_the_county_but_not_without_end() {
    let line = Line::start();
    let receipt = line.hand_in("CL-SB-01");
    line.county.wait_to_show([&receipt]);
    let fields = line.village.shown(&receipt)["form"].clone();
    let digits = &fields["apply_cardnumber"].as_str().unwrap()[14..];
    let village = line.village.browser().get("/public");
    assert_eq!(village.status, StatusCode::NOT_FOUND, "a village answers its own people only");

    let stranger = line.county.browser();
    let home = stranger.get("/public");
    let ask = |receipt: &str, digits: &str| {
        stranger.send(&home, "/public/case", &[("receipt", receipt), ("digits", digits)])
    };
    let shown = ask(&receipt, digits);
    assert!(
        shown.has("收件") && !shown.has(fields["telphone"].as_str().unwrap()),
        "{}",
        shown.text
    );
    let text = "久无消息";
    let typed = [("receipt", &*receipt), ("digits", digits), ("text", text)];
    let told = stranger.send(&shown, "/public/case/complain", &typed);
    assert!(told.has("已收到") && told.has(text), "{}", told.text);
    line.village.wait("to hear of the complaint", |village| {
        !village.shown(&receipt)["state"]["redress"]["complaints"][0].is_null()
    });
    let typed = [("receipt", &*receipt), ("digits", digits), ("text", "还要多久")];
    let told = stranger.send(&shown, "/public/case/ask", &typed);
    assert!(told.has("您的咨询：还要多久") && told.has("待答复"), "{}", told.text);
    let tries = (0..20).map(|_| ask(&receipt, "0000").status);
    let tries: Vec<_> = tries.collect();
    assert!(tries.contains(&StatusCode::NOT_FOUND));
    assert_eq!(tries.last(), Some(&StatusCode::TOO_MANY_REQUESTS));
}
