//! A city, a county, a town and two villages of 乐清, enrolled without a network.

use std::path::Path;

use daiban_node::identity::{Identity, Lifetimes, admit_beside, system_rng};
use daiban_sync::id::{Millis, OfficeCode};

pub const CITY: u64 = 330_300_000_000;
pub const COUNTY: u64 = 330_382_000_000;
pub const TOWN: u64 = 330_382_001_000;
pub const VILLAGE_A: u64 = 330_382_001_001;
pub const VILLAGE_B: u64 = 330_382_001_002;

/// The machine's clock.
pub fn now() -> Millis {
    let since =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

pub fn office(code: u64) -> OfficeCode {
    OfficeCode::new(code).expect("a code of 乐清")
}

/// A city that began at `at`.
fn city(at: Millis) -> Identity {
    let mut rng = system_rng().expect("the system has randomness");
    Identity::init_city(office(CITY), at, &Lifetimes::default(), &mut rng)
        .expect("a city is a city")
}

/// `child` joins `parent`, whose invitations are kept in `folder`.
fn join(parent: &Identity, child: u64, folder: &Path, at: Millis) -> Identity {
    let mut rng = system_rng().expect("the system has randomness");
    std::fs::create_dir_all(folder.join("identity")).expect("a writable folder");
    let nowhere = vec!["127.0.0.1:9".to_owned()];
    admit_beside((parent, folder), (office(child), folder), nowhere, at, &mut rng)
        .expect("an invited child is admitted")
}

/// Every office of the line with its identity saved under `root/CODE`.
pub fn enrol(root: &Path) {
    enrol_at(root, now());
}

/// As [`enrol`], with certificates that begin at `at`.
pub fn enrol_at(root: &Path, at: Millis) {
    let mut identities: Vec<(u64, Identity)> = vec![(CITY, city(at))];
    for child in [COUNTY, TOWN, VILLAGE_A, VILLAGE_B] {
        let parent = u64::from(office(child).parent().expect("no city"));
        let (_, parent) =
            identities.iter().find(|(code, _)| *code == parent).expect("enrolled before");
        let identity = join(parent, child, &root.join("desk").join(child.to_string()), at);
        identities.push((child, identity));
    }
    for (code, identity) in identities {
        let data = root.join(code.to_string());
        std::fs::create_dir_all(&data).expect("a writable folder");
        identity.save_new(&data).expect("an empty folder");
    }
}
