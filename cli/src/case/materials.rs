//! `daiban case materials`: what a case asks for, and what was verified before for it.

use serde_json::Value;

use super::words::{list, said, text};
use crate::say::{Lang, table};

/// The page, from the JSON of `Answer::Materials`.
pub(super) fn page(lang: Lang, answer: &Value) -> String {
    let mut rows = Vec::new();
    for material in list(&answer["materials"]) {
        rows.push(vec![
            format!("  {}", text(&material["key"])),
            text(&material["name"]),
            standing(lang, material),
        ]);
        rows.extend(list(&material["offers"]).iter().map(|offer| offer_row(lang, offer)));
    }
    let mut lines = vec![text(&answer["receipt"]), table(&rows)];
    if answer["training"].as_bool().unwrap_or_default() {
        lines[0] += lang.word("  培训：测试数据", "  training: practice");
    }
    let usable =
        |material: &Value| list(&material["offers"]).iter().any(|o| o["why_not"].is_null());
    if list(&answer["materials"]).iter().any(usable) {
        let how = lang.word(
            "复用：daiban case attach 收件号 --reuse 材料 --by 经办人",
            "to reuse: daiban case attach RECEIPT --reuse KEY --by NAME",
        );
        lines.push(how.to_owned());
    }
    lines.join("\n")
}

fn standing(lang: Lang, material: &Value) -> String {
    let held = material["held"].as_u64().unwrap_or_default();
    match (held, material["missing"].as_bool().unwrap_or_default()) {
        (0, true) => lang.word("✗ 缺少", "✗ missing").to_owned(),
        (0, false) => lang.word("— 不要求", "- not asked for").to_owned(),
        (files, _) => format!("✓ {files} {}", lang.word("份", "here")),
    }
}

/// Where a file was verified, and until when it can be used or why it cannot.
fn offer_row(lang: Lang, offer: &Value) -> Vec<String> {
    let verified = &offer["verified"];
    let why_not = &offer["why_not"];
    let usable = match why_not.is_null() {
        true => format!("{} {}", lang.word("可复用至", "until"), text(&offer["until"])),
        false => format!("✗ {}", said(lang, why_not)),
    };
    vec![
        String::new(),
        format!(
            "← {} {} {}{}",
            text(&offer["blob"]["name"]),
            text(&verified["receipt"]),
            text(&verified["on"]),
            lang.word("核验", " verified"),
        ),
        format!("{}{} {usable}", text(&verified["grade"]), lang.word("级", "")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_says_where_a_file_was_verified_and_why_not() {
        let offer = |why: Value| {
            json!({
                "blob": { "name": "id.jpg" },
                "verified": { "receipt": "R0", "on": "2026-03-09", "grade": "C" },
                "until": "2036-03-06", "why_not": why,
            })
        };
        let expired = json!({ "zh": "已届满", "en": "expired" });
        let answer = json!({ "receipt": "R1", "materials": [
            { "key": "ID", "name": "居民身份证", "held": 0, "missing": true, "offers": [offer(Value::Null)] },
            { "key": "DIBAO", "name": "低保证", "held": 0, "missing": false, "offers": [offer(expired)] },
        ] });
        let page = page(Lang::Zh, &answer);
        for part in
            ["缺少", "← id.jpg R0 2026-03-09核验", "C级 可复用至 2036-03-06", "✗ 已届满", "--reuse"]
        {
            assert!(page.contains(part), "{part} is not in\n{page}");
        }
    }
}
