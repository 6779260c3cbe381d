//! Item files as a city publishes them anew.

use std::path::{Path, PathBuf};

use daiban_domain::shipped::CATALOG_FILES;

/// A shipped item in its second version, as a file in `folder`. The lines of some keys are other ones,
/// empty to leave the key out; `more` stands at the end.
pub fn second_version(folder: &Path, code: &str, lines: &[(&str, &str)], more: &str) -> PathBuf {
    let shipped = CATALOG_FILES.iter().find(|(name, _)| name.starts_with(code));
    let (name, text) = shipped.expect("a shipped item");
    let line = |line| match line_key(line) {
        "version" => "version = 2",
        key => lines.iter().find(|(other, _)| *other == key).map_or(line, |(_, other)| other),
    };
    let mut text = text.lines().map(line).collect::<Vec<_>>().join("\n");
    text.push_str(more);
    let path = folder.join(name);
    std::fs::write(&path, text).expect("the folder is writable");
    path
}

fn line_key(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}
