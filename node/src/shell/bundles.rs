//! Bundles over the admin socket and the pages: made while they are read, taken only when they are
//! proved whole.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use daiban_domain::payload;
use daiban_domain::words;
use daiban_sync::entry::Kind;
use daiban_sync::frame::{Bulk, Frame, Piece};
use daiban_sync::id::{BlobId, LogId, OfficeCode};
use daiban_sync::limits::RECEIPTS_PER_FRAME;
use daiban_sync::run::Run;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};

use super::admin::{Served, answered};
use super::carried_files::Files;
use super::{Handle, clock};
use crate::bundle::{BundleError, Item, Opened, Route, Sealer};
use crate::identity::{Identity, system_rng};
use crate::replica::{Answer, Load, Refusal, RefusalKind};
use crate::store::Space;

/// Parts of the file that may wait for a slow reader.
const PARTS_MAX: usize = 16;
/// What is handed to the replica at once, in the bytes that a window counts.
const BATCH_WEIGHT: u64 = 1 << 20;

#[derive(Deserialize)]
pub(crate) struct Wish {
    pub(crate) to: OfficeCode,
    /// Also what the office is known to hold.
    #[serde(default)]
    pub(crate) everything: bool,
    /// The files of materials too.
    #[serde(default = "yes")]
    pub(crate) materials: bool,
}

fn yes() -> bool {
    true
}

/// What a bundle brought.
#[derive(Debug, Serialize)]
pub(crate) struct Brought {
    pub(crate) from: OfficeCode,
    pub(crate) entries: u64,
    pub(crate) known: u64,
    pub(crate) files: u64,
    pub(crate) refused: Vec<String>,
}

type Part = Result<Bytes, std::io::Error>;

/// Makes bundles and takes them.
#[derive(Clone)]
pub(crate) struct Carrier {
    pub(super) handle: Handle,
    pub(super) identity: Arc<Identity>,
    pub(super) data: Arc<Path>,
}

/// `GET /v1/bundles?to=`: the file, as it is made.
pub(super) async fn export(State(served): State<Served>, Query(wish): Query<Wish>) -> Response {
    match served.carrier.make(wish).await {
        Ok(content) => content.into_response(),
        Err(refusal) => answered(Err(refusal)),
    }
}

/// `POST /v1/bundles`: takes the file in the body.
pub(super) async fn import(State(served): State<Served>, body: Body) -> Response {
    match served.carrier.take(body.into_data_stream()).await {
        Ok(brought) => Json(brought).into_response(),
        Err(refusal) => answered(Err(refusal)),
    }
}

impl Carrier {
    /// A bundle, as it is made; a reader sees by its end whether it is whole.
    pub(crate) async fn make(self, wish: Wish) -> Result<Body, Refusal> {
        let Self { handle, identity, .. } = self;
        let Wish { to, everything, materials } = wish;
        let load = handle.look(move |replica| replica.load_for(to, everything)).await;
        let load = load.ok_or_else(stopped)??;
        let route = Route { from: identity.office(), to, made: clock::now() };
        let mut rng = system_rng().map_err(Refusal::internal)?;
        let sealer = Sealer::new(route, &load.recipients, &mut rng).map_err(Refusal::internal)?;
        let (parts, out) = mpsc::channel(PARTS_MAX);
        let runtime = tokio::runtime::Handle::current();
        // It reads files of materials, which blocks.
        tokio::task::spawn_blocking(move || {
            let packed = runtime.block_on(pack(&handle, sealer, load, materials, &parts));
            if let Err(error) = packed {
                // The reader sees that the file is not whole; if it is gone, nobody cares.
                let _ = parts.blocking_send(Err(std::io::Error::other(error)));
            }
        });
        Ok(Body::from_stream(ReceiverStream::new(out)))
    }

    /// Takes a bundle as it comes; one that is not whole has no effect at all.
    pub(crate) async fn take<E: std::error::Error + Send + Sync + 'static>(
        self,
        parts: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Brought, Refusal> {
        let room = self.handle.room();
        if room == Space::Full {
            return Err(Refusal::no_room(room));
        }
        let file = spool(&self.data, parts).await.map_err(|error| not_spooled(&error))?;
        let runtime = tokio::runtime::Handle::current();
        let Self { handle, identity, .. } = self;
        let taken =
            tokio::task::spawn_blocking(move || runtime.block_on(unpack(file, &handle, &identity)));
        taken.await.unwrap_or_else(|error| Err(Refusal::internal(error)))
    }
}

async fn pack(
    handle: &Handle,
    mut sealer: Sealer,
    load: Load,
    materials: bool,
    parts: &mpsc::Sender<Part>,
) -> Result<(), BundleError> {
    let mut files = BTreeSet::new();
    for (log, mut from) in load.logs {
        while let Some(run) = next_run(handle, log, from).await? {
            from = run.head.head.len;
            files.extend(materials_of(&run));
            sealer.push(&Item::Said(Frame::Run(run)))?;
            send(&mut sealer, parts).await?;
        }
    }
    for receipts in load.receipts.chunks(RECEIPTS_PER_FRAME) {
        sealer.push(&Item::Said(Frame::Receipts(receipts.to_vec())))?;
    }
    for blob in files.into_iter().filter(|_| materials) {
        pack_file(handle, &mut sealer, blob, parts).await?;
    }
    send_part(sealer.finish(), parts).await
}

/// A node that stops half way has not made a bundle.
async fn next_run(handle: &Handle, log: LogId, from: u64) -> Result<Option<Run>, BundleError> {
    let run = handle.look(move |replica| replica.next_for_bundle(log, from)).await;
    run.ok_or_else(|| BundleError::Io(std::io::Error::other("the node is stopping")))
}

