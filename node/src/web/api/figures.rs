//! Figures of supervision, and the cases that they count.

use axum::Json;
use axum::extract::State;
use daiban_domain::calendar::Date;
use daiban_domain::figures::{By, Group, Period};
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::words;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::problem::Problem;
use super::take::Asked;
use crate::replica::{Answer, Command};
use crate::shell::clock;
use crate::web::Web;
use crate::web::supervision::READERS;

/// Of which days; this year up to today, unless said otherwise.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    from: Option<Date>,
    to: Option<Date>,
    #[serde(default)]
    by: By,
}

/// One figure.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    from: Option<Date>,
    to: Option<Date>,
    #[serde(default)]
    by: By,
    /// The name of the group.
    group: String,
    /// The key of the share.
    share: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Figures {
    period: Period,
    groups: Vec<Group>,
}

/// A case that a figure counts.
#[derive(Serialize, JsonSchema)]
pub(super) struct FigureCase {
    receipt: ReceiptNumber,
    /// Whether it is one of so many, or only of those out of which they are counted.
    holds: bool,
}

/// `GET /v1/figures`
pub(super) async fn figures(
    State(web): State<Web>,
    caller: Caller,
    Asked(Wanted { from, to, by }): Asked<Wanted>,
) -> Result<Json<Figures>, Problem> {
    caller.must_be(&READERS)?;
    let period = period(from, to)?;
    match web.ask(Command::Figures { period, by }).await? {
        Answer::Figures { groups, .. } => Ok(Json(Figures { period, groups })),
        _ => Err(Problem::stopping()),
    }
}

/// `GET /v1/figures/cases`
pub(super) async fn cases(
    State(web): State<Web>,
    caller: Caller,
    Asked(One { from, to, by, group, share }): Asked<One>,
) -> Result<Json<Vec<FigureCase>>, Problem> {
    caller.must_be(&READERS)?;
    let command = Command::FigureCases { period: period(from, to)?, by, key: Some(share) };
    let Answer::FigureCases { groups, .. } = web.ask(command).await? else {
        return Err(Problem::stopping());
    };
    let group = groups.into_iter().find(|known| known.name == group);
    let share = group
        .and_then(|group| group.shares.into_iter().next())
        .ok_or_else(|| Problem::not_found(words::supervision_nothing(), words::mend_request()))?;
    let cases = share.rows().map(|(receipt, holds)| FigureCase { receipt, holds });
    Ok(Json(cases.collect()))
}

fn period(from: Option<Date>, to: Option<Date>) -> Result<Period, Problem> {
    let today = Date::at(clock::now());
    Period::of(from, to, today).ok_or_else(|| Problem::input(words::period_expected()))
}
