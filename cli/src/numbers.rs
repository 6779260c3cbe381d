//! `daiban numbers`: blocks of legal case numbers, and what became of each serial.

use clap::{Args, Subcommand};
use daiban_domain::calendar::Date;
use daiban_domain::fold::Status;
use daiban_domain::numbering::Block;
use daiban_domain::shipped;
use daiban_node::replica::Command;
use daiban_sync::id::OfficeCode;
use serde_json::Value;

use crate::client::Client;
use crate::exit::Done;
use crate::home::Home;
use crate::office::pick;
use crate::say::{Lang, Screen, table};

#[derive(Debug, Subcommand)]
pub(crate) enum NumbersVerb {
    /// 给下级（或本机构）一段流水号，每日有效 (lease a block of the daily serials to an office; at a county or city)
    Lease(LeaseArgs),
    /// 有效的编号段 (the blocks that hold, as far as this office knows)
    Leases,
    /// 一个事项一天的编号台账 (what became of every serial of an item and day)
    Ledger {
        /// 事项代码 (code of the item)
        item: String,
        /// 哪一天，默认今天 (the day; default: today)
        #[arg(long)]
        day: Option<Date>,
        /// 实施机构，默认为本机构所在的线上 (the office that carries it out; default: the one on this office's line)
        #[arg(long)]
        office: Option<OfficeCode>,
    },
}

#[derive(Debug, Args)]
#[command(
    after_help = "例 Examples:\n  daiban --data county numbers lease 341602001000 --count 100\n  daiban --data county numbers lease 341602001000 --block 0200-0299 --item CL-SB-01 --from 2026-10-01 --until 2026-12-31\n一次下发，每日有效，断网时也可编号 (leased once, it holds every day, also without a network)"
)]
pub(crate) struct LeaseArgs {
    /// 取得编号段的机构 (the office that gets the block)
    office: OfficeCode,
    /// 编号段，如 0200-0299 (the block)
    #[arg(long, conflicts_with = "count", required_unless_present = "count")]
    block: Option<Block>,
    /// 个数：由节点选定空闲的一段 (how many; the node chooses a free block)
    #[arg(long)]
    count: Option<u16>,
    /// 仅用于这一事项 (for this item only)
    #[arg(long)]
    item: Option<String>,
    /// 起用日，默认今天 (the first day; default: today)
    #[arg(long)]
    from: Option<Date>,
    /// 最后一天，默认长期 (the last day; default: for good)
    #[arg(long)]
    until: Option<Date>,
}

/// `daiban numbers …`
pub(crate) fn numbers(home: &Home, screen: &Screen, verb: NumbersVerb) -> Done {
    let client = Client::open(&home.data)?;
    match verb {
        NumbersVerb::Lease(LeaseArgs { office, block, count, item, from, until }) => {
            let command = Command::LeaseNumbers { office, block, count, item, from, until };
            screen.show(&client.ask(&command)?, |answer| leases(screen.lang, answer))
        }
        NumbersVerb::Leases => {
            screen.show(&client.ask(&Command::NumberLeases)?, |answer| leases(screen.lang, answer))
        }
        NumbersVerb::Ledger { item, day, office } => {
            let answer = client.ask(&Command::NumberLedger { item, day, office })?;
            screen.show(&answer, |answer| ledger(screen.lang, answer))
        }
    }
}

fn leases(lang: Lang, answer: &Value) -> String {
    let tree = shipped::offices();
    let head = ["编号段", "机构", "事项", "自", "至", "下发"];
    let head_en = ["block", "office", "item", "from", "until", "issuer"];
    let mut rows = vec![pick(lang, head, head_en)];
    let name = |value: &Value| {
        let code = value.as_u64().and_then(|code| OfficeCode::new(code).ok());
        code.map_or_else(String::new, |code| format!("{code} {}", tree.name(code)))
    };
    for lease in answer["leases"].as_array().into_iter().flatten() {
        let text = |key: &str, none: (&'static str, &'static str)| {
            lease[key].as_str().unwrap_or(lang.word(none.0, none.1)).to_owned()
        };
        rows.push(vec![
            block(&lease["block"]),
            name(&lease["office"]),
            text("item_code", ("全部", "all")),
            text("from_day", ("", "")),
            text("until", ("长期", "for good")),
            name(&lease["issuer"]),
        ]);
    }
    table(&rows)
}

