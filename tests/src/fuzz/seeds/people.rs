//! What people write: statements of a case, forms, lists of persons and settings.

use daiban_domain::act::{ActKind, Handover, Opinion, Outcome, Pin};
use daiban_domain::clock::ClockKind;
use daiban_domain::form::{FieldValue, Fields};
use daiban_domain::sample::texts;
use daiban_node::settings::SHIPPED;

use super::{Seed, bytes, named};
use crate::fuzz::fold::Statement;
use crate::fuzz::{fold, form};

pub(super) fn folds() -> Vec<Seed> {
    const DAY: u32 = 24 * 60;
    let act = |office, organ: &str, day: u32, kind| Statement::Act {
        office,
        organ: (!organ.is_empty()).then(|| organ.parse().expect("an organ")),
        after_min: day * DAY + 60,
        kind,
    };
    let said = || "情况属实".to_owned();
    let (town, county) = (1, 2);
    let life = |organ: &str| {
        vec![
            act(0, "", 0, ActKind::Submitted),
            act(town, "ZJ", 1, ActKind::FirstChecked { note: said() }),
            act(town, "ZJ", 2, ActKind::Accepted),
            act(county, organ, 3, ActKind::Paused { procedure: "公示".into(), declared_days: 7 }),
            act(county, organ, 9, ActKind::Resumed),
            act(county, organ, 10, ActKind::Reviewed { opinion: Opinion::Agree }),
            act(
                county,
                organ,
                11,
                ActKind::Decided { outcome: Outcome::Granted, pinned: Pin::default() },
            ),
            act(town, "ZJ", 12, ActKind::Delivered { how: Handover::Agent }),
            act(0, "", 13, ActKind::Rated { stars: 1, comment: said() }),
            act(county, organ, 14, ActKind::Rectified { measures: said() }),
            act(
                county,
                organ,
                15,
                ActKind::CardAppealed { card: ClockKind::Promised, reason: said() },
            ),
            Statement::Again { of: 2, office: 4, after_min: 0 },
        ]
    };
    let refused = vec![
        act(0, "", 0, ActKind::Submitted),
        act(town, "ZJ", 1, ActKind::CorrectionRequested { items: vec![said()] }),
        act(0, "", 2, ActKind::Corrected { note: said() }),
        act(town, "ZJ", 3, ActKind::Refused { reasons: vec![said()] }),
        act(0, "", 4, ActKind::Withdrawn { reason: said() }),
        Statement::Bytes { change: true, office: 0, bytes: form::victim().1 },
        Statement::Bytes { change: false, office: 5, bytes: vec![1, 0, 0, 0] },
    ];
    let story = |place: u8, steps: &[Statement]| {
        [vec![place], steps.iter().flat_map(bytes).collect()].concat()
    };
    let mut seeds = vec![("refused".to_owned(), story(0, &refused))];
    for (place, item) in (0..).zip(fold::items()) {
        let organ = item.stages.last().map(|stage| stage.organ.to_string()).unwrap_or_default();
        seeds.push((item.code.to_lowercase(), story(place, &life(&organ))));
    }
    seeds
}

pub(super) fn forms() -> Vec<Seed> {
    let long = |text: &str| Fields::from([("why".into(), FieldValue::LongText(text.into()))]);
    let mut seeds = named([
        ("begins", form::victim().1),
        ("edits-one", form::edited(&texts(&[("field1", "王秀英")]))),
        ("adds-one", form::edited(&texts(&[("phone", "15412345678")]))),
        ("edits-text", form::edited(&long("因病因灾致贫"))),
        ("edits-number", form::edited(&[("grade".into(), FieldValue::Int(-1))].into())),
        ("edits-flag", form::edited(&[("agrees".into(), FieldValue::Bool(true))].into())),
    ]);
    let hostile = concat!(env!("CARGO_MANIFEST_DIR"), "/../node/domain/tests/hostile");
    for name in ["bomb.chg", "bomb.am", "panic-chg.bin", "panic-doc.bin"] {
        let bytes = std::fs::read(format!("{hostile}/{name}")).expect("the collection is there");
        seeds.push((name.replace('.', "-"), bytes));
    }
    seeds
}

