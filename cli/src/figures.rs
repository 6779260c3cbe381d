//! `daiban figures`: acceptance, completion, punctuality, satisfaction and duration, by office,
//! organ, item or month.

use clap::{Args, ValueEnum};
use daiban_domain::calendar::Date;
use daiban_domain::figures::{By, Period};
use daiban_node::replica::Command;
use daiban_sync::id::Millis;
use serde_json::Value;

use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::home::Home;
use crate::say::{Lang, Screen, table};

/// Spreadsheets take a file for UTF-8 only when it begins with this.
const BYTE_ORDER_MARK: char = '\u{feff}';

#[derive(Debug, Args)]
#[command(after_help = "例 Examples:
  daiban figures                                         今年以来 (since the first of January)
  daiban figures --from 2026-07-01 --to 2026-12-31 --by item
  daiban figures --by month --csv > 效能统计.csv
  daiban figures --by office --cases > 办件清单.csv       每个数字由哪些办件组成 (the cases behind each figure)")]
pub(crate) struct FiguresArgs {
    /// 起始日期，缺省为今年1月1日 (first day; the first of January without it)
    #[arg(long)]
    from: Option<Date>,
    /// 截止日期，缺省为今天 (last day; today without it)
    #[arg(long)]
    to: Option<Date>,
    /// 分组 (group by)
    #[arg(long, value_enum, default_value_t)]
    by: Grouping,
    /// 输出CSV (print CSV)
    #[arg(long, conflicts_with = "cases")]
    csv: bool,
    /// 输出每个数字的办件清单，CSV (print the cases behind each figure as CSV)
    #[arg(long)]
    cases: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Grouping {
    /// 全部
    #[default]
    All,
    /// 收件机构
    Office,
    /// 决定部门
    Organ,
    /// 事项
    Item,
    /// 月份
    Month,
}

/// `daiban figures`
pub(crate) fn figures(home: &Home, screen: &Screen, args: &FiguresArgs) -> Done {
    let today = Date::at(now());
    let to = args.to.unwrap_or(today);
    let from = args.from.or_else(|| Date::from_ymd(to.year(), 1, 1)).unwrap_or(to);
    if to < from {
        return Err(Failure::new(
            Code::Usage,
            format!("起始日期{from}晚于截止日期{to}"),
            format!("the first day {from} is after the last {to}"),
        )
        .remedy("请更正 --from 或 --to", "mend --from or --to"));
    }
    let (by, period) = (args.by.into(), Period { from, to });
    let command = if args.cases {
        Command::FigureCases { period, by, key: None }
    } else {
        Command::Figures { period, by }
    };
    let answer = Client::open(&home.data)?.ask(&command)?;
    screen.show(&answer, |answer| match (args.csv, args.cases) {
        (true, _) => summary_csv(answer),
        (_, true) => cases_csv(answer),
        _ => page(screen.lang, answer),
    })
}

fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Millis(u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX))
}

fn page(lang: Lang, answer: &Value) -> String {
    let Some(first) = groups(answer).first() else {
        return lang.word("没有办件", "no cases").to_owned();
    };
    let mut head = vec![lang.word("分组", "group").to_owned()];
    head.extend(list(&first["shares"]).iter().map(|share| word(lang, &share["words"])));
    head.push(lang.word("平均工作日", "average days").to_owned());
    head.push(lang.word("九成不超过", "nine of ten within").to_owned());
    let rows = groups(answer).iter().map(|group| {
        let mut row = vec![plain(&group["name"])];
        row.extend(list(&group["shares"]).iter().map(|share| {
            let (part, whole) = (count(&share["count"]), count(&share["of"]));
            format!("{part}/{whole} {}", percent(part, whole))
        }));
        row.push(tenths(&group["average_tenths"]));
        row.push(plain(&group["ninetieth"]));
        row
    });
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    table(&rows)
}

