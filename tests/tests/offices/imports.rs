//! A village list of three hundred rows, nine of them faulty: killed nodes, mended rows and other
//! file kinds; each good row becomes one case, once.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use daiban_tests::harm::said;
use daiban_tests::list::{ITEM, csv, gb18030, list, save_workbook};
use daiban_tests::office::{Office, binary, free_port};
use daiban_tests::tree::{self, VILLAGE_A};
use serde_json::{Value, json};

const ROWS: usize = 300;
/// Every row with this remainder has an ID number with a wrong digit.
const FAULTY: (usize, usize) = (33, 7);
/// The exit code when some rows are not entered.
const SOME_ROWS: i32 = 9;
const UNREACHABLE: i32 = 7;

fn is_faulty(row: usize) -> bool {
    row % FAULTY.0 == FAULTY.1
}

fn village(folder: &Path) -> Office {
    tree::enrol(folder);
    let mut village = Office::new(&folder.join(VILLAGE_A.to_string()), free_port(), 9);
    village.start();
    village
}

fn arguments<'a>(file: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let import =
        ["--json", "case", "import", file.to_str().unwrap(), "--item", ITEM, "--by", "李丽"];
    import.into_iter().chain(more.iter().copied()).collect()
}

/// What an import says in the end, and its exit code.
fn import(village: &Office, file: &Path, more: &[&str]) -> (Value, i32) {
    summary(&village.verb(&arguments(file, more)))
}

fn summary(output: &Output) -> (Value, i32) {
    let summary = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", said(output)));
    (summary, output.status.code().unwrap())
}

fn check(village: &Office, file: &Path, more: &[&str], [new, known, faulty]: [usize; 3]) -> Value {
    let (summary, code) = import(village, file, more);
    let counted = [&summary["new"], &summary["known"], &summary["faulty"]];
    assert_eq!(counted, [&json!(new), &json!(known), &json!(faulty)], "{summary}");
    assert_eq!(code, if faulty > 0 { SOME_ROWS } else { 0 });
    summary
}

fn cases(village: &Office) -> usize {
    usize::try_from(village.status()["cases"].as_u64().unwrap()).unwrap()
}

#[test]
fn every_good_row_becomes_one_case_whatever_happens() {
    let folder = tempfile::tempdir().unwrap();
    let mut village = village(folder.path());
    let file = folder.path().join("名单.csv");
    std::fs::write(&file, csv(&list(&village, ROWS, is_faulty))).unwrap();
    let faulty = (0..ROWS).filter(|row| is_faulty(*row)).count();
    let good = ROWS - faulty;
    assert_eq!(faulty, 9);

    check(&village, &file, &["--dry-run"], [good, 0, faulty]);
    assert_eq!(cases(&village), 0, "a rehearsal saves nothing");

    for enough in [1, good / 3, good / 2] {
        kill_at(&mut village, &file, enough);
    }
    let before = cases(&village);
    assert!(before > 0);
    let told = check(&village, &file, &[], [good - before, before, faulty]);
    assert_eq!(cases(&village), good);

    let errors = PathBuf::from(told["errors"].as_str().unwrap());
    let faults = std::fs::read_to_string(&errors).unwrap();
    assert!(faults.starts_with("\u{feff}行号,错误,如何更正,姓名,"), "{faults}");
    assert!(faults.contains("证件号码：校验位不符"), "{faults}");
    check(&village, &file, &[], [0, good, faulty]);

    // The same people with their right numbers: as if somebody had mended the file.
    let right = list(&village, ROWS, |_| false);
    let wrong = list(&village, ROWS, is_faulty);
    let mended = (1..=ROWS).fold(faults, |faults, row| {
        let differing = wrong[row].iter().zip(&right[row]).find(|(wrong, right)| wrong != right);
        differing.map_or(faults.clone(), |(wrong, right)| faults.replace(wrong, right))
    });
    std::fs::write(&errors, mended).unwrap();
    check(&village, &errors, &[], [faulty, 0, 0]);
    check(&village, &errors, &[], [0, faulty, 0]);
    assert_eq!(cases(&village), ROWS);

    village.stop();
    village.check_sound();
    assert!(village.verb(&["rebuild"]).status.success());
    village.start();
    check(&village, &file, &[], [0, good, faulty]);
    village.stop();
}

/// Imports until so many cases are there, then kills the node under it.
fn kill_at(village: &mut Office, file: &Path, enough: usize) {
    let importing = Command::new(binary())
        .args(["--data".as_ref(), village.data().as_os_str()])
        .args(arguments(file, &[]))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    village.wait("to save some rows", |village| cases(village) >= enough);
    village.kill();
    let output = importing.wait_with_output().unwrap();
    let code = output.status.code();
    assert!(matches!(code, Some(UNREACHABLE | SOME_ROWS)), "{}", said(&output));
    village.start();
}

#[test]
fn every_kind_of_file_is_the_same_list() {
    let folder = tempfile::tempdir().unwrap();
    let mut village = village(folder.path());
    let list = list(&village, 40, |_| false);
    let chinese = folder.path().join("gb.csv");
    std::fs::write(&chinese, gb18030(&csv(&list))).unwrap();
    check(&village, &chinese, &[], [40, 0, 0]);
    let workbook = folder.path().join("名单.xlsx");
    save_workbook(&workbook, &list);
    check(&village, &workbook, &["--sheet", "名单"], [0, 40, 0]);
    let strange = import_fails(&village, &workbook, &["--sheet", "人员"]);
    assert!(strange.contains("名单"), "{strange}");
    village.stop();
}

#[test]
fn one_request_is_one_case_unless_it_was_denied() {
    let folder = tempfile::tempdir().unwrap();
    let mut village = village(folder.path());
    let mut list = list(&village, 3, |_| false);
    let file = folder.path().join("a.csv");
    // The third row is the first person again.
    list[3] = list[1].clone();
    std::fs::write(&file, csv(&list)).unwrap();
    let told = check(&village, &file, &[], [2, 0, 1]);
    let faults = std::fs::read_to_string(told["errors"].as_str().unwrap()).unwrap();
    assert!(faults.contains("与第2行重复"), "{faults}");

    // Other content for the same person is for a person to decide, and names the case.
    list.pop();
    let grade = list[0].iter().position(|label| label.starts_with("缴费档次")).unwrap();
    list[1][grade] = if list[1][grade] == "300" { "500" } else { "300" }.into();
    let other = folder.path().join("b.csv");
    std::fs::write(&other, csv(&list)).unwrap();
    let told = check(&village, &other, &[], [0, 1, 1]);
    let faults = std::fs::read_to_string(told["errors"].as_str().unwrap()).unwrap();
    assert!(faults.contains("已有相同申请的办件") && faults.contains("缴费档次"), "{faults}");

    // What was withdrawn holds other content back no more, and the same content only as it is.
    let cases = village.ask(&json!({ "command": "cases" }))["cases"].clone();
    for case in cases.as_array().unwrap() {
        village.ask(&json!({
            "command": "act", "case": case["receipt"],
            "by": { "name": "李丽", "id": "agent" },
            "request": { "verb": "withdraw", "reason": "本人要求" },
        }));
    }
    let told = check(&village, &other, &[], [1, 1, 0]);
    assert_eq!(told["denied"], 1);
    check(&village, &other, &["--again"], [1, 1, 0]);
    check(&village, &other, &["--again"], [0, 2, 0]);
    village.stop();
}

fn import_fails(village: &Office, file: &Path, more: &[&str]) -> String {
    let output = village.verb(&arguments(file, more));
    assert!(!output.status.success());
    said(&output)
}
