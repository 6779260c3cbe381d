//! Tables as files for spreadsheets.

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// Spreadsheets take a file for UTF-8 only when it begins with this.
const BYTE_ORDER_MARK: char = '\u{feff}';

pub(super) fn file(name: &str, rows: &[Vec<String>]) -> Response {
    attached(name, text(rows).into_bytes())
}

/// A table that is written already.
pub(super) fn attached(name: &str, table: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    (headers, table).into_response()
}

fn text(rows: &[Vec<String>]) -> String {
    let line =
        |row: &Vec<String>| row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
    let lines = rows.iter().map(|row| line(row) + "\r\n");
    std::iter::once(BYTE_ORDER_MARK.to_string()).chain(lines).collect()
}

/// A spreadsheet must not take a text for a formula.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formula() {
        let rows = vec![vec!["a\"b".into(), "=1+1".into()], vec!["全部".into()]];
        assert_eq!(text(&rows), "\u{feff}\"a\"\"b\",\"'=1+1\"\r\n\"全部\"\r\n");
    }
}
