//! A list that somebody imports: text as it is, and a workbook around a sheet.

use std::io::{Cursor, Write as _};

use daiban_domain::calendar::Date;
use daiban_domain::check::{self, Entry};
use daiban_domain::shipped;
use daiban_node::list::{Bounds, Columns, List};
use daiban_sync::id::Millis;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

const ITEM: &str = "CL-SB-01";
const TODAY: Millis = Millis(1_772_413_200_000);
const BOUNDS: Bounds = Bounds {
    text_bytes: 1 << 20,
    workbook_bytes: 1 << 20,
    unpacked_bytes: 16 << 20,
    sheet_rows: 10_000,
    text_rows: usize::MAX,
    takes_xls: true,
};
/// What a workbook of one sheet has besides the sheet.
const WORKBOOK: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="名单" sheetId="1" r:id="r1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
];

pub(super) fn check(bytes: &[u8]) {
    read(bytes);
    if bytes.starts_with(b"<") {
        read(&workbook(bytes));
    }
}

fn read(list: &[u8]) {
    let (catalog, offices) = (shipped::catalog(), shipped::offices());
    let item = catalog.latest(ITEM).expect("it is shipped");
    let entry = Entry { offices: &offices, today: Date::at(TODAY), training: true };
    let opened = List::open("list", Cursor::new(list.to_vec()), None, &BOUNDS);
    let Ok(List { header, rows, .. }) = opened else { return };
    let Ok(columns) = Columns::find(header, &item.into()) else { return };
    let mut above = 0;
    for row in rows.map_while(Result::ok) {
        assert!(row.line >= above, "row {} comes after row {above}", row.line);
        above = row.line;
        let Ok(fields) = columns.read(row).fields else { continue };
        if let Ok(tidied) = check::tidy(item, &fields, entry) {
            let again = check::tidy(item, &tidied, entry).expect("what is tidy passes");
            assert_eq!(again, tidied, "tidying twice differs");
        }
    }
}

fn workbook(sheet: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let parts = WORKBOOK.iter().map(|(name, text)| (*name, text.as_bytes()));
    for (name, bytes) in parts.chain([("xl/worksheets/sheet1.xml", sheet)]) {
        zip.start_file(name, stored).expect("a short name");
        zip.write_all(bytes).expect("memory has room");
    }
    zip.finish().expect("memory has room").into_inner()
}
