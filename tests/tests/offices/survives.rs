//! Two hundred applications, two villages, forty kills and cut roads: nothing that was acknowledged
//! is lost, and nobody holds what is not theirs.

use std::collections::BTreeMap;
use std::time::Duration;

use daiban::relay::Relay;
use daiban_tests::office::{Office, applications, free_port};
use daiban_tests::tree::{self, CITY, COUNTY, TOWN, VILLAGE_A, VILLAGE_B};
use serde_json::json;

/// Applications at each village.
const APPLICATIONS: usize = 100;
const KILLS: usize = 40;

/// A small generator: the test's own story, the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pause(&mut self, ms_max: u64) {
        std::thread::sleep(Duration::from_millis(self.roll(ms_max)));
    }
}

#[test]
fn nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    tree::enrol(folder.path());
    let mut dice = Dice(7);
    let ports: BTreeMap<u64, u16> = [CITY, COUNTY, TOWN].map(|code| (code, free_port())).into();
    let roads: BTreeMap<u64, Relay> = [VILLAGE_A, VILLAGE_B, TOWN, COUNTY]
        .into_iter()
        .map(|code| {
            let parent = u64::from(tree::office(code).parent().unwrap());
            let target = ([127, 0, 0, 1], ports[&parent]).into();
            (code, Relay::start(target).unwrap())
        })
        .collect();
    let mut offices: BTreeMap<u64, Office> = [CITY, COUNTY, TOWN, VILLAGE_A, VILLAGE_B]
        .into_iter()
        .map(|code| {
            let listen = ports.get(&code).copied().unwrap_or_else(free_port);
            let parent = roads.get(&code).map_or(9, |road| road.address().port());
            (code, Office::new(&folder.path().join(code.to_string()), listen, parent))
        })
        .collect();

    // The villages work on their own; power cuts come as they like.
    [VILLAGE_A, VILLAGE_B].iter().for_each(|code| roads[code].cut(true));
    offices.values_mut().for_each(Office::start);
    let mut kills = 0;
    let mut told: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for (code, seed) in [(VILLAGE_A, 1), (VILLAGE_B, 2)] {
        let village = offices.get_mut(&code).unwrap();
        told.insert(code, enter_everything(village, seed, &mut dice, &mut kills));
    }

    // The roads open, and everything keeps breaking while the cases travel.
    while kills < KILLS {
        let codes: Vec<u64> = roads.keys().copied().collect();
        for code in &codes {
            roads[code].cut(dice.roll(3) == 0);
        }
        dice.pause(150);
        let victim =
            [CITY, COUNTY, TOWN, VILLAGE_A, VILLAGE_B][usize::try_from(dice.roll(5)).unwrap()];
        let office = offices.get_mut(&victim).unwrap();
        office.kill();
        kills += 1;
        dice.pause(50);
        office.start();
    }
    roads.values().for_each(|road| road.cut(false));

    let all: Vec<&String> = told.values().flatten().collect();
    assert_eq!(all.len(), 2 * APPLICATIONS);
    for code in [TOWN, COUNTY, CITY] {
        let office = &offices[&code];
        let everything = |office: &Office| {
            let status = office.status();
            status["cases"].as_u64() >= Some(all.len() as u64) && status["views_behind"] == false
        };
        office.wait("to hold every case", everything);
    }
    for (code, receipts) in &told {
        offices[code].wait("to have the receipts of all tiers", |office| {
            let above = office.status()["above"].as_array().cloned().unwrap_or_default();
            above.len() == 3 && above.iter().all(|office| office["missing"] == 0)
        });
        for receipt in receipts {
            let here = offices[code].shown(receipt);
            for above in [TOWN, COUNTY, CITY] {
                assert_eq!(here, offices[&above].shown(receipt), "{receipt} at {above}");
            }
        }
    }
    let strangers = |village: u64, of: u64| {
        for receipt in &told[&of] {
            let show = json!({ "command": "show-case", "case": receipt });
            let error = offices[&village].try_ask(&show).unwrap_err();
            assert!(error.starts_with("404"), "{village} must not hold {receipt}: {error}");
        }
        let list = offices[&village].ask(&json!({ "command": "cases" }));
        let cases = list["cases"].as_array().unwrap();
        assert!(cases.iter().all(|case| case["origin"] == village), "{village} holds its own only");
    };
    strangers(VILLAGE_A, VILLAGE_B);
    strangers(VILLAGE_B, VILLAGE_A);

    for office in offices.values_mut() {
        office.stop();
        let verify = office.verb(&["verify"]);
        assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stdout));
    }
}

/// Enters all applications of a village however often it dies; gives the receipts it was told.
fn enter_everything(
    village: &mut Office,
    seed: u64,
    dice: &mut Dice,
    kills: &mut usize,
) -> Vec<String> {
    let mut todo = applications(village.code(), seed, APPLICATIONS);
    let mut told = Vec::new();
    while !todo.is_empty() {
        let deadly = *kills < KILLS / 2 && dice.roll(3) > 0;
        let wait = Duration::from_millis(dice.roll(60));
        let answers = std::thread::scope(|scope| {
            let part = &todo[..todo.len().min(25)];
            let entering = scope.spawn(|| village.batch(part));
            if deadly {
                std::thread::sleep(wait);
            }
            deadly.then(|| village.signal_kill());
            entering.join().unwrap()
        });
        if deadly {
            *kills += 1;
            village.kill();
            village.start();
        }
        for answer in &answers {
            // What was saved but not told before the kill is entered once more, as a person would;
            // the village then says which case it is.
            let known = &answer["refusal"]["detail"]["known"]["receipt"];
            let receipt = answer["answer"]["receipt"].as_str().or(known.as_str());
            told.push(receipt.unwrap_or_else(|| panic!("{answer}")).to_owned());
        }
        todo.drain(..answers.len());
    }
    told
}
