//! `daiban node …`: the nodes of offices below: suspend, reinstate, revoke, and accept what a
//! revoked one wrote. `daiban node renew` is about this one.

use clap::{Args, Subcommand};
use daiban_node::replica::{Command, Consequence, Disposal};
use daiban_sync::id::{Millis, OfficeCode};
use serde_json::{Value, json};

use crate::client::Client;
use crate::exit::Done;
use crate::home::Home;
use crate::office::pick;
use crate::publish;
use crate::say::{Lang, Screen, moment, table};
use crate::status::said;

/// Digits of a key or a log that are shown.
const SHORT: usize = 16;

#[derive(Debug, Subcommand)]
pub(crate) enum NodeVerb {
    /// 下级机构的节点及其状态 (the nodes of offices below and how they stand)
    List {
        /// 只看一个机构 (of one office)
        office: Option<OfficeCode>,
    },
    /// 停用：暂不同步，可恢复 (nobody syncs with it for now)
    Suspend(DisposeArgs),
    /// 恢复停用的节点 (it syncs again)
    Reinstate(DisposeArgs),
    /// 吊销：永不再信任，此后写入的进入隔离 (it is never believed again; what it writes later is quarantined)
    #[command(
        after_help = "例 Example:\n  daiban --data county node revoke 3f9a0c11 --reason 电脑被盗 --dry-run\n吊销不能撤回；该机构凭新的邀请码用新节点加入 (this cannot be taken back; the office joins again with a new code)"
    )]
    Revoke(DisposeArgs),
    /// 吊销后收到的内容 (what a revoked node wrote beyond what counts)
    Read {
        /// 日志编号或其开头 (the beginning of the log's name, as list shows it)
        log: String,
    },
    /// 采信吊销节点写入的内容 (let what it wrote take effect)
    #[command(
        after_help = "例 Example:\n  daiban --data county node accept 3f9a0c11 8b21d7 --reason 已与村民核对\n先用 node read 查看 (see node read first)"
    )]
    Accept {
        #[command(flatten)]
        of: DisposeArgs,
        /// 日志编号或其开头 (the beginning of the log's name)
        log: String,
        /// 采信到第几条，默认全部 (up to this number; default: all)
        #[arg(long)]
        upto: Option<u64>,
    },
    /// 现在续期本节点的证书 (renew this node's certificates now)
    Renew,
}

#[derive(Debug, Args)]
pub(crate) struct DisposeArgs {
    /// 节点编号或其开头 (the beginning of the node's key, as list shows it)
    node: String,
    /// 原因 (why)
    #[arg(long)]
    reason: String,
    /// 只说明会改变什么 (say what would change; do nothing)
    #[arg(long)]
    dry_run: bool,
}

/// `daiban node …`
pub(crate) fn node(home: &Home, screen: &Screen, verb: NodeVerb) -> Done {
    let client = Client::open(&home.data)?;
    match verb {
        NodeVerb::List { office } => {
            let answer = client.ask(&Command::Nodes { office })?;
            screen.show(&answer, |answer| nodes(screen.lang, answer))
        }
        NodeVerb::Read { log } => {
            let answer = client.ask(&Command::Unaccepted { log })?;
            screen.show(&answer, |answer| unaccepted(screen.lang, answer))
        }
        NodeVerb::Suspend(args) => dispose(&client, screen, args, Disposal::Suspend),
        NodeVerb::Reinstate(args) => dispose(&client, screen, args, Disposal::Reinstate),
        NodeVerb::Revoke(args) => dispose(&client, screen, args, Disposal::Revoke),
        NodeVerb::Accept { of, log, upto } => {
            dispose(&client, screen, of, Disposal::Accept { log, upto })
        }
        NodeVerb::Renew => {
            let answer = client.post("/v1/renew", &json!({}))?;
            screen.show(&answer, |answer| {
                let until = moment(Millis(answer["certified_until"].as_u64().unwrap_or_default()));
                let lang = screen.lang;
                format!("{} {until}", lang.word("证书有效至", "the certificate ends"))
            })
        }
    }
}

fn dispose(client: &Client, screen: &Screen, args: DisposeArgs, disposal: Disposal) -> Done {
    let DisposeArgs { node, reason, dry_run } = args;
    let answer = client.ask(&Command::Dispose { node, disposal, reason, rehearse: dry_run })?;
    let effects: Vec<Consequence> =
        serde_json::from_value(answer["effects"].clone()).unwrap_or_default();
    screen.show(&answer, |_| publish::page(screen, &effects, dry_run))
}

fn nodes(lang: Lang, answer: &Value) -> String {
    let mut rows = vec![pick(
        lang,
        ["机构", "节点", "日志项", "连接", "状态"],
        ["office", "node", "entries", "link", "standing"],
    )];
    let mut below = String::new();
    for node in answer["nodes"].as_array().into_iter().flatten() {
        let live = if node["live"].as_bool().unwrap_or_default() { "✓" } else { "—" };
        rows.push(vec![
            node["office"].to_string(),
            short(&node["node"]),
            node["entries"].to_string(),
            live.to_owned(),
            said(lang, &node["stands"]),
        ]);
        for log in node["unaccepted"].as_array().into_iter().flatten() {
            let (name, accepted, held) = (short(&log["log"]), &log["accepted"], &log["held"]);
            let word = lang.word("未采信", "not accepted");
            below += &format!("\n{} {name}: {word} {accepted} → {held}", short(&node["node"]));
        }
    }
    table(&rows) + &below
}

fn unaccepted(lang: Lang, answer: &Value) -> String {
    let mut rows =
        vec![pick(lang, ["至", "时间", "办件", "内容"], ["upto", "when", "case", "what"])];
    let receipt = |id: &Value| {
        let cases = answer["cases"].as_array().into_iter().flatten();
        let mut found = cases.filter(|case| case["summary"]["id"] == *id);
        let receipt = found.next().and_then(|case| case["summary"]["receipt"].as_str());
        receipt.map_or_else(|| short(id), str::to_owned)
    };
    for entry in answer["entries"].as_array().into_iter().flatten() {
        rows.push(vec![
            entry["upto"].to_string(),
            moment(Millis(entry["at"].as_u64().unwrap_or_default())),
            receipt(&entry["case"]),
            said(lang, &entry["words"]),
        ]);
    }
    table(&rows)
}

fn short(name: &Value) -> String {
    name.as_str().unwrap_or_default().chars().take(SHORT).collect()
}
