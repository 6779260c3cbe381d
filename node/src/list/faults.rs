//! The errors file: the rows that were not entered, each with what is wrong and how to mend it.
//! Somebody mends it in a spreadsheet and imports it as it is.

use std::io::{self, Write};

use daiban_domain::words::{self, Said};

/// By this mark spreadsheets know that a text is UTF-8.
const MARK: &str = "\u{feff}";
/// Spreadsheets shorten numbers that are longer.
const DIGITS_SAFE: usize = 11;

/// What is wrong with a row, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFault {
    /// Of the column, if it is about one.
    pub title: Option<String>,
    pub said: Said,
    pub remedy: Said,
}

/// All faults of a row in a sentence, and what to do about them in another.
pub fn told(faults: &[RowFault]) -> (Said, Said) {
    let titled = |fault: &RowFault| match &fault.title {
        None => fault.said.clone(),
        Some(title) => Said::joined(
            &[Said::of_data(title.as_str(), title.as_str()), fault.said.clone()],
            ["：", ": "],
        ),
    };
    let mut remedies: Vec<_> = faults.iter().map(|fault| fault.remedy.clone()).collect();
    remedies.dedup();
    let said: Vec<_> = faults.iter().map(titled).collect();
    (Said::joined(&said, BETWEEN), Said::joined(&remedies, BETWEEN))
}

const BETWEEN: [&str; 2] = ["；", "; "];

/// What stands before the columns of the list, and is not read again.
pub(super) fn service_columns() -> [String; 3] {
    [words::list_row(), words::list_fault(), words::list_remedy()].map(|said| said.zh.into())
}

/// Faulty rows on their way into a file.
pub struct Faults<W: Write> {
    /// Stands before each fault, if the rows are practice.
    mark: String,
    writer: csv::Writer<W>,
}

impl<W: Write> Faults<W> {
    /// Begins a file for faulty rows of a list with these columns.
    ///
    /// # Errors
    /// The disk.
    pub fn begin(mut file: W, titles: &[String], mark: &str) -> io::Result<Self> {
        file.write_all(MARK.as_bytes())?;
        // With its line ends even the oldest spreadsheets agree.
        let mut builder = csv::WriterBuilder::new();
        let mut writer = builder.terminator(csv::Terminator::CRLF).from_writer(file);
        let titles = titles.iter().map(|title| guarded(title));
        writer.write_record(service_columns().into_iter().chain(titles))?;
        Ok(Self { mark: mark.to_owned(), writer })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The disk.
    pub fn add(
        &mut self,
        line: u64,
        texts: &[String],
        fault: &str,
        remedy: &str,
    ) -> io::Result<()> {
        let (line, fault) = (line.to_string(), format!("{}{fault}", self.mark));
        let cells = [line.as_str(), &fault, remedy].into_iter();
        let cells = cells.chain(texts.iter().map(String::as_str)).map(guarded);
        Ok(self.writer.write_record(cells)?)
    }

    /// What the file is written to, with every row in it.
    ///
    /// # Errors
    /// The disk.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// A cell that a spreadsheet takes neither for a formula nor for a number to be shortened.
fn guarded(text: &str) -> String {
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
    use crate::list::tests::read;
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
    fn a_remedy_that_helps_twice_is_told_once() {
        let fault = |title: &str| RowFault {
            title: Some(title.to_owned()),
            said: words::cell_beyond(),
            remedy: words::look_for_commas(),
        };
        let (said, remedy) = told(&[fault("9"), fault("10")]);
        assert_eq!(said.zh.matches("没有对应的栏目名称").count(), 2);
        assert_eq!(remedy, words::look_for_commas());
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
            let titles = ["姓名".to_owned(), "=x".to_owned()];
            let mut faults = Faults::begin(Vec::new(), &titles, "").unwrap();
            for (line, row) in (2..).zip(&rows) {
                faults.add(line, row, "姓名：未填写", "请填写").unwrap();
            }
            let (header, found) = read(&faults.finish().unwrap()).unwrap();
            prop_assert_eq!(&header[..3], &service_columns());
            prop_assert_eq!(restored(&header[4]), "=x");
            let texts = |(_, cells): &(u64, Vec<String>)| -> Vec<String> {
                cells[3..].iter().map(|cell| restored(cell).to_owned()).collect()
            };
            prop_assert_eq!(found.iter().map(texts).collect::<Vec<_>>(), rows);
        }
    }
}
