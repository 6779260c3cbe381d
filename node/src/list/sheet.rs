//! Lists as workbooks: xlsx, and xls where the reader gives it.

use std::io::{self, BufReader, Read, Seek};

use calamine::{Data, DataRef, ExcelDateTime, Reader, Sheet, SheetVisible, Xls, Xlsx};
use daiban_domain::words;
use zip::ZipArchive;

use super::{Bounds, COLUMNS_MAX, Cell, List, ListError, ListErrorKind, Row, too_long};

/// What the first bytes of a zip and of a compound file are.
const XLSX: &[u8] = b"PK\x03\x04";
const XLS: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// The last day of a spreadsheet's calendar is the day before this one.
const SERIAL_END: f64 = 2_958_466.0;

/// Whether a file that begins like this is a workbook.
pub(super) fn is_workbook(start: &[u8]) -> bool {
    start.starts_with(XLSX) || start.starts_with(XLS)
}

/// Opens a sheet: the one that is wanted, or the first that is not hidden.
///
/// # Errors
/// No workbook that can be read, no such sheet, or more rows than are held.
pub(super) fn open(
    name: &str,
    source: impl Read + Seek,
    start: &[u8],
    wanted: Option<&str>,
    bounds: &Bounds,
) -> Result<List, ListError> {
    let mut source = BufReader::new(source);
    let rows = Rows { name, bounds, rows: Vec::new() };
    let rows = match start.starts_with(XLSX) {
        true => {
            check_unpacked(name, &mut source, bounds.unpacked_bytes)?;
            of_xlsx(rows, source, wanted)?
        }
        false if bounds.takes_xls => of_xls(rows, source, wanted)?,
        false => return Err(ListError::input(words::workbook_old(name), words::save_as_list())),
    };
    let lines = rows.last().map_or(0, |row| row.line);
    List::new(name, Box::new(rows.into_iter().map(Ok)), lines)
}

/// A small file may unpack to more than there is memory, whatever it says of its size.
fn check_unpacked(name: &str, source: &mut (impl Read + Seek), max: u64) -> Result<(), ListError> {
    let mut archive = ZipArchive::new(&mut *source).map_err(|error| unreadable(name, error))?;
    let mut left = max;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|error| unreadable(name, error))?;
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink());
        let unpacked = unpacked.map_err(|error| unreadable(name, error))?;
        left = left.checked_sub(unpacked).ok_or_else(|| {
            ListError::input(words::list_unpacks_too_large(name, max >> 20), words::split_list())
        })?;
    }
    source.rewind().map_err(|error| ListError::not_read(name, error))
}

fn of_xlsx(
    mut rows: Rows<'_>,
    source: impl Read + Seek,
    wanted: Option<&str>,
) -> Result<Vec<Row>, ListError> {
    let name = rows.name;
    let mut workbook = Xlsx::new(source).map_err(|error| unreadable(name, error))?;
    let sheet = sheet_of(name, workbook.sheets_metadata(), wanted)?;
    let failed = |error| unreadable(name, error);
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(failed)?;
    let percents: Vec<bool> = cells.styles().iter().map(is_percent).collect();
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(failed)? {
        let is_percent = percents.get(style).copied().unwrap_or_default();
        let shown = match cell.get_value() {
            DataRef::SharedString(text) => Cell::typed(text),
            other => shown(&other.clone().into(), is_percent),
        };
        rows.put(cell.get_position(), shown)?;
    }
    Ok(rows.rows)
}

/// The old format says nothing of how a number is shown.
fn of_xls(
    mut rows: Rows<'_>,
    source: impl Read + Seek,
    wanted: Option<&str>,
) -> Result<Vec<Row>, ListError> {
    let name = rows.name;
    let mut workbook = Xls::new(source).map_err(|error| unreadable(name, error))?;
    let sheet = sheet_of(name, workbook.sheets_metadata(), wanted)?;
    let range = workbook.worksheet_range(&sheet).map_err(|error| unreadable(name, error))?;
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, cell) in range.used_cells() {
        let place =
            |from: u32, at: usize| from.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        rows.put((place(top, row), place(left, column)), shown(cell, false))?;
    }
    Ok(rows.rows)
}

fn is_percent(style: &calamine::Style) -> bool {
    style.number_format.as_ref().is_some_and(|format| format.format_code.contains('%'))
}

/// Rows as cells arrive, which they do in order.
struct Rows<'a> {
    name: &'a str,
    bounds: &'a Bounds,
    rows: Vec<Row>,
}

impl Rows<'_> {
    fn put(&mut self, (row, column): (u32, u32), cell: Cell) -> Result<(), ListError> {
        if cell.text.is_empty() {
            return Ok(());
        }
        let (line, column) = (u64::from(row) + 1, column as usize);
        if self.rows.last().is_none_or(|last| last.line != line) {
            // The header is one more.
            if self.rows.len() > self.bounds.sheet_rows {
                return Err(too_long(self.name, self.bounds.sheet_rows, self.bounds));
            }
            self.rows.push(Row { line, cells: Vec::new() });
        }
        if let Some(last) = self.rows.last_mut() {
            // One more tells that there are too many.
            let column = column.min(COLUMNS_MAX);
            let width = last.cells.len().max(column + 1);
            last.cells.resize_with(width, Cell::default);
            last.cells[column] = cell;
        }
        Ok(())
    }
}

