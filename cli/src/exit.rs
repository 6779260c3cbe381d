//! How the command ends: a documented exit code, a sentence, and what to do next.

use daiban_domain::words::Said;
use daiban_node::list::{ListError, ListErrorKind};
use daiban_node::replica::{Refusal, RefusalKind};
use serde::Serialize;
use serde_json::{Value, json};

use crate::say::Lang;

/// The exit codes. The numbers are part of the interface: scripts rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Code {
    Internal = 1,
    Usage = 2,
    Input = 3,
    NotFound = 4,
    NotAllowed = 5,
    Disk = 6,
    Unreachable = 7,
    Damage = 8,
    Rows = 9,
}

/// `daiban help exit-codes`; also part of the top-level help.
pub(crate) const EXIT_CODES: &str = "\
退出码 Exit codes:
  0  成功                    done
  1  程序内部错误            the program is at fault, or an expectation of the demo failed
  2  命令写法不对            usage: the command line or a setting cannot be read
  3  内容有误，未保存        input refused: a field, a file, a code or a request is wrong
  4  找不到                  not found: no such case, item, office or file
  5  不允许                  not allowed: by law, by authority, by what was read, or a node is running
  6  磁盘                    disk: full, failed, or not writable; what was saved stays saved
  7  节点未运行或连不上      node not reachable
  8  发现损坏的数据          damage found (verify)
  9  名单中有的行未录入      some rows of a list were not entered (case import); the others are saved";

/// Why the command did not do what was asked.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    words: Box<Words>,
}

#[derive(Clone, Debug)]
struct Words {
    said: Said,
    /// The words of whatever failed underneath.
    cause: Option<String>,
    /// One line for each fault or change.
    lines: Vec<Said>,
    remedy: Option<Said>,
    /// The program's form of `lines`.
    detail: Value,
}

/// What every verb gives.
pub(crate) type Done<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(code: Code, zh: impl Into<Box<str>>, en: impl Into<Box<str>>) -> Self {
        let said = Said::of_data(zh, en);
        let words =
            Words { said, cause: None, lines: Vec::new(), remedy: None, detail: Value::Null };
        Self { code, words: Box::new(words) }
    }

    #[must_use]
    pub(crate) fn because(mut self, cause: impl ToString) -> Self {
        self.words.cause = Some(cause.to_string());
        self
    }

    /// What to do about it.
    #[must_use]
    pub(crate) fn remedy(mut self, zh: impl Into<Box<str>>, en: impl Into<Box<str>>) -> Self {
        self.words.remedy = Some(Said::of_data(zh, en));
        self
    }

    #[must_use]
    pub(crate) fn line(mut self, line: Said) -> Self {
        self.words.lines.push(line);
        self
    }

    /// The sentences for a person.
    pub(crate) fn shown(&self, lang: Lang) -> String {
        let Words { said, cause, lines, remedy, .. } = &*self.words;
        let mut text = lang.sentence(said);
        if let Some(cause) = cause {
            text += &format!(": {cause}");
        }
        if let Some(remedy) = remedy {
            text += &format!("；{}", lang.sentence(remedy));
        }
        for line in lines {
            text += &format!("\n  {}", lang.sentence(line));
        }
        text
    }

    pub(crate) fn to_json(&self) -> Value {
        let Words { said, cause, lines, remedy, detail } = &*self.words;
        json!({ "error": {
            "code": self.code as u8,
            "kind": self.code,
            "sentence": said,
            "cause": cause,
            "remedy": remedy,
            "lines": lines,
            "detail": detail,
        }})
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let Refusal { kind, sentence, remedy, detail } = refusal;
        let changed = detail["difference"].as_array().is_some_and(|changes| !changes.is_empty());
        let code = match kind {
            // Content that changed since it was read is no fault of the request.
            RefusalKind::Input if changed => Code::NotAllowed,
            RefusalKind::Input => Code::Input,
            RefusalKind::NotFound => Code::NotFound,
            RefusalKind::NotAllowed => Code::NotAllowed,
            RefusalKind::Disk => Code::Disk,
            RefusalKind::Internal => Code::Internal,
        };
        let lines = faults(&detail).chain(changes(&detail)).collect();
        let words = Words { said: sentence, cause: None, lines, remedy: Some(remedy), detail };
        Self { code, words: Box::new(words) }
    }
}

impl From<ListError> for Failure {
    fn from(error: ListError) -> Self {
        let ListError { kind, said, cause, remedy, lines } = error;
        let code = match kind {
            ListErrorKind::Input => Code::Input,
            ListErrorKind::NoSuchSheet => Code::NotFound,
            ListErrorKind::NoSheets => Code::Usage,
            ListErrorKind::Disk => Code::Disk,
        };
        let words = Words { said, cause, lines, remedy: Some(remedy), detail: Value::Null };
        Self { code, words: Box::new(words) }
    }
}

fn faults(detail: &Value) -> impl Iterator<Item = Said> + '_ {
    detail["fields"].as_array().into_iter().flatten().map(|fault| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let said = |lang: &str| {
            format!("{}；{}", text(&fault["fault"][lang]), text(&fault["remedy"][lang]))
        };
        let (field, label) = (text(&fault["field"]), text(&fault["label"]));
        Said::of_data(format!("{label} {field}：{}", said("zh")), said("en"))
    })
}

fn changes(detail: &Value) -> impl Iterator<Item = Said> + '_ {
    detail["difference"].as_array().into_iter().flatten().map(change)
}

/// One field before and now, as [`daiban_domain::form::FieldChange`] in JSON.
pub(crate) fn change(change: &Value) -> Said {
    let value = |value: &Value| match value {
        Value::Null => "∅".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let field = change["field"].as_str().unwrap_or_default();
    let (before, now) = (value(&change["before"]), value(&change["now"]));
    Said::of_data(
        format!("{field}：原为「{before}」，现为「{now}」"),
        format!("was {before:?}, is now {now:?}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_its_kind_and_names_every_field() {
        let refusal = Refusal {
            kind: RefusalKind::Input,
            sentence: Said::of_data("有1处填写有误", "1 field cannot stand"),
            remedy: Said::of_data("请改正", "mend it"),
            detail: json!({ "fields": [{
                "field": "uscc", "label": "统一社会信用代码",
                "fault": { "zh": "校验位不符", "en": "its check digit does not fit" },
                "remedy": { "zh": "请核对", "en": "check it" },
            }], "difference": [] }),
        };
        let failure = Failure::from(refusal);
        assert_eq!(failure.code, Code::Input);
        let shown = failure.shown(Lang::Zh);
        assert!(shown.contains("uscc") && shown.contains("校验位不符"), "{shown}");
    }

    #[test]
    fn what_changed_since_it_was_read_is_not_allowed() {
        let refusal = Refusal {
            kind: RefusalKind::Input,
            sentence: Said::of_data("内容已有变化", "it changed"),
            remedy: Said::of_data("请重新阅读", "read it again"),
            detail: json!({ "fields": [], "difference": [
                { "field": "site", "before": "一组", "now": null }
            ]}),
        };
        let failure = Failure::from(refusal);
        assert_eq!(failure.code, Code::NotAllowed);
        assert!(failure.shown(Lang::En).contains("was \"一组\", is now \"∅\""));
    }

    #[test]
    fn every_code_is_documented() {
        for code in 0..=9 {
            assert!(EXIT_CODES.lines().any(|line| line.trim().starts_with(&format!("{code}  "))));
        }
    }
}
