//! What one application costs: `cargo run --release -p daiban-domain --example speed`.
#![allow(clippy::disallowed_types, reason = "a measurement reads the clock")]
#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]

#[path = "../tests/hostile/samples.rs"]
mod samples;

use std::hint::black_box;
use std::time::Instant;

use daiban_domain::act::{Act, ActKind, CaseId, OfficerRef};
use daiban_domain::authority::Authority;
use daiban_domain::case::{Author, Case};
use daiban_domain::form::{FieldValue, Fields, Form, actor_for, stem_of};
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::{calendar::Date, payload, shipped};
use daiban_sync::entry::Kind;
use daiban_sync::id::{Hlc, Incarnation, Millis, NodeKey, OfficeCode};

const BATCHES: u32 = 100;
/// Short enough to fall between two time slices of other programs.
const ROUNDS: u32 = 20;
const NODE: NodeKey = NodeKey([1; 32]);
const CASE: CaseId = CaseId([2; 16]);
const START: Millis = Millis(1_000);

fn timed<T>(what: &str, mut work: impl FnMut() -> T) {
    let mut batch = || {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(work());
        }
        start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS)
    };
    let fastest = (0..BATCHES).map(|_| batch()).fold(f64::INFINITY, f64::min);
    println!("{what:<44} {fastest:>8.1} µs");
}

fn form_fields() -> Fields {
    (0..25)
        .map(|n| (format!("field_{n:02}"), FieldValue::from("浙江省温州市乐清市城东街道")))
        .collect()
}

fn opened(receipt: ReceiptNumber, origin: OfficeCode) -> Act {
    let kind = ActKind::Opened { item: "CL-SB-01".into(), version: 1, receipt, origin };
    Act {
        officer: OfficerRef { name: "王".into(), id: "w".into() },
        organ: None,
        nonce: [0; 8],
        kind,
    }
}

fn main() {
    let fields = form_fields();
    let actor = actor_for(NODE, CASE, Incarnation(1));
    let stem = stem_of(NODE, CASE);
    timed("form: create 25 fields, change bytes", || Form::create(&actor, &fields, START));
    timed("form: create, change bytes and save", || Form::create(&actor, &fields, START).0.save());
    let (form, change) = Form::create(&actor, &fields, START);
    let saved = form.save();
    println!("change {} B, saved {} B", change.len(), saved.len());
    timed("form: load", || Form::load(&saved));
    timed("form: guard", || {
        daiban_domain::form::guard::inspect(&change).map(|outline| outline.operations)
    });
    timed("form: adopt into an empty form, guarded", || Form::default().adopt(&change, stem));
    let mut later = form.clone();
    let edit = later
        .edit(&actor, &Fields::from([("field_03".into(), "改".into())]), Millis(2_000))
        .unwrap_or_default();
    timed("form: load, edit one field, save", || {
        let mut form = Form::load(&saved).expect("just saved");
        form.edit(&actor, &Fields::from([("field_03".into(), "改".into())]), Millis(2_000));
        form.save()
    });
    timed("form: load, adopt an edit guarded, save", || {
        let mut form = Form::load(&saved).expect("just saved");
        drop(form.adopt(&edit, stem));
        form.save()
    });
    cases(&change);
    hostile();
}

/// What it costs to refuse the samples of the hostile collection.
fn hostile() {
    let (victim, _) = Form::create(&actor_for(NODE, CASE, Incarnation(1)), &form_fields(), START);
    for (name, bytes) in samples::SAMPLES {
        timed(&format!("hostile: {name}"), || {
            victim.clone().adopt(bytes, stem_of(NODE, CASE)).expect_err("hostile")
        });
    }
}

fn cases(change: &[u8]) {
    let origin = OfficeCode::new(330_382_001_001).expect("a village");
    let author = Author { node: NODE, office: origin, incarnation: Incarnation(1) };
    let receipt =
        ReceiptNumber::make(origin, Date::at(Millis(1_772_413_200_000)), 1, 2).expect("in range");
    let mut case = Case::new(CASE, origin);
    let opening = payload::act(CASE, &opened(receipt, origin));
    case.apply(Kind::Act, &opening, author, Hlc(1)).expect("an act");
    case.apply(Kind::FormChange, &payload::form_change(CASE, change), author, Hlc(2))
        .expect("a change");
    let saved = case.save();
    println!("case {} B", saved.len());
    timed("case: save", || case.save());
    timed("case: load", || Case::load(&saved));
    let (catalog, calendar, authority) =
        (shipped::catalog(), shipped::calendar(), Authority::default());
    timed("case: state (fold)", || case.state(&catalog, &calendar, &authority));
    let state = case.state(&catalog, &calendar, &authority);
    timed("case: summary", || case.summary(state.as_ref()));
}
