//! The forms that benchmarks fill: about 1 KB of Chinese text, each for another person.

use daiban_domain::act::OfficerRef;
use daiban_domain::form::{FieldValue, Fields};
use daiban_node::replica::Command;

/// 城乡居民基本养老保险参保登记
const ITEM: &str = "CL-SB-01";
/// Weights of GB 11643.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const SURNAMES: [&str; 10] = ["陈", "郑", "叶", "林", "南", "倪", "金", "胡", "潘", "欧阳"];
const GIVEN: [&str; 10] = ["建国", "爱华", "秀兰", "伟", "丽", "子涵", "浩然", "桂英", "德才", "欣怡"];

/// The `n`th application.
pub(super) fn application(n: u64) -> Command {
    Command::NewCase {
        item: ITEM.into(),
        version: None,
        fields: fields(n),
        materials: Vec::new(),
        submit: false,
        by: clerk(),
    }
}

/// The `round`th edit of a case: one field changes.
pub(super) fn edit(case: &str, n: u64, round: u64) -> Command {
    let address = format!("浙江省温州市乐清市城东街道云海村{}组{}号（第{round}次更正）", n % 30 + 1, n % 300 + 1);
    let fields = [("address".to_owned(), FieldValue::from(address.as_str()))].into();
    Command::EditCase { case: case.into(), fields, by: clerk() }
}

fn clerk() -> OfficerRef {
    OfficerRef { name: "代办员".into(), id: "clerk".into() }
}

fn fields(n: u64) -> Fields {
    let pick = |list: &[&str; 10], by: u64| list[usize::try_from(n / by % 10).unwrap_or(0)].to_owned();
    let name = format!("{}{}", pick(&SURNAMES, 1), pick(&GIVEN, 10));
    let text = |value: String| FieldValue::Text(value);
    [
        ("applyname", text(name.clone())),
        ("apply_cardtype", text("居民身份证".into())),
        ("apply_cardnumber", text(identity_number(n))),
        ("telphone", text(format!("154{:08}", n * 7_919 % 100_000_000))),
        ("division", text("330382001001".into())),
        ("address", text(format!("浙江省温州市乐清市城东街道云海村{}组{}号", n % 30 + 1, n % 300 + 1))),
        ("bank_name", text("农村商业银行".into())),
        ("bank_no", text(bank_card(n))),
        ("bank_owner", text(name)),
        ("grade", text("500".into())),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

/// An impossible number: no province has the code 99.
fn identity_number(n: u64) -> String {
    let (year, month, day) = (1940 + n % 60, n / 60 % 12 + 1, n / 720 % 28 + 1);
    let body = format!("990382{year}{month:02}{day:02}{:03}", n / 20_160 % 1_000);
    let sum: u32 = body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{body}{}", char::from(b"10X98765432"[sum as usize % 11]))
}

fn bank_card(n: u64) -> String {
    let body = format!("9900{:014}", n * 104_729);
    let doubled = body.bytes().rev().enumerate().map(|(place, digit)| {
        let value = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
        if value > 9 { value - 9 } else { value }
    });
    format!("{body}{}", (10 - doubled.sum::<u32>() % 10) % 10)
}
