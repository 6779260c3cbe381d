//! What is typed: faults shown at once, rare names kept.

use daiban_domain::act::CaseId;
use daiban_domain::desk::{ActRequest, NewCase};
use daiban_domain::sample::{citizen_id, texts};
use daiban_sync::id::Tier::Village;

use crate::common::{World, fields_for, replayed};

#[test]
fn entry_shows_every_fault_at_once() {
    let mut world = World::new();
    let by = world.by(Village, "CW");
    let item = world.catalog.latest("CL-SB-01").unwrap();
    let mut fields = fields_for("CL-SB-01");
    fields.extend(texts(&[
        ("apply_cardnumber", "330382194901011222"),
        ("telphone", "1541234"),
        ("grade", "199"),
        ("division", "330382999999"),
        ("sex", "男"),
    ]));
    let receipt = daiban_domain::receipt_number::ReceiptNumber::make(
        by.office,
        daiban_domain::calendar::Date::at(by.at.millis()),
        1,
        1,
    )
    .unwrap();
    let refused = world
        .desk()
        .open_case(&by, item, &fields, NewCase { id: CaseId([1; 16]), receipt, handler: None })
        .err()
        .unwrap();
    let faulty: Vec<_> = refused.fields.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(faulty, ["apply_cardnumber", "telphone", "division", "grade"]);

    let (mut case, _) = world.open("CL-SB-01");
    let incomplete = world.act(&mut case, Village, "", ActRequest::Submit).unwrap_err();
    let missing: Vec<_> = incomplete.fields.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(missing, ["ID", "HK", "FORM"]);
    let sex = world.edit(&mut case, Village, &[("sex", "男")]).unwrap_err();
    assert_eq!(sex.fields[0].field, "sex");
    world.edit(&mut case, Village, &[("apply_cardnumber", &citizen_id("19500505", 11))]).unwrap();
    assert_eq!(case.form().fields()["sex"].to_string(), "男");
}

#[test]
fn rare_names_and_unknown_fields_survive() {
    let mut world = World::new();
    let (mut case, log) = world.open("CL-SB-01");
    world.edit(&mut case, Village, &[("legacy_code", "Z-9")]).unwrap();
    assert_eq!(case.form().fields()["applyname"].to_string(), "欧阳𬱖·买买提");
    assert!(
        case.form().fields()["apply_cardnumber"]
            .to_string()
            .chars()
            .all(|c| c.is_ascii_digit() || c == 'X')
    );
    assert_eq!(case.form().to_json()["legacy_code"], "Z-9");
    assert_eq!(replayed(&log).applicant(), "欧阳𬱖·买买提");
}
