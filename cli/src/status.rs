//! How the node is: `status`, `alarms`, `quarantine`, `sync now`.

use clap::Subcommand;
use daiban_domain::office::OfficeTree;
use daiban_domain::shipped;
use daiban_node::replica::Command;
use daiban_sync::id::{Millis, OfficeCode};
use serde_json::Value;

use crate::client::Client;
use crate::exit::Done;
use crate::home::Home;
use crate::office::pick;
use crate::say::{Lang, Screen, bytes, moment, table};

#[derive(Debug, Subcommand)]
pub(crate) enum SyncVerb {
    /// 立即联系上级 (dial the office above at once)
    Now,
}

/// `daiban status`
pub(crate) fn status(home: &Home, screen: &Screen) -> Done {
    let client = Client::open(&home.data)?;
    let mut status = client.ask(&Command::Status)?;
    status["certified_until"] = client.get("/v1/me")?["certified_until"].take();
    screen.show(&status, |status| page(screen.lang, status))
}

/// `daiban alarms`
pub(crate) fn alarms(home: &Home, screen: &Screen) -> Done {
    let answer = Client::open(&home.data)?.ask(&Command::Alarms)?;
    screen.show(&answer, |answer| {
        let row = |alarm: &Value| {
            let at = moment(Millis(alarm[0].as_u64().unwrap_or_default()));
            format!("{at}  {}", said(screen.lang, &alarm[2]))
        };
        let rows: Vec<_> = list(&answer["alarms"]).iter().map(row).collect();
        match rows.is_empty() {
            true => screen.lang.word("启动以来没有告警", "no alarm since the start").to_owned(),
            false => rows.join("\n"),
        }
    })
}

/// `daiban quarantine`
pub(crate) fn quarantine(home: &Home, screen: &Screen) -> Done {
    let answer = Client::open(&home.data)?.ask(&Command::Quarantine)?;
    screen.show(&answer, |answer| {
        let row = |entry: &Value| {
            let log = entry["log"].as_str().unwrap_or_default();
            format!(
                "{}:{}  {}",
                &log[..log.len().min(16)],
                entry["seq"],
                entry["reason"].as_str().unwrap_or_default()
            )
        };
        let rows: Vec<_> = list(&answer["entries"]).iter().map(row).collect();
        match rows.is_empty() {
            true => screen.lang.word("没有被隔离的日志项", "nothing is quarantined").to_owned(),
            false => rows.join("\n"),
        }
    })
}

/// `daiban sync …`
pub(crate) fn sync(home: &Home, screen: &Screen, SyncVerb::Now: &SyncVerb) -> Done {
    let answer = Client::open(&home.data)?.ask(&Command::SyncNow)?;
    screen.show(&answer, |_| {
        screen
            .lang
            .word("正在联系上级，用 status 查看", "dialling the office above; see status")
            .to_owned()
    })
}

fn page(lang: Lang, status: &Value) -> String {
    let tree = shipped::offices();
    let mut text = table(&summary(lang, status, &tree));
    if !list(&status["above"]).is_empty() {
        text += &format!(
            "\n── {}\n{}",
            lang.word("上级回执", "receipts of the offices above"),
            table(&above(lang, status, &tree))
        );
    }
    if !list(&status["peers"]).is_empty() {
        text +=
            &format!("\n── {}\n{}", lang.word("连接", "links"), table(&peers(lang, status, &tree)));
    }
    for damaged in list(&status["damaged"]) {
        text += &format!("\n! {}", damaged.as_str().unwrap_or_default());
    }
    text
}