fn shown(value: &Data, is_percent: bool) -> Cell {
    match value {
        Data::Empty => Cell::default(),
        Data::String(text) => Cell::typed(text),
        #[allow(clippy::cast_precision_loss, reason = "what is too long for it is a fault")]
        Data::Int(number) => Cell::number(*number as f64, is_percent),
        Data::Float(number) => Cell::number(*number, is_percent),
        Data::Bool(true) => Cell::typed(&words::yes().zh),
        Data::Bool(false) => Cell::typed(&words::no().zh),
        Data::DateTime(moment) => moment_shown(moment),
        Data::DateTimeIso(text) => Cell::typed(text.strip_suffix("T00:00:00").unwrap_or(text)),
        Data::DurationIso(text) => Cell::typed(text),
        Data::Error(error) => Cell::broken(error.to_string()),
    }
}

fn moment_shown(moment: &ExcelDateTime) -> Cell {
    let serial = moment.as_f64();
    if moment.is_duration() || !(1.0..SERIAL_END).contains(&serial) {
        return Cell::number(serial, false);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let day = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second) {
        (0, 0, 0) => Cell::typed(&day),
        _ => Cell::typed(&format!("{day} {hour:02}:{minute:02}:{second:02}")),
    }
}

fn sheet_of(name: &str, sheets: &[Sheet], wanted: Option<&str>) -> Result<String, ListError> {
    let found = match wanted {
        Some(wanted) => sheets.iter().find(|sheet| sheet.name.trim() == wanted.trim()),
        None => sheets.iter().find(|sheet| sheet.visible == SheetVisible::Visible),
    };
    found.map(|sheet| sheet.name.clone()).ok_or_else(|| {
        let names: Vec<_> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
        let said = words::sheet_unknown(name, wanted.unwrap_or("?"));
        let remedy = words::sheets_are(&names.join(", "));
        ListError::new(ListErrorKind::NoSuchSheet, said, remedy)
    })
}

fn unreadable(name: &str, error: impl std::fmt::Display) -> ListError {
    let (said, remedy) = (words::workbook_unreadable(name), words::save_without_password());
    ListError::input(said, remedy).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::tests::{BOUNDS, read};
    use proptest::prelude::*;
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    use std::io::Cursor;

    fn workbook() -> Vec<u8> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (column, title) in
            ["姓名", "日期", "证件号码", "比例", "是否", "档次"].iter().enumerate()
        {
            sheet.write(1, u16::try_from(column).unwrap(), *title).unwrap();
        }
        let date = Format::new().set_num_format("yyyy/m/d");
        let percent = Format::new().set_num_format("0.0%");
        sheet.write(3, 0, "王秀英").unwrap();
        let day = ExcelDateTime::from_ymd(2026, 1, 2).unwrap();
        sheet.write_with_format(3, 1, &day, &date).unwrap();
        sheet.write(3, 2, 990_101_194_901_010_123.0).unwrap();
        sheet.write_with_format(3, 3, 0.355, &percent).unwrap();
        sheet.write(3, 4, true).unwrap();
        sheet.write(3, 5, 300).unwrap();
        workbook.add_worksheet().set_name("其他").unwrap().write(0, 0, "x").unwrap();
        workbook.save_to_buffer().unwrap()
    }

    #[test]
    fn cells_are_what_a_person_sees() {
        let (header, rows) = read(&workbook()).unwrap();
        assert_eq!(header[..2], ["姓名", "日期"]);
        let (line, cells) = &rows[0];
        assert_eq!(*line, 4);
        assert_eq!(cells[..2], ["王秀英", "2026-01-02"]);
        assert!(Cell::typed(&cells[2]).fault.is_some(), "{}", cells[2]);
        assert_eq!(cells[3..], ["35.5%", "是", "300"]);
    }

    #[test]
    fn a_sheet_is_found_by_its_name_or_the_names_are_told() {
        let open = |sheet| List::open("a", Cursor::new(workbook()), Some(sheet), &BOUNDS);
        assert_eq!(open("其他").unwrap().header, ["x"]);
        let error = open("名单").err().unwrap();
        assert!(error.to_string().contains("Sheet1, 其他"), "{error}");
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_before_it_is_held() {
        let bounds = Bounds { unpacked_bytes: 1_000, ..BOUNDS };
        let error = List::open("a", Cursor::new(workbook()), None, &bounds).err().unwrap();
        assert_eq!(error.said, words::list_unpacks_too_large("a", 0));
    }

    #[test]
    fn a_cell_far_out_takes_no_room() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "姓名").unwrap();
        sheet.write(1_048_575, 16_383, "x").unwrap();
        let (_, rows) = read(&workbook.save_to_buffer().unwrap()).unwrap();
        assert_eq!((rows.len(), rows[0].0, rows[0].1.len()), (1, 1_048_576, COLUMNS_MAX + 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_damaged_workbook_never_panics(at in any::<prop::sample::Index>(), byte: u8) {
            let mut bytes = workbook();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = read(&bytes);
        }

        #[test]
        fn what_only_begins_like_a_workbook_is_refused(rest in proptest::collection::vec(any::<u8>(), 0..600)) {
            for magic in [XLSX, XLS] {
                prop_assert!(read(&[magic, &rest].concat()).is_err());
            }
        }
    }
}
