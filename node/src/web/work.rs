//! `/`: what waits for whoever looks, the most urgent first; `/?list=…`: one of the lists, page by
//! page.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::clock::{Due, WARN_BEFORE_DAYS};
use daiban_domain::words::{self, Said};
use daiban_sync::id::OfficeCode;
use maud::{Markup, html};
use serde::Deserialize;

use super::Web;
use super::frame::Frame;
use super::guard::Visitor;
use super::lang::Lang;
use super::show;
use crate::accounts::{Account, Role};
use crate::replica::{Answer, Command, Desk, Filter, Order, Place, Row};
use crate::shell::clock;

/// Rows of each list where all of them are shown.
const FIRST_ROWS: usize = 20;
/// Rows of a page of one list.
const PAGE_ROWS: usize = 100;

/// A list of cases.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    /// Due soon, or late.
    Soon,
    In(Place),
}

/// The most pressing first.
const LISTS: [List; 7] = [
    List::Soon,
    List::In(Place::ToCorrect),
    List::In(Place::Waiting),
    List::In(Place::ToDeliver),
    List::In(Place::Draft),
    List::In(Place::Elsewhere),
    List::In(Place::Ended),
];

/// Which list, and from where on.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    list: String,
    /// Every box is ticked.
    ticked: Option<String>,
    after: Option<CaseId>,
}

/// A list as it was answered.
struct Listed {
    rows: Vec<Row>,
    total: usize,
    after: Option<CaseId>,
}

/// `GET /`
pub(super) async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Response {
    let readers = [Role::Agent, Role::Officer, Role::Auditor];
    let at_home = |role: &Role| visitor.account.has(*role);
    if visitor.account.has(Role::Operator) && !readers.iter().any(at_home) {
        return Redirect::to("/board").into_response();
    }
    if let Some(refused) = visitor.refused(&web, &readers) {
        return refused;
    }
    let frame = Frame::of(&web, &visitor);
    let lists = match LISTS.into_iter().find(|list| list.name() == asked.list) {
        Some(list) => one(&frame, &visitor.account, list, &asked).await,
        None => all(&frame, &visitor.account).await,
    };
    match lists {
        Ok(lists) => {
            let body = html! { div data-live="work" { (lists) } };
            frame.page(&words::page_work(), &body).into_response()
        }
        Err(response) => response,
    }
}

async fn all(frame: &Frame<'_>, account: &Account) -> Result<Markup, Response> {
    let soon = ask(frame, account, List::Soon, None, FIRST_ROWS).await?;
    let (desk, order) = (desk(account), Order::Due);
    let command = Command::Desk { desk, order, size: FIRST_ROWS };
    let Answer::Desk { lists } = frame.ask(command).await? else { return Err(frame.stopping()) };
    let first = |list: &List| match list {
        List::Soon => Some((*list, soon.total, &soon.rows)).filter(|(_, count, _)| *count > 0),
        List::In(place) => {
            let found = lists.iter().find(|list| list.place == *place)?;
            Some((*list, found.count, &found.rows))
        }
    };
    let ticks = |list: List| Ticks { all: false, here: format!("/?list={}", list.name()) };
    Ok(html! {
        @for (list, count, rows) in LISTS.iter().filter_map(first) {
            section {
                (heading(frame, list, count))
                (approvable(frame, account, (list, rows), &ticks(list)))
                @if rows.len() < count {
                    p { a href={ "/?list=" (list.name()) } { (frame.say(&words::work_all_of(count))) } }
                }
            }
        }
        @if lists.is_empty() { p { (frame.say(&words::work_nothing())) } }
    })
}

async fn one(
    frame: &Frame<'_>,
    account: &Account,
    list: List,
    asked: &Asked,
) -> Result<Markup, Response> {
    let listed = ask(frame, account, list, asked.after, PAGE_ROWS).await?;
    let here = match asked.after {
        Some(after) => format!("/?list={}&after={after}", list.name()),
        None => format!("/?list={}", list.name()),
    };
    let ticks = Ticks { all: asked.ticked.is_some(), here };
    Ok(html! {
        p { a href="/" { (frame.say(&words::page_work())) } }
        (heading(frame, list, listed.total))
        (approvable(frame, account, (list, &listed.rows), &ticks))
        @if let Some(after) = listed.after {
            p {
                a href={ "/?list=" (list.name()) "&after=" (after) } {
                    (frame.say(&words::work_next_page()))
                }
            }
        }
    })
}

