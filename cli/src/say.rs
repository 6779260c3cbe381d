//! What the command prints: text for people, JSON for programs.

use std::io::{self, Write as _};

use daiban_domain::words::Said;
pub(crate) use daiban_domain::words::{bytes, moment};
use serde::Serialize;
use serde_json::Value;

use crate::exit::{Code, Done, Failure};

/// The language of pages and tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Lang {
    /// 中文，错误附英文
    #[default]
    Zh,
    /// English
    En,
}

impl Lang {
    /// The word in this language.
    pub(crate) fn word<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// As [`Lang::word`], of what is said in both.
    pub(crate) fn of(self, said: &Said) -> &str {
        self.word(&said.zh, &said.en)
    }

    /// A sentence that matters: Chinese is followed by English, so that whoever is asked for help
    /// can read it too.
    pub(crate) fn sentence(self, said: &Said) -> String {
        match self {
            Self::Zh if said.zh != said.en => said.to_string(),
            _ => said.en.to_string(),
        }
    }
}

/// Where answers go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    pub(crate) json: bool,
    pub(crate) lang: Lang,
    /// What is shown are no real cases, and everything says so.
    pub(crate) training: bool,
}

impl Screen {
    /// Prints the value as JSON, or the text that is made of it.
    pub(crate) fn show<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> String) -> Done {
        if !self.json {
            let text = text(value);
            return match self.training {
                true => self.line(&format!("{}\n{text}", self.practice())),
                false => self.line(&text),
            };
        }
        let json = serde_json::to_string_pretty(&self.marked(value)?).map_err(internal)?;
        self.line(&json)
    }

    /// A value on one line, for streams; or the text.
    pub(crate) fn each<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> String) -> Done {
        if self.json {
            return self.line(&serde_json::to_string(&self.marked(value)?).map_err(internal)?);
        }
        match self.training {
            true => self.line(&format!("{}  {}", text(value), self.practice())),
            false => self.line(&text(value)),
        }
    }

    /// The mark of practice.
    pub(crate) fn practice(&self) -> &'static str {
        self.lang.word("【培训】测试数据，不是真实办件", "[training] practice, not real cases")
    }

    fn marked(&self, value: &impl Serialize) -> Done<Value> {
        let mut value = serde_json::to_value(value).map_err(internal)?;
        if let Some(object) = value.as_object_mut().filter(|_| self.training) {
            object.insert("training".into(), true.into());
        }
        Ok(value)
    }

    /// A sentence for people; programs need none.
    pub(crate) fn remark(&self, zh: &str, en: &str) -> Done {
        match self.json {
            true => Ok(()),
            false => self.line(self.lang.word(zh, en)),
        }
    }

    /// A line on the standard output, flushed: whoever reads it may act on it.
    pub(crate) fn line(&self, text: &str) -> Done {
        let mut out = io::stdout().lock();
        let written = writeln!(out, "{}", text.trim_end_matches('\n')).and_then(|()| out.flush());
        written.map_err(|error| {
            Failure::new(Code::Disk, "无法输出", "the output cannot be written").because(error)
        })
    }

    /// A failure that does not end the command.
    pub(crate) fn warn(&self, failure: &Failure, place: &str) {
        match self.json {
            true => {
                eprintln!("{}", serde_json::json!({ "at": place, "failure": failure.to_json() }))
            }
            false => eprintln!("{place}：{}", failure.shown(self.lang)),
        }
    }
}

fn internal(error: serde_json::Error) -> Failure {
    Failure::new(Code::Internal, "无法生成JSON", "the answer cannot be written as JSON")
        .because(error)
}

/// Rows in columns. Chinese characters take two places.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let line = |row: &Vec<String>| {
        let mut text = String::new();
        for (cell, wanted) in row.iter().zip(&widths) {
            text += cell;
            text += &" ".repeat(wanted - width(cell) + 2);
        }
        text.truncate(text.trim_end().len());
        text
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn width(text: &str) -> usize {
    let wide = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3fffd}');
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_under_wide_characters() {
        let rows = [["乐清市", "a"], ["city", "b"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows), "乐清市  a\ncity    b");
    }

    #[test]
    fn what_is_practice_says_so() {
        let answer = serde_json::json!({ "rows": 1 });
        for training in [false, true] {
            let screen = Screen { json: true, lang: Lang::Zh, training };
            let marked = screen.marked(&answer).unwrap();
            assert_eq!(marked["training"].as_bool(), training.then_some(true));
            assert_eq!(marked["rows"], 1);
        }
    }
}
