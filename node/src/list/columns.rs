//! Which column fills which field.

use std::collections::BTreeMap;

use daiban_domain::catalog::nearest::{choices, nearest};
use daiban_domain::form::{FieldValue, Fields};
use daiban_domain::words::{self, Said};

use super::cell::meant;
use super::faults::{restored, service_columns};
use super::{ListError, Row, RowFault};
use crate::replica::{FieldView, ItemView};

/// Columns that an errors file puts before those of its list.
const SERVICE: usize = 3;

/// The columns of a list, against the fields of an item.
#[derive(Debug)]
pub struct Columns {
    /// As they came, without those that an errors file adds.
    pub titles: Vec<String>,
    /// What each fills.
    fields: Vec<FieldView>,
    /// How many columns an errors file put before them.
    skipped: usize,
}

/// A row as it came and as it is meant.
#[derive(Clone, Debug)]
pub struct Meant {
    pub line: u64,
    /// One for each title.
    pub texts: Vec<String>,
    /// What it fills in, or which of its cells cannot be read.
    pub fields: Result<Fields, Vec<RowFault>>,
}

/// The columns of an empty list: the fields that somebody has to type, by what they are called.
pub fn titles(item: &ItemView) -> Vec<String> {
    let is_typed = |field: &&FieldView| field.derived_from.is_none();
    let title = |field: &FieldView| {
        let same = item.fields.iter().filter(|other| plain(&other.label) == plain(&field.label));
        if same.count() == 1 { field.label.clone() } else { field.key.clone() }
    };
    item.fields.iter().filter(is_typed).map(title).collect()
}

impl Columns {
    /// Finds a field for every column, by its label or its key.
    ///
    /// # Errors
    /// Every column that is not known, comes twice or is missing, at once.
    pub fn find(header: Vec<String>, item: &ItemView) -> Result<Self, ListError> {
        let service = service_columns();
        let is_errors_file = header.iter().map(|title| plain(title)).take(3).eq(service);
        let skipped = if is_errors_file { SERVICE } else { 0 };
        let title =
            |title: String| if is_errors_file { restored(&title).to_owned() } else { title };
        let titles: Vec<String> = header.into_iter().skip(skipped).map(title).collect();
        let mut faults = Vec::new();
        let mut fields: Vec<FieldView> = Vec::new();
        for (at, title) in titles.iter().enumerate() {
            match field_of(title, item) {
                Ok(field) if fields.iter().any(|known| known.key == field.key) => {
                    faults.push(words::column_twice(title.trim()));
                }
                Ok(field) => fields.push(field.clone()),
                Err(fault) => faults.push(fault(skipped + at + 1)),
            }
        }
        let has = |key: &String| fields.iter().any(|field| field.key == *key);
        let missing = item.fields.iter().filter(|field| field.required && !has(&field.key));
        let missing = missing.filter(|field| !field.derived_from.as_ref().is_some_and(has));
        faults.extend(missing.map(|field| words::column_lacking(&field.label, &field.key)));
        if faults.is_empty() {
            return Ok(Self { titles, fields, skipped });
        }
        let said = words::header_unfit(&item.name, &item.code);
        Err(ListError { lines: faults, ..ListError::input(said, words::mend_header()) })
    }

    /// What a row holds in the column of the field with this label.
    pub fn text<'a>(&self, texts: &'a [String], label: &str) -> Option<&'a str> {
        let at = self.fields.iter().position(|field| field.label == label)?;
        texts.get(at).map(String::as_str)
    }

    /// What a row says.
    pub fn read(&self, row: Row) -> Meant {
        let mut texts = vec![String::new(); self.titles.len()];
        let (mut fields, mut faults) = (BTreeMap::new(), Vec::new());
        for (at, cell) in row.cells.into_iter().skip(self.skipped).enumerate() {
            let text = if self.skipped > 0 { restored(&cell.text).to_owned() } else { cell.text };
            let Some(field) = self.fields.get(at) else {
                if !text.trim().is_empty() {
                    faults.push(beyond(self.skipped + at + 1));
                }
                continue;
            };
            if let Some(fault) = cell.fault {
                let title = Some(field.label.clone());
                faults.push(RowFault { title, said: fault.said, remedy: fault.remedy });
            } else if !text.trim().is_empty() {
                let value = FieldValue::Text(meant(field.kind, &text));
                fields.insert(field.key.clone(), value);
            }
            texts[at] = text;
        }
        let fields = if faults.is_empty() { Ok(fields) } else { Err(faults) };
        Meant { line: row.line, texts, fields }
    }
}

type Unknown = Box<dyn Fn(usize) -> Said>;

