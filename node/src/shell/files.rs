//! The files of materials over the admin socket.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::act::BlobRef;
use daiban_sync::id::{BlobId, IdError};
use serde::Deserialize;

use super::admin::{Served, answered, refused, unfit};
use super::materials;
use crate::replica::Refusal;
use crate::store::{BlobError, Space, os_entropy};

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
    let room = served.handle.room();
    if room >= Space::NoNewMaterials {
        return answered(Err(Refusal::no_room(room)));
    }
    let stored = tokio::task::spawn_blocking(move || {
        let prepared = materials::prepare(body.to_vec(), &served.materials)
            .map_err(|error| unfit(&error.to_string()))?;
        let size = prepared.bytes.len() as u64;
        let written = served.handle.blobs().put(&prepared.bytes, &mut os_entropy);
        let id = written.map_err(Refusal::not_written)?;
        Ok::<_, Refusal>(BlobRef { id, size, media: prepared.media, name })
    });
    match stored.await {
        Ok(Ok(blob)) => Json(blob).into_response(),
        Ok(Err(refusal)) => answered(Err(refusal)),
        Err(error) => refused(&error.to_string()),
    }
}

pub(super) async fn get(State(served): State<Served>, Path(id): Path<String>) -> Response {
    let id: BlobId = match id.parse() {
        Ok(id) => id,
        Err(error) => return refused(&IdError::to_string(&error)),
    };
    let handle = served.handle.clone();
    let read = tokio::task::spawn_blocking(move || {
        let blobs = handle.blobs();
        let Some(manifest) = blobs.manifest(id)? else { return Ok(None) };
        let chunks = (0..manifest.chunks.len()).map(|chunk| blobs.read_chunk(id, chunk));
        chunks.collect::<Result<Vec<_>, _>>().map(|chunks| Some(chunks.concat()))
    });
    match read.await {
        Ok(Ok(Some(bytes))) => Body::from(bytes).into_response(),
        Ok(Ok(None)) => (StatusCode::NOT_FOUND, "this file is not here (yet)\n").into_response(),
        Ok(Err(error)) => {
            let error: BlobError = error;
            if error.is_damage() {
                served.handle.tell_damaged(id).await;
            }
            refused(&error.to_string())
        }
        Err(error) => refused(&error.to_string()),
    }
}
