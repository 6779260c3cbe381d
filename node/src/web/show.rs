//! Values as pages show them.

use daiban_domain::act::{ActKind, Opinion, Outcome};
use daiban_domain::case::Summary;
use daiban_domain::catalog::{Field, FieldType};
use daiban_domain::check;
use daiban_domain::clock::Due;
use daiban_domain::organ::OrganCode;
use daiban_domain::words::{self, Said};
use maud::{Markup, html};

use super::lang::Lang;

/// A deadline.
pub(super) fn due(lang: Lang, due: &Due) -> Markup {
    html! {
        @match due {
            Due::On { date } => time datetime=(date) { (date) },
            Due::CalendarUnknown { .. } => (lang.of(&words::due_unknown())),
            Due::Suspended => (lang.of(&words::due_suspended())),
            Due::Done { done, late, .. } => {
                time datetime=(done) { (done) }
                @if *late { " " strong.late { (lang.of(&words::due_overdue())) } }
            }
            Due::NotRunning => "—",
        }
    }
}

/// A value of a form; numbers of people only with their ends, unless `whole`.
pub(super) fn value(field: Option<&Field>, text: &str, whole: bool) -> String {
    match field {
        _ if whole => text.to_owned(),
        Some(field) if field.kind == FieldType::MoneyCent => yuan(text),
        Some(field) if check::is_sensitive(field) => masked(text),
        Some(Field { kind: FieldType::Uscc | FieldType::Division12, .. }) => text.to_owned(),
        // A list of persons, or a remark in which somebody wrote a number.
        _ => masked_within(text),
    }
}

/// What a field is called; amounts are shown and typed in yuan, whatever the item counts in.
pub(super) fn label(field: &Field) -> String {
    match field.kind {
        FieldType::MoneyCent => {
            field.label.replace(&*words::unit_cent().zh, &words::unit_yuan().zh)
        }
        _ => field.label.clone(),
    }
}

/// Cents as yuan.
pub(super) fn yuan(text: &str) -> String {
    let cents: Option<i64> = text.parse().ok();
    cents.map_or_else(
        || text.to_owned(),
        |cents| format!("{}.{:02}", cents / 100, cents.abs() % 100),
    )
}

/// `1234.56` yuan as cents; nothing if nothing is said.
pub(super) fn cents(found: &str) -> Result<Option<i64>, Said> {
    if found.is_empty() {
        return Ok(None);
    }
    let (yuan, cent) = found.split_once('.').unwrap_or((found, "00"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let cent = format!("{cent:0<2}");
    let is_amount = is_number(yuan) && is_number(&cent) && cent.len() == 2;
    let cents = is_amount.then(|| format!("{yuan}{cent}").parse().ok()).flatten();
    cents.map(Some).ok_or_else(|| words::amount_expected(found))
}

/// Digits that make a number of a person: mobile phones have eleven.
const NUMBER_DIGITS_MIN: usize = 11;

fn masked_within(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        match c.is_ascii_digit() || (matches!(c, 'X' | 'x') && run.len() == 17) {
            true => run.push(c),
            false => {
                shown += &if run.len() < NUMBER_DIGITS_MIN { run.clone() } else { masked(&run) };
                run.clear();
                shown.push(c);
            }
        }
    }
    shown.pop();
    shown
}

/// `330***********1234`
fn masked(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    if chars.len() <= 7 {
        return "*".repeat(chars.len());
    }
    let star = |(at, c): (usize, &char)| if at < 3 || at + 4 >= chars.len() { *c } else { '*' };
    chars.iter().enumerate().map(star).collect()
}

/// A person's name with its first character only.
pub(super) fn masked_name(name: &str) -> String {
    let stars = name.chars().skip(1).map(|c| if c == '·' { c } else { '*' });
    name.chars().take(1).chain(stars).collect()
}

/// What a case is called: its receipt, or its id until it has one.
pub(super) fn case_name(summary: &Summary) -> String {
    summary.receipt.map_or_else(|| summary.id.to_string(), |receipt| receipt.to_string())
}

/// What an organ thinks.
pub(super) fn opinion(lang: Lang, opinion: &Opinion) -> String {
    match opinion {
        Opinion::Agree => lang.of(&words::opinion_agree()).to_owned(),
        Opinion::AgreeForward => lang.of(&words::opinion_forward()).to_owned(),
        Opinion::Disagree { reasons } => {
            format!("{}: {}", lang.of(&words::opinion_disagree()), reasons.join("；"))
        }
    }
}

/// How it was decided.
pub(super) fn outcome(lang: Lang, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Granted => lang.of(&words::outcome_granted()).to_owned(),
        Outcome::Refused { reasons } => {
            format!("{}: {}", lang.of(&words::outcome_refused()), reasons.join("；"))
        }
    }
}

