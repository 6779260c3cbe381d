//! A case on the screen.

use daiban_domain::act::SignedAct;
use daiban_domain::catalog::Action;
use daiban_domain::office::OfficeTree;
use daiban_sync::id::Millis;
use serde_json::Value;

use super::words::{due, list, next, number, opinion, outcome, safety, said, status_words, text};
use super::{office, redress};
use crate::exit::change;
use crate::say::{Lang, bytes, moment, table};

/// The page of a case, from the JSON of `CaseView`.
pub(super) fn page(lang: Lang, tree: &OfficeTree, view: &Value) -> String {
    let page = Page { lang, view, state: &view["state"], tree };
    let parts = [
        page.head(),
        page.form(),
        page.again(),
        page.materials(),
        page.stages(),
        page.conflicts(),
        page.staleness(),
        redress::page(lang, tree, view),
        page.next(),
        page.history(),
        page.ignored(),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

struct Page<'a> {
    lang: Lang,
    view: &'a Value,
    state: &'a Value,
    tree: &'a OfficeTree,
}

impl Page<'_> {
    fn head(&self) -> String {
        let (lang, summary) = (self.lang, &self.view["summary"]);
        let origin =
            office(&summary["origin"]).map_or_else(String::new, |o| self.tree.full_name(o));
        let opened = summary["opened"].as_u64().map_or_else(String::new, |at| moment(Millis(at)));
        let deadlines = &self.state["deadlines"];
        let mut rows = vec![
            (lang.word("收件号", "receipt"), text(&summary["receipt"])),
            (lang.word("办件编号", "number"), number(lang, summary)),
            (lang.word("阅读码", "read"), text(&self.view["read"])),
            (
                lang.word("事项", "item"),
                format!("{} {}", text(&summary["item"]), text(&summary["item_name"])),
            ),
            (lang.word("申请人", "applicant"), text(&summary["applicant"])),
            (lang.word("收件地", "origin"), format!("{origin}  {opened}")),
            (lang.word("版本", "version"), self.version()),
            (lang.word("状态", "status"), status_words(lang, &summary["status"])),
            (lang.word("承诺时限", "promised"), due(lang, &deadlines["promised"])),
            (lang.word("法定时限", "by law"), due(lang, &deadlines["statutory"])),
            (lang.word("安全", "safe at"), safety(lang, &self.view["safety"])),
        ];
        if let Some(handler) = office(&self.state["opened"]["handler"]) {
            rows.push((lang.word("承办地", "handled at"), self.tree.full_name(handler)));
        }
        let delivered = redress::handover(lang, &self.state["delivered"]);
        if !delivered.is_empty() {
            rows.push((lang.word("送达", "delivered"), delivered));
        }
        let rows: Vec<_> =
            rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
        table(&rows)
    }

    /// Which rules it follows, and whether there are newer ones.
    fn version(&self) -> String {
        let (lang, opened) = (self.lang, &self.state["opened"]);
        let mut said = text(&opened["version"]);
        if opened["opened_under"] != opened["version"] {
            let under = text(&opened["opened_under"]);
            said +=
                lang.word(&format!("（建档时第{under}版）"), &format!(" (opened under {under})"));
        }
        if let Some(newer) = self.view["newer"].as_u64() {
            said += lang.word(
                &format!("  ! 有新版规则：第{newer}版，见 case migrate"),
                &format!("  ! newer rules exist: version {newer}, see case migrate"),
            );
        }
        said
    }

    fn form(&self) -> String {
        let fields = self.view["form"].as_object().into_iter().flatten();
        let row = |(key, value): (&String, &Value)| {
            let label = text(&self.view["labels"][key]);
            vec![format!("  {label}"), key.clone(), text(value).replace('\n', "\n    ")]
        };
        let filled = fields.filter(|(_, value)| !text(value).is_empty());
        self.section("申请表", "form", filled.map(row).collect())
    }

    fn materials(&self) -> String {
        let held: Vec<_> = list(&self.view["held"]).iter().filter_map(Value::as_str).collect();
        let row = |material: &Value| {
            let blob = &material["blob"];
            let here = blob["id"].as_str().is_some_and(|id| held.contains(&id));
            let here = match here {
                true => self.lang.word("✓ 在本机", "✓ here"),
                false => self.lang.word("… 传输中", "… on its way"),
            };
            vec![
                format!("  {}", text(&material["key"])),
                text(&material["name"]),
                here.to_owned(),
                bytes(blob["size"].as_u64().unwrap_or_default()),
                text(&blob["name"]),
                self.reused(&material["reused"]),
            ]
        };
        let mut rows: Vec<_> = list(&self.state["materials"]).iter().map(row).collect();
        rows.extend(list(&self.state["missing_materials"]).iter().map(|key| {
            let key = text(key);
            let name = text(&self.view["labels"][&key]);
            vec![format!("  {key}"), name, self.lang.word("✗ 缺少", "✗ missing").to_owned()]
        }));
        self.section("材料", "materials", rows)
    }

    /// Where a reused file was verified, and until when it may be reused.
    fn reused(&self, reused: &Value) -> String {
        let verified = &reused["verified"];
        if verified.is_null() {
            return String::new();
        }
        let (from, until) = (self.lang.word("复用自", "reused from"), text(&reused["until"]));
        format!(
            "{from} {} {} {}{}{until}",
            text(&verified["receipt"]),
            self.lang.word("核验于", "verified on"),
            text(&verified["on"]),
            self.lang.word("，有效至 ", ", valid until "),
        )
    }

    fn again(&self) -> String {
        let again = &self.state["again"];
        if again.is_null() {
            return String::new();
        }
        let row = vec![format!("  {}", text(&again["before"])), text(&again["said"]["text"])];
        self.section("重复申请", "applied for before", vec![row])
    }

    fn stages(&self) -> String {
        let from = |stage: &Value| match stage["passed_from"].as_str() {
            Some(organ) => format!("（{}{organ}）", self.lang.word("移送自", "passed on by ")),
            None => String::new(),
        };
        let row = |stage: &Value| {
            let at = office(&stage["office"]).map_or_else(String::new, |o| self.tree.name(o));
            let action = serde_json::from_value::<Action>(stage["action"].clone());
            let action = action
                .map_or_else(|_| "?".to_owned(), |action| self.lang.of(&action.words()).to_owned());
            vec![
                format!("  {}", text(&stage["seq"])),
                action,
                format!(
                    "{at}/{} {}{}",
                    text(&stage["organ"]),
                    text(&stage["organ_name"]),
                    from(stage)
                ),
                self.stage_state(&stage["state"]),
                due(self.lang, &stage["due"]),
            ]
        };
        self.section("环节", "stages", list(&self.state["stages"]).iter().map(row).collect())
    }

    fn stage_state(&self, state: &Value) -> String {
        let lang = self.lang;
        let at = |key: &str| state[key].as_u64().map_or_else(String::new, |at| moment(Millis(at)));
        match state["is"].as_str().unwrap_or_default() {
            "later" => lang.word("—", "-").to_owned(),
            "open" => format!("{} {}", lang.word("● 待办，自", "● open since"), at("since")),
            "correcting" => {
                format!("{} {}", lang.word("补正中，自", "correction since"), at("since"))
            }
            "done" => format!(
                "✓ {} {} {}",
                text(&state["by"]),
                at("at"),
                opinion(lang, &state["opinion"])
            ),
            "deemed_agreed" => {
                format!("{} {}", lang.word("✓ 逾期视为同意", "✓ silent, so agreed"), at("at"))
            }
            _ => lang.word("不再需要", "not needed").to_owned(),
        }
    }

    fn conflicts(&self) -> String {
        let row = |conflict: &Value| {
            let versions = list(&conflict["versions"]).iter().map(|v| text(&v["value"]));
            vec![
                format!("  {}", text(&conflict["field"])),
                versions.collect::<Vec<_>>().join(" ≠ "),
            ]
        };
        let rows = list(&self.state["conflicts"]).iter().map(row).collect();
        self.section(
            "冲突：两人同时填写，请选定其一",
            "conflicts: written at the same time, choose one",
            rows,
        )
    }

    fn staleness(&self) -> String {
        let decision = &self.state["decision"];
        let mut rows = Vec::new();
        if let Some(by) = decision["by"].as_str() {
            let at = office(&decision["office"]).map_or_else(String::new, |o| self.tree.name(o));
            let state = match decision["state"].as_str().unwrap_or_default() {
                "in_force" => self.lang.word("有效", "in force"),
                "stale" => self.lang.word("须重新确认", "stale"),
                _ => self.lang.word("所依据内容未到", "over content that is not here"),
            };
            rows.push(vec![format!(
                "  {} {at}/{} {by} {state}",
                outcome(self.lang, &decision["outcome"]),
                text(&decision["organ"])
            )]);
        }
        for changed in list(&decision["difference"]) {
            rows.push(vec![format!(
                "  {} {}",
                text(&changed["field"]),
                self.lang.of(&change(changed))
            )]);
        }
        for key in list(&decision["new_materials"]) {
            rows.push(vec![format!(
                "  {} {}",
                self.lang.word("决定后新材料", "material since"),
                text(key)
            )]);
        }
        self.section("决定", "decision", rows)
    }

    fn next(&self) -> String {
        let row = |act: &Value| vec![format!("  {}", next(self.lang, self.tree, act))];
        self.section("下一步", "next", list(&self.state["next"]).iter().map(row).collect())
    }

    fn history(&self) -> String {
        let row = |act: &Value| {
            let act: SignedAct = serde_json::from_value(act.clone()).ok()?;
            Some(vec![
                format!("  {}", moment(act.at.millis())),
                self.lang.of(&act.act.kind.words()).to_owned(),
                act.act.organ.as_ref().map_or_else(String::new, ToString::to_string),
                act.act.officer.name.clone(),
                self.tree.name(act.office),
            ])
        };
        self.section("经过", "history", list(&self.view["acts"]).iter().filter_map(row).collect())
    }

    fn ignored(&self) -> String {
        let row = |ignored: &Value| {
            let at = office(&ignored["office"]).map_or_else(String::new, |o| self.tree.name(o));
            vec![format!("  {at} {}：{}", self.said(&ignored["words"]), self.said(&ignored["why"]))]
        };
        let mut rows: Vec<_> = list(&self.state["ignored"]).iter().map(row).collect();
        rows.extend(
            list(&self.state["alarms"])
                .iter()
                .map(|a| vec![format!("  ! {}", self.said(&a["words"]))]),
        );
        self.section("无效的动作和告警", "acts without effect, alarms", rows)
    }

    fn said(&self, value: &Value) -> String {
        said(self.lang, value)
    }

    fn section(&self, zh: &str, en: &str, rows: Vec<Vec<String>>) -> String {
        if rows.is_empty() {
            return String::new();
        }
        format!("── {}\n{}", self.lang.word(zh, en), table(&rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_shows_labels_missing_materials_and_who_is_next() {
        let view = json!({
            "read": "1a2b3c4d",
            "summary": { "receipt": "R1", "item": "JB-04", "status": "in_progress", "origin": 330_382_001_208u64 },
            "form": { "org_name": "乐清某公司", "remark": "" },
            "labels": { "org_name": "单位名称", "POA": "委托书" }, "newer": 2,
            "held": [], "safety": [], "acts": [],
            "state": {
                "opened": { "item": "JB-04", "version": 1, "opened_under": 1 },
                "stages": [{ "seq": 5, "action": "joint_review", "organ": "ZR", "organ_name": "自然资源和规划局",
                    "office": 330_382_000_000u64, "state": { "is": "done", "by": "李超", "at": 0, "opinion": { "disagree": { "reasons": ["占用耕地"] } } },
                    "due": { "is": "on", "date": "2026-11-27" } }],
                "missing_materials": ["POA"],
                "next": [{ "office": 330_382_000_000u64, "organ": "FG", "verb": "refer", "words": { "zh": "抄告", "en": "refer" } }],
            },
        });
        let page = page(Lang::Zh, &daiban_domain::shipped::offices(), &view);
        for part in [
            "1a2b3c4d",
            "1  ! 有新版规则：第2版",
            "单位名称",
            "乐清某公司",
            "POA",
            "✗ 缺少",
            "不同意：占用耕地",
            "乐清市/FG 抄告 refer",
            "2026-11-27",
            "在办",
        ] {
            assert!(page.contains(part), "{part} is not in\n{page}");
        }
        assert!(!page.contains("备注"));
    }
}
