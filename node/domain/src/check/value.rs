//! One value against the rules of its field.

use super::number::{CitizenId, IdFault, NumberFault, bank_card, mobile, uscc};
use super::{Entry, is_known_division};
use crate::calendar::Date;
use crate::catalog::{Field, FieldType};
use crate::form::{FieldValue, Fields};
use crate::words::Said;

type Fault = (Said, Said);

/// What somebody meant: no blanks around, no spaces in numbers, X in capitals.
pub(super) fn tidy(field: Option<&Field>, value: &FieldValue) -> FieldValue {
    let (Some(text), Some(field)) = (value.as_str(), field) else { return value.clone() };
    let text = text.trim();
    let compact = || text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    match field.kind {
        FieldType::LongText => FieldValue::LongText(text.to_owned()),
        FieldType::Id18 | FieldType::Uscc => FieldValue::Text(compact().to_ascii_uppercase()),
        FieldType::Mobile | FieldType::Bankcard | FieldType::Division12 => {
            FieldValue::Text(compact())
        }
        FieldType::Int | FieldType::MoneyCent | FieldType::Percent => {
            text.parse().map_or_else(|_| FieldValue::Text(text.to_owned()), FieldValue::Int)
        }
        FieldType::Bool => {
            text.parse().map_or_else(|_| FieldValue::Text(text.to_owned()), FieldValue::Bool)
        }
        _ => FieldValue::Text(text.to_owned()),
    }
}

pub(super) fn from_json(field: Option<&Field>, json: &serde_json::Value) -> Option<FieldValue> {
    let is_long = field.is_some_and(|field| field.kind == FieldType::LongText);
    match json {
        serde_json::Value::String(text) if is_long => Some(FieldValue::LongText(text.clone())),
        serde_json::Value::String(text) => Some(FieldValue::Text(text.clone())),
        serde_json::Value::Bool(value) => Some(FieldValue::Bool(*value)),
        serde_json::Value::Number(number) => number.as_i64().map(FieldValue::Int),
        serde_json::Value::Null => Some(FieldValue::Text(String::new())),
        // Lists of persons travel as their JSON text: one value, so two edits show as a conflict.
        list => Some(FieldValue::Text(list.to_string())),
    }
}

pub(super) fn check(
    field: &Field,
    value: &FieldValue,
    fields: &Fields,
    entry: Entry<'_>,
) -> Result<(), Fault> {
    by_type(field, value, entry)?;
    let text = value.to_string();
    if text.chars().count() > field.max_chars {
        return fault(
            format!("超过{}字", field.max_chars),
            format!("it has more than {} characters", field.max_chars),
            "请缩短",
            "shorten it",
        );
    }
    if let Some(pattern) = field.pattern.as_ref().filter(|pattern| !fits(pattern, &text)) {
        return fault(
            format!("格式应如 {pattern}（9为数字，A为大写字母）"),
            format!("expected the form {pattern} (9: a digit, A: a capital letter)"),
            "请对照材料重新填写",
            "compare it with the document and type it again",
        );
    }
    if let Some(other) =
        field.differs_from.as_ref().filter(|other| fields.get(*other) == Some(value))
    {
        return fault(
            "与另一栏相同",
            format!("it is the same as {other}"),
            "请核对，两栏应为不同的人",
            "the two fields name different persons; check both",
        );
    }
    Ok(())
}

fn by_type(field: &Field, value: &FieldValue, entry: Entry<'_>) -> Result<(), Fault> {
    let text = value.as_str().unwrap_or_default();
    match field.kind {
        FieldType::Text | FieldType::LongText | FieldType::Address => check_prose(value),
        FieldType::Id18 => {
            CitizenId::parse(text, entry.today, entry.training).map(drop).map_err(id_fault)
        }
        FieldType::Uscc => uscc(text).map_err(|f| {
            number_fault(f, "统一社会信用代码为18位", "a credit code has 18 characters")
        }),
        FieldType::Mobile => mobile(text).map_err(|f| {
            number_fault(
                f,
                "手机号码为1开头的11位数字",
                "a mobile number has 11 digits and begins with 1",
            )
        }),
        FieldType::Bankcard => bank_card(text).map_err(|f| {
            number_fault(f, "银行卡号为12至19位数字", "a card number has 12 to 19 digits")
        }),
        FieldType::Date => check_date(field, text, entry.today),
        FieldType::Int | FieldType::MoneyCent | FieldType::Percent => check_number(field, value),
        FieldType::Enum => check_choice(field, value),
        FieldType::Bool => match value {
            FieldValue::Bool(_) => Ok(()),
            _ => fault("应为是或否", "expected yes or no", "请选择", "choose one"),
        },
        FieldType::Division12 if is_known_division(entry.offices, text) => Ok(()),
        FieldType::Division12 => fault(
            "不是已知的12位区划代码",
            "it is no known 12-digit division code",
            "请从列表中选择村(社区)",
            "choose the village from the list",
        ),
        FieldType::PersonList => check_persons(text, entry),
    }
}

