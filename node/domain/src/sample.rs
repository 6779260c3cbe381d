//! Complete forms and whole lives of shipped items, the same each time: for tests, benchmarks and
//! simulations. They are nobody's, because the province 99 of their ID numbers does not exist.

mod life;

use daiban_sync::id::{OfficeCode, Tier};

use crate::catalog::{Field, FieldType, Item};
use crate::check::id_check;
use crate::form::{FieldValue, Fields};
use crate::office::OfficeTree;
pub use life::{Lives, onward};

/// A form with a person's words for one of the five items of the stories; see [`complete`].
pub fn form(item: &str, village: OfficeCode) -> Fields {
    let mut fields = if item == "JB-04" { project() } else { person(village) };
    fields.extend(match item {
        "CL-SB-01" => texts(&[("grade", "500"), ("pay_way", "自行缴纳")]),
        "CL-MZ-05" => texts(&[("allow_type", "重度护理"), ("level", "二级"), ("hk_shared", "是")]),
        "CL-SB-10" => land_loss(),
        "JB-08" => birth(),
        _ => Fields::new(),
    });
    fields
}

/// A form of any item, filled in at `village` by the rules of its fields. Only what is required.
pub fn complete(item: &Item, village: OfficeCode) -> Fields {
    let mut fields = Fields::new();
    for (at, field) in item.fields.iter().enumerate() {
        let conditional = field.required_if.as_ref().is_some_and(|c| c.holds(&fields));
        if (field.required || conditional) && field.derived.is_none() {
            fields.insert(field.key.clone(), value(field, village, at));
        }
    }
    fields
}

/// A value that `field` takes; `at` makes two numbers of one form differ.
fn value(field: &Field, village: OfficeCode, at: usize) -> FieldValue {
    let order = u32::try_from(at).unwrap_or_default() * 2 + 2;
    if let Some(pattern) = &field.pattern {
        return pattern.replace('9', "1").replace('A', "B").as_str().into();
    }
    match field.kind {
        FieldType::Text | FieldType::Address => format!("甲{order}").as_str().into(),
        FieldType::LongText => FieldValue::LongText("情况属实".into()),
        FieldType::Id18 => citizen_id("19490101", order).as_str().into(),
        FieldType::Uscc => "11511301008778183N".into(),
        FieldType::Mobile => "15412345678".into(),
        FieldType::Date => format!("2023-05-{:02}", at % 28 + 1).as_str().into(),
        FieldType::Int | FieldType::MoneyCent | FieldType::Percent => field.min.unwrap_or(1).into(),
        FieldType::Enum => field.options.first().map_or("", String::as_str).into(),
        FieldType::Bool => FieldValue::Bool(true),
        FieldType::Division12 => village.to_string().as_str().into(),
        FieldType::Bankcard => "9900123456789012349".into(),
        FieldType::PersonList => r#"[{"name":"郑阿婆","relation":"配偶"}]"#.into(),
    }
}

/// An office on another line of the same city, for an item that is handled elsewhere.
pub fn handler(item: &Item, origin: OfficeCode, offices: &OfficeTree) -> Option<OfficeCode> {
    let is_elsewhere = |office: &OfficeCode| {
        office.tier() == Tier::Town
            && office.at_tier(Tier::City) == origin.at_tier(Tier::City)
            && !origin.is_within(*office)
            && !office.is_within(origin)
    };
    let mut codes = offices.iter().map(|office| office.code);
    if item.elsewhere { codes.find(is_elsewhere) } else { None }
}

/// Fields that hold text.
pub fn texts(fields: &[(&str, &str)]) -> Fields {
    fields.iter().map(|(key, text)| ((*key).to_owned(), FieldValue::from(*text))).collect()
}

/// An ID number with this date of birth (eight digits) and order; an odd order is a man's.
pub fn citizen_id(birth: &str, order: u32) -> String {
    let digits = format!("990382{birth}{order:03}");
    let check = char::from(id_check(digits.as_bytes()));
    format!("{digits}{check}")
}

fn person(village: OfficeCode) -> Fields {
    texts(&[
        ("applyname", "欧阳𬱖·买买提"),
        ("apply_cardtype", "居民身份证"),
        ("apply_cardnumber", &citizen_id("19490101", 22)),
        ("has_mobile", "有"),
        ("telphone", "15412345678"),
        ("division", &village.to_string()),
        ("address", "城东街道一组12号"),
    ])
}

fn project() -> Fields {
    let mut fields = texts(&[
        ("org_name", "乐清测试机电有限公司"),
        ("uscc", "11511301008778183N"),
        ("legalman", "南建华"),
        ("legal_id", &citizen_id("19700707", 33)),
        ("org_tel", "15487654321"),
        ("project_code", "2026-330382-38-01-000123"),
        ("site", "城东街道工业区"),
    ]);
    fields.insert("invest".into(), 500_000_000.into());
    fields.insert("land_area".into(), 12_000.into());
    fields
}

fn land_loss() -> Fields {
    let spouse = citizen_id("19520304", 24);
    let members = format!(r#"[{{"name":"郑阿婆","id":"{spouse}","relation":"配偶"}}]"#);
    let mut fields = texts(&[("batch_no", "2025-03"), ("members", &members)]);
    fields.insert("land_mu".into(), 230.into());
    fields.insert("annual_income".into(), 1_200_000.into());
    fields
}

fn birth() -> Fields {
    texts(&[
        ("partner_name", "李建国"),
        ("partner_id", &citizen_id("19951112", 11)),
        ("marry_date", "2023-05-20"),
        ("marry_type", "初婚"),
        ("child_name", "王小禾"),
        ("birth_cert_no", "Z330382001"),
        ("settle_head", "李建国"),
        ("allowance", "否"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{self, Entry};
    use crate::shipped;

    #[test]
    fn every_shipped_item_takes_its_sample() {
        let offices = shipped::offices();
        let today = "2026-03-02".parse().unwrap();
        let entry = Entry { offices: &offices, today, training: true };
        let village = OfficeCode::new(330_382_001_001).unwrap();
        let catalog = shipped::catalog();
        let by_hand = ["CL-SB-01", "CL-MZ-05", "CL-SB-10", "JB-04", "JB-08"];
        let written = by_hand.map(|code| (catalog.latest(code).unwrap(), form(code, village)));
        let by_rule = catalog.iter().map(|item| (item, complete(item, village)));
        for (item, form) in written.into_iter().chain(by_rule) {
            let tidied = check::tidy(item, &form, entry)
                .unwrap_or_else(|errors| panic!("{}: {errors:?}", item.code));
            assert_eq!(check::missing(item, &tidied), [], "{}", item.code);
        }
    }
}
