//! The watch over real processes: a village goes dark, somebody sees to it, the county starts again,
//! the village comes back.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

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

#[test]
fn an_operator_sees_a_village_go_dark_and_come_back() {
    let mut line = Line::start_with(&QUICK);
    line.county.wait("to hear of the village", |county| state(county) == "ok");
    line.village.stop();
    line.county.wait("to miss the village", |county| !open(county, "dark").is_empty());
    assert_eq!(state(&line.county), "dark");

    let code = line.village.code().to_owned();
    let word = ["--by", "李运维", "--word", "已电话联系，停电"];
    let acknowledge = [&["alarms", "ack", &code, "dark"][..], &word].concat();
    line.county.told(&acknowledge).unwrap();
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
