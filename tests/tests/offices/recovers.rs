//! What a data directory may suffer: old copies, loss, flipped bits, a full disk. Nothing that was
//! acknowledged is lost, and somebody is told.

use std::collections::BTreeSet;
use std::path::PathBuf;

use daiban_node::settings::Settings;
use daiban_node::shell::Node;
use daiban_node::store::kv::{Batch, KvOpener as _, SledKvOpener};
use daiban_tests::harm::{flip, said};
use daiban_tests::line::Line;
use daiban_tests::office::{Office, applications, free_port};
use daiban_tests::tree::{self, VILLAGE_A};
use serde_json::{Value, json};

/// A village on its own, not started.
fn village() -> (tempfile::TempDir, Office) {
    let folder = tempfile::tempdir().unwrap();
    tree::enrol(folder.path());
    let village = Office::new(&folder.path().join(VILLAGE_A.to_string()), free_port(), 9);
    (folder, village)
}

/// A stopped village that holds cases, and a copy of its directory.
struct Kept {
    village: Office,
    receipts: Vec<String>,
    sound: PathBuf,
    _folder: tempfile::TempDir,
}

impl Kept {
    fn new() -> Self {
        let (folder, mut village) = village();
        village.start();
        let receipts = village.enter(1, 5);
        village.stop();
        let sound = folder.path().join("sound");
        village.copy_to(&sound);
        Self { village, receipts, sound, _folder: folder }
    }
}

#[test]
fn a_restored_directory_gets_its_later_entries_back() {
    let mut line = Line::start();
    let early = line.village.enter(1, 3);
    line.wait_until_safe();
    line.village.stop();
    let copy = line.folder().join("copy");
    line.village.copy_to(&copy);
    line.village.start();
    let late = line.village.enter(2, 4);
    line.wait_until_safe();
    let incarnation = line.village.status()["incarnation"].clone();
    line.village.stop();

    line.village.put_back(&copy);
    line.village.start();
    let sentence = line.village.wait_for_alarm("rolled_back");
    assert!(sentence.contains("was restored from an old copy"), "{sentence}");
    line.village.wait_to_show(&late);
    assert_ne!(line.village.status()["incarnation"], incarnation);
    let logs = line.town.status()["logs"].clone();
    let new = line.village.enter(3, 2);
    line.wait_until_safe();
    assert_ne!(line.town.status()["logs"], logs, "what is new is in a log of its own");
    line.wait_until_equal(&[early, late, new].concat());
    line.finish();
}

#[test]
fn a_restored_directory_that_was_written_to_loses_neither_history() {
    let mut line = Line::start();
    let early = line.village.enter(1, 2);
    line.wait_until_safe();
    line.village.stop();
    let copy = line.folder().join("copy");
    line.village.copy_to(&copy);
    line.village.start();
    let late = line.village.enter(2, 3);
    line.village.edit(&early[0], &json!({ "address": "后来搬到2组8号" })).unwrap();
    line.wait_until_safe();
    line.village.stop();

    line.cut(true);
    line.village.put_back(&copy);
    line.village.start();
    let other = line.village.enter(3, 4);
    line.village.edit(&early[0], &json!({ "telphone": "15412340000" })).unwrap();
    line.village.edit(&early[1], &json!({ "address": "恢复后改为9组1号" })).unwrap();
    line.cut(false);
    line.village.ask(&json!({ "command": "sync-now" }));
    let sentence = line.village.wait_for_alarm("fork_mended");
    assert!(sentence.contains("written again") && sentence.contains("nothing is lost"));
    line.village.wait_to_show(&late);
    line.wait_until_safe();
    line.wait_until_equal(&[early.clone(), late, other].concat());
    let form = |case: &str| line.city.shown(case)["form"].to_string();
    assert!(form(&early[0]).contains("后来搬到2组8号"), "what was lost is back");
    assert!(form(&early[0]).contains("15412340000"), "what was written instead stays");
    assert!(form(&early[1]).contains("恢复后改为9组1号"));
    line.finish();
}

/// The town was left behind, too: what the village wrote instead reached it before it heard from the
/// county. Now two offices above hold two histories, and the higher one's stands.
#[test]
fn two_histories_above_become_one_and_lose_nothing() {
    let mut line = Line::start();
    let early = line.village.enter(1, 2);
    line.wait_until_safe();
    let copies = ["village", "town"].map(|name| line.folder().join(name));
    line.village.stop();
    line.town.stop();
    line.village.copy_to(&copies[0]);
    line.town.copy_to(&copies[1]);
    line.town.start();
    line.village.start();
    let late = line.village.enter(2, 3);
    line.village.edit(&early[0], &json!({ "address": "后来搬到2组8号" })).unwrap();
    line.wait_until_safe();

    line.village.stop();
    line.town.stop();
    line.county.stop();
    line.city.stop();
    line.village.put_back(&copies[0]);
    line.town.put_back(&copies[1]);
    line.town.start();
    line.village.start();
    let other = line.village.enter(3, 4);
    line.village.edit(&early[0], &json!({ "telphone": "15412340000" })).unwrap();
    line.town.wait_to_show(&other);
    line.city.start();
    line.county.start();
    line.village.wait_for_alarm("fork_mended");
    line.village.wait_to_show(&late);
    line.wait_until_safe();
    line.wait_until_equal(&[early.clone(), late, other].concat());
    let form = line.city.shown(&early[0])["form"].to_string();
    assert!(form.contains("后来搬到2组8号") && form.contains("15412340000"), "{form}");
    line.finish();
}

