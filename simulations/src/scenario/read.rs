//! From a file to a [`Scenario`]. A fault is written by its kind; each kind has its own keys.

use daiban_domain::calendar::Date;
use daiban_domain::shipped;
use daiban_sync::id::Millis;

use super::error::{ScenarioError, remedy};
use super::faults::{Count, Fault, Lie, Plan};
use super::place::{self, Place};
use super::profile::Profiles;
use super::table::{Read, Table, document};
use super::{City, Crash, Expects, Network, People, Scenario, TREES, Time};
use crate::fault::{Death, POINT_NAMES, Point};

pub(super) const DAY_MS: u64 = 86_400_000;
/// The clock of all offices is ahead of UTC by this.
pub(super) const CHINA_MS: u64 = 8 * 3_600_000;
const MINUTE_MS: u64 = 60_000;
/// Offices of one story at most, by tier below each office.
const OFFICES_MAX: u64 = 10_000;

const KINDS: [&str; 19] = [
    "kill",
    "power-cut",
    "off",
    "reset",
    "cut",
    "dark",
    "mute",
    "udp-blocked",
    "carry",
    "copy",
    "restore",
    "lose",
    "clock",
    "flip-bits",
    "disk-full",
    "disk-fails",
    "hostile",
    "revoke",
    "catalog",
];

pub(super) const ALARMS: [&str; 14] = [
    "rolled-back",
    "fork-mended",
    "equivocation",
    "peer-refused",
    "quarantined",
    "not-allowed",
    "latched",
    "damaged",
    "no-room",
    "repaired",
    "blob-repaired",
    "views",
    "clock-error",
    "revoked",
];

pub(super) fn scenario(name: &str, text: &str) -> Read<Scenario> {
    const KEYS: [&str; 9] =
        ["title", "story", "city", "time", "network", "people", "faults", "crashes", "expects"];
    let document = document(text)?;
    let root = Table::new(text, "", document.span(), document.get_ref(), &KEYS)?;
    let (title, story) = (root.text("title")?, root.text("story")?);
    Ok(Scenario {
        name: name.to_owned(),
        title: root.required("title", "what the story is called", title)?,
        story: root.required("story", "what happens, in a few sentences", story)?.trim().to_owned(),
        city: city(&root)?,
        time: time(&root)?,
        network: network(&root)?,
        people: people(&root)?,
        faults: root.tables("faults", &FAULT_KEYS)?.iter().map(fault).collect::<Read<_>>()?,
        crashes: root.tables("crashes", &CRASH_KEYS)?.iter().map(crash).collect::<Read<_>>()?,
        expects: expects(&root)?,
    })
}

fn city(root: &Table<'_>) -> Read<City> {
    let table = root.table("city", &["tree", "counties", "towns", "villages"])?;
    let table = root.required("city", "a table that names a tree", table)?;
    let tree = table.word("tree", &TREES.map(|(name, _)| (name, name)))?;
    let most = |key| Ok(table.whole(key, 1..OFFICES_MAX)?.and_then(|n| usize::try_from(n).ok()));
    Ok(City {
        tree: table.required("tree", "\"yueqing\" or \"bozhou\"", tree)?.to_owned(),
        counties: most("counties")?,
        towns: most("towns")?,
        villages: most("villages")?,
    })
}

const TIME_KEYS: [&str; 5] = ["begins", "lasts", "heals_within", "core", "brisk"];

fn time(root: &Table<'_>) -> Read<Time> {
    let table = root.table("time", &TIME_KEYS)?;
    let table = root.required("time", "a table that says how long the story is", table)?;
    let begins = table.parsed("begins", "a time in China such as \"2026-03-02 09:00\"", moment)?;
    let lasts = table.span("lasts")?;
    Ok(Time {
        begins: begins.unwrap_or(crate::world::BEGIN),
        lasts_ms: table.required("lasts", "a stretch of time such as \"7d\"", lasts)?,
        heals_within_ms: table.span_or("heals_within", 60 * MINUTE_MS)?,
        core: table.whole("core", 1..101)?,
        brisk: table.flag_or("brisk", false)?,
    })
}