/// A file that is not here (yet), or not readable, stays out; it is wanted all the same.
async fn pack_file(
    handle: &Handle,
    sealer: &mut Sealer,
    blob: BlobId,
    parts: &mpsc::Sender<Part>,
) -> Result<(), BundleError> {
    let blobs = handle.blobs();
    let Some(manifest) = blobs.manifest(blob).ok().flatten().filter(|_| blobs.contains(blob))
    else {
        return Ok(());
    };
    let chunks = 0u32..manifest.chunks.len().try_into().unwrap_or(u32::MAX);
    sealer.push(&Item::File(Bulk::Manifest { blob, manifest }))?;
    for chunk in chunks {
        match blobs.read_chunk(blob, chunk as usize) {
            Ok(bytes) => {
                let piece = Piece { blob, chunk, offset: 0, bytes };
                sealer.push(&Item::File(Bulk::Piece(piece)))?;
            }
            Err(error) => tracing::warn!(%error, "left out of a bundle"),
        }
        send(sealer, parts).await?;
    }
    Ok(())
}

async fn send(sealer: &mut Sealer, parts: &mpsc::Sender<Part>) -> Result<(), BundleError> {
    send_part(sealer.take(), parts).await
}

async fn send_part(part: Vec<u8>, parts: &mpsc::Sender<Part>) -> Result<(), BundleError> {
    if part.is_empty() || parts.send(Ok(part.into())).await.is_ok() {
        return Ok(());
    }
    Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe).into())
}

fn materials_of(run: &Run) -> Vec<BlobId> {
    let acts = run.entries.iter().filter(|entry| entry.kind == Kind::Act);
    let read = acts.filter_map(|entry| payload::read_act(entry.payload.bytes()?).ok());
    read.filter_map(|(_, act)| act.kind.file().map(|blob| blob.id)).collect()
}

/// Keeps it, sealed as it came, in a file without a name: it is gone with this process.
async fn spool<E: std::error::Error + Send + Sync + 'static>(
    data: &Path,
    mut parts: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> std::io::Result<File> {
    let file = tempfile::tempfile_in(data)?;
    let mut spooled = tokio::fs::File::from_std(file);
    while let Some(part) = parts.next().await {
        spooled.write_all(&part.map_err(std::io::Error::other)?).await?;
    }
    spooled.flush().await?;
    Ok(spooled.into_std().await)
}

async fn unpack(
    mut file: File,
    handle: &Handle,
    identity: &Arc<Identity>,
) -> Result<Brought, Refusal> {
    check(&mut file, identity).map_err(|error| not_taken(&error))?;
    file.seek(SeekFrom::Start(0)).map_err(|error| not_taken(&error.into()))?;
    let opened = open(&mut file, identity).map_err(|error| not_taken(&error))?;
    take(opened, handle).await
}

fn open<'a>(
    file: &'a mut File,
    identity: &Identity,
) -> Result<Opened<BufReader<&'a mut File>>, BundleError> {
    Opened::new(BufReader::new(file), identity.office(), identity.signing_key())
}

/// Reads all of it: a bundle that is not whole has no effect at all.
fn check(file: &mut File, identity: &Identity) -> Result<(), BundleError> {
    file.seek(SeekFrom::Start(0))?;
    let mut opened = open(file, identity)?;
    while opened.next_item()?.is_some() {}
    Ok(())
}

async fn take(
    mut opened: Opened<BufReader<&mut File>>,
    handle: &Handle,
) -> Result<Brought, Refusal> {
    let from = opened.route.from;
    let mut brought = Brought { from, entries: 0, known: 0, files: 0, refused: Vec::new() };
    let (mut frames, mut weight) = (Vec::new(), 0);
    let mut files = Files::new(handle);
    while let Some(item) = opened.next_item().map_err(|error| not_taken(&error))? {
        match item {
            Item::Said(frame) => {
                weight += if let Frame::Run(run) = &frame { run.weight() } else { 1_024 };
                frames.push(frame);
            }
            Item::File(bulk) => {
                hand_over(&mut frames, from, handle, &mut brought).await?;
                files.take(bulk).await?;
            }
        }
        if weight >= BATCH_WEIGHT {
            weight = 0;
            hand_over(&mut frames, from, handle, &mut brought).await?;
        }
    }
    hand_over(&mut frames, from, handle, &mut brought).await?;
    brought.files = files.finished();
    Ok(brought)
}

/// Waits until the replica has it on the disk and in the views.
async fn hand_over(
    frames: &mut Vec<Frame>,
    from: OfficeCode,
    handle: &Handle,
    brought: &mut Brought,
) -> Result<(), Refusal> {
    if frames.is_empty() {
        return Ok(());
    }
    let answer = handle.carried(from, std::mem::take(frames)).await;
    if let Answer::Carried { entries, known, refused } = answer.ok_or_else(stopped)?? {
        brought.entries += entries;
        brought.known += known;
        brought.refused.extend(refused);
    }
    Ok(())
}

pub(super) fn stopped() -> Refusal {
    Refusal::internal("the node is stopping; import the bundle again when it runs")
}

fn not_taken(error: &BundleError) -> Refusal {
    let remedy = match error {
        BundleError::Elsewhere { .. } | BundleError::AnotherNode { .. } => {
            words::carry_where_it_belongs()
        }
        BundleError::Version { .. } => words::update_older(),
        _ => words::copy_again(),
    };
    Refusal::new(RefusalKind::Input, words::bundle_not_taken(&error.said()), remedy)
}

fn not_spooled(error: &std::io::Error) -> Refusal {
    let sentence = words::bundle_not_received(&error.to_string());
    Refusal::new(RefusalKind::Disk, sentence, words::check_space_and_retry())
}
