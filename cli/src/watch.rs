//! The watch over the offices below: `board`, `alarms`.

use clap::{Args, Subcommand};
use daiban_domain::office::OfficeTree;
use daiban_domain::words::Said;
use daiban_node::replica::{Command, State, Trouble};
use daiban_sync::id::{Millis, OfficeCode};
use serde_json::Value;

use crate::case::Officer;
use crate::client::Client;
use crate::exit::Done;
use crate::home::Home;
use crate::office::pick;
use crate::say::{Lang, Screen, bytes, moment, table};

#[derive(Debug, Args)]
pub(crate) struct BoardArgs {
    /// 也列出从未联系的机构 (offices that were never heard of, too)
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AlarmVerb {
    /// 未结束的机构告警 (alarms about offices that have not ended)
    List,
    /// 确认一个告警 (say that somebody sees to an alarm)
    #[command(
        after_help = "例 Example:\n  daiban alarms ack 330382001001 dark --by 李运维 --word 已电话联系，停电"
    )]
    Ack {
        /// 机构12位代码 (the office's 12-digit code)
        office: OfficeCode,
        /// 告警：dark 失联, latched 停止保存, disk 磁盘, behind 积压, clock 时钟, quarantine 隔离, backup 备份 (the alarm)
        trouble: Trouble,
        /// 姓名或姓名:账号 (the name, or name:account)
        #[arg(long)]
        by: Officer,
        /// 处理情况 (what is being done)
        #[arg(long)]
        word: String,
    },
    /// 告警经过 (what became of alarms)
    Events {
        /// 只看一个机构 (of one office)
        office: Option<OfficeCode>,
    },
}

/// `daiban board`
pub(crate) fn board(home: &Home, screen: &Screen, args: &BoardArgs) -> Done {
    let answer = Client::open(&home.data)?.ask(&Command::Board)?;
    screen.show(&answer, |answer| {
        let is_shown = |row: &&Value| args.all || row["state"] != State::NEVER.key();
        let rows = list(&answer["offices"]).iter().filter(is_shown).map(|row| {
            let now = answer["now"].as_u64().unwrap_or_default();
            row_of(screen.lang, row, now)
        });
        let zh = [
            "机构", "名称", "状态", "最近", "待传", "最早", "时钟", "磁盘", "版本", "隔离", "告警",
        ];
        let en = [
            "office",
            "name",
            "state",
            "heard",
            "to send",
            "oldest",
            "clock",
            "disk",
            "version",
            "quarantined",
            "alarms",
        ];
        let head = pick(screen.lang, zh, en);
        table(&[head].into_iter().chain(rows).collect::<Vec<_>>())
    })
}

fn row_of(lang: Lang, row: &Value, now: u64) -> Vec<String> {
    let (heard, health) = (&row["heard"], &row["heard"]["health"]);
    let unsent = &health["unsent"];
    let state = State::all().find(|state| row["state"] == state.key());
    let ago = |ms: u64| format!("{} min", ms / 60_000);
    let or_empty = |value: &Value, shown: &dyn Fn(u64) -> String| {
        value.as_u64().map_or_else(String::new, shown)
    };
    let clock = heard["clock_ahead_ms"].as_i64();
    vec![
        text(&row["office"]),
        text(&row["name"]),
        state.map_or_else(String::new, |state| lang.of(&state.words()).to_owned()),
        or_empty(&heard["at"], &|at| ago(now.saturating_sub(at))),
        or_empty(&unsent["entries"], &|entries| {
            format!("{entries} / {}", bytes(unsent["bytes"].as_u64().unwrap_or_default()))
        }),
        or_empty(&unsent["oldest_ms"], &ago),
        clock.map_or_else(String::new, |ms| format!("{:+} s", ms / 1_000)),
        or_empty(&health["disk_free_bytes"], &bytes),
        health["version"].as_str().unwrap_or_default().to_owned(),
        or_empty(&health["quarantined"], &|count| count.to_string()),
        or_empty(&health["alarms_open"], &|count| count.to_string()),
    ]
}

