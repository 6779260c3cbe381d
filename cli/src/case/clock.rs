//! The clocks of a case on the screen, and how its days are reckoned.

use daiban_domain::catalog::Limit;
use daiban_domain::office::OfficeTree;
use daiban_sync::id::Millis;
use serde_json::Value;

use super::redress::{self, card};
use super::words::{due, list, said, status_words, text};
use crate::say::{Lang, moment, table};

/// The clocks, from the JSON of `ClockView`; with `explain` the reckoning of each.
pub(super) fn page(lang: Lang, tree: &OfficeTree, view: &Value, explain: bool) -> String {
    let cards = redress::cards(lang, tree, &view["cards"]);
    let mut parts = vec![head(lang, view), overview(lang, view), deemed(lang, view), cards];
    if explain {
        parts.extend(list(&view["clocks"]).iter().map(|clock| reckoning(lang, clock)));
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn head(lang: Lang, view: &Value) -> String {
    let summary = &view["summary"];
    let at = |key: &str| {
        let at = view["times"][key].as_u64();
        at.map_or_else(|| "—".to_owned(), |at| moment(Millis(at)))
    };
    let rows = vec![
        (lang.word("收件号", "receipt"), text(&summary["receipt"])),
        (
            lang.word("事项", "item"),
            format!("{} {}", text(&summary["item"]), text(&summary["item_name"])),
        ),
        (lang.word("状态", "status"), status_words(lang, &summary["status"])),
        (lang.word("收件", "received"), at("received")),
        (lang.word("受理机构收到", "reached the accepting office"), at("reached_town")),
        (lang.word("受理", "accepted"), at("accepted")),
        (lang.word("今天", "today"), text(&view["today"])),
        (lang.word("亮牌", "card"), card(lang, &view["card"])),
    ];
    let rows: Vec<_> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    table(&rows)
}

fn overview(lang: Lang, view: &Value) -> String {
    let head = match lang {
        Lang::Zh => ["时限", "天数", "到期", "已用", "剩余", "超期（日）", "亮牌"],
        Lang::En => ["clock", "limit", "due", "used", "left", "days over", "card"],
    };
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(list(&view["clocks"]).iter().map(|clock| {
        let standing = &clock["standing"];
        let runs = clock["due"]["is"] != "not_running";
        let days = |key: &str| Some(text(&standing[key])).filter(|_| runs).unwrap_or_default();
        vec![
            said(lang, &clock["name"]),
            limit(lang, &clock["limit"]),
            last_day(lang, &clock["due"]),
            days("used"),
            days("left"),
            days("over"),
            card(lang, &standing["card"]),
        ]
    }));
    table(&rows)
}

/// Nobody has asked or accepted in time: what the law then says.
fn deemed(lang: Lang, view: &Value) -> String {
    let overdue = |clock: &&Value| {
        let over = clock["standing"]["over"].as_u64().unwrap_or_default();
        clock["kind"] == "acceptance" && clock["due"]["is"] == "on" && over > 0
    };
    list(&view["clocks"]).iter().find(overdue).map_or_else(String::new, |clock| {
        let source = said(lang, &clock["source"]);
        match lang {
            Lang::Zh => format!("! 逾期未告知补正的，自收到材料之日起即为受理（{source}）"),
            Lang::En => format!(
                "! nobody asked in time for what is missing: accepted from the day of receipt ({source})"
            ),
        }
    })
}

fn reckoning(lang: Lang, clock: &Value) -> String {
    let steps = list(&clock["steps"]);
    if steps.is_empty() {
        return String::new();
    }
    let source = said(lang, &clock["source"]);
    let title = [said(lang, &clock["name"]), limit(lang, &clock["limit"]), source];
    let title = title.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
    let rows: Vec<_> = steps.iter().map(|step| row(lang, step)).collect();
    let ends = format!("  {} {}", lang.word("→ 到期", "→ due"), last_day(lang, &clock["due"]));
    format!("── {title}\n{}\n{ends}", table(&rows))
}

/// Days, whether they count, how many have counted by then, why, and what that rests on.
fn row(lang: Lang, step: &Value) -> Vec<String> {
    let (from, to) = (text(&step["from"]), text(&step["to"]));
    let counts = step["counts"].as_bool().unwrap_or_default();
    vec![
        if from == to { format!("  {from}") } else { format!("  {from} – {to}") },
        if counts { lang.word("计", "counts") } else { lang.word("不计", "-") }.to_owned(),
        Some(text(&step["total"])).filter(|_| counts).unwrap_or_default(),
        said(lang, &step["words"]),
        said(lang, &step["basis"]),
    ]
}

/// The last day, and how it went if it is over.
fn last_day(lang: Lang, value: &Value) -> String {
    match value["is"].as_str().unwrap_or_default() {
        "done" => match lang {
            Lang::Zh => format!("{}（办毕 {}）", text(&value["due"]), due(lang, value)),
            Lang::En => format!("{} (done {})", text(&value["due"]), due(lang, value)),
        },
        "not_running" => lang.word("未起算", "not running").to_owned(),
        "calendar_unknown" => format!("{} {}", due(lang, value), text(&value["beyond"])),
        _ => due(lang, value),
    }
}

fn limit(lang: Lang, value: &Value) -> String {
    let known = serde_json::from_value::<Limit>(value.clone());
    known.map_or_else(|_| text(value), |limit| lang.of(&limit.words()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use daiban_domain::shipped::offices as tree;
    use serde_json::json;

    fn view() -> Value {
        json!({
            "summary": { "receipt": "R1", "item": "JB-04", "item_name": "项目选址", "status": "paused" },
            "times": { "received": 0, "reached_town": null, "accepted": 0 },
            "today": "2026-10-09", "card": "warning", "training": true,
            "clocks": [{
                "kind": "promised", "name": { "zh": "承诺时限", "en": "promised limit" },
                "limit": { "value": 3, "unit": "working_days" }, "source": { "zh": "各环节之和", "en": "各环节之和" },
                "due": { "is": "on", "date": "2026-10-10" }, "rest": 0,
                "standing": { "as_of": "2026-10-09", "used": 2, "left": 1, "over": 0, "card": "warning" },
                "steps": [
                    { "from": "2026-10-01", "to": "2026-10-07", "counts": false, "total": 1,
                        "words": { "zh": "放假（国庆节）", "en": "public holiday (国庆节)" },
                        "basis": { "zh": "全国年节及纪念日放假办法", "en": "Regulation on Public Holidays" } },
                    { "from": "2026-10-10", "to": "2026-10-10", "counts": true, "total": 3,
                        "words": { "zh": "调休上班（国庆节）", "en": "weekend that is worked (国庆节)" },
                        "basis": { "zh": "全国年节及纪念日放假办法", "en": "Regulation on Public Holidays" } },
                ],
            }],
        })
    }

    #[test]
    fn the_reckoning_is_shown_when_asked_for() {
        let short = page(Lang::Zh, &tree(), &view(), false);
        assert!(short.contains("3个工作日") && short.contains("预警"), "{short}");
        assert!(!short.contains("放假"), "{short}");
        let long = page(Lang::Zh, &tree(), &view(), true);
        for part in [
            "受理机构收到  —",
            "2026-10-01 – 2026-10-07  不计",
            "计    3",
            "→ 到期 2026-10-10",
            "各环节之和",
        ] {
            assert!(long.contains(part), "{part} is not in\n{long}");
        }
    }

    #[test]
    fn an_overdue_acceptance_says_what_follows() {
        let mut view = view();
        assert!(!page(Lang::Zh, &tree(), &view, false).contains("即为受理"));
        view["clocks"][0]["kind"] = "acceptance".into();
        view["clocks"][0]["standing"]["over"] = 1.into();
        assert!(page(Lang::Zh, &tree(), &view, false).contains("即为受理"));
    }

    #[test]
    fn english_readers_see_english() {
        let page = page(Lang::En, &tree(), &view(), true);
        for part in ["3 working days", "warning", "public holiday", "→ due 2026-10-10"] {
            assert!(page.contains(part), "{part} is not in\n{page}");
        }
    }
}
