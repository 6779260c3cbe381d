//! The catalogue of messages against the sources: nothing is missing, unused, or worded elsewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use daiban_domain::desk::ActRequest;
use daiban_domain::words::{self, Message};

/// Where Chinese texts stand outside the catalogue, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("node/domain/src/catalog/", "what is wrong with an item file, for whoever maintains it"),
    ("node/domain/src/case_number", "parsing: its errors name the field"),
    ("node/domain/src/check/number.rs", "the values of the field for the sex"),
    ("node/domain/src/clock/", "numerals of articles, and procedures as the law names them"),
    (
        "node/domain/src/figures/grouped.rs",
        "the name of the one group of a table, a key of its rows",
    ),
    ("node/domain/src/organ.rs", "names of organs: data"),
    ("node/domain/src/receipt_number.rs", "parsing: its error names the field"),
    ("node/domain/src/sample", "sample cases: data"),
    ("cli/src/", "pages, tables, help and ends of commands, worded beside what they print"),
];

fn all() -> impl Iterator<Item = &'static Message> {
    words::ALL.iter().copied().flatten()
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// A text without what it captures.
fn worded(text: &str) -> String {
    let parts = text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    parts.collect()
}

fn root() -> PathBuf {
    let domain = Path::new(env!("CARGO_MANIFEST_DIR"));
    domain.ancestors().nth(2).expect("the domain lies two folders deep").to_owned()
}

/// The code of the program by its path, without tests and without the catalogue.
fn sources() -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    for folder in ["node/domain/src", "node/src", "cli/src"] {
        read_into(&mut found, &root, &root.join(folder)).expect("the sources can be read");
    }
    found
}

fn read_into(found: &mut Vec<(String, String)>, root: &Path, folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let is_catalogue = name.starts_with("node/domain/src/words");
        if path.is_dir() {
            read_into(found, root, &path)?;
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") && !is_catalogue {
            let code = fs::read_to_string(&path)?;
            let tests = code.find("#[cfg(test)]\nmod ").unwrap_or(code.len());
            found.push((name, code[..tests].to_owned()));
        }
    }
    Ok(())
}

/// What stands between quotation marks in code.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (mark, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        rest = match mark {
            b'/' if after.starts_with('/') => after.split_once('\n').map_or("", |(_, next)| next),
            b'\'' if after.starts_with("\"'") => &after[2..],
            b'"' => {
                let end = closing(after);
                found.push(after[..end].to_owned());
                after.get(end + 1..).unwrap_or_default()
            }
            _ => after,
        };
    }
    found
}

fn closing(text: &str) -> usize {
    let mut is_escaped = false;
    let ends = |(_, c): &(usize, char)| {
        let ends = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        ends
    };
    text.char_indices().find(ends).map_or(text.len(), |(at, _)| at)
}

#[test]
fn every_message_is_worded_in_both_languages() {
    for Message { name, zh, en } in all() {
        assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{name} says nothing");
        assert!(zh.chars().any(is_han), "{name} is no Chinese: {zh}");
        // The unit of amounts is named as it stands on the screen.
        let english = worded(en).replace("(分)", "");
        assert!(!english.chars().any(is_han), "{name} is no English: {en}");
    }
}

#[test]
fn every_name_is_one_message() {
    let names: BTreeSet<_> = all().map(|message| message.name).collect();
    assert_eq!(names.len(), all().count());
}

#[test]
fn every_message_is_used() {
    let mut used = BTreeSet::new();
    for (_, code) in sources() {
        for call in code.split("words::").skip(1) {
            let end = call.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(call.len());
            used.insert(call[..end].to_owned());
        }
    }
    let unused: Vec<_> =
        all().map(|message| message.name).filter(|name| !used.contains(*name)).collect();
    assert!(unused.is_empty(), "remove them, or use them: {unused:?}");
}

#[test]
fn chinese_is_worded_in_the_catalogue() {
    let mut strays = Vec::new();
    for (path, code) in sources() {
        if ELSEWHERE.iter().any(|(exempt, _)| path.starts_with(exempt)) {
            continue;
        }
        let worded = |text: &String| text.chars().any(is_han);
        strays.extend(literals(&code).into_iter().filter(worded).map(|text| (path.clone(), text)));
    }
    assert!(strays.is_empty(), "give them a message in node/domain/src/words: {strays:#?}");
}

#[test]
fn every_exception_is_needed() {
    let sources = sources();
    for (exempt, _) in ELSEWHERE {
        let mut files = sources.iter().filter(|(path, _)| path.starts_with(exempt));
        let is_needed = |(_, code): &(String, String)| {
            literals(code).iter().any(|text| text.chars().any(is_han))
        };
        assert!(files.any(is_needed), "{exempt} has no Chinese any more: remove the exception");
    }
}

#[test]
fn every_act_has_its_row_in_the_document() {
    let document = fs::read_to_string(root().join("docs/acts.md")).unwrap();
    let rows: Vec<_> = document.lines().filter(|line| line.starts_with("| `")).collect();
    for verb in ActRequest::VERBS {
        let names = |row: &&&str| row.split('|').nth(1).unwrap().contains(&format!("`{verb}`"));
        assert_eq!(rows.iter().filter(names).count(), 1, "docs/acts.md: a row for `{verb}`");
    }
}
