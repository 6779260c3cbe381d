//! The stages of an item.

use crate::catalog::fault::{self, fault};
use crate::catalog::reader::Table;
use crate::catalog::stage::{Join, Limit, Silence, Stage, Unit};
use crate::organ::{NAMES, OrganCode};

pub(super) fn read_all(table: &Table<'_>) -> Vec<Stage> {
    let mut stages: Vec<_> = table.tables("stage").into_iter().filter_map(read).collect();
    stages.sort_by_key(|stage| stage.seq);
    stages
}

fn read(table: Table<'_>) -> Option<Stage> {
    let action = table.needed("action", "\"review\"", table.word("action"));
    let tier = table.needed("tier", "\"county\"", table.word("tier"));
    let organ = organ(&table);
    let (seq, limit) = (table.number("seq"), limit(&table, "limit"));
    let (counts, optional) = (table.flag("counts", true), table.flag("optional", false));
    let pauses_others = table.flag("pauses_others", false);
    let batch_approval = table.flag("batch_approval", false);
    let on_silence = table.word("on_silence").unwrap_or(Silence::Waits);
    let join = join(&table);
    let note = table.opt_text("note").unwrap_or_default();
    table.finish();
    Some(Stage {
        seq,
        action: action?,
        organ: organ?,
        tier: tier?,
        limit,
        counts,
        optional,
        on_silence,
        pauses_others,
        batch_approval,
        join,
        note,
    })
}

fn organ(table: &Table<'_>) -> Option<OrganCode> {
    let text = table.needed("organ", "\"MZ\"", table.opt_text("organ"))?;
    let organ = text.parse().ok();
    if !organ.as_ref().is_some_and(OrganCode::is_known) {
        table.wrong("organ", fault::not_listed(&text, NAMES.iter().map(|(code, _)| *code)));
    }
    organ
}

fn join(table: &Table<'_>) -> Join {
    let (word, quorum) = (table.opt_text("join"), table.opt_number("quorum"));
    match (word.as_deref(), quorum) {
        (None | Some("all"), None) => Join::All,
        (Some("lead"), None) => Join::Lead,
        (Some("quorum"), Some(needed)) => Join::Quorum(needed),
        (None | Some("all" | "lead" | "quorum"), _) => {
            let problem = ["join 与 quorum 相互矛盾", "join and quorum contradict each other"];
            let remedy = [
                "quorum = n 只与 join = \"quorum\" 同用",
                "give quorum = n with join = \"quorum\", and only then",
            ];
            table.wrong("join", fault(problem, remedy));
            Join::All
        }
        (Some(other), _) => {
            table.wrong("join", fault::not_listed(other, ["all", "lead", "quorum"].into_iter()));
            Join::All
        }
    }
}

pub(super) fn limit(table: &Table<'_>, key: &'static str) -> Limit {
    let none = Limit { value: 0, unit: Unit::OnTheSpot };
    let example = "{ value = 5, unit = \"working_days\" }";
    let Some(limit) = table.needed(key, example, table.table(key)) else { return none };
    let value: u16 = limit.number("value");
    let unit = limit.needed("unit", "\"working_days\"", limit.word("unit"));
    let read = unit.map_or(none, |unit| Limit { value, unit });
    if unit.is_some() && (value == 0) != (read.unit == Unit::OnTheSpot) {
        let problem = ["数值与单位矛盾", "value and unit contradict each other"];
        let remedy = [
            "当场办结写 value = 0, unit = \"on_the_spot\"",
            "on_the_spot goes with value = 0, every other unit with at least 1",
        ];
        limit.wrong("value", fault(problem, remedy));
    }
    limit.finish();
    read
}