/// `daiban alarms …`
pub(crate) fn alarms(home: &Home, screen: &Screen, verb: AlarmVerb) -> Done {
    let client = Client::open(&home.data)?;
    match verb {
        AlarmVerb::List => {
            screen.show(&client.ask(&Command::Raised)?, |answer| raised(screen.lang, answer))
        }
        AlarmVerb::Ack { office, trouble, by, word } => {
            let by = by.into();
            let answer = client.ask(&Command::Acknowledge { office, trouble, by, word })?;
            screen.show(&answer, |_| screen.lang.word("✓ 已确认", "✓ acknowledged").to_owned())
        }
        AlarmVerb::Events { office } => {
            let (answer, tree) = (client.ask(&Command::AlarmEvents { office })?, client.offices());
            screen.show(&answer, |answer| events(screen.lang, answer, &tree))
        }
    }
}

fn raised(lang: Lang, answer: &Value) -> String {
    let rows: Vec<_> = list(&answer["alarms"])
        .iter()
        .map(|alarm| {
            let said = serde_json::from_value::<Said>(alarm["words"].clone()).ok();
            vec![
                at(&alarm["raised"]),
                text(&alarm["office"]),
                text(&alarm["trouble"]),
                said.map_or_else(String::new, |said| lang.of(&said).to_owned()),
                acknowledged(lang, &alarm["acknowledged"]),
            ]
        })
        .collect();
    match rows.is_empty() {
        true => lang.word("没有未结束的机构告警", "no alarm about an office is open").to_owned(),
        false => table(&rows),
    }
}

fn acknowledged(lang: Lang, word: &Value) -> String {
    match word["by"]["name"].as_str() {
        Some(name) => format!("✓ {name}：{}", text(&word["word"])),
        None => lang.word("！未确认", "! nobody yet").to_owned(),
    }
}

fn events(lang: Lang, answer: &Value, tree: &OfficeTree) -> String {
    let row = |event: &Value| {
        let office = event["office"].as_u64().and_then(|code| OfficeCode::new(code).ok());
        let trouble = event["trouble"].as_str().and_then(|key| key.parse::<Trouble>().ok());
        let what = match event["what"].as_str() {
            Some("raised") => lang.word("发生", "raised").to_owned(),
            Some(_) => lang.word("结束", "cleared").to_owned(),
            None => acknowledged(lang, &event["what"]["acknowledged"]),
        };
        vec![
            at(&event["at"]),
            office.map_or_else(String::new, |code| format!("{code} {}", tree.name(code))),
            trouble.map_or_else(String::new, |trouble| lang.of(&trouble.words()).to_owned()),
            what,
        ]
    };
    let rows: Vec<_> = list(&answer["events"]).iter().map(row).collect();
    match rows.is_empty() {
        true => lang.word("没有告警记录", "no alarm was ever raised").to_owned(),
        false => table(&rows),
    }
}

fn at(value: &Value) -> String {
    value.as_u64().map_or_else(String::new, |at| moment(Millis(at)))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_state_backlog_and_clock() {
        let row = serde_json::json!({
            "office": 330_382_001_001u64, "name": "东村", "state": "behind",
            "heard": { "at": 0, "clock_ahead_ms": -3_000, "health": {
                "unsent": { "entries": 7, "bytes": 2_048, "oldest_ms": 7_200_000 },
                "version": "0.1.0", "quarantined": 0, "disk_free_bytes": null, "alarms_open": 1,
            } },
        });
        let row = row_of(Lang::Zh, &row, 120_000);
        let expected = [
            "330382001001",
            "东村",
            "积压",
            "2 min",
            "7 / 2 KB",
            "120 min",
            "-3 s",
            "",
            "0.1.0",
            "0",
            "1",
        ];
        assert_eq!(row, expected);
    }
}
