//! The HTTP API: its document is what the code says, every path answers, the examples work, and nobody
//! gets at more than at the pages.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use daiban_tests::line::Line;
use daiban_tests::office::Office;
use serde_json::{Value, json};
use ureq::http::StatusCode;

const PASSWORD: &str = "long enough";
const RENEW: &str = "renew it: cargo run --release -- openapi > docs/openapi.json";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn kept() -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("docs/openapi.json")).unwrap()).unwrap()
}

/// Every method of every path of the document.
fn operations(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, methods): (&String, &Value)| {
        let methods: Vec<_> = methods.as_object().unwrap().keys().cloned().collect();
        methods.into_iter().map(|method| (method, path.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}

/// A program at an office, with the token of an account or with none.
struct Program {
    agent: ureq::Agent,
    base: String,
    token: String,
}

impl Program {
    fn at(office: &Office) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        Self { agent: config.build().into(), base: office.pages(), token: String::new() }
    }

    fn signed_in(office: &Office, id: &str, role: &str, organ: Option<&str>) -> Self {
        office.seat((id, id), (role, organ), PASSWORD);
        let mut program = Self::at(office);
        let password = json!({ "id": id, "password": PASSWORD });
        let (status, session) = program.send("post", "/v1/session", &password);
        assert_eq!(status, StatusCode::OK, "{session}");
        program.token = session["token"].as_str().unwrap().to_owned();
        program
    }

    fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send("get", path, &Value::Null)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send_bytes(method, path, body.into_bytes())
    }

    fn send_bytes(&self, method: &str, path: &str, body: Vec<u8>) -> (StatusCode, Value) {
        let request = ureq::http::Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        let answered = self.agent.run(request.body(body).unwrap()).unwrap();
        let status = answered.status();
        let text = answered.into_body().read_to_string().unwrap_or_default();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

#[test]
fn the_document_that_is_kept_is_what_the_code_says() {
    assert!(kept() == daiban_node::openapi_document(), "docs/openapi.json is out of date; {RENEW}");
}

#[test]
fn the_document_is_valid() {
    let test = std::env::current_exe().unwrap();
    let target = test.ancestors().nth(3).unwrap();
    let validator =
        "browser/node_modules/@seriousme/openapi-schema-validator/bin/validate-api-cli.js";
    let checked = Command::new("node")
        .arg(target.join(validator))
        .arg(root().join("docs/openapi.json"))
        .output()
        .expect("node is installed: tests/run does it");
    let said = [checked.stdout, checked.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(checked.status.success() && said.contains("\"valid\": true"), "{said}");
}

/// Routes go through one door; a path that is written elsewhere is missing in the document.
#[test]
fn every_path_of_the_sources_is_in_the_document() {
    let document = daiban_node::openapi_document();
    let known: BTreeSet<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
    let mut folders = vec![root().join("node/src")];
    let mut seen = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let written = text.split("\"/v1/").skip(1).filter_map(|rest| rest.split('"').next());
            seen.extend(written.map(|rest| format!("/v1/{rest}")));
        }
    }
    assert_eq!(seen, known);
}

#[test]
fn every_path_of_the_document_answers_and_asks_who_it_is() {
    let line = Line::start();
    let stranger = Program::at(&line.county);
    let document = kept();
    for (method, path) in operations(&document) {
        let security = &document["paths"][&path][&method]["security"];
        let (status, said) = stranger.send(&method, &path, &json!({}));
        match security.as_array().unwrap().is_empty() {
            true => assert!(status != StatusCode::NOT_FOUND, "{method} {path}: {said}"),
            false => assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}: {said}"),
        }
        assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
    }
    let (status, served) = stranger.get("/v1/openapi.json");
    assert_eq!((status, served), (StatusCode::OK, document));
}