/// `2026-03-02 09:00` in China.
fn moment(text: &str) -> Option<Millis> {
    let (date, clock) = text.split_once(' ')?;
    let (hour, minute) = clock.split_once(':')?;
    let (hour, minute): (u64, u64) = (hour.parse().ok()?, minute.parse().ok()?);
    let days = date.parse::<Date>().ok()?.since(Date::from_ymd(1970, 1, 1)?);
    let midnight = u64::try_from(days).ok()? * DAY_MS;
    (hour < 24 && minute < 60).then_some(())?;
    let local = midnight + (hour * 60 + minute) * MINUTE_MS;
    local.checked_sub(CHINA_MS).map(Millis)
}

fn network(root: &Table<'_>) -> Read<Network> {
    const KEYS: [&str; 5] = ["villages", "offices", "at", "outages", "nights_off"];
    let mut network = Network {
        villages: None,
        offices: "office".into(),
        at: Vec::new(),
        outages: false,
        nights_off: false,
    };
    let Some(table) = root.table("network", &KEYS)? else { return Ok(network) };
    let profiles = Profiles::shipped();
    let known = |key: &str, name: &str, table: &Table<'_>| match profiles.get(name) {
        Some(_) => Ok(name.to_owned()),
        None => Err(table.wrong(key, format!("a profile; {}", remedy(name, profiles.names())))),
    };
    let villages = table.text("villages")?.filter(|name| name != "shares");
    network.villages = villages.map(|name| known("villages", &name, &table)).transpose()?;
    network.offices = known("offices", &table.text_or("offices", "office")?, &table)?;
    for at in table.tables("at", &["where", "profile"])? {
        let name = at.required("profile", "the name of a profile", at.text("profile")?)?;
        network.at.push((place(&at)?, known("profile", &name, &at)?));
    }
    network.outages = table.flag_or("outages", false)?;
    network.nights_off = table.flag_or("nights_off", false)?;
    Ok(network)
}

fn people(root: &Table<'_>) -> Read<People> {
    const KEYS: [&str; 10] = [
        "cases_per_day",
        "season",
        "batch",
        "items",
        "elsewhere",
        "edits",
        "photo_kb",
        "hurry",
        "restless",
        "cases_max",
    ];
    let mut people = People {
        cases_per_day: 0.0,
        season: 1.0,
        batch: 1.0,
        items: crate::people::ITEMS.map(str::to_owned).to_vec(),
        elsewhere: 0,
        edits: 0,
        photo_kb: 0,
        hurry: false,
        restless_ms: None,
        cases_max: None,
    };
    let Some(table) = root.table("people", &KEYS)? else { return Ok(people) };
    people.cases_per_day = table.number_or("cases_per_day", people.cases_per_day)?;
    people.season = table.number_or("season", people.season)?;
    people.batch = table.number_or("batch", people.batch)?.max(1.0);
    if let Some(items) = table.texts("items")? {
        let catalog = shipped::catalog();
        let strange = items.iter().find(|item| catalog.latest(item).is_none());
        if let Some(item) = strange {
            let codes: Vec<_> = catalog.iter().map(|item| item.code.as_str()).collect();
            return Err(table.wrong("items", remedy(item, codes.iter().copied())));
        }
        people.items = items;
    }
    let percent = |key| Ok(table.whole(key, 0..101)?.unwrap_or(0));
    (people.elsewhere, people.edits) = (percent("elsewhere")?, percent("edits")?);
    people.photo_kb = table.whole("photo_kb", 0..20_001)?.unwrap_or(0);
    people.hurry = table.flag_or("hurry", false)?;
    people.restless_ms = table.span("restless")?;
    people.cases_max = table.whole("cases_max", 1..10_000_000)?;
    Ok(people)
}

const FAULT_KEYS: [&str; 13] = [
    "at",
    "spread",
    "where",
    "share",
    "some",
    "kind",
    "for",
    "alone",
    "jump",
    "drift_ppm",
    "count",
    "lie",
    "item",
];

fn fault(table: &Table<'_>) -> Read<Plan> {
    let kind = table.word("kind", &KINDS.map(|kind| (kind, kind)))?;
    let kind = table.required("kind", "what breaks, such as \"dark\"", kind)?;
    let count = match (table.whole("share", 1..101)?, table.whole("some", 1..OFFICES_MAX)?) {
        (Some(_), Some(_)) => return Err(table.wrong("some", "`share` or `some`, not both")),
        (Some(percent), None) => Count::Percent(percent),
        (None, Some(number)) => Count::Some(usize::try_from(number).unwrap_or(usize::MAX)),
        (None, None) => Count::All,
    };
    Ok(Plan {
        at_ms: table.span_or("at", 0)?,
        spread_ms: table.span_or("spread", 0)?,
        place: place(table)?,
        count,
        fault: fault_of(kind, table)?,
    })
}