fn block(value: &Value) -> String {
    let block = serde_json::from_value::<Block>(value.clone());
    block.map_or_else(|_| String::new(), |block| block.to_string())
}

fn ledger(lang: Lang, answer: &Value) -> String {
    let tree = shipped::offices();
    let mut text = format!(
        "{} {}",
        answer["code"].as_str().unwrap_or_default(),
        answer["day"].as_str().unwrap_or_default()
    );
    if answer["invented"].as_bool().unwrap_or_default() {
        text += lang.word("（演练编码，不是真实编码）", " (invented codes, for practice only)");
    }
    for leased in answer["ledger"]["blocks"].as_array().into_iter().flatten() {
        let office = leased["lease"]["office"].as_u64().and_then(|code| OfficeCode::new(code).ok());
        let office =
            office.map_or_else(String::new, |office| format!("{office} {}", tree.name(office)));
        let rows: Vec<_> =
            leased["lines"].as_array().into_iter().flatten().map(|l| line(lang, l)).collect();
        text += &format!("\n── {} {office}\n{}", block(&leased["lease"]["block"]), table(&rows));
    }
    let outside = answer["ledger"]["outside"].as_array();
    for given in outside.into_iter().flatten() {
        let word = lang.word("不在任何编号段内，无效", "in no block, without effect");
        text += &format!("\n! {}  {word}", case(lang, given));
    }
    text
}

fn line(lang: Lang, line: &Value) -> Vec<String> {
    let serial = || format!("  {:04}", line["serial"].as_u64().unwrap_or_default());
    let stretch = || format!("  {}", block(&line["serials"]));
    match line["is"].as_str().unwrap_or_default() {
        "used" => vec![serial(), case(lang, line)],
        "voided" => vec![
            serial(),
            format!(
                "{} {}",
                lang.word("作废，不再使用：", "voided, not given again:"),
                case(lang, line)
            ),
        ],
        "replaced" => vec![
            serial(),
            format!(
                "{} {}",
                lang.word("该件已改用他号：", "the case has another number:"),
                case(lang, line)
            ),
        ],
        "twice" => {
            let all = line["given"].as_array().into_iter().flatten().map(|given| case(lang, given));
            vec![
                serial(),
                format!(
                    "! {} {}",
                    lang.word("重号：", "given twice:"),
                    all.collect::<Vec<_>>().join("；")
                ),
            ]
        }
        "not_here" => vec![
            stretch(),
            lang.word("办件未到本机构，或跳过", "its case is not here, or was passed over")
                .to_owned(),
        ],
        "lost" => vec![
            stretch(),
            lang.word(
                "未用，或随旧磁盘遗失；当日不再使用",
                "not used, or lost with an old disk; not given any more",
            )
            .to_owned(),
        ],
        _ => vec![stretch(), lang.word("未用", "not used").to_owned()],
    }
}

fn case(lang: Lang, given: &Value) -> String {
    let status = serde_json::from_value::<Status>(given["status"].clone());
    let status =
        status.map_or_else(|_| String::new(), |status| lang.of(&status.words()).to_owned());
    let name = given["receipt"].as_str().or(given["case"].as_str()).unwrap_or_default();
    format!("{name}  {status}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_ledger_says_what_became_of_each_serial() {
        let given = |serial: u16| json!({ "is": "used", "serial": serial, "case": "00", "receipt": format!("R{serial}"), "status": "accepted", "stands": true });
        let answer = json!({
            "code": "Y9", "day": "2026-03-02", "invented": true,
            "ledger": {
                "blocks": [{
                    "lease": { "office": 330_382_001_000u64, "block": [1, 9] },
                    "lines": [given(1), { "is": "not_here", "serials": [2, 4] },
                        { "is": "twice", "serial": 5, "given": [given(5), given(5)] },
                        { "is": "free", "serials": [6, 9] }],
                }],
                "outside": [given(77)],
            },
        });
        let text = ledger(Lang::En, &answer);
        for part in [
            "invented",
            "0001-0009 330382001000",
            "0001       R1  accepted",
            "0002-0004",
            "given twice: R5",
            "0006-0009  not used",
            "R77",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
