//! A list in, a case for each of its rows; what cannot be entered comes back in a file that is mended
//! and given again.
//!
//! ```text
//! text | sheet → List (header, rows) → Columns (fields of the item) → Entering → node
//!                                                                        ↓
//!                                                                      Faults
//! ```
//!
//! Nothing here remembers what was entered: the node recognises rows that it has, so a list may be
//! given again at any time ([`Listed`](crate::replica::Listed)).

mod cell;
mod columns;
mod entering;
mod error;
mod faults;
mod sheet;
mod text;

use std::io::{Read, Seek};

use daiban_domain::words;

pub use cell::Cell;
pub use columns::{Columns, Meant, titles};
pub use entering::{Entering, Taken, Tally};
pub use error::{ListError, ListErrorKind};
pub use faults::{Faults, RowFault, told};

/// Columns of a list.
const COLUMNS_MAX: usize = 256;

/// How much of a list is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes as text, which is read as a stream.
    pub text_bytes: u64,
    /// Bytes as a workbook, which is held as a whole.
    pub workbook_bytes: u64,
    /// Bytes of a workbook when it is unpacked.
    pub unpacked_bytes: u64,
    /// Rows of a sheet, and of a text.
    pub sheet_rows: usize,
    pub text_rows: usize,
    /// Whether xls is read, of which a small file may need much memory.
    pub takes_xls: bool,
}

/// Rows in their order.
pub type Rows = Box<dyn Iterator<Item = Result<Row, ListError>>>;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its number in a spreadsheet, from 1.
    pub line: u64,
    pub cells: Vec<Cell>,
}

/// An open list.
pub struct List {
    pub header: Vec<String>,
    pub rows: Rows,
    /// About how many lines it has, for those who wait.
    pub lines: u64,
}

impl List {
    /// Opens a list of any kind that is read, whatever its name. `wanted` is the sheet of a workbook;
    /// the first that is not hidden, if none is named.
    ///
    /// # Errors
    /// Not a list, too large, without a header, or no such sheet.
    pub fn open(
        name: &str,
        mut source: impl Read + Seek + 'static,
        wanted: Option<&str>,
        bounds: &Bounds,
    ) -> Result<Self, ListError> {
        let failed = |error| ListError::not_read(name, error);
        let mut start = Vec::new();
        source.by_ref().take(8).read_to_end(&mut start).map_err(failed)?;
        let bytes = source.seek(std::io::SeekFrom::End(0)).map_err(failed)?;
        source.rewind().map_err(failed)?;
        if sheet::is_workbook(&start) {
            check_size(name, bytes, bounds.workbook_bytes)?;
            return sheet::open(name, source, &start, wanted, bounds);
        }
        if wanted.is_some() {
            let (said, remedy) = (words::list_has_no_sheets(name), words::sheets_of_workbooks());
            return Err(ListError::new(ListErrorKind::NoSheets, said, remedy));
        }
        check_size(name, bytes, bounds.text_bytes)?;
        let list = text::open(name, source)?;
        let (name, bounds) = (name.to_owned(), *bounds);
        let bounded = list.rows.enumerate().map(move |(at, row)| match at < bounds.text_rows {
            true => row,
            false => Err(too_long(&name, bounds.text_rows, &bounds)),
        });
        Ok(Self { rows: Box::new(bounded), ..list })
    }

    /// Takes the first row with content as header; rows without any are left out.
    fn new(name: &str, rows: Rows, lines: u64) -> Result<Self, ListError> {
        let mut rows: Rows = Box::new(rows.filter(|row| !matches!(row, Ok(row) if row.is_empty())));
        let Some(header) = rows.next().transpose()? else {
            return Err(ListError::input(words::list_empty(name), words::name_columns()));
        };
        let mut header: Vec<_> = header.cells.into_iter().map(|cell| cell.text).collect();
        while header.last().is_some_and(|title| title.trim().is_empty()) {
            header.pop();
        }
        if header.len() > COLUMNS_MAX {
            let said = words::list_too_wide(name, COLUMNS_MAX);
            return Err(ListError::input(said, words::keep_columns_of_item()));
        }
        Ok(Self { header, rows, lines })
    }
}

impl Row {
    fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.trim().is_empty())
    }
}

fn check_size(name: &str, bytes: u64, max: u64) -> Result<(), ListError> {
    match bytes <= max {
        true => Ok(()),
        false => Err(ListError::input(words::list_too_large(name, max >> 20), words::split_list())),
    }
}

fn too_long(name: &str, rows: usize, bounds: &Bounds) -> ListError {
    let remedy = match rows < bounds.text_rows {
        true => words::save_as_csv_or_split(),
        false => words::split_list(),
    };
    ListError::input(words::list_too_long(name, rows), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    pub(super) const BOUNDS: Bounds = Bounds {
        text_bytes: 1 << 20,
        workbook_bytes: 1 << 20,
        unpacked_bytes: 4 << 20,
        sheet_rows: 1_000,
        text_rows: 5_000,
        takes_xls: true,
    };

    type Read = (Vec<String>, Vec<(u64, Vec<String>)>);

    /// The header, and the texts of each row with its line.
    pub(super) fn read(bytes: &[u8]) -> Result<Read, ListError> {
        let list = List::open("list", Cursor::new(bytes.to_vec()), None, &BOUNDS)?;
        let texts = |row: Row| (row.line, row.cells.into_iter().map(|cell| cell.text).collect());
        let rows = list.rows.map(|row| row.map(texts));
        Ok((list.header, rows.collect::<Result<_, _>>()?))
    }

    #[test]
    fn a_file_without_content_is_said_to_be_empty() {
        let error = read(b"\n , \n\n").unwrap_err();
        assert!(error.to_string().contains("name the columns"), "{error}");
    }

    #[test]
    fn a_list_of_too_many_rows_is_refused() {
        let text = |rows: usize| "a\n".repeat(rows + 1).into_bytes();
        assert_eq!(read(&text(5_000)).unwrap().1.len(), 5_000);
        assert_eq!(read(&text(5_001)).unwrap_err().remedy, words::split_list());
    }

    #[test]
    fn a_list_of_too_many_bytes_is_refused_before_it_is_read() {
        let error = read(&vec![b'a'; (1 << 20) + 1]).unwrap_err();
        assert!(error.to_string().contains("1 MB"), "{error}");
    }
}