fn field_of<'a>(title: &str, item: &'a ItemView) -> Result<&'a FieldView, Unknown> {
    let wanted = plain(title);
    if let Some(field) = item.fields.iter().find(|field| plain(&field.key) == wanted) {
        return Ok(field);
    }
    let mut labelled = item.fields.iter().filter(|field| plain(&field.label) == wanted);
    match (labelled.next(), labelled.next()) {
        (Some(field), None) => Ok(field),
        (Some(one), Some(other)) => Err(ambiguous(title, one, other)),
        (None, _) => Err(unknown(title, item)),
    }
}

/// A title without what people add to it: blanks, marks, full-width letters, capitals.
fn plain(title: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    let kept = title.chars().map(narrow).filter(|c| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '*' | ':' | '\u{feff}' | '\u{200b}')
    });
    kept.flat_map(char::to_lowercase).collect()
}

fn unknown(title: &str, item: &ItemView) -> Unknown {
    let title = title.trim().to_owned();
    let labels: Vec<String> = item.fields.iter().map(|field| field.label.clone()).collect();
    Box::new(move |column| {
        if title.is_empty() {
            return words::column_untitled(column);
        }
        let known = || labels.iter().map(String::as_str);
        match nearest(&title, known()) {
            Some(meant) => words::column_meant(column, &title, meant),
            None => words::column_unknown(column, &title, &choices(&title, known())),
        }
    })
}

fn ambiguous(title: &str, one: &FieldView, other: &FieldView) -> Unknown {
    let (title, one, other) = (title.trim().to_owned(), one.key.clone(), other.key.clone());
    Box::new(move |column| words::column_ambiguous(column, &title, &one, &other))
}

fn beyond(column: usize) -> RowFault {
    let title = Some(column.to_string());
    RowFault { title, said: words::cell_beyond(), remedy: words::look_for_commas() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Cell;
    use daiban_domain::shipped;
    use proptest::prelude::*;

    const REQUIRED: &str =
        "姓名,证件类型,证件号码,有手机,户籍所在村(社区),现住址,缴费档次(元/年),缴费方式";

    fn item() -> ItemView {
        shipped::catalog().latest("CL-SB-01").unwrap().into()
    }

    fn find(header: &str) -> Result<Columns, ListError> {
        Columns::find(header.split(',').map(str::to_owned).collect(), &item())
    }

    #[test]
    fn labels_and_keys_are_found_however_they_are_typed() {
        let columns = find(&format!(" * {REQUIRED}")).unwrap();
        assert_eq!(columns.fields[0].key, "applyname");
        let wide = REQUIRED.replace('(', "（").replace(')', "）").replace('/', "／");
        assert_eq!(find(&wide).unwrap().fields[4].key, "division");
        let keys = REQUIRED.replace("证件号码", "Apply_CardNumber").replace("姓名", " 姓 名：");
        assert_eq!(find(&keys).unwrap().fields[2].key, "apply_cardnumber");
    }

    #[test]
    fn every_fault_of_a_header_is_told_at_once() {
        let error = find("姓 名,手机号,缴费档次(元/年),缴费方式,姓名,").unwrap_err();
        let shown = error.to_string();
        for part in ["手机号码", "“姓名”出现两次", "第6列没有名称", "缺少必填栏目“证件号码”"]
        {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("缺少必填栏目“姓名”"), "{shown}");
    }

    #[test]
    fn what_is_derived_needs_its_source_only() {
        let shown = find("姓名").unwrap_err().to_string();
        assert!(shown.contains("性别"), "{shown}");
        let shown = find("证件号码").unwrap_err().to_string();
        assert!(!shown.contains("性别"), "{shown}");
    }

    #[test]
    fn a_cell_under_no_title_is_a_fault_of_its_row() {
        let columns = find(REQUIRED).unwrap();
        let cells: Vec<_> = (0..9).map(|n| Cell::typed(&n.to_string())).collect();
        let read = columns.read(Row { line: 2, cells });
        assert_eq!(read.fields.unwrap_err()[0].title.as_deref(), Some("9"));
        assert_eq!(read.texts.len(), 8);
    }

    #[test]
    fn an_empty_list_fits_its_item() {
        for (code, _) in [("CL-SB-01", ()), ("CL-MZ-08", ())] {
            let item: ItemView = shipped::catalog().latest(code).unwrap().into();
            Columns::find(titles(&item), &item).unwrap();
        }
    }

    proptest! {
        #[test]
        fn any_header_is_answered(header in proptest::collection::vec("\\PC{0,12}", 0..8)) {
            let _ = Columns::find(header, &item());
        }
    }
}
