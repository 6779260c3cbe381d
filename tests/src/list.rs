//! A village list of people who register for one item, as files of every kind.

use std::path::Path;

use daiban_domain::shipped;
use serde_json::Value;

use crate::office::{Office, applications};

/// What they register for.
pub const ITEM: &str = "CL-SB-01";

/// A list: titles, then rows.
pub type List = Vec<Vec<String>>;

/// People of the village; `spoil` says whose ID number gets a wrong digit.
pub fn list(village: &Office, count: usize, spoil: impl Fn(usize) -> bool) -> List {
    let catalog = shipped::catalog();
    let fields = &catalog.latest(ITEM).expect("a shipped item").fields;
    let mut list = vec![fields.iter().map(|field| field.label.clone()).collect::<Vec<_>>()];
    for (row, application) in applications(village.code(), 11, count).iter().enumerate() {
        let text = |key: &str| match &application["fields"][key] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let mut cells: Vec<_> = fields.iter().map(|field| text(&field.key)).collect();
        if spoil(row) {
            let at = fields.iter().position(|field| field.key == "apply_cardnumber");
            let at = at.expect("it asks for the ID number");
            cells[at] = with_wrong_digit(&cells[at]);
        }
        list.push(cells);
    }
    list
}

/// The last but one digit tells the sex; the one before it nothing.
fn with_wrong_digit(id: &str) -> String {
    let digit = id.as_bytes()[15];
    let other = if digit == b'9' { '0' } else { char::from(digit + 1) };
    format!("{}{other}{}", &id[..15], &id[16..])
}

/// As a spreadsheet writes it.
pub fn csv(list: &List) -> String {
    let line = |cells: &Vec<String>| {
        let quoted: Vec<_> =
            cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        quoted.join(",") + "\r\n"
    };
    list.iter().map(line).collect()
}

/// On a sheet 名单.
pub fn save_workbook(path: &Path, list: &List) {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("名单").expect("a short name");
    for (row, cells) in (0..).zip(list) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell).expect("it fits");
        }
    }
    workbook.save(path).expect("a writable folder");
}

/// As old spreadsheets write a text.
pub fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}
