//! Figures of supervision, and the cases that they count.

use axum::Json;
use axum::extract::State;
use daiban_domain::calendar::Date;
use daiban_domain::figures::{By, Group, Period, Share};
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::words::{self, Said};
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
    groups: Vec<FigureGroup>,
}

/// The figures of a group of cases.
#[derive(Serialize, JsonSchema)]
pub(super) struct FigureGroup {
    name: String,
    shares: Vec<Figure>,
    /// Working days from acceptance to decision, on average, in tenths.
    average_tenths: Option<u64>,
    /// Nine of ten cases took at most so many working days.
    ninetieth: Option<u32>,
}

/// So many cases of so many.
#[derive(Serialize, JsonSchema)]
pub(super) struct Figure {
    key: String,
    words: Said,
    count: usize,
    of: usize,
}

/// A case that a figure counts.
#[derive(Serialize, JsonSchema)]
pub(super) struct FigureCase {
    receipt: ReceiptNumber,
    /// Whether it is one of so many, or only of those out of which they are counted.
    holds: bool,
}

impl From<Group> for FigureGroup {
    fn from(group: Group) -> Self {
        let figure = |share: Share| Figure {
            key: share.key.to_owned(),
            count: share.numerator.len(),
            of: share.denominator.len(),
            words: share.words,
        };
        Self {
            name: group.name,
            shares: group.shares.into_iter().map(figure).collect(),
            average_tenths: group.duration.average_tenths,
            ninetieth: group.duration.ninetieth,
        }
    }
}

/// `GET /v1/figures`
pub(super) async fn figures(
    State(web): State<Web>,
    caller: Caller,
    Asked(Wanted { from, to, by }): Asked<Wanted>,
) -> Result<Json<Figures>, Problem> {
    caller.must_be(&READERS)?;
    let period = period(from, to)?;
    let groups = counted(&web, period, by).await?;
    Ok(Json(Figures { period, groups: groups.into_iter().map(FigureGroup::from).collect() }))
}

/// `GET /v1/figures/cases`
pub(super) async fn cases(
    State(web): State<Web>,
    caller: Caller,
    Asked(One { from, to, by, group, share }): Asked<One>,
) -> Result<Json<Vec<FigureCase>>, Problem> {
    caller.must_be(&READERS)?;
    let groups = counted(&web, period(from, to)?, by).await?;
    let group = groups.into_iter().find(|known| known.name == group);
    let shares = group.map(|group| group.shares).unwrap_or_default();
    let share = shares
        .into_iter()
        .find(|known| known.key == share)
        .ok_or_else(|| Problem::not_found(words::supervision_nothing(), words::mend_request()))?;
    let cases = share.cases().into_iter().map(|(&receipt, holds)| FigureCase { receipt, holds });
    Ok(Json(cases.collect()))
}

fn period(from: Option<Date>, to: Option<Date>) -> Result<Period, Problem> {
    let today = Date::at(clock::now());
    Period::of(from, to, today).ok_or_else(|| Problem::input(words::period_expected()))
}

async fn counted(web: &Web, period: Period, by: By) -> Result<Vec<Group>, Problem> {
    match web.ask(Command::Figures { period, by }).await? {
        Answer::Figures { groups, .. } => Ok(groups),
        _ => Err(Problem::stopping()),
    }
}
