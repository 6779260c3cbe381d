//! The pages for people, served by the node itself: they work when nothing else does.
//!
//! | page | who |
//! |---|---|
//! | `/sign-in`, `/unlock` | everybody |
//! | `/` what is to be done | agent, officer, auditor |
//! | `/new` … `/case/{receipt}/check` entering an application, page by page | agent |
//! | `/approve` … many cases at once, looked at first | officer |
//! | `/batch` … a list of many applications, checked first | agent |
//! | `/case/{receipt}` a case, and what the visitor may do in it | agent, officer, auditor |
//! | `/board` … the offices here and below, their alarms | operator, auditor |
//! | `/quarantine` entries without effect | operator, auditor |
//! | `/nodes` a node below: suspend, reinstate, revoke | operator; auditor reads |
//! | `/unaccepted` what a revoked node wrote: read, accept | operator; auditor reads |
//! | `/publish` … notices for the offices below, rehearsed first | operator |
//! | `/bundles` … what is carried by hand | operator |
//! | `/invitations` codes to join with | operator |
//! | `/supervision` … figures and the cases behind them | operator, auditor |
//! | `/looks` who looked at whole ID numbers | auditor |
//! | `/me` where the account is signed in | everybody with one |
//! | `/case/{receipt}/print/…`, `/ledger` paper for the counter | agent, officer, auditor |
//! | `/v1/…` the same for programs, as JSON | each as its page |
//! | `/public…` progress, guides, results, at a county or a city | everybody |
//!
//! Data goes one way: a page asks a [`Command`](crate::replica::Command) as the command line does,
//! and draws the answer. Nothing is decided here; an act is refused by the same law as everywhere.
//! Every page works without scripts, and asks no other host for anything.

mod api;
mod approve;
mod asset;
mod audit;
mod batch;
mod board;
mod bundles;
mod case;
mod citizen;
mod csv;
mod entry;
mod frame;
mod glance;
mod guard;
mod guide;
mod lang;
mod limit;
mod live;
mod me;
mod nodes;
mod print;
mod publish;
mod qr;
mod reach;
mod show;
mod sign_in;
mod supervision;
mod upload;
mod work;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use daiban_domain::office::OfficeTree;
use daiban_domain::shipped;
use daiban_sync::id::OfficeCode;

use crate::accounts::{AccountError, Accounts, Token, Visit};
use crate::settings::{MaterialSettings, Settings};
use crate::shell::{Handle, clock};

pub(crate) use api::{Problem, operations};
use audit::Audit;
use batch::Tray;
use entry::Judged;
use glance::Glances;
use limit::Limit;
use live::Pulse;
pub(crate) use reach::Reach;

/// What all pages need.
#[derive(Clone)]
pub(crate) struct Web {
    handle: Handle,
    office: OfficeCode,
    accounts: Arc<Mutex<Accounts>>,
    audit: Arc<Audit>,
    offices: Arc<OfficeTree>,
    training: bool,
    materials: MaterialSettings,
    pulse: Arc<Pulse>,
    reach: Reach,
    limit: Arc<Limit>,
    glances: Arc<Glances>,
    tray: Arc<Tray>,
    judged: Arc<Judged>,
}

impl Web {
    /// The pages of an office, with the accounts of its data directory.
    ///
    /// # Errors
    /// [`AccountError`]: a file of accounts that cannot be read.
    pub(crate) fn open(
        data: &Path,
        handle: Handle,
        office: OfficeCode,
        settings: &Settings,
        reach: Reach,
    ) -> Result<Self, AccountError> {
        Ok(Self {
            handle,
            office,
            training: settings.node.training,
            materials: settings.materials.clone(),
            accounts: Arc::new(Mutex::new(Accounts::open(data)?)),
            audit: Arc::new(Audit::of(data)),
            offices: Arc::new(shipped::offices()),
            pulse: Pulse::new(),
            reach,
            limit: Arc::default(),
            glances: Arc::default(),
            tray: Arc::default(),
            judged: Arc::default(),
        })
    }

