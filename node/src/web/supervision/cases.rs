//! The cases behind a figure.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::figures::ShareCases;
use daiban_domain::words;
use maud::html;

use super::{Asked, Reader, csv_file as file};
use crate::replica::{Answer, Command};
use crate::web::frame::Frame;

/// Cases on the page; the file has all.
const CASES_MAX: usize = 500;

/// `GET /supervision/cases`
pub(in crate::web) async fn page(reader: Reader) -> Response {
    let frame = reader.frame();
    let (share, query) = match found(&frame, &reader).await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let lang = frame.lang;
    let body = html! {
        p {
            strong { (lang.of(&share.words)) } " · "
            (lang.of(&words::supervision_counted(share.of()))) " · "
            a href={ "/supervision/cases.csv?" (query) } { (lang.of(&words::supervision_csv())) }
        }
        table {
            thead { tr {
                th scope="col" { (lang.of(&words::column_receipt())) }
                th scope="col" { (lang.of(&words::supervision_holds())) }
            } }
            tbody {
                @for (receipt, holds) in share.rows().take(CASES_MAX) {
                    tr {
                        td { a.receipt href={ "/case/" (receipt.as_str()) } { (receipt.as_str()) } }
                        td { @if holds { (lang.of(&words::yes())) } @else { (lang.of(&words::no())) } }
                    }
                }
            }
        }
        @if share.of() > CASES_MAX {
            p.hint { (lang.of(&words::work_more(CASES_MAX))) }
        }
    };
    frame.page(&words::page_figure_cases(), &body).into_response()
}

/// `GET /supervision/cases.csv`
pub(in crate::web) async fn csv(reader: Reader) -> Response {
    let frame = reader.frame();
    let share = match found(&frame, &reader).await {
        Ok((share, _)) => share,
        Err(refused) => return refused,
    };
    let head = vec![frame.say(&words::column_receipt()), frame.say(&share.words)];
    let (yes, no) = (frame.say(&words::yes()), frame.say(&words::no()));
    let rows = share.rows().map(|(receipt, holds)| {
        let word = if holds { &yes } else { &no };
        vec![receipt.as_str().to_owned(), word.clone()]
    });
    let rows: Vec<_> = [head].into_iter().chain(rows).collect();
    file::file("cases", &rows)
}

/// The figure that the address names, and the address without its page.
async fn found(frame: &Frame<'_>, reader: &Reader) -> Result<(ShareCases, String), Response> {
    let (Asked { period, by }, typed) = (reader.asked, &reader.typed);
    let command = Command::FigureCases { period, by, key: Some(typed.share.clone()) };
    let Answer::FigureCases { groups, .. } = frame.ask(command).await? else {
        return Err(frame.stopping());
    };
    let group = groups.into_iter().find(|group| group.name == typed.group);
    let share = group.and_then(|group| group.shares.into_iter().next()).ok_or_else(|| {
        let page = frame.refusal(&words::supervision_nothing(), &words::mend_form());
        (StatusCode::NOT_FOUND, page).into_response()
    })?;
    Ok((share, reader.asked.query_of(&typed.group, &typed.share)))
}
