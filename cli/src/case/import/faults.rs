//! The errors file: the rows that were not entered, each with what is wrong and how to mend it.
//! Somebody mends it in a spreadsheet and imports it as it is.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::exit::Done;
use crate::home::disk;

/// What stands before the columns of the list, and is not read again.
pub(super) const SERVICE_COLUMNS: [&str; 3] = ["行号", "错误", "如何更正"];
/// By this mark spreadsheets know that a text is UTF-8.
const MARK: &str = "\u{feff}";
/// Spreadsheets shorten numbers that are longer.
const DIGITS_SAFE: usize = 11;

/// Faulty rows on their way into a file. It is there, whole, from [`Faults::finish`] on: what was
/// there before stays until then.
pub(super) struct Faults {
    path: PathBuf,
    titles: Vec<String>,
    /// Stands before each fault, if the rows are practice.
    mark: &'static str,
    writer: Option<Writer>,
    count: u64,
}

type Writer = csv::Writer<BufWriter<NamedTempFile>>;

impl Faults {
    pub(super) fn new(path: PathBuf, titles: Vec<String>) -> Self {
        Self { path, titles, mark: "", writer: None, count: 0 }
    }

    pub(super) fn marked(self, mark: &'static str) -> Self {
        Self { mark, ..self }
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The disk.
    pub(super) fn add(&mut self, line: u64, texts: &[String], fault: &str, remedy: &str) -> Done {
        let failed = |error: csv::Error| disk(&self.path, error.into());
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(begun(&self.path, &self.titles).map_err(failed)?),
        };
        let (line, fault) = (line.to_string(), format!("{}{fault}", self.mark));
        let cells =
            [line.as_str(), &fault, remedy].into_iter().chain(texts.iter().map(String::as_str));
        writer.write_record(cells.map(guarded)).map_err(failed)?;
        self.count += 1;
        Ok(())
    }

    /// Puts the file in its place; gives where, if a row is in it.
    ///
    /// # Errors
    /// The disk.
    pub(super) fn finish(self) -> Done<Option<PathBuf>> {
        let Some(writer) = self.writer else { return Ok(None) };
        let failed = |error| disk(&self.path, error);
        let file = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&self.path).map_err(|error| failed(error.error))?;
        Ok(Some(self.path))
    }
}

fn begun(path: &Path, titles: &[String]) -> csv::Result<Writer> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    let mut file = BufWriter::new(file);
    file.write_all(MARK.as_bytes())?;
    // With its line ends even the oldest spreadsheets agree.
    let mut builder = csv::WriterBuilder::new();
    let mut writer = builder.terminator(csv::Terminator::CRLF).from_writer(file);
    writer.write_record(
        SERVICE_COLUMNS
            .into_iter()
            .map(str::to_owned)
            .chain(titles.iter().map(|title| guarded(title))),
    )?;
    Ok(writer)
}

/// A cell that a spreadsheet takes neither for a formula nor for a number to be shortened.
pub(super) fn guarded(text: &str) -> String {
    let is_number = text.bytes().all(|b| b.is_ascii_digit())
        && (text.len() > DIGITS_SAFE || text.len() > 1 && text.starts_with('0'));
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\'') => format!("'{text}"),
        _ if is_number => format!("\t{text}"),
        _ => text.to_owned(),
    }
}

/// What [`guarded`] made safe, as it was.
pub(super) fn restored(text: &str) -> &str {
    let mut rest = text.chars();
    match (rest.next(), rest.clone().next()) {
        (Some('\''), Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\'')) => rest.as_str(),
        (Some('\t'), Some('0'..='9')) => rest.as_str(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::import::list::tests::{read, written};
    use proptest::prelude::*;

    #[test]
    fn formulas_and_long_numbers_are_made_safe() {
        assert_eq!(guarded("=1+1"), "'=1+1");
        assert_eq!(guarded("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(guarded("990101194901010123"), "\t990101194901010123");
        assert_eq!(guarded("007"), "\t007");
        assert_eq!(guarded("300"), "300");
        // Somebody's own marks stay.
        assert_eq!(restored("'王"), "'王");
    }

    #[test]
    fn the_file_before_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("errors.csv");
        std::fs::write(&path, "old").unwrap();
        let mut faults = Faults::new(path.clone(), vec!["姓名".into()]);
        faults.add(2, &["王".into()], "a", "b").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(faults.finish().unwrap(), Some(path.clone()));
        assert!(std::fs::read(&path).unwrap().starts_with(MARK.as_bytes()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "[=+@\t\r\n',;\"0-9a王 -]{0,24}|\\PC{0,24}") {
            let safe = guarded(&text);
            prop_assert!(!safe.starts_with(['=', '+', '-', '@']));
            prop_assert_eq!(restored(&safe), &text);
        }

        #[test]
        fn an_errors_file_is_read_as_it_was_written(
            rows in proptest::collection::vec(
                // A list is read with every line end as a line feed.
                proptest::collection::vec("[=+@\t\n',;\"0-9a王 -]{0,12}", 2), 1..6)
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut faults = Faults::new(folder.path().join("e.csv"), vec!["姓名".into(), "=x".into()]);
            for (line, row) in (2..).zip(&rows) {
                faults.add(line, row, "姓名：未填写", "请填写").unwrap();
            }
            let path = faults.finish().unwrap().unwrap();
            let (header, found) = read(&written(&std::fs::read(path).unwrap())).unwrap();
            prop_assert_eq!(&header[..3], &SERVICE_COLUMNS);
            prop_assert_eq!(restored(&header[4]), "=x");
            let texts = |(_, cells): &(u64, Vec<String>)| -> Vec<String> {
                cells[3..].iter().map(|cell| restored(cell).to_owned()).collect()
            };
            prop_assert_eq!(found.iter().map(texts).collect::<Vec<_>>(), rows);
        }
    }
}