fn summary_csv(answer: &Value) -> String {
    let head = "培训,分组,起,止,指标,名称,分子,分母,百分比";
    let mut rows = vec![format!("{BYTE_ORDER_MARK}{head}")];
    for group in groups(answer) {
        let place = place(answer, group);
        for share in list(&group["shares"]) {
            let (part, whole) = (count(&share["count"]), count(&share["of"]));
            let (key, name) = (plain(&share["key"]), plain(&share["words"]["zh"]));
            rows.push(format!("{place},{key},{name},{part},{whole},{}", percent(part, whole)));
        }
        let (days, average) = (count(&group["decided"]), tenths(&group["average_tenths"]));
        rows.push(format!("{place},average-days,平均工作日,{average},{days},"));
        let ninetieth = plain(&group["ninetieth"]);
        rows.push(format!("{place},ninetieth-days,九成不超过工作日,{ninetieth},{days},"));
    }
    rows.join("\n")
}

fn cases_csv(answer: &Value) -> String {
    let mut rows = vec![format!("{BYTE_ORDER_MARK}培训,分组,起,止,指标,收件号,计入分子或天数")];
    for group in groups(answer) {
        let place = place(answer, group);
        for share in list(&group["shares"]) {
            let key = plain(&share["key"]);
            for case in list(&share["cases"]) {
                let (receipt, part) = (plain(&case["receipt"]), count(&case["count"]));
                let row = |n| format!("{place},{key},{receipt},{}", u8::from(n < part));
                rows.extend((0..count(&case["of"])).map(row));
            }
        }
        let day = |case: &Value| format!("{place},days,{},{}", plain(&case[1]), plain(&case[0]));
        rows.extend(list(&group["days"]).iter().map(day));
    }
    rows.join("\n")
}

/// The first four columns.
fn place(answer: &Value, group: &Value) -> String {
    let training = if is_training(answer) { "培训" } else { "" };
    let period = &group["period"];
    let (from, to) = (plain(&period["from"]), plain(&period["to"]));
    format!("{training},{},{from},{to}", plain(&group["name"]))
}

fn is_training(answer: &Value) -> bool {
    answer["training"].as_bool().unwrap_or_default()
}

fn groups(answer: &Value) -> &[Value] {
    list(&answer["groups"])
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn word(lang: Lang, said: &Value) -> String {
    plain(&said[lang.word("zh", "en")])
}

/// Text without quotes; nothing for null.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Rounded to a tenth; nothing of nothing.
fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let tenths = (part * 1_000 + whole / 2) / whole;
    format!("{}.{}%", tenths / 10, tenths % 10)
}

fn tenths(value: &Value) -> String {
    value.as_u64().map_or_else(String::new, |tenths| format!("{}.{}", tenths / 10, tenths % 10))
}

impl From<Grouping> for By {
    fn from(grouping: Grouping) -> Self {
        match grouping {
            Grouping::All => Self::All,
            Grouping::Office => Self::Office,
            Grouping::Organ => Self::Organ,
            Grouping::Item => Self::Item,
            Grouping::Month => Self::Month,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Counted, and with the cases behind.
    fn answer() -> Value {
        let case = |receipt: &str, count: u64, of: u64| json!({ "receipt": receipt, "count": count, "of": of });
        json!({ "training": true, "groups": [{
            "name": "CL-SB-01",
            "period": { "from": "2026-01-01", "to": "2026-11-22" },
            "shares": [{
                "key": "completed",
                "words": { "zh": "办结率", "en": "completed" },
                "count": 3,
                "of": 5,
                "cases": [case("A1", 2, 3), case("A2", 1, 1), case("A3", 0, 1)],
            }],
            "days": [[3, "A1"], [8, "A2"]],
            "decided": 2,
            "average_tenths": 55,
            "ninetieth": 8,
        }] })
    }

    #[test]
    fn a_figure_is_shown_with_both_numbers() {
        let page = page(Lang::Zh, &answer());
        assert!(page.contains("3/5 60.0%") && page.contains("5.5"), "{page}");
    }

    #[test]
    fn every_figure_can_be_traced_to_its_cases() {
        let rows = cases_csv(&answer());
        let place = "培训,CL-SB-01,2026-01-01,2026-11-22";
        for (row, times) in
            [("completed,A1,1", 2), ("completed,A1,0", 1), ("completed,A3,0", 1), ("days,A2,8", 1)]
        {
            let row = format!("{place},{row}");
            assert_eq!(rows.lines().filter(|line| *line == row).count(), times, "{row}: {rows}");
        }
        let rows = summary_csv(&answer());
        assert!(rows.starts_with(BYTE_ORDER_MARK));
        assert!(rows.contains(&format!("{place},completed,办结率,3,5,60.0%")), "{rows}");
    }
}
