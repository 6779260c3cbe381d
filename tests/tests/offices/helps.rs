//! 异地协查 between two villages: the question travels through the town in a channel of its own, the
//! case that needs the answer does not.

use daiban_tests::line::Line;
use daiban_tests::office::{Office, free_port};
use daiban_tests::tree::VILLAGE_B;
use serde_json::Value;

fn act(office: &Office, verb: &str, receipt: &str, more: &[&str]) -> Result<Value, String> {
    let arguments = ["act", verb, receipt, "--by", "李超:lichao", "--organ", "CW"];
    office.told(&[&arguments, more].concat())
}

#[test]
fn a_village_asks_another_and_records_what_it_found() {
    let line = Line::start();
    let folder = line.folder().join(VILLAGE_B.to_string());
    let mut other = Office::new(&folder, free_port(), line.town.listen());
    other.start();
    // The village itself has to publicise it.
    let main = line.hand_in("CL-SB-10");
    let handler = VILLAGE_B.to_string();
    let asking = ["--about", "李建国", "--note", "是否在贵村居住", "--handler", &handler];
    act(&line.village, "ask-help", &main, &asking).unwrap();

    let help =
        line.village.shown(&main)["state"]["help"][0]["receipt"].as_str().unwrap().to_owned();
    let early = act(&line.village, "record-help", &main, &["--help-case", &help]);
    assert!(early.unwrap_err().contains("尚未查复"));
    other.wait("to be asked", |other| other.show(&help).is_ok());
    act(&other, "accept", &help, &[]).unwrap();
    act(&other, "survey", &help, &["--note", "2021年起在本村居住"]).unwrap();
    let view = other.told(&["case", "show", &help]).unwrap();
    let read = ["--outcome", "granted", "--read", view["read"].as_str().unwrap()];
    act(&other, "decide", &help, &read).unwrap();

    line.village.wait("to have the answer", |village| {
        village.shown(&help)["state"]["times"]["decided"].is_u64()
    });
    act(&line.village, "record-help", &main, &["--help-case", &help]).unwrap();
    let known = &line.village.shown(&main)["state"]["help"][0];
    assert_eq!(known["answer"]["text"], "2021年起在本村居住");
    line.wait_until_equal(&[main.clone(), help]);
    other.wait_for_receipts(3);
    assert!(other.show(&main).is_err(), "the case itself is not the other village's business");
    other.stop();
    line.finish();
}