/// Any script, rare characters and middle dots included; control characters are not.
fn check_prose(value: &FieldValue) -> Result<(), Fault> {
    match value {
        FieldValue::Text(text) if text.chars().any(char::is_control) => fault(
            "含有不可见的控制字符",
            "it contains control characters",
            "请重新输入，不要粘贴",
            "type it instead of pasting",
        ),
        FieldValue::LongText(text)
            if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) =>
        {
            fault(
                "含有不可见的控制字符",
                "it contains control characters",
                "请重新输入，不要粘贴",
                "type it instead of pasting",
            )
        }
        FieldValue::Text(_) | FieldValue::LongText(_) => Ok(()),
        FieldValue::Int(_) | FieldValue::Bool(_) => {
            fault("应为文字", "expected text", "请填写文字", "give text")
        }
    }
}

fn check_date(field: &Field, text: &str, today: Date) -> Result<(), Fault> {
    match text.parse::<Date>() {
        Err(_) => fault(
            "日期不存在",
            "there is no such day",
            "请按 2026-11-21 的格式填写",
            "write it as 2026-11-21",
        ),
        Ok(date) if field.not_after_today && date > today => {
            fault("日期晚于今天", "it lies in the future", "请核对日期", "check the date")
        }
        Ok(_) => Ok(()),
    }
}

fn check_number(field: &Field, value: &FieldValue) -> Result<(), Fault> {
    let FieldValue::Int(number) = value else {
        return fault(
            "应为整数",
            "expected a whole number",
            "请填写整数，金额以分为单位",
            "give a whole number; amounts in cents (分)",
        );
    };
    let max = if field.kind == FieldType::Percent { field.max.or(Some(100)) } else { field.max };
    let (low, high) = (field.min.unwrap_or(i64::MIN), max.unwrap_or(i64::MAX));
    if (low..=high).contains(number) {
        return Ok(());
    }
    fault(
        format!("应在{low}至{high}之间"),
        format!("expected {low} to {high}"),
        "请核对数值",
        "check the number",
    )
}

fn check_choice(field: &Field, value: &FieldValue) -> Result<(), Fault> {
    if field.options.contains(&value.to_string()) {
        return Ok(());
    }
    let options = field.options.join("、");
    fault(
        format!("应为以下之一：{options}"),
        format!("expected one of {options}"),
        "请从列表中选择",
        "choose from the list",
    )
}

fn check_persons(text: &str, entry: Entry<'_>) -> Result<(), Fault> {
    let shape = || {
        fault(
            "人员名单应为列表，每人须有 name",
            "expected a list of persons, each with a name",
            "请逐人填写",
            "enter them one by one",
        )
    };
    let Ok(serde_json::Value::Array(persons)) = serde_json::from_str(text) else { return shape() };
    let mut seen = std::collections::BTreeSet::new();
    for person in &persons {
        let text_of = |key: &str| person.get(key).and_then(serde_json::Value::as_str).unwrap_or("");
        if text_of("name").trim().is_empty() {
            return shape();
        }
        let id = text_of("id").to_ascii_uppercase();
        if id.is_empty() {
            continue;
        }
        CitizenId::parse(&id, entry.today, entry.training).map_err(id_fault)?;
        if !seen.insert(id) {
            return fault(
                "同一证件号码出现两次",
                "one ID number occurs twice",
                "请删除重复的人员",
                "remove the repeated person",
            );
        }
    }
    Ok(())
}

/// `9` a digit, `A` a capital letter, anything else itself.
fn fits(pattern: &str, text: &str) -> bool {
    let matches = |(wanted, found): (char, char)| match wanted {
        '9' => found.is_ascii_digit(),
        'A' => found.is_ascii_uppercase(),
        literal => found == literal,
    };
    pattern.chars().count() == text.chars().count()
        && pattern.chars().zip(text.chars()).all(matches)
}

fn id_fault(fault: IdFault) -> Fault {
    let (zh, remedy_zh, remedy) = match fault {
        IdFault::Shape => {
            ("应为17位数字加1位数字或X", "请对照身份证重新输入", "type it again from the card")
        }
        IdFault::Birth => {
            ("其中的出生日期不存在或晚于今天", "请核对第7至14位", "check digits 7 to 14")
        }
        IdFault::Check => ("校验位不符，至少有一位输错", "请逐位核对", "compare it digit by digit"),
        IdFault::Province => ("前两位不是省级代码", "请核对前两位", "check the first two digits"),
        IdFault::Training => (
            "99开头的测试证号只能在培训模式使用",
            "请使用真实证号",
            "use a real number, or set the node to training",
        ),
    };
    (Said::new(zh, fault.to_string()), Said::new(remedy_zh, remedy))
}

fn number_fault(fault: NumberFault, shape_zh: &str, shape_en: &str) -> Fault {
    let remedy = Said::new("请对照原件逐位核对", "compare it with the original digit by digit");
    match fault {
        NumberFault::Shape => (Said::new(shape_zh, shape_en), remedy),
        NumberFault::Check => (Said::new("校验位不符，至少有一位输错", fault.to_string()), remedy),
    }
}

fn fault(
    zh: impl Into<String>,
    en: impl Into<String>,
    remedy_zh: &str,
    remedy_en: &str,
) -> Result<(), Fault> {
    Err((Said::new(zh, en), Said::new(remedy_zh, remedy_en)))
}