fn summary(lang: Lang, status: &Value, tree: &OfficeTree) -> Vec<Vec<String>> {
    let number = |key: &str| status[key].as_u64().unwrap_or_default();
    let office = office(&status["office"])
        .map_or_else(String::new, |o| format!("{o} {}", tree.full_name(o)));
    let counters = &status["counters"];
    let sent = bytes(counters["sent_bytes"].as_u64().unwrap_or_default());
    let received = bytes(counters["received_bytes"].as_u64().unwrap_or_default());
    let saving = match status["latched"].as_str() {
        Some(why) => format!("✗ {}：{why}", lang.word("已停止保存", "nothing more is saved")),
        None => lang.word("✓ 正常", "✓ works").to_owned(),
    };
    let behind = match status["views_behind"].as_bool().unwrap_or_default() {
        true => lang.word("（列表仍在更新）", " (lists still follow)"),
        false => "",
    };
    let mut rows = vec![
        (lang.word("机构", "office"), office),
        (
            lang.word("节点", "node"),
            format!("{}  {}", text(&status["node"]), moment(Millis(number("now")))),
        ),
        (lang.word("证书至", "certified until"), moment(Millis(number("certified_until")))),
        (lang.word("保存", "saving"), saving),
        (lang.word("磁盘", "disk"), said(lang, &status["space"])),
        (lang.word("办件", "cases"), format!("{}{behind}", number("cases"))),
        (lang.word("日志", "logs"), format!("{} / {}", number("logs"), number("entries"))),
        (lang.word("待取文件", "files wanted"), number("blobs_wanted").to_string()),
        (lang.word("隔离", "quarantined"), number("quarantined").to_string()),
        (lang.word("待编号", "numbers to come"), number("numbers_waiting").to_string()),
        (lang.word("证据", "evidence"), number("evidence").to_string()),
        (lang.word("损坏", "damaged"), list(&status["damaged"]).len().to_string()),
        (lang.word("告警", "alarms"), text(&counters["alarms"])),
        (lang.word("收发", "sent, received"), format!("↑ {sent}  ↓ {received}")),
    ];
    if status["training"].as_bool().unwrap_or_default() {
        rows.insert(
            0,
            (lang.word("培训模式", "training"), lang.word("测试数据", "practice").to_owned()),
        );
    }
    rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect()
}

fn above(lang: Lang, status: &Value, tree: &OfficeTree) -> Vec<Vec<String>> {
    let mut rows =
        vec![pick(lang, ["上级", "已确认", "未确认"], ["office", "receipted", "missing"])];
    rows.extend(list(&status["above"]).iter().map(|above| {
        vec![name(tree, &above["office"]), text(&above["receipted"]), text(&above["missing"])]
    }));
    rows
}

fn peers(lang: Lang, status: &Value, tree: &OfficeTree) -> Vec<Vec<String>> {
    let zh = ["机构", "节点", "状态", "最近", "待发日志", "待发项", "时钟差"];
    let en = ["office", "node", "state", "heard", "logs to send", "entries to send", "clock"];
    let mut rows = vec![pick(lang, zh, en)];
    rows.extend(list(&status["peers"]).iter().map(|peer| {
        let live = peer["live"].as_bool().unwrap_or_default();
        let ahead_ms = peer["clock_ahead_ms"].as_i64().unwrap_or_default();
        vec![
            name(tree, &peer["office"]),
            text(&peer["node"]),
            (if live {
                lang.word("✓ 实时", "✓ live")
            } else {
                lang.word("… 比对中", "… comparing")
            })
            .to_owned(),
            moment(Millis(peer["heard"].as_u64().unwrap_or_default())),
            text(&peer["backlog_logs"]),
            text(&peer["backlog_entries"]),
            format!("{:+} s", ahead_ms / 1_000),
        ]
    }));
    rows
}

fn name(tree: &OfficeTree, code: &Value) -> String {
    office(code).map_or_else(String::new, |code| format!("{code} {}", tree.name(code)))
}

fn office(value: &Value) -> Option<OfficeCode> {
    OfficeCode::new(value.as_u64()?).ok()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

pub(crate) fn said(lang: Lang, sentence: &Value) -> String {
    text(&sentence[lang.word("zh", "en")])
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_offices_and_what_is_not_receipted() {
        let status = serde_json::json!({
            "office": 330_382_001_208u64, "node": "1a2b3c4d", "now": 0, "cases": 3, "logs": 1,
            "entries": 9, "space": { "zh": "充足", "en": "ok" }, "latched": "disk full", "counters": { "alarms": 0 },
            "above": [{ "office": 330_382_001_000u64, "receipted": 4, "missing": 5 }],
            "peers": [{ "office": 330_382_001_000u64, "node": "ab", "live": true, "heard": 0, "clock_ahead_ms": -3_000 }],
        });
        let page = page(Lang::Zh, &status);
        for part in ["土墩塘村委会", "城东街道", "disk full", "未确认", "-3 s", "✓ 实时"]
        {
            assert!(page.contains(part), "{part} is not in\n{page}");
        }
    }
}
