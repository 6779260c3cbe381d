//! `daiban act ask-help`, `record-help`: 异地协查.

use daiban_domain::desk::ActRequest;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_node::replica::Command;
use serde_json::Value;

use super::ActArgs;
use crate::case::texts;
use crate::client::Client;
use crate::exit::{Code, Done, Failure};

/// The item by which an office asks another.
const ITEM: &str = "XC-01";

/// Opens the case that travels to the other office, unless it is there already, and says so on the
/// case that needs it.
pub(super) fn ask(client: &Client, args: &ActArgs) -> Done<ActRequest> {
    let handler = args.need(args.handler, "handler")?;
    let help = match &args.help_case {
        Some(known) => number(known)?,
        None => {
            let main = client.ask(&Command::ShowCase { case: args.receipt.clone() })?;
            let main = main["summary"]["receipt"].as_str().unwrap_or_default().to_owned();
            let mut fields = vec![
                ("applyname".to_owned(), args.need(args.about.clone(), "about")?),
                ("for_receipt".to_owned(), main),
                ("question".to_owned(), args.note.clone()),
            ];
            fields.extend(args.about_id.clone().map(|id| ("apply_cardnumber".to_owned(), id)));
            let opened = client.ask(&Command::NewCase {
                item: ITEM.to_owned(),
                version: None,
                fields: texts(fields),
                materials: Vec::new(),
                submit: true,
                by: args.by.clone().into(),
                handler: Some(handler),
                listed: None,
                reuse: Vec::new(),
                again: Some(args.note.clone()),
            })?;
            number(opened["receipt"].as_str().unwrap_or_default())?
        }
    };
    Ok(ActRequest::AskHelp { help, handler, question: args.note.clone() })
}

/// What the other office found out goes onto the case that needs it.
pub(super) fn record(client: &Client, args: &ActArgs) -> Done<ActRequest> {
    let named = args.need(args.help_case.clone(), "help-case")?;
    let view = client.ask(&Command::ShowCase { case: named.clone() })?;
    let findings = answer(&view).ok_or_else(|| {
        Failure::new(Code::Input, "对方尚未查复", "the other office has not answered yet")
            .remedy("请用 case show 查看协查件", "`case show` tells how far it is")
    })?;
    Ok(ActRequest::RecordHelp { help: number(&named)?, findings })
}

/// The findings once it is decided; if help was refused, the reasons.
fn answer(view: &Value) -> Option<String> {
    let reasons = &view["state"]["decision"]["outcome"]["refused"]["reasons"];
    if let Some(reasons) = reasons.as_array() {
        let reasons: Vec<_> = reasons.iter().filter_map(Value::as_str).collect();
        return Some(reasons.join("；"));
    }
    view["state"]["times"]["decided"].as_u64()?;
    let acts = view["acts"].as_array()?.iter();
    let ignored = view["state"]["ignored"].as_array()?;
    let holds = |act: &&Value| !ignored.iter().any(|known| known["act"] == act["id"]);
    let findings =
        |act: &Value| act["act"]["kind"]["surveyed"]["findings"].as_str().map(str::to_owned);
    acts.filter(holds).filter_map(findings).next_back()
}

fn number(text: &str) -> Done<ReceiptNumber> {
    text.parse().map_err(|error: daiban_domain::receipt_number::ReceiptNumberError| {
        Failure::new(Code::Usage, "协查件的收件号不对", "that is no receipt of a help case")
            .because(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_answer_is_what_was_found_or_why_not() {
        let mut view = json!({
            "acts": [
                { "id": "a", "act": { "kind": { "surveyed": { "findings": "属实" } } } },
                { "id": "b", "act": { "kind": { "surveyed": { "findings": "冒名" } } } },
            ],
            "state": { "times": { "decided": null }, "decision": { "outcome": null },
                       "ignored": [{ "act": "b" }] },
        });
        assert_eq!(answer(&view), None, "not decided");
        view["state"]["times"]["decided"] = 1.into();
        assert_eq!(answer(&view).as_deref(), Some("属实"));
        view["state"]["decision"]["outcome"] = json!({ "refused": { "reasons": ["查无此人"] } });
        assert_eq!(answer(&view).as_deref(), Some("查无此人"));
    }
}
