//! A decision rests on what was read, and only on the word of whoever may decide; every office
//! comes to the same answer.

use daiban_domain::act::{Act, ActKind, CaseId, OfficerRef, Outcome, Pin};
use daiban_domain::organ::OrganCode;
use daiban_domain::payload;
use daiban_node::identity::Identity;
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Genesis, Kind, Payload, log_id};
use daiban_sync::frame::Frame;
use daiban_sync::head::Head;
use daiban_sync::id::{Hlc, Incarnation};
use daiban_sync::run::Run;
use daiban_tests::line::Line;
use daiban_tests::office::{Office, applications};
use daiban_tests::stranger::Stranger;
use daiban_tests::tree::{self, TOWN, VILLAGE_A};
use serde_json::{Value, json};

/// Social insurance, which handles the item at town and county.
const ORGAN: &str = "RS";

/// A case that the town has checked and the county may decide; gives its receipt.
fn case_before_its_decision(line: &Line) -> String {
    let mut new = applications(line.village.code(), 1, 1).swap_remove(0);
    let paper = line.village.upload("paper.pdf", b"%PDF-1.4 practice".to_vec());
    let material = |key: &str| json!({ "key": key, "blob": paper });
    new["materials"] = ["ID", "HK", "FORM"].map(material).to_vec().into();
    new["fields"]["pay_way"] = "自行缴纳".into();
    new["submit"] = true.into();
    let receipt = line.village.ask(&new)["receipt"].as_str().unwrap().to_owned();
    act(&line.town, &receipt, json!({ "verb": "accept" }));
    act(&line.town, &receipt, json!({ "verb": "first-check" }));
    line.county.wait("to have the case and its files", |county| {
        county.show(&receipt).is_ok_and(|view| may(&view, "decide") && view["held"][2].is_string())
    });
    receipt
}

/// Waits for the office's turn, then acts.
fn act(office: &Office, receipt: &str, request: Value) {
    let verb = request["verb"].as_str().unwrap().to_owned();
    let turn = |office: &Office| office.show(receipt).is_ok_and(|view| may(&view, &verb));
    office.wait(&format!("to have its turn to {verb}"), turn);
    let by = json!({ "name": "李超", "id": "lichao" });
    office.ask(&json!({
        "command": "act", "case": receipt, "organ": ORGAN, "by": by, "request": request,
    }));
}

/// Whether an act with this verb is next.
fn may(view: &Value, verb: &str) -> bool {
    let next = view["state"]["next"].as_array();
    next.is_some_and(|next| next.iter().any(|act| act["verb"] == verb))
}

fn wait_for_decision(line: &Line, receipt: &str, state: &str) {
    for office in line.offices() {
        office.wait(&format!("to find the decision {state}"), |office| {
            office.show(receipt).is_ok_and(|view| view["state"]["decision"]["state"] == state)
        });
    }
    line.wait_until_equal(&[receipt.to_owned()]);
}

#[test]
fn a_decision_on_an_older_form_is_stale_everywhere() {
    let line = Line::start();
    let receipt = case_before_its_decision(&line);
    line.wait_until_safe();
    line.cut(true);
    let pin = line.county.shown(&receipt)["state"]["pin"].clone();
    let decide = json!({ "verb": "decide", "outcome": "granted", "pin": pin });
    act(&line.county, &receipt, decide);
    line.village.edit(&receipt, &json!({ "address": "断网时改为6组6号" })).unwrap();
    let seen = |office: &Office| office.shown(&receipt)["state"]["decision"]["state"].clone();
    assert_eq!((seen(&line.village), seen(&line.county)), (json!("none"), json!("in_force")));

    line.cut(false);
    line.village.ask(&json!({ "command": "sync-now" }));
    wait_for_decision(&line, &receipt, "stale");
    let state = line.city.shown(&receipt)["state"].clone();
    assert_eq!(state["status"], "stale");
    let difference = state["decision"]["difference"].to_string();
    assert!(difference.contains("断网时改为6组6号"), "what it has not seen: {difference}");

    let pin = line.county.shown(&receipt)["state"]["pin"].clone();
    act(&line.county, &receipt, json!({ "verb": "reconfirm", "pin": pin }));
    wait_for_decision(&line, &receipt, "in_force");
    line.finish();
}

#[test]
fn an_act_without_authority_has_no_effect_and_is_told() {
    let mut line = Line::start();
    let receipt = case_before_its_decision(&line);
    line.wait_until_safe();
    let view = line.village.shown(&receipt);
    line.village.stop();

    let identity = Identity::load(line.village.data()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let address = ([127, 0, 0, 1], line.town.listen()).into();
    let mut stranger = runtime.block_on(Stranger::connect(&identity, tree::office(TOWN), address));
    stranger.greet();
    stranger.say(&[Frame::Run(decision_by(&identity, &view))]);

    for office in [&line.town, &line.county, &line.city] {
        let sentence = office.wait_for_alarm("not_allowed");
        assert!(sentence.contains(line.village.code()), "it names who: {sentence}");
        let state = office.shown(&receipt)["state"].clone();
        assert_eq!(state["decision"], view["state"]["decision"], "nothing is decided");
        assert_eq!(state["status"], view["state"]["status"]);
        assert_eq!(state["ignored"][0]["cause"], "not_allowed");
    }
    drop(stranger);
    let pin = line.county.shown(&receipt)["state"]["pin"].clone();
    act(&line.county, &receipt, json!({ "verb": "decide", "outcome": "granted", "pin": pin }));
    line.village.start();
    wait_for_decision(&line, &receipt, "in_force");
    line.finish();
}

/// A grant of the case in a log of the village, which no village's desk would write.
fn decision_by(village: &Identity, view: &Value) -> Run {
    let case: CaseId = serde_json::from_value(view["summary"]["id"].clone()).unwrap();
    let pinned: Pin = serde_json::from_value(view["state"]["pin"].clone()).unwrap();
    let statement = Act {
        officer: OfficerRef { name: "无权".into(), id: "nobody".into() },
        organ: Some(ORGAN.parse::<OrganCode>().unwrap()),
        nonce: [7; 8],
        kind: ActKind::Decided { outcome: Outcome::Granted, pinned },
    };
    let (author, incarnation) = (village.key(), Incarnation(7));
    let channel = Channel::cases(tree::office(VILLAGE_A));
    let genesis = Genesis { author, incarnation, channel, chain: village.chain().to_vec() };
    let at = Hlc::default().tick(tree::now());
    let payload = Payload::Present(payload::act(case, &statement));
    let entries = vec![genesis.entry(at), Entry { at, kind: Kind::Act, payload }];
    let log = log_id(author, incarnation, &channel);
    Run::write(log, Head::EMPTY, entries, village.signing_key())
}