#[test]
fn an_office_that_lost_its_directory_goes_on_with_its_old_cases() {
    let mut line = Line::start();
    let old = line.village.enter(1, 5);
    line.wait_until_safe();
    line.village.stop();
    std::fs::remove_dir_all(line.village.data()).unwrap();

    let invited = line.town.verb(&["office", "invite", line.village.code()]);
    assert!(invited.status.success(), "{}", said(&invited));
    let printed = said(&invited);
    let code = printed.lines().find(|text| text.starts_with("DAIBAN1-")).unwrap();
    let joined = line.village.verb(&["join", code]);
    assert!(joined.status.success(), "{}", said(&joined));
    line.village.start();
    line.village.wait_to_show(&old);
    line.village.edit(&old[0], &json!({ "address": "新设备上改为3组1号" })).unwrap();
    let new = line.village.enter(2, 5);
    let all = [old, new].concat();
    // Day and serial; what follows is drawn by lot.
    let numbers: BTreeSet<_> = all.iter().map(|receipt| &receipt[12..22]).collect();
    assert_eq!(numbers.len(), all.len(), "no number of a day is given out twice: {all:?}");
    line.wait_until_safe();
    line.wait_until_equal(&all);
    line.finish();
}

#[test]
fn a_bit_flipped_in_a_journal_is_named_and_fetched_again() {
    let mut line = Line::start();
    let receipts = line.village.enter(1, 5);
    line.wait_until_safe();
    let harm = |office: &mut Office| {
        office.stop();
        office.flip_in_journal();
        let named = office.check_damaged();
        assert!(named.contains("log ") && named.contains("are damaged"), "{named}");
        office.start();
        let sentence = office.wait_for_alarm("repaired");
        assert!(sentence.contains("fetched again"), "{sentence}");
        office.stop();
        office.check_sound();
        office.start();
    };
    harm(&mut line.village);
    harm(&mut line.town);
    let more = line.village.enter(2, 1);
    line.wait_until_safe();
    line.wait_until_equal(&[receipts, more].concat());
    line.finish();
}

#[test]
fn a_bit_flipped_in_the_database_costs_nothing() {
    let Kept { mut village, receipts, sound, _folder } = Kept::new();
    let len = usize::try_from(std::fs::metadata(village.database()).unwrap().len()).unwrap();
    for part in 0..6 {
        village.put_back(&sound);
        flip(&village.database(), 24 + part * len / 6);
        village.start();
        let is_whole = receipts.iter().all(|receipt| village.show(receipt).is_ok());
        village.stop();
        if !is_whole || !village.verb(&["verify"]).status.success() {
            let rebuilt = village.verb(&["rebuild"]);
            assert!(rebuilt.status.success(), "{}", said(&rebuilt));
            village.start();
            village.wait_to_show(&receipts);
            village.stop();
        }
        village.check_sound();
    }
}

#[test]
fn a_database_that_cannot_be_read_is_set_aside_and_made_anew() {
    let Kept { mut village, receipts, sound, _folder } = Kept::new();
    let other_bytes: fn(&Office) = |village| {
        std::fs::write(village.database(), vec![0xa5; 70_000]).unwrap();
    };
    let unsealed_view: fn(&Office) = |village| {
        let kv = SledKvOpener::new(village.data().join("sled"), 16 << 20).open().unwrap();
        let mut batch = Batch::default();
        batch.put(*b"vk20260101", *b"\0not sealed by this office");
        kv.apply(&batch).unwrap();
    };
    for harm in [other_bytes, unsealed_view] {
        village.put_back(&sound);
        harm(&village);
        village.start();
        village.wait_to_show(&receipts);
        assert!(village.data().join("sled.aside").exists(), "kept for a look");
        village.stop();
        village.check_sound();
    }
}

