//! 批量录入: a list of many applications for one item, checked first and then entered.
//!
//! | page | what |
//! |---|---|
//! | `/batch` | find the item |
//! | `/batch/new/{item}` | the columns, an empty list, and where the list is given |
//! | `/batch/list/{id}` | what the check found, then what was entered |
//! | `/batch/list/{id}/errors.csv` | the faulty rows, to be mended and given again |
//!
//! How lists are read and rows are judged is [`list`](crate::list)'s matter, as on the command line.

mod enter;
mod page;
mod tray;

use std::io::Cursor;
use std::sync::Arc;

use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use daiban_domain::catalog::Item;
use daiban_domain::words;

use super::Web;
use super::csv;
use super::entry::{Agent, Sought};
use super::frame::Frame;
use super::guard::{Posted, Visitor};
use super::upload::Upload;
use crate::accounts::Role;
use crate::list::{Bounds, Columns, List, ListError, titles};
use crate::replica::ItemView;
use tray::{Given, Stage};

pub(super) use tray::Tray;

/// A list is held as a whole, and every row of it is one answer of this page.
const BOUNDS: Bounds = Bounds {
    text_bytes: 8 << 20,
    workbook_bytes: 8 << 20,
    unpacked_bytes: 64 << 20,
    sheet_rows: 5_000,
    text_rows: 5_000,
    takes_xls: false,
};

/// `GET /batch?find=`
pub(super) async fn find(
    State(web): State<Web>,
    Agent(visitor): Agent,
    Query(sought): Query<Sought>,
) -> Response {
    let frame = Frame::of(&web, &visitor);
    match web.find(&sought).await {
        Some(found) => page::items(&frame, &sought, found).into_response(),
        None => frame.stopping(),
    }
}

/// `GET /batch/new/{item}`
pub(super) async fn give(
    State(web): State<Web>,
    Agent(visitor): Agent,
    Path(code): Path<String>,
) -> Response {
    let frame = Frame::of(&web, &visitor);
    match web.listable(&code).await {
        Some(item) => page::give(&frame, &item, None).into_response(),
        None => no_such_item(&frame, &code),
    }
}

/// `GET /batch/new/{item}/empty.csv`: the columns of the item, to be filled in.
pub(super) async fn empty(
    State(web): State<Web>,
    Agent(visitor): Agent,
    Path(code): Path<String>,
) -> Response {
    match web.listable(&code).await {
        Some(item) => csv::file(&item.code, &[titles(&ItemView::from(&*item))]),
        None => no_such_item(&Frame::of(&web, &visitor), &code),
    }
}

/// `POST /batch/new/{item}`: says what entering the list would do, and enters nothing.
pub(super) async fn check(
    State(web): State<Web>,
    Agent(visitor): Agent,
    Path(code): Path<String>,
    form: Multipart,
) -> Response {
    let frame = Frame::of(&web, &visitor);
    let Some(item) = web.listable(&code).await else { return no_such_item(&frame, &code) };
    let mut upload = match Upload::read(form, &frame, &visitor).await {
        Ok(upload) => upload,
        Err(refused) => return refused,
    };
    let read = match upload.files.pop() {
        Some((name, content)) => read(name, content, &item, (&visitor, &upload)).await,
        None => Err(ListError::input(words::batch_no_file(), words::batch_choose_file())),
    };
    match read {
        Ok(given) => {
            let found = enter::run(&web.handle, &given, true).await;
            let id = web.tray.put(&visitor.account.id, given, found);
            Redirect::to(&format!("/batch/list/{id}")).into_response()
        }
        Err(error) => {
            let page = page::give(&frame, &item, Some((&error, &upload)));
            (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
        }
    }
}

async fn read(
    name: String,
    content: Vec<u8>,
    item: &Item,
    (visitor, upload): (&Visitor, &Upload),
) -> Result<Given, ListError> {
    let (view, by) = (ItemView::from(item), visitor.account.officer());
    let (submit, again) = (upload.has("submit"), upload.has("again"));
    let reading = tokio::task::spawn_blocking(move || {
        let list = List::open(&name, Cursor::new(content), None, &BOUNDS)?;
        let columns = Columns::find(list.header, &view)?;
        let rows = list.rows.map(|row| row.map(|row| columns.read(row)));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(Given { name, item: view, by, submit, again, columns, rows })
    });
    match reading.await {
        Ok(read) => read,
        Err(error) => Err(ListError::not_read(item.name.as_str(), error)),
    }
}

/// `GET /batch/list/{id}`
pub(super) async fn list(
    State(web): State<Web>,
    Agent(visitor): Agent,
    Path(id): Path<u64>,
) -> Response {
    let frame = Frame::of(&web, &visitor);
    match web.tray.get(&visitor.account.id, id) {
        Some((given, stage)) => page::list(&frame, id, &given, &stage).into_response(),
        None => gone(&frame),
    }
}

/// `GET /batch/list/{id}/errors.csv`
pub(super) async fn errors(
    State(web): State<Web>,
    Agent(visitor): Agent,
    Path(id): Path<u64>,
) -> Response {
    let frame = Frame::of(&web, &visitor);
    let Some((given, stage)) = web.tray.get(&visitor.account.id, id) else { return gone(&frame) };
    let mark = if web.training { frame.say(&words::page_training()) } else { String::new() };
    let file = stage.found().map(|found| found.errors(&given, visitor.lang, &mark));
    match file {
        Some(Ok(file)) => csv::attached(&format!("{}-errors", given.item.code), file),
        _ => gone(&frame),
    }
}

/// `POST /batch/list/{id}/enter`: every row that can be, once. It goes on though the browser has gone.
pub(super) async fn enter(State(web): State<Web>, Path(id): Path<u64>, posted: Posted) -> Response {
    let visitor = &posted.visitor;
    if let Some(refused) = visitor.refused(&web, &[Role::Agent]) {
        return refused;
    }
    let account = visitor.account.id.clone();
    let Some((given, stage)) = web.tray.get(&account, id) else {
        return gone(&Frame::of(&web, visitor));
    };
    if matches!(stage, Stage::Checked(_)) && web.tray.begin(&account, id) {
        let (tray, handle) = (Arc::clone(&web.tray), web.handle.clone());
        let entering = tokio::spawn(async move {
            let found = enter::run(&handle, &given, false).await;
            tray.end(&account, id, found);
        });
        // What a task that failed has entered, the next check finds.
        let _ = entering.await;
    }
    Redirect::to(&format!("/batch/list/{id}")).into_response()
}

fn gone(frame: &Frame<'_>) -> Response {
    let page = frame.refusal(&words::batch_gone(), &words::batch_give_again());
    (StatusCode::NOT_FOUND, page).into_response()
}

fn no_such_item(frame: &Frame<'_>, code: &str) -> Response {
    let page = frame.refusal(&words::no_such_item(code), &words::look_items_up());
    (StatusCode::NOT_FOUND, page).into_response()
}

impl Web {
    /// An item of which a row says everything: where it is handled is not asked.
    async fn listable(&self, code: &str) -> Option<Arc<Item>> {
        self.offered(code).await.filter(|item| !item.elsewhere)
    }
}
