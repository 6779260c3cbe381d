//! The admin socket: HTTP on loopback with a token, for the command line, monitoring and pages.
//!
//! `/v1/…` with the token of [`ADMIN_FILE`] is for the command line; each route says beside its name what
//! it does, see [`routes`]. `/healthz` says whether the node answers and saves, `/readyz` whether its
//! views follow the journal, `/metrics` is Prometheus text. The rest are the pages, and `/v1/…` for
//! programs with an account ([`crate::web`]).

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use daiban_domain::words::{self, Said};
use daiban_sync::id::{Millis, OfficeCode};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use super::bundles::Carrier;
use super::renewal::RenewNow;
use super::{Handle, SharedTransport, StartError, accounts, batch, bundles, clock, files, metrics};
use crate::identity::Desk;
use crate::openapi::{Operation, Routes};
use crate::replica::{Answer, Command, Refusal, RefusalKind};
use crate::settings::{MaterialSettings, Settings};
use crate::store::os_entropy;
use crate::web::{self, Web};

/// Where the command line finds the address and the token, inside the data directory.
pub const ADMIN_FILE: &str = "admin.json";
/// Bytes of one request.
const BODY_BYTES_MAX: usize = 64 << 20;
/// Media types.
pub(super) const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";
const BYTES: &str = "application/octet-stream";

/// What stands in [`ADMIN_FILE`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdminAddress {
    pub address: SocketAddr,
    pub token: String,
    pub pid: u32,
    /// Its cases are practice.
    #[serde(default)]
    pub training: bool,
}

/// The bound socket.
pub(super) struct Admin {
    listener: TcpListener,
    address: SocketAddr,
    served: Served,
    web: Web,
}

#[derive(Clone)]
pub(super) struct Served {
    pub(super) handle: Handle,
    pub(super) office: OfficeCode,
    pub(super) carrier: Carrier,
    listen: SocketAddr,
    token: Arc<str>,
    desk: Arc<Mutex<Desk>>,
    renew_now: RenewNow,
    transport: SharedTransport,
    pub(super) materials: MaterialSettings,
}

impl Served {
    /// When the certificate of this office ends, unless it is renewed.
    pub(super) fn certified_until(&self) -> Option<Millis> {
        let desk = self.desk.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        desk.identity().validity().ok().map(|validity| validity.not_after)
    }
}

impl Admin {
    pub(super) async fn bind(
        data: &Path,
        settings: &Settings,
        (handle, carrier, desk, renew_now): (Handle, Carrier, Arc<Mutex<Desk>>, RenewNow),
        (transport, listen): (SharedTransport, SocketAddr),
        web: Web,
    ) -> Result<Self, StartError> {
        let wanted = settings.node.admin;
        let failed = |source| StartError::Admin { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let mut secret = [0; 32];
        os_entropy(&mut secret);
        let token: Arc<str> = hex::encode(secret).into();
        let (pid, training) = (std::process::id(), settings.node.training);
        write_address(data, &AdminAddress { address, token: token.to_string(), pid, training })?;
        let materials = settings.materials.clone();
        let office = carrier.identity.office();
        let served = Served {
            handle,
            office,
            carrier,
            listen,
            token,
            desk,
            renew_now,
            transport,
            materials,
        };
        Ok(Self { listener, address, served, web })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Serves until the task is aborted.
pub(super) async fn serve(admin: Admin) {
    let guarded = routes()
        .router()
        .with_state(admin.served.clone())
        .merge(accounts::routes().router().with_state(admin.web.clone()))
        .layer(middleware::from_fn_with_state(admin.served.clone(), require_token));
    let open = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics::metrics))
        .with_state(admin.served);
    let app = guarded.merge(open).merge(web::router(admin.web));
    let app = app.layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    if let Err(error) = axum::serve(admin.listener, app).await {
        tracing::error!(%error, "the admin socket is gone");
    }
}

/// The routes of the command line.
fn routes() -> Routes<Served> {
    let (read, write) = (|path| (Method::GET, path), |path| (Method::POST, path));
    let unlimited = DefaultBodyLimit::disable;
    Routes::new()
        .machine(write("/v1/command"), "A command", (JSON, JSON), post(command))
        .machine(write("/v1/batch"), "A command a line", (LINES, LINES), post(batch::take))
        .machine(write("/v1/blobs"), "Store a file", (BYTES, JSON), post(files::put))
        .machine(read("/v1/blobs/{id}"), "A stored file", ("", BYTES), get(files::get))
        .machine(
            read("/v1/bundles"),
            "A bundle for an office",
            ("", BYTES),
            get(bundles::export).layer(unlimited()),
        )
        .machine(
            write("/v1/bundles"),
            "Take a bundle",
            (BYTES, JSON),
            post(bundles::import).layer(unlimited()),
        )
        .machine(write("/v1/invitations"), "Invite an office", (JSON, JSON), post(invite))
        .machine(read("/v1/invitations"), "All invitations", ("", JSON), get(invitations))
        .machine(read("/v1/links"), "The links and how they do", ("", JSON), get(links))
        .machine(write("/v1/renew"), "Ask for a new certificate now", ("", JSON), post(renew))
        .machine(read("/v1/me"), "Which office this is", ("", JSON), get(me))
}

/// What the document says of all of them.
pub(crate) fn machine_operations() -> Vec<Operation> {
    let mut operations = routes().operations();
    operations.extend(accounts::routes().operations());
    operations
}

fn write_address(data: &Path, address: &AdminAddress) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let (path, fresh) = (data.join(ADMIN_FILE), data.join("admin.json.new"));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(&serde_json::to_vec(address).map_err(std::io::Error::other)?)?;
    std::fs::rename(fresh, path)
}

