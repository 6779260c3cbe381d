//! `daiban case migrate`: what a draft would be under newer rules, and going over to them.

use clap::Args;
use daiban_domain::desk::ActRequest;
use daiban_node::replica::Command;
use serde_json::Value;

use super::words::{list, said, text};
use super::{Officer, tell_saved};
use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::say::{Lang, Screen};

#[derive(Debug, Args)]
#[command(after_help = "\
例 Examples:
  daiban case migrate 3303…                     只看差异，什么也不改 (shows the differences, changes nothing)
  daiban case migrate 3303… --yes --by 王秀英   换到现行版本，已填内容都保留 (goes over; every value is kept)
只有草稿可以换版；已收件的办件沿用收件时的版本 (only drafts go over; a case that was handed in keeps its version)。")]
pub(crate) struct MigrateArgs {
    /// 收件号 (receipt number)
    receipt: String,
    /// 确认换版 (go over)
    #[arg(long, visible_alias = "confirm", requires = "by")]
    yes: bool,
    /// 经办人 (officer; NAME or NAME:ACCOUNT)
    #[arg(long, value_name = "NAME")]
    by: Option<Officer>,
}

/// `daiban case migrate`
pub(super) fn migrate(client: &Client, screen: &Screen, args: MigrateArgs) -> Done {
    let MigrateArgs { receipt: case, yes, by } = args;
    let view = client.ask(&Command::Migration { case: case.clone() })?;
    let Some(by) = by.filter(|_| yes) else {
        return screen.show(&view, |view| {
            let page = page(screen.lang, view);
            let how = screen.lang.word(
                "尚未换版；确认请加 --yes --by 姓名",
                "nothing is changed; to go over add --yes --by NAME",
            );
            format!("{page}\n{how}")
        });
    };
    if !screen.json {
        screen.line(&page(screen.lang, &view))?;
    }
    let version = view["to"].as_u64().and_then(|to| u32::try_from(to).ok());
    let version = version.ok_or_else(|| {
        Failure::new(Code::Internal, "节点没有给出版本", "the node names no version")
    })?;
    let request = ActRequest::Migrate { version };
    let command = Command::Act { case, by: by.into(), organ: None, request };
    tell_saved(screen, &client.ask(&command)?)
}

/// The differences, part by part, and what they mean for what was filled in.
fn page(lang: Lang, view: &Value) -> String {
    let (from, to) = (text(&view["from"]), text(&view["to"]));
    let mut lines = vec![format!(
        "{} {} {}",
        text(&view["item"]),
        text(&view["name"]),
        lang.word(&format!("第{from}版 → 第{to}版"), &format!("version {from} → version {to}")),
    )];
    let parts = [
        ("field", "栏目", "fields"),
        ("material", "材料", "materials"),
        ("stage", "环节", "stages"),
        ("limits", "时限", "limits"),
        ("terms", "其他", "other terms"),
    ];
    for (part, zh, en) in parts {
        let changes = list(&view["changes"]).iter().filter(|change| change["part"] == part);
        section(&mut lines, lang.word(zh, en), changes.map(|change| changed(lang, change)));
    }
    let faults = |key: &str| list(&view[key]).iter().map(|fault| faulty(lang, fault));
    let unfit = lang.word("不符合新版的内容（保留，待改正）", "values that no longer fit (kept)");
    section(&mut lines, unfit, faults("unfit"));
    section(&mut lines, lang.word("还缺", "still lacking"), faults("lacking"));
    let kept = list(&view["kept"]).iter().map(|kept| {
        format!("{} {}：{}", text(&kept["label"]), text(&kept["field"]), text(&kept["value"]))
    });
    let title =
        lang.word("新版不再要求的内容（保留，仍可查看）", "no longer asked for (kept, readable)");
    section(&mut lines, title, kept);
    lines.join("\n")
}

fn section(lines: &mut Vec<String>, title: &str, rows: impl Iterator<Item = String>) {
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        lines.push(format!("── {title}"));
        lines.extend(rows.map(|row| format!("  {row}")));
    }
}

/// `+` what is new, `−` what is gone, `~` what is otherwise, rule by rule.
pub(crate) fn changed(lang: Lang, change: &Value) -> String {
    let (key, name) = (text(&change["key"]), said(lang, &change["name"]));
    let known = if key.is_empty() { name } else { format!("{key} {name}") };
    match change["is"].as_str().unwrap_or_default() {
        "added" => format!("+ {known}"),
        "removed" => format!("− {known}"),
        _ => {
            let rules = list(&change["rules"]).iter().map(|rule| {
                let part = |key: &str| said(lang, &rule[key]);
                format!("{} {} → {}", part("rule"), part("before"), part("now"))
            });
            format!("~ {known}：{}", rules.collect::<Vec<_>>().join(lang.word("；", "; ")))
        }
    }
}

fn faulty(lang: Lang, fault: &Value) -> String {
    let part = |key: &str| said(lang, &fault[key]);
    let between = lang.word("；", "; ");
    format!(
        "{} {}：{}{between}{}",
        text(&fault["label"]),
        text(&fault["field"]),
        part("fault"),
        part("remedy")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_page_names_what_changed_and_what_no_longer_fits() {
        let said = |text: &str| json!({ "zh": text, "en": text });
        let view = json!({
            "item": "CL-SB-01", "name": "参保登记", "from": 1, "to": 2,
            "changes": [
                { "part": "field", "key": "phone", "name": said("手机"), "is": "changed", "rules": [
                    { "rule": said("必填"), "before": said("否"), "now": said("是") }
                ]},
                { "part": "material", "key": "PHOTO", "name": said("照片"), "is": "added" },
            ],
            "unfit": [{ "field": "grade", "label": "档次", "fault": said("太小"), "remedy": said("请改") }],
            "lacking": [],
            "kept": [{ "field": "old", "label": "旧栏目", "value": "仍在" }],
        });
        assert_eq!(
            page(Lang::Zh, &view),
            "CL-SB-01 参保登记 第1版 → 第2版\n── 栏目\n  ~ phone 手机：必填 否 → 是\n── 材料\n  \
             + PHOTO 照片\n── 不符合新版的内容（保留，待改正）\n  档次 grade：太小；请改\n\
             ── 新版不再要求的内容（保留，仍可查看）\n  旧栏目 old：仍在"
        );
    }
}