pub(super) fn lists() -> Vec<Seed> {
    const HEADER: &str =
        "姓名,证件类型,证件号码,有手机,户籍所在村(社区),现住址,缴费档次(元/年),缴费方式";
    const ROW: &str = "王秀英,居民身份证,990382194901010227,无,330382001001,一组12号,500,自行缴纳";
    let list = format!("{HEADER}\n{ROW}\n");
    let (chinese, ..) = encoding_rs::GB18030.encode(&list);
    let errors = format!("\u{feff}行号,错误,如何更正,{HEADER}\r\n2,x,y,\t{ROW}\r\n");
    named([
        ("list", list.clone().into_bytes()),
        ("gb18030", chinese.into_owned()),
        ("semicolons", list.replace(',', ";").into_bytes()),
        ("tabs", list.replace(',', "\t").into_bytes()),
        ("returns", list.replace('\n', "\r").into_bytes()),
        ("errors-file", errors.into_bytes()),
        ("quoted", format!("{HEADER}\n\"王\n\"\"秀\"\"英\",,\n\"").into_bytes()),
        ("too-wide", ",".repeat(400).into_bytes()),
        ("utf-16", list.encode_utf16().fold(vec![0xff, 0xfe], |mut bytes, unit| {
            bytes.extend(unit.to_le_bytes());
            bytes
        })),
        ("workbook", workbook(&list)),
        ("sheet", sheet(&list).into_bytes()),
        ("sheet-far-away", r#"<worksheet><sheetData><row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData></worksheet>"#.into()),
        ("xls-magic", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and nothing".to_vec()),
        ("zip-magic", b"PK\x03\x04".to_vec()),
    ])
}

fn cells(list: &str) -> impl Iterator<Item = (u32, u16, &str)> {
    (0..).zip(list.lines()).flat_map(|(row, line)| {
        (0..).zip(line.split(',')).map(move |(column, text)| (row, column, text))
    })
}

fn workbook(list: &str) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 3, 2).expect("a day");
    workbook.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&day));
    let sheet = workbook.add_worksheet();
    for (row, column, text) in cells(list) {
        sheet.write(row, column, text).expect("within the sheet");
    }
    workbook.save_to_buffer().expect("memory has room")
}

fn sheet(list: &str) -> String {
    let mut xml = String::from(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#,
    );
    for (at, line) in (1..).zip(list.lines()) {
        xml += &format!(r#"<row r="{at}">"#);
        for (column, text) in (b'A'..=b'Z').zip(line.split(',')) {
            let column = char::from(column);
            xml += &format!(r#"<c r="{column}{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
        }
        xml += "</row>";
    }
    xml + "</sheetData></worksheet>"
}

pub(super) fn settings() -> Vec<Seed> {
    let text = |text: &str| text.as_bytes().to_vec();
    named([
        ("shipped", text(SHIPPED)),
        ("few", text("[node]\nlisten = \"0.0.0.0:3816\"\n[sync]\nkeepalive_s = 20\n")),
        ("unknown-key", text("[sync]\nkeepalve_s = 20\n")),
        ("unknown-section", text("[snc]\n")),
        ("wrong-kind", text("[sync]\nkeepalive_s = \"often\"\n")),
        ("out-of-range", text("[store]\nsegment_mb = 99999999999\n")),
        ("related", text("[sync]\nbackoff_min_s = 300\nbackoff_max_s = 1\n")),
        ("dotted", text("sync.keepalive_s = 20\n")),
        ("list", text("[parent]\naddresses = [\"town:3816\", 7]\n")),
        ("twice", text("[node]\n[node]\n")),
        ("deep", text(&format!("a = {}", "[".repeat(2_000)))),
        (
            "layers",
            text(
                "\0DAIBAN_SYNC__KEEPALIVE_S=20\nDAIBAN_X=1\0parent.addresses=[\"a:1\", b:2]\nlog.level=debug",
            ),
        ),
        ("layers-unknown", text("\0DAIBAN_SNC__X=1")),
        ("no-table", text("node = 3\n")),
    ])
}
