//! Legal case numbers 办件编号: never two equal, never a gap that nobody can explain, whatever happens
//! to links and disks.

use daiban_tests::line::Line;
use daiban_tests::office::Office;
use daiban_tests::tree::TOWN;
use serde_json::{Value, json};

/// Accepted at the town.
const ITEM: &str = "CL-SB-01";
/// Nobody is there.
const NOWHERE: u16 = 9;

/// The county leases a block to the town, and the town knows it.
fn lease(line: &Line, block: &str) {
    let known = |office: &Office| {
        office.told(&["numbers", "leases"]).unwrap()["leases"].as_array().unwrap().len()
    };
    let before = known(&line.town);
    line.county.told(&["numbers", "lease", &TOWN.to_string(), "--block", block]).unwrap();
    line.town.wait("to have the block", |town| known(town) > before);
}

fn accept(town: &Office, receipt: &str) {
    town.wait("to have the case", |town| town.show(receipt).is_ok());
    town.told(&["act", "accept", receipt, "--by", "李超:lichao", "--organ", "RS"]).unwrap();
}

/// The last four digits of the number of a case.
fn serial(office: &Office, receipt: &str) -> Option<u16> {
    let view = office.show(receipt).ok()?;
    view["summary"]["number"].as_str()?.get(39..)?.parse().ok()
}

fn wait_for_serial(office: &Office, receipt: &str, expected: u16) {
    office.wait(&format!("to show {receipt} as number {expected}"), |office| {
        serial(office, receipt) == Some(expected)
    });
}

/// What became of each serial of today, as the county tells it.
fn ledger(office: &Office) -> Vec<Value> {
    let told = office.told(&["numbers", "ledger", ITEM, "--office", &TOWN.to_string()]).unwrap();
    let blocks = told["ledger"]["blocks"].as_array().unwrap().iter();
    blocks.flat_map(|block| block["lines"].as_array().unwrap().clone()).collect()
}

fn kinds(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["is"].as_str().unwrap()).collect()
}

#[test]
fn an_office_without_a_network_gives_numbers_until_its_block_is_used_up() {
    let mut line = Line::start();
    lease(&line, "0001-0002");
    let first = line.hand_in(ITEM);
    let more = ["为女儿", "为儿子"].map(|reason| line.hand_in_again(ITEM, reason));
    accept(&line.town, &first);
    wait_for_serial(&line.town, &first, 1);
    more.iter().for_each(|receipt| {
        line.town.wait("to have the case", |town| town.show(receipt).is_ok());
    });

    line.town.stop();
    let mut alone = Office::new(line.town.data(), line.town.listen(), NOWHERE);
    alone.start();
    more.iter().for_each(|receipt| accept(&alone, receipt));
    wait_for_serial(&alone, &more[0], 2);
    let alarm = alone.wait_for_alarm("numbers_used_up");
    assert!(alarm.contains('2'), "{alarm}");
    assert_eq!(serial(&alone, &more[1]), None, "nobody invents a number");
    alone.stop();

    line.town.start();
    lease(&line, "0100-0199");
    wait_for_serial(&line.village, &more[1], 100);
    line.wait_until_safe();
    line.county.wait("to hold all three", |county| {
        kinds(&ledger(county)) == ["used", "used", "used", "free"]
    });
    line.finish();
}

/// The disk image is put back and used on the same day without a network: its office gives a number
/// once more. When the two histories meet, the later case gives way.
#[test]
fn an_old_disk_that_gives_a_number_again_takes_it_back() {
    let mut line = Line::start();
    lease(&line, "0001-0009");
    let first = line.hand_in(ITEM);
    let [kept, again] = ["为女儿", "为儿子"].map(|reason| line.hand_in_again(ITEM, reason));
    accept(&line.town, &first);
    wait_for_serial(&line.county, &first, 1);
    [&kept, &again].iter().for_each(|receipt| {
        line.town.wait("to have the case", |town| town.show(receipt).is_ok());
    });
    let old = line.folder().join("old");
    line.cut(true);
    line.town.stop();
    line.town.copy_to(&old);

    line.town.start();
    accept(&line.town, &kept);
    wait_for_serial(&line.county, &kept, 2);
    line.town.kill();

    line.town.put_back(&old);
    let mut alone = Office::new(line.town.data(), line.town.listen(), NOWHERE);
    alone.start();
    accept(&alone, &again);
    wait_for_serial(&alone, &again, 2);
    alone.stop();

    line.town.start();
    line.cut(false);
    line.town.wait_for_alarm("number_twice");
    // What the lost history gave in the end, nobody can know: the old block rests for today.
    line.town.wait_for_alarm("numbers_used_up");
    lease(&line, "0100-0199");
    wait_for_serial(&line.town, &again, 100);
    for office in [&line.village, &line.county] {
        wait_for_serial(office, &kept, 2);
        wait_for_serial(office, &again, 100);
    }
    let told = ledger(&line.county);
    assert_eq!(kinds(&told), ["used", "used", "lost", "used", "free"], "{}", json!(told));
    line.finish();
}
