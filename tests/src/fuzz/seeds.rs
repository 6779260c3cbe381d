//! What the corpora begin with: real encodings, and stories of people and of a hostile neighbour.
//! `cargo run --package daiban-tests --example corpora` writes them.

use daiban_domain::act::{ActKind, Handover, Opinion, Outcome, Pin};
use daiban_domain::clock::ClockKind;
use daiban_domain::form::{FieldValue, Fields};
use daiban_domain::sample::texts;
use daiban_node::bundle::Item;
use daiban_node::settings::SHIPPED;
use daiban_sync::blob::Manifest;
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Kind, Payload};
use daiban_sync::frame::{Bulk, Frame, Hello, Piece};
use daiban_sync::frontier::{Buckets, Digest, Summary};
use daiban_sync::head::{Head, Receipt};
use daiban_sync::id::{EntryHash, Incarnation, LogId, Millis};
use daiban_sync::limits::WINDOW_BYTES;
use daiban_sync::run::{Run, without_payloads};
use daiban_sync::wire::{Compression, Encoder, framed};
use serde::Serialize;

use super::bundle::{Story, sealed};
use super::fold::Statement;
use super::office::{NEIGHBOUR, Office, PHOTOGRAPH, TOWN, VILLAGE, code, entries, key};
use super::run::{Offered, village};
use super::session::Step;
use super::{fold, form};

/// A file of a corpus: its name and its bytes.
pub type Seed = (String, Vec<u8>);

/// What the corpus of a target begins with.
pub fn of(target: &str) -> Vec<Seed> {
    match target {
        "frame" => frames(),
        "run" => runs(),
        "session" => sessions(),
        "fold" => folds(),
        "form" => forms(),
        "import" => lists(),
        "settings" => settings(),
        "bundle" => bundles(),
        _ => Vec::new(),
    }
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(value).expect("plain data encodes")
}

