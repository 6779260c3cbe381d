//! What people point at by a short name: a card, a complaint, a question.

use daiban_domain::act::ActId;
use daiban_domain::clock::ClockKind;
use serde_json::Value;

use crate::exit::{Code, Done, Failure};

/// The card whose clock's short name begins so, from the JSON of `ClockView`; without a name the
/// only one there is.
pub(super) fn card(view: &Value, named: Option<&str>) -> Done<ClockKind> {
    let cards: Vec<&Value> = view["cards"].as_array().into_iter().flatten().collect();
    let id = |card: &Value| card["id"].as_str().unwrap_or_default().to_owned();
    let wanted = named.unwrap_or_default();
    let found: Vec<_> = cards.iter().filter(|card| id(card).starts_with(wanted)).collect();
    let known: Vec<_> = cards.iter().map(|card| id(card)).collect();
    match found.as_slice() {
        [one] => serde_json::from_value(one["clock"].clone()).map_err(|_| none("card", &known)),
        _ => Err(none("card", &known)),
    }
}

/// The complaint or the question, as `flag` says, whose id begins so, from the JSON of `CaseView`.
pub(super) fn said(view: &Value, flag: &str, named: &str) -> Done<ActId> {
    let all = &view["state"]["redress"][format!("{flag}s")];
    let all = all.as_array().into_iter().flatten();
    let ids: Vec<&str> = all.filter_map(|known| known["said"]["act"].as_str()).collect();
    let found: Vec<_> = ids.iter().filter(|id| id.starts_with(named)).collect();
    let short: Vec<_> = ids.iter().map(|id| id.chars().take(8).collect()).collect();
    match found.as_slice() {
        [one] => one.parse().map_err(|_| none(flag, &short)),
        _ => Err(none(flag, &short)),
    }
}

fn none(flag: &str, known: &[String]) -> Failure {
    let (zh, en) = match flag {
        "card" => ("须用 --card 指明一张牌", "--card has to name one card"),
        "question" => ("须用 --question 指明一件咨询", "--question has to name one question"),
        _ => ("须用 --complaint 指明一件投诉", "--complaint has to name one complaint"),
    };
    let failure = Failure::new(Code::NotFound, zh, en);
    match known.is_empty() {
        true => failure.remedy("本办件没有可选的", "the case has none"),
        false => {
            let known = known.join(", ");
            failure.remedy(format!("可选：{known}"), format!("known: {known}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say::Lang;
    use serde_json::json;

    #[test]
    fn a_card_is_pointed_at_by_the_beginning_of_its_name() {
        let id = ActId([0x1a; 32]);
        let late = ClockKind::Complaint { complaint: id };
        let view = json!({ "cards": [
            { "id": "promised", "clock": ClockKind::Promised },
            { "id": late.to_string(), "clock": late },
        ]});
        assert_eq!(card(&view, Some("promised")).unwrap(), ClockKind::Promised);
        assert_eq!(card(&view, Some("complaint")).unwrap(), late);
        let unclear = card(&view, None).unwrap_err();
        assert_eq!(unclear.code, Code::NotFound);
        assert!(unclear.shown(Lang::En).contains("complaint-1a1a1a1a"));
        assert!(card(&json!({}), None).unwrap_err().shown(Lang::Zh).contains("没有"));
    }

    #[test]
    fn a_complaint_is_pointed_at_by_the_beginning_of_its_id() {
        let (one, two) = (ActId([0x1a; 32]), ActId([0x1b; 32]));
        let said = |id: ActId| json!({ "said": { "act": id } });
        let view = json!({ "state": { "redress": { "complaints": [said(one), said(two)] } } });
        assert_eq!(super::said(&view, "complaint", "1a1a").unwrap(), one);
        let is_none = |flag, named| super::said(&view, flag, named).is_err();
        assert!(is_none("complaint", "1") && is_none("complaint", "ff"));
        assert!(is_none("question", "1a1a"));
    }
}
