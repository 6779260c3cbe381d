//! Legal clocks: a table that a lawyer can read, a simpler model, and what holds for all of them.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "clock/laws.rs"]
mod laws;
#[path = "clock/town.rs"]
mod town;

use std::collections::{BTreeMap, BTreeSet};

use daiban_domain::calendar::{Calendar, Date};
use daiban_domain::clock::{self, Clock, ClockKind, Due};
use daiban_domain::{act::ActKind, shipped};
use serde::Deserialize;
use town::{Setup, Told};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    rule: String,
    says: String,
    #[serde(default)]
    item: Setup,
    #[serde(default)]
    calendar: Option<String>,
    events: Vec<String>,
    due: BTreeMap<String, String>,
    #[serde(default)]
    today: Option<Today>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Today {
    on: Date,
    card: String,
    used: Option<u16>,
    left: Option<u16>,
}

fn table() -> Vec<Case> {
    toml::from_str::<Table>(include_str!("clock/cases.toml")).unwrap().case
}

/// The shipped calendar, and the next year as an invented notice brings it.
fn calendar(until: Option<&str>) -> Calendar {
    let notice = "2027-01-01,holiday,元旦\n2027-01-02,holiday,元旦\n2027-01-03,holiday,元旦\n2027-02-06,workday,春节\n";
    let shipped = include_str!("../../../configs/calendar/holidays.csv");
    match until {
        Some("2027") => Calendar::parse(&format!("{}\n{notice}", shipped.trim_end())).unwrap(),
        _ => shipped::calendar(),
    }
}

impl Case {
    fn told(&self) -> Told {
        Told::new(&self.item, &self.events, calendar(self.calendar.as_deref()))
    }
}

#[test]
fn every_case_of_the_table_falls_due_as_it_says() {
    let faults: Vec<String> = table().iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn faults(case: &Case) -> Vec<String> {
    let told = case.told();
    let clocks = told.clocks();
    let mut faults = Vec::new();
    let mut expect = |what: &str, expected: &str, found: String| {
        if found != expected {
            faults.push(format!("{}：{what} 应为 {expected}，得 {found}", case.name));
        }
    };
    for (name, expected) in &case.due {
        expect(name, expected, words(&named(&clocks, name).due));
    }
    let state = told.state();
    let again = case.events.iter().filter(|event| event.ends_with("延期")).count().max(1) - 1;
    expect("无效的动作", &again.to_string(), state.ignored.len().to_string());
    for (name, due) in [
        ("acceptance", &state.deadlines.accept),
        ("promised", &state.deadlines.promised),
        ("statutory", &state.deadlines.statutory),
    ] {
        expect("与办件状态一致", &words(due), words(&named(&clocks, name).due));
    }
    if let Some(today) = &case.today {
        let on_day =
            |clock: &Clock| clock.standing(today.on, &told.calendar, clock::WARN_BEFORE_DAYS);
        let standings = clocks.iter().map(|clock| (&clock.kind, on_day(clock)));
        expect("亮牌", &today.card, clock::card_of(standings).words().zh.into());
        let standing = on_day(named(&clocks, "promised"));
        if let (Some(used), Some(left)) = (today.used, today.left) {
            let found = (standing.used, standing.left);
            expect("已用与剩余", &format!("{:?}", (used, Some(left))), format!("{found:?}"));
        }
    }
    faults
}

fn named<'c>(clocks: &'c [Clock], name: &str) -> &'c Clock {
    let is = |kind: &ClockKind| match (name, kind) {
        ("acceptance", ClockKind::Acceptance)
        | ("promised", ClockKind::Promised)
        | ("statutory", ClockKind::Statutory)
        | ("supplement", ClockKind::Supplement { .. })
        | ("rectification", ClockKind::Rectification { .. })
        | ("complaint", ClockKind::Complaint { .. })
        | ("question", ClockKind::Question { .. }) => true,
        ("review", ClockKind::Stage { organ, .. }) => organ.as_str() == "MZ",
        ("beside", ClockKind::Stage { organ, .. }) => organ.as_str() == "CL",
        _ => false,
    };
    clocks.iter().find(|clock| is(&clock.kind)).unwrap_or_else(|| panic!("no clock {name}"))
}

