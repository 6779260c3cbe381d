//! Cases travel in a pocket: no link ever comes up between village and town after the first one.

use std::path::{Path, PathBuf};

use daiban::relay::Relay;
use daiban_tests::office::{Office, applications, free_port};
use daiban_tests::tree::{self, COUNTY, TOWN, VILLAGE_A, VILLAGE_B};
use serde_json::{Value, json};

struct Scene {
    folder: tempfile::TempDir,
    town: Office,
    village: Office,
    road: Relay,
}

impl Scene {
    /// A town and a village that have met once; then the road is cut.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        tree::enrol(folder.path());
        let office = |code: u64, listen, parent| {
            Office::new(&folder.path().join(code.to_string()), listen, parent)
        };
        let mut town = office(TOWN, free_port(), 9);
        let target = ([127, 0, 0, 1], town.listen()).into();
        let road = Relay::start(target).unwrap();
        let mut village = office(VILLAGE_A, free_port(), road.address().port());
        town.start();
        village.start();
        village.wait("to know the town's node", |village| village.status()["logs"] == 1);
        road.cut(true);
        Self { folder, town, village, road }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A case with a photograph.
    fn case(&self) -> String {
        let mut command = applications(&VILLAGE_A.to_string(), 5, 1).remove(0);
        let photo = self.village.upload("id.png", png());
        command["materials"] = json!([{ "key": "ID", "blob": photo }]);
        command["again"] = "又一件".into();
        self.village.ask(&command)["receipt"].as_str().unwrap().to_owned()
    }
}

/// A picture of one pixel.
fn png() -> Vec<u8> {
    let hex = "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082";
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn verb(office: &Office, arguments: &[&str]) -> Result<Value, String> {
    let output = office.verb(&[&["--json"], arguments].concat());
    match output.status.success() {
        true => Ok(serde_json::from_slice(&output.stdout).unwrap()),
        false => {
            let code = output.status.code().unwrap_or_default();
            Err(format!("{code} {}", String::from_utf8_lossy(&output.stderr)))
        }
    }
}

fn export(office: &Office, to: u64, file: &Path) -> Result<Value, String> {
    verb(office, &["bundle", "export", "--to", &to.to_string(), file.to_str().unwrap()])
}

fn import(office: &Office, file: &Path) -> Result<Value, String> {
    verb(office, &["bundle", "import", file.to_str().unwrap()])
}

fn shown(office: &Office, case: &str) -> Value {
    office.ask(&json!({ "command": "show-case", "case": case }))
}

#[test]
fn a_case_and_its_photo_reach_the_town_and_its_answer_comes_home() {
    let scene = Scene::new();
    let receipt = scene.case();
    let up = scene.path("up.daiban");
    export(&scene.village, TOWN, &up).unwrap();
    let taken = import(&scene.town, &up).unwrap();
    assert!(taken["entries"].as_u64() > Some(0) && taken["files"] == 1, "{taken}");
    assert_eq!(taken["refused"], json!([]));
    let (here, there) = (shown(&scene.village, &receipt), shown(&scene.town, &receipt));
    assert_eq!((&here["form"], &here["acts"]), (&there["form"], &there["acts"]));
    assert_eq!(there["held"], here["held"], "the photograph too");
    let again = import(&scene.town, &up).unwrap();
    assert_eq!((again["entries"].as_u64(), again["files"].as_u64()), (Some(0), Some(0)));

    scene.town.ask(&json!({
        "command": "edit-case", "case": receipt, "fields": { "telphone": "15412345678" },
        "by": { "name": "李敏", "id": "limin" },
    }));
    let down = scene.path("down.daiban");
    export(&scene.town, VILLAGE_A, &down).unwrap();
    import(&scene.village, &down).unwrap();
    let home = shown(&scene.village, &receipt);
    assert_eq!(home["form"], shown(&scene.town, &receipt)["form"]);
    scene.village.wait("to know that it is safe at the town", |village| {
        let at_town = &shown(village, &receipt)["safety"][1];
        at_town["office"] == TOWN && at_town["safe"] == true
    });
    // The town has signed for everything, so there is nothing more to carry.
    let nothing = export(&scene.village, TOWN, &scene.path("again.daiban")).unwrap_err();
    assert!(nothing.starts_with("4 "), "{nothing}");
}

#[test]
fn a_bundle_that_is_cut_or_for_somebody_else_has_no_effect() {
    let mut scene = Scene::new();
    scene.case();
    let up = scene.path("up.daiban");
    export(&scene.village, TOWN, &up).unwrap();
    let whole = std::fs::read(&up).unwrap();
    let before = scene.town.status()["entries"].clone();
    let refused = |office: &Office, bytes: &[u8], reason: &str| {
        let file = scene.path("given.daiban");
        std::fs::write(&file, bytes).unwrap();
        let why = import(office, &file).unwrap_err();
        assert!(why.starts_with("3 ") && why.contains(reason), "expected {reason:?}, got {why}");
    };
    refused(&scene.town, &whole[..whole.len() - 7], "not copied whole");
    refused(&scene.town, &whole[..whole.len() / 2], "not copied whole");
    refused(&scene.town, b"\x1f\x8b\x08 ../../etc/passwd", "expected a bundle");
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    refused(&scene.town, &flipped, "damaged");
    refused(&scene.village, &whole, "expected a bundle for office");
    assert_eq!(scene.town.status()["entries"], before, "nothing of it was kept");

    let cut = scene.path("given.daiban");
    assert!(export(&scene.village, VILLAGE_B, &scene.path("x")).unwrap_err().starts_with("5 "));
    assert!(export(&scene.village, COUNTY, &scene.path("x")).unwrap_err().starts_with("4 "));
    assert!(export(&scene.village, TOWN, &cut).unwrap_err().starts_with("5 "), "no overwriting");
    assert!(!scene.path("x").exists() && !scene.path("x.part").exists());

    // The road opens again: what was carried and what was not agree.
    import(&scene.town, &up).unwrap();
    scene.road.cut(false);
    scene.village.wait("to be signed for", |v| v.status()["above"][0]["missing"] == 0);
    for office in [&mut scene.village, &mut scene.town] {
        office.stop();
        assert!(office.verb(&["verify"]).status.success());
    }
}