    /// Watches the node for open pages; ends with it.
    pub(crate) fn pulse(&self, handle: Handle) -> impl Future<Output = ()> + Send + use<> {
        Arc::clone(&self.pulse).watch(handle)
    }

    /// A division code with the name of its office.
    fn place(&self, code: &str) -> String {
        let office = code.parse().ok().filter(|office| self.offices.get(*office).is_some());
        office.map_or_else(|| code.to_owned(), |o| format!("{} {code}", self.offices.name(o)))
    }

    /// Who is at this browser; `by_itself` if the page renews itself.
    fn visit(&self, token: &Token, by_itself: bool) -> Option<Visit> {
        self.accounts().visit(clock::now(), token, !by_itself)
    }

    pub(crate) fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// All pages.
pub(crate) fn router(web: Web) -> Router {
    Router::new()
        .route("/", get(work::page))
        .route("/case/{receipt}", get(case::page))
        .route("/case/{receipt}/act/{verb}", post(case::act))
        .route("/new", get(entry::find))
        .route("/new/{item}", get(entry::guide).post(entry::open))
        .route("/case/{receipt}/enter/{step}", get(entry::step).post(entry::save))
        .route("/case/{receipt}/papers", get(entry::papers))
        .route("/case/{receipt}/papers/{key}", post(entry::attach))
        .route("/case/{receipt}/papers/{key}/reuse", post(entry::reuse))
        .route("/case/{receipt}/check", get(entry::check))
        .route("/approve", post(approve::check))
        .route("/approve/all", post(approve::all))
        .route("/batch", get(batch::find))
        .route("/batch/new/{item}", get(batch::give).post(batch::check))
        .route("/batch/new/{item}/empty.csv", get(batch::empty))
        .route("/batch/list/{id}", get(batch::list))
        .route("/batch/list/{id}/enter", post(batch::enter))
        .route("/batch/list/{id}/errors.csv", get(batch::errors))
        .route("/case/{receipt}/settle", post(case::settle))
        .route("/case/{receipt}/whole", post(case::whole))
        .route("/case/{receipt}/file/{blob}", get(case::file))
        .route("/case/{receipt}/print/receipt", get(print::receipt))
        .route("/case/{receipt}/print/notice", get(print::notice))
        .route("/ledger", get(print::ledger))
        .route("/handover", get(print::handover))
        .route("/board", get(board::page))
        .route("/board/{office}", get(board::office))
        .route("/board/{office}/acknowledge/{trouble}", post(board::acknowledge))
        .route("/invitations", get(board::invitations).post(board::invite))
        .route("/invitations/{office}/take-back", post(board::take_back))
        .route("/quarantine", get(board::quarantine))
        .route("/nodes/{node}", get(nodes::page).post(nodes::dispose))
        .route("/nodes/{node}/rehearse", post(nodes::rehearse))
        .route("/unaccepted/{log}", get(nodes::unaccepted))
        .route("/renew", post(nodes::renew))
        .route("/publish", get(publish::page).post(publish::publish))
        .route("/publish/rehearse", post(publish::rehearse))
        .route(
            "/bundles",
            get(bundles::page).post(bundles::take).layer(DefaultBodyLimit::disable()),
        )
        .route("/bundles/file", get(bundles::make))
        .route("/looks", get(board::looks))
        .route("/supervision", get(supervision::page))
        .route("/supervision.csv", get(supervision::table_csv))
        .route("/supervision/overdue", get(supervision::overdue))
        .route("/supervision/cases", get(supervision::cases))
        .route("/supervision/cases.csv", get(supervision::cases_csv))
        .route("/sign-in", get(sign_in::page).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/me", get(me::page))
        .route("/me/leave", post(me::leave))
        .route("/unlock", get(sign_in::locked).post(sign_in::unlock))
        .route("/language/{lang}", get(lang::switch))
        .route("/live", get(live::changes))
        .route(asset::STYLE_PATH, get(asset::style))
        .route(asset::LIVE_PATH, get(asset::live))
        .merge(citizen::router())
        .merge(api::routes().router())
        .layer(middleware::from_fn(guard::headers))
        .with_state(web)
}
