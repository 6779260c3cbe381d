//! Ratings, complaints, questions and cards of a case, as people read them.

use daiban_domain::act::Handover;
use daiban_domain::clock::{Card, CardFate};
use daiban_domain::office::OfficeTree;
use daiban_sync::id::Millis;
use serde_json::Value;

use super::office;
use super::words::{list, said, text};
use crate::say::{Lang, moment, table};

/// What a case's page says of them, from the JSON of `CaseView`.
pub(super) fn page(lang: Lang, tree: &OfficeTree, view: &Value) -> String {
    let redress = &view["state"]["redress"];
    let mut rows = Vec::new();
    for rating in list(&redress["ratings"]) {
        let stars = format!("{} {}", text(&rating["stars"]), said(lang, &rating["words"]));
        let label = format!("{} {stars}", lang.word("评价", "rated"));
        rows.push(statement(tree, &label, &rating["said"]));
        rows.extend(follow_up(tree, lang.word("整改", "rectified"), &rating["rectified"]));
    }
    for (key, title) in [
        ("complaints", lang.word("投诉", "complaint")),
        ("questions", lang.word("咨询", "question")),
    ] {
        for voiced in list(&redress[key]) {
            let id = text(&voiced["said"]["act"]).chars().take(8).collect::<String>();
            rows.push(statement(tree, &format!("{title} {id}"), &voiced["said"]));
            rows.extend(follow_up(tree, lang.word("答复", "answer"), &voiced["answer"]));
        }
    }
    for appeal in list(&redress["appeals"]) {
        rows.extend(follow_up(tree, lang.word("申诉", "appeal"), &appeal["lodged"]));
        rows.extend(follow_up(tree, &fate(lang, &appeal["fate"]), &appeal["ruling"]));
    }
    for help in list(&view["state"]["help"]) {
        let label = format!("{} {}", lang.word("请求协查", "help asked"), text(&help["receipt"]));
        rows.push(statement(tree, &label, &help["asked"]));
        rows.extend(follow_up(tree, lang.word("协查结果", "findings"), &help["answer"]));
    }
    for note in list(&redress["supervision"]) {
        rows.push(statement(tree, lang.word("督办", "supervision"), note));
    }
    let told = section(
        lang.word(
            "协查、评价、投诉、咨询、监察",
            "help, ratings, complaints, questions, supervision",
        ),
        &rows,
    );
    let parts = [told, cards(lang, tree, &view["cards"])];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Yellow and red cards, each with the short name by which an appeal points at it.
pub(super) fn cards(lang: Lang, tree: &OfficeTree, cards: &Value) -> String {
    let row = |given: &Value| {
        vec![
            format!("  {}", card(lang, &given["card"])),
            text(&given["id"]),
            said(lang, &given["name"]),
            text(&given["on"]),
            whose(tree, given),
            fate(lang, &given["fate"]),
        ]
    };
    let rows: Vec<_> = list(cards).iter().map(row).collect();
    section(lang.word("亮牌", "cards"), &rows)
}

/// A card in JSON.
pub(super) fn card(lang: Lang, value: &Value) -> String {
    let known = serde_json::from_value::<Card>(value.clone());
    known.map_or_else(|_| text(value), |card| lang.of(&card.words()).to_owned())
}

/// How the result was delivered, in JSON.
pub(super) fn handover(lang: Lang, value: &Value) -> String {
    let known = serde_json::from_value::<Handover>(value.clone());
    known.map_or_else(|_| text(value), |how| lang.of(&how.words()).to_owned())
}

fn fate(lang: Lang, value: &Value) -> String {
    let known = serde_json::from_value::<CardFate>(value.clone());
    known.map_or_else(|_| text(value), |fate| lang.of(&fate.words()).to_owned())
}

fn follow_up(tree: &OfficeTree, label: &str, value: &Value) -> Option<Vec<String>> {
    (!value.is_null()).then(|| statement(tree, &format!("→ {label}"), value))
}

fn statement(tree: &OfficeTree, label: &str, value: &Value) -> Vec<String> {
    vec![
        format!("  {label}"),
        value["at"].as_u64().map_or_else(String::new, |at| moment(Millis(at))),
        format!("{} {}", whose(tree, value), text(&value["by"])),
        text(&value["text"]),
    ]
}

fn whose(tree: &OfficeTree, value: &Value) -> String {
    let at = office(&value["office"]).map_or_else(String::new, |office| tree.name(office));
    match value["organ"].as_str() {
        Some(organ) => format!("{at}/{organ}"),
        None => at,
    }
}

fn section(title: &str, rows: &[Vec<String>]) -> String {
    if rows.is_empty() { String::new() } else { format!("── {title}\n{}", table(rows)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daiban_domain::shipped;
    use serde_json::json;

    #[test]
    fn a_bad_rating_a_complaint_and_a_card_are_told_with_what_followed() {
        let said = |text: &str| {
            json!({ "act": "1a2b3c4d5e", "at": 0, "by": "王秀英",
                "office": 330_382_000_000u64, "organ": "RS", "text": text })
        };
        let view = json!({
            "state": { "redress": {
                "ratings": [{ "stars": 2, "words": { "zh": "不满意", "en": "not satisfied" },
                    "said": said("太慢"), "rectified": said("已改进") }],
                "complaints": [{ "said": said("久无消息"), "answer": null }],
                "appeals": [{ "fate": "upheld", "lodged": said("故障"), "ruling": said("不属实") }],
                "supervision": [said("请尽快")],
            }},
            "cards": [{ "card": "yellow", "id": "promised", "name": { "zh": "承诺时限", "en": "promised limit" },
                "on": "2026-03-14", "office": 330_382_000_000u64, "organ": "RS", "fate": "upheld" }],
        });
        let page = page(Lang::Zh, &shipped::offices(), &view);
        for part in [
            "评价 2 不满意",
            "→ 整改",
            "投诉 1a2b3c4d",
            "久无消息",
            "→ 申诉",
            "→ 维持",
            "督办",
            "黄牌",
            "promised",
            "2026-03-14",
            "乐清市/RS",
        ] {
            assert!(page.contains(part), "{part} is not in\n{page}");
        }
        assert!(!page.contains("答复"));
        assert_eq!(super::page(Lang::Zh, &shipped::offices(), &json!({})), "");
    }

    #[test]
    fn a_parcel_shows_its_number() {
        let post = json!({ "post": { "tracking": "EA12345678" } });
        assert_eq!(handover(Lang::Zh, &post), "邮政快递 EA12345678");
        assert_eq!(handover(Lang::En, &json!("pickup")), "picked up");
        assert_eq!(handover(Lang::En, &Value::Null), "");
    }
}
