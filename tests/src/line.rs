//! A village, its town, county and city as processes; the road below the town can be cut.

use daiban::relay::Relay;
use daiban_domain::{sample, shipped};
use serde_json::{Value, json};

use crate::office::{Office, free_port};
use crate::tree::{self, CITY, COUNTY, TOWN, VILLAGE_A};

/// Four offices that are up.
pub struct Line {
    pub village: Office,
    pub town: Office,
    pub county: Office,
    pub city: Office,
    road: Relay,
    folder: tempfile::TempDir,
}

impl Line {
    /// Enrols all and starts them.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// As [`Line::start`], with these settings at every office.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a writable folder");
        tree::enrol(folder.path());
        let office = |code: u64, parent: u16| {
            let data = folder.path().join(code.to_string());
            Office::new(&data, free_port(), parent).with(settings)
        };
        let city = office(CITY, 9);
        let county = office(COUNTY, city.listen());
        let town = office(TOWN, county.listen());
        let road = Relay::start(([127, 0, 0, 1], town.listen()).into()).expect("loopback has room");
        let village = office(VILLAGE_A, road.address().port());
        let mut line = Self { village, town, county, city, road, folder };
        // From the top, so that nobody dials in vain.
        line.offices_mut().into_iter().rev().for_each(Office::start);
        line
    }

    /// All four, the lowest first.
    pub fn offices(&self) -> [&Office; 4] {
        [&self.village, &self.town, &self.county, &self.city]
    }

    fn offices_mut(&mut self) -> [&mut Office; 4] {
        [&mut self.village, &mut self.town, &mut self.county, &mut self.city]
    }

    /// The folder that everything is in.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Cuts the road between village and town, or opens it.
    pub fn cut(&self, is_cut: bool) {
        self.road.cut(is_cut);
    }

    /// A whole application, handed in at the village; gives its receipt.
    pub fn hand_in(&self, code: &str) -> String {
        self.hand_in_as(code, None)
    }

    /// As [`Line::hand_in`], for somebody who applies for the same once more.
    pub fn hand_in_again(&self, code: &str, reason: &str) -> String {
        self.hand_in_as(code, Some(reason))
    }

    fn hand_in_as(&self, code: &str, again: Option<&str>) -> String {
        let catalog = shipped::catalog();
        let item = catalog.latest(code).expect("a shipped item");
        let paper = self.village.upload("paper.pdf", b"%PDF-1.4 practice".to_vec());
        let materials: Vec<_> =
            item.materials.iter().map(|rule| json!({ "key": rule.key, "blob": paper })).collect();
        let saved = self.village.ask(&json!({
            "command": "new-case", "item": code, "submit": true, "materials": materials,
            "fields": sample::complete(item, tree::office(VILLAGE_A)), "again": again,
            "by": { "name": "王芳", "id": "wangfang" },
        }));
        saved["receipt"].as_str().expect("a saved case has a receipt").to_owned()
    }

    /// An office of the line publishes a notice; waits until those below it know it. Gives what it
    /// changes.
    pub fn publish(&self, from: &Office, arguments: &[&str]) -> Vec<Value> {
        let count = |office: &Office| {
            let told = office.told(&["notices"]).expect("a node tells its notices");
            told["notices"].as_array().map_or(0, Vec::len)
        };
        let below = || self.offices().into_iter().take_while(|office| office.code() != from.code());
        let before: Vec<_> = below().map(count).collect();
        let told = from.told(&[&["publish"], arguments].concat());
        let told = told.unwrap_or_else(|said| panic!("{arguments:?}: {said}"));
        for (office, before) in below().zip(before) {
            office.wait("to know the notice", |office| count(office) > before);
        }
        told["effects"].as_array().cloned().unwrap_or_default()
    }

    /// Waits until everything that the village holds is safe at town, county and city.
    pub fn wait_until_safe(&self) {
        self.village.wait_for_receipts(3);
    }

    /// Waits until all four show the same of these cases.
    pub fn wait_until_equal(&self, receipts: &[String]) {
        for receipt in receipts {
            for office in [&self.town, &self.county, &self.city] {
                office.wait(&format!("to show {receipt} as the village does"), |office| {
                    office.show(receipt).is_ok()
                        && office.shown(receipt) == self.village.shown(receipt)
                });
            }
        }
    }

    /// Stops all; what is on the disks is sound.
    pub fn finish(mut self) {
        for office in self.offices_mut() {
            office.stop();
            office.check_sound();
        }
    }
}