#[test]
fn a_bit_flipped_in_a_file_is_named_and_the_file_fetched_again() {
    let mut line = Line::start();
    let paper = [b"%PDF-1.4 ".to_vec(), (0..200_000u32).map(|n| n.to_le_bytes()[0]).collect()];
    let paper = paper.concat();
    let file = line.village.upload("form.pdf", paper.clone());
    let blob = file["id"].as_str().unwrap().to_owned();
    let mut new = applications(line.village.code(), 1, 1).swap_remove(0);
    new["materials"] = json!([{ "key": "FORM", "blob": file }]);
    let receipt = line.village.ask(&new)["receipt"].as_str().unwrap().to_owned();
    line.town.wait("to hold the file", |town| {
        town.show(&receipt).is_ok_and(|view| view["held"][0] == blob.as_str())
    });

    // At the beginning stands the file's key, then follow its chunks.
    for (byte, words) in [(150_000, "chunk 2 is damaged"), (40, "damaged at the beginning")] {
        line.village.stop();
        flip(&line.village.blob_file(&blob), byte);
        for _ in 0..2 {
            let named = line.village.check_damaged();
            assert!(named.contains(&blob) && named.contains(words), "{named}");
        }
        line.village.start();
        let sentence = line.village.wait_for_alarm("blob_repaired");
        assert!(sentence.contains(&blob), "{sentence}");
        assert_eq!(line.village.download(&blob).unwrap(), paper);
        line.village.stop();
        line.village.check_sound();
        line.village.start();
    }

    flip(&line.village.blob_file(&blob), 150_000);
    assert!(line.village.download(&blob).is_err(), "never other content than was saved");
    line.village.wait("to have the file again", |village| {
        village.download(&blob).is_ok_and(|bytes| bytes == paper)
    });
    line.finish();
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_stops_saving_and_loses_nothing() {
    // Without any room the journal fails, and what is there is still shown; with a little the
    // database is the first to want more.
    for room in [0, 20_000] {
        let (folder, mut village) = village();
        village.start_limitable();
        let before = village.enter(1, 5);
        village.limit_files(village.journal_bytes() + room);
        let (more, refusal) = enter_until_refused(&village);
        assert!(refusal.starts_with("507") && refusal.contains("未保存"), "{refusal}");
        let reason = village.status()["latched"].as_str().unwrap_or_default().to_owned();
        assert!(reason.contains("File too large"), "{reason}");
        if room == 0 {
            assert!(more.is_empty() && reason.contains("writing to the journal"), "{reason}");
            for receipt in &before {
                assert_eq!(village.shown(receipt)["summary"]["receipt"], receipt.as_str());
            }
        }
        let edited = village.edit(&before[0], &json!({ "address": "改为1组1号" })).unwrap_err();
        assert!(edited.starts_with("507"), "{edited}");
        let record = folder.path().join("record.json");
        std::fs::write(&record, record_of(&applications(village.code(), 3, 1)[0])).unwrap();
        let new = ["case", "new", "--from", record.to_str().unwrap(), "--by", "王芳"];
        let new = village.verb(&new);
        assert_eq!(new.status.code(), Some(6), "{}", said(&new));

        village.stop();
        village.start();
        village.wait_to_show(before.iter().chain(&more));
        let later = village.enter(4, 1);
        assert!(village.show(&later[0]).is_ok());
        village.stop();
        village.check_sound();
    }
}

/// Gives the receipts of what was saved, and the refusal.
fn enter_until_refused(village: &Office) -> (Vec<String>, String) {
    let mut saved = Vec::new();
    for new in applications(village.code(), 2, 50) {
        match village.try_ask(&new) {
            Ok(answer) => saved.push(answer["receipt"].as_str().unwrap().to_owned()),
            Err(refusal) => return (saved, refusal),
        }
    }
    panic!("no file may grow, and yet 50 cases were saved");
}

/// The record of a command, as `daiban case new --from` reads it.
fn record_of(new: &Value) -> String {
    json!({ "item": new["item"], "fields": new["fields"] }).to_string()
}

#[test]
fn when_room_runs_short_new_cases_are_refused_first() {
    let (_folder, mut village) = village();
    village.start();
    let receipts = village.enter(1, 1);
    village.stop();

    let free = rustix::fs::statvfs(village.data()).unwrap();
    let free_mb = (free.f_bavail * free.f_frsize) >> 20;
    let mut settings = Settings::default();
    settings.node.listen = ([127, 0, 0, 1], 0).into();
    settings.node.admin = ([127, 0, 0, 1], 0).into();
    settings.node.training = true;
    settings.parent.addresses = vec!["127.0.0.1:9".into()];
    // Between a quarter of the threshold and the whole of it.
    (settings.store.stop_cases_mb, settings.store.stop_materials_mb) = (2 * free_mb, 2 * free_mb);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let node = runtime.block_on(Node::start(village.data(), settings)).unwrap();
    village.wait("to measure its disk", |village| {
        village.status()["space"]["en"].as_str().unwrap().contains("new cases are refused")
    });
    let refusal = village.try_ask(&applications(village.code(), 2, 1)[0]).unwrap_err();
    assert!(refusal.starts_with("507") && refusal.contains("暂不接收新件"), "{refusal}");
    let upload = village.try_upload("form.pdf", b"%PDF-1.4 practice".to_vec()).unwrap_err();
    assert!(upload.starts_with("507"), "{upload}");
    village.edit(&receipts[0], &json!({ "address": "改为1组1号" })).unwrap();
    assert!(village.shown(&receipts[0])["form"].to_string().contains("改为1组1号"));
    runtime.block_on(node.stop());
    village.check_sound();
}
