//! A village's list at the pages: checked, entered, its faulty rows mended and given again.

use std::path::Path;

use daiban_tests::chromium::{Driver, Tab};
use daiban_tests::inspection::Inspection;
use daiban_tests::list::{ITEM, csv, gb18030, list, save_workbook};
use daiban_tests::office::{Office, free_port};
use daiban_tests::seat::{PASSWORD, seated};
use daiban_tests::tree::{self, VILLAGE_A};

const ROWS: usize = 30;
const AGENT: (&str, &str) = ("wangxy", "王秀英");

fn is_faulty(row: usize) -> bool {
    row == 4 || row == 17
}

fn village(folder: &Path) -> Office {
    tree::enrol(folder);
    let mut village = Office::new(&folder.join(VILLAGE_A.to_string()), free_port(), 9);
    village.start();
    village
}

fn cases(village: &Office) -> u64 {
    village.status()["cases"].as_u64().unwrap()
}

/// Gives a list at the page that is open.
fn give(tab: &Tab, file: &Path) {
    tab.choose_file("#list", file);
    tab.follow("form[enctype] button");
}

/// What a link on the page leads to, as a file.
fn download(tab: &Tab, css: &str, to: &Path) -> String {
    let fetch = format!(
        "const done = arguments[arguments.length - 1]; \
         fetch(document.querySelector(\"{css}\").href).then((file) => file.arrayBuffer()) \
         .then((bytes) => done(new TextDecoder('utf-8', {{ ignoreBOM: true }}).decode(bytes)))"
    );
    let text = tab.run_async(&fetch).as_str().unwrap().to_owned();
    std::fs::write(to, &text).unwrap();
    text
}

#[test]
fn a_list_is_checked_entered_mended_and_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut village = village(folder.path());
    let (driver, eyes) = (Driver::start(), Inspection::of("a-list"));
    let (right, wrong) = (list(&village, ROWS, |_| false), list(&village, ROWS, is_faulty));
    let file = |name: &str| folder.path().join(name);
    let agent = seated(&driver, &village, AGENT, ("agent", None));
    agent.follow("nav a[href='/batch']");
    agent.fill("#find", "养老");
    agent.follow("main form button");
    eyes.look(&agent, "batch-find");
    agent.follow(&format!("a[href='/batch/new/{ITEM}']"));
    eyes.look(&agent, "batch-give");
    let empty = download(&agent, "a[href$='/empty.csv']", &file("empty.csv"));
    assert!(empty.starts_with('\u{feff}') && empty.contains("证件号码"), "{empty}");
    assert!(!empty.contains("性别"), "what is derived is not typed: {empty}");
    give(&agent, &file("empty.csv"));
    assert!(agent.says("共0行"), "{}", agent.text());

    agent.go(&format!("/batch/new/{ITEM}"));
    std::fs::write(file("other.csv"), "姓名,村\n王,一\n").unwrap();
    agent.click("#submit");
    give(&agent, &file("other.csv"));
    assert!(agent.says("缺少必填栏目“证件号码”"), "{}", agent.text());
    assert!(agent.has("#submit:checked"), "what was ticked stays");
    eyes.look_at_answer(&agent, "batch-header");
    agent.click("#submit");

    std::fs::write(file("list.csv"), gb18030(&csv(&wrong))).unwrap();
    give(&agent, &file("list.csv"));
    assert!(agent.says("共30行：可录入（未录入）28，以前已录入0，有误2"), "{}", agent.text());
    assert!(agent.says("校验位不符"), "{}", agent.text());
    assert_eq!(cases(&village), 0, "a check enters nothing");
    eyes.look(&agent, "batch-checked");
    agent.follow("form[action$='/enter'] button");
    assert!(agent.says("共30行：录入28，以前已录入0，有误2"), "{}", agent.text());
    assert_eq!(cases(&village), 28);
    eyes.look(&agent, "batch-entered");

    let faults = download(&agent, "a[href$='/errors.csv']", &file("errors.csv"));
    assert!(faults.starts_with("\u{feff}行号,错误,如何更正,姓名,"), "{faults}");
    let mended = (1..=ROWS).fold(faults, |faults, row| {
        let differing = wrong[row].iter().zip(&right[row]).find(|(wrong, right)| wrong != right);
        differing.map_or(faults.clone(), |(wrong, right)| faults.replace(wrong, right))
    });
    std::fs::write(file("errors.csv"), mended).unwrap();
    give(&agent, &file("errors.csv"));
    assert!(agent.says("可录入（未录入）2，以前已录入0，有误0"), "{}", agent.text());
    agent.follow("form[action$='/enter'] button");
    assert_eq!(cases(&village), 30);

    save_workbook(&file("list.xlsx"), &right);
    give(&agent, &file("list.xlsx"));
    assert!(agent.says("可录入（未录入）0，以前已录入30，有误0"), "{}", agent.text());
    assert!(!agent.has("form[action$='/enter']"), "nothing is entered twice");

    agent.go("/?list=draft");
    agent.follow("a.receipt");
    agent.go(&format!("{}/papers", agent.path()));
    image::GrayImage::from_pixel(900, 700, image::Luma([40])).save(file("dark.png")).unwrap();
    agent.choose_file("input[type=file]", &file("dark.png"));
    agent.follow("form[action*='/papers/'] button");
    assert!(agent.says("照片太暗"), "{}", agent.text());
    eyes.look(&agent, "papers-in-doubt");

    // As after a restart: lists are in memory only.
    agent.go("/batch/list/1");
    assert!(agent.says("这份名单已经不在了") && agent.says("不会重复录入"), "{}", agent.text());
    agent.go("/language/en");
    agent.go(&format!("/batch/new/{ITEM}"));
    eyes.look(&agent, "batch-in-english");
    eyes.finish();
    village.stop();
}

