use toml::Table;

use super::layers::keys_of;
use super::rules::{RULES, rule_of};
use super::*;

fn read(file: &str) -> Result<Settings, SettingsError> {
    Settings::from_layers(file, [], &[])
}

fn check_error(file: &str, expected: &str) {
    let error = read(file).unwrap_err().to_string();
    assert!(error.contains(expected), "{file}\n  expected: {expected}\n  got: {error}");
}

/// The lines of comment directly above each key of the shipped file.
fn shipped_comments() -> Vec<(String, String)> {
    let mut section = String::new();
    let mut comment = String::new();
    let mut found = Vec::new();
    for line in SHIPPED.lines() {
        if let Some(text) = line.strip_prefix('#') {
            comment.push_str(text);
        } else if let Some((key, _)) = line.split_once(" = ") {
            found.push((format!("{section}.{key}"), std::mem::take(&mut comment)));
        } else {
            comment.clear();
            let heading = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            section = heading.map_or(section, str::to_owned);
        }
    }
    found
}

#[test]
fn the_shipped_file_is_the_default() {
    assert_eq!(read(SHIPPED).unwrap(), Settings::default());
    assert_eq!(read("").unwrap(), Settings::default());
}

#[test]
fn every_key_is_shipped_with_its_explanation_default_and_range() {
    let defaults = Table::try_from(Settings::default()).unwrap();
    let comments = shipped_comments();
    for key in keys_of(&defaults) {
        let (_, comment) = comments
            .iter()
            .find(|(shipped, _)| *shipped == key)
            .unwrap_or_else(|| panic!("configs/settings.toml lacks {key}"));
        assert!(comment.contains("Default "), "{key}: the comment names no default");
        let (section, name) = key.split_once('.').unwrap();
        let value = defaults[section][name].to_string();
        assert!(comment.contains(&format!("Default {value}")), "{key}: default is {value}");
        if let Some(rule) = rule_of(&key) {
            let range = format!("{} to {}", rule.min, rule.max);
            assert!(comment.contains(&range), "{key}: the range is {range}");
        }
    }
}

#[test]
fn every_number_has_a_rule_that_its_default_obeys() {
    let defaults = Table::try_from(Settings::default()).unwrap();
    let mut numbers = 0;
    for key in keys_of(&defaults) {
        let (section, name) = key.split_once('.').unwrap();
        let Some(number) = defaults[section][name].as_integer() else { continue };
        let rule = rule_of(&key).unwrap_or_else(|| panic!("no rule for {key}"));
        assert!((rule.min..=rule.max).contains(&u64::try_from(number).unwrap()), "{key}");
        numbers += 1;
    }
    assert_eq!(numbers, RULES.len(), "a rule names a key that does not exist");
}

#[test]
fn mistakes_are_named_with_place_and_remedy() {
    check_error(
        "[sync]\nidle_s = 60\nkeepalve_s = 20\n",
        "settings line 3: unknown key `sync.keepalve_s`; did you mean `sync.keepalive_s`?",
    );
    check_error("[snyc]\n", "settings line 1: unknown key `snyc`; did you mean `sync`?");
    check_error("idle_s = 3\n", "unknown key `idle_s`");
    check_error(
        "[sync]\nidle_s = 4\n",
        "settings line 2: `sync.idle_s` expects a whole number from 5 to 3600, got 4",
    );
    check_error("[sync]\nidle_s = \"60\"\n", "got \"60\"");
    check_error("[sync]\nidle_s = -1\n", "got -1");
    check_error("[node]\nlisten = \"here\"\n", "`node.listen` expects a text such as");
    check_error("[log]\nformat = \"xml\"\n", "`log.format` expects a text such as \"pretty\"");
    check_error("[node]\nadvertise = [3]\n", "`node.advertise` expects a list of texts");
    check_error("[sync]\nidle_s == 4\n", "settings line 2: not valid TOML");
    check_error("[sync]\nidle_s = 20\nkeepalive_s = 20\n", "must be below `sync.idle_s` (20)");
}

#[test]
fn flags_are_above_the_environment_and_that_above_the_file() {
    let environment = |value: &str| {
        [
            ("DAIBAN_SYNC__IDLE_S".to_owned(), value.to_owned()),
            ("DAIBAN_PARENT__ADDRESSES".to_owned(), "a:1, b:2".to_owned()),
            ("DAIBAN_DATA".to_owned(), "/srv".to_owned()),
            ("PATH".to_owned(), "/bin".to_owned()),
        ]
    };
    let file = "[sync]\nidle_s = 100\nkeepalive_s = 10\n";
    let flags = [("sync.idle_s".to_owned(), "300".to_owned())];
    let settings = Settings::from_layers(file, environment("200"), &flags).unwrap();
    assert_eq!((settings.sync.idle_s, settings.sync.keepalive_s), (300, 10));
    assert_eq!(settings.parent.addresses, ["a:1", "b:2"]);
    assert_eq!(Settings::from_layers(file, environment("200"), &[]).unwrap().sync.idle_s, 200);

    let error = Settings::from_layers(file, environment("soon"), &[]).unwrap_err().to_string();
    assert!(error.starts_with("environment variable DAIBAN_SYNC__IDLE_S: "), "{error}");
    let unknown = [("sync.idle".to_owned(), "3".to_owned())];
    let error = Settings::from_layers(file, [], &unknown).unwrap_err().to_string();
    assert!(error.contains("command line: unknown key `sync.idle`"), "{error}");
}