async fn require_token(State(served): State<Served>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer "));
    // Hashes are compared, so the time tells nothing about the token.
    let matches = given.is_some_and(|token| {
        blake3::hash(token.as_bytes()) == blake3::hash(served.token.as_bytes())
    });
    match matches {
        true => next.run(request).await,
        false => (StatusCode::UNAUTHORIZED, "expected the token of admin.json\n").into_response(),
    }
}

async fn command(State(served): State<Served>, Json(command): Json<Command>) -> Response {
    match served.handle.ask(command).await {
        Some(result) => answered(result),
        None => stopping(),
    }
}

/// An answer, or a refusal with the status of its kind.
pub(super) fn answered(result: Result<Answer, Refusal>) -> Response {
    match result {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => (status_of(refusal.kind), Json(refusal)).into_response(),
    }
}

pub(crate) fn status_of(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::Input => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::NotAllowed => StatusCode::CONFLICT,
        RefusalKind::Disk => StatusCode::INSUFFICIENT_STORAGE,
        RefusalKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub(super) fn stopping() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "the node is stopping\n").into_response()
}

pub(super) fn refused(sentence: &str) -> Response {
    answered(Err(unfit(sentence)))
}

pub(super) fn unfit(sentence: &str) -> Refusal {
    Refusal::new(RefusalKind::Input, Said::of_data(sentence, sentence), words::mend_request())
}

#[derive(Deserialize)]
struct Invite {
    office: OfficeCode,
    hours: u64,
}

async fn invite(
    State(served): State<Served>,
    Json(Invite { office, hours }): Json<Invite>,
) -> Response {
    let now = clock::now();
    let mut rng = match crate::identity::system_rng() {
        Ok(rng) => rng,
        Err(error) => return refused(&error.to_string()),
    };
    let expires = now.plus(hours.saturating_mul(3_600_000));
    let mut desk = served.desk.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match desk.invite(office, now, expires, &mut rng) {
        Ok(invitation) => Json(serde_json::json!({
            "office": office,
            "code": invitation.to_string(),
            "expires": expires,
        }))
        .into_response(),
        Err(error) => refused(&error.to_string()),
    }
}

async fn invitations(State(served): State<Served>) -> Response {
    let now = clock::now();
    let desk = served.desk.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let shown = desk.invitations().iter().map(|record| {
        serde_json::json!({
            "office": record.office,
            "expires": record.expires,
            "state": record.state(now),
        })
    });
    Json(shown.collect::<Vec<_>>()).into_response()
}

async fn me(State(served): State<Served>) -> Response {
    Json(serde_json::json!({
        "office": served.office,
        "listen": served.listen,
        "certified_until": served.certified_until(),
    }))
    .into_response()
}

async fn renew(State(served): State<Served>) -> Response {
    match served.renew_now.renew().await {
        Ok(until) => Json(serde_json::json!({ "certified_until": until })).into_response(),
        Err(why) => refused(&why),
    }
}

async fn links(State(served): State<Served>) -> Response {
    let transport = served.transport.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let links = transport.as_ref().map(crate::transport::Transport::all_stats).unwrap_or_default();
    let shown = links.into_iter().map(|(link, peer, stats)| {
        let mut shown = serde_json::json!(stats);
        shown["link"] = link.0.into();
        shown["office"] = peer.office.to_string().into();
        shown
    });
    Json(shown.collect::<Vec<_>>()).into_response()
}

async fn healthz(State(served): State<Served>) -> Response {
    health(&served, |status| status.latched.clone()).await
}

async fn readyz(State(served): State<Served>) -> Response {
    let behind = "the views do not follow the journal yet";
    health(&served, |status| status.views_behind.then(|| behind.to_owned())).await
}

async fn health(
    served: &Served,
    trouble: impl Fn(&crate::replica::StatusView) -> Option<String>,
) -> Response {
    match served.handle.ask(Command::Status).await {
        Some(Ok(Answer::Status(status))) => match trouble(&status) {
            None => "ok\n".into_response(),
            Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
        },
        _ => stopping(),
    }
}
