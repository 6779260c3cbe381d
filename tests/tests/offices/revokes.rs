//! Nodes that are suspended or revoked: a stolen laptop is refused and falls silent, and what it
//! wrote can still be read and accepted.

use std::path::{Path, PathBuf};

use daiban::relay::Relay;
use daiban_tests::chromium::{Driver, Tab};
use daiban_tests::inspection::Inspection;
use daiban_tests::office::{Office, applications, free_port};
use daiban_tests::seat::seated;
use daiban_tests::tree::{self, TOWN, VILLAGE_A};
use serde_json::{Value, json};

const OPERATOR: (&str, &str) = ("zhouyun", "周运");

/// A town and a village with a road between them.
struct Scene {
    folder: tempfile::TempDir,
    town: Office,
    village: Office,
    road: Relay,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        tree::enrol(folder.path());
        let office = |code: u64, listen, parent| {
            Office::new(&folder.path().join(code.to_string()), listen, parent)
        };
        let mut town = office(TOWN, free_port(), 9);
        let road = Relay::start(([127, 0, 0, 1], town.listen()).into()).unwrap();
        let mut village = office(VILLAGE_A, free_port(), road.address().port());
        town.start();
        village.start();
        Self { folder, town, village, road }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A case of this person, by number.
    fn case(&self, person: usize) -> String {
        let command = applications(&VILLAGE_A.to_string(), 5, person + 1).remove(person);
        self.village.ask(&command)["receipt"].as_str().unwrap().to_owned()
    }

    /// The key of the village's node, which the town has heard of.
    fn node(&self) -> String {
        let nodes = self.town.told(&["node", "list", &VILLAGE_A.to_string()]).unwrap();
        nodes["nodes"][0]["node"].as_str().unwrap().to_owned()
    }

    fn stands(&self) -> Value {
        let nodes = self.town.told(&["node", "list", &VILLAGE_A.to_string()]).unwrap();
        nodes["nodes"][0]["standing"].clone()
    }

    /// The village writes one more case out of reach, its node is revoked, and it is told.
    fn steal(&self) -> String {
        self.road.cut(true);
        let unseen = self.case(1);
        dispose(&self.town, &["revoke", &self.node(), "--reason", "电脑被盗"]);
        self.road.cut(false);
        self.village.ask(&json!({ "command": "sync-now" }));
        self.village
            .wait("to hear that it is revoked", |village| village.told(&["case", "list"]).is_err());
        unseen
    }

    /// What the village holds is brought to the town.
    fn bring(&self) {
        let file = self.path("salvage.daiban");
        let file = file.to_str().unwrap();
        self.village.told(&["bundle", "export", "--to", &TOWN.to_string(), file]).unwrap();
        let taken = self.town.told(&["bundle", "import", file]).unwrap();
        assert!(taken["entries"].as_u64() > Some(0), "{taken}");
    }

    /// The log of which something waits.
    fn log(&self) -> String {
        let nodes = self.town.told(&["node", "list"]).unwrap();
        nodes["nodes"][0]["unaccepted"][0]["log"].as_str().unwrap().to_owned()
    }
}

fn dispose(office: &Office, arguments: &[&str]) -> Value {
    office.told(&[&["node"], arguments].concat()).unwrap()
}

fn shows(office: &Office, case: &str) -> bool {
    office.told(&["case", "show", case]).is_ok()
}

#[test]
fn a_stolen_laptop_falls_silent_and_what_it_wrote_can_be_accepted() {
    let mut scene = Scene::new();
    let sent = scene.case(0);
    scene.town.wait("to hold the case", |town| shows(town, &sent));
    let rehearsed =
        dispose(&scene.town, &["revoke", &scene.node(), "--reason", "电脑被盗", "--dry-run"]);
    assert_eq!(rehearsed["rehearsed"], true);
    assert_eq!(scene.stands(), "good");

    let unseen = scene.steal();
    assert_eq!(scene.stands(), "revoked");
    assert!(shows(&scene.town, &sent), "what had come before stays in force");
    let refused = scene.village.told(&["case", "show", &unseen]).unwrap_err();
    assert!(refused.contains("吊销"), "{refused}");
    scene.village.stop();
    scene.village.start();
    assert!(!shows(&scene.village, &sent), "it stays silent");
    assert_eq!(scene.village.status()["latched"], Value::Null);

    scene.bring();
    assert!(!shows(&scene.town, &unseen), "what came later has no effect");
    let quarantine = |town: &Office| town.told(&["quarantine"]).unwrap()["entries"].clone();
    assert_ne!(quarantine(&scene.town), json!([]));
    let log = scene.log();
    let read = dispose(&scene.town, &["read", &log]);
    assert_eq!(read["cases"][0]["summary"]["receipt"], unseen.as_str());
    dispose(&scene.town, &["accept", &scene.node(), &log, "--reason", "已与村民核对"]);
    scene.town.wait("to show what it has accepted", |town| shows(town, &unseen));
    scene.town.wait("to have nothing in quarantine", |town| quarantine(town) == json!([]));
    assert!(scene.town.told(&["node", "read", &log]).is_err(), "nothing is left to accept");
}

