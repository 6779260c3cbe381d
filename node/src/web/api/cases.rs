//! Lists of cases, page by page.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::case::Summary;
use daiban_domain::case_number::CaseNumber;
use daiban_domain::clock::{Card, Due};
use daiban_domain::fold::{NextAct, Status};
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::schema;
use daiban_sync::id::{Millis, OfficeCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::problem::Problem;
use super::take::Asked;
use crate::replica::{Answer, Command, Filter, Order, Place, Row};
use crate::web::Web;
use crate::web::case::READERS;
use crate::web::work::desk;

/// Rows of a page, unless asked for more or fewer.
const PAGE_ROWS: usize = 100;

/// Which cases; without anything all of them, the newest first.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Where it stands for whoever asks.
    place: Option<Place>,
    status: Option<Status>,
    item: Option<String>,
    /// Where it was opened.
    #[schemars(with = "Option<schema::OfficeCode>")]
    origin: Option<OfficeCode>,
    opened_on: Option<Date>,
    /// Only open cases whose day has passed.
    #[serde(default)]
    overdue: bool,
    /// Only open cases that are due soon, or late.
    #[serde(default)]
    soon: bool,
    /// Only open cases that have this card.
    card: Option<Card>,
    #[serde(default)]
    order: Order,
    /// The `after` of the page before.
    after: Option<CaseId>,
    /// Rows of the page: 100 unless said otherwise, 1,000 at most.
    size: Option<usize>,
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
pub(super) struct CasePage {
    cases: Vec<CaseLine>,
    /// Cases in the pages before.
    skipped: usize,
    /// Cases in all pages.
    total: usize,
    /// Cases in each place, whichever of them were asked for.
    places: BTreeMap<Place, usize>,
    /// Where the next page begins, if there is one.
    after: Option<CaseId>,
}

/// A case in a list.
#[derive(Serialize, JsonSchema)]
pub(super) struct CaseLine {
    pub(super) id: CaseId,
    /// A draft gets it when it is handed in at the latest.
    pub(super) receipt: Option<ReceiptNumber>,
    pub(super) number: Option<CaseNumber>,
    pub(super) item: String,
    /// The version of the item that the case pins.
    pub(super) version: u32,
    pub(super) item_name: String,
    pub(super) applicant: String,
    pub(super) status: Status,
    #[schemars(with = "schema::OfficeCode")]
    pub(super) origin: OfficeCode,
    #[schemars(with = "Option<schema::Millis>")]
    pub(super) opened: Option<Millis>,
    pub(super) due: Due,
    /// Who may do what next.
    pub(super) next: Vec<NextAct>,
}

impl CaseLine {
    pub(super) fn of(summary: Summary) -> Self {
        let Summary { id, receipt, number, item, version, item_name, applicant, .. } = summary;
        let Summary { status, origin, opened, due, next, .. } = summary;
        Self {
            id,
            receipt,
            number,
            item,
            version,
            item_name,
            applicant,
            status,
            origin,
            opened,
            due,
            next,
        }
    }
}

/// `GET /v1/cases`
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<CasePage>, Problem> {
    caller.must_be(&READERS)?;
    let Wanted { place, status, item, origin, opened_on, overdue, soon, card, order, after, size } =
        wanted;
    let filter = Filter {
        statuses: status.into_iter().collect(),
        items: item.into_iter().collect::<BTreeSet<_>>(),
        origin,
        opened_on,
        desk: desk(&caller.account),
        places: place.into_iter().collect(),
        overdue,
        soon,
        card,
    };
    let command = Command::Cases { filter, order, after, size: Some(size.unwrap_or(PAGE_ROWS)) };
    match web.ask(command).await? {
        Answer::Cases { cases, skipped, total, places, after } => {
            let cases =
                cases.into_iter().map(|Row { summary, .. }| CaseLine::of(summary)).collect();
            Ok(Json(CasePage { cases, skipped, total, places, after }))
        }
        _ => Err(Problem::stopping()),
    }
}