#[test]
fn a_list_is_its_agents_own_and_needs_no_script() {
    let folder = tempfile::tempdir().unwrap();
    let mut village = village(folder.path());
    for (id, role, organ) in
        [("lili", "agent", None), ("other", "agent", None), ("chen", "officer", Some("CW"))]
    {
        village.seat((id, id), (role, organ), PASSWORD);
    }
    let signed_in = |id: &str| {
        let browser = village.browser();
        browser.sign_in(id, PASSWORD);
        browser
    };
    let agent = signed_in("lili");
    let path = format!("/batch/new/{ITEM}");
    let page = agent.get(&path);
    let text = csv(&list(&village, 3, |row| row == 1));
    let checked = agent.upload(&page, &path, ("名单.csv", text.as_bytes()));
    assert!(checked.has("可录入（未录入）2"), "{}", checked.text);
    let enter = checked.link_of_form("/enter").unwrap();
    let of_list = enter.trim_end_matches("/enter").to_owned();

    let (other, officer) = (signed_in("other"), signed_in("chen"));
    assert_eq!(other.get(&of_list).status, 404);
    assert_eq!(other.get(&format!("{of_list}/errors.csv")).status, 404);
    assert_eq!(other.send(&other.get(&path), &enter, &[]).status, 404);
    for page in ["/batch", &path, &of_list] {
        assert_eq!(officer.get(page).status, 403, "{page}");
    }
    assert_eq!(cases(&village), 0);

    let entered = agent.send(&checked, &enter, &[]);
    assert!(entered.has("录入2，"), "{}", entered.text);
    let again = agent.send(&checked, &enter, &[]);
    assert!(again.has("录入2，"), "a second click changes nothing: {}", again.text);
    assert_eq!(cases(&village), 2);

    let too_large = vec![b'a'; (8 << 20) + 1];
    let refused = agent.upload(&page, &path, ("a.csv", &too_large));
    assert_eq!(refused.status, 422);
    assert!(refused.has("8 MB") && refused.has("请分成几个文件"), "{}", refused.text);
    village.stop();
}
