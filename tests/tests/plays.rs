//! Scenario files on real processes: what the virtual city plays in virtual time, nodes behind the
//! link emulator play in seconds, and the same checkers judge their disks.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::path::Path;
use std::process::{Command, Stdio};

use daiban_tests::office::binary;
use serde_json::Value;

/// The counts of a play that nothing was wrong with.
fn counts(scenario: &str) -> Value {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../simulations/scenarios");
    let played = Command::new(binary())
        .arg("simulate")
        .arg(scenarios.join(scenario).with_extension("toml"))
        .args(["--real", "--seed", "7", "--json"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, why) = (text(&played.stdout), text(&played.stderr));
    assert!(played.status.success(), "{scenario}: {said}\n{why}");
    let said: Value = serde_json::from_str(&said).unwrap();
    said["counts"].clone()
}

/// All at once, for they mostly wait.
#[test]
fn nodes_behind_bad_links_lose_nothing_and_agree() {
    std::thread::scope(|scope| {
        let plays = ["quiet-week", "typhoon-week", "carried-by-hand", "full-disks"];
        let [quiet, typhoon, carried, full] =
            plays.map(|play| scope.spawn(move || counts(play))).map(|play| play.join().unwrap());
        assert!(quiet["decided"].as_u64() > Some(0), "{quiet}");
        assert!(typhoon["crashes"].as_u64() > Some(0), "a town without power: {typhoon}");
        assert!(carried["bundles"].as_u64() > Some(0), "{carried}");
        assert!(full["cases"].as_u64() > Some(0), "{full}");
    });
}