impl List {
    fn name(self) -> &'static str {
        match self {
            Self::Soon => "soon",
            Self::In(place) => place.name(),
        }
    }

    fn title(self) -> Said {
        match self {
            Self::Soon => words::work_soon(),
            Self::In(Place::ToCorrect) => words::work_to_correct(),
            Self::In(Place::Waiting) => words::work_for_you(),
            Self::In(Place::ToDeliver) => words::work_to_deliver(),
            Self::In(Place::Draft) => words::work_drafts(),
            Self::In(Place::Elsewhere) => words::work_others(),
            Self::In(Place::Ended) => words::work_done(),
        }
    }

    /// The cases on it. An organ hears of its own; the counter of all that were handed in there, so that
    /// it can ask after them.
    fn filter(self, desk: Desk, office: OfficeCode) -> Filter {
        let everywhere = || [&Place::TO_DO[..], &[Place::Elsewhere]].concat();
        let all = Filter { desk, ..Filter::default() };
        match (self, desk.organ) {
            (Self::In(place), _) => Filter { places: vec![place], ..all },
            (Self::Soon, Some(_)) => Filter { soon: true, places: Place::TO_DO.to_vec(), ..all },
            (Self::Soon, None) => {
                Filter { soon: true, places: everywhere(), origin: Some(office), ..all }
            }
        }
    }
}

fn heading(frame: &Frame<'_>, list: List, count: usize) -> Markup {
    html! {
        h2 { (frame.say(&list.title())) " " span.count { (count) } }
        @if list == List::Soon { p.hint { (frame.say(&words::work_soon_hint(WARN_BEFORE_DAYS))) } }
    }
}

async fn ask(
    frame: &Frame<'_>,
    account: &Account,
    list: List,
    after: Option<CaseId>,
    size: usize,
) -> Result<Listed, Response> {
    let filter = list.filter(desk(account), frame.web.office);
    let command = Command::Cases { filter, order: Order::Due, after, size: Some(size) };
    match frame.web.handle.ask(command).await {
        Some(Ok(Answer::Cases { cases, total, after, .. })) => {
            Ok(Listed { rows: cases, total, after })
        }
        Some(Err(refusal)) => Err(frame.refused(&refusal)),
        _ => Err(frame.stopping()),
    }
}

/// The desk of whoever is signed in.
pub(super) fn desk(account: &Account) -> Desk {
    Desk {
        counter: account.has(Role::Agent),
        organ: account.organ.filter(|_| account.has(Role::Officer)),
    }
}

/// Which boxes are ticked.
struct Ticks {
    all: bool,
    /// The page that they are on.
    here: String,
}

/// A list whose cases can be ticked, if there is what may be done to many at once.
fn approvable(
    frame: &Frame<'_>,
    account: &Account,
    (list, rows): (List, &[Row]),
    ticks: &Ticks,
) -> Markup {
    let (desk, office) = (desk(account), frame.web.office);
    let is_approvable = |row: &Row| desk.approves(&row.summary.next, office).is_some();
    if list != List::In(Place::Waiting) || !rows.iter().any(is_approvable) {
        return table(frame, account, rows, None);
    }
    let tick = |row: &Row| {
        let name = receipt(row);
        let label = frame.say(&words::approve_tick(&name));
        html! {
            td { @if is_approvable(row) {
                input type="checkbox" name="case" value=(name) checked[ticks.all] aria-label=(label);
            } }
        }
    };
    html! {
        form method="post" action="/approve" {
            (frame.form_key())
            (table(frame, account, rows, Some(&tick)))
            p.hint { (frame.say(&words::approve_hint())) }
            p {
                button { (frame.say(&words::approve_look())) }
                " " a href={ (ticks.here) "&ticked=all" } { (frame.say(&words::approve_all())) }
            }
        }
    }
}

fn receipt(row: &Row) -> String {
    row.summary.receipt.map_or_else(|| row.summary.id.to_string(), |receipt| receipt.to_string())
}

/// `tick` draws the cell of a row's box.
fn table(
    frame: &Frame<'_>,
    account: &Account,
    rows: &[Row],
    tick: Option<&dyn Fn(&Row) -> Markup>,
) -> Markup {
    let (office, desk, today) = (frame.web.office, desk(account), Date::at(clock::now()));
    let steps = |row: &Row| {
        let own = row.summary.next.iter().filter(|next| desk.is_asked(next, office));
        own.map(|next| frame.say(&next.words)).collect::<Vec<_>>().join("、")
    };
    html! {
        table {
            thead { tr {
                @if tick.is_some() { td {} }
                th scope="col" { (frame.say(&words::column_receipt())) }
                th scope="col" { (frame.say(&words::column_item())) }
                th scope="col" { (frame.say(&words::column_applicant())) }
                th scope="col" { (frame.say(&words::column_status())) }
                th scope="col" { (frame.say(&words::column_due())) }
            } }
            tbody {
                @for row in rows {
                    @let case = &row.summary;
                    @let name = receipt(row);
                    tr {
                        @if let Some(tick) = tick { (tick(row)) }
                        td { a.receipt href={ "/case/" (name) } { (name) } }
                        td { (case.item_name) }
                        td { (case.applicant) }
                        td { (frame.say(&case.status.words())) span.hint { " " (steps(row)) } }
                        td { (due(frame.lang, today, &case.due)) }
                    }
                }
            }
        }
    }
}

/// A due day, with what presses.
fn due(lang: Lang, today: Date, due: &Due) -> Markup {
    html! {
        (show::due(lang, due))
        @if let Due::On { date } = due {
            @if *date < today { " " strong.late { (lang.of(&words::due_overdue())) } }
            @else if *date == today { " " strong { (lang.of(&words::due_today())) } }
        }
    }
}
