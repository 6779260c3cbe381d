//! Parts of a case's JSON as people read them.

use daiban_domain::case_number::CaseNumber;
use daiban_domain::fold::Status;
use daiban_domain::office::OfficeTree;
use daiban_domain::organ::OrganCode;
use daiban_domain::words::Said;
use daiban_sync::id::Tier;
use serde_json::Value;

use super::office;
use crate::office::tier_word;
use crate::say::Lang;

/// `本机 ✓ → 镇 ✓ → 县 …`: how far the case has safely got.
pub(crate) fn safety(lang: Lang, safety: &Value) -> String {
    let offices = list(safety).iter().enumerate().map(|(n, at)| {
        let tier = serde_json::from_value::<Tier>(at["tier"].clone());
        let name = match tier {
            _ if n == 0 => lang.word("本机", "here"),
            Ok(tier) => tier_word(lang, tier),
            Err(_) => "?",
        };
        let sign = if at["safe"].as_bool().unwrap_or_default() { "✓" } else { "…" };
        format!("{name} {sign}")
    });
    offices.collect::<Vec<_>>().join(" → ")
}

/// The word for a status in JSON.
pub(crate) fn status_words(lang: Lang, status: &Value) -> String {
    let known = serde_json::from_value::<Status>(status.clone());
    known.map_or_else(|_| text(status), |status| lang.of(&status.words()).to_owned())
}

/// The status of a case in a list; a draft under old rules says so.
pub(super) fn status(lang: Lang, case: &Value) -> String {
    let status = status_words(lang, &case["status"]);
    match case["newer"].is_null() {
        true => status,
        false => format!("{status} ({})", lang.word("有新版规则", "newer rules exist")),
    }
}

/// A deadline in JSON.
pub(super) fn due(lang: Lang, due: &Value) -> String {
    let date = |key: &str| text(&due[key]);
    match due["is"].as_str().unwrap_or_default() {
        "on" => date("date"),
        "calendar_unknown" => lang.word("日历待通知", "calendar unknown").to_owned(),
        "suspended" => lang.word("暂停计时", "suspended").to_owned(),
        "done" if due["late"].as_bool().unwrap_or_default() => {
            format!("{} {}", date("done"), lang.word("逾期", "late"))
        }
        "done" => format!("{} {}", date("done"), lang.word("按期", "in time")),
        _ => String::new(),
    }
}

/// Who may do what, in JSON.
pub(super) fn next(lang: Lang, tree: &OfficeTree, act: &Value) -> String {
    let at = office(&act["office"]).map_or_else(String::new, |office| tree.name(office));
    let organ = act["organ"].as_str().and_then(|organ| organ.parse::<OrganCode>().ok());
    let organ = organ.map_or_else(String::new, |organ| format!("/{organ}"));
    let (words, verb) = (said(lang, &act["words"]), text(&act["verb"]));
    let from = act["from"].as_str().map_or_else(String::new, |day| {
        lang.word(&format!("（{day}起）"), &format!(" (from {day})")).to_owned()
    });
    match words == verb {
        true => format!("{at}{organ} {verb}{from}"),
        false => format!("{at}{organ} {words} {verb}{from}"),
    }
}

pub(super) fn opinion(lang: Lang, opinion: &Value) -> String {
    match opinion {
        Value::String(word) if word == "agree" => lang.word("同意", "agrees").to_owned(),
        Value::String(_) => lang.word("同意但需转报", "agrees, to be forwarded").to_owned(),
        Value::Object(disagree) => {
            let reasons =
                disagree.get("disagree").map(|d| reasons(&d["reasons"])).unwrap_or_default();
            format!("{}：{reasons}", lang.word("不同意", "disagrees"))
        }
        _ => String::new(),
    }
}

pub(super) fn outcome(lang: Lang, outcome: &Value) -> String {
    match outcome {
        Value::String(_) => lang.word("准予", "granted").to_owned(),
        Value::Object(refused) => {
            let reasons =
                refused.get("refused").map(|r| reasons(&r["reasons"])).unwrap_or_default();
            format!("{}：{reasons}", lang.word("不予批准", "not granted"))
        }
        _ => String::new(),
    }
}

fn reasons(reasons: &Value) -> String {
    list(reasons).iter().map(text).collect::<Vec<_>>().join("；")
}

pub(super) fn said(lang: Lang, value: &Value) -> String {
    let said = serde_json::from_value::<Said>(value.clone());
    said.map_or_else(|_| text(value), |said| lang.of(&said).to_owned())
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A value as people read it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// 办件编号 of a summary: while it is owed, that it is.
pub(super) fn number(lang: Lang, summary: &Value) -> String {
    match (summary["number"].as_str(), summary["number_pending"].as_bool()) {
        (Some(number), _) => {
            let read = number.parse::<CaseNumber>();
            let invented = read.is_ok_and(|number| number.item().is_invented());
            let note = lang.word("（演练）", " (practice)");
            format!("{number}{}", if invented { note } else { "" })
        }
        (None, Some(true)) => lang.word("待编号", "to be given").to_owned(),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_safety_line_begins_here() {
        let at = json!([
            { "office": 330_382_001_208u64, "tier": "village", "safe": true },
            { "office": 330_382_001_000u64, "tier": "town", "safe": true },
            { "office": 330_382_000_000u64, "tier": "county", "safe": false },
        ]);
        assert_eq!(safety(Lang::Zh, &at), "本机 ✓ → 镇 ✓ → 县 …");
        assert_eq!(safety(Lang::En, &at), "here ✓ → town ✓ → county …");
    }
}