fn named<const N: usize>(seeds: [(&str, Vec<u8>); N]) -> Vec<Seed> {
    seeds.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

fn said() -> Vec<Frame> {
    let village = village();
    let (log, tip) = village.frontier.iter().next().expect("it has written");
    let (log, head) = (*log, tip.head);
    let blob = Manifest::of(PHOTOGRAPH).id();
    let receipt = Receipt::sign(log, head, code(TOWN), &key(TOWN));
    vec![
        greeting(),
        Frame::Summary(Summary::of(&[(log, head)].into())),
        Frame::Heads { buckets: Buckets::ALL, heads: vec![(log, head)], last: true },
        Frame::Run(village.logs[&log][0].clone()),
        Frame::Run(without_payloads(village.logs[&log][1].clone())),
        Frame::Durable(vec![(log, 3)]),
        Frame::Receipts(vec![receipt]),
        Frame::Diverged { log, at: head },
        Frame::Fetch { log, from: 1 },
        Frame::Fetched(log, Some(village.logs[&log][2].clone())),
        Frame::Fetched(log, None),
        Frame::Beacon(vec![7; 30]),
        Frame::Busy { retry_after_ms: 30_000 },
        Frame::BlobWant { blob, first: 0 },
        Frame::BlobMissing(blob),
        Frame::BlobHere(blob),
        Frame::BulkArrived(4_000),
        Frame::BlobHeld(blob),
    ]
}

fn greeting() -> Frame {
    Frame::Hello(Hello {
        office: code(NEIGHBOUR),
        incarnation: Incarnation(1),
        frontier: Digest([9; 32]),
        receipts: Digest([9; 32]),
        now: Millis(1_790_000_000_000),
        window: WINDOW_BYTES,
        beacon: vec![1, 2, 3],
    })
}

fn pieces() -> Vec<Bulk> {
    let manifest = Manifest::of(PHOTOGRAPH);
    let blob = manifest.id();
    let piece = Piece { blob, chunk: 1, offset: 0, bytes: PHOTOGRAPH[..100].to_vec() };
    vec![Bulk::Manifest { blob, manifest }, Bulk::Piece(piece), Bulk::Gone(blob)]
}

fn frames() -> Vec<Seed> {
    let mut seeds: Vec<Seed> =
        (0..).zip(said()).map(|(n, frame)| (format!("frame-{n:02}"), bytes(&frame))).collect();
    let bulk = (0..).zip(pieces());
    seeds.extend(bulk.map(|(n, bulk)| (format!("bulk-{n}"), bytes(&bulk))));
    let plain: Vec<u8> =
        said().iter().take(4).flat_map(|frame| framed(frame).expect("short")).collect();
    let mut encoder = Encoder::new(Compression::SMALL);
    said().iter().for_each(|frame| encoder.push(frame).expect("short"));
    let stream = encoder.take();
    let mut bomb = Encoder::new(Compression::TIGHT);
    (0..40).for_each(|_| bomb.push(&Frame::Beacon(vec![0; 900_000])).expect("below the bound"));
    seeds.extend(named([
        ("plain", plain),
        ("stream", stream.clone()),
        ("stream-cut", stream[..stream.len() / 2].to_vec()),
        ("too-long", u32::MAX.to_le_bytes().to_vec()),
        ("bomb", bomb.take()[8..].to_vec()),
    ]));
    seeds
}

fn runs() -> Vec<Seed> {
    let village = village();
    let log = *village.frontier.keys().next().expect("it has written");
    let run = |at: usize| village.logs[&log][at].clone();
    let offered = |run: Run, is_signed| bytes(&Offered { run, is_signed });
    let mut again = run(1);
    again.entries[0].kind = Kind::Genesis;
    let mut altered = run(1);
    altered.entries[0].payload = Payload::Present(b"altered".to_vec());
    let mut elsewhere = run(0);
    let foreign = Office::new(VILLAGE).genesis(Channel::cases(code(NEIGHBOUR)), 7);
    elsewhere.log = foreign.log_id();
    elsewhere.entries[0] = foreign.entry(elsewhere.entries[0].at);
    named([
        ("first", offered(run(0), false)),
        ("second", offered(run(1), false)),
        ("third", offered(run(2), false)),
        ("erased", offered(without_payloads(run(1)), false)),
        ("altered", offered(altered.clone(), false)),
        ("altered-and-signed", offered(altered, true)),
        ("second-genesis", offered(again, true)),
        ("gap", offered(Run { after: Head { len: 99, ..run(1).after }, ..run(1) }, true)),
        (
            "fork",
            offered(
                Run { after: Head { hash: EntryHash([9; 32]), ..run(1).after }, ..run(1) },
                true,
            ),
        ),
        ("nothing", offered(Run { entries: Vec::new(), ..run(1) }, true)),
        ("in-a-foreign-channel", offered(elsewhere, true)),
        ("many", offered(Run { entries: entries(300, 0), ..run(1) }, true)),
    ])
}

fn sessions() -> Vec<Seed> {
    let story = |steps: Vec<Step>| steps.iter().flat_map(bytes).collect::<Vec<u8>>();
    let work = || vec![Step::Write { log: 0, count: 3, bytes: 60 }, Step::Carry { part: 100 }];
    let with = |more: Vec<Step>| story([work(), more].concat_steps());
    let own =
        |log| Step::Sign { channel: Channel::cases(code(NEIGHBOUR)), log, entries: entries(2, 9) };
    let mut seeds = named([
        (
            "work",
            with(vec![Step::Answer { to_all: false, count: 2, bytes: 9 }, Step::Carry { part: 7 }]),
        ),
        (
            "notice-to-all",
            with(vec![Step::Greet, Step::Answer { to_all: true, count: 1, bytes: 9 }, Step::Hear]),
        ),
        (
            "break",
            with(vec![
                Step::Break,
                Step::Write { log: 1, count: 9, bytes: 900 },
                Step::Carry { part: 1 },
            ]),
        ),
        ("own-case", with(vec![Step::Greet, own(0), Step::Hear, own(0), Step::Hear])),
        (
            "relays-a-foreign-log",
            with(vec![Step::Greet, Step::Relay { log: 0, run: 0 }, Step::Hear]),
        ),
        ("asks-for-a-foreign-log", with(vec![Step::Greet, fetch(), Step::Hear])),
        ("names-a-foreign-log", with(vec![Step::Say(greeting()), foreign_heads(), Step::Hear])),
        ("writes-into-a-foreign-channel", with(vec![Step::Greet, foreign_sign(), Step::Hear])),
        ("before-the-greeting", with(vec![own(0)])),
        ("greets-twice", with(vec![Step::Greet, Step::Greet])),
        (
            "calls-anew",
            with(vec![Step::Greet, own(0), Step::Call, Step::Greet, own(1), Step::Hear]),
        ),
        ("noise", with(vec![Step::Send { bulk: false, bytes: vec![0xff; 40] }])),
        (
            "noise-on-bulk",
            with(vec![Step::Greet, Step::Send { bulk: true, bytes: vec![0x05; 40] }]),
        ),
        ("forges", with(vec![Step::Greet, Step::Forge(village_run())])),
        ("unasked-piece", with(vec![Step::Greet, Step::SayBulk(pieces().swap_remove(1))])),
        ("asks-for-a-photograph", with(vec![Step::Greet, wants(), Step::Hear, Step::Hear])),
    ]);
    let frames = said().into_iter().enumerate();
    seeds.extend(frames.map(|(n, frame)| {
        (format!("says-{n:02}"), story(vec![Step::Greet, Step::Say(frame), Step::Hear]))
    }));
    seeds
}

/// One list of steps of two.
trait Concat {
    fn concat_steps(self) -> Vec<Step>;
}

impl Concat for [Vec<Step>; 2] {
    fn concat_steps(self) -> Vec<Step> {
        self.into_iter().flatten().collect()
    }
}

fn village_run() -> Run {
    village().logs.into_values().flatten().next().expect("it has written")
}

fn foreign_log() -> (LogId, Head) {
    let mut village = Office::new(VILLAGE);
    village.write(Channel::cases(code(VILLAGE)), 0, entries(3, 60));
    let (log, tip) = village.frontier.into_iter().next().expect("it has written");
    (log, tip.head)
}

fn fetch() -> Step {
    Step::Say(Frame::Fetch { log: foreign_log().0, from: 0 })
}

fn wants() -> Step {
    Step::Say(Frame::BlobWant { blob: Manifest::of(PHOTOGRAPH).id(), first: 0 })
}

fn foreign_heads() -> Step {
    Step::Say(Frame::Heads { buckets: Buckets::ALL, heads: vec![foreign_log()], last: true })
}

fn foreign_sign() -> Step {
    Step::Sign { channel: Channel::cases(code(VILLAGE)), log: 3, entries: entries(1, 9) }
}

fn folds() -> Vec<Seed> {
    const DAY: u32 = 24 * 60;
    let act = |office, organ: &str, day: u32, kind| Statement::Act {
        office,
        organ: (!organ.is_empty()).then(|| organ.parse().expect("an organ")),
        after_min: day * DAY + 60,
        kind,
    };
    let said = || "情况属实".to_owned();
    let (town, county) = (1, 2);
    let life = |organ: &'static str| {
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
        let organ: &'static str = organ.leak();
        seeds.push((item.code.to_lowercase(), story(place, &life(organ))));
    }
    seeds
}

fn forms() -> Vec<Seed> {
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

fn lists() -> Vec<Seed> {
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

fn settings() -> Vec<Seed> {
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

fn bundles() -> Vec<Seed> {
    let items = |count: usize| -> Vec<Item> {
        let said = said().into_iter().map(Item::Said);
        said.chain(pieces().into_iter().map(Item::File)).take(count).collect()
    };
    let made = |count, flipped| bytes(&Story::Made { items: items(count), flipped });
    let found = |file: Vec<u8>| bytes(&Story::Found(file));
    let file = sealed(&items(4));
    let mut version = file.clone();
    version[13] = 9;
    named([
        ("empty", made(0, None)),
        ("one", made(1, Some(0))),
        ("all", made(30, Some(200))),
        ("flipped-in-the-header", made(1, Some(150))),
        ("found", found(file.clone())),
        ("found-cut", found(file[..file.len() - 9].to_vec())),
        ("found-longer", found([&file[..], &[0]].concat())),
        ("found-of-another-version", found(version)),
        ("found-header-too-long", found([&file[..14], &[0xff; 4]].concat())),
        ("no-bundle", found(b"daiban".to_vec())),
    ])
}
