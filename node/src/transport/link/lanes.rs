//! Streams of a link: each begins with one byte that names its lane.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use quinn::{ReadError, ReadExactError, RecvStream, SendStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Link;
use crate::transport::error::code;
use crate::transport::{Event, Lane};

/// The most that one event carries.
const PIECE_BYTES_MAX: usize = 64 * 1024;
const BULK_PRIORITY: i32 = -1;

fn tag_of(lane: Lane) -> u8 {
    match lane {
        Lane::Control => 1,
        Lane::Bulk => 2,
    }
}

fn lane_of(tag: u8) -> Option<Lane> {
    [Lane::Control, Lane::Bulk].into_iter().find(|lane| tag_of(*lane) == tag)
}

/// Sends what is queued until the queue ends, then waits for the peer's stack to have it all.
pub(super) async fn write(
    link: Arc<Link>,
    lane: Lane,
    mut queue: mpsc::UnboundedReceiver<Vec<u8>>,
) {
    let Some(first) = queue.recv().await else { return };
    let Ok(mut stream) = link.connection.open_uni().await else { return };
    if lane == Lane::Bulk {
        let _ = stream.set_priority(BULK_PRIORITY);
    }
    let mut tagged = Vec::with_capacity(1 + first.len());
    tagged.push(tag_of(lane));
    tagged.extend_from_slice(&first);
    let mut next = Some((tagged, first.len()));
    while let Some((bytes, counted)) = next {
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
        link.queued_bytes.fetch_sub(counted as u64, Ordering::Relaxed);
        next = queue.recv().await.map(|bytes| {
            let counted = bytes.len();
            (bytes, counted)
        });
    }
    finish(stream).await;
}

async fn finish(mut stream: SendStream) {
    if stream.finish().is_ok() {
        let _ = stream.stopped().await;
    }
}

/// Reads every stream that the peer opens; each lane may be opened once.
pub(super) async fn read_all(link: Arc<Link>, events: mpsc::Sender<Event>) {
    let opened = Arc::new(AtomicU8::new(0));
    let mut readers = JoinSet::new();
    while let Ok(stream) = link.connection.accept_uni().await {
        let (link, events, opened) = (Arc::clone(&link), events.clone(), Arc::clone(&opened));
        readers.spawn(async move { read_one(&link, stream, &events, &opened).await });
    }
    while readers.join_next().await.is_some() {}
}

async fn read_one(
    link: &Link,
    mut stream: RecvStream,
    events: &mpsc::Sender<Event>,
    opened: &AtomicU8,
) {
    let mut tag = [0];
    match stream.read_exact(&mut tag).await {
        Ok(()) => {}
        Err(ReadExactError::ReadError(ReadError::ConnectionLost(_))) => return,
        Err(error) => {
            return misused(link, &format!("a stream ended before its first byte ({error})"));
        }
    }
    let Some(lane) = lane_of(tag[0]) else {
        return misused(link, &format!("expected lane 1 or 2, got {}", tag[0]));
    };
    if opened.fetch_or(tag[0], Ordering::Relaxed) & tag[0] != 0 {
        return misused(link, &format!("{lane:?} lane opened twice"));
    }
    loop {
        match stream.read_chunk(PIECE_BYTES_MAX, true).await {
            Ok(Some(piece)) => {
                let bytes = piece.bytes.to_vec();
                if events.send(Event::Bytes { link: link.id, lane, bytes }).await.is_err() {
                    return link.close_now(code::DONE, "the node has stopped".to_owned());
                }
            }
            Ok(None) | Err(ReadError::ConnectionLost(_)) => return,
            Err(error) => return misused(link, &format!("{lane:?} lane broken off ({error})")),
        }
    }
}

fn misused(link: &Link, why: &str) {
    link.cut_off(code::MISUSED_STREAMS, format!("peer misused its streams: {why}"));
}
