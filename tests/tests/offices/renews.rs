//! Certificates renew themselves while nodes run, and after a tree was away for longer than they
//! last.

use daiban_node::identity::Identity;
use daiban_sync::id::Millis;
use daiban_tests::office::{Office, free_port};
use daiban_tests::tree::{self, CITY, COUNTY, TOWN, VILLAGE_A};

const DAY_MS: u64 = 86_400_000;
/// Days that a node's certificate lasts by default.
const LIFE_DAYS: u64 = 90;

/// Starts a city, a county, a town and a village that joined so many days ago; waits until each has
/// certificates of today and the village is in touch.
fn check_renewed(days_ago: u64) {
    let folder = tempfile::tempdir().unwrap();
    let then = Millis(tree::now().0 - days_ago * DAY_MS);
    tree::enrol_at(folder.path(), then);
    let mut parent = 9;
    let mut offices = [CITY, COUNTY, TOWN, VILLAGE_A].map(|code| {
        let office = Office::new(&folder.path().join(code.to_string()), free_port(), parent);
        parent = office.listen();
        office
    });
    offices.iter_mut().for_each(Office::start);
    let fresh = Millis(tree::now().0 + (LIFE_DAYS - 1) * DAY_MS);
    for office in &offices {
        office.wait("to have certificates of today", |office| {
            let saved = Identity::load(office.data()).unwrap();
            saved.validity().unwrap().not_after > fresh
        });
    }
    let [.., village] = &offices;
    village.wait("to be in touch", |village| village.status()["peers"][0]["live"] == true);
    offices.iter_mut().for_each(Office::stop);
}

#[test]
fn past_half_of_their_life() {
    check_renewed(50);
}

#[test]
fn after_they_have_expired() {
    check_renewed(100);
}