fn fault_of(kind: &str, table: &Table<'_>) -> Read<Fault> {
    let for_ms = || {
        let span = table.span("for")?;
        table.required("for", "how long, such as \"3d\"", span)
    };
    Ok(match kind {
        "kill" => Fault::Kill { for_ms: table.span_or("for", MINUTE_MS)? },
        "power-cut" => Fault::PowerCut { for_ms: table.span_or("for", MINUTE_MS)? },
        "off" => Fault::Off { for_ms: for_ms()? },
        "reset" => Fault::Reset,
        "cut" => Fault::Cut { for_ms: for_ms()? },
        "dark" => Fault::Dark { for_ms: for_ms()? },
        "mute" => Fault::Mute { for_ms: for_ms()? },
        "udp-blocked" => Fault::UdpBlocked { for_ms: for_ms()? },
        "carry" => Fault::Carry,
        "copy" => Fault::Copy,
        "restore" => Fault::Restore { alone_ms: table.span_or("alone", 0)? },
        "lose" => Fault::Lose,
        "clock" => Fault::Clock {
            jump_ms: table.signed_span("jump")?.unwrap_or(0),
            drift_ppm: table.whole("drift_ppm", 0..100_001)?.unwrap_or(0),
        },
        "flip-bits" => Fault::FlipBits { count: table.whole("count", 1..1_000)?.unwrap_or(1) },
        "disk-full" => Fault::DiskFull { for_ms: for_ms()? },
        "disk-fails" => Fault::DiskFails { for_ms: for_ms()? },
        "hostile" => Fault::Hostile { lie: lie(table)? },
        "revoke" => Fault::Revoke,
        "catalog" => {
            let item = table.text("item")?;
            Fault::Catalog { item: table.required("item", "the code of an item", item)? }
        }
        _ => return Err(table.wrong("kind", "a kind of fault")),
    })
}

/// How a node lies, by name.
pub(super) const LIES: [(&str, Lie); 4] = [
    ("garbage", Lie::Garbage),
    ("flood", Lie::Flood),
    ("fork", Lie::Fork),
    ("wrong-channel", Lie::WrongChannel),
];

fn lie(table: &Table<'_>) -> Read<Lie> {
    table.required("lie", "how the node lies, such as \"garbage\"", table.word("lie", &LIES)?)
}

/// How a node dies, by name.
pub(super) fn deaths(operations: u64) -> [(&'static str, Death); 3] {
    [
        ("kill", Death::Kill),
        ("power-cut", Death::PowerCut),
        ("power-cut-inside", Death::PowerCutInside { operations }),
    ]
}

const CRASH_KEYS: [&str; 5] = ["where", "point", "nth", "death", "operations"];

fn crash(table: &Table<'_>) -> Read<Crash> {
    let point: Option<Point> = table.word("point", &POINT_NAMES)?;
    let operations = table.whole("operations", 0..1_000)?.unwrap_or(0);
    Ok(Crash {
        place: place(table)?,
        point: table.required("point", "a moment such as \"after-append\"", point)?,
        nth: table.whole("nth", 1..1_000_000)?.unwrap_or(1) - 1,
        death: table.word("death", &deaths(operations))?.unwrap_or(Death::PowerCut),
    })
}

fn expects(root: &Table<'_>) -> Read<Expects> {
    const KEYS: [&str; 4] = ["alarms", "alarms_heard", "cases_min", "decided_min"];
    let Some(table) = root.table("expects", &KEYS)? else { return Ok(Expects::default()) };
    let kinds = |key| -> Result<Vec<String>, ScenarioError> {
        let kinds = table.texts(key)?.unwrap_or_default();
        match kinds.iter().find(|kind| !ALARMS.contains(&kind.as_str())) {
            Some(kind) => Err(table.wrong(key, remedy(kind, ALARMS))),
            None => Ok(kinds),
        }
    };
    Ok(Expects {
        alarms: kinds("alarms")?,
        alarms_heard: kinds("alarms_heard")?,
        cases_min: table.whole("cases_min", 0..u64::MAX)?.unwrap_or(0),
        decided_min: table.whole("decided_min", 0..u64::MAX)?.unwrap_or(0),
    })
}

fn place(table: &Table<'_>) -> Read<Place> {
    let place = table.parsed("where", place::EXPECTED, |text| text.parse().ok())?;
    table.required("where", place::EXPECTED, place)
}
