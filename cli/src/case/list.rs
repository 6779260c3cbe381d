//! `daiban case list` and `daiban case licences`.

use clap::{Args, ValueEnum};
use daiban_domain::act::CaseId;
use daiban_domain::fold::Status;
use daiban_domain::office::OfficeTree;
use daiban_domain::organ::OrganCode;
use daiban_node::replica::{Command, Desk, Filter, Order, Place};
use daiban_sync::id::Millis;
use serde_json::Value;

use super::words::{self, list, text};
use crate::office::pick;
use crate::say::{Lang, moment, table};

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// 状态，如 received、in-progress、closed (status)
    #[arg(long, value_parser = status)]
    status: Option<Status>,
    /// 轮到本机构该部门办理的 (only cases in which this organ may act now)
    #[arg(long)]
    organ: Option<OrganCode>,
    /// 排序 (order)
    #[arg(long, value_enum, default_value_t)]
    by: Sorted,
    /// 每页件数 (cases of a page)
    #[arg(long)]
    limit: Option<usize>,
    /// 下一页：上一页末尾给出的编号 (the next page: the id that the page before ends with)
    #[arg(long, value_name = "ID")]
    after: Option<CaseId>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Sorted {
    /// 新建档的在前 (the newest first)
    #[default]
    Opened,
    /// 先到期的在前 (what is due first)
    Due,
}

impl From<ListArgs> for Command {
    fn from(args: ListArgs) -> Self {
        let places = args.organ.map_or_else(Vec::new, |_| Place::TO_DO.to_vec());
        let desk = Desk { counter: false, organ: args.organ };
        let order = match args.by {
            Sorted::Opened => Order::Opened,
            Sorted::Due => Order::Due,
        };
        let statuses = args.status.into_iter().collect();
        let filter = Filter { statuses, desk, places, ..Filter::default() };
        Self::Cases { filter, order, after: args.after, size: args.limit }
    }
}

/// The page, from the JSON of `Answer::Cases`.
pub(super) fn page(lang: Lang, tree: &OfficeTree, answer: &Value) -> String {
    let head = ["收件号", "办件编号", "事项", "申请人", "状态", "到期", "下一步", "建档"];
    let head_en = ["receipt", "number", "item", "applicant", "status", "due", "next", "opened"];
    let mut rows = vec![pick(lang, head, head_en)];
    let cases = list(&answer["cases"]);
    rows.extend(cases.iter().map(|case| {
        vec![
            text(&case["receipt"]),
            words::number(lang, case),
            text(&case["item_name"]),
            text(&case["applicant"]),
            words::status(lang, case),
            words::due(lang, &case["due"]),
            list(&case["next"])
                .first()
                .map_or_else(String::new, |next| words::next(lang, tree, next)),
            case["opened"].as_u64().map_or_else(String::new, |at| moment(Millis(at))),
        ]
    }));
    let (shown, total) = (cases.len(), answer["total"].as_u64().unwrap_or_default());
    let counted = match (lang, answer["after"].as_str()) {
        (Lang::Zh, None) => format!("共 {total} 件"),
        (Lang::En, None) => format!("{total} cases"),
        (Lang::Zh, Some(after)) => {
            format!("共 {total} 件，本页 {shown} 件；下一页：--after {after}")
        }
        (Lang::En, Some(after)) => format!("{shown} of {total} cases; next page: --after {after}"),
    };
    format!("{}\n{counted}", table(&rows))
}

/// What was verified for a person, from the JSON of `Answer::Licences`.
pub(super) fn licences(lang: Lang, answer: &Value) -> String {
    let head = ["证照", "等级", "文件", "核验办件", "核验日期", "可复用至"];
    let head_en = ["licence", "grade", "file", "verified in", "on", "reusable until"];
    let found = list(&answer["licences"]);
    if found.is_empty() {
        return lang.word("没有核验过的证照", "nothing was verified").to_owned();
    }
    let mut rows = vec![pick(lang, head, head_en)];
    rows.extend(found.iter().map(|licence| {
        let verified = &licence["verified"];
        let parts = [&verified["licence"], &verified["grade"], &licence["blob"]["name"]];
        let rest = [&verified["receipt"], &verified["on"], &licence["until"]];
        parts.into_iter().chain(rest).map(text).collect()
    }));
    table(&rows)
}

pub(super) fn status(text: &str) -> Result<Status, String> {
    serde_json::from_value(Value::String(text.replace('-', "_"))).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn statuses_are_read_with_either_dash() {
        assert_eq!(status("in-progress"), Ok(Status::InProgress));
        assert!(status("finished").unwrap_err().contains("in_progress"));
    }

    #[test]
    fn a_page_says_how_the_next_one_is_asked_for() {
        let case = json!({ "receipt": "R1", "status": "received", "due": { "is": "not_running" } });
        let answer = json!({ "cases": [case], "total": 3, "after": "00ff" });
        let tree = daiban_domain::shipped::offices();
        let page = page(Lang::Zh, &tree, &answer);
        assert!(page.contains("共 3 件") && page.contains("--after 00ff"), "{page}");
    }

    #[test]
    fn what_was_verified_stands_with_its_case() {
        let verified =
            json!({ "licence": "身份证", "grade": "B", "receipt": "R1", "on": "2026-03-09" });
        let licence =
            json!({ "blob": { "name": "id.jpg" }, "verified": verified, "until": "2036-03-06" });
        let page = licences(Lang::Zh, &json!({ "licences": [licence] }));
        for part in ["身份证", "B", "id.jpg", "R1", "2036-03-06"] {
            assert!(page.contains(part), "{part} is not in\n{page}");
        }
        assert!(licences(Lang::En, &json!({ "licences": [] })).contains("nothing"));
    }
}
