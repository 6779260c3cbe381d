//! Item files as notices that are short enough, each of which can be read alone.

use std::collections::BTreeSet;

use super::Notice;
use crate::payload::STATEMENT_BYTES_MAX;
use crate::shipped::CATALOG_FILES;

/// Room in a notice beside the texts of its files, in bytes.
const NOTICE_ROOM: usize = 1_024;
/// What a file's name and its lengths take, in bytes.
const FILE_ROOM: usize = 64;

/// A file's name and text.
pub type File = (String, String);

/// With the shared groups and materials that items refer to; the shipped ones stand in for those
/// that are not among the files.
pub fn whole(mut files: Vec<File>) -> Vec<File> {
    for (name, text) in CATALOG_FILES.iter().filter(|(name, _)| is_shared(name)) {
        if !files.iter().any(|(given, _)| given == name) {
            files.push(((*name).to_owned(), (*text).to_owned()));
        }
    }
    files
}

/// The shared files go into every part, because items refer to them.
pub fn parted(files: Vec<File>) -> Vec<Notice> {
    let size = |(name, text): &File| name.len() + text.len() + FILE_ROOM;
    let (shared, items): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|(name, _)| is_shared(name));
    let room = STATEMENT_BYTES_MAX
        - NOTICE_ROOM
        - shared.iter().map(size).sum::<usize>().min(STATEMENT_BYTES_MAX / 2);
    let mut parts: Vec<Vec<File>> = Vec::new();
    let mut left = 0;
    for item in items {
        let needed = size(&item);
        match parts.last_mut() {
            Some(part) if needed <= left => part.push(item),
            _ => {
                parts.push(shared.iter().cloned().chain([item]).collect());
                left = room;
            }
        }
        left = left.saturating_sub(needed);
    }
    parts.into_iter().map(|files| Notice::Catalog { files }).collect()
}

/// Of item files only those of the items with these codes, parted anew; other notices as they are.
pub fn only(notices: Vec<Notice>, codes: &BTreeSet<String>) -> Vec<Notice> {
    let mut files = BTreeSet::new();
    let mut others = Vec::new();
    for notice in notices {
        match notice {
            Notice::Catalog { files: more } => files.extend(more),
            other => others.push(other),
        }
    }
    // A file's name begins with its item's code.
    let is_new = |name: &str| codes.iter().any(|code| name.starts_with(code.as_str()));
    files.retain(|(name, _)| is_shared(name) || is_new(name));
    others.extend(parted(files.into_iter().collect()));
    others
}

fn is_shared(name: &str) -> bool {
    name.starts_with('_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::payload;

    fn shipped() -> Vec<File> {
        CATALOG_FILES.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect()
    }

    fn codes(parts: &[Notice]) -> Vec<String> {
        let mut codes = Vec::new();
        for part in parts {
            assert!(payload::notice(part).len() <= STATEMENT_BYTES_MAX);
            let Notice::Catalog { files } = part else { panic!("not a catalog") };
            let files: Vec<_> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
            codes.extend(Catalog::parse(&files).unwrap().iter().map(|item| item.code.clone()));
        }
        codes
    }

    #[test]
    fn a_whole_catalog_goes_into_notices_that_fit_and_each_can_be_read_alone() {
        assert_eq!(codes(&parted(shipped())).len(), CATALOG_FILES.len() - 2);
    }

    #[test]
    fn what_is_not_new_stays_out_and_nothing_new_is_no_notice() {
        let some = BTreeSet::from(["JB-04".to_owned()]);
        assert_eq!(codes(&only(parted(shipped()), &some)), ["JB-04"]);
        assert_eq!(only(parted(shipped()), &BTreeSet::new()), []);
    }

    #[test]
    fn one_file_is_made_whole_by_the_shipped_groups() {
        let one = shipped().into_iter().filter(|(name, _)| name == "JB-04.toml").collect();
        assert_eq!(codes(&parted(whole(one))), ["JB-04"]);
    }
}