#[test]
fn the_village_joins_again_and_has_its_cases_back() {
    let mut scene = Scene::new();
    let sent = scene.case(0);
    scene.town.wait("to hold the case", |town| shows(town, &sent));
    scene.steal();
    scene.village.stop();
    let code = scene.town.told(&["office", "invite", &VILLAGE_A.to_string()]).unwrap();
    let fresh = scene.path("fresh").join(VILLAGE_A.to_string());
    let mut village = Office::new(&fresh, free_port(), scene.town.listen());
    village.told(&["join", code["code"].as_str().unwrap()]).unwrap();
    village.start();
    village.wait("to have its case back", |village| shows(village, &sent));
    let nodes = scene.town.told(&["node", "list", &VILLAGE_A.to_string()]).unwrap();
    assert_eq!(nodes["nodes"].as_array().map(Vec::len), Some(2), "{nodes}");
}

#[test]
fn a_suspended_node_loses_nothing() {
    let scene = Scene::new();
    let first = scene.case(0);
    scene.town.wait("to hold the case", |town| shows(town, &first));
    dispose(&scene.town, &["suspend", &scene.node(), "--reason", "送修"]);
    scene.village.wait("to be cut off", |village| village.status()["peers"] == json!([]));
    let meanwhile = scene.case(1);
    scene.village.ask(&json!({ "command": "sync-now" }));
    assert!(shows(&scene.village, &meanwhile), "it goes on working");
    let again = scene.town.told(&["node", "suspend", &scene.node(), "--reason", "送修"]);
    assert!(again.unwrap_err().contains("停用"));
    dispose(&scene.town, &["reinstate", &scene.node(), "--reason", "已修好"]);
    scene.village.ask(&json!({ "command": "sync-now" }));
    scene.town.wait("to hear of what was saved meanwhile", |town| shows(town, &meanwhile));
    let nobody = scene.town.told(&["node", "suspend", "ffff", "--reason", "送修"]);
    assert!(nobody.unwrap_err().contains("ffff"));
}

#[test]
fn an_operator_does_it_at_the_pages() {
    let scene = Scene::new();
    let (driver, eyes) = (Driver::start(), Inspection::of("revokes"));
    let sent = scene.case(0);
    scene.town.wait("to hold the case", |town| shows(town, &sent));
    let operator = seated(&driver, &scene.town, OPERATOR, ("operator", None));
    let node = format!("a[href='/nodes/{}']", scene.node());
    let choose = |tab: &Tab, what: &str, why: &str| {
        tab.go(&format!("/board/{VILLAGE_A}"));
        tab.follow(&node);
        tab.click(&format!("input[value='{what}']"));
        tab.fill("#reason", why);
        tab.follow("form[action$='/rehearse'] button");
    };
    operator.go(&format!("/board/{VILLAGE_A}"));
    eyes.look(&operator, "office-with-nodes");
    operator.follow(&node);
    eyes.look(&operator, "node");
    choose(&operator, "suspend", "送修");
    eyes.look_at_answer(&operator, "suspension-rehearsed");
    assert_eq!(scene.stands(), "good", "nothing is done yet");
    operator.follow("main form button.main");
    assert!(operator.says("停用：送修"), "{}", operator.text());
    choose(&operator, "reinstate", "已修好");
    operator.follow("main form button.main");
    assert!(operator.says("正常"), "{}", operator.text());

    let unseen = scene.steal();
    scene.bring();
    operator.go(&format!("/board/{VILLAGE_A}"));
    operator.follow("a[href^='/unaccepted/']");
    assert!(operator.says(&unseen), "{}", operator.text());
    eyes.look(&operator, "unaccepted");
    operator.fill("#reason", "已与村民核对");
    operator.follow("form[action$='/rehearse'] button");
    assert!(operator.says("采信"), "{}", operator.text());
    operator.follow("main form button.main");
    scene.town.wait("to show what it has accepted", |town| shows(town, &unseen));
    operator.go(&format!("/board/{TOWN}"));
    operator.follow("form[action='/renew'] button");
    assert!(operator.says("没有续期"), "nobody is above this town now: {}", operator.text());
    eyes.finish();
}

#[test]
fn a_bundle_is_not_made_for_a_node_that_is_not_believed() {
    let scene = Scene::new();
    let sent = scene.case(0);
    scene.town.wait("to hold the case", |town| shows(town, &sent));
    scene.steal();
    let file = scene.path("down.daiban");
    let made = export_down(&scene.town, &file);
    assert!(made.is_err(), "{made:?}");
    assert!(!Path::new(&file).exists());
}

fn export_down(town: &Office, file: &Path) -> Result<Value, String> {
    let (to, file) = (VILLAGE_A.to_string(), file.to_str().unwrap());
    town.told(&["bundle", "export", "--all", "--to", &to, file])
}
