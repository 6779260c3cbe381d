//! A list as it is given: a header, and rows one after the other.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;

use super::cell::Cell;
use super::{sheet, text};
use crate::exit::{Code, Done, Failure};
use crate::home::disk;

/// Columns of a list.
pub(super) const COLUMNS_MAX: usize = 256;
/// Bytes of a list as text: some million rows.
const TEXT_BYTES_MAX: u64 = 256 << 20;

/// Rows in their order.
pub(super) type Rows = Box<dyn Iterator<Item = Done<Row>>>;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// Its number in a spreadsheet, from 1.
    pub(super) line: u64,
    pub(super) cells: Vec<Cell>,
}

/// An open list.
pub(super) struct List {
    pub(super) header: Vec<String>,
    pub(super) rows: Rows,
    /// About how many lines it has, for those who wait.
    pub(super) lines: u64,
}

impl List {
    /// Takes the first row with content as header; rows without any are left out.
    pub(super) fn new(path: &Path, rows: Rows, lines: u64) -> Done<Self> {
        let mut rows: Rows = Box::new(rows.filter(|row| !matches!(row, Ok(row) if row.is_empty())));
        let Some(header) = rows.next().transpose()? else { return Err(empty(path)) };
        let mut header: Vec<_> = header.cells.into_iter().map(|cell| cell.text).collect();
        while header.last().is_some_and(|title| title.trim().is_empty()) {
            header.pop();
        }
        if header.len() > COLUMNS_MAX {
            return Err(Failure::new(
                Code::Input,
                format!("{} 超过{COLUMNS_MAX}列", path.display()),
                format!("{} has more than {COLUMNS_MAX} columns", path.display()),
            )
            .remedy("请只保留该事项的栏目", "keep only the columns of the item"));
        }
        Ok(Self { header, rows, lines })
    }
}

impl Row {
    fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.trim().is_empty())
    }
}

/// Opens a list of any kind that is read, whatever its name.
///
/// # Errors
/// No such file, not a list, too large, or without a header.
pub(super) fn open(path: &Path, wanted: Option<&str>) -> Done<List> {
    let failed = |error| disk(path, error);
    let mut file = File::open(path).map_err(failed)?;
    let mut start = [0; 8];
    let read = file.read(&mut start).map_err(failed)?;
    file.rewind().map_err(failed)?;
    if sheet::is_workbook(&start[..read]) {
        return sheet::open(path, file, &start[..read], wanted);
    }
    if wanted.is_some() {
        return Err(Failure::new(
            Code::Usage,
            format!("{} 没有工作表", path.display()),
            format!("{} has no sheets", path.display()),
        )
        .remedy("--sheet 只用于 xlsx 和 xls", "--sheet is for xlsx and xls"));
    }
    let bytes = file.metadata().map_err(failed)?.len();
    check_size(path, bytes, TEXT_BYTES_MAX)?;
    text::open(path, file)
}

/// # Errors
/// More than `max` bytes.
pub(super) fn check_size(path: &Path, bytes: u64, max: u64) -> Done {
    if bytes <= max {
        return Ok(());
    }
    let (path, max) = (path.display(), max >> 20);
    Err(Failure::new(
        Code::Input,
        format!("{path} 超过 {max} MB"),
        format!("{path} has more than {max} MB"),
    )
    .remedy("请分成几个文件导入", "split it into several files"))
}

fn empty(path: &Path) -> Failure {
    let path = path.display();
    Failure::new(Code::Input, format!("{path} 是空的"), format!("{path} is empty"))
        .remedy("第一行应为各栏名称", "its first row should name the columns")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::Write as _;

    /// A file with these bytes.
    pub(in super::super) fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    type Read = (Vec<String>, Vec<(u64, Vec<String>)>);

    /// The header, and the texts of each row with its line.
    pub(in super::super) fn read(file: &tempfile::NamedTempFile) -> Done<Read> {
        let list = open(file.path(), None)?;
        let texts = |row: Row| (row.line, row.cells.into_iter().map(|cell| cell.text).collect());
        Ok((list.header, list.rows.map(|row| row.map(texts)).collect::<Done<_>>()?))
    }

    #[test]
    fn a_file_without_content_is_said_to_be_empty() {
        let error = read(&written(b"\n , \n\n")).unwrap_err();
        assert!(error.shown(crate::say::Lang::En).contains("name the columns"));
    }
}