fn names(organs: &[OrganCode]) -> String {
    organs.iter().map(|organ| organ.name()).collect::<Vec<_>>().join("、")
}

/// What an act says beyond its kind.
pub(super) fn said_by(lang: Lang, kind: &ActKind) -> String {
    match kind {
        ActKind::Withdrawn { reason }
        | ActKind::Extended { reason }
        | ActKind::Voided { reason }
        | ActKind::CardAppealed { reason, .. }
        | ActKind::CardWithdrawn { reason, .. }
        | ActKind::AppealRefused { reason, .. } => reason.clone(),
        ActKind::Transferred { to, reason } => format!("{}：{reason}", to.name()),
        ActKind::PreChecked { note }
        | ActKind::FirstChecked { note }
        | ActKind::Corrected { note } => note.clone(),
        ActKind::Refused { reasons } => reasons.join("；"),
        ActKind::CorrectionRequested { items } => items.join("；"),
        ActKind::Referred { organs } => names(organs),
        ActKind::Surveyed { findings } | ActKind::HelpRecorded { findings, .. } => findings.clone(),
        ActKind::SurveyedTogether { findings, with } => format!("{}：{findings}", names(with)),
        ActKind::Reviewed { opinion: given } => opinion(lang, given),
        ActKind::Paused { procedure, declared_days } => format!("{procedure} {declared_days}"),
        ActKind::Publicised { objections, .. } => objections.join("；"),
        ActKind::Decided { outcome: decided, .. } => outcome(lang, decided),
        ActKind::Issued { certificate } => certificate.clone(),
        ActKind::Delivered { how } => lang.of(&how.words()).to_owned(),
        ActKind::Rated { stars, comment } => {
            format!("{} {comment}", "★".repeat(usize::from(*stars)))
        }
        ActKind::Rectified { measures } => measures.clone(),
        ActKind::Complained { text }
        | ActKind::Asked { text }
        | ActKind::SupervisionNoted { text } => text.clone(),
        ActKind::ComplaintAnswered { answer, .. } | ActKind::QuestionAnswered { answer, .. } => {
            answer.clone()
        }
        ActKind::HelpAsked { question, .. } => question.clone(),
        ActKind::Numbered { number, .. } => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_people_show_their_ends() {
        assert_eq!(masked("990382199001011234"), "990***********1234");
        assert_eq!(masked("13800138000"), "138****8000");
        assert_eq!(masked("1234"), "****");
    }

    #[test]
    fn names_show_their_beginning() {
        assert_eq!(masked_name("欧阳𬱖·买买提"), "欧**·***");
        assert_eq!(masked_name(""), "");
    }

    #[test]
    fn a_number_in_a_text_is_masked_too() {
        let list = r#"[{"name":"阿卜杜拉·买买提","id":"99038219900101123X"}]"#;
        assert_eq!(
            masked_within(list),
            r#"[{"name":"阿卜杜拉·买买提","id":"990***********123X"}]"#
        );
        assert_eq!(
            masked_within("地块 1234 平方米，电话13800138000"),
            "地块 1234 平方米，电话138****8000"
        );
    }

    #[test]
    fn amounts_are_yuan_with_cents() {
        for (typed, cent) in [("1234.56", 123_456), ("8", 800), ("0.5", 50)] {
            assert_eq!(cents(typed).unwrap(), Some(cent));
        }
        assert_eq!(cents("").unwrap(), None);
        for typed in ["-1", "1.234", "一百", "1,000"] {
            assert!(cents(typed).unwrap_err().zh.contains(typed));
        }
    }
}
