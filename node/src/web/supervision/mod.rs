//! 电子监察: `/supervision`, figures of a period with their trend; `/supervision/cases`, the cases
//! behind a figure; each as CSV too. `/supervision/overdue`, what is late now.

mod asked;
mod cases;
mod overdue;
mod trend;

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use daiban_domain::figures::{By, Group, Share};
use daiban_domain::words::{self, Said};
use maud::{Markup, html};

use super::Web;
use super::csv as csv_file;
use super::frame::Frame;
use super::guard::Visitor;
use crate::accounts::Role;
use crate::replica::{Answer, Command};

use asked::{Asked, Names, Typed};
pub(super) use cases::{csv as cases_csv, page as cases};
pub(super) use overdue::page as overdue;

/// Whoever supervises.
pub(super) const READERS: [Role; 2] = [Role::Auditor, Role::Operator];

/// Somebody who supervises, and which figures they ask for.
pub(super) struct Reader {
    web: Web,
    visitor: Visitor,
    typed: Typed,
    asked: Asked,
}

impl Reader {
    fn frame(&self) -> Frame<'_> {
        Frame::of(&self.web, &self.visitor)
    }
}

impl FromRequestParts<Web> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let visitor = Visitor::with_role(parts, web, &READERS).await?;
        let typed = Query::<Typed>::from_request_parts(parts, web).await;
        let Query(typed) = typed.map_err(IntoResponse::into_response)?;
        let asked = typed.read().map_err(|why| {
            let page = Frame::of(web, &visitor).refusal(&why, &words::mend_form());
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        })?;
        Ok(Self { web: web.clone(), visitor, typed, asked })
    }
}

/// `GET /supervision`
pub(super) async fn page(reader: Reader) -> Response {
    let (frame, asked) = (reader.frame(), reader.asked);
    match shown(&frame, asked).await {
        Ok(page) => page.into_response(),
        Err(refused) => refused,
    }
}

async fn shown(frame: &Frame<'_>, asked: Asked) -> Result<Markup, Response> {
    let groups = figures(frame, asked).await?;
    let months = match asked.by {
        By::Month => None,
        _ => Some(figures(frame, Asked { by: By::Month, ..asked }).await?),
    };
    let names = Names::known(frame).await;
    let body = html! {
        (form(frame, asked))
        (table(frame, asked, &groups, &names))
        p.prints {
            a.button href={ "/supervision.csv?" (asked.query()) } {
                (frame.say(&words::supervision_csv()))
            }
            a.button href="/supervision/overdue" { (frame.say(&words::page_overdue())) }
        }
        (trend::trend(frame, months.as_ref().unwrap_or(&groups)))
    };
    Ok(frame.page(&words::page_supervision(), &body))
}

/// `GET /supervision.csv`
pub(super) async fn table_csv(reader: Reader) -> Response {
    let (frame, asked) = (reader.frame(), reader.asked);
    let groups = match figures(&frame, asked).await {
        Ok(groups) => groups,
        Err(refused) => return refused,
    };
    let names = Names::known(&frame).await;
    csv_file::file("figures", &rows(&frame, asked, &groups, &names))
}

async fn figures(frame: &Frame<'_>, asked: Asked) -> Result<Vec<Group>, Response> {
    let Asked { period, by } = asked;
    match frame.ask(Command::Figures { period, by }).await? {
        Answer::Figures { groups, .. } => Ok(groups),
        _ => Err(frame.stopping()),
    }
}

fn form(frame: &Frame<'_>, asked: Asked) -> Markup {
    let lang = frame.lang;
    html! {
        form.inline method="get" action="/supervision" {
            label for="from" { (lang.of(&words::supervision_from())) }
            input id="from" name="from" type="date" required value=(asked.period.from);
            label for="to" { (lang.of(&words::supervision_to())) }
            input id="to" name="to" type="date" required value=(asked.period.to);
            label for="by" { (lang.of(&words::supervision_by())) }
            select id="by" name="by" {
                @for (by, key, word) in asked::GROUPINGS {
                    option value=(key) selected[by == asked.by] { (lang.of(&word())) }
                }
            }
            button { (lang.of(&words::supervision_show())) }
        }
    }
}

/// A row for each group; each figure leads to its cases.
fn table(frame: &Frame<'_>, asked: Asked, groups: &[Group], names: &Names) -> Markup {
    let lang = frame.lang;
    let Some(first) = groups.first() else {
        return html! { p { (lang.of(&words::supervision_nothing())) } };
    };
    let to = |group: &Group, share: &Share| {
        format!("/supervision/cases?{}", asked.query_of(&group.name, share.key))
    };
    let tenths = |tenths: u64| format!("{}.{}", tenths / 10, tenths % 10);
    html! {
        table {
            thead { tr {
                th scope="col" { (lang.of(&words::supervision_group())) }
                @for share in &first.shares { th.number scope="col" { (lang.of(&share.words)) } }
                th.number scope="col" { (lang.of(&words::supervision_days())) }
                th.number scope="col" { (lang.of(&words::supervision_ninetieth())) }
            } }
            tbody {
                @for group in groups {
                    tr {
                        th scope="row" { (names.of(frame, asked.by, &group.name)) }
                        @for share in &group.shares {
                            td.number {
                                a href=(to(group, share)) { (percent(share)) }
                                span.hint {
                                    " " (share.count) "/" (share.of)
                                }
                            }
                        }
                        td.number { (group.average_tenths.map_or("—".into(), tenths)) }
                        td.number {
                            @match group.ninetieth { Some(days) => (days), None => "—" }
                        }
                    }
                }
            }
        }
    }
}

fn percent(share: &Share) -> String {
    share.per_mille().map_or_else(|| "—".into(), |n| format!("{}.{}%", n / 10, n % 10))
}

/// The table as it goes into a file.
fn rows(frame: &Frame<'_>, asked: Asked, groups: &[Group], names: &Names) -> Vec<Vec<String>> {
    let say = |said: &Said| frame.say(said);
    let mut head = vec![say(&words::supervision_group())];
    for share in groups.first().iter().flat_map(|group| &group.shares) {
        let word = say(&share.words);
        head.extend([word.clone(), format!("{word} ({})", say(&words::supervision_both()))]);
    }
    head.extend([say(&words::supervision_days()), say(&words::supervision_ninetieth())]);
    let row = |group: &Group| {
        let mut row = vec![names.of(frame, asked.by, &group.name)];
        for share in &group.shares {
            row.extend([percent(share), format!("{}/{}", share.count, share.of)]);
        }
        let average = group.average_tenths;
        row.push(average.map_or_else(String::new, |n| format!("{}.{}", n / 10, n % 10)));
        row.push(group.ninetieth.map_or_else(String::new, |days| days.to_string()));
        row
    };
    [head].into_iter().chain(groups.iter().map(row)).collect()
}