fn words(due: &Due) -> String {
    match due {
        Due::On { date } => date.to_string(),
        Due::CalendarUnknown { beyond } => format!("日历未知 {beyond}"),
        Due::Suspended => "待补正".into(),
        Due::Done { due, done, late: true } => format!("{due} 逾期 {done}"),
        Due::Done { due, done, late: false } => format!("{due} 按期 {done}"),
        Due::NotRunning => "未起算".into(),
    }
}

#[test]
fn the_table_is_large_and_each_case_cites_its_rule() {
    let table = table();
    assert!(table.len() >= 80, "{} cases", table.len());
    let names: BTreeSet<_> = table.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), table.len(), "two cases have one name");
    for case in &table {
        assert!(!case.says.is_empty() && !case.rule.is_empty(), "{}", case.name);
    }
}

/// At least one of the rules that a case cites is among those of its reckonings; others may be
/// cited because they change nothing there.
#[test]
fn the_reckoning_cites_what_the_case_cites() {
    // These speak of limits as such, or of an end without a reckoning.
    let no_step = ["行政许可法 第四十二条", "事项规定", "办理规则"];
    let mut missing = Vec::new();
    for case in table().iter().filter(|case| case.today.is_none()) {
        let clocks = case.told().clocks();
        let cited: BTreeSet<String> = clocks
            .iter()
            .flat_map(|clock| {
                let steps = clock.steps.iter().map(|step| step.basis.words().zh.to_string());
                steps.chain([clock.source.zh.to_string()])
            })
            .flat_map(|basis| basis.split('；').map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let explained = |rule: &str| no_step.contains(&rule) || cited.contains(rule);
        if !case.rule.split('；').any(explained) {
            missing.push(format!("{}: {}", case.name, case.rule));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Steps follow each other, and their days add up to the limit.
#[test]
fn the_steps_add_up() {
    for case in table() {
        for clock in case.told().clocks() {
            let counted: i32 = clock
                .steps
                .iter()
                .filter(|step| step.counts)
                .map(|step| step.to.since(step.from) + 1)
                .sum();
            let total = clock.steps.iter().map(|step| step.total).max().unwrap_or(0);
            assert_eq!(counted, i32::from(total), "{}: {clock:#?}", case.name);
            if let Due::On { date } | Due::Done { due: date, .. } = clock.due {
                let told = clock.steps.iter().any(|step| step.from <= date && date <= step.to);
                assert!(told, "{}: {clock:#?}", case.name);
            }
        }
    }
}

#[test]
fn an_item_that_is_no_licence_follows_the_licensing_law_by_analogy() {
    let mut told = Told::new(&Setup::default(), &["2026-03-02 收件受理".into()], calendar(None));
    let bases = |told: &Told| {
        let clocks = told.clocks();
        let steps = clocks.iter().flat_map(|clock| &clock.steps);
        steps.map(|step| step.basis.words().zh.to_string()).collect::<BTreeSet<_>>()
    };
    assert!(bases(&told).contains("行政许可法 第八十二条"));
    told.item.task_type = "05行政给付".into();
    assert!(bases(&told).contains("参照行政许可法 第八十二条"));
    assert!(!bases(&told).contains("行政许可法 第八十二条"));
}

#[test]
fn silence_is_recorded_only_after_days_that_counted() {
    let setup = Setup { part: "5工作日".into(), ..Setup::default() };
    let events: Vec<String> = ["2026-03-02 收件受理", "2026-03-03 挂起 听证 3", "2026-03-06 恢复"]
        .map(String::from)
        .into();
    let mut told = Told::new(&setup, &events, calendar(None));
    let review = told.item.stages.iter_mut().find(|stage| stage.organ.as_str() == "MZ").unwrap();
    review.on_silence = daiban_domain::catalog::Silence::DeemedAgreed;
    let silence = ActKind::SilenceRecorded { organ: "MZ".parse().unwrap() };
    // The organ's fifth day is 2026-03-12, because three days were not counted.
    told.record("2026-03-12", silence.clone());
    assert_eq!(told.state().ignored.len(), 1);
    told.record("2026-03-13", silence);
    assert_eq!(told.state().ignored.len(), 1);
}
