//! A village, its town, county and city as processes; the road below the town can be cut.

use daiban::relay::Relay;
use tokio::runtime::Runtime;

use crate::office::{Office, free_port};
use crate::tree::{self, CITY, COUNTY, TOWN, VILLAGE_A};

/// Four offices that are up.
pub struct Line {
    pub village: Office,
    pub town: Office,
    pub county: Office,
    pub city: Office,
    road: Relay,
    _runtime: Runtime,
    folder: tempfile::TempDir,
}

impl Line {
    /// Enrols all and starts them.
    pub fn start() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let folder = tempfile::tempdir().expect("a writable folder");
        tree::enrol(folder.path());
        let office = |code: u64, parent: u16| {
            Office::new(&folder.path().join(code.to_string()), free_port(), parent)
        };
        let city = office(CITY, 9);
        let county = office(COUNTY, city.listen());
        let town = office(TOWN, county.listen());
        let road = Relay::start(([127, 0, 0, 1], town.listen()).into());
        let road = runtime.block_on(road).expect("loopback has room");
        let village = office(VILLAGE_A, road.address().port());
        let mut line = Self { village, town, county, city, road, _runtime: runtime, folder };
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
