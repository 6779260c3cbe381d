//! What a city, a county and a town publish goes down the tree and is what offices below go by:
//! a newer version of an item, a calendar, offices, a delegation, a word. A case that was handed in
//! keeps the version that it was handed in under.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use daiban_domain::calendar::Date;
use daiban_tests::item::second_version;
use daiban_tests::line::Line;
use daiban_tests::office::{Office, free_port};
use daiban_tests::tree::{self, VILLAGE_A, VILLAGE_B};
use serde_json::{Value, json};

const ITEM: &str = "CL-SB-01";

fn today() -> Date {
    Date::at(tree::now())
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The registration under version 2: promised in 12 days, and it asks for an address by post.
fn newer_item(folder: &Path) -> PathBuf {
    let promised = [("promised", "promised = { value = 12, unit = \"working_days\" }")];
    let field =
        "\n[[field]]\nkey = \"post_to\"\nlabel = \"邮寄地址\"\ntype = \"text\"\nrequired = true\n";
    second_version(folder, ITEM, &promised, field)
}

/// The ten days after today are days off, in every year that has to be known.
fn newer_calendar(folder: &Path) -> PathBuf {
    let years = 2026..=today().year().max(2026) + 1;
    let new_years = years.filter_map(|year| Date::from_ymd(year, 1, 1));
    let off = std::iter::successors(Some(today().next()), |day| Some(day.next())).take(10);
    let days: BTreeSet<_> = new_years.chain(off).collect();
    let rows: String = days.iter().map(|day| format!("{day},holiday,练习\n")).collect();
    written(folder, "days.csv", &format!("date,kind,name\n{rows}"))
}

fn published(line: &Line, from: &Office, what: &str, file: &Path) -> Vec<Value> {
    line.publish(from, &[what, file.to_str().unwrap()])
}

fn version(office: &Office, receipt: &str) -> u64 {
    office.show(receipt).unwrap()["state"]["opened"]["version"].as_u64().unwrap()
}

#[test]
fn a_draft_goes_over_to_a_newer_item_and_a_running_case_does_not() {
    let line = Line::start();
    let (draft, running) = (line.village.enter(1, 1).remove(0), line.hand_in(ITEM));
    line.town.wait_to_show([&running]);
    line.town.told(&["act", "accept", &running, "--by", "李超", "--organ", "RS"]).unwrap();
    let file = newer_item(line.folder());
    let refused = line.county.told(&["publish", "catalog", file.to_str().unwrap()]).unwrap_err();
    assert!(refused.contains("由市级发布"), "{refused}");
    let arguments = ["publish", "catalog", file.to_str().unwrap(), "--dry-run"];
    let rehearsed = line.city.told(&arguments).unwrap();
    assert!(line.city.told(&["notices"]).unwrap()["notices"].as_array().unwrap().is_empty());
    let effects = published(&line, &line.city, "catalog", &file);
    assert_eq!(rehearsed["effects"], json!(effects));

    let refused = line.village.told(&["act", "submit", &draft, "--by", "王芳"]).unwrap_err();
    assert!(refused.contains("case migrate"), "{refused}");
    let shown = line.village.told(&["case", "migrate", &draft]).unwrap();
    let named: Vec<_> = shown["changes"].as_array().unwrap().iter().map(|c| &c["part"]).collect();
    assert_eq!(named, ["field", "limits"], "{shown:#}");
    assert_eq!(shown["lacking"][0]["field"], "post_to");
    assert_eq!(version(&line.village, &draft), 1);
    line.village.told(&["case", "migrate", &draft, "--yes", "--by", "王芳"]).unwrap();
    assert_eq!(version(&line.village, &draft), 2);

    let refused = line.village.told(&["case", "migrate", &running]).unwrap_err();
    assert!(refused.contains("第1版"), "{refused}");
    line.wait_until_equal(&[draft, running.clone()]);
    assert_eq!(version(&line.city, &running), 1);
    line.finish();
}

#[test]
fn days_offices_and_authority_are_what_the_offices_above_say() {
    let line = Line::start();
    let mut other = {
        let folder = line.folder().join(VILLAGE_B.to_string());
        Office::new(&folder, free_port(), line.town.listen())
    };
    other.start();
    let receipt = line.hand_in(ITEM);
    let due = || line.village.told(&["case", "clock", &receipt]).unwrap()["clocks"].clone();
    let before = due();
    let days = newer_calendar(line.folder());
    assert!(!published(&line, &line.city, "calendar", &days).is_empty());
    line.village.wait("to reckon by the new days", |_| due() != before);
    let again = line.city.told(&["publish", "calendar", days.to_str().unwrap(), "--dry-run"]);
    assert_eq!(again.unwrap()["effects"], json!([]));

    let accept = ["act", "accept", &receipt, "--by", "王芳", "--organ", "CW"];
    assert!(line.village.told(&accept).is_err());
    let (village, from) = (VILLAGE_A.to_string(), today().to_string());
    line.publish(
        &line.county,
        &[
            &["delegation", "--item", ITEM, "--action", "first_check", "--from-organ", "RS"][..],
            &["--to-office", &village, "--to-organ", "CW", "--from", &from],
        ]
        .concat(),
    );
    line.village.told(&accept).unwrap();

    let closed = format!("code,change,to,from\n{VILLAGE_B},merged,{VILLAGE_A},{from}\n");
    let closed = written(line.folder(), "offices.csv", &closed);
    published(&line, &line.county, "directory", &closed);
    line.publish(&line.town, &["announcement", "--title", "并村", "--text", "请到旭阳社区办理"]);
    other.wait("to hear the town", |other| {
        other.told(&["notices"]).unwrap()["notices"][0]["words"]["zh"]
            .as_str()
            .is_some_and(|said| said.contains("请到旭阳社区办理"))
    });
    let refused = other.told(&["case", "new", "--item", ITEM, "--by", "陈丽"]).unwrap_err();
    assert!(refused.contains("已撤销") && refused.contains(&village), "{refused}");
    other.stop();
    line.finish();
}
