//! Scenarios that are right, and what is said of those that are not.

use daiban_sync::id::{OfficeCode, Tier};

use super::*;

const SMALL: &str = r#"
title = "t"
story = "s"
[city]
tree = "yueqing"
[time]
lasts = "1d"
"#;

fn fault_of(more: &str) -> ScenarioError {
    Scenario::parse("test", &format!("{SMALL}{more}")).unwrap_err()
}

#[test]
fn every_shipped_scenario_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let mut read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let scenario = Scenario::parse("shipped", &text);
        scenario.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        read += 1;
    }
    assert!(read > 0);
}

#[test]
fn what_is_left_open_has_a_default() {
    let scenario = Scenario::parse("test", SMALL).unwrap();
    assert_eq!(scenario.time.lasts_ms, 86_400_000);
    assert_eq!(scenario.network.offices, "office");
    assert!(scenario.faults.is_empty() && scenario.expects == Expects::default());
}

#[test]
fn a_fault_names_its_offices_and_its_time() {
    let text = "[[faults]]\nkind = \"dark\"\nat = \"1d\"\nwhere = \"330382001000/villages\"\nshare = 50\nfor = \"3d\"";
    let scenario = Scenario::parse("test", &format!("{SMALL}{text}")).unwrap();
    let plan = &scenario.faults[0];
    assert_eq!(plan.fault, Fault::Dark { for_ms: 3 * 86_400_000 });
    assert_eq!(plan.count, Count::Percent(50));
    let village = OfficeCode::new(330_382_001_001).unwrap();
    assert!(plan.place.contains(village));
    assert!(!plan.place.contains(village.at_tier(Tier::Town).unwrap()));
    assert_eq!(plan.place.to_string(), "330382001000/villages");
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (text, line, part) in [
        ("[peopel]", 8, "unknown key `peopel`; did you mean `people`?"),
        ("[people]\ncases_per_dy = 1", 9, "did you mean `cases_per_day`?"),
        (
            "[people]\ncases_per_day = -1",
            9,
            "`people.cases_per_day`: expected a number of 0 or more",
        ),
        ("[people]\nitems = [\"CL-SB-1\"]", 9, "did you mean `CL-SB-0"),
        ("[network]\nvillages = \"2g\"", 9, "expected a profile"),
        ("[[faults]]\nwhere = \"all\"\nkind = \"drak\"", 10, "did you mean `dark`?"),
        ("[[faults]]\nwhere = \"all\"\nkind = \"dark\"", 8, "`faults.for` is missing"),
        ("[[faults]]\nwhere = \"nowhere\"\nkind = \"copy\"", 9, "expected offices"),
        ("[[faults]]\nwhere = \"all\"\nkind = \"off\"\nfor = \"3 days\"", 11, "stretch of time"),
        ("[expects]\nalarms = [\"latch\"]", 9, "did you mean `latched`?"),
        ("[expects", 8, "not valid TOML"),
    ] {
        let error = fault_of(text);
        assert!(error.to_string().contains(part), "{text}\n{error}");
        assert_eq!(error.line, line, "{text}\n{error}");
    }
    let error = Scenario::parse("test", "title = \"t\"\nstory = \"s\"").unwrap_err();
    assert!(error.to_string().contains("`city` is missing"), "{error}");
}