/// `docs/api.md`, block by block in one shell.
#[test]
fn the_examples_work() {
    let line = Line::start();
    let receipt = line.hand_in("CL-SB-01");
    line.town.wait_to_show([&receipt]);
    line.town.seat(("lichao", "李超"), ("officer", Some("RS")), PASSWORD);
    line.town.seat(("liyw", "李运维"), ("operator", None), PASSWORD);
    let page = fs::read_to_string(root().join("docs/api.md")).unwrap();
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let script = format!("set -eu -o pipefail\n{}", blocks.collect::<Vec<_>>().join("\n"));
    let ran = Command::new("bash")
        .args(["-c", &script])
        .envs([("OFFICE", line.town.pages()), ("CASE", receipt), ("PASSWORD", PASSWORD.into())])
        .output()
        .unwrap();
    let (said, failed) =
        (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}\n{failed}");
    for part in
        ["\"waiting\"", "\"status\":\"accepted\"", "\"clocks\"", "\"groups\"", "\"offices\""]
    {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}

#[test]
fn a_program_sees_and_does_no_more_than_its_account() {
    let line = Line::start();
    let receipt = line.hand_in("CL-SB-01");
    let path = format!("/v1/cases/{receipt}");
    line.town.wait_to_show([&receipt]);
    let form = line.town.shown(&receipt)["form"].clone();
    let number = form["apply_cardnumber"].as_str().unwrap();
    let officer = Program::signed_in(&line.town, "lichao", "officer", Some("RS"));
    let operator = Program::signed_in(&line.town, "liyw", "operator", None);

    let (status, case) = officer.get(&path);
    assert_eq!(status, StatusCode::OK, "{case}");
    assert!(!case.to_string().contains(number), "numbers of people are masked");
    let (status, _) = officer.send("post", &format!("{path}/whole"), &json!({ "why": " " }));
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (_, whole) = officer.send("post", &format!("{path}/whole"), &json!({ "why": "核对身份" }));
    assert!(whole.to_string().contains(number));
    let looks = fs::read_to_string(line.town.data().join("looks.jsonl")).unwrap();
    assert_eq!(looks.lines().count(), 1, "{looks}");
    assert!(looks.contains("核对身份") && looks.contains("lichao"));

    let accept = |organ: &str| json!({ "organ": organ, "request": { "verb": "accept" } });
    let acts = format!("{path}/acts");
    for (program, path, body) in [
        (&operator, &path, Value::Null),
        (&operator, &acts, accept("RS")),
        (&officer, &acts, accept("MZ")),
        (&officer, &acts, json!({ "request": { "verb": "withdraw", "reason": "伪造" } })),
        (&officer, &"/v1/board".to_owned(), Value::Null),
    ] {
        let method = if body.is_null() { "get" } else { "post" };
        let (status, said) = program.send(method, path, &body);
        assert_eq!(status, StatusCode::FORBIDDEN, "{path} {body}: {said}");
        assert_eq!(said["kind"], "role");
    }
    let (status, said) = officer.send("post", &acts, &json!({ "request": { "verb": "nonsense" } }));
    assert_eq!((status, &said["kind"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("input")));
    let (status, saved) = officer.send("post", &acts, &accept("RS"));
    assert_eq!(status, StatusCode::OK, "{saved}");
    let (status, again) = officer.send("post", &acts, &accept("RS"));
    assert_eq!((status, &again["kind"]), (StatusCode::CONFLICT, &json!("not-allowed")));

    let (status, _) = officer.send("delete", "/v1/session", &Value::Null);
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(officer.get(&path).0, StatusCode::UNAUTHORIZED);
}

#[test]
fn an_agent_enters_an_application_without_the_pages() {
    let line = Line::start();
    let agent = Program::signed_in(&line.village, "wangfang", "agent", None);
    let (status, item) = agent.get("/v1/items/CL-SB-01");
    assert_eq!(status, StatusCode::OK, "{item}");
    let catalog = daiban_domain::shipped::catalog();
    let known = catalog.latest("CL-SB-01").unwrap();
    let fields = daiban_domain::sample::complete(known, line.village.code().parse().unwrap());
    let (status, saved) =
        agent.send("post", "/v1/cases", &json!({ "item": "CL-SB-01", "fields": fields }));
    assert_eq!((status, &saved["status"]), (StatusCode::OK, &json!("draft")), "{saved}");
    let case = format!("/v1/cases/{}", saved["receipt"].as_str().unwrap());
    for rule in &known.materials {
        let path = format!("{case}/materials?key={}&name=paper.pdf", rule.key);
        let (status, said) = agent.send_bytes("post", &path, b"%PDF-1.4 practice".to_vec());
        assert_eq!(status, StatusCode::OK, "{}: {said}", rule.key);
    }
    let submit = json!({ "request": { "verb": "submit" } });
    let (status, handed_in) = agent.send("post", &format!("{case}/acts"), &submit);
    assert_eq!((status, &handed_in["status"]), (StatusCode::OK, &json!("received")), "{handed_in}");
    let (_, shown) = agent.get(&case);
    let blob = shown["materials"][0]["blob"].as_str().unwrap();
    assert_eq!(agent.get(&format!("{case}/materials/{blob}")).0, StatusCode::OK);
    let (_, page) = agent.get("/v1/cases?item=CL-SB-01&size=1");
    assert_eq!((&page["total"], &page["cases"][0]["id"]), (&json!(1), &saved["case"]));
    assert_eq!(agent.get("/v1/cases?plaec=waiting").0, StatusCode::BAD_REQUEST);
}
