//! The files of materials over the admin socket.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::act::BlobRef;
use daiban_sync::id::{BlobId, IdError};
use serde::Deserialize;

use super::admin::{Served, answered, refused, stopping, unfit};
use super::{Handle, materials};
use crate::replica::{Refusal, Replica};
use crate::settings::MaterialSettings;
use crate::store::{BlobError, os_entropy};

#[derive(Deserialize)]
pub(super) struct BlobName {
    #[serde(default)]
    name: String,
}

pub(super) async fn put(
    State(served): State<Served>,
    Query(BlobName { name }): Query<BlobName>,
    body: Bytes,
) -> Response {
    match store(&served.handle, &served.materials, name, body.to_vec()).await {
        Ok(blob) => Json(blob).into_response(),
        Err(refusal) => answered(Err(refusal)),
    }
}

/// Prepares a file and writes it; it is on the disk when the reference comes.
pub(crate) async fn store(
    handle: &Handle,
    settings: &MaterialSettings,
    name: String,
    content: Vec<u8>,
) -> Result<BlobRef, Refusal> {
    let room = handle.room();
    if !room.takes_files() {
        return Err(Refusal::no_room(room));
    }
    let (blobs, settings) = (handle.blobs().clone(), settings.clone());
    let stored = tokio::task::spawn_blocking(move || {
        let prepared =
            materials::prepare(content, &settings).map_err(|error| unfit(&error.to_string()))?;
        let size = prepared.bytes.len() as u64;
        let written = blobs.put(&prepared.bytes, &mut os_entropy);
        let id = written.map_err(Refusal::not_written)?;
        Ok(BlobRef { id, size, media: prepared.media, name })
    });
    stored.await.map_err(Refusal::internal)?
}

pub(super) async fn get(State(served): State<Served>, Path(id): Path<String>) -> Response {
    let id: BlobId = match id.parse() {
        Ok(id) => id,
        Err(error) => return refused(&IdError::to_string(&error)),
    };
    match served.handle.look(Replica::check_believed).await {
        Some(Ok(())) => {}
        Some(Err(refusal)) => return answered(Err(refusal)),
        None => return stopping(),
    }
    match read(&served.handle, id).await {
        Ok(Some(bytes)) => Body::from(bytes).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "this file is not here (yet)\n").into_response(),
        Err(refusal) => answered(Err(refusal)),
    }
}

/// The content of a file; `None` while it is not here. A damaged one is fetched again.
pub(crate) async fn read(handle: &Handle, id: BlobId) -> Result<Option<Vec<u8>>, Refusal> {
    let blobs = handle.blobs().clone();
    let read = tokio::task::spawn_blocking(move || {
        let Some(manifest) = blobs.manifest(id)? else { return Ok(None) };
        let chunks = (0..manifest.chunks.len()).map(|chunk| blobs.read_chunk(id, chunk));
        match chunks.collect::<Result<Vec<_>, _>>() {
            Ok(chunks) => Ok(Some(chunks.concat())),
            // It is still arriving.
            Err(BlobError::Unknown { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    });
    match read.await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => {
            if error.is_damage() {
                handle.tell_damaged(id).await;
            }
            Err(unfit(&error.to_string()))
        }
        Err(error) => Err(Refusal::internal(error)),
    }
}
