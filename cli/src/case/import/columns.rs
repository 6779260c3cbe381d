//! Which column fills which field.

use std::collections::BTreeMap;

use daiban_domain::catalog::nearest::{choices, nearest};
use daiban_domain::form::{FieldValue, Fields};
use daiban_domain::words::Said;
use daiban_node::replica::{FieldView, ItemView};

use super::cell::{Fault, meant};
use super::faults::{SERVICE_COLUMNS, restored};
use super::list::Row;
use crate::exit::{Code, Done, Failure};

/// The columns of a list, against the fields of an item.
#[derive(Debug)]
pub(super) struct Columns {
    /// As they came, without those that an errors file adds.
    pub(super) titles: Vec<String>,
    /// What each fills.
    fields: Vec<FieldView>,
    /// How many columns an errors file put before them.
    skipped: usize,
}

/// A row as it came and as it is meant.
pub(super) struct Read {
    pub(super) line: u64,
    /// One for each title.
    pub(super) texts: Vec<String>,
    pub(super) fields: Result<Fields, Vec<(String, Fault)>>,
}

impl Columns {
    /// Finds a field for every column, by its label or its key.
    ///
    /// # Errors
    /// Every column that is not known, comes twice or is missing, at once.
    pub(super) fn find(header: Vec<String>, item: &ItemView) -> Done<Self> {
        let is_errors_file = header.iter().map(|title| plain(title)).take(3).eq(SERVICE_COLUMNS);
        let skipped = if is_errors_file { SERVICE_COLUMNS.len() } else { 0 };
        let title =
            |title: String| if is_errors_file { restored(&title).to_owned() } else { title };
        let titles: Vec<String> = header.into_iter().skip(skipped).map(title).collect();
        let mut faults = Vec::new();
        let mut fields: Vec<FieldView> = Vec::new();
        for (at, title) in titles.iter().enumerate() {
            match field_of(title, item) {
                Ok(field) if fields.iter().any(|known| known.key == field.key) => {
                    faults.push(twice(title));
                }
                Ok(field) => fields.push(field.clone()),
                Err(fault) => faults.push(fault(skipped + at + 1)),
            }
        }
        let has = |key: &String| fields.iter().any(|field| field.key == *key);
        let missing = item.fields.iter().filter(|field| field.required && !has(&field.key));
        let missing = missing.filter(|field| !field.derived_from.as_ref().is_some_and(has));
        faults.extend(missing.map(lacking));
        if faults.is_empty() {
            return Ok(Self { titles, fields, skipped });
        }
        Err(not_for(item, faults))
    }

    /// What a row says.
    pub(super) fn read(&self, row: Row) -> Read {
        let mut texts = vec![String::new(); self.titles.len()];
        let (mut fields, mut faults) = (BTreeMap::new(), Vec::new());
        for (at, cell) in row.cells.into_iter().skip(self.skipped).enumerate() {
            let text = if self.skipped > 0 { restored(&cell.text).to_owned() } else { cell.text };
            let Some(field) = self.fields.get(at) else {
                if !text.trim().is_empty() {
                    faults.push((format!("{}", self.skipped + at + 1), beyond()));
                }
                continue;
            };
            if let Some(fault) = cell.fault {
                faults.push((field.label.clone(), fault));
            } else if !text.trim().is_empty() {
                let value = FieldValue::Text(meant(field.kind, &text));
                fields.insert(field.key.clone(), value);
            }
            texts[at] = text;
        }
        let fields = if faults.is_empty() { Ok(fields) } else { Err(faults) };
        Read { line: row.line, texts, fields }
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
            return Said::of_data(
                format!("第{column}列没有名称；请填写栏目名称或删除该列"),
                format!("column {column} has no title; name its field or delete it"),
            );
        }
        let known = || labels.iter().map(String::as_str);
        let meant = nearest(&title, known());
        let (zh, en) = match meant {
            Some(meant) => (format!("是否为“{meant}”"), format!("is {meant:?} meant?")),
            None => {
                let all = choices(&title, known());
                (format!("可用的栏目：{all}"), format!("the fields are {all}"))
            }
        };
        Said::of_data(
            format!("第{column}列“{title}”不是该事项的栏目；{zh}"),
            format!("column {column} {title:?} is no field of the item; {en}"),
        )
    })
}

fn ambiguous(title: &str, one: &FieldView, other: &FieldView) -> Unknown {
    let (title, one, other) = (title.trim().to_owned(), one.key.clone(), other.key.clone());
    Box::new(move |column| {
        Said::of_data(
            format!("第{column}列“{title}”对应两个栏目；请改用 {one} 或 {other}"),
            format!("column {column} {title:?} fits two fields; name it {one} or {other}"),
        )
    })
}

fn twice(title: &str) -> Said {
    let title = title.trim();
    Said::of_data(
        format!("“{title}”出现两次；请只保留一列"),
        format!("{title:?} comes twice; keep one of the columns"),
    )
}

fn lacking(field: &FieldView) -> Said {
    let FieldView { key, label, .. } = field;
    Said::of_data(
        format!("缺少必填栏目“{label}”；请增加名为“{label}”或 {key} 的一列"),
        format!("the required field {label:?} has no column; add one named {label:?} or {key}"),
    )
}

fn beyond() -> Fault {
    Fault {
        said: Said::of_data("没有对应的栏目名称", "it stands under no title"),
        remedy: Said::of_data(
            "请检查是否多了逗号，内容中有逗号时须加引号",
            "see whether there is a comma too many; text with a comma needs quotes",
        ),
    }
}

fn not_for(item: &ItemView, faults: Vec<Said>) -> Failure {
    let ItemView { code, name, .. } = item;
    let failure = Failure::new(
        Code::Input,
        format!("表头与事项“{name}”（{code}）不符，没有录入"),
        format!("the header does not fit {code}; nothing was entered"),
    )
    .remedy("请按下列各项修改第一行", "mend the first row as follows");
    faults.into_iter().fold(failure, Failure::line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::import::cell::Cell;
    use daiban_domain::shipped;
    use proptest::prelude::*;

    const REQUIRED: &str =
        "姓名,证件类型,证件号码,有手机,户籍所在村(社区),现住址,缴费档次(元/年),缴费方式";

    fn item() -> ItemView {
        shipped::catalog().latest("CL-SB-01").unwrap().into()
    }

    fn find(header: &str) -> Done<Columns> {
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
        let shown = error.shown(crate::say::Lang::Zh);
        for part in ["手机号码", "“姓名”出现两次", "第6列没有名称", "缺少必填栏目“证件号码”"]
        {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("缺少必填栏目“姓名”"), "{shown}");
    }

    #[test]
    fn what_is_derived_needs_its_source_only() {
        let shown = find("姓名").unwrap_err().shown(crate::say::Lang::Zh);
        assert!(shown.contains("性别"), "{shown}");
        let shown = find("证件号码").unwrap_err().shown(crate::say::Lang::Zh);
        assert!(!shown.contains("性别"), "{shown}");
    }

    #[test]
    fn a_cell_under_no_title_is_a_fault_of_its_row() {
        let columns = find(REQUIRED).unwrap();
        let cells: Vec<_> = (0..9).map(|n| Cell::typed(&n.to_string())).collect();
        let read = columns.read(Row { line: 2, cells });
        assert_eq!(read.fields.unwrap_err()[0].0, "9");
        assert_eq!(read.texts.len(), 8);
    }

    proptest! {
        #[test]
        fn any_header_is_answered(header in proptest::collection::vec("\\PC{0,12}", 0..8)) {
            let _ = Columns::find(header, &item());
        }
    }
}
