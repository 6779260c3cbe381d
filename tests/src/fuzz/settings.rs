//! A file of settings, with the environment and the command line above it.

use daiban_node::settings::Settings;

/// Between the file, the variables and the flags.
pub(super) const BREAK: char = '\0';

pub(super) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut parts = text.split(BREAK);
    let file = parts.next().unwrap_or_default();
    let pairs = |part: Option<&str>| -> Vec<(String, String)> {
        let pair = |line: &str| line.split_once('=').map(|(key, value)| (key.into(), value.into()));
        part.unwrap_or_default().lines().filter_map(pair).collect()
    };
    let (environment, flags) = (pairs(parts.next()), pairs(parts.next()));
    match Settings::from_layers(file, environment, &flags) {
        Ok(settings) => {
            let written = toml::to_string(&settings).expect("settings are written as TOML");
            let again = Settings::from_layers(&written, [], &[]);
            assert_eq!(again.expect("what was taken is taken again"), settings);
        }
        Err(error) => assert!(!error.to_string().is_empty(), "an error without a word"),
    }
}
